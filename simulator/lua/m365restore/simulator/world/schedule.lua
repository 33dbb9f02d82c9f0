--- What happens to a session after its activation, laid down in advance.
-- Activation gives every artifact the moments at which it starts and ends; from then on a state is a function of the
-- clock, and nothing has to run in the background.
-- @module m365restore.simulator.world.schedule
local figures = require "m365restore.simulator.world.figures"
local heap = require "m365restore.simulator.world.heap"
local obstacles = require "m365restore.simulator.world.obstacles"

local Schedule = {}
Schedule.__index = Schedule

local schedule = {}

local times = figures.lasting
local together = times.together

--- How long a number of units takes together.
-- @tparam integer count
-- @treturn number seconds
function schedule.duration(count)
  for i = 2, #together do
    local low, high = together[i - 1], together[i]
    if count <= high[1] then
      return low[2] + (high[2] - low[2]) * (math.max(count, 1) - low[1]) / (high[1] - low[1])
    end
  end
  return together[#together][2] * count / 1000
end

--- Makes the schedule of a tenant.
-- @tparam table limits `in_flight`, the artifacts that one workload restores at a time, and those of obstacles
-- @tparam Ids ids
-- @treturn Schedule
function schedule.new(limits, ids)
  return setmetatable({
    limit = limits.in_flight, limits = limits, ids = ids,
    slots = {}, -- service -> heap of the moments at which its slots become free
    unfinished = {}, -- service -> heap of the moments at which its artifacts end
    peaks = {}, -- service -> most artifacts that were unfinished at a time
    busy = {}, -- unit id -> end of the restore that it is in
    copies = {}, -- unit id -> number of copies made beside it
    failures = {}, -- what a test wants to fail
  }, Schedule)
end

-- {====== Outcomes ======

local function matches(rule, artifact)
  local point = artifact.point
  return rule.left > 0
    and (not rule.service or rule.service == artifact.session.service.name)
    and (not rule.restorePoint or point and rule.restorePoint == point.id)
    and (not rule.unit or point and rule.unit == point.unit.id)
    and (not rule.item or rule.item == artifact.id)
end

local function failure_of(self, artifact)
  for _, rule in ipairs(self.failures) do
    if matches(rule, artifact) then
      rule.left = rule.left - 1
      return { code = rule.code, message = rule.message, target = rule.target }
    end
  end
end

local function already_running(self, artifact, now)
  if artifact.item or (self.busy[artifact.point.unit.id] or 0) <= now then return nil end
  return {
    code = "DuplicateArtifactRestoreRequest",
    message = "The artifact is being restored by another request already.",
  }
end

-- }======

-- {====== Activation ======

local function heap_of(heaps, service)
  heaps[service.name] = heaps[service.name] or heap.new()
  return heaps[service.name]
end

-- Takes a slot of the workload's queue: waits for one that becomes free when all are taken.
local function take_slot(self, service, wanted, lasting)
  local slots = heap_of(self.slots, service)
  local start = wanted
  if #slots >= self.limit then start = math.max(start, slots:pop()) end
  slots:push(start + lasting)
  return start
end

local function lasting_of(self, artifact)
  local jitter = self.ids:pick("lasting", artifact.n, 1000) / 1000
  local slowest, fastest = table.unpack(times.messages)
  if artifact.search then return figures.MINUTE * artifact.hits / (slowest + (fastest - slowest) * jitter) end
  return times.restore * (0.8 + 0.4 * jitter)
end

local function lay_down(self, artifact, wanted)
  local session, unit = artifact.session, artifact.point.unit.id
  local lasting = artifact.lasting or lasting_of(self, artifact)
  artifact.start = take_slot(self, session.service, wanted, lasting)
  artifact.finish = artifact.start + lasting
  artifact.failure = failure_of(self, artifact) or obstacles.of(artifact, self.limits, self.copies[unit] or 0)
  if not artifact.item then self.busy[unit] = math.max(self.busy[unit] or 0, artifact.finish) end
end

local function name_copy(self, artifact)
  if artifact.destination ~= "new" or artifact.failure or artifact.item then return end
  local unit_id = artifact.point.unit.id
  artifact.copy = self.copies[unit_id] or 0
  self.copies[unit_id] = artifact.copy + 1
  artifact.named = artifact.finish + times.naming + self.ids:pick("lag", artifact.n, times.naming_more)
end

local function summarize(session)
  session.succeeded, session.failed = {}, {}
  session.finish = session.ready
  for _, artifact in ipairs(session.artifacts) do
    local ends = artifact.failure and session.failed or session.succeeded
    ends[#ends + 1] = artifact.finish
    session.finish = math.max(session.finish, artifact.finish)
  end
  table.sort(session.succeeded)
  table.sort(session.failed)
end

local function note_peak(self, session, now)
  local unfinished = heap_of(self.unfinished, session.service)
  unfinished:drop_until(now)
  for _, artifact in ipairs(session.artifacts) do unfinished:push(artifact.finish) end
  local name = session.service.name
  self.peaks[name] = math.max(self.peaks[name] or 0, #unfinished)
end

--- Activates a session.
-- @tparam table session
-- @tparam number now
-- @tparam ?table staged `failure`, with which all artifacts end where it is there: a test says what becomes of them,
-- whatever else is being restored
function Schedule:activate(session, now, staged)
  session.activated, session.ready = now, now + times.scheduling
  local unfinished = heap_of(self.unfinished, session.service)
  unfinished:drop_until(now)
  local count = #session.artifacts
  local spread = schedule.duration(math.min(#unfinished + count, self.limit)) - times.restore
  for i, artifact in ipairs(session.artifacts) do
    local duplicate = not staged and already_running(self, artifact, now)
    if duplicate then
      artifact.start, artifact.finish, artifact.failure = session.ready, session.ready, duplicate
    else
      lay_down(self, artifact, session.ready + math.max(0, spread) * (i - 1) / count)
      artifact.failure = artifact.failure or staged and staged.failure
    end
    name_copy(self, artifact)
  end
  summarize(session)
  note_peak(self, session, now)
end

-- }======

-- {====== States ======

-- How many of some sorted moments have passed.
local function passed(moments, now)
  local low, high = 0, #moments
  while low < high do
    local middle = (low + high + 1) // 2
    if moments[middle] <= now then low = middle else high = middle - 1 end
  end
  return low
end

--- The state of an artifact.
-- @tparam table artifact
-- @tparam number now
-- @treturn string artifactRestoreStatus
function schedule.artifact_status(artifact, now)
  local session = artifact.session
  if not session.activated then return "added" end
  if now < session.ready then return "scheduling" end
  if now < artifact.start then return "scheduled" end
  if now < artifact.finish then return "inProgress" end
  return artifact.failure and "failed" or "succeeded"
end

--- The counts of a session.
-- @tparam table session
-- @tparam number now
-- @treturn table restoreSessionArtifactCount
function schedule.counts(session, now)
  local total = #session.artifacts
  if not session.activated then return { total = total, completed = 0, inProgress = 0, failed = 0 } end
  local completed, failed = passed(session.succeeded, now), passed(session.failed, now)
  return { total = total, completed = completed, inProgress = total - completed - failed, failed = failed }
end

--- The state of a session, in the service's own spelling.
-- @tparam table session
-- @tparam number now
-- @treturn string restoreSessionStatus, or whatever a test has set
function schedule.session_status(session, now)
  if session.forced then return session.forced end
  if not session.activated then return "draft" end
  if now < session.ready then return "activating" end
  if now < session.finish then return "active" end
  if #session.artifacts == 0 then return "failed" end -- a bulk request of which nothing was found
  if #session.failed == 0 then return "completed" end
  return #session.succeeded == 0 and "failed" or "completedWithError"
end

--- Whether a session counts against the limit of active ones.
-- @tparam table session
-- @tparam number now
-- @treturn boolean
function schedule.is_active(session, now)
  if session.forced then return session.forced == "active" or session.forced == "activating" end
  return session.activated ~= nil and now < session.finish
end

-- }======

return schedule
