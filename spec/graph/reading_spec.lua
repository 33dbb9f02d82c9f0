--- The traps in Microsoft's own examples: each must be survived, and read for what it means.
local m365 = require "m365restore"
local support = require "spec.graph.support"

describe("tolerant reading", function()
  local sim, client
  support.around(function(...) sim, client = ... end)

  --- A session as the service would send it, with properties of the spec's own.
  local function session(fields)
    local body = { ["@odata.type"] = "#microsoft.graph.sharePointRestoreSession", id = "s", status = "draft" }
    for name, value in pairs(fields) do body[name] = value end
    support.answer(sim, body)
    return assert(client:session "s")
  end

  it("takes the type behind the last dot, whatever the namespace", function()
    for _, spelling in ipairs {
      "#microsoft.backupRestore.sharePointRestoreSession", "#microsoft.graph.backupRestore.sharePointRestoreSession",
      "#sharePointRestoreSession", "sharePointRestoreSession", "#MICROSOFT.GRAPH.SHAREPOINTRESTORESESSION",
      "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.sharePointRestoreSession",
    } do
      local one = session { ["@odata.type"] = spelling }
      assert.equal("sharePointRestoreSession", m365.type(one), spelling)
      assert.truthy(one:artifacts(), spelling)
    end
    for _, spelling in ipairs { "", "#", ".", "#microsoft.graph.", "#microsoft.graph.nothing" } do
      assert.equal("restoreSessionBase", m365.type(session { ["@odata.type"] = spelling }), spelling)
    end
  end)

  it("keeps seven digits behind the second, and compares by them", function()
    local one = session { createdDateTime = "2024-12-03T07:47:57.6011358Z",
      lastModifiedDateTime = "2024-12-03T07:47:57.6011359Z" }
    assert.equal("2024-12-03T07:47:57.6011358Z", one.createdDateTime)
    assert.equal(-1, m365.time.compare(one.createdDateTime, one.lastModifiedDateTime))
  end)

  it("reads times with dashes, and with offsets", function()
    local one = session { createdDateTime = "2015-06-19T12-01-03.45Z",
      lastModifiedDateTime = "2023-09-29T10:36:44.4021389+00:00" }
    assert.equal(1434715263.45, m365.time.parse(one.createdDateTime))
    assert.equal(0, m365.time.compare(one.lastModifiedDateTime, "2023-09-29T10:36:44.4021389Z"))
  end)

  it("takes the year 1 for a time that is not set", function()
    local one = session {}
    support.answer(sim, { value = { { id = "a", status = "unknown", completionDateTime = "0001-01-01T00:00:00Z" } } })
    local artifact = one:granular_artifacts():next()
    assert.is_nil(m365.time.parse(artifact.completionDateTime))
    assert.equal("unknown", artifact.status)
  end)

  it('takes createdBy as "", as null and as an object', function()
    assert.is_nil(session({ createdBy = "", lastModifiedBy = "" }).createdBy)
    support.answer(sim, '{"id":"s","status":"draft","createdBy":null}')
    assert.is_nil(assert(client:session "s").createdBy)
    local one = session { createdBy = { user = { identity = "u", email = "a@b.example" } } }
    assert.equal("u", one.createdBy.user.identity)
    assert.equal("identitySet", m365.type(one.createdBy))
  end)

  describe("lets pairs see what reading sees:", function()
    --- What pairs yields, each compared with what reading gives.
    local function seen(resource)
      local values = {}
      for name, value in pairs(resource) do
        values[name] = value
        if m365.type(value) then
          assert.same(value:table(), resource[name]:table())
        else
          assert.equal(value, resource[name])
        end
      end
      return values
    end

    it('"", null and empty lists among the others', function()
      local one = session { createdBy = "", lastModifiedBy = "", restoreJobType = "", error = "" }
      assert.same({ ["@odata.type"] = "#microsoft.graph.sharePointRestoreSession", id = "s", status = "draft",
        restoreJobType = "" }, seen(one))
      support.answer(sim, '{"id":"s","status":"draft","createdBy":{"user":"","application":null,"device":{"id":""}},' ..
        '"completedDateTime":null,"n":3.0}')
      local two = seen(assert(client:session "s"))
      assert.same({ id = "" }, seen(seen(two.createdBy).device))
      assert.equal("integer", math.type(two.n))
    end)

    it("no property that a method hides", function()
      local one = session { table = "t", client = "c", activate = "a", wait = "w" }
      local values = seen(one)
      assert.is_nil(values.table or values.client or values.activate or values.wait)
      assert.same({ "t", "w" }, { one:table().table, one:table().wait })
    end)

    it("the first of several errors, with class and remedy", function()
      local fault = { code = "ArtifactNotFound", message = "gone", innerError = "" }
      for _, shape in ipairs { fault, { fault, { code = "UnknownError" } } } do
        local values = seen(session { error = shape }.error)
        assert.same({ "ArtifactNotFound", "gone" }, { values.code, values.message })
        assert.is_string(values.class)
        assert.is_string(values.remedy)
        assert.is_nil(values.innerError)
      end
    end)

    it("and goes on over what it began with when the resource is read again on the way", function()
      local one = session { a = "1", b = "2", c = "3" }
      local count = 0
      for _ in pairs(one) do
        count = count + 1
        support.answer(sim, { id = "s", status = "active" })
        assert(one:refresh())
      end
      assert.equal(6, count)
    end)
  end)

  it("knows a state in any case, and waits on one that nobody knows", function()
    local one = session { status = "Active" }
    local states = {}
    for _, status in ipairs { "PausedByNobody", "CompletedWithErrors" } do
      support.answer(sim, { id = "s", status = status })
    end
    local none, err, same = one:wait { interval = 0.01, on_progress = function(p) states[#states + 1] = p.status end }
    assert.is_nil(none)
    assert.equal("restore_partial", err.code)
    assert.equal(one, same)
    assert.same({ "PausedByNobody", "CompletedWithErrors" }, states)
  end)

  it("takes an error as a list for its first, and still shows them all", function()
    local one = session { error = { { code = "UserNotBackedup", target = "a@b.example",
      details = { { code = "siteurlnotfound" } } }, { code = "Other" } } }
    assert.equal("UserNotBackedup", one.error.code)
    assert.equal("refuse", one.error.class)
    assert.is_string(one.error.remedy)
    assert.equal("refuse", one.error.details[1].class)
    assert.equal(2, #one.error)
    assert.equal("Other", one.error[2].code)
  end)

  it("takes the one member of a collection where one thing was asked for", function()
    support.answer(sim, { value = { { id = "s", status = "active" } } })
    assert.equal("active", assert(client:session "s").status)
  end)

  it("knows a type whatever the case of its name", function()
    support.answer(sim, { value = { { ["@odata.type"] = "#microsoft.graph.sharepointRestoreSession", id = "s" } } })
    local one = client:sessions():next()
    assert.equal("sharePointRestoreSession", m365.type(one))
    assert.is_function(one.artifacts)
  end)

  it("keeps sizes as the texts that they are", function()
    support.answer(sim, { id = "b", status = "created", backupSizeInBytes = "9007199254740993" })
    local one = assert(client.sharePoint:browse_session "b")
    assert.equal("9007199254740993", one.backupSizeInBytes)
    assert.equal(9007199254740993, math.tointeger(one.backupSizeInBytes))
  end)

  it("names an error whose body is empty, HTML or no envelope", function()
    for _, body in ipairs { "", "<html>Bad gateway</html>", "[]", '{"error":"no"}', '{"error":{"code":""}}' } do
      support.answer(sim, body, { status = 400 })
      local none, err = client:session "s"
      assert.is_nil(none)
      assert.same({ "http_400", 400, "refuse" }, { err.code, err.status, err.class })
    end
  end)

  it("reads a restore point given by reference", function()
    local one = session {}
    support.answer(sim, { value = { { id = "a", restorePoint = { ["@odata.id"] = "https://x/restorePoints/p" } } } })
    local artifact = one:artifacts():next()
    assert.equal("https://x/restorePoints/p", artifact.restorePoint["@odata.id"])
    assert.is_nil(artifact.restorePoint.id)
  end)

  it("follows links of every documented form, and no other", function()
    for _, link in ipairs {
      sim.url .. "/v1.0/solutions/backupRestore/sharepointRestoreSessions?&$skiptoken=a%3d%3d",
      "/solutions/backupRestore/restoreSessions?$skiptoken=b",
      "/v1.0/solutions/backupRestore/restoreSessions?$skiptoken=c",
    } do
      support.answer(sim, { value = { { id = "1" } }, ["@odata.nextLink"] = link })
      support.answer(sim, { value = { { id = "1" } } })
      local ids = {}
      for one in client:sessions() do ids[#ids + 1] = one.id end
      assert.same({ "1", "1" }, ids) -- two rows with one id are two rows
      local _, entry = support.last(sim)
      assert.equal(link:match "%?(.*)$", entry.query)
    end
    support.answer(sim, { value = {}, ["@odata.nextLink"] = "https://evil.example/v1.0/x" })
    local none, err = client:sessions():next()
    assert.is_nil(none)
    assert.equal("foreign_link", err.code)
  end)

  it("reads counts of a draft that cannot be, and both names of tags", function()
    local one = session { restoreSessionArtifactCount = { total = 2, inProgress = 2 } }
    assert.equal(2, one.restoreSessionArtifactCount.inProgress)
    support.answer(sim, { id = "p", tags = "fastRestore", restorePointTags = "none" })
    local point = assert(client:restore_point "p")
    assert.same({ "fastRestore", "none" }, { point.tags, point.restorePointTags })
  end)

  it("keeps what nobody has heard of", function()
    local one = session { novelty = { list = { 1, 2.5 } } }
    assert.equal(1, one.novelty.list[1])
    assert.equal("integer", math.type(one.novelty.list[1]))
    assert.equal(2.5, one:table().novelty.list[2])
  end)
end)
