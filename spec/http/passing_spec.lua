--- Which trouble passes and is waited through, and which is told at once.
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local tenant = require "spec.support.tenant"

local GET = { operation = "restoreSessions.get" }
local ROOT = "/solutions/backupRestore"

-- TLS alerts, fatal, as the bytes of a record
local PROTOCOL_VERSION, HANDSHAKE_FAILURE = "15030300020246", "15030300020228"

describe("trouble of the service or a gateway", function()
  local home, client, session
  tenant.around(function(...) home, client, session = ... end)

  for _, status in ipairs { 506, 508, 520, 521, 524, 529, 530, 561, 598, 599 } do
    it("passes as a " .. status .. ", for a read and for a wait", function()
      home.sim:fault { operation = GET.operation, action = "status", status = status, times = 2 }
      assert(session:refresh())
      assert.equal(3, home.sim:count(GET))
      -- a wait outlives the retries of one read
      assert(session:activate())
      home.sim:fault { operation = GET.operation, action = "status", status = status, body = "<html>", times = 4 }
      local quick <close> = home:client { retries = 0 }
      assert(assert(quick:session(session.id, { retries = 9 })):wait { interval = 1 })
    end)
  end

  it("is told as what it is where it outlasts the patience of a wait", function()
    assert(session:activate())
    home.sim:fault { operation = GET.operation, action = "status", status = 524, times = 1000 }
    local _, err = session:wait { interval = 60, patience = 300 }
    assert.same({ "http_524", "retry", 524 }, { err.code == "generalException" and "http_524" or err.code, err.class,
      err.status })
  end)

  for status, class in pairs { [501] = "refuse", [505] = "ask", [507] = "ask", [509] = "ask" } do
    it("does not pass as a " .. status, function()
      home.sim:fault { operation = GET.operation, action = "status", status = status, times = 9, body = "" }
      local _, err = session:wait { interval = 1 }
      assert.same({ "http_" .. status, class, status, 1 }, { err.code, err.class, err.status, err.attempts })
      assert.equal(1, home.sim:count(GET))
    end)
  end

  it("leaves a write unclear where a gateway answered in its place", function()
    for _, status in ipairs { 520, 524, 599 } do
      home:reset()
      home.sim:fault { operation = "restoreSessions.activate", action = "status", status = status, body = "" }
      local _, err = session:activate()
      assert.same({ "ambiguous", "http_" .. status, 1 }, { err.code, err.cause, err.attempts })
      assert.equal(1, home.sim:count { operation = "restoreSessions.activate" })
    end
  end)

  -- an object, compressed, of which only the first bytes come
  local function cut_gzip()
    local folder <close> = setmetatable({ path = scratch.folder() }, {
      __close = function(self) scratch.remove(self.path) end,
    })
    local path = folder.path .. "/body.gz"
    scratch.must("sh", "-c", ("printf '{\"id\":\"%s\"}' | gzip -c | head -c 20 > %s"):format(("x"):rep(40), path))
    return scratch.read(path)
  end

  local garbled = {
    ["a page of a gateway"] = {
      body = "<html>Sign in to the network</html>", headers = { ["Content-Type"] = "text/html" },
    },
    ["the first half of an answer"] = { body = '{"value":[{"id":"a"},{"i' },
    ["nothing"] = { body = "" },
    ["the first half of a compressed answer"] = { body = cut_gzip(), headers = { ["Content-Encoding"] = "gzip" } },
    ["what is not compressed though it says so"] = { body = "{}", headers = { ["Content-Encoding"] = "gzip" } },
  }
  for name, fault in pairs(garbled) do
    local function garble(times, method)
      home.sim:fault {
        action = "status", status = 200, body = fault.body, headers = fault.headers, times = times, method = method,
      }
    end

    it("passes where a read is answered with " .. name, function()
      garble(2)
      assert.equal(session.id, assert(client:session(session.id)).id)
      assert.equal(3, home.sim:count(GET))
      garble(2)
      assert(client:sessions():next())
      garble(1)
      assert(session:refresh())
    end)

    it("is told where it does not pass that a read is answered with " .. name, function()
      garble(100)
      local quick <close> = home:client { retries = 2 }
      local _, err = quick:session(session.id)
      assert.equal(3, err.attempts)
      assert.equal(3, home.sim:count(GET))
      assert.is_true(m365.describe(err.code) == err.class)
    end)

    it("leaves a write unclear that is answered with " .. name, function()
      garble(1, "POST")
      local _, err = client.sharePoint:create_session()
      assert.equal("ambiguous", err.code)
      assert.equal(1, home.sim:count { method = "POST" })
    end)
  end

  it("does not end a plan whose reads are answered with garbage now and then", function()
    for after = 0, 6, 2 do
      home.sim:fault { method = "GET", action = "status", status = 200, body = "<html>", after = after }
    end
    local plan = assert(m365.plan(client, {
      service = "sharePoint", targets = "all", before = "2026-11-01T06:00:00Z", destination = "new",
    }))
    assert.is_true(plan.planned > 0)
  end)

  it("is a queue where the service says so by a code", function()
    home.sim:activate_foreign(25)
    local _, err = session:activate()
    assert.same({ "TooManyActiveRestoreSessions", "queue", 500 }, { err.code, err.class, err.status })
    home.sim:advance(20000)
  end)
end)

