--- The identity provider's endpoints: a secret, a certificate, a federated token, a device code or a refresh token go
-- in, tokens come out, or Microsoft Entra ID's numbers.
-- @module m365restore.simulator.identity.entra
local base64 = require "m365restore.simulator.wire.base64"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"

local entra = {}

-- {====== Refusals ======

-- { status, OAuth word, number, text }
local FAULTS = {
  media = { 400, "invalid_request", 900144, "The request body must be application/x-www-form-urlencoded." },
  missing = { 400, "invalid_request", 900144, "The request body must contain the following parameter: '%s'." },
  tenant = { 400, "invalid_request", 90002, "Tenant '%s' not found." },
  grant = { 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'." },
  client = { 400, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory." },
  secret = { 401, "invalid_client", 7000215, "Invalid client secret provided." },
  scope = { 400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid: '%s'." },
  signature = { 401, "invalid_client", 700027, "Client assertion failed signature validation: %s." },
  times = { 401, "invalid_client", 700024, "Client assertion is not within its valid time range." },
  federated = { 401, "invalid_client", 70021, "No matching federated identity record found for presented assertion." },
  pending = { 400, "authorization_pending", 70016, "The user has not signed in yet." },
  slow = { 400, "slow_down", 70016, "The device asks too often." },
  declined = { 400, "authorization_declined", 70017, "The user declined." },
  expired = { 400, "expired_token", 70020, "The device code has expired." },
  code = { 400, "bad_verification_code", 70018, "The device code is unknown." },
  refresh = { 400, "invalid_grant", 70008, "The refresh token has expired." },
}

local function fault(name, detail) return { fault = FAULTS[name], detail = detail } end

local function fault_body(self, problem, now)
  local _, word, number, text = table.unpack(problem.fault)
  local stamp = os.date("!%Y-%m-%d %H:%M:%SZ", math.floor(now))
  local trace, correlation = self.ids:next("trace"), self.ids:next("trace")
  local description = ("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s"):format(
    number, text:format(problem.detail), trace, correlation, stamp)
  return {
    error = word, error_description = description, error_codes = json.array { number }, timestamp = stamp,
    trace_id = trace, correlation_id = correlation,
    error_uri = ("https://login.microsoftonline.com/error?code=%d"):format(number),
  }
end

-- }======

-- {====== Forms ======

-- The form, or nil and what is wrong with it.
local function examine(self, ctx, needed)
  local kind = (ctx.headers["content-type"] or ""):lower():match("^%s*([^;%s]*)")
  if kind ~= "application/x-www-form-urlencoded" then return nil, fault("media") end
  local form = odata.read_pairs(ctx.raw_body)
  for _, name in ipairs(needed) do
    if (form[name] or "") == "" then return nil, fault("missing", name) end
  end
  local tenant = ctx.params.tenant:lower()
  if tenant ~= self.tenant and tenant ~= "contoso.onmicrosoft.com" then
    return nil, fault("tenant", ctx.params.tenant)
  end
  if form.client_id:lower() ~= self.client_id then return nil, fault("client", form.client_id) end
  return form
end

-- }======

-- {====== Assertions ======

local ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

-- how far a clock may be off, and how long an assertion may be good for
local SKEW, LONGEST = 300, 24 * 3600

local THUMBPRINTS = { ["x5t#S256"] = "sha256", x5t = "sha1" }

local function read_part(text)
  local bytes = text and base64.decode(text)
  local value = bytes and json.decode(bytes)
  return json.type(value) == "object" and json.plain(value) or {}
end

local function is_thumbprint(self, header)
  local crypto = require "m365restore.crypto"
  for name, hash in pairs(THUMBPRINTS) do
    if header[name] and header[name] == crypto.base64url(self.certificate:thumbprint(hash)) then return true end
  end
  return false
end

local function check_times(claims, now)
  local first, last = tonumber(claims.nbf), tonumber(claims.exp)
  return first and last and first - SKEW <= now and now < last + SKEW and last - first <= LONGEST
end

-- nil: the certificate's owner made this assertion, for us, now, and for the first time
local function check_assertion(self, ctx, text)
  local signed, signature = text:match("^([^.]+%.[^.]+)%.([^.]+)$")
  if not signed or not self.certificate then return fault("signature", "it is no signed token that is known") end
  local header, claims = read_part(signed:match("^[^.]+")), read_part(signed:match("[^.]+$"))
  if header.alg ~= "PS256" and header.alg ~= "RS256" then return fault("signature", "the algorithm is unknown") end
  if not is_thumbprint(self, header) then return fault("signature", "the thumbprint is unknown") end
  if not self.certificate:verify(header.alg, signed, base64.decode(signature) or "") then
    return fault("signature", "the signature is wrong")
  end
  if claims.aud ~= ctx.origin .. ctx.path then return fault("signature", "the audience is wrong") end
  if claims.iss ~= self.client_id or claims.sub ~= self.client_id then
    return fault("signature", "the issuer is not the app")
  end
  if not check_times(claims, ctx.now) then return fault("times") end
  if not claims.jti or self.assertions[claims.jti] then return fault("signature", "it was seen before") end
  self.assertions[claims.jti] = true
end

local function check_client(self, ctx, form)
  if form.client_assertion then
    if form.client_assertion_type ~= ASSERTION then return fault("missing", "client_assertion_type") end
    if self.federated[form.client_assertion] then return nil end
    if next(self.federated) then return fault("federated") end
    return check_assertion(self, ctx, form.client_assertion)
  end
  if (form.client_secret or "") == "" then return fault("missing", "client_secret") end
  if form.client_secret ~= self.client_secret then return fault("secret") end
end

-- }======

-- {====== Grants ======
-- Each takes the form, and returns what the token is like, or nil and a fault.

local grants = {}

function grants.client_credentials(self, ctx, form)
  local problem = check_client(self, ctx, form)
  if problem then return nil, problem end
  if (form.scope or "") == "" then return nil, fault("missing", "scope") end
  if not form.scope:find("^%S+/%.default$") then return nil, fault("scope", form.scope) end
  return {}
end

-- A refresh token is good once; the next one comes with the token.
local function delegated(self, scope)
  local grant = { delegated = true }
  if (scope or ""):find("offline_access", 1, true) then
    grant.refresh_token = "simulated-refresh-" .. self.ids:next("token")
    self.refresh_tokens[grant.refresh_token] = { scope = scope }
  end
  return grant
end

grants["urn:ietf:params:oauth:grant-type:device_code"] = function(self, ctx, form)
  local device = self.devices[form.device_code or ""]
  if not device then return nil, fault("code") end
  if ctx.now >= device.expires then return nil, fault("expired") end
  if device.asked and ctx.now < device.asked + device.interval then
    device.interval, device.asked = device.interval + 5, ctx.now
    return nil, fault("slow")
  end
  device.asked = ctx.now
  if device.outcome == "declined" then return nil, fault("declined") end
  if device.outcome ~= "approved" then return nil, fault("pending") end
  self.devices[form.device_code] = nil
  return delegated(self, device.scope)
end

function grants.refresh_token(self, _, form)
  local known = self.refresh_tokens[form.refresh_token or ""]
  if not known then return nil, fault("refresh") end
  self.refresh_tokens[form.refresh_token] = nil
  return delegated(self, known.scope)
end

--- POST /{tenant}/oauth2/v2.0/token
function entra.token(ctx)
  local self = ctx.model.identity
  local form, problem = examine(self, ctx, { "grant_type", "client_id" })
  local grant
  if form and not grants[form.grant_type] then form, problem = nil, fault("grant", form.grant_type) end
  if form then grant, problem = grants[form.grant_type](self, ctx, form) end
  if not grant then return problem.fault[1], fault_body(self, problem, ctx.now) end
  grant.real = true
  grant.claims = form.claims ~= "" and form.claims or nil
  local text, lifetime = self:mint(grant, ctx.now)
  return 200, {
    token_type = "Bearer", expires_in = lifetime, ext_expires_in = lifetime, refresh_in = self.defaults.refresh_in,
    access_token = text, refresh_token = grant.refresh_token, scope = grant.delegated and form.scope or nil,
  }
end

--- POST /{tenant}/oauth2/v2.0/devicecode
function entra.devicecode(ctx)
  local self = ctx.model.identity
  local form, problem = examine(self, ctx, { "client_id", "scope" })
  if not form then return problem.fault[1], fault_body(self, problem, ctx.now) end
  local code, number = self.ids:next("token")
  local user_code = ("SIM%06d"):format(number)
  self.devices[code] = {
    user_code = user_code, scope = form.scope, interval = self.defaults.interval, outcome = self.defaults.outcome,
    expires = ctx.now + self.defaults.code_lifetime * self.pace,
  }
  return 200, {
    device_code = code, user_code = user_code, verification_uri = "https://microsoft.com/devicelogin",
    expires_in = self.defaults.code_lifetime, interval = self.defaults.interval,
    message = ("Open https://microsoft.com/devicelogin and enter the code %s."):format(user_code),
  }
end

-- }======

-- {====== What the program that started the simulator may ask ======

entra.commands = {}

function entra.commands.trust(model, options)
  local self = model.identity
  if options.federated then self.federated[options.federated] = true end
  if options.certificate then
    self.certificate = assert(require("m365restore.crypto").public_key(options.certificate))
  end
end

function entra.commands.identity(model, options)
  for name, value in pairs(options) do model.identity.defaults[name] = value end
end

function entra.commands.device(model, options)
  for _, device in pairs(model.identity.devices) do
    if device.user_code == options.user_code then
      device.outcome = options.outcome
      return
    end
  end
  error("there is no user code '" .. tostring(options.user_code) .. "'", 0)
end

function entra.commands.end_sign_ins(model)
  model.identity.refresh_tokens = {}
end

--- Every secret that was given out so far.
function entra.commands.secrets(model)
  local self, list = model.identity, json.array { model.identity.client_secret, model.identity.identity_header }
  for _, secrets in ipairs { self.tokens, self.refresh_tokens, self.devices, self.federated } do
    for text in pairs(secrets) do list[#list + 1] = text end
  end
  return list
end

-- }======

return entra
