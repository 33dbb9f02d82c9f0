--- The identity of the machine, from an endpoint that is on or beside it.
-- @module m365restore.credential.managed_identity
local core = require "m365restore.core"
local check = require "m365restore.credential.check"
local fetch = require "m365restore.credential.fetch"
local options = require "m365restore.options"
local redact = require "m365restore.credential.redact"
local uri = require "m365restore.text.uri"
local value = require "m365restore.credential.value"
local variables = require "m365restore.credential.variables"

local managed_identity = {
  --- where Azure Arc leaves its proof; elsewhere no file is read
  arc_directory = "/var/opt/azcmagent/tokens",
}

local RESOURCE = "https://graph.microsoft.com"

-- how long the endpoint may take, retries included, in real seconds
local TIMEOUT = 120

-- IMDS wants these pauses, in seconds
local PAUSES = { 0.5, 2, 6, 14, 30 }

-- larger than any of Arc's proofs
local LARGEST_PROOF = 4096

local rows = { client_id = "string", object_id = "string", resource_id = "string", variables = "table" }

--- IMDS is still starting (404), or is being updated (410)
local function passes(status)
  return status == 404 or status == 410 or core.passes(status)
end

-- {====== Kinds of host ======
-- The first one all of whose variables are set is taken; IMDS has none. A
-- query parameter that is missing from `ids` cannot be asked for.

local hosts = {
  {
    name = "Service Fabric",
    needs = { "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT" },
    refused = "its endpoint has a certificate that nobody signed, and verification cannot be turned off",
  },
  {
    name = "App Service", needs = { "IDENTITY_ENDPOINT", "IDENTITY_HEADER" }, version = "2019-08-01",
    header = { "X-IDENTITY-HEADER", "IDENTITY_HEADER" },
    ids = { client_id = "client_id", object_id = "object_id", resource_id = "mi_res_id" },
  },
  {
    name = "Azure Arc", needs = { "IDENTITY_ENDPOINT", "IMDS_ENDPOINT" }, version = "2020-06-01",
    header = { "Metadata" }, ids = {}, proof = true,
  },
  {
    name = "Azure Machine Learning", needs = { "MSI_ENDPOINT", "MSI_SECRET" }, version = "2017-09-01",
    header = { "secret", "MSI_SECRET" }, ids = { client_id = "clientid" },
  },
  {
    name = "IMDS", needs = {}, version = "2018-02-01", header = { "Metadata" },
    ids = { client_id = "client_id", object_id = "object_id", resource_id = "msi_res_id" },
  },
}

local function find_host(get)
  for _, host in ipairs(hosts) do
    local there = true
    for _, name in ipairs(host.needs) do there = there and get(name) end
    if there then return host end
  end
end

-- AZURE_POD_IDENTITY_AUTHORITY_HOST stands in for the address of IMDS.
local function endpoint_of(host, get)
  if host.needs[1] then return get(host.needs[1]) end
  local base = get "AZURE_POD_IDENTITY_AUTHORITY_HOST" or "http://169.254.169.254"
  return base:gsub("/+$", "") .. "/metadata/identity/oauth2/token"
end

-- }======

--- The one id that was given, as the host's query wants it.
local function id_query(what, o, host)
  local query, count = "", 0
  for option in pairs(rows) do
    if option ~= "variables" and o[option] then
      local name = host.ids[option]
      if not name then
        error(("%s.%s: %s takes no such id"):format(what, option, host.name), 0)
      end
      check.id(what .. "." .. option, o[option])
      query, count = ("&%s=%s"):format(name, uri.escape(o[option])), count + 1
    end
  end
  if count > 1 then
    options.misuse(what, "one of client_id, object_id and resource_id", count)
  end
  return query
end

--- Numbers come as text; the end of life as a moment.
local function read_token(request, answer)
  local grant = answer.status == 200 and core.decode(answer.body)
  if type(grant) ~= "table" or type(grant.access_token) ~= "string" then
    return nil
  end
  local life, ends = tonumber(grant.expires_in), tonumber(grant.expires_on)
  if not life and ends then -- a moment of the service's clock
    life = ends - (answer.date or fetch.clock(request):now())
  end
  local ahead = tonumber(grant.refresh_in) or life and life >= 7200 and life / 2 or nil
  return grant.access_token, life, ahead
