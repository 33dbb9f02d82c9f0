--- Ctrl-C, debug hooks and close() end every wait, promptly and cleanly.
local core = require "m365restore.core"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"
local tenant = require "spec.support.tenant"

local GET = { operation = "restoreSessions.get" }

describe("an interruption", function()
  local home, session

  setup(function()
    home = tenant.start()
    local client <close> = home:client()
    session = home:session(client, "sharePoint", 1)
    home.sim:set_state(session.id, "active")
  end)
  teardown(function() home:stop() end)
  after_each(function() home:reset() end)

  local function eventually(condition)
    local deadline = core.monotonic() + 20
    while not condition() do
      assert(core.monotonic() < deadline, "waited for too long")
      core.sleep(0.01)
    end
  end

  for where, exchanges in pairs {
    ["on the main thread"] = 2, ["inside a coroutine"] = 2, ["inside a wrapped coroutine"] = 2, ["inside gather"] = 6,
    ["inside a gather inside gather"] = 8, ["in the middle of a request"] = 1, ["in step"] = 2, ["in a sleep"] = 1,
  } do
    it("by SIGINT ends a wait " .. where, function()
      home.sim:fault { path = "/restoreSessions$", action = "stall", seconds = 30 }
      local child = scratch.start("spec/support/interrupted.lua", where, home.sim:invitation(), session.id)
      local pid = child:read "l"
      eventually(function() return home.sim:count() >= exchanges end)
      core.sleep(0.1) -- it waits now
      local before = core.monotonic()
      assert(system.run { "kill", "-INT", pid })
      local outcome = child:read "l"
      local clean, _, status = child:close()
      assert.is_true(core.monotonic() - before < 15)
      assert.truthy(outcome and outcome:find("^false .*interrupted!"), outcome)
      assert.same({ true, 0 }, { clean, status })
    end)
  end

  it("leaves the restore alone", function()
    assert.equal("active", home.sim:session(session.id).status)
    assert.equal(0, home.sim:count { method = "DELETE" })
  end)

  for name, arguments in pairs { count = { "", 1000 }, line = { "l" }, call = { "c" } } do
    it("by a debug hook of the kind " .. name .. " comes through while C waits", function()
      local client <close> = home:client()
      local known = assert(client:session(session.id))
      home.sim:fault { operation = GET.operation, action = "stall", seconds = 30 }
      local before, fired = core.monotonic(), 0
      debug.sethook(function()
        if core.monotonic() - before > 0.1 then
          fired = fired + 1
          if fired == 3 then
            debug.sethook()
            error("the host wants it back", 0)
          end
        end
      end, table.unpack(arguments))
      local ok, message = pcall(known.refresh, known)
      debug.sethook()
      assert.is_false(ok)
      assert.equal("the host wants it back", message)
      assert.is_true(core.monotonic() - before < 15)
      assert.equal("active", known.status)
      assert(known:refresh())
    end)
  end

  it("by a hook on the main thread reaches a wait in somebody's coroutine", function()
    local client <close> = home:client()
    local known = assert(client:session(session.id))
    home.sim:fault { operation = GET.operation, action = "stall", seconds = 30 }
    -- busted runs a spec in the main thread or in a coroutine: here it counts that the wait is in another one
    local before = core.monotonic()
    local waiting = coroutine.create(function() return known:refresh() end)
    debug.sethook(function()
      if core.monotonic() - before > 0.1 then
        debug.sethook()
        error("enough", 0)
      end
    end, "", 1000)
    -- made before the hook was set, the coroutine has none of its own
    local ok, message = coroutine.resume(waiting)
    debug.sethook()
    assert.is_false(ok)
    assert.equal("enough", message)
    assert.is_true(core.monotonic() - before < 15)
  end)

  it("by client:close() in a hook ends a request", function()
    local client = home:client()
    home.sim:fault { operation = GET.operation, action = "stall", seconds = 30 }
    local before = core.monotonic()
    debug.sethook(function()
      if core.monotonic() - before > 0.1 then
        debug.sethook()
        client:close()
      end
    end, "", 1000)
    local result, err = client:session(session.id)
    debug.sethook()
    assert.is_nil(result)
    assert.same({ "closed", "unknown" }, { err.code, err.sent })
    assert.is_true(core.monotonic() - before < 15)
  end)

  it("by client:close() in another task ends requests, queues and sleeps", function()
    local client = home:client { concurrency = 1 }
    home.sim:fault { operation = GET.operation, action = "stall", seconds = 30 }
    local before = core.monotonic()
    local results, failures = m365.gather({ "request", "queued", "sleep", "close" }, function(what)
      if what == "sleep" then return client:sleep(30) end
      if what ~= "close" then return client:session(session.id) end
      while home.sim:count(GET) == 0 do core.sleep(0.01) end
      client:close()
      return "closed"
    end)
    assert.same({ [3] = false, [4] = "closed" }, results)
    assert.same({ "closed", "closed" }, { failures[1].code, failures[2].code })
    assert.same({ "unknown", false }, { failures[1].sent, failures[2].sent })
    assert.is_true(core.monotonic() - before < 15)
  end)
end)
