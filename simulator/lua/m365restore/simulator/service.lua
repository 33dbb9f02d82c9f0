--- The root of the API: the state of the backup service in this tenant.
-- @module m365restore.simulator.service
local json = require "m365restore.simulator.json"
local odata = require "m365restore.simulator.odata"

local service = {}

--- The state at the start; a test may change each field.
-- @tparam number now
-- @treturn table
function service.new(now)
  return {
    status = "enabled", disableReason = "none", backupServiceConsumer = "firstparty", lastModified = now - 90 * 86400,
  }
end

--- GET /solutions/backupRestore
function service.get(ctx)
  odata.single(ctx)
  local state = ctx.model.service
  return 200, {
    ["@odata.context"] = ("%s/%s/$metadata#solutions/backupRestore/$entity"):format(ctx.origin, ctx.version),
    serviceStatus = {
      status = state.status, disableReason = state.disableReason, backupServiceConsumer = state.backupServiceConsumer,
      gracePeriodDateTime = json.null, restoreAllowedTillDateTime = state.restoreAllowedTillDateTime or json.null,
      lastModifiedBy = json.null, lastModifiedDateTime = ctx:time(state.lastModified),
    },
  }
end

return service
