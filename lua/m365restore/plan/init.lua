--- Plans: what would be restored, from when, where to, and what not and why.
--
-- A plan is data. It is made by reading only; it is reviewed, saved, compared
-- and approved by its hash, and then applied exactly.
-- @module m365restore.plan
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local crypto = require "m365restore.crypto"
local csv = require "m365restore.text.csv"
local fail = require "m365restore.fail"
local format = require "m365restore.text.format"
local gather_all = require "m365restore.driver.gather_all"
local history = require "m365restore.sessions.history"
local integrity = require "m365restore.plan.integrity"
local match = require "m365restore.plan.match"
local notes = require "m365restore.plan.notes"
local options = require "m365restore.options"
local others = require "m365restore.sessions.others"
local repair = require "m365restore.text.repair"
local restore_time = require "m365restore.plan.restore_time"
local schedule = require "m365restore.plan.schedule"
local schema = require "m365restore.plan.schema"
local survey = require "m365restore.plan.survey"
local system = require "m365restore.system"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"
local way_back = require "m365restore.plan.way_back"
local workload = require "m365restore.workload"

local plan = {}

local FORMAT, VERSION = "m365restore.plan", 1

-- The priority of a target that has none: low numbers go first.
local USUAL_PRIORITY = 1000

local LARGEST_FILE = 1 << 31

local function raise(...)
  error(string.format(...), 0)
end