end

local function failure(host, answer, secrets)
  local problem = core.decode(answer.body)
  problem = type(problem) == "table" and problem or {}
  local garbled = fetch.is_garbled(answer)
  local function text(name) return redact.text(problem[name], secrets) end
  return core.failure {
    code = "credential_unavailable",
    message = ("%s answered %d: %s"):format(host.name, answer.status,
      text "error_description" or text "message" or text "error" or garbled and "something that is not JSON"
        or "no reason given"),
    operation = "credential", oauth = text "error", status = answer.status, retry_after = answer.retry_after,
    class = (garbled or passes(answer.status)) and "retry" or nil, sent = true,
    seen = not garbled and "no_identity" or nil,
  }
end

--- The content of the file that Arc names, or nil and what is wrong. Only the agent can have put it
-- into the agent's folder.
local function read_proof(answer)
  local path = (answer.headers["www-authenticate"] or ""):match "^[Bb]asic%s+realm=(.+)$"
  path = path and path:gsub('^"(.*)"$', "%1") or ""
  local folder, name = path:match "^(.*)/([^/]+%.key)$"
  if folder ~= managed_identity.arc_directory or name:find("..", 1, true) then
    return nil, "Azure Arc names a file that is not in " .. managed_identity.arc_directory
  end
  local text, err = require("m365restore.system").read_file(path, LARGEST_PROOF)
  return text, text or tostring(err)
end

--- Asks twice: the second time with the proof, which is returned, too.
local function prove(ask)
  local answer, err = ask()
  if not answer or answer.status ~= 401 then
    return answer, err
  end
  local proof, problem = read_proof(answer)
  if not proof then
    return nil, core.failure { code = "credential_unavailable", operation = "credential", message = problem }
  end
  answer, err = ask("Basic " .. proof)
  return answer, err or proof
end

--- @tparam ?table given see `new`
-- @tparam ?boolean probing ends at once where nobody answers
local function make(given, probing)
  local what = "credential.managed_identity"
  local o = options.read(what, given, rows)
  local get = variables(o.variables)
  local host = find_host(get)
  if host.refused then
    error(("%s: %s: %s"):format(what, host.name, host.refused), 0)
  end
  local header, variable = table.unpack(host.header)
  local secret = variable and get(variable) or ""
  check.secret(("%s: %s"):format(what, variable or header), secret)
  local url = ("%s?api-version=%s&resource=%s%s"):format(endpoint_of(host, get), host.version, uri.escape(RESOURCE),
    id_query(what, o, host))

  local function ask(request, authorization)
    return fetch.answer(request, function()
      return {
        url = url, managed_identity = true, connect_timeout = probing and 1 or 10,
        headers = { [header] = variable and secret or "true", Authorization = authorization },
      }
    end, { pauses = probing and {} or PAUSES, passes = passes })
  end

  return value.new("managed_identity", { host = host.name }, function(request)
    local answer, err
    if host.proof then
      answer, err = prove(function(authorization) return ask(request, authorization) end)
    else
      answer, err = ask(request)
    end
    if not answer then
      return nil, core.failure {
        code = "credential_unavailable", operation = "credential", cause = err, class = err.class,
        message = ("%s: %s"):format(host.name, err.message or err.code),
      }
    end
    local token, life, ahead = read_token(request, answer)
    if not token then
      return nil, failure(host, answer, { secret, err or "" })
    end
    return token, life, ahead
  end, probing and 10 or TIMEOUT)
end

--- The identity of this machine. Which kind of host it is follows from the
-- environment: App Service, Functions and Container Apps; Azure Arc; Azure
-- Machine Learning; else the virtual machine's metadata service. Service
-- Fabric is refused.
-- @function managed_identity
-- @tparam[opt] table given `client_id`, `object_id` or `resource_id` of an
-- identity that was assigned (default: the machine's own); `variables` (table
-- in place of the environment)
-- @treturn credential; raises on bad input
function managed_identity.new(given)
  return make(given, false)
end

--- The same, for a place where there may be none: it ends at once.
function managed_identity.probe(given)
  return make(given, true)
end

return managed_identity
