--- The backup service itself: whether it is on in this tenant.
-- @module m365restore.graph.service
local core = require "m365restore.core"
local fail = require "m365restore.fail"

local root = core.method("client", "status")

--- The state of the backup service. May yield.
-- @function client:status
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource serviceStatus: `status` ("enabled", "disabled",
-- "protectionChangeLocked", "restoreLocked"), `disableReason`,
-- `restoreAllowedTillDateTime` and its siblings; or nil, err. Microsoft's page:
-- "Get backupRestoreRoot", https://learn.microsoft.com/graph/api/backuprestoreroot-get
local function status(self, opts)
  local answer, err = root(self, opts)
  if not answer then
    return nil, err
  elseif not answer.serviceStatus then
    return fail("client.status", { code = "bad_answer", sent = true, attempts = 1 }, "serviceStatus was expected")
  end
  return answer.serviceStatus
end

core.extend("client", { status = status })

return {}
