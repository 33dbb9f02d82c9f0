--- Restore sessions: create, read, update, delete, activate, and the lists of their artifacts.
-- @module m365restore.simulator.sessions
local apps = require "m365restore.simulator.apps"
local artifacts = require "m365restore.simulator.artifacts"
local audit = require "m365restore.simulator.audit"
local check = require "m365restore.simulator.check"
local delta = require "m365restore.simulator.delta"
local errors = require "m365restore.simulator.errors"
local ids = require "m365restore.simulator.ids"
local json = require "m365restore.simulator.json"
local odata = require "m365restore.simulator.odata"
local resolution = require "m365restore.simulator.resolution"
local schedule = require "m365restore.simulator.schedule"
local service_state = require "m365restore.simulator.service"
local services = require "m365restore.simulator.services"

local Sessions = {}
Sessions.__index = Sessions

local sessions = {}

--- Makes an empty store of sessions.
-- @treturn Sessions
function sessions.new()
  return setmetatable({ list = {}, by_id = {} }, Sessions)
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
  })
end

local function entity(ctx, session)
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
  if not ids.is_guid(id) then
    errors.raise("InvalidRestoreSessionId", ("'%s' is not the id of a restore session."):format(id))
  end
  local session = ctx.model.sessions.by_id[id:lower()]
  if not session or service and session.service ~= service then
    errors.raise("RestoreSessionNotFound", ("There is no restore session '%s'."):format(id))
  end
  return session
end

--- The same, when it is a draft.
-- @tparam table ctx the request
-- @tparam ?table service
-- @treturn table; raises the refusal
function sessions.find_draft(ctx, service)
  local session = sessions.find(ctx, service)
  if schedule.session_status(session, ctx.now) ~= "draft" then
    errors.raise("RestoreSessionActionNotAllowed", "The restore session is not in the draft state.")
  end
  return session
end

-- }======

