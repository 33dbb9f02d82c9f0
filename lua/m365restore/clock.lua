--- Clocks. What a client does reads one clock, which can be injected: an
-- object with `now(self)`, epoch seconds with a fraction, and
-- `delay(self, seconds)`, the real seconds to wait for that much of its time.
-- With `monotonic(self)`, seconds that only go forward, it may be set while it
-- runs: waits, deadlines and the ages of tokens go by that, and `now` only
-- names moments. Without it they go by `now`.
-- @module m365restore.clock
local core = require "m365restore.core"

local clock = {}

-- the least time that a call gets, in real seconds, however little is left
local SHORTEST_CALL = 1

--- The time of this machine.
clock.real = {
  now = function() return core.now() end,
  monotonic = function() return core.monotonic() end,
  delay = function(_, seconds) return seconds end,
}

--- The clock of a client.
-- @tparam client client
-- @treturn clock
function clock.of(client)
  return client.clock or clock.real
end

--- The seconds on the monotonic clock; good for differences only.
-- @tparam clock self
-- @treturn number
function clock.monotonic(self)
  if self.monotonic then
    return self:monotonic()
  end
  return self:now()
end

--- Waits by a clock. May yield.
-- @tparam clock self the clock
-- @tparam number seconds
-- @tparam[opt] client client whose end ends the wait
function clock.sleep(self, seconds, client)
  local wake = clock.monotonic(self) + seconds
  repeat
    local left = math.max(self:delay(math.max(wake - clock.monotonic(self), 0)), 0)
    local open = client == nil and core.sleep(left) or client and client:sleep(left)
  until not open or clock.monotonic(self) >= wake
end

--- How long a call may take that belongs to something which ends by a deadline, in real seconds: no longer than what
-- is left, but the last one gets its chance; and no longer than any call of its client.
-- @tparam client client
-- @tparam number last a moment of the monotonic clock
-- @tparam[opt] number least real seconds that the call gets in any case
-- @treturn number
function clock.call_timeout(client, last, least)
  local self = clock.of(client)
  local left = self:delay(math.max(last - clock.monotonic(self), 0))
  return math.min(client.timeout, math.max(left, least or SHORTEST_CALL))
end

return clock
