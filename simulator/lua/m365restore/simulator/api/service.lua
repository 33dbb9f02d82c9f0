--- The backup service of the tenant as a whole: its state, enabling it, and who is notified.
-- @module m365restore.simulator.api.service
local apps = require "m365restore.simulator.api.apps"
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local dates = require "m365restore.simulator.wire.dates"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local ids = require "m365restore.simulator.world.ids"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"

local service = {}

--- The state at the start; a test may change each field.
-- @tparam number now
-- @treturn table
function service.new(now)
  return {
    status = "enabled", disableReason = "none", modifier = audit.ADMINISTRATOR, modified = now - figures.age.service,
    billing = "valid",
    notifications = {
      isEnabled = false, additionalEvents = "none", recipients = { role = "none", customRecipients = json.array() },
    },
  }
end

--- Refuses a restore that the state of the service forbids.
-- @tparam table ctx the request
function service.need_restores(ctx)
  local state = ctx.model.service
  local till = dates.parse(state.restoreAllowedTillDateTime or "")
  errors.need(state.status ~= "restoreLocked" and (not till or ctx.now < till), "RestoreSessionActionNotAllowed",
    "Restores are locked for this tenant.")
  apps.need_control(ctx)
end

-- {====== State ======

local function view(ctx)
  local state = ctx.model.service
  local consumer = state.backupServiceConsumer or apps.consumer(ctx.model, ctx.now)
  local key = ctx.model.dialect.service_consumer
  if key == "serviceConsumer" then consumer = consumer:gsub("party$", "Party") end
  return {
    status = ctx:state(state.status), disableReason = ctx:evolve("disableReason", state.disableReason),
    [key] = consumer, gracePeriodDateTime = state.gracePeriodDateTime or json.null,
    restoreAllowedTillDateTime = state.restoreAllowedTillDateTime or json.null,
    lastModifiedBy = audit.identity(ctx, state.modifier), lastModifiedDateTime = ctx:time(state.modified),
  }
end

--- GET /solutions/backupRestore
function service.get(ctx)
  return 200, {
    ["@odata.context"] = ("%s/%s/$metadata#solutions/backupRestore/$entity"):format(ctx.origin, ctx.version),
    serviceStatus = view(ctx),
  }
end

local ENABLE = check.object { appOwnerTenantId = check.text }

local BILLING = { unreadable = "UnableToReadBillingProfile", invalid = "InvalidBillingProfile" }

--- POST /enable
function service.enable(ctx)
  apps.refuse_shell(ctx)
  local body, state = ctx:body(ENABLE, "BadRequest"), ctx.model.service
  errors.need(ids.is_guid(body.appOwnerTenantId), "InvalidAppOwnerTenantId",
    "'%s' is not the id of a tenant.", body.appOwnerTenantId)
  local refusal = BILLING[state.billing]
  if refusal then errors.raise(refusal, "The billing profile of the tenant does not allow this.") end
  state.status, state.disableReason = "enabled", "none"
  audit.stamp(ctx, state)
  local shown = view(ctx)
  shown["@odata.context"] = ("%s/%s/$metadata#microsoft.graph.serviceStatus"):format(ctx.origin, ctx.version)
  shown["@odata.type"] = "#microsoft.graph.serviceStatus"
  return 200, shown
end

-- }======

-- {====== Notifications ======

local function notifications(ctx)
  return odata.entity(ctx, "emailNotificationsSetting", {
    ["@odata.type"] = "#microsoft.graph.emailNotificationsSetting", id = "emailNotificationsSetting",
    isEnabled = ctx.model.service.notifications.isEnabled,
    additionalEvents = ctx.model.service.notifications.additionalEvents,
    recipients = ctx.model.service.notifications.recipients,
  })
end

--- GET /emailNotificationsSetting
function service.get_notifications(ctx)
  return 200, notifications(ctx)
end

local RECIPIENTS = check.object({}, {
  ["@odata.type"] = check.text, role = check.flags("none", "globalAdmins", "backupAdmins", "custom", "allAdmins"),
  customRecipients = check.list(check.object({ email = check.text }, {
    ["@odata.type"] = check.text, id = check.string, displayName = check.string,
  })),
})

local SETTING = check.object({}, {
  ["@odata.type"] = check.text, isEnabled = check.flag, recipients = RECIPIENTS,
  additionalEvents = check.flags("none", "restoreAndPolicyUpdates"),
})

--- PATCH /emailNotificationsSetting
function service.update_notifications(ctx)
  local body, setting = ctx:body(SETTING, "BadRequest"), ctx.model.service.notifications
  local limit = ctx.model.options.limits.recipients
  errors.need(not body.recipients or #(body.recipients.customRecipients or {}) <= limit, "BadRequest",
    "At most %d recipients are allowed.", limit)
  for _, name in ipairs { "isEnabled", "additionalEvents", "recipients" } do
    if body[name] ~= nil then setting[name] = body[name] end
  end
  setting.recipients.role = setting.recipients.role or "none"
  setting.recipients.customRecipients = setting.recipients.customRecipients or json.array()
  return 200, notifications(ctx)
end

-- }======

return service
