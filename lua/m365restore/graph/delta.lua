--- Answers to an update: a 200 that holds a delta, some of whose members may
-- have been refused. Microsoft's page: "Update sharePointRestoreSession",
-- https://learn.microsoft.com/graph/api/sharepointrestoresession-update
-- @module m365restore.graph.delta
local core = require "m365restore.core"
local rules = require "m365restore.graph.rules"
local tables = require "m365restore.tables"

local delta = {}

local FAULT = "@Core.DataModificationException"

--- The members that were refused, as details of an error.
local function refusals(members)
  local found = {}
  for _, item in ipairs(rules.object(members)) do
    local fault = rules.object(item)[FAULT]
    if fault then
      fault = rules.object(fault)
      local info = rules.object(fault.info)
      found[#found + 1] = {
        id = item.id,
        contentId = item["@contentId"],
        code = info.code,
        message = info.message,
        status = fault.responseCode,
        failedOperation = fault.failedOperation,
      }
    end
  end
  return found
end

--- The error of an answer.
-- @tparam string what the operation
-- @tparam ?table members of the delta
-- @treturn ?error `items_refused`, one of its details for each; nil: none was
-- refused
function delta.refusal(what, members)
  local details = refusals(members)
  if #details == 0 then
    return nil
  end
  local first = details[1]
  return core.failure {
    code = "items_refused",
    message = string.format("%d of the items; the first: %s %s: %s", #details,
      tostring(first.failedOperation), tostring(first.id), tostring(first.message or first.code)),
    operation = what,
    status = 200,
    sent = true,
    attempts = 1,
    details = details,
    service_code = first.code,
  }
end

--- The members that are there now.
-- @tparam ?table members of the delta
-- @treturn table list
function delta.standing(members)
  return tables.filter(rules.object(members), function(item)
    return rules.is_object(item) and not item["@removed"] and not item[FAULT]
  end)
end

return delta
