--- Tokens: how they are made, and the check of every call's bearer. The endpoints that give them out are in the
-- modules `entra` and `managed`.
-- @module m365restore.simulator.identity.tokens
local base64 = require "m365restore.simulator.wire.base64"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"

local Identity = {}
Identity.__index = Identity

local identity = {}

-- Every permission of the API; a token without a list of its own has them all.
identity.PERMISSIONS = {
  "BackupRestore-Restore.Read.All", "BackupRestore-Restore.ReadWrite.All", "BackupRestore-Search.Read.All",
  "BackupRestore-Configuration.Read.All", "BackupRestore-Configuration.ReadWrite.All",
  "BackupRestore-Control.Read.All", "BackupRestore-Control.ReadWrite.All", "BackupRestore-Monitor.Read.All",
}

local function set(list)
  local members = {}
  for _, name in ipairs(list) do members[name] = true end
  return members
end

--- Makes the identity provider of a tenant.
-- @tparam Ids ids
-- @tparam number speed simulated seconds per real second
-- @treturn Identity with `tenant`, `client_id`, `client_secret`
function identity.new(ids, speed)
  return setmetatable({
    ids = ids, pace = math.max(speed, 1),
    tokens = {}, era = 0, refresh_tokens = {}, devices = {}, assertions = {}, federated = {},
    defaults = { interval = 5, code_lifetime = 900 },
    identity_header = "simulated-header-" .. ids:guid("application", 3),
    tenant = ids:guid("tenant", 1), client_id = ids:guid("application", 1),
    client_secret = "simulated-secret-" .. ids:guid("application", 2):sub(1, 8),
    user_id = ids:guid("user", 1 << 30),
  }, Identity)
end

-- The two parts of a JWT that anybody can read; nobody is meant to.
local function describe(self, options, now, lifetime)
  local permissions = options.permissions or identity.PERMISSIONS
  local body = {
    aud = "https://graph.microsoft.com", iss = "https://sts.windows.net/" .. self.tenant .. "/", tid = self.tenant,
    appid = options.application or self.client_id,
    app_displayname = "Simulated Application", iat = math.floor(now), nbf = math.floor(now),
    exp = math.floor(now + lifetime),
  }
  if options.delegated then
    body.scp, body.name = table.concat(permissions, " "), "Simulated Administrator"
  else
    body.roles = json.array(table.move(permissions, 1, #permissions, 1, {}))
  end
  return base64.url(json.encode { typ = "JWT", alg = "none" }) .. "." .. base64.url(json.encode(body))
end

--- Makes a token.
-- @tparam table options `application`, another client id; `delegated`, `permissions`, `lifetime` in simulated seconds,
-- `claims` that were asked for, `real`: the asking client counts real seconds, and so its life is that long at least
-- @tparam number now
-- @treturn string token
-- @treturn number lifetime
function Identity:mint(options, now)
  local lifetime = options.lifetime or self.defaults.lifetime or 3599
  local pace = options.real and self.pace or 1
  local text = describe(self, options, now, lifetime) .. "." .. self.ids:next("token")
  self.tokens[text] = {
    permissions = set(options.permissions or identity.PERMISSIONS), delegated = options.delegated or false,
    expires = now + lifetime * pace, era = self.era, claims = options.claims,
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

local function challenge(claims)
  local header = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
  if not claims then return header end
  return ('%s, error="insufficient_claims", claims="%s"'):format(header, base64.encode(claims))
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

return identity
