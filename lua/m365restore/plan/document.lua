--- Plans: what would be restored, from when, where to, and what not and why.
--
-- A plan is data. It is made by reading only; it is reviewed, saved, compared
-- and approved by its hash, and then applied exactly.
-- @module m365restore.plan.document
local core = require "m365restore.core"
local csv = require "m365restore.text.csv"
local fail = require "m365restore.fail"
local format = require "m365restore.text.format"
local integrity = require "m365restore.plan.integrity"
local match = require "m365restore.plan.match"
local notes = require "m365restore.plan.notes"
local options = require "m365restore.options"
local repair = require "m365restore.text.repair"
local schedule = require "m365restore.plan.schedule"
local schema = require "m365restore.plan.schema"
local system = require "m365restore.system"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

local document = {}

local FORMAT, VERSION = "m365restore.plan", 1

local LARGEST_FILE = 1 << 31

local Plan = { __name = "m365restore.plan" }
Plan.__index = Plan

--- How many rows of a plan are to be restored.
-- @tparam table rows
-- @treturn integer
function document.count_planned(rows)
  return #tables.filter(rows, function(row) return not row.refusal end)
end

--- How much older than T the restore point of a row is, in seconds.
-- @tparam table row
-- @tparam number moment T, where the row has no time of its own
-- @treturn ?integer nil: it has no restore point
function document.lost_of(row, moment)
  local taken = time.parse(row.protectionDateTime)
  return taken and math.floor((time.parse(row.before or row.at) or moment) - taken)
end

--- Writes the message of each duplicate, which names the row that it repeats.
local function name_duplicates(rows)
  for _, row in ipairs(rows) do
    local other = row.refusal and rows[row.refusal.of or 0]
    if other then
      row.refusal.message = match.duplicate_message(row, other, other.n, other.target)
    end
  end
end

--- Works out what follows from the rows: totals, losses, estimate and notes; and seals the plan.
local function compute(self)
  local moment = time.parse(self.before or self.at)
  name_duplicates(self.rows)
  self.planned, self.waves = document.count_planned(self.rows), 0
  for _, row in ipairs(self.rows) do
    self.waves = math.max(self.waves, row.wave or 0)
    row.lost = not row.refusal and row.kind == "standard" and document.lost_of(row, moment) or nil
  end
  self.estimate = schedule.estimate(self.rows, self.service)
  self.notes = core.array(notes.of(self))
  integrity.set(self)
  return self
end

--- Makes a plan of finished rows.
-- @tparam table fields of the plan, `rows` among them
-- @tparam[opt] integer size the most artifacts of a wave
-- @treturn Plan
function document.new(fields, size)
  local self = setmetatable(fields, Plan)
  self.format, self.version = FORMAT, VERSION
  schedule.assign(self.rows, size or schedule.limits.artifacts)
  return compute(self)
end

