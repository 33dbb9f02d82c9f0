--- Service apps: which application controls the backup of this tenant, and so may restore.
-- @module m365restore.simulator.api.apps
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local dates = require "m365restore.simulator.wire.dates"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local odata = require "m365restore.simulator.wire.odata"
local store = require "m365restore.simulator.world.store"

local apps = {}

-- The shell's own application may neither register nor enable.
local POWERSHELL = "14d82eec-204b-4c2f-b7e8-296a70dab67e"

--- Makes the service apps that a tenant starts with: the caller's own, in control.
-- @tparam Ids made
-- @tparam Identity identity
-- @tparam number now
-- @treturn Store
function apps.new(made, identity, now)
  local all, age = store.new(), figures.age
  all:add {
    id = made:next("app"), client_id = identity.client_id, name = "Simulated Application", status = "active",
    registered = now - age.app, effective = now - age.control, modifier = audit.ADMINISTRATOR, modified = now - age.app,
  }
  return all
end

-- {====== Who is in control ======

--- The state of a service app: a change that was asked for comes into effect by itself.
-- @tparam table app
-- @tparam number now
-- @treturn string serviceAppStatus
function apps.status(app, now)
  if app.outcome and now >= app.due then return app.outcome end
  return app.status
end

local IN_CONTROL = { active = true, pendingInactive = true }

local function find_controller(model, now)
  for _, app in model.apps:after(), nil, 0 do
    if IN_CONTROL[apps.status(app, now)] then return app end
  end
end

local function find_own(ctx)
  for _, app in ctx.model.apps:after(), nil, 0 do
    if app.client_id == ctx.token.client_id then return app end
  end
end

--- Whose tool controls the backup.
-- @tparam table model
-- @tparam number now
-- @treturn string backupServiceConsumer
function apps.consumer(model, now)
  return (find_controller(model, now) or model.service.controller_deleted) and "thirdparty" or "firstparty"
end

--- Refuses a caller that may not restore: while an application is in control, every other one; and an application
-- that is registered without being in control.
-- @tparam table ctx the request
function apps.need_control(ctx)
  local own, controller = find_own(ctx), find_controller(ctx.model, ctx.now)
  local allowed = not controller and not ctx.model.service.controller_deleted
  if own then allowed = IN_CONTROL[apps.status(own, ctx.now)] end
  errors.need(allowed, "Forbidden", "The application does not control the backup of this tenant.")
end

--- Refuses the shell's own application.
-- @tparam table ctx the request
function apps.refuse_shell(ctx)
  errors.need(ctx.token.client_id ~= POWERSHELL, "Forbidden", "This application may not call this operation.")
end

-- }======

-- {====== Views ======

local function view(ctx, app)
  return {
    ["@odata.type"] = "#microsoft.graph.serviceApp", id = app.id, status = ctx:state(apps.status(app, ctx.now)),
    application = { id = app.client_id, displayName = app.name }, effectiveDateTime = ctx:maybe_time(app.effective),
    registrationDateTime = ctx:time(app.registered), lastModifiedBy = audit.identity(ctx, app.modifier),
    lastModifiedDateTime = ctx:time(app.modified),
  }
end

local function entity(ctx, app) return odata.entity(ctx, "serviceApps", view(ctx, app)) end

local function location(ctx, app)
  return { ["Content-Location"] = ctx:location("serviceApps/" .. app.id) }
end

local function find(ctx)
  local app = ctx.model.apps:find(ctx.params.id)
  errors.need(app, "ServiceAppNotFound", "There is no service app '%s'.", ctx.params.id)
  return app
end

-- }======

--- GET /serviceApps
function apps.list(ctx)
  return 200, odata.page(ctx, {
    name = "serviceApps", after = ctx.model.apps:after(), view = function(app) return view(ctx, app) end,
  })
end

--- GET /serviceApps/{id}
function apps.get(ctx)
  return 200, entity(ctx, find(ctx))
end

--- POST /serviceApps: registers the caller's application
function apps.create(ctx)
  ctx:no_body(true)
  apps.refuse_shell(ctx)
  errors.need(not find_own(ctx), "Conflict", "The application is registered already.")
  local app = ctx.model.apps:add(audit.stamp(ctx, {
    id = ctx.model.ids:next("app"), client_id = ctx.token.client_id, name = ctx.token.app_name, status = "inactive",
    registered = ctx.now,
  }))
  return ctx.model.dialect.app_status, entity(ctx, app), location(ctx, app)
end

--- DELETE /serviceApps/{id}: a controller that goes takes the right to restore with it
function apps.delete(ctx)
  apps.refuse_shell(ctx)
  local app = find(ctx)
  if IN_CONTROL[apps.status(app, ctx.now)] then
    ctx.model.service.controller_deleted = true
    ctx.model.service.disableReason = "controllerServiceAppDeleted"
  end
  ctx.model.apps:remove(app)
  return 204
end

-- {====== Activate and deactivate ======

local function settle(app, now)
  app.status, app.outcome, app.due = apps.status(app, now), nil, nil
end

local function change(ctx, app, status, outcome, due)
  settle(app, ctx.now)
  app.status, app.outcome, app.due = status, outcome, due
  audit.stamp(ctx, app)
end

local EFFECTIVE = check.object { effectiveDateTime = check.time }

local function refuse_state(status)
  errors.raise("OperationNotAllowed", ("The service app is %s, which does not allow this."):format(status))
end

--- POST /serviceApps/{id}/activate
function apps.activate(ctx)
  local app = find(ctx)
  local due = dates.parse(ctx:body(EFFECTIVE, "BadRequest").effectiveDateTime)
  local status = apps.status(app, ctx.now)
  if status ~= "inactive" then refuse_state(status) end
  local controller = find_controller(ctx.model, ctx.now)
  if controller then change(ctx, controller, "pendingInactive", "inactive", due) end
  change(ctx, app, "pendingActive", "active", due)
  app.effective, ctx.model.service.controller_deleted = due, nil
  return 202, entity(ctx, app), location(ctx, app)
end

--- POST /serviceApps/{id}/deactivate
function apps.deactivate(ctx)
  ctx:no_body()
  local app = find(ctx)
  local status = apps.status(app, ctx.now)
  if status == "active" then
    change(ctx, app, "pendingInactive", "inactive", ctx.now + figures.lasting.handing_over)
  elseif status == "pendingActive" then
    change(ctx, app, "inactive")
  else
    refuse_state(status)
  end
  return 202, entity(ctx, app), location(ctx, app)
end

-- }======

return apps
