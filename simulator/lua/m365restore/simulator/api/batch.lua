--- $batch: up to twenty requests in one, each answered, throttled and written down alone.
-- @module m365restore.simulator.api.batch
local base64 = require "m365restore.simulator.wire.base64"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local json = require "m365restore.simulator.wire.json"

local batch = {}

local LARGEST = figures.most.requests_in_batch

-- {====== What is asked ======

local function headers_shape(value, path)
  if json.type(value) ~= "object" then return path .. ": an object expected." end
  for name, text in pairs(value) do
    if type(text) ~= "string" then return ("%s.%s: a string expected."):format(path, name) end
  end
end

local function anything() end

local SHAPE = check.object {
  requests = check.list(check.object({
    id = check.text, url = check.text, method = check.one_of("GET", "POST", "PATCH", "PUT", "DELETE"),
  }, { headers = headers_shape, body = anything, dependsOn = check.list(check.text) })),
}

local function refuse(message) errors.raise("BadRequest", message) end

local function by_id(members)
  local found = {}
  for _, member in ipairs(members) do
    local id = member.id:lower()
    if found[id] then refuse(("The id '%s' is in the batch twice."):format(member.id)) end
    found[id] = member
  end
  return found
end

-- The members in an order in which each stands behind those that it waits for.
local function in_order(members)
  local found, ordered, state = by_id(members), {}, {}
  local function visit(member)
    if state[member] == "open" then refuse(("The dependsOn of '%s' leads back to it."):format(member.id)) end
    if state[member] then return end
    state[member] = "open"
    for _, id in ipairs(member.dependsOn or {}) do
      visit(found[id:lower()] or refuse(("dependsOn: there is no request '%s'."):format(id)))
    end
    state[member] = "done"
    ordered[#ordered + 1] = member
  end
  for _, member in ipairs(members) do visit(member) end
  return ordered
end

-- }======

-- {====== One member ======

local function request_of(ctx, member)
  local headers = { authorization = ctx.headers.authorization, host = ctx.headers.host }
  for name, value in pairs(member.headers or {}) do headers[name:lower()] = value end
  headers["client-request-id"] = headers["client-request-id"] or ctx.client_request_id
  return {
    method = member.method, target = ("/%s/%s"):format(ctx.version, (member.url:gsub("^/", ""))), headers = headers,
    body = member.body ~= nil and json.encode(member.body) or "", batch = ctx.entry.n,
    connection = ctx.entry.connection, monotonic = ctx.monotonic,
  }
end

local function failed(status, code, message)
  return {
    status = status, headers = { ["Content-Type"] = "application/json" },
    body = { error = { code = code, message = message, innerError = {} } },
  }
end

-- A fault that would end the connection ends the member: the gateway that took the batch lives on.
local function answer_of(made)
  if made.action or made.cut_at or made.pause then
    return failed(504, "gatewayTimeout", "The request of the batch was not answered.")
  end
  local body, kind = made.body ~= "" and made.body or nil, made.headers["Content-Type"] or ""
  if body and kind:find("json", 1, true) then
    body = json.decode(body) or base64.encode(body)
  elseif body then
    body = base64.encode(body)
  end
  return { status = made.status, headers = made.headers, body = body }
end

local function perform(ctx, member, answers)
  for _, id in ipairs(member.dependsOn or {}) do
    if answers[id:lower()].status >= 400 then
      return failed(424, "FailedDependency", ("The request '%s' failed, which this one depends on."):format(id))
    end
  end
  if member.url:lower():find("$batch", 1, true) then
    return failed(400, "BadRequest", "A batch cannot be in a batch.")
  end
  return answer_of(ctx.model:handle(request_of(ctx, member)))
end

-- }======

--- POST /$batch
function batch.send(ctx)
  ctx.token = ctx.model.identity:bearer(ctx)
  local members = ctx:body(SHAPE, "BadRequest").requests
  if #members == 0 or #members > LARGEST then refuse(("A batch has 1 to %d requests."):format(LARGEST)) end
  local answers, responses = {}, json.array()
  for _, member in ipairs(in_order(members)) do
    local answer = perform(ctx, member, answers)
    answer.id = member.id
    answers[member.id:lower()] = answer
    local place = ctx.model.dialect.batch_order == "reversed" and 1 or #responses + 1
    table.insert(responses, place, answer)
  end
  return 200, { responses = responses }
end

return batch