-- {====== Admitting artifacts ======

local function check_size(ctx, members, status)
  if #members > ctx.model.options.limits.artifacts_per_request then
    errors.raise("RestoreArtifactsLimitBreached", ("At most %d artifacts are allowed in a request."):format(
      ctx.model.options.limits.artifacts_per_request), { status = status })
  end
end

local function check_destinations(made, present)
  local first = present
  for _, artifact in ipairs(made) do
    first = first or artifact.destination
    if artifact.destination ~= first then
      errors.raise("DifferentRestoreDestinationType", "All artifacts of a session need the same destinationType.")
    end
  end
end

local function check_duplicates(made, present)
  local seen = {}
  for key in pairs(present) do seen[key] = true end
  for _, artifact in ipairs(made) do
    local key = artifacts.key(artifact)
    if seen[key] then errors.raise("DuplicateArtifactInList", "The same artifact is in the list twice.") end
    seen[key] = true
  end
end

local function make(ctx, kind, member)
  local artifact = kind.make(ctx, kind.service, member)
  local id, n = ctx.model.ids:next("artifact")
  artifact.n = n
  artifact.id = artifact.id or id
  artifact.created = ctx.now
  return artifact
end

local function make_all(ctx, kind, members)
  local made = {}
  for i, member in ipairs(members) do made[i] = make(ctx, kind, member) end
  return made
end

local function add(session, artifact)
  artifact.session = session
  session.artifacts[#session.artifacts + 1] = artifact
end

local function view_all(ctx, kind, items)
  local list = json.array()
  for i, artifact in ipairs(items) do list[i] = kind.view(ctx, artifact) end
  return list
end

-- }======

-- {====== Create ======

local function store(model, service, kind, identity, now)
  local id, n = model.ids:next("session")
  local session = {
    id = id, n = n, service = service, kind = kind, artifacts = {}, creator = identity,
    modifier = identity, created = now, modified = now,
  }
  local list = model.sessions.list
  list[#list + 1] = session
  model.sessions.by_id[id] = session
  return session
end

local function check_activation(ctx, service)
  local model = ctx.model
  if model.dialect.active_limit == "tenant" then service = nil end
  if model.sessions:count_active(ctx.now, service) >= model.options.limits.active_sessions then
    errors.raise("TooManyActiveRestoreSessions", "Too many restore sessions are active.")
  end
  service_state.need_restores(ctx)
end

local function activate(ctx, session)
  check_activation(ctx, session.service)
  if session.bulk then resolution.resolve(ctx, session) end
  ctx.model.schedule:activate(session, ctx.now)
  audit.stamp(ctx, session)
  ctx.model.activity:note(ctx, "restoreTaskCompleted", session.service, { session = session, at = session.finish })
end

local SHAPES = {}
for _, service in ipairs(services) do
  SHAPES[service.name] = check.object({}, {
    ["@odata.type"] = check.text,
    [service.standard] = check.list(artifacts.kinds[service.standard].shape),
    [service.granular] = check.list(artifacts.kinds[service.granular].shape),
  })
end

local function check_type(service, body)
  local name = body["@odata.type"]
  if name and name:lower():gsub("^#", "") ~= "microsoft.graph." .. service.type:lower() then
    errors.raise("InvalidPathType", ("A '%s' cannot be created here."):format(name))
  end
end

local function chosen_kind(service, body)
  local standard, granular = body[service.standard], body[service.granular]
  if standard and granular then
    errors.raise("InvalidArtifactRequest", "Standard and granular artifacts cannot be in one request.")
  end
  local members = standard or granular
  if members and #members == 0 then
    errors.raise("InvalidArtifactRequest", "The list of artifacts is empty.")
  end
  return artifacts.kinds[granular and service.granular or service.standard], members
end

-- The answer of the dialect in which a create already speaks of the activation.
local function pretend_activating(view)
  view.status = "activating"
  view.restoreSessionArtifactCount.inProgress = view.restoreSessionArtifactCount.total
end

local function answer_created(ctx, session, kind)
  local view = entity(ctx, session)
  if ctx.model.dialect.create_status == "says_activating" and #session.artifacts > 0 then pretend_activating(view) end
  if ctx.model.dialect.create_echo then view[kind.echo or kind.name] = view_all(ctx, kind, session.artifacts) end
  return 201, view
end

--- POST /{service}RestoreSessions
function sessions.create(ctx, service)
  odata.none(ctx)
  apps.need_control(ctx)
  local body = ctx:body(SHAPES[service.name], "InvalidArtifactRequest")
  check_type(service, body)
  local kind, members = chosen_kind(service, body)
  if not members and not ctx.model.dialect.empty_sessions then
    errors.raise("InvalidArtifactRequest", "The list of artifacts is empty.")
  end
  members = members or {}
  check_size(ctx, members, ctx.model.dialect.limit_status)
  local made = make_all(ctx, kind, members)
  check_duplicates(made, {})
  check_destinations(made)
  local starts = ctx.model.dialect.create_status == "activating" and #made > 0
  if starts then check_activation(ctx, service) end
  local session = store(ctx.model, service, kind, audit.caller(ctx), ctx.now)
  for _, artifact in ipairs(made) do add(session, artifact) end
  ctx.model.activity:note(ctx, "restoreTaskCreated", service, { session = session })
  if starts then activate(ctx, session) end
  return answer_created(ctx, session, kind)
end

-- }======

-- {====== Read ======

local function list_source(ctx, name, service)
  local all = ctx.model.sessions.list
  return {
    name = name,
    after = function(_, place)
      for i = place + 1, #all do
        local session = all[i]
        if not session.deleted and (not service or session.service == service) then return i, session end
      end
    end,
    view = function(session) return sessions.view(ctx, session) end,
  }
end

--- GET /restoreSessions and /{service}RestoreSessions
function sessions.list(ctx, service)
  -- one documented nextLink of the list of all sessions leads to SharePoint's: its token is still the first list's
  if service == services.sharePoint and odata.list_of(ctx) == "restoreSessions" then service = nil end
  return 200, odata.page(ctx, list_source(ctx, service and service.sessions or "restoreSessions", service))
end

--- GET /restoreSessions/{id} and /{service}RestoreSessions/{id}
function sessions.get(ctx, service)
  odata.single(ctx)
  return 200, entity(ctx, sessions.find(ctx, service))
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
  odata.single(ctx)
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

-- {====== Update ======

local DELTAS = {}
for _, service in ipairs(services) do
  local keys = { ["@odata.type"] = check.text, ["@odata.context"] = check.text }
  for _, name in ipairs { service.standard, service.granular } do
    keys[name .. "@delta"] = delta.shape(artifacts.kinds[name].shape)
  end
  DELTAS[service.name] = check.object({}, keys)
end

-- The one delta of a body, and the kind of artifacts that it speaks of.
local function chosen_delta(ctx, service, session)
  local body = ctx:body(DELTAS[service.name], "InvalidPatchRequest")
  check_type(service, body)
  local standard, granular = body[service.standard .. "@delta"], body[service.granular .. "@delta"]
  if (standard == nil) == (granular == nil) then
    errors.raise("InvalidPatchRequest", "Exactly one list of changes is expected.")
  end
  local kind = artifacts.kinds[standard and service.standard or service.granular]
  if session.bulk_job then
    errors.raise("InvalidPatchRequest", "A restore session with a bulk request cannot be updated.")
  end
  if session.kind ~= kind then -- a session that was created empty is a standard one
    errors.raise("InvalidPatchRequest", "Standard and granular artifacts cannot be in one session.")
  end
  return kind, standard or granular
end

local function take_out(session, id)
  for i, artifact in ipairs(session.artifacts) do
    if artifact.id == id then return table.remove(session.artifacts, i) end
  end
end

local function remove_all(ctx, session, kind, removed, rows)
  for _, member in ipairs(removed) do
    if not take_out(session, member.id) then
      rows[#rows + 1] = delta.row_error(ctx, member.id, "remove", "Invalid",
        "The identifier to be removed from the restore session does not exist")
    elseif kind.granular or ctx.model.dialect.patch_echo then
      rows[#rows + 1] = { id = member.id, ["@removed"] = { reason = "changed" } }
    end
  end
end

-- A test may have named restore points that an update refuses, one row each.
local function refusal_of(ctx, artifact)
  local rule = ctx.model.refusals[artifact.point.id] or ctx.model.refusals[artifact.id]
  if rule then return rule.code, rule.message end
end

local function add_all(ctx, session, kind, made, rows)
  local present = {}
  for _, artifact in ipairs(session.artifacts) do present[artifacts.key(artifact)] = true end
  for _, artifact in ipairs(made) do
    local code, message = refusal_of(ctx, artifact)
    if present[artifacts.key(artifact)] then
      code, message = "DuplicateArtifactInList", "The artifact is in the restore session already"
    end
    if code then
      rows[#rows + 1] = delta.row_error(ctx, artifact.id, "add", code, message)
    else
      add(session, artifact)
      local view = kind.view(ctx, artifact)
      view.createdDateTime = not kind.granular and ctx:time(artifact.created) or nil
      rows[#rows + 1] = view
    end
  end
end

-- What the session will still hold when the removals are done.
local function remaining(session, removed)
  local gone, keys, destination = {}, {}, nil
  for _, member in ipairs(removed) do gone[member.id] = true end
  for _, artifact in ipairs(session.artifacts) do
    if not gone[artifact.id] then
      keys[artifacts.key(artifact)] = true
      destination = artifact.destination
    end
  end
  return keys, destination
end

local function check_delta(ctx, session, kind, added, removed)
  local made = make_all(ctx, kind, added)
  local keys, destination = remaining(session, removed)
  check_duplicates(made, ctx.model.dialect.duplicate_add == "request" and keys or {})
  check_destinations(made, destination)
  return made
end

local function delta_answer(ctx, session, kind, rows)
  local answer = { [kind.name .. "@delta"] = rows }
  if kind.granular then
    answer["@context"] = ctx:context(kind.service.sessions .. "/$entity")
    answer.id = session.id
  end
  return answer
end

--- PATCH /{service}RestoreSessions/{id}
function sessions.update(ctx, service)
  odata.none(ctx)
  local session = sessions.find_draft(ctx, service)
  local kind, members = chosen_delta(ctx, service, session)
  if #members == 0 then errors.raise("InvalidPatchRequest", "The list of changes is empty.") end
  check_size(ctx, members)
  local added, removed = delta.split(members)
  local made = check_delta(ctx, session, kind, added, removed)
  local rows = json.array()
  remove_all(ctx, session, kind, removed, rows)
  add_all(ctx, session, kind, made, rows)
  audit.stamp(ctx, session)
  return 200, delta_answer(ctx, session, kind, rows)
end

-- }======

-- {====== Actions ======

--- DELETE /restoreSessions/{id}
function sessions.delete(ctx)
  odata.none(ctx)
  ctx:no_body()
  local session = sessions.find_draft(ctx)
  session.deleted = true
  ctx.model.sessions.by_id[session.id] = nil
  return 204
end

--- POST /restoreSessions/{id}/activate
function sessions.activate(ctx)
  odata.none(ctx)
  ctx:no_body()
  local session = sessions.find_draft(ctx)
  if #session.artifacts == 0 and not session.bulk then
    errors.raise("RestoreSessionActionNotAllowed", "The restore session has no artifacts.")
  end
  activate(ctx, session)
  return 200, entity(ctx, session)
end

-- }======

-- {====== For tests ======

--- The number of sessions that count against the limit.
-- @tparam number now
-- @tparam ?table service to count alone
-- @treturn integer
function Sessions:count_active(now, service)
  local count = 0
  for _, session in ipairs(self.list) do
    local counts = not service or session.service == service
    if counts and schedule.is_active(session, now) then count = count + 1 end
  end
  return count
end

local STRANGER = json.constant {
  application = { id = "00000000-0000-0000-0000-0000000000f0", displayName = "Another Backup Tool" },
  user = { id = "00000000-0000-0000-0000-0000000000f1", displayName = "Somebody Else" },
}

--- Starts a session of somebody else, on a unit that is not in this world.
-- @tparam table model
-- @tparam table service
-- @tparam number now
-- @tparam number lasting simulated seconds
-- @treturn table session
function sessions.start_foreign(model, service, now, lasting)
  local unit_id, n = model.ids:next("foreign")
  local unit = {
    id = unit_id, kind = service.unit, siteName = "Foreign",
    siteWebUrl = "https://contoso.sharepoint.com/sites/foreign",
    displayName = "Foreign", email = "foreign@contoso.com", directoryObjectId = unit_id,
  }
  local point = { id = ("%s_%d_1_1"):format(unit_id, n), unit = unit, taken = now - 3600, expires = now + 86400 }
  local session = store(model, service, artifacts.kinds[service.standard], STRANGER, now)
  local id, number = model.ids:next("artifact")
  add(session, { id = id, n = number, point = point, destination = "inPlace", created = now, lasting = lasting })
  model.schedule:activate(session, now)
  return session
end

--- A session with its artifacts, for a test to look at.
-- @tparam table ctx an internal one
-- @tparam table session
-- @treturn table
function sessions.inspect(ctx, session)
  local view = sessions.view(ctx, session)
  view.service = session.service.name
  view.artifacts = json.array()
  for i, artifact in ipairs(session.artifacts) do view.artifacts[i] = session.kind.view(ctx, artifact) end
  return view
end

-- }======

return sessions
