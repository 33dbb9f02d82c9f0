--- What a report says of a row: what the service says, and nothing else; then advice.
local m365 = require "m365restore"
local outcomes = require "m365restore.outcomes"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

describe("a report", function()
  local place

  after_each(function() place:stop() end)

  local function start(options, client_options)
    place = support.start(options, client_options)
    return place
  end

  --- A clock on which a pause is over at once: what was waited is known to the second.
  local function patient_clock()
    local at = 0
    return {
      now = function() return 1793580000 + at end,
      monotonic = function() return at end,
      delay = function(_, seconds)
        if seconds > 86400 then return seconds end -- the deadline of a call, and no pause
        at = at + seconds
        return 0
      end,
    }
  end

  local function lock_service() place.sim:set_service { status = "restoreLocked" } end

  local function apply_locked(plan)
    local events = {}
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "activating" then lock_service() end
      events[#events + 1] = event
    end }))
    return run, events
  end

  it("says that a session is a draft still, and why the service does not activate it", function()
    start { sites = 3 }
    local plan = place:plan { destination = "inPlace" }
    local run, events = apply_locked(plan)
    local report = run:report()
    assert.same({ not_started = 3 }, report.counts)
    for _, row in ipairs(report.rows) do
      assert.same({ "draft", run.error.code }, { row.status, row.code })
      assert.is_string(row.session)
      assert.equal(run.error.message, row.message)
      assert.equal(run.error.remedy, row.remedy)
      assert.is_nil(row.remedy:find("grant", 1, true))
    end
    assert.equal(2, report.exit_code)
    local line = {}
    m365.progress.bar { style = "plain", out = { write = function(_, ...) line = { ... } end } }(events[#events])
    assert.is_nil(table.concat(line):find("out of reach", 1, true))
    assert.matches("stopped: " .. run.error.code, table.concat(line), 1, true)
    assert.matches(run.error.message, tostring(report), 1, true)
  end)

  it("says the same after the journal is read again, and nothing of it once the restore runs", function()
    start { sites = 2 }
    local plan = place:plan { destination = "inPlace" }
    apply_locked(plan)
    local again = assert(place:apply(plan))
    assert.same({ "draft", 2 }, { again:report().rows[1].status, again:report().counts.not_started })
    place.sim:set_service { status = "enabled" }
    local run = assert(place:apply(plan))
    assert.same({ restored = 2 }, run:report().counts)
    assert.is_nil(run:report().rows[1].code)
    place:assert_exactly_once(plan)
  end)

  it("does not know whether a session runs where nothing tells", function()
    start { sites = 1 }
    local plan = place:plan { destination = "inPlace" }
    local run = assert(place:apply(plan, { timeout = "1s", patience = 0, on_progress = function(event)
      if event.kind == "activating" then
        place.sim:fault { path = "estoreSessions/", action = "status", status = 503, times = 1000 }
      end
    end }))
    assert.same({ unknown = 1 }, run:report().counts)
    assert.is_nil(run:report().rows[1].message)
  end)

  it("says with the count where a mailbox had nothing to restore, and waits for no address of it", function()
    start { sites = 0, mailboxes = 3 }
    local boxes = place.sim:units "mailbox"
    place.sim:set_unit(boxes[1].id, { unchanged = true })
    place.sim:set_unit(boxes[3].id, { unchanged = true })
    local waited = false
    local run = assert(place:apply(place:plan { service = "exchange", targets = boxes }, { url_wait = "2d",
      on_progress = function(event) waited = waited or event.waiting ~= nil end }))
    local report = run:report()
    assert.same({ nothing_to_restore = 2, restored = 1 }, report.counts)
    assert.is_true(report.ok and run.ok)
    assert.is_false(waited)
    assert.same({ 0, 0 }, { report.rows[1].restoredItemCount, report.rows[3].restoredItemCount })
    assert.is_true(report.rows[2].restoredItemCount > 0)
    assert.equal("3 targets: 1 restored, 2 nothing to restore", report:summary())
    assert.same({}, report:failed())
    assert(report:save(place:path "r.csv"))
    assert.equal("0", m365.csv.read(place:path "r.csv")[1].restoredItemCount)
  end)

  it("has no code, message or time that the service did not send", function()
    start { sites = 1 }
    local site = place.sim:units "site"[1]
    place.sim:fail_artifact { unit = site.id, code = "ArtifactNotFound", message = "gone", times = 99 }
    local plan = assert(m365.plan_files(place.client, {
      service = "sharePoint", target = site.id, before = support.T, match = "/**/*.docx",
    }))
    local report = assert(place:apply(plan)):report()
    assert.same({ failed = #plan.rows }, report.counts)
    for _, row in ipairs(report.rows) do
      assert.is_nil(row.code)
      assert.is_nil(row.message)
      assert.equal("failed", row.status)
      assert.is_string(row.remedy)
      for _, name in ipairs { "startDateTime", "completionDateTime" } do
        assert.is_true(row[name] == nil or m365.time.parse(row[name]) ~= nil)
      end
    end
  end)

  it("says first what the service says, and then what to do, on paper too", function()
    start { sites = 2 }
    local site = place.sim:units "site"[2]
    place.sim:fail_artifact { unit = site.id, code = "ArtifactCannotBeRestored",
      message = "under a strict retention hold" }
    local report = assert(place:apply(place:plan { destination = "inPlace" })):report()
    local remedy = report.rows[2].remedy
    assert(report:save(place:path "r.html"))
    for _, text in ipairs { tostring(report), scratch.read(place:path "r.html") } do
      local fact = text:find("under a strict retention hold", 1, true)
      assert.is_true(fact < text:find(remedy:sub(1, 20), 1, true))
    end
  end)

  it("says what is waited for where a copy has no address, and the wait ends by its deadline", function()
    for _, wait in ipairs { 1, 7, 1800 } do
      start({ sites = 2, speed = 1 }, { clock = patient_clock() })
      local first, last
      local run = assert(place:apply(place:plan(), { url_wait = wait, interval = 1, on_progress = function(event)
        if event.kind == "progress" and not event.done then
          place.sim:advance(600) -- the addresses appear after 900 seconds more: never
        elseif event.waiting then
          first = first or event.elapsed
          assert.equal("the addresses of 2 new copies", event.waiting)
        end
        last = event.elapsed
      end }))
      local report = run:report()
      assert.is_nil(run.error)
      assert.same({ restored = 2 }, report.counts)
      assert.is_nil(report.rows[1].url)
      assert.matches("address", report.rows[1].awaited)
      assert(report:save(place:path "r.html"))
      assert.matches(report.rows[1].awaited, scratch.read(place:path "r.html"), 1, true)
      assert.is_true(math.abs(last - first - wait) < 0.01)
      place:stop()
    end
    start { sites = 1 }
  end)

  it("follows events whose counts never go backwards", function()
    start { sites = 60 }
    place.sim:fail_artifact { unit = place.sim:units "site"[7].id, code = "ArtifactNotFound", message = "gone" }
    local most, last = 0, nil
    local plan = place:plan { destination = "inPlace" }
    local run = assert(place:apply(plan, { interval = "2m", on_progress = function(event)
      local finished = event.completed + event.failed
      assert.is_true(finished >= most and finished + event.inProgress <= event.total)
      most, last = finished, event
    end }))
    assert.is_nil(run.error)
    assert.same({ 60, 59, 1, 0 }, { most, last.completed, last.failed, last.inProgress })
  end)

  it("reads what an outcome means from one table", function()
    start { sites = 1 }
    local known = {}
    for _, outcome in ipairs(outcomes.list) do
      local name = outcome.name
      known[name] = true
      local kinds = (outcome.ok and 1 or 0) + (outcome.open and 1 or 0) + (outcome.again and 1 or 0)
      assert.is_true(kinds == 1 or name == "refused", name)
    end
    local documented = scratch.read "docs/restore.md":match "\n| outcome |.-\n\n"
    for name in pairs(known) do
      assert.truthy(documented:find("`" .. name .. "`", 1, true), name)
    end
  end)
end)
