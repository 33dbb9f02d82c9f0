--- What the contract table says of an operation: where it is, and which permissions allow it.
-- @module m365restore.graph.contract
local core = require "m365restore.core"
local uri = require "m365restore.text.uri"

local contract = {}

local rows, granted -- read when they are first needed: by "type.method", and by permission

local function read()
  rows, granted = {}, {}
  for _, row in ipairs(core.actions()) do
    rows[row.on .. "." .. row.verb], granted[row.permission] = row, true
  end
end

local function row_of(on, verb)
  if not rows then
    read()
  end
  return rows[on .. "." .. verb]
end

--- The path of an operation. Never yields.
-- @tparam string on the type that has the method
-- @tparam string verb the method
-- @tparam[opt] string id of the one thing that is meant
-- @treturn string
function contract.path(on, verb, id)
  return core.ROOT .. row_of(on, verb).path:gsub("{id}", { ["{id}"] = id and uri.escape(id) })
end

--- The least permission for an operation. Never yields.
-- @tparam string on
-- @tparam string verb
-- @treturn ?string nil: there is no such operation
function contract.permission(on, verb)
  local row = row_of(on, verb)
  return row and row.permission
end

--- The next permission that covers one to read: to write, or to read more. Never yields.
-- @tparam string name
-- @treturn ?string
function contract.wider(name)
  local wider = name:gsub("%.Read%.All$", ".ReadWrite.All"):gsub("%.ReadBasic%.All$", ".Read.All")
  return wider ~= name and wider or nil
end

--- The permissions any one of which is enough for an operation, the least first. Never yields.
-- @tparam string on
-- @tparam string verb
-- @treturn table list
function contract.permissions(on, verb)
  local least = contract.permission(on, verb)
  local wider = contract.wider(least)
  return { least, granted[wider] and wider or nil }
end

return contract
