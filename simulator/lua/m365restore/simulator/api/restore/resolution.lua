--- How a bulk request becomes artifacts, when its session is activated.
-- @module m365restore.simulator.api.restore.resolution
local dates = require "m365restore.simulator.wire.dates"
local json = require "m365restore.simulator.wire.json"
local resources = require "m365restore.simulator.api.resources"

local resolution = {}

--- When the period that a request or a search asks for begins and ends.
-- @tparam table ask `protectionTimePeriod`
-- @treturn number
-- @treturn number
function resolution.period(ask)
  local period = ask.protectionTimePeriod
  return dates.parse(period.startDateTime or "") or -math.huge, dates.parse(period.endDateTime or "") or math.huge
end

--- The restore points of a unit that a request or a search asks for.
-- @tparam table ctx the request
-- @tparam table unit
-- @tparam table ask `protectionTimePeriod`, `tags`, `restorePointPreference`
-- @treturn table list, the best first
function resolution.points(ctx, unit, ask)
  local first, last = resolution.period(ask)
  local fast_only = (ask.tags or ""):find("fastRestore", 1, true)
  local found = {}
  for _, point in ipairs(ctx.model.world:points(unit, ctx.now)) do
    local fits = point.taken >= first and point.taken <= last
    if fits and (point.fast or not fast_only) then found[#found + 1] = point end
  end
  if ask.restorePointPreference == "oldest" then
    table.sort(found, function(a, b) return a.taken < b.taken end)
  end
  return found
end

local function add(ctx, session, point)
  local id, n = ctx.model.ids:next("artifact")
  session.artifacts[#session.artifacts + 1] = {
    id = id, n = n, session = session, point = point, destination = session.bulk.ask.destinationType,
    created = ctx.now,
  }
end

local CODES = {
  some = { "BulkRestoreArtifactsNotResolved", "Errors while resolving restore artifacts" },
  none = { "BulkRestoreArtifactsNotFound", "Bulk Restore Artifacts not found" },
}

local function problem_of(session, details)
  if #details == 0 then return nil end
  local code, message = table.unpack(CODES[#session.artifacts > 0 and "some" or "none"])
  return { code = code, message = message, details = details }
end

--- Resolves the bulk request of a session: adds an artifact for every site or user that is found.
-- @tparam table ctx the request that activates
-- @tparam table session
function resolution.resolve(ctx, session)
  local request, seen, details = session.bulk, {}, json.array()
  for _, resource in ipairs(request.resources) do
    local unit = ctx.model.world:find_named(session.service.unit, resource.property, resource.value)
    local point = unit and resolution.points(ctx, unit, request.ask)[1]
    if not point then
      details[#details + 1] = resources.missing(resource)
    elseif not seen[unit.id] then
      seen[unit.id] = true
      add(ctx, session, point)
    end
  end
  request.problem = problem_of(session, details)
end

return resolution
