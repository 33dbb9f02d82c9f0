local support = require "spec.simulator.support"

local outcome = support.outcome
local UNKNOWN = "00000000-0000-0000-0000-000000000000"

local function escape(text)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

describe("the simulated tenant", function()
  local api

  setup(function() api = support.start { sites = 25, drives = 4, mailboxes = 3, page_size = 10 } end)
  teardown(function() api:stop() end)

  -- Walks along nextLink; returns the ids and the number of pages.
  local function walk(path, headers)
    local ids, pages = {}, 0
    local target = support.BASE .. path
    while target do
      local answer = api:raw("GET", target, nil, headers)
      assert.equal(200, answer.status, answer.raw)
      pages = pages + 1
      for _, entity in ipairs(answer.body.value) do ids[#ids + 1] = entity.id end
      local link = answer.body["@odata.nextLink"]
      target = link and assert(link:match("^" .. api.sim.url:gsub("%p", "%%%0") .. "(.*)$"), link)
    end
    return ids, pages
  end

  describe("units", function()
    it("are listed by kind, by cast and all together, in pages", function()
      local ids, pages = walk("/siteProtectionUnits")
      assert.same({ 25, 3 }, { #ids, pages })
      assert.equal(4, #walk("/driveProtectionUnits"))
      assert.equal(3, #walk("/protectionUnits/microsoft.graph.mailboxProtectionUnit"))
      assert.equal(25, #walk("/protectionUnits/graph.siteProtectionUnit"))
      local all, seen = walk("/protectionUnits"), {}
      for _, id in ipairs(all) do seen[id] = true end
      assert.equal(32, #all)
      for _, id in ipairs(ids) do assert.is_true(seen[id]) end
    end)

    it("are as many a page as the caller wishes", function()
      assert.same({ 25, 1 }, { #walk("/siteProtectionUnits?$top=25"), select(2, walk("/siteProtectionUnits?$top=25")) })
      local _, pages = walk("/siteProtectionUnits", { prefer = "include-unknown-enum-members, odata.maxpagesize=5" })
      assert.equal(5, pages)
      for _, bad in ipairs { "0", "-1", "x", "1.5", "" } do
        assert.equal("400 BadRequest", outcome(api:get("/siteProtectionUnits?$top=" .. bad)))
      end
    end)

    it("are found one by one, by either path", function()
      local unit = api.sim:units("site")[3]
      assert.equal("Site 0003", unit.siteName)
      for _, path in ipairs {
        "/siteProtectionUnits/", "/protectionUnits/", "/SITEPROTECTIONUNITS/",
      } do
        assert.equal(unit.siteWebUrl, api:get(path .. unit.id:upper()).body.siteWebUrl)
      end
      assert.equal(unit.id, api:get("/protectionUnits/" .. unit.id .. "/graph.siteProtectionUnit").body.id)
      assert.equal("404 ProtectionUnitNotFound", outcome(api:get("/driveProtectionUnits/" .. unit.id)))
      assert.equal("404 ProtectionUnitNotFound", outcome(api:get("/protectionUnits/" .. UNKNOWN)))
      assert.equal("400 InvalidProtectionUnitId", outcome(api:get("/protectionUnits/x")))
    end)

    it("show names and addresses to delegated callers only", function()
      local delegated = { authorization = "Bearer " .. api.sim:credential { delegated = true }() }
      assert.is_nil(api:get("/driveProtectionUnits").body.value[1].email)
      assert.equal("user0001@contoso.com", api:get("/driveProtectionUnits", delegated).body.value[1].email)
    end)

    it("can be filtered, selected and counted", function()
      local answer = api:get("/siteProtectionUnits?$count=true&$select=siteName&$filter="
        .. escape("siteName eq 'Site 0002' or siteName eq 'Site 0024'"))
      assert.equal(2, answer.body["@odata.count"])
      assert.equal(2, #answer.body.value)
      assert.is_nil(answer.body.value[1].siteWebUrl)
      assert.equal("Site 0002", answer.body.value[1].siteName)
      assert.equal("400 BadRequest", outcome(api:get("/siteProtectionUnits?$filter=siteName%20is%20'x'")))
      assert.equal("400 FilterLengthExceeded",
        outcome(api:get("/siteProtectionUnits?$filter=siteName%20eq%20'" .. ("x"):rep(3000) .. "'")))
    end)

    it("hide the members of enums that a caller has not asked for", function()
      local unit = api.sim:units("site")[25]
      api.sim:set_unit(unit.id, { status = "offboardRequested" })
      assert.equal("offboardRequested", api:get("/siteProtectionUnits/" .. unit.id).body.status)
      assert.equal("unknownFutureValue",
        api:get("/siteProtectionUnits/" .. unit.id, { prefer = false }).body.status)
    end)
  end)

  describe("query options and links", function()
    it("are refused when they are unknown", function()
      for _, query in ipairs { "$skip=1", "$search=x", "top=1", "$colour=red", "$orderby=id", "$expand=x" } do
        assert.equal("400 BadRequest", outcome(api:get("/siteProtectionUnits?" .. query)), query)
      end
      assert.equal("400 BadRequest", outcome(api:get("/siteProtectionUnits/" .. UNKNOWN .. "?$top=1")))
      assert.equal("400 BadRequest", outcome(api:post("/sharePointRestoreSessions?x=1", "{}")))
    end)

    it("cannot be changed on the way along a nextLink", function()
      local link = api:get("/siteProtectionUnits").body["@odata.nextLink"]
      local target = link:match("^https?://[^/]*(.*)$")
      assert.equal("200", outcome(api:raw("GET", target)))
      assert.equal("400 BadRequest", outcome(api:raw("GET", target .. "&$top=5")))
      assert.equal("400 BadRequest", outcome(api:raw("GET", (target:gsub("siteP", "driveP")))))
      for _, token in ipairs { "x", "7b7d", "00", "7b2261", "" } do
        assert.equal("400 BadRequest", outcome(api:get("/siteProtectionUnits?$skiptoken=" .. token)))
      end
    end)

    it("keep a filter, and may end in an empty page", function()
      local target = support.BASE .. "/siteProtectionUnits?$top=2&$filter="
        .. escape("siteName eq 'Site 0001' or siteName eq 'Site 0002'")
      local first = api:raw("GET", target).body
      assert.equal(2, #first.value)
      local second = api:raw("GET", first["@odata.nextLink"]:match("^https?://[^/]*(.*)$"))
      assert.truthy(second.raw:find('"value":[]', 1, true))
      assert.is_nil(second.body["@odata.nextLink"])
    end)

    it("serve both versions, paths without case, and nothing else", function()
      for _, path in ipairs {
        "/beta/solutions/backupRestore", "/v1.0/Solutions/BackupRestore/", "/V1.0/solutions/backuprestore",
      } do
        assert.equal("enabled", api:raw("GET", path).body.serviceStatus.status)
      end
      for _, path in ipairs {
        "/", "/v2.0/solutions/backupRestore", "/v1.0/groups", "/v1.0/solutions/backupRestore/colours",
        "/v1.0/solutions/backupRestore/restoreSessions/x/y", "/v1.0/solutions",
      } do
        assert.equal("400 BadRequest", outcome(api:raw("GET", path)), path)
      end
      assert.equal("405 MethodNotAllowed", outcome(api:ask("PUT", "/restoreSessions")))
      assert.equal("405 MethodNotAllowed", outcome(api:post("/restoreSessions", "{}")))
      assert.equal("405 MethodNotAllowed", outcome(api:ask("DELETE", "/sharePointRestoreSessions/" .. UNKNOWN)))
      assert.equal("400 BadRequest", outcome(api:ask("GET", "/restoreSessions", "{}")))
    end)
  end)

  describe("restore points", function()
    local unit, points

    before_each(function()
      unit = api.sim:units("site")[1]
      points = api.sim:points(unit.id)
    end)

    local function listed(expand, filter, more)
      local query = {}
      if expand then query[1] = "$expand=" .. escape(("protectionUnit($filter=id eq '%s')"):format(expand)) end
      if filter then query[#query + 1] = "$filter=" .. escape(filter) end
      return api:get("/restorePoints?" .. table.concat(query, "&") .. (more or ""))
    end

    it("come every six hours, newest first, the odd ones fast", function()
      assert.equal(5, #points)
      for i = 2, 5 do assert.is_true(points[i].protectionDateTime < points[i - 1].protectionDateTime) end
      assert.same({ "fastRestore", "none" }, { points[1].tags, points[2].tags })
    end)

    it("are listed for one unit before a time", function()
      local answer = listed(unit.id, "protectionDateTime lt " .. points[2].protectionDateTime)
      assert.equal(200, answer.status)
      assert.same({ points[3].id, points[4].id, points[5].id },
        { answer.body.value[1].id, answer.body.value[2].id, answer.body.value[3].id })
      assert.equal(unit.id, answer.body.value[1].protectionUnit.id)
      local first = listed(unit.id, "protectionDateTime lt 2030-01-01T00:00:00Z", "&$orderby=protectionDateTime%20asc")
      assert.equal(points[5].id, first.body.value[1].id)
    end)

    it("need the documented query", function()
      local filter = "protectionDateTime lt 2030-01-01T00:00:00Z"
      assert.equal("400 InvalidSearchRequest", outcome(api:get("/restorePoints")))
      assert.equal("400 InvalidSearchRequest", outcome(listed(unit.id)))
      assert.equal("400 InvalidSearchRequest", outcome(listed(nil, filter)))
      assert.equal("400 InvalidSearchRequest", outcome(listed(unit.id, "id eq 'x'")))
      assert.equal("400 InvalidSearchRequest", outcome(listed(unit.id, "protectionDateTime lt")))
      assert.equal("400 InvalidSearchRequest", outcome(listed(unit.id, filter, "&$orderby=id")))
      assert.equal("400 InvalidSearchRequest", outcome(api:get("/restorePoints?$expand=protectionUnit")))
      assert.equal("400 InvalidProtectionUnitId", outcome(listed("x", filter)))
      assert.equal("400 InvalidProtectionUnitId", outcome(listed(UNKNOWN, filter)))
    end)

    it("can be paged", function()
      local query = "/restorePoints?$top=2&$expand=" .. escape(("protectionUnit($filter=id eq '%s')"):format(unit.id))
        .. "&$filter=" .. escape("protectionDateTime lt 2030-01-01T00:00:00Z")
      assert.same({ 5, 3 }, { #walk(query), select(2, walk(query)) })
    end)

    it("are read one by one, and go", function()
      local answer = api:get("/restorePoints/" .. points[5].id .. "?$expand=protectionUnit")
      assert.equal(unit.id, answer.body.protectionUnit.id)
      assert.is_nil(api:get("/restorePoints/" .. points[5].id).body.protectionUnit)
      api.sim:remove_point(points[5].id)
      assert.equal("404 RestorePointNotFound", outcome(api:get("/restorePoints/" .. points[5].id)))
      assert.equal(4, #api.sim:points(unit.id))
    end)

    describe("in a search", function()
      local PERIOD = { startDateTime = "2026-01-01T00:00:00Z", endDateTime = "2030-01-01T00:00:00Z" }

      local function search(body)
        body.protectionTimePeriod = body.protectionTimePeriod or PERIOD
        return api:post("/restorePoints/search", body)
      end

      it("are one a unit: the newest, the oldest, or the newest fast one", function()
        local answer = search { protectionUnitIds = { unit.id, UNKNOWN } }
        assert.equal(200, answer.status)
        assert.equal(1, #answer.body.searchResults)
        assert.equal(points[1].id, answer.body.searchResults[1].restorePoint.id)
        assert.same({ UNKNOWN }, { table.unpack(answer.body.noResultProtectionUnitIds) })
        local oldest = search { protectionUnitIds = { unit.id }, restorePointPreference = "oldest" }
        assert.equal(points[#points].id, oldest.body.searchResults[1].restorePoint.id)
        local fast = search {
          protectionUnitIds = { unit.id }, tags = "fastRestore",
          protectionTimePeriod = { startDateTime = PERIOD.startDateTime, endDateTime = points[2].protectionDateTime },
        }
        assert.equal(points[3].id, fast.body.searchResults[1].restorePoint.id)
      end)

      it("are looked for in a period", function()
        local answer = search {
          protectionUnitIds = { unit.id },
          protectionTimePeriod = { startDateTime = "2020-01-01T00:00:00Z", endDateTime = "2020-01-02T00:00:00Z" },
        }
        assert.equal(1, #answer.body.noResultProtectionUnitIds)
        assert.truthy(answer.raw:find('"searchResults":[]', 1, true))
      end)

      it("are for at most twenty units, and for well-formed requests", function()
        local many = {}
        for i = 1, 21 do many[i] = api.sim:units("site")[i].id end
        assert.equal("400 InvalidSearchRequest", outcome(search { protectionUnitIds = many }))
        many[21] = nil
        assert.equal(20, #search { protectionUnitIds = many }.body.searchResults)
        assert.equal("400 InvalidProtectionUnitId", outcome(search { protectionUnitIds = { "x" } }))
        local query = { queryExpression = "(Subject -like 'x')" }
        for i, body in ipairs {
          {}, { protectionUnitIds = {} }, { protectionUnitIds = "x" }, { protectionUnitIds = { unit.id }, colour = 1 },
          { protectionUnitIds = { unit.id }, tags = "slow" },
          { protectionUnitIds = { unit.id }, restorePointPreference = "best" },
          { protectionUnitIds = { unit.id }, artifactQuery = query },
          { protectionUnitIds = { unit.id }, protectionTimePeriod = { startDateTime = "yesterday" } },
          { protectionUnitIds = { unit.id }, protectionTimePeriod = { from = PERIOD.startDateTime } },
          { protectionUnitIds = { unit.id }, protectionTimePeriod = {
            startDateTime = PERIOD.endDateTime, endDateTime = PERIOD.startDateTime } },
        } do
          assert.equal("400 InvalidSearchRequest", outcome(search(body)), "case " .. i)
        end
        assert.equal("400 InvalidSearchRequest",
          outcome(api:post("/restorePoints/search", { protectionUnitIds = { unit.id } })))
      end)

      it("take tags as flags, one of them in beta only", function()
        local body = {
          protectionUnitIds = { unit.id }, tags = "none,fastRestore",
          protectionTimePeriod = { startDateTime = PERIOD.startDateTime, endDateTime = points[2].protectionDateTime },
        }
        assert.equal(points[3].id, search(body).body.searchResults[1].restorePoint.id)
        body.tags = "fastRestore, includeNewerItems"
        assert.equal("400 InvalidSearchRequest", outcome(search(body)))
        local answer = api:raw("POST", "/beta/solutions/backupRestore/restorePoints/search", body)
        assert.equal(points[3].id, answer.body.searchResults[1].restorePoint.id)
      end)

      it("know a structured query in beta only", function()
        local body = {
          protectionUnitIds = { api.sim:units("mailbox")[1].id }, protectionTimePeriod = PERIOD,
          artifactQuery = { structuredQueryExpression = { subjects = { "x" } } },
        }
        local path = "/solutions/backupRestore/restorePoints/search"
        assert.equal("400 InvalidSearchRequest", outcome(api:raw("POST", "/v1.0" .. path, body)))
        assert.equal("200", outcome(api:raw("POST", "/beta" .. path, body)))
      end)
    end)
  end)

  it("refuses to expand what it does not expand", function()
    for _, path in ipairs { "/protectionPolicies/", "/protectionUnits/" } do
      local id = api:get(path:sub(1, -2)).body.value[1].id
      assert.equal("200", outcome(api:get(path .. id .. "?$select=id")))
      assert.equal("400 BadRequest", outcome(api:get(path .. id .. "?$expand=policy")))
    end
  end)

  it("is the same for the same seed, and another for another", function()
    local same = support.start { sites = 25, drives = 4, mailboxes = 3 }
    local other = support.start { sites = 25, seed = 2 }
    assert.equal(api.sim:units("site")[7].id, same.sim:units("site")[7].id)
    assert.same(api.sim:points(api.sim:units("site")[7].id), same.sim:points(same.sim:units("site")[7].id))
    assert.not_equal(api.sim:units("site")[7].id, other.sim:units("site")[7].id)
    same:stop()
    other:stop()
  end)
end)
