--- Browse sessions: created over a snapshot, ready after a short while, gone after three days.
-- @module m365restore.simulator.browse
local check = require "m365restore.simulator.check"
local errors = require "m365restore.simulator.errors"
local odata = require "m365restore.simulator.odata"

local Browses = {}
Browses.__index = Browses

local browse = {}

local CREATING, LIFE = 120, 3 * 86400

--- Makes an empty store of browse sessions.
-- @treturn Browses
function browse.new()
  return setmetatable({ list = {}, by_id = {} }, Browses)
end

--- Finds a browse session that has not expired.
-- @tparam string id
-- @tparam number now
-- @treturn ?table
function Browses:find(id, now)
  local found = self.by_id[id]
  if found and now < found.created + LIFE then return found end
end

local function view(ctx, session)
  local owner = session.service.owner
  return {
    ["@odata.type"] = "#microsoft.graph." .. session.service.browse_type,
    id = session.id, status = ctx:state(ctx.now < session.ready and "creating" or "created"),
    restorePointDateTime = ctx:time(session.point.taken), -- its id is in no documented answer
    createdDateTime = ctx:time(session.created), expirationDateTime = ctx:time(session.created + LIFE),
    backupSizeInBytes = ctx:size(100000 + ctx.model.ids:pick("size", session.point.unit.n, 900000)),
    [owner] = session.point.unit[owner],
  }
end

local function entity(ctx, session)
  local shown = odata.select(ctx, view(ctx, session))
  shown["@odata.context"] = ctx:context(session.service.browses .. "/$entity")
  return shown
end

local SHAPE = check.object({ restorePointId = check.text }, { ["@odata.type"] = check.text })

--- POST /{service}BrowseSessions
function browse.create(ctx, service)
  odata.none(ctx)
  local body = ctx:body(SHAPE, "BadRequest")
  local point = ctx.model.world:find_point(body.restorePointId, ctx.now)
  if not point or point.unit.kind ~= service.unit or not point.fast then
    errors.raise("InvalidRestorePoint", ("'%s' is not a fast restore point of this service."):format(
      body.restorePointId))
  end
  local store = ctx.model.browses
  local session = {
    id = "ASAA" .. ctx.model.ids:next("browse"):gsub("-", "_"), service = service, point = point,
    created = ctx.now, ready = ctx.now + CREATING,
  }
  store.list[#store.list + 1] = session
  store.by_id[session.id] = session
  return 201, entity(ctx, session)
end

--- GET /browseSessions and /{service}BrowseSessions
function browse.list(ctx, service)
  local store = ctx.model.browses
  return 200, odata.page(ctx, {
    name = service and service.browses or "browseSessions",
    after = function(_, place)
      for i = place + 1, #store.list do
        local session = store.list[i]
        if store:find(session.id, ctx.now) and (not service or session.service == service) then return i, session end
      end
    end,
    view = function(session) return view(ctx, session) end,
  })
end

--- GET /{service}BrowseSessions/{id}
function browse.get(ctx, service)
  odata.single(ctx)
  local session = ctx.model.browses:find(ctx.params.id, ctx.now)
  if not session or session.service ~= service then
    errors.raise("BrowseSessionNotFound", ("There is no browse session '%s'."):format(ctx.params.id))
  end
  return 200, entity(ctx, session)
end

return browse
