--- Every wait ends: what each deadline bounds, and that nothing outlives one by much.
local core = require "m365restore.core"
local m365 = require "m365restore"
local peers = require "spec.support.peers"
local tenant = require "spec.support.tenant"

-- far more than any of these waits takes, and far less than their defaults
local GENEROUS = 15

describe("a deadline", function()
  local home

  setup(function() home = tenant.start() end)
  teardown(function() home:stop() end)
  after_each(function() home:reset() end)

  local function ask(client, options)
    local before = core.monotonic()
    local result, err = client:request("GET", "/solutions/backupRestore/restoreSessions", options)
    local took = core.monotonic() - before
    assert.is_true(took < GENEROUS, "it took " .. took .. " s")
    assert.is_nil(result)
    return err, took
  end

  local function stranger(url, options)
    local all = { base_url = url, credential = "token", backoff = 0.01, retries = 0 }
    for name, value in pairs(options) do all[name] = value end
    return m365.client(all)
  end

  it("ends a connection that is never made", function()
    local peer = peers.full()
    local client <close> = stranger("http://127.0.0.1:" .. peer.port, { connect_timeout = 0.2 })
    local err, took = ask(client)
    assert.same({ "connect_timeout", "retry", false }, { err.code, err.class, err.sent })
    assert.is_true(took >= 0.2)
    peer.close()
  end)

  it("ends a TLS handshake that nobody answers", function()
    local peer = peers.silent()
    local client <close> = stranger("https://127.0.0.1:" .. peer.port, { tls_timeout = 0.2 })
    local err = ask(client)
    assert.same({ "tls_timeout", "retry", false }, { err.code, err.class, err.sent })
    peer.close()
  end)

  it("ends the silence of a peer that took the request", function()
    local peer = peers.silent()
    local client <close> = stranger("http://127.0.0.1:" .. peer.port, { first_byte_timeout = 0.2 })
    local err = ask(client)
    assert.same({ "first_byte_timeout", "retry", "unknown" }, { err.code, err.class, err.sent })
    peer.close()
  end)

  it("makes a write that a silent peer took ambiguous, and one that never left clear", function()
    local peer = peers.silent()
    local plain <close> = stranger("http://127.0.0.1:" .. peer.port, { first_byte_timeout = 0.2 })
    local result, err = plain.sharePoint:create_session()
    assert.is_nil(result)
    assert.same({ "ambiguous", "first_byte_timeout" }, { err.code, err.cause })
    local secure <close> = stranger("https://127.0.0.1:" .. peer.port, { tls_timeout = 0.2, retries = 2 })
    result, err = secure.sharePoint:create_session()
    assert.is_nil(result)
    assert.same({ "tls_timeout", false, 3 }, { err.code, err.sent, err.attempts })
    peer.close()
  end)

  it("ends an answer that starts too late", function()
    home.sim:fault { action = "stall", seconds = 30, times = 10 }
    local client <close> = home:client { retries = 0, first_byte_timeout = 0.2 }
    assert.equal("first_byte_timeout", ask(client).code)
  end)

  it("ends an answer that stops", function()
    home.sim:fault { action = "stall", before = "body", seconds = 30, times = 10 }
    local client <close> = home:client { retries = 0, stall_timeout = 0.2 }
    local err = ask(client)
    assert.same({ "stall_timeout", true, 200 }, { err.code, err.sent, err.status })
  end)

  it("does not end an answer that is slow to start and slow to stop, within its bounds", function()
    home.sim:fault { action = "stall", seconds = 0.3 }
    home.sim:fault { action = "stall", before = "body", seconds = 0.3 }
    local client <close> = home:client { retries = 0, first_byte_timeout = 2, stall_timeout = 2 }
    for _ = 1, 2 do
      assert(client:request("GET", "/solutions/backupRestore/restoreSessions"))
    end
    assert.equal(2, home.sim:count())
  end)

  it("of the whole call bounds all of its tries", function()
    home.sim:fault { action = "stall", seconds = 30, times = 100 }
    local client <close> = home:client { retries = 1000, first_byte_timeout = 0.1 }
    local err, took = ask(client, { timeout = 0.5 })
    assert.is_true(took >= 0.2 and home.sim:count() > 1)
    assert.truthy(({ deadline = true, first_byte_timeout = true })[err.code])
  end)

  it("of the whole call bounds its pauses", function()
    home.sim:fault { action = "status", status = 503, times = 100 }
    local client <close> = home:client { retries = 1000, backoff = 60 }
    local err = ask(client, { timeout = 0.4 })
    assert.truthy(({ [503] = true })[err.status])
  end)

  it("of the whole call bounds the wait for a place", function()
    home.sim:fault { action = "stall", seconds = 30, times = 10 }
    local client <close> = home:client { concurrency = 1, retries = 0 }
    local before = core.monotonic()
    local _, failures = m365.gather({ 1, 2, 3 }, function()
      return client:request("GET", "/solutions/backupRestore/restoreSessions", { timeout = 0.3 })
    end)
    for i = 1, 3 do assert.equal("deadline", failures[i].code) end
    assert.is_true(core.monotonic() - before < GENEROUS)
    -- a write that found no place has certainly not been sent
    home.sim:fault { action = "stall", seconds = 30, times = 10 }
    _, failures = m365.gather({ 1, 2 }, function(i)
      if i == 1 then
        return client:request("GET", "/solutions/backupRestore/restoreSessions", { timeout = 0.5 })
      end
      return client.sharePoint:create_session(nil, { timeout = 0.3 })
    end)
    assert.same({ "deadline", false }, { failures[2].code, failures[2].sent })
  end)

  it("can be set on the client and on every call, as a number and in words", function()
    home.sim:fault { action = "stall", seconds = 30, times = 10 }
    local client <close> = home:client { timeout = "0.2s" }
    assert.equal("deadline", ask(client).code)
    local patient <close> = home:client()
    assert.equal("deadline", ask(patient, { timeout = "0.2s" }).code)
    local item, err = patient:sessions({ timeout = 0.2 }):next()
    assert.is_nil(item)
    assert.equal("deadline", err.code)
  end)

  it("of no time is over at once", function()
    local client <close> = home:client()
    assert.equal("deadline", ask(client, { timeout = 0 }).code)
    assert.equal(0, home.sim:count())
  end)
end)
