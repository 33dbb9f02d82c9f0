--- Whether the tenant's service restores at all: it can lock restores, and announce when it will.
-- @module m365restore.plan.restore_lock
local clock = require "m365restore.clock"
local fail = require "m365restore.fail"
local rules = require "m365restore.graph.rules"
local time = require "m365restore.time"

local restore_lock = {}

--- Reads the state of the service. May yield.
-- @tparam client client
-- @tparam[opt] number timeout in real seconds
-- @treturn table `locked`: the state in which nothing can be restored, or nil; `till`: when restores end, or nil;
-- `unseen`: why neither could be read, as where the caller may not, or nil
function restore_lock.read(client, timeout)
  local answer, err = client:status { timeout = timeout }
  if not answer then
    return { unseen = tostring(err) }
  end
  local status = rules.object(answer)
  local state, till = status.status, status.restoreAllowedTillDateTime
  local ends = type(till) == "string" and time.parse(till) or nil
  local is_locked = type(state) == "string" and state:lower() == "restorelocked"
    or ends and clock.of(client):now() >= ends
  return { locked = is_locked and tostring(state) or nil, till = ends and till or nil }
end

--- Refuses a restore while restores are locked, before anything is made. May yield.
-- @tparam client client
-- @tparam[opt] number timeout in real seconds
-- @treturn ?boolean true; or nil, err: `restores_locked`
function restore_lock.check(client, timeout)
  local state = restore_lock.read(client, timeout)
  if not state.locked then
    return true
  end
  return fail("apply", "restores_locked", "restores are locked in this tenant: its backup service is %s%s",
    state.locked, state.till and ", and restores were possible until " .. state.till or "")
end

return restore_lock
