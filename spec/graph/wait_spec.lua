--- The wait: how it ends, and what it sits out.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

local GET = { operation = "restoreSessions.get" }

describe("session:wait", function()
  local home, client, session
  tenant.around(function(...) home, client, session = ... end, { speed = 3600 })

  for state, code in pairs {
    completed = false, Completed = false, completedWithError = "restore_partial",
    completedWithErrors = "restore_partial", COMPLETEDWITHERROR = "restore_partial", failed = "restore_failed",
  } do
    it("ends at " .. state, function()
      home.sim:set_state(session.id, state)
      local result, err, same = session:wait()
      assert.is_true(rawequal(session, same))
      assert.equal(code or nil, err and err.code)
      assert.equal(not code, result ~= nil)
      assert.equal(1, home.sim:count(GET))
    end)
  end

  for _, state in ipairs { "unknownFutureValue", "paused", "activating", "active" } do
    it("goes on at " .. state .. ", and names it", function()
      home.sim:set_state(session.id, state)
      local result, err, same = session:wait { timeout = 1000, interval = 30 }
      assert.is_nil(result)
      assert.is_true(rawequal(session, same))
      assert.same({ "wait_timeout", state, "retry" }, { err.code, err.session_status, err.class })
      assert.truthy(err.message:find(state, 1, true))
      assert.is_true(home.sim:count(GET) >= 2)
    end)
  end

  it("says that a draft was never activated, and does not take a replica's for one at once", function()
    local started = home.sim:clock():now()
    local result, err = session:wait()
    assert.is_nil(result)
    assert.same({ "not_activated", "draft" }, { err.code, err.session_status })
    assert.is_true(home.sim:clock():now() - started >= 300)
  end)

  it("waits by the client's clock", function()
    home.sim:set_state(session.id, "active")
    local clock = home.sim:clock()
    local started, real = clock:now(), core.monotonic()
    session:wait { timeout = "10m" }
    assert.is_true(clock:now() - started >= 600)
    assert.is_true(core.monotonic() - real < 60)
  end)

  it("reads less often the longer it takes", function()
    home.sim:set_state(session.id, "active")
    session:wait { timeout = "1h" }
    local seen = home.sim:ledger(GET)
    -- 5 s at first and 60 s at last would be about 75; every 5 s would be 720
    assert.is_true(#seen > 3 and #seen < 150, "it read " .. #seen .. " times")
  end)

  it("with an interval reads at that", function()
    home.sim:set_state(session.id, "active")
    session:wait { timeout = 1000, interval = 200 }
    local n = home.sim:count(GET)
    assert.is_true(n >= 2 and n <= 7, "it read " .. n .. " times")
  end)

  it("with no time at all reads once", function()
    local result, err = session:wait { timeout = 0 }
    assert.is_nil(result)
    assert.equal("wait_timeout", err.code)
    assert.equal(1, home.sim:count(GET))
  end)

  it("sits out an outage", function()
    home.sim:set_state(session.id, "active")
    home.sim:fault { operation = GET.operation, action = "status", status = 503, after = 1, times = 8 }
    local errors = 0
    local result = session:wait {
      timeout = "12h", patience = "2h", interval = 60,
      on_progress = function(p)
        if p.error then
          errors = errors + 1
          assert.equal(503, p.error.status)
        elseif errors > 0 then
          home.sim:set_state(session.id, "completed")
        end
      end,
    }
    assert.is_true(rawequal(session, result))
    assert.is_true(errors >= 1)
  end)

  it("loses its patience with an outage that stays", function()
    home.sim:fault { operation = GET.operation, action = "status", status = 503, times = 1000 }
    local result, err = session:wait { timeout = "12h", patience = "10m", interval = 30 }
    assert.is_nil(result)
    assert.equal(503, err.status)
    assert.equal("draft", session.status) -- a failed read changes nothing
  end)

  it("returns at once what waiting does not mend", function()
    home.sim:fault { operation = GET.operation, action = "status", status = 403 }
    local result, err, same = session:wait()
    assert.is_nil(result)
    assert.equal(403, err.status)
    assert.is_true(rawequal(session, same))
    assert.equal(1, home.sim:count(GET))
  end)

  it("does not let one read outlive it", function()
    home.sim:set_state(session.id, "active")
    home.sim:fault { operation = GET.operation, action = "stall", seconds = 20, times = 10 }
    local real = core.monotonic()
    local result, err = session:wait { timeout = 3600, patience = "48h" } -- one second
    assert.is_nil(result)
    assert.equal("wait_timeout", err.code)
    assert.is_true(core.monotonic() - real < 10)
  end)

  it("reports each read", function()
    home.sim:set_state(session.id, "active")
    local seen = {}
    session:wait { timeout = 2000, interval = 200, on_progress = function(p) seen[#seen + 1] = p end }
    assert.equal(home.sim:count(GET), #seen)
    local first = seen[1]
    assert.is_true(rawequal(session, first.session))
    assert.same({ "active", 1, 0, 0, false }, { first.status, first.total, first.completed, first.failed, first.done })
    assert.is_true(seen[#seen].elapsed > first.elapsed)
  end)

  it("lets an error of on_progress through", function()
    home.sim:set_state(session.id, "active")
    assert.truthy(raised(session.wait, session, { on_progress = function() error "stop here" end }):find "stop here")
  end)

  it("never cancels the restore", function()
    home.sim:set_state(session.id, "active")
    session:wait { timeout = 10 }
    assert.equal(0, home.sim:count { method = "POST" } + home.sim:count { method = "DELETE" })
  end)

  it("is ended by client:close() in another task, also between two reads", function()
    home.sim:set_state(session.id, "active")
    local real = core.monotonic()
    local _, failures = m365.gather({ "wait", "close" }, function(what)
      if what == "wait" then
        return session:wait { interval = "48h" } -- 48 seconds
      end
      while home.sim:count(GET) == 0 do core.sleep(0.01) end
      core.sleep(0.05)
      client:close()
    end)
    assert.equal("closed", failures[1].code)
    assert.is_true(core.monotonic() - real < 10)
  end)

  it("is ended by client:close() in a debug hook", function()
    home.sim:set_state(session.id, "active")
    local real, hooked = core.monotonic(), 0
    debug.sethook(function()
      hooked = hooked + 1
      if core.monotonic() - real > 0.2 then
        debug.sethook()
        client:close()
      end
    end, "", 100)
    local result, err = session:wait { interval = "48h" }
    debug.sethook()
    assert.is_nil(result)
    assert.equal("closed", err.code)
    assert.is_true(hooked > 0)
    assert.is_true(core.monotonic() - real < 10)
  end)

  it("refuses options that it does not know, and durations that are none", function()
    assert.truthy(raised(session.wait, session, { timout = 5 }):find("unknown option 'timout'; did you mean 'timeout'?",
      1, true))
    for _, value in ipairs { -1, 0 / 0, math.huge, "soon", "5", "", {}, true } do
      assert.truthy(raised(session.wait, session, { timeout = value }):find("wait.timeout: a duration was expected", 1,
        true))
    end
    assert.truthy(raised(session.wait, session, { on_progress = 5 }):find("wait.on_progress", 1, true))
    assert.truthy(raised(session.wait, session, "12h"):find("table of options", 1, true))
    assert.equal(0, home.sim:count(GET))
  end)
end)
