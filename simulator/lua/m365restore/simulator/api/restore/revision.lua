--- Updating restore sessions: artifacts come and go, each with a row of its own in the answer.
-- @module m365restore.simulator.api.restore.revision
local admission = require "m365restore.simulator.api.restore.admission"
local artifacts = require "m365restore.simulator.api.restore.artifacts"
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local delta = require "m365restore.simulator.wire.delta"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local services = require "m365restore.simulator.world.services"
local sessions = require "m365restore.simulator.api.restore.sessions"

local revision = {}

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
  admission.check_path_type(service, ctx:body(check.any_object, "InvalidPatchRequest"), "@delta")
  local body = ctx:body(DELTAS[service.name], "InvalidPatchRequest")
  admission.check_type(service, body)
  local standard, granular = body[service.standard .. "@delta"], body[service.granular .. "@delta"]
  errors.need((standard == nil) ~= (granular == nil), "InvalidPatchRequest",
    "Exactly one list of changes is expected.")
  local kind = artifacts.kinds[standard and service.standard or service.granular]
  errors.need(not session.bulk_job, "InvalidPatchRequest", "A restore session with a bulk request cannot be updated.")
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
      admission.add(session, artifact)
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
  local made = admission.make_all(ctx, kind, added)
  local keys, destination = remaining(session, removed)
  admission.check_duplicates(made, ctx.model.dialect.duplicate_add == "request" and keys or {})
  admission.check_destinations(made, destination)
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
function revision.update(ctx, service)
  local session = sessions.find_draft(ctx, service)
  local kind, members = chosen_delta(ctx, service, session)
  errors.need(#members ~= 0, "InvalidPatchRequest", "The list of changes is empty.")
  admission.check_size(ctx, members)
  local added, removed = delta.split(members)
  local made = check_delta(ctx, session, kind, added, removed)
  local rows = json.array()
  remove_all(ctx, session, kind, removed, rows)
  add_all(ctx, session, kind, made, rows)
  audit.stamp(ctx, session)
  return 200, delta_answer(ctx, session, kind, rows)
end

return revision
