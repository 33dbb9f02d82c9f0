--- Everything but the life of a session, which has a spec of its own, under each value of each switch that the
-- simulator has for what the documentation leaves open.
local dialects = require "m365restore.simulator.dialects"
local m365 = require "m365restore"
local support = require "spec.graph.support"

local PERIOD = { startDateTime = "2026-01-01T00:00:00Z", endDateTime = "2026-11-03T00:00:00Z" }
local URL_OF_NOBODY = "https://contoso.sharepoint.com/sites/nobody"

local steps = {}

function steps.search(client, sim)
  local units = {}
  for unit in client.sharePoint:protection_units { page_size = 7 } do units[#units + 1] = unit.id end
  assert.equal(#sim:units "site", #units)
  local found = assert(client:search_restore_points { protectionUnitIds = units, protectionTimePeriod = PERIOD })
  assert.same({ {}, {} }, { found.unanswered, found.noResultProtectionUnitIds })
  local of_unit = {}
  for _, hit in ipairs(found.searchResults) do of_unit[hit.restorePoint.protectionUnit.id] = hit.restorePoint end
  for _, id in ipairs(units) do assert.equal("restorePoint", m365.type(of_unit[id])) end
end

local function fast_point(client, unit)
  for point in client:restore_points { unit = unit, before = "2026-11-03T00:00:00Z" } do
    if point.tags == "fastRestore" then return point end
  end
end

function steps.browse(client)
  local unit = client.sharePoint:protection_units():next()
  local session = assert(client.sharePoint:create_browse_session { restorePointId = fast_point(client, unit) })
  assert(session:wait())
  assert.is_truthy(math.tointeger(session.backupSizeInBytes))
  assert.is_number(m365.time.parse(session.expirationDateTime))
  local items, paths = assert(session:find("/Shared Documents/Finance/**/*.xlsx", nil, { timeout = "20s" }))
  assert.is_true(#items > 1)
  for _, path in ipairs(paths) do assert.matches("^/Shared Documents/Finance/.*%.xlsx$", path) end
  local count = 0
  for item in session:browse(nil) do count = count + (item.itemKey and 1 or 0) end
  assert.equal(1, count)
  local granular = assert(client.sharePoint:create_session { granularSiteRestoreArtifacts = { items[1] } })
  local listed = 0
  for artifact in granular:granular_artifacts() do
    listed = listed + 1
    assert.equal(session.id, artifact.browseSessionId)
  end
  assert.equal(1, listed)
end

function steps.bulk(client, _, dialect)
  if dialect.empty_sessions == false then return end -- there is no base for a bulk request then
  local unit = client.sharePoint:protection_units():next()
  local session = assert(client.sharePoint:create_session())
  local bulk = assert(session:create_bulk_request {
    siteWebUrls = { unit.siteWebUrl, URL_OF_NOBODY }, destinationType = "inPlace", protectionTimePeriod = PERIOD,
    restorePointPreference = "latest",
  })
  assert(session:activate())
  local none, err, same = bulk:wait()
  assert.is_nil(none)
  assert.same({ "bulk_partial", URL_OF_NOBODY }, { err.code, err.details[1].target })
  assert.equal(bulk, same)
  assert.equal("ask", bulk.error.class)
  assert(session:wait())
  assert.equal(bulk, session:bulk_requests():next())
  assert.is_true(assert(session:bulk_request(bulk.id)):delete())
end

function steps.protection(client)
  assert.equal("enabled", assert(client:status()).status:lower())
  local policy = client.sharePoint:protection_policies():next()
  assert.equal("sharePointProtectionPolicy", m365.type(policy))
  assert.is_number(m365.time.parse(policy.createdDateTime))
  assert.equal("siteProtectionUnit", m365.type(policy:protection_units():next()))
  local any = assert(client:protection_policy(policy.id))
  assert.equal(policy, any)
  local none, err = any:activate()
  assert.is_nil(none)
  assert.equal("refuse", err.class)
end

describe("under the dialect #matrix", function()
  for name, values in pairs(dialects.switches) do
    for _, value in ipairs(values) do
      it(("%s = %s, searches, browses, bulk requests and policies work"):format(name, tostring(value)), function()
        local sim, client = support.start({ sites = 25, speed = 36000, dialect = { [name] = value } })
        for _, step in pairs(steps) do step(client, sim, { [name] = value }) end
        client:close()
        sim:stop()
      end)
    end
  end
end)

describe("what can be read by its id only by the description", function()
  local function read_all(dialect)
    local sim, client = support.start { sites = 1, drives = 1, mailboxes = 1, dialect = { described_reads = dialect } }
    local beta = support.client(sim, { beta = true })
    local answers, kinds = {}, { sharePoint = "site", oneDriveForBusiness = "drive", exchange = "mailbox" }
    local function note(name, thing, err) answers[name] = thing and "read" or err.status end
    for service, kind in pairs(kinds) do
      local unit = sim:units(kind)[1]
      local session = assert(client[service]:create_session { [kind .. "RestoreArtifacts"] = {
        { restorePoint = { id = sim:points(unit.id)[1].id }, destinationType = "new" } } })
      local artifact = session:artifacts():next()
      note(service .. ".session", client[service]:session(session.id))
      note(service .. ".protection_unit", client[service]:protection_unit(unit.id))
      note(service .. ".artifact", session:artifact(artifact.id))
      note(service .. ".policy.protection_unit", client[service]:protection_policies():next():protection_unit(unit.id))
      assert.equal(session.id, assert(client:session(session.id)).id) -- pages have these two
      assert.equal(unit.id, assert(client:protection_unit(unit.id)).id)
      assert(session:refresh())
    end
    local browse = assert(client.sharePoint:create_browse_session {
      restorePointId = sim:points(sim:units("site")[1].id)[1].id })
    note("browse_session", client:browse_session(browse.id))
    note("activity_log", beta:activity_log(beta:activity_logs():next().id))
    beta:close()
    client:close()
    sim:stop()
    return answers
  end

  it("is read where the service serves it, and refused in one way where it does not", function()
    local served, refused = read_all "served", read_all "refused"
    local count = 0
    for name, answer in pairs(served) do
      assert.same({ "read", 400 }, { answer, refused[name] }, name)
      count = count + 1
    end
    assert.equal(14, count)
  end)

  it("is marked so in the contract table", function()
    local sources = {}
    for _, row in ipairs(require("m365restore.core").actions()) do sources[row.on .. "." .. row.verb] = row.source end
    for _, name in ipairs {
      "sharePoint.session", "exchange.protection_unit", "oneDriveForBusinessRestoreSession.artifact",
      "sharePointProtectionPolicy.protection_unit", "client.browse_session", "client.activity_log",
    } do
      assert.matches("^OpenAPI description only", sources[name], nil, name)
    end
  end)
end)

describe("the page of what nobody has verified", function()
  it("numbers its rows from one, each once", function()
    local file <close> = assert(io.open "docs/unverified.md")
    local last = 0
    for number in file:read "a":gmatch "\n| (%d+) |" do
      assert.equal(last + 1, tonumber(number))
      last = last + 1
    end
    assert.is_true(last > 70)
  end)

  it("names every switch of the simulator, and no other", function()
    local file <close> = assert(io.open "docs/unverified.md")
    local text = file:read "a"
    local named = {}
    for row in text:gmatch "\n| %d+ |[^\n]*" do
      local cell = row:match "|[^|]*|[^|]*|[^|]*|([^|]*)|[^|]*|$"
      for name in cell:gmatch "`([%w_]+)`" do
        assert.is_table(dialects.switches[name], name)
        named[name] = true
      end
    end
    for name in pairs(dialects.switches) do assert.is_true(named[name], name) end
  end)
end)
