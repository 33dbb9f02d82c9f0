--- Protection units: lists, single ones, and what can be asked of one.
-- @module m365restore.simulator.api.units
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local ids = require "m365restore.simulator.world.ids"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local protection = require "m365restore.simulator.world.protection"
local services = require "m365restore.simulator.world.services"
local world = require "m365restore.simulator.world.tenant"

local units = {}

-- What the service shows to delegated callers only.
local PERSONAL = { "displayName", "email" }
local SHARED = { "siteId", "siteName", "siteWebUrl", "directoryObjectId" }

local function view_change(ctx, change)
  return change and {
    effectiveFromDateTime = ctx:time(change.from), status = ctx.now < change.from and "inProgress" or "completed",
    targetRetentionPeriodInDays = change.days,
  }
end

--- A unit as it is sent.
-- @tparam table ctx the request
-- @tparam table unit
-- @treturn table
function units.view(ctx, unit)
  local administrator = audit.identity(ctx, audit.ADMINISTRATOR)
  local view = {
    ["@odata.type"] = "#microsoft.graph." .. unit.kind .. "ProtectionUnit",
    id = unit.id, policyId = protection.policy_of(unit, ctx.now) or json.null,
    status = ctx:status("protectionUnitStatus", protection.unit_status(ctx.model, unit, ctx.now)),
    protectionSources = unit.protectionSources, createdBy = administrator, createdDateTime = ctx:time(unit.created),
    lastModifiedBy = administrator, lastModifiedDateTime = ctx:time(unit.modified or unit.created),
    error = ctx:problem(unit.error),
    offboardRequestedDateTime = ctx:maybe_time(unit.offboard_requested, true),
  }
  for _, name in ipairs(SHARED) do view[name] = unit[name] end
  for _, name in ipairs(unit.kind ~= "site" and PERSONAL or {}) do
    view[name] = ctx.token.delegated and unit[name] or json.null
  end
  if ctx:has_policy_scope() then
    view.backupRetentionPeriodInDays = unit.backupRetentionPeriodInDays
    view.pendingRetentionPeriodChange = view_change(ctx, unit.shrinks) or json.null
  end
  if ctx.version == "beta" then
    view.billingPolicyId = unit.billingPolicyId
    if unit.kind == "mailbox" then view.mailboxType = "user" end
  end
  return view
end

-- {====== Reading ======

local function count(tenant, kinds)
  local sum = 0
  for _, name in ipairs(kinds) do sum = sum + tenant.counts[name] end
  return sum
end

-- Places of the units of some kinds: the kinds follow one another, forwards or backwards.
local function after(tenant, kinds, is_backwards)
  return function(_, place)
    local n = is_backwards and count(tenant, kinds) - place or place + 1
    if n < 1 then return nil end
    for _, kind in ipairs(kinds) do
      local unit = tenant:unit(kind, n)
      if unit then return place + 1, unit end
      n = n - tenant.counts[kind]
    end
  end
end

--- GET /protectionUnits, its casts, and /{kind}ProtectionUnits
function units.list(ctx, kind)
  local tenant, kinds = ctx.model.world, kind and { kind } or world.KINDS
  return 200, odata.page(ctx, {
    name = kind and kind .. "ProtectionUnits" or "protectionUnits",
    after = after(tenant, kinds, ctx.model.dialect.unit_order == "backwards"),
    view = function(unit) return units.view(ctx, unit) end,
    total = function() return count(tenant, kinds) end,
  })
end

local function find(ctx, kind)
  local id = ctx.params.unit or ctx.params.id
  errors.need(ids.is_guid(id), "InvalidProtectionUnitId", "'%s' is not the id of a protection unit.", id)
  local unit = ctx.model.world:find_unit(id)
  errors.need(unit and (not kind or unit.kind == kind), "ProtectionUnitNotFound",
    "There is no protection unit '%s'.", id)
  return unit
end

local function entity(ctx, kind, unit)
  return odata.entity(ctx, kind and kind .. "ProtectionUnits" or "protectionUnits", units.view(ctx, unit))
end

--- GET /protectionUnits/{id} and /{kind}ProtectionUnits/{id}
function units.get(ctx, kind)
  return 200, entity(ctx, kind, find(ctx, kind))
end

-- The seeded policy holds every unit but those that have left it; another one holds what it was given.
local function members(ctx, policy)
  local tenant, kind = ctx.model.world, policy.service.unit
  return function(_, place)
    while true do
      place = place + 1
      local n = policy.seeded and place or policy.numbers[place]
      local unit = n and tenant:unit(kind, n)
      if not unit then return nil end
      if protection.belongs(unit, policy, ctx.now) then return place, unit end
    end
  end
end

--- GET /{service}ProtectionPolicies/{id}/{units}
function units.list_of_policy(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  return 200, odata.page(ctx, {
    name = policy.id .. "/" .. service.units,
    context = ("%s('%s')/%s"):format(service.policies, policy.id, service.units),
    after = members(ctx, policy),
    view = function(unit) return units.view(ctx, unit) end,
  })
end

--- GET /{service}ProtectionPolicies/{id}/{units}/{unit}
function units.get_of_policy(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  local unit = find(ctx, service.unit)
  errors.need(protection.belongs(unit, policy, ctx.now), "ProtectionUnitNotFound",
    "The policy does not hold the protection unit '%s'.", unit.id)
  return 200, entity(ctx, service.unit, unit)
end

-- }======

-- {====== Changing ======

local UPDATE = {
  ["v1.0"] = check.object({}, { ["@odata.type"] = check.text }),
  beta = check.object({ billingPolicyId = check.text }, { ["@odata.type"] = check.text }),
}

--- PATCH /{kind}ProtectionUnits/{id}
function units.update(ctx, kind)
  local unit = find(ctx, kind)
  local body = ctx:body(UPDATE[ctx.version], "BadRequest")
  if protection.policy_of(unit, ctx.now) then
    errors.raise("OperationNotAllowed",
      "The billing policy of a unit that a protection policy holds cannot be changed.", {
        bare = true, target = "billingPolicyId",
      })
  end
  body["@odata.type"], body.modified = nil, ctx.now
  ctx.model.world:change(unit, body)
  return 200, entity(ctx, kind, ctx.model.world:find_unit(unit.id))
end

-- What can be asked of a unit: from which states, the state meanwhile, the outcome, and how long it takes.
local ACTIONS = {
  offboard = {
    from = { unprotected = true }, status = "offboardRequested", outcome = "offboarded",
    lasting = figures.lasting.offboarding, log = "protectionUnitLevelOffboarding",
  },
  cancelOffboard = {
    from = { offboardRequested = true }, status = "cancelOffboardRequested", outcome = "unprotected",
    lasting = figures.lasting.protecting,
  },
}

--- POST /protectionUnits/{id}/offboard and /cancelOffboard
function units.act(ctx, name)
  ctx:no_body()
  local unit, action = find(ctx), ACTIONS[name]
  errors.need(action.from[protection.unit_status(ctx.model, unit, ctx.now)], "OperationNotAllowed",
    "The protection unit is not in a state that allows this.")
  protection.request(ctx.model, unit, action.status, action.outcome, ctx.now + action.lasting,
    { modified = ctx.now, offboard_requested = action.log and ctx.now or nil })
  if action.log then
    ctx.model.activity:note(ctx, action.log, services.by_unit[unit.kind],
      { policy = ctx.model.policies:find(unit.policyId) })
  end
  return 200, entity(ctx, nil, ctx.model.world:find_unit(unit.id))
end

-- }======

return units
