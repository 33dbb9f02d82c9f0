--- No answer raises, whatever its shape: each method gives a value, or nil and an error.
local core = require "m365restore.core"
local m365 = require "m365restore"
local support = require "spec.contract.support"

local NAMES = {
  "id", "value", "status", "error", "code", "message", "details", "@odata.type", "@odata.nextLink", "responses",
  "headers", "body", "restoreSessionArtifactCount", "total", "completed", "createdBy", "application", "restorePoint",
  "searchResults", "siteRestoreArtifacts", "siteRestoreArtifacts@delta", "@Core.DataModificationException",
  "protectionUnit", "searchResponseId", "serviceStatus", "restorePoints", "innerError", "nextFetchToken", "displayName",
  "webUrl", "size", "folder", "file", "noResultProtectionUnitIds",
}

local WORDS = {
  "", "x", "draft", "failed", "completed", "created", "active", "200", "1", "#microsoft.graph.sharePointRestoreSession",
  "2024-12-03T07:47:57Z", "0001-01-01T00:00:00Z", "\\u0000", "\\ud83d", "unknownFutureValue",
}

--- A random JSON value.
local function value(depth)
  local pick = math.random(depth > 4 and 5 or 9)
  if pick == 1 then return "null" end
  if pick == 2 then return ({ "true", "false" })[math.random(2)] end
  if pick == 3 then return ({ "0", "-1", "1.5", "200", "1e300", "9007199254740993" })[math.random(6)] end
  if pick <= 5 then return '"' .. WORDS[math.random(#WORDS)] .. '"' end
  local parts = {}
  for i = 1, math.random(0, 4) do
    parts[i] = (pick > 6 and ('"%s":'):format(NAMES[math.random(#NAMES)]) or "") .. value(depth + 1)
  end
  return (pick > 6 and "{%s}" or "[%s]"):format(table.concat(parts, ","))
end

--- A random body, more often one that is nearly right.
local function body()
  local pick = math.random(8)
  if pick == 1 then return ({ "", "x", "<p>", "{", "\0", "null" })[math.random(6)] end
  if pick <= 3 then return value(0) end
  if pick == 4 then return ('{"value":%s}'):format(value(0)) end
  if pick == 5 then return ('{"id":"a","status":%s,"error":%s}'):format(value(3), value(2)) end
  if pick == 6 then
    return ('{"responses":[{"id":"1","status":%s,"body":%s},%s]}'):format(value(4), value(1), value(1))
  end
  return ('{"id":"a","value":[%s,%s]}'):format(value(1), value(1))
end

describe("no answer raises", function()
  local seed = os.time()
  local sim, client
  setup(function()
    math.randomseed(seed)
    sim, client = support.start({}, { retries = 0 })
  end)
  teardown(function()
    client:close()
    sim:stop()
  end)
  before_each(function() sim:clear_faults() end)

  --- What a user does with a list, and with what is in it.
  local function walk(list)
    if type(list) ~= "userdata" then return end
    for _ = 1, 4 do
      local item = list:next()
      if not item then return end
      for _ in pairs(item) do tostring(item) end
      local fault = item.error
      if type(fault) == "userdata" then tostring(fault.message, fault.remedy, fault.code) end
    end
  end

  local calls = {
    sessions = function() walk(client:sessions()) end,
    session = function() tostring((client:session "a")) end,
    units = function() walk(client:protection_units()) end,
    points = function() walk(client:restore_points { unit = "a" }) end,
    policies = function() walk(client:protection_policies()) end,
    create = function() tostring((client.sharePoint:create_session())) end,
    batch = function() client:batch { "/a", "/b" } end,
    status = function() tostring((client:status())) end,
    preflight = function() tostring(m365.preflight and m365.preflight(client, { timeout = "0.5s" })) end,
    wait = function(session) session:wait { timeout = "0.01s", interval = "0.001s", patience = 0 } end,
    refresh = function(session) session:refresh() end,
    artifacts = function(session) walk(session:artifacts()) end,
    add = function(session)
      session:add { { restorePoint = { id = "p" }, destinationType = "new" } }
    end,
    activate = function(session) session:activate() end,
    delete = function(session) session:delete() end,
    search = function()
      client:search_restore_points { protectionUnitIds = { "a" }, protectionTimePeriod = {
        startDateTime = "2024-01-01T00:00:00Z", endDateTime = "2024-01-02T00:00:00Z" } }
    end,
  }

  for name, call in pairs(calls) do
    it(("from %s: seed %d"):format(name, seed), function()
      for round = 1, 40 do
        sim:clear_faults()
        support.answer(sim, '{"id":"a","status":"draft","@odata.type":"#microsoft.graph.sharePointRestoreSession"}')
        local session = assert(client:session "a")
        local sent = body()
        support.answer(sim, sent, { times = 20, status = math.random(3) == 1 and 400 or 200 })
        local ok, problem = xpcall(call, debug.traceback, session)
        assert.is_true(ok, ("round %d: %s\n%s"):format(round, sent, tostring(problem)))
      end
    end)
  end

  it("from a decoder that is given anything", function()
    for _ = 1, 2000 do
      local text = body()
      assert.is_true((pcall(core.decode, text)), text)
    end
  end)
end)
