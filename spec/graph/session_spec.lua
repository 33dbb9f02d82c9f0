--- The life of a restore session, for every service, over real HTTP.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

local QUICK = { speed = 100000 } -- ten hours of restoring take a third of a second

describe("a restore session", function()
  local home, client

  setup(function()
    home = tenant.start(QUICK)
    client = home:client()
  end)
  teardown(function()
    client:close()
    home:stop()
  end)
  after_each(function() home:reset() end)

  for service, facts in pairs(tenant.services) do
    describe("of " .. service, function()
      it("is created, activated, watched and reported", function()
        local session = assert(client[service]:create_session(home:body(service, 1, 3)))
        assert.equal(facts.type, m365.type(session))
        assert.equal("draft", session.status)
        assert(session:refresh())
        assert.equal(3, session.restoreSessionArtifactCount.total)
        assert.equal("integer", math.type(session.restoreSessionArtifactCount.total))
        assert.equal("standard", session.restoreJobType)
        assert.is_true(rawequal(session, assert(session:activate())))
        assert.truthy(({ activating = true, active = true })[session.status])
        local seen = {}
        local done = assert(session:wait { timeout = "48h", on_progress = function(p) seen[#seen + 1] = p end })
        assert.is_true(rawequal(session, done))
        assert.equal("completed", session.status)
        assert.same({ 3, 3, 0, true, session.status },
          { seen[#seen].total, seen[#seen].completed, seen[#seen].failed, seen[#seen].done, seen[#seen].status })
        local n = 0
        for artifact in session:artifacts() do
          n = n + 1
          assert.equal("succeeded", artifact.status)
          assert.is_nil(artifact.error)
          assert.equal(artifact, assert(session:artifact(artifact.id)))
          assert.equal(artifact, assert(artifact:refresh()))
        end
        assert.equal(3, n)
      end)

      it("is found again by its id and in the lists, with its own type", function()
        local session = home:session(client, service, 1)
        local found = assert(client:session(session.id))
        assert.equal(session, found)
        assert.equal(facts.type, m365.type(found))
        for _, list in ipairs { client:sessions(), (client[service]:sessions()) } do
          local there = false
          for one in list do
            there = there or one == session
          end
          assert.is_true(there)
        end
        for one in client[service]:sessions() do
          assert.equal(facts.type, m365.type(one))
        end
      end)

      it("takes and gives back artifacts while it is a draft", function()
        local session = home:session(client, service, 1)
        local added = assert(session:add(home:artifacts(service, 2, 4)))
        assert.equal(3, #added)
        assert(session:refresh())
        assert.equal(4, session.restoreSessionArtifactCount.total)
        assert.is_true(assert(session:remove { added[1].id, added[2].id }))
        assert(session:refresh())
        assert.equal(2, session.restoreSessionArtifactCount.total)
        local sent = home.sim:ledger { method = "PATCH" }
        assert.same({ reason = "changed" }, sent[2].body[facts.collection .. "@delta"][1]["@removed"])
      end)

      it("starts empty and is filled", function()
        local session = assert(client[service]:create_session())
        assert.is_nil(home.sim:ledger({ method = "POST" })[1].body)
        assert(session:add(home:artifacts(service, 1, 2)))
        assert(session:activate())
        assert(session:wait { timeout = "48h" })
      end)

      it("is deleted", function()
        local session = home:session(client, service, 1)
        assert.is_true(session:delete())
        local stranger <close> = home:client()
        local gone, err = stranger:session(session.id)
        assert.is_nil(gone)
        assert.equal(404, err.status)
      end)

      it("says how it failed, with the session", function()
        home.sim:fail_artifact { service = service, code = "ArtifactNotFound", message = "Gone.", times = 1 }
        local session = home:session(client, service, 1, 2)
        assert(session:activate())
        local result, err, same = session:wait { timeout = "48h" }
        assert.is_nil(result)
        assert.is_true(rawequal(session, same))
        assert.same({ "restore_partial", 2, 1, 1, session.id, "completedWithError" },
          { err.code, err.total, err.completed, err.failed, err.session_id, err.session_status })
        local failed
        for artifact in session:artifacts() do
          failed = failed or artifact.error and artifact
        end
        assert.same({ "failed", "ArtifactNotFound", "Gone.", "refuse" },
          { failed.status, failed.error.code, failed.error.message, failed.error.class })
        assert.truthy(failed.error.remedy:find "restore")
      end)

      it("says that all of it failed", function()
        home.sim:fail_artifact { service = service, times = 2 }
        local session = home:session(client, service, 1, 2)
        assert(session:activate())
        local result, err = session:wait { timeout = "48h" }
        assert.is_nil(result)
        assert.same({ "restore_failed", 0, 2 }, { err.code, err.completed, err.failed })
      end)
    end)
  end

  describe("with granular artifacts", function()
    it("of mailboxes sends them as they are given", function()
      local point = home:newest("mailbox")[1]
      local artifact = { restorePoint = { id = point }, destinationType = "new", searchResponseId = "found" }
      client.exchange:create_session { granularMailboxRestoreArtifacts = { artifact } }
      local sent = home.sim:ledger({ method = "POST" })[1]
      assert.same({ artifact }, sent.body.granularMailboxRestoreArtifacts)
    end)

    for _, service in ipairs { "sharePoint", "oneDriveForBusiness" } do
      it("of " .. service .. " goes its whole way", function()
        local facts = tenant.services[service]
        local fast
        for _, point in ipairs(home.sim:points(home.sim:units(facts.kind)[1].id)) do
          fast = fast or point.tags == "fastRestore" and point.id
        end
        local browse = assert(client:request("POST",
          "/solutions/backupRestore/" .. service .. "BrowseSessions", { body = { restorePointId = fast } }))
        home.sim:advance(600)
        local function inside(key)
          return assert(client:request("POST",
            "/solutions/backupRestore/" .. service .. "BrowseSessions/" .. browse.id .. "/browse",
            { body = { browseLocationItemKey = key, filter = "" } })).value
        end
        local library = inside(inside()[1].itemKey)[1].itemKey
        local items = {}
        for i, item in ipairs(inside(library)) do items[i] = { browseSessionId = browse.id, id = item.itemKey } end
        local session = assert(client[service]:create_session { [facts.granular] = { items[1] } })
        assert.equal(1, #assert(session:add { items[2] }))
        assert(session:refresh())
        assert.equal("granular", session.restoreJobType)
        local n = 0
        for artifact in session:granular_artifacts() do
          n = n + 1
          assert.equal(facts.granular:gsub("s$", ""), m365.type(artifact))
        end
        assert.equal(2, n)
        assert(session:activate())
        assert(session:wait { timeout = "48h" })
      end)
    end
  end)

  describe("as a value", function()
    local session

    before_each(function() session = home:session(client, "sharePoint", 1, 2) end)

    -- a session as the service never writes it
    local function with(properties)
      home.sim:fault {
        operation = "restoreSessions.get", action = "status", status = 200,
        body = ('{"id":"%s",%s}'):format(session.id, properties),
      }
      return assert(client:session(session.id))
    end

    it("shows null as nil and whole numbers as integers", function()
      local s = with '"completedDateTime":null,"n":3,"x":3.5,"list":[1,null,3],"none":[]'
      assert.is_nil(s.completedDateTime)
      assert.equal("integer", math.type(s.n))
      assert.equal("3", tostring(s.n))
      assert.equal(3.5, s.x)
      assert.equal(0, #s.none)
      assert.equal(3, #s.list)
      assert.same({ 1, 3 }, { s.list[1], s.list[3] })
      assert.is_nil(s.list[2])
    end)

    it("walks its properties without the nulls", function()
      local s = with '"a":null,"b":true,"c":{"d":null,"e":2}'
      local seen = {}
      for name, value in pairs(s) do seen[name] = value end
      assert.same({ session.id, true }, { seen.id, seen.b })
      assert.is_nil(seen.a)
      assert.equal("integer", math.type(s.c.e))
      local inner = {}
      for name in pairs(s.c) do inner[#inner + 1] = name end
      assert.same({ "e" }, inner)
    end)

    it("gives a plain deep copy", function()
      local copy = with('"a":null,"c":{"d":null,"e":2,"f":[1,2]}'):table()
      assert.same({ id = session.id, c = { e = 2, f = { 1, 2 } } }, copy)
      assert.equal("integer", math.type(copy.c.f[1]))
      copy.c.e = 5
      assert.equal(5, copy.c.e)
    end)

    it("is the same as another view of the same session, and of no other", function()
      local other = home:session(client, "sharePoint", 3)
      assert.is_true(session == assert(client:session(session.id)))
      assert.is_false(session == other)
      assert.is_false(session == session.restoreSessionArtifactCount)
      assert.is_false(session == session.id)
    end)

    it("reads well", function()
      assert.equal("sharePointRestoreSession " .. session.id .. " (draft)", tostring(session))
      assert.equal("m365restore.sharePointRestoreSession", getmetatable(session))
    end)

    it("cannot be written to", function()
      assert(session:refresh())
      assert.truthy(raised(function() session.status = "completed" end):find(
        "sharePointRestoreSession.status cannot be assigned", 1, true))
      assert.truthy(raised(function() session.restoreSessionArtifactCount.total = 1 end):find("total", 1, true))
    end)

    it("does not let an answer take its methods away", function()
      assert.equal("function", type(with('"refresh":"x","wait":1').refresh))
    end)

    it("is typed by what the service says, in any spelling", function()
      for said, is in pairs {
        ["#microsoft.graph.sharepointRestoreSession"] = "sharePointRestoreSession",
        ["#microsoft.graph.exchangeRestoreSession"] = "exchangeRestoreSession",
        ["#Microsoft.Graph.OneDriveForBusinessRestoreSession"] = "oneDriveForBusinessRestoreSession",
        ["#microsoft.graph.teamsRestoreSession"] = "restoreSessionBase",
        ["#microsoft.graph.restorePoint"] = "restoreSessionBase",
      } do
        assert.equal(is, m365.type(with(('"@odata.type":"%s"'):format(said))), said)
      end
      assert.equal("restoreSessionBase", m365.type(with '"@odata.type":5'))
    end)

    it("may be left as a to-be-closed value without touching the restore", function()
      do
        local s <close> = session
        assert.truthy(s)
      end
      assert.equal(0, home.sim:count { method = "DELETE" })
    end)

    it("knows its client", function()
      assert.is_true(rawequal(client, session:client()))
    end)
  end)

  describe("that is changed", function()
    local session

    before_each(function() session = home:session(client, "sharePoint", 1) end)

    it("surfaces what was refused inside a 200", function()
      local artifacts = home:artifacts("sharePoint", 2, 3)
      home.sim:refuse_artifact { restorePoint = artifacts[1].restorePoint.id, message = "Not this one." }
      local result, err, added = session:add(artifacts)
      assert.is_nil(result)
      assert.same({ "items_refused", 1, "Invalid", 200 }, { err.code, #err.details, err.details[1].code, err.status })
      assert.truthy(tostring(err):find("Not this one.", 1, true))
      assert.equal(1, #added)
      assert(session:refresh())
      assert.equal(2, session.restoreSessionArtifactCount.total)
    end)

    it("surfaces a removal that was refused", function()
      local result, err = session:remove { "e0ffe8a2-0000-0000-0000-000000000000" }
      assert.is_nil(result)
      assert.equal("string", type(err.code))
    end)

    it("takes a delta as Graph writes it", function()
      local delta = home:artifacts("sharePoint", 5)
      local answer = assert(session:update { ["siteRestoreArtifacts@delta"] = delta })
      assert.equal(1, #answer["siteRestoreArtifacts@delta"])
    end)

    it("takes restore points that came from the service", function()
      local point = session:artifacts():next().restorePoint
      assert.equal("restorePoint", m365.type(point))
      local other = assert(client.sharePoint:create_session {
        siteRestoreArtifacts = { { restorePoint = point, destinationType = "new" } },
      })
      assert.equal("draft", other.status)
    end)

    it("says why after activation", function()
      assert(session:activate())
      local result, err = session:add(home:artifacts("sharePoint", 6))
      assert.is_nil(result)
      assert.equal("RestoreSessionActionNotAllowed", err.code)
      result, err = session:activate()
      assert.is_nil(result)
      assert.equal(403, err.status)
    end)
  end)

  for name, dialect in pairs {
    ["activates at once"] = { create_status = "activating" },
    ["only says that it activates"] = { create_status = "says_activating" },
    ["refuses empty sessions"] = { empty_sessions = false },
    ["spells SharePoint its own way"] = { type_spelling = "sharepointRestoreSession" },
    ["leaves the type out"] = { session_type = "when_mixed" },
    ["has a plural end"] = { terminal_spelling = "completedWithErrors" },
    ["writes capitals"] = { capital_status = true },
    ["has nobody as creator"] = { created_by = "null" },
    ["has an empty creator"] = { created_by = "empty" },
    ["writes plain seconds"] = { times = "seconds" },
    ["leaves times null"] = { unset_times = "null" },
    ["echoes"] = { patch_echo = true, create_echo = true },
  } do
    it("goes its way where the service " .. name, function()
      local there = tenant.start { speed = 100000, dialect = dialect, sites = 10 }
      local c <close> = there:client()
      there.sim:fail_artifact { service = "sharePoint", times = 1 }
      local session, err = c.sharePoint:create_session()
      if dialect.empty_sessions == false then
        assert.equal("InvalidArtifactRequest", err.code)
      end
      if not session or dialect.create_status then -- what is created with contents
        session = there:session(c, "sharePoint", 1, 2)
      else
        assert(session:add(there:artifacts("sharePoint", 1, 2)))
      end
      if dialect.create_status ~= "activating" then
        assert(session:activate())
      end
      assert.equal("sharePointRestoreSession", m365.type(session))
      local result, why = session:wait { timeout = "48h" }
      assert.is_nil(result)
      assert.equal("restore_partial", why.code)
      assert.equal("sharePointRestoreSession", m365.type(assert(c:session(session.id))))
      there:stop()
    end)
  end

  describe("in a gather", function()
    it("uses the same methods, for many at once", function()
      local results, failures = m365.gather({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(i)
        local session = assert(client.sharePoint:create_session(home:body("sharePoint", i * 4, i * 4 + 3)))
        assert(session:activate())
        return assert(session:wait { timeout = "48h" }).status
      end, 4)
      assert.same({}, failures)
      assert.equal(8, #results)
      for _, status in ipairs(results) do assert.equal("completed", status) end
    end)
  end)
end)
