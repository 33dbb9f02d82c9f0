--- JSON as the simulator reads it, by dkjson, and writes it.
-- Lists keep their nature: a list that is empty is written as [], and what was [] or {} in a request can be told apart.
-- @module m365restore.simulator.wire.json
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
  "offboardRequestedDateTime", "itemKey", "name", "type", "itemsCount", "sizeInBytes", "isEnabled",
  "retentionSettings", "mailboxType",
  "token_type", "expires_in", "ext_expires_in", "access_token", "@removed", "reason",
  "@Core.DataModificationException", "info", "failedOperation", "responseCode", "list", "at", "size", "query",
}

--- Marks a table as a list, so that it is written as [] when it is empty.
-- @tparam ?table items
-- @treturn table the same table, or a new one
function json.array(items)
  return setmetatable(items or {}, ARRAY)
end

-- {====== Writing ======

-- dkjson looks through the whole order for every object that it writes; here a key knows its place, and the text that
-- is written for it.
local PLACES, TEXTS = {}, {}
for place, key in ipairs(ORDER) do PLACES[key], TEXTS[place] = place, '"' .. key .. '":' end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end

local function quote(text)
  if text:find('[%c"\\]') then text = text:gsub('[%c"\\]', escape) end
  return '"' .. text .. '"'
end

-- The places of the known keys, in order, and the other keys by the alphabet.
local function keys_of(value)
  local places, others = {}, nil
  for key in pairs(value) do
    local place = PLACES[key]
    if place then
      places[#places + 1] = place
    else
      others = others or {}
      others[#others + 1] = key
    end
  end
  table.sort(places)
  if others then table.sort(others) end
  return places, others or {}
end

local write

local function write_list(value, out)
  out[#out + 1] = "["
  for i, member in ipairs(value) do
    if i > 1 then out[#out + 1] = "," end
    write(member, out)
  end
  out[#out + 1] = "]"
end

local function write_object(value, out)
  local places, others = keys_of(value)
  local mark = "{"
  for _, place in ipairs(places) do
    out[#out + 1], out[#out + 2] = mark, TEXTS[place]
    write(value[ORDER[place]], out)
    mark = ","
  end
  for _, key in ipairs(others) do
    out[#out + 1], out[#out + 2], out[#out + 3] = mark, quote(key), ":"
    write(value[key], out)
    mark = ","
  end
  out[#out + 1] = mark == "{" and "{}" or "}"
end

local function write_table(value, out)
  local meta = getmetatable(value)
  local ready = meta and meta.__tojson
  if ready then
    out[#out + 1] = ready()
  elseif meta and meta.__jsontype == "array" or #value > 0 then
    write_list(value, out)
  else
    write_object(value, out)
  end
end

local function write_number(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if value ~= value or value == math.huge or value == -math.huge then return "null" end
  return ("%.14g"):format(value)
end

function write(value, out)
  local kind = type(value)
  if kind == "table" then return write_table(value, out) end
  out[#out + 1] = kind == "string" and quote(value) or kind == "number" and write_number(value) or tostring(value)
end

--- Writes a value.
-- @param value anything JSON knows; json.null for null
-- @treturn string
function json.encode(value)
  local out = {}
  write(value, out)
  return table.concat(out)
end

-- }======

--- An object that never changes and is written often: its text is made once.
-- @tparam table value
-- @treturn table a stand-in that reads like the value
function json.constant(value)
  local text = json.encode(value)
  return setmetatable({}, { __index = value, __tojson = function() return text end })
end

-- dkjson takes {1:2} for an object.
local function has_text_keys(value)
  if type(value) ~= "table" or value == dkjson.null then return true end
  local is_object = getmetatable(value).__jsontype == "object"
  for key, member in pairs(value) do
    if is_object and type(key) ~= "string" or not has_text_keys(member) then return false end
  end
  return true
end

--- Reads a text that holds one JSON value and nothing else.
-- @tparam string text
-- @return the value, with json.null for null; or nil and what is wrong
function json.decode(text)
  local ok, value, next_position, message = pcall(dkjson.decode, text, 1, dkjson.null)
  if not ok then return nil, "nested too deeply" end
  if message then return nil, message end
  if text:find("%S", next_position) then return nil, "unexpected text after the value" end
  if not has_text_keys(value) then return nil, "the key of an object is not a string" end
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
