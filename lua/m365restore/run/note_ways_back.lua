--- The ways back of what a run has restored in place.
-- @module m365restore.run.note_ways_back
local point_search = require "m365restore.plan.point_search"
local time = require "m365restore.time"
local way_back = require "m365restore.plan.way_back"

--- Finds the ways back of rows that were restored in place, and writes them down. Those that cannot be found now are
-- found when the run is resumed. May yield.
-- @function note_ways_back
-- @tparam Run run
return function(run)
  local asks = {}
  for _, row in ipairs(run.plan.rows) do
    local moment = run.state:moment_of(row.n)
    if moment and way_back.replaces(row) and not run.state.ways[row.n] then
      asks[#asks + 1] = { unit = row.protectionUnitId, limit = point_search.limit(time.parse(moment)), row = row }
    end
  end
  local function look(left)
    return way_back.newest(run.client, run.plan.service, asks, left)
  end
  local found = #asks > 0 and (run.problem and look(run:left()) or not run.problem and run:persist(look))
  local rows = {}
  for i, ask in ipairs(found and asks or {}) do
    local point = found[i]
    local is_other = point and point.id ~= ask.row.restorePointId
    rows[i] = {
      n = ask.row.n, restorePointId = is_other and point.id or nil,
      protectionDateTime = is_other and point.protectionDateTime or nil,
    }
  end
  return #rows == 0 or run:note { kind = "way_back", rows = rows }
end
