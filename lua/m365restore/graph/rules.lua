--- What the service forbids, checked before anything is sent. Misuse raises
-- and names the field; what depends on data comes back as the service's own
-- code, with `sent == false`.
-- @module m365restore.graph.rules
local core = require "m365restore.core"
local fail = require "m365restore.fail"
local options = require "m365restore.options"
local tables = require "m365restore.tables"
local uri = require "m365restore.text.uri"
local workload = require "m365restore.workload"

local rules = {}

-- The properties that an artifact must have, and those that tell two apart.
local whole = { required = { "restorePoint", "destinationType" }, identity = { "restorePoint" } }
local file = { required = { "browseSessionId", "id" }, identity = { "browseSessionId", "id" } }
local messages = {
  required = { "restorePoint", "destinationType", "searchResponseId" },
  identity = { "restorePoint", "searchResponseId" },
}

local shapes = {}
for _, one in ipairs(workload.list) do
  shapes[one.artifacts], shapes[one.granular_artifacts] = whole, one.files and file or messages
end

--- Is it a table, or an object of the service?
function rules.is_object(value)
  return type(value) == "table" or core.type(value) ~= nil
end

--- What the service was to send as an object, whatever it sent.
-- @param value
-- @treturn table|resource the value, or an empty table
function rules.object(value)
  return rules.is_object(value) and value or {}
end

local function text(value)
  return type(value) == "string" and value or nil
end

--- The failure that a resource shows, read from its `error`, of any type.
-- @param resource
-- @treturn table `code` and `message`: texts, or nil; `details`: a list, or nil
function rules.fault(resource)
  local fault = rules.object(resource.error)
  local details = fault.details
  return {
    code = text(fault.code), message = text(fault.message), details = rules.is_object(details) and details or nil,
  }
end

local counts = { "total", "completed", "failed", "inProgress" }

--- The numbers of a session's artifacts, of any type.
-- @param session
-- @treturn table `total`, `completed`, `failed`, `inProgress`: integers, or nil
function rules.count(session)
  local found, sent = {}, rules.object(session.restoreSessionArtifactCount)
  for _, name in ipairs(counts) do
    local n = sent[name]
    found[name] = math.type(n) == "integer" and n or nil
  end
  return found
end

local function raise(...)
  error(string.format(...), 0)
end

--- Does a body keep to what this client's version of Graph has?
-- @tparam string what the operation
-- @tparam client client
-- @tparam table body
-- @tparam table names properties that exist in beta only
-- @treturn ?boolean true; nil, err otherwise
function rules.version(what, client, body, names)
  for _, name in ipairs(names) do
    if body[name] and not client.beta then
      return fail(what, "beta_only", "%s exists in beta only", name)
    end
  end
  return true
end

--- The text that stands for a property when artifacts are compared.
local function identity(artifact, names)
  local parts = {}
  for i, name in ipairs(names) do
    local value = artifact[name]
    parts[i] = rules.is_object(value) and tostring(value.id) or tostring(value)
  end
  return table.concat(parts, "\0")
end

--- Raises unless a property of an artifact is there and of the right kind.
local function check_property(place, name, value)
  if name == "restorePoint" then
    if not rules.is_object(value) or type(value.id) ~= "string" then
      raise('%s.restorePoint: { id = "..." } was expected, got %s', place, tostring(value))
    end
  elseif type(value) ~= "string" or value == "" then
    raise("%s.%s: a string was expected, got %s", place, name, tostring(value))
  end
end

local BROWSED = "browseQueryResponseItem"

--- What a browse found, as an artifact: the path of its list names the browse
-- session.
local function artifact_of(place, item)
  local id = (core.home(item) or ""):match "BrowseSessions/([^/]+)/"
  if not id then
    raise("%s: an item that a browse has found was expected, got %s", place, tostring(item))
  end
  return { browseSessionId = uri.unescape(id), id = item.itemKey }
end

--- Is it an artifact of a granular restore?
-- @param artifact
-- @treturn boolean
function rules.is_granular(artifact)
  return core.type(artifact) == BROWSED
    or rules.is_object(artifact) and (artifact.browseSessionId ~= nil or artifact.searchResponseId ~= nil)
end

--- An artifact as it is sent: of a restore point only the id counts.
local function shape_artifact(place, artifact, shape)
  if not rules.is_object(artifact) then
    raise("%s: a table was expected, got %s", place, type(artifact))
  elseif core.type(artifact) == BROWSED then
    artifact = artifact_of(place, artifact)
  end
  for _, name in ipairs(shape.required) do
    check_property(place, name, artifact[name])
  end
  local sent = tables.copy(artifact)
  if sent.restorePoint then
    sent.restorePoint = { id = artifact.restorePoint.id }
  end
  return sent
