--- How long the points of a unit are kept, by what the service shows of it.
-- @module m365restore.plan.retention
local facts = require "m365restore.facts"
local rules = require "m365restore.graph.rules"
local time = require "m365restore.time"

local retention = {}

local DAY = 86400

--- How far back points are looked for where nothing else is said, in seconds: beyond all that a policy may keep.
retention.far_back = (facts.retention.longest + facts.retention.grace) * DAY

--- What a unit says of its retention, for its summary.
-- @tparam protectionUnit unit
-- @treturn ?number days that its policy keeps
-- @treturn ?table a change that is announced: `from` (epoch seconds) and `days`
function retention.of(unit)
  local days, change = unit.backupRetentionPeriodInDays, rules.object(unit.pendingRetentionPeriodChange)
  local from, target = time.parse(change.effectiveFromDateTime), change.targetRetentionPeriodInDays
  local is_change = from and math.type(target) == "integer"
  return math.type(days) == "integer" and days or nil, is_change and { from = from, days = target } or nil
end

--- Says of a unit without a point whether it can have one. What has a point is never refused here: the service decides.
-- @tparam ?table refusal of the search
-- @tparam ?table unit with `retention`
-- @tparam number moment T
-- @tparam number now
-- @treturn ?table refusal
function retention.explain(refusal, unit, moment, now)
  local days = unit and unit.retention
  local is_none = refusal and (refusal.code == "no_restore_point" or refusal.code == "no_match")
  if not is_none or not days or moment >= now - days * DAY then
    return refusal
  end
  local message = string.format("its policy keeps %d days, and T lies before them", days)
  return { code = "beyond_retention", message = message }
end

--- When a point ends: by itself, or earlier, where a shorter window of its unit is announced.
-- @tparam table unit with `shrinks`
-- @tparam table point
-- @treturn ?string time
function retention.end_of(unit, point)
  local own, taken, change = time.parse(point.expirationDateTime), time.parse(point.protectionDateTime), unit.shrinks
  local other = taken and change and math.max(change.from, taken + change.days * DAY)
  local ends = own and other and math.min(own, other) or own or other
  return ends and time.format(math.floor(ends)) or nil
end

return retention
