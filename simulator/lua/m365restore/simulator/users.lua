--- The directory, as far as a restore needs it: who an address belongs to.
-- @module m365restore.simulator.users
local errors = require "m365restore.simulator.errors"
local odata = require "m365restore.simulator.odata"

local users = {}

local OWNED = { "drive", "mailbox" }

local function find(world, name)
  for _, kind in ipairs(OWNED) do
    for n = 1, world.counts[kind] do
      local unit = world:unit(kind, n)
      if unit.email:lower() == name or unit.directoryObjectId == name then return unit end
    end
  end
end

--- GET /users/{id or address}, outside of the API's own root
function users.get(ctx)
  odata.single(ctx)
  local unit = find(ctx.model.world, ctx.params.id:lower())
  if not unit then
    errors.raise("Request_ResourceNotFound", ("Resource '%s' does not exist."):format(ctx.params.id))
  end
  local view = odata.select(ctx, {
    id = unit.directoryObjectId, displayName = unit.displayName, mail = unit.email, userPrincipalName = unit.email,
  })
  view["@odata.context"] = ctx:context("users/$entity")
  return 200, view
end

return users
