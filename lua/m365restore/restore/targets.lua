--- Targets: what a person wrote, and the protection units that it means.
--
-- A target is read into `{ given =, key =, priority =, destinationType =, before = }`.
-- Keys are compared without case, scheme, and slashes at the end.
-- @module m365restore.restore.targets
local columns = require "m365restore.columns"
local core = require "m365restore.core"
local csv = require "m365restore.restore.csv"
local options = require "m365restore.options"
local time = require "m365restore.time"
local uri = require "m365restore.uri"

local targets = {}

local function url_key(text)
  return "url:" .. uri.unescape(text):lower():gsub("^https?://", ""):gsub("[?#].*$", ""):gsub("/+$", "")
end

local function email_key(text)
  return "email:" .. text:lower()
end

local function id_key(text)
  return "id:" .. text:lower()
end

local key_of_kind = {
  url = url_key, email = email_key, id = id_key,
  any = function(text)
    if text:find "^[Hh][Tt][Tt][Pp][Ss]?://" then
      return url_key(text)
    elseif text:find "^[^@%s]+@[^@%s]+$" then
      return email_key(text)
    elseif text:find "^%x+%-%x+%-%x+%-%x+%-%x+$" or text:find "^[^,%s]+,%x[%x-]+,%x[%x-]+$" then
      return id_key(text)
    elseif text:find "^[%w-]+%.[%w.-]+/" or text:find "^[%w-]+%.sharepoint%.com$" then
      return url_key(text)
    end
  end,
}

local function trim(text)
  return text:match "^%s*(.-)%s*$"
end

local function priority_of(where, value)
  local number = math.tointeger(tonumber(value))
  if value ~= nil and value ~= "" and not number then
    error(string.format("%s: priority: a whole number was expected, got %s", where "priority", tostring(value)), 0)
  end
  return number
end

local function moment_of(where, value)
  if value == nil or value == "" then
    return nil
  elseif not time.parse(value) then
    error(string.format("%s: before: a time like 2026-11-01T06:00:00Z was expected, got %s", where "before",
      tostring(value)), 0)
  end
  return value
end

local destinations = { inplace = "inPlace", new = "new" }

--- A destination as Graph spells it; raises on another.
-- @tparam string place for messages
-- @tparam ?string value
-- @treturn ?string
function targets.destination(place, value)
  if value == nil or value == "" then
    return nil
  end
  return type(value) == "string" and destinations[value:lower()]
    or error(string.format('%s: destination: "inPlace" or "new" was expected, got %s', place, tostring(value)), 0)
end

local function destination_of(where, value)
  local known = type(value) == "string" and destinations[value:lower()]
  return known or targets.destination(value and where "destination" or "", value)
end

local function from_text(place, text)
  text = trim(text)
  if text == "" then
    error(place .. ": a URL, an e-mail address or an id was expected, got an empty text", 0)
  end
  return { given = text, key = key_of_kind.any(text) }
end

-- Outcomes of a report, of which a row is not to be restored again when the report is read as a list.
local finished = { restored = true, already_restored = true, excluded = true, running = true }

--- Why a row is not to be restored: it cannot be read; or it is of a report that is read as a list, and that says that
-- it was restored, or still runs.
local function refusal_of(row)
  if row.flaw then
    return { code = "unreadable", message = row.flaw }
  end
  local outcome = type(row.outcome) == "string" and row.outcome:lower()
  return finished[outcome] and { code = "excluded", message = "its report says " .. outcome } or nil
end

--- Which key a name has by its column.
local key_of_column = {
  unit = id_key, person = id_key, site = id_key, id = id_key, url = url_key, email = email_key, owner = email_key,
  any = key_of_kind.any,
}

--- A target of a row that has been read.
-- @tparam function where (setting) -> where it stands, for messages; without one, where the row stands
-- @tparam table row from @{m365restore.columns.read}
local function from_row(where, row)
  local name = row.names[1]
  return {
    given = row.given or where(), key = name and key_of_column[name.kind](name.text),
    priority = priority_of(where, row.priority), destinationType = destination_of(where, row.destination),
    before = moment_of(where, row.before), refusal = refusal_of(row),
  }
end

local function from_record(place, record)
  local row = columns.read(record)
  if row.is_empty then
    error(place .. ": " .. row.flaw, 0)
  end
  return from_row(function() return place end, row)
end

