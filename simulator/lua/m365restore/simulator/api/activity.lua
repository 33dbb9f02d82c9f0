--- The activity log: what happened to policies, units and restores.
-- What is known to happen later, the end of a restore, is noted with its moment and shown from then on.
-- @module m365restore.simulator.api.activity
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local protection = require "m365restore.simulator.world.protection"
local schedule = require "m365restore.simulator.world.schedule"
local sessions = require "m365restore.simulator.api.restore.sessions"
local store = require "m365restore.simulator.world.store"

local Activity = {}
Activity.__index = Activity

local activity = {}

--- Makes an empty log.
-- @treturn Activity
function activity.new() return setmetatable({ entries = store.new() }, Activity) end

--- Notes something.
-- @tparam table ctx the request of the caller who did it
-- @tparam string kind activityLogOperationType
-- @tparam table service of the workload
-- @tparam table about `policy` or `session`, and `at`, the moment, if it is not now
function Activity:note(ctx, kind, service, about)
  self.entries:add {
    id = ctx.model.ids:next("log"), kind = kind, service = service, policy = about.policy, session = about.session,
    at = about.at or ctx.now, by = ctx.token.delegated and ctx.token.user_name or ctx.token.app_name,
  }
end

-- {====== Views ======

local function about_policy(ctx, entry, view)
  local policy = entry.policy
  view.policyId = policy and policy.id or json.null
  view.policyName = policy and policy.displayName or json.null
  view.policyStatus = policy
    and ctx:status("protectionPolicyStatus", protection.policy_status(policy, ctx.now)) or json.null
end

-- a year, unless it was changed, which this simulator does not offer
local RETENTION = "P365D"

local function about_units(ctx, entry, view)
  about_policy(ctx, entry, view)
  view.protectionUnitDetails = json.null
end

local function about_policy_alone(ctx, entry, view)
  about_units(ctx, entry, view)
  view.retentionPeriod, view.oldPolicyName = RETENTION, json.null
end

local function about_offboarding(ctx, entry, view)
  about_policy(ctx, entry, view)
  view.offboardingDetails = json.null
end

local function about_session(ctx, entry, view)
  local session, counts = entry.session, schedule.counts(entry.session, ctx.now)
  local done = entry.kind == "restoreTaskCompleted"
  view.restoreSessionId = session.id
  view.restoreSessionStatus = sessions.status(ctx, session)
  view.destinationType = session.artifacts[1] and session.artifacts[1].destination
  view.restoreCompletionDateTime = done and ctx:time(session.finish) or json.null
  view.tags = json.null
  view.restoreArtifactDetails = {
    totalArtifactsCount = counts.total, restoredCount = counts.completed, failedCount = counts.failed,
  }
  if counts.failed > 0 and done then
    view.resultStatus = counts.completed > 0 and "partiallySucceeded" or "failed"
  end
end

-- activityType = { type, what it tells }
local KINDS = {
  restoreTaskCreated = { "restoreTaskActivityLog", about_session },
  restoreTaskCompleted = { "restoreTaskActivityLog", about_session },
  dynamicRuleExecution = { "dynamicRuleActivityLog", about_units },
  dynamicRuleDeletion = { "dynamicRuleActivityLog", about_units },
  protectionUnitLevelOffboarding = { "offboardingActivityLog", about_offboarding },
  backupPolicyCreated = { "backupPolicyActivityLog", about_policy_alone },
  backupPolicyActivated = { "backupPolicyActivityLog", about_policy_alone },
  backupPolicyModified = { "backupPolicyActivityLog", about_policy_alone },
  backupPolicyPaused = { "backupPolicyActivityLog", about_policy_alone },
  backupPolicyRenamed = { "backupPolicyActivityLog", about_policy_alone },
}

local function service_type(ctx, entry)
  local name = entry.service.name
  return name == "sharePoint" and ctx.model.dialect.service_type or name
end

local function view_of(ctx, entry)
  local name, tell = table.unpack(KINDS[entry.kind])
  local view = {
    ["@odata.type"] = "#microsoft.graph." .. name, id = entry.id, activityType = entry.kind,
    serviceType = service_type(ctx, entry), eventDateTime = ctx:time(entry.at), performedBy = entry.by,
    resultStatus = "succeeded", severity = "low", error = json.null,
  }
  tell(ctx, entry, view)
  return view
end

-- }======

local function visible(ctx)
  return function(entry) return entry.at <= ctx.now end
end

--- GET /activityLogs
function activity.list(ctx)
  return 200, odata.page(ctx, {
    name = "activityLogs", after = ctx.model.activity.entries:after(visible(ctx)),
    view = function(entry) return view_of(ctx, entry) end,
  })
end

--- GET /activityLogs/{id}
function activity.get(ctx)
  local entry = ctx.model.activity.entries:find(ctx.params.id)
  errors.need(entry and visible(ctx)(entry), "ActivityLogNotFound",
    "There is no entry '%s' in the activity log.", ctx.params.id)
  return 200, odata.entity(ctx, "activityLogs", view_of(ctx, entry))
end

return activity
