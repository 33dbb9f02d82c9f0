--- One answer to a credential's question: tried again where that helps, within
-- the time that the client gives.
-- @module m365restore.credential.fetch
local core = require "m365restore.core"
local clock = require "m365restore.clock"

local fetch = {}

-- how long a token may take where nobody says, in real seconds
local TIMEOUT = 60

-- pauses between tries, in seconds
local PAUSES = { 0.5, 2, 5 }

--- The clock that token ages and assertions are read from.
-- @tparam table request
-- @treturn clock
function fetch.clock(request)
  return request.clock or clock.real
end

--- Tells the client's log, if there is one.
function fetch.log(request, event)
  if request.log then
    request.log(event)
  end
end

--- Is the answer to a question that was understood something else, or half of
-- it? To ask for a token changes nothing: it is asked for again.
-- @tparam table answer
-- @treturn boolean
function fetch.is_garbled(answer)
  return answer.status == 200 and type(core.decode(answer.body)) ~= "table"
end

--- The pause before the next try; nil: the answer, or the error, stands.
local function pause_after(answer, err, attempt, rules)
  local pauses = rules.pauses or PAUSES
  local again = err and err.class == "retry"
    or answer and ((rules.passes or core.passes)(answer.status) or fetch.is_garbled(answer))
  if not again or not pauses[attempt] then
    return nil
  end
  return math.max(pauses[attempt], answer and answer.retry_after or 0)
end

--- Asks until there is an answer that stands. May yield.
-- @tparam table request what the client gave
-- @tparam function make returns the fields of the next try: each try is made
-- anew, so that an assertion is never sent twice
-- @tparam[opt] table rules `pauses` (list of seconds), `passes`
-- (status -> boolean)
-- @treturn ?table the answer; or nil, err
function fetch.answer(request, make, rules)
  rules = rules or {}
  local exchange = request.exchange or core.exchange
  local deadline = core.monotonic() + (request.timeout or TIMEOUT)
  for attempt = 1, math.maxinteger do
    local fields, problem = make()
    if not fields then
      return nil, problem
    end
    fields.timeout = math.max(math.min(fields.timeout or 30, deadline - core.monotonic()), 0.001)
    local answer, err = exchange(fields)
    local pause = pause_after(answer, err, attempt, rules)
    if not pause or core.monotonic() + pause >= deadline then
      return answer, err
    end
    fetch.log(request, {
      event = "token_retry", attempts = attempt, delay = pause, status = answer and answer.status,
      code = err and err.code,
    })
    core.sleep(pause)
  end
end

return fetch
