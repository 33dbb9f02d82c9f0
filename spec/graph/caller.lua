--- Calls any row of the contract table through its method, with resources that were read from a simulator's scripted
-- answers; for the specs that go through the whole table.
local support = require "spec.graph.support"

local DATE = "2026-01-01T00:00:00Z"

--- What methods take beside the id that their path asks for; by type and verb, or by verb.
local BODIES = {
  ["client.enable"] = { appOwnerTenantId = "t" },
  ["emailNotificationsSetting.update"] = { isEnabled = true },
  ["serviceApp.activate"] = { effectiveDateTime = DATE },
  ["client.restore_points"] = { unit = "u" },
  ["client.search_restore_points"] = { protectionUnitIds = { "u" }, protectionTimePeriod = { startDateTime = DATE } },
  ["sharePointRestoreSession.update"] = { ["siteRestoreArtifacts@delta"] = {} },
  ["oneDriveForBusinessRestoreSession.update"] = { ["driveRestoreArtifacts@delta"] = {} },
  ["exchangeRestoreSession.update"] = { ["mailboxRestoreArtifacts@delta"] = {} },
  ["sharePointRestoreSession.create_bulk_request"] = { siteIds = { "s" } },
  ["oneDriveForBusinessRestoreSession.create_bulk_request"] = { directoryObjectIds = { "d" } },
  ["exchangeRestoreSession.create_bulk_request"] = { directoryObjectIds = { "d" } },
  ["siteProtectionUnit.update"] = { billingPolicyId = "b" },
  ["siteProtectionRule.update"] = { siteExpression = "e" },
  ["sharePointProtectionPolicy.create_exclusion_bulk_job"] = { displayName = "n", siteWebUrls = { "u" } },
  ["driveProtectionUnit.update"] = { billingPolicyId = "b" },
  ["driveProtectionRule.update"] = { driveExpression = "e" },
  ["oneDriveForBusinessProtectionPolicy.create_exclusion_bulk_job"] = { displayName = "n", drives = { "u" } },
  ["mailboxProtectionUnit.update"] = { billingPolicyId = "b" },
  ["mailboxProtectionRule.update"] = { mailboxExpression = "e" },
  ["exchangeProtectionPolicy.create_exclusion_bulk_job"] = { displayName = "n", mailboxes = { "u" } },
  ["sharePointProtectionPolicy.create_inclusion_rule"] = { siteExpression = "e" },
  ["oneDriveForBusinessProtectionPolicy.create_inclusion_rule"] = { driveExpression = "e" },
  ["exchangeProtectionPolicy.create_inclusion_rule"] = { mailboxExpression = "e" },
  create_browse_session = { restorePointId = "p" },
  create_protection_policy = { displayName = "n" },
  create_bulk_job = { displayName = "n" },
  update = {},
  browse = {},
}

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

--- What the method of a row takes beside the ids; nil: nothing.
function caller.body_of(row)
  return BODIES[row.on .. "." .. row.verb] or row.body ~= "none" and BODIES[row.verb] or nil
end

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
