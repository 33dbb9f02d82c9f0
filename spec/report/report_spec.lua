local core = require "m365restore.core"
local crypto = require "m365restore.crypto"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local reports = require "m365restore.report"
local scratch = require "spec.support.scratch"
local states = require "m365restore.run.state"
local support = require "spec.support.restore"

local function page_of(place, run)
  assert(run:report():save(place:path "page.html"))
  return scratch.read(place:path "page.html")
end

describe("a report", function()
  local place, sites, run, report

  setup(function()
    place = support.start { sites = 8 }
    sites = place.sim:units "site"
    place.sim:set_unit(sites[2].id, { siteName = '=HYPERLINK("http://evil")<script>alert(1)</script>' })
    local plan = place:plan { destination = "inPlace", exclude = { sites[8].id }, targets = {
      sites[1].id, sites[2].id, sites[3].id, sites[4].id, "https://contoso.sharepoint.com/none", sites[8].id,
      "=cmd|' /C calc'!A0" } }
    place.sim:fail_artifact { unit = sites[2].id, code = "ArtifactCannotBeRestored", message = "<b>hold</b>" }
    place.sim:refuse_artifact { restorePoint = plan.rows[3].restorePointId }
    run = assert(place:apply(plan, { actor = "ops@contoso.com", ticket = "INC-42", reason = "Ransomware" }))
    report = run:report()
  end)

  teardown(function() place:stop() end)

  it("has one row for every target, and counts them", function()
    assert.equal(7, #report.rows)
    for i, row in ipairs(report.rows) do assert.equal(i, row.n) end
    assert.same({ restored = 2, failed = 1, rejected = 1, refused = 2, excluded = 1 }, report.counts)
    assert.same({ false, false, 1 }, { report.ok, run.ok, report.exit_code })
    assert.equal("7 targets: 2 restored, 1 failed, 1 rejected, 2 refused, 1 excluded", report:summary())
    local failed = report.rows[2]
    assert.same({ "ask", sites[2].id, "inPlace", 1 },
      { failed.class, failed.protectionUnitId, failed.destinationType, failed.wave })
    assert.matches("hold", failed.remedy)
    assert.is_string(failed.completionDateTime)
    assert.matches("ArtifactCannotBeRestored", tostring(report))
  end)

  it("gives the failures as the next plan's targets", function()
    assert.same({ sites[2].id, sites[3].id },
      { report:failed()[1].protectionUnitId, report:failed()[2].protectionUnitId })
    local plan = place:plan { targets = report:failed(), destination = "new", before = "2026-10-20T00:00:00Z" }
    assert.same({ 2, 2, "inPlace" }, { #plan.rows, plan.planned, plan.rows[1].destinationType })
    assert.equal(report.rows[2].restorePointId, plan.rows[1].restorePointId)
  end)

  it("is itself a list for the next plan, in which what was restored is left out", function()
    assert(report:save(place:path "again.csv"))
    local plan, codes = place:plan { targets = place:path "again.csv", destination = "new" }, {}
    for i, row in ipairs(plan.rows) do codes[i] = row.refusal and row.refusal.code or row.destinationType end
    assert.same({ "excluded", "inPlace", "inPlace", "excluded", "unknown", "excluded", "unreadable" }, codes)
    assert.equal("its report says restored", plan.rows[1].refusal.message)
  end)

  it("keeps the destination of a row that its plan refused, for when it is judged again", function()
    local id = place.sim:units "site"[8].id
    local plan = place:plan { targets = { { protectionUnitId = id, destination = "new" }, sites[4].siteWebUrl },
      exclude = { sites[4].id }, destination = "inPlace", max_loss = "1s" }
    assert.equal("loss_over_budget", plan.rows[1].refusal.code)
    local refused = reports.new(plan, states.new(plan))
    for _, name in ipairs { "refused.csv", "refused.json" } do
      assert(refused:save(place:path(name)))
      local again = place:plan { targets = place:path(name), destination = "inPlace" }
      assert.is_nil(again.rows[1].refusal)
      assert.same({ "new", "excluded" }, { again.rows[1].destinationType, again.rows[2].refusal.code })
    end
  end)

  it("is a CSV that no spreadsheet runs", function()
    assert(report:save(place:path "r.csv"))
    local records = m365.csv.read(place:path "r.csv")
    assert.equal(7, #records)
    assert.same({ "failed", "ArtifactCannotBeRestored" }, { records[2].outcome, records[2].code })
    assert.same({ report.rows[2].name, report.rows[7].target }, { records[2].name, records[7].target })
    local text = scratch.read(place:path "r.csv")
    assert.equal("\u{feff}target,", text:sub(1, 10))
    assert.is_nil(text:find '[\n,]"?=')
    assert.equal(2, select(2, text:gsub("'=", "")))
  end)

  it("is JSON", function()
    assert(report:save(place:path "r.json"))
    local data = core.decode(scratch.read(place:path "r.json"))
    assert.same({ 7, report.counts, report.hash }, { #data.rows, data.counts, data.hash })
    assert.equal("failed", data.rows[2].outcome)
  end)

  it("is one page with nothing outside of it, failures first", function()
    assert(report:save(place:path "r.html"))
    local page = scratch.read(place:path "r.html")
    -- one script, the page's own, and the only one that its policy lets run
    assert.equal(1, select(2, page:gsub("<script", "")))
    local hash = crypto.base64(crypto.sha256(page:match "<script>(.*)</script>"))
    assert.matches("script-src 'sha256-" .. hash .. "'", page, 1, true)
    assert.is_nil(page:find " src=" or page:find "<link" or page:find "@import" or page:find "url%(")
    assert.matches("&lt;script&gt;alert%(1%)", page)
    assert.matches("<rect ", page, 1, true)
    assert.matches("<polyline ", page, 1, true)
    assert.is_true(page:find("Artifact<wbr>Cannot", 1, true) < page:find(">restored</b>", page:find "<table", true))
    -- the service's own words, and then advice
    assert.matches("&lt;b&gt;hold&lt;/b&gt;<small>", (page:gsub("<wbr>", "")), 1, true)
  end)

  it("names who asked for the run, and all that proves it", function()
    local text = page_of(place, run)
    for _, fact in ipairs { "ops@<wbr>contoso.<wbr>com", "INC-<wbr>42", "Ransomware", run.plan.hash, run.head } do
      assert.matches(fact, text, 1, true)
    end
    for _, row in ipairs(report.rows) do
      for _, id in ipairs { row.session or "", row.artifact or "", row.restorePointId or "" } do
        assert.matches(id, (text:gsub("<wbr>", "")), 1, true)
      end
    end
  end)

  it("says where it cannot be saved", function()
    assert.equal("not_found", select(2, report:save(place:path "none/r.csv")).code)
    assert.matches("path ending in .csv, .json or .html was expected, got r.txt", raised(report.save, report, "r.txt"),
      1, true)
  end)
end)
