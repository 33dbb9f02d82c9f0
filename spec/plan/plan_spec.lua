local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

local function refusals(plan)
  local codes = {}
  for i, row in ipairs(plan.rows) do codes[i] = row.refusal and row.refusal.code or "planned" end
  return codes
end

describe("a plan", function()
  local place, sites

  before_each(function()
    place = support.start({ sites = 45, drives = 4, mailboxes = 4, speed = 3600 })
    sites = place.sim:units "site"
  end)

  after_each(function() place:stop() end)

  local function make(options) return place:plan(options) end

  it("names the unit, the point and the loss of every target, in the order given", function()
    local plan = make { targets = { sites[3].siteWebUrl, sites[1].id }, destination = "inPlace" }
    local row = plan.rows[1]
    assert.same({ 2, 2, 1 }, { #plan.rows, plan.planned, plan.waves })
    assert.same({ sites[3].id, "inPlace", 1, "standard" },
      { row.protectionUnitId, row.destinationType, row.wave, row.kind })
    local newest
    for _, point in ipairs(place.sim:points(sites[3].id)) do
      if point.tags == "fastRestore" and point.protectionDateTime < support.T then
        newest = newest or point
      end
    end
    assert.equal(newest.id, row.restorePointId)
    assert.equal(m365.time.parse(support.T) - m365.time.parse(newest.protectionDateTime), row.lost)
    assert.matches("hash " .. plan.hash, tostring(plan), 1, true)
    assert.matches("2 in 1 wave, 0 refused; about 10m to 33m", tostring(plan), 1, true)
  end)

  it("says what a person should know before it is applied", function()
    assert.matches("not locked meanwhile", tostring(make { destination = "inPlace" }), 1, true)
    local nothing = make { before = "2026-10-18T00:00:00Z" } -- nothing is to be copied
    assert.same({ 1, true }, { #nothing.notes, nothing.notes[1]:find "two weeks ago" ~= nil })
    assert.matches("open to administrators only", tostring(make()), 1, true)
    local mail = assert(m365.plan(place.client, { service = "exchange", targets = { "nobody@contoso.com" },
      before = "2026-10-01T00:00:00Z", destination = "new" }))
    assert.same({}, mail.notes) -- weekly points are a matter of sites and OneDrives
  end)

  it("reads and does nothing else: permissions to read are enough", function()
    local reader = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, permissions = {
      "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All" } } }
    local plan = assert(m365.plan(reader, { service = "sharePoint", targets = "all", before = support.T,
      destination = "inPlace" }))
    assert.equal(45, plan.planned)
    for _, exchange in ipairs(place.sim:ledger()) do
      assert.is_true(exchange.method == "GET" or exchange.path:find "/search$" ~= nil)
    end
    local needs = { "BackupRestore-Configuration.Read.All", "BackupRestore-Control.Read.All",
      "BackupRestore-Search.Read.All" }
    assert.same(needs, m365.needs(plan).plan)
    table.insert(needs, 3, "BackupRestore-Restore.ReadWrite.All")
    assert.same(needs, m365.needs(plan).apply)
    place.client = place.tenant:client { credential = place.sim:credential { lifetime = 1e12,
      permissions = m365.needs(plan).apply } }
    assert.is_nil(assert(place:apply(plan)).error)
  end)

  it("refuses what it cannot restore, each with its reason, and drops nothing", function()
    place.sim:set_unit(sites[2].id, { status = "unprotected" })
    place.sim:set_unit(sites[6].id, { siteWebUrl = sites[5].siteWebUrl })
    for _, point in ipairs(place.sim:points(sites[7].id)) do place.sim:remove_point(point.id) end
    local plan = make {
      targets = {
        sites[1].siteWebUrl:upper() .. "//", sites[2].siteWebUrl, "https://contoso.sharepoint.com/sites/none",
        sites[1].siteId, sites[5].siteWebUrl, sites[7].id, "what is this", sites[8].id,
      },
      exclude = { sites[8].siteWebUrl },
    }
    assert.same({ "planned", "unprotected", "unknown", "duplicate", "ambiguous", "no_restore_point", "unreadable",
      "excluded" }, refusals(plan))
    assert.matches("refused: duplicate, the same unit as target 1", tostring(plan), 1, true)
  end)

  it("takes a point of another kind where no fast one is within the loss budget", function()
    local plan = make { max_loss = "7h", targets = { sites[1].id, sites[2].id, sites[3].id, sites[9].id } }
    for _, row in ipairs(plan.rows) do
      assert.is_true(row.refusal ~= nil or row.lost <= 7 * 3600)
    end
    local strict = make { max_loss = "1s", targets = { sites[1].id } }
    assert.equal("loss_over_budget", strict.rows[1].refusal.code)
    assert.matches("more than max_loss", strict.rows[1].refusal.message)
  end)

  it("tells a point before T from one at T", function()
    local point = place.sim:points(sites[4].id)[3]
    local options = { service = "sharePoint", targets = { sites[4].id }, destination = "new", prefer = "latest" }
    options.at = point.protectionDateTime
    assert.equal(point.id, assert(m365.plan(place.client, options)).rows[1].restorePointId)
    options.at, options.before = nil, point.protectionDateTime
    local earlier = assert(m365.plan(place.client, options)).rows[1]
    assert.equal(place.sim:points(sites[4].id)[4].id, earlier.restorePointId)
  end)

  it("takes targets from a CSV, with priorities, destinations and times of their own", function()
    local path = place:path "sites.csv"
    scratch.write(path, "Note,Site URL,Priority,destination,before\r\nx," .. sites[1].siteWebUrl .. ",2,inPlace,\r\n"
      .. '"y, z",' .. sites[2].siteWebUrl .. ",1,,2026-11-01T00:30:00Z\r\n")
    local plan = make { targets = path }
    assert.same({ "inPlace", "new" }, { plan.rows[1].destinationType, plan.rows[2].destinationType })
    assert.same({ 2, 1 }, { plan.rows[1].wave, plan.rows[2].wave })
    assert.is_true(plan.rows[2].protectionDateTime < "2026-11-01T00:30:00Z")
  end)

  it("takes every unit, those of a policy, and the urgent first", function()
    local plan = make { priority = { sites[45].siteWebUrl, sites[44].id } }
    local priorities = {}
    for _, row in ipairs(plan.rows) do priorities[row.protectionUnitId] = row.priority end
    assert.same({ 45, 1, 2 }, { #plan.rows, priorities[sites[45].id], priorities[sites[44].id] })
    assert.equal(45, #make { targets = { policy = sites[1].policyId } }.rows)
    local _, err = m365.plan(place.client, { service = "sharePoint", targets = { policy = sites[1].id },
      before = support.T, destination = "new" })
    assert.equal("no_targets", err.code)
    local ranked = make { priority = function(row) return row.n == 45 and 1.0 or 2 end }
    assert.equal(1, ranked.rows[45].priority)
    assert.equal("integer", math.type(ranked.rows[45].priority))
  end)

  it("finds OneDrives and mailboxes by e-mail where the service shows it", function()
    local delegated = place.tenant:client { credential = place.sim:credential { delegated = true, lifetime = 1e8 } }
    local user = place.sim:units("mailbox")[2]
    local plan = assert(m365.plan(delegated, { service = "exchange", targets = { user.email:upper() },
      before = support.T, destination = "new" }))
    assert.equal(user.id, plan.rows[1].protectionUnitId)
    assert.same({ "BackupRestore-Configuration.Read.All", "BackupRestore-Control.Read.All",
      "BackupRestore-Search.Read.All", "User.ReadBasic.All" }, m365.needs(plan).plan)
  end)

  describe("of people, made with an app-only token, which is shown no e-mail addresses,", function()
    local spec

    before_each(function()
      local address = place.sim:units("drive")[3].email
      spec = { service = "oneDriveForBusiness", before = support.T, destination = "new",
        targets = { address:upper(), "nobody@contoso.com", place.sim:units("drive")[1].directoryObjectId } }
    end)

    it("looks the users up where it may", function()
      local reader = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, permissions = {
        "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All", "User.ReadBasic.All" } } }
      local plan = assert(m365.plan(reader, spec))
      assert.same({ "planned", "unknown", "planned" }, refusals(plan))
      assert.equal(place.sim:units("drive")[3].id, plan.rows[1].protectionUnitId)
      assert.equal(2, place.sim:count { operation = "users.list" }) -- both at once, then the other addresses of one
    end)

    it("refuses those addresses, and says why, where it may not", function()
      local plan = assert(m365.plan(place.client, spec))
      assert.same({ "email_hidden", "email_hidden", "planned" }, refusals(plan))
      assert.matches("grant User.ReadBasic.All, or give the directoryObjectId", plan.rows[1].refusal.message, 1, true)
    end)
  end)

  it("is saved, compared and loaded, and knows when it was edited", function()
    local plan = make { destination = "inPlace" }
    local path = place:path "plan.json"
    assert(plan:save(path))
    assert(plan:save(place:path "plan.csv"))
    assert.equal(45, #(m365.csv.read(place:path "plan.csv")))
    local loaded = assert(m365.load_plan(path))
    assert.same({ plan.hash, tostring(plan) }, { loaded.hash, tostring(loaded) })
    assert.same({}, plan:diff(loaded))

    local text = scratch.read(path)
    scratch.write(path, (text:gsub('"destinationType":"inPlace"', '"destinationType":"new"', 1)))
    local edited, err = m365.load_plan(path)
    assert.is_nil(edited)
    assert.equal("plan_edited", err.code)
    scratch.write(path, "{}")
    assert.equal("bad_plan", select(2, m365.load_plan(path)).code)
    scratch.write(path, (text:gsub('"version":1', '"version":2')))
    assert.equal("bad_plan", select(2, m365.load_plan(path)).code)
    assert.equal("not_found", select(2, m365.load_plan(place:path "none.json")).code)

    place.sim:remove_point(plan.rows[1].restorePointId)
    local later = make { destination = "inPlace" }
    assert.equal(1, #plan:diff(later))
    assert.not_equal(plan.hash, later.hash)
  end)

  it("has the same hash whenever it is made, and another when anything that counts is different", function()
    local hash = make().hash
    place.sim:advance(3600)
    assert.equal(hash, make().hash)
    for _, options in ipairs {
      { destination = "inPlace" }, { prefer = "latest" }, { targets = { sites[1].id } }, { exclude = { sites[1].id } },
      { before = "2026-11-01T06:00:01Z" }, { priority = { sites[9].id } },
    } do
      assert.not_equal(hash, make(options).hash)
    end
  end)

  it("raises on what cannot be meant, and names it", function()
    local function try(options)
      local spec = { service = "sharePoint", targets = { sites[1].id }, before = support.T, destination = "new" }
      for name, value in pairs(options) do
        spec[name] = value
        if value == "none" then spec[name] = nil end
      end
      return raised(m365.plan, place.client, spec)
    end
    assert.matches("plan.destination: .* never assumed, was expected, got nil", try { destination = "none" })
    assert.matches('destination: one of inPlace, new was expected, got elsewhere', try { destination = "elsewhere" })
    assert.matches("unknown option 'destinaton'; did you mean 'destination'%?", try { destinaton = "new" })
    assert.matches("plan.service: one of exchange, .* got teams", try { service = "teams" })
    assert.matches("plan.before: a time like .* got yesterday", try { before = "yesterday" })
    assert.matches("plan.before: a time was expected", try { before = "none" })
    assert.matches("plan.prefer: one of fastRestore, latest, oldest was expected, got fast", try { prefer = "fast" })
    assert.matches("plan.service: one of exchange, oneDriveForBusiness, sharePoint was expected, got sharepoint; "
      .. "did you mean 'sharePoint'?", try { service = "sharepoint" }, 1, true)
    assert.matches("plan.max_loss: a duration", try { max_loss = "a day" })
    assert.matches("plan.targets%[1%]: .* got number", try { targets = { 5 } })
  end)

  it("returns what is wrong with a file, with file, line and column", function()
    local path = place:path "bad.csv"
    local function try(content, how)
      scratch.write(path, content)
      local spec = { service = "sharePoint", targets = path, before = support.T, destination = "new" }
      for name, value in pairs(how or {}) do spec[name] = value end
      local plan, err = m365.plan(place.client, spec)
      assert.same({ nil, "bad_list" }, { plan, err.code })
      assert.equal(0, place.sim:count())
      return err.message
    end
    place.sim:forget()
    assert.matches("^plan.targets: .*bad.csv: line 3, column %d+: before: a time like .* got soon",
      try("url,before\n" .. sites[1].siteWebUrl .. ",\n" .. sites[2].siteWebUrl .. ",soon\n"))
    assert.matches("bad.csv: line 1, column 1: a column .* was expected; the header is: sites, when",
      try "sites,when\nx,y\n")
    assert.matches("bad.csv: line 2, column 13: priority: a whole number was expected, got high",
      try "url,priority\nhttps://x/y,high\n")
    for _, how in ipairs { { targets = "all", exclude = path }, { targets = "all", priority = { path } },
      { targets = { sites[1].id, path } } } do
      assert.matches("bad.csv: line 2, column 3: the quoted cell", try('url\n  "x', how))
    end
    scratch.write(place:path "bad.json", "[]")
    assert.matches("bad.json: a report that was saved as JSON was expected",
      try("", { targets = place:path "bad.json" }))
  end)

  it("returns what the disk says of a file, for every option that names one", function()
    local none = place:path "nowhere.csv"
    local function spec(more)
      local all = { service = "sharePoint", before = support.T }
      for name, value in pairs(more) do all[name] = value end
      return all
    end
    for _, ask in pairs {
      function() return m365.plan(place.client, spec { targets = none, destination = "new" }) end,
      function() return m365.plan(place.client, spec { targets = "all", exclude = none, destination = "new" }) end,
      function() return m365.plan(place.client, spec { targets = place:path "no.json", destination = "new" }) end,
      function() return m365.plan_files(place.client, spec { target = none, match = "/**" }) end,
      function()
        return m365.plan_messages(place.client, {
          before = support.T, targets = none, query = "x", destination = "new",
        })
      end,
      function()
        return m365.bulk_restore(place.client, spec { targets = none, destination = "new", journal = place:path "b" })
      end,
      function()
        return m365.drill(place.client, { service = "sharePoint", targets = none, ledger = place:path "l",
          journal = place:path "d", report = place:path "r.html" })
      end,
    } do
      local nothing, err = ask()
      assert.same({ nil, "not_found" }, { nothing, err.code })
      assert.matches(": No such file or directory", err.message)
      assert.equal("Check the path or name.", err.remedy)
    end
  end)

  it("of nothing, or of too much, is an error", function()
    scratch.write(place:path "empty.csv", "url\n")
    for code, options in pairs {
      no_targets = { targets = place:path "empty.csv" }, too_many_targets = { targets = "all", max_targets = 44 },
    } do
      options.service, options.before, options.destination = "sharePoint", support.T, "new"
      local plan, err = m365.plan(place.client, options)
      assert.is_nil(plan)
      assert.equal(code, err.code)
    end
  end)

  it("says why the service could not be read", function()
    local nobody = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, permissions = {} } }
    local plan, err = m365.plan(nobody, { service = "sharePoint", targets = "all", before = support.T,
      destination = "new" })
    assert.is_nil(plan)
    assert.equal(403, err.status)
  end)

  it("asks for as many units as a search takes, and for each once", function()
    make { prefer = "latest" }
    assert.equal(3, place.sim:count { path = "/search$" })
    assert.equal(1, place.sim:count { path = "ProtectionUnits$" })
  end)
end)
