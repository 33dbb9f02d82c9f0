local m365 = require "m365restore"
local support = require "spec.support.restore"
local switches = require("m365restore.simulator.dialects").switches

--- The combinations that change how a session begins.
local dialects = {
  {}, { empty_sessions = false, create_status = "activating" },
  { empty_sessions = false, create_status = "says_activating" },
  { empty_sessions = false, created_by = "null" }, { empty_sessions = false, create_echo = true },
  { empty_sessions = false, draft_counts = "in_progress" },
}

--- Everything that the contract leaves open, one at a time.
local names = {}
for name in pairs(switches) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(support.is_slow and {} or names) do
  for _, value in ipairs { table.unpack(switches[name], 2) } do dialects[#dialects + 1] = { [name] = value } end
end

local function name_of(dialect)
  local parts = {}
  for name, value in pairs(dialect) do parts[#parts + 1] = name .. "=" .. tostring(value) end
  table.sort(parts)
  return #parts > 0 and table.concat(parts, ", ") or "the usual one"
end

describe("a plan is applied in every dialect: #matrix", function()
  for _, dialect in ipairs(dialects) do
    it(name_of(dialect), function()
      local place = support.start { sites = 55, dialect = dialect, page_size = 30, speed = 400000 }
      local plan = place:plan { destination = "inPlace" }
      local sick = plan.rows[7]
      place.sim:fail_artifact { restorePoint = sick.restorePointId, code = "ArtifactNotFound", message = "It is gone." }

      local run = assert(place:apply(plan))
      assert.is_nil(run.error)
      assert.same({ restored = 54, failed = 1 }, support.outcomes(run))
      assert.equal("ArtifactNotFound", run:report().rows[7].code)
      place:assert_exactly_once(plan)

      -- the journal is lost, the plan is applied again
      local again = assert(place:apply(plan, { journal = place:path "second.jsonl" }))
      assert.same({ already_restored = 54, failed = 1 }, support.outcomes(again))
      -- the journal is there
      assert.same({ restored = 54, failed = 1 }, support.outcomes(assert(m365.resume(place.client, place:path()))))
      -- one that has failed is as if it never was: it was tried again, and none of the others
      local counts = place:activations()
      for _, row in ipairs(plan.rows) do
        assert.equal(row == sick and 2 or 1, counts[row.restorePointId])
      end
      place:stop()
    end)
  end
end)
