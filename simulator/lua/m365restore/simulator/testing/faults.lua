--- Faults that a test asked for: which exchange they hit, and what they make of its answer.
-- @module m365restore.simulator.testing.faults
local edits = require "m365restore.simulator.testing.edits"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local ledger = require "m365restore.simulator.testing.ledger"

local Faults = {}
Faults.__index = Faults

local faults = {}

--- Makes an empty list of faults.
-- @treturn Faults
function faults.new() return setmetatable({ rules = {} }, Faults) end

local function names_of(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- {====== What each action makes of an answer ======

local GARBAGE = "\0\1\2 this is not HTTP \255\254\r\n\r\n"

local CODES = { [429] = "TooManyRequests", [503] = "serviceNotAvailable", [504] = "gatewayTimeout" }

-- A refusal in the forms of services, gateways and proxies: its body and, where that is not JSON, its type.
local SHAPES = {
  graph = function(refusal, inner) return errors.envelope(refusal, inner) end,
  bare = function(refusal, inner)
    return json.encode { code = refusal.code, message = refusal.message, innerError = inner }
  end,
  odata = function(refusal)
    return json.encode {
      ["odata.error"] = { code = refusal.code, message = { lang = "en-US", value = refusal.message } },
    }
  end,
  language = function(refusal)
    return json.encode { error = { code = refusal.code, message = { lang = "en-US", value = refusal.message } } }
  end,
  oauth = function(refusal)
    return json.encode { error = refusal.code, error_description = refusal.message }
  end,
  list = function(refusal)
    return json.encode(json.array { { error = { code = refusal.code, message = refusal.message } } })
  end,
  html = function(refusal)
    return ("<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"):format(
      refusal.message, refusal.code), "text/html"
  end,
  text = function(refusal) return refusal.message, "text/plain" end,
  empty = function() return "" end,
}

--- The forms of a refusal that there are.
-- @treturn {string,...}
function faults.shapes()
  return names_of(SHAPES)
end

-- An answer in place of the service's own.
local function replace(rule, ctx, status, headers)
  local refusal = {
    code = rule.code or CODES[status] or "generalException", message = rule.message or "Simulated fault.",
  }
  local body, kind = SHAPES[rule.shape or "graph"](refusal, { ["request-id"] = ctx.request_id })
  local answer = {
    status = status, body = rule.body or body, headers = { ["Content-Type"] = kind or "application/json" },
  }
  for name, value in pairs(headers or {}) do answer.headers[name] = value end
  return answer, refusal.code
end

local ACTIONS = {
  drop = { processed = false, apply = function() return { action = "drop" } end },
  lose = { processed = true, apply = function() return { action = "drop" } end },
  reset = { processed = false, apply = function() return { action = "reset" } end },
  garbage = { processed = false, apply = function(rule) return { action = "raw", raw = rule.bytes or GARBAGE } end },
  status = {
    processed = false,
    apply = function(rule, ctx) return replace(rule, ctx, rule.status, rule.headers) end,
  },
  throttle = {
    processed = false,
    apply = function(rule, ctx) return replace(rule, ctx, 429, { ["Retry-After"] = rule.retry_after }) end,
  },
  edit = { processed = true, apply = function(rule, _, answer) return edits.apply(rule, answer) end },
  stall = {
    processed = true,
    apply = function(rule, _, answer)
      if rule.at == "connection" then return { action = "silence" } end
      if rule.before == "body" then
        answer.pause, answer.pause_at = rule.seconds, #answer.body // 2
      else
        answer.wait = (answer.wait or 0) + rule.seconds
      end
      return answer
    end,
  },
  truncate = {
    processed = true,
    apply = function(rule, _, answer)
      answer.cut_at = rule.bytes or #answer.body // 2
      return answer
    end,
  },
}

-- }======

--- The actions that there are.
-- @treturn {string,...}
function faults.actions()
  return names_of(ACTIONS)
end

--- Adds a fault. Its options have been checked by the caller.
-- @tparam table rule
function Faults:add(rule)
  local action = ACTIONS[rule.action]
  if rule.processed == nil then rule.processed = action.processed end
  rule.left, rule.skip = rule.times or 1, rule.after or 0
  self.rules[#self.rules + 1] = rule
end

--- Takes back every fault.
-- @treturn integer matches that were still to be hit
function Faults:clear()
  local left = 0
  for _, rule in ipairs(self.rules) do left = left + rule.left end
  self.rules = {}
  return left
end

-- Counts a match: does the rule hit it?
local function hits(rule)
  if rule.skip == 0 then
    rule.left = rule.left - 1
    return true
  end
  rule.skip = rule.skip - 1
end

--- The fault that hits an exchange; each match counts, for "after" and "times".
-- @tparam table entry of the ledger
-- @treturn ?table rule
function Faults:take(entry)
  for _, rule in ipairs(self.rules) do
    if rule.at ~= "connection" and rule.left > 0 and ledger.matches(entry, rule) and hits(rule) then return rule end
  end
end

--- The fault that hits a new connection.
-- @treturn ?table rule
function Faults:take_connection()
  for _, rule in ipairs(self.rules) do
    if rule.at == "connection" and rule.left > 0 and hits(rule) then return rule end
  end
end

--- What a fault makes of an answer.
-- @tparam table rule
-- @tparam ?table ctx the request; a connection has none
-- @tparam ?table answer of the service, when it processed the request
-- @treturn table answer
-- @treturn ?string error code
function faults.apply(rule, ctx, answer)
  return ACTIONS[rule.action].apply(rule, ctx, answer)
end

return faults
