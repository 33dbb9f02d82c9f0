--- Nothing is restored twice: what becomes of a write whose answer did not come.
local tenant = require "spec.support.tenant"

local ACTIVATE = { operation = "restoreSessions.activate" }

describe("a write", function()
  local home, client, session
  tenant.around(function(...) home, client, session = ... end)

  local function activations()
    return home.sim:ledger(ACTIVATE)
  end

  -- the service did it; what became of it depends on its clock, and on what else is being restored then
  local function is_activated()
    return home.sim:session(session.id).status ~= "draft"
  end

  local function fault(options)
    local all = { operation = "restoreSessions.activate", times = 10 }
    for name, value in pairs(options) do all[name] = value end
    home.sim:fault(all)
  end

  -- the outcome of an activation under a fault, with the law that there was one at the service
  local function ambiguous(options, opts)
    fault(options)
    local result, err = session:activate(opts)
    assert.is_nil(result)
    assert.equal("ambiguous", err.code)
    assert.equal("ambiguous", err.class)
    assert.equal("restoreSessionBase.activate", err.operation)
    assert.equal(1, #activations())
    assert.equal(1, err.attempts)
    assert.truthy(tostring(err):find("Read the session first", 1, true))
    return err
  end

  describe("arrives exactly once when", function()
    it("the reply is lost after processing, on a client with idle connections", function()
      assert(session:refresh()) -- leaves a connection in the pool
      local err = ambiguous { action = "lose" }
      assert.equal("unknown", err.sent)
      assert.equal("no_answer", err.cause)
      assert.is_true(is_activated())
    end)

    it("the connection is reset in place of an answer", function()
      local err = ambiguous { action = "reset", processed = true }
      assert.equal("unknown", err.sent)
    end)

    it("the answer breaks off in its middle", function()
      local err = ambiguous { action = "truncate" }
      assert.is_true(err.sent)
      assert.equal("truncated", err.cause)
    end)

    it("the answer is a 503 without Retry-After, after processing", function()
      local err = ambiguous { action = "status", status = 503, processed = true }
      assert.equal(503, err.status)
      assert.is_true(err.sent)
      assert.is_true(is_activated())
    end)

    for _, status in ipairs { 408, 500, 502, 504 } do
      it("the answer is a " .. status, function()
        assert.equal(status, ambiguous({ action = "status", status = status }).status)
      end)
    end

    it("the first byte takes too long", function()
      local err = ambiguous({ action = "stall", seconds = 5 }, { first_byte_timeout = 0.2 })
      assert.equal("first_byte_timeout", err.cause)
    end)

    it("the answer stops in its middle", function()
      local err = ambiguous({ action = "stall", before = "body", seconds = 5 }, { stall_timeout = 0.2 })
      assert.equal("stall_timeout", err.cause)
    end)

    it("the whole call takes too long", function()
      assert.equal("deadline", ambiguous({ action = "stall", seconds = 5 }, { timeout = 0.2 }).cause)
    end)

    it("the answer is not HTTP", function()
      ambiguous { action = "garbage" }
    end)

    it("the answer is larger than allowed", function()
      fault { action = "status", status = 200, body = (" "):rep(5000), processed = true }
      local result, err = session:activate { max_response_size = 1000 }
      assert.is_nil(result)
      assert.same({ "ambiguous", "too_large" }, { err.code, err.cause })
      assert.equal(1, #activations())
    end)

    it("the answer is a 200 that is no JSON", function()
      fault { action = "status", status = 200, body = "<html>welcome</html>", processed = true }
      local result, err = session:activate()
      assert.is_nil(result)
      assert.same({ "ambiguous", "ambiguous", "bad_json" }, { err.code, err.class, err.cause })
      assert.equal(1, #activations())
    end)
  end)

  it("that is cut off by client:close() is unclear", function()
    local m365 = require "m365restore"
    fault { action = "stall", seconds = 5 }
    local _, failures = m365.gather({ "activate", "close" }, function(what)
      if what == "activate" then
        return session:activate()
      end
      while home.sim:count(ACTIVATE) == 0 do
        require("m365restore.core").sleep(0.01)
      end
      client:close()
    end)
    assert.same({ "ambiguous", "closed" }, { failures[1].code, failures[1].cause })
    assert.equal(1, #activations())
  end)

  it("is repeated after a 429, with Retry-After as a floor", function()
    fault { action = "throttle", retry_after = 1, times = 1 }
    assert(session:activate())
    local seen = activations()
    assert.equal(2, #seen)
    assert.is_true(seen[2].time - seen[1].time >= 3600, "it came back too early")
  end)

  it("is repeated after a 503 with Retry-After", function()
    fault { action = "status", status = 503, headers = { ["Retry-After"] = "0" }, times = 1 }
    assert(session:activate())
    assert.equal(2, #activations())
  end)

  it("is repeated after a 401 with a new token", function()
    home.sim:revoke_tokens()
    assert(session:activate())
    local seen = activations()
    assert.same({ 401, 200 }, { seen[1].status, seen[2].status })
    assert.is_false(seen[1].headers.authorization == seen[2].headers.authorization)
  end)

  it("that is refused is not repeated", function()
    fault { action = "status", status = 409 }
    local result, err = session:activate()
    assert.is_nil(result)
    assert.equal(409, err.status)
    assert.equal(1, #activations())
  end)

  it("that the service answers with a code of its own is clear, whatever the status", function()
    home.sim:activate_foreign(25)
    local result, err = session:activate()
    assert.is_nil(result)
    assert.same({ "TooManyActiveRestoreSessions", "queue", 500 }, { err.code, err.class, err.status })
    assert.equal(1, #activations())
    home.sim:advance(20000)
  end)

  it("goes out on a connection of its own", function()
    assert(session:refresh())
    assert(session:refresh())
    assert(session:activate())
    local seen = home.sim:ledger()
    assert.equal(seen[1].connection, seen[2].connection)
    assert.is_false(seen[3].connection == seen[2].connection)
  end)

  it("is retried when it certainly was not delivered", function()
    -- a listener that is closed: nothing of it can have arrived
    local socket = require "socket"
    local probe = assert(socket.bind("127.0.0.1", 0))
    local _, port = probe:getsockname()
    probe:close()
    local nobody <close> = home:client { base_url = "http://127.0.0.1:" .. port, retries = 2 }
    local result, err = nobody.sharePoint:create_session(home:body("sharePoint", 1))
    assert.is_nil(result)
    assert.same({ "connect", "retry", false, 3 }, { err.code, err.class, err.sent, err.attempts })
  end)

  describe("that deletes", function()
    local DELETE = { operation = "restoreSessions.delete" }

    it("is unclear once, and a 404 on the next one settles it", function()
      home.sim:fault { operation = DELETE.operation, action = "lose" }
      local result, err = session:delete()
      assert.is_nil(result)
      assert.equal("ambiguous", err.code)
      assert.is_true(session:delete())
      assert.equal(2, home.sim:count(DELETE))
    end)

    it("does not take a 404 for done that nothing unclear went before", function()
      local twin <close> = home:client()
      assert(assert(twin:session(session.id)):delete())
      local result, err = session:delete()
      assert.is_nil(result)
      assert.equal(404, err.status)
    end)
  end)
end)
