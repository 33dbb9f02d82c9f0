--- The gate: how many sessions and artifacts of one run are under way, and who
-- goes next. First come, first served, so that the urgent stay urgent.
-- @module m365restore.run.slots
local core = require "m365restore.core"
local waves = require "m365restore.plan.schedule"

local gate = {}

local Gate = {}
Gate.__index = Gate

--- Makes a gate.
-- @tparam table limits `sessions`, `in_flight`
-- @tparam function others () -> sessions, artifacts: what runs on the service beside this run
-- @tparam function pause waits a while, since nobody tells us when other people's sessions end; may yield
-- @treturn Gate
function gate.new(limits, others, pause)
  return setmetatable({
    limits = limits, others = others, pause = pause, sessions = 0, artifacts = 0, first = 1, last = 0, queue = {},
  }, Gate)
end

local Seat = {}
Seat.__index = Seat

--- Gives the seat back. Safe to repeat.
function Seat:leave()
  if self.gate then
    local g = self.gate
    self.gate = nil
    g.sessions, g.artifacts = g.sessions - 1, g.artifacts - self.size
  end
end

Seat.__close = Seat.leave

local function sit(self, size)
  local seat = setmetatable({ gate = self, size = size }, Seat) -- first: where memory is short, nothing is counted
  self.sessions, self.artifacts = self.sessions + 1, self.artifacts + size
  return seat
end

local Place = {}

--- Leaves the queue, by whatever way its task goes on or ends, and lets the next one come forward.
function Place.__close(place)
  local g = place.gate
  g.queue[place.number] = nil
  while g.first <= g.last and not g.queue[g.first] do
    g.first = g.first + 1
  end
  local next_one = g.queue[g.first]
  if next_one then
    next_one.turn:set()
  end
end

--- Takes the last place of the queue.
local function line_up(self)
  local place = setmetatable({ gate = self, number = self.last + 1, turn = core.event() }, Place)
  self.queue[place.number] = place
  self.last = place.number
  return place
end

local function has_room(self, size)
  local sessions, artifacts = self.others()
  return waves.fits({ sessions = self.sessions + sessions, artifacts = self.artifacts + artifacts }, size, self.limits)
end

--- Waits until a session may start. May yield.
-- @tparam integer size its artifacts
-- @tparam boolean running it is under way already: it only counts
-- @tparam function give_up () -> true: nothing new is to start
-- @treturn ?Seat to be closed; nil: given up
function gate.enter(self, size, running, give_up)
  if running then
    return sit(self, size)
  end
  local place <close> = line_up(self)
  if place.number > self.first then
    place.turn:wait()
  end
  while not has_room(self, size) do
    if give_up() then
      return nil
    end
    self.pause()
  end
  if not give_up() then
    return sit(self, size)
  end
end

Gate.enter = gate.enter

return gate
