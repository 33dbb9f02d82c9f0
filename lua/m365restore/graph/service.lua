--- The backup service itself: whether it is on in this tenant.
-- @module m365restore.graph.service
local core = require "m365restore.core"

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
  end
  return answer.serviceStatus or nil, not answer.serviceStatus and core.failure {
    code = "bad_answer", message = "serviceStatus was expected", operation = "client.status", sent = true,
    attempts = 1,
  } or nil
end

core.extend("client", { status = status })

return {}
