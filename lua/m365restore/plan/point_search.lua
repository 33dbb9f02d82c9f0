--- Restore points for many units at once, in stages: what is preferred,
-- then anything within the loss budget, then, only to name it in a refusal,
-- anything at all.
--
-- Units come in one by one while the list of units is still being read, and
-- are searched for in groups as soon as a group is full.
-- @module m365restore.plan.point_search
local core = require "m365restore.core"
local format = require "m365restore.text.format"
local gather_all = require "m365restore.driver.gather_all"
local retention = require "m365restore.plan.retention"
local rules = require "m365restore.graph.rules"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local point_search = {}

-- units in one search
local GROUP = 20

-- searches at a time; the client's own limit comes on top
local SEARCHERS = 16

-- how far back points are looked for where there is no budget
local FAR_BACK = retention.far_back

-- just before T: finer than any snapshot, coarse enough for a double
local INSTANT = 0.001

-- The searches of each preference, in their order.
local preferences = {
  fastRestore = { { tags = "fastRestore", restorePointPreference = "latest" }, { restorePointPreference = "latest" } },
  latest = { { restorePointPreference = "latest" } },
  oldest = { { restorePointPreference = "oldest" } },
}

--- What may be given as `prefer`.
point_search.preferences = preferences

local Search = {}
Search.__index = Search

