--- Tasks under the loop of cqueues, beside other coroutines of it.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local tenant = require "spec.support.tenant"

local is_there, cqueues = pcall(require, "cqueues")

describe("the driver for cqueues", function()
  if not is_there then
    return pending "needs cqueues (Debian: lua-cqueues)"
  end

  local home, client, driver

  setup(function()
    home = tenant.start { latency = 0.02 }
    client = home:client()
    driver = m365.driver.cqueues
  end)
  teardown(function()
    client:close()
    home:stop()
  end)
  after_each(function() home:reset() end)

  local function list(with)
    return (with or client):request("GET", "/solutions/backupRestore/restoreSessions")
  end

  -- runs every function in a coroutine of one queue; the errors that come out of it
  local function loop(...)
    local queue = cqueues.new()
    for _, fn in ipairs { ... } do
      queue:wrap(fn)
    end
    local errors = {}
    for err in queue:errors() do
      errors[#errors + 1] = err
    end
    assert.is_true(queue:empty())
    return errors
  end

  it("runs many tasks at once, while the loop goes on", function()
    local now, most, ended, ticks = 0, 0, 0, 0
    local function ticking()
      while ended < 6 do
        cqueues.sleep(0.001)
        ticks = ticks + 1
      end
    end
    local function calling()
      for _ = 1, 3 do
        now = now + 1
        most = math.max(most, now)
        assert(driver.run(list, client))
        now = now - 1
      end
      ended = ended + 1
    end
    assert.same({}, loop(ticking, calling, calling, calling, calling, calling, calling))
    assert.equal(6, ended)
    assert.equal(6, most)
    assert.is_true(ticks >= 3, ticks .. " ticks")
    assert.equal(18, home.sim:count {})
  end)

  it("runs a whole restore, and gathers", function()
    local status, results
    assert.same({}, loop(function()
      status = driver.run(function()
        local session = home:session(client, "sharePoint", 1, 2)
        assert(session:activate())
        home.sim:advance(86400)
        return assert(session:wait()).status
      end)
      results = driver.run(m365.gather, { 1, 2, 3 }, function() return list() ~= nil end)
    end))
    assert.equal("completed", status)
    assert.same({ true, true, true }, results)
  end)

  it("gives what the function returns, nils too", function()
    local results
    loop(function()
      results = table.pack(driver.run(function(...) return nil, ..., nil end, "a", "b"))
    end)
    assert.same({ n = 3, nil, "a", nil }, results)
  end)

  it("raises where it was called what the function raises", function()
    local caught
    local errors = loop(function()
      caught = select(2, pcall(driver.run, error, { code = "one" }))
      driver.run(error, "two", 0)
    end)
    assert.equal("one", caught.code)
    assert.same({ "two" }, errors)
  end)

  it("lets the error of anybody's task out of the queue, and goes on", function()
    m365.spawn(function()
      list()
      error("three", 0)
    end)
    local ended
    local errors = loop(function()
      driver.run(function()
        assert(list())
        assert(list())
      end)
      ended = true
    end)
    assert.is_true(ended)
    assert.same({ "three" }, errors)
  end)

  it("lets a coroutine of the loop set an event", function()
    local event, ended = core.event(), false
    assert.same({}, loop(function()
      driver.run(event.wait, event)
      ended = true
    end, function()
      cqueues.sleep(0.003)
      assert(not ended)
      event:set()
      driver.run(function() end)
    end))
    assert.is_true(ended)
  end)

  it("lets a coroutine of the loop close a client that is at work", function()
    home.sim:fault { operation = "restoreSessions.list", action = "stall", seconds = 30, times = 1 }
    local doomed = home:client()
    local code
    assert.same({}, loop(function()
      local _, err = driver.run(list, doomed)
      code = err.code
    end, function()
      while home.sim:count {} < 1 do
        cqueues.sleep(0.001)
      end
      doomed:close()
      assert(driver.run(list)) -- over a connection that may have got the same number
    end))
    assert.equal("closed", code)
  end)

  it("says so when its task was cancelled", function()
    local task, result, err
    assert.same({}, loop(function()
      result, err = driver.run(function()
        task = coroutine.running()
        list()
      end)
    end, function()
      cqueues.sleep(0.003)
      m365.cancel(task)
    end))
    assert.is_nil(result)
    assert.equal("cancelled", err.code)
  end)

  it("forgets a queue that was given up; its task runs under the next", function()
    local answer
    do
      local queue = cqueues.new()
      queue:wrap(function() driver.run(function() answer = list() end) end)
      queue:step(0)
      queue:close()
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(answer)
    assert.same({}, loop(function() assert(driver.run(list)) end))
    assert.truthy(answer)
  end)

  it("has its functions in the library of annotations", function()
    local text = scratch.read "library/m365restore.lua"
    for verb in pairs(driver) do
      assert.truthy(text:find("\nfunction cqueues." .. verb .. "(", 1, true), verb)
    end
  end)

  it("refuses to run where there is no queue", function()
    assert.truthy(raised(driver.run, print):find("run: to be called from a coroutine of a queue", 1, true))
  end)
end)
