--- A person who signs in, on whatever screen there is.
-- @module m365restore.credential.device_code
local core = require "m365restore.core"
local check = require "m365restore.credential.check"
local clock = require "m365restore.clock"
local entra = require "m365restore.credential.entra"
local fetch = require "m365restore.credential.fetch"
local options = require "m365restore.options"
local redact = require "m365restore.credential.redact"
local value = require "m365restore.credential.value"

-- what slow_down adds to the interval, in seconds
local SLOWER = 5

-- how long a person has where nobody says, in seconds
local PATIENCE = "15m"

local rows = {
  tenant = "string", client_id = "string", prompt = "callable", timeout = "duration", cloud = "string",
  authority = "string", scope = "string",
}

-- between two questions, in seconds, regardless of what the server asks for
local USUAL_INTERVAL, SHORTEST_INTERVAL, LONGEST_INTERVAL = 5, 1, 60

local function failure(code, message)
  return core.failure { code = code, message = message, operation = "credential" }
end

--- Asks for a code that the person types in.
local function start(request, app)
  local answer, secrets = entra.send(request, app, "devicecode", function()
    return { scope = app.scope, claims = request.claims }
  end)
  if not answer then
    return nil, secrets
  end
  local flow = answer.status == 200 and core.decode(answer.body)
  if type(flow) ~= "table" or type(flow.device_code) ~= "string" or type(flow.user_code) ~= "string" then
    return nil, entra.failure(request, answer)
  end
  return flow
end

--- What may be shown of it. The device code is a secret, the user's is not.
local function shown(flow)
  return {
    user_code = flow.user_code,
    verification_uri = redact.text(flow.verification_uri, { flow.device_code }),
    expires_in = tonumber(flow.expires_in),
    message = redact.text(flow.message, { flow.device_code }),
  }
end

local ends = {
  authorization_declined = "sign_in_declined",
  access_denied = "sign_in_declined",
  expired_token = "sign_in_expired",
}

--- Asks until the person has signed in, or has not.
local function poll(request, app, flow)
  local time = fetch.clock(request)
  local interval = math.max(math.min(tonumber(flow.interval) or USUAL_INTERVAL, LONGEST_INTERVAL), SHORTEST_INTERVAL)
  local deadline = clock.monotonic(time) + (tonumber(flow.expires_in) or 900)
  while clock.monotonic(time) < deadline do
    clock.sleep(time, interval)
    local answer, secrets = entra.send(request, app, "token", function()
      return { grant_type = "urn:ietf:params:oauth:grant-type:device_code", device_code = flow.device_code }
    end)
    if not answer then
      return nil, secrets
    end
    local grant = entra.grant(answer)
    if grant then
      return grant
    end
    local err = entra.failure(request, answer, secrets)
    if err.oauth == "slow_down" then
      interval = interval + SLOWER
    elseif err.oauth ~= "authorization_pending" then
      return nil, ends[err.oauth] and failure(ends[err.oauth], err.message) or err
    end
  end
  return nil, failure("sign_in_expired", "the code was not used in time")
end

local function sign_in(request, app, prompt)
  local flow, err = start(request, app)
  if not flow then
    return nil, err
  end
  prompt(shown(flow))
  return poll(request, app, flow)
end

--- The next token without the person; nil, nil: they have to sign in again.
local function refresh(request, app, refresh_token)
  local token, life, ahead, grant = entra.token(request, app, function(form)
    form.grant_type, form.refresh_token = "refresh_token", refresh_token
    return form
  end)
  if token then
    grant.refresh_in = ahead
    return grant
  end
  local gone = life.oauth == "invalid_grant" or life.oauth == "interaction_required"
  return nil, not gone and life or nil
end

--- A person signs in, once; afterwards a refresh token does, which is kept in
-- memory only. Calls wait for as long as the person takes.
-- @function device_code
-- @tparam table given `tenant`, `client_id` of a public client; `prompt`,
-- called with a table `message`, `user_code`, `verification_uri`,
-- `expires_in`; `timeout` (duration, default 15m), `cloud`, `authority`,
-- `scope` (default Graph's, with offline_access)
-- @treturn credential; raises on bad input
return function(given)
  local what = "credential.device_code"
  check.present(what, given or {}, { "tenant", "client_id", "prompt" })
  local o = options.read(what, given, rows)
  local app, prompt, refresh_token = entra.app(what, o), o.prompt, nil
  app.scope = o.scope or app.scope .. " offline_access"
  return value.new("device_code", { tenant = app.tenant, client_id = app.client_id }, function(request)
    local grant, err
    if refresh_token then
      grant, err = refresh(request, app, refresh_token)
    end
    if not grant and not err then
      grant, err = sign_in(request, app, prompt)
    end
    if not grant then
      return nil, err
    end
    refresh_token = type(grant.refresh_token) == "string" and grant.refresh_token or refresh_token
    return grant.access_token, tonumber(grant.expires_in), tonumber(grant.refresh_in)
  end, core.duration(o.timeout or PATIENCE))
end
