--- Exclusion units of beta: what a policy over a whole workload leaves out.
-- @module m365restore.simulator.api.protection.exclusions
local audit = require "m365restore.simulator.api.audit"
local delta = require "m365restore.simulator.wire.delta"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local store = require "m365restore.simulator.world.store"

local exclusions = {}

--- Leaves a site or a user out of a policy.
-- @tparam table all the store of all exclusion units
-- @tparam Ids made
-- @tparam table policy
-- @tparam table unit what it would be if it were protected: `siteId`, `siteWebUrl`, `email`, …
-- @tparam table stamps `creator`, `created`, `modifier`, `modified`
-- @treturn table
function exclusions.add(all, made, policy, unit, stamps)
  return all:add {
    id = made:next("exclusion"), policy = policy, unit = unit, creator = stamps.creator, created = stamps.created,
    modifier = stamps.modifier, modified = stamps.modified,
  }
end

--- Makes the exclusion units that the world starts with: sites and users behind the last protected one.
-- @tparam table options `exclusions`, how many of each workload
-- @tparam table model
-- @treturn Store
function exclusions.new(options, model)
  local all = store.new()
  for _, policy in model.policies.all:after(), nil, 0 do
    for i = 1, options.exclusions do
      local kind = policy.service.unit
      local unit = model.world:outsider(kind, options[kind == "mailbox" and "mailboxes" or kind .. "s"] + i)
      exclusions.add(all, model.ids, policy, unit, policy)
      policy.protectionMode = "fullServiceBackup"
    end
  end
  return all
end

-- {====== Views ======

local NAMES = { "siteId", "siteName", "siteWebUrl", "directoryObjectId", "displayName", "email" }

local function view(ctx, exclusion)
  local service = exclusion.policy.service
  local shown = audit.show(ctx, exclusion, {
    ["@odata.type"] = "#microsoft.graph." .. service.exclusion_type, id = exclusion.id,
    policyId = exclusion.policy.id, error = json.null,
  })
  for _, name in ipairs(NAMES) do shown[name] = exclusion.unit[name] end
  if service.unit == "mailbox" then shown.mailboxType = "user" end
  return shown
end

local function list(ctx, name, context, test)
  return 200, odata.page(ctx, {
    name = name, context = context, after = ctx.model.exclusions:after(test),
    view = function(exclusion) return view(ctx, exclusion) end,
  })
end

local function find(ctx, id, policy)
  local exclusion = ctx.model.exclusions:find(id)
  errors.need(exclusion and (not policy or exclusion.policy == policy), "ExclusionUnitNotFound",
    "There is no exclusion unit '%s'.", id)
  return exclusion
end

-- }======

--- GET /exclusionUnits
function exclusions.list(ctx) return list(ctx, "exclusionUnits") end

--- GET /exclusionUnits/{id}
function exclusions.get(ctx)
  return 200, odata.entity(ctx, "exclusionUnits", view(ctx, find(ctx, ctx.params.id)))
end

--- Changes what a policy leaves out, by a delta.
-- @tparam table ctx the request
-- @tparam table policy
-- @tparam table added members that name a site or a user
-- @tparam table removed members with the id of an exclusion unit
-- @treturn table the rows of the answer
function exclusions.update(ctx, policy, added, removed)
  local service, rows = policy.service, json.array()
  for _, member in ipairs(added) do
    local value = member[service.owner]
    local unit = ctx.model.world:find_named(service.unit, service.owner, value) or { [service.owner] = value }
    local made = exclusions.add(ctx.model.exclusions, ctx.model.ids, policy, unit, audit.stamp(ctx, {}))
    rows[#rows + 1] = view(ctx, made)
  end
  for _, member in ipairs(removed) do
    local exclusion = ctx.model.exclusions:find(member.id)
    if exclusion and exclusion.policy == policy then
      ctx.model.exclusions:remove(exclusion)
      rows[#rows + 1] = { ["@removed"] = { reason = "changed" }, id = member.id }
    else
      rows[#rows + 1] = delta.row_error(ctx, member.id, "remove", "Invalid",
        "The policy does not leave this unit out")
    end
  end
  return rows
end

local function set_of(policy)
  return ("%s('%s')/%s"):format(policy.service.policies, policy.id, policy.service.exclusions)
end

--- GET /{service}ProtectionPolicies/{id}/{x}ExclusionUnits
function exclusions.list_of_policy(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  return list(ctx, policy.id .. "/" .. service.exclusions, set_of(policy),
    function(exclusion) return exclusion.policy == policy end)
end

--- GET /{service}ProtectionPolicies/{id}/{x}ExclusionUnits/{unit}
function exclusions.get_of_policy(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  return 200, odata.entity(ctx, set_of(policy), view(ctx, find(ctx, ctx.params.unit, policy)))
end

return exclusions
