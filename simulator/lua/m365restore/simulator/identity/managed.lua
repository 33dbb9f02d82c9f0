--- The endpoints that give a machine the token of its managed identity: the metadata service of virtual machines, Azure
-- Arc's agent, App Service, and Azure Machine Learning.
-- @module m365restore.simulator.identity.managed
local errors = require "m365restore.simulator.wire.errors"

local managed = {}

local function refuse(word, text) return 400, { error = word, error_description = text } end

-- A token, with the numbers as texts; `shape` chooses what is told of its life.
local function give(ctx, shape)
  local text, lifetime = ctx.model.identity:mint({ real = true }, ctx.now)
  local body = {
    access_token = text, resource = ctx.query.resource, token_type = "Bearer",
    expires_on = ("%d"):format(math.floor(ctx.now + lifetime)),
  }
  if shape == "imds" then body.expires_in, body.not_before = ("%d"):format(lifetime), ("%d"):format(ctx.now // 1) end
  return 200, body
end

-- The one resource that this simulator has tokens for, and the one identity.
local function flaw(ctx, id_names)
  if ctx.query.resource ~= "https://graph.microsoft.com" then return "invalid_resource", "The resource is unknown." end
  for _, name in ipairs(id_names) do
    local id = ctx.query[name]
    if id and id:lower() ~= ctx.model.identity.client_id then return "invalid_request", "Identity not found" end
  end
end

local function arc(ctx)
  local proof = ctx.model.identity.defaults.arc or {}
  if ctx.headers.authorization ~= "Basic " .. tostring(proof.secret) then
    errors.raise("InvalidAuthenticationToken", "A proof is needed.", {
      headers = { ["WWW-Authenticate"] = "Basic realm=" .. tostring(proof.path) },
    })
  end
end

--- GET /metadata/identity/oauth2/token
function managed.imds(ctx)
  if ctx.headers.metadata ~= "true" then
    return refuse("bad_request_102", "Required metadata header not specified")
  end
  local version = ctx.query["api-version"]
  if version == "2020-06-01" then
    arc(ctx)
  elseif version ~= "2018-02-01" then
    return refuse("bad_request_101", "The api-version is not supported")
  end
  local word, text = flaw(ctx, { "client_id", "object_id", "msi_res_id" })
  if word then return refuse(word, text) end
  return give(ctx, "imds")
end

-- App Service and Azure Machine Learning differ by names only.
local function beside(header, version, id_names)
  return function(ctx)
    if ctx.headers[header] ~= ctx.model.identity.identity_header then
      return 401, { statusCode = 401, message = "The header is wrong: " .. tostring(ctx.headers[header]) }
    end
    if ctx.query["api-version"] ~= version then
      return 400, { statusCode = 400, message = "The api-version is not supported" }
    end
    local word, text = flaw(ctx, id_names)
    if word then return 400, { statusCode = 400, message = word .. ": " .. text } end
    return give(ctx, "beside")
  end
end

--- GET /msi/token
managed.app_service = beside("x-identity-header", "2019-08-01", { "client_id", "object_id", "mi_res_id" })

--- GET /msi/auth
managed.machine_learning = beside("secret", "2017-09-01", { "clientid" })

return managed
