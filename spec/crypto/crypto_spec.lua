local crypto = require "m365restore.crypto"
local raise = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

--- What a call raises, without the name of the function, which has its own spec.
local function raised(...) return (raise(...):gsub("^crypto%.[%l%d_]+: ", "")) end

local function openssl(...)
  return scratch.must("openssl", ...)
end

-- everything here is held against this program
local function openssl_accepts(...)
  return assert(system.run { "openssl", ... }).status == 0
end

local function unhex(text)
  return (text:gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

describe("m365restore.crypto", function()
  local folder, pem

  local function path(name)
    return folder .. "/" .. name
  end

  local function make_certificate(name, subject, ...)
    openssl("req", "-x509", "-nodes", "-days", "30", "-subj", subject, "-keyout", path(name .. ".key"),
      "-out", path(name .. ".crt"), ...)
    pem[name] = { key = scratch.read(path(name .. ".key")), certificate = scratch.read(path(name .. ".crt")) }
  end

  -- a certificate of `issuer` for the new key of `name`
  local function issue(name, issuer, extensions)
    openssl("req", "-new", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=" .. name, "-keyout",
      path(name .. ".key"), "-out", path(name .. ".csr"))
    scratch.write(path "extensions", extensions)
    openssl("x509", "-req", "-in", path(name .. ".csr"), "-CA", path(issuer .. ".crt"), "-CAkey",
      path(issuer .. ".key"), "-CAcreateserial", "-days", "20", "-extfile", path "extensions", "-out",
      path(name .. ".crt"))
    pem[name] = { key = scratch.read(path(name .. ".key")), certificate = scratch.read(path(name .. ".crt")) }
  end

  local function encrypt(name, ...)
    local input = path "encrypted"
    openssl(...)
    pem[name] = scratch.read(input)
  end

  setup(function()
    folder, pem = scratch.folder(), {}
    make_certificate("alice", "/O=Contoso, Ltd/CN=backup", "-newkey", "rsa:2048")
    make_certificate("bob", "/CN=bob", "-newkey", "rsa:3072")
    make_certificate("curve", "/CN=curve", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    issue("middle", "bob", "basicConstraints=critical,CA:true")
    issue("leaf", "middle", "basicConstraints=CA:false")
    encrypt("pkcs8", "pkcs8", "-topk8", "-v2", "aes256", "-in", path "alice.key", "-passout", "pass:open sesame",
      "-out", path "encrypted")
    encrypt("traditional", "rsa", "-aes256", "-traditional", "-in", path "alice.key", "-passout",
      "pass:open sesame", "-out", path "encrypted")
    encrypt("plain_traditional", "rsa", "-traditional", "-in", path "alice.key", "-out", path "encrypted")
  end)

  teardown(function()
    scratch.remove(folder)
  end)

  local function alice()
    return assert(crypto.identity(pem.alice.key .. pem.alice.certificate))
  end

  describe("hashes", function()
    it("are the published ones", function()
      assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        crypto.hex(crypto.sha256 "abc"))
      assert.equal("a9993e364706816aba3e25717850c26c9cd0d89d", crypto.hex(crypto.sha1 "abc"))
      assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        crypto.hex(crypto.sha256 ""))
    end)

    it("take bytes in pieces", function()
      for name, whole in pairs { sha256 = crypto.sha256, sha1 = crypto.sha1 } do
        local bytes = system.random(5000)
        local digest <close> = crypto.digest(name)
        digest:update(""):update(bytes:sub(1, 1)):update(bytes:sub(2, 4097))
        assert.equal(whole(bytes), digest:update(bytes:sub(4098)):final())
      end
      assert.equal(crypto.sha256 "", crypto.digest("sha256"):final())
    end)

    it("end once", function()
      local digest = crypto.digest "sha256"
      local finalize = getmetatable(digest).__gc
      assert.equal(finalize, getmetatable(digest).__close)
      assert.equal("digest", tostring(digest))
      digest:final()
      assert.equal("digest (finished)", tostring(digest))
      assert.equal("the digest is finished", raised(digest.final, digest))
      assert.equal("the digest is finished", raised(digest.update, digest, "x"))
      finalize(digest)
      finalize(io.stdout)
      finalize(nil)
    end)

    it("misuse names the field", function()
      for _, name in ipairs { "sha256", "sha1", "hex", "base64", "base64url" } do
        assert.equal("bytes: a string was expected, got 5", raised(crypto[name], 5))
        assert.equal("bytes: a string was expected, got nil", raised(crypto[name], nil))
      end
      assert.equal("bytes: a string was expected, got 5", raised(crypto.digest("sha1").update, crypto.digest "sha1", 5))
      assert.equal("algorithm: one of sha256, sha1 was expected, got 'sha257'; did you mean 'sha256'?",
        raised(crypto.digest, "sha257"))
      assert.equal("algorithm: one of sha256, sha1 was expected, got 5", raised(crypto.digest, 5))
      assert.equal("text: a string was expected, got nil", raised(crypto.unbase64, nil))
    end)
  end)

  describe("base64", function()
    it("is that of RFC 4648", function()
      local vectors = { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
        foobar = "Zm9vYmFy", ["\xfb\xff\xfe"] = "+//+", ["\0"] = "AA==" }
      for bytes, text in pairs(vectors) do
        local url = text:gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" })
        assert.equal(text, crypto.base64(bytes))
        assert.equal(url, crypto.base64url(bytes))
        for _, form in ipairs { text, url, (text:gsub("=", "")) } do
          assert.equal(bytes, crypto.unbase64(form))
        end
      end
    end)

    it("comes back for every length and byte", function()
      for n = 0, 300 do
        local bytes = system.random(n)
        assert.equal(bytes, crypto.unbase64(crypto.base64(bytes)))
        assert.equal(bytes, crypto.unbase64(crypto.base64url(bytes)))
        assert.equal(#bytes * 2, #crypto.hex(bytes))
        assert.equal(bytes, unhex(crypto.hex(bytes)))
      end
    end)

    it("agrees with openssl", function()
      local bytes = system.random(1000)
      scratch.write(path "bytes", bytes)
      assert.equal(openssl("base64", "-A", "-in", path "bytes"), crypto.base64(bytes))
    end)

    it("refuses garbage", function()
      for _, text in ipairs { "A", "AAAAA", "AA=", "AA===", "A===", "=", "==", "AAA==", "AAAA=", "AAAA==", "AA=A",
        "A A=", "AAAA\n", "AA\0A", "AB==", "AAB=", "AB", "AA*A", "\xff\xff\xff\xff" } do
        local bytes, err = crypto.unbase64(text)
        assert.is_nil(bytes)
        assert.equal("bad_base64", err.code)
        assert.equal("the text is not base64", err.message)
      end
    end)
  end)

  it("compares in constant time what is equal", function()
    assert.is_true(crypto.equal("", ""))
    assert.is_true(crypto.equal("a\0b", "a\0b"))
    assert.is_false(crypto.equal("a\0b", "a\0c"))
    assert.is_false(crypto.equal("a", "ab"))
    assert.equal("a: a string was expected, got nil", raised(crypto.equal, nil, "x"))
    assert.equal("b: a string was expected, got 5", raised(crypto.equal, "x", 5))
  end)

  describe("identity", function()
    it("knows its certificate as openssl does", function()
      local identity <close> = alice()
      local function fingerprint(hash)
        local text = openssl("x509", "-in", path "alice.crt", "-noout", "-fingerprint", "-" .. hash)
        return text:match("=(%S+)"):gsub(":", ""):lower()
      end
      assert.equal(fingerprint "sha256", crypto.hex(identity:thumbprint "sha256"))
      assert.equal(fingerprint "sha1", crypto.hex(identity:thumbprint "sha1"))
      local der = openssl("x509", "-in", path "alice.crt", "-outform", "DER")
      assert.same({ crypto.base64(der) }, identity:chain())
      assert.equal("CN=backup,O=Contoso\\, Ltd", identity:subject())
      assert.equal(2048, identity:bits())
      for _, which in ipairs { { "not_before", "-startdate" }, { "not_after", "-enddate" } } do
        local date = openssl("x509", "-in", path "alice.crt", "-noout", which[2]):match "=(.*)\n"
        assert.equal(scratch.must("date", "-u", "-d", date, "+%s"), identity[which[1]](identity) .. "\n")
      end
    end)

    it("counts the seconds of dates far away", function()
      openssl("req", "-x509", "-key", path "alice.key", "-subj", "/CN=far", "-days", "2000000", "-out", path "far.crt")
      local identity <close> = assert(crypto.identity(pem.alice.key .. scratch.read(path "far.crt")))
      assert.equal(2000000 * 86400, identity:not_after() - identity:not_before())
    end)

    it("is read from PEM blocks in any order, and any dress", function()
      local key, certificate = pem.alice.key, pem.alice.certificate
      local noise = openssl("dsaparam", "1024") .. "some words\n" .. pem.curve.certificate
      local text = openssl("x509", "-in", path "alice.crt", "-text")
      local windows = (certificate .. key):gsub("\n", "\r\n")
      for _, form in ipairs { key .. certificate, certificate .. key, noise .. certificate .. noise .. key .. noise,
        windows, "\xef\xbb\xbf" .. key .. certificate, text .. key,
        pem.plain_traditional .. certificate, certificate .. pem.plain_traditional,
        openssl("x509", "-in", path "alice.crt", "-trustout") .. key, (key .. certificate):sub(1, -2) } do
        local identity <close> = assert(crypto.identity(form))
        assert.equal("CN=backup,O=Contoso\\, Ltd", identity:subject())
      end
    end)

    it("opens encrypted keys", function()
      for _, name in ipairs { "pkcs8", "traditional" } do
        for _, form in ipairs { pem[name] .. pem.alice.certificate, pem.alice.certificate .. pem[name] } do
          local identity <close> = assert(crypto.identity(form, { passphrase = "open sesame" }))
          assert.equal(2048, identity:bits())
        end
      end
      -- a passphrase that is not needed does no harm
      assert(crypto.identity(pem.alice.key .. pem.alice.certificate, { passphrase = "x" })):close()
    end)

    it("takes the certificate of its key that lasts longest", function()
      openssl("req", "-x509", "-key", path "alice.key", "-subj", "/CN=later", "-days", "90", "-out", path "later.crt")
      local later = scratch.read(path "later.crt")
      for _, certificates in ipairs { pem.alice.certificate .. later, later .. pem.alice.certificate } do
        local identity <close> = assert(crypto.identity(pem.alice.key .. certificates))
        assert.equal("CN=later", identity:subject())
        assert.equal(1, #identity:chain())
      end
    end)

    it("puts its chain in order and leaves strangers out", function()
      local identity <close> = assert(crypto.identity(pem.bob.certificate .. pem.curve.certificate ..
        pem.leaf.certificate .. pem.leaf.key .. pem.alice.certificate .. pem.middle.certificate))
      assert.equal("CN=leaf", identity:subject())
      local expected = {}
      for i, name in ipairs { "leaf", "middle", "bob" } do
        expected[i] = crypto.base64(openssl("x509", "-in", path(name .. ".crt"), "-outform", "DER"))
      end
      assert.same(expected, identity:chain())
    end)

    it("signs so that openssl accepts it", function()
      local identity <close> = alice()
      openssl("x509", "-in", path "alice.crt", "-noout", "-pubkey", "-out", path "alice.pub")
      for _, bytes in ipairs { "", "header.claims", system.random(65536) } do
        scratch.write(path "message", bytes)
        scratch.write(path "ps", identity:sign("PS256", bytes))
        scratch.write(path "rs", identity:sign("RS256", bytes))
        assert.is_true(openssl_accepts("dgst", "-sha256", "-verify", path "alice.pub", "-signature", path "ps",
          "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt", "rsa_mgf1_md:sha256",
          path "message"))
        assert.is_true(openssl_accepts("dgst", "-sha256", "-verify", path "alice.pub", "-signature", path "rs",
          path "message"))
      end
      -- PSS is salted, PKCS #1 is not
      assert.not_equal(identity:sign("PS256", "x"), identity:sign("PS256", "x"))
      assert.equal(identity:sign("RS256", "x"), identity:sign("RS256", "x"))
    end)

    it("says when a key is too small to sign", function()
      local made = assert(system.run { "openssl", "req", "-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=small",
        "-keyout", path "small.key", "-out", path "small.crt" })
      if made.status ~= 0 then
        return pending "this openssl makes no key that is too small"
      end
      local identity <close> = assert(crypto.identity(scratch.read(path "small.key") .. scratch.read(path "small.crt")))
      local signature, err = identity:sign("PS256", "x")
      assert.is_nil(signature)
      assert.equal("sign_failed", err.code)
      assert.equal("this key of 512 bits cannot sign with PS256", err.message)
    end)

    it("says what is wrong, and what to do", function()
      local alice_pem, bob_pem = pem.alice, pem.bob
      local cut = alice_pem.certificate:sub(1, 200)
      local broken_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
      local broken_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
      local wrong = { passphrase = "sesame" }
      for _, case in ipairs {
        { "", "bad_pem", "openssl pkcs12" },
        { "\x30\x82" .. system.random(500), "bad_pem", "openssl pkcs12" },
        { alice_pem.key .. cut, "bad_pem", "cut short" },
        { broken_certificate .. alice_pem.key, "bad_pem", "certificate cannot be read" },
        { broken_key .. alice_pem.certificate, "bad_pem", "key cannot be read" },
        { alice_pem.certificate, "no_key", "Add the block BEGIN PRIVATE KEY" },
        { alice_pem.key, "no_certificate", "Add the block BEGIN CERTIFICATE" },
        { alice_pem.key .. bob_pem.certificate, "key_mismatch", "Use the pair" },
        { pem.curve.key .. pem.curve.certificate, "not_rsa", "RSA key of 2048 bits" },
        { pem.pkcs8 .. alice_pem.certificate, "passphrase_needed", "Give its passphrase" },
        { pem.traditional .. alice_pem.certificate, "passphrase_needed", "Give its passphrase" },
        { pem.pkcs8 .. alice_pem.certificate, "bad_passphrase", "does not open", wrong },
        { pem.traditional .. alice_pem.certificate, "bad_passphrase", "does not open", wrong },
        { pem.pkcs8 .. alice_pem.certificate, "bad_passphrase", "does not open", { passphrase = "" } },
      } do
        local identity, err = crypto.identity(case[1], case[4])
        assert.is_nil(identity)
        assert.equal(case[2], err.code)
        assert.truthy(tostring(err):find(case[3], 1, true))
      end
    end)

    it("never asks on the terminal", function()
      -- `script` gives the program a terminal; a question would wait there until the deadline
      local code = path "ask.lua"
      scratch.write(path "asked.pem", pem.pkcs8 .. pem.alice.certificate)
      scratch.write(code, ([[
        local pem = assert(require("m365restore.system").read_file(%q))
        print(select(2, require("m365restore.crypto").identity(pem)).code)
      ]]):format(path "asked.pem"))
      local result = assert(system.run({ "script", "-qec", scratch.interpreter() .. " " .. code, "/dev/null" },
        { env = scratch.environment(), timeout = 20 }))
      assert.equal("passphrase_needed", result.stdout:match "^(.-)%s*$")
    end)

    it("does not show the key", function()
      local identity <close> = alice()
      assert.equal(os.date("!identity (CN=backup,O=Contoso\\, Ltd, valid until %Y-%m-%d)", identity:not_after()),
        tostring(identity))
      local names = {}
      for name in pairs(getmetatable(identity).__index) do
        names[#names + 1] = name
      end
      table.sort(names)
      assert.same({ "bits", "chain", "close", "not_after", "not_before", "sign", "subject", "thumbprint" }, names)
    end)

    it("is closed once and for all, by anybody, in any way", function()
      local identity, other <close> = alice(), assert(crypto.public_key(pem.alice.certificate))
      local finalize = getmetatable(identity).__gc
      assert.equal(finalize, getmetatable(identity).__close)
      identity:close()
      identity:close()
      finalize(identity)
      finalize(other)
      finalize(nil)
      assert.equal("identity (closed)", tostring(identity))
      for _, name in ipairs { "sign", "thumbprint", "not_before", "not_after", "chain", "subject", "bits" } do
        assert.equal("m365restore.identity is closed", raised(identity[name], identity))
      end
      assert.truthy(raised(identity.bits, other):find("m365restore.identity expected", 1, true))
      assert.is_true(other:bits() == 2048)
    end)

    it("misuse names the field", function()
      local identity <close> = alice()
      assert.equal("pem: a string was expected, got nil", raised(crypto.identity, nil))
      assert.equal("options: a table was expected, got a string of 10 bytes", raised(crypto.identity, "", "passphrase"))
      assert.equal("unknown option 'password'; did you mean 'passphrase'?",
        raised(crypto.identity, "", { password = "x" }))
      assert.equal("passphrase: a string was expected, got 5", raised(crypto.identity, "", { passphrase = 5 }))
      assert.equal("passphrase: a string of at most 1024 bytes was expected, got a string of 1025 bytes",
        raised(crypto.identity, "", { passphrase = ("x"):rep(1025) }))
      assert.matches("^algorithm: one of .*got 'ES256'", raised(identity.sign, identity, "ES256", "x"))
      assert.equal("bytes: a string was expected, got nil", raised(identity.sign, identity, "PS256", nil))
      assert.matches("^algorithm: one of .*got 'md5'", raised(identity.thumbprint, identity, "md5"))
    end)
  end)

  describe("public_key", function()
    it("accepts what openssl signed", function()
      local key <close> = assert(crypto.public_key(pem.alice.certificate))
      scratch.write(path "message", "text")
      local pss = openssl("dgst", "-sha256", "-sign", path "alice.key", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
        "rsa_pss_saltlen:32", path "message")
      local pkcs1 = openssl("dgst", "-sha256", "-sign", path "alice.key", path "message")
      assert.is_true(key:verify("PS256", "text", pss))
      assert.is_true(key:verify("RS256", "text", pkcs1))
      assert.is_false(key:verify("RS256", "text", pss))
      assert.is_false(key:verify("PS256", "text", pkcs1))
    end)

    it("refuses other salts, other bytes, other keys and broken signatures", function()
      local identity <close> = alice()
      local key <close> = assert(crypto.public_key(pem.alice.certificate))
      local other <close> = assert(crypto.public_key(pem.bob.certificate))
      scratch.write(path "message", "text")
      local short_salt = openssl("dgst", "-sha256", "-sign", path "alice.key", "-sigopt", "rsa_padding_mode:pss",
        "-sigopt", "rsa_pss_saltlen:20", path "message")
      assert.is_false(key:verify("PS256", "text", short_salt))
      for _, algorithm in ipairs { "PS256", "RS256" } do
        local signature = identity:sign(algorithm, "text")
        assert.is_true(key:verify(algorithm, "text", signature))
        assert.is_false(key:verify(algorithm, "texts", signature))
        assert.is_false(other:verify(algorithm, "text", signature))
        for _, broken in ipairs { "", "x", signature:sub(1, -2), signature .. "\0", ("\0"):rep(256) } do
          assert.is_false(key:verify(algorithm, "text", broken))
        end
      end
    end)

    it("is the first certificate, and knows as much of it as an identity", function()
      local identity <close> = alice()
      local key <close> = assert(crypto.public_key("words\n" .. pem.alice.certificate .. pem.bob.certificate))
      for _, name in ipairs { "subject", "bits", "not_before", "not_after" } do
        assert.equal(identity[name](identity), key[name](key))
      end
      assert.equal(identity:thumbprint "sha256", key:thumbprint "sha256")
      assert.same(identity:chain(), key:chain())
      assert.truthy(tostring(key):find "^public_key %(CN=backup")
    end)

    it("says what is wrong", function()
      for _, case in ipairs { { "", "bad_pem" }, { pem.alice.key, "no_certificate" },
        { pem.curve.certificate, "not_rsa" }, { pem.alice.certificate:sub(1, 300), "bad_pem" } } do
        local key, err = crypto.public_key(case[1])
        assert.is_nil(key)
        assert.equal(case[2], err.code)
      end
      assert.equal("pem: a string was expected, got table", raised(crypto.public_key, {}))
    end)
  end)

  it("lets a PEM text be damaged anywhere without harm", function()
    local whole = pem.leaf.key .. pem.leaf.certificate .. pem.middle.certificate
    for place = 1, #whole, 37 do
      for _, form in ipairs { whole:sub(1, place), whole:sub(1, place - 1) .. "!" .. whole:sub(place + 1),
        whole:sub(place) } do
        local identity, err = crypto.identity(form)
        assert.is_true((identity or err.code) ~= nil)
      end
    end
  end)

  it("comes through every allocation that fails, without a leak", function()
    local script = path "starved.lua"
    scratch.write(path "starved.pem", pem.pkcs8 .. pem.alice.certificate)
    scratch.write(script, ([[
      local crypto = require "m365restore.crypto"
      local file <close> = assert(io.open(%q))
      local pem = file:read "a"
      return function()
        assert(crypto.digest("sha256"):update("x"):final() == crypto.sha256 "x")
        assert(crypto.unbase64(crypto.base64 "text") == "text")
        local identity <close> = assert(crypto.identity(pem, { passphrase = "open sesame" }))
        local key <close> = assert(crypto.public_key(pem))
        assert(key:verify("PS256", "text", assert(identity:sign("PS256", "text"))))
        assert(#identity:chain() == 1 and #tostring(identity) > 0 and identity:not_after() > 0)
        assert(not crypto.identity(pem))
      end
    ]]):format(path "starved.pem"))
    scratch.compile("spec/support/starve.c", path "starve")
    local result = assert(system.run({ path "starve", script }, { env = scratch.environment(), timeout = 120 }))
    assert.equal("", result.stderr)
    assert.is_true(tonumber(result.stdout:match "^lua (%d+)\n$") > 20)
  end)
end)
