--- What the program that started the simulator may ask of the model, between two requests.
-- Each command takes the model, its decoded arguments and the time, and returns what is sent back; nothing: true.
-- @module m365restore.simulator.testing.commands
local arguments = require "m365restore.simulator.testing.arguments"
local context = require "m365restore.simulator.wire.context"
local json = require "m365restore.simulator.wire.json"
local entra = require "m365restore.simulator.identity.entra"
local points = require "m365restore.simulator.api.points"
local services = require "m365restore.simulator.world.services"
local staging = require "m365restore.simulator.testing.staging"
local units = require "m365restore.simulator.api.units"
local world = require "m365restore.simulator.world.tenant"

local commands = {}

local function find_session(model, id)
  return arguments.found(model.sessions.all:find(tostring(id)), "session", id)
end

local function find_unit(model, id)
  return arguments.found(model.world:find_unit(id), "unit", id)
end

--- What a client needs to sign in.
function commands.hints(model)
  local identity = model.identity
  return {
    tenant = identity.tenant, client_id = identity.client_id, client_secret = identity.client_secret,
    identity_header = identity.identity_header,
  }
end

function commands.mint(model, options, now)
  local token, lifetime = model.identity:mint(options, now)
  return { token = token, expires_in = lifetime }
end

function commands.revoke(model, options)
  model.identity:revoke(options.claims)
end

function commands.advance(model, options)
  model.clock:advance(options.seconds)
end

function commands.ledger(model, criteria)
  return model.ledger:find(criteria)
end

function commands.count(model, criteria)
  return #model.ledger:find(criteria)
end

function commands.forget(model)
  model.ledger.entries = {}
end

function commands.fault(model, rule)
  model.faults:add(rule)
end

function commands.clear_faults(model)
  return model.faults:clear()
end

function commands.units(model, options, now)
  local ctx, list = context.internal(model, now), json.array()
  for _, kind in ipairs(options.kind and { options.kind } or world.KINDS) do
    for n = 1, model.world.counts[kind] do list[#list + 1] = units.view(ctx, model.world:unit(kind, n)) end
  end
  return list
end

function commands.points(model, options, now)
  local ctx, list = context.internal(model, now), json.array()
  for i, point in ipairs(model.world:points(find_unit(model, options.unit), now)) do
    list[i] = points.view(ctx, point)
  end
  return list
end

function commands.sessions(model, _, now)
  local ctx, list = context.internal(model, now), json.array()
  for _, session in model.sessions:after(now), nil, 0 do list[#list + 1] = staging.inspect(ctx, session) end
  return list
end

function commands.session(model, options, now)
  return staging.inspect(context.internal(model, now), find_session(model, options.id))
end

function commands.set_state(model, options)
  find_session(model, options.id).forced = options.state
end

function commands.set_unit(model, options)
  local properties = options.properties
  if properties.status then properties.outcome = false end -- it stays what the test says
  model.world:change(find_unit(model, options.id), properties)
end

function commands.set_user(model, options)
  model.world:change_person(options.id, options.properties)
end

function commands.set_policy(model, options)
  arguments.found(model.policies:find(options.id), "policy", options.id).forced = options.state
end

function commands.set_service(model, options)
  for name, value in pairs(options) do model.service[name] = value end
end

function commands.fail_browse(model, options)
  model.browses.failing[options.id] = { code = options.code, message = options.message }
end

function commands.remove_point(model, options, now)
  arguments.found(model.world:find_point(options.id, now), "restore point", options.id)
  model.world.gone[options.id] = true
end

function commands.fail_artifact(model, rule)
  rule.left = rule.times or math.maxinteger
  local failures = model.schedule.failures
  failures[#failures + 1] = rule
end

function commands.refuse_artifact(model, rule)
  model.refusals[rule.restorePoint or rule.item] = { code = rule.code, message = rule.message }
end

function commands.activate_foreign(model, options, now)
  local service = services[options.service]
  local started = json.array()
  for i = 1, options.count do
    started[i] = staging.start_foreign(model, service, now, options.lasting).id
  end
  return started
end

function commands.stage_session(model, options, now)
  return staging.session(model, options, now).id
end

function commands.restores(model, _, now)
  return staging.restores(model, now)
end

--- The most artifacts of a workload that were activated and unfinished at a time.
function commands.peak(model, options)
  return model.schedule.peaks[options.service] or 0
end

for name, command in pairs(entra.commands) do commands[name] = command end

return commands
