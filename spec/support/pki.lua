--- Certificates made on the spot, in a folder that goes away.
local scratch = require "spec.support.scratch"

local Pki = {}
Pki.__index = Pki

local pki = {}

--- @treturn Pki with `folder`; to be closed
function pki.new()
  return setmetatable({ folder = scratch.folder() }, Pki)
end

function Pki:path(name)
  return self.folder .. "/" .. name
end

local KEYS = {
  rsa = { "-newkey", "rsa:2048" },
  ec = { "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256" },
}

local function result(self, name)
  local pair = {
    key_path = self:path(name .. ".key"), path = self:path(name .. ".crt"),
    key = scratch.read(self:path(name .. ".key")), certificate = scratch.read(self:path(name .. ".crt")),
  }
  pair.pem_path = self:path(name .. ".pem")
  scratch.write(pair.pem_path, pair.key .. pair.certificate)
  return pair
end

--- A certificate that signs itself.
-- @tparam string name
-- @tparam ?table options `kind` ("rsa" or "ec"), `days`
-- @treturn table `key`, `certificate` (texts), `key_path`, `path`, `pem_path` (both in one)
function Pki:own(name, options)
  options = options or {}
  local kind = KEYS[options.kind or "rsa"]
  scratch.must("openssl", "req", "-x509", "-nodes", "-days", tostring(options.days or 30), "-subj", "/CN=" .. name,
    "-keyout", self:path(name .. ".key"), "-out", self:path(name .. ".crt"), table.unpack(kind))
  return result(self, name)
end

-- `openssl ca` takes any date; `openssl x509` refuses an end before the start since 3.5
local AUTHORITY = [[
[ca]
default_ca = authority
[authority]
database = %s
policy = policy
rand_serial = yes
default_md = sha256
[policy]
commonName = supplied
]]

--- A certificate that another one signs.
-- @tparam string name
-- @tparam string issuer the name of that one
-- @tparam ?table options `kind` (default "ec"), `expired`, `names` (default "DNS:localhost,IP:127.0.0.1")
function Pki:issue(name, issuer, options)
  options = options or {}
  local function path(ending) return self:path(name .. ending) end
  scratch.write(path ".ext", "subjectAltName=" .. (options.names or "DNS:localhost,IP:127.0.0.1"))
  scratch.write(path ".index", "")
  scratch.write(path ".cnf", AUTHORITY:format(path ".index"))
  scratch.must("openssl", "req", "-new", "-nodes", "-subj", "/CN=" .. name, "-keyout", path ".key", "-out",
    path ".csr", table.unpack(KEYS[options.kind or "ec"]))
  local dates = options.expired and { "-startdate", "20200101000000Z", "-enddate", "20200102000000Z" }
    or { "-days", "20" }
  scratch.must("openssl", "ca", "-batch", "-notext", "-config", path ".cnf", "-in", path ".csr", "-cert",
    self:path(issuer .. ".crt"), "-keyfile", self:path(issuer .. ".key"), "-extfile", path ".ext", "-outdir",
    self.folder, "-out", path ".crt", table.unpack(dates))
  return result(self, name)
end

--- The key of a certificate, encrypted, with the certificate.
-- @treturn string PEM
function Pki:encrypted(name, passphrase)
  local out = self:path(name .. ".encrypted")
  scratch.must("openssl", "pkcs8", "-topk8", "-v2", "aes256", "-in", self:path(name .. ".key"), "-passout",
    "pass:" .. passphrase, "-out", out)
  return scratch.read(out) .. scratch.read(self:path(name .. ".crt"))
end

function Pki:close()
  scratch.remove(self.folder)
end

Pki.__close = Pki.close

return pki
