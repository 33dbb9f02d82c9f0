--- Moments that a restore is asked for: one that lies in the future is a slip
-- of a year or a time zone, until a person says that it is meant.
-- @module m365restore.plan.restore_time
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local time = require "m365restore.time"

local restore_time = {}

--- Refuses moments in the future. Never yields.
-- @tparam client client whose clock tells the present
-- @tparam string operation for the error
-- @tparam ?boolean allowed the option `allow_future`
-- @tparam number first T, epoch seconds
-- @tparam[opt] table list of targets, which may have times of their own
-- @treturn ?boolean true; or nil, err: `future_moment`
function restore_time.check(client, operation, allowed, first, list)
  local now, all = clock.of(client):now(), { first }
  for _, target in ipairs(list or {}) do
    all[#all + 1] = target.before or target.at
  end
  for _, moment in ipairs(allowed and {} or all) do
    local seconds = type(moment) == "number" and moment or time.parse(moment)
    if seconds and seconds > now then
      return nil, core.failure {
        code = "future_moment", class = "refuse", operation = operation, sent = false, attempts = 0,
        message = string.format("%s is in the future; it is %s now", time.format(moment),
          time.format(math.floor(now))),
      }
    end
  end
  return true
end

return restore_time
