--- Applies plans: drafts, waves, the journal, and the way back into a run that
-- was interrupted.
-- @module m365restore.restore.apply
local core = require "m365restore.core"
local artifacts = require "m365restore.restore.artifacts"
local clock = require "m365restore.clock"
local draft = require "m365restore.restore.draft"
local gate = require "m365restore.restore.gate"
local gather = require "m365restore.driver.gather"
local history = require "m365restore.restore.history"
local journal = require "m365restore.restore.journal"
local options = require "m365restore.options"
local plans = require "m365restore.restore.plan"
local report = require "m365restore.restore.report"
local state = require "m365restore.restore.state"
local survey = require "m365restore.restore.survey"
local time = require "m365restore.time"
local waves = require "m365restore.restore.waves"

local apply = {}

--- how long a run may take, how long the service may be out of reach, and how long copies' addresses are waited for
local USUAL_TIMEOUT, USUAL_PATIENCE, USUAL_URL_WAIT = "7d", "1h", "30m"

--- pauses in seconds of the clock: before a failed read is repeated, at a gate that is closed, between looks for
-- addresses (the first; each is twice as long as the one before); and how old a look at other people's sessions may be
local RETRY_PAUSE, GATE_PAUSE, URL_PAUSE, LOOK_AGE = 15, 30, 5, 300

--- what does not fit together is looked at this often: a session that is not there, artifacts that are still running
-- though their session has ended
local LOOKS = 4

local function fail(code, class, message, more)
  local fields = more or {}
  fields.code, fields.class, fields.message = code, class, message
  fields.operation, fields.sent, fields.attempts = "apply", false, 0
  return nil, core.failure(fields)
end

local Run = { __name = "m365restore.run" }
Run.__index = Run

-- {====== What every step uses ======

--- Waits a while by the clock: between three quarters of it and five quarters, so that many runs do not go in step.
function Run:pause(seconds)
  clock.sleep(self.clock, seconds * (0.75 + math.random() / 2))
end

--- Has the run's own time run out?
function Run:is_late()
  return self.clock:now() >= self.deadline
end

--- Does something that may fail for a while only, until it does not, or patience ends.
function Run:persist(action)
  local since = self.clock:now()
  while true do
    local result, err, more = action()
    local over = self.clock:now() - since >= self.patience or self:is_late()
    if result or err.class ~= "retry" or over or self.broken then
      return result, err, more
    end
    self:pause(math.max(RETRY_PAUSE, tonumber(err.retry_after) or 0))
  end
end

--- Reads a session again.
function Run:refresh(session)
  return self:persist(function() return session:refresh() end)
end

--- Nothing new is started from now on; what runs is watched to its end.
function Run:halt(err)
  self.problem = self.problem or err
end

--- Ends the run here and now; what runs on the service goes on, and can be resumed.
function Run:abandon(err)
  self.broken = self.broken or err
  self:halt(err)
end

--- Writes a record, and remembers it. A journal that cannot be written ends the run: without it nothing may happen.
function Run:note(record)
  record.time = time.format(self.clock:now())
  if self.broken then
    return nil, self.broken
  end
  local ok, err = self.journal:write(record)
  if not ok then
    self:abandon(err)
    return nil, err
  end
  self.head = self.journal.head
  self.state:apply(record)
  self:tell { kind = record.kind, id = record.id, wave = record.wave }
  return not self.broken or nil, self.broken
end

--- Tells an event, with where the whole run stands. A listener that raises ends the run.
function Run:tell(event)
  if not self.on_progress then
    return
  end
  local completed, failed, in_progress = self.state.completed, self.state.failed, 0
  for _, live in pairs(self.live) do
    completed, failed, in_progress = completed + live.completed, failed + live.failed, in_progress + live.inProgress
  end
  event.status = event.status or "active"
  event.total, event.completed, event.failed, event.inProgress = self.plan.planned, completed, failed, in_progress
  event.elapsed = self.clock:now() - self.started
  event.done = event.done or false
  local ok, problem = pcall(self.on_progress, event)
  if not ok then
    self:abandon(select(2, fail("on_progress_failed", "ask", tostring(problem))))
  end
end

-- }======

