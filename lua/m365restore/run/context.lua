--- A run: what every step of it uses. The clock and its pauses, patience, the
-- journal, the events, and a look at what else goes on in the service.
-- @module m365restore.run.context
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local fail = require "m365restore.fail"
local forecast = require "m365restore.forecast"
local history = require "m365restore.sessions.history"
local interruption = require "m365restore.interruption"
local report = require "m365restore.report"
local schedule = require "m365restore.plan.schedule"
local slots = require "m365restore.run.slots"
local state = require "m365restore.run.state"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

local context = {}

-- how long a run may take, how long the service may be out of reach, and how long copies' addresses are waited for
local USUAL_TIMEOUT, USUAL_PATIENCE, USUAL_URL_WAIT = "7d", "1h", "30m"

-- what a write gets to be decided when the run's time is over, in real seconds
local SHORTEST_WRITE = 5

-- pauses in seconds of the clock: before a failed read is repeated, while no slot is free, while the service's queue is
-- full; and how old a look at other people's sessions may be
local RETRY_PAUSE, SLOT_PAUSE, QUEUE_PAUSE, LOOK_AGE = 15, 30, 60, 300

local Run = { __name = "m365restore.run" }
Run.__index = Run

-- {====== What every step uses ======

--- Waits a while by the clock: between three quarters of it and five quarters, so that many runs do not go in step;
-- and no longer than to a deadline.
-- @tparam number seconds
-- @tparam[opt] number last a moment of the monotonic clock; default: the run's own deadline
function Run:pause(seconds, last)
  local left = (last or self.deadline) - clock.monotonic(self.clock)
  clock.sleep(self.clock, math.max(math.min(seconds * (0.75 + math.random() / 2), left), 0))
end

--- Has the run's own time run out?
function Run:is_late()
  return clock.monotonic(self.clock) >= self.deadline
end

--- What is left for reads until a deadline.
-- @tparam[opt] number last as for @{Run:pause}
-- @treturn function () -> how long the next read may take, in real seconds
function Run:left(last)
  return function()
    return clock.call_timeout(self.client, last or self.deadline)
  end
end

--- The options of a call that writes. It ends by the run's deadline as well, but not before the service had time to
-- answer: what a write did whose answer is missing, only the next run can find out.
-- @treturn table
function Run:writing()
  return { timeout = clock.call_timeout(self.client, self.deadline, SHORTEST_WRITE) }
end

--- The failure of a run whose time is over.
-- @return nil, err
function Run.out_of_time()
  return fail("apply", "run_timeout", "the run's time is over; resume it")
end

-- what is waited for where the service's queue is full, or this run's share of it
local SLOT = "a free slot"

local Wait = {}
Wait.__index = Wait

function Wait.__close(wait)
  wait.run.waits[wait] = nil
end

--- Begins to wait for something that a person should know of. It ends when the value is closed.
-- @tparam string what
-- @tparam[opt] number since a moment of the monotonic clock
-- @treturn Wait
function Run:begin_wait(what, since)
  local wait = setmetatable({ run = self, what = what, since = since or clock.monotonic(self.clock) }, Wait)
  self.waits[wait] = true
  return wait
end

--- Tells what is waited for, and pauses.
-- @tparam number seconds
-- @tparam[opt] number last as for @{Run:pause}
-- @tparam[opt] error err what is waited through
function Run:keep_waiting(seconds, last, err)
  self:tell { kind = "waiting", error = err }
  self:pause(seconds, last)
end

--- Waits while the service's queue is full, and looks at who fills it.
-- @tparam error err what the service said
-- @tparam ?number since when this began
-- @treturn number since
function Run:wait_in_queue(err, since)
  since = since or clock.monotonic(self.clock)
  local _ <close> = self:begin_wait(SLOT, since)
  self:look()
  self:keep_waiting(QUEUE_PAUSE, nil, err)
  return since
end

--- What has been waited for the longest.
local function longest_wait(self)
  local longest
  for wait in pairs(self.waits) do
    if not longest or wait.since < longest.since then
      longest = wait
    end
  end
  return longest
end

-- what is waited for after an error, by its code
local awaited = { throttled = "the end of a throttle" }

--- Does something that may fail for a while only, until it does not, or patience ends, or a deadline is over.
-- @tparam function action (left) -> result; or nil, err. Each of its reads takes no longer than `left()`
-- @tparam[opt] number last as for @{Run:pause}
function Run:persist(action, last)
  local limit = math.min(clock.monotonic(self.clock) + self.patience, last or self.deadline)
  local left = self:left(last)
  local function is_final(result, err)
    return result or err.class ~= "retry" or clock.monotonic(self.clock) >= limit or self.broken
  end
  local result, err, more = action(left)
  if is_final(result, err) then
    return result, err, more
  end
  local _ <close> = self:begin_wait(awaited[err.code] or "the service")
  repeat
    local asked = math.min(tonumber(err.retry_after) or 0, core.longest_retry_after)
    self:keep_waiting(math.max(RETRY_PAUSE, asked), limit, err)
    result, err, more = action(left)
  until is_final(result, err)
  return result, err, more
end

--- Rows of the plan by their numbers.
function Run:rows(numbers)
  return tables.map(numbers, function(n) return self.plan.rows[n] end)
end

--- Reads a session again.
function Run:refresh(session)
  return self:persist(function(left) return session:refresh { timeout = left() } end)
end

--- How a session is waited for: to the run's own deadline.
function Run:waiting(on_progress)
  return {
    timeout = math.max(self.deadline - clock.monotonic(self.clock), 0),
    interval = self.interval, patience = self.patience,
    on_progress = function(event)
      if self.broken then
        error(self.broken, 0)
      end
      on_progress(event)
    end,
  }
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
  if not self.state:apply(record) then
    self:abandon(select(2, fail("apply", "internal", "a record is not sound: %s", record.kind)))
  end
  if record.kind == "ended" then
    self.forecast:hear(record.id, #record.rows, clock.monotonic(self.clock))
  end
  self:tell { kind = record.kind, id = record.id, wave = record.wave }
  return not self.broken or nil, self.broken
end

--- When a session was activated, by the monotonic clock.
local function activated_at(self, session, now)
  local moment = time.parse(session.activated)
  return moment and now - math.max(self.clock:now() - moment, 0) or now
end

--- Remembers what was last heard of a session. A late replica takes nothing back.
function Run:hear(id, event)
  local session = self.state.by_id[id]
  session.heard = event.status
  local last = self.live[id]
  if not last or event.completed + event.failed >= last.completed + last.failed then
    self.live[id] = event
    local now, finished = clock.monotonic(self.clock), event.completed + event.failed
    self.forecast:watch(id, #session.rows, activated_at(self, session, now), finished, now)
    self.forecast:hear(id, finished, now)
  end
end

--- How much is finished and under way, by the journal, and by what was last heard of sessions that it knows no end of.
local function counts_of(self)
  local completed, failed, in_progress = self.state.completed, self.state.failed, 0
  for id, live in pairs(self.live) do
    if self.state:is_open(id) then
      completed, failed, in_progress = completed + live.completed, failed + live.failed, in_progress + live.inProgress
    end
  end
  return completed, failed, in_progress
end

--- Tells an event, with where the whole run stands. A listener that raises ends the run.
function Run:tell(event)
  if not self.on_progress then
    return
  end
  event.status = event.status or "active"
  event.total = self.plan.planned
  event.completed, event.failed, event.inProgress = counts_of(self)
  local now = clock.monotonic(self.clock)
  event.elapsed, event.done = now - self.started, event.done or false
  local wait = longest_wait(self)
  if wait then
    event.waiting, event.waited = wait.what, now - wait.since
  end
  if not event.done then
    event.soonest, event.latest = self.forecast:range(now, event.total - event.completed - event.failed)
  end
  event.report = function() return self:report() end
  local ok, problem = pcall(self.on_progress, event)
  if not ok then
    self:abandon(interruption.is(problem) and interruption.failure(problem)
      or select(2, fail("apply", "on_progress_failed", "%s", core.plain(problem))))
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
-- @treturn ?table sessions of this service since the plan was made that are not ours; or nil, err. `self.newest` is the
-- last moment that the service showed
function Run:look()
  local seen, err = self:persist(function(left)
    return history.look(self.client, self.plan.service, ours_of(self), self.since, left)
  end)
  if not seen then
    return nil, err
  end
  self.others, self.looked, self.newest = seen, clock.monotonic(self.clock), seen.newest
  return seen.recent
end

--- The session of an unclear create.
function Run:find_lost(rows, since)
  local recent, err = self:look()
  if not recent then
    return nil, err
  end
  local found, problem = self:persist(function(left)
    local app = self.state.app or history.own_app(self.client)
    local lost, fault = history.find_lost(recent, rows, app, since or self.since, left)
    return lost or fault == nil, fault -- true: there is none, and that is an answer
  end)
  return found ~= true and found or nil, problem
end

--- Waits for a slot. Other people's sessions are looked at now and then, if any are in the way.
function Run:wait_for_slot()
  self:keep_waiting(SLOT_PAUSE)
  if self.others.sessions > 0 and clock.monotonic(self.clock) - self.looked >= LOOK_AGE then
    local ok, err = self:look()
    if not ok then
      self:halt(err)
    end
  end
  if self:is_late() then
    self:halt(select(2, self.out_of_time()))
  end
end

-- }======

--- What became of every target.
-- @function Run:report
-- @treturn Report see @{m365restore.report}
function Run:report()
  return report.new(self.plan, self.state, { error = self.error, path = self.path or self.journal, head = self.head })
end

-- {====== Making one ======

local function limits_of(o)
  return {
    sessions = math.min(o.max_sessions or schedule.limits.sessions, schedule.limits.sessions),
    in_flight = math.min(o.max_in_flight or schedule.limits.in_flight, schedule.limits.in_flight),
  }
end

--- When a run has to end.
-- @tparam table o the options of apply, with `started`
-- @treturn number a moment of the monotonic clock
function context.deadline(o)
  return o.started + (o.timeout or core.duration(USUAL_TIMEOUT))
end

--- Makes a run.
-- @tparam client client
-- @tparam Plan plan
-- @tparam Journal book
-- @tparam table o the options of apply, with `started`, when it began by the monotonic clock
-- @treturn Run
function context.new(client, plan, book, o)
  local self = setmetatable({
    client = client, service = client[plan.service], plan = plan, journal = book, path = book.path, head = book.head,
    clock = clock.of(client), started = o.started, deadline = context.deadline(o), on_progress = o.on_progress,
    interval = o.interval,
    patience = o.patience or core.duration(USUAL_PATIENCE), url_wait = o.url_wait or core.duration(USUAL_URL_WAIT),
    since = plan.seen_until or plan.created, state = state.new(plan), live = {}, waits = {},
    forecast = forecast.new(plan.planned, plan.estimate.seconds),
    limits = limits_of(o), others = { sessions = 0, artifacts = 0 }, looked = -math.huge,
  }, Run)
  self.slots = slots.new(self.limits, function() return self.others.sessions, self.others.artifacts end,
    function() self:wait_for_slot() end, function() return self:begin_wait(SLOT) end)
  return self
end

--- What is left of a run when it has ended.
-- @tparam Run self
-- @treturn Run with `ok`, `error`, `plan`, `journal`, `head`, `state`
function context.ended(self)
  return setmetatable({
    ok = self.ok, error = self.error, plan = self.plan, journal = self.path, head = self.head, state = self.state,
  }, Run)
end

-- }======

return context
