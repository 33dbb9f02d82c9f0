-- Long texts and the garbage collector: what decoding borrows is given back.

local core = require "m365restore.core"

local ITEM = '{"id":"%08d","status":"succeeded","restoredSiteId":"contoso.example,%08d"}'

--- A JSON list of so many objects: long enough for the collector to matter.
local function long_text(count)
  local items = {}
  for i = 1, count do
    items[i] = ITEM:format(i, i)
  end
  return "[" .. table.concat(items, ",") .. "]"
end

--- Runs a function in a mode of the collector, and puts everything back.
local function with_collector(mode, fn)
  collectgarbage()
  local before = collectgarbage(mode)
  local ok, err = pcall(fn)
  collectgarbage("restart")
  collectgarbage(before)
  assert(ok, err)
end

describe("decoding long texts", function()
  local text = long_text(2000)

  for _, mode in ipairs { "generational", "incremental" } do
    it("needs no more memory for a hundred than for a few, " .. mode, function()
      with_collector(mode, function()
        local few, many = 0, 0
        for i = 1, 100 do
          local list = core.decode(text)
          assert.equal(2000, #list)
          list = nil -- luacheck: ignore
          if i <= 10 then
            few = math.max(few, collectgarbage("count"))
          end
          many = math.max(many, collectgarbage("count"))
        end
        assert.is_true(many <= 2 * few, ("%.0f KiB after 10 texts, %.0f after 100"):format(few, many))
      end)
    end)

    it("keeps collecting what dies old, " .. mode, function()
      with_collector(mode, function()
        local window, highest, settled = {}, 0, 0 -- luacheck: ignore window
        for i = 1, 120 do
          window[i % 4 + 1] = core.decode(text)
          highest = math.max(highest, collectgarbage("count"))
          if i == 40 then
            settled = highest
          end
        end
        assert.is_true(highest <= 2 * settled, ("%.0f KiB after 40 texts, %.0f after 120"):format(settled, highest))
      end)
    end)
  end

  it("leaves a collector alone that the host has stopped", function()
    with_collector("generational", function()
      collectgarbage("stop")
      local weak = setmetatable({ {} }, { __mode = "v" })
      for _ = 1, 3 do
        core.decode(text)
      end
      assert.is_false(collectgarbage("isrunning"))
      assert.is_table(weak[1])
    end)
  end)
end)
