--- A certificate of the app.
-- @module m365restore.credential.certificate
local core = require "m365restore.core"
local check = require "m365restore.credential.check"
local entra = require "m365restore.credential.entra"
local fetch = require "m365restore.credential.fetch"
local options = require "m365restore.options"
local value = require "m365restore.credential.value"

-- how long an assertion is good for, in seconds
local LIFE = 600

local rows = {
  tenant = "string", client_id = "string", path = "string", pem = "string", passphrase = "string",
  algorithm = "string", send_chain = "boolean", cloud = "string", authority = "string", scope = "string",
}

-- algorithm -> the header that names the certificate, and its hash
local algorithms = {
  PS256 = { name = "x5t#S256", hash = "sha256" },
  RS256 = { name = "x5t", hash = "sha1" },
}

local function read_pem(what, o)
  if o.pem then
    return o.pem, what .. ".pem"
  end
  local pem, err = require("m365restore.system").read_file(o.path, 1 << 20)
  if not pem then
    error(("%s.path: %s"):format(what, tostring(err)), 0)
  end
  return pem, what .. ".path: " .. o.path
end

--- The key and its certificate; raises what is wrong with them, and with the
-- times of the certificate.
local function read_identity(what, o)
  local pem, where = read_pem(what, o)
  local identity, err = require("m365restore.crypto").identity(pem, { passphrase = o.passphrase })
  if not identity then
    error(("%s: %s"):format(where, tostring(err)), 0)
  end
  local now, first, last = core.now(), identity:not_before(), identity:not_after()
  if last and last < now then
    error(("%s: the certificate expired on %s"):format(where, os.date("!%Y-%m-%d", last)), 0)
  elseif first and first > now then
    error(("%s: the certificate is not valid before %s"):format(where, os.date("!%Y-%m-%d", first)), 0)
  end
  return identity
end

local function uuid()
  local bytes = { assert(require("m365restore.system").random(16)):byte(1, 16) }
  bytes[7] = bytes[7] & 0x0f | 0x40
  bytes[9] = bytes[9] & 0x3f | 0x80
  return (("%02x"):rep(4) .. ("-%02x%02x"):rep(4) .. ("%02x"):rep(4)):format(table.unpack(bytes))
end

--- A signed assertion; one for each token request.
local function assertion(identity, o, app, now)
  local crypto = require "m365restore.crypto"
  local algorithm = algorithms[o.algorithm]
  local header = {
    alg = o.algorithm, typ = "JWT",
    [algorithm.name] = crypto.base64url(identity:thumbprint(algorithm.hash)),
    x5c = o.send_chain and core.array(identity:chain()) or nil,
  }
  local claims = {
    aud = app.endpoint .. "token", iss = app.client_id, sub = app.client_id, jti = uuid(),
    iat = now, nbf = now, exp = now + LIFE,
  }
  local signed = crypto.base64url(core.encode(header)) .. "." .. crypto.base64url(core.encode(claims))
  local signature, err = identity:sign(o.algorithm, signed)
  return signature and signed .. "." .. crypto.base64url(signature), err
end

--- An app that proves itself by a certificate.
-- @function certificate
-- @tparam table given `tenant`, `client_id`; `path` of a PEM file with the
-- private key and the certificate, or `pem`, its text; `passphrase` of an
-- encrypted key; `algorithm` ("PS256", default, or "RS256"), `send_chain`
-- (boolean: sends the certificates, for subject name and issuer trust);
-- `cloud`, `authority`, `scope` as for client_secret
-- @treturn credential; raises on bad input
return function(given)
  local what = "credential.certificate"
  check.present(what, given or {}, { "tenant", "client_id" })
  local o = options.read(what, given, rows)
  if (o.path == nil) == (o.pem == nil) then
    options.misuse(what, "either path or pem", o.path and "both" or "neither")
  end
  o.algorithm = o.algorithm or "PS256"
  options.choice(what .. ".algorithm", o.algorithm, algorithms)
  local app = entra.app(what, o)
  local identity = read_identity(what, o)
  local how = { algorithm = o.algorithm, send_chain = o.send_chain }
  return value.new("certificate", { tenant = app.tenant, client_id = app.client_id }, function(request)
    return entra.token(request, app, function(form)
      local text, err = assertion(identity, how, app, math.floor(fetch.clock(request):now()))
      if not text then
        return nil, err
      end
      return entra.as_app_by_assertion(form, text)
    end)
  end)
end
