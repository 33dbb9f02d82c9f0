--- Browse sessions: created over a snapshot, ready after a short while, gone after three days.
-- @module m365restore.simulator.api.restore.browse
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local odata = require "m365restore.simulator.wire.odata"
local store = require "m365restore.simulator.world.store"

local Browses = {}
Browses.__index = Browses

local browse = {}

local LIFE = figures.kept.browse

-- {====== The store ======

--- Makes an empty store of browse sessions.
-- @treturn Browses
function browse.new()
  return setmetatable({ all = store.new(), failing = {} }, Browses)
end

--- Finds a browse session that has not expired.
-- @tparam string id
-- @tparam number now
-- @treturn ?table
function Browses:find(id, now)
  local found = self.all:find(id)
  if found and now < found.created + LIFE then return found end
end

--- The browse session that a path names.
-- @tparam table ctx the request
-- @tparam ?table service that it has to belong to
-- @treturn table; raises the refusal
function Browses:need(ctx, service)
  local session = self:find(ctx.params.id, ctx.now)
  errors.need(session and (not service or session.service == service), "BrowseSessionNotFound",
    "There is no browse session '%s'.", ctx.params.id)
  return session
end

--- The state of a browse session.
-- @tparam table session
-- @tparam number now
-- @treturn string browseSessionStatus
function Browses.status(session, now)
  if now < session.ready then return "creating" end
  return session.failure and "failed" or "created"
end

-- }======

local function view(ctx, session)
  local owner, status = session.service.owner, Browses.status(session, ctx.now)
  return {
    ["@odata.type"] = "#microsoft.graph." .. session.service.browse_type,
    id = session.id, status = ctx:state(status),
    restorePointDateTime = ctx:time(session.point.taken),
    restorePointId = ctx.model.dialect.browse_point and session.point.id or nil,
    createdDateTime = ctx:time(session.created), expirationDateTime = ctx:time(session.created + LIFE),
    backupSizeInBytes = ctx:size(ctx.model.tree.top.size),
    error = status == "failed" and ctx:problem(session.failure) or nil,
    [owner] = session.point.unit[owner],
  }
end

local function entity(ctx, session)
  return odata.entity(ctx, session.service.browses, view(ctx, session))
end

local SHAPE = check.object({ restorePointId = check.text }, { ["@odata.type"] = check.text })

local function find_point(ctx, service, id)
  local point = ctx.model.world:find_point(id, ctx.now)
  errors.need(point and point.unit.kind == service.unit and point.fast, "InvalidRestorePoint",
    "'%s' is not a fast restore point of this service.", id)
  return point
end

--- POST /{service}BrowseSessions
function browse.create(ctx, service)
  local body = ctx:body(SHAPE, "BadRequest")
  local point, browses = find_point(ctx, service, body.restorePointId), ctx.model.browses
  local session = browses.all:add {
    id = "ASAA" .. ctx.model.ids:next("browse"):gsub("-", "_"), service = service, point = point,
    created = ctx.now, failure = browses.failing[point.id],
    ready = ctx.now + (ctx.model.dialect.browse_status == "creating" and figures.lasting.browse or 0),
  }
  return 201, entity(ctx, session)
end

--- GET /browseSessions and /{service}BrowseSessions
function browse.list(ctx, service)
  local browses = ctx.model.browses
  return 200, odata.page(ctx, {
    name = service and service.browses or "browseSessions",
    after = browses.all:after(function(session)
      return browses:find(session.id, ctx.now) and (not service or session.service == service)
    end),
    view = function(session) return view(ctx, session) end,
  })
end

--- GET /browseSessions/{id} and /{service}BrowseSessions/{id}
function browse.get(ctx, service)
  return 200, entity(ctx, ctx.model.browses:need(ctx, service))
end

return browse
