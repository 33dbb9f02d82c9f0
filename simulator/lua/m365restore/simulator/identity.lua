--- Tokens: the identity provider's endpoint, and the check of every call's bearer.
-- @module m365restore.simulator.identity
local errors = require "m365restore.simulator.errors"
local json = require "m365restore.simulator.json"

local Identity = {}
Identity.__index = Identity

local identity = {}

-- Every permission of the API; a token without a list of its own has them all.
identity.PERMISSIONS = {
  "BackupRestore-Restore.Read.All", "BackupRestore-Restore.ReadWrite.All", "BackupRestore-Search.Read.All",
  "BackupRestore-Configuration.Read.All", "BackupRestore-Configuration.ReadWrite.All",
  "BackupRestore-Control.Read.All", "BackupRestore-Control.ReadWrite.All",
}

local function set(list)
  local members = {}
  for _, name in ipairs(list) do members[name] = true end
  return members
end

--- Makes the identity provider of a tenant.
-- @tparam Ids ids
-- @treturn Identity with `tenant`, `client_id`, `client_secret`
function identity.new(ids)
  return setmetatable({
    ids = ids, tokens = {}, era = 0,
    tenant = ids:guid("tenant", 1), client_id = ids:guid("application", 1),
    client_secret = "simulated-secret-" .. ids:guid("application", 2):sub(1, 8),
    user_id = ids:guid("user", 1 << 30),
  }, Identity)
end

--- Makes a token.
-- @tparam table options `application`, another client id; `delegated`, `permissions`, `lifetime` in simulated seconds,
-- `claims` that were asked for
-- @tparam number now
-- @treturn string token
-- @treturn number lifetime
function Identity:mint(options, now)
  local lifetime = options.lifetime or 3599
  local text = "simulated." .. self.ids:next("token")
  self.tokens[text] = {
    permissions = set(options.permissions or identity.PERMISSIONS), delegated = options.delegated or false,
    expires = now + lifetime, era = self.era, claims = options.claims,
    client_id = options.application or self.client_id, app_name = "Simulated Application",
    user_id = self.user_id, user_name = "Simulated Administrator",
  }
  return text, lifetime
end

--- Makes every token so far worthless.
-- @tparam ?string claims a challenge that new tokens have to answer
function Identity:revoke(claims)
  self.era = self.era + 1
  self.claims = claims
end

-- {====== Bearers ======

local function base64(text)
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  return (text:gsub("..?.?", function(group)
    local a, b, c = group:byte(1, 3)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    local out = {}
    for i = 1, 4 do
      local at = (bits >> (24 - 6 * i) & 63) + 1
      out[i] = i <= #group + 1 and alphabet:sub(at, at) or "="
    end
    return table.concat(out)
  end))
end

local function challenge(claims)
  local header = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
  if not claims then return header end
  return ('%s, error="insufficient_claims", claims="%s"'):format(header, base64(claims))
end

local function refuse(message, claims)
  errors.raise("InvalidAuthenticationToken", message, { headers = { ["WWW-Authenticate"] = challenge(claims) } })
end

--- The token of a call.
-- @tparam table ctx the request
-- @treturn table; raises the refusal when it is missing, unknown, expired or revoked
function Identity:bearer(ctx)
  local text = (ctx.headers.authorization or ""):match("^[Bb]earer%s+(%S+)%s*$")
  if not text then refuse("Access token is empty.") end
  local token = self.tokens[text]
  if not token then refuse("The access token is not valid.") end
  if ctx.now >= token.expires then refuse("Lifetime validation failed, the token is expired.") end
  if token.era < self.era or self.claims and token.claims ~= self.claims then
    refuse("Continuous access evaluation resulted in a challenge.", self.claims)
  end
  return token
end

--- Refuses a token that has none of some permissions.
-- @tparam table token
-- @tparam table permissions
function identity.permit(token, permissions)
  for _, name in ipairs(permissions) do
    if token.permissions[name] then return end
  end
  errors.raise("Forbidden", "One of these permissions is needed: " .. table.concat(permissions, ", ") .. ".")
end

-- }======

-- {====== The token endpoint ======

local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function read_form(ctx)
  local form = {}
  for pair in ctx.raw_body:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    form[unescape(name)] = unescape(value)
  end
  return form
end

-- { status, OAuth word, number, text }
local FAULTS = {
  media = { 400, "invalid_request", 900144, "The request body must be application/x-www-form-urlencoded." },
  missing = { 400, "invalid_request", 900144, "The request body must contain the following parameter: '%s'." },
  tenant = { 400, "invalid_request", 90002, "Tenant '%s' not found." },
  grant = { 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'." },
  client = { 400, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory." },
  secret = { 401, "invalid_client", 7000215, "Invalid client secret provided." },
  scope = { 400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid: '%s'." },
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

local function examine(self, ctx)
  local kind = (ctx.headers["content-type"] or ""):lower():match("^%s*([^;%s]*)")
  if kind ~= "application/x-www-form-urlencoded" then return fault("media") end
  local form = read_form(ctx)
  for _, name in ipairs { "grant_type", "client_id", "client_secret", "scope" } do
    if (form[name] or "") == "" then return fault("missing", name) end
  end
  local tenant = ctx.params.tenant:lower()
  if tenant ~= self.tenant and tenant ~= "contoso.onmicrosoft.com" then return fault("tenant", ctx.params.tenant) end
  if form.grant_type ~= "client_credentials" then return fault("grant", form.grant_type) end
  if form.client_id:lower() ~= self.client_id then return fault("client", form.client_id) end
  if form.client_secret ~= self.client_secret then return fault("secret") end
  if not form.scope:find("^%S+/%.default$") then return fault("scope", form.scope) end
  return nil, form
end

--- POST /{tenant}/oauth2/v2.0/token
function identity.token(ctx)
  local self = ctx.model.identity
  local problem, form = examine(self, ctx)
  if problem then return problem.fault[1], fault_body(self, problem, ctx.now) end
  local claims = form.claims ~= "" and form.claims or nil
  local text, lifetime = self:mint({ claims = claims }, ctx.now)
  return 200, { token_type = "Bearer", expires_in = lifetime, ext_expires_in = lifetime, access_token = text }
end

-- }======

return identity
