--- The ledger: every exchange, in the order of arrival.
-- @module m365restore.simulator.testing.ledger
local json = require "m365restore.simulator.wire.json"

local Ledger = {}
Ledger.__index = Ledger

local ledger = {}

--- Makes an empty ledger.
-- @treturn Ledger
function ledger.new() return setmetatable({ entries = {} }, Ledger) end

local function body_of(ctx)
  if ctx.raw_body == "" then return nil end
  return json.decode(ctx.raw_body) or ctx.raw_body
end

--- Writes a request down.
-- @tparam table ctx the request
-- @tparam table request as the host hands it over
-- @treturn table the entry, which the answer completes
function Ledger:add(ctx, request)
  local entry = {
    n = #self.entries + 1, time = ctx.now, method = ctx.method, path = ctx.path, query = ctx.raw_query,
    url = ctx.target, headers = ctx.headers, body = body_of(ctx), connection = request.connection, processed = false,
    client_request_id = ctx.client_request_id, batch = request.batch,
  }
  self.entries[entry.n] = entry
  return entry
end

--- Whether an exchange is meant by some criteria.
-- @tparam table entry
-- @tparam table criteria `method`, `path` (a Lua pattern), `query` (as it was sent), `operation`
-- @treturn boolean
function ledger.matches(entry, criteria)
  return (not criteria.method or criteria.method:upper() == entry.method)
    and (not criteria.operation or criteria.operation == entry.operation)
    and (not criteria.path or entry.path:find(criteria.path) ~= nil)
    and (not criteria.query or (entry.query or "") == criteria.query)
end

--- The exchanges that match.
-- @tparam table criteria
-- @treturn table list
function Ledger:find(criteria)
  local found = json.array()
  for _, entry in ipairs(self.entries) do
    if ledger.matches(entry, criteria) then found[#found + 1] = entry end
  end
  return found
end

return ledger
