--- Rows of a plan as artifacts of a session, and back.
-- @module m365restore.sessions.artifacts
local bulk_contents = require "m365restore.sessions.bulk_contents"
local drain = require "m365restore.graph.drain"
local rules = require "m365restore.graph.rules"
local tables = require "m365restore.tables"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local artifacts = {}

local function point_of(artifact)
  return rules.object(artifact.restorePoint).id
end

-- How each kind of row is sent and recognised. `contents`: a session for it cannot begin empty, because what is
-- created empty is a standard one. `ids`: what a row has to name. `same`: does an artifact of any session restore what
-- a row does, to the same place, by what the service shows? A kind without it is never known to be the same. `points`
-- tells the restore points of browse sessions, where the service names them.
local kinds = {
  standard = {
    list = "artifacts", ids = { "restorePointId" },
    same = function(artifact, row)
      return point_of(artifact) == row.restorePointId and artifact.destinationType == row.destinationType
    end,
    artifact = function(row)
      return { restorePoint = { id = row.restorePointId }, destinationType = row.destinationType }
    end,
    key_of_row = function(row) return row.restorePointId end,
    key_of = point_of,
  },
  item = {
    list = "granular_artifacts", contents = true, ids = { "browseSessionId", "itemKey" },
    unseen = "Files that were restored through another look into the snapshot are known to be restored only where the "
      .. "service names the restore point of that look: else they are restored again.",
    same = function(artifact, row, points)
      local browse = artifact.browseSessionId
      return artifact.id == row.itemKey and browse ~= nil
        and (browse == row.browseSessionId or points[browse] == row.restorePointId)
    end,
    artifact = function(row) return { browseSessionId = row.browseSessionId, id = row.itemKey } end,
    key_of_row = function(row) return row.itemKey end,
    key_of = function(artifact) return artifact.id end,
  },
  messages = {
    list = "granular_artifacts", contents = true,
    ids = { "restorePointId", "searchResponseId" },
    unseen = "The service does not show by which query messages were restored: what matches is restored, also where "
      .. "another session has done it.",
    artifact = function(row)
      return {
        restorePoint = { id = row.restorePointId }, destinationType = row.destinationType,
        searchResponseId = row.searchResponseId,
      }
    end,
    key_of_row = function(row) return row.restorePointId end,
    key_of = point_of,
  },
}

--- A bulk request stands for all its rows, and the service makes the artifacts.
kinds.bulk = {
  fill = bulk_contents.fill, list_by_unit = bulk_contents.list, ids = { "protectionUnitId" },
  key_of_row = function(row) return row.protectionUnitId end,
}

--- The kind of some rows; a wave has only one.
-- @tparam table rows
-- @treturn table
function artifacts.kind(rows)
  return kinds[rows[1].kind]
end

--- The field that a row lacks to be restored.
-- @tparam table row
-- @treturn ?string nil: none
function artifacts.missing(row)
  local kind = kinds[row.kind or ""]
  for _, name in ipairs(kind and kind.ids or { "kind" }) do
    if not kind or row[name] == nil then
      return name
    end
  end
end

--- The rows as they are sent.
-- @tparam table rows
-- @treturn table list
function artifacts.of(rows)
  return tables.map(rows, artifacts.kind(rows).artifact)
end

--- The rows as the body of a create.
-- @tparam string service
-- @tparam table rows
-- @treturn table
function artifacts.body(service, rows)
  return { [workload.of[service][artifacts.kind(rows).list]] = artifacts.of(rows) }
end

--- Every artifact of a session. May yield.
-- @tparam session session
-- @tparam string name the kind of rows that are looked for
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?table list; or nil, err
function artifacts.all(session, name, left)
  return drain.list(session[kinds[name].list](session), left)
end

