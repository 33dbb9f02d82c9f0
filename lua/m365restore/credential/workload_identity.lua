--- A token of another issuer, in whose place Entra ID gives one of its own.
-- @module m365restore.credential.workload_identity
local core = require "m365restore.core"
local check = require "m365restore.credential.check"
local entra = require "m365restore.credential.entra"
local options = require "m365restore.options"
local value = require "m365restore.credential.value"
local variables = require "m365restore.credential.variables"

-- larger than any token
local LARGEST = 65536

local rows = {
  tenant = "string", client_id = "string", token_file = "string", cloud = "string", authority = "string",
  scope = "string", variables = "table",
}

local names = {
  tenant = "AZURE_TENANT_ID", client_id = "AZURE_CLIENT_ID", token_file = "AZURE_FEDERATED_TOKEN_FILE",
}

--- The token in the file; or nil and what is wrong.
local function read_token(path)
  local text, err = require("m365restore.system").read_file(path, LARGEST)
  if not text then
    return nil, tostring(err)
  end
  text = text:match "^%s*(.-)%s*$"
  if text == "" then
    return nil, path .. " is empty"
  elseif text:find "[%s%c]" then
    return nil, path .. " holds more than one token"
  end
  return text
end

--- An app that is trusted by a federated token: Kubernetes, GitHub and others.
-- The file is read anew for each token, because it is rotated.
-- @function workload_identity
-- @tparam[opt] table given `tenant`, `client_id`, `token_file` (default
-- AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE); `authority`
-- (default AZURE_AUTHORITY_HOST), `cloud`, `scope`; `variables` (table in
-- place of the environment)
-- @treturn credential; raises on bad input
return function(given)
  local what = "credential.workload_identity"
  local o = options.read(what, given, rows)
  local get, missing = variables(o.variables), {}
  for name, variable in pairs(names) do
    o[name] = o[name] or get(variable)
    if not o[name] then
      missing[#missing + 1] = ("%s (%s)"):format(name, variable)
    end
  end
  if #missing > 0 then
    table.sort(missing)
    error(("%s: %s %s missing"):format(what, table.concat(missing, ", "), #missing == 1 and "is" or "are"), 0)
  end
  o.authority = o.authority or not o.cloud and get "AZURE_AUTHORITY_HOST" or nil
  check.secret(what .. ".token_file", o.token_file)
  local app, path = entra.app(what, o), o.token_file
  local token, problem = read_token(path)
  if not token then
    error(("%s.token_file: %s"):format(what, problem), 0)
  end
  return value.new("workload_identity", { tenant = app.tenant, client_id = app.client_id }, function(request)
    return entra.token(request, app, function(form)
      local assertion, reason = read_token(path)
      if not assertion then
        return nil, core.failure {
          code = "credential_unavailable", operation = "credential", message = "token_file: " .. reason,
        }
      end
      return entra.as_app_by_assertion(form, assertion)
    end)
  end)
end
