--- The service as a whole: takes requests, gives answers, and knows nothing of sockets.
-- The host loads this module into a Lua state of its own and asks `handle` for every request.
-- @module m365restore.simulator.model
local activity = require "m365restore.simulator.api.activity"
local apps = require "m365restore.simulator.api.apps"
local browse = require "m365restore.simulator.api.restore.browse"
local clock = require "m365restore.simulator.world.clock"
local commands = require "m365restore.simulator.testing.commands"
local context = require "m365restore.simulator.wire.context"
local dates = require "m365restore.simulator.wire.dates"
local errors = require "m365restore.simulator.wire.errors"
local exclusions = require "m365restore.simulator.api.protection.exclusions"
local faults = require "m365restore.simulator.testing.faults"
local identity = require "m365restore.simulator.identity.tokens"
local ids = require "m365restore.simulator.world.ids"
local json = require "m365restore.simulator.wire.json"
local ledger = require "m365restore.simulator.testing.ledger"
local odata = require "m365restore.simulator.wire.odata"
local policies = require "m365restore.simulator.api.protection.policies"
local routes = require "m365restore.simulator.api.routes"
local schedule = require "m365restore.simulator.world.schedule"
local service = require "m365restore.simulator.api.service"
local sessions = require "m365restore.simulator.api.restore.sessions"
local tree = require "m365restore.simulator.world.tree"
local world = require "m365restore.simulator.world.tenant"

local Model = {}
Model.__index = Model

local model = {}

local JSON = "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8"
local TEXT = "text/plain"

-- {====== Answering ======

local function headers_of(ctx, more)
  local headers = { ["request-id"] = ctx.request_id, Date = dates.http(ctx.now) }
  headers["client-request-id"] = ctx.client_request_id or ctx.request_id
  for name, value in pairs(more or {}) do headers[name] = value end
  return headers
end

local function answer(ctx, status, body, more)
  local headers = headers_of(ctx, more)
  if body then headers["Content-Type"] = headers["Content-Type"] or JSON end
  return { status = status, headers = headers, body = body or "" }
end

local function refusal_answer(ctx, refusal)
  local inner = {
    date = os.date("!%Y-%m-%dT%H:%M:%S", math.floor(ctx.now)), ["request-id"] = ctx.request_id,
    ["client-request-id"] = ctx.client_request_id or ctx.request_id,
  }
  local status = refusal.status or errors.statuses[refusal.code]
  return answer(ctx, status, errors.envelope(refusal, inner, ctx.model.dialect), refusal.headers), refusal.code
end

-- A handler raises refusals; anything else that it raises is a fault of the simulator, and is shown as one.
local function as_refusal(problem)
  if errors.is_refusal(problem) then return problem end
  return { code = "generalException", message = "The simulator failed: " .. debug.traceback(tostring(problem), 2) }
end

local function perform(ctx, row)
  if row.permissions then
    ctx.token = ctx.model.identity:bearer(ctx)
    identity.permit(ctx.token, row.permissions)
    errors.need(not row.delegated or ctx.token.delegated, "Forbidden",
      "This operation is not available to application permissions.")
  end
  errors.need(ctx.method ~= "GET" or ctx.raw_body == "", "BadRequest", "A GET request must not have a body.")
  if row.options then odata.check_options(ctx, row.options) end
  if ctx.method == "DELETE" then ctx:no_body() end
  return row.handler(ctx, row.argument)
end

local function process(ctx, row, refusal)
  if not row then return refusal_answer(ctx, refusal) end
  local ok, status, body, headers = xpcall(perform, as_refusal, ctx, row)
  if not ok then return refusal_answer(ctx, status) end
  if type(body) == "string" then return answer(ctx, status, body, { ["Content-Type"] = TEXT }) end
  return answer(ctx, status, body and json.encode(body), headers)
end

local function open(self, request)
  local ctx = context.new(self, request, self.clock:at(request.monotonic))
  ctx.target = request.target
  local entry = self.ledger:add(ctx, request)
  ctx.entry, ctx.monotonic = entry, request.monotonic
  local row, params, version = routes.find(ctx.method, ctx.segments, self.dialect)
  if not row then return ctx, entry, nil, params end
  entry.operation = row.operation
  ctx.row, ctx.params, ctx.version = row, params, version
  ctx.base_path = "/" .. table.concat(ctx.segments, "/", 2)
  return ctx, entry, row
end

--- Answers one request.
-- @tparam table request from the host: `method`, `target`, `headers`, `body`, `connection`, `truncated`, `monotonic`; a
-- member of a batch has the number of that one's exchange as `batch`
-- @treturn table answer for the host: `status`, `headers`, `body`, and perhaps `action`, `wait`, `raw`, `pause_at`,
-- `pause`, `cut_at`
function Model:handle(request)
  local ctx, entry, row, refusal = open(self, request)
  local fault = self.faults:take(entry)
  local made, code
  if not fault or fault.processed then
    entry.processed = row ~= nil
    made, code = process(ctx, row, refusal)
  end
  if fault then
    entry.fault = fault.action
    local other
    made, other = faults.apply(fault, ctx, made)
    code = other or code
  end
  entry.status, entry.error_code = made.status, code
  made.wait = (made.wait or 0) + self.options.latency
  return made
end

-- }======

--- What becomes of a new connection, before anything is read from it.
-- @treturn table answer for the host: `action` and perhaps `raw`; without an action it is served
function Model:connect()
  local fault = self.faults:take_connection()
  return fault and faults.apply(fault) or {}
end

--- Runs a command of the program that started the simulator.
-- @tparam string name of `commands`
-- @tparam string arguments JSON
-- @tparam number monotonic
-- @treturn string JSON; raises what went wrong
function Model:call(name, arguments, monotonic)
  local command = commands[name] or error("there is no command '" .. name .. "'", 0)
  local result = command(self, json.plain(json.decode(arguments)), self.clock:at(monotonic))
  return json.encode(result == nil and true or result)
end

--- Makes the model.
-- @tparam string options_json complete options, see the module m365restore.simulator
-- @treturn table `handle`, `call` and `connect` for the host
function model.new(options_json)
  local options = json.plain(json.decode(options_json))
  local made = ids.new(options.seed)
  local self = setmetatable({
    options = options, dialect = options.dialect, ids = made,
    clock = clock.new(options.now, options.origin, options.speed),
    world = world.new(options, made), sessions = sessions.new(), browses = browse.new(), searches = {},
    schedule = schedule.new(options.limits, made), service = service.new(options.now),
    identity = identity.new(made, options.speed), ledger = ledger.new(), faults = faults.new(), refusals = {},
    tree = tree.new(options.tree, made), policies = policies.new(made, options.now), activity = activity.new(),
  }, Model)
  self.apps = apps.new(made, self.identity, options.now)
  self.exclusions = exclusions.new(options, self)
  return {
    handle = function(request) return self:handle(request) end,
    connect = function() return self:connect() end,
    call = function(name, arguments, monotonic) return self:call(name, arguments, monotonic) end,
  }
end

return model
