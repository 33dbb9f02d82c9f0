local m365 = require "m365restore"
local journal = require "m365restore.run.journal"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

local GRANULAR = "/Shared Documents/**/*.xlsx"

describe("the everyday job", function()
  local place, sites

  before_each(function()
    place = support.start({ sites = 6, drives = 3, mailboxes = 3 })
    sites = place.sim:units "site"
    place.delegated = place.tenant:client { credential = place.sim:credential { delegated = true, lifetime = 1e9 } }
  end)

  after_each(function() place:stop() end)

  describe("files by a pattern", function()
    it("restores what matches, and each file once", function()
      local spec = { service = "sharePoint", target = sites[2].siteWebUrl, before = support.T, match = GRANULAR }
      local plan = assert(m365.plan_files(place.client, spec))
      assert.is_true(plan.planned > 1)
      for _, row in ipairs(plan.rows) do assert.matches("%.xlsx$", row.target) end
      local run = assert(m365.apply(place.client, plan, { journal = place:path(), interval = "20m" }))
      assert.same({ restored = plan.planned }, support.outcomes(run))
      -- the same script again: another look into the snapshot, but the stored plan goes on
      local again = assert(m365.apply(place.client, assert(m365.plan_files(place.client, spec)),
        { journal = place:path(), interval = "20m" }))
      assert.same({ restored = plan.planned }, support.outcomes(again))
      assert.equal(1, place.sim:count { operation = "restoreSessions.activate" })
      assert.equal(plan.planned, #place.sim:sessions()[1].artifacts)
      assert.same({ "BackupRestore-Configuration.Read.All", "BackupRestore-Control.Read.All",
        "BackupRestore-Restore.ReadWrite.All", "BackupRestore-Search.Read.All" }, m365.needs(plan).plan)
    end)

    it("restores nothing twice when the answer to the create is lost", function()
      local plan = assert(m365.plan_files(place.client, { service = "oneDriveForBusiness", before = support.T,
        target = place.sim:units("drive")[1].id, match = "/**/*.xlsx" }))
      place.sim:fault { operation = "oneDriveForBusinessRestoreSessions.create", action = "lose" }
      local run = assert(m365.apply(place.client, plan, { journal = place:path(), interval = "20m" }))
      assert.is_nil(run.error)
      assert.same({ restored = plan.planned }, support.outcomes(run))
      assert.equal(1, #place.sim:sessions())
    end)

    it("says what it does not find", function()
      local function code(spec) return select(2, m365.plan_files(place.client, spec)).code end
      local spec = { service = "sharePoint", target = sites[1].id, before = support.T, match = "/none/*.zip" }
      assert.equal("no_match", code(spec))
      spec.target = "https://contoso.sharepoint.com/none"
      assert.equal("unknown", code(spec))
      spec.target, spec.max_loss = sites[1].id, "1s"
      assert.equal("loss_over_budget", code(spec))
      spec.service = "exchange"
      assert.matches("plan_files.service: one of oneDriveForBusiness, sharePoint was expected, got exchange",
        raised(m365.plan_files, place.client, spec))
    end)
  end)

  describe("messages that match a query", function()
    it("restores those of each mailbox that has some", function()
      local mailboxes = place.sim:units "mailbox"
      local plan = assert(m365.plan_messages(place.delegated, { query = "(Subject -like 'invoice*')",
        targets = { mailboxes[1].email, mailboxes[2].id, "nobody@contoso.com" }, before = support.T,
        destination = "new" }))
      local expected = plan.planned
      assert.equal("unknown", plan.rows[3].refusal.code)
      assert.is_true(expected >= 1)
      local run = assert(m365.apply(place.delegated, plan, { journal = place:path(), interval = "20m" }))
      assert.equal(expected, support.outcomes(run).restored)
      assert.is_string(run:report().rows[1].url)
      assert.same({ 1, expected }, { #place.sim:sessions(), #place.sim:sessions()[1].artifacts })
    end)

    it("does not guess a destination", function()
      assert.matches("plan_messages.destination: .* never assumed", raised(m365.plan_messages, place.client,
        { targets = "all", query = "x", before = support.T }))
    end)
  end)

  describe("watching", function()
    it("reports all that runs, whoever started it", function()
      place:stop()
      place = support.start { sites = 6, speed = 600 } -- slow enough to look at what runs
      place.sim:activate_foreign(2, { lasting = 7200 })
      local run = assert(place:apply(place:plan(), { timeout = "1m", interval = "30s" }))
      assert.equal(6, support.outcomes(run).running)
      local now = assert(m365.watch(place.client, { wait = false }))
      assert.equal(8, now.counts.running)
      local report = assert(m365.watch(place.client, { interval = "1m", on_progress = function(event)
        if not event.done then place.sim:advance(3600) end
      end }))
      assert.same({ restored = 8 }, report.counts)
      assert(report:save(place:path "running.csv"))
      assert.equal(8, #m365.csv.read(place:path "running.csv"))
      assert.equal(0, #assert(m365.watch(place.client)).rows)
    end)
  end)

  describe("cleaning up drafts", function()
    local function abandon(name)
      local run = assert(place:apply(place:plan { targets = { sites[1].id } }, { journal = place:path(name),
        on_progress = function(event)
          if event.kind == "session" then error("the program ends here", 0) end
        end }))
      assert.is_false(run.ok)
    end

    it("deletes those that its journals name, and nobody else's", function()
      abandon "a.jsonl"
      abandon "b.jsonl"
      local foreign = assert(place.client.sharePoint:create_session())
      local young = assert(m365.clean_drafts(place.client, place:path "a.jsonl", { older_than = "30d" }))
      assert.equal("kept", young[1].outcome)
      place.sim:advance(7200)
      local done = assert(m365.clean_drafts(place.client, { place:path "a.jsonl" }))
      assert.same({ 1, "deleted" }, { #done, done[1].outcome })
      local left = place.sim:sessions()
      assert.equal(2, #left)
      assert.is_true(left[1].id == foreign.id or left[2].id == foreign.id)
      assert.same({}, assert(m365.clean_drafts(place.client, place:path "a.jsonl")))
      -- and the run can still go on
      local run = assert(m365.resume(place.client, place:path "a.jsonl", { interval = "20m", url_wait = 0 }))
      assert.same({ restored = 1 }, support.outcomes(run))
    end)

    --- What became of each journal's drafts, in the order of the journals.
    local function told(err)
      local list = {}
      for i, result in ipairs(err.results) do
        list[i] = { result.journal:match "[^/]+$", result.outcome, result.error and result.error.code }
      end
      return list
    end

    it("goes on behind a journal that is in use, is no file or is no journal, and tells of each", function()
      for _, name in ipairs { "1.jsonl", "3.jsonl", "5.jsonl" } do abandon(name) end
      place.sim:advance(7200)
      local _ <close> = assert(journal.open(place:path "3.jsonl"))
      local list = {}
      for i = 1, 5 do list[i] = place:path(i .. ".jsonl") end
      local done, err = m365.clean_drafts(place.client, list)
      assert.is_nil(done)
      assert.equal("not_found", err.code)
      assert.same({ { "1.jsonl", "deleted" }, { "2.jsonl", "failed", "not_found" }, { "3.jsonl", "failed", "locked" },
        { "4.jsonl", "failed", "not_found" }, { "5.jsonl", "deleted" } }, told(err))
      assert.equal(1, #place.sim:sessions())
    end)

    it("goes on behind a draft that the service does not delete", function()
      for _, name in ipairs { "1.jsonl", "2.jsonl" } do abandon(name) end
      place.sim:advance(7200)
      place.sim:fault { method = "DELETE", action = "status", status = 403, times = 1 }
      local done, err = m365.clean_drafts(place.client, { place:path "1.jsonl", place:path "2.jsonl" })
      assert.is_nil(done)
      assert.equal(403, err.status)
      assert.same({ { "1.jsonl", "failed", err.code }, { "2.jsonl", "deleted" } }, told(err))
      assert.is_string(err.results[1].session)
      assert.equal(1, #place.sim:sessions())
    end)

    it("leaves journals alone that are in use, and sessions that run", function()
      abandon "a.jsonl"
      local book <close> = assert(journal.open(place:path "a.jsonl"))
      assert.equal("locked", select(2, m365.clean_drafts(place.client, book.path)).code)
      local run = assert(place:apply(place:plan { targets = { sites[2].id } }, { journal = place:path "b",
        on_progress = function(event)
          if event.kind == "progress" then error("the program ends here", 0) end
        end }))
      assert.is_false(run.ok)
      assert.equal("kept", assert(m365.clean_drafts(place.client, run.journal, { older_than = 0 }))[1].outcome)
    end)
  end)

  describe("a bulk restore", function()
    local function bulk(options)
      local spec = { service = "sharePoint", targets = "all", before = support.T, destination = "new",
        journal = place:path "bulk.jsonl", interval = "20m", url_wait = 0 }
      for name, value in pairs(options or {}) do spec[name] = value end
      return m365.bulk_restore(place.client, spec)
    end

    it("maps what the service picked back to the targets", function()
      place.sim:fail_artifact { unit = sites[3].id, code = "ArtifactNotFound" }
      local run = assert(bulk { targets = { sites[1].siteWebUrl, "https://contoso.sharepoint.com/none", sites[3].id } })
      assert.same({ restored = 1, refused = 1, failed = 1 }, support.outcomes(run))
      local rows = run:report().rows
      assert.equal(0, rows[1].restorePointId:find(sites[1].id, 1, true) - 1)
      assert.same({ "failed", "ArtifactNotFound" }, { rows[3].outcome, rows[3].code })
    end)

    it("is done once, however often it is started, and whatever answer is lost", function()
      for _, operation in ipairs { "sharePointRestoreSessions.create", "restoreSessions.activate" } do
        place.sim:fault { operation = operation, action = "lose" }
      end
      place.sim:fault { method = "POST", path = "BulkAdditionRequests$", action = "lose" }
      for _ = 1, 2 do
        local run = assert(bulk())
        assert.is_nil(run.error)
        assert.same({ restored = 6 }, support.outcomes(run))
      end
      for _, count in pairs(place:activations()) do assert.equal(1, count) end
    end)

    it("replaces nothing unless a person says that nobody has reviewed it", function()
      local run, err = bulk { destination = "inPlace" }
      assert.is_nil(run)
      assert.equal("confirmation_needed", err.code)
      assert.matches("nobody has reviewed them", err.message)
      assert.same({ restored = 6 }, support.outcomes(assert(bulk { destination = "inPlace", confirm = "unreviewed" })))
    end)

    it("needs a service that creates empty sessions, and says so", function()
      place:stop()
      place = support.start({ sites = 6, dialect = { empty_sessions = false } })
      assert.equal("empty_refused", assert(bulk()).error.code)
    end)

    it("raises on misuse", function()
      assert.matches("bulk_restore.destination: .* never assumed", raised(bulk, { destination = "" }))
      assert.matches("bulk_restore.before: a time", raised(bulk, { before = "soon" }))
      assert.matches("bulk_restore.service:", raised(bulk, { service = "teams" }))
    end)
  end)

  describe("a drill", function()
    local function drill(n, options)
      local opts = { service = "sharePoint", sample = 4, ledger = place:path "drills", interval = "20m", url_wait = 0,
        journal = place:path("drill" .. n), report = place:path("drill" .. n .. ".html") }
      for name, value in pairs(options or {}) do opts[name] = value end
      return m365.drill(place.client, opts)
    end

    it("restores a few units to new places, and leaves the evidence", function()
      local run = assert(drill(1, { seed = "x" }))
      assert.same({ restored = 4 }, support.outcomes(run))
      for _, row in ipairs(run:report().rows) do assert.equal("new", row.destinationType) end
      local page = scratch.read(place:path "drill1.html")
      assert.matches("<h1>Restore drill of sharePoint</h1>", page, 1, true)
      assert(drill(1)) -- again: the same drill
      assert.equal(1, place.sim:count { operation = "restoreSessions.activate" })
    end)

    it("restores no unit a third time within a month", function()
      local counts, n, run, err = {}, 0
      repeat
        n = n + 1
        run, err = drill(n)
        for _, row in ipairs(run and run:report().rows or {}) do
          counts[row.protectionUnitId] = (counts[row.protectionUnitId] or 0) + 1
        end
      until not run
      assert.equal("drill_limit", err.code)
      for _, site in ipairs(sites) do assert.equal(2, counts[site.id]) end
      place.sim:advance(32 * 86400)
      assert.is_truthy(drill(n + 1))
    end)
  end)
end)
