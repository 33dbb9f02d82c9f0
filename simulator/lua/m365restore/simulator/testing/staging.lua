--- For tests: sessions of others in any state, put into the service without a request; and a list of every restore that
-- the service was asked for, to compare a report with.
-- @module m365restore.simulator.testing.staging
local admission = require "m365restore.simulator.api.restore.admission"
local arguments = require "m365restore.simulator.testing.arguments"
local artifacts = require "m365restore.simulator.api.restore.artifacts"
local figures = require "m365restore.simulator.world.figures"
local json = require "m365restore.simulator.wire.json"
local schedule = require "m365restore.simulator.world.schedule"
local services = require "m365restore.simulator.world.services"
local sessions = require "m365restore.simulator.api.restore.sessions"

local staging = {}

local STRANGER = json.constant {
  application = { id = "00000000-0000-0000-0000-0000000000f0", displayName = "Another Backup Tool" },
  user = { id = "00000000-0000-0000-0000-0000000000f1", displayName = "Somebody Else" },
}

local function creator_of(application)
  return json.constant {
    application = { id = application or STRANGER.application.id, displayName = STRANGER.application.displayName },
  }
end

local function point_of(model, id, now)
  return arguments.found(model.world:find_point(tostring(id), now), "restore point", id)
end

-- A file of a browse session.
local function file(model, given, now)
  local browse = arguments.found(model.browses:find(tostring(given.browseSession), now), "browse session",
    given.browseSession)
  local unit = browse.point.unit
  local node = arguments.found(model.tree:find(unit, given.item), "item", given.item)
  return { id = given.item, item = model.tree:item(unit, node), browse = browse, point = browse.point }
end

local function artifact_of(model, given, now)
  if given.item then return file(model, given, now) end
  return {
    point = point_of(model, given.restorePoint, now), destination = given.destinationType or "inPlace",
    search = given.search, hits = given.search and 1,
  }
end

local function add_all(model, session, options, now, moment)
  for _, given in ipairs(options.artifacts) do
    local artifact = artifact_of(model, given, now)
    local id, n = model.ids:next("artifact")
    artifact.id, artifact.n, artifact.created = artifact.id or id, n, moment
    artifact.lasting = options.lasting
    admission.add(session, artifact)
  end
end

--- Puts a session of another application into the service.
-- @tparam table model
-- @tparam table options see `stage_session` of the module m365restore.simulator
-- @tparam number now
-- @treturn table session
function staging.session(model, options, now)
  local service, first = services[options.service], options.artifacts[1]
  local granular = first.item or first.search
  local kind = artifacts.kinds[granular and service.granular or service.standard]
  local moment = now - options.ago
  local session = sessions.make(model, service, kind, creator_of(options.application), moment)
  add_all(model, session, options, now, moment)
  if options.state ~= "draft" then
    local failure = options.state == "failed" and { code = "UnknownError", message = "An unexpected fault." }
    model.schedule:activate(session, moment, { failure = failure or nil })
  end
  return session
end

local function restore_of(session, artifact, now)
  return {
    session = session.id, application = session.creator.application.id, service = session.service.name,
    unit = artifact.point.unit.id, restorePoint = artifact.point.id,
    destinationType = artifact.item and "new" or artifact.destination, item = artifact.item and artifact.id,
    browseSession = artifact.browse and artifact.browse.id, search = artifact.search,
    state = schedule.artifact_status(artifact, now), start = artifact.start, finish = artifact.finish,
  }
end

--- Every restore that was begun, in the order in which they end.
-- @tparam table model
-- @tparam number now
-- @treturn table list
function staging.restores(model, now)
  local list, places = json.array(), {}
  for _, session in model.sessions:after(now), nil, 0 do
    for _, artifact in ipairs(session.activated and session.artifacts or {}) do
      list[#list + 1] = restore_of(session, artifact, now)
      places[list[#list]] = #list
    end
  end
  table.sort(list, function(a, b)
    if a.finish ~= b.finish then return a.finish < b.finish end
    return places[a] < places[b]
  end)
  return list
end

--- Starts a session of another program, on a unit that is not in this tenant.
-- @tparam table model
-- @tparam table service
-- @tparam number now
-- @tparam number lasting simulated seconds
-- @treturn table session
function staging.start_foreign(model, service, now, lasting)
  local unit_id, n = model.ids:next("foreign")
  local unit = {
    id = unit_id, kind = service.unit, siteName = "Foreign",
    siteWebUrl = "https://contoso.sharepoint.com/sites/foreign",
    displayName = "Foreign", email = "foreign@contoso.com", directoryObjectId = unit_id,
  }
  local point = {
    id = ("%s_%d_1_1"):format(unit_id, n), unit = unit, taken = now - figures.HOUR,
    announced = now + figures.DAY, expires = now + figures.DAY,
  }
  local session = sessions.make(model, service, artifacts.kinds[service.standard], STRANGER, now)
  local id, number = model.ids:next("artifact")
  admission.add(session, {
    id = id, n = number, point = point, destination = "inPlace", created = now, lasting = lasting,
  })
  model.schedule:activate(session, now)
  return session
end

--- A session with its artifacts, for a test to look at.
-- @tparam table ctx an internal one
-- @tparam table session
-- @treturn table
function staging.inspect(ctx, session)
  local view = sessions.view(ctx, session)
  view.service = session.service.name
  view.artifacts = json.array()
  for i, artifact in ipairs(session.artifacts) do view.artifacts[i] = session.kind.view(ctx, artifact) end
  return view
end

return staging
