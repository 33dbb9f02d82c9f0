local forecast = require "m365restore.forecast"
local generator = require "spec.support.generator"
local waves = require "m365restore.plan.schedule"

local function random_rows(random)
  local rows = {}
  for n = 1, random(400) do
    rows[n] = {
      n = n, kind = random(5) == 1 and "item" or "standard", destinationType = random(3) == 1 and "new" or "inPlace",
      priority = random(4), refusal = random(6) == 1 and { code = "unknown" } or nil,
    }
  end
  return rows
end

local function check(rows, size)
  local count = waves.assign(rows, size)
  local seen, batches = {}, waves.batches(rows)
  assert.equal(count, #batches)
  for i, batch in ipairs(batches) do
    assert.equal(i, batch.wave)
    assert.is_true(#batch.rows <= size)
    for j, row in ipairs(batch.rows) do
      assert.equal(batch.rows[1].destinationType, row.destinationType)
      assert.equal(batch.rows[1].kind, row.kind)
      assert.is_nil(seen[row.n])
      seen[row.n] = true
      local before = batch.rows[j - 1] or { priority = 0, n = 0 }
      assert.is_true(before.priority < row.priority or before.priority == row.priority and before.n < row.n)
    end
  end
  for _, row in ipairs(rows) do
    assert.equal(row.refusal == nil, seen[row.n] == true)
  end
end

describe("waves", function()
  it("hold every target once, and never mix or overflow, whatever the plan", function()
    local random = generator(42)
    for _ = 1, 200 do check(random_rows(random), random(60)) end
  end)

  it("are full: no more of them than there must be", function()
    local rows = {}
    for n = 1, 120 do rows[n] = { n = n, kind = "standard", destinationType = "new", priority = 1 } end
    assert.equal(3, waves.assign(rows, 50))
  end)

  it("start only while there is room", function()
    local limits, random = { sessions = 25, in_flight = 1000 }, generator(7)
    for _ = 1, 2000 do
      local busy, size = { sessions = random(27) - 1, artifacts = random(1001) - 1 }, random(50)
      local fits = waves.fits(busy, size, limits)
      assert.equal(busy.sessions < 25 and (busy.artifacts + size <= 1000 or busy.artifacts == 0), fits)
    end
  end)

  it("take as long as Microsoft's figures say", function()
    for count, hours in pairs { [0] = 0, [1] = 0.5, [50] = 3, [150] = 3.5, [250] = 4, [1000] = 10, [2000] = 20 } do
      assert.near(hours * 3600, forecast.duration(count), 1)
    end
  end)
end)
