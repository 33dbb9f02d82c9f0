-- Long texts and the garbage collector: what decoding borrows is given back.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

-- what a spec's process has done before weighs on its collector: each measurement has a process of its own
local COMMON = [[
  local core = require "m365restore.core"
  collectgarbage(arg[1])
  local items = {}
  for i = 1, 2000 do
    items[i] = ('{"id":"%08d","status":"succeeded","restoredSiteId":"contoso.example,%08d"}'):format(i, i)
  end
  local text = "[" .. table.concat(items, ",") .. "]"
]]

describe("decoding long texts", function()
  local folder

  setup(function() folder = scratch.folder() end)
  teardown(function() scratch.remove(folder) end)

  -- what a script prints after the common beginning, as numbers
  local function measure(mode, body)
    local script = folder .. "/measure.lua"
    scratch.write(script, COMMON .. body)
    local result = assert(system.run({ scratch.interpreter(), script, mode }, { env = scratch.environment() }))
    assert(result.status == 0, result.stderr)
    local numbers = {}
    for number in result.stdout:gmatch "%S+" do
      numbers[#numbers + 1] = assert(tonumber(number))
    end
    return table.unpack(numbers)
  end

  for _, mode in ipairs { "generational", "incremental" } do
    it("needs no more memory for a hundred than for a few, " .. mode, function()
      local few, many = measure(mode, [[
        local few, many = 0, 0
        for i = 1, 100 do
          assert(#core.decode(text) == 2000)
          many = math.max(many, collectgarbage "count")
          if i == 10 then few = many end
        end
        print(few, many)
      ]])
      assert.is_true(many <= 2 * few, ("%.0f KiB after 10 texts, %.0f after 100"):format(few, many))
    end)

    it("keeps collecting what dies old, " .. mode, function()
      local settled, highest = measure(mode, [[
        local window, settled, highest = {}, 0, 0
        for i = 1, 120 do
          window[i % 4 + 1] = core.decode(text)
          highest = math.max(highest, collectgarbage "count")
          if i == 40 then settled = highest end
        end
        print(settled, highest)
      ]])
      assert.is_true(highest <= 2 * settled, ("%.0f KiB after 40 texts, %.0f after 120"):format(settled, highest))
    end)

    it("does not keep the collector of a large heap at work, " .. mode, function()
      local cycles = measure(mode, [[
        local heap, cycles = {}, 0
        for i = 1, 200000 do
          heap[i] = { i }
        end
        collectgarbage()
        local function count()
          setmetatable({}, { __gc = function() cycles = cycles + 1; count() end })
        end
        count()
        for _ = 1, 40 do core.decode(text) end
        print(cycles, #heap)
      ]])
      assert.is_true(cycles <= 10, ("%d collections in 40 texts"):format(cycles))
    end)
  end

  it("leaves a collector alone that the host has stopped", function()
    local is_running, is_kept = measure("generational", [[
      collectgarbage "stop"
      local weak = setmetatable({ {} }, { __mode = "v" })
      for _ = 1, 3 do core.decode(text) end
      print(collectgarbage "isrunning" and 1 or 0, weak[1] and 1 or 0)
    ]])
    assert.equal(0, is_running)
    assert.equal(1, is_kept)
  end)
end)
