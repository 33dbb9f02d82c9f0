--- A clock that is set while something waits: waits, deadlines and tokens go by the monotonic clock.
local core = require "m365restore.core"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"
local support = require "spec.support.restore"
local tenant = require "spec.support.tenant"

local GET = { operation = "restoreSessions.get" }
local ROOT = "/solutions/backupRestore"
local HOUR, DAY = 3600, 86400

describe("a clock that is set", function()
  for name, jump in pairs {
    ["two hours back"] = -2 * HOUR, ["two hours ahead"] = 2 * HOUR, ["ten days ahead"] = 10 * DAY,
  } do
    it(name .. " neither ends nor lengthens a wait", function()
      local home = tenant.start { sites = 1, speed = 3600 }
      finally(function() home:stop() end)
      local clock = home.sim:clock()
      local client <close> = home:client { clock = clock }
      local session = home:session(client, "sharePoint", 1)
      home.sim:set_state(session.id, "active")
      home:reset()
      local reads, started = 0, clock:monotonic()
      local _, err = session:wait {
        timeout = HOUR, interval = 300, on_progress = function(p)
          reads = reads + 1
          if reads == 2 then clock:set(jump) end
          assert.is_true(p.elapsed >= 0 and p.elapsed < DAY)
        end,
      }
      assert.equal("wait_timeout", err.code)
      assert.is_true(clock:monotonic() - started >= HOUR)
      assert.is_true(home.sim:count(GET) >= 3)
    end)

    it(name .. " does not end the patience of a wait", function()
      local home = tenant.start { sites = 1, speed = 3600 }
      finally(function() home:stop() end)
      local clock = home.sim:clock()
      local client <close> = home:client { clock = clock, retries = 0 }
      local session = home:session(client, "sharePoint", 1)
      home.sim:fault { operation = GET.operation, action = "status", status = 502, times = 4 }
      home.sim:set_state(session.id, "completed")
      assert(session:wait {
        timeout = "1d", interval = 60, patience = "12h", on_progress = function() clock:set(jump) end,
      })
    end)

    it(name .. " neither renews a token early nor keeps one too long", function()
      local sim <close> = simulator.start { sites = 1, speed = 1 }
      sim:identity { lifetime = 3600 }
      local clock = sim:clock()
      local client <close> = m365.client {
        base_url = sim.url, clock = clock, backoff = 0.001,
        credential = m365.credential.client_secret {
          tenant = sim.tenant, client_id = sim.client_id, client_secret = sim.client_secret, authority = sim.url,
        },
      }
      assert(client:request("GET", ROOT))
      clock:set(jump)
      assert(client:request("GET", ROOT))
      assert.equal(1, sim:count { operation = "token" })
      sim:advance(3700)
      assert(client:request("GET", ROOT))
      assert.equal(2, sim:count { operation = "token" })
      for _, sent in ipairs(sim:ledger { operation = "root.get" }) do
        assert.equal(200, sent.status)
      end
    end)

    it(name .. " does not end a run", function()
      local place = support.start({ sites = 2 }, {})
      finally(function() place:stop() end)
      local clock = place.sim:clock()
      place.client:close()
      place.client = place.tenant:client { clock = clock }
      local plan = place:plan()
      local longest = 0
      local run = assert(place:apply(plan, {
        timeout = "20d", patience = "20d", on_progress = function(event)
          clock:set(2 * jump)
          longest = math.max(longest, event.elapsed)
          assert.is_true(event.elapsed >= 0)
        end,
      }))
      assert.is_true(run.ok, tostring(run.error))
      assert.is_true(longest < 20 * DAY)
      place:assert_exactly_once(plan)
    end)
  end

  it("is this machine's: a wait without a clock of its own goes on as if nothing was", function()
    local home = tenant.start { sites = 1 }
    local read, offset = core.now, 0
    finally(function()
      core.now = read
      home:stop()
    end)
    core.now = function() return read() + offset end -- luacheck: ignore 122
    local client <close> = m365.client { base_url = home.sim.url, credential = home.sim:credential { lifetime = 1e8 } }
    local session = home:session(client, "sharePoint", 1)
    home.sim:set_state(session.id, "active")
    for _, jump in ipairs { -2 * HOUR, 2 * HOUR } do
      home:reset()
      offset = 0
      local started = core.monotonic()
      local _, err = session:wait { timeout = 0.2, interval = 0.02, on_progress = function() offset = jump end }
      assert.equal("wait_timeout", err.code)
      assert.is_true(core.monotonic() - started >= 0.2)
      assert.is_true(home.sim:count(GET) >= 2)
    end
  end)

  it("does not end a person's sign-in", function()
    local sim <close> = simulator.start { sites = 1, speed = 600 }
    local clock, code = sim:clock(), nil
    local credential = m365.credential.device_code {
      tenant = sim.tenant, client_id = sim.client_id, authority = sim.url, prompt = function(flow)
        code = flow.user_code
        clock:set(2 * HOUR)
      end,
    }
    sim:fault {
      operation = "token", action = "status", status = 400, body = '{"error":"authorization_pending"}',
      headers = { ["Content-Type"] = "application/json" },
    }
    local ticking = setmetatable({
      delay = function(_, seconds)
        sim:sign_in(code)
        return clock:delay(seconds)
      end,
    }, { __index = clock })
    assert.is_string((credential { clock = ticking }))
  end)

  it("must tell monotonic seconds where it has them", function()
    local sim <close> = simulator.start { sites = 1 }
    for _, monotonic in ipairs { 5, "x", function() end, function() error "x" end } do
      local ok, problem = pcall(m365.client, {
        base_url = sim.url, credential = "token",
        clock = { now = core.now, delay = function(_, s) return s end, monotonic = monotonic },
      })
      assert.is_false(ok)
      assert.truthy(problem:find("client.clock: clock:monotonic() must return seconds", 1, true))
    end
  end)
end)
