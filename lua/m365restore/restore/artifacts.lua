--- Rows of a plan as artifacts of a session, and back.
-- @module m365restore.restore.artifacts
local request = require "m365restore.restore.request"
local rules = require "m365restore.rules"

local artifacts = {}

-- How each kind of row is sent and recognised. `contents`: a session for it cannot begin empty, because what is
-- created empty is a standard one.
local kinds = {
  standard = {
    collection = "standard", list = "artifacts",
    artifact = function(row)
      return { restorePoint = { id = row.restorePointId }, destinationType = row.destinationType }
    end,
    key_of_row = function(row) return row.restorePointId end,
    key_of = function(artifact) return artifact.restorePoint and artifact.restorePoint.id end,
  },
  item = {
    collection = "granular", list = "granular_artifacts", contents = true,
    artifact = function(row) return { browseSessionId = row.browseSessionId, id = row.itemKey } end,
    key_of_row = function(row) return row.itemKey end,
    key_of = function(artifact) return artifact.id end,
  },
  messages = {
    collection = "granular", list = "granular_artifacts", contents = true,
    artifact = function(row)
      return {
        restorePoint = { id = row.restorePointId }, destinationType = row.destinationType,
        searchResponseId = row.searchResponseId,
      }
    end,
    key_of_row = function(row) return row.restorePointId end,
    key_of = function(artifact) return artifact.restorePoint and artifact.restorePoint.id end,
  },
}

--- A bulk request stands for all its rows, and the service makes the artifacts.
kinds.bulk = {
  collection = "standard", fill = request.fill, list_by_unit = request.list,
  key_of_row = function(row) return row.protectionUnitId end,
}

--- The kind of some rows; a wave has only one.
-- @tparam table rows
-- @treturn table
function artifacts.kind(rows)
  return kinds[rows[1].kind]
end

--- The rows as they are sent.
-- @tparam table rows
-- @treturn table list
function artifacts.of(rows)
  local kind, list = artifacts.kind(rows), {}
  for i, row in ipairs(rows) do
    list[i] = kind.artifact(row)
  end
  return list
end

--- The rows as the body of a create.
-- @tparam string service
-- @tparam table rows
-- @treturn table
function artifacts.body(service, rows)
  local collection = rules.collections[service][artifacts.kind(rows).collection]
  return { [collection] = artifacts.of(rows) }
end

--- What a session holds. May yield.
-- @tparam session session
-- @tparam table rows some of those that it may hold
-- @treturn ?table key -> artifact; or nil, err
function artifacts.list(session, rows)
  local kind, found = artifacts.kind(rows), {}
  if kind.list_by_unit then
    return kind.list_by_unit(session, rows)
  end
  local pager = session[kind.list](session)
  while true do
    local artifact, err = pager:next()
    if err then
      return nil, err
    elseif not artifact then
      return found
    end
    found[kind.key_of(artifact) or artifact.id] = artifact
  end
end

--- The key by which a row is found in such a list.
-- @tparam table row
-- @treturn string
function artifacts.key(row)
  return kinds[row.kind].key_of_row(row)
end

--- The keys of a list of artifacts.
-- @tparam table rows some rows of the same kind
-- @tparam table list
-- @treturn table key -> true
function artifacts.keys(rows, list)
  local kind, keys = artifacts.kind(rows), {}
  for _, artifact in ipairs(list) do
    keys[kind.key_of(artifact) or artifact.id] = true
  end
  return keys
end

local outcomes = { succeeded = "restored", failed = "failed" }

--- Where the restored content is; nil until the service says so.
local function place_of(artifact)
  for _, name in ipairs { "restoredSiteWebUrl", "restoredItemWebUrl", "restoredFolderName" } do
    if type(artifact[name]) == "string" and artifact[name] ~= "" then
      return artifact[name]
    end
  end
end

artifacts.place_of = place_of

--- What became of a row.
-- @tparam table row
-- @tparam ?resource artifact nil: the session does not list it
-- @treturn table for the journal: `n`, `outcome`, `status`, `code`, `message`, times, `url`
function artifacts.result(row, artifact)
  if not artifact then
    return { n = row.n, outcome = "unknown", message = "the session does not list it" }
  end
  local outcome = outcomes[tostring(artifact.status):lower()] or "unknown"
  local fault = outcome ~= "restored" and artifact.error or nil
  local point = not row.restorePointId and artifact.restorePoint or nil -- what the service has picked
  return {
    n = row.n, outcome = outcome, status = artifact.status, artifact = artifact.id,
    code = fault and fault.code or outcome == "failed" and "UnknownError" or nil, message = fault and fault.message,
    startDateTime = artifact.startDateTime, completionDateTime = artifact.completionDateTime,
    url = place_of(artifact), restorePointId = point and point.id,
    protectionDateTime = point and point.protectionDateTime,
  }
end

return artifacts
