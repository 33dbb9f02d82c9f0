--- `<collection>@delta` of a PATCH: what it may hold, and how a member that failed is told inside the 200.
-- @module m365restore.simulator.wire.delta
local check = require "m365restore.simulator.wire.check"
local json = require "m365restore.simulator.wire.json"

local delta = {}

local REMOVAL = check.object {
  ["@removed"] = check.object { reason = check.one_of("changed", "deleted") }, id = check.text,
}

--- The shape of a delta.
-- @tparam function shape of a member that is added
-- @treturn function
function delta.shape(shape)
  return check.list(function(member, path)
    local removal = json.type(member) == "object" and member["@removed"] ~= nil
    return (removal and REMOVAL or shape)(member, path)
  end)
end

--- Parts a delta.
-- @tparam table members
-- @treturn table those that are added
-- @treturn table those that are removed
function delta.split(members)
  local added, removed = {}, {}
  for _, member in ipairs(members) do
    local list = member["@removed"] and removed or added
    list[#list + 1] = member
  end
  return added, removed
end

--- The row of a member that failed.
-- @tparam table ctx the request
-- @tparam ?string id
-- @tparam string operation "add" or "remove"
-- @tparam string code
-- @tparam string message
-- @treturn table
function delta.row_error(ctx, id, operation, code, message)
  return {
    ["@contentId"] = ctx.model.ids:next("request"), id = id,
    ["@Core.DataModificationException"] = {
      info = { code = code, message = message }, failedOperation = operation, responseCode = 409,
    },
  }
end

return delta
