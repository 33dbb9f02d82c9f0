--- The way back from a restore in place: the newest restore point of what it
-- replaces, from before it began. And what a preference costs: the newest
-- point before T, where another one was preferred.
-- @module m365restore.plan.way_back
local point_search = require "m365restore.plan.point_search"
local time = require "m365restore.time"

local way_back = {}

-- how slow the clock of this machine may be, in seconds; the service has no points of the future
local SKEW = 86400

--- Finds the newest points of units before moments. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam table asks list of { unit = id, limit = from @{m365restore.plan.point_search.limit} }
-- @tparam[opt] function left () -> how long the next search may take, in real seconds
-- @treturn ?table the point of each ask that has one, by its place in the list; or nil, err
function way_back.newest(client, service, asks, left)
  local points = point_search.new(client, { service = service, prefer = "latest", left = left })
  local done, err = points:run(function()
    for _, ask in ipairs(asks) do
      points:feed(ask.unit, ask.limit)
    end
    return true
  end)
  if not done then
    return nil, err
  end
  local found = {}
  for i, ask in ipairs(asks) do
    local choice = points:choice(ask.unit, ask.limit)
    found[i] = choice and not choice.refusal and choice or nil
  end
  return found
end

--- Does a restore of this row replace something as a whole, which a restore point brings back?
-- @tparam table row
-- @treturn boolean
function way_back.replaces(row)
  return not row.refusal and row.kind == "standard" and row.destinationType == "inPlace"
end

--- Was another point than the newest preferred for this row?
local function is_preferred(row, prefer)
  return not row.refusal and (prefer == "oldest" or row.tags == "fastRestore" and prefer == "fastRestore")
end

--- Says of a plan's rows which have a nearer point than the one that is preferred (`nearer`, its time), and from which
-- point they could be brought back if the restore in place was wrong (`way_back`, its time, or "none"). May yield.
-- @tparam client client
-- @tparam table spec `service`, `prefer`, `moment` (T, epoch seconds), `exact`
-- @tparam table rows
-- @tparam number now epoch seconds
-- @treturn ?boolean true; or nil, err
function way_back.annotate(client, spec, rows, now)
  local asks = {}
  for _, row in ipairs(rows) do
    if is_preferred(row, spec.prefer) then
      local limit = point_search.limit_of(row, spec.moment, spec.exact)
      asks[#asks + 1] = { unit = row.protectionUnitId, limit = limit, row = row, name = "nearer" }
    end
    if way_back.replaces(row) then
      asks[#asks + 1] = {
        unit = row.protectionUnitId, limit = now + SKEW, row = row, name = "way_back", otherwise = "none",
      }
    end
  end
  local found, err = way_back.newest(client, spec.service, asks)
  for i, ask in ipairs(found and asks or {}) do
    local taken = found[i] and found[i].protectionDateTime
    local is_newer = taken and time.compare(taken, ask.row.protectionDateTime) == 1
    ask.row[ask.name] = is_newer and taken or ask.otherwise
  end
  return found ~= nil or nil, err
end

return way_back
