--- The exports that people have, each as its program writes it: every row finds its unit.
local columns = require "m365restore.plan.headings"
local encoding = require "m365restore.text.encoding"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"
local system = require "m365restore.system"

local FOLDER = "spec/fixtures/exports/"

-- file -> the service whose units its rows are, and how it is encoded where that has to be told
local exports = {
  ["sharepoint-admin-centre.csv"] = { "sharePoint" },
  ["sharepoint-admin-centre.excel-ansi.csv"] = { "sharePoint", "windows-1252" },
  ["sharepoint-admin-centre.excel-unicode.txt"] = { "sharePoint" },
  ["sharepoint-usage-report.csv"] = { "sharePoint" },
  ["sharepoint-usage-report.no-addresses.csv"] = { "sharePoint" },
  ["onedrive-usage-report.csv"] = { "oneDriveForBusiness" },
  ["get-sposite.windows-powershell.csv"] = { "sharePoint" },
  ["get-sposite.windows-powershell.excel.csv"] = { "sharePoint", "Windows 1252" },
  ["get-sposite.powershell-7.csv"] = { "sharePoint" },
  ["get-sposite.onedrives.powershell-7.csv"] = { "oneDriveForBusiness" },
  ["get-pnptenantsite.powershell-7.csv"] = { "sharePoint" },
  ["get-pnptenantsite.sep-line.csv"] = { "sharePoint" },
  ["get-unifiedgroup.powershell-7.csv"] = { "sharePoint" },
  ["get-mgsite.powershell-7.csv"] = { "sharePoint" },
  ["get-mgsite.windows-powershell.csv"] = { "sharePoint" },
  ["active-users.csv"] = { "exchange" },
  ["exchange-admin-centre.csv"] = { "exchange" },
  ["mailbox-usage-report.csv"] = { "exchange" },
  ["get-mailbox.windows-powershell.csv"] = { "exchange" },
  ["get-mailbox.powershell-7.csv"] = { "exchange" },
  ["get-mailbox.excel-ansi.csv"] = { "exchange", "cp1252" },
  ["get-exomailbox.powershell-7.csv"] = { "exchange" },
  ["get-exomailbox.windows-powershell.csv"] = { "exchange" },
  ["get-mguser.powershell-7.csv"] = { "exchange" },
  ["get-mguser.windows-powershell.csv"] = { "oneDriveForBusiness" },
  ["get-mguser.excel-utf8.csv"] = { "oneDriveForBusiness" },
}

local kinds = { sharePoint = "site", oneDriveForBusiness = "drive", exchange = "mailbox" }

