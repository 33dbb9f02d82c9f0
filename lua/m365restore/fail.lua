--- Makes the failures that are found out on this side of the wire.
-- @module m365restore.fail
local core = require "m365restore.core"

--- Makes a failure; its class and its remedy are those of the code. Never yields.
-- @function fail
-- @tparam string operation
-- @tparam string|table what the code; or a table with `code` and other fields: nothing was sent unless they say so
-- @tparam ?string message a format; default: what the code says
-- @param ... its arguments
-- @treturn nil
-- @treturn error
return function(operation, what, message, ...)
  local fields = type(what) == "table" and what or { code = what }
  fields.operation, fields.message = operation, message and string.format(message, ...)
  fields.sent, fields.attempts = fields.sent or false, fields.attempts or 0
  return nil, core.failure(fields)
end
