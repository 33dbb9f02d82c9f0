--- The hash of a plan covers what it does, and its checksum all that is written in it.
local core = require "m365restore.core"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local seal = require "m365restore.plan.integrity"
local support = require "spec.support.restore"

describe("the hash of a plan", function()
  local places = {}

  after_each(function()
    while #places > 0 do table.remove(places):stop() end
  end)

  local function start(options)
    local place = support.start(options)
    places[#places + 1] = place
    return place
  end

  --- Services that answer the same in other words: times, order of lists, sizes of pages.
  local tellings = {
    { dialect = { times = "fractions" } }, { dialect = { times = "seconds", unit_order = "backwards" } },
    { dialect = { times = "offset", unit_order = "backwards" }, page_size = 3 },
    { dialect = { times = "dashed" }, page_size = 7 }, { dialect = { points_per_search = 5 }, page_size = 1 },
  }

  local function hashes(options, make)
    local found, first = {}, nil
    for i, telling in ipairs(tellings) do
      local all = { sites = 12, drives = 2, mailboxes = 5, seed = 7 }
      for name, value in pairs(options) do all[name] = value end
      for name, value in pairs(telling) do all[name] = value end
      local plan = make(start(all))
      first = first or plan
      assert.equal(first.planned, plan.planned)
      found[i] = plan.hash
    end
    for i = 2, #found do assert.equal(found[1], found[i], "telling " .. i) end
    return first
  end

  it("is one for all spellings of a moment, orders of a list and sizes of its pages", function()
    local plan = hashes({}, function(place) return place:plan { destination = "inPlace", max_loss = "30d" } end)
    assert.equal(12, plan.planned)
    hashes({}, function(place) return place:plan { max_loss = "1h" } end)
    hashes({}, function(place) return place:plan { service = "oneDriveForBusiness", prefer = "oldest" } end)
  end)

  it("is one for every spelling of T and of the targets", function()
    local place = start { sites = 4, seed = 7 }
    local sites = place.sim:units "site"
    local url = sites[1].siteWebUrl
    local one = place:plan { targets = { url, sites[2].id } }
    for _, spec in ipairs {
      { targets = { url:gsub("^https", "HTTPS") .. "/", sites[2].id:upper() } },
      { targets = { sites[1].id, sites[2].siteWebUrl }, before = "2026-11-01T07:00:00.0000000+01:00" },
      { targets = { { siteWebUrl = url }, { protectionUnitId = sites[2].id } }, before = 1793512800 },
    } do
      assert.equal(one.hash, place:plan(spec).hash)
    end
    for _, spec in ipairs {
      { targets = { sites[2].id, url } }, { targets = { url, sites[3].id } },
      { targets = { url, sites[2].id }, before = "2026-11-01T05:00:00Z" },
      { targets = { url, sites[2].id }, destination = "inPlace" },
    } do
      assert.not_equal(one.hash, place:plan(spec).hash)
    end
  end)

  it("is one for messages and files that are asked for again", function()
    local place = start { sites = 1, drives = 1, mailboxes = 4, seed = 7 }
    local function messages(query, destination)
      return assert(m365.plan_messages(place.client, {
        targets = "all", before = support.T, query = query, destination = destination or "inPlace",
      }))
    end
    local invoices = "(Subject -like 'invoice*')"
    local one, two = messages(invoices), messages(invoices)
    assert.not_equal(one.rows[1].searchResponseId, two.rows[1].searchResponseId)
    assert.equal(one.hash, two.hash)
    assert.not_equal(one.hash, messages("(Subject -like 'contract*')").hash)
    assert.not_equal(one.hash, messages(invoices, "new").hash)
    assert.matches(invoices, tostring(one), 1, true)
    local function files(match)
      return assert(m365.plan_files(place.client, {
        service = "sharePoint", target = place.sim:units "site"[1].id, before = support.T, match = match,
      }))
    end
    local first, again = files "/**/*.docx", files "/**/*.docx"
    assert.not_equal(first.rows[1].browseSessionId, again.rows[1].browseSessionId)
    assert.equal(first.hash, again.hash)
    assert.not_equal(first.hash, files("/**/*").hash)
  end)

  it("is one for callers to whom the service shows people's names, and for others", function()
    local place = start { sites = 0, drives = 3, mailboxes = 3 }
    local credential = place.sim:credential { delegated = true, lifetime = 1e9 }
    local signed_in = place.tenant:client { credential = credential }
    for _, service in ipairs { "exchange", "oneDriveForBusiness" } do
      local spec = { service = service, targets = "all", before = support.T, destination = "new" }
      local shown, hidden = assert(m365.plan(signed_in, spec)), assert(m365.plan(place.client, spec))
      assert.not_equal(shown.rows[1].name, hidden.rows[1].name)
      assert.equal(shown.hash, hidden.hash)
    end
  end)

  it("lets a plan that was confirmed in another run be applied: with messages, too", function()
    local place = start { sites = 0, mailboxes = 2 }
    local spec = { targets = "all", before = support.T, query = "(Subject -like 'invoice*')", destination = "inPlace" }
    local read = assert(m365.plan_messages(place.client, spec))
    local run = assert(place:apply(assert(m365.plan_messages(place.client, spec)), { confirm = read.hash }))
    assert.is_nil(run.error)
  end)
end)

describe("a plan file", function()
  local place

  setup(function() place = support.start { sites = 4, mailboxes = 2, drives = 1 } end)
  teardown(function() place:stop() end)

  local function edited(plan, edit)
    local path = place:path "plan.json"
    assert(plan:save(path))
    local data = core.decode(scratch.read(path))
    edit(data)
    scratch.write(path, core.encode(data))
    return m365.load_plan(path)
  end

  it("is loaded as it was made, whatever it holds", function()
    for _, plan in ipairs {
      place:plan { destination = "inPlace" }, place:plan { max_loss = 1, max_targets = 9 },
      place:plan { service = "exchange" }, place:plan { targets = { "https://contoso.sharepoint.com/sites/none" } },
      place:plan { exclude = { "nobody@contoso.com" }, accept_misses = true },
    } do
      local same = assert(edited(plan, function() end))
      assert.equal(tostring(plan), tostring(same))
      assert.is_true(seal.is_whole(same))
    end
  end)

  it("is not loaded with another figure, name or note, or with one that is new", function()
    local plan = place:plan { destination = "inPlace", targets = {
      place.sim:units "site"[1].id, place.sim:units "site"[2].siteWebUrl, "https://contoso.sharepoint.com/none" } }
    local function refused(edit)
      local loaded, err = edited(plan, edit)
      assert.is_nil(loaded)
      assert.truthy(err.code == "plan_edited" or err.code == "bad_plan")
    end
    refused(function(data) data.rows[1].lost = 60 end)
    refused(function(data) data.notes = core.array {} end)
    refused(function(data) data.rows[1].name = "Another" end)
    refused(function(data) data.rows[3].refusal.message = "all is well" end)
    refused(function(data) data.rows[2].note = "new" end)
    local function tamper(value)
      if type(value) == "string" then return value .. "x" end
      return type(value) == "number" and value + 1 or type(value) == "boolean" and not value or "x"
    end
    for name, value in pairs(plan) do
      if name ~= "rows" then refused(function(data) data[name] = tamper(value) end) end
    end
    for name, value in pairs(plan.rows[2]) do
      refused(function(data) data.rows[2][name] = tamper(value) end)
      refused(function(data) data.rows[2][name] = nil end)
    end
  end)

  --- What becomes of a plan whose editor writes a fitting checksum, too.
  -- @treturn string "another hash", "refused", or the text of the plan that is loaded
  local function forged(plan, edit)
    local path = place:path "forged.json"
    assert(plan:save(path))
    local data = core.decode(scratch.read(path))
    edit(data)
    data.checksum = seal.checksum(data)
    scratch.write(path, core.encode(data))
    local loaded, err = m365.load_plan(path)
    if loaded then
      return tostring(loaded), loaded
    end
    assert.truthy(err.code == "plan_edited" or err.code == "bad_plan")
    data.hash = seal.hash(data)
    return data.hash == plan.hash and "the same hash" or "another hash"
  end

  it("shows no figure and no note that its rows do not give, whatever its checksum says", function()
    local plan = place:plan { destination = "inPlace", max_loss = "30d" }
    for _, edit in ipairs {
      function(data) data.rows[1].lost = 60 end, function(data) data.notes = core.array {} end,
      function(data) data.notes[1] = "All is well." end, function(data) data.planned = 1 end,
      function(data) data.waves = 7 end, function(data) data.estimate.seconds = 60 end,
      function(data) data.estimate.how = "a guess" end,
    } do
      local text, loaded = forged(plan, edit)
      assert.equal(tostring(plan), text)
      assert.is_true(seal.is_whole(loaded))
      assert.equal(plan.rows[1].lost, loaded.rows[1].lost)
    end
  end)

  it("has another hash when what it shows of a row is another, whatever its checksum says", function()
    local url = place.sim:units "site"[2].siteWebUrl
    local plan = place:plan { destination = "inPlace", exclude = { "https://contoso.sharepoint.com/none" },
      accept_misses = true, targets = { place.sim:units "site"[1].id, url, "https://contoso.sharepoint.com/nothing" } }
    for name, edit in pairs {
      name = function(data) data.rows[1].name = "Another" end,
      address = function(data) data.rows[1].address = url end,
      target = function(data) data.rows[2].target = "https://contoso.sharepoint.com/sites/other" end,
      words = function(data) data.rows[2].target = "The site of the trainees" end,
      unknown = function(data) data.rows[3].target = url end,
      reason = function(data) data.rows[3].refusal.message = "all is well" end,
      point = function(data) data.rows[1].protectionDateTime = "2026-11-01T05:59:00Z" end,
      kind = function(data) data.rows[1].tags = "none" end,
      nearer = function(data) data.rows[1].nearer = "2026-11-01T05:59:00Z" end,
      way_back = function(data) data.rows[1].way_back = "none" end,
      destination = function(data) data.rows[1].destinationType = "new" end,
      prefer = function(data) data.prefer = "oldest" end,
      moment = function(data) data.before = "2026-11-01T05:00:00Z" end,
      missed = function(data) data.misses[1].message = "is there" end,
    } do
      assert.equal("another hash", forged(plan, edit), name)
    end
    local files = assert(m365.plan_files(place.client, {
      service = "sharePoint", target = url, before = support.T, match = "/**/*.docx" }))
    assert.equal("another hash", forged(files, function(data) data.rows[1].target = "/Trash/old.docx" end))
  end)

  it("says of a duplicate which row it repeats, even where its file says another one", function()
    local site = place.sim:units "site"[1]
    local plan = place:plan { targets = { site.siteWebUrl, place.sim:units "site"[2].id, site.id } }
    assert.matches("the same unit as target 1, " .. site.siteWebUrl, tostring(plan), 1, true)
    local text, loaded = forged(plan, function(data) data.rows[3].refusal.message = "the same unit as target 2" end)
    assert.equal(tostring(plan), text)
    assert.equal(plan.rows[3].refusal.message, loaded.rows[3].refusal.message)
    for _, edit in ipairs {
      function(data) data.rows[3].refusal.of = 2 end, function(data) data.rows[3].refusal.of = nil end,
      function(data) data.rows[3].refusal.of = 3 end, function(data) data.rows[3].refusal.of = "1" end,
    } do
      assert.equal("another hash", forged(plan, edit))
    end
    local own = place:plan { targets = { site.id, { siteId = site.siteId, before = "2026-10-31T00:00:00Z" } } }
    assert.matches("the time and destination of that one count", own.rows[2].refusal.message)
  end)

  it("is not applied where what a row is called finds no unit, or that of another row", function()
    local sites, boxes, drives = place.sim:units "site", place.sim:units "mailbox", place.sim:units "drive"
    local signed_in = place.tenant:client { credential = place.sim:credential { delegated = true, lifetime = 1e9 } }
    local function of_people(service, targets, options)
      local spec = { service = service, targets = targets, before = support.T, destination = "new" }
      for name, value in pairs(options or {}) do spec[name] = value end
      return assert(m365.plan(signed_in, spec))
    end
    local mail = assert(m365.plan_messages(signed_in, { targets = { boxes[1].email }, before = support.T,
      query = "(Subject -like 'invoice*')", destination = "new" }))
    local both = of_people("exchange", { boxes[1].email, boxes[2].email }, { exclude = { boxes[2].id } })
    for name, case in pairs {
      loose = { place:plan { targets = { sites[1].id } }, "The-Trash" },
      id = { place:plan { targets = { sites[1].id } }, "00000000-0000-4000-8000-000000000000" },
      nobody = { of_people("exchange", { boxes[1].email }), "nobody@contoso.com" },
      words = { of_people("exchange", { boxes[1].email }), "The mailbox of the trainees" },
      owner = { of_people("oneDriveForBusiness", { drives[1].id }), "nobody@contoso.com" },
      messages = { mail, boxes[2].email },
      excluded = { both, boxes[1].email, 2 },
    } do
      local _, loaded = forged(case[1], function(data) data.rows[case[3] or 1].target = case[2] end)
      local run, err = m365.apply(signed_in, assert(loaded, name), { journal = place:path "forged.jsonl" })
      assert.is_nil(run, name)
      assert.equal("plan_stale", err.code, name)
      assert.matches("^" .. case[2]:gsub("%W", "%%%0") .. ": ", err.differences[1], name)
    end
    assert.equal(0, place.sim:count { method = "POST", path = "RestoreSessions$" })
  end)

  it("has another hash when a name that found nothing is another", function()
    local drive = place.sim:units "drive"[1]
    local plan = place:plan { service = "oneDriveForBusiness",
      targets = { { userPrincipalName = "old@contoso.com", protectionUnitId = drive.id } } }
    assert.equal("old@contoso.com", plan.rows[1].target)
    assert.equal("another hash", forged(plan, function(data) data.rows[1].target = "jane@contoso.com" end))
    assert.equal("another hash", forged(plan, function(data) data.rows[1].misnamed = nil end))
    local _, loaded = forged(plan, function() end)
    assert.is_nil(assert(place:apply(loaded, { journal = place:path "misnamed.jsonl" })).error)
  end)

  it("is not applied where it calls a person or a site what the service does not", function()
    local signed_in = place.tenant:client { credential = place.sim:credential { delegated = true, lifetime = 1e9 } }
    local boxes = place.sim:units "mailbox"
    local plan = assert(m365.plan(signed_in, {
      service = "exchange", targets = { boxes[1].email }, before = support.T, destination = "new" }))
    local sites = place:plan { targets = { place.sim:units "site"[1].id } }
    for _, case in ipairs {
      { plan, function(data) data.rows[1].target = boxes[2].email end },
      { plan, function(data) data.rows[1].name = "Another" end },
      { plan, function(data) data.rows[1].address = boxes[2].email end },
      { sites, function(data) data.rows[1].target = place.sim:units "site"[2].id end },
    } do
      local _, loaded = forged(case[1], case[2])
      local run, err = m365.apply(signed_in, assert(loaded), { journal = place:path "forged.jsonl" })
      assert.is_nil(run)
      assert.equal("plan_stale", err.code)
    end
  end)

  it("is not applied after a script has changed it", function()
    local plan = place:plan {}
    plan.rows[1].lost = 60
    assert.equal("plan_edited", select(2, place:apply(plan)).code)
  end)
end)