describe("trouble on the way", function()
  local certificates, sim

  setup(function()
    certificates = pki.new()
    certificates:own("ca", { kind = "ec" })
    local pair = certificates:issue("right", "ca")
    sim = simulator.start {
      sites = 2, speed = 3600, tls = { certificate = pair.certificate, key = pair.key },
    }
  end)
  teardown(function()
    sim:stop()
    certificates:close()
  end)
  before_each(function() sim:forget() end)

  local function port_of(url) return url:match ":(%d+)" end

  -- a script of spec/support beside this process: its port, and a function that ends it and returns what it printed
  local function start(...)
    local port, stop = scratch.beside(...)
    finally(stop)
    return port, stop
  end

  local function client(url, more)
    local all = {
      base_url = url, clock = sim:clock(), credential = sim:credential { lifetime = 1e8 }, backoff = 0.01,
      ca_file = certificates:path "ca.crt", tls_timeout = 0.5,
    }
    for name, value in pairs(more or {}) do all[name] = value end
    return m365.client(all)
  end

  local function count(text, word) return select(2, text:gsub(word, "")) end

  for _, action in ipairs { "reset", "end", "silence" } do
    it("passes as '" .. action .. "' while TLS is made, for a read and for a write", function()
      local port, stop = start("relay.lua", port_of(sim.url), action, action)
      local c <close> = client("https://127.0.0.1:" .. port)
      local session = assert(c.sharePoint:create_session())
      assert(c:session(session.id))
      assert.equal(1, sim:count { operation = "sharePointRestoreSessions.create" })
      assert.equal(2, count(stop(), action))
    end)

    it("has a code where '" .. action .. "' stays while TLS is made", function()
      local port, stop = start("relay.lua", port_of(sim.url), action, action, action)
      local c <close> = client("https://127.0.0.1:" .. port, { retries = 1 })
      local _, err = c.sharePoint:create_session()
      assert.same({ action == "silence" and "tls_timeout" or "tls_broken", "retry", false, 2 },
        { err.code, err.class, err.sent, err.attempts })
      stop()
    end)
  end

  it("is waited through while TLS is made, within the patience", function()
    local maker <close> = client(sim.url)
    local point = sim:points(sim:units("site")[1].id)[1].id
    local session = assert(maker.sharePoint:create_session {
      siteRestoreArtifacts = { { restorePoint = { id = point }, destinationType = "inPlace" } },
    })
    assert(session:activate())
    local port, stop = start("relay.lua", port_of(sim.url), "reset", "end", "reset", "end", "reset", "end")
    local c <close> = client("https://127.0.0.1:" .. port, { retries = 5 })
    local found = assert(c:session(session.id, { retries = 9 }))
    assert(found:wait { interval = 1, patience = "1h" })
    assert.equal(3, count(stop(), "reset"))
  end)

  for name, bytes in pairs {
    ["a refused version"] = PROTOCOL_VERSION, ["a refused handshake"] = HANDSHAKE_FAILURE,
    ["something that is not TLS"] = "485454502f312e3120343030204e6f0d0a0d0a",
  } do
    it("is told at once as " .. name, function()
      local port, stop = start("relay.lua", port_of(sim.url), bytes, bytes, bytes)
      local c <close> = client("https://127.0.0.1:" .. port)
      for _, effect in ipairs { "read", "write" } do
        local _, err = c:request("POST", ROOT, { effect = effect, body = {} })
        assert.same({ "tls", "ask", false, 1 }, { err.code, err.class, err.sent, err.attempts })
      end
      assert.equal(2, count(stop(), bytes))
    end)
  end

  for _, version in ipairs { "tls1_2", "tls1_3" } do
    it("is told at once as a client certificate that is refused, by " .. version, function()
      local out, stop = certificates:path(version), certificates:path "pid"
      scratch.must("sh", "-c", ("openssl s_server -accept 127.0.0.1:0 -cert %s -key %s -CAfile %s -Verify 1 -%s "
        .. "-verify_return_error -www >%s 2>&1 & echo $! > %s"):format(certificates:path "right.crt",
        certificates:path "right.key", certificates:path "ca.crt", version, out, stop))
      finally(function() scratch.must("kill", (scratch.read(stop):gsub("%s", ""))) end)
      local port
      repeat
        port = (scratch.read(out) or ""):match "ACCEPT [^\n]-:(%d+)"
        require("m365restore.core").sleep(0.01)
      until port
      certificates:own "nobody"
      for _, more in ipairs {
        {}, { client_certificate = certificates:path "nobody.crt", client_key = certificates:path "nobody.key" },
      } do
        local c <close> = client("https://127.0.0.1:" .. port, more)
        for _, effect in ipairs { "read", "write" } do
          local _, err = c:request("POST", ROOT, { effect = effect, body = {} })
          -- without one, TLS 1.2 has no better word than that the handshake failed
          local code = version == "tls1_2" and not more.client_key and "tls" or "client_certificate"
          assert.same({ code, "ask", false, 1 }, { err.code, err.class, err.sent, err.attempts }, tostring(err))
        end
      end
    end)
  end

  for _, status in ipairs { 403, 407 } do
    it("is told at once as what a proxy refuses with " .. status, function()
      local port, stop = start("proxy.lua", status, status, status)
      local c <close> = client(sim.url, { proxy = "http://me:hush-hush@127.0.0.1:" .. port })
      local _, err = c:request("GET", ROOT)
      assert.same({ "proxy_refused", "ask", false, 1, status },
        { err.code, err.class, err.sent, err.attempts, err.proxy_status })
      assert.is_nil(err.status)
      assert.truthy(tostring(err):find(tostring(status), 1, true))
      assert.equal(1, count(stop(), "\n"))
      assert.equal(0, sim:count())
    end)
  end

  for _, status in ipairs { 502, 503, 504, 522 } do
    it("passes as a proxy's " .. status .. ", for a write too", function()
      local port, stop = start("proxy.lua", status, status)
      local c <close> = client(sim.url, { proxy = "http://127.0.0.1:" .. port })
      assert(c.sharePoint:create_session())
      assert.equal(1, sim:count { operation = "sharePointRestoreSessions.create" })
      assert.equal(3, count(stop(), "\n"))
    end)
  end

  it("has a code where a proxy's failure stays", function()
    local port, stop = start("proxy.lua", 502, 502)
    local c <close> = client(sim.url, { proxy = "http://127.0.0.1:" .. port, retries = 1 })
    local _, err = c:request("GET", ROOT)
    assert.same({ "proxy_failed", "retry", false, 2, 502 },
      { err.code, err.class, err.sent, err.attempts, err.proxy_status })
    stop()
  end)
end)
