--- Restore points for many units at once, by a ladder: what is preferred,
-- then anything within the loss budget, then, only to name it in a refusal,
-- anything at all.
--
-- Units come in one by one while the list of units is still being read, and
-- are searched for in groups as soon as a group is full.
-- @module m365restore.plan.point_search
local core = require "m365restore.core"
local rules = require "m365restore.graph.rules"
local time = require "m365restore.time"
local words = require "m365restore.text.format"

local ladder = {}

-- units in one search
local GROUP = 20

-- how far back points are looked for where there is no budget: longer than any retention, in seconds
local FAR_BACK = 400 * 86400

-- just before T: finer than any snapshot, coarse enough for a double
local INSTANT = 0.001

-- The searches of each preference, in their order.
local preferences = {
  fastRestore = { { tags = "fastRestore", restorePointPreference = "latest" }, { restorePointPreference = "latest" } },
  latest = { { restorePointPreference = "latest" } },
  oldest = { { restorePointPreference = "oldest" } },
}

--- What may be given as `prefer`.
ladder.preferences = preferences

local Ladder = {}
Ladder.__index = Ladder

--- Makes a ladder.
-- @tparam client client
-- @tparam table spec `service`, `prefer`, `max_loss` (seconds or nil), `left` (() -> how long the next search may take,
-- in real seconds; or nil)
-- @treturn Ladder
function ladder.new(client, spec)
  local rungs = {}
  for _, rung in ipairs(preferences[spec.prefer]) do
    if not (rung.tags and spec.service == "exchange") then -- Exchange has no fast points
      rungs[#rungs + 1] = { query = rung, reach = spec.max_loss or FAR_BACK }
    end
  end
  if spec.max_loss then
    rungs[#rungs + 1] = { query = { restorePointPreference = "latest" }, reach = FAR_BACK, beyond = true }
  end
  for _, rung in ipairs(rungs) do
    rung.lanes, rung.count, rung.busy = {}, 0, 0
  end
  return setmetatable({
    client = client, left = spec.left, rungs = rungs, max_loss = spec.max_loss, choices = {}, waiting = {},
  }, Ladder)
end

--- Wakes whoever waits for work. An event wakes one task, so each has its own.
function Ladder:ring()
  local waiting = self.waiting
  for i = #waiting, 1, -1 do -- nothing is allocated: they are woken also where memory is short
    local event = waiting[i]
    waiting[i] = nil
    event:set()
  end
end

function Ladder:wait()
  local event = core.event()
  table.insert(self.waiting, event)
  event:wait()
end

--- Puts a unit on a rung, beside those with the same T.
local function put(rung, id, moment)
  local lane = rung.lanes[moment]
  if not lane then
    lane = {}
    rung.lanes[moment] = lane
  end
  lane[#lane + 1] = id
  rung.count = rung.count + 1
  return #lane >= GROUP
end

--- The last moment whose points count.
-- @tparam number moment T, epoch seconds
-- @tparam ?boolean exact a point at T itself counts
-- @treturn number
function ladder.limit(moment, exact)
  return exact and moment or moment - INSTANT
end

--- The last moment whose points count for a target, which may have a time of its own.
-- @tparam table target
-- @tparam number moment T, epoch seconds
-- @tparam ?boolean exact a point at T itself counts
-- @treturn number
function ladder.limit_of(target, moment, exact)
  local own = target.before or target.at
  if own then
    return ladder.limit(time.parse(own), target.at ~= nil)
  end
  return ladder.limit(moment, exact)
end

--- Does a point lie early enough? One without a time does not.
-- @tparam table point
-- @tparam number limit from @{limit}
-- @treturn boolean
function ladder.counts(point, limit)
  local taken = time.parse(point.protectionDateTime)
  return taken ~= nil and taken <= limit
end

--- Asks for a unit's point at a moment; once, however often it is asked for.
-- @tparam string id of the unit
-- @tparam number limit from @{limit}
function Ladder:feed(id, limit)
  self.choices[limit] = self.choices[limit] or {}
  if self.choices[limit][id] == nil then
    self.choices[limit][id] = false
    if put(self.rungs[1], id, limit) then
      self:ring()
    end
  end
end

--- What was found.
-- @tparam string id of the unit
-- @tparam number limit
-- @treturn ?table the point, or `{ refusal = }`
function Ladder:choice(id, limit)
  return self.choices[limit] and self.choices[limit][id] or nil
end

--- No more units will come.
function Ladder:close()
  self.closed = true
  self:ring()
end

--- Will nothing more arrive at a rung?
function Ladder:is_complete(r)
  if r == 1 then
    return self.closed
  end
  local above = self.rungs[r - 1]
  return above.count == 0 and above.busy == 0 and self:is_complete(r - 1)
end

--- The next group; nil: there is none now.
function Ladder:take()
  for r, rung in ipairs(self.rungs) do
    for moment, lane in pairs(rung.lanes) do
      if #lane >= GROUP or self:is_complete(r) then
        local ids = table.move(lane, math.max(#lane - GROUP, 0) + 1, #lane, 1, {})
        for _ = 1, #ids do
          lane[#lane] = nil
        end
        rung.lanes[moment] = #lane > 0 and lane or nil
        rung.count = rung.count - #ids
        return rung, ids, moment
      end
    end
  end
end

--- Is one point to be had rather than another? Where both are of one moment, it is the one whose id comes first, in
-- any order of the list.
-- @tparam string preference "latest" or "oldest"
-- @tparam table a
-- @tparam ?table b nil: there is none yet
-- @treturn boolean
function ladder.is_better(preference, a, b)
  local order = b == nil and 1 or time.compare(a.protectionDateTime, b.protectionDateTime)
  if order == 0 then
    return tostring(a.id) < tostring(b.id)
  end
  return order == (preference == "oldest" and b ~= nil and -1 or 1)
end

local function summary(point)
  return {
    id = point.id, protectionDateTime = point.protectionDateTime, tags = point.tags,
    expirationDateTime = point.expirationDateTime,
  }
end

--- The best point of each unit in an answer; what does not lie before T does not count, whoever says so.
local function best_of(rung, answer, limit)
  local best, preference = {}, rung.query.restorePointPreference
  for _, hit in ipairs(rules.object(answer.searchResults)) do
    local point = rules.object(rules.object(hit).restorePoint)
    local id = rules.object(point.protectionUnit).id
    id = type(id) == "string" and id:lower()
    if id and ladder.counts(point, limit) and ladder.is_better(preference, point, best[id]) then
      best[id] = summary(point)
    end
  end
  return best
end

--- What a search found: a choice, a refusal, or the next rung.
function Ladder:settle(rung, ids, moment, answer)
  local best, choices, next_rung = best_of(rung, answer, moment), self.choices[moment], nil
  for r, candidate in ipairs(self.rungs) do
    next_rung = candidate == rung and self.rungs[r + 1] or next_rung
  end
  for _, id in ipairs(ids) do
    local point = best[id:lower()]
    if point and rung.beyond then
      choices[id] = { refusal = {
        code = "loss_over_budget",
        message = string.format("its newest point, of %s, loses %s, more than max_loss",
          time.format(point.protectionDateTime),
          words.span(moment - time.parse(point.protectionDateTime))),
      } }
    elseif point then
      choices[id] = point
    elseif next_rung then
      put(next_rung, id, moment)
    else
      choices[id] = { refusal = { code = "no_restore_point", message = "it has no restore point before then" } }
    end
  end
end

--- Works until all units have their choice. To be run by several tasks at once.
-- @treturn ?boolean true; or nil, err
function Ladder:work()
  while not self.problem do
    local rung, ids, moment = self:take()
    if rung then
      rung.busy = rung.busy + 1
      local query = {
        protectionUnitIds = ids,
        protectionTimePeriod = { startDateTime = moment - rung.reach, endDateTime = moment },
        restorePointPreference = rung.query.restorePointPreference, tags = rung.query.tags,
      }
      local answer, err = self.client:search_restore_points(query, { timeout = self.left and self.left() })
      rung.busy = rung.busy - 1
      if answer then
        self:settle(rung, ids, moment, answer)
      else
        self.problem = err
      end
      self:ring()
    elseif self:is_complete(#self.rungs + 1) then
      return true
    else
      self:wait()
    end
  end
  return nil, self.problem
end

--- Ends the work of all tasks.
function Ladder:abandon(err)
  self.problem = self.problem or err
  self:ring()
end

return ladder
