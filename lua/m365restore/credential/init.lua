--- Who we are: credentials. Each is a value that the client calls whenever it
-- needs a token; what is secret in it cannot be seen. Constructors raise on
-- bad input, before any network is used. docs/credentials.md has the
-- permissions to grant, and what to do about errors.
-- @module m365restore.credential
local value = require "m365restore.credential.value"

local MODULE = "m365restore.credential."

-- name -> module, and the function in it where it holds several
local constructors = {
  client_secret = { "client_secret" },
  certificate = { "certificate" },
  workload_identity = { "workload_identity" },
  managed_identity = { "managed_identity", "new" },
  device_code = { "device_code" },
  azure_cli = { "azure_cli" },
  environment = { "environment" },
  chain = { "chain", "new" },
  default = { "chain", "default" },
}

local credential = {}

--- A function of one's own. It gets the request (`reason`, `timeout`,
-- `challenge`, `claims` where Continuous Access Evaluation asks for some) and
-- may yield.
-- @tparam function fn `(request) -> token, expires_in, refresh_in`, or
-- `nil, err`
-- @treturn credential
function credential.token_function(fn)
  if not value.is_credential(fn) then
    error("credential.token_function: a function was expected, got " .. type(fn), 0)
  end
  return value.new("token_function", {}, function(request) return fn(request) end)
end

return setmetatable(credential, {
  __index = function(self, name)
    local where = constructors[name]
    if where then
      local found = require(MODULE .. where[1])
      self[name] = where[2] and found[where[2]] or found
      return self[name]
    end
  end,
})
