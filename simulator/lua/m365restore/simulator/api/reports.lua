--- Reports: how a policy's units are doing.
-- @module m365restore.simulator.api.reports
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local policies = require "m365restore.simulator.api.protection.policies"

local reports = {}

--- GET /reports/getStatisticsByPolicy(policyId='{id}')
function reports.by_policy(ctx)
  errors.need(ctx:has_policy_scope(), "BadRequest",
    "Resource not found for the segment 'getStatisticsByPolicy'.")
  local policy = ctx.model.policies:need(ctx)
  local counts, all = policies.statistics(ctx, policy)
  return 200, {
    ["@odata.context"] = ("%s/%s/$metadata#microsoft.graph.backupPolicyReport"):format(ctx.origin, ctx.version),
    backupPolicyId = policy.id, displayName = policy.displayName,
    countStatistics = {
      lastComputedDateTime = ctx:time(ctx.now), total = all, protectedCompleted = counts.protected or 0,
      protectedInProgress = counts.protectRequested or 0, protectedFailed = 0,
      unprotectedCompleted = counts.unprotected or 0,
      unprotectedInProgress = (counts.unprotectRequested or 0) + (counts.removeRequested or 0), unprotectedFailed = 0,
      offboardRequested = counts.offboardRequested or 0,
      removed = ctx.model.dialect.null_counts and json.null or 0,
    },
  }
end

return reports
