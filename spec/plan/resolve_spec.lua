--- One way from a word to a unit: what a target may be, an exclusion and a priority may be, too, and so may what is
-- given to bulk restores, drills and plans of files.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

local READ = { "BackupRestore-Configuration.Read.All", "BackupRestore-Control.Read.All",
  "BackupRestore-Search.Read.All" }

local HOST = "contoso.sharepoint.com"

local function codes_of(plan)
  local codes = {}
  for i, row in ipairs(plan.rows) do
    codes[i] = row.refusal and row.refusal.code or "planned"
  end
  return codes
end

describe("a name", function()
  local place, sites, drives, app, directory, signed_in, jane, guest

  local function client_with(options, ...)
    local permissions = table.move(READ, 1, #READ, 1, { ... })
    table.move({ ... }, 1, select("#", ...), #READ + 1, permissions)
    options.permissions = permissions
    return place.tenant:client { credential = place.sim:credential(options) }
  end

  setup(function()
    place = support.start { sites = 8, drives = 4, mailboxes = 4, speed = 1 }
    sites, drives = place.sim:units "site", place.sim:units "drive"
    place.sim:set_unit(sites[4].id, { siteWebUrl = "https://" .. HOST .. "/sites/ÜBERSICHT & Ärger" })
    place.sim:set_unit(sites[5].id, { siteWebUrl = "https://" .. HOST .. "/sites/C#" })
    place.sim:set_unit(sites[6].id, { siteWebUrl = "https://" .. HOST })
    jane, guest = drives[2], drives[3]
    place.sim:set_user(jane.directoryObjectId, { userPrincipalName = "jane@contoso.com", mail = "j.o'neil@contoso.com",
      proxyAddresses = { "SMTP:j.o'neil@contoso.com", "smtp:jane+old@fabrikam.com" } })
    place.sim:set_user(guest.directoryObjectId, { userPrincipalName = "$guest_fabrikam.com#EXT#@contoso.com" })
    app = client_with({ lifetime = 1e9 }, "User.ReadBasic.All")
    directory = client_with({ lifetime = 1e9 }, "User.Read.All", "Sites.Read.All")
    signed_in = client_with({ lifetime = 1e9, delegated = true }, "User.Read.All")
  end)

  teardown(function() place:stop() end)

  local function make(client, service, options)
    local spec = { service = service, before = support.T, destination = "new" }
    for name, value in pairs(options) do
      spec[name] = value
    end
    return m365.plan(client, spec)
  end

  --- Each of the names means this unit: as a target, an exclusion, and a priority.
  local function assert_means(client, service, unit, names)
    for _, name in ipairs(names) do
      local text = type(name) == "string" and name or "a unit"
      local plan = assert(make(client, service, { targets = { name } }))
      assert.equal(unit.id, plan.rows[1].protectionUnitId, text .. ": " .. tostring(plan))
      assert.same({ "planned" }, codes_of(plan), text)
    end
    local excluded = assert(make(client, service, { targets = "all", exclude = names }))
    local first = assert(make(client, service, { targets = "all", priority = names }))
    for i, row in ipairs(excluded.rows) do
      assert.equal(row.protectionUnitId == unit.id, (row.refusal or {}).code == "excluded")
      assert.equal(row.protectionUnitId == unit.id, first.rows[i].priority == 1)
    end
  end

  --- The names mean this unit for drills, bulk restores and plans of files, too.
  local function assert_means_elsewhere(client, service, unit, names)
    for i, name in ipairs(names) do
      local folder = scratch.folder()
      local made, err = m365.plan_files(client, { service = service, target = name, before = support.T, match = "/**" })
      assert.is_true(made ~= nil or err.status == 403, tostring(err)) -- found, and may not be looked into
      local run = assert(m365.drill(place.client, { service = service, targets = { name }, timeout = 0.05, url_wait = 0,
        ledger = folder .. "/ledger", journal = folder .. "/drill", interval = 0.05 }))
      assert.equal(unit.id, run.plan.rows[1].protectionUnitId, i)
      run = assert(m365.bulk_restore(place.client, { service = service, targets = { name }, before = support.T,
        destination = "new", journal = folder .. "/bulk", timeout = 0.05, interval = 0.05, url_wait = 0 }))
      assert.equal(unit.id, run.plan.rows[1].protectionUnitId, i)
      scratch.remove(folder)
    end
  end

  it("of a site is understood in every spelling that a browser takes for the same place", function()
    local site = sites[1]
    local path = HOST .. "/sites/site-0001"
    local unit = app.sharePoint:protection_units():next()
    local names = {
      unit, site.id, site.id:upper(), "{" .. site.id .. "}", site.siteId, "{" .. site.siteId .. "}",
      site.siteId:match "^[^,]*,([^,]*)",
      (site.siteId:gsub(",", " , ")), "https://" .. path, "HTTPS://" .. path:upper(), "http://" .. path .. "/",
      "https://" .. HOST .. ":443/sites/site-0001", "http://" .. HOST .. ":80/sites/site-0001//",
      path, path .. "?web=1",
      "//" .. path, "https://" .. HOST .. "./sites/site-0001",
      "https://" .. HOST .. "/sites/./x/../site-0001/",
      "https://" .. HOST .. "/%73ites/site%2D0001", "https://" .. HOST .. "/x/%2e%2E/sites/%2e/site-0001?a=b&c=/d",
      "https:\\\\" .. HOST .. "\\sites\\site-0001", "\u{feff}https://" .. path .. "\u{200b}",
      "https://" .. HOST .. "/sites/si\u{ad}te-\u{200e}0001\u{a0}", " \u{3000}\t" .. path .. "\r\n",
    }
    assert_means(app, "sharePoint", site, names)
    assert_means_elsewhere(app, "sharePoint", site, { unit, site.siteId, names[10], names[21] })
  end)

  it("is read without the difference of capitals in any script, and with what its escapes stand for", function()
    assert_means(app, "sharePoint", sites[4], {
      "https://" .. HOST .. "/sites/übersicht & ÄRGER",
      "https://" .. HOST .. "/sites/%c3%9Cbersicht%20%26%20%C3%A4rger/",
    })
    assert_means(app, "sharePoint", sites[5],
      { "https://" .. HOST .. "/sites/C%23", "https://" .. HOST .. "/Sites/c%23?x" })
    assert_means(app, "sharePoint", sites[6],
      { HOST, "https://" .. HOST .. "/", "https://" .. HOST:upper() .. "/?x=1" })
  end)

  it("of a person is a UPN, a mail, another address, an id, or the address of a OneDrive", function()
    local unit = directory.oneDriveForBusiness:protection_units():next()
    assert_means(directory, "oneDriveForBusiness", drives[1], { unit, drives[1].directoryObjectId:upper() })
    for _, client in ipairs { directory, signed_in } do
      assert_means(client, "oneDriveForBusiness", jane, {
        "Jane@Contoso.com", "J.O'Neil@contoso.com", "jane+OLD@fabrikam.com", "mailto:jane@contoso.com",
        "SMTP:jane+old@fabrikam.com", "\u{200b}jane@con\u{ad}toso.com\u{a0}", jane.directoryObjectId, jane.id,
      })
      assert_means(client, "oneDriveForBusiness", guest, { "$GUEST_fabrikam.com#ext#@contoso.com" })
    end
    assert_means(app, "oneDriveForBusiness", jane, { "j.o'neil@contoso.com", "jane@contoso.com" })
    local site = "contoso-my.sharepoint.com/personal/user0003_contoso_com"
    assert_means(directory, "oneDriveForBusiness", guest, {
      "https://" .. site, "https://" .. site:upper() .. "/", site .. "/?view=0",
      "https://contoso-my.sharepoint.com:443/personal/%75ser0003_contoso_com",
    })
    assert_means(signed_in, "exchange", place.sim:units("mailbox")[1], { "user0001@contoso.com" })
  end)

  it("that the permissions at hand cannot look up says which permission could", function()
    local function reason(client, name)
      local refusal = assert(make(client, "oneDriveForBusiness", { targets = { name } })).rows[1].refusal
      return refusal.code .. ": " .. refusal.message
    end
    assert.matches("^email_hidden: .*grant User.ReadBasic.All, or give the directoryObjectId",
      reason(client_with { lifetime = 1e9 }, "jane@contoso.com"))
    assert.matches("^unknown: .* to look for it among their other addresses, grant User.Read.All",
      reason(app, "jane+old@fabrikam.com"))
    assert.matches("^owner_hidden: .*grant Sites.Read.All, or give its owner's address",
      reason(app, "https://contoso-my.sharepoint.com/personal/user0003_contoso_com"))
    assert.matches("^unknown: no user has it as userPrincipalName, mail or another address",
      reason(directory, "nobody@contoso.com"))
    assert.matches("^unknown: no OneDrive has this address",
      reason(directory, "https://contoso-my.sharepoint.com/personal/nobody"))
  end)

  it("that the directory cannot answer for says what the directory said", function()
    place.sim:fault { operation = "users.list", action = "status", status = 400, times = 3,
      body = '{"error":{"code":"BadRequest","message":"odd"}}' }
    local plan = assert(make(app, "oneDriveForBusiness", { targets = { "a@contoso.com", "b@contoso.com" } }))
    assert.same({ "lookup_failed", "lookup_failed" }, codes_of(plan))
    assert.matches("BadRequest: odd", plan.rows[1].refusal.message, 1, true)
  end)

  it("is never cut: what is no address is refused by name", function()
    local names = {
      ["https://" .. HOST .. "/sites/C#"] = "unreadable", ["https://" .. HOST .. "/sites/C#old"] = "unreadable",
      ["https://" .. HOST .. "/#old"] = "unreadable", ["https://" .. HOST .. "/%23old"] = "below_site",
      ["https://" .. HOST .. "/sites/site-0001%2Fx"] = "unreadable", ["ftp://" .. HOST .. "/sites/C"] = "unreadable",
      ["https://me@" .. HOST .. "/sites/C"] = "unreadable", ["https://" .. HOST .. ":8443/sites/C"] = "unknown",
      ["https://" .. HOST .. "/sites/C%2523"] = "unknown", ["https://" .. HOST .. "/:x:/s/site-0001/E"] = "unreadable",
      ["https:///"] = "unreadable", ["finance"] = "unreadable", ["a@b@c"] = "unreadable",
      ["https://" .. HOST .. "/sites/C%00"] = "unreadable", ["https://" .. HOST .. "/sites/C"] = "unknown",
    }
    for name, code in pairs(names) do
      local plan = assert(make(app, "sharePoint", { targets = { name } }))
      assert.same({ code }, codes_of(plan), name)
      assert.equal(name, plan.rows[1].target)
      local none, err = make(app, "sharePoint", { targets = "all", exclude = { name } })
      assert.is_nil(none)
      assert.same({ "missed", code, name }, { err.code, err.misses[1].code, err.misses[1].given })
    end
  end)

  it("below a site is refused, for targets and exclusions alike, and the site is named", function()
    for _, name in ipairs {
      sites[2].siteWebUrl .. "/Shared%20Documents/Forms/AllItems.aspx?id=1", sites[2].siteWebUrl .. "/sub",
    } do
      local plan = assert(make(app, "sharePoint", { targets = { name } }))
      assert.same({ "below_site" }, codes_of(plan))
      assert.matches("it lies in " .. sites[2].siteWebUrl, plan.rows[1].refusal.message, 1, true)
      local _, err = make(app, "sharePoint", { targets = "all", exclude = { name } })
      assert.same({ "missed", "below_site" }, { err.code, err.misses[1].code })
    end
    local plan = assert(make(directory, "oneDriveForBusiness", {
      targets = { "https://contoso-my.sharepoint.com/personal/user0003_contoso_com/Documents/x.docx" } }))
    assert.same({ "below_site" }, codes_of(plan))
  end)

  describe("in exclude or priority that means no unit", function()
    it("stops the plan, and is listed with the nearest spelling", function()
      local plan, err = make(app, "sharePoint", { targets = "all", destination = "inPlace",
        exclude = { sites[1].siteWebUrl, "https://" .. HOST .. "/sites/site-002", "what is this",
          "https://" .. HOST .. "/sites/C#" },
        priority = { sites[3].siteId:gsub("%x$", "!"), sites[2].siteId } })
      assert.is_nil(plan)
      assert.equal("missed", err.code)
      assert.is_string(err.remedy)
      local misses = err.misses
      assert.same({ "exclude", "exclude", "priority" }, { misses[1].option, misses[2].option, misses[4].option })
      assert.same({ "https://" .. HOST .. "/sites/site-002", "unknown", sites[2].siteWebUrl },
        { misses[1].given, misses[1].code, misses[1].nearest })
      assert.same({ "unreadable", "unreadable" }, { misses[2].code, misses[3].code })
      assert.equal("https://" .. HOST .. "/sites/C#", misses[3].nearest)
      assert.matches("the nearest is " .. sites[2].siteWebUrl, err.message, 1, true)
    end)

    it("stops it with every token, also where it was found in a file", function()
      local path = place:path "exclude.csv"
      scratch.write(path, "Url,Title\n" .. sites[1].siteWebUrl .. ",a\n,b\nhttps://" .. HOST .. "/sites/none,c\n")
      local _, err = make(app, "sharePoint", { targets = "all", exclude = path })
      assert.same({ "missed", 2 }, { err.code, #err.misses })
      assert.matches("exclude.csv: line 3", err.misses[1].given, 1, true)
      for _, client in ipairs { app, directory, signed_in } do
        _, err = make(client, "exchange", { targets = "all", exclude = { "nobody@contoso.com" } })
        assert.same({ "missed", "nobody@contoso.com" }, { err.code, err.misses[1].given })
      end
      assert.equal("user0001@contoso.com", select(2, make(signed_in, "exchange", {
        targets = "all", priority = { "user001@contoso.com" } })).misses[1].nearest)
    end)

    it("is listed as a whole, and gives 20 nearest spellings", function()
      local list = {}
      for i = 1, 30 do
        list[i] = "https://" .. HOST .. "/sites/none-" .. i
      end
      local _, err = make(app, "sharePoint", { targets = "all", exclude = list })
      assert.equal(30, #err.misses)
      assert.is_string(err.misses[20].nearest)
      assert.is_nil(err.misses[21].nearest)
      assert.matches("; and 10 more$", err.message)
    end)

    it("may be accepted; then the plan lists it, and its hash covers it", function()
      local options = { targets = "all", exclude = { sites[1].id, "https://" .. HOST .. "/sites/none" },
        accept_misses = true }
      local plan = assert(make(app, "sharePoint", options))
      assert.same({ "excluded", "planned" }, { codes_of(plan)[1], codes_of(plan)[2] })
      assert.same({ "https://" .. HOST .. "/sites/none", 1 }, { plan.misses[1].given, #plan.misses })
      assert.matches("Not found, and planned without: exclude: https://" .. HOST .. "/sites/none", tostring(plan), 1,
        true)
      options.exclude = { sites[1].id }
      local other = assert(make(app, "sharePoint", options))
      assert.not_equal(plan.hash, other.hash)
      assert.is_nil(other.misses)
      assert(plan:save(place:path "missed.json"))
      assert.equal(tostring(plan), tostring(assert(m365.load_plan(place:path "missed.json"))))
    end)
  end)

  describe("among several of a row", function()
    local function codes(service, client, ...)
      return codes_of(assert(make(client, service, { targets = { ... } })))
    end

    it("that contradicts another is refused, and both halves are named", function()
      local plan = assert(make(app, "sharePoint", { targets = {
        { siteWebUrl = sites[1].siteWebUrl, protectionUnitId = sites[2].id },
        { siteWebUrl = sites[1].siteWebUrl .. "/sub", siteId = sites[3].siteId },
      } }))
      assert.same({ "contradiction", "contradiction" }, codes_of(plan))
      local message = plan.rows[1].refusal.message
      assert.matches("protectionUnitId '" .. sites[2].id .. "' is " .. sites[2].siteWebUrl, message, 1, true)
      assert.matches("siteWebUrl '" .. sites[1].siteWebUrl .. "' is " .. sites[1].siteWebUrl, message, 1, true)
      assert.same({ "contradiction", "contradiction" }, codes("oneDriveForBusiness", app,
        { protectionUnitId = drives[1].id, mail = "jane@contoso.com" },
        { directoryObjectId = drives[1].directoryObjectId, userPrincipalName = "user0004@contoso.com" }))
      assert.same({ "contradiction" }, codes("oneDriveForBusiness", signed_in,
        { directoryObjectId = drives[1].directoryObjectId, email = "user0004@contoso.com" }))
      local _, err = make(app, "sharePoint", { targets = "all",
        exclude = { { url = sites[1].siteWebUrl, siteId = sites[2].siteId } } })
      assert.equal("contradiction", err.misses[1].code)
    end)

    it("that finds nothing leaves it to the others", function()
      assert.same({ "planned", "planned", "planned" }, codes("sharePoint", app,
        { protectionUnitId = sites[1].id:gsub("^.", "f"), siteWebUrl = sites[1].siteWebUrl },
        { siteWebUrl = "https://" .. HOST .. "/sites/renamed", siteId = sites[2].siteId },
        { siteWebUrl = sites[3].siteWebUrl .. "/sub", siteId = sites[3].siteId }))
      assert.same({ "planned", "planned" }, codes("oneDriveForBusiness", client_with { lifetime = 1e9 },
        { directoryObjectId = drives[1].directoryObjectId, mail = "whatever@contoso.com" },
        { userPrincipalName = "a@contoso.com", protectionUnitId = drives[2].id }))
    end)
  end)

  it("has a refusal that the documentation explains", function()
    local page = scratch.read "docs/restore.md"
    for _, code in ipairs {
      "unknown", "unreadable", "below_site", "contradiction", "duplicate", "ambiguous", "unprotected", "email_hidden",
      "owner_hidden", "lookup_failed", "part", "other_time", "no_restore_point", "loss_over_budget", "excluded",
    } do
      local _, remedy = m365.describe(code, "plan")
      assert.is_string(remedy, code)
      assert.matches("\n| `" .. code .. "` | ", page, 1, true)
    end
  end)

  it("that the units of a policy, or all units, have is not to be given as an exclusion", function()
    assert.matches("plan.exclude", raised(make, app, "sharePoint", { targets = "all", exclude = "all" }))
  end)

  it("behind a gap in a list is not lost without a word", function()
    for _, options in ipairs {
      { targets = "all", exclude = { nil, sites[1].siteWebUrl } }, { targets = "all", exclude = { [3] = sites[1].id } },
      { targets = "all", priority = { sites[2].id, nil, sites[1].siteWebUrl } },
      { targets = { sites[1].id, nil, sites[2].id } }, { targets = { [0] = sites[1].id, sites[2].id } },
    } do
      assert.matches("^plan.%l+%[%d%]: a URL, an e%-mail address, an id or a table was expected, got nil$",
        raised(make, app, "sharePoint", options))
    end
  end)

  it("may be a unit by itself, and no list", function()
    local unit = app.sharePoint:protection_units():next()
    local plan = assert(make(app, "sharePoint", { targets = "all", exclude = unit }))
    assert.same({ "excluded", "planned" }, { codes_of(plan)[1], codes_of(plan)[2] })
    assert.equal(1, #assert(make(app, "sharePoint", { targets = unit })).rows)
  end)

  it("of which a drill finds none is told, and nothing is drilled", function()
    local run, err = m365.drill(app, { service = "sharePoint", targets = { "https://" .. HOST .. "/sites/none" },
      ledger = place:path "ledger", journal = place:path "drill" })
    assert.is_nil(run)
    assert.equal("no_targets", err.code)
    assert.matches("/sites/none: no protection unit of sharePoint has this address", err.message, 1, true)
  end)

  it("that cannot be looked up because the directory is out of reach ends the plan", function()
    place.sim:fault { operation = "users.list", action = "status", status = 503, times = 99 }
    local plan, err = make(app, "oneDriveForBusiness", { targets = { "jane@contoso.com" } })
    place.sim:clear_faults()
    assert.is_nil(plan)
    assert.equal(503, err.status)
  end)

  it("in a row of a report about files or messages means no whole unit", function()
    local rows = {
      { target = "/Documents/a.docx", protectionUnitId = drives[1].id, kind = "item" },
      { target = "user0001@contoso.com", protectionUnitId = drives[2].id, kind = "messages" },
    }
    local plan = assert(make(app, "oneDriveForBusiness", { targets = rows }))
    assert.same({ "part", "part" }, codes_of(plan))
  end)

  it("is looked up once, however often it stands there, and several in one request", function()
    local list = {}
    for i = 1, 14 do
      list[i] = ("person%d@contoso.com"):format(i % 7)
    end
    place.sim:forget()
    assert(make(app, "oneDriveForBusiness", { targets = list }))
    assert.equal(2, place.sim:count { operation = "users.list" }) -- the second is refused: no other need be asked
  end)

  describe("takes permissions, which m365.needs tells:", function()
    local person, home = "jane@contoso.com", "https://contoso-my.sharepoint.com/personal/user0003_contoso_com"
    local ALL = { READ[1], READ[2], "BackupRestore-Restore.ReadWrite.All", READ[3] }

    local function with(list, ...)
      local all = { table.unpack(list) }
      for _, name in ipairs { ... } do all[#all + 1] = name end
      return all
    end

    local function needs(options) return m365.needs(assert(make(directory, "oneDriveForBusiness", options))) end

    it("those for its targets, also to apply the plan", function()
      local found = needs { targets = { person, home } }
      assert.same(with(READ, "Sites.Read.All", "User.ReadBasic.All"), found.plan)
      assert.same(with(ALL, "Sites.Read.All", "User.ReadBasic.All"), found.apply)
    end)

    it("those for exclusions, priorities and rows that were refused, to make the plan only", function()
      local id = drives[1].directoryObjectId
      for _, options in ipairs {
        { targets = { id }, exclude = { person } }, { targets = { id }, priority = { "user0004@contoso.com" } },
        { targets = { id, { directoryObjectId = id, mail = "user0004@contoso.com" } } },
      } do
        local found = needs(options)
        assert.same(with(READ, "User.ReadBasic.All"), found.plan)
        assert.same(ALL, found.apply)
        assert.same(with(ALL, "User.ReadBasic.All"), { table.unpack(found) })
      end
      local found = needs { targets = { id }, exclude = { home } }
      assert.same({ with(READ, "Sites.Read.All"), ALL }, { found.plan, found.apply })
    end)

    it("the wider one where an address is none of the first two, found or not", function()
      local id = drives[1].directoryObjectId
      for _, options in ipairs {
        { targets = { id, "nobody@contoso.com" } }, { targets = { id }, exclude = { "j.doe@contoso.com" },
          accept_misses = true },
      } do
        assert.same(with(READ, "User.Read.All"), needs(options).plan)
      end
    end)

    it("and another address of a user is covered by the hash, since applying a plan does not look so far", function()
      local plan = assert(make(directory, "oneDriveForBusiness", { targets = { "jane+old@fabrikam.com" } }))
      local other = assert(make(directory, "oneDriveForBusiness", { targets = { "jane@contoso.com" } }))
      assert.equal(other.rows[1].protectionUnitId, plan.rows[1].protectionUnitId)
      assert.same({ true, nil }, { plan.rows[1].misnamed, other.rows[1].misnamed })
      assert.not_equal(other.hash, plan.hash)
    end)

    it("the same after the plan was saved, and none for sites", function()
      local plan = assert(make(directory, "oneDriveForBusiness", { targets = { drives[1].id }, exclude = { person } }))
      assert(plan:save(place:path "needs.json"))
      assert.same(m365.needs(plan), m365.needs(assert(m365.load_plan(place:path "needs.json"))))
      local sites_only = m365.needs(assert(make(directory, "sharePoint", { targets = "all" })))
      assert.same({ READ, ALL }, { sites_only.plan, sites_only.apply })
    end)

    it("enough to make the same plan again, and one less is not", function()
      local options = { targets = { drives[1].id, drives[2].id, drives[3].id, drives[4].id }, exclude = { person },
        priority = { home } }
      local plan = assert(make(directory, "oneDriveForBusiness", options))
      local list = m365.needs(plan).plan
      assert.equal(5, #list)
      local function again(permissions)
        local client = place.tenant:client { credential = place.sim:credential {
          lifetime = 1e9, permissions = permissions } }
        local found = make(client, "oneDriveForBusiness", options)
        return found and found.hash .. tostring(found.lock_unseen)
      end
      local whole = plan.hash .. "nil"
      assert.equal(whole, again(list))
      for i in ipairs(list) do
        local fewer = { table.unpack(list) }
        table.remove(fewer, i)
        assert.not_equal(whole, again(fewer), list[i])
      end
    end)
  end)
end)

describe("a list that names a unit twice", function()
  local place, sites

  before_each(function()
    place = support.start { sites = 6 }
    sites = place.sim:units "site"
  end)

  after_each(function() place:stop() end)

  it("restores it once, as its first row says, and is a success", function()
    local old = "2026-11-01T04:00:00Z"
    local alone = place:plan { targets = { sites[1].id }, before = old }
    local plan = place:plan { before = old, targets = {
      { siteWebUrl = sites[1].siteWebUrl },
      { siteWebUrl = sites[1].siteWebUrl, before = support.T, destination = "inPlace" }, sites[1].siteId,
    } }
    assert.same({ "planned", "duplicate", "duplicate" }, codes_of(plan))
    assert.equal(alone.rows[1].restorePointId, plan.rows[1].restorePointId)
    assert.matches("same unit as target 1, .*; the time and destination of that one count",
      plan.rows[2].refusal.message)
    local run = assert(place:apply(plan))
    assert.same({ restored = 1, duplicate = 2 }, support.outcomes(run))
    assert.is_true(run.ok)
    assert.equal(0, run:report().exit_code)
    place:assert_exactly_once(plan)
  end)

  it("excludes the duplicate as a duplicate, and what it repeats as excluded", function()
    local plan = place:plan { targets = { sites[1].id, sites[1].siteWebUrl, sites[2].id },
      exclude = { sites[1].siteId } }
    assert.same({ "excluded", "duplicate", "planned" }, codes_of(plan))
  end)

  it("fed back as the report of its run plans nothing that was restored", function()
    local url = sites[1].siteWebUrl
    scratch.write(place:path "sites.csv", "URL\n" .. url .. "\n" .. url:upper() .. "/\n")
    local run = assert(place:apply(place:plan { targets = place:path "sites.csv" }))
    for _, name in ipairs { "again.csv", "again.json" } do
      assert(run:report():save(place:path(name)))
    end
    for _, targets in ipairs { place:path "again.csv", place:path "again.json", run:report().rows } do
      assert.equal(0, place:plan({ targets = targets }).planned)
    end
  end)
end)

describe("a report fed back", function()
  it("plans its failures and nothing else, each with its own destination and time", function()
    local place = support.start { sites = 6 }
    local sites = place.sim:units "site"
    local old, point = "2026-11-01T04:00:00Z", place.sim:points(sites[3].id)[4]
    local plan = place:plan { targets = {
      { siteId = sites[1].siteId, before = old, destination = "new" },
      { siteId = sites[2].siteId, destination = "inPlace" },
      { siteId = sites[3].siteId, at = point.protectionDateTime }, sites[4].id, sites[5].id,
    }, exclude = { sites[5].id }, prefer = "latest" }
    assert.equal(point.id, plan.rows[3].restorePointId)
    for i = 1, 3 do
      place.sim:fail_artifact { unit = sites[i].id, code = "ArtifactNotFound", message = "gone" }
    end
    local report = assert(place:apply(plan)):report()
    assert.same({ failed = 3, restored = 1, excluded = 1 }, report.counts)
    assert(report:save(place:path "again.csv"))
    assert(report:save(place:path "again.json"))
    local rows = core.decode(scratch.read(place:path "again.json")).rows
    for n, targets in ipairs { place:path "again.csv", place:path "again.json", rows, report:failed() } do
      local again = place:plan { targets = targets, destination = "inPlace", before = "2026-10-31T20:00:00Z",
        prefer = "latest" }
      assert.equal(3, again.planned)
      for i = 1, 3 do
        for _, field in ipairs { "protectionUnitId", "restorePointId", "destinationType" } do
          assert.equal(plan.rows[i][field], again.rows[i][field], n .. ", " .. i .. ", " .. field)
        end
      end
    end
    place:stop()
  end)

  it("of a run that did not come to its end plans nothing that its run would go on with", function()
    local place = support.start { sites = 3 }
    local sites, rows = place.sim:units "site", {}
    for i, outcome in ipairs { "not_started", "running", "unknown" } do
      rows[i] = { protectionUnitId = sites[i].id, outcome = outcome }
    end
    local plan = place:plan { targets = rows }
    assert.same({ "excluded", "excluded", "excluded" }, codes_of(plan))
    assert.matches("not_started: resume its run", plan.rows[1].refusal.message, 1, true)
    place:stop()
  end)

  it("may not name two times for one row", function()
    local place = support.start { sites = 1 }
    assert.matches("plan.targets%[1%]: at: a row has a time before or a time at, and not both", raised(m365.plan,
      place.client, { service = "sharePoint", before = support.T, destination = "new",
        targets = { { siteId = "x", before = support.T, at = support.T } } }))
    place:stop()
  end)
end)

describe("a row with a destination or a time of its own", function()
  it("keeps them among messages", function()
    local place = support.start { sites = 0, mailboxes = 3, points_per_unit = 8 }
    local mailboxes = place.sim:units "mailbox"
    local plan = assert(m365.plan_messages(place.client, { query = "(Subject -like 'invoice*')", before = support.T,
      destination = "new", targets = {
        { protectionUnitId = mailboxes[1].id, destination = "inPlace" },
        { protectionUnitId = mailboxes[2].id, before = "2026-11-01T03:00:00Z" }, mailboxes[3].id,
      } }))
    assert.same({ "inPlace", "new", "new" },
      { plan.rows[1].destinationType, plan.rows[2].destinationType, plan.rows[3].destinationType })
    for _, row in ipairs(plan.rows) do
      assert.is_true(row.refusal ~= nil or row.n ~= 2 or row.protectionDateTime < "2026-11-01T03:00:00Z")
    end
    assert.equal("2026-11-01T03:00:00Z", plan.rows[2].before)
    place:stop()
  end)

  it("keeps its destination in bulk, where a person has to accept it; another time is refused", function()
    local place = support.start { sites = 3 }
    local sites = place.sim:units "site"
    local spec = { service = "sharePoint", before = support.T, destination = "new", journal = place:path(),
      interval = "20m", url_wait = 0, targets = {
        { siteId = sites[1].siteId, destination = "inPlace" }, { siteId = sites[2].siteId, before = support.T },
        { siteId = sites[3].siteId, before = "2026-11-01T03:00:00Z" },
      } }
    local run, err = m365.bulk_restore(place.client, spec)
    assert.is_nil(run)
    assert.equal("confirmation_needed", err.code)
    spec.confirm, spec.targets[2].before = "unreviewed", "2026-11-01T07:00:00+01:00"
    run = assert(m365.bulk_restore(place.client, spec))
    assert.same({ restored = 2, refused = 1 }, support.outcomes(run))
    assert.equal("other_time", run.plan.rows[3].refusal.code)
    local places = {}
    for _, session in ipairs(place.sim:sessions()) do
      for _, artifact in ipairs(session.artifacts) do
        places[#places + 1] = artifact.destinationType
      end
    end
    table.sort(places)
    assert.same({ "inPlace", "new" }, places)
    place:stop()
  end)
end)
