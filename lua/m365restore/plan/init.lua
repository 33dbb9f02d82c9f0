--- Planning: what would be restored, from when, where to, and what not and why. Nothing is done but reading.
-- @module m365restore.plan
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local document = require "m365restore.plan.document"
local fail = require "m365restore.fail"
local gather_all = require "m365restore.driver.gather_all"
local history = require "m365restore.sessions.history"
local notes = require "m365restore.plan.notes"
local options = require "m365restore.options"
local others = require "m365restore.sessions.others"
local restore_lock = require "m365restore.plan.restore_lock"
local retention = require "m365restore.plan.retention"
local restore_time = require "m365restore.plan.restore_time"
local survey = require "m365restore.plan.survey"
local tables = require "m365restore.tables"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"
local way_back = require "m365restore.plan.way_back"
local workload = require "m365restore.workload"

local plan = {}

-- The priority of a target that has none: low numbers go first.
local USUAL_PRIORITY = 1000

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
    options.misuse("plan.before", o.before and "a time here or as plan.at" or "a time", o.before and "both" or nil)
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
    options.misuse("plan.targets", "a list, a CSV file, { policy = id } or \"all\"")
  end
  o.destination = targets.destination("plan", o.destination)
  local problem
  o.wanted, problem = targets.read("plan.targets", o.targets)
  return o.wanted and o, problem
end

local function list_of(field, given)
  if given == nil or type(given) == "function" then
    return {}
  end
  local wanted, err = targets.read("plan." .. field, given)
  if not wanted then
    return nil, err
  end
  return wanted.list or options.misuse("plan." .. field, "a list", given)
end

--- A request: its options, what is excluded, and what goes first; or nil, err.
local function read_request(spec)
  local o, unread = read_options(spec)
  if not o then
    return nil, unread
  end
  local excluded, problem = list_of("exclude", o.exclude)
  if not excluded then
    return nil, problem
  end
  local first, fault = list_of("priority", o.priority)
  return first and o, first and excluded or fault, first
end

--- What makes two requests the same, whenever they are made.
local function request_of(o, excluded, first)
  local digest = targets.digest
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
local function refusal_of(o, target, choice, excluded)
  local own = target.refusal
  if own and own.code == "duplicate" then
    return own
  elseif is_excluded(target, excluded) then
    return { code = "excluded", message = "it was excluded" }
  end
  local moment = time.parse(target.before or target.at) or o.moment
  return own or retention.explain(choice and choice.refusal, target.unit, moment, o.now)
end

local function row_of(o, n, target, found)
  local unit, choice = target.unit or {}, found.choice_of(target)
  local row = {
    n = n, target = target.given, name = unit.name, address = unit.address ~= target.given and unit.address or nil,
    protectionUnitId = unit.id, before = target.before, at = target.at, kind = "standard",
    destinationType = target.destinationType or targets.needed_destination("plan", o.destination),
    priority = found.entries.priority[unit.id or ""] or target.priority or USUAL_PRIORITY,
    refusal = refusal_of(o, target, choice, found.entries.exclude), misnamed = target.misnamed,
  }
  if choice and not row.refusal then
    row.restorePointId, row.protectionDateTime, row.tags = choice.id, choice.protectionDateTime, choice.tags
    row.lost, row.expires = document.lost_of(row, o.moment), retention.end_of(unit, choice)
  end
  if type(o.priority) == "function" then
    local priority = o.priority(row)
    row.priority = type(priority) == "number" and math.tointeger(priority)
      or raise("plan.priority: a whole number was expected from the function, got %s", tostring(priority))
  end
  return row
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
    function()
      found.service = restore_lock.read(client)
      return true
    end,
  }, function(read) return read() end)
  return done and found, err
end

-- }======

--- Names the sessions that have restored what rows of a plan would, since T.
local function name_restored(client, o, seen, rows)
  local planned = tables.filter(rows, function(row) return not row.refusal end)
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
-- @treturn ?Plan; or nil, err: `bad_list` (a file cannot be read: the message has its line and column), `no_targets`,
-- `too_many_targets`, `future_moment`, `missed` (with `err.misses`, a list of { option, given, code, message,
-- nearest }), or what a read failed with. Raises on wrong options and unreadable targets
function plan.make(client, spec)
  local o, excluded, first = read_request(spec)
  if not o then
    return nil, excluded
  end
  local created = clock.of(client):now()
  o.now = created
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
    return fail("plan", "no_targets")
  end
  local rows = tables.map(found.list, function(target, n) return row_of(o, n, target, found) end)
  local named, problem = name_restored(client, o, found.seen, rows)
  if not named then
    return nil, problem
  end
  local planned = document.count_planned(rows)
  if o.max_targets and planned > o.max_targets then
    return fail("plan", "too_many_targets", "%d targets would be restored, max_targets is %d", planned, o.max_targets)
  end
  local foreseen, fault = way_back.annotate(client, o, rows, created)
  if not foreseen then
    return nil, fault
  end
  return document.new({
    service = o.service, before = o.before, at = o.at, prefer = o.prefer, max_loss = o.max_loss,
    created = time.format(math.floor(created)), seen_until = found.seen.newest,
    locked = found.service.locked, restores_till = found.service.till, lock_unseen = found.service.unseen,
    request = request_of(o, excluded, first), rows = rows, lookups = found.entries.lookups,
    misses = #found.entries.misses > 0 and core.array(found.entries.misses) or nil,
  }, client.max_artifacts)
end


return plan
