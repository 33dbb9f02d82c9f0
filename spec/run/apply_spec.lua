local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"
local system = require "m365restore.system"

describe("a plan that is applied", function()
  local place, sites

  local function start(...)
    if place then place:stop() end
    place = support.start(...)
    sites = place.sim:units "site"
  end

  before_each(function() start() end)

  after_each(function()
    place:stop()
    place = nil
  end)

  local function refused(code, ...)
    local run, err = place:apply(...)
    assert.is_nil(run)
    assert.equal(code, err.code, tostring(err))
    assert.equal(0, place.sim:count { operation = "restoreSessions.activate" })
    return err
  end

  it("tells what it does, to the end", function()
    local kinds, last, most = {}, nil, 0
    local plan = place:plan { destination = "inPlace" }
    local run = assert(place:apply(plan, { on_progress = function(event)
      kinds[event.kind] = true
      last, most = event, math.max(most, event.inProgress)
      assert.equal(60, event.total)
      assert.is_true(event.completed + event.failed + event.inProgress <= 60)
    end, actor = "ops@contoso.com", ticket = "INC-42", reason = "ransomware" }))
    assert.is_true(run.ok)
    assert.same({ true, 60, 0, 0, "completed" },
      { last.done, last.completed, last.failed, last.inProgress, last.status })
    assert.is_true(most > 0)
    for _, kind in ipairs { "plan", "session", "activating", "activated", "progress", "ended", "done" } do
      assert.is_true(kinds[kind], kind)
    end
    local first = assert(m365.journal.read(run.journal))[1]
    assert.same({ "ops@contoso.com", "INC-42", "ransomware", plan.hash },
      { first.actor, first.ticket, first.reason, first.confirmed })
    assert.equal(run.head, m365.journal.verify(run.journal, run.head).head)
    place:assert_exactly_once(plan)
  end)

  it("shows a progress bar", function()
    local lines = {}
    local out = { write = function(_, ...) lines[#lines + 1] = table.concat { ... } end }
    local plan = place:plan()
    assert(place:apply(plan, { on_progress = m365.progress.bar { out = out, style = "plain" } }))
    assert.matches("completed: 60 of 60 finished", lines[#lines])
  end)

  it("keeps no secret in its journal", function()
    local token = place.sim:credential { lifetime = 1e9 }()
    local client = m365.client { base_url = place.sim.url, credential = token, clock = place.sim:clock() }
    local plan = place:plan()
    assert(m365.apply(client, plan, { journal = place:path(), interval = "20m", url_wait = 0 }))
    assert.is_nil(scratch.read(place:path()):find(token, 1, true))
  end)

  it("wants a person to give the hash before anything is replaced", function()
    local plan = place:plan { destination = "inPlace" }
    local run, err = m365.apply(place.client, plan, { journal = place:path() })
    assert.is_nil(run)
    assert.equal("confirmation_needed", err.code)
    assert.matches(plan.hash, tostring(err), 1, true)
    refused("plan_changed", plan, { confirm = plan.hash:upper() })
    assert.is_nil(scratch.read(place:path()))
  end)

  it("refuses a plan that was edited, is stale, or has nothing to do", function()
    local plan = place:plan { targets = { sites[1].id, sites[2].id } }
    plan.rows[1].restorePointId = plan.rows[2].restorePointId
    refused("plan_edited", plan)

    plan = place:plan { targets = { sites[1].id, sites[2].id, sites[3].id } }
    place.sim:remove_point(plan.rows[1].restorePointId)
    place.sim:set_unit(sites[2].id, { status = "unprotected" })
    local err = refused("plan_stale", plan)
    assert.equal(2, #err.differences)
    assert.matches("its restore point of .* is gone", err.differences[1])
    assert.matches("unprotected", err.differences[2])

    refused("nothing_to_do", place:plan { targets = { "https://contoso.sharepoint.com/none" } })
    assert.is_nil(scratch.read(place:path()))
  end)

  it("goes on with the stored plan, and refuses another request on its journal", function()
    local plan = place:plan { destination = "inPlace", targets = { sites[1].id, sites[2].id } }
    assert(place:apply(plan))
    local err = select(2, place:apply(place:plan { destination = "new", targets = { sites[3].id } }))
    assert.equal("other_plan", err.code)
    assert.matches("destination was inPlace, is now new", err.message, 1, true)
    err = select(2, place:apply(plan, { confirm = ("0"):rep(64) }))
    assert.equal("plan_changed", err.code)
    place.sim:set_unit(sites[2].id, { status = "unprotected" }) -- the same request, but it would be another plan today
    local again = place:plan { destination = "inPlace", targets = { sites[1].id, sites[2].id } }
    local run = assert(place:apply(again, { confirm = plan.hash }))
    assert.same({ restored = 2 }, support.outcomes(run))
    place:assert_exactly_once(plan)
  end)

  it("is not confirmed any more when it was made again after its journal was lost", function()
    local plan = place:plan { destination = "inPlace", targets = { sites[1].id, sites[2].id } }
    assert(place:apply(plan))
    os.remove(place:path())
    local again = place:plan { destination = "inPlace", targets = { sites[1].id, sites[2].id, sites[3].id } }
    assert.is_string(again.rows[1].restored_by)
    assert.is_nil(again.rows[3].restored_by)
    assert.matches("2 targets of the plan had this very restore point restored", tostring(again), 1, true)
    again = place:plan { destination = "inPlace", targets = { sites[1].id, sites[2].id } }
    assert.equal("plan_changed", select(2, place:apply(again, { confirm = plan.hash })).code)
    place:assert_exactly_once(plan)
  end)

  it("has one run at a time on a journal", function()
    local plan = place:plan()
    local results = m365.gather({ 1, 2 }, function()
      local run, err = place:apply(plan)
      return run and "ran" or err.code
    end)
    table.sort(results)
    assert.same({ "locked", "ran" }, results)
    place:assert_exactly_once(plan)
  end)

  it("does not start at all where its journal cannot be", function()
    local plan = place:plan()
    refused("not_found", plan, { journal = place:path "none/run.jsonl" })
    refused("not_a_file", plan, { journal = place:path "." })
    scratch.write(place:path "bad.jsonl", "rubbish\n")
    refused("journal_damaged", plan, { journal = place:path "bad.jsonl" })
    assert.equal("not_found", select(2, m365.resume(place.client, place:path "none.jsonl")).code)
    assert.matches("apply.journal: a path was expected", raised(m365.apply, place.client, plan, {}))
    assert.matches("unknown option 'jornal'; did you mean 'journal'", raised(m365.apply, place.client, plan,
      { jornal = "x" }))
    assert.matches("apply: plan: a plan was expected, got table", raised(m365.apply, place.client, {},
      { journal = place:path() }))
  end)

  it("ends clearly on a full disk, wherever that is, and goes on when there is room", function()
    local open_journal = system.open_journal
    finally(function() system.open_journal = open_journal end)
    local full = { code = "disk_full", class = "ask", message = "No space left on device" }
    for fail_at = 1, 10 do -- a plan, two sessions with four lines each, and the end
      start()
      local plan, writes = place:plan(), 0
      system.open_journal = function(path)
        local file, err = open_journal(path)
        return file and setmetatable({ append = function(_, line)
          writes = writes + 1
          if writes >= fail_at then return nil, full end
          return file:append(line)
        end }, { __index = function(_, name) return function(_, ...) return file[name](file, ...) end end }), err
      end
      local run, err = place:apply(plan)
      system.open_journal = open_journal
      assert.equal("disk_full", (run and run.error or err).code)
      local again = assert(place:apply(plan))
      assert.is_nil(again.error)
      assert.same({ restored = 60 }, support.outcomes(again))
      place:assert_exactly_once(plan)
    end
  end)

  it("puts no more on the service than it takes, with what runs there already", function()
    start { sites = 400, limits = { in_flight = 1000 } }
    place.sim:activate_foreign(20, { lasting = 40000 })
    local plan = place:plan { destination = "inPlace" }
    local run = assert(place:apply(plan, { max_in_flight = 150 }))
    assert.is_nil(run.error)
    assert.same({ restored = 400 }, support.outcomes(run))
    assert.is_true(place.sim:peak_in_flight "sharePoint" <= 150)
    place:assert_exactly_once(plan)
  end)

  it("asks for no more than its targets are worth, however many there are", function()
    local requests = {}
    for i, count in ipairs { 300, 1200 } do
      start { sites = count, speed = 400000 }
      local plan = place:plan { destination = "inPlace" }
      assert.same({ restored = count }, support.outcomes(assert(place:apply(plan, { interval = "2h" }))))
      requests[i] = place.sim:count()
      assert.is_true(place.sim:peak_in_flight "sharePoint" <= 1000)
      place:assert_exactly_once(plan)
    end
    assert.is_true(requests[2] < 5 * requests[1], requests[2] / requests[1])
  end)

  it("waits its turn while 25 sessions of others are active", function()
    -- they end when the service has refused twice, however slow the machine is
    local month, refusals = 30 * 86400, 0
    local function log(event)
      if event.operation ~= "restoreSessionBase.activate" or event.status == 200 then return end
      refusals = refusals + 1
      if refusals == 2 then place.sim:advance(month) end
    end
    start({ sites = 60, limits = { active_sessions = 3 } }, { log = log })
    place.sim:activate_foreign(3, { lasting = month })
    local plan = place:plan { destination = "inPlace" }
    local run = assert(place:apply(plan))
    assert.is_nil(run.error)
    assert.same({ restored = 60 }, support.outcomes(run))
    assert.is_true(place.sim:count { operation = "restoreSessions.activate" } > 2)
    place:assert_exactly_once(plan)
  end)

  it("gives up at its deadline, and can be resumed", function()
    start { speed = 1800 } -- slow enough to begin, and not to end
    local plan = place:plan()
    local run = assert(place:apply(plan, { timeout = "20m", interval = "1m" }))
    assert.is_false(run.ok)
    assert.equal("retry", run.error.class)
    assert.equal(2, run:report().exit_code)
    assert.is_truthy(support.outcomes(run).running)
    assert.equal(0, #run:report():failed())
    place.sim:advance(6 * 3600)
    local rest = assert(m365.resume(place.client, place:path(), { interval = "20m", url_wait = 0 }))
    assert.same({ restored = 60 }, support.outcomes(rest))
    place:assert_exactly_once(plan)
  end)

  it("reports what the service refuses, and restores the others", function()
    local plan = place:plan { destination = "inPlace" }
    place.sim:refuse_artifact { restorePoint = plan.rows[3].restorePointId, code = "ArtifactCannotBeRestored",
      message = "It is on hold." }
    place.sim:fail_artifact { restorePoint = plan.rows[4].restorePointId, code = "DuplicateArtifactRestoreRequest" }
    local run = assert(place:apply(plan))
    assert.is_nil(run.error)
    assert.same({ restored = 58, rejected = 1, failed = 1 }, support.outcomes(run))
    local report = run:report()
    assert.same({ "ArtifactCannotBeRestored", "ask" }, { report.rows[3].code, report.rows[3].class })
    assert.same({ "DuplicateArtifactRestoreRequest", "ask" }, { report.rows[4].code, report.rows[4].class })
    -- a failed row is not tried again by its own run
    assert.same({ restored = 58, rejected = 1, failed = 1 }, support.outcomes(assert(place:apply(plan))))
    -- a retry is a new plan, of the failures
    place.sim:advance(86400)
    local retry = place:plan { targets = report:failed(), destination = "inPlace" }
    assert.same({ 2, 2 }, { #retry.rows, retry.planned })
    local second = assert(place:apply(retry, { journal = place:path "retry.jsonl" }))
    assert.equal(2, #second:report().rows)
  end)

  it("sorts out a point that went between the check and the draft", function()
    local plan = place:plan { destination = "inPlace" }
    local removed
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "plan" and not removed then
        removed = true
        place.sim:remove_point(plan.rows[9].restorePointId)
      end
    end }))
    assert.is_nil(run.error)
    assert.same({ restored = 59, rejected = 1 }, support.outcomes(run))
    assert.equal("InvalidRestorePoint", run:report().rows[9].code)
  end)

  it("never touches a draft that somebody else has changed", function()
    local plan = place:plan { targets = { sites[1].id, sites[2].id }, destination = "new" }
    local other = place:plan { targets = { sites[5].id }, destination = "new" }.rows[1]
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "session" then
        local session = assert(place.client:session(event.id))
        assert(session:add { { restorePoint = { id = other.restorePointId }, destinationType = "new" } })
      end
    end }))
    assert.equal("draft_changed", run.error.code)
    assert.same({ not_started = 2 }, support.outcomes(run))
    assert.equal(0, place.sim:count { operation = "restoreSessions.activate" })
  end)

  it("goes on without a draft that somebody has deleted", function()
    local plan = place:plan { targets = { sites[1].id, sites[2].id } }
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "session" then error("the program ends here", 0) end
    end }))
    assert.is_false(run.ok)
    assert(place.client:session(place.sim:sessions()[1].id)):delete()
    assert.same({ restored = 2 }, support.outcomes(assert(place:apply(plan))))
    place:assert_exactly_once(plan)
  end)

  it("goes on with a journal whose end was cut off, wherever that is, and not with one that was edited", function()
    local whole
    for cut = 1, 400, 57 do
      start()
      local plan = place:plan()
      assert(place:apply(plan, { on_progress = function(event)
        if event.kind == "progress" then error("the power is gone", 0) end
      end }))
      whole = scratch.read(place:path())
      scratch.write(place:path(), whole:sub(1, -1 - cut))
      local run = assert(m365.resume(place.client, place:path(), { interval = "20m", url_wait = 0 }))
      assert.is_nil(run.error)
      assert.equal(60, (support.outcomes(run).restored or 0) + (support.outcomes(run).already_restored or 0))
      place:assert_exactly_once(plan)
    end
    scratch.write(place:path "edited", (whole:gsub('"priority":1000', '"priority":1', 1)))
    local run, err = m365.resume(place.client, place:path "edited")
    assert.is_nil(run)
    assert.same({ "journal_damaged", 1 }, { err.code, err.line })
  end)

  it("ends at once when its listener raises, and goes on later", function()
    local plan = place:plan()
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "progress" then error("no more paper", 0) end
    end }))
    assert.equal("on_progress_failed", run.error.code)
    assert.matches("no more paper", run.error.message)
    assert.is_truthy(support.outcomes(run).running)
    assert.same({ restored = 60 }, support.outcomes(assert(place:apply(plan))))
    place:assert_exactly_once(plan)
  end)

  it("tells where copies are, when the service does", function()
    local plan = place:plan { targets = { sites[1].id } }
    local run = assert(place:apply(plan, { url_wait = "48h" }))
    assert.equal(sites[1].siteWebUrl .. "R0", run:report().rows[1].url)
    local resumed = assert(m365.resume(place.client, place:path()))
    assert.equal(sites[1].siteWebUrl .. "R0", resumed:report().rows[1].url)
  end)

  it("works for many tenants at once", function()
    local others, plans = {}, {}
    for i = 1, 3 do
      others[i] = support.start { sites = 20 + i }
      plans[i] = others[i]:plan { destination = "inPlace" }
    end
    local runs, failures = m365.gather(others, function(other, i) return other:apply(plans[i]) end)
    assert.same({}, failures)
    for i, other in ipairs(others) do
      assert.same({ restored = 20 + i }, support.outcomes(runs[i]))
      other:assert_exactly_once(plans[i])
      other:stop()
    end
  end)

  it("works for every service", function()
    start { sites = 0, drives = 55, mailboxes = 55 }
    for _, service in ipairs { "oneDriveForBusiness", "exchange" } do
      local plan = place:plan { service = service, destination = "inPlace" }
      assert.equal(55, plan.planned)
      local run = assert(place:apply(plan, { journal = place:path(service) }))
      assert.is_nil(run.error)
      assert.same({ restored = 55 }, support.outcomes(run))
    end
  end)

  it("stops where it is not allowed to restore, before anything is begun", function()
    local reader = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, permissions = {
      "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All", "BackupRestore-Restore.Read.All" } } }
    local plan = place:plan()
    local run = assert(m365.apply(reader, plan, { journal = place:path() }))
    assert.equal(403, run.error.status)
    assert.same({ not_started = 60 }, support.outcomes(run))
    assert.same({ restored = 60 }, support.outcomes(assert(place:apply(plan)))) -- with the right permission it goes on
  end)
end)
