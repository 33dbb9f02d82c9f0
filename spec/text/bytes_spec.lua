--- Bytes that are not UTF-8: plans, journals and reports that hold them are written, and can be read again.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local repair = require "m365restore.text.repair"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

describe("a text that is no UTF-8", function()
  it("is repaired byte by byte, and left alone where it is sound", function()
    for bytes, text in pairs {
      ["M\xFCller"] = "M\u{FFFD}ller", ["\xE2\x82"] = "\u{FFFD}\u{FFFD}", ["ü\xFF"] = "ü\u{FFFD}", [""] = "",
      ["\xED\xA0\x80"] = "\u{FFFD}\u{FFFD}\u{FFFD}", ["ü\u{1F4C1}"] = "ü\u{1F4C1}", ["\xC0\xAF/"] = "\u{FFFD}\u{FFFD}/",
    } do
      assert.equal(text, repair.text(bytes))
    end
    assert.equal('{"a":["\u{FFFD}",[]]}', repair.encode { a = { "\xFF", m365.array {} } })
    assert.equal('{"\u{FFFD}":1}', repair.encode { ["\xFF"] = 1 })
    assert.has_error(function() repair.encode { a = print } end)
  end)

  describe("in a restore", function()
    local place
    before_each(function() place = support.start { sites = 2 } end)
    after_each(function() place:stop() end)

    it("as a target, is a row of a plan that is saved, loaded and hashed", function()
      local sites = place.sim:units "site"
      local plan = place:plan { targets = { sites[1].siteWebUrl, "https://contoso.sharepoint.com/sites/B\xFCro" } }
      assert.same({ 2, 1 }, { #plan.rows, plan.planned })
      for _, name in ipairs { "plan.json", "plan.csv" } do assert(plan:save(place:path(name))) end
      assert.equal(plan.hash, assert(m365.load_plan(place:path "plan.json")).hash)
      assert.equal("https://contoso.sharepoint.com/sites/B\u{FFFD}ro", m365.csv.read(place:path "plan.csv")[2].target)
    end)

    it("as ticket, actor and reason, stands in the journal", function()
      local plan = place:plan()
      local run = assert(place:apply(plan, { ticket = "M\xFCller", actor = "\xFF", reason = "caf\xE9" }))
      assert.is_true(run.ok)
      local head = assert(m365.journal.read(run.journal))[1]
      assert.same({ "M\u{FFFD}ller", "\u{FFFD}", "caf\u{FFFD}" }, { head.ticket, head.actor, head.reason })
      assert.equal(run.head, assert(m365.journal.verify(run.journal)).head)
      place:assert_exactly_once(plan)
    end)

    it("as the query of a plan of messages, raises before anything is sent", function()
      local expected = "plan_messages.query: UTF-8 was expected, got (Subject -like 'caf?')"
      assert.equal(expected, raised(m365.plan_messages, place.client,
        { targets = "all", query = "(Subject -like 'caf\xE9')", before = support.T, destination = "new" }))
      assert.equal(0, place.sim:count())
    end)

    it("in what the service says, stands in journal and report", function()
      local plan = place:plan()
      local bad = plan.rows[1].restorePointId
      place.sim:fail_artifact { restorePoint = bad, code = "ArtifactCannotBeRestored", message = "caf\xE9 \xFF" }
      local run = assert(place:apply(plan))
      local report = run:report()
      assert.equal("failed", report.rows[1].outcome)
      for _, name in ipairs { "r.csv", "r.json", "r.html" } do assert(report:save(place:path(name))) end
      local rows = core.decode(scratch.read(place:path "r.json")).rows
      assert.matches("caf\u{FFFD} \u{FFFD}", rows[1].message)
      assert.matches("caf\u{FFFD} \u{FFFD}", m365.csv.read(place:path "r.csv")[1].message)
    end)
  end)
end)

describe("the state of an artifact", function()
  it("is spelled in one way for all spellings of the service", function()
    for _, dialect in ipairs { {}, { capital_status = true } } do
      local place = support.start { sites = 2, dialect = dialect }
      local run = assert(place:apply(place:plan()))
      assert(run:report():save(place:path "r.csv"))
      for _, record in ipairs(m365.csv.read(place:path "r.csv")) do
        assert.equal("succeeded", record.status)
      end
      place:stop()
    end
  end)
end)