-- {====== Other people's sessions ======

local function ours_of(self)
  local ours = {}
  for id in pairs(self.state.by_id) do
    ours[id] = true
  end
  return ours
end

--- Reads the service's list of sessions.
-- @treturn ?table sessions of this service since the plan was made that are not ours; or nil, err
function Run:look()
  local seen, err = self:persist(function()
    return history.look(self.client, self.plan.service, ours_of(self), self.since)
  end)
  if not seen then
    return nil, err
  end
  self.others, self.looked = seen, self.clock:now()
  return seen.recent
end

--- The session of an unclear create.
function Run:find_lost(rows, since)
  local recent, err = self:look()
  if not recent then
    return nil, err
  end
  local found, problem = self:persist(function()
    local lost, fault = history.find_lost(recent, rows, self.state.app, since)
    return lost or fault == nil, fault -- true: there is none, and that is an answer
  end)
  return found ~= true and found or nil, problem
end

--- Waits at the gate. Other people's sessions are looked at now and then, if any are in the way.
function Run:wait_at_gate()
  self:pause(GATE_PAUSE)
  if self.others.sessions > 0 and self.clock:now() - self.looked >= LOOK_AGE then
    local ok, err = self:look()
    if not ok then
      self:halt(err)
    end
  end
  if self:is_late() then
    self:halt(select(2, fail("run_timeout", "retry", "the run's time is over; resume it")))
  end
end

-- }======

