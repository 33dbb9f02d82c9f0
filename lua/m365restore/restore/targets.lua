--- Targets: what a person wrote, and the protection units that it means.
--
-- A target is read into `{ given =, key =, priority =, destinationType =, before = }`.
-- Keys are compared without case, scheme, and slashes at the end.
-- @module m365restore.restore.targets
local core = require "m365restore.core"
local csv = require "m365restore.restore.csv"
local time = require "m365restore.time"
local uri = require "m365restore.uri"

local targets = {}

-- A column or field -> the kind of name that stands in it; names are compared without case, blanks and underscores.
local columns = {
  target = "any", name = "any",
  url = "url", siteurl = "url", siteweburl = "url", weburl = "url",
  email = "email", mail = "email", userprincipalname = "email", upn = "email", mailbox = "email", drive = "email",
  directoryobjectid = "id", protectionunitid = "id", unitid = "id", id = "id", siteid = "id",
}

-- Which of several columns is believed: the exact ones first.
local order = {
  "protectionunitid", "unitid", "id", "directoryobjectid", "siteid", "siteweburl", "siteurl", "weburl", "url",
  "email", "userprincipalname", "upn", "mail", "mailbox", "drive", "target", "name",
}

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

local function plain_name(name)
  return type(name) == "string" and name:lower():gsub("[%s_-]", "") or name
end

--- What is in a record, by plain names.
local function fields_of(record)
  local fields = {}
  for name, value in pairs(record) do
    fields[plain_name(name)] = value
  end
  return fields
end

local function priority_of(place, value)
  local number = math.tointeger(tonumber(value))
  if value ~= nil and value ~= "" and not number then
    error(string.format("%s: priority: a whole number was expected, got %s", place, tostring(value)), 0)
  end
  return number
end

local function moment_of(place, value)
  if value == nil or value == "" then
    return nil
  elseif not time.parse(value) then
    error(string.format("%s: before: a time like 2026-11-01T06:00:00Z was expected, got %s", place, value), 0)
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

local function from_text(place, text)
  text = trim(text)
  if text == "" then
    error(place .. ": a URL, an e-mail address or an id was expected, got an empty text", 0)
  end
  return { given = text, key = key_of_kind.any(text) }
end

-- Outcomes of a report, of which a row is not to be restored again when the report is read as a list.
local finished = { restored = true, already_restored = true, excluded = true, running = true }

--- A report that is read as a list: what it says was restored, or still runs, is left out, and listed as such.
local function refusal_of(fields)
  local outcome = type(fields.outcome) == "string" and fields.outcome:lower()
  return finished[outcome] and { code = "excluded", message = "its report says " .. outcome } or nil
end

local function from_record(place, record)
  local fields = fields_of(record)
  for _, name in ipairs(order) do
    local text = fields[name]
    if type(text) == "string" and trim(text) ~= "" then
      text = trim(text)
      return {
        given = type(record.target) == "string" and trim(record.target) or text,
        key = key_of_kind[columns[name]](text),
        priority = priority_of(place, fields.priority),
        destinationType = targets.destination(place, fields.destination),
        before = moment_of(place, fields.before), refusal = refusal_of(fields),
      }
    end
  end
  error(place .. ": no URL, e-mail address or id is in it", 0)
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

local function has_target_column(header)
  for _, name in ipairs(header) do
    if columns[plain_name(name)] then
      return true
    end
  end
  return false
end

local function from_csv(what, path)
  local records, header = csv.read(path)
  if not has_target_column(header) then
    error(string.format("%s: %s: a column target, siteWebUrl, email, directoryObjectId or protectionUnitId was "
      .. "expected; the header is: %s", what, path, table.concat(header, ", ")), 0)
  end
  local list = {}
  for i, record in ipairs(records) do
    list[i] = from_record(string.format("%s: %s: row %d", what, path, i + 1), record)
  end
  return list
end

local function from_list(what, items)
  local list = {}
  for i, item in ipairs(items) do
    list[i] = from_item(string.format("%s[%d]", what, i), item)
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
-- @param given "all"; a path that ends in ".csv"; one target as a text; a list of texts, tables (`siteWebUrl`,
-- `email`, `directoryObjectId`, `protectionUnitId`, perhaps `priority`, `destination` and `before`) and protection
-- units; or `{ policy = id }`
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
  elseif type(given) == "string" then
    if given:lower():find "%.csv$" then
      return { list = from_csv(what, given) }
    end
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
