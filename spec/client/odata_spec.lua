--- OData's options of a list, each against the simulator: what goes out, and what comes of it.
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

local SITES = 23

describe("a list", function()
  local sim, client
  support.around(function(...) sim, client = ... end, { sites = SITES, max_page_size = 8, page_size = 8,
    dialect = { list_options = "described" } })

  local function units(opts) return client.sharePoint:protection_units(opts) end

  local function walk(list)
    local ids = {}
    for one in list do ids[#ids + 1] = one.id end
    return ids
  end

  it("tells its count from the first page, and starts at its first item all the same", function()
    local list = units { count = true }
    assert.equal(SITES, list:count())
    assert.equal(SITES, list:count())
    assert.equal(1, sim:count())
    assert.equal("true", support.query(sim:ledger()[1])["$count"])
    assert.equal(SITES, #walk(list))
    assert.equal(3, sim:count())
    assert.equal(SITES, list:count()) -- it is remembered
    local few = units { count = true, filter = "siteId eq '" .. units():next().siteId .. "'", top = 1 }
    assert.equal(1, few:count())
    assert.equal(SITES, units({ count = true, top = 2, skip = 5 }):count())
    assert.equal(0, client:sessions({ count = true }):count())
  end)

  it("says where there is no count, and raises where none was asked for", function()
    assert.matches("list%.count: it was not asked for", raised(function() return units():count() end))
    support.answer(sim, { value = {} })
    local none, err = units({ count = true }):count()
    assert.same({ "bad_answer", "the service gave no count" }, { err.code, err.message, none })
    support.answer(sim, "", { status = 403 })
    none, err = units({ count = true }):count()
    assert.is_nil(none)
    assert.equal(403, err.status)
  end)

  it("gives no more than top, whatever the size of a page is, and asks for no more", function()
    local all = walk(units())
    for _, case in ipairs { { 1, 1 }, { 7, 1 }, { 8, 1 }, { 9, 2 }, { 16, 2 }, { 20, 3 }, { SITES, 3 }, { 100, 3 } } do
      local top, pages = table.unpack(case)
      sim:forget()
      local found = walk(units { top = top })
      assert.same({ table.unpack(all, 1, top) }, found)
      assert.equal(pages, sim:count(), "top " .. top)
      assert.equal(tostring(top), support.query(sim:ledger()[1])["$top"])
    end
    local n = 0
    for page in units({ top = 10 }):pages() do n = n + #page end
    assert.equal(10, n)
  end)

  it("asks for a page of page_size, and gives all", function()
    assert.equal(SITES, #walk(units { page_size = 5 }))
    assert.equal(5, sim:count())
    assert.matches("odata%.maxpagesize=5", sim:ledger()[5].headers.prefer)
  end)

  it("leaves out what skip says", function()
    local all = walk(units())
    for _, n in ipairs { 0, 1, 9, SITES, 100 } do
      assert.same({ table.unpack(all, n + 1) }, walk(units { skip = n }))
    end
    assert.same({ all[5], all[6], all[7] }, walk(units { skip = 4, top = 3 }))
    assert.matches("skip: a whole number of at least 0", raised(units, { skip = -1 }))
    assert.matches("top: a whole number of at least 1", raised(units, { top = 0 }))
  end)

  it("selects, searches, orders and expands", function()
    local name = units({ skip = 3 }):next().siteName
    local found = units { search = '"' .. name .. '"', count = true }
    assert.is_true(found:count() >= 1)
    for unit in found do assert.is_truthy(unit.siteName:find(name, 1, true)) end
    local lean = units({ select = "siteId" }):next()
    assert.same({ true, true }, { lean.siteId ~= nil, lean.siteName == nil })
    local unit = units():next()
    local oldest, latest = client:restore_points { unit = unit, order = "oldest" }:next(),
      client:restore_points { unit = unit, order = "latest" }:next()
    assert.is_true(oldest.protectionDateTime < latest.protectionDateTime)
    assert.equal(unit, client:restore_point(latest.id, { expand = "protectionUnit" }).protectionUnit)
    assert.is_nil(client:restore_point(latest.id).protectionUnit)
    local _, refused = units({ orderby = "siteName" }):next()
    assert.equal(400, refused.status) -- no page says that units can be ordered, and what the service says is told
  end)

  it("takes a list of names where OData has a list, as well as its text", function()
    local function query() return support.query(sim:ledger()[#sim:ledger()]) end
    local lean = units({ select = { "id", "siteId" } }):next()
    assert.same({ "id,siteId", true, true }, { query()["$select"], lean.siteId ~= nil, lean.siteName == nil })
    assert(client.sharePoint:protection_unit(lean.id, { select = { "id" } }))
    assert.equal("id", query()["$select"])
    local point = client:restore_points { unit = lean, order = "latest" }:next()
    assert.equal(lean, client:restore_point(point.id, { expand = { "protectionUnit" } }).protectionUnit)
    units({ orderby = { "siteName desc", "id" }, expand = { "a", "b" } }):next()
    assert.same({ "siteName desc,id", "a,b" }, { query()["$orderby"], query()["$expand"] })
    for _, name in ipairs { "select", "expand", "orderby" } do
      for said, value in pairs {
        [": a string or a list of strings was expected, got number"] = 7,
        [": a string or a list of strings was expected, got boolean"] = false,
      } do
        assert.truthy(raised(units, { [name] = value }):find(said, 1, true), name)
      end
      for _, value in ipairs { {}, { id = true }, { "id", nil, "x" }, { "id", also = "x" } } do
        assert.matches("a string or a list of strings was expected, got another table",
          raised(units, { [name] = value }))
      end
      assert.matches(name .. "%[2%]: a string was expected, got number", raised(units, { [name] = { "id", 2 } }))
      assert.matches(name .. "%[1%]: control characters", raised(units, { [name] = { "i\n" } }))
    end
  end)

  it("tells what the service says where it takes no skip and no search", function()
    local other, c = support.start { sites = 3 }
    for _, opts in ipairs { { skip = 1 }, { search = "x" } } do
      local none, err = c:protection_units(opts):next()
      assert.is_nil(none)
      assert.equal(400, err.status)
    end
    assert.equal(2, #walk(c:protection_units { top = 2 }))
    c:close()
    other:stop()
  end)
end)
