local m365 = require "m365restore"
local raised = require "spec.support.raised"
local simulator = require "m365restore.simulator"

local ROOT = "/solutions/backupRestore"

describe("a log function", function()
  local sim, events

  before_each(function()
    sim = simulator.start { sites = 2, speed = 1 }
    events = {}
  end)
  after_each(function() sim:stop() end)

  local function client(options)
    local all = {
      base_url = sim.url, credential = sim:credential(), clock = sim:clock(), backoff = 0.001,
      log = function(event) events[#events + 1] = event end,
    }
    for name, value in pairs(options or {}) do all[name] = value end
    return m365.client(all)
  end

  local function names()
    local list = {}
    for i, event in ipairs(events) do list[i] = event.event end
    return table.concat(list, " ")
  end

  it("hears of tokens and requests", function()
    local c <close> = client()
    assert(c:request("GET", ROOT))
    assert.equal("token_renewed request", names())
    assert.same({ 3599, 3299 }, { events[1].expires_in, events[1].refresh_in })
    local request = events[2]
    assert.same({ "client.request", "GET", "/v1.0" .. ROOT, 200, 1, "answered" }, {
      request.operation, request.method, request.path, request.status, request.attempts, request.reason,
    })
    assert.equal(sim:ledger()[1].client_request_id, request.client_request_id)
    assert.matches("event=request operation=client.request method=GET host=127.0.0.1", tostring(request), 1, true)
  end)

  it("hears of repetition with its reason and delay, and of throttling", function()
    local c <close> = client()
    sim:fault { action = "status", status = 500 }
    sim:fault { action = "throttle", retry_after = "0.05" }
    assert(c:request("GET", ROOT))
    assert.equal("token_renewed retry throttle retry request", names())
    assert.equal("troubled", events[2].reason)
    assert.is_true(events[3].delay >= 0.05)
    assert.same({ "throttled", 429, 2 }, { events[4].reason, events[4].status, events[4].attempts })
    assert.equal(3, events[5].attempts)
  end)

  it("hears of refused tokens, and of those that do not come", function()
    local lost = false
    local good = sim:credential()
    local c <close> = client {
      credential = function(request)
        if lost then return nil, m365.failure { code = "aadsts", aadsts = 7000222, message = "x", secret = "y" } end
        return good(request)
      end,
    }
    assert(c:request("GET", ROOT))
    sim:revoke_tokens()
    assert(c:request("GET", ROOT))
    sim:revoke_tokens()
    lost = true
    local _, err = c:request("GET", ROOT)
    assert.same({ "token_failed", 7000222 }, { err.code, err.aadsts })
    assert.equal("token_renewed request token_refused token_renewed request token_refused token_failed request",
      names())
    assert.same({ "aadsts", 7000222 }, { events[7].code, events[7].aadsts })
    assert.is_nil(events[7].secret)
  end)

  it("never breaks a call, whatever it does", function()
    local c <close> = client { log = function() error "no" end }
    assert(c:request("GET", ROOT))
    local d <close> = client { log = function() coroutine.yield() end }
    assert(d:request("GET", ROOT))
    local calls, e = 0, nil
    e = client {
      log = function()
        calls = calls + 1
        if calls < 4 then e:request("GET", ROOT) end
      end,
    }
    assert(e:request("GET", ROOT))
    e:close()
    assert.is_true(calls >= 4)
  end)

  it("sees no query", function()
    local c <close> = client()
    c:request("GET", ROOT .. "/restoreSessions", { query = { ["$filter"] = "status eq 'hush'" } })
    for _, event in ipairs(events) do
      assert.is_nil(tostring(event):find("hush", 1, true))
    end
  end)

  it("cannot be driven by what a server writes", function()
    sim:fault { action = "status", status = 400, headers = { ["request-id"] = "a\27[2Jb" } }
    local c <close> = client()
    c:request("GET", ROOT)
    assert.equal("a?[2Jb", events[2].request_id)
  end)

  it("hears how much it did not hear", function()
    local c = client { concurrency = 400 }
    sim:fault { operation = "root.get", action = "stall", seconds = 5, before = "headers", times = 1000 }
    local list = {}
    for i = 1, 400 do list[i] = i end
    m365.gather(list, function(i)
      if i == #list then
        c:close()
      else
        c:request("GET", ROOT)
      end
    end)
    local requests, lost = 0, 0
    for _, event in ipairs(events) do
      requests = requests + (event.event == "request" and 1 or 0)
      lost = lost + (event.lost or 0)
    end
    assert.equal(399, requests + lost)
    assert.is_true(lost > 0)
  end)

  it("must be a function", function()
    assert.matches("client.log: a function was expected, got string", raised(client, { log = "x" }), 1, true)
  end)

  it("keeps no client alive", function()
    local gone = false
    do
      local c
      c = client { log = function() return c end }
      assert(c:request("GET", ROOT))
      setmetatable({ c }, { __gc = function() gone = true end })
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(gone)
  end)
end)
