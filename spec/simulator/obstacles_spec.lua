--- What the service refuses by the pages of the product, and how fast it is: the simulator does as they say.
local support = require "spec.simulator.support"

local outcome = support.outcome

describe("the simulator, by the pages of the product,", function()
  local api

  before_each(function() api = support.start { mailboxes = 5, points_per_unit = 80 } end)
  after_each(function() api.sim:stop() end)

  local LISTS = { site = "siteRestoreArtifacts", drive = "driveRestoreArtifacts", mailbox = "mailboxRestoreArtifacts" }

  --- How a restore of the first unit of a kind ends.
  local function fate(kind, destination)
    local root = kind == "mailbox" and "/exchange" or kind == "site" and "/sharePoint" or "/oneDriveForBusiness"
    local unit = api.sim:units(kind)[1]
    local body = { [LISTS[kind]] = {
      { restorePoint = { id = api.sim:points(unit.id)[1].id }, destinationType = destination },
    } }
    local answer = api:post(root .. "RestoreSessions", body)
    assert.equal("201", outcome(answer))
    assert.equal("200", outcome(api:post("/restoreSessions/" .. answer.body.id .. "/activate")))
    api.sim:advance(4 * 3600)
    local artifact = api.sim:session(answer.body.id).artifacts[1]
    return artifact.status .. (artifact.error and " " .. artifact.error.code or "")
  end

  it("restores nothing in place that is on a strict hold; a site goes to a new place", function()
    for _, kind in ipairs { "site", "drive", "mailbox" } do
      api.sim:set_unit(api.sim:units(kind)[1].id, { held = true })
      assert.equal("failed ArtifactCannotBeRestored", fate(kind, "inPlace"))
    end
    assert.equal("succeeded", fate("site", "new"))
    assert.equal("failed ArtifactCannotBeRestored", fate("drive", "new"))
  end)

  it("has nothing to restore from a point that expires before its turn", function()
    local points = api.sim:points(api.sim:units("site")[1].id)
    local point
    for _, one in ipairs(points) do point = one.tags == "none" and one or point end -- those are kept for two weeks
    local body = { siteRestoreArtifacts = { { restorePoint = { id = point.id }, destinationType = "new" } } }
    local id = api:post("/sharePointRestoreSessions", body).body.id
    api.sim:advance(15 * 86400)
    assert.equal("200", outcome(api:post("/restoreSessions/" .. id .. "/activate")))
    api.sim:advance(4 * 3600)
    assert.equal("InvalidRestoreTime", api.sim:session(id).artifacts[1].error.code)
  end)

  it("copies a unit no more often than its addresses can be counted", function()
    api.sim:stop()
    api = support.start { limits = { copies_per_unit = 2 } }
    assert.same({ "succeeded", "succeeded", "failed ArtifactCannotBeRestored", "succeeded" },
      { fate("site", "new"), fate("site", "new"), fate("site", "new"), fate("site", "inPlace") })
  end)

  it("keeps points as long as the unit's policy says", function()
    local unit = api.sim:units("site")[1]
    api.sim:advance(100 * 86400)
    assert.is_true(#api.sim:points(unit.id) > 0)
    api.sim:set_unit(unit.id, { backupRetentionPeriodInDays = 90 })
    assert.equal(0, #api.sim:points(unit.id))
    assert.equal(90, api:get("/siteProtectionUnits/" .. unit.id).body.backupRetentionPeriodInDays)
  end)

  it("has one point a week of what was moved to another geography", function()
    local unit = api.sim:units("drive")[1]
    local all = api.sim:points(unit.id)
    api.sim:set_unit(unit.id, { moved = true })
    local left, weeks = api.sim:points(unit.id), 80 * 6 / 24 / 7
    assert.is_true(#all > 50 and #left <= math.ceil(weeks) + 1 and #left >= 2)
    assert.equal("404 RestorePointNotFound", outcome(api:get("/restorePoints/" .. all[#all - 1].id)))
    assert.equal("200", outcome(api:get("/restorePoints/" .. left[1].id)))
  end)

  describe("of messages,", function()
    local function search(unit)
      local answer = api:post("/restorePoints/search", { protectionUnitIds = { unit.id },
        protectionTimePeriod = { endDateTime = "2026-11-02T00:00:00Z" },
        artifactQuery = { queryExpression = "(Subject -like 'x*')", artifactType = "message" } })
      local hit = answer.body.searchResults[1]
      return hit.artifactHitCount, { restorePoint = { id = hit.restorePoint.id }, destinationType = "new",
        searchResponseId = answer.body.searchResponseId }
    end

    local function create(artifact)
      return api:post("/exchangeRestoreSessions", { granularMailboxRestoreArtifacts = { artifact } })
    end

    it("restores a thousand at a time, and 100 to 500 in a minute", function()
      local unit = api.sim:units("mailbox")[1]
      api.sim:set_unit(unit.id, { hits = 1000 })
      local hits, artifact = search(unit)
      assert.equal(1000, hits)
      local id = create(artifact).body.id
      api:post("/restoreSessions/" .. id .. "/activate")
      api.sim:advance(100)
      assert.equal("inProgress", api.sim:session(id).artifacts[1].status)
      api.sim:advance(11 * 60)
      assert.equal("succeeded", api.sim:session(id).artifacts[1].status)
    end)

    it("refuses one more, before or after", function()
      local unit = api.sim:units("mailbox")[1]
      api.sim:set_unit(unit.id, { hits = 1001 })
      assert.equal("400 InvalidArtifactRequest", outcome(create(select(2, search(unit)))))
      api.sim:stop()
      api = support.start { dialect = { many_messages = "failed" } }
      unit = api.sim:units("mailbox")[1]
      api.sim:set_unit(unit.id, { hits = 1001 })
      local id = create(select(2, search(unit))).body.id
      api:post("/restoreSessions/" .. id .. "/activate")
      api.sim:advance(3600)
      assert.equal("ArtifactCannotBeRestored", api.sim:session(id).artifacts[1].error.code)
    end)
  end)

  it("restores no file of a locked site, nor of a library with rights management", function()
    local function fate_of_file(name, properties)
      local unit = api.sim:units("site")[2]
      api.sim:set_unit(unit.id, properties)
      local browse = api:post("/sharePointBrowseSessions", { restorePointId = api.sim:points(unit.id)[1].id }).body.id
      api.sim:advance(121)
      local item = api:items("site", browse)[1]
      local answer = api:post("/sharePointRestoreSessions",
        { granularSiteRestoreArtifacts = { { browseSessionId = browse, id = item.itemKey } } })
      assert.equal("201", outcome(answer), name)
      api:post("/restoreSessions/" .. answer.body.id .. "/activate")
      api.sim:advance(4 * 3600)
      return api.sim:session(answer.body.id).artifacts[1].status
    end
    assert.equal("succeeded", fate_of_file("free", {}))
    assert.equal("failed", fate_of_file("locked", { locked = true }))
    assert.equal("failed", fate_of_file("managed", { locked = false, rights_managed = "Shared Documents" }))
    assert.equal("succeeded", fate_of_file("another", { rights_managed = "Site Assets" }))
  end)

  it("takes twenty recipients, and ten thousand exclusions in a job", function()
    local function tell(n)
      local list = {}
      for i = 1, n do list[i] = { email = ("user%d@contoso.com"):format(i) } end
      local token = api.sim:credential { lifetime = 1e9, delegated = true }()
      local setting = { recipients = { role = "custom", customRecipients = list } }
      return outcome(api:patch("/emailNotificationsSetting", setting, { authorization = "Bearer " .. token }))
    end
    assert.same({ "200", "400 BadRequest" }, { tell(20), tell(21) })
    api.sim:stop()
    api = support.start { limits = { exclusions_per_job = 2 } }
    local root = "/beta/solutions/backupRestore/sharePointProtectionPolicies"
    local policy = api:raw("POST", root, { displayName = "all", protectionMode = "fullServiceBackup" }).body.id
    local function leave_out(n)
      local urls = {}
      for i = 1, n do urls[i] = api.sim:units("site")[i].siteWebUrl end
      return outcome(api:raw("POST", ("%s/%s/siteExclusionUnitsBulkAdditionJobs"):format(root, policy),
        { displayName = "x", siteWebUrls = urls }))
    end
    assert.same({ "201", "400 InvalidCreateRequest" }, { leave_out(2), leave_out(3) })
  end)
end)