local function from_item(place, item)
  if type(item) == "string" then
    return from_text(place, item)
  elseif core.type(item) then
    return { given = item.siteWebUrl or item.email or item.id, key = id_key(item.id) }
  elseif type(item) == "table" then
    return from_record(place, item)
  end
  error(string.format("%s: a URL, an e-mail address, an id or a table was expected, got %s", place, type(item)), 0)
end

--- The path of a CSV file, and how it is encoded; nil: something else was given.
local function csv_of(what, given)
  if type(given) == "string" and not given:find "^%a%w+://" then
    local ending = given:lower():match "%.(%w+)$"
    return (ending == "csv" or ending == "tsv" or ending == "txt") and given or nil
  elseif type(given) == "table" and not core.type(given) and given.csv ~= nil then
    local o = options.read(what, given, { csv = "string", encoding = "string" })
    return o.csv, o.encoding
  end
end

--- Adds the targets of a file to a list.
local function add_csv(list, what, path, encoding)
  local records, header, place = csv.read(path, { encoding = encoding }, what)
  if columns.is_headless(header) then
    local first = header[1]
    list[#list + 1] = from_record(path, { target = first })
    for _, record in ipairs(records) do
      list[#list + 1] = from_record(path, { target = record[first] })
    end
    return
  elseif not columns.has_name(header) then
    error(string.format("%s: %s: a column such as target, URL, siteWebUrl, userPrincipalName, email, directoryObjectId "
      .. "or protectionUnitId was expected; the header is: %s", what, place(0), table.concat(header, ", ")), 0)
  end
  for n, record in ipairs(records) do
    local function where(setting)
      return setting and what .. ": " .. place(n, columns.heading(header, setting)) or place(n)
    end
    list[#list + 1] = from_row(where, columns.read(record))
  end
end

local function from_list(what, items)
  local list = {}
  for i, item in ipairs(items) do
    local place = string.format("%s[%d]", what, i)
    local path, encoding = csv_of(place, item)
    if path then
      add_csv(list, place, path, encoding)
    else
      list[#list + 1] = from_item(place, item)
    end
  end
  for name in pairs(items) do
    if math.type(name) ~= "integer" then
      error(string.format("%s: a list was expected; found the key %s", what, tostring(name)), 0)
    end
  end
  return list
end

local function is_policy(value)
  return type(value) == "table" and #value == 0 and value.policy ~= nil
end

--- Reads what a person gave. Raises, naming the place, on what cannot be meant. Never yields.
-- @tparam string what the option, for messages
-- @param given "all"; a path that ends in ".csv", ".tsv" or ".txt", or `{ csv = path, encoding = name }`; one target as
-- a text; a list of these, of tables (`siteWebUrl`, `email`, `directoryObjectId`, `protectionUnitId`, perhaps
-- `priority`, `destination` and `before`) and of protection units; or `{ policy = id }`
-- @treturn table `list` of targets; or `every` = true, perhaps with `policy`
function targets.read(what, given)
  if given == "all" then
    return { every = true }
  elseif is_policy(given) then
    local policy = core.type(given.policy) and given.policy.id or given.policy
    if type(policy) ~= "string" or next(given, next(given)) then
      error(what .. ": { policy = id } was expected", 0)
    end
    return { every = true, policy = policy }
  end
  local path, encoding = csv_of(what, given)
  if path then
    local list = {}
    add_csv(list, what, path, encoding)
    return { list = list }
  elseif type(given) == "string" then
    given = { given }
  elseif type(given) ~= "table" then
    error(string.format("%s: targets were expected, got %s", what, type(given)), 0)
  end
  return { list = from_list(what, given) }
end

--- The keys that a protection unit answers to.
-- @tparam resource unit
-- @treturn table list
function targets.keys(unit)
  local keys = { id_key(unit.id) }
  local function add(key_of, value)
    if type(value) == "string" and value ~= "" then
      keys[#keys + 1] = key_of(value)
    end
  end
  add(id_key, unit.directoryObjectId)
  add(id_key, unit.siteId)
  add(url_key, unit.siteWebUrl)
  add(email_key, unit.email)
  return keys
end

--- The keys that a target answers to, now that its unit is known.
-- @tparam table target
-- @treturn table list
function targets.known_keys(target)
  local unit = target.unit
  local keys = { target.key }
  if unit then
    keys[#keys + 1] = id_key(unit.id)
    keys[#keys + 1] = unit.address and key_of_kind.any(unit.address)
  end
  return keys
end

--- The key of an id.
targets.id_key = id_key

--- The address in a key that is one; nil otherwise.
-- @tparam ?string key
-- @treturn ?string
function targets.email_of(key)
  return key and key:match "^email:(.*)$"
end

return targets
