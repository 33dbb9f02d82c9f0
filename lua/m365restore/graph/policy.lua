--- What is backed up: policies with their units and rules. Bodies are checked
-- before they are sent.
-- @module m365restore.graph.policy
local core = require "m365restore.core"
local delta = require "m365restore.graph.delta"
local fail = require "m365restore.fail"
local options = require "m365restore.options"
local rules = require "m365restore.graph.rules"
local workload = require "m365restore.workload"

-- protection units in one request, and the longest name of a policy
local MOST_UNITS, LONGEST_NAME = 50, 1024

--- The units of a policy, or of a delta, checked: nil, err where the service
-- would refuse them.
local function check_units(what, place, list, key)
  for i = 1, #list do
    local unit = list[i]
    local id = type(unit) == "table" and (unit["@removed"] and unit.id or unit[key])
    if type(id) ~= "string" or id == "" then
      error(string.format("%s.%s[%d]: { %s = } was expected", what, place, i, key), 0)
    end
  end
  if #list > MOST_UNITS then
    return fail(what, "ProtectionUnitsLimitBreached", "%d units in one request, the limit is %d", #list,
      MOST_UNITS)
  end
  return true
end

local function check_name(what, name)
  if name and utf8.len(name) and utf8.len(name) > LONGEST_NAME then
    return fail(what, "InvalidDisplayName", "displayName has %d characters, the limit is %d", utf8.len(name),
      LONGEST_NAME)
  end
  return true
end

--- The body of a policy as it is sent.
local function policy_body(what, client, body, places, key, shape)
  local sent = options.body(what, body, shape)
  local ok, err = rules.version(what, client, sent, { "billingPolicyId", "protectionMode", places[2] })
  if ok then
    ok, err = check_name(what, sent.displayName)
  end
  for _, place in ipairs(places) do
    if ok and sent[place] then
      ok, err = check_units(what, place, sent[place], key)
      sent[place] = #sent[place] > 0 and sent[place] or core.array {}
    end
  end
  return ok and sent, err
end

local function policy_shape(...)
  local shape = {
    displayName = "string", billingPolicyId = "string", protectionMode = "string",
    ["@odata.type"] = "string",
  }
  for _, place in ipairs { ... } do
    shape[place] = "table"
  end
  return shape
end

--- Creates a policy, inactive as yet. May yield.
-- @function service:create_protection_policy
-- @tparam table body `displayName` (at most 1,024 characters), and
-- `siteProtectionUnits` (`{ { siteId = }, ... }`), `driveProtectionUnits` or
-- `mailboxProtectionUnits` (`{ { directoryObjectId = }, ... }`), at most 50
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource the policy; or nil, err. Microsoft's page: "Create
-- sharePointProtectionPolicy",
-- https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointprotectionpolicies
local function create(known)
  local what = known.service .. ".create_protection_policy"
  local place = known.protection_unit .. "s"
  local send, shape = core.method(known.service, "create_protection_policy"), policy_shape(place)
  return function(self, body, opts)
    local sent, err = policy_body(what, self:client(), body, { place }, known.key, shape)
    if not sent then
      return nil, err
    elseif not sent.displayName then
      error(what .. ".displayName: a string was expected, got nil", 0)
    end
    return send(self, sent, opts)
  end
end

--- Changes a policy: its name, or its units by a delta. A unit that was refused
-- is an error, though the answer is a 200; the others stay applied. May yield.
-- @function policy:update
-- @tparam table body `displayName`, `["siteProtectionUnits@delta"]` (or its
-- siblings): units to add, as on create, and
-- `{ ["@removed"] = { reason = "changed" }, id = }` to remove; on beta, for a policy over a whole workload
-- (`protectionMode = "fullServiceBackup"`), `["siteExclusionUnits@delta"]` (or its siblings), alike
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?object the answer; or nil, err and the answer, with
-- `err.code == "items_refused"` and one of `err.details` for each. Microsoft's page:
-- "Update sharePointProtectionPolicy", https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-update
local function update(known)
  local what, place = known.policy .. ".update", known.protection_unit .. "s@delta"
  local left_out = known.unit .. "ExclusionUnits@delta"
  local send, shape = core.method(known.policy, "update"), policy_shape(place, left_out)
  return function(self, body, opts)
    local sent, err = policy_body(what, self:client(), body, { place, left_out }, known.key, shape)
    if not sent then
      return nil, err
    end
    local answer, fault = send(self, sent, opts)
    if not answer then
      return nil, fault
    end
    fault = delta.refusal(what, answer[place]) or delta.refusal(what, answer[left_out])
    if fault then
      return nil, fault, answer
    end
    return answer
  end
