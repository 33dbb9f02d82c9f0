--- Reports of beta: how a policy's units are doing.
-- @module m365restore.simulator.reports
local odata = require "m365restore.simulator.odata"
local policies = require "m365restore.simulator.policies"

local reports = {}

--- GET /reports/getStatisticsByPolicy(policyId='{id}')
function reports.by_policy(ctx)
  odata.none(ctx)
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
      offboardRequested = counts.offboardRequested or 0, removed = 0,
    },
  }
end

return reports
