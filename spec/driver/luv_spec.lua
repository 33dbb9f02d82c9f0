--- Tasks under luv's loop, beside a timer of that loop.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local tenant = require "spec.support.tenant"

local is_there, uv = pcall(require, "luv")

describe("the driver for luv", function()
  if not is_there then
    return pending "needs luv (Debian: lua-luv)"
  end

  local home, client, driver, errors

  setup(function()
    home = tenant.start { latency = 0.02 }
    client = home:client()
    driver = m365.driver.luv
  end)
  teardown(function()
    client:close()
    home:stop()
  end)
  before_each(function()
    errors = {}
    driver.open(function(err) errors[#errors + 1] = err end)
  end)
  after_each(function()
    driver.close()
    uv.run() -- what was closed leaves the loop
    home:reset()
  end)

  local function list(with)
    return (with or client):request("GET", "/solutions/backupRestore/restoreSessions")
  end

  local function handles()
    local count = 0
    uv.walk(function() count = count + 1 end)
    return count
  end

  -- a timer of the loop; `fn` gets the number of its ticks, and ends it by a true result
  local function ticking(fn)
    local ticks = 0
    local timer = uv.new_timer()
    timer:start(1, 1, function()
      ticks = ticks + 1
      if fn(ticks) then timer:close() end
    end)
    return function() return ticks end
  end

  it("runs many tasks at once, while the loop goes on", function()
    local now, most, ended = 0, 0, 0
    local ticks = ticking(function() return ended == 6 end)
    for _ = 1, 6 do
      driver.spawn(function(expected)
        assert.equal("argument", expected)
        for _ = 1, 3 do
          now = now + 1
          most = math.max(most, now)
          assert(list())
          now = now - 1
        end
        ended = ended + 1
      end, "argument")
    end
    uv.run()
    assert.same({}, errors)
    assert.equal(6, ended)
    assert.equal(6, most)
    assert.is_true(ticks() >= 3, ticks() .. " ticks")
    assert.equal(18, home.sim:count {})
  end)

  it("runs a whole restore, and gathers", function()
    local status, results
    driver.spawn(function()
      local session = home:session(client, "sharePoint", 1, 2)
      assert(session:activate())
      home.sim:advance(86400)
      status = assert(session:wait()).status
      results = m365.gather({ 1, 2, 3 }, function() return list() ~= nil end)
    end)
    uv.run()
    assert.same({}, errors)
    assert.equal("completed", status)
    assert.same({ true, true, true }, results)
  end)

  it("closes its handles when nothing is left to wait for", function()
    driver.spawn(list)
    assert.is_true(handles() > 0)
    uv.run()
    assert.equal(0, handles())
    driver.spawn(function() assert(list()) end)
    uv.run()
    assert.equal(0, handles())
    assert.same({}, errors)
  end)

  it("tells of every error, whoever spawned the task, and goes on", function()
    local ended
    driver.spawn(function() error { code = "one" } end)
    m365.spawn(function()
      list()
      error("two", 0)
    end)
    driver.spawn(function()
      assert(list())
      assert(list())
      ended = true
    end)
    uv.run()
    assert.is_true(ended)
    assert.equal(2, #errors)
    assert.equal("one", errors[1].code)
    assert.equal("two", errors[2])
  end)

  it("lets a callback of the loop set an event", function()
    local event, ended = core.event(), false
    driver.spawn(function()
      event:wait()
      ended = true
    end)
    ticking(function(ticks)
      if ticks < 3 then return false end
      assert(not ended)
      event:set()
      driver.wake()
      return true
    end)
    uv.run()
    assert.is_true(ended)
    assert.same({}, errors)
  end)

  it("lets a callback of the loop close a client that is at work", function()
    home.sim:fault { operation = "restoreSessions.list", action = "stall", seconds = 30, times = 2 }
    local doomed = home:client()
    local codes = {}
    for _ = 1, 2 do
      driver.spawn(function()
        local _, err = list(doomed)
        codes[#codes + 1] = err.code
      end)
    end
    ticking(function(ticks)
      if home.sim:count {} < 2 and ticks < 5000 then return false end
      doomed:close()
      return true
    end)
    uv.run()
    assert.same({}, errors)
    assert.same({ "closed", "closed" }, codes)
    assert.equal(0, handles())
  end)

  it("can be closed, and goes on when it is woken", function()
    local answer
    driver.spawn(function() answer = list() end)
    ticking(function(ticks)
      if ticks < 2 then return false end
      driver.close()
      return true
    end)
    uv.run()
    assert.is_nil(answer)
    assert.equal(0, handles())
    driver.wake()
    uv.run()
    assert.truthy(answer)
  end)

  it("has its functions in the library of annotations", function()
    local text = scratch.read "library/m365restore.lua"
    for verb in pairs(driver) do
      assert.truthy(text:find("\nfunction luv." .. verb .. "(", 1, true), verb)
    end
  end)

  it("refuses what is no function", function()
    assert.truthy(raised(driver.open):find("open: on_error: a function was expected, got nil", 1, true))
    assert.truthy(raised(driver.spawn, 5):find("function expected", 1, true))
  end)
end)
