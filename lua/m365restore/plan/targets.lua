--- Targets: what a person wrote, as it was read. Which protection units it means is for the resolver.
--
-- A target is `{ given =, clues =, priority =, destinationType =, before =, at =, part =, refusal = }`. A clue is one
-- name of it, as @{m365restore.plan.spelling.read} gives it, with the `heading` of its column; one that cannot be
-- read is `{ text =, flaw = }`.
-- @module m365restore.plan.targets
local core = require "m365restore.core"
local crypto = require "m365restore.crypto"
local csv = require "m365restore.text.csv"
local encoding = require "m365restore.text.encoding"
local headings = require "m365restore.plan.headings"
local options = require "m365restore.options"
local outcomes = require "m365restore.outcomes"
local repair = require "m365restore.text.repair"
local spelling = require "m365restore.plan.spelling"
local system = require "m365restore.system"
local tables = require "m365restore.tables"

local targets = {}

local function priority_of(where, value)
  local number = math.tointeger(tonumber(value))
  if value ~= nil and value ~= "" and not number then
    error(string.format("%s: priority: a whole number was expected, got %s", where "priority", tostring(value)), 0)
  end
  return number
end

local function moment_of(where, field, value)
  if value == nil or value == "" then
    return nil
  end
  return options.moment(value, where(field) .. ": " .. field)
end

local destinations = { inPlace = "inPlace", new = "new" }
local destinations_in_lower_case = { inplace = "inPlace", new = "new" }

--- A destination as Graph spells it; raises on another.
-- @tparam string place for messages
-- @tparam ?string value
-- @treturn ?string
function targets.destination(place, value)
  if value == nil or value == "" then
    return nil
  end
  return type(value) == "string" and destinations_in_lower_case[value:lower()]
    or options.choice(place .. ": destination", value, destinations)
end

--- The destination that there has to be; raises where it is not given.
-- @tparam string what the function, for messages
-- @tparam ?string value
-- @treturn string
function targets.needed_destination(what, value)
  return targets.destination(what, value)
    or options.misuse(what .. ".destination", '"inPlace" or "new", which is never assumed,', value)
end

local function destination_of(where, value)
  local known = type(value) == "string" and destinations_in_lower_case[value:lower()]
  return known or targets.destination(value and where "destination" or "", value)
end

--- What the name in a cell says, by its column.
local function clue_of(text, expected, heading)
  local clue, flaw = spelling.read(text, expected)
  clue = clue or { text = spelling.clean(text), flaw = flaw }
  clue.heading = heading
  return clue
end

local function from_text(place, text)
  if spelling.clean(text) == "" then
    error(place .. ": a URL, an e-mail address or an id was expected, got an empty text", 0)
  end
  local clue = clue_of(text)
  return { given = clue.text, clues = { clue } }
end

--- Why a row is not to be restored: it cannot be read; or it is of a report, which says that it is not a failure.
local function refusal_of(row)
  if row.flaw then
    return { code = "unreadable", message = row.flaw }
  end
  local outcome = type(row.outcome) == "string" and row.outcome:lower()
  if outcomes.of(outcome).ok or outcomes.of(outcome).open then
    local advice = outcomes.of(outcome).open and ": resume its run" or ""
    return { code = "excluded", message = "its report says " .. outcome .. advice }
  end
end

-- What a column holds, where a cell may be several things.
local kind_of_column = {
  unit = "id", person = "id", site = "id", id = "id", url = "url", email = "email", owner = "email",
}

-- Rows of reports about parts of units: files, and messages.
local parts = { item = "item", messages = "messages" }

--- A target of a row that has been read.
-- @tparam function where (setting) -> where it stands, for messages; without one, where the row stands
-- @tparam table row from @{m365restore.plan.headings.read}
local function from_row(where, row)
  local clues = tables.map(row.names, function(name)
    return clue_of(name.text, kind_of_column[name.kind], name.heading)
  end)
  local target = {
    given = row.given or where(), clues = clues,
    priority = priority_of(where, row.priority), destinationType = destination_of(where, row.destination),
    before = moment_of(where, "before", row.before), at = moment_of(where, "at", row.at),
    part = parts[row.kind], refusal = refusal_of(row),
  }
  if target.before and target.at then
    error(where "at" .. ": at: a row has a time before or a time at, and not both", 0)
  end
  return target
end

local function from_record(place, record)
  local row = headings.read(record)
  if row.is_empty then
    error(place .. ": " .. row.flaw, 0)
  end
  return from_row(function() return place end, row)
end

--- The target that a protection unit is.
-- @tparam string id
-- @tparam[opt] string given what to call it
-- @treturn table
function targets.of_unit(id, given)
  return { given = given or id, clues = { spelling.of_id(id) } }
end

--- Gives a target one more name, which must not mean another unit; nothing where it cannot be read.
-- @tparam table target
-- @tparam string text
function targets.add_name(target, text)
  table.insert(target.clues, (spelling.read(text)))
end

