--- Protection policies: create, read, update, delete, activate and deactivate.
-- @module m365restore.simulator.api.protection.policies
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local delta = require "m365restore.simulator.wire.delta"
local errors = require "m365restore.simulator.wire.errors"
local exclusions = require "m365restore.simulator.api.protection.exclusions"
local figures = require "m365restore.simulator.world.figures"
local ids = require "m365restore.simulator.world.ids"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local protection = require "m365restore.simulator.world.protection"
local services = require "m365restore.simulator.world.services"
local store = require "m365restore.simulator.world.store"
local units = require "m365restore.simulator.api.units"

local Policies = {}
Policies.__index = Policies

local policies = {}

local LONGEST_NAME = figures.most.letters_of_policy_name

-- Microsoft's example of a retention.
local RETENTION = json.constant(json.array {
  { interval = "R/PT10M", period = "P2W" }, { interval = "R/P1W", period = "P1Y" },
})

-- {====== The store ======

local function new_policy(id, service, name)
  return {
    id = id, service = service, displayName = name, enabled = false, settled = 0, numbers = {},
    rules = store.new(), jobs = store.new(), exclusion_jobs = store.new(),
  }
end

--- Makes the policies that hold the seeded units, one for each workload.
-- @tparam Ids made the identifiers of this world
-- @tparam number now
-- @treturn Policies
function policies.new(made, now)
  local self = setmetatable({ all = store.new() }, Policies)
  for _, service in ipairs(services) do
    local policy = new_policy(made:next("policy"), service, service.name .. " policy")
    policy.seeded, policy.enabled = true, true
    policy.creator, policy.modifier = audit.ADMINISTRATOR, audit.ADMINISTRATOR
    policy.created, policy.modified = now - figures.age.policy, now - figures.age.policy
    self.all:add(policy)
  end
  return self
end

--- Finds a policy.
-- @tparam string id
-- @treturn ?table
function Policies:find(id) return id and self.all:find(id) or nil end

--- The policy that a path names.
-- @tparam table ctx the request
-- @tparam ?table service that it has to belong to
-- @treturn table; raises the refusal
function Policies:need(ctx, service)
  local id = ctx.params.id
  errors.need(ids.is_guid(id), "InvalidPolicyId", "'%s' is not the id of a policy.", id)
  local policy = self.all:find(id)
  errors.need(policy and (not service or policy.service == service), "PolicyNotFound", "There is no policy '%s'.", id)
  return policy
end

-- }======

-- {====== Views ======

--- How many units of a policy are in each state. The seeded units are counted without walking them.
-- @tparam table ctx the request
-- @tparam table policy
-- @treturn table state = number
-- @treturn integer all
function policies.statistics(ctx, policy)
  local model, kind = ctx.model, policy.service.unit
  local counts, all = {}, 0
  local function count(status, n)
    counts[status] = (counts[status] or 0) + n
    all = all + n
  end
  local untouched = policy.seeded and model.world:seeded(kind) or 0
  for id in pairs(model.world.changes) do
    local unit = model.world:find_unit(id)
    if unit.kind == kind then
      if unit.n <= model.world:seeded(kind) and policy.seeded then untouched = untouched - 1 end
      if protection.belongs(unit, policy, ctx.now) then count(protection.unit_status(model, unit, ctx.now), 1) end
    end
  end
  local typical = { status = "protected", policyId = policy.id }
  count(protection.unit_status(model, typical, ctx.now), untouched)
  return counts, all
end

local function artifact_count(ctx, policy)
  local counts, all = policies.statistics(ctx, policy)
  local completed = counts.protected or 0
  return { total = all, completed = completed, inProgress = counts.protectRequested or 0, failed = 0 }
end

--- A policy as it is sent.
-- @tparam table ctx the request
-- @tparam table policy
-- @treturn table
function policies.view(ctx, policy)
  local view = audit.show(ctx, policy, {
    ["@odata.type"] = "#microsoft.graph." .. policy.service.policy_type, id = policy.id,
    displayName = policy.displayName, isEnabled = policy.enabled, retentionSettings = RETENTION,
    status = ctx:status("protectionPolicyStatus", protection.policy_status(policy, ctx.now)),
  })
  if (ctx.query["$select"] or ""):find("protectionPolicyArtifactCount", 1, true) then
    view.protectionPolicyArtifactCount = artifact_count(ctx, policy)
  end
  if ctx.version == "beta" then
    view.protectionMode = policy.protectionMode or "standard"
    view.billingPolicyId = policy.billingPolicyId or json.null
    view.offboardRequestedDateTime = ctx:maybe_time(nil)
  end
  return view
end

local function entity(ctx, service, policy)
  return odata.entity(ctx, service and service.policies or "protectionPolicies", policies.view(ctx, policy))
end

-- }======

