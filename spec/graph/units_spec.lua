--- A walk over very many protection units takes no more memory at its end than at its start. All 100,000 are walked in
-- `make test-full`, a tenth of them otherwise.
local support = require "spec.graph.support"

local PAGE = 999

describe("a walk over many protection units", function()
  it("keeps no page but the one at hand", function()
    local count = os.getenv "M365RESTORE_FULL" and 100000 or 10000
    local sim, client = support.start({ sites = count, drives = 0, mailboxes = 0 }, { timeout = "60s" })
    local seen, pages, heap = 0, 0, {}
    for page in client.sharePoint:protection_units({ page_size = PAGE }):pages() do
      pages = pages + 1
      for _, unit in ipairs(page) do
        assert(unit.siteId)
        seen = seen + 1
      end
      assert.is_true(#page <= PAGE)
    end
    assert.equal(count, seen)
    assert.equal(math.ceil(count / PAGE), pages)
    assert.equal(pages, sim:count { operation = "siteProtectionUnits.list" })
    local n = 0
    for unit in client.sharePoint:protection_units { page_size = PAGE } do
      n = n + 1
      if n % (PAGE * 2) == 0 and #heap < 100 then
        collectgarbage()
        heap[#heap + 1] = collectgarbage "count"
      end
      assert(unit.id)
    end
    assert.equal(count, n)
    local low, high = math.huge, 0
    for i = 2, #heap do low, high = math.min(low, heap[i]), math.max(high, heap[i]) end
    assert.is_true(high - low < 256, ("%g KiB at least, %g KiB at most"):format(low, high))
    client:close()
    sim:stop()
  end)
end)
