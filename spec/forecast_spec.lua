--- The time that is left, held against restores that follow the simulator's law: the targets of a session end one after
-- the other, over as long as Microsoft's figures say, times a factor that the forecast does not know.
local forecast = require "m365restore.forecast"
local generator = require "spec.support.generator"

-- seconds: the shortest restore, and between the activations of two sessions
local SHORTEST, BETWEEN = 1800, 30

--- Sessions of 50 targets with the moments at which these end; and when all have ended.
local function restore(count, factor, random)
  local sessions, in_flight, last = {}, 0, 0
  for first = 1, count, 50 do
    local size = math.min(50, count - first + 1)
    in_flight = in_flight + size
    local began, ends = #sessions * BETWEEN, {}
    local spread = factor * math.max(forecast.duration(math.min(in_flight, 1000)) - SHORTEST, 0)
    for i = 1, size do
      ends[i] = began + 60 + spread * (i - 1) / size + factor * SHORTEST * (0.8 + 0.4 * random(1000) / 1000)
      last = math.max(last, ends[i])
    end
    table.sort(ends)
    sessions[#sessions + 1] = { id = tostring(first), began = began, ends = ends, finished = 0 }
  end
  return sessions, last
end

local function listen(seen, sessions, now)
  local finished = 0
  for _, session in ipairs(sessions) do
    while session.finished < #session.ends and session.ends[session.finished + 1] <= now do
      session.finished = session.finished + 1
    end
    if session.began <= now then
      seen:watch(session.id, #session.ends, session.began, 0, now)
      seen:hear(session.id, session.finished, now)
    end
    finished = finished + session.finished
  end
  return finished
end

describe("the forecast", function()
  for _, count in ipairs { 20, 60, 200, 1000 } do
    it(("of %d targets holds the truth in nine of ten lines, and narrows"):format(count), function()
      local lines, held = 0, 0
      for i, factor in ipairs { 0.3, 0.6, 1, 1.7, 3 } do
        local sessions, last = restore(count, factor, generator(i))
        local seen = forecast.new(count)
        for now = 0, last - 1, last / 100 do
          local finished = listen(seen, sessions, now)
          local soonest, latest = seen:range(now, count - finished)
          lines, held = lines + 1, held + (soonest <= last - now and last - now <= latest and 1 or 0)
          if finished * 10 >= count then
            assert.is_true(latest <= 3 * soonest, ("%g to %g"):format(soonest, latest))
          end
        end
      end
      assert.is_true(held >= 0.9 * lines, ("%d of %d"):format(held, lines))
    end)
  end

  it("begins with the estimate that it is given", function()
    local soonest, latest = forecast.new(60, 36000):range(0, 60)
    assert.is_true(soonest < 36000 and 36000 < latest)
    local usual = select(2, forecast.new(60):range(0, 60))
    assert.is_true(usual < latest)
  end)

  it("takes what had finished before it watched for no speed", function()
    local fresh, late = forecast.new(50), forecast.new(50)
    late:watch("a", 50, 0, 40, 9000)
    fresh:watch("a", 50, 0, 0, 0)
    fresh:hear("a", 40, 900)
    -- ten times as fast by what one of them saw; the other one knows nothing yet
    assert.is_true(select(2, fresh:range(900, 10)) * 2 < select(2, late:range(9000, 10)))
  end)

  it("knows a session by its id alone, whenever it is heard of again", function()
    local seen = forecast.new(100)
    seen:watch("a", 50, 0, 0, 0)
    seen:hear("a", 50, 5000)
    local before = { seen:range(6000, 50) }
    seen:watch("a", 50, 0, 50, 6000)
    seen:hear("a", 49, 6000)
    assert.same(before, { seen:range(6000, 50) })
    seen:watch("b", 50, 0, 50, 6000)
    assert.is_true(seen:range(6000, 0) == 0)
  end)
end)
