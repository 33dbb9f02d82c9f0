--- One request on its way through the model, and what its answer needs to know about it.
-- @module m365restore.simulator.wire.context
local dates = require "m365restore.simulator.wire.dates"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"

local Context = {}
Context.__index = Context

local context = {}

-- Members of evolvable enums that only callers who say so are shown, some of them in beta alone; the others see
-- unknownFutureValue.
local EVOLVED = {
  restoreSessionStatus = { failed = true },
  restoreJobType = { granular = true },
  protectionUnitStatus = { offboardRequested = true, offboarded = true, cancelOffboardRequested = true },
  protectionPolicyStatus = { offboardRequested = "beta", offboarded = "beta" },
  protectionRuleStatus = { updateRequested = true, deleteRequested = true },
  disableReason = { controllerServiceAppDeleted = "beta" },
}

local function read_prefer(header)
  local prefer = {}
  for preference in (header or ""):gmatch("[^,;]+") do
    local name, value = preference:match("^%s*([^=%s]+)%s*=?%s*(.-)%s*$")
    if name then prefer[name:lower()] = value:gsub('^"(.*)"$', "%1") end
  end
  return prefer
end

--- Makes the context of a request.
-- @tparam table model
-- @tparam table request as the host hands it over
-- @tparam number now simulated epoch seconds
-- @treturn Context
function context.new(model, request, now)
  local path, segments, query, raw_query = odata.split(request.target)
  local headers = request.headers
  return setmetatable({
    model = model, now = now, method = request.method, path = path, segments = segments, query = query,
    raw_query = raw_query, headers = headers, raw_body = request.body, truncated = request.truncated,
    prefer = read_prefer(headers.prefer), params = {},
    origin = ("%s://%s"):format(model.options.scheme, headers.host or "127.0.0.1"),
    request_id = model.ids:next("request"), client_request_id = headers["client-request-id"],
  }, Context)
end

--- Makes a context for the simulator's own questions: sees everything.
-- @tparam table model
-- @tparam number now
-- @treturn Context
function context.internal(model, now)
  return setmetatable({
    model = model, now = now, query = {}, version = "beta", origin = "",
    prefer = { ["include-unknown-enum-members"] = "" }, token = { delegated = true },
  }, Context)
end

--- An @odata.context.
-- @tparam string what follows solutions/backupRestore/
-- @treturn string
function Context:context(what)
  return ("%s/%s/$metadata#solutions/backupRestore/%s"):format(self.origin, self.version, what)
end

--- A time as this dialect writes it.
-- @tparam number epoch
-- @treturn string
function Context:time(epoch)
  return dates.iso(epoch, self.model.dialect.times)
end

--- A time that may not be set.
-- @tparam ?number epoch
-- @tparam boolean granular whether a granular artifact holds it
-- @return string, json.null, or nil to leave it out
function Context:maybe_time(epoch, granular)
  if epoch then return self:time(epoch) end
  local style = self.model.dialect.unset_times
  if style == "0001-01-01" or style == "documented" and granular then return "0001-01-01T00:00:00Z" end
  if style == "null" then return json.null end
end

--- A publicError, or an array with it where the dialect says so.
-- @tparam ?table problem
-- @return the error, or json.null
function Context:problem(problem)
  if not problem then return json.null end
  return self.model.dialect.error_shape == "array" and json.array { problem } or problem
end

--- Whether this version of Graph has what was announced for policies in September 2026.
-- @treturn boolean
function Context:has_policy_scope()
  return self.version == "beta" or self.model.dialect.policy_scope == "both"
end

--- A number of bytes.
-- @tparam integer bytes
-- @return a decimal string, as documented, or a number
function Context:size(bytes)
  return self.model.dialect.sizes == "string" and tostring(bytes) or bytes
end

--- A member of an evolvable enum, as this caller may see it.
-- @tparam string enum
-- @tparam string member
-- @treturn string
function Context:evolve(enum, member)
  local evolved = EVOLVED[enum][member]
  local hidden = evolved and not self.prefer["include-unknown-enum-members"]
  if hidden or evolved == "beta" and self.version ~= "beta" then return "unknownFutureValue" end
  return member
end

--- A state of an evolvable enum, as this caller may see it and as the dialect spells it.
-- @tparam string enum
-- @tparam string word
-- @treturn string
function Context:status(enum, word) return self:state(self:evolve(enum, word)) end

--- A state, with a capital where the dialect says so.
-- @tparam string word
-- @treturn string
function Context:state(word)
  if not self.model.dialect.capital_status then return word end
  return (word:gsub("^%l", string.upper))
end

local function decode(self)
  local kind = (self.headers["content-type"] or ""):lower():match("^%s*([^;%s]*)")
  errors.need(kind == "application/json", "UnsupportedMediaType", "The body must be sent as application/json.")
  local body, problem = json.decode(self.raw_body)
  if problem then errors.raise("BadRequest", "Unable to read JSON request payload: " .. problem .. ".") end
  return body
end

--- The JSON body of the request.
-- @tparam function shape see the module check
-- @tparam string code of the refusal when the body does not have the shape
-- @treturn table the decoded body; an empty body counts as {}
function Context:body(shape, code)
  errors.need(not self.truncated, "RequestEntityTooLarge", "The request body is too large.")
  local body = self.raw_body:find("%S") and decode(self) or json.decode("{}")
  local problem = shape(body, "body")
  if problem then errors.raise(code, problem) end
  return body
end

--- The address of an entity, for Content-Location.
-- @tparam string path under solutions/backupRestore
-- @treturn string
function Context:location(path)
  return ("%s/%s/solutions/backupRestore/%s"):format(self.origin, self.version, path)
end

--- Refuses a body, an empty object too.
-- @tparam ?boolean perhaps whether an empty object is fine
function Context:no_body(perhaps)
  local text = self.raw_body:match "^%s*(.-)%s*$"
  errors.need(text == "" or (perhaps and text == "{}"), "BadRequest", "This request must not have a body.")
end

return context
