--- The gate: how many sessions and artifacts of one run are under way, and who
-- goes next. First come, first served, so that the urgent stay urgent.
-- @module m365restore.restore.gate
local core = require "m365restore.core"
local waves = require "m365restore.restore.waves"

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
  self.sessions, self.artifacts = self.sessions + 1, self.artifacts + size
  return setmetatable({ gate = self, size = size }, Seat)
end

--- Waits for one's turn in the queue.
local function line_up(self)
  self.last = self.last + 1
  local place = self.last
  if place > self.first then
    self.queue[place] = core.event()
    self.queue[place]:wait()
    self.queue[place] = nil
  end
end

--- Lets the next one come forward.
local function step_aside(self)
  self.first = self.first + 1
  if self.queue[self.first] then
    self.queue[self.first]:set()
  end
end

local advance = { __close = function(guard) step_aside(guard.gate) end }

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
  line_up(self)
  local _ <close> = setmetatable({ gate = self }, advance)
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
