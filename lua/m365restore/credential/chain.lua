--- Several credentials, of which the first that works is used.
-- @module m365restore.credential.chain
local core = require "m365restore.core"
local misuse = require("m365restore.options").misuse
local value = require "m365restore.credential.value"

local function failure(reasons, last)
  return core.failure {
    code = "credential_unavailable", operation = "credential", cause = last, class = last and last.class,
    message = "none of the credentials works here: " .. table.concat(reasons, "; "),
  }
end

--- The first that works is kept. One that is there and refused ends the
-- search, as with Azure's own: what stands behind it would hide the reason.
-- @tparam table list
-- @tparam ?table passed reasons of those that were passed over before
-- @treturn credential
local function make(list, passed)
  local names, longest, chosen = {}, 0, nil
  for i, credential in ipairs(list) do
    names[i] = type(credential) == "table" and credential.kind or "function"
    longest = longest + (type(credential) == "table" and credential.timeout or 60)
  end
  return value.new("chain", { of = table.concat(names, ", ") }, function(request)
    if chosen then
      return chosen(request)
    end
    local reasons, last = table.move(passed or {}, 1, #(passed or {}), 1, {}), nil
    for i, credential in ipairs(list) do
      local token, life, ahead = credential(request)
      if token then
        chosen = credential
        return token, life, ahead
      end
      last = life
      if type(last) ~= "table" or last.code ~= "credential_unavailable" then
        return nil, last
      end
      reasons[#reasons + 1] = names[i] .. ": " .. tostring(last.message)
    end
    return nil, failure(reasons, last)
  end, longest)
end

local chain = {}

--- The first of several credentials that works is used.
-- @function chain
-- @tparam table list of credentials
-- @treturn credential; raises on bad input
function chain.new(list)
  if type(list) ~= "table" or #list == 0 then
    misuse("credential.chain", "a list of credentials", type(list) == "table" and "an empty one" or list)
  end
  for i = 1, #list do
    if not value.is_credential(list[i]) then
      error(("credential.chain[%d]: a credential was expected, got %s"):format(i, type(list[i])), 0)
    end
  end
  return make(table.move(list, 1, #list, 1, {}))
end

--- The environment, else a federated token, else the machine's identity, else
-- the Azure CLI: what is configured and works. Raises on what is configured
-- and wrong. For a script that has to run
-- on a desk and on a server; in production name the credential.
-- @function default
-- @tparam[opt] table given `variables` (table in place of the environment)
-- @treturn credential
function chain.default(given)
  local list, passed = {}, {}
  local function try(name, new, options)
    local ok, credential = pcall(new, options)
    if ok then
      list[#list + 1] = credential
    elseif not credential:find "missing$" and not credential:find "not set$" then
      error(credential, 0) -- it is configured, and wrong
    else
      passed[#passed + 1] = name .. ": " .. tostring(credential):gsub("^credential%.[%w_]+: ", "")
    end
  end
  local options = { variables = given and given.variables }
  try("environment", require "m365restore.credential.environment", options)
  try("workload_identity", require "m365restore.credential.workload_identity", options)
  try("managed_identity", require("m365restore.credential.managed_identity").probe, options)
  try("azure_cli", (require "m365restore.credential.azure_cli"))
  return make(list, passed)
end

return chain
