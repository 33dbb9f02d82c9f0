--- Which unit a restore point belongs to, asked for many points at once.
-- @module m365restore.sessions.units_of_points
local gather_all = require "m365restore.driver.gather_all"

-- reads of restore points at a time
local READERS = 16

--- Finds the units of restore points. A point that is gone has none. May yield.
-- @tparam client client
-- @tparam table points a list of ids
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?table id of a point -> id of its unit; or nil, err
return function(client, points, left)
  local units = {}
  local done, err = gather_all(points, function(id)
    local point, problem = client:restore_point(id, { expand = "protectionUnit", timeout = left and left() })
    units[id] = point and point.protectionUnit and point.protectionUnit.id
    return point ~= nil or problem.status == 404 or nil, problem
  end, READERS)
  return done and units, err
end