describe("an export", function()
  local place, app, signed_in
  setup(function()
    place = support.start { sites = 3, drives = 2, mailboxes = 2 }
    app = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, permissions = {
      "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All", "User.ReadBasic.All" } } }
    signed_in = place.tenant:client { credential = place.sim:credential { lifetime = 1e8, delegated = true } }
  end)
  teardown(function()
    app:close()
    signed_in:close()
    place:stop()
  end)

  local function plan(client, service, targets)
    return assert(m365.plan(client, { service = service, targets = targets, before = support.T, destination = "new" }))
  end

  local function assert_found(client, service, targets)
    local units = place.sim:units(kinds[service])
    local made = plan(client, service, targets)
    assert.equal(#units, #made.rows)
    for i, row in ipairs(made.rows) do
      assert.is_nil(row.refusal, row.refusal and row.refusal.message)
      assert.equal(units[i].id, row.protectionUnitId)
    end
    return made
  end

  for name, export in pairs(exports) do
    it("is read as it is: " .. name, function()
      local targets = export[2] and { csv = FOLDER .. name, encoding = export[2] } or FOLDER .. name
      for _, client in ipairs { app, signed_in } do
        assert_found(client, export[1], targets)
      end
    end)
  end

  it("is in the table above, if there is a sample of it", function()
    local listed = assert(system.run { "ls", FOLDER }).stdout
    for name in listed:gmatch "[^\n]+" do
      assert.is_true(exports[name] ~= nil or name:find "hidden%-names" ~= nil, name)
    end
  end)

  it("in a code page is refused without its name: with file, line and column, and what to do", function()
    local path = FOLDER .. "sharepoint-admin-centre.excel-ansi.csv"
    local none, err = m365.plan(app, { service = "sharePoint", targets = path, before = support.T,
      destination = "new" })
    assert.same({ nil, "bad_list" }, { none, err.code })
    local message = err.message
    assert.matches("^plan.targets: " .. path:gsub("%p", "%%%0") .. ": line 2, column 2: the byte 0xFC is not UTF%-8: ",
      message)
    assert.matches('save it as "CSV UTF%-8", or name its encoding, such as encoding = "windows%-1252"', message)
    assert.matches("plan.targets.encoding: the encoding 'windows%-1552' is not known; did you mean 'windows%-1252'%?; ",
      raised(plan, app, "sharePoint", { csv = path, encoding = "windows-1552" }))
    assert.matches("unknown option 'encodnig'; did you mean 'encoding'",
      raised(plan, app, "sharePoint", { csv = path, encodnig = "utf-8" }))
  end)

  it("may stand in a list, beside single targets", function()
    local mixed = { FOLDER .. "get-mguser.powershell-7.csv", "user0009@contoso.com" }
    local made = plan(signed_in, "exchange", mixed)
    assert.same({ 3, 2, "unknown" }, { #made.rows, made.planned, made.rows[3].refusal.code })
    assert.equal("user0001@contoso.com", made.rows[1].target)
  end)

  it("may have no header, and a target on each line", function()
    local path, sites = place:path "sites.txt", place.sim:units "site"
    for _, ending in ipairs { "\n", "\r\n" } do
      scratch.write(path, table.concat({ sites[1].siteWebUrl, "", sites[2].siteId, "nonsense" }, ending) .. ending)
      local made = plan(signed_in, "sharePoint", path)
      assert.same({ sites[1].siteWebUrl, sites[2].siteId, "nonsense" },
        { made.rows[1].target, made.rows[2].target, made.rows[3].target })
      assert.same({ sites[1].id, sites[2].id }, { made.rows[1].protectionUnitId, made.rows[2].protectionUnitId })
      assert.is_table(made.rows[3].refusal)
    end
  end)

  it("whose names are hidden is refused row by row, and says who can show them", function()
    local made = plan(signed_in, "oneDriveForBusiness", FOLDER .. "onedrive-usage-report.hidden-names.csv")
    assert.same({ 2, 0 }, { #made.rows, made.planned })
    for _, row in ipairs(made.rows) do
      assert.equal("unreadable", row.refusal.code)
      assert.matches("Owner Principal Name is hidden: an administrator can show names", row.refusal.message)
    end
  end)

  it("that lost its letters names no other site by what is left", function()
    local path = place:path "lost.csv"
    scratch.write(path, "Url,Title\nhttps://contoso.sharepoint.com/sites/site-0001?ro,x\n"
      .. "https://contoso.sharepoint.com/sites/site-0002?web=1,y\n")
    local made = plan(signed_in, "sharePoint", path)
    assert.equal("unreadable", made.rows[1].refusal.code)
    assert.matches("a question mark stands in https://contoso.sharepoint.com/sites/site%-0001%?ro",
      made.rows[1].refusal.message)
    assert.is_nil(made.rows[2].refusal)
  end)

  it("of sites names no OneDrive by the owner of a site", function()
    local made = plan(signed_in, "oneDriveForBusiness", FOLDER .. "sharepoint-usage-report.csv")
    assert.same({ 3, 0 }, { #made.rows, made.planned })
    local read = columns.read { Url = "https://contoso.sharepoint.com/sites/x", Owner = "user0001@contoso.com" }
    assert.same({ "url" }, { read.names[1].kind, read.names[2] })
    read = columns.read { Url = "https://contoso-my.sharepoint.com/personal/a", Owner = "user0001@contoso.com" }
    assert.same({ "owner", "url" }, { read.names[1].kind, read.names[2].kind })
    read = columns.read { ["Root Web Template"] = "Team Site", ["Owner Principal Name"] = "user0001@contoso.com" }
    assert.same({}, read.names)
  end)

  it("with a row that names nothing keeps the row, and tells its line", function()
    local path = place:path "gap.csv"
    scratch.write(path, "Title;URL;Owner\r\nHR;;jane\r\n;https://contoso.sharepoint.com/sites/site-0002;\r\n")
    local made = plan(signed_in, "sharePoint", path)
    assert.same({ 2, 1 }, { #made.rows, made.planned })
    assert.matches("gap.csv: line 2, column 1$", made.rows[1].target)
    assert.equal("unreadable", made.rows[1].refusal.code)
    assert.equal("no URL, e-mail address or id is in it", made.rows[1].refusal.message)
  end)
end)

describe("the table of columns", function()
  it("is in the documentation", function()
    local page, expected = scratch.read "docs/lists.md", {}
    local shown = {}
    for heading, kind, from in page:match "\n| heading .-\n\n":gmatch "\n| `([^`]+)` | (%l+) | ([^|]-) |" do
      shown[#shown + 1] = { heading, kind, from }
    end
    for i, row in ipairs(columns.names) do expected[i] = { table.unpack(row) } end
    assert.same(expected, shown)
  end)

  it("knows headings in any case, with blanks, hyphens and underscores", function()
    for _, heading in ipairs {
      "user principal name", "User-Principal_Name", "USERPRINCIPALNAME", "User Principal\u{A0}Name",
    } do
      assert.is_true(columns.has_name { "Title", heading }, heading)
    end
    assert.is_false(columns.has_name { "Title", "Name", "Alias" })
  end)

  it("refuses a row in which two headings that are the same hold different things", function()
    for _, record in ipairs {
      { Email = "jane@contoso.com", ["E-mail"] = "john@contoso.com" }, { URL = "https://a.b/c", url = "https://a.b/d" },
      { url = "https://a.b/c", before = "2026-11-01T06:00:00Z", Before = "2026-11-02T06:00:00Z" },
    } do
      assert.matches("^%S+ and %S+ are the same column, and hold different things$", columns.read(record).flaw)
    end
    assert.is_nil(columns.read { Email = "jane@contoso.com", ["e-mail"] = "jane@contoso.com " }.flaw)
    assert.is_nil(columns.read { url = "https://a.b/c", Note = "x", note = "y" }.flaw)
  end)

  it("believes no cell that does not look like what its column holds", function()
    local id = "13a874c7-91f3-5ab5-4f82-ff1855d7bb67"
    for kind, record in pairs {
      email = { Id = "Doe, Jane", Guid = id, UserPrincipalName = "jane@contoso.com", Drive = "A.Type.Of.NET" },
      person = { Id = "contoso.onmicrosoft.com/jane", ExternalDirectoryObjectId = id },
      url = { ["Site Id"] = "00000000-0000-0000-0000-000000000000", ["Site URL"] = "https://contoso.sharepoint.com/a" },
    } do
      local names = columns.read(record).names
      assert.same({ kind }, { names[1].kind, names[2] and names[2].kind })
    end
  end)
end)

describe("a code page", function()
  for _, name in ipairs(encoding.names()) do
    if not name:find "^utf" then
      it("is read as iconv reads it: " .. name, function()
        local folder = scratch.folder()
        local bytes, expected = {}, {}
        for byte = 0x80, 0xFF do
          local character = encoding.decode(string.char(byte), name)
          if character then
            bytes[#bytes + 1], expected[#expected + 1] = string.char(byte) .. "\n", character .. "\n"
          end
        end
        assert.is_true(#bytes > 60, #bytes)
        scratch.write(folder .. "/page", table.concat(bytes))
        local page = name:gsub("^windows%-", "CP"):gsub("^ibm", "CP"):upper()
        local result = assert(system.run { "iconv", "-f", page, "-t", "UTF-8", folder .. "/page" })
        assert.equal(table.concat(expected), result.stdout)
        scratch.remove(folder)
      end)
    end
  end

  it("has many names", function()
    for given, name in pairs {
      ["Windows 1252"] = "windows-1252", CP1252 = "windows-1252", ["1250"] = "windows-1250", ["UTF-8"] = "utf-8",
      ["UTF8 BOM"] = "utf-8", Unicode = "utf-16", ["latin-1"] = "iso-8859-1", cp850 = "ibm850", utf16LE = "utf-16le",
    } do
      assert.equal(name, encoding.check("x", given))
    end
    assert.matches("x.encoding: the encoding 'shift_jis' is not known",
      raised(encoding.check, "x.encoding", "shift_jis"))
    assert.matches("x.encoding: the name of an encoding was expected, got number",
      raised(encoding.check, "x.encoding", 1252))
  end)
end)
