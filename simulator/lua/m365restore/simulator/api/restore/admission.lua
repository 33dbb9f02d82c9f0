--- What an artifact has to pass before a session holds it, on create and on update.
-- @module m365restore.simulator.api.restore.admission
local artifacts = require "m365restore.simulator.api.restore.artifacts"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local services = require "m365restore.simulator.world.services"

local admission = {}

--- Refuses more artifacts than a request may have.
-- @tparam table ctx the request
-- @tparam table members as they were sent
-- @tparam ?integer status of the refusal
function admission.check_size(ctx, members, status)
  if #members > ctx.model.options.limits.artifacts_per_request then
    errors.raise("RestoreArtifactsLimitBreached", ("At most %d artifacts are allowed in a request."):format(
      ctx.model.options.limits.artifacts_per_request), { status = status })
  end
end

--- Refuses artifacts with different destinations.
-- @tparam table made artifacts
-- @tparam ?string present destination of the session
function admission.check_destinations(made, present)
  local first = present
  for _, artifact in ipairs(made) do
    first = first or artifact.destination
    errors.need(artifact.destination == first, "DifferentRestoreDestinationType",
      "All artifacts of a session need the same destinationType.")
  end
end

--- Refuses an artifact that is there twice.
-- @tparam table made artifacts
-- @tparam table present key = true, what the session holds
function admission.check_duplicates(made, present)
  local seen = {}
  for key in pairs(present) do seen[key] = true end
  for _, artifact in ipairs(made) do
    local key = artifacts.key(artifact)
    errors.need(not seen[key], "DuplicateArtifactInList", "The same artifact is in the list twice.")
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

--- Makes artifacts of what was sent; none of them is in a session yet.
-- @tparam table ctx the request
-- @tparam table kind
-- @tparam table members
-- @treturn table list
function admission.make_all(ctx, kind, members)
  local made = {}
  for i, member in ipairs(members) do made[i] = make(ctx, kind, member) end
  return made
end

--- Puts an artifact into a session.
-- @tparam table session
-- @tparam table artifact
function admission.add(session, artifact)
  artifact.session = session
  session.artifacts[#session.artifacts + 1] = artifact
end

--- Artifacts as they are sent.
-- @tparam table ctx the request
-- @tparam table kind
-- @tparam table items
-- @treturn table list
function admission.view_all(ctx, kind, items)
  local list = json.array()
  for i, artifact in ipairs(items) do list[i] = kind.view(ctx, artifact) end
  return list
end

--- Refuses the artifacts of another service, with any content.
-- @tparam table service
-- @tparam table body
-- @tparam string suffix of the names in it: "", or "@delta"
function admission.check_path_type(service, body, suffix)
  for _, other in ipairs(services) do
    for _, name in ipairs { other.standard, other.granular } do
      errors.need(other == service or body[name .. suffix] == nil, "InvalidPathType",
        "%s do not belong into a %s.", name, service.type)
    end
  end
end

--- Refuses a body that says that it is something else.
-- @tparam table service
-- @tparam table body
function admission.check_type(service, body)
  local name = body["@odata.type"]
  errors.need(not name or name:lower():gsub("^#", "") == "microsoft.graph." .. service.type:lower(),
    "InvalidPathType", "A '%s' cannot be created here.", name)
end

return admission