end

for _, known in ipairs(workload.list) do
  local policy, expression = known.policy, known.expression
  core.extend(known.service, { create_protection_policy = create(known) })
  core.extend(policy, { update = update(known) })

  --- Adds a rule to a policy. May yield.
  -- @function policy:create_inclusion_rule
  -- @tparam table body `siteExpression`, `driveExpression` or
  -- `mailboxExpression` (text), `isAutoApplyEnabled` (true: the service keeps
  -- applying it)
  -- @tparam[opt] table opts time and size limits of the call
  -- @treturn ?resource the rule; or nil, err. Microsoft's page: "Create protectionRuleBase",
  -- https://learn.microsoft.com/graph/api/protectionrulebase-post
  core.extend(policy, rules.checked(policy, "create_inclusion_rule", {
    [expression] = "string!", isAutoApplyEnabled = "boolean", ["@odata.type"] = "string",
  }))

  --- Changes a rule. May yield.
  -- @function rule:update
  -- @tparam table body the expression, as on create, and nothing else: whether the service keeps applying a rule is
  -- settled when the rule is made
  -- @tparam[opt] table opts time and size limits of the call
  -- @treturn ?resource itself, brought up to date; or nil, err. Microsoft's page:
  -- "Update protectionRuleBase", https://learn.microsoft.com/graph/api/protectionrulebase-update
  core.extend(known.rule, rules.checked(known.rule, "update", {
    [expression] = "string!", ["@odata.type"] = "string",
  }))

  --- Leaves many sites or users out of a policy over a whole workload. Beta only. May yield.
  -- @function policy:create_exclusion_bulk_job
  -- @tparam table body `displayName`, and `siteWebUrls`, `drives` (addresses or UPNs) or `mailboxes`: both are needed
  -- @tparam[opt] table opts time and size limits of the call
  -- @treturn ?resource the job; or nil, err: `beta_only`, `PolicyActionNotAllowed`
  core.extend(policy, rules.checked(policy, "create_exclusion_bulk_job", {
    displayName = "string!", [known.addresses] = "table!", ["@odata.type"] = "string",
  }))

  --- Charges a unit to another billing policy, while no protection policy holds the unit. Beta, and signed-in users
  -- only. May yield.
  -- @function unit:update
  -- @tparam table body `billingPolicyId`
  -- @tparam[opt] table opts time and size limits of the call
  -- @treturn ?resource itself, brought up to date; or nil, err: `OperationNotAllowed` where a policy holds the unit
  core.extend(known.protection_unit, rules.checked(known.protection_unit, "update", {
    billingPolicyId = "string!", ["@odata.type"] = "string",
  }))

  --- Adds many units to a policy at once. May yield.
  -- @function policy:create_bulk_job
  -- @tparam table body `displayName`; `siteWebUrls` or `siteIds`, `drives` or
  -- `directoryObjectIds`, `mailboxes` or `directoryObjectIds`
  -- @tparam[opt] table opts time and size limits of the call
  -- @treturn ?resource the job; or nil, err. Microsoft's page: "Create
  -- siteProtectionUnitsBulkAdditionJob", https://learn.microsoft.com/graph/api/siteprotectionunitsbulkadditionjobs-post
  core.extend(policy, rules.checked(policy, "create_bulk_job", {
    displayName = "string", [known.addresses] = "table", [known.ids] = "table", ["@odata.type"] = "string",
  }))
end

return {}
