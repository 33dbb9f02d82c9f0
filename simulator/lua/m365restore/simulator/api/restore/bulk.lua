--- Bulk addition requests: many sites or users for one session, found when it is activated.
-- @module m365restore.simulator.api.restore.bulk
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local resources = require "m365restore.simulator.api.resources"
local services = require "m365restore.simulator.world.services"
local sessions = require "m365restore.simulator.api.restore.sessions"

local bulk = {}

-- {====== Views ======

local function status_of(request, now)
  local session = request.session
  if not session.activated or now < session.ready then return "active" end
  return request.problem and "completedWithErrors" or "completed"
end

local PLAIN = { "displayName", "destinationType", "restorePointPreference", "tags", "protectionTimePeriod" }

local function view(ctx, request)
  local status, service = status_of(request, ctx.now), request.session.service
  local shown = audit.show(ctx, request, {
    ["@odata.type"] = "#microsoft.graph." .. service.bulk_type, id = request.id, status = ctx:state(status),
    error = ctx:problem(status ~= "active" and request.problem), protectionUnitIds = json.array(),
  })
  for _, name in ipairs(PLAIN) do shown[name] = request.ask[name] end
  for name in pairs(service.resources) do shown[name] = json.array() end -- what was sent is not told again
  if ctx.model.dialect.bulk_session then shown.restoreSessionId = request.session.id end
  return shown
end

local function set_of(session)
  return ("%s('%s')/%s"):format(session.service.sessions, session.id, session.service.bulk)
end

-- }======

-- {====== Create ======

local PERIOD = check.object({}, { startDateTime = check.time, endDateTime = check.time })

local nothing = check.list(function(_, path) return path .. ": the service takes no protectionUnitIds here." end)

local SHAPES = {}
for _, service in ipairs(services) do
  SHAPES[service.name] = check.object({
    destinationType = check.one_of("new", "inPlace"), protectionTimePeriod = PERIOD,
  }, resources.shapes(service, {
    ["@odata.type"] = check.text, displayName = check.string, protectionUnitIds = nothing,
    tags = check.flags("none", "fastRestore"), restorePointPreference = check.one_of("latest", "oldest"),
  }))
end

local function refuse(message) errors.raise("BulkRestoreInvalidCreateRequest", message) end

-- property = the code for a value that does not look like one
local MALFORMED = {
  siteId = "InvalidBulkRestoreArtifactId", directoryObjectId = "InvalidBulkRestoreArtifactId",
  siteWebUrl = "BulkRestoreInvalidCreateRequestSiteUrl", email = "BulkRestoreInvalidCreateRequestUserEmail",
}

local function check_resources(ctx, list)
  local limit = ctx.model.options.limits.resources_per_bulk
  if #list == 0 then refuse("The request names nothing to restore.") end
  errors.need(#list <= limit, "BulkRestoreRestorationResourcesCountExceedsLimit",
    "At most %d resources are allowed in a request.", limit)
  local wrong = resources.malformed(list)
  if wrong then errors.raise(MALFORMED[wrong.property], ("'%s' is not a %s."):format(wrong.value, wrong.property)) end
end

local function check_session(session)
  if session.bulk_job then refuse("The restore session has a bulk request already.") end
  if session.kind.granular then refuse("The restore session is a granular one.") end
  if #session.artifacts > 0 then refuse("The restore session holds artifacts already.") end
end

--- POST /{service}RestoreSessions/{id}/{artifacts}BulkAdditionRequests
function bulk.create(ctx, service)
  local session = sessions.find_draft(ctx, service)
  local body = ctx:body(SHAPES[service.name], "BulkRestoreInvalidCreateRequest")
  check_session(session)
  local list = resources.read(service, body)
  check_resources(ctx, list)
  local request = audit.stamp(ctx, {
    id = ctx.model.ids:next("bulk"), session = session, ask = body, resources = list,
  })
  session.bulk, session.bulk_job = request, true
  return 201, odata.entity(ctx, set_of(session), view(ctx, request))
end

-- }======

-- {====== Read and delete ======

local function find(ctx, service)
  local session = sessions.find(ctx, service)
  local request = session.bulk
  errors.need(request and not request.deleted and request.id == ctx.params.request:lower(),
    "BulkRestoreArtifactsNotFound", "There is no bulk request '%s'.", ctx.params.request)
  return request
end

--- GET /{service}RestoreSessions/{id}/{artifacts}BulkAdditionRequests
function bulk.list(ctx, service)
  local session = sessions.find(ctx, service)
  local present = session.bulk and not session.bulk.deleted
  return 200, odata.page(ctx, {
    name = session.id .. "/" .. service.bulk, context = set_of(session),
    after = odata.over(present and { session.bulk } or {}),
    view = function(request) return view(ctx, request) end,
  })
end

--- GET /{service}RestoreSessions/{id}/{artifacts}BulkAdditionRequests/{request}
function bulk.get(ctx, service)
  local request = find(ctx, service)
  if ctx.model.dialect.get_shape == "entity" then
    return 200, odata.entity(ctx, set_of(request.session), view(ctx, request))
  end
  return 200, {
    ["@odata.context"] = ctx:context(set_of(request.session)),
    value = json.array { odata.select(ctx, view(ctx, request)) },
  }
end

--- DELETE /{service}RestoreSessions/{id}/{artifacts}BulkAdditionRequests/{request}
function bulk.delete(ctx, service)
  local request = find(ctx, service)
  errors.need(status_of(request, ctx.now) ~= "active", "InvalidStateForBulkRequestDeletion",
    "The bulk request is not in a final state.")
  request.deleted = true
  return 204
end

-- }======

return bulk