end

--- Checks a list of artifacts of one collection.
-- @tparam string what the operation, for messages
-- @tparam string collection
-- @tparam table list artifacts, as on create
-- @tparam integer limit how many one request takes
-- @treturn ?table the list as it is sent; nil, err where its data are at fault
function rules.artifacts(what, collection, list, limit)
  if not rules.is_object(list) then
    raise("%s: %s: a list was expected, got %s", what, collection, type(list))
  end
  local shape, sent, seen, destination = shapes[collection], {}, {}, nil
  for i = 1, #list do
    local place = string.format("%s: %s[%d]", what, collection, i)
    local artifact = shape_artifact(place, list[i], shape)
    local same = identity(artifact, shape.identity)
    if seen[same] then
      return fail(what, "DuplicateArtifactInList", "%s[%d] is %s[%d] again", collection, i, collection, seen[same])
    end
    if destination and artifact.destinationType ~= destination then
      return fail(what, "DifferentRestoreDestinationType", "%s[%d] goes to %s, the others go to %s",
        collection, i, artifact.destinationType, destination)
    end
    seen[same], destination, sent[i] = i, artifact.destinationType, artifact
  end
  if #sent == 0 then
    return fail(what, "InvalidArtifactRequest", "%s is empty", collection)
  elseif #sent > limit then
    return fail(what, "RestoreArtifactsLimitBreached", "%d artifacts in one request, the limit is %d", #sent, limit)
  end
  return sent
end

--- The collection that a body names; raises where it names none of the
-- service's, or both.
local function check_keys(what, service, body, suffix)
  local known = workload.of[service]
  local standard, granular = known.artifacts .. suffix, known.granular_artifacts .. suffix
  local properties = { [standard] = true, [granular] = true, ["@odata.type"] = true }
  for key in pairs(body) do
    if not properties[key] and key ~= "extra" then
      options.unknown(what .. ": body", key, properties)
    end
  end
  options.extra(what, body.extra, properties)
  if body[standard] ~= nil and body[granular] ~= nil then
    raise("%s: body: %s and %s never go together: make a session for each", what, standard, granular)
  end
  return body[standard] ~= nil and known.artifacts or body[granular] ~= nil and known.granular_artifacts or nil
end

--- Checks the body of a session that is to be created.
-- @tparam string what the operation, for messages
-- @tparam string service
-- @tparam ?table body nil makes an empty session
-- @tparam integer limit artifacts in one request
-- @treturn ?table the body as it is sent, nil for none
-- @treturn ?error where its data are at fault
function rules.create(what, service, body, limit)
  if body == nil then
    return nil
  elseif type(body) ~= "table" then
    raise("%s: body: a table was expected, got %s", what, type(body))
  end
  local collection = check_keys(what, service, body, "")
  local sent = { ["@odata.type"] = body["@odata.type"], extra = body.extra }
  if collection then
    local list, err = rules.artifacts(what, collection, body[collection], limit)
    if not list then
      return nil, err
    end
    sent[collection] = list
  end
  return next(sent) and sent or nil
end

--- Checks the body of an update; raises on misuse.
-- @tparam string what the operation, for messages
-- @tparam string service
-- @tparam table body `<collection>@delta`
-- @treturn string the key that it holds
function rules.update(what, service, body)
  if type(body) ~= "table" then
    raise("%s: body: a table was expected, got %s", what, type(body))
  end
  local collection = check_keys(what, service, body, "@delta")
  if not collection then
    raise("%s: body: %s@delta was expected, got a body without it", what, workload.of[service].artifacts)
  end
  return collection .. "@delta"
end

--- A method that sends a body of a fixed shape. Properties whose kind ends in
-- "!" must be there.
-- @tparam string on the type that has the method
-- @tparam string verb the method
-- @tparam table properties name -> kind, as for @{m365restore.options.read}
-- @treturn table verb -> method, for `core.extend`
function rules.checked(on, verb, properties)
  local what, shape, needed = on .. "." .. verb, {}, {}
  for property, kind in pairs(properties) do
    shape[property] = kind:gsub("!", "")
    needed[#needed + 1] = kind:find "!" and property or nil
  end
  local send = core.method(on, verb)
  return {
    [verb] = function(self, body, opts)
      local sent = options.body(what, body, shape)
      for _, property in ipairs(needed) do
        if sent[property] == nil then
          error(string.format("%s.%s: a %s was expected, got nil", what, property, shape[property]), 0)
        end
      end
      return send(self, sent, opts)
    end,
  }
end

return rules