local function from_item(place, item)
  if type(item) == "string" then
    return from_text(place, item)
  elseif core.type(item) then
    return targets.of_unit(item.id, item.siteWebUrl or item.email or item.id)
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
local function add_csv(list, what, path, name)
  local records, header, place = csv.read(path, { encoding = name }, what)
  if not records then
    error(header, 0)
  elseif headings.is_headless(header) then
    local first = header[1]
    list[#list + 1] = from_record(path, { target = first })
    for _, record in ipairs(records) do
      list[#list + 1] = from_record(path, { target = record[first] })
    end
    return
  elseif not headings.has_name(header) then
    error(string.format("%s: %s: a column such as target, URL, siteWebUrl, userPrincipalName, email, directoryObjectId "
      .. "or protectionUnitId was expected; the header is: %s", what, place(0), table.concat(header, ", ")), 0)
  end
  for n, record in ipairs(records) do
    local function where(setting)
      return setting and what .. ": " .. place(n, headings.heading(header, setting)) or place(n)
    end
    list[#list + 1] = from_row(where, headings.read(record))
  end
end

-- the largest report that is read, in bytes
local LARGEST_FILE = 1 << 31

--- The path of a report that was saved as JSON; nil: something else was given.
local function json_of(given)
  return type(given) == "string" and not given:find "^%a%w+://" and given:lower():find "%.json$" and given or nil
end

--- Adds the rows of a report to a list.
local function add_json(list, what, path)
  local text, err = system.read_file(path, LARGEST_FILE)
  if not text then
    error(csv.cannot_read(what, path, err), 0)
  end
  local report = core.decode(text)
  if type(report) ~= "table" or type(report.rows) ~= "table" then
    error(string.format("%s: %s: a report that was saved as JSON was expected", what, path), 0)
  end
  for i, record in ipairs(report.rows) do
    list[#list + 1] = from_record(string.format("%s: %s: row %d", what, path, i), record)
  end
end

--- What is in a file is no mistake of the script: a text that is raised about it becomes an error object.
local function in_file(add, ...)
  local ok, problem = pcall(add, ...)
  if not ok and type(problem) == "string" then
    problem = core.failure {
      code = "bad_list", class = "refuse", operation = "plan", sent = false, attempts = 0, message = problem,
    }
  end
  if not ok then
    error(problem, 0)
  end
end

--- Adds the targets of a file to a list. false: it is no file.
local function add_file(list, what, given)
  local report = json_of(given)
  local path, name = csv_of(what, given)
  name = encoding.check(what .. ".encoding", name)
  if report then
    in_file(add_json, list, what, report)
  elseif path then
    in_file(add_csv, list, what, path, name)
  end
  return (report or path) ~= nil
end

local function from_list(what, items)
  local list, last = {}, 0
  for i, item in ipairs(items) do
    last = i
    local place = string.format("%s[%d]", what, i)
    if not add_file(list, place, item) then
      list[#list + 1] = from_item(place, item)
    end
  end
  local count = 0
  for name in pairs(items) do
    count = count + 1
    if math.type(name) ~= "integer" then
      options.misuse(what, "a list", "the key " .. tostring(name))
    end
  end
  if last < count then -- what stands behind a nil would be lost without a word
    error(string.format("%s[%d]: a URL, an e-mail address, an id or a table was expected, got nil", what, last + 1), 0)
  end
  return list
end

local function is_policy(value)
  return type(value) == "table" and #value == 0 and value.policy ~= nil
end

local function read(what, given)
  if given == "all" then
    return { every = true }
  elseif is_policy(given) then
    local policy = core.type(given.policy) and given.policy.id or given.policy
    if type(policy) ~= "string" or next(given, next(given)) then
      options.misuse(what, "{ policy = id } and nothing else", policy)
    end
    return { every = true, policy = policy }
  end
  local list = {}
  if add_file(list, what, given) then
    return { list = list }
  elseif type(given) == "string" or core.type(given) then
    given = { given }
  elseif type(given) ~= "table" then
    error(string.format("%s: targets were expected, got %s", what, type(given)), 0)
  end
  return { list = from_list(what, given) }
end

--- Reads what a person gave. Raises, naming the place, on what cannot be meant. Never yields.
-- @tparam string what the option, for messages
-- @param given "all"; a path that ends in ".csv", ".tsv" or ".txt", or `{ csv = path, encoding = name }`; that of a
-- report which was saved as ".json"; one target as a text; a list of these, of tables (`siteWebUrl`, `email`,
-- `directoryObjectId`, `protectionUnitId`, perhaps `priority`, `destination`, and `before` or `at`) and of protection
-- units; or `{ policy = id }`
-- @treturn ?table `list` of targets; or `every` = true, perhaps with `policy`; nil, err where a file cannot be read:
-- `bad_list`, with its name, line and column in the message, or what the disk says
function targets.read(what, given)
  local ok, wanted = pcall(read, what, given)
  if ok then
    return wanted
  elseif type(wanted) == "table" then
    return nil, wanted
  end
  error(wanted, 0)
end

--- What a target means, in one text, however it is spelled.
-- @tparam table target
-- @treturn string
function targets.meaning(target)
  local keys = tables.map(target.clues, function(clue) return clue.key or clue.text end)
  return #keys > 0 and table.concat(keys, " ") or target.given
end

--- A list of targets in a few letters.
-- @tparam table list
-- @treturn string
function targets.digest(list)
  local sum = crypto.digest "sha256"
  for _, target in ipairs(list) do
    sum:update(repair.encode { targets.meaning(target), target.priority or 0, target.destinationType or "",
      target.before or "", target.at or "" }):update("\n")
  end
  return string.format("%d, %s", #list, crypto.hex(sum:final()):sub(1, 16))
end

return targets