--- Makes a search.
-- @tparam client client
-- @tparam table spec `service`, `prefer`, `max_loss` (seconds or nil), `left` (() -> how long the next search may take,
-- in real seconds; or nil)
-- @treturn Search
function point_search.new(client, spec)
  local stages = {}
  for _, stage in ipairs(preferences[spec.prefer]) do
    if not stage.tags or workload.of[spec.service].files then -- of mailboxes there are no fast points
      stages[#stages + 1] = { query = stage, reach = spec.max_loss }
    end
  end
  if spec.max_loss then
    stages[#stages + 1] = { query = { restorePointPreference = "latest" }, over_budget = true }
  end
  for _, stage in ipairs(stages) do
    stage.queues, stage.count, stage.busy = {}, 0, 0
  end
  return setmetatable({
    client = client, left = spec.left, stages = stages, max_loss = spec.max_loss, choices = {}, waiting = {},
  }, Search)
end

--- Wakes whoever waits for work. An event wakes one task, so each has its own.
function Search:wake_waiting()
  local waiting = self.waiting
  for i = #waiting, 1, -1 do -- nothing is allocated: they are woken also where memory is short
    waiting[i]:set() -- first: one that could not be woken stays in the list, and is woken by the next who tries
    waiting[i] = nil
  end
end

function Search:wait()
  local event = core.event()
  table.insert(self.waiting, event)
  event:wait()
end

--- Puts a unit into a stage, beside those with the same T.
local function put(stage, id, moment)
  local queue = stage.queues[moment]
  if not queue then
    queue = {}
    stage.queues[moment] = queue
  end
  queue[#queue + 1] = id
  stage.count = stage.count + 1
  return #queue >= GROUP
end

--- The last moment whose points count.
-- @tparam number moment T, epoch seconds
-- @tparam ?boolean exact a point at T itself counts
-- @treturn number
function point_search.limit(moment, exact)
  return exact and moment or moment - INSTANT
end

--- The last moment whose points count for a target, which may have a time of its own.
-- @tparam table target
-- @tparam number moment T, epoch seconds
-- @tparam ?boolean exact a point at T itself counts
-- @treturn number
function point_search.limit_of(target, moment, exact)
  local own = target.before or target.at
  if own then
    return point_search.limit(time.parse(own), target.at ~= nil)
  end
  return point_search.limit(moment, exact)
end

--- The period in which points are looked for.
-- @tparam number limit from @{limit}
-- @tparam ?number max_loss in seconds
-- @treturn table as a search takes it
function point_search.period(limit, max_loss)
  return { startDateTime = limit - (max_loss or FAR_BACK), endDateTime = limit }
end

--- Does a point lie early enough? One without a time does not.
-- @tparam table point
-- @tparam number limit from @{limit}
-- @treturn boolean
function point_search.counts(point, limit)
  local taken = time.parse(point.protectionDateTime)
  return taken ~= nil and taken <= limit
end

--- Asks for a unit's point at a moment; once, however often it is asked for.
-- @tparam string id of the unit
-- @tparam number limit from @{limit}
function Search:feed(id, limit)
  self.choices[limit] = self.choices[limit] or {}
  if self.choices[limit][id] == nil then
    self.choices[limit][id] = false
    if put(self.stages[1], id, limit) then
      self:wake_waiting()
    end
  end
end

--- What was found.
-- @tparam string id of the unit
-- @tparam number limit
-- @treturn ?table the point, or `{ refusal = }`
function Search:choice(id, limit)
  return self.choices[limit] and self.choices[limit][id] or nil
end

--- Will nothing more arrive at a stage?
function Search:is_complete(r)
  if r == 1 then
    return self.closed
  end
  local above = self.stages[r - 1]
  return above.count == 0 and above.busy == 0 and self:is_complete(r - 1)
end

--- The next group; nil: there is none now.
function Search:take()
  for r, stage in ipairs(self.stages) do
    for moment, queue in pairs(stage.queues) do
      if #queue >= GROUP or self:is_complete(r) then
        local ids = table.move(queue, math.max(#queue - GROUP, 0) + 1, #queue, 1, {})
        for _ = 1, #ids do
          queue[#queue] = nil
        end
        stage.queues[moment] = #queue > 0 and queue or nil
        stage.count = stage.count - #ids
        return stage, ids, moment
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
function point_search.is_better(preference, a, b)
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
local function best_of(stage, answer, limit)
  local best, preference = {}, stage.query.restorePointPreference
  for _, hit in ipairs(rules.object(answer.searchResults)) do
    local point = rules.object(rules.object(hit).restorePoint)
    local id = rules.object(point.protectionUnit).id
    id = type(id) == "string" and id:lower()
    if id and point_search.counts(point, limit) and point_search.is_better(preference, point, best[id]) then
      best[id] = summary(point)
    end
  end
  return best
end

--- What a search found: a choice, a refusal, or the next stage.
function Search:settle(stage, ids, moment, answer)
  local best, choices, next_stage = best_of(stage, answer, moment), self.choices[moment], nil
  for r, candidate in ipairs(self.stages) do
    next_stage = candidate == stage and self.stages[r + 1] or next_stage
  end
  for _, id in ipairs(ids) do
    local point = best[id:lower()]
    if point and stage.over_budget then
      choices[id] = { refusal = {
        code = "loss_over_budget",
        message = string.format("its newest point, of %s, loses %s, more than max_loss",
          time.format(point.protectionDateTime),
          format.span(moment - time.parse(point.protectionDateTime))),
      } }
    elseif point then
      choices[id] = point
    elseif next_stage then
      put(next_stage, id, moment)
    else
      choices[id] = { refusal = { code = "no_restore_point", message = "it has no restore point before then" } }
    end
  end
end

--- Works until all units have their choice. Run by several tasks at once.
local function work(self)
  while not self.problem do
    local stage, ids, moment = self:take()
    if stage then
      stage.busy = stage.busy + 1
      local query = {
        protectionUnitIds = ids,
        protectionTimePeriod = point_search.period(moment, stage.reach),
        restorePointPreference = stage.query.restorePointPreference, tags = stage.query.tags,
      }
      local answer, err = self.client:search_restore_points(query, { timeout = self.left and self.left() })
      stage.busy = stage.busy - 1
      if answer then
        self:settle(stage, ids, moment, answer)
      else
        self.problem = err
      end
      self:wake_waiting()
    elseif self:is_complete(#self.stages + 1) then
      return true
    else
      self:wait()
    end
  end
  return nil, self.problem
end

--- Ends the work of all tasks.
local function abandon(self, err)
  self.problem = self.problem or err or tostring(err) -- what is raised may be nil
  self:wake_waiting()
end

--- Searches until all units have their choice. May yield.
-- @tparam function feed beside the searches: it feeds the units, and returns something when no more will come; or nil,
-- err
-- @treturn ?table or nil, err
function Search:run(feed)
  local roles = { function()
    local fed, err = feed()
    if not fed then
      abandon(self, err)
    end
    self.closed = true
    self:wake_waiting()
    return fed, err
  end }
  for i = 1, SEARCHERS do
    roles[i + 1] = function() return work(self) end
  end
  return gather_all(roles, function(role)
    local ok, result, problem = pcall(role)
    if not ok then -- who raises ends the others, which would wait for it
      abandon(self, result)
      error(result, 0)
    end
    return result, problem
  end)
end

return point_search
