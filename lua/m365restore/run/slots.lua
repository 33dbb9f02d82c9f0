--- Slots: how many sessions and artifacts of one run are under way, and who
-- goes next. First come, first served, so that the urgent stay urgent.
-- @module m365restore.run.slots
local core = require "m365restore.core"
local schedule = require "m365restore.plan.schedule"

local slots = {}

local Slots = {}
Slots.__index = Slots

--- Makes the slots of a run.
-- @tparam table limits `sessions`, `in_flight`
-- @tparam function others () -> sessions, artifacts: what runs on the service beside this run
-- @tparam function pause waits a while, since nobody tells us when other people's sessions end; may yield
-- @tparam function begin () -> what is closed when a wait ends
-- @treturn Slots
function slots.new(limits, others, pause, begin)
  return setmetatable({
    limits = limits, others = others, pause = pause, begin = begin,
    sessions = 0, artifacts = 0, first = 1, last = 0, queue = {},
  }, Slots)
end

local Slot = {}
Slot.__index = Slot

--- Gives the slot back. Safe to repeat.
function Slot:leave()
  if self.all then
    local all = self.all
    self.all = nil
    all.sessions, all.artifacts = all.sessions - 1, all.artifacts - self.size
  end
end

Slot.__close = Slot.leave

local function take(self, size)
  local slot = setmetatable({ all = self, size = size }, Slot) -- first: where memory is short, nothing is counted
  self.sessions, self.artifacts = self.sessions + 1, self.artifacts + size
  return slot
end

local Place = {}

--- Leaves the queue, by whatever way its task goes on or ends, and lets the next one come forward.
function Place.__close(place)
  local all = place.all
  all.queue[place.number] = nil
  while all.first <= all.last and not all.queue[all.first] do
    all.first = all.first + 1
  end
  local next_one = all.queue[all.first]
  if next_one then
    next_one.turn:set()
  end
end

--- Takes the last place of the queue.
local function line_up(self)
  local place = setmetatable({ all = self, number = self.last + 1, turn = core.event() }, Place)
  self.queue[place.number] = place
  self.last = place.number
  return place
end

local function has_room(self, size)
  local sessions, artifacts = self.others()
  local busy = { sessions = self.sessions + sessions, artifacts = self.artifacts + artifacts }
  return schedule.fits(busy, size, self.limits)
end

--- Waits until a session may start. May yield.
-- @tparam integer size its artifacts
-- @tparam boolean running it is under way already: it only counts
-- @tparam function give_up () -> true: nothing new is to start
-- @treturn ?Slot to be closed; nil: given up
function slots.take(self, size, running, give_up)
  if running then
    return take(self, size)
  end
  local place <close> = line_up(self)
  if place.number > self.first then
    place.turn:wait()
  end
  local _ <close> = not has_room(self, size) and self.begin() or nil
  while not has_room(self, size) do
    if give_up() then
      return nil
    end
    self.pause()
  end
  if not give_up() then
    return take(self, size)
  end
end

Slots.take = slots.take

return slots
