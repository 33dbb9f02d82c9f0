--- Microsoft Entra ID's token endpoint: forms there, tokens or errors back.
-- @module m365restore.credential.entra
local core = require "m365restore.core"
local aadsts = require "m365restore.credential.aadsts"
local check = require "m365restore.credential.check"
local cloud = require "m365restore.credential.cloud"
local fetch = require "m365restore.credential.fetch"
local redact = require "m365restore.credential.redact"

local entra = {}

-- a clock that is off by more than this, in seconds, is named
local SKEW = 120

-- fields of a form that are secrets
local SECRET = { "client_secret", "client_assertion", "refresh_token", "device_code" }

--- Checks what all of this endpoint's credentials have in common.
-- @tparam string what for messages
-- @tparam table options `tenant`, `client_id`, `cloud` or `authority`, `scope`
-- @treturn table `tenant`, `client_id`, `scope`, `resource`, `endpoint`
function entra.app(what, options)
  check.tenant(what, options.tenant)
  check.id(what .. ".client_id", options.client_id)
  local authority, resource = cloud.authority(what, options)
  return {
    tenant = options.tenant,
    client_id = options.client_id,
    scope = options.scope or resource .. "/.default",
    resource = resource,
    endpoint = ("%s/%s/oauth2/v2.0/"):format(authority, options.tenant),
  }
end

--- The seconds that this machine's clock is ahead of the server's, where that
-- matters.
local function skew_of(request, answer)
  local ahead = answer.date and fetch.clock(request):now() - answer.date
  return ahead and math.abs(ahead) > SKEW and math.floor(ahead + 0.5) or nil
end

local function skew_text(skew)
  return skew and (" The clock here is %d s %s the token endpoint's."):format(math.abs(skew),
    skew > 0 and "ahead of" or "behind") or ""
end

local function is_transient(answer, problem)
  return core.passes(answer.status) or fetch.is_garbled(answer) or problem.error == "temporarily_unavailable"
end

--- What happened, where the answer does not say it.
local function fact_of(answer)
  return ("the token endpoint answered %d%s"):format(answer.status,
    fetch.is_garbled(answer) and " with something that is not JSON" or "")
end

--- The failure that an answer stands for, in the form of all failures.
-- @tparam table request
-- @tparam table answer
-- @tparam[opt={}] table secrets that the server may quote
-- @treturn error `aadsts` (number), `oauth` (word), `trace_id`,
-- `correlation_id`, `clock_skew`, `retry_after`
function entra.failure(request, answer, secrets)
  local problem = core.decode(answer.body)
  problem = type(problem) == "table" and problem or {}
  local description = redact.text(problem.error_description, secrets or {})
  local number = description and description:match "AADSTS(%d+)"
  number = number and math.tointeger(tonumber(number))
    or type(problem.error_codes) == "table" and math.tointeger(problem.error_codes[1])
  local word = redact.text(problem.error, secrets or {})
  local skew = skew_of(request, answer)
  local message = description and description:match "^(.-)%s*Trace ID:" or description or word or fact_of(answer)
  return core.failure {
    code = number and "aadsts" or word and "oauth" or "bad_token_answer",
    message = message .. skew_text(skew),
    operation = "credential",
    status = answer.status,
    class = is_transient(answer, problem) and "retry" or nil,
    seen = skew and "clock_skew" or nil,
    remedy = aadsts[number],
    aadsts = number or nil,
    oauth = word,
    trace_id = redact.text(problem.trace_id, secrets or {}),
    correlation_id = redact.text(problem.correlation_id, secrets or {}),
    clock_skew = skew,
    retry_after = answer.retry_after,
    sent = true,
  }
end

--- The token of an answer.
-- @treturn ?table the decoded answer, with `access_token`; nil: it is none
function entra.grant(answer)
  local grant = answer.status == 200 and core.decode(answer.body)
  if type(grant) == "table" and type(grant.access_token) == "string" then
    return grant
  end
end

local function secrets_of(form)
  local list = {}
  for i, name in ipairs(SECRET) do list[i] = form[name] or "" end
  return list
end

--- Sends a form to an endpoint of the app. May yield.
-- @tparam table request
-- @tparam table app from `entra.app`
-- @tparam string path "token" or "devicecode"
-- @tparam function fill makes the form; returns it, or nil, err
-- @treturn ?table the answer; or nil, err
-- @treturn table what of the form is secret
function entra.send(request, app, path, fill)
  local secrets = {}
  local answer, err = fetch.answer(request, function()
    local form, problem = fill()
    if not form then
      return nil, problem
    end
    form.client_id = app.client_id
    secrets = secrets_of(form)
    return { method = "POST", url = app.endpoint .. path, form = form }
  end)
  if not answer then
    return nil, err
  end
  return answer, secrets
end

--- Asks for a token. May yield.
-- @tparam table request
-- @tparam table app
-- @tparam function fill adds the proof to a form; returns it, or nil, err
-- @treturn ?string token; or nil, err
-- @treturn number expires_in
-- @treturn ?number refresh_in
-- @treturn table the whole answer
function entra.token(request, app, fill)
  local claims = request.claims
  local answer, secrets = entra.send(request, app, "token", function()
    return fill { scope = app.scope, claims = claims }
  end)
  if not answer then
    return nil, secrets
  end
  local grant = entra.grant(answer)
  if not grant then
    return nil, entra.failure(request, answer, secrets)
  end
  return grant.access_token, tonumber(grant.expires_in), tonumber(grant.refresh_in), grant
end

--- Fills a form for an app's own token.
-- @tparam table form
-- @tparam table proof name -> string
-- @treturn table form
function entra.as_app(form, proof)
  form.grant_type = "client_credentials"
  for name, text in pairs(proof) do form[name] = text end
  return form
end

--- The same with an assertion.
function entra.as_app_by_assertion(form, assertion)
  return entra.as_app(form, {
    client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion = assertion,
  })
end

return entra
