--- Protection units: lists and single ones.
-- @module m365restore.simulator.units
local errors = require "m365restore.simulator.errors"
local ids = require "m365restore.simulator.ids"
local json = require "m365restore.simulator.json"
local odata = require "m365restore.simulator.odata"
local world = require "m365restore.simulator.world"

local units = {}

-- What the service shows to delegated callers only.
local PERSONAL = { "displayName", "email" }
local SHARED = { "siteId", "siteName", "siteWebUrl", "directoryObjectId" }

-- Who protects the units of this tenant.
local ADMINISTRATOR = json.constant {
  application = { id = "00000000-0000-0000-0000-0000000000e0", displayName = "Microsoft 365 Backup" },
  user = { id = "00000000-0000-0000-0000-0000000000e1", displayName = "Backup Administrator" },
}

--- A unit as it is sent.
-- @tparam table ctx the request
-- @tparam table unit
-- @treturn table
function units.view(ctx, unit)
  local view = {
    ["@odata.type"] = "#microsoft.graph." .. unit.kind .. "ProtectionUnit",
    id = unit.id, policyId = unit.policyId, status = ctx:evolve("protectionUnitStatus", unit.status),
    protectionSources = unit.protectionSources, createdBy = ADMINISTRATOR, createdDateTime = ctx:time(unit.created),
    lastModifiedBy = ADMINISTRATOR, lastModifiedDateTime = ctx:time(unit.created), error = unit.error or json.null,
    offboardRequestedDateTime = unit.offboardRequestedDateTime or json.null,
  }
  for _, name in ipairs(SHARED) do view[name] = unit[name] end
  for _, name in ipairs(unit.kind ~= "site" and PERSONAL or {}) do
    view[name] = ctx.token.delegated and unit[name] or json.null
  end
  if ctx.version == "beta" and unit.kind == "mailbox" then view.mailboxType = "user" end
  return view
end

-- Places of the units of some kinds: the kinds follow one another.
local function after(tenant, kinds)
  return function(_, place)
    local n = place + 1
    for _, kind in ipairs(kinds) do
      local unit = tenant:unit(kind, n)
      if unit then return place + 1, unit end
      n = n - tenant.counts[kind]
    end
  end
end

--- GET /protectionUnits, its casts, and /{kind}ProtectionUnits
function units.list(ctx, kind)
  return 200, odata.page(ctx, {
    name = kind and kind .. "ProtectionUnits" or "protectionUnits",
    after = after(ctx.model.world, kind and { kind } or world.KINDS),
    view = function(unit) return units.view(ctx, unit) end,
  })
end

--- GET /protectionUnits/{id} and /{kind}ProtectionUnits/{id}
function units.get(ctx, kind)
  odata.single(ctx)
  local id = ctx.params.id
  if not ids.is_guid(id) then
    errors.raise("InvalidProtectionUnitId", ("'%s' is not the id of a protection unit."):format(id))
  end
  local unit = ctx.model.world:find_unit(id)
  if not unit or kind and unit.kind ~= kind then
    errors.raise("ProtectionUnitNotFound", ("There is no protection unit '%s'."):format(id))
  end
  local view = odata.select(ctx, units.view(ctx, unit))
  view["@odata.context"] = ctx:context((kind and kind .. "ProtectionUnits" or "protectionUnits") .. "/$entity")
  return 200, view
end

return units
