--- Clocks. Waits and token ages read one clock, which can be injected: an
-- object with `now(self)`, epoch seconds with a fraction, and
-- `delay(self, seconds)`, the real seconds to wait for that much of its time.
-- @module m365restore.clock
local core = require "m365restore.core"

local clock = {}

--- The time of day.
clock.real = {
  now = function() return core.now() end,
  delay = function(_, seconds) return seconds end,
}

--- The clock of a client.
-- @tparam client client
-- @treturn clock
function clock.of(client)
  return client.clock or clock.real
end

--- Waits by a clock. May yield.
-- @tparam clock self the clock
-- @tparam number seconds
function clock.sleep(self, seconds)
  local wake = self:now() + seconds
  repeat
    local left = wake - self:now()
    core.sleep(math.max(self:delay(math.max(left, 0)), 0))
  until self:now() >= wake
end

return clock