-- {====== One batch ======

--- The session of a batch that was begun before. One that is not there was deleted, and only drafts can be: its rows
-- are free again. A replica may be late, and so that is asked more than once.
-- @treturn ?session or nil, err
-- @treturn ?error
-- @treturn ?table what is left to do, where there is neither
function Run:take_up(batch)
  local session, err
  for look = 1, LOOKS do
    if look > 1 then
      self:pause(RETRY_PAUSE)
    end
    session, err = self:persist(function() return self.client:session(batch.id) end)
    if session or err.status ~= 404 then
      break
    end
  end
  if session then
    return session
  elseif err.status == 404 and self.state.by_id[batch.id].stage ~= "activated" then
    local ok, problem = self:note { kind = "dropped", id = batch.id }
    return nil, problem, ok and { { wave = batch.wave, rows = batch.rows } }
  end
  return nil, err
end

--- An ended session's artifacts, when none of them is still on its way.
local function final_artifacts(self, session, batch)
  local found, err
  for look = 1, LOOKS do
    if look > 1 then
      self:pause(RETRY_PAUSE)
    end
    found, err = self:persist(function() return artifacts.list(session, batch.rows) end)
    local open = false
    for _, row in ipairs(found and batch.rows or {}) do
      local outcome = artifacts.result(row, found[artifacts.key(row)]).outcome
      open = open or outcome == "unknown"
    end
    if not open then
      break
    end
  end
  return found, err
end

--- Writes down what became of an ended session.
local function finish(self, session, batch)
  local found, err = final_artifacts(self, session, batch)
  if not found then
    return nil, err
  end
  local results = {}
  for i, row in ipairs(batch.rows) do
    results[i] = artifacts.result(row, found[artifacts.key(row)])
  end
  self.live[session.id] = nil
  return self:note { kind = "ended", id = session.id, status = session.status, rows = results }
end

--- Watches a session to its end.
local function watch(self, session, batch)
  local function progress(event)
    if self.broken then
      error(self.broken, 0)
    end
    local live = not event.done and event or nil
    self.live[session.id] = live
    self:tell { kind = "progress", id = session.id, wave = batch.wave, session_status = event.status }
  end
  local _, err = session:wait {
    timeout = math.max(self.deadline - self.clock:now(), 0), interval = self.interval, patience = self.patience,
    on_progress = progress,
  }
  if err == nil or err.code == "restore_partial" or err.code == "restore_failed" then
    return finish(self, session, batch)
  end
  self.live[session.id] = nil
  return nil, err
end

--- Brings a batch to its end.
-- @treturn ?table batches that are left over; or nil, err
local function carry(self, batch)
  local seat <close> = self.gate:enter(#batch.rows, batch.running, function() return self.problem ~= nil end)
  if not seat then
    return {}
  end
  local session, err, rest
  if batch.id then
    session, err, rest = self:take_up(batch)
  else
    session, err, rest = draft.create(self, batch)
  end
  if not session then
    return rest, err
  end
  local ok, fault = draft.fill(self, session, batch)
  if not ok then
    return nil, fault
  end
  rest = fault and { { wave = batch.wave, rows = fault } } or {}
  if #batch.rows == 0 then
    ok, err = self:note { kind = "dropped", id = session.id }
  else
    ok, err = draft.activate(self, session, batch)
    if ok then
      ok, err = watch(self, session, batch)
    end
  end
  return ok and rest, err
end

--- Brings a batch, and what is left over of it, to the end.
local function process(self, batch)
  local queue = { batch }
  while queue[1] do
    local ok, rest, err = pcall(carry, self, table.remove(queue, 1))
    if not ok then
      rest, err = nil, type(rest) == "table" and rest or select(2, fail("internal", "ask", tostring(rest)))
    end
    if not rest then
      self:halt(err)
      return nil, err
    end
    table.move(rest, 1, #rest, #queue + 1, queue)
  end
  return true
end

-- }======

-- {====== The run ======

local function rows_by_number(self, numbers)
  local rows = {}
  for i, n in ipairs(numbers) do
    rows[i] = self.plan.rows[n]
  end
  return rows
end

--- Sessions that were created with contents and whose ids were lost are ours.
local function adopt_lost(self)
  for _, intent in ipairs(table.move(self.state.intents, 1, #self.state.intents, 1, {})) do
    local rows = rows_by_number(self, intent.rows)
    local found, err = self:find_lost(rows, intent.at)
    if found then
      local ok, problem = self:note {
        kind = "session", id = found.id, rows = intent.rows, wave = rows[1].wave, app = history.app_of(found),
      }
      if not ok then
        return nil, problem
      end
    elseif err then
      return nil, err
    end
  end
  return true
end

--- Rows that the service has restored since the plan was made are not restored again.
local function note_restored(self, recent)
  local pending, foreign = {}, {}
  for _, row in ipairs(self.plan.rows) do
    if not row.refusal and row.restorePointId and self.state:is_pending(row) then
      pending[#pending + 1] = row
    end
  end
  for _, session in ipairs(recent) do
    if not self.state.by_id[session.id] then
      foreign[#foreign + 1] = session
    end
  end
  local results, err = self:persist(function() return history.find_restored(foreign, pending) end)
  if not results then
    return nil, err
  end
  return #results == 0 or self:note { kind = "found", rows = results }
end

local function reconcile(self)
  local recent, err = self:look()
  if not recent then
    return nil, err
  end
  local ok, problem = adopt_lost(self)
  if not ok then
    return nil, problem
  end
  return note_restored(self, recent)
end

--- Sessions that were begun before, then what is not begun.
local function batches_of(self)
  local list = {}
  for _, session in ipairs(self.state:open_sessions()) do
    list[#list + 1] = {
      id = session.id, rows = rows_by_number(self, session.rows), wave = session.wave,
      running = session.stage == "activated",
    }
  end
  local fresh = waves.batches(self.plan.rows, function(row) return self.state:is_pending(row) end)
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

local function note_urls(self, item)
  local session, err = self:persist(function() return self.client:session(item.id) end)
  local found = session and self:persist(function() return artifacts.list(session, item.rows) end)
  local urls = {}
  for _, row in ipairs(found and item.rows or {}) do
    local artifact = found[artifacts.key(row)]
    urls[#urls + 1] = { n = row.n, url = artifact and artifacts.place_of(artifact) }
  end
  if #urls > 0 then
    return self:note { kind = "urls", id = item.id, rows = urls }
  end
  return true, err
end

--- Copies get their address late; the report would be poorer without.
local function wait_for_urls(self)
  local last = math.min(self.clock:now() + self.url_wait, self.deadline)
  local list, pause = without_urls(self), URL_PAUSE
  while #list > 0 and self.clock:now() < last and not self.broken do
    self:pause(pause)
    pause = pause * 2
    gather(list, function(item) return note_urls(self, item) end)
    list = without_urls(self)
  end
end

local function is_complete(self)
  for _, row in ipairs(self.plan.rows) do
    if not row.refusal and not self.state.results[row.n] then
      return false
    end
  end
  return true
end

local function work(self)
  local ok, err = reconcile(self)
  if not ok then
    return self:halt(err)
  end
  gather(batches_of(self), function(batch) return process(self, batch) end, self.limits.sessions)
  if not self.problem then
    wait_for_urls(self)
  end
  if is_complete(self) and not self.broken then
    self:note { kind = "done" }
  end
end

--- What became of every target.
-- @function Run:report
-- @treturn Report see @{m365restore.restore.report}
function Run:report()
  return report.new(self.plan, self.state, self.error)
end

--- Runs from where the journal stands to the end.
local function execute(self)
  work(self)
  self.error = self.problem
  self.ok = self.error == nil and self:report().ok
  self:tell { kind = "end", status = self.ok and "completed" or "ended", done = true, error = self.error }
  local result = setmetatable({
    ok = self.ok, error = self.error, plan = self.plan, journal = self.path, head = self.head, state = self.state,
  }, Run)
  return result
end

-- }======

-- {====== Beginning and resuming ======

local apply_options = {
  journal = "string", confirm = "string", on_progress = "callable", timeout = "duration", interval = "duration",
  patience = "duration", url_wait = "duration", max_sessions = "integer", max_in_flight = "integer",
  actor = "string", ticket = "string", reason = "string",
}

local function limits_of(o)
  return {
    sessions = math.min(o.max_sessions or waves.limits.sessions, waves.limits.sessions),
    in_flight = math.min(o.max_in_flight or waves.limits.in_flight, waves.limits.in_flight),
  }
end

local function new_run(client, plan, book, o)
  local ticking = clock.of(client)
  local self = setmetatable({
    client = client, service = client[plan.service], plan = plan, journal = book, path = book.path, head = book.head,
    clock = ticking, started = ticking:now(), on_progress = o.on_progress, interval = o.interval,
    patience = o.patience or core.duration(USUAL_PATIENCE), url_wait = o.url_wait or core.duration(USUAL_URL_WAIT),
    since = time.parse(plan.created), state = state.new(plan), live = {},
    limits = limits_of(o), others = { sessions = 0, artifacts = 0 }, looked = 0,
  }, Run)
  self.deadline = self.started + (o.timeout or core.duration(USUAL_TIMEOUT))
  self.gate = gate.new(self.limits, function() return self.others.sessions, self.others.artifacts end,
    function() self:wait_at_gate() end)
  return self
end

--- The plan that a journal holds.
local function stored_plan(book, path)
  local first = book[1]
  if first.kind ~= "plan" then
    return fail("journal_damaged", "ask", path .. ": the first record is no plan")
  end
  return plans.adopt(first.plan, path)
end

--- A plan that is applied for the first time must be approved, and still be true.
local function check_fresh(client, plan, o)
  if plan.planned == 0 then
    return fail("nothing_to_do", "refuse", "every target of the plan is refused")
  elseif plan:replaces() and not o.confirm then
    return fail("confirmation_needed", "refuse",
      "the plan replaces what is there; a person has to give its hash as confirm: " .. plan.hash)
  elseif o.confirm and o.confirm ~= plan.hash then
    return fail("plan_changed", "refuse", string.format("confirm is %s, the plan's hash is %s", o.confirm, plan.hash))
  end
  return survey.verify(client, plan)
end

--- A journal that was begun goes on with its own plan; another request has no business there.
local function check_begun(plan, stored, o, path)
  local differences = plans.request_difference(stored.request or {}, plan.request or {})
  if #differences > 0 then
    return fail("other_plan", "refuse", string.format("%s holds the plan of another request: %s", path,
      table.concat(differences, "; ")), { differences = differences })
  elseif o.confirm and o.confirm ~= stored.hash then
    differences = stored:diff(plan)
    return fail("plan_changed", "refuse", string.format("confirm is %s, the plan in %s has the hash %s; %s", o.confirm,
      path, stored.hash, differences[1] or ""), { differences = differences })
  end
  return true
end

local function begin(self, o)
  local data = {}
  for name, value in pairs(self.plan) do
    data[name] = value
  end
  return self:note {
    kind = "plan", version = journal.VERSION, plan = data, confirmed = o.confirm, actor = o.actor, ticket = o.ticket,
    reason = o.reason,
  }
end

local function go_on(self, records)
  for i = 2, #records do
    self.state:apply(records[i])
  end
  return self:note { kind = "resumed" }
end

--- Runs with an open journal; whatever happens, it is closed.
local function run_with(client, plan, book, o)
  local _ <close> = book
  local records = book.records
  book.records = nil
  if #records > 0 then
    local stored, err = stored_plan(records, book.path)
    if not stored then
      return nil, err
    end
    local same, problem = true, nil
    if plan then
      same, problem = check_begun(plan, stored, o, book.path)
    end
    if not same then
      return nil, problem
    end
    plan = stored
  end
  local self = new_run(client, plan, book, o)
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
    error(what .. ".journal: a path was expected: without a journal nothing is restored", 0)
  end
  return o
end

--- Is this the first run with a journal?
-- @tparam string path
-- @treturn boolean
local function is_fresh(path)
  local records, err = journal.read(path)
  return (not records and err.code == "not_found") or (records and #records == 0) or false
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
-- `nothing_to_do`, `other_plan`, `locked`, `journal_damaged`, what the disk says, or what a read failed with
function apply.apply(client, plan, opts)
  local o = read_options("apply", opts)
  if getmetatable(plan) == nil or type(plan.hash) ~= "string" then
    error("apply: plan: a plan was expected, got " .. type(plan), 2)
  elseif plans.hash(plan) ~= plan.hash then
    return fail("plan_edited", "refuse", "the plan was changed after it was made: its hash no longer matches")
  elseif is_fresh(o.journal) then
    local ok, err = check_fresh(client, plan, o)
    if not ok then
      return nil, err
    end
  end
  local book, err = journal.open(o.journal)
  if not book then
    return nil, err
  end
  return run_with(client, plan, book, o)
end

--- Goes on with a run that was interrupted, by its journal alone. May yield.
-- @function resume
-- @tparam client client
-- @tparam string path of the journal
-- @tparam[opt] table opts as for @{apply}, without `journal` and `confirm`
-- @treturn ?Run as from @{apply}; or nil, err
function apply.resume(client, path, opts)
  local given = { journal = path }
  for name, value in pairs(opts or {}) do
    given[name] = value
  end
  local o = read_options("resume", given)
  if is_fresh(path) then
    return fail("not_found", "refuse", "there is no run in " .. path .. " to be resumed")
  end
  local book, err = journal.open(path)
  if not book then
    return nil, err
  end
  return run_with(client, nil, book, o)
end

apply.is_fresh = is_fresh

-- }======

return apply
