--- Who made an entity and when, who changed it last and when: kept, and shown as the dialect wants it.
-- @module m365restore.simulator.api.audit
local json = require "m365restore.simulator.wire.json"

local audit = {}

--- Who protects the units of this tenant, and made what was there at the start.
audit.ADMINISTRATOR = json.constant {
  application = { id = "00000000-0000-0000-0000-0000000000e0", displayName = "Microsoft 365 Backup" },
  user = { id = "00000000-0000-0000-0000-0000000000e1", displayName = "Backup Administrator" },
}

--- The identity of a caller.
-- @tparam table ctx the request
-- @treturn table identitySet
function audit.caller(ctx)
  local identity = { application = { id = ctx.token.client_id, displayName = ctx.token.app_name } }
  if ctx.token.delegated then identity.user = { id = ctx.token.user_id, displayName = ctx.token.user_name } end
  return json.constant(identity)
end

--- Notes that the caller changes an entity; the first time, that the caller makes it.
-- @tparam table ctx the request
-- @tparam table entity
-- @treturn table the entity
function audit.stamp(ctx, entity)
  entity.modifier, entity.modified = audit.caller(ctx), ctx.now
  entity.creator, entity.created = entity.creator or entity.modifier, entity.created or ctx.now
  return entity
end

local STYLES = {
  object = function(identity) return identity end,
  null = function() return json.null end,
  empty = function() return "" end,
  identity = function(identity) return { user = { identity = (identity.user or identity.application).id } } end,
}

--- An identity as the dialect writes it.
-- @tparam table ctx the request
-- @tparam table identity
function audit.identity(ctx, identity)
  return STYLES[ctx.model.dialect.created_by](identity)
end

--- Adds the four properties to a view.
-- @tparam table ctx the request
-- @tparam table entity
-- @tparam table view
-- @treturn table the view
function audit.show(ctx, entity, view)
  view.createdBy, view.createdDateTime = audit.identity(ctx, entity.creator), ctx:time(entity.created)
  view.lastModifiedBy = audit.identity(ctx, entity.modifier)
  view.lastModifiedDateTime = ctx:time(entity.modified)
  return view
end

return audit
