--- Calls any row of the contract table through its method, with resources that were read from a simulator's scripted
-- answers; for the specs that go through the whole table.
local support = require "spec.contract.support"

local Caller = {}
Caller.__index = Caller

local readers
local function reader_of(name)
  if not readers then
    readers = {}
    for _, row in ipairs(support.rows()) do
      if row.method == "GET" and row.result == "item" then readers[row.type] = readers[row.type] or row end
    end
  end
  return readers[name] or name:find "RestoreSession$" and readers.restoreSessionBase
end

--- The places of a path, in order.
local function places(path)
  local list = {}
  for place in path:gmatch "{(.-)}" do list[#list + 1] = place end
  return list
end

local SERVICES = { sharePoint = true, oneDriveForBusiness = true, exchange = true }

local function is_root(name) return name == "client" or SERVICES[name] ~= nil end

--- The client, a service, or a resource whose path has these ids.
function Caller:receiver(client, name, ids)
  if name == "client" then return client end
  if SERVICES[name] then return client[name] end
  local body = { id = ids[#ids] or "only", ["@odata.type"] = "#microsoft.graph." .. name }
  return assert(self:call(client, reader_of(name), ids, nil, body))
end

--- Calls a row; lists give their pager.
-- @tparam client client
-- @tparam table row
-- @tparam table ids for the places of `row.full`
-- @param body what the method takes beside them, or nil
-- @tparam table|string answer of the service
-- @tparam ?table rule of the fault that gives it, such as `status`
function Caller:call(client, row, ids, body, answer, rule)
  local arguments, left = {}, { table.unpack(ids) }
  if row.path:find "{item}" or row.path:find "{id}" and is_root(row.on) then
    arguments[1] = table.remove(left)
  end
  local on = self:receiver(client, row.on, left)
  arguments[#arguments + 1] = body
  support.answer(self.sim, answer, rule)
  return on[row.verb](on, table.unpack(arguments))
end

local caller = {}

--- Makes a caller.
function caller.new(sim) return setmetatable({ sim = sim }, Caller) end

--- How many ids the path of a row has.
function caller.count(row) return #places(row.full) end

--- The path of a row with its ids, without the query.
function caller.fill(row, ids)
  local n = 0
  return (row.full:gsub("%?.*", ""):gsub("{.-}", function()
    n = n + 1
    return ids[n]
  end))
end

local function segments(path)
  local list = {}
  for segment in path:gmatch "[^/]+" do list[#list + 1] = segment end
  return list
end

--- The ids in a path that is a row's; nil: it is another's. Letters are compared in any case, casts with and without
-- "microsoft.".
function caller.match(row, path)
  local wanted = segments((row.full:gsub("%?.*", "")))
  local given = segments((path:gsub("microsoft%.graph%.", "graph.")))
  local ids = {}
  if #wanted ~= #given then return nil end
  for i, segment in ipairs(wanted) do
    local before, behind = segment:match "^(.-){.-}(.*)$"
    local n = #given[i]
    if before and given[i]:sub(1, #before) == before and given[i]:sub(n - #behind + 1) == behind then
      ids[#ids + 1] = given[i]:sub(#before + 1, n - #behind)
    elseif before then
      return nil
    elseif segment:lower() ~= given[i]:lower() then
      return nil
    end
  end
  return ids
end

return caller