-- {====== Units of a policy ======

local function check_reference(service, member)
  local value = member[service.owner]
  local bare = service.unit == "site" and value:match("^[^,]+,([^,]+),[^,]+$") or value
  errors.need(ids.is_guid(bare), "InvalidProtectionUnitId", "'%s' is not a %s.", value, service.owner)
end

local function check_members(service, members)
  local seen = {}
  for _, member in ipairs(members) do
    check_reference(service, member)
    local key = member[service.owner]:lower()
    errors.need(not seen[key], "DuplicateProtectionUnitInList", "'%s' is in the list twice.", member[service.owner])
    seen[key] = true
  end
end

local function check_size(ctx, members)
  local limit = ctx.model.options.limits.units_per_policy_request
  errors.need(#members <= limit, "ProtectionUnitsLimitBreached", "At most %d units are allowed in a request.", limit)
end

--- Whether a policy of this tenant protects a unit already.
-- @tparam table ctx the request
-- @tparam table unit
-- @treturn boolean
function policies.is_taken(ctx, unit)
  local policy = ctx.model.policies:find(unit.policyId)
  return policy ~= nil and protection.belongs(unit, policy, ctx.now)
end

--- Puts a unit under a policy.
-- @tparam table ctx the request
-- @tparam table policy
-- @tparam table unit
-- @treturn table the unit as it is now
function policies.adopt(ctx, policy, unit)
  local changes = { policyId = policy.id, removed_at = false, modified = ctx.now, protectionSources = "manual" }
  protection.request(ctx.model, unit, "protectRequested", "protected", ctx.now + figures.lasting.protecting, changes)
  policy.numbers[#policy.numbers + 1] = unit.n
  return ctx.model.world:find_unit(unit.id)
end

--- The unit over a site or a user, made when no policy ever held it.
-- @tparam table ctx the request
-- @tparam table service
-- @tparam string property
-- @tparam string value
-- @treturn table
function policies.unit_over(ctx, service, property, value)
  local tenant = ctx.model.world
  return tenant:find_named(service.unit, property, value)
    or tenant:add_unit(service.unit, { [property] = value, created = ctx.now, policyId = false })
end

-- }======

-- {====== Create ======

local function unit_shape(service)
  return check.object({ [service.owner] = check.text }, { ["@odata.type"] = check.text })
end

local CREATES, UPDATES = {}, {}
for _, service in ipairs(services) do
  CREATES[service.name] = check.object({ displayName = check.string }, {
    ["@odata.type"] = check.text, [service.units] = check.list(unit_shape(service)),
    protectionMode = check.one_of("standard", "fullServiceBackup"), billingPolicyId = check.text,
  })
  UPDATES[service.name] = check.object({}, {
    ["@odata.type"] = check.text, displayName = check.string,
    [service.units .. "@delta"] = delta.shape(unit_shape(service)),
    [service.exclusions .. "@delta"] = delta.shape(unit_shape(service)),
  })
end

local function check_name(name)
  errors.need(name ~= "" and (not utf8.len(name) or utf8.len(name) <= LONGEST_NAME), "InvalidDisplayName",
    "displayName needs 1 to %d characters.", LONGEST_NAME)
end

local function check_service(ctx)
  errors.need(ctx.model.service.status == "enabled", "PolicyCreationNotAllowed",
    "Backup is not enabled for this tenant.")
end

local function check_free(ctx, service, members)
  for _, member in ipairs(members) do
    local unit = ctx.model.world:find_named(service.unit, service.owner, member[service.owner])
    errors.need(not unit or not policies.is_taken(ctx, unit), "ProtectionUnitAlreadyExists",
      "A policy protects '%s' already.", member[service.owner])
  end
end

local BETA_ONLY = { "protectionMode", "billingPolicyId" }

local function read_create(ctx, service)
  local body = ctx:body(CREATES[service.name], "InvalidCreateRequest")
  for _, name in ipairs(BETA_ONLY) do
    errors.need(not body[name] or ctx.version == "beta", "InvalidCreateRequest", "body: unknown property '%s'.", name)
  end
  check_name(body.displayName)
  return body, body[service.units] or {}
end

--- POST /{service}ProtectionPolicies
function policies.create(ctx, service)
  local body, members = read_create(ctx, service)
  check_service(ctx)
  check_size(ctx, members)
  check_members(service, members)
  check_free(ctx, service, members)
  local policy = new_policy(ctx.model.ids:next("policy"), service, body.displayName)
  policy.protectionMode, policy.billingPolicyId = body.protectionMode, body.billingPolicyId
  ctx.model.policies.all:add(audit.stamp(ctx, policy))
  for _, member in ipairs(members) do
    policies.adopt(ctx, policy, policies.unit_over(ctx, service, service.owner, member[service.owner]))
  end
  ctx.model.activity:note(ctx, "backupPolicyCreated", service, { policy = policy })
  return 201, entity(ctx, service, policy), {
    ["Content-Location"] = ctx:location("protectionPolicies/" .. policy.id),
  }
end

-- }======

-- {====== Read ======

--- GET /protectionPolicies and /{service}ProtectionPolicies
function policies.list(ctx, service)
  return 200, odata.page(ctx, {
    name = service and service.policies or "protectionPolicies",
    after = ctx.model.policies.all:after(service and function(policy) return policy.service == service end),
    view = function(policy) return policies.view(ctx, policy) end,
  })
end

--- GET /protectionPolicies/{id} and /{service}ProtectionPolicies/{id}
function policies.get(ctx, service)
  return 200, entity(ctx, service, ctx.model.policies:need(ctx, service))
end

-- }======

-- {====== Update ======

local function add_units(ctx, policy, members, rows)
  local service = policy.service
  for _, member in ipairs(members) do
    local unit = policies.unit_over(ctx, service, service.owner, member[service.owner])
    if policies.is_taken(ctx, unit) then
      rows[#rows + 1] = delta.row_error(ctx, unit.id, "add", "ProtectionUnitAlreadyExists",
        "A protection policy protects the unit already")
    else
      rows[#rows + 1] = units.view(ctx, policies.adopt(ctx, policy, unit))
    end
  end
end

local function remove_units(ctx, policy, members, rows)
  local tenant, due = ctx.model.world, ctx.now + figures.lasting.protecting
  for _, member in ipairs(members) do
    local unit = tenant:find_unit(member.id)
    if unit and protection.belongs(unit, policy, ctx.now) then
      protection.request(ctx.model, unit, "removeRequested", "unprotected", due,
        { removed_at = due, modified = ctx.now })
      rows[#rows + 1] = units.view(ctx, tenant:find_unit(unit.id))
    else
      rows[#rows + 1] = delta.row_error(ctx, member.id, "remove", "Invalid",
        "The identifier to be removed from the Protection Policy does not exist")
    end
  end
end

local function update_units(ctx, policy, members)
  check_size(ctx, members)
  local added, removed = delta.split(members)
  check_members(policy.service, added)
  local rows = json.array()
  add_units(ctx, policy, added, rows)
  remove_units(ctx, policy, removed, rows)
  ctx.model.activity:note(ctx, "backupPolicyModified", policy.service, { policy = policy })
  return rows
end

local function update_exclusions(ctx, policy, members)
  errors.need(ctx.version == "beta", "BadRequest", "Exclusion units exist in beta only.")
  errors.need(policy.protectionMode == "fullServiceBackup", "PolicyActionNotAllowed",
    "The policy does not protect a whole workload.")
  check_size(ctx, members)
  local added, removed = delta.split(members)
  check_members(policy.service, added)
  ctx.model.activity:note(ctx, "backupPolicyModified", policy.service, { policy = policy })
  return exclusions.update(ctx, policy, added, removed)
end

--- PATCH /{service}ProtectionPolicies/{id}
function policies.update(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  local body = ctx:body(UPDATES[service.name], "BadRequest")
  local key, answer = service.units .. "@delta", { id = policy.id }
  if body.displayName then check_name(body.displayName) end
  if body[key] then answer[key] = update_units(ctx, policy, body[key]) end
  local left_out = service.exclusions .. "@delta"
  if body[left_out] then answer[left_out] = update_exclusions(ctx, policy, body[left_out]) end
  if body.displayName then
    policy.displayName = body.displayName
    ctx.model.activity:note(ctx, "backupPolicyRenamed", service, { policy = policy })
  end
  answer.displayName = body.displayName
  audit.stamp(ctx, policy)
  return 200, answer
end

-- }======

-- {====== Actions ======

local function refuse_state(ctx, message)
  if ctx.model.dialect.policy_state_error == 400 then errors.raise("invalidStateForActivation", message) end
  errors.raise("PolicyActionNotAllowed", message)
end

--- DELETE /protectionPolicies/{id}
function policies.delete(ctx)
  local policy = ctx.model.policies:need(ctx)
  errors.need(protection.policy_status(policy, ctx.now) == "inactive", "PolicyActionNotAllowed",
    "Only an inactive policy can be deleted.")
  ctx.model.policies.all:remove(policy)
  return 204
end

-- action = { states that allow it, what the policy becomes, what the log says }
local ACTIONS = {
  activate = { from = { inactive = true, activeWithErrors = true }, enabled = true, log = "backupPolicyActivated" },
  deactivate = { from = { active = true, activeWithErrors = true }, enabled = false, log = "backupPolicyPaused" },
}

--- POST /protectionPolicies/{id}/activate and /deactivate
function policies.act(ctx, name)
  ctx:no_body()
  local policy, action = ctx.model.policies:need(ctx), ACTIONS[name]
  if not action.from[protection.policy_status(policy, ctx.now)] then
    refuse_state(ctx, "The policy is not in a state that allows this.")
  end
  policy.enabled, policy.settled, policy.forced = action.enabled, ctx.now + figures.lasting.protecting, nil
  audit.stamp(ctx, policy)
  ctx.model.activity:note(ctx, action.log, policy.service, { policy = policy })
  return 202, entity(ctx, nil, policy), {
    ["Content-Location"] = ctx:location(("protectionPolicies('%s')"):format(policy.id)),
  }
end

-- }======

return policies
