local m365 = require "m365restore"
local support = require "spec.support.restore"

local HOUR = 3600

describe("what others have restored", function()
  local place, sites

  before_each(function()
    place = support.start({ sites = 6, drives = 2, mailboxes = 3 })
    sites = place.sim:units "site"
  end)

  after_each(function() place:stop() end)

  local function plan_of(numbers, destination)
    local targets = {}
    for i, n in ipairs(numbers) do targets[i] = sites[n].id end
    return place:plan { targets = targets, destination = destination or "inPlace" }
  end

  local function stage(row, options)
    local all = { state = "succeeded", ago = 0, lasting = 60 }
    for name, value in pairs(options or {}) do all[name] = value end
    all.artifacts = all.artifacts or {
      { restorePoint = all.point or row.restorePointId, destinationType = all.destination or row.destinationType },
    }
    all.point, all.destination = nil, nil
    local id = place.sim:stage_session(all)
    if all.state == "succeeded" or all.state == "failed" then place.sim:advance(1800) end
    return id
  end

  --- The sessions that restored a row's point to its destination, in order.
  local function restorers(row)
    local list = {}
    for _, restore in ipairs(place.sim:restores()) do
      if restore.restorePoint == row.restorePointId and restore.destinationType == row.destinationType then
        list[#list + 1] = restore.session
      end
    end
    return list
  end

  local function apply(plan, options)
    local run = assert(place:apply(plan, options))
    assert.is_nil(run.error)
    return run:report()
  end

  it("is not restored again: the same point, to the same destination, since the plan was made", function()
    local plan = plan_of { 1, 2 }
    local theirs = stage(plan.rows[1])
    local report = apply(plan)
    assert.same({ already_restored = 1, restored = 1 }, report.counts)
    assert.equal(theirs, report.rows[1].session)
    assert.same({ theirs }, restorers(plan.rows[1]))
  end)

  it("is another thing with another destination, another point, or of a time before the plan", function()
    local before = plan_of { 3 }.rows[1]
    stage(before)
    local plan = plan_of { 1, 2, 3 }
    stage(plan.rows[1], { destination = "new" })
    stage(plan.rows[2], { point = place.sim:points(sites[2].id)[1].id, destination = "new" })
    assert.same({ restored = 3 }, apply(plan).counts)
    assert.equal(2, #restorers(plan.rows[3]))
  end)

  it("counts in place only as long as nothing else was restored over it", function()
    local plan = plan_of { 1, 2, 3 }
    local other = place.sim:points(sites[1].id)[1].id
    stage(plan.rows[1])
    stage(plan.rows[1], { point = other }) -- over it
    stage(plan.rows[2], { point = place.sim:points(sites[2].id)[1].id })
    stage(plan.rows[2]) -- the last one
    stage(plan.rows[3])
    stage(plan.rows[3], { point = place.sim:points(sites[3].id)[1].id, state = "failed" }) -- changed nothing
    local report = apply(plan)
    assert.same({ "restored", "already_restored", "already_restored" },
      { report.rows[1].outcome, report.rows[2].outcome, report.rows[3].outcome })
    assert.equal(2, #restorers(plan.rows[1]))
  end)

  it("counts no more where what may lie over it is of a point that is gone", function()
    local boxes = place.sim:units "mailbox"
    local plan = plan_of { 1, 2 }
    local mail = place:plan { service = "exchange", targets = { boxes[1].id }, destination = "inPlace" }
    local function newer(unit) return place.sim:points(unit.id)[1].id end
    for _, row in ipairs(plan.rows) do stage(row) end
    stage(mail.rows[1], { service = "exchange" })
    local gone = { newer(sites[1]), newer(sites[3]), newer(boxes[2]) }
    stage(plan.rows[1], { point = gone[1] }) -- over it
    stage(plan.rows[1], { point = gone[2] }) -- of another site
    stage(mail.rows[1], { point = gone[3], service = "exchange" }) -- nothing shows of which mailbox
    for _, point in ipairs(gone) do place.sim:remove_point(point) end
    local report = apply(plan)
    assert.same({ "restored", "already_restored" }, { report.rows[1].outcome, report.rows[2].outcome })
    assert.same({ restored = 1 }, apply(mail, { journal = place:path "mail.jsonl" }).counts)
  end)

  it("is as if it never was where it failed, and all sessions are looked at", function()
    local plan = plan_of { 1, 2 }
    stage(plan.rows[1], { state = "failed" })
    local second = stage(plan.rows[1])
    stage(plan.rows[2], { state = "failed" })
    stage(plan.rows[2], { state = "failed" })
    local report = apply(plan)
    assert.same({ "already_restored", second }, { report.rows[1].outcome, report.rows[1].session })
    assert.equal("restored", report.rows[2].outcome)
  end)

  it("is never a draft, whoever made it", function()
    local plan = plan_of { 1 }
    local draft = stage(plan.rows[1], { state = "draft" })
    assert.same({ restored = 1 }, apply(plan).counts)
    assert.equal("draft", place.sim:session(draft).status)
  end)

  describe("or are restoring at the time", function()
    for outcome, state in pairs { already_restored = "succeeds", failed_elsewhere = "fails" } do
      it("is watched to its end, and nothing is begun: it " .. state, function()
        local plan = plan_of { 1, 2 }
        if state == "fails" then
          place.sim:fail_artifact { restorePoint = plan.rows[1].restorePointId, times = 1, code = "ArtifactNotFound" }
        end
        local theirs = stage(plan.rows[1], { state = "running", lasting = 4 * HOUR })
        local report = apply(plan)
        assert.same({ outcome, theirs }, { report.rows[1].outcome, report.rows[1].session })
        assert.equal(outcome == "failed_elsewhere" and "ArtifactNotFound" or nil, report.rows[1].code)
        assert.equal("restored", report.rows[2].outcome)
        assert.same({ theirs }, restorers(plan.rows[1]))
        assert.equal(outcome == "already_restored", report.ok)
      end)
    end

    it("is watched in one session after the other, as long as any of them goes on", function()
      for _, last in ipairs { "already_restored", "failed_elsewhere" } do
        local plan = plan_of(last == "already_restored" and { 1, 2 } or { 3, 4 })
        place.sim:fail_artifact { restorePoint = plan.rows[1].restorePointId, code = "ArtifactNotFound",
          times = last == "already_restored" and 1 or 2 }
        stage(plan.rows[1], { state = "running", lasting = 4 * HOUR })
        local second = stage(plan.rows[1], { state = "running", lasting = 12 * HOUR })
        local run = assert(place:apply(plan, { journal = place:path(last) }))
        local report = run:report()
        assert.same({ last, second }, { report.rows[1].outcome, report.rows[1].session })
        assert.equal("restored", report.rows[2].outcome)
        assert.equal(2, #restorers(plan.rows[1]))
      end
    end)

    it("is told as running elsewhere by a run that ends early, and watched again by the next", function()
      place:stop()
      place = support.start { sites = 6, speed = 600 }
      sites = place.sim:units "site"
      local plan = plan_of { 1 }
      local theirs = stage(plan.rows[1], { state = "running", lasting = 30 * HOUR })
      local run = assert(place:apply(plan, { timeout = "5m", interval = "1m" }))
      local report = run:report()
      assert.same({ "running_elsewhere", theirs, 2 },
        { report.rows[1].outcome, report.rows[1].session, report.exit_code })
      place.sim:advance(31 * HOUR)
      local after = assert(m365.resume(place.client, place:path(), { interval = "20m", url_wait = 0 }))
      assert.same({ already_restored = 1 }, support.outcomes(after))
      assert.same({ theirs }, restorers(plan.rows[1]))
    end)
  end)

  describe("is told by the service's times alone:", function()
    for _, ahead in ipairs { -HOUR, -400, 400, HOUR } do
      it("a lost journal restores nothing twice with a clock that is wrong by " .. ahead .. " s", function()
        place.client = place.tenant:client { clock = place.sim:clock { ahead = ahead } }
        local earlier = plan_of { 3 }
        stage(earlier.rows[1])
        local plan = plan_of { 1, 2, 3 }
        assert.same({ restored = 3 }, apply(plan).counts)
        os.remove(place:path())
        place.client = place.tenant:client { clock = place.sim:clock { ahead = -ahead } }
        assert.same({ already_restored = 3 }, apply(plan).counts)
        assert.same({ 1, 1, 2 },
          { #restorers(plan.rows[1]), #restorers(plan.rows[2]), #restorers(plan.rows[3]) })
      end)
    end

    it("a plan made by a caller who may not see sessions is ordered by the service's time, too", function()
      local reader = place.tenant:client {
        clock = place.sim:clock { ahead = HOUR },
        credential = place.sim:credential { lifetime = 1e8, permissions = {
          "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All" } },
      }
      stage(plan_of { 2 }.rows[1])
      local plan = assert(m365.plan(reader, { service = "sharePoint", targets = { sites[1].id, sites[2].id },
        before = support.T, destination = "inPlace" }))
      stage(plan.rows[1])
      assert.same({ already_restored = 1, restored = 1 }, apply(plan).counts)
    end)
  end)
end)

describe("parts that were restored before", function()
  local place, site

  local function start(dialect)
    if place then place:stop() end
    place = support.start({ sites = 3, mailboxes = 3, dialect = dialect })
    site = place.sim:units "site"[2]
    place.client = place.tenant:client { credential = place.sim:credential { delegated = true, lifetime = 1e9 } }
  end

  before_each(function() start() end)

  after_each(function()
    place:stop()
    place = nil
  end)

  local function files(before)
    return assert(m365.plan_files(place.client, { service = "sharePoint", target = site.id, before = before,
      match = "/Shared Documents/*.xlsx" }))
  end

  local function messages(query, destination)
    return assert(m365.plan_messages(place.client, { targets = "all", query = query, before = support.T,
      destination = destination or "new" }))
  end

  local function apply(plan, name)
    local run = assert(place:apply(plan, { journal = place:path(name) }))
    assert.is_nil(run.error)
    return run:report()
  end

  it("are not the same files at another moment, though their keys are", function()
    local moments = { "2026-11-01T20:00:00Z", "2026-11-01T06:00:00Z", "2026-10-31T23:00:00Z" }
    local plans, points = {}, {}
    for i, moment in ipairs(moments) do
      plans[i] = files(moment)
      points[plans[i].rows[1].restorePointId] = true
    end
    assert.equal(plans[1].rows[1].itemKey, plans[3].rows[1].itemKey)
    for i, plan in ipairs(plans) do assert.same({ restored = plan.planned }, apply(plan, "files" .. i).counts) end
    local seen = {}
    for _, restore in ipairs(place.sim:restores()) do seen[restore.restorePoint] = true end
    assert.same(points, seen)
  end)

  it("are the same files through the same look, and through another where the service names its point", function()
    local plan = files(support.T)
    assert.same({ restored = plan.planned }, apply(plan, "one").counts)
    assert.same({ already_restored = plan.planned }, apply(plan, "two").counts)
    assert.matches("known to be restored only where", tostring(plan), 1, true)
    for named, expected in pairs { [true] = "already_restored", [false] = "restored" } do
      start { browse_point = named }
      local first, second = files(support.T), files(support.T)
      assert.not_equal(first.rows[1].browseSessionId, second.rows[1].browseSessionId)
      assert.same({ restored = first.planned }, apply(first, "first").counts)
      assert.same({ [expected] = second.planned }, apply(second, "second").counts)
    end
  end)

  it("are never the same messages, since no answer tells the query", function()
    for i, word in ipairs { "invoice", "contract", "invoice" } do
      local plan = messages("(Subject -like '" .. word .. "*')")
      assert.matches("does not show by which query", tostring(plan), 1, true)
      local report = apply(plan, "mail" .. i)
      assert.equal(plan.planned, report.counts.restored)
    end
    assert.equal(3, #place.sim:sessions())
  end)

  describe("when the answer to their creation is lost", function()
    local function lose(operation)
      place.sim:fault { operation = operation, action = "lose" }
    end

    local function states()
      local list = {}
      for _, session in ipairs(place.sim:sessions()) do list[session.id] = session.status end
      return list
    end

    it("leave another's draft of messages alone, and ours as well: a new session is made", function()
      local plan = messages "(Subject -like 'contract*')"
      local row = plan.rows[1]
      local theirs = place.sim:stage_session { service = "exchange", state = "draft", artifacts = {
        { restorePoint = row.restorePointId, destinationType = "new", search = "another query" } } }
      lose "exchangeRestoreSessions.create"
      local report = apply(plan, "mail")
      assert.equal(plan.planned, report.counts.restored)
      assert.equal("draft", states()[theirs])
      assert.not_equal(theirs, report.rows[1].session)
      local drafts = 0
      for _, state in pairs(states()) do drafts = drafts + (state == "draft" and 1 or 0) end
      assert.equal(2, drafts) -- theirs and the lost one
      assert.equal(1, place.sim:count { operation = "restoreSessions.activate" })
      assert.same({}, assert(m365.clean_drafts(place.client, place:path "mail", { older_than = 0 })))
      assert.equal("draft", states()[theirs])
    end)

    it("leave another's draft of the same file of another snapshot alone, and find ours", function()
      for _, application in ipairs { "00000000-0000-0000-0000-0000000000f0", place.sim.client_id } do
        local other, plan = files "2026-10-31T23:00:00Z", files(support.T)
        local list = {}
        for i, row in ipairs(other.rows) do
          list[i] = { browseSession = row.browseSessionId, item = row.itemKey }
        end
        local theirs = place.sim:stage_session { state = "draft", artifacts = list, application = application }
        local count = #place.sim:sessions()
        lose "sharePointRestoreSessions.create"
        local report = apply(plan, "files of " .. application)
        assert.same({ restored = plan.planned }, report.counts)
        assert.equal("draft", states()[theirs])
        assert.equal(count + 1, #place.sim:sessions()) -- ours was found again
      end
    end)

    it("do not take a session for ours whose maker is not shown", function()
      for _, created_by in ipairs { "null", "empty" } do
        start { created_by = created_by }
        local plan = files(support.T)
        lose "sharePointRestoreSessions.create"
        assert.same({ restored = plan.planned }, apply(plan, "files").counts)
        assert.equal(2, #place.sim:sessions())
        assert.equal(1, place.sim:count { operation = "restoreSessions.activate" })
      end
    end)

    it("are not begun twice where creating begins them", function()
      for _, created_by in ipairs { "object", "null" } do
        start { created_by = created_by, create_status = "activating" }
        local plan = files(support.T)
        lose "sharePointRestoreSessions.create"
        local report = apply(plan, "files")
        assert.same({ [created_by == "object" and "restored" or "already_restored"] = plan.planned }, report.counts)
        assert.equal(plan.planned, #place.sim:restores())
        local mail = messages "(Subject -like 'contract*')"
        lose "exchangeRestoreSessions.create"
        local run = assert(place:apply(mail, { journal = place:path "mail" }))
        assert.equal("ambiguous", run.error.code)
        assert.equal(1, place.sim:count { operation = "exchangeRestoreSessions.create" })
        local again = assert(m365.resume(place.client, place:path "mail"))
        assert.equal("ambiguous", again.error.code)
        assert.equal(1, place.sim:count { operation = "exchangeRestoreSessions.create" })
      end
    end)
  end)
end)
