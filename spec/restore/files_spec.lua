--- Plans of files: patterns, what is said where nothing matches, and sites below a site.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.restore.support"

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
end)