-- {====== The request ======

local rows_of_options = {
  service = "string", targets = "any", before = "moment", at = "moment", prefer = "string", max_loss = "duration",
  destination = "any", priority = "any", exclude = "any", max_targets = "integer",
  accept_misses = "boolean", allow_future = "boolean",
}

local function check_moment(o)
  if (o.before == nil) == (o.at == nil) then
    raise("plan.before: a time was expected, or plan.at, and not both")
  end
  o.moment, o.exact = time.parse(o.before or o.at), o.at ~= nil
end

--- Everything as it is used; raises, naming the field.
local function read_options(spec)
  local o = options.read("plan", spec, rows_of_options)
  options.choice("plan.service", o.service, workload.of)
  o.prefer = o.prefer or "fastRestore"
  options.choice("plan.prefer", o.prefer, survey.preferences)
  check_moment(o)
  if o.targets == nil then
    raise("plan.targets: a list, a CSV file, { policy = id } or \"all\" was expected")
  end
  o.destination = targets.destination("plan", o.destination)
  o.wanted = targets.read("plan.targets", o.targets)
  return o
end

local function list_of(field, given)
  if given == nil or type(given) == "function" then
    return {}
  end
  return targets.read("plan." .. field, given).list or raise('plan.%s: "all" makes no sense', field)
end

--- A list of targets in a few letters.
-- @tparam table list
-- @treturn string
function plan.digest(list)
  local sum = crypto.digest "sha256"
  for _, target in ipairs(list) do
    sum:update(repair.encode { targets.meaning(target), target.priority or 0, target.destinationType or "",
      target.before or "", target.at or "" }):update("\n")
  end
  return string.format("%d, %s", #list, crypto.hex(sum:final()):sub(1, 16))
end

--- What makes two requests the same, whenever they are made.
local function request_of(o, excluded, first)
  local digest = plan.digest
  return {
    service = o.service, before = o.before, at = o.at, prefer = o.prefer, max_loss = o.max_loss,
    destination = o.destination, exclude = #excluded > 0 and digest(excluded) or nil,
    priority = #first > 0 and digest(first) or nil,
    targets = o.wanted.list and digest(o.wanted.list) or o.wanted.policy and "policy " .. o.wanted.policy or "all",
  }
end

-- }======

-- {====== The rows ======

--- Was every unit that answers to a target excluded?
local function is_excluded(target, excluded)
  for _, unit in ipairs(target.units or {}) do
    if not excluded[unit.id] then
      return false
    end
  end
  return target.units ~= nil and target.units[1] ~= nil
end

--- Why a target is not restored: it repeats another; it was excluded; and only then what else stands against it.
local function refusal_of(target, choice, excluded)
  local own = target.refusal
  if own and own.code == "duplicate" then
    return own
  elseif is_excluded(target, excluded) then
    return { code = "excluded", message = "it was excluded" }
  end
  return own or choice and choice.refusal
end

local function lost_of(row, moment)
  local taken = time.parse(row.protectionDateTime)
  return taken and math.floor((time.parse(row.before or row.at) or moment) - taken)
end

local function row_of(o, n, target, found)
  local unit, choice = target.unit or {}, found.choice_of(target)
  local row = {
    n = n, target = target.given, name = unit.name, address = unit.address ~= target.given and unit.address or nil,
    protectionUnitId = unit.id, before = target.before, at = target.at, kind = "standard",
    destinationType = target.destinationType or o.destination,
    priority = found.entries.priority[unit.id or ""] or target.priority or USUAL_PRIORITY,
    refusal = refusal_of(target, choice, found.entries.exclude), misnamed = target.misnamed,
  }
  if not row.destinationType then
    raise('plan.destination: "inPlace" or "new" was expected; it is never assumed')
  elseif choice and not row.refusal then
    row.restorePointId, row.protectionDateTime, row.tags = choice.id, choice.protectionDateTime, choice.tags
    row.lost = lost_of(row, o.moment)
  end
  if type(o.priority) == "function" then
    local priority = o.priority(row)
    row.priority = type(priority) == "number" and math.tointeger(priority)
      or raise("plan.priority: a whole number was expected from the function, got %s", tostring(priority))
  end
  return row
end

local function rows_of(o, found)
  local rows = {}
  for n, target in ipairs(found.list) do
    rows[n] = row_of(o, n, target, found)
  end
  return rows
end

--- Units and points, and beside them what was restored from these points since T: who has lost a journal and plans
-- anew gets another hash, and has to confirm that it is to be done again.
local function read_all(client, o, beside)
  local found = {}
  local done, err = gather_all({
    function()
      local list, choice_of, entries = survey.run(client, o, o.wanted, beside)
      found.list, found.choice_of, found.entries = list, choice_of, entries
      return list, choice_of
    end,
    function()
      local seen, err = history.since(client, o.service, o.moment)
      found.seen = seen
      return seen, err
    end,
  }, function(read) return read() end)
  return done and found, err
end

-- }======

--- Names the sessions that have restored what rows of a plan would, since T.
local function name_restored(client, o, seen, rows)
  local planned = {}
  for _, row in ipairs(rows) do
    planned[#planned + 1] = not row.refusal and row or nil
  end
  if #planned == 0 or #seen.recent == 0 then
    return true
  end
  local before, err = others.read(client, o.service, seen.recent, planned[1].kind)
  local dones, problem
  if before then
    dones, problem = before:judge(planned, o.moment)
  end
  for _, row in ipairs(dones and planned or {}) do
    row.restored_by = dones[row.n] and dones[row.n].session.id
  end
  return dones ~= nil or nil, err or problem
end

-- entries that a message names; all are in `err.misses`
local MOST_NAMED = 20

--- Exclusions and priorities that mean no unit stop a plan.
local function fail_missed(misses)
  local lines = {}
  for i = 1, math.min(#misses, MOST_NAMED) do
    lines[i] = notes.of_miss(misses[i])
  end
  if #misses > MOST_NAMED then
    lines[#lines + 1] = "and " .. #misses - MOST_NAMED .. " more"
  end
  return fail("plan", { code = "missed", misses = misses }, "%s of exclude and priority %s no protection unit: %s",
    #misses == 1 and "1 entry" or #misses .. " entries", #misses == 1 and "means" or "mean",
    table.concat(lines, "; "))
end

local Plan = { __name = "m365restore.plan" }
Plan.__index = Plan

local function count_planned(rows)
  local count = 0
  for _, row in ipairs(rows) do
    count = count + (row.refusal and 0 or 1)
  end
  return count
end

--- Says anew which row a duplicate repeats.
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
  self.planned, self.waves = count_planned(self.rows), 0
  for _, row in ipairs(self.rows) do
    self.waves = math.max(self.waves, row.wave or 0)
    row.lost = not row.refusal and row.kind == "standard" and lost_of(row, moment) or nil
  end
  self.estimate = {
    seconds = math.floor(schedule.duration(self.planned)),
    how = "Microsoft's published figures: 1 unit 30 min, 50 units 3 h, 250 units 4 h, 1,000 units 10 h",
  }
  self.notes = core.array(notes.of(self))
  integrity.set(self)
  return self
end

--- Makes a plan of finished rows.
-- @tparam table fields of the plan, `rows` among them
-- @tparam[opt] integer size the most artifacts of a wave
-- @treturn Plan
function plan.new(fields, size)
  local self = setmetatable(fields, Plan)
  self.format, self.version = FORMAT, VERSION
  schedule.assign(self.rows, size or schedule.limits.artifacts)
  return compute(self)
end

--- Plans a restore. Reads only: permissions to read are enough. May yield.
-- @function plan
-- @tparam client client
-- @tparam table spec `service` ("sharePoint", "oneDriveForBusiness", "exchange"); `targets` (see
-- @{m365restore.plan.targets.read}); `before` (a time T: the newest points older than it) or `at` (points of T
-- itself count too); `destination` ("inPlace" or "new", never assumed); `prefer` ("fastRestore", which is the default
-- and falls back to any point, "latest", "oldest"); `max_loss` (duration: how much older than T a point may be);
-- `priority` (targets that go first, in their order, or a function of a row); `exclude` (targets); `accept_misses`
-- (boolean: what `exclude` and `priority` name and no unit is does not stop the plan, and is listed in `plan.misses`);
-- `max_targets` (integer: more are refused as a whole); `allow_future` (boolean: times may lie in the future)
-- @treturn ?Plan; or nil, err: `no_targets`, `too_many_targets`, `future_moment`, `missed` (with `err.misses`, a list
-- of { option, given, code, message, nearest }), or what a read failed with. Raises on wrong options and unreadable
-- targets
function plan.make(client, spec)
  local o = read_options(spec)
  local excluded, first = list_of("exclude", o.exclude), list_of("priority", o.priority)
  local created = clock.of(client):now()
  local known, future = restore_time.check(client, "plan", o.allow_future, o.moment, o.wanted.list)
  if not known then
    return nil, future
  end
  local found, err = read_all(client, o, { exclude = excluded, priority = first })
  if not found then
    return nil, err
  elseif #found.entries.misses > 0 and not o.accept_misses then
    return fail_missed(found.entries.misses)
  elseif #found.list == 0 then
    return fail("plan", "no_targets", "there is nothing in the list of targets")
  end
  local rows = rows_of(o, found)
  local named, problem = name_restored(client, o, found.seen, rows)
  if not named then
    return nil, problem
  end
  local planned = count_planned(rows)
  if o.max_targets and planned > o.max_targets then
    return fail("plan", "too_many_targets", "%d targets would be restored, max_targets is %d", planned, o.max_targets)
  end
  local foreseen, fault = way_back.annotate(client, o, rows, created)
  if not foreseen then
    return nil, fault
  end
  return plan.new({
    service = o.service, before = o.before, at = o.at, prefer = o.prefer, max_loss = o.max_loss,
    created = time.format(math.floor(created)), seen_until = found.seen.newest,
    request = request_of(o, excluded, first), rows = rows, lookups = found.entries.lookups,
    misses = #found.entries.misses > 0 and core.array(found.entries.misses) or nil,
  }, client.max_artifacts)
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

--- The plan as a table for a tired person.
function Plan:__tostring()
  local lines = { { "wave", "target", "point", "kind", "loss", "to", "" } }
  for i, row in ipairs(self.rows) do
    lines[i + 1] = line_of(row)
  end
  local remarks = ""
  for _, note in ipairs(self.notes) do
    remarks = remarks .. core.plain(note) .. "\n"
  end
  local what = self.query and "messages that match " .. core.plain(self.query) or self.service
  return string.format("Restore of %s to %s %s: %s, %d in %s, %d refused; about %s (%s)\n\n%s\n\n%shash %s", what,
     self.at and "the state of" or "before", self.at or self.before,
    format.count(#self.rows, "target"), self.planned, format.count(self.waves, "wave"), #self.rows - self.planned,
    format.span(self.estimate.seconds), self.estimate.how, format.columns(lines), remarks, self.hash)
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

--- A text with a row on each line, which tools that compare lines can read.
local function spell(self)
  local head = {}
  for name, value in pairs(self) do
    if name ~= "rows" then
      head[name] = value
    end
  end
  local lines = {}
  for i, row in ipairs(self.rows) do
    lines[i] = repair.encode(row)
  end
  return repair.encode(head):sub(1, -2) .. ',"rows":[\n' .. table.concat(lines, ",\n") .. "\n]}\n"
end

--- Saves a plan, as a whole or not at all. Never yields.
-- @function Plan:save
-- @tparam string path ending in ".json", to be loaded again, or ".csv", for a spreadsheet
-- @tparam[opt] table opts of a CSV: `separator`, ";" for an Excel that wants it
-- @treturn ?boolean true; or nil, err
function Plan:save(path, opts)
  if type(path) ~= "string" then
    error("plan:save: path: a string was expected, got " .. type(path), 2)
  elseif not path:lower():find "%.csv$" then
    return system.replace(path, spell(self))
  end
  local records = {}
  for i, row in ipairs(self.rows) do
    records[i] = csv_record(row)
  end
  return csv.save(path, csv_columns, records, opts)
end

--- A plan that was read from somewhere: it must still be what its hash says. What follows from its rows is worked out
-- again, since a checksum can be, too.
-- @param data
-- @tparam string path for messages
-- @treturn ?Plan; or nil, err: `bad_plan`, `plan_edited`
function plan.adopt(data, path)
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
function plan.load(path)
  local text, err = system.read_file(path, LARGEST_FILE)
  if not text then
    return nil, err
  end
  return plan.adopt(core.decode(text), path)
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
function plan.request_difference(old, new)
  local found = {}
  for _, field in ipairs(request_fields) do
    if old[field] ~= new[field] then
      found[#found + 1] = string.format("%s was %s, is now %s", field, tostring(old[field]), tostring(new[field]))
    end
  end
  return found
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
  for _, row in ipairs(self.rows) do
    if not row.refusal and row.destinationType == "inPlace" then
      return true
    end
  end
  return false
end

-- }======

return plan
