--- One step of the scheduler is one round of the tasks that can go on: no task keeps a host's loop.
local core = require "m365restore.core"
local m365 = require "m365restore"
local tenant = require "spec.support.tenant"

-- a step that went on for as long as there is something to do would reach it, and end there
local ENDLESS = 1000

describe("one step", function()
  local tasks

  before_each(function() tasks = {} end)
  after_each(function()
    for _, task in ipairs(tasks) do m365.cancel(task) end
    while m365.timeout() == 0 do m365.step(0) end
  end)

  local function spawn(...)
    tasks[#tasks + 1] = m365.spawn(...)
    return tasks[#tasks]
  end

  it("is one turn of a task that only yields", function()
    local turns = 0
    spawn(function()
      while true do
        turns = turns + 1
        coroutine.yield()
      end
    end)
    for n = 1, 5 do
      m365.step(0)
      assert.equal(n, turns)
      assert.equal(0, m365.timeout())
    end
  end)

  it("is one turn of a task that spawns itself", function()
    local turns = 0
    local function again()
      turns = turns + 1
      if turns < ENDLESS then m365.spawn(again) end
    end
    m365.spawn(again)
    for n = 1, 5 do
      m365.step(0)
      assert.equal(n, turns)
    end
    turns = ENDLESS
  end)

  it("is one turn of two tasks that wake each other", function()
    local turns, ball = { 0, 0 }, { core.event(), core.event() }
    for side = 1, 2 do
      spawn(function()
        while turns[side] < ENDLESS do
          ball[side]:wait()
          turns[side], ball[side] = turns[side] + 1, core.event()
          ball[3 - side]:set()
        end
      end)
    end
    m365.step(0)
    ball[1]:set()
    for n = 1, 6 do
      m365.step(0)
      assert.equal(n, turns[1] + turns[2])
    end
  end)

  it("is one turn of a task that sleeps for no time", function()
    local turns = 0
    spawn(function()
      while turns < ENDLESS do
        turns = turns + 1
        core.sleep(0)
      end
    end)
    for n = 1, 5 do
      m365.step(0)
      assert.is_true(turns <= n)
    end
  end)

  it("starts no task that was spawned in it", function()
    local seen = {}
    spawn(function()
      seen[#seen + 1] = "parent"
      spawn(function() seen[#seen + 1] = "child" end)
    end)
    m365.step(0)
    assert.same({ "parent" }, seen)
    m365.step(0)
    assert.same({ "parent", "child" }, seen)
  end)

  it("brings requests on beside a task that only yields", function()
    local home = tenant.start { sites = 1 }
    finally(function() home:stop() end)
    local client <close> = home:client()
    local session = home:session(client, "sharePoint", 1)
    local found, steps = nil, 0
    spawn(function() while true do coroutine.yield() end end)
    spawn(function() found = client:session(session.id) end)
    while not found do
      m365.step(0.01)
      steps = steps + 1
    end
    assert.equal(session.id, found.id)
    assert.is_true(steps > 1)
  end)

  it("is no more than a round where the main program waits for all of them", function()
    local event, turns = core.event(), 0
    local function again()
      turns = turns + 1
      if turns == 10 then event:set() end
      if turns < ENDLESS then m365.spawn(again) end
    end
    m365.spawn(again)
    event:wait()
    assert.is_true(turns < 20, turns .. " turns")
    turns = ENDLESS
  end)
end)
