--- Plans of files: patterns, what is said where nothing matches, and sites below a site.
local core = require "m365restore.core"
local integrity = require "m365restore.plan.integrity"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

describe("a plan of files", function()
  local place
  after_each(function() place:stop() end)

  local function start(tree)
    place = support.start { sites = 2, drives = 1, tree = tree }
  end

  local function try(pattern, more)
    local spec = { service = "sharePoint", target = place.sim:units("site")[1].siteWebUrl, before = support.T,
      match = pattern }
    for name, value in pairs(more or {}) do spec[name] = value end
    return m365.plan_files(place.client, spec)
  end

  it("sends nothing for a pattern that can match nothing, and names the field", function()
    start()
    for _, pattern in ipairs { "**/x", "Shared Documents/*", "/", "/Shared Documents\\x", "/M\xFCller", "/a/../b" } do
      assert.matches("^plan_files.match: ", raised(try, pattern))
    end
    assert.matches("^plan_files.match: a path like", raised(try, nil))
    assert.equal(0, place.sim:count())
  end)

  it("names the libraries where none matches", function()
    start { libraries = 2 }
    local none, err = try "/Documents/*.xlsx"
    assert.is_nil(none)
    assert.equal("no_match", err.code)
    assert.matches("matches /Documents/%*.xlsx; where it leads there is: /Shared Documents, /Site Assets$",
      err.message)
    assert.same({ "/Shared Documents", "/Site Assets" }, err.places)
    assert.matches("Begin the pattern with one of the libraries or folders", err.remedy)
  end)

  it("names the folders, and counts the files, where the pattern leads", function()
    start { folders = 12, files = 3, depth = 1 }
    local _, err = try "/shared documents/Finanzen/*.xlsx"
    assert.equal(10, #err.places)
    assert.equal("/Shared Documents/Finance", err.places[1])
    assert.matches("/Shared Documents/Legal, .*, 2 more, 3 files$", err.message)
    _, err = try "/Shared Documents/Finance/*.zip"
    assert.matches("where it leads there is: 3 files$", err.message)
    assert.matches("end it with /%* for all files in that folder", err.remedy)
  end)

  it("says how to take all of a library that the pattern names", function()
    start()
    local _, err = try "/Shared Documents"
    assert.equal("no_match", err.code)
    assert.matches("matches /Shared Documents; /Shared Documents is no file$", err.message)
    assert.matches("end it with /%*%* for all files in there", err.remedy)
    assert.is_true(assert(try "/Shared Documents/**").planned > 3)
  end)

  it("tells the files of a site from those of a site below it", function()
    start { sites = 3 }
    local plan, seen = assert(try "/Shared Documents/Finance/*"), {}
    assert.equal(15, plan.planned)
    for _, row in ipairs(plan.rows) do
      assert.is_nil(seen[row.target], row.target)
      seen[row.target] = row.itemKey
    end
    assert.is_string(seen["/Shared Documents/Finance/Budget.xlsx"])
    assert.is_string(seen["/subsite-2/Shared Documents/Finance/Budget.xlsx"])
    local below = assert(try "/Subsite-2/Shared Documents/Finance/*")
    assert.equal(5, below.planned)
    assert.equal(seen[below.rows[1].target], below.rows[1].itemKey)
    local _, err = try "/subsite-3/Documents/*"
    assert.same({ "/subsite-3/Shared Documents" }, err.places)
  end)

  it("takes stars for libraries and what is in them, never for a site", function()
    start { sites = 2 }
    for pattern, depth in pairs { ["/*/*"] = 2, ["/*/*/*"] = 3, ["/*/*/*/*"] = 4 } do
      local plan, count = assert(try(pattern)), 0
      for _, row in ipairs(plan.rows) do
        local below = row.target:gsub("^/subsite%-2", "")
        assert.equal(depth, select(2, below:gsub("/", "")), row.target)
        count = count + (below == row.target and 1 or -1)
      end
      assert.equal(0, count)
    end
    local all, names = assert(try "/**"), {}
    for _, row in ipairs(all.rows) do
      assert.is_nil(names[row.itemKey])
      names[row.itemKey] = true
    end
  end)

  it("may begin with the site's address, as a browser shows it behind the host", function()
    start { sites = 2 }
    assert.equal(5, assert(try "/sites/site-0001/Shared Documents/Finance/*").planned)
    local below = assert(try "/SITES/site-0001/subsite-2/shared documents/Finance/*.xlsx")
    assert.equal("/subsite-2/Shared Documents/Finance/Budget.xlsx", below.rows[1].target)
    assert.same({ "/Shared Documents", "/subsite-2/Shared Documents" },
      select(2, try "/sites/site-0002/Shared Documents/*").places)
  end)

  it("takes its one target from a file, too, and no more than one", function()
    start()
    local sites, path = place.sim:units "site", place:path "site.csv"
    scratch.write(path, "Title;Url\r\nx;" .. sites[2].siteWebUrl .. "\r\n")
    local plan = assert(try("/Shared Documents/*.xlsx", { target = path }))
    assert.equal(sites[2].id, plan.rows[1].protectionUnitId)
    scratch.write(path, "Url\n" .. sites[1].siteWebUrl .. "\n" .. sites[2].siteWebUrl .. "\n")
    assert.matches("plan_files.target: one target was expected, the file has 2",
      raised(try, "/Shared Documents/*.xlsx", { target = path }))
  end)

  it("takes the snapshot before its target's own time, and says so", function()
    start()
    local site, now = place.sim:units "site"[1].siteWebUrl, place.sim:clock():now()
    local plan = assert(try("/Shared Documents/*.xlsx", { before = now }))
    local own = plan.rows[1].protectionDateTime
    local other = assert(try("/Shared Documents/*.xlsx", { target = { siteWebUrl = site, before = own } }))
    assert.equal(1, m365.time.compare(own, other.rows[1].protectionDateTime))
    assert.equal(0, m365.time.compare(own, other.rows[1].before))
    local same = assert(try("/Shared Documents/*.xlsx", { target = { siteWebUrl = site, at = own } }))
    assert.equal(plan.rows[1].restorePointId, same.rows[1].restorePointId)
    assert.not_equal(plan.request.targets, same.request.targets)
  end)

  it("is for a new folder, and no target may say otherwise", function()
    start()
    local row = { siteWebUrl = place.sim:units "site"[1].siteWebUrl, destination = "inPlace" }
    assert.matches("^plan_files.target: destination: files are restored into a new folder",
      raised(try, "/Shared Documents/*.xlsx", { target = row }))
    row.destination = "new"
    assert.is_true(assert(try("/Shared Documents/*.xlsx", { target = row })).planned > 0)
  end)

  describe("that is applied", function()
    local LATER = "2026-11-01T18:00:00Z"

    --- What becomes of a plan when it is applied with one row's look into the snapshot, or its name, another.
    local function apply(plan, edit)
      local path = place:path "plan.json"
      assert(plan:save(path))
      local data = core.decode(scratch.read(path))
      edit(data.rows[1])
      data.checksum = integrity.checksum(data)
      scratch.write(path, core.encode(data))
      local run, err = m365.apply(place.client, assert(m365.load_plan(path)), { journal = place:path(), url_wait = 0,
        interval = "20m" })
      return run, err and err.code, err and err.message
    end

    local function begun() return place.sim:count { method = "POST", path = "RestoreSessions$" } end

    for _, dialect in ipairs { {}, { browse_point = true } } do
      local title = "has looks into the snapshots that it names" .. (dialect.browse_point and ", which they name" or "")
      it(title, function()
        place = support.start { sites = 2, drives = 2, dialect = dialect }
        local sites, drives = place.sim:units "site", place.sim:units "drive"
        local function files(service, unit, moment)
          return assert(m365.plan_files(place.client, { service = service, target = unit.id, before = moment,
            match = "/**/*.xlsx" }))
        end
        for _, case in ipairs {
          { files("sharePoint", sites[1], support.T), files("sharePoint", sites[1], LATER) },
          { files("sharePoint", sites[1], support.T), files("sharePoint", sites[2], support.T) },
          { files("oneDriveForBusiness", drives[1], LATER), files("oneDriveForBusiness", drives[2], LATER) },
        } do
          local plan, other = case[1], case[2]
          local _, code, message = apply(plan, function(row) row.browseSessionId = other.rows[1].browseSessionId end)
          assert.equal("plan_stale", code)
          assert.matches(plan.rows[1].target .. ": its browse session " .. other.rows[1].browseSessionId, message, 1,
            true)
          _, code, message = apply(plan, function(row) row.browseSessionId = "none" end)
          assert.equal("plan_stale", code)
          assert.matches("the look into the snapshot is closed", message)
        end
        assert.equal(0, begun())
        local run = assert(apply(files("sharePoint", sites[1], support.T), function() end))
        assert.is_nil(run.error)
        assert.is_true(run.ok)
      end)
    end

    it("has looks at its own unit, also where snapshots of others are of the same moment", function()
      place = support.start { sites = 60, drives = 0, dialect = { browse_point = false } }
      local same, pair = {}, nil
      for _, site in ipairs(place.sim:units "site") do
        for _, point in ipairs(place.sim:points(site.id)) do
          local at = point.tags == "fastRestore" and point.protectionDateTime or ""
          pair = pair or same[at] and at ~= "" and { same[at], site, m365.time.parse(at) + 1 }
          same[at] = site
        end
      end
      local plans = {}
      for i = 1, 2 do
        plans[i] = assert(m365.plan_files(place.client, { service = "sharePoint", target = pair[i].id, before = pair[3],
          match = "/Shared Documents/*.xlsx" }))
      end
      local mine, other = plans[1].rows[1], plans[2].rows[1]
      assert.equal(mine.protectionDateTime, other.protectionDateTime)
      local _, code = apply(plans[1], function(row) row.browseSessionId = other.browseSessionId end)
      assert.equal("plan_stale", code)
      assert.equal(0, begun())
    end)

    it("has looks that are still open", function()
      start()
      local plan = assert(try "/Shared Documents/*.xlsx")
      place.sim:advance(4 * 86400)
      local _, code, message = apply(plan, function() end)
      assert.equal("plan_stale", code)
      assert.matches("the look into the snapshot is closed", message)
      assert.equal(0, begun())
    end)

    it("calls its OneDrive what the service does", function()
      place = support.start { sites = 0, drives = 2 }
      place.client = place.tenant:client { credential = place.sim:credential { delegated = true, lifetime = 1e9 } }
      local plan = assert(m365.plan_files(place.client, { service = "oneDriveForBusiness", match = "/**/*.xlsx",
        target = place.sim:units "drive"[1].email, before = support.T }))
      local _, code = apply(plan, function(row) row.name = "Another" end)
      assert.equal("plan_stale", code)
      assert.equal(0, begun())
    end)
  end)
end)
