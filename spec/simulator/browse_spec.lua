local simulator = require "m365restore.simulator"
local support = require "spec.simulator.support"

local outcome = support.outcome

describe("simulated browsing", function()
  local api

  before_each(function() api = support.start { sites = 3, drives = 3, mailboxes = 3 } end)
  after_each(function() api:stop() end)

  local function restart(options)
    api:stop()
    api = support.start(options)
  end

  local function open(kind, root)
    local point = api.sim:points(api.sim:units(kind)[1].id)[1]
    local opened = api:post(root or "/sharePointBrowseSessions", { restorePointId = point.id }).body
    api.sim:advance(121)
    return opened.id
  end

  local function names(answer)
    local list = {}
    for i, item in ipairs(answer.body.value) do list[i] = item.name end
    return list
  end

  local function place(kind, id, levels)
    local key
    for _ = 1, levels do key = api:browse(kind, id, { browseLocationItemKey = key }).body.value[1].itemKey end
    return key
  end

  -- Every item under a place, page by page.
  local function walk(kind, id, key, found)
    local answer = api:browse(kind, id, { browseLocationItemKey = key }, { prefer = "odata.maxpagesize=3" })
    local count, seen = answer.body["@odata.count"], 0
    while answer do
      for _, item in ipairs(answer.body.value) do
        seen = seen + 1
        found[#found + 1] = item
        if item.type ~= "file" then walk(kind, id, item.itemKey, found) end
      end
      local link = answer.body["@odata.nextLink"]
      answer = link and api:raw("GET", (link:gsub("^http://[^/]*", "")))
    end
    assert.equal(count, seen)
    return found
  end

  it("leads from the site over its library and folders to files, page by page", function()
    for kind, root in pairs { site = "/sharePointBrowseSessions", drive = "/oneDriveForBusinessBrowseSessions" } do
      local found, kinds, keys = walk(kind, open(kind, root), nil, {}), {}, {}
      for _, item in ipairs(found) do
        kinds[item.type] = (kinds[item.type] or 0) + 1
        assert.is_nil(keys[item.itemKey])
        keys[item.itemKey] = true
        local _, commas = item.itemKey:gsub(",", "")
        assert.equal(({ site = 1, documentLibrary = 2, folder = 3, file = 3 })[item.type], commas)
      end
      assert.same({ site = 1, documentLibrary = 1, folder = 12, file = 65 }, kinds)
    end
  end)

  it("is the same in every run of a seed, and has the shape that was asked for", function()
    local id = open "site"
    local first = walk("site", id, nil, {})
    restart { sites = 3 }
    assert.same(first, walk("site", open "site", nil, {}))
    restart { sites = 1, tree = { sites = 2, libraries = 2, folders = 1, files = 2, depth = 1 } }
    assert.equal(2 * (1 + 2 * (1 + 2 + 1 + 2)), #walk("site", open "site", nil, {}))
    for _, case in ipairs {
      { tree = { leaves = 1 } }, { tree = { files = -1 } }, { tree = { sites = 0 } }, { tree = { files = 100000 } },
      { tree = { folders = 90000, depth = 90000 } },
    } do
      local ok, problem = pcall(simulator.start, case)
      assert.is_false(ok)
      assert.truthy(problem:find("tree", 1, true))
    end
  end)

  it("filters by name and orders as it is told", function()
    local id = open "site"
    local library = place("site", id, 2)
    local function ask(more)
      more.browseLocationItemKey, more.browseResourceType = library, "documentLibrary"
      return api:browse("site", id, more)
    end
    local all = names(ask {})
    assert.equal(8, #all)
    assert.same({ "Budget.xlsx", "Projects" }, { all[1], all[8] })
    assert.same({ "Finance", "Minutes.docx" }, names(ask { filter = "( name -contains 'In' )", orderBy = "pathAsc" }))
    assert.same({ "Minutes.docx", "Finance" }, names(ask { filter = "(name -contains 'in')", orderBy = "nameDsc" }))
    assert.same({}, names(ask { filter = "(name -contains 'it''s')" }))
    assert.equal(0, ask({ filter = "(name -contains 'zzz')" }).body["@odata.count"])
    for _, filter in ipairs { "name -contains 'a'", "(name -eq 'a')", "(size -contains 'a')" } do
      assert.equal("400 BadRequest", outcome(ask { filter = filter }))
    end
    assert.equal("400 BadRequest", outcome(ask { orderBy = "sizeAsc" }))
  end)

  it("shows authors and times in beta, and sizes as strings", function()
    local id = open "site"
    local library = place("site", id, 2)
    local v1 = api:browse("site", id, { browseLocationItemKey = library }).body.value
    assert.same({ "string", 0, nil }, { type(v1[1].sizeInBytes), v1[1].itemsCount, v1[1].createdBy })
    assert.equal(8, v1[6].itemsCount)
    local beta = api:raw("POST", ("/beta/solutions/backupRestore/sharePointBrowseSessions/%s/browse"):format(id),
      { browseLocationItemKey = library }).body.value
    assert.is_string(beta[1].lastModifiedDateTime)
    assert.is_string(beta[1].createdBy.user.id)
  end)

  it("takes the short way to the only library in beta, and else conflicts", function()
    local function short(id, filter)
      return api:raw("POST", ("/beta/solutions/backupRestore/sharePointBrowseSessions/%s/browse"):format(id),
        { optimizedBrowse = true, filter = filter })
    end
    local id = open "site"
    assert.equal("400 BadRequest", outcome(api:browse("site", id, { optimizedBrowse = true })))
    assert.equal(8, #short(id).body.value)
    local found = short(id, "(name -contains 'Budget')").body
    assert.equal(13, found["@odata.count"]) -- one in the library and one in each folder
    restart { sites = 1, tree = { libraries = 2 } }
    assert.equal("409 Conflict", outcome(short(open "site")))
  end)

  it("refuses places that are none", function()
    local id = open "site"
    local file = api:items("site", id)[1].itemKey
    local drive = open("drive", "/oneDriveForBusinessBrowseSessions")
    for i, case in ipairs {
      { id, { browseLocationItemKey = file }, "400 BadRequest" },
      { id, { browseLocationItemKey = "a,b" }, "400 BadRequest" },
      { id, { browseLocationItemKey = api:items("drive", drive)[6].itemKey }, "400 BadRequest" },
      { id, { browseLocationItemKey = place("site", id, 1), browseResourceType = "folder" }, "400 BadRequest" },
      { id, { location = "x" }, "400 BadRequest" },
      { "nowhere", {}, "404 BrowseSessionNotFound" },
      { drive, {}, "404 BrowseSessionNotFound" },
    } do
      assert.equal(case[3], outcome(api:browse("site", case[1], case[2])), "case " .. i)
    end
    assert.equal("400 BadRequest", outcome(api:get("/sharePointBrowseSessions/" .. id .. "/browse")))
    assert.equal("400 BadRequest", outcome(api:get("/sharePointBrowseSessions/" .. id .. "/browse?$skiptoken=7b")))
    assert.equal("404 BrowseSessionNotFound", outcome(api:browse("drive", id)))
  end)

  it("needs a session that is ready, and meets one that failed or expired", function()
    local points = api.sim:points(api.sim:units("site")[1].id)
    local function create(point)
      return api:post("/sharePointBrowseSessions", { restorePointId = point.id }).body.id
    end
    local id = create(points[1])
    assert.equal("409 Conflict", outcome(api:browse("site", id)))
    api.sim:fail_browse(points[3].id, { code = "SnapshotGone", message = "gone" })
    local failing = create(points[3])
    api.sim:advance(121)
    assert.equal(200, api:browse("site", id).status)
    local failed = api:get("/browseSessions/" .. failing).body
    assert.same({ "failed", "SnapshotGone" }, { failed.status, failed.error.code })
    assert.equal("409 Conflict", outcome(api:browse("site", failing)))
    api.sim:advance(3 * 86400)
    assert.equal("404 BrowseSessionNotFound", outcome(api:browse("site", id)))
  end)

  it("may go on by the function of the description, and say created at once with its point", function()
    restart { sites = 1, dialect = { browse_next = "function", browse_status = "created", browse_point = true } }
    local point = api.sim:points(api.sim:units("site")[1].id)[1]
    local opened = api:post("/sharePointBrowseSessions", { restorePointId = point.id }).body
    assert.same({ "created", point.id }, { opened.status, opened.restorePointId })
    local library = place("site", opened.id, 2)
    local page = api:browse("site", opened.id, { browseLocationItemKey = library }, { prefer = "odata.maxpagesize=5" })
    local link = page.body["@odata.nextLink"]
    assert.truthy(link:find("/browseSessions/[^/]+/browse%(nextFetchToken='%x+'%)$"))
    assert.same({ "Finance", "Legal", "Projects" }, names(api:raw("GET", (link:gsub("^http://[^/]*", "")))))
  end)
end)
