--- No answer raises, of any shape: each method gives a value, or nil and an error.
local core = require "m365restore.core"
local m365 = require "m365restore"
local support = require "spec.graph.support"

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

-- a wait that ends after a look or two
local BRIEF = { timeout = "0.01s", interval = "0.001s", patience = 0 }

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
    wait = function(session) session:wait(BRIEF) end,
    refresh = function(session) session:refresh() end,
    artifacts = function(session) walk(session:artifacts()) end,
    bulk = function(session)
      local request = session:create_bulk_request { siteWebUrls = { "https://contoso.sharepoint.com/a" } }
      if core.type(request) then request:wait(BRIEF) end
    end,
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

  --- A thing that is waited for, and what is sent for it from then on.
  local function waits_for(type_name, fetch)
    for round = 1, 80 do
      sim:clear_faults()
      support.answer(sim, ('{"id":"a","@odata.type":"#microsoft.graph.%s"}'):format(type_name))
      local thing, sent = assert(fetch()), body()
      support.answer(sim, sent, { times = 20, status = math.random(5) == 1 and 400 or 200 })
      local ok, problem, err = xpcall(thing.wait, debug.traceback, thing, BRIEF)
      assert.is_true(ok, ("round %d: %s\n%s"):format(round, sent, tostring(problem)))
      assert.is_true(problem ~= nil or type(err) == "table", sent)
      tostring(err)
    end
  end

  it("from what is waited for", function()
    waits_for("sharePointBrowseSession", function() return client.sharePoint:browse_session "a" end)
    waits_for("siteRestoreArtifactsBulkAdditionRequest", function()
      support.answer(sim, '{"id":"b","@odata.type":"#microsoft.graph.sharePointRestoreSession"}')
      return assert(client.sharePoint:session "b"):bulk_request "a"
    end)
  end)

  it("from a snapshot that is walked", function()
    for round = 1, 80 do
      sim:clear_faults()
      support.answer(sim, '{"id":"a","status":"created","@odata.type":"#microsoft.graph.sharePointBrowseSession"}')
      local session = assert(client.sharePoint:browse_session "a")
      local sent = round % 2 == 0 and body() or ('{"value":[{"itemKey":"k","type":%s,"name":%s,"webUrl":%s}]}'):format(
        value(3), value(3), value(3))
      support.answer(sim, sent)
      support.answer(sim, body(), { times = 20 })
      local ok, problem = xpcall(session.find, debug.traceback, session, "/**")
      assert.is_true(ok, ("round %d: %s\n%s"):format(round, sent, tostring(problem)))
    end
  end)

  it("from the endpoint of a credential", function()
    local credential = m365.credential
    local shared = { tenant = "contoso.com", client_id = "app", client_secret = "not a secret" }
    local words = { '"access_token"', '"expires_in"', '"interval"', '"device_code"', '"user_code"', '"refresh_token"',
      '"error"', '"error_codes"', '"error_description"', '"expires_on"', '"message"', '"verification_uri"' }
    local function answer()
      if math.random(4) == 1 then return body() end
      local parts = {}
      for i = 1, 5 do parts[i] = words[math.random(#words)] .. ":" .. value(3) end
      if math.random(3) > 1 then parts[6] = '"access_token":"abc","device_code":"abcdef","user_code":"A1"' end
      return "{" .. table.concat(parts, ",") .. "}"
    end
    local app = { tenant = "contoso.com", client_id = "app", prompt = function(shown)
      for _, part in pairs(shown) do assert.is_true(type(part) == "string" or type(part) == "number") end
    end }
    local kinds = {
      credential.client_secret(shared), credential.managed_identity { variables = {} }, credential.device_code(app),
    }
    for round = 1, 300 do
      local sent, left, ticks = nil, 4, 0
      local request = {
        timeout = 0.01,
        clock = {
          now = function() return 1e9 end,
          monotonic = function() return ticks end,
          delay = function(_, seconds) ticks = ticks + seconds return 0 end,
        },
        exchange = function(fields)
          for _, text in pairs(fields.form or {}) do assert.is_string(text) end
          left = left - 1
          sent = left > 0 and answer() or '{"error":"access_denied"}'
          return { status = left > 0 and math.random(3) > 1 and 200 or 400, body = sent, headers = {} }
        end,
      }
      local ok, token, life, ahead = xpcall(kinds[round % #kinds + 1], debug.traceback, request)
      assert.is_true(ok, ("round %d: %s\n%s"):format(round, sent, tostring(token)))
      if token then
        assert.is_true((life == nil or math.type(life) ~= nil) and (ahead == nil or math.type(ahead) ~= nil), sent)
      else
        assert.is_table(life, sent)
        tostring(life)
      end
    end
  end)

  it("from a decoder that is given anything", function()
    for _ = 1, 2000 do
      local text = body()
      assert.is_true((pcall(core.decode, text)), text)
    end
  end)
end)
