--- Moments that a restore is asked for: one that lies in the future is a slip
-- of a year or a time zone, until a person says that it is meant.
-- @module m365restore.plan.restore_time
local clock = require "m365restore.clock"
local fail = require "m365restore.fail"
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
      return fail(operation, "future_moment", "%s is in the future; it is %s now", time.format(moment),
        time.format(math.floor(now)))
    end
  end
  return true
end

return restore_time
