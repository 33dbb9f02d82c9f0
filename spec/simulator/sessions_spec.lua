local support = require "spec.simulator.support"

local outcome = support.outcome
local UNKNOWN = "00000000-0000-0000-0000-000000000000"
local LOST = UNKNOWN .. "_1_1_1"

describe("a simulated restore session", function()
  local api

  before_each(function() api = support.start() end)
  after_each(function() api:stop() end)

  local function create(artifacts)
    return api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = artifacts })
  end

  local function delta(id, members, headers)
    return api:patch("/sharePointRestoreSessions/" .. id, { ["siteRestoreArtifacts@delta"] = members }, headers)
  end

  local function list(id, query)
    return api:get(("/sharePointRestoreSessions/%s/siteRestoreArtifacts%s"):format(id, query or "")).body
  end

  local function removal(id) return { ["@removed"] = { reason = "changed" }, id = id } end

  describe("life", function()
    for _, case in ipairs {
      { "site", "sharePointRestoreSession", "siteRestoreArtifacts", "sharePointRestoreSessions" },
      { "drive", "oneDriveForBusinessRestoreSession", "driveRestoreArtifacts", "oneDriveForBusinessRestoreSessions" },
      { "mailbox", "exchangeRestoreSession", "mailboxRestoreArtifacts", "exchangeRestoreSessions" },
    } do
      it("goes from draft to completed for a " .. case[1], function()
        local id = api:create(case[1], 1, 3)
        local draft = api:session(id)
        assert.equal("draft", draft.status)
        assert.equal("#microsoft.graph." .. case[2], draft["@odata.type"])
        assert.same({ total = 3, completed = 0, inProgress = 0, failed = 0 }, draft.restoreSessionArtifactCount)
        assert.equal("added", api:get(("/%s/%s/%s"):format(case[4], id, case[3])).body.value[1].status)
        assert.equal("activating", api:ask("POST", "/restoreSessions/" .. id .. "/activate").body.status)
        assert.same({ total = 3, completed = 0, inProgress = 3, failed = 0 },
          api:session(id).restoreSessionArtifactCount)
        assert.equal("scheduling", api:get(("/%s/%s/%s"):format(case[4], id, case[3])).body.value[1].status)
        api.sim:advance(61)
        assert.equal("active", api:session(id).status)
        assert.equal("inProgress", api:get(("/%s/%s/%s"):format(case[4], id, case[3])).body.value[1].status)
        assert.equal("scheduled", api:get(("/%s/%s/%s"):format(case[4], id, case[3])).body.value[3].status)
        api.sim:advance(4 * 3600)
        local done = api:session(id)
        assert.equal("completed", done.status)
        assert.is_string(done.completedDateTime)
        assert.same({ total = 3, completed = 3, inProgress = 0, failed = 0 }, done.restoreSessionArtifactCount)
        local artifact = api:get(("/%s/%s/%s"):format(case[4], id, case[3])).body.value[1]
        assert.equal("succeeded", artifact.status)
        assert.is_string(artifact.completionDateTime)
        assert.is_string(artifact.restoredSiteWebUrl or artifact.restoredFolderId)
      end)
    end

    it("grows gradually, for about three hours with fifty sites", function()
      local id = api:activate("site", 1, 50)
      local last, steps, minutes = 0, 0, 0
      repeat
        api.sim:advance(300)
        minutes = minutes + 5
        local counts = api:session(id).restoreSessionArtifactCount
        assert.equal(50, counts.completed + counts.inProgress)
        assert.is_true(counts.completed >= last)
        if counts.completed > last then steps = steps + 1 end
        last = counts.completed
      until last == 50
      assert.is_true(steps >= 10)
      assert.is_true(minutes >= 150 and minutes <= 210, minutes)
    end)

    it("ends with errors when some artifacts fail, and names their reason", function()
      local artifacts = api:artifacts("site", 1, 2)
      api.sim:fail_artifact { restorePoint = artifacts[2].restorePoint.id, code = "ArtifactNotFound", message = "gone" }
      local id = create(artifacts).body.id
      api:post("/restoreSessions/" .. id .. "/activate")
      api.sim:advance(7200)
      local done = api:session(id)
      assert.equal("completedWithError", done.status)
      assert.equal("1 of 2 artifacts could not be restored.", done.error.message)
      assert.same({ total = 2, completed = 1, inProgress = 0, failed = 1 }, done.restoreSessionArtifactCount)
      local failed = list(id).value[2]
      assert.equal("failed", failed.status)
      assert.same({ code = "ArtifactNotFound", message = "gone" }, failed.error)
      assert.is_nil(failed.restoredSiteWebUrl)
    end)

    it("has failed when all artifacts did, for callers that can take the word", function()
      api.sim:fail_artifact { service = "sharePoint" }
      local id = api:activate("site", 1, 2)
      api.sim:advance(7200)
      assert.equal("failed", api:session(id).status)
      assert.equal("unknownFutureValue", api:session(id, { prefer = false }).status)
    end)

    it("names a copy late, and numbers copies", function()
      local first = api:activate("site", 1, 1, "new")
      api.sim:advance(60 + 40 * 60)
      assert.equal("succeeded", list(first).value[1].status)
      assert.is_nil(list(first).value[1].restoredSiteWebUrl)
      api.sim:advance(20 * 60)
      assert.equal("https://contoso.sharepoint.com/sites/site-0001R0", list(first).value[1].restoredSiteWebUrl)
      local second = api:activate("site", 1, 1, "new")
      api.sim:advance(2 * 3600)
      assert.equal("https://contoso.sharepoint.com/sites/site-0001R1", list(second).value[1].restoredSiteWebUrl)
    end)

    it("refuses to restore a unit that is being restored, artifact by artifact", function()
      api:activate("site", 1, 1)
      local id = api:activate("site", 1, 2)
      api.sim:advance(3 * 3600)
      assert.equal("completedWithError", api:session(id).status)
      local artifacts = list(id).value
      assert.equal("DuplicateArtifactRestoreRequest", artifacts[1].error.code)
      assert.equal("succeeded", artifacts[2].status)
    end)

    it("lets no more than a thousand artifacts of a workload run at a time", function()
      api:stop()
      api = support.start { limits = { in_flight = 5 } }
      local id = api:activate("site", 1, 20)
      local most = 0
      for _ = 1, 40 do
        api.sim:advance(300)
        local running = 0
        for _, artifact in ipairs(list(id).value) do
          if artifact.status == "inProgress" then running = running + 1 end
        end
        most = math.max(most, running)
      end
      assert.is_true(most > 0 and most <= 5)
      assert.equal("completed", api:session(id).status)
      assert.equal(20, api.sim:peak_in_flight("sharePoint"))
      assert.equal(0, api.sim:peak_in_flight("exchange"))
    end)
  end)

  describe("creation", function()
    it("may be empty, without a body or with an empty one", function()
      for _, body in ipairs { "", "{}" } do
        local answer = api:post("/sharePointRestoreSessions", body)
        assert.equal("201", outcome(answer))
        assert.equal(0, answer.body.restoreSessionArtifactCount.total)
      end
      assert.equal("201", outcome(api:ask("POST", "/exchangeRestoreSessions")))
    end)

    it("refuses what the contract forbids, with its codes", function()
      local one = api:artifacts("site", 1, 1)[1]
      local cases = {
        { "InvalidArtifactRequest", { siteRestoreArtifacts = {} } },
        { "InvalidArtifactRequest", '{"siteRestoreArtifacts":[]}' },
        { "InvalidArtifactRequest", { siteRestoreArtifacts = "x" } },
        { "InvalidArtifactRequest", { siteRestoreArtifacts = { one }, colour = 1 } },
        { "InvalidArtifactRequest", { siteRestoreArtifacts = { { restorePoint = one.restorePoint } } } },
        { "InvalidArtifactRequest", { siteRestoreArtifacts = { { destinationType = "new" } } } },
        { "InvalidArtifactRequest", { siteRestoreArtifacts = { { restorePoint = "x", destinationType = "new" } } } },
        { "InvalidArtifactRequest",
          { siteRestoreArtifacts = { { restorePoint = one.restorePoint, destinationType = "New" } } } },
        { "InvalidArtifactRequest",
          { siteRestoreArtifacts = { { restorePoint = one.restorePoint, destinationType = "new", x = 1 } } } },
        { "InvalidArtifactRequest", { siteRestoreArtifacts = { one },
          granularSiteRestoreArtifacts = { { browseSessionId = "b", id = "i" } } } },
        { "InvalidPathType", { driveRestoreArtifacts = { one } } },
        { "InvalidPathType", { mailboxRestoreArtifacts = {} } },
        { "InvalidPathType", { siteRestoreArtifacts = { one }, granularMailboxRestoreArtifacts = { one } } },
        { "InvalidArtifactRequest", "[]" },
        { "InvalidPathType", { ["@odata.type"] = "#microsoft.graph.exchangeRestoreSession" } },
        { "InvalidRestorePoint",
          { siteRestoreArtifacts = { { restorePoint = { id = LOST }, destinationType = "new" } } } },
        { "InvalidRestorePoint", { siteRestoreArtifacts = api:artifacts("drive", 1, 1) } },
        { "DuplicateArtifactInList", { siteRestoreArtifacts = { one, one } } },
        { "DifferentRestoreDestinationType",
          { siteRestoreArtifacts = { one, api:artifacts("site", 2, 2, "new")[1] } } },
        { "BadRequest", "{" },
        { "BadRequest", "null x" },
      }
      for i, case in ipairs(cases) do
        assert.equal("400 " .. case[1], outcome(api:post("/sharePointRestoreSessions", case[2])), "case " .. i)
      end
      assert.equal(0, #api.sim:sessions())
    end)

    it("takes fifty artifacts and no more", function()
      assert.equal("413 RestoreArtifactsLimitBreached", outcome(create(api:artifacts("site", 1, 51))))
      assert.equal("201", outcome(create(api:artifacts("site", 1, 50))))
    end)

    it("wants JSON", function()
      local answer = api:post("/sharePointRestoreSessions", "{}", { ["content-type"] = "text/plain" })
      assert.equal("415 UnsupportedMediaType", outcome(answer))
    end)

    it("remembers who did it", function()
      local id = api:create("site", 1, 1)
      assert.equal(api.sim.client_id, api:session(id).createdBy.application.id)
      assert.is_nil(api:session(id).createdBy.user)
      api.token = api.sim:credential { delegated = true }()
      local answer = create(api:artifacts("site", 2, 2))
      assert.is_string(answer.body.createdBy.user.displayName)
    end)
  end)

  describe("reading", function()
    it("tells malformed ids from unknown ones", function()
      assert.equal("400 InvalidRestoreSessionId", outcome(api:get("/restoreSessions/abc")))
      assert.equal("404 RestoreSessionNotFound", outcome(api:get("/restoreSessions/" .. UNKNOWN)))
      assert.equal("400 InvalidRestoreSessionId",
        outcome(api:get("/sharePointRestoreSessions/abc/siteRestoreArtifacts")))
    end)

    it("is by service or over all of them", function()
      local id = api:create("site", 1, 1)
      api:create("mailbox", 1, 1)
      assert.equal(2, #api:get("/restoreSessions").body.value)
      assert.equal(1, #api:get("/exchangeRestoreSessions").body.value)
      assert.equal("200", outcome(api:get("/sharePointRestoreSessions/" .. id)))
      assert.equal("404 RestoreSessionNotFound", outcome(api:get("/exchangeRestoreSessions/" .. id)))
    end)

    it("is in the order that is wanted, over all pages", function()
      for _, kind in ipairs { "site", "drive", "site" } do api:create(kind, 1, 1) end
      local function ids(query)
        local found, path = {}, "/restoreSessions?$top=2&" .. query
        repeat
          local body = api:get(path).body
          for _, session in ipairs(body.value) do found[#found + 1] = session.id end
          path = body["@odata.nextLink"] and body["@odata.nextLink"]:match "/restoreSessions.*"
        until not path
        return found
      end
      local up, down = ids "$orderby=id", ids "$orderby=id%20desc"
      assert.is_true(#up >= 3)
      for i, id in ipairs(up) do
        assert.equal(id, down[#down + 1 - i])
        assert.is_true(i == 1 or up[i - 1] < id)
      end
      assert.equal(#up, #ids "$orderby=createdBy/application/id,createdDateTime%20asc")
      assert.equal("400 BadRequest", outcome(api:get "/restoreSessions?$orderby=id%20sideways"))
    end)

    it("finds one artifact", function()
      local id = api:create("site", 1, 2)
      local artifact = list(id).value[2]
      local path = ("/sharePointRestoreSessions/%s/siteRestoreArtifacts/"):format(id)
      assert.equal(artifact.restorePoint.id, api:get(path .. artifact.id).body.restorePoint.id)
      assert.equal("404 ArtifactNotFound", outcome(api:get(path .. UNKNOWN)))
    end)

    it("shows the artifacts of the other kind as an empty list", function()
      local id = api:create("site", 1, 2)
      local answer = api:get(("/sharePointRestoreSessions/%s/granularSiteRestoreArtifacts"):format(id))
      assert.truthy(answer.raw:find('"value":[]', 1, true))
    end)

    it("shows a state that nobody knows", function()
      local id = api:create("site", 1, 1)
      api.sim:set_state(id, "pausedForMaintenance")
      assert.equal("pausedForMaintenance", api:session(id).status)
      api.sim:set_state(id)
      assert.equal("draft", api:session(id).status)
    end)
  end)

  describe("update", function()
    it("adds and removes", function()
      local id = api:create("site", 1, 2)
      local gone = list(id).value[1]
      local answer = delta(id, { removal(gone.id), api:artifacts("site", 3, 3)[1] })
      assert.equal(200, answer.status)
      local rows = answer.body["siteRestoreArtifacts@delta"]
      assert.equal(1, #rows)
      assert.equal("added", rows[1].status)
      assert.is_string(rows[1].createdDateTime)
      local left = list(id).value
      assert.equal(2, #left)
      assert.equal(rows[1].id, left[2].id)
      assert.equal(2, api:session(id).restoreSessionArtifactCount.total)
    end)

    it("reports what it could not remove in a row of its own, and does the rest", function()
      local id = api:create("site", 1, 1)
      local answer = delta(id, { removal(UNKNOWN), api:artifacts("site", 2, 2)[1] })
      assert.equal(200, answer.status)
      local row = answer.body["siteRestoreArtifacts@delta"][1]
      local exception = row["@Core.DataModificationException"]
      assert.equal(UNKNOWN, row.id)
      assert.same({ "Invalid", "remove", 409 },
        { exception.info.code, exception.failedOperation, exception.responseCode })
      assert.equal(2, #list(id).value)
    end)

    it("refuses an artifact in a row when a test says so", function()
      local artifacts = api:artifacts("site", 1, 2)
      api.sim:refuse_artifact { restorePoint = artifacts[1].restorePoint.id, code = "UnitGone", message = "no" }
      local id = api:post("/sharePointRestoreSessions", "{}").body.id
      local rows = delta(id, artifacts).body["siteRestoreArtifacts@delta"]
      assert.equal("UnitGone", rows[1]["@Core.DataModificationException"].info.code)
      assert.equal("add", rows[1]["@Core.DataModificationException"].failedOperation)
      assert.equal("added", rows[2].status)
      assert.equal(1, #list(id).value)
    end)

    it("may change the destination when nothing of the old one is left", function()
      local id = api:create("site", 1, 1)
      local new = api:artifacts("site", 2, 2, "new")[1]
      assert.equal("400 DifferentRestoreDestinationType", outcome(delta(id, { new })))
      assert.equal("200", outcome(delta(id, { removal(list(id).value[1].id), new })))
    end)

    it("refuses what the contract forbids, with its codes, and changes nothing", function()
      local id = api:create("site", 1, 2)
      local one, three = api:artifacts("site", 1, 1)[1], api:artifacts("site", 3, 3)[1]
      local path = "/sharePointRestoreSessions/" .. id
      local cases = {
        { "InvalidPatchRequest", {} },
        { "InvalidPatchRequest", { ["siteRestoreArtifacts@delta"] = {} } },
        { "InvalidPatchRequest", '{"siteRestoreArtifacts@delta":[]}' },
        { "InvalidPatchRequest", { siteRestoreArtifacts = { three } } },
        { "InvalidPathType", { ["driveRestoreArtifacts@delta"] = { three } } },
        { "InvalidPatchRequest", { ["siteRestoreArtifacts@delta"] = { { id = UNKNOWN } } } },
        { "InvalidPatchRequest", { ["siteRestoreArtifacts@delta"] = { { ["@removed"] = {}, id = UNKNOWN } } } },
        { "InvalidPatchRequest", { ["siteRestoreArtifacts@delta"] = { three },
          ["granularSiteRestoreArtifacts@delta"] = { { browseSessionId = "b", id = "i" } } } },
        { "InvalidPatchRequest",
          { ["granularSiteRestoreArtifacts@delta"] = { { browseSessionId = "b", id = "i" } } } },
        { "InvalidRestorePoint", { ["siteRestoreArtifacts@delta"] = {
          { restorePoint = { id = LOST }, destinationType = "inPlace" } } } },
        { "DuplicateArtifactInList", { ["siteRestoreArtifacts@delta"] = { three, three } } },
        { "DuplicateArtifactInList", { ["siteRestoreArtifacts@delta"] = { one } } },
        { "RestoreArtifactsLimitBreached", { ["siteRestoreArtifacts@delta"] = api:artifacts("site", 3, 53) } },
      }
      for i, case in ipairs(cases) do
        assert.equal("400 " .. case[1], outcome(api:patch(path, case[2])), "case " .. i)
      end
      assert.equal("404 RestoreSessionNotFound", outcome(delta(UNKNOWN, { three })))
      assert.equal("400 InvalidRestoreSessionId", outcome(delta("x", { three })))
      assert.equal(2, #list(id).value)
    end)

    it("is for drafts only", function()
      local id = api:activate("site", 1, 1)
      assert.equal("403 RestoreSessionActionNotAllowed", outcome(delta(id, api:artifacts("site", 2, 2))))
    end)

    it("grows a session past fifty", function()
      api:stop()
      api = support.start { sites = 120 }
      local id = api:post("/sharePointRestoreSessions", "{}").body.id
      assert.equal("200", outcome(delta(id, api:artifacts("site", 1, 50))))
      assert.equal("200", outcome(delta(id, api:artifacts("site", 51, 100))))
      assert.equal(100, api:session(id).restoreSessionArtifactCount.total)
    end)
  end)

  describe("deletion", function()
    it("takes a draft away, and only a draft", function()
      local draft, active = api:create("site", 1, 1), api:activate("site", 2, 2)
      local answer = api:ask("DELETE", "/restoreSessions/" .. draft)
      assert.equal(204, answer.status)
      assert.equal("", answer.raw)
      assert.equal("404 RestoreSessionNotFound", outcome(api:ask("DELETE", "/restoreSessions/" .. draft)))
      assert.equal("404 RestoreSessionNotFound", outcome(api:get("/restoreSessions/" .. draft)))
      assert.equal("403 RestoreSessionActionNotAllowed", outcome(api:ask("DELETE", "/restoreSessions/" .. active)))
      assert.equal("400 InvalidRestoreSessionId", outcome(api:ask("DELETE", "/restoreSessions/x")))
      assert.equal(1, #api:get("/restoreSessions").body.value)
    end)
  end)

  describe("activation", function()
    local function activate(id) return outcome(api:ask("POST", "/restoreSessions/" .. id .. "/activate")) end

    it("happens once", function()
      local id = api:create("site", 1, 1)
      assert.equal("200", activate(id))
      assert.equal("403 RestoreSessionActionNotAllowed", activate(id))
      assert.equal("404 RestoreSessionNotFound", activate(UNKNOWN))
      assert.equal("400 InvalidRestoreSessionId", activate("x"))
    end)

    it("needs artifacts and no body", function()
      local empty = api:post("/sharePointRestoreSessions", "{}").body.id
      assert.equal("403 RestoreSessionActionNotAllowed", activate(empty))
      local id = api:create("site", 1, 1)
      assert.equal("400 BadRequest", outcome(api:post("/restoreSessions/" .. id .. "/activate", { a = 1 })))
      assert.equal("400 BadRequest", outcome(api:post("/restoreSessions/" .. id .. "/activate", "{}")))
      assert.equal("draft", api:session(id).status)
    end)

    it("stops at twenty-five active sessions, and goes on when one ends", function()
      local others = api.sim:activate_foreign(25)
      local id = api:create("site", 1, 1)
      assert.equal("500 TooManyActiveRestoreSessions", activate(id))
      assert.equal("draft", api:session(id).status)
      api.sim:set_state(others[1], "completed")
      assert.equal("200", activate(id))
      assert.equal("500 TooManyActiveRestoreSessions", activate(api:create("site", 2, 2)))
      api.sim:advance(4 * 3600)
      assert.equal("200", activate(api:create("site", 3, 3)))
    end)

    it("is forgotten a year after its end, unlike a draft", function()
      local done, draft = api:activate("site", 1, 1), api:create("site", 2, 2)
      api.sim:advance(366 * 86400)
      assert.equal("404 RestoreSessionNotFound", outcome(api:get("/restoreSessions/" .. done)))
      local left = api:get("/restoreSessions").body.value
      assert.same({ 1, draft }, { #left, left[1].id })
    end)

    it("is refused while restores are locked", function()
      local id = api:create("site", 1, 1)
      api.sim:set_service { status = "restoreLocked" }
      assert.equal("restoreLocked", api:get("").body.serviceStatus.status)
      assert.equal("403 RestoreSessionActionNotAllowed", activate(id))
    end)
  end)

  describe("of granular items", function()
    local function browse(root, kind)
      local point = api.sim:points(api.sim:units(kind)[1].id)[1]
      local answer = api:post(root, { restorePointId = point.id })
      assert.equal(201, answer.status)
      return answer.body
    end

    it("starts from a browse session that is ready", function()
      local opened = browse("/sharePointBrowseSessions", "site")
      assert.equal("creating", opened.status)
      local body = { granularSiteRestoreArtifacts = { { browseSessionId = opened.id, id = "not yet" } } }
      assert.equal("400 InvalidArtifactRequest", outcome(api:post("/sharePointRestoreSessions", body)))
      api.sim:advance(121)
      assert.equal("400 InvalidArtifactRequest", outcome(api:post("/sharePointRestoreSessions", body)))
      local item = api:items("site", opened.id)[1]
      body.granularSiteRestoreArtifacts[1].id = item.itemKey
      assert.equal("created", api:get("/sharePointBrowseSessions/" .. opened.id).body.status)
      local answer = api:post("/sharePointRestoreSessions", body)
      assert.equal("201", outcome(answer))
      assert.equal("granular", answer.body.restoreJobType)
      local id = answer.body.id
      assert.equal("unknownFutureValue", api:session(id, { prefer = false }).restoreJobType)
      local path = ("/sharePointRestoreSessions/%s/granularSiteRestoreArtifacts"):format(id)
      local artifact = api:get(path).body.value[1]
      assert.same({ item.itemKey, "added", "0001-01-01T00:00:00Z" },
        { artifact.id, artifact.status, artifact.startDateTime })
      api:post("/restoreSessions/" .. id .. "/activate")
      api.sim:advance(3600)
      assert.equal("completed", api:session(id).status)
      local done = api:get(path .. "/" .. item.itemKey).body
      assert.equal(item.webUrl, done.webUrl)
      local site = item.webUrl:match("^(.*)/Shared Documents/")
      assert.equal(("%s/%s/%s"):format(site, done.restoredItemPath, item.name), done.restoredItemWebUrl)
      assert.not_equal(item.itemKey, done.restoredItemKey)
    end)

    it("is updated with echoed removals and the session's id", function()
      local opened = browse("/oneDriveForBusinessBrowseSessions", "drive")
      api.sim:advance(121)
      local items = api:items("drive", opened.id)
      local member = { browseSessionId = opened.id, id = items[1].itemKey }
      local id = api:post("/oneDriveForBusinessRestoreSessions", { granularDriveRestoreArtifacts = { member } }).body.id
      local other = { browseSessionId = opened.id, id = items[2].itemKey }
      local answer = api:patch("/oneDriveForBusinessRestoreSessions/" .. id,
        { ["granularDriveRestoreArtifacts@delta"] = { other, removal(member.id) } })
      assert.equal(id, answer.body.id)
      assert.is_string(answer.body["@context"])
      local rows = answer.body["granularDriveRestoreArtifacts@delta"]
      assert.same(removal(member.id), rows[1])
      assert.equal(other.id, rows[2].id)
      assert.equal("400 InvalidPatchRequest", outcome(api:patch("/oneDriveForBusinessRestoreSessions/" .. id,
        { ["driveRestoreArtifacts@delta"] = api:artifacts("drive", 1, 1) })))
    end)

    it("cannot be added to a session that was created empty", function()
      local opened = browse("/sharePointBrowseSessions", "site")
      api.sim:advance(121)
      local id = api:post("/sharePointRestoreSessions", "{}").body.id
      assert.equal("400 InvalidPatchRequest", outcome(api:patch("/sharePointRestoreSessions/" .. id,
        { ["granularSiteRestoreArtifacts@delta"] = { { browseSessionId = opened.id, id = "any" } } })))
    end)

    it("needs a fast restore point of the same service, and expires", function()
      local points = api.sim:points(api.sim:units("site")[1].id)
      assert.equal("none", points[2].tags)
      for _, id in ipairs { points[2].id, LOST, api.sim:points(api.sim:units("drive")[1].id)[1].id } do
        assert.equal("400 InvalidRestorePoint",
          outcome(api:post("/sharePointBrowseSessions", { restorePointId = id })))
      end
      assert.equal("400 BadRequest", outcome(api:post("/sharePointBrowseSessions", { id = "x" })))
      local opened = browse("/sharePointBrowseSessions", "site")
      assert.equal(1, #api:get("/browseSessions").body.value)
      assert.equal(0, #api:get("/oneDriveForBusinessBrowseSessions").body.value)
      api.sim:advance(3 * 86400 + 1)
      assert.equal("404 BrowseSessionNotFound", outcome(api:get("/sharePointBrowseSessions/" .. opened.id)))
      assert.equal(0, #api:get("/browseSessions").body.value)
    end)

    it("of a mailbox starts from a search of it", function()
      local unit = api.sim:units("mailbox")[1]
      local found = api:post("/restorePoints/search", {
        protectionUnitIds = { unit.id }, protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" },
        artifactQuery = { queryExpression = "(Subject -like 'x')", artifactType = "message" },
      }).body
      assert.is_number(found.searchResults[1].artifactHitCount)
      local member = {
        restorePoint = { id = found.searchResults[1].restorePoint.id }, destinationType = "inPlace",
        searchResponseId = found.searchResponseId,
      }
      local answer = api:post("/exchangeRestoreSessions", {
        ["@odata.type"] = "#microsoft.graph.exchangeRestoreSession", granularMailboxRestoreArtifacts = { member },
      })
      assert.equal("201", outcome(answer))
      local path = ("/exchangeRestoreSessions/%s/granularMailboxRestoreArtifacts"):format(answer.body.id)
      assert.equal(found.searchResponseId, api:get(path).body.value[1].searchResponseId)
      member.searchResponseId = "M2UyZDAwMDAwMDMx"
      assert.equal("400 InvalidArtifactRequest",
        outcome(api:post("/exchangeRestoreSessions", { granularMailboxRestoreArtifacts = { member } })))
    end)
  end)
end)
