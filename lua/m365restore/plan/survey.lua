--- The reads of a plan: units and restore points, both at once.
-- @module m365restore.plan.survey
local point_search = require "m365restore.plan.point_search"
local resolve = require "m365restore.plan.resolve"

local survey = {}

survey.preferences = point_search.preferences

--- Finds the unit of every target, and the point of every unit. May yield.
-- @tparam client client
-- @tparam table spec `service`, `prefer`, `max_loss`, `moment` (T, epoch seconds), `exact` (a point at T itself counts)
-- @tparam table wanted from @{m365restore.plan.targets.read}; a target `without_point` takes none
-- @tparam[opt] table beside `exclude` and `priority`: lists of targets
-- @treturn ?table targets with `unit` or `refusal`; or nil, err
-- @treturn function (target) -> its point, or `{ refusal = }`; nil where it has no unit
-- @treturn table what `beside` means, from @{m365restore.plan.resolve.units}
function survey.run(client, spec, wanted, beside)
  local points = point_search.new(client, spec)
  local list, entries
  local function limit_of(target)
    return point_search.limit_of(target, spec.moment, spec.exact)
  end
  local function feed(unit, target)
    if not target.without_point then
      points:feed(unit.id, limit_of(target))
    end
  end
  local done, err = points:run(function()
    list, entries = resolve.units(client, spec.service, wanted, feed, beside)
    return list, entries
  end)
  if not done then
    return nil, err
  end
  return list, function(target)
    return target.unit and points:choice(target.unit.id, limit_of(target))
  end, entries
end

return survey
