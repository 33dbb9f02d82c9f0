local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

local SITE = "https://contoso.sharepoint.com/sites/one"

--- A made-up snapshot: what each place holds, by its item's key; "" is the top.
local function item(key, kind, name, url)
  return { itemKey = key, type = kind, name = name, webUrl = SITE .. (url or ""), sizeInBytes = "10" }
end

local top = { item("s", "site", "One") }
local libraries = { item("s,d", "documentLibrary", "Documents", "/Shared%20Documents"),
  item("s,a", "documentLibrary", "Site Assets", "/SiteAssets") }
local documents = { item("s,d,f", "folder", "Finance", "/Shared%20Documents/Finance"),
  item("s,d,x", "file", "plan.xlsx", "/Shared%20Documents/plan.xlsx") }
local finance = { item("s,d,f,1", "file", "A.XLSX", "/Shared%20Documents/Finance/A.XLSX"),
  item("s,d,f,q", "folder", "Q1", "/Shared%20Documents/Finance/Q1"),
  item("s,d,f,2", "file", "b.docx", "/Shared%20Documents/Finance/b.docx") }
local quarter = { item("s,d,f,q,1", "file", "c.xlsx", "/Shared%20Documents/Finance/Q1/c.xlsx") }

describe("browse sessions", function()
  local sim, client, session
  support.around(function(...) sim, client = ... end)
  before_each(function()
    local unit = sim:units("site")[1]
    for _, point in ipairs(sim:points(unit.id)) do
      if point.tags == "fastRestore" then
        session = assert(client.sharePoint:create_browse_session { restorePointId = point.id })
        break
      end
    end
    sim:forget()
  end)

  --- Lets the simulator give these lists, in this order.
  local function answers(...)
    for _, list in ipairs { ... } do
      support.answer(sim, { value = list }, { method = "POST", path = "/browse$" })
    end
  end

  local function bodies()
    local list = {}
    for i, entry in ipairs(sim:ledger { path = "/browse$" }) do list[i] = entry.body end
    return list
  end

  it("are made of a restore point, waited for and listed", function()
    assert.equal("sharePointBrowseSession", m365.type(session))
    sim:advance(3600)
    local seen = {}
    assert.equal(session, assert(session:wait { on_progress = function(p) seen[#seen + 1] = p.status end }))
    assert.same({ "created" }, seen)
    assert.equal("GET /sharePointBrowseSessions/" .. session.id, (support.last(sim)))
    local listed
    for one in client:browse_sessions() do listed = listed or one == session end
    assert.is_true(listed)
    assert.equal(session, client.sharePoint:browse_session(session.id))
    local found = client.sharePoint:browse_sessions():next()
    assert.equal("sharePointBrowseSession", m365.type(found))
  end)

  it("take the restore point itself, and nothing else", function()
    local point = client:restore_points { unit = sim:units("site")[1].id, order = "latest" }:next()
    assert.equal("fastRestore", point.tags)
    assert(client.sharePoint:create_browse_session { restorePointId = point })
    assert.same({ restorePointId = point.id }, select(2, support.last(sim)).body)
    local create = client.sharePoint.create_browse_session
    assert.matches("create_browse_session%.restorePointId: a string", raised(create, client.sharePoint, {}))
    assert.matches("did you mean 'restorePointId'", raised(create, client.sharePoint, { restorePointID = "x" }))
    assert.matches("client%.exchange: unknown method 'create_browse_session'",
      raised(function() return client.exchange:create_browse_session {} end))
  end)

  it("end a wait where they failed, with the service's code", function()
    support.answer(sim, { id = session.id, status = "Failed", error = { code = "UnknownError", message = "no" } })
    local none, err, same = session:wait()
    assert.is_nil(none)
    assert.equal("browse_failed", err.code)
    assert.equal("UnknownError", err.service_code)
    assert.equal(session, same)
  end)

  it("list a place by POST, and its further pages by GET along the links", function()
    local link = sim.url .. "/v1.0/solutions/backupRestore/sharePointBrowseSessions/" .. session.id
      .. "/browse?$skiptoken=abc"
    support.answer(sim, { ["@odata.count"] = 3, value = { documents[1] }, ["@odata.nextLink"] = link })
    support.answer(sim, { value = { documents[2] } }, { method = "GET" })
    local names = {}
    for one in session:browse() do
      assert.equal("browseQueryResponseItem", m365.type(one))
      names[#names + 1] = one.name
    end
    assert.same({ "Finance", "plan.xlsx" }, names)
    local entries = sim:ledger()
    assert.same({ "POST", "GET" }, { entries[1].method, entries[2].method })
    assert.same({}, entries[1].body)
    assert.equal("application/json", entries[1].headers["content-type"])
    assert.is_nil(entries[2].body)
    assert.equal("$skiptoken=abc", entries[2].query)
  end)

  it("send a POST again where its answer was lost, because it reads", function()
    sim:fault { action = "drop", method = "POST" }
    answers(documents)
    assert.equal("Finance", session:browse():next().name)
    assert.equal(2, sim:count { method = "POST" })
  end)

  it("list what is in an item, in an order, through a filter", function()
    answers(top, documents, documents)
    local place = session:browse():next()
    session:browse(place):next()
    session:browse({ browseLocationItemKey = "k", browseResourceType = "folder", filter = "(name -contains 'x')",
      orderBy = "nameAsc" }):next()
    local sent = bodies()
    assert.same({ browseLocationItemKey = "s", browseResourceType = "site" }, sent[2])
    assert.same({ browseLocationItemKey = "k", browseResourceType = "folder", filter = "(name -contains 'x')",
      orderBy = "nameAsc" }, sent[3])
    assert.matches("did you mean 'orderBy'", raised(session.browse, session, { orderby = "nameAsc" }))
  end)

  it("go on from the token of a link", function()
    support.answer(sim, { value = documents }, { method = "GET", path = "/browse$" })
    assert.equal("Finance", session:browse_page("a&b"):next().name)
    assert.equal("$skiptoken=a%26b", select(2, support.last(sim)).query)
  end)

  it("leave the optimized way to beta", function()
    local none, err = session:browse { optimizedBrowse = true }
    assert.is_nil(none)
    assert.equal("beta_only", err.code)
    assert.equal(0, sim:count())
  end)

  it("find what a glob means, without going where nothing can match", function()
    answers(top, libraries, documents, finance, quarter)
    local found, paths = session:find "/Shared Documents/Finance/**/*.xlsx"
    assert.same({ "/Shared Documents/Finance/A.XLSX", "/Shared Documents/Finance/Q1/c.xlsx" }, paths)
    assert.equal("s,d,f,1", found[1].itemKey)
    assert.equal("10", found[1].sizeInBytes)
    local sent = bodies()
    assert.equal(5, #sent)
    assert.same({ browseLocationItemKey = "s,d", browseResourceType = "documentLibrary" }, sent[3])
  end)

  it("know a library by its title, too", function()
    answers(top, libraries, documents)
    local _, paths = session:find "/documents/PLAN.*"
    assert.same({ "/Shared Documents/plan.xlsx" }, paths)
  end)

  it("find folders, and files only where they are asked for", function()
    answers(top, libraries, documents, finance, quarter)
    local _, paths = session:find "/Shared Documents/**/Q?"
    assert.same({ "/Shared Documents/Finance/Q1" }, paths)
    sim:clear_faults()
    answers(top, libraries, documents, finance, quarter)
    _, paths = session:find("/Shared Documents/**", { type = "file" })
    assert.equal(4, #paths)
  end)

  it("are walked from the top down", function()
    answers(top, libraries, documents, finance, quarter, {})
    local paths = {}
    for one, path in session:walk() do
      assert.is_string(one.itemKey)
      paths[#paths + 1] = path
    end
    assert.same({ "/Shared Documents", "/Shared Documents/Finance", "/Shared Documents/Finance/A.XLSX",
      "/Shared Documents/Finance/Q1", "/Shared Documents/Finance/Q1/c.xlsx", "/Shared Documents/Finance/b.docx",
      "/Shared Documents/plan.xlsx", "/SiteAssets" }, paths)
  end)

  it("tell a walk's error from its end, and ask the same place again", function()
    answers(top)
    support.answer(sim, { error = { code = "Odd" } }, { method = "POST", status = 400 })
    local walk <close> = session:walk()
    local none, err = walk:next()
    assert.is_nil(none)
    assert.equal("Odd", err.code)
    answers(libraries, {}, {})
    local _, path = walk:next()
    assert.equal("/Shared Documents", path)
    sim:clear_faults()
    support.answer(sim, { error = { code = "Odd" } }, { method = "POST", status = 400, times = 2 })
    local ok, raised_error = pcall(function() for _ in session:walk() do error "nothing was expected" end end)
    assert.is_false(ok)
    assert.equal("Odd", raised_error.code)
    local list, problem, before = session:find "/a/*"
    assert.is_nil(list)
    assert.equal("Odd", problem.code)
    assert.same({}, before)
  end)

  it("give items that go straight into a granular session", function()
    answers(top, libraries, documents)
    local items = assert(session:find("/Shared Documents/*", { type = "file" }))
    support.answer(sim, { id = "g", status = "draft", restoreJobType = "granular" }, { method = "POST", status = 201 })
    local granular = assert(client.sharePoint:create_session { granularSiteRestoreArtifacts = items })
    assert.same({ granularSiteRestoreArtifacts = { { browseSessionId = session.id, id = "s,d,x" } } },
      select(2, support.last(sim)).body)
    support.answer(sim, { ["granularSiteRestoreArtifacts@delta"] = { { id = "s,d,x" } } }, { method = "PATCH" })
    assert.equal(1, #assert(granular:add(items)))
    assert.same({ ["granularSiteRestoreArtifacts@delta"] = { { browseSessionId = session.id, id = "s,d,x" } } },
      select(2, support.last(sim)).body)
  end)

  describe("of beta", function()
    local beta, snapshot
    before_each(function()
      beta = support.client(sim, { beta = true })
      snapshot = assert(beta.sharePoint:browse_session(session.id))
      sim:forget()
    end)
    after_each(function() beta:close() end)

    it("are first asked for in the optimized way", function()
      answers(documents, finance, quarter)
      local _, paths = snapshot:find "/Shared Documents/Finance/**/*.xlsx"
      assert.same({ "/Shared Documents/Finance/A.XLSX", "/Shared Documents/Finance/Q1/c.xlsx" }, paths)
      assert.same({ optimizedBrowse = true }, bodies()[1])
    end)

    it("are walked from the top where there are several libraries", function()
      support.answer(sim, { error = { code = "Conflict" } }, { method = "POST", status = 409 })
      answers(top, libraries, documents)
      local _, paths = snapshot:find "/Shared Documents/*.xlsx"
      assert.same({ "/Shared Documents/plan.xlsx" }, paths)
      assert.same({ optimizedBrowse = true }, bodies()[1])
      assert.same({}, bodies()[2])
    end)

    it("match a library that the optimized way shows itself", function()
      answers({ libraries[1], libraries[2] }, documents)
      local _, paths = snapshot:find "/Shared Documents/*.xlsx"
      assert.same({ "/Shared Documents/plan.xlsx" }, paths)
    end)
  end)
end)
