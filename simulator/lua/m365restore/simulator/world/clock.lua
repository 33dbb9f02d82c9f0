--- The simulated clock: epoch seconds as a function of the monotonic clock of the machine.
-- The model and the program that started it hold one each, made from the same numbers, and so agree without talking.
-- @module m365restore.simulator.world.clock
local Clock = {}
Clock.__index = Clock

local clock = {}

--- Makes a clock.
-- @tparam number start epoch seconds shown at `origin`
-- @tparam number origin reading of the monotonic clock, in seconds
-- @tparam number speed simulated seconds per real second
-- @treturn Clock
function clock.new(start, origin, speed)
  return setmetatable({ start = start, origin = origin, speed = speed, advanced = 0 }, Clock)
end

--- The simulated time at a reading of the monotonic clock.
-- @tparam number monotonic seconds
-- @treturn number epoch seconds with fraction
function Clock:at(monotonic)
  return self.start + (monotonic - self.origin) * self.speed + self.advanced
end

--- Jumps ahead.
-- @tparam number seconds simulated ones
function Clock:advance(seconds)
  self.advanced = self.advanced + seconds
end

return clock
