--- Whether a unit is protected: what was asked for last, and what its policy does.
-- @module m365restore.simulator.world.protection
local protection = {}

-- What a unit that is protected by itself shows under a policy in these states: going up, and going down.
local UNDER = {
  active = { "protected", "protected" },
  updating = { "protectRequested", "unprotectRequested" },
  inactive = { "unprotected", "unprotected" },
}

--- The state of a policy.
-- @tparam table policy `enabled`, and the moment `settled` at which the last change is done
-- @tparam number now
-- @treturn string protectionPolicyStatus
function protection.policy_status(policy, now)
  if policy.forced then return policy.forced end
  if now < policy.settled then return "updating" end
  return policy.enabled and "active" or "inactive"
end

-- What a unit's own history says: a request that is due has become its outcome.
local function own_status(unit, now)
  if unit.outcome and now >= unit.due then return unit.outcome end
  return unit.status
end

--- The state of a unit.
-- @tparam table model
-- @tparam table unit
-- @tparam number now
-- @treturn string protectionUnitStatus
function protection.unit_status(model, unit, now)
  local status = own_status(unit, now)
  if status ~= "protected" then return status end
  local policy = model.policies:find(unit.policyId)
  if not policy then return "unprotected" end
  local under = UNDER[protection.policy_status(policy, now)]
  return under and under[policy.enabled and 1 or 2] or status
end

--- Puts a unit on its way to another state.
-- @tparam table model
-- @tparam table unit
-- @tparam string status meanwhile
-- @tparam string outcome
-- @tparam number due when it gets there
-- @tparam ?table more properties
function protection.request(model, unit, status, outcome, due, more)
  local changes = { status = status, outcome = outcome, due = due }
  for name, value in pairs(more or {}) do changes[name] = value end
  model.world:change(unit, changes)
end

--- The policy that a unit names: none once it has left its policy.
-- @tparam table unit
-- @tparam number now
-- @treturn ?string
function protection.policy_of(unit, now)
  local left = unit.removed_at and now >= unit.removed_at
  return not left and unit.policyId or nil
end

--- Whether a unit belongs to a policy, or did until its removal is done.
-- @tparam table unit
-- @tparam table policy
-- @tparam number now
-- @treturn boolean
function protection.belongs(unit, policy, now)
  return protection.policy_of(unit, now) == policy.id
end

return protection
