--- JSON as the simulator reads and writes it, over dkjson.
-- Lists keep their nature: a list that is empty is written as [], and what was [] or {} in a request can be told apart.
-- @module m365restore.simulator.json
local dkjson = require "dkjson"

local json = { null = dkjson.null }

local ARRAY = { __jsontype = "array" }

-- Keys in the order in which Microsoft's pages write them; it makes bodies the same in every run.
local ORDER = {
  "@odata.context", "@context", "@odata.id", "@odata.type", "@odata.count", "@odata.nextLink", "@contentId", "id",
  "value", "error", "code", "message", "target", "details", "innerError", "date", "request-id", "client-request-id",
  "status", "restoreJobType", "destinationType", "restoreSessionArtifactCount", "total", "completed", "inProgress",
  "failed", "createdBy", "application", "user", "displayName", "email", "createdDateTime", "lastModifiedBy",
  "lastModifiedDateTime", "startDateTime", "completionDateTime", "completedDateTime", "restorePoint",
  "protectionDateTime", "expirationDateTime", "protectionUnit", "tags", "siteId", "siteName", "siteWebUrl",
  "directoryObjectId", "policyId", "protectionSources", "browseSessionId", "restoredSiteId", "restoredSiteName",
  "restoredSiteWebUrl", "restoredFolderId", "restoredFolderName", "restoredItemCount", "searchResponseId",
  "restoredItemKey", "webUrl", "restoredItemPath", "restoredItemWebUrl", "restorePointDateTime", "restorePointId",
  "backupSizeInBytes", "searchResults", "artifactHitCount", "noResultProtectionUnitIds", "serviceStatus",
  "offboardRequestedDateTime", "token_type", "expires_in", "ext_expires_in", "access_token", "@removed", "reason",
  "@Core.DataModificationException", "info", "failedOperation", "responseCode", "list", "at", "size", "query",
}

--- Marks a table as a list, so that it is written as [] when it is empty.
-- @tparam ?table items
-- @treturn table the same table, or a new one
function json.array(items)
  return setmetatable(items or {}, ARRAY)
end

--- Writes a value.
-- @param value anything JSON knows; json.null for null
-- @treturn string
function json.encode(value)
  return dkjson.encode(value, { keyorder = ORDER })
end

--- An object that never changes and is written often: its text is made once.
-- @tparam table value
-- @treturn table a stand-in that reads like the value
function json.constant(value)
  local text = json.encode(value)
  return setmetatable({}, { __index = value, __tojson = function() return text end })
end

--- Reads a text that holds one JSON value and nothing else.
-- @tparam string text
-- @return the value, with json.null for null; or nil and what is wrong
function json.decode(text)
  local ok, value, next_position, message = pcall(dkjson.decode, text, 1, dkjson.null)
  if not ok then return nil, "nested too deeply" end
  if message then return nil, message end
  if text:find("%S", next_position) then return nil, "unexpected text after the value" end
  return value
end

--- Tells what a decoded value is.
-- @param value from json.decode
-- @treturn string "object", "array", "string", "number", "boolean" or "null"
function json.type(value)
  if value == dkjson.null then return "null" end
  if type(value) ~= "table" then return type(value) end
  return getmetatable(value).__jsontype
end

--- Makes a decoded value plain: null becomes nil, and the marks of lists are taken off.
-- @param value from json.decode
-- @return a copy without them
function json.plain(value)
  if value == dkjson.null then return nil end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, member in pairs(value) do copy[key] = json.plain(member) end
  return copy
end

return json
