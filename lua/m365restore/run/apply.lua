--- Applies plans: the journal is opened, what was begun is gone on with, and the
-- rest is done wave by wave.
-- @module m365restore.run.apply
local artifacts = require "m365restore.sessions.artifacts"
local clock = require "m365restore.clock"
local context = require "m365restore.run.context"
local document = require "m365restore.plan.document"
local fail = require "m365restore.fail"
local format = require "m365restore.text.format"
local gather = require "m365restore.driver.gather"
local integrity = require "m365restore.plan.integrity"
local interruption = require "m365restore.interruption"
local journal = require "m365restore.run.journal"
local note_ways_back = require "m365restore.run.note_ways_back"
local options = require "m365restore.options"
local reconcile = require "m365restore.run.reconcile"
local restore_lock = require "m365restore.plan.restore_lock"
local schedule = require "m365restore.plan.schedule"
local state = require "m365restore.run.state"
local stored_plan = require "m365restore.run.stored_plan"
local tables = require "m365restore.tables"
local verify = require "m365restore.plan.verify"
local wave = require "m365restore.run.wave"

local apply = {}

-- the first pause between looks for addresses of copies, in seconds of the clock; each is twice as long as the last
local URL_PAUSE = 5

-- {====== The run ======

--- Sessions that were begun before, then what is not begun.
local function batches_of(self)
  local list = {}
  for _, session in ipairs(self.state:open_sessions()) do
    list[#list + 1] = {
      id = session.id, rows = self:rows(session.rows), wave = session.wave,
      running = session.stage == "activated",
    }
  end
  local fresh = schedule.batches(self.plan.rows, function(row) return self.state:is_pending(row) end)
  return table.move(fresh, 1, #fresh, #list + 1, list)
end

--- Sessions with copies whose address has not appeared.
local function without_urls(self)
  local list = {}
  for _, session in ipairs(self.state.sessions) do
    local rows = {}
    for _, n in ipairs(session.stage == "ended" and session.rows or {}) do
      local row, result = self.plan.rows[n], self.state.results[n]
      if result.outcome == "restored" and not result.url and row.destinationType == "new" then
        rows[#rows + 1] = row
      end
    end
    if #rows > 0 then
      list[#list + 1] = { id = session.id, rows = rows }
    end
  end
  return list
end

local function note_urls(self, item, last)
  local session, err = self:persist(function(left) return self.client:session(item.id, { timeout = left() }) end, last)
  local found = session and self:persist(function(left) return artifacts.list(session, item.rows, left) end, last)
  local urls = {}
  for _, row in ipairs(found and item.rows or {}) do
    local artifact = found[artifacts.key(row)]
    local place = artifact and artifacts.place_of(artifact)
    urls[#urls + 1] = place and { n = row.n, url = place }
  end
  if #urls > 0 then
    return self:note { kind = "urls", id = item.id, rows = urls }
  end
  return true, err
end

local function count_rows(list)
  local count = 0
  for _, item in ipairs(list) do
    count = count + #item.rows
  end
  return count
end

--- Copies get their address late; the report would be poorer without.
local function wait_for_urls(self)
  local last = math.min(clock.monotonic(self.clock) + self.url_wait, self.deadline)
  local list, pause = without_urls(self), URL_PAUSE
  local wait <close> = self:begin_wait "addresses"
  while #list > 0 and clock.monotonic(self.clock) < last and not self.broken do
    wait.what = "the addresses of " .. format.count(count_rows(list), "new copy", "new copies")
    self:keep_waiting(pause, last)
    pause = pause * 2
    gather(list, function(item) return note_urls(self, item, last) end)
    list = without_urls(self)
  end
end

--- Rows that others have under way are watched to their end: where one session fails, another may go on.
local function watch_elsewhere(self)
  local sessions = self.state:elsewhere_sessions()
  while #sessions > 0 and not self.problem do
    local _, failures = gather(sessions, function(session)
      return reconcile.watch(self, session.id, self:rows(session.rows))
    end)
    local _, err = next(failures)
    if err then
      self:halt(interruption.failure(err))
    end
    sessions = self.state:elsewhere_sessions()
  end
end

local function is_complete(self)
  return not tables.any(self.plan.rows, function(row) return not row.refusal and not self.state.results[row.n] end)
end

local function work(self)
  local ok, err = reconcile.begin(self)
  if not ok then
    return self:halt(err)
  end
  local _, failures = gather(batches_of(self), function(batch) return wave.process(self, batch) end,
    self.limits.sessions)
  local _, failure = next(failures)
  if failure and not self.problem then
    self:halt(interruption.failure(failure))
  end
  if not self.problem then
    watch_elsewhere(self)
  end
  note_ways_back(self)
  if not self.problem then
    wait_for_urls(self)
  end
  if is_complete(self) and not self.broken then
    self:note { kind = "done" }
  end
end

--- Says what goes on without this process, and ends.
local function leave(self, problem)
  local err = interruption.of_run(self, problem)
  self:tell { kind = "end", status = "interrupted", done = true }
  error(err, 0)
end

--- Runs from where the journal stands to the end.
local function execute(self)
  local ok, raised = pcall(work, self)
  if not ok or interruption.is(self.problem) then
    leave(self, ok and self.problem.cause or raised)
  end
  self.error = self.problem
  self.ok = self.error == nil and self:report().ok
  self:tell { kind = "end", status = self.ok and "completed" or "ended", done = true, error = self.error }
  return context.ended(self)
end

-- }======

-- {====== Beginning and resuming ======

local apply_options = {
  journal = "string", confirm = "string", on_progress = "listeners", timeout = "duration", interval = "duration",
  patience = "duration", url_wait = "duration", max_sessions = "integer", max_in_flight = "integer",
  actor = "string", ticket = "string", reason = "string",
}

--- A plan that is applied for the first time must be approved, and still be true.
local function check_fresh(client, plan, o)
  if plan.planned == 0 then
    return fail("apply", "nothing_to_do", "every target of the plan is refused")
  elseif plan:replaces() and not o.confirm then
    return fail("apply", "confirmation_needed",
      "the plan replaces what is there; a person has to give its hash as confirm: %s", plan.hash)
  elseif o.confirm and o.confirm ~= plan.hash then
    return fail("apply", "plan_changed", "confirm is %s, the plan's hash is %s", o.confirm, plan.hash)
  end
  return verify(client, plan, function() return clock.call_timeout(client, context.deadline(o)) end)
end

--- A journal that was begun goes on with its own plan; another request has no business there. The plan of the same
-- request may be another by now, since some of it is done: whoever confirms either means this run.
local function check_begun(plan, stored, o, path)
  local differences = document.request_difference(stored.request or {}, plan.request or {})
  if #differences > 0 then
    return fail("apply", { code = "other_plan", differences = differences },
      "%s holds the plan of another request: %s", path, table.concat(differences, "; "))
  elseif o.confirm and o.confirm ~= stored.hash and o.confirm ~= plan.hash then
    differences = stored:diff(plan)
    return fail("apply", { code = "plan_changed", differences = differences },
      "confirm is %s, the plan in %s has the hash %s; %s", o.confirm, path, stored.hash, differences[1] or "")
  end
  return true
end

local function begin(self, o)
  return self:note {
    kind = "plan", version = journal.VERSION, plan = tables.copy(self.plan), confirmed = o.confirm, actor = o.actor,
    ticket = o.ticket, reason = o.reason,
  }
end

--- Takes a journal in. With records that cannot be understood nothing more is done: what they stand for may run.
local function go_on(self, records)
  local bad = self.state:replay(records)
  if bad then
    self:abandon(select(2, state.not_understood(self.path, bad)))
    return true
  end
  return self:note { kind = "resumed" }
end

--- Runs with an open journal, whose plan is the one that counts.
local function run_with(client, plan, book, records, o)
  local self = context.new(client, plan, book, o)
  local ok, err
  if #records > 0 then
    ok, err = go_on(self, records)
  else
    ok, err = begin(self, o)
  end
  if not ok then
    return nil, err
  end
  return execute(self)
end

local function read_options(what, opts)
  local o = options.read(what, opts, apply_options)
  if not o.journal then
    options.misuse(what .. ".journal", "a path")
  end
  return o
end

--- Decides on the plan of a new run. Ctrl-C while the service is read ends it in one sentence, too.
local function decide(fresh)
  local ok, plan, err = pcall(fresh)
  if not ok then
    error(interruption.is(plan) and interruption.before("apply", plan) or plan, 0)
  end
  return plan, err
end

--- The plan of a new run, where the service restores at all.
local function open_plan(client, fresh, o)
  local plan, err = fresh()
  if not plan then
    return nil, err
  end
  local ok, problem = restore_lock.check(client, clock.call_timeout(client, context.deadline(o)))
  return ok and plan or nil, problem
end

--- Runs with a journal. It is locked first and read once; whether the run is a new one, and may begin, is decided by
-- what is in the locked file. May yield.
-- @tparam client client
-- @tparam table o options of apply
-- @tparam function fresh () -> the plan of a new run, approved; or nil, err, and then the file that was made is gone
-- @tparam[opt] function stored the plan of a run that was begun -> true: it is the one that is meant; or nil, err
-- @treturn ?Run or nil, err
local function under_lock(client, o, fresh, stored)
  o.started = clock.monotonic(clock.of(client))
  local book, err = journal.open(o.journal)
  if not book then
    return nil, err
  end
  local _ <close> = book
  local records = book.records
  book.records = nil
  local plan, problem
  if #records == 0 then
    plan, problem = decide(function() return open_plan(client, fresh, o) end)
  else
    plan, problem = stored_plan(records, book.path)
  end
  if plan and #records > 0 and stored then
    local same, difference = stored(plan)
    plan, problem = same and plan or nil, difference
  end
  if not plan then
    book:discard()
    return nil, problem
  end
  return run_with(client, plan, book, records, o)
end

--- Applies a plan, exactly; or, where its journal was begun, goes on with the plan in there. May yield.
-- @function apply
-- @tparam client client
-- @tparam Plan plan
-- @tparam table opts `journal` (path, required); `confirm` (the plan's hash, given by a person; needed where anything
-- is restored in place); `on_progress` (called with events: `kind`, `wave`, `id` of the session, and for the whole run
-- `status`, `total`, `completed`, `failed`, `inProgress`, `elapsed`, `done`, `error`); `timeout` (duration, 7d: of the
-- whole run); `interval` (duration: between polls of a session; default grows with its age); `patience` (duration,
-- 1h: how long the service may be out of reach); `url_wait` (duration, 30m: how long addresses of copies are waited
-- for); `max_sessions` and `max_in_flight` (integers, below the service's own limits of 25 and 1,000); `actor`,
-- `ticket` and `reason` (texts for the journal)
-- @treturn ?Run once the journal is open: `ok` (every target is restored), `error`, `plan`, `journal`, `head` (of the
-- journal: keep it elsewhere), `report()`; before that nil, err: `confirmation_needed`, `plan_changed`, `plan_stale`,
-- `nothing_to_do`, `other_plan`, `locked`, `journal_damaged`, what the disk says, or what a read failed with. Raises on
-- misuse; and, when an error or Ctrl-C ends it from outside, an error with the code `interrupted`, whose one sentence
-- tells what goes on in the service and how to resume, and whose `cause` is what was raised
function apply.apply(client, plan, opts)
  local o = read_options("apply", opts)
  if getmetatable(plan) == nil or type(plan.hash) ~= "string" then
    error("apply: plan: a plan was expected, got " .. type(plan), 2)
  elseif not integrity.is_whole(plan) then
    return fail("apply", "plan_edited",
      "the plan was changed after it was made: it is not what its hash and checksum say")
  end
  return under_lock(client, o, function()
    local ok, err = check_fresh(client, plan, o)
    return ok and plan, err
  end, function(stored) return check_begun(plan, stored, o, o.journal) end)
end

--- Goes on with a run that was interrupted, by its journal alone. May yield.
-- @function resume
-- @tparam client client
-- @tparam string path of the journal
-- @tparam[opt] table opts as for @{apply}, without `journal` and `confirm`
-- @treturn ?Run as from @{apply}; or nil, err
function apply.resume(client, path, opts)
  local given = tables.copy(opts, { journal = path })
  return under_lock(client, read_options("resume", given), function()
    return fail("apply", "not_found", "there is no run in %s to be resumed", path)
  end)
end

--- Begins a run with a plan that its caller makes, or goes on with the one that the journal holds. May yield.
-- @tparam client client
-- @tparam table opts as for @{apply}
-- @tparam function make () -> a plan that is approved; or nil, err. It is called while the journal is locked, and only
-- where the journal is empty
-- @tparam[opt] Plan same the plan whose request a run that was begun must have
-- @treturn ?Run as from @{apply}; or nil, err
function apply.start(client, opts, make, same)
  local o = read_options("apply", opts)
  return under_lock(client, o, function()
    local plan, err = make()
    local ok = plan
    if plan then
      o.confirm = plan.hash
      ok, err = check_fresh(client, plan, o)
    end
    return ok and plan, err
  end, same and function(stored) return check_begun(same, stored, o, o.journal) end)
end

-- }======

return apply
