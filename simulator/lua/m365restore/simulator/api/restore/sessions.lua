--- Restore sessions: read, activate, delete, and the lists of their artifacts.
-- The modules creation and revision make and change them.
-- @module m365restore.simulator.api.restore.sessions
local audit = require "m365restore.simulator.api.audit"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local ids = require "m365restore.simulator.world.ids"
local odata = require "m365restore.simulator.wire.odata"
local resolution = require "m365restore.simulator.api.restore.resolution"
local schedule = require "m365restore.simulator.world.schedule"
local service_state = require "m365restore.simulator.api.service"
local services = require "m365restore.simulator.world.services"
local store = require "m365restore.simulator.world.store"

local Sessions = {}
Sessions.__index = Sessions

local sessions = {}

--- Makes an empty store of sessions.
-- @treturn Sessions
function sessions.new()
  return setmetatable({ all = store.new() }, Sessions)
end

-- Whether the service has thrown a session away: a year after its end.
local function is_kept(session, now)
  return not session.finish or now < session.finish + figures.kept.session
end

--- Walks the sessions that the service still has.
-- @tparam number now
-- @tparam ?table service
-- @treturn function an iterator's function: (nil, place) -> next place and its session, or nil
function Sessions:after(now, service)
  return self.all:after(function(session)
    return is_kept(session, now) and (not service or session.service == service)
  end)
end

--- The number of sessions that count against the limit.
-- @tparam number now
-- @tparam ?table service to count alone
-- @treturn integer
function Sessions:count_active(now, service)
  local count = 0
  for _, session in self:after(now, service), nil, 0 do
    if schedule.is_active(session, now) then count = count + 1 end
  end
  return count
end

