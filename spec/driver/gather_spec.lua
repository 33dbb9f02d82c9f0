--- Many at once: the scheduler, as a script meets it.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

describe("gather", function()
  local home, client

  setup(function()
    home = tenant.start { latency = 0.02 }
    client = home:client()
  end)
  teardown(function()
    client:close()
    home:stop()
  end)
  after_each(function() home:reset() end)

  local function list()
    return client:request("GET", "/solutions/backupRestore/restoreSessions")
  end

  it("gives results and failures by index", function()
    local results, failures = m365.gather({ "a", "b", "c", "d", "e", "f" }, function(item, i)
      if item == "b" then return nil, "not b" end
      if item == "c" then error { code = "c" } end
      if item == "d" then return end
      if item == "e" then return false end
      if item == "f" then error() end
      return item .. i
    end)
    assert.same({ [1] = "a1", [4] = true, [5] = false }, results)
    assert.same({ [2] = "not b", [3] = { code = "c" }, [6] = "nil" }, failures)
  end)

  it("of nothing is nothing", function()
    assert.same({ {}, {} }, { m365.gather({}, error) })
  end)

  it("refuses what is no list, no limit and no function", function()
    assert.truthy(raised(m365.gather, "x", print):find("gather: list", 1, true))
    for _, limit in ipairs { 0, -1, 1.5, "2" } do
      assert.truthy(raised(m365.gather, {}, error, limit):find("gather: limit", 1, true))
    end
  end)

  it("lets requests overlap, up to the limit", function()
    local function peak(limit)
      local now, most = 0, 0
      m365.gather({ 1, 2, 3, 4, 5, 6, 7, 8 }, function()
        now = now + 1
        most = math.max(most, now)
        assert(list())
        now = now - 1
      end, limit)
      return most
    end
    assert.equal(8, peak())
    assert.equal(3, peak(3))
    assert.equal(1, peak(1))
  end)

  it("keeps to the client's limit of requests in flight", function()
    local narrow <close> = home:client { concurrency = 2 }
    local before = core.monotonic()
    local many = {}
    for i = 1, 10 do many[i] = i end
    local results = m365.gather(many, function()
      return narrow:request("GET", "/solutions/backupRestore/restoreSessions")
    end)
    assert.equal(10, #results)
    assert.is_true(core.monotonic() - before >= 5 * 0.02)
  end)

  it("works for a thousand", function()
    local quick = tenant.start()
    local c <close> = quick:client()
    local many = {}
    for i = 1, 1000 do many[i] = i end
    local results, failures = m365.gather(many, function(i)
      assert(c:request("GET", "/solutions/backupRestore/restoreSessions"))
      return i
    end)
    assert.same({}, failures)
    assert.same(many, results)
    quick:stop()
  end)

  it("can be nested", function()
    local results = m365.gather({ 1, 2, 3 }, function(i)
      local inner, failures = m365.gather({ 1, 2, 3 }, function(j)
        assert(list())
        return i * 10 + j
      end)
      assert(not next(failures))
      return table.concat(inner, " ")
    end)
    assert.same({ "11 12 13", "21 22 23", "31 32 33" }, results)
  end)

  it("blocks in a coroutine that is not ours, and yields nothing to it", function()
    local results
    local foreign = coroutine.create(function()
      results = m365.gather({ 1, 2 }, list)
      coroutine.yield "mine"
    end)
    local ok, yielded = coroutine.resume(foreign)
    assert.is_true(ok)
    assert.equal("mine", yielded)
    assert.equal(2, #results)
  end)

  it("lets foreign coroutines inside a task block, and gathers in them work", function()
    local results, failures = m365.gather({ 1, 2, 3 }, function(i)
      local inner = coroutine.wrap(function()
        assert(list())
        coroutine.yield "between"
        local more = m365.gather({ 1, 2 }, list)
        return #more + i
      end)
      assert(inner() == "between")
      return inner()
    end)
    assert.same({}, failures)
    assert.same({ 3, 4, 5 }, results)
  end)

  it("passes by what a task itself yields", function()
    local results = m365.gather({ 1, 2 }, function(i)
      for _ = 1, 3 do coroutine.yield("anything", i) end
      return i
    end)
    assert.same({ 1, 2 }, results)
  end)

  it("works where a method cannot yield", function()
    local results, failures = m365.gather({ 1, 2 }, function()
      local items = { 3, 1, 2 }
      table.sort(items, function(a, b)
        assert(list())
        return a < b
      end)
      return items[1]
    end)
    assert.same({}, failures)
    assert.same({ 1, 1 }, results)
  end)

  it("ends its tasks and their requests when it is left by an error", function()
    home.sim:fault { action = "stall", seconds = 5, times = 3 }
    local closed = 0
    local before = core.monotonic()
    debug.sethook(function()
      if home.sim:count() == 3 then
        debug.sethook()
        error "enough"
      end
    end, "", 1000)
    local message = raised(m365.gather, { 1, 2, 3 }, function()
      local guard <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
      return list(), guard
    end)
    debug.sethook()
    assert.truthy(message:find "enough")
    assert.equal(3, closed)
    assert.is_true(core.monotonic() - before < 4)
    assert(list()) -- nobody holds the client's places
  end)

  it("counts a task that is cancelled as failed, and ends", function()
    local victim
    local results, failures = m365.gather({ "victim", "killer" }, function(role)
      if role == "victim" then
        victim = coroutine.running()
        core.sleep(20)
      end
      core.sleep(0.02)
      m365.cancel(victim)
      return "done"
    end)
    assert.same({ [2] = "done" }, results)
    assert.same({ "cancelled", "ambiguous" }, { failures[1].code, failures[1].class })
  end)

  it("ends where a hook raises in a task, at any instruction behind its function's first", function()
    --- Gathers under a host's loop; a hook raises once, `n` instructions after the function of the second item began.
    local function try(n)
      local is_done, raised_once, results, failures = false, false, nil, nil
      core.spawn(function()
        results, failures = m365.gather({ 1, 2, 3 }, function(item)
          if item == 2 then
            debug.sethook(function()
              debug.sethook()
              raised_once = true
              error("a hook raises", 0)
            end, "", n)
          end
          core.sleep(0)
        end)
        is_done = true
      end)
      for _ = 1, 200 do
        if is_done then break end
        pcall(core.step, 0.01)
      end
      assert.is_true(is_done, ("after %d instructions the gather waits"):format(n))
      for i = 1, 3 do assert.is_true((results[i] or failures[i]) ~= nil) end
      assert.is_true(results[1] and results[3])
      return raised_once
    end
    local n = 1
    while try(n) do n = n + 1 end
    assert.is_true(n > 30) -- the hook reached what comes when the function has ended
  end)

  it("refuses to cancel what is running", function()
    local _, failures = m365.gather({ 1 }, function() m365.cancel(coroutine.running()) end)
    assert.truthy(failures[1]:find("running cannot be cancelled", 1, true))
  end)

  it("does not mind a task that somebody else resumes", function()
    local thread
    local results, failures = m365.gather({ 1, 2 }, function(i)
      if i == 1 then
        thread = coroutine.running()
        core.sleep(0.05)
        return "slept"
      end
      coroutine.yield()
      coroutine.resume(thread) -- it is woken too early: it sleeps on
      return "meddled"
    end)
    assert.same({}, failures)
    assert.same({ "slept", "meddled" }, results)
  end)

  it("wakes every task that waits for an event", function()
    local event = core.event()
    local results = m365.gather({ 1, 2, 3, 4 }, function(i)
      if i == 4 then
        core.sleep(0.02)
        return event:set()
      end
      return event:wait()
    end)
    assert.same({ true, true, true, true }, results)
  end)

  describe("has parts:", function()
    it("spawn and step drive tasks by hand", function()
      local done
      m365.spawn(function(a, b)
        assert(list())
        done = a + b
      end, 1, 2)
      local limit = core.monotonic() + 20
      while not done and core.monotonic() < limit do
        m365.step(0.05)
      end
      assert.equal(3, done)
    end)

    it("the error of a task comes out of step", function()
      m365.spawn(function() error "from a task" end)
      assert.truthy(raised(m365.step, 0):find "from a task")
    end)

    it("timeout and pollfds are for a host's own loop", function()
      local limit = core.monotonic() + 20
      while m365.timeout() and core.monotonic() < limit do -- what other specs of this state left behind
        m365.step(0.05)
      end
      assert.is_nil(m365.timeout())
      local done
      m365.spawn(function() done = list() end)
      assert.equal(0, m365.timeout())
      m365.step(0)
      assert.equal("number", type(m365.timeout()))
      local watched = false
      limit = core.monotonic() + 20
      while not done and core.monotonic() < limit do
        for _, entry in ipairs(m365.pollfds()) do
          watched = true
          assert.equal("integer", math.type(entry.fd))
          assert.truthy(({ r = true, w = true, rw = true })[entry.events])
        end
        m365.step(0.01)
      end
      assert.truthy(done)
      assert.is_true(watched)
    end)

    it("the error of one task does not delay what another has just asked for", function()
      local event, done = core.event(), nil
      local other = m365.spawn(function()
        event:wait()
        done = list()
      end)
      m365.spawn(function()
        event:wait()
        error "from a task"
      end)
      m365.step(0)
      event:set()
      assert.truthy(raised(m365.step, 0):find "from a task")
      assert.equal("suspended", coroutine.status(other))
      assert.equal(0, m365.timeout())
      local limit = core.monotonic() + 20
      while not done and core.monotonic() < limit do
        m365.step(0.05)
      end
      assert.truthy(done)
    end)

    it("step refuses what is no duration", function()
      assert.truthy(raised(m365.step, "soon"):find("duration", 1, true))
      assert.truthy(raised(m365.spawn, 5):find("function expected", 1, true))
    end)
  end)
end)
