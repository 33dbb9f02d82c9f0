--- Waiting for something of the service to end: read it now and then, less
-- often the longer it takes, and sit out an outage.
-- @module m365restore.graph.poll
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local options = require "m365restore.options"

-- how long the service may be out of reach before a wait gives up
local DEFAULT_PATIENCE = "15m"

-- the pause between two reads grows with the time waited, between these, in
-- seconds
local SHORTEST_PAUSE, LONGEST_PAUSE, SHARE = 5, 60, 0.05

local wait_options = {
  timeout = "duration",
  interval = "duration",
  patience = "duration",
  on_progress = "listeners",
}

--- Waits until a resource has ended. May yield.
-- @tparam resource self it is refreshed in place
-- @tparam ?table opts `timeout`, `interval`, `patience`, `on_progress`
-- @tparam table how `what` (for messages), `timeout` (the default),
-- `outcome(self, elapsed)` -> result, or nil, err; nothing while it goes on;
-- `unfinished(self)` -> the error of a wait that ran out of time;
-- `progress(self, elapsed, err)` -> what `on_progress` is called with
-- @return the outcome's result, or nil
-- @treturn ?error
-- @treturn resource self
return function(self, opts, how)
  local o = options.read(how.what, opts, wait_options)
  local client = self:client()
  local time = clock.of(client)
  local started = clock.monotonic(time)
  local deadline = started + (o.timeout or core.duration(how.timeout))
  local patience = o.patience or core.duration(DEFAULT_PATIENCE)
  local seen = started
  while true do
    local ok, err = self:refresh { timeout = clock.call_timeout(client, deadline) }
    local now = clock.monotonic(time)
    if o.on_progress then
      o.on_progress(how.progress(self, now - started, err))
    end
    if ok then
      seen = now
      local result, reason = how.outcome(self, now - started)
      if result or reason then
        return result, reason, self
      end
    elseif err.class ~= "retry" or now - seen >= patience then
      return nil, err, self
    end
    if now >= deadline then
      return nil, how.unfinished(self), self
    end
    local pause = o.interval or math.min(math.max((now - started) * SHARE, SHORTEST_PAUSE), LONGEST_PAUSE)
    clock.sleep(time, math.min(pause, deadline - now), client)
  end
end
