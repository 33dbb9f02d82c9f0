--- Tokens: asked for when needed, once for all who need one, and for nobody else.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

describe("a token", function()
  local home, mint

  setup(function()
    home = tenant.start { speed = 1 }
    mint = home.sim:credential { lifetime = 1e7 }
  end)
  teardown(function() home:stop() end)
  after_each(function() home:reset() end)

  -- a client whose credential is counted; `fn(n, request)` may stand in for the service's
  local function counted(fn, options)
    local calls = {}
    local all = {
      credential = function(request)
        calls[#calls + 1] = request
        if fn then
          return fn(#calls, request)
        end
        return mint()
      end,
    }
    for name, value in pairs(options or {}) do all[name] = value end
    return home:client(all), calls
  end

  local function list(client)
    return client:request("GET", "/solutions/backupRestore/restoreSessions")
  end

  local function sent()
    local tokens = {}
    for i, entry in ipairs(home.sim:ledger()) do
      tokens[i] = (entry.headers.authorization or "none"):gsub("^Bearer ", "")
    end
    return tokens
  end

  describe("that is fixed", function()
    it("is sent as it is", function()
      local text = mint()
      local client <close> = home:client { credential = text }
      assert(list(client))
      assert.same({ text }, sent())
    end)

    it("and refused gives the service's own answer, once", function()
      local client <close> = home:client { credential = "worthless" }
      local result, err = list(client)
      assert.is_nil(result)
      assert.same({ 401, "ask", 1 }, { err.status, err.class, err.attempts })
      assert.equal(1, home.sim:count())
      assert.is_nil(tostring(err):find("worthless", 1, true))
    end)

    it("must be fit to be sent", function()
      for _, bad in ipairs { "", "a b", "a\r\nX-Evil: 1", "a\0b", "a\127", ("x"):rep(70000) } do
        assert.truthy(raised(m365.client, { credential = bad }):find("client.credential: a token must not", 1, true))
      end
    end)
  end)

  it("is not asked for before a request leaves", function()
    local client, calls = counted()
    client:close()
    assert.equal(0, #calls)
  end)

  it("comes from a function that is told why", function()
    local client <close>, calls = counted()
    assert(list(client))
    assert(list(client))
    assert.equal(1, #calls)
    assert.equal("missing", calls[1].reason)
    assert.equal("number", type(calls[1].timeout))
    assert.equal(sent()[1], sent()[2])
  end)

  it("comes from a callable value", function()
    local client <close> = home:client {
      credential = setmetatable({}, { __call = function(_, request) return mint(request) end }),
    }
    assert(list(client))
  end)

  it("is fetched once for a hundred tasks", function()
    local client <close>, calls = counted(function()
      core.sleep(0.05)
      return mint()
    end)
    local many = {}
    for i = 1, 100 do many[i] = i end
    local done, failures = m365.gather(many, function() return list(client) end)
    assert.same({}, failures)
    assert.equal(100, #done)
    assert.equal(1, #calls)
  end)

  it("is renewed before it ends, by the client's clock", function()
    for _, case in ipairs {
      { life = 1000, before = 700, after = 150 }, -- a fifth of its life: at 800
      { life = 86400, before = 86000, after = 150 }, -- five minutes: at 86100
    } do
      local client <close>, calls = counted(function() return mint(), case.life end)
      assert(list(client))
      home.sim:advance(case.before)
      assert(list(client))
      assert.equal(1, #calls)
      home.sim:advance(case.after)
      assert(list(client))
      assert.equal(2, #calls)
      assert.equal("expiring", calls[2].reason)
    end
  end)

  it("serves on while it lives, if it cannot be renewed early", function()
    local client <close>, calls = counted(function(n)
      if n > 1 then return nil, "the identity provider is away" end
      return mint(), 1000
    end)
    assert(list(client))
    home.sim:advance(850)
    assert(list(client))
    assert(list(client)) -- and does not ask each time
    assert.equal(2, #calls)
    home.sim:advance(300)
    local result, err = list(client)
    assert.is_nil(result)
    assert.same({ "token_failed", "the identity provider is away", false }, { err.code, err.cause, err.sent })
    assert.equal(3, home.sim:count())
  end)

  describe("that is refused", function()
    it("is replaced once", function()
      local client <close>, calls = counted()
      assert(list(client))
      home.sim:revoke_tokens()
      assert(list(client))
      assert.equal(2, #calls)
      assert.equal("refused", calls[2].reason)
      assert.equal(3, home.sim:count())
    end)

    it("twice is an error, without a third try", function()
      local client <close>, calls = counted(function() return "worthless" end)
      local result, err = list(client)
      assert.is_nil(result)
      assert.equal(401, err.status)
      assert.equal(2, #calls)
      assert.equal(2, home.sim:count())
    end)

    it("is replaced once for all who were refused with it", function()
      local client <close>, calls = counted(function()
        core.sleep(0.02)
        return mint()
      end)
      assert(list(client))
      home.sim:revoke_tokens()
      local _, failures = m365.gather({ 1, 2, 3, 4, 5, 6, 7, 8 }, function() return list(client) end)
      assert.same({}, failures)
      assert.equal(2, #calls)
    end)

    it("hands the challenge to the credential", function()
      local client <close>, calls = counted()
      home.sim:fault {
        action = "status", status = 401, headers = { ["WWW-Authenticate"] = 'Bearer claims="abc"' },
      }
      assert(list(client))
      assert.equal('Bearer claims="abc"', calls[2].challenge)
    end)
  end)

  it("that cannot be sent is an error of the call, and nothing leaves", function()
    for _, bad in ipairs { "", "a b", "a\nb", 5, {}, true, ("x"):rep(70000) } do
      local client <close> = counted(function() return bad end)
      local result, err = list(client)
      assert.is_nil(result)
      assert.same({ "token_failed", "bad_token", false }, { err.code, err.cause.code, err.sent })
    end
    assert.equal(0, home.sim:count())
  end)

  describe("whose function fails", function()
    local function fails(fn)
      local client <close> = counted(fn)
      local result, err = list(client)
      assert.is_nil(result)
      assert.equal("token_failed", err.code)
      assert.is_false(err.sent)
      assert.equal(0, home.sim:count())
      return err
    end

    it("hands its error out: nil, err", function()
      assert.equal("no such app", fails(function() return nil, "no such app" end).cause)
    end)
    it("hands its error out: an error object", function()
      local why = core.failure { code = "invalid_client", message = "Wrong secret." }
      local err = fails(function() return nil, why end)
      assert.is_true(rawequal(why, err.cause))
      assert.truthy(tostring(err):find("Wrong secret.", 1, true))
    end)
    it("hands its error out: raised", function()
      assert.truthy(fails(function() error "out of luck" end).cause:find "out of luck")
    end)
    it("hands out something even where it says nothing", function()
      for _, fn in ipairs { function() end, function() return nil end, function() error() end } do
        assert.truthy(fails(fn).message)
      end
    end)

    it("is asked again by the next call", function()
      local client <close>, calls = counted(function(n)
        if n == 1 then return nil, "not yet" end
        return mint()
      end)
      assert.is_nil((list(client)))
      assert(list(client))
      assert.equal(2, #calls)
    end)

    it("fails all who waited for it, and asks once", function()
      local client <close>, calls = counted(function()
        core.sleep(0.05)
        return nil, "no"
      end)
      local _, failures = m365.gather({ 1, 2, 3, 4, 5 }, function() return list(client) end)
      assert.equal(5, #failures)
      assert.equal(1, #calls)
    end)
  end)

  it("cannot be had by asking the client that asks for it", function()
    local client
    local inner
    client = counted(function()
      inner = select(2, list(client))
      return nil, inner
    end)
    local _, err = list(client)
    assert.equal("token_recursion", inner.code)
    assert.equal("token_failed", err.code)
    assert.equal("token_recursion", err.cause.code)
    client:close()
  end)

  it("may be had by asking another client", function()
    local helper <close> = home:client()
    local client <close> = counted(function()
      assert(list(helper))
      return mint()
    end)
    assert(list(client))
    local other <close> = counted(function()
      assert(list(helper))
      return mint()
    end)
    assert.same({}, select(2, m365.gather({ 1, 2 }, function() return list(other) end)))
  end)

  it("is still fetched when the one who asked for it is gone", function()
    local client <close>, calls = counted(function()
      core.sleep(0.1)
      return mint()
    end)
    local first
    local results, failures = m365.gather({ 1, 2, 3 }, function(i)
      if i == 1 then
        first = coroutine.running()
      elseif i == 2 then
        core.sleep(0.03) -- the renewal is under way
        m365.cancel(first)
      end
      return list(client)
    end)
    assert.equal("cancelled", failures[1].code)
    assert.truthy(results[2] and results[3])
    assert.equal(1, #calls)
  end)

  it("is fetched for a foreign coroutine inside a task too", function()
    local client <close>, calls = counted(function()
      core.sleep(0.02)
      return mint()
    end)
    local results = m365.gather({ 1, 2 }, function()
      return coroutine.wrap(function() return list(client) end)()
    end)
    assert.equal(2, #results)
    assert.equal(1, #calls)
  end)

  it("whose fetching outlasts the call is not waited for", function()
    local client <close> = counted(function()
      core.sleep(5)
      return mint()
    end)
    local before = core.monotonic()
    local result, err = client:request("GET", "/solutions/backupRestore/restoreSessions", { timeout = 0.2 })
    assert.is_nil(result)
    assert.equal("deadline", err.code)
    assert.is_false(err.sent)
    assert.is_true(core.monotonic() - before < 4)
  end)

  it("is asked for anew after a pause that the service asked for", function()
    local client <close>, calls = counted(function() return mint(), 1000 end)
    assert(list(client))
    home.sim:fault { action = "throttle", retry_after = 0.4 }
    local done = m365.gather({ "ask", "age" }, function(what)
      if what == "age" then
        core.sleep(0.1)
        home.sim:advance(1100)
        return true
      end
      return list(client)
    end)
    assert.truthy(done[1])
    assert.equal(2, #calls)
    assert.is_false(sent()[2] == sent()[3])
  end)

  it("is in no error, no text and no value that a script sees", function()
    local text = mint()
    local client <close> = home:client { credential = text }
    local seen = { tostring(client) }
    local function note(value)
      if type(value) == "table" then
        for k, v in pairs(value) do note(k) note(v) end
      else
        seen[#seen + 1] = tostring(value)
      end
    end
    for _, options in ipairs {
      { action = "status", status = 403 }, { action = "lose" }, { action = "garbage" }, { action = "truncate" },
    } do
      home.sim:fault(options)
      local _, err = client:request("POST", "/solutions/backupRestore/restoreSessions/x/activate")
      note(err)
      note(tostring(err))
    end
    assert.is_nil(table.concat(seen, "\n"):find(text, 1, true))
  end)
end)
