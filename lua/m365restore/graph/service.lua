--- The backup service itself: whether it is on in this tenant, which applications
-- control it, and who is told.
-- @module m365restore.graph.service
local core = require "m365restore.core"
local fail = require "m365restore.fail"
local options = require "m365restore.options"
local rules = require "m365restore.graph.rules"

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

--- Turns backup on in this tenant. May yield.
-- @function client:enable
-- @tparam table body `appOwnerTenantId`: the tenant that owns this application
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource serviceStatus; or nil, err. Microsoft's page: "backupRestoreRoot:
-- enable", https://learn.microsoft.com/graph/api/backuprestoreroot-enable
core.extend("client", rules.checked("client", "enable", { appOwnerTenantId = "string!" }))

--- Changes who is told about restores and policies. Signed-in users only. May
-- yield.
-- @function email_notifications_setting:update
-- @tparam table body `isEnabled`, `additionalEvents`, `recipients`
-- (`{ role =, customRecipients = { { email = } } }`)
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource itself, brought up to date; or nil, err. Microsoft's page:
-- "Update emailNotificationsSetting", https://learn.microsoft.com/graph/api/emailnotificationssetting-update
core.extend("emailNotificationsSetting", rules.checked("emailNotificationsSetting", "update", {
  isEnabled = "boolean", additionalEvents = "string", recipients = "table", ["@odata.type"] = "string",
}))

local activate_app = core.method("serviceApp", "activate")

--- Lets a service application control the backup from some time on. Signed-in
-- users only. May yield.
-- @function service_app:activate
-- @tparam table body `effectiveDateTime`: a text, or seconds since 1970
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource itself, brought up to date; or nil, err. Microsoft's page:
-- "serviceApp: activate", https://learn.microsoft.com/graph/api/serviceapp-activate
local function activate(self, body, opts)
  local what = "serviceApp.activate"
  local given = options.body(what, body, { effectiveDateTime = "any" })
  local moment = given.effectiveDateTime
  local formatted = options.moment(moment, what .. ".effectiveDateTime")
  given.effectiveDateTime = type(moment) == "string" and moment or formatted
  return activate_app(self, given, opts)
end
core.extend("serviceApp", { activate = activate })

return {}
