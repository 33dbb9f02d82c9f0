local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

local PERIOD = { startDateTime = "2026-01-01T00:00:00Z", endDateTime = "2026-11-03T00:00:00Z" }

describe("restore points", function()
  local sim, client
  support.around(function(...) sim, client = ... end, { sites = 45 })

  local function ids(count)
    local list = {}
    for unit in client.sharePoint:protection_units { page_size = 20 } do
      list[#list + 1] = unit.id
      if #list == count then break end
    end
    sim:forget()
    return list
  end

  it("are listed in the documented form", function()
    local unit = sim:units("site")[1]
    local n = 0
    for point in client:restore_points { unit = unit.id, before = "2026-11-01T06:00:00Z", order = "oldest" } do
      n = n + 1
      assert.equal("restorePoint", m365.type(point))
      assert.equal(unit.id, point.protectionUnit.id)
      assert.equal(-1, m365.time.compare(point.protectionDateTime, "2026-11-01T06:00:00Z"))
    end
    assert.is_true(n > 0)
    local query = support.query(select(2, support.last(sim)))
    assert.equal("protectionUnit($filter=id eq '" .. unit.id .. "')", query["$expand"])
    assert.equal("protectionDateTime lt 2026-11-01T06:00:00Z", query["$filter"])
    assert.equal("protectionDateTime asc", query["$orderby"])
  end)

  it("are listed between two times, given as numbers too, and of a unit as it stands", function()
    local unit = assert(client:protection_unit(ids(1)[1]))
    client:restore_points { unit = unit, before = 1793577600, after = "2026-11-01T00:00Z" }:next()
    local query = support.query(select(2, support.last(sim)))
    assert.equal("protectionDateTime lt 2026-11-02T00:00:00Z and protectionDateTime gt 2026-11-01T00:00:00Z",
      query["$filter"])
  end)

  it("are listed with quotes doubled, so that an id cannot add to the filter", function()
    client:restore_points { unit = "x' or 'a' eq 'a" }:next()
    local query = support.query(select(2, support.last(sim)))
    assert.equal("protectionUnit($filter=id eq 'x'' or ''a'' eq ''a')", query["$expand"])
  end)

  it("name the option that is wrong", function()
    assert.matches("restore_points%.unit: an id", raised(client.restore_points, client, {}))
    assert.matches("restore_points%.before: a time like .* was expected, got soon",
      raised(client.restore_points, client, { unit = "u", before = "soon" }))
    assert.matches("restore_points%.filter cannot be given: use before and after",
      raised(client.restore_points, client, { unit = "u", filter = "x" }))
    assert.matches("restore_points%.order: one of asc, desc, latest, oldest was expected, got newest; did you mean",
      raised(client.restore_points, client, { unit = "u", order = "newest" }))
  end)

  it("are got by id", function()
    local point = sim:points(ids(1)[1])[1]
    assert.equal(point.id, assert(client:restore_point(point.id)).id)
    local answer, err = client:restore_point "none"
    assert.is_nil(answer)
    assert.equal("RestorePointNotFound", err.code)
  end)
end)

describe("the search of restore points", function()
  local sim, client
  support.around(function(...) sim, client = ... end, { sites = 45 })

  local units = {}
  setup(function()
    for unit in client.sharePoint:protection_units() do units[#units + 1] = unit.id end
  end)

  local function search(query, ...)
    query.protectionTimePeriod = query.protectionTimePeriod or PERIOD
    return client:search_restore_points(query, ...)
  end

  it("takes any number of units, 20 in a request, in their order", function()
    local found = assert(search { protectionUnitIds = units, tags = "fastRestore", concurrency = 3 })
    assert.equal(45, #found.searchResults)
    for i, hit in ipairs(found.searchResults) do
      assert.equal(units[i], hit.restorePoint.protectionUnit.id)
      assert.equal("restorePoint", m365.type(hit.restorePoint))
    end
    assert.same({ {}, {} }, { found.noResultProtectionUnitIds, found.unanswered })
    assert.is_nil(found.searchResponseId)
    local sizes = {}
    for i, entry in ipairs(sim:ledger { operation = "restorePoints.search" }) do
      sizes[i] = #entry.body.protectionUnitIds
      assert.equal("fastRestore", entry.body.tags)
      assert.same(PERIOD, entry.body.protectionTimePeriod)
    end
    table.sort(sizes)
    assert.same({ 5, 20, 20 }, sizes)
  end)

  it("names the units without a point", function()
    local unknown = "00000000-0000-0000-0000-000000000001"
    local found = assert(search { protectionUnitIds = { units[1], unknown, units[1]:upper() } })
    assert.equal(1, #found.searchResults)
    assert.same({ unknown }, found.noResultProtectionUnitIds)
    assert.is_string(found.searchResponseId)
  end)

  it("asks again, in smaller groups, for the units in neither list", function()
    support.answer(sim, { searchResults = {}, noResultProtectionUnitIds = { units[3] } })
    local found = assert(search { protectionUnitIds = { table.unpack(units, 1, 7) } })
    assert.equal(6, #found.searchResults)
    assert.same({ units[3] }, found.noResultProtectionUnitIds)
    local sizes = {}
    for i, entry in ipairs(sim:ledger { method = "POST" }) do sizes[i] = #entry.body.protectionUnitIds end
    assert.same({ 7, 3, 3 }, sizes)
  end)

  it("asks one by one in the end, and names the units that stay unanswered", function()
    support.answer(sim, { searchResults = {}, noResultProtectionUnitIds = {} }, { times = 100 })
    local found = assert(search { protectionUnitIds = { table.unpack(units, 1, 4) } })
    assert.same({ table.unpack(units, 1, 4) }, found.unanswered)
    assert.equal(1 + 2 + 4, sim:count { method = "POST" })
  end)

  it("takes a hit that does not say whose it is only where one unit was asked for", function()
    support.answer(sim, { searchResults = { { restorePoint = { id = "p" } } } }, { times = 100 })
    local found = assert(search { protectionUnitIds = { units[1], units[2] } })
    assert.equal(2, #found.searchResults)
    assert.equal("p", found.searchResults[1].restorePoint.id)
    assert.equal(3, sim:count { method = "POST" })
  end)

  it("finds the one id that the service refuses a group for", function()
    local list = { table.unpack(units, 1, 25) }
    list[13] = "nonsense"
    local found, err = search { protectionUnitIds = list }
    assert.is_nil(found)
    assert.equal("InvalidProtectionUnitId", err.code)
    assert.same({ "nonsense" }, err.protectionUnitIds)
  end)

  it("gives up on any other failure, and tells which units were meant", function()
    sim:fault { action = "status", status = 403, after = 1 }
    local found, err = search { protectionUnitIds = units }
    assert.is_nil(found)
    assert.equal("BackupRestore-Search.Read.All", err.permission)
    assert.same({ table.unpack(units, 21, 40) }, err.protectionUnitIds)
  end)

  it("finds mail by a query, for one mailbox", function()
    local mailbox = client.exchange:protection_units():next()
    local query = { queryExpression = "(Subject -like 'x')", artifactType = "message" }
    local found = assert(search { protectionUnitIds = { mailbox }, artifactQuery = query })
    assert.is_string(found.searchResponseId)
    assert.equal("integer", math.type(found.searchResults[1].artifactHitCount))
    local answer, err = search { protectionUnitIds = { mailbox, units[1] }, artifactQuery = query }
    assert.is_nil(answer)
    assert.equal("InvalidSearchRequest", err.code)
    assert.is_false(err.sent)
  end)

  it("leaves structured queries to beta", function()
    local mailbox = client.exchange:protection_units():next()
    local query = { structuredQueryExpression = { subjects = { "x" } } }
    local found, err = search { protectionUnitIds = { mailbox }, artifactQuery = query }
    assert.is_nil(found)
    assert.same({ "beta_only", false }, { err.code, err.sent })
    local beta = support.client(sim, { beta = true })
    assert(beta:search_restore_points { protectionUnitIds = { mailbox }, artifactQuery = query,
      protectionTimePeriod = PERIOD })
    assert.same(query, select(2, support.last(sim)).body.artifactQuery)
    beta:close()
  end)

  it("keeps to the limits of each call", function()
    sim:fault { action = "stall", seconds = 5, before = "headers" }
    local found, err = client:search_restore_points({ protectionUnitIds = { units[1] }, protectionTimePeriod = PERIOD },
      { timeout = 0.2, retries = 0 })
    assert.is_nil(found)
    assert.equal("deadline", err.code)
  end)

  it("works in a task, among others", function()
    local found, failures = m365.gather({ 1, 2 }, function()
      return search { protectionUnitIds = units, concurrency = 2 }
    end)
    assert.same({}, failures)
    assert.equal(45, #found[2].searchResults)
  end)

  it("raises on misuse, and names the field", function()
    assert.matches("protectionTimePeriod: { startDateTime =", raised(client.search_restore_points, client,
      { protectionUnitIds = units }))
    assert.matches("protectionUnitIds%[2%]: an id", raised(search, { protectionUnitIds = { "a", false } }))
    assert.matches("unknown option 'timeuot'", raised(client.search_restore_points, client,
      { protectionUnitIds = units, protectionTimePeriod = PERIOD }, { timeuot = 1 }))
    assert.matches("did you mean 'protectionUnitIds'", raised(search, { protectionUnitId = {} }))
    assert.matches("protectionTimePeriod%.endDateTime: a time like .* was expected", raised(search,
      { protectionUnitIds = { "a" }, protectionTimePeriod = { endDateTime = "x" } }))
    local found, err = search { protectionUnitIds = {} }
    assert.is_nil(found)
    assert.equal("InvalidSearchRequest", err.code)
  end)
end)

describe("the state of the service", function()
  it("is told", function()
    local sim, client = support.start()
    local status = assert(client:status())
    assert.equal("serviceStatus", m365.type(status))
    assert.equal("enabled", status.status)
    support.answer(sim, {})
    local none, err = client:status()
    assert.is_nil(none)
    assert.equal("bad_answer", err.code)
    client:close()
    sim:stop()
  end)
end)
