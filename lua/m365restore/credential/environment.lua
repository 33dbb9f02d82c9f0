--- Whatever the environment says.
-- @module m365restore.credential.environment
local options = require "m365restore.options"
local variables = require "m365restore.credential.variables"

local rows = { cloud = "string", variables = "table" }

local function is_true(text)
  return text == "1" or text ~= nil and text:lower() == "true"
end

--- Names all the variables of the list that are not set.
local function missing(get, names)
  local list = {}
  for _, name in ipairs(names) do
    if not get(name) then list[#list + 1] = name end
  end
  return list
end

local function fail(what, list)
  local legacy = "AZURE_CLIENT_SECRET"
  for i, name in ipairs(list) do
    if name == legacy then list[i] = "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH" end
  end
  error(("%s: %s %s not set"):format(what, table.concat(list, ", "), #list == 1 and "is" or "are"), 0)
end

--- A secret or a certificate, in Azure's variables: AZURE_TENANT_ID and
-- AZURE_CLIENT_ID, with AZURE_CLIENT_SECRET, or else
-- AZURE_CLIENT_CERTIFICATE_PATH (AZURE_CLIENT_CERTIFICATE_PASSWORD,
-- AZURE_CLIENT_SEND_CERTIFICATE_CHAIN); AZURE_AUTHORITY_HOST. Passwords of
-- people (AZURE_USERNAME) are not supported.
-- @function environment
-- @tparam[opt] table given `cloud`; `variables` (table in place of the
-- environment)
-- @treturn credential; raises, naming all variables that are missing
return function(given)
  local what = "credential.environment"
  local o = options.read(what, given, rows)
  local get = variables(o.variables)
  local names = { "AZURE_TENANT_ID", "AZURE_CLIENT_ID" }
  if not get "AZURE_CLIENT_CERTIFICATE_PATH" then
    names[3] = "AZURE_CLIENT_SECRET"
  end
  local list = missing(get, names)
  if #list > 0 then
    fail(what, list)
  end
  local proof = {
    tenant = get "AZURE_TENANT_ID", client_id = get "AZURE_CLIENT_ID", cloud = o.cloud,
    authority = not o.cloud and get "AZURE_AUTHORITY_HOST" or nil,
  }
  if get "AZURE_CLIENT_SECRET" then
    proof.client_secret = get "AZURE_CLIENT_SECRET"
    return require "m365restore.credential.client_secret"(proof)
  end
  proof.path, proof.passphrase = get "AZURE_CLIENT_CERTIFICATE_PATH", get "AZURE_CLIENT_CERTIFICATE_PASSWORD"
  proof.send_chain = is_true(get "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
  return require "m365restore.credential.certificate"(proof)
end
