local generator = require "spec.support.generator"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

--- A list with everything in it: units, strangers, repetitions; destinations and priorities of their own.
local function random_list(random, sites)
  local lines = { "protectionUnitId,destination,priority" }
  for _ = 1, random(150) do
    local id = random(15) == 1 and "00000000-0000-0000-0000-000000000000" or sites[random(#sites)].id
    lines[#lines + 1] = string.format("%s,%s,%d", id, random(3) == 1 and "new" or "inPlace", random(5))
  end
  return table.concat(lines, "\n"), #lines - 1
end

local function check_sessions(place, size)
  local artifacts = 0
  for _, session in ipairs(place.sim:sessions()) do
    assert.is_true(#session.artifacts <= size)
    for _, artifact in ipairs(session.artifacts) do
      assert.equal(session.artifacts[1].destinationType, artifact.destinationType)
      artifacts = artifacts + 1
    end
  end
  return artifacts
end

describe("whatever is in a plan,", function()
  it("no session mixes destinations or is too large, no limit is passed, and every target has one row", function()
    local random = generator(2026)
    for i = 1, os.getenv "M365RESTORE_FULL" and 60 or 12 do
      local size, sessions, in_flight = random(50), random(6), 20 + random(60)
      local place = support.start({
        sites = 120, speed = 400000,
        limits = { active_sessions = sessions, artifacts_per_request = size },
      }, { max_artifacts = size })
      local text, count = random_list(random, place.sim:units "site")
      scratch.write(place:path "list.csv", text)
      local plan = place:plan { targets = place:path "list.csv" }
      for _ = 1, plan.planned > 0 and random(4) - 1 or 0 do
        place.sim:fail_artifact { restorePoint = plan.rows[random(#plan.rows)].restorePointId, times = 1 }
      end
      if plan.planned > 0 then
        local run = assert(place:apply(plan, { max_in_flight = in_flight, interval = "1h" }))
        assert.is_nil(run.error)
        local report = run:report()
        assert.equal(count, #report.rows)
        for n, row in ipairs(report.rows) do
          assert.equal(n, row.n)
          assert.is_true(plan.rows[n].refusal ~= nil and (row.outcome == "refused" or row.outcome == "duplicate")
            or row.outcome == "restored" or row.outcome == "failed", i)
        end
        assert.equal(plan.planned, check_sessions(place, size))
        assert.is_true(place.sim:peak_in_flight "sharePoint" <= math.max(in_flight, size))
        place:assert_exactly_once(plan)
      end
      place:stop()
    end
  end)
end)
