--- Creating restore sessions.
-- @module m365restore.simulator.api.restore.creation
local admission = require "m365restore.simulator.api.restore.admission"
local apps = require "m365restore.simulator.api.apps"
local artifacts = require "m365restore.simulator.api.restore.artifacts"
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local services = require "m365restore.simulator.world.services"
local sessions = require "m365restore.simulator.api.restore.sessions"

local creation = {}

local SHAPES = {}
for _, service in ipairs(services) do
  SHAPES[service.name] = check.object({}, {
    ["@odata.type"] = check.text,
    [service.standard] = check.list(artifacts.kinds[service.standard].shape),
    [service.granular] = check.list(artifacts.kinds[service.granular].shape),
  })
end

local function chosen_kind(service, body)
  local standard, granular = body[service.standard], body[service.granular]
  errors.need(not standard or not granular, "InvalidArtifactRequest",
    "Standard and granular artifacts cannot be in one request.")
  local members = standard or granular
  errors.need(not members or #members ~= 0, "InvalidArtifactRequest", "The list of artifacts is empty.")
  return artifacts.kinds[granular and service.granular or service.standard], members
end

-- The answer of the dialect in which a create already speaks of the activation.
local function pretend_activating(view)
  view.status = "activating"
  view.restoreSessionArtifactCount.inProgress = view.restoreSessionArtifactCount.total
end

local function answer_created(ctx, session, kind)
  local view = sessions.entity(ctx, session)
  local dialect = ctx.model.dialect
  if dialect.create_status == "says_activating" and #session.artifacts > 0 then pretend_activating(view) end
  if dialect.create_echo then view[kind.echo or kind.name] = admission.view_all(ctx, kind, session.artifacts) end
  return 201, view
end

--- POST /{service}RestoreSessions
function creation.create(ctx, service)
  apps.need_control(ctx)
  admission.check_path_type(service, ctx:body(check.any_object, "InvalidArtifactRequest"), "")
  local body = ctx:body(SHAPES[service.name], "InvalidArtifactRequest")
  admission.check_type(service, body)
  local kind, members = chosen_kind(service, body)
  errors.need(members or ctx.model.dialect.empty_sessions, "InvalidArtifactRequest",
    "The list of artifacts is empty.")
  members = members or {}
  admission.check_size(ctx, members, ctx.model.dialect.limit_status)
  local made = admission.make_all(ctx, kind, members)
  admission.check_duplicates(made, {})
  admission.check_destinations(made)
  local starts = ctx.model.dialect.create_status == "activating" and #made > 0
  if starts then sessions.check_activation(ctx, service) end
  local session = sessions.make(ctx.model, service, kind, audit.caller(ctx), ctx.now)
  for _, artifact in ipairs(made) do admission.add(session, artifact) end
  ctx.model.activity:note(ctx, "restoreTaskCreated", service, { session = session })
  if starts then sessions.start(ctx, session) end
  return answer_created(ctx, session, kind)
end

return creation
