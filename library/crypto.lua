---@meta m365restore.crypto
--- Digests, encodings, keys and certificates, over OpenSSL's libcrypto. Failures are `nil, err`.

---@class m365.crypto
local crypto = {}

---@alias m365.crypto.hash "sha256"|"sha1"
---@alias m365.crypto.signature "PS256"|"RS256"

---@param bytes string
---@return string raw
function crypto.sha256(bytes) end

---@param bytes string
---@return string raw
function crypto.sha1(bytes) end

---@param algorithm m365.crypto.hash
---@return m365.crypto.digest
function crypto.digest(algorithm) end

---@class m365.crypto.digest
local digest = {}

---@param bytes string
---@return self
function digest:update(bytes) end

---@return string raw
function digest:final() end

---@param bytes string
---@return string
function crypto.hex(bytes) end

---@param bytes string
---@return string
function crypto.base64(bytes) end

---@param bytes string
---@return string
function crypto.base64url(bytes) end

---@param text string
---@return string?
---@return m365.system.error?
function crypto.unbase64(text) end

---Compares in a time that does not tell where they differ.
---@param a string
---@param b string
---@return boolean
function crypto.equal(a, b) end

---A private key with its certificate.
---@param pem string
---@param options? {passphrase: string?}
---@return m365.crypto.identity?
---@return m365.system.error?
function crypto.identity(pem, options) end

---@param pem string
---@return m365.crypto.public_key?
---@return m365.system.error?
function crypto.public_key(pem) end

---@class m365.crypto.holder
local holder = {}

---@param algorithm m365.crypto.hash
---@return string raw
function holder:thumbprint(algorithm) end

---@return integer? epoch seconds
---@return m365.system.error?
function holder:not_before() end

---@return integer? epoch seconds
---@return m365.system.error?
function holder:not_after() end

---@return string[] base64 of DER, its own first
function holder:chain() end

---@return string
function holder:subject() end

---@return integer
function holder:bits() end

function holder:close() end

---@class m365.crypto.identity: m365.crypto.holder
local identity = {}

---@param algorithm m365.crypto.signature
---@param bytes string
---@return string? raw
---@return m365.system.error?
function identity:sign(algorithm, bytes) end

---@class m365.crypto.public_key: m365.crypto.holder
local public_key = {}

---@param algorithm m365.crypto.signature
---@param bytes string
---@param signature string raw
---@return boolean
function public_key:verify(algorithm, bytes, signature) end

return crypto
