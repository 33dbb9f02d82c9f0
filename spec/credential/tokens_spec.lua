local core = require "m365restore.core"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local ROOT = "/solutions/backupRestore"
local HOUR = 3600

describe("tokens of a long run", function()
  local sim

  before_each(function() sim = simulator.start { sites = 4, speed = 1 } end)
  after_each(function() sim:stop() end)

  -- time passes when somebody waits, and only then
  local function driven_clock()
    return {
      now = sim:clock().now,
      delay = function(_, seconds)
        sim:advance(seconds)
        return 0
      end,
    }
  end

  local function client(more)
    local all = {
      base_url = sim.url, clock = driven_clock(), backoff = 0.001,
      credential = m365.credential.client_secret {
        tenant = sim.tenant, client_id = sim.client_id, client_secret = sim.client_secret, authority = sim.url,
      },
    }
    for name, value in pairs(more or {}) do all[name] = value end
    return m365.client(all)
  end

  local function renewals() return sim:count { operation = "token" } end

  it("last for ten hours of 60 seconds each, without a failed call", function()
    sim:identity { lifetime = 60 }
    local c <close> = client()
    local start, calls = sim:clock():now(), 0
    while sim:clock():now() - start < 10 * HOUR do
      assert(c:request("GET", ROOT))
      calls = calls + 1
      sim:advance(10)
    end
    assert.is_true(calls >= 3500)
    -- a token is renewed by the first call after 48 of its 60 seconds: each 50, or less where the machine is slow
    local expected = calls / 5
    assert.is_true(math.abs(renewals() - expected) <= expected * 0.05 + 1, renewals() .. " renewals")
    for _, sent in ipairs(sim:ledger { operation = "root.get" }) do
      assert.equal(200, sent.status)
    end
  end)

  it("are shared by everything that waits, and renewed one at a time", function()
    sim:identity { lifetime = 60 }
    sim:fault { operation = "token", action = "stall", seconds = 0.05, before = "headers", times = 1000 }
    local c <close> = client { concurrency = 8 }
    for round = 1, 5 do
      local _, failures = m365.gather({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, function()
        return c:request("GET", ROOT)
      end)
      assert.same({}, failures)
      assert.equal(round, renewals())
      sim:advance(61)
    end
  end)

  it("watch a restore to its end", function()
    sim:identity { lifetime = 60 }
    local c <close> = client()
    local session = assert(c.sharePoint:create_session {
      siteRestoreArtifacts = { { restorePoint = { id = sim:points(sim:units("site")[1].id)[1].id },
        destinationType = "inPlace" } },
    })
    assert(session:activate())
    assert(session:wait())
    assert.equal("completed", session.status)
    assert.is_true(renewals() > 1)
  end)

  it("are replaced where a claims challenge revokes them in the middle", function()
    local claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
    local c <close> = client()
    for round = 1, 4 do
      local _, failures = m365.gather({ 1, 2, 3, 4, 5, 6 }, function(n)
        if n == 3 then sim:revoke_tokens((claims:gsub("1604106651", tostring(round)))) end
        return c:request("GET", ROOT)
      end)
      assert.same({}, failures)
    end
    local sent = sim:ledger { operation = "token" }
    assert.matches("claims=%7B%22access_token%22%3A%7B%22nbf%22", sent[#sent].body, 1, true)
  end)

  it("are replaced where the challenge comes with a 403, among others", function()
    local c <close> = client()
    sim:fault {
      operation = "root.get", action = "status", status = 403,
      headers = { ["WWW-Authenticate"] = 'Basic realm="a=b", Bearer realm="", authorization_uri="https://x/y?a=b", '
        .. 'error="insufficient_claims", claims="eyJhIjp7ImIiOjF9fQ=="' },
    }
    assert(c:request("GET", ROOT))
    local sent = sim:ledger { operation = "token" }
    assert.equal(2, #sent)
    assert.matches("claims=%7B%22a%22%3A%7B%22b%22%3A1%7D%7D", sent[2].body, 1, true)
  end)

  it("are replaced where the challenge is in the last of several headers", function()
    local claims = 'error="insufficient_claims", claims="eyJhIjp7ImIiOjF9fQ=="'
    for _, status in ipairs { 401, 403 } do
      for _, headers in ipairs {
        { 'Basic realm="x"', 'Negotiate', 'Bearer realm="", ' .. claims },
        { "Bearer " .. claims, 'PoP realm=""' },
        { 'Bearer realm="first", error="invalid_token"', 'Bearer realm="second", ' .. claims },
        { 'Bearer error="insufficient_claims", claims="%%%"', "Bearer " .. claims },
      } do
        local c <close> = client()
        assert(c:request("GET", ROOT))
        sim:forget()
        sim:fault {
          operation = "root.get", action = "status", status = status, headers = { ["WWW-Authenticate"] = headers },
        }
        assert(c:request("GET", ROOT))
        local sent = sim:ledger { operation = "token" }
        assert.equal(1, #sent)
        assert.matches("claims=%7B%22a%22%3A%7B%22b%22%3A1%7D%7D", sent[1].body, 1, true)
      end
    end
  end)

  it("are fetched anew where one is on its way that was asked for before the refusal", function()
    sim:identity { lifetime = 1000, refresh_in = 100 }
    local c <close> = client()
    assert(c:request("GET", ROOT))
    sim:advance(200)
    sim:fault { operation = "token", action = "stall", seconds = 20, before = "headers" }
    assert(c:request("GET", ROOT)) -- starts an early renewal, which lasts
    repeat core.sleep(0.01) until renewals() == 2
    sim:revoke_tokens '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    assert(c:request("GET", ROOT, { timeout = 10 }))
    assert.equal(3, renewals())
    sim:advance(200)
    sim:fault { operation = "token", action = "stall", seconds = 0.2, before = "headers" }
    assert(c:request("GET", ROOT))
    sim:revoke_tokens()
    assert(c:request("GET", ROOT))
    assert.equal(5, renewals())
  end)

  it("do not answer a 403 that is no challenge", function()
    local c <close> = client()
    sim:fault { operation = "root.get", action = "status", status = 403 }
    local _, err = c:request("GET", ROOT)
    assert.equal(403, err.status)
    assert.equal(1, renewals())
  end)

  it("serve on where an early renewal fails", function()
    sim:identity { lifetime = 1000, refresh_in = 100 }
    local events = {}
    local c <close> = client { log = function(event) events[#events + 1] = event.event end }
    assert(c:request("GET", ROOT))
    sim:advance(200)
    sim:fault { operation = "token", action = "status", status = 400, body = '{"error":"invalid_client"}' }
    for _ = 1, 5 do
      assert(c:request("GET", ROOT))
      core.sleep(0.01)
    end
    assert.matches("token_failed", table.concat(events, " "), 1, true)
    assert.equal(2, renewals())
    sim:advance(60)
    for _ = 1, 5 do
      assert(c:request("GET", ROOT))
      core.sleep(0.01)
    end
    assert.equal(3, renewals())
  end)

  it("do not wait for an early renewal", function()
    sim:identity { lifetime = 1000, refresh_in = 100 }
    local c <close> = client()
    assert(c:request("GET", ROOT))
    sim:advance(200)
    sim:fault { operation = "token", action = "stall", seconds = 30, before = "headers" }
    assert(c:request("GET", ROOT, { timeout = 5 }))
  end)

  it("are not waited for when the client of a sign-in is closed", function()
    local prompted, answer = core.event(), nil
    local c = client {
      credential = m365.credential.token_function(function(request)
        local sign_in = m365.credential.device_code {
          tenant = sim.tenant, client_id = sim.client_id, authority = sim.url,
          prompt = function() prompted:set() end,
        }
        answer = { sign_in(request) }
        return table.unpack(answer)
      end),
    }
    local _, failures = m365.gather({ "ask", "close" }, function(what)
      if what == "ask" then return c:request("GET", ROOT) end
      prompted:wait()
      c:close()
    end)
    assert.equal("closed", failures[1].code)
    for _ = 1, 100 do
      if answer then break end
      core.sleep(0.01)
    end
    assert.is_nil(answer[1])
    assert.equal("closed", answer[2].code)
    assert.is_true(renewals() <= 1)
  end)

  it("are not fetched for a client that was closed", function()
    sim:fault { operation = "token", action = "stall", seconds = 0.1, before = "headers" }
    local events = {}
    local c = client { log = function(event) events[#events + 1] = event.event end }
    local _, failures = m365.gather({ "ask", "close" }, function(what)
      if what == "ask" then return c:request("GET", ROOT) end
      core.sleep(0.02)
      c:close()
    end)
    assert.equal("closed", failures[1].code)
    core.sleep(0.2)
    assert.is_nil(table.concat(events, " "):find("token_renewed", 1, true))
    assert.is_nil(core.payload(c))
  end)
end)