-- {====== Views ======

local function type_of(ctx, service)
  local name = service.type
  if ctx.model.dialect.session_type == "when_mixed" and ctx.row and ctx.row.argument then return nil end
  if service.name == "sharePoint" then name = ctx.model.dialect.type_spelling end
  return "#microsoft.graph." .. name
end

local function job_type(ctx, session)
  -- the documented granular session of Exchange says standard
  local granular = session.kind.granular and session.service.name ~= "exchange"
  if session.bulk_job then return "bulk" end
  return ctx:evolve("restoreJobType", granular and "granular" or "standard")
end

local function error_of(session, status)
  if status ~= "completedWithError" and status ~= "failed" or not session.failed then return nil end
  if #session.artifacts == 0 then
    return { code = "BulkRestoreArtifactsNotFound", message = "Nothing that the bulk request names was found." }
  end
  return {
    code = "UnknownError",
    message = ("%d of %d artifacts could not be restored."):format(#session.failed, #session.artifacts),
  }
end

--- The state of a session, as the dialect spells it.
-- @tparam table ctx the request
-- @tparam table session
-- @treturn string
function sessions.status(ctx, session)
  local status = schedule.session_status(session, ctx.now)
  if status == "completedWithError" then return ctx:state(ctx.model.dialect.terminal_spelling) end
  return ctx:status("restoreSessionStatus", status)
end

local function counts_of(ctx, session, status)
  local counts = schedule.counts(session, ctx.now)
  if status == "draft" and ctx.model.dialect.draft_counts == "in_progress" then counts.inProgress = counts.total end
  return counts
end

-- The policy of the first artifact's unit: what a session of beta may say that it is bound to.
local function policy_of(ctx, session)
  local first = session.artifacts[1]
  local shown = ctx.version == "beta" and ctx.model.dialect.session_policy
  return shown and first and first.point and first.point.unit.policyId or nil
end

--- A session as it is sent.
-- @tparam table ctx the request
-- @tparam table session
-- @treturn table
function sessions.view(ctx, session)
  local status = schedule.session_status(session, ctx.now)
  local finished = session.finish and ctx.now >= session.finish
  return audit.show(ctx, session, {
    ["@odata.type"] = type_of(ctx, session.service),
    id = session.id,
    status = sessions.status(ctx, session),
    restoreJobType = job_type(ctx, session),
    restoreSessionArtifactCount = counts_of(ctx, session, status),
    completedDateTime = ctx:maybe_time(finished and session.finish),
    error = ctx:problem(error_of(session, status)),
    policyId = policy_of(ctx, session),
  })
end

--- The answer with one session.
-- @tparam table ctx the request
-- @tparam table session
-- @treturn table body
function sessions.entity(ctx, session)
  return odata.entity(ctx, "restoreSessions", sessions.view(ctx, session))
end

-- }======

-- {====== Finding ======

--- The session that a path names.
-- @tparam table ctx the request
-- @tparam ?table service that it has to belong to
-- @treturn table; raises the refusal
function sessions.find(ctx, service)
  local id = ctx.params.id
  errors.need(ids.is_guid(id), "InvalidRestoreSessionId", "'%s' is not the id of a restore session.", id)
  local session = ctx.model.sessions.all:find(id)
  errors.need(session and is_kept(session, ctx.now) and (not service or session.service == service),
    "RestoreSessionNotFound", "There is no restore session '%s'.", id)
  return session
end

--- The same, when it is a draft.
-- @tparam table ctx the request
-- @tparam ?table service
-- @treturn table; raises the refusal
function sessions.find_draft(ctx, service)
  local session = sessions.find(ctx, service)
  errors.need(schedule.session_status(session, ctx.now) == "draft", "RestoreSessionActionNotAllowed",
    "The restore session is not in the draft state.")
  return session
end

-- }======

-- {====== Making and starting ======

--- Makes a session without artifacts.
-- @tparam table model
-- @tparam table service
-- @tparam table kind of its artifacts
-- @tparam table identity of who makes it
-- @tparam number now
-- @treturn table session
function sessions.make(model, service, kind, identity, now)
  local id, n = model.ids:next("session")
  return model.sessions.all:add {
    id = id, n = n, service = service, kind = kind, artifacts = {}, creator = identity,
    modifier = identity, created = now, modified = now,
  }
end

--- Refuses an activation that the service cannot take at present.
-- @tparam table ctx the request
-- @tparam table service of the session
function sessions.check_activation(ctx, service)
  local model = ctx.model
  if model.dialect.active_limit == "tenant" then service = nil end
  errors.need(model.sessions:count_active(ctx.now, service) < model.options.limits.active_sessions,
    "TooManyActiveRestoreSessions", "Too many restore sessions are active.")
  service_state.need_restores(ctx)
end

--- Activates a session.
-- @tparam table ctx the request
-- @tparam table session
function sessions.start(ctx, session)
  sessions.check_activation(ctx, session.service)
  if session.bulk then resolution.resolve(ctx, session) end
  ctx.model.schedule:activate(session, ctx.now)
  audit.stamp(ctx, session)
  ctx.model.activity:note(ctx, "restoreTaskCompleted", session.service, { session = session, at = session.finish })
end

-- }======

-- {====== Read ======

--- GET /restoreSessions and /{service}RestoreSessions
function sessions.list(ctx, service)
  -- one documented nextLink of the list of all sessions leads to SharePoint's: its token is still the first list's
  if service == services.sharePoint and odata.list_of(ctx) == "restoreSessions" then service = nil end
  return 200, odata.page(ctx, {
    name = service and service.sessions or "restoreSessions", after = ctx.model.sessions:after(ctx.now, service),
    view = function(session) return sessions.view(ctx, session) end, sorts = true,
  })
end

--- GET /restoreSessions/{id} and /{service}RestoreSessions/{id}
function sessions.get(ctx, service)
  return 200, sessions.entity(ctx, sessions.find(ctx, service))
end

local function artifact_list(ctx, kind)
  local session = sessions.find(ctx, kind.service)
  if session.kind == kind then return session, session.artifacts end
  return session, {}
end

--- GET /{service}RestoreSessions/{id}/{artifacts}
function sessions.list_artifacts(ctx, kind)
  local session, items = artifact_list(ctx, kind)
  return 200, odata.page(ctx, {
    name = session.id .. "/" .. kind.name,
    context = ("%s('%s')/%s"):format(kind.service.sessions, session.id, kind.name),
    after = odata.over(items),
    view = function(artifact) return kind.view(ctx, artifact) end,
  })
end

--- GET /{service}RestoreSessions/{id}/{artifacts}/{artifact}
function sessions.get_artifact(ctx, kind)
  local session, items = artifact_list(ctx, kind)
  for _, artifact in ipairs(items) do
    if artifact.id == ctx.params.artifact then
      local view = odata.select(ctx, kind.view(ctx, artifact))
      view["@odata.context"] = ctx:context(("%s('%s')/%s/$entity"):format(kind.service.sessions, session.id, kind.name))
      return 200, view
    end
  end
  errors.raise("ArtifactNotFound", ("There is no artifact '%s' in this session."):format(ctx.params.artifact))
end

-- }======

-- {====== Actions ======

--- DELETE /restoreSessions/{id}
function sessions.delete(ctx)
  local session = sessions.find_draft(ctx)
  ctx.model.sessions.all:remove(session)
  return 204
end

--- POST /restoreSessions/{id}/activate
function sessions.activate(ctx)
  ctx:no_body()
  local session = sessions.find_draft(ctx)
  errors.need(#session.artifacts ~= 0 or session.bulk, "RestoreSessionActionNotAllowed",
    "The restore session has no artifacts.")
  sessions.start(ctx, session)
  return 200, sessions.entity(ctx, session)
end

-- }======

return sessions
