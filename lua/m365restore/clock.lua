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
-- @tparam[opt] client client whose end ends the wait
function clock.sleep(self, seconds, client)
  local wake = self:now() + seconds
  repeat
    local left = math.max(self:delay(math.max(wake - self:now(), 0)), 0)
    local open = client == nil and core.sleep(left) or client and client:sleep(left)
  until not open or self:now() >= wake
end

return clock