--- What a session of ours holds. May yield.
-- @tparam session session
-- @tparam table rows some of those that it may hold
-- @tparam[opt] function left as for @{artifacts.all}
-- @treturn ?table key -> artifact; or nil, err
function artifacts.list(session, rows, left)
  local kind = artifacts.kind(rows)
  if kind.list_by_unit then
    return kind.list_by_unit(session, rows, left)
  end
  local all, err = artifacts.all(session, rows[1].kind, left)
  return all and artifacts.by_key(rows, all), err
end

--- Does an artifact say that it is something else than a row of ours, though it has its key?
-- @tparam resource artifact
-- @tparam table row
-- @treturn boolean
function artifacts.differs(artifact, row)
  for _, name in ipairs { "destinationType", "browseSessionId", "searchResponseId" } do
    if artifact[name] and row[name] and artifact[name] ~= row[name] then
      return true
    end
  end
  return false
end

--- Can the service show that a row was restored?
-- @tparam table row
-- @treturn boolean
function artifacts.is_shown(row)
  return kinds[row.kind].same ~= nil
end

--- What the service does not show of some rows; a note for a plan.
-- @tparam table rows
-- @treturn ?string
function artifacts.unseen(rows)
  for _, row in ipairs(rows) do
    if not row.refusal then
      return kinds[row.kind].unseen
    end
  end
end

--- Is an artifact known to restore what a row does, to the same place?
-- @tparam resource artifact
-- @tparam table row
-- @tparam[opt] table points id of a browse session -> id of its restore point
-- @treturn boolean
function artifacts.is_same(artifact, row, points)
  local same = kinds[row.kind].same
  return same ~= nil and same(artifact, row, points or {})
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
-- @treturn table key -> artifact
function artifacts.by_key(rows, list)
  local kind = artifacts.kind(rows)
  return tables.by(list, function(artifact) return kind.key_of(artifact) or artifact.id end)
end

local outcomes = { succeeded = "restored", failed = "failed" }

--- How an artifact ended.
-- @tparam resource artifact
-- @treturn ?string "restored" or "failed"; nil: it has not ended
function artifacts.end_of(artifact)
  return outcomes[tostring(artifact.status):lower()]
end

--- Where the restored content is; nil until the service says so.
local function place_of(artifact)
  for _, name in ipairs { "restoredSiteWebUrl", "restoredItemWebUrl", "restoredFolderName" } do
    if type(artifact[name]) == "string" and artifact[name] ~= "" then
      return artifact[name]
    end
  end
end

artifacts.place_of = place_of

--- What the service was to send as a text, whatever it sent.
local function text(value)
  return type(value) == "string" and value or nil
end

--- A time that the service has set; it writes the year 1 where it has not.
local function moment(value)
  return time.parse(text(value)) and value or nil
end

--- Had a mailbox nothing that differed from its restore point? Then no folder is made, and no item restored.
local function is_unchanged(artifact)
  return artifact.restoredItemCount == 0 and not place_of(artifact)
end

--- What became of a row: what the service says of it, and nothing else.
-- @tparam table row
-- @tparam ?resource artifact nil: the session does not list it
-- @treturn table for the journal: `n`, `outcome`, `status`, `code`, `message`, times, `url`, `restoredItemCount`
function artifacts.result(row, artifact)
  if not artifact then
    return { n = row.n, outcome = "unknown" }
  end
  local outcome = artifacts.end_of(artifact) or "unknown"
  local fault = outcome ~= "restored" and artifact.error or nil
  fault = rules.object(fault)
  local point = not row.restorePointId and rules.object(artifact.restorePoint) or {} -- what the service has picked
  local count = artifact.restoredItemCount
  return {
    n = row.n, outcome = outcome == "restored" and is_unchanged(artifact) and "nothing_to_restore" or outcome,
    status = text(artifact.status), artifact = text(artifact.id), code = text(fault.code),
    message = text(fault.message), startDateTime = moment(artifact.startDateTime),
    completionDateTime = moment(artifact.completionDateTime), url = place_of(artifact),
    restoredItemCount = math.type(count) == "integer" and count or nil, restorePointId = text(point.id),
    protectionDateTime = text(point.protectionDateTime),
  }
end

return artifacts