-- {====== For people ======

local function state_of(row)
  if row.restored_by then
    return "restored before, by session " .. row.restored_by
  end
  return row.refusal and "refused: " .. row.refusal.code .. ", " .. row.refusal.message
    or row.name or row.address or ""
end

local function line_of(row)
  return {
    row.wave and tostring(row.wave) or "-", row.target, row.protectionDateTime or "-",
    row.tags == "fastRestore" and "fast" or row.tags and "any" or "-",
    row.lost and format.span(row.lost) or "-", row.refusal and "-" or row.destinationType, state_of(row),
  }
end

--- What to do about refused rows, a line for each code.
local function advice_of(rows)
  local lines, seen = {}, {}
  for _, row in ipairs(rows) do
    local code = row.refusal and row.refusal.code
    local remedy = code and not seen[code] and select(2, core.describe(code, "plan"))
    if remedy then
      seen[code], lines[#lines + 1] = true, code .. ": " .. core.plain(remedy) .. "\n"
    end
  end
  return table.concat(lines)
end

local function span_of(estimate)
  local slowest = format.span(estimate.seconds)
  return estimate.fastest < estimate.seconds and format.span(estimate.fastest) .. " to " .. slowest or slowest
end

--- The plan as a table for a tired person.
function Plan:__tostring()
  local lines = { { "wave", "target", "point", "kind", "loss", "to", "" } }
  for i, row in ipairs(self.rows) do
    lines[i + 1] = line_of(row)
  end
  local remarks = advice_of(self.rows)
  for _, note in ipairs(self.notes) do
    remarks = remarks .. core.plain(note) .. "\n"
  end
  local what = self.query and "messages that match " .. core.plain(self.query) or self.service
  return string.format("Restore of %s to %s %s: %s, %d in %s, %d refused; about %s (%s)\n\n%s\n\n%shash %s", what,
     self.at and "the state of" or "before", self.at or self.before,
    format.count(#self.rows, "target"), self.planned, format.count(self.waves, "wave"), #self.rows - self.planned,
    span_of(self.estimate), self.estimate.how, format.columns(lines), remarks, self.hash)
end

local csv_columns = {
  "target", "name", "wave", "protectionDateTime", "tags", "lost", "nearer", "way_back", "destinationType",
  "priority", "refusal", "message", "protectionUnitId", "restorePointId",
}

local function csv_record(row)
  local record = setmetatable({}, { __index = row })
  record.refusal = row.refusal and row.refusal.code or ""
  record.message = row.refusal and row.refusal.message
  return record
end

-- }======

-- {====== Files ======

--- Saves a plan, as a whole or not at all. Never yields.
-- @function Plan:save
-- @tparam string path ending in ".json", to be loaded again, or ".csv", for a spreadsheet
-- @tparam[opt] table opts of a CSV: `separator`, ";" for an Excel that wants it
-- @treturn ?boolean true; or nil, err
function Plan:save(path, opts)
  if type(path) ~= "string" then
    error("plan:save: path: a string was expected, got " .. type(path), 2)
  elseif not path:lower():find "%.csv$" then
    return system.replace(path, repair.encode_rows(self))
  end
  return csv.save(path, csv_columns, tables.map(self.rows, csv_record), opts)
end

--- A plan that was read from somewhere: it must still be what its hash says. What follows from its rows is worked out
-- again, since a checksum can be, too.
-- @param data
-- @tparam string path for messages
-- @treturn ?Plan; or nil, err: `bad_plan`, `plan_edited`
function document.adopt(data, path)
  if type(data) ~= "table" or data.format ~= FORMAT or type(data.rows) ~= "table" then
    return fail("plan", "bad_plan", "%s is no plan", path)
  elseif data.version ~= VERSION then
    return fail("plan", "bad_plan", "%s has version %s, this library reads version %d", path, tostring(data.version),
      VERSION)
  end
  local problem = schema.problem(data, Plan)
  if problem then
    return fail("plan", "bad_plan", "%s is no plan: %s", path, problem)
  end
  local self = setmetatable(data, Plan)
  if not integrity.is_whole(self) then
    return fail("plan", "plan_edited", "%s was changed by hand: it is not what its hash and checksum say", path)
  end
  return compute(self)
end

--- Loads a plan that was saved. Never yields.
-- @function load_plan
-- @tparam string path
-- @treturn ?Plan; or nil, err: `plan_edited` when it no longer matches its hash, `bad_plan`, or what the disk says
function document.load(path)
  if type(path) ~= "string" then
    options.misuse("load_plan: path", "a string", path, 2)
  end
  local text, err = system.read_file(path, LARGEST_FILE)
  if not text then
    return nil, err
  end
  return document.adopt(core.decode(text), path)
end

-- }======

-- {====== Differences ======

local request_fields = {
  "service", "before", "at", "prefer", "max_loss", "destination", "targets", "exclude", "priority",
}

--- What another request asks for that this one does not.
-- @tparam table old
-- @tparam table new
-- @treturn table a list of texts; empty: they are the same
function document.request_difference(old, new)
  return tables.map(request_fields, function(field)
    return old[field] ~= new[field]
      and string.format("%s was %s, is now %s", field, tostring(old[field]), tostring(new[field])) or nil
  end)
end

local function describe(row)
  if not row then
    return "not in the plan"
  elseif row.refusal then
    return "refused (" .. row.refusal.code .. ")"
  end
  return string.format("%s from %s, %s", row.destinationType, row.protectionDateTime, row.restorePointId)
end

--- How this plan differs from another, row by row. Never yields.
-- @function Plan:diff
-- @tparam Plan other
-- @treturn table a list of texts; empty: both do the same
function Plan:diff(other)
  local found, theirs = {}, {}
  for _, row in ipairs(other.rows) do
    theirs[row.target] = theirs[row.target] or {}
    table.insert(theirs[row.target], row)
  end
  local function compare(target, mine, their)
    local before, after = describe(mine), describe(their)
    if before ~= after then
      found[#found + 1] = string.format("%s: %s; now %s", target, before, after)
    end
  end
  for _, row in ipairs(self.rows) do
    compare(row.target, row, theirs[row.target] and table.remove(theirs[row.target], 1))
  end
  for _, row in ipairs(other.rows) do
    if table.remove(theirs[row.target], 1) then
      compare(row.target, nil, row)
    end
  end
  return found
end

--- Does anything of the plan replace what is there?
-- @treturn boolean
function Plan:replaces()
  return tables.any(self.rows, function(row) return not row.refusal and row.destinationType == "inPlace" end)
end

-- }======

return document
