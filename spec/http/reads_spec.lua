--- What is read may be asked for again.
local core = require "m365restore.core"
local m365 = require "m365restore"
local tenant = require "spec.support.tenant"

local GET = { operation = "restoreSessions.get" }

describe("a read", function()
  local home, client, session

  setup(function()
    home = tenant.start()
    local maker <close> = home:client()
    session = home:session(maker, "sharePoint", 1).id
  end)
  teardown(function() home:stop() end)

  before_each(function() client = home:client() end)
  after_each(function()
    client:close()
    home:reset()
  end)

  local function fault(options)
    local all = { operation = GET.operation, times = 2 }
    for name, value in pairs(options) do all[name] = value end
    home.sim:forget()
    home.sim:fault(all)
  end

  local function ids()
    local seen = {}
    for i, entry in ipairs(home.sim:ledger(GET)) do
      seen[i] = entry.client_request_id
    end
    return seen
  end

  local function survives(options, opts)
    fault(options)
    local found = assert(client:session(session, opts))
    assert.equal(session, found.id)
    local seen = ids()
    assert.equal(3, #seen)
    assert.truthy(seen[1]:match "^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$")
    assert.same({ seen[1], seen[1], seen[1] }, seen)
  end

  for _, action in ipairs { "drop", "lose", "reset", "truncate", "garbage" } do
    it("is repeated after '" .. action .. "', under the same client-request-id", function()
      survives { action = action }
    end)
  end

  for _, status in ipairs { 408, 429, 500, 502, 503, 504 } do
    it("is repeated after a " .. status, function()
      survives { action = "status", status = status }
    end)
  end

  it("is repeated after silence", function()
    survives({ action = "stall", seconds = 5 }, { first_byte_timeout = 0.15 })
  end)

  it("is repeated after an answer that stops", function()
    survives({ action = "stall", before = "body", seconds = 5 }, { stall_timeout = 0.15 })
  end)

  for _, status in ipairs { 400, 403, 404, 409, 410, 423, 501 } do
    it("is not repeated after a " .. status, function()
      fault { action = "status", status = status }
      local result, err = client:session(session)
      assert.is_nil(result)
      assert.equal(status, err.status)
      assert.equal(1, #ids())
    end)
  end

  it("gives up after its retries, with the last answer", function()
    fault { action = "status", status = 502, times = 10 }
    local result, err = client:session(session, { retries = 2 })
    assert.is_nil(result)
    assert.same({ 502, 3, "retry", true }, { err.status, err.attempts, err.class, err.sent })
    assert.equal(3, #ids())
  end)

  it("with retries = 0 is never repeated", function()
    for _, options in ipairs {
      { action = "drop" }, { action = "status", status = 503, headers = { ["Retry-After"] = "0" } },
      { action = "throttle", retry_after = 0 },
    } do
      home.sim:clear_faults()
      fault(options)
      assert.is_nil((client:session(session, { retries = 0 })))
      assert.equal(1, #ids())
    end
  end)

  it("takes a connection of its own when it is repeated", function()
    assert(client:session(session))
    fault { action = "status", status = 500, times = 1 }
    assert(client:session(session))
    local seen = home.sim:ledger(GET)
    assert.is_false(seen[1].connection == seen[2].connection)
  end)

  it("comes with a new client-request-id for every call", function()
    home.sim:forget()
    assert(client:session(session))
    assert(client:session(session))
    local seen = ids()
    assert.is_false(seen[1] == seen[2])
  end)

  describe("of what we have just made", function()
    local young

    before_each(function() young = home:session(client, "sharePoint", 2) end)

    it("is repeated after a 404, which may be a replica's", function()
      fault { action = "status", status = 404 }
      assert(young:refresh())
      assert.equal(3, #ids())
    end)

    it("is repeated by its id too, and in its lists", function()
      fault { action = "status", status = 404 }
      assert(client:session(young.id))
      home.sim:fault { path = "siteRestoreArtifacts$", action = "status", status = 404, times = 2 }
      assert.truthy(young:artifacts():next())
    end)

    it("is not repeated by a client that did not make it", function()
      fault { action = "status", status = 404 }
      local stranger <close> = home:client()
      assert.is_nil((stranger:session(young.id)))
      assert.equal(1, #ids())
    end)

    it("counts only as made when it was created, not when it was changed", function()
      local stranger <close> = home:client()
      local known = assert(stranger:session(young.id))
      assert(known:add(home:artifacts("sharePoint", 9)))
      fault { action = "status", status = 404 }
      assert.is_nil((known:refresh()))
      assert.equal(1, #ids())
    end)
  end)

  describe("that is throttled", function()
    -- Retry-After in its forms, as a floor in real seconds; the simulator's dates pass 3600 times as fast
    local function pause_of(retry_after, headers)
      local all = { ["Retry-After"] = retry_after }
      for name, value in pairs(headers or {}) do all[name] = value end
      fault { action = "status", status = 429, headers = all, times = 1 }
      local before = core.monotonic()
      assert(client:session(session))
      assert.equal(2, #ids())
      return core.monotonic() - before
    end

    it("waits for a whole number of seconds", function()
      assert.is_true(pause_of "1" >= 1)
    end)

    it("waits for a decimal", function()
      assert.is_true(pause_of "0.4" >= 0.4)
    end)

    it("waits for a date, counted from the service's own", function()
      local pause = pause_of("Mon, 02 Nov 2026 00:00:01 GMT", { Date = "Mon, 02 Nov 2026 00:00:00 GMT" })
      assert.is_true(pause >= 1 and pause < 30)
    end)

    it("waits for the longest that a list or several headers say", function()
      assert.is_true(pause_of "0,0.4" >= 0.4)
      assert.is_true(pause_of { "0.4", "0" } >= 0.4)
      assert.is_true(pause_of({ "soon", "0.1" }, { ["x-ms-retry-after-ms"] = "400" }) >= 0.4)
    end)

    it("waits for a moment in seconds of the epoch, counted from the service's own", function()
      local pause = pause_of("1793577601", { Date = "Mon, 02 Nov 2026 00:00:00 GMT" })
      assert.is_true(pause >= 1 and pause < 30)
      -- one that is over is no pause at all
      assert.is_true(pause_of("1793577599", { Date = "Mon, 02 Nov 2026 00:00:00 GMT" }) < 30)
    end)

    it("holds its client back for an hour at most, and tells what was asked for", function()
      local pauses = {}
      local patient <close> = home:client {
        log = function(event)
          if event.event == "throttle" then pauses[#pauses + 1] = event.delay end
        end,
      }
      fault { action = "status", status = 429, headers = { ["Retry-After"] = { "5", "86400" } } }
      local _, err = patient:session(session)
      assert.same({ 429, 86400 }, { err.status, err.retry_after })
      assert.same({ 3600 }, pauses)
      _, err = patient:session(session)
      assert.equal("throttled", err.code)
      assert.is_true(err.retry_after > 86300 and err.retry_after <= 86400)
    end)

    it("returns at once where the wait would outlive the call, and says how long", function()
      fault { action = "throttle", retry_after = 900 }
      local before = core.monotonic()
      local result, err = client:session(session)
      assert.is_nil(result)
      assert.same({ 429, 900, "retry", 1 }, { err.status, err.retry_after, err.class, err.attempts })
      -- the fence stands: the next call does not even leave
      result, err = client:session(session)
      assert.is_nil(result)
      assert.equal("throttled", err.code)
      assert.is_true(err.retry_after > 800 and err.retry_after <= 900)
      assert.is_false(err.sent)
      assert.equal(1, #ids())
      assert.is_true(core.monotonic() - before < 30)
    end)

    it("holds back what else its client sends, and nobody else's", function()
      local other <close> = home:client()
      fault { action = "throttle", retry_after = 0.6, times = 1 }
      local started = core.monotonic()
      local passed = {}
      local _, failures = m365.gather({ client, client, other }, function(c, i)
        if i > 1 then -- the first one meets the fence
          while home.sim:count(GET) == 0 do core.sleep(0.01) end
          core.sleep(0.05)
        end
        assert(c:sessions():next())
        passed[i] = core.monotonic() - started
        return assert(c:session(session))
      end)
      assert.same({}, failures)
      assert.is_true(passed[2] >= 0.6, "it went through the fence")
      assert.is_true(passed[3] < passed[2])
    end)

    it("raises the fence even where it is not repeated itself", function()
      fault { action = "throttle", retry_after = 0.5, times = 1 }
      local started = core.monotonic()
      assert.is_nil((client:session(session, { retries = 0 })))
      assert(client:session(session))
      assert.is_true(core.monotonic() - started >= 0.5)
    end)
  end)

  it("by POST is a read where the caller says so", function()
    home.sim:fault { path = "/restorePoints/search$", action = "drop", times = 2 }
    home.sim:forget()
    local _, err = client:request("POST", "/solutions/backupRestore/restorePoints/search",
      { body = {}, effect = "read" })
    assert.equal(400, err.status)
    assert.equal(3, home.sim:count { method = "POST" })
    home.sim:fault { path = "/restorePoints/search$", action = "drop", times = 2 }
    home.sim:forget()
    _, err = client:request("POST", "/solutions/backupRestore/restorePoints/search", { body = {} })
    assert.equal("ambiguous", err.code)
    assert.equal(1, home.sim:count { method = "POST" })
  end)
end)
