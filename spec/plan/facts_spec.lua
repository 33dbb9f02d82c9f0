--- What Microsoft's pages say the service refuses or cannot do: a plan says so before anything is made, and the
-- simulator, which has figures of its own, does as the plan says.
local m365 = require "m365restore"
local support = require "spec.support.restore"

describe("a plan knows what the service refuses:", function()
  local place

  local function start(options)
    place = support.start(options)
    return place.sim
  end

  after_each(function() place:stop() end)

  local function has_note(plan, text)
    for _, note in ipairs(plan.notes) do
      if note:find(text, 1, true) then return true end
    end
    return false
  end

  local function made()
    return place.sim:count { method = "POST", path = "Sessions$" }
  end

  local DAY = 86400

  describe("how long points are kept", function()
    it("looks for points as far back as any policy may keep them", function()
      local sim = start { sites = 1, drives = 0, points_per_unit = 3, point_interval = 500 * DAY }
      local site = sim:units("site")[1]
      sim:set_unit(site.id, { backupRetentionPeriodInDays = 3650 })
      local points = sim:points(site.id)
      assert.equal(2, #points) -- a thousand days apart
      for _, prefer in ipairs { "fastRestore", "latest", "oldest" } do
        local plan = place:plan { targets = { site.id }, before = points[1].protectionDateTime, prefer = prefer }
        assert.equal(points[2].id, plan.rows[1].restorePointId, prefer)
      end
      local plan = place:plan { targets = { site.id }, before = points[1].protectionDateTime }
      assert.equal(1, support.outcomes(assert(place:apply(plan))).restored)
      local old = place:plan { targets = { site.id }, before = "2025-08-01T00:00:00Z" }
      assert.is_true(has_note(old, "promised nowhere"))
    end)

    it("tells what the unit's policy does not keep from what has no point yet", function()
      local sim = start { sites = 3, mailboxes = 1, points_per_unit = 40, point_interval = 10 * DAY }
      local sites, mailbox = sim:units "site", sim:units("mailbox")[1]
      sim:set_unit(sites[1].id, { backupRetentionPeriodInDays = 90 })
      sim:set_unit(mailbox.id, { backupRetentionPeriodInDays = 90, hits = 3 })
      local plan = place:plan { targets = { sites[1].id, sites[2].id }, before = "2026-07-01T00:00:00Z" }
      assert.equal("beyond_retention", plan.rows[1].refusal.code)
      assert.matches("keeps 90 days", plan.rows[1].refusal.message, 1, true)
      assert.is_nil(plan.rows[2].refusal)
      assert.equal("no_restore_point", place:plan {
        targets = { sites[3].id }, before = "2020-07-01T00:00:00Z" }.rows[1].refusal.code)
      local messages = assert(m365.plan_messages(place.client, { targets = { mailbox.id }, query = "x",
        before = "2026-07-01T00:00:00Z", destination = "new" }))
      assert.equal("beyond_retention", messages.rows[1].refusal.code)
      local none, err = m365.plan_files(place.client, { service = "sharePoint", target = sites[1].id, match = "/**",
        before = "2026-07-01T00:00:00Z" })
      assert.is_nil(none)
      assert.equal("beyond_retention", err.code)
      sim:set_unit(sites[1].id, { backupRetentionPeriodInDays = 180 }) -- the service decides: it has points now
      assert.equal(1, place:plan { targets = { sites[1].id }, before = "2026-07-01T00:00:00Z" }.planned)
    end)

    it("names the points that end before their turn, by themselves or by a shorter window that is announced", function()
      local sim = start { sites = 2, points_per_unit = 40, point_interval = 10 * DAY, speed = 1 }
      local site = sim:units("site")[1]
      local spec = { targets = { site.id }, before = "2026-08-01T00:00:00Z" }
      assert.is_false(has_note(place:plan(spec), "end before a run"))
      local soon = sim:clock():now() + 60
      sim:set_unit(site.id, { shrinks = { from = soon, days = 30 } })
      local plan = place:plan(spec)
      assert.is_true(has_note(plan, "The restore points of 1 target end before a run"))
      assert.near(soon, m365.time.parse(plan.rows[1].expires), 1)
      sim:advance(120) -- and so they do
      local run, err = place:apply(plan)
      assert.is_nil(run)
      assert.same({ "plan_stale", 0 }, { err.code, made() })
      local young = place:plan { targets = { site.id }, before = "2026-10-30T00:00:00Z" }
      assert.is_false(has_note(young, "end before a run"))
    end)
  end)

  describe("of messages,", function()
    local function plan_for(hits)
      for i, count in ipairs(hits) do place.sim:set_unit(place.sim:units("mailbox")[i].id, { hits = count }) end
      return assert(m365.plan_messages(place.client, { targets = "all", query = "(Subject -like 'x*')",
        before = support.T, destination = "new" }))
    end

    it("a mailbox with more than a thousand is refused, and the service would refuse it, too", function()
      start { mailboxes = 3 }
      local plan = plan_for { 1000, 1001, 20 }
      local refusal
      for _, row in ipairs(plan.rows) do refusal = refusal or row.refusal and row end
      assert.same({ 2, "too_many_messages", 1001 }, { plan.planned, refusal.refusal.code, refusal.hits })
      assert.matches("Narrow the query", tostring(select(2, m365.describe "too_many_messages")), 1, true)
      assert.equal(2, support.outcomes(assert(place:apply(plan))).restored)
      local session, err = place.client.exchange:create_session { granularMailboxRestoreArtifacts = { {
        restorePoint = { id = refusal.restorePointId }, destinationType = "new",
        searchResponseId = refusal.searchResponseId } } }
      assert.is_nil(session)
      assert.equal("InvalidArtifactRequest", err.code)
    end)

    it("the estimate goes by their number", function()
      start { mailboxes = 2, speed = 60 }
      local plan = plan_for { 900, 60 }
      assert.same({ 108, 540 }, { plan.estimate.fastest, plan.estimate.seconds })
      assert.matches("100 to 500 messages of a mailbox in a minute", plan.estimate.how, 1, true)
      local run = assert(place:apply(plan, { interval = 1 }))
      assert.equal(2, support.outcomes(run).restored)
      for _, restore in ipairs(place.sim:restores()) do
        assert.is_true(restore.finish - restore.start <= plan.estimate.seconds)
      end
    end)

    it("what is not restored with them is said", function()
      start { mailboxes = 1 }
      assert.is_true(has_note(plan_for { 3 }, "only moved to Deleted Items"))
    end)
  end)

  describe("the estimate of sites and OneDrives", function()
    it("is a range where all have fast points, and one figure where they have not", function()
      start { sites = 60, drives = 4 }
      local fast = place:plan()
      assert.same({ 864, 60 }, { fast.estimate.fastest, fast.planned })
      assert.is_true(fast.estimate.seconds > 3 * 3600)
      assert.matches("about 14m to 3h", tostring(fast), 1, true)
      local any = place:plan { prefer = "latest" }
      local slow = false
      for _, row in ipairs(any.rows) do slow = slow or row.tags ~= "fastRestore" end
      assert.same({ true, any.estimate.seconds }, { slow, any.estimate.fastest })
      assert.equal(600, place:plan { targets = { place.sim:units("site")[1].id } }.estimate.fastest)
    end)
  end)

  describe("a tenant whose restores are locked", function()
    local function check(state)
      local sim = start { sites = 2 }
      local plan = place:plan()
      sim:set_service(state)
      local locked = place:plan()
      assert.is_true(has_note(locked, "Restores are locked in this tenant"))
      assert.equal(plan.hash, locked.hash)
      for _, one in ipairs { plan, locked } do
        local run, err = place:apply(one)
        assert.is_nil(run)
        assert.same({ "restores_locked", 0 }, { err.code, made() })
      end
      local session = assert(place.client.sharePoint:create_session { siteRestoreArtifacts = { {
        restorePoint = { id = plan.rows[1].restorePointId }, destinationType = "new" } } })
      local active, err = session:activate()
      assert.is_nil(active)
      assert.equal("RestoreSessionActionNotAllowed", err.code) -- as the plan has said
      local bulk, why = m365.bulk_restore(place.client, { service = "sharePoint", targets = "all", before = support.T,
        destination = "new", journal = place:path "bulk" })
      assert.is_nil(bulk)
      assert.equal("restores_locked", why.code)
      sim:set_service { status = "enabled", restoreAllowedTillDateTime = "2999-01-01T00:00:00Z" }
      assert.is_true(has_note(place:plan(), "restores until 2999"))
      assert.equal(2, support.outcomes(assert(place:apply(plan))).restored)
    end

    it("says so by its state", function() check { status = "restoreLocked" } end)

    it("is a note where its state was not seen, for each possible reason, and the plan goes on", function()
      local sim = start { sites = 2 }
      local seen = place:plan()
      local function plan_with(client) -- of files, too: they are planned apart
        return { assert(m365.plan(client, { service = "sharePoint", targets = "all", before = support.T,
          destination = "new" })), assert(m365.plan_files(client, { service = "sharePoint", before = support.T,
          target = sim:units("site")[1].id, match = "/**" })) }
      end
      local without = place.tenant:client { credential = sim:credential { lifetime = 1e9, permissions = {
        "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All",
        "BackupRestore-Restore.ReadWrite.All" } } }
      for _, plan in ipairs(plan_with(without)) do
        assert.is_true(has_note(plan, "locked in this tenant, or end soon, was not seen: "))
        assert.is_true(has_note(plan, "Grant BackupRestore-Control.Read.All"))
        assert.is_true(plan.planned > 0)
        assert(plan:save(place:path "unseen.json"))
        assert.same(plan.notes, assert(m365.load_plan(place:path "unseen.json")).notes)
      end
      assert.equal(seen.hash, plan_with(without)[1].hash)
      sim:fault { action = "status", status = 400, method = "GET", path = "/backupRestore$", times = 2 }
      for _, plan in ipairs(plan_with(place.client)) do assert.is_true(has_note(plan, "was not seen: ")) end
      for _, plan in ipairs(plan_with(place.client)) do assert.is_false(has_note(plan, "was not seen")) end
    end)

    it("says so by the end of its time", function()
      check { restoreAllowedTillDateTime = "2026-11-01T00:00:00Z" }
    end)

    it("is not known to who may not read the state, and is not made up", function()
      start { sites = 2 }
      local reader = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, permissions = {
        "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All" } } }
      place.sim:set_service { status = "restoreLocked" }
      local plan = assert(m365.plan(reader, { service = "sharePoint", targets = "all", before = support.T,
        destination = "new" }))
      assert.is_false(has_note(plan, "Restores are locked in this tenant"))
      assert.is_nil(plan.locked)
    end)
  end)

  it("what was moved to another geography has one point a week", function()
    local sim = start { sites = 2, points_per_unit = 80 }
    local sites = sim:units "site"
    assert.is_false(has_note(place:plan(), "moved to another geography"))
    sim:set_unit(sites[2].id, { moved = true })
    local plan = place:plan()
    assert.is_true(has_note(plan, "moved to another geography"))
    assert.is_true(has_note(plan, "1 target has no point within a day before T"))
    assert.is_true(plan.rows[1].lost < DAY and plan.rows[2].lost > DAY)
  end)

  it("files of a rights-managed library and of a locked site, which fail by themselves", function()
    local sim = start { sites = 2, tree = { folders = 0, files = 2, depth = 0 } }
    local sites = sim:units "site"
    sim:set_unit(sites[1].id, { rights_managed = "Shared Documents" })
    sim:set_unit(sites[2].id, { locked = true })
    for i, site in ipairs(sites) do
      local plan = assert(m365.plan_files(place.client, { service = "sharePoint", target = site.id,
        before = support.T, match = "/Shared Documents/*" }))
      assert.is_true(has_note(plan, "rights management"))
      assert.is_true(has_note(plan, "hang on a look into a snapshot that ends at " .. plan.snapshot_till))
      local run = assert(place:apply(plan, { journal = place:path("files" .. i) }))
      assert.same({ failed = 2 }, support.outcomes(run))
    end
    local whole = place:plan { targets = { sites[1].id, sites[2].id } }
    assert.is_false(has_note(whole, "rights management"))
    assert.equal(2, support.outcomes(assert(place:apply(whole))).restored)
  end)

  it("a strict hold, which lets a site go to a new place", function()
    local sim = start { sites = 1, mailboxes = 1 }
    local site = sim:units("site")[1]
    sim:set_unit(site.id, { held = true })
    local plan = place:plan { destination = "inPlace" }
    assert.is_true(has_note(plan, "can be restored to a new address"))
    local run = assert(place:apply(plan))
    assert.equal("ArtifactCannotBeRestored", run:report().rows[1].code)
    assert.equal(1, support.outcomes(assert(place:apply(place:plan(), { journal = place:path "2" }))).restored)
  end)

  it("no more than a number of copies, which a plan of copies names", function()
    local sim = start { sites = 1, limits = { copies_per_unit = 1 } }
    assert.is_true(has_note(place:plan(), "addresses for 1,000 copies"))
    assert.is_false(has_note(place:plan { destination = "inPlace" }, "addresses for"))
    assert.equal(1, support.outcomes(assert(place:apply(place:plan()))).restored)
    sim:advance(3600)
    local run = assert(place:apply(place:plan { before = "2026-11-01T00:00:00Z" }, { journal = place:path "2" }))
    assert.equal(1, support.outcomes(run).failed)
  end)
end)

describe("the table of facts", function()
  local facts = require "m365restore.facts"

  it("names the page of each", function()
    local count = 0
    for name, fact in pairs(facts) do
      count = count + 1
      assert.matches("^https://learn%.microsoft%.com/%l", fact.page, nil, name)
    end
    assert.is_true(count >= 9)
  end)
end)
