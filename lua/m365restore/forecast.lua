--- When a restore will end, as a range. It begins with Microsoft's published figures, and learns from the targets that
-- finish while it watches how much faster or slower this service is.
--
-- One unknown is learned: by which factor everything takes longer than published. Each of some factors has a weight;
-- what finished, against what each factor lets expect, changes the weights. No page says how the service orders the
-- targets of a session: they are taken to finish evenly, from the shortest time of one restore to the whole of it.
-- @module m365restore.forecast
local facts = require "m365restore.facts"

local forecast = {}

-- the factors, from a sixteenth to sixteen times, and how far from 1 one is thought to be before anything is seen
local factors, DOUBT = {}, 1.0
for i = -32, 32 do
  factors[#factors + 1] = 2 ^ (i / 8)
end

-- what the weights leave out on each side of the range; and the factor by which the range is always widened
local LEFT_OUT, MARGIN = 0.04, 1.5

-- after a tenth of the work, neither end of the range is further from its middle than this many times
local WIDEST = 1.7

-- Targets of one session do not finish independently of each other: so many count as one.
local TOGETHER = 2

--- How long a number of units takes together, by Microsoft's published figures: between those by proportion, beyond
-- a thousand as many times longer as there are thousands.
-- @tparam integer count
-- @treturn number seconds
function forecast.duration(count)
  if count == 0 then
    return 0
  end
  local published = facts.durations
  for i = 2, #published do
    local low, high = published[i - 1], published[i]
    if count <= high[1] then
      return 3600 * (low[2] + (high[2] - low[2]) * (count - low[1]) / (high[1] - low[1]))
    end
  end
  return 3600 * published[#published][2] * count / published[#published][1]
end

local Forecast = {}
Forecast.__index = Forecast

--- Makes a forecast that has seen nothing.
-- @tparam integer count of all targets
-- @tparam[opt] number estimate seconds that all of them are thought to take; default: as published for units
-- @treturn Forecast
function forecast.new(count, estimate)
  local whole, logs = forecast.duration(count), {}
  for i, factor in ipairs(factors) do
    logs[i] = -(math.log(factor) / DOUBT) ^ 2 / 2
  end
  return setmetatable({
    scale = estimate and estimate > 0 and whole > 0 and estimate / whole or 1,
    sessions = {}, ended = {}, -- by id
    count = 0, in_flight = 0, -- targets of the sessions that are watched, and those of them that have not finished
    logs = logs, -- how likely each factor is, by all that has ended
  }, Forecast)
end

--- How long a number of targets is thought to take together.
local function lasting_of(self, count)
  return self.scale * forecast.duration(count)
end

--- A session has been activated.
-- @tparam string id
-- @tparam integer count of its targets
-- @tparam number moment by a clock that does not jump; earlier ones are counted back
-- @tparam integer finished how many of them had finished when it was first seen
-- @tparam number now when that was
function Forecast:watch(id, count, moment, finished, now)
  if self.sessions[id] or self.ended[id] or count == 0 then
    return
  end
  local together = math.min(self.in_flight + count, facts.queue.at_a_time)
  self.count, self.in_flight = self.count + count, self.in_flight + count - finished
  if finished >= count then
    self.ended[id] = true
    return
  end
  self.sessions[id] = {
    count = count, began = moment, lasting = lasting_of(self, together), shortest = lasting_of(self, 1),
    seen_from = now, before = finished, finished = finished, heard = now,
  }
end

--- The share of a session that has finished some time after it began.
local function share(session, moment, factor)
  local first, last = session.shortest * 0.9, math.max(session.lasting, session.shortest * 1.1)
  return math.min(math.max(((moment - session.began) / factor - first) / (last - first), 0), 1)
end

--- How likely it is to see what was seen of a session, if everything took `factor` times as long as published; as a
-- logarithm. Each target that had not finished at first either has by now, or has not.
local function likelihood(session, factor)
  local from, all = share(session, session.seen_from, factor), session.count - session.before
  if all == 0 or from >= 1 then
    return 0
  end
  local doubt = 0.5 / (all + 1)
  local p = math.min(math.max((share(session, session.heard, factor) - from) / (1 - from), doubt), 1 - doubt)
  local seen = session.finished - session.before
  return (seen * math.log(p) + (all - seen) * math.log(1 - p)) / TOGETHER
end

--- So many targets of a session have finished. Of one that has ended, what it has taught is kept, and nothing else.
-- @tparam string id
-- @tparam integer finished
-- @tparam number now
function Forecast:hear(id, finished, now)
  local session = self.sessions[id]
  if not session or finished < session.finished then
    return
  end
  self.in_flight = self.in_flight - (finished - session.finished)
  session.finished, session.heard = finished, now
  if finished >= session.count then
    for i, factor in ipairs(factors) do
      self.logs[i] = self.logs[i] + likelihood(session, factor)
    end
    self.sessions[id], self.ended[id] = nil, true
  end
end

--- Has a tenth of the work finished? Then the range is kept narrow.
local function has_learned(self, unstarted)
  return (self.count - self.in_flight) * 10 >= self.count + unstarted
end

--- How long it still takes, if everything takes `factor` times as long as published: a session of which nothing has
-- finished until its end; of another one, as long as its unfinished share.
local function remaining(self, factor, now, unstarted)
  local longest = 0
  for _, session in pairs(self.sessions) do
    local left = session.count - session.finished
    local spread = math.max(session.lasting - session.shortest, session.shortest / 4)
    local pace = factor * spread * (left + 0.5) / session.count
    local whole = session.finished == 0 and session.began + factor * session.lasting - now or 0
    longest = math.max(longest, pace, whole)
  end
  if unstarted > 0 then
    longest = math.max(longest, factor * lasting_of(self, unstarted + self.in_flight))
  end
  return longest
end

--- The factors with their weights, from the smallest, and the sum of these.
local function weigh(self)
  local list, most, sum = {}, -math.huge, 0
  for i, factor in ipairs(factors) do
    local log = self.logs[i]
    for _, session in pairs(self.sessions) do
      log = log + likelihood(session, factor)
    end
    list[i], most = { factor = factor, log = log }, math.max(most, log)
  end
  for _, one in ipairs(list) do
    one.weight = math.exp(one.log - most)
    sum = sum + one.weight
  end
  return list, sum
end

--- The factor below which a share of the weight is.
local function quantile(list, sum, wanted)
  local below = 0
  for _, one in ipairs(list) do
    below = below + one.weight
    if below >= wanted * sum then
      return one.factor
    end
  end
end

--- How long it still takes.
-- @tparam number now
-- @tparam integer left how many targets have not finished; those of no session that is watched have yet to begin
-- @treturn number seconds, at the least
-- @treturn number seconds, at the most
function Forecast:range(now, left)
  local unstarted = math.max(left - self.in_flight, 0)
  local list, sum = weigh(self)
  local low = remaining(self, quantile(list, sum, LEFT_OUT) / MARGIN, now, unstarted)
  local high = remaining(self, quantile(list, sum, 1 - LEFT_OUT) * MARGIN, now, unstarted)
  if has_learned(self, unstarted) then
    local middle = remaining(self, quantile(list, sum, 0.5), now, unstarted)
    low, high = math.max(low, middle / WIDEST), math.min(high, middle * WIDEST)
  end
  return low, high
end

return forecast
