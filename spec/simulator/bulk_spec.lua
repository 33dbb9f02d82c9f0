local services = require "m365restore.simulator.world.services"
local support = require "spec.simulator.support"

local outcome = support.outcome
local UNKNOWN = "00000000-0000-0000-0000-000000000000"
local PERIOD = { startDateTime = "2026-01-01T00:00:00Z", endDateTime = "2026-12-31T00:00:00Z" }

-- workload = the list of addresses, an address in the world, one outside, and the code of that one
local NAMES = {
  sharePoint = { "siteWebUrls", "https://contoso.sharepoint.com/sites/site-%04d",
    "https://contoso.sharepoint.com/sites/gone", "SiteUrlNotFound" },
  oneDriveForBusiness = { "drives", "user%04d@contoso.com", "nobody@contoso.com", "UserNotBackedup" },
  exchange = { "mailboxes", "user%04d@contoso.com", "nobody@contoso.com", "UserNotBackedup" },
}

describe("a simulated bulk request", function()
  local api

  before_each(function() api = support.start { sites = 20, drives = 20, mailboxes = 20 } end)
  after_each(function() api:stop() end)

  local function body(service, first, last, more)
    local list, form = table.unpack(NAMES[service.name])
    local ask = { displayName = "all", destinationType = "new", protectionTimePeriod = PERIOD, tags = "fastRestore",
      restorePointPreference = "latest", [list] = {} }
    for n = first, last do ask[list][#ask[list] + 1] = form:format(n) end
    for name, value in pairs(more or {}) do ask[name] = value end
    return ask
  end

  local function path(service, id) return ("/%s/%s/%s"):format(service.sessions, id, service.bulk) end

  local function empty(service) return api:post("/" .. service.sessions, "{}").body.id end

  local function activate(id) return api:ask("POST", "/restoreSessions/" .. id .. "/activate") end

  for _, service in ipairs(services) do
    it("of " .. service.name .. " is found when its session is activated", function()
      local id = empty(service)
      local list = NAMES[service.name][1]
      local made = api:post(path(service, id), body(service, 1, 12))
      assert.same({ 201, "active", "fastRestore", 0 },
        { made.status, made.body.status, made.body.tags, #made.body[list] })
      assert.same({ "bulk", 0 }, { api:session(id).restoreJobType, api:session(id).restoreSessionArtifactCount.total })
      assert.equal("active", api:get(path(service, id)).body.value[1].status)
      assert.equal(200, activate(id).status)
      assert.equal(12, api:session(id).restoreSessionArtifactCount.total)
      local one = path(service, id) .. "/" .. made.body.id
      assert.equal("active", api:get(one).body.status)
      assert.equal("403 InvalidStateForBulkRequestDeletion", outcome(api:ask("DELETE", one)))
      api.sim:advance(61)
      assert.same({ "completed", 0 }, { api:get(one).body.status, #api:get(one).body[list] })
      api.sim:advance(4 * 3600)
      assert.equal("completed", api:session(id).status)
      local artifacts = api:get(("/%s/%s/%s"):format(service.sessions, id, service.standard)).body.value
      assert.same({ 12, "succeeded", "new" }, { #artifacts, artifacts[1].status, artifacts[1].destinationType })
      assert.equal(204, api:ask("DELETE", one).status)
      assert.equal("404 BulkRestoreArtifactsNotFound", outcome(api:get(one)))
      assert.equal(0, #api:get(path(service, id)).body.value)
    end)

    it("of " .. service.name .. " tells what it did not find", function()
      local id = empty(service)
      local list, _, stranger, code = table.unpack(NAMES[service.name])
      local ask = body(service, 1, 2)
      table.insert(ask[list], 1, stranger)
      local request = api:post(path(service, id), ask).body.id
      activate(id)
      api.sim:advance(61)
      local done = api:get(path(service, id) .. "/" .. request).body
      assert.same({ "completedWithErrors", "BulkRestoreArtifactsNotResolved", code, stranger }, {
        done.status, done.error.code, done.error.details[1].code, done.error.details[1].target,
      })
      assert.equal(2, api:session(id).restoreSessionArtifactCount.total)
    end)
  end

  it("restores a unit once however often it is named", function()
    local unit = api.sim:units("site")[1]
    local id = empty(services.sharePoint)
    api:post(path(services.sharePoint, id), body(services.sharePoint, 1, 1, { siteIds = { unit.siteId } }))
    activate(id)
    assert.equal(1, api:session(id).restoreSessionArtifactCount.total)
  end)

  it("fails with its session when nothing is found", function()
    local id = empty(services.exchange)
    local request = api:post(path(services.exchange, id), body(services.exchange, 1, 0,
      { mailboxes = { "nobody@contoso.com" } })).body.id
    activate(id)
    api.sim:advance(61)
    assert.equal("failed", api:session(id).status)
    assert.equal("BulkRestoreArtifactsNotFound", api:session(id).error.code)
    assert.equal("BulkRestoreArtifactsNotFound",
      api:get(path(services.exchange, id) .. "/" .. request).body.error.code)
  end)

  it("takes the oldest point, and one of a period", function()
    local id = empty(services.sharePoint)
    local points = api.sim:points(api.sim:units("site")[1].id)
    api:post(path(services.sharePoint, id), body(services.sharePoint, 1, 1,
      { restorePointPreference = "oldest", tags = "none" }))
    activate(id)
    assert.equal(points[5].id, api.sim:session(id).artifacts[1].restorePoint.id)
  end)

  it("is refused with the documented codes", function()
    local service = services.sharePoint
    local id, urls = empty(service), {}
    for i = 1, 10001 do urls[i] = "https://contoso.sharepoint.com/sites/site-" .. i end
    for i, case in ipairs {
      { {}, "BulkRestoreInvalidCreateRequest" },
      { { siteWebUrls = {} }, "BulkRestoreInvalidCreateRequest" },
      { { colour = "blue" }, "BulkRestoreInvalidCreateRequest" },
      { { destinationType = "elsewhere" }, "BulkRestoreInvalidCreateRequest" },
      { { protectionUnitIds = { UNKNOWN } }, "BulkRestoreInvalidCreateRequest" },
      { { siteWebUrls = { "https: //contoso.sharepoint.com" } }, "BulkRestoreInvalidCreateRequestSiteUrl" },
      { { siteIds = { "here" } }, "InvalidBulkRestoreArtifactId" },
      { { siteWebUrls = urls }, "BulkRestoreRestorationResourcesCountExceedsLimit" },
    } do
      local ask = i == 1 and "{}" or body(service, 1, 1, case[1])
      assert.equal("400 " .. case[2], outcome(api:post(path(service, id), ask)), "case " .. i)
    end
    local mailbox = services.exchange
    assert.equal("400 BulkRestoreInvalidCreateRequestUserEmail", outcome(api:post(path(mailbox, empty(mailbox)),
      body(mailbox, 1, 1, { mailboxes = { "someone" } }))))
    assert.equal("404 RestoreSessionNotFound", outcome(api:post(path(service, UNKNOWN), body(service, 1, 1))))
  end)

  it("is never mixed with artifacts, nor repeated, nor changed", function()
    local service = services.sharePoint
    local filled = api:create("site", 1, 1)
    assert.equal("400 BulkRestoreInvalidCreateRequest", outcome(api:post(path(service, filled), body(service, 2, 3))))
    local id = empty(service)
    assert.equal(201, api:post(path(service, id), body(service, 1, 2)).status)
    assert.equal("400 BulkRestoreInvalidCreateRequest", outcome(api:post(path(service, id), body(service, 3, 4))))
    assert.equal("400 InvalidPatchRequest", outcome(api:patch("/sharePointRestoreSessions/" .. id,
      { ["siteRestoreArtifacts@delta"] = api:artifacts("site", 3, 3) })))
    activate(id)
    assert.equal("403 RestoreSessionActionNotAllowed", outcome(api:post(path(service, id), body(service, 3, 4))))
  end)

  it("may come as a collection, with an array of errors, capitals and its session", function()
    api:stop()
    api = support.start {
      sites = 5, dialect = {
        get_shape = "collection", error_shape = "array", capital_status = true, bulk_session = true,
        created_by = "identity", times = "offset",
      },
    }
    local service = services.sharePoint
    local id = empty(service)
    local request = api:post(path(service, id), body(service, 1, 9)).body.id
    activate(id)
    api.sim:advance(61)
    local one = api:get(path(service, id) .. "/" .. request).body.value[1]
    assert.same({ "CompletedWithErrors", id, 4, api.sim.client_id },
      { one.status, one.restoreSessionId, #one.error[1].details, one.createdBy.user.identity })
    assert.truthy(one.createdDateTime:find("%+00:00$"))
  end)

  it("resolves ten thousand sites", function()
    api:stop()
    api = support.start { sites = 10000 }
    local service = services.sharePoint
    local id = empty(service)
    assert.equal(201, api:post(path(service, id), body(service, 1, 10000)).status)
    assert.equal(200, activate(id).status)
    assert.equal(10000, api:session(id).restoreSessionArtifactCount.total)
    api.sim:advance(4 * 86400)
    assert.equal(10000, api:session(id).restoreSessionArtifactCount.completed)
  end)
end)
