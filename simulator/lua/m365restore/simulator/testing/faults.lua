--- Faults that a test asked for: which exchange they hit, and what they make of its answer.
-- @module m365restore.simulator.testing.faults
local errors = require "m365restore.simulator.wire.errors"
local ledger = require "m365restore.simulator.testing.ledger"

local Faults = {}
Faults.__index = Faults

local faults = {}

--- Makes an empty list of faults.
-- @treturn Faults
function faults.new() return setmetatable({ rules = {} }, Faults) end

-- {====== What each action makes of an answer ======

local GARBAGE = "\0\1\2 this is not HTTP \255\254\r\n\r\n"

local CODES = { [429] = "TooManyRequests", [503] = "serviceNotAvailable", [504] = "gatewayTimeout" }

-- An answer in place of the service's own.
local function replace(rule, ctx, status, headers)
  local refusal = { code = CODES[status] or "generalException", message = "Simulated fault." }
  local body = rule.body or errors.envelope(refusal, { ["request-id"] = ctx.request_id })
  local answer = { status = status, body = body, headers = { ["Content-Type"] = "application/json" } }
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
  stall = {
    processed = true,
    apply = function(rule, _, answer)
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

--- Adds a fault. Its options have been checked by the caller.
-- @tparam table rule
function Faults:add(rule)
  local action = ACTIONS[rule.action]
  if rule.processed == nil then rule.processed = action.processed end
  rule.left, rule.skip = rule.times or 1, rule.after or 0
  self.rules[#self.rules + 1] = rule
end

--- The fault that hits an exchange; each match counts, for "after" and "times".
-- @tparam table entry of the ledger
-- @treturn ?table rule
function Faults:take(entry)
  for _, rule in ipairs(self.rules) do
    if rule.left > 0 and ledger.matches(entry, rule) then
      if rule.skip > 0 then
        rule.skip = rule.skip - 1
      else
        rule.left = rule.left - 1
        return rule
      end
    end
  end
end

--- What a fault makes of an answer.
-- @tparam table rule
-- @tparam table ctx the request
-- @tparam ?table answer of the service, when it processed the request
-- @treturn table answer
-- @treturn ?string error code
function faults.apply(rule, ctx, answer)
  return ACTIONS[rule.action].apply(rule, ctx, answer)
end

return faults
