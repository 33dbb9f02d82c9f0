local support = require "spec.support.restore"

local TARGETS = 60

local unclear = { { action = "lose" }, { action = "drop" }, { action = "status", status = 500, processed = true } }

local all = {
  { action = "reset", processed = true }, { action = "reset" }, { action = "throttle", retry_after = 0.02 },
  { action = "status", status = 503 }, { action = "truncate", bytes = 20 }, { action = "garbage" },
  table.unpack(unclear),
}

local dialects = {
  ["the usual dialect"] = { faults = all },
  ["a service that refuses empty sessions"] = { empty_sessions = false, faults = unclear },
  ["a service that starts what it creates"] = {
    empty_sessions = false, create_status = "activating", faults = unclear,
  },
}

for _, dialect in pairs(dialects) do
  dialect.faults = os.getenv "M365RESTORE_FULL" and all or support.is_slow and { unclear[1] } or dialect.faults
end

local function name_of(fault)
  local when = fault.processed and " after it was done" or ""
  return fault.action .. (fault.status and " " .. fault.status or "") .. when
end

--- operation -> how many exchanges a run has with it; the second is tried where not all are.
local function exchanges_of(sim)
  local counts = {}
  for _, entry in ipairs(sim:ledger()) do
    if entry.operation and entry.operation ~= "token" then
      counts[entry.operation] = (counts[entry.operation] or 0) + 1
    end
  end
  return counts
end

local function places(count)
  if os.getenv "M365RESTORE_FULL" then
    local every = {}
    for i = 0, count - 1 do every[#every + 1] = i end
    return every
  end
  return { count > 1 and 1 or 0 }
end

describe("an exchange that goes wrong does not restore anything twice, on", function()
  for name, dialect in pairs(dialects) do
    local faults = dialect.faults
    dialect.faults = nil
    it(name, function()
      local place = support.start({ sites = TARGETS, dialect = dialect, speed = 400000 }, { retries = 2 })
      local tried = 0

      local function run(label, fault)
        place.sim:clear_faults()
        place.sim:forget()
        local plan = place:plan { destination = "inPlace" }
        place.sim:forget()
        if fault then place.sim:fault(fault) end
        local result, err = place:apply(plan, { journal = place:path(label .. ".jsonl"), interval = "90m" })
        assert.is_nil(err, label)
        assert.is_nil(result.error, label .. ": " .. tostring(result.error))
        assert.same({ restored = TARGETS }, support.outcomes(result), label)
        place:assert_exactly_once(plan)
        tried = tried + 1
      end

      local function fresh()
        place:stop()
        place = support.start({ sites = TARGETS, dialect = dialect, speed = 400000 }, { retries = 2 })
      end

      run "undisturbed"
      for operation, count in pairs(exchanges_of(place.sim)) do
        for _, fault in ipairs(faults) do
          for _, after in ipairs(places(count)) do
            fresh()
            local rule = { operation = operation, after = after }
            for key, value in pairs(fault) do rule[key] = value end
            run(string.format("%s %d of %s", name_of(fault), after + 1, operation), rule)
          end
        end
      end
      place:stop()
      assert.is_true(tried > 5)
    end)
  end
end)
