local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

local URL = "https://contoso.sharepoint.com/sites/one"

describe("bulk requests", function()
  local sim, client, session
  support.around(function(...) sim, client = ... end)
  before_each(function()
    session = assert(client.sharePoint:create_session())
    sim:forget()
  end)

  local function request(fields)
    local body = { id = "r", status = "active", siteWebUrls = {} }
    for name, value in pairs(fields or {}) do body[name] = value end
    return body
  end

  local function create()
    support.answer(sim, request(), { method = "POST", status = 201 })
    return assert(session:create_bulk_request { siteWebUrls = { URL }, destinationType = "inPlace" })
  end

  it("are created, got, listed and deleted under their session", function()
    local bulk = create()
    local root = "/sharePointRestoreSessions/" .. session.id .. "/siteRestoreArtifactsBulkAdditionRequests"
    local line, entry = support.last(sim)
    assert.equal("POST " .. root, line)
    assert.same({ siteWebUrls = { URL }, destinationType = "inPlace" }, entry.body)
    assert.equal("siteRestoreArtifactsBulkAdditionRequest", m365.type(bulk))
    support.answer(sim, { value = { request { status = "Completed" } } })
    assert.equal(bulk, session:bulk_request "r")
    assert.equal("GET " .. root .. "/r", (support.last(sim)))
    support.answer(sim, { value = { request { status = "completed" } } })
    local listed = session:bulk_requests():next()
    assert.equal("GET " .. root, (support.last(sim)))
    support.answer(sim, "", { method = "DELETE", status = 204 })
    assert.is_true(listed:delete())
    assert.equal("DELETE " .. root .. "/r", (support.last(sim)))
  end)

  it("have a collection for each workload", function()
    for service, row in pairs {
      oneDriveForBusiness = { "drives", "driveRestoreArtifactsBulkAdditionRequest" },
      exchange = { "mailboxes", "mailboxRestoreArtifactsBulkAdditionRequest" },
    } do
      local draft = assert(client[service]:create_session())
      support.answer(sim, request(), { method = "POST", status = 201 })
      local bulk = assert(draft:create_bulk_request { [row[1]] = { "a@b.example" } })
      assert.equal(row[2], m365.type(bulk))
      assert.matches("/" .. row[2] .. "s$", (support.last(sim)))
    end
  end)

  it("are waited for", function()
    local bulk = create()
    support.answer(sim, request())
    support.answer(sim, request { status = "completed" })
    assert.equal(bulk, bulk:wait { interval = 0.01 })
    support.answer(sim, request { status = "CompletedWithErrors", error = { { code = "BulkRestoreArtifactsNotResolved",
      message = "some", details = { { code = "SiteUrlNotFound", target = URL } } } } })
    local none, err, same = bulk:wait()
    assert.is_nil(none)
    assert.equal(bulk, same)
    assert.same({ "bulk_partial", "BulkRestoreArtifactsNotResolved", "some" },
      { err.code, err.service_code, err.message })
    assert.equal(URL, err.details[1].target)
    assert.equal("refuse", err.details[1].class)
    support.answer(sim, request(), { times = 9 })
    none, err = bulk:wait { timeout = 0.05, interval = 0.01 }
    assert.is_nil(none)
    assert.equal("wait_timeout", err.code)
  end)

  --- What is refused before it is sent.
  local function refused(from, body)
    local none, err = from:create_bulk_request(body)
    assert.is_nil(none)
    assert.is_false(err.sent)
    assert.equal(0, sim:count { path = "BulkAddition" })
    return err.code
  end

  it("are refused here where the service would refuse them", function()
    local many = {}
    for i = 1, 10001 do many[i] = URL .. i end
    assert.equal("BulkRestoreRestorationResourcesCountExceedsLimit", refused(session, { siteWebUrls = many }))
    assert.equal("BulkRestoreInvalidCreateRequest", refused(session, { siteWebUrls = {} }))
    assert.equal("BulkRestoreInvalidCreateRequestSiteUrl", refused(session, { siteWebUrls = { "http://x" } }))
    assert.equal("InvalidBulkRestoreArtifactId", refused(session, { siteIds = { "a b" } }))
    local draft = assert(client.exchange:create_session())
    assert.equal("BulkRestoreInvalidCreateRequestUserEmail", refused(draft, { mailboxes = { "nobody" } }))
  end)

  it("are refused here where the session does not fit", function()
    local point = sim:points(sim:units("site")[1].id)[1]
    local full = assert(client.sharePoint:create_session {
      siteRestoreArtifacts = { { restorePoint = { id = point.id }, destinationType = "inPlace" } },
    })
    assert.equal("BulkRestoreInvalidCreateRequest", refused(full, { siteWebUrls = { URL } }))
    support.answer(sim, { id = session.id, status = "draft", restoreJobType = "bulk" })
    assert(session:refresh())
    assert.equal("BulkRestoreInvalidCreateRequest", refused(session, { siteWebUrls = { URL } }))
    local added, err = session:add { { restorePoint = { id = point.id }, destinationType = "inPlace" } }
    assert.same({}, added or {})
    assert.same({ "InvalidPatchRequest", false }, { err.code, err.sent })
    support.answer(sim, { id = session.id, status = "active" })
    assert(session:refresh())
    assert.equal("RestoreSessionActionNotAllowed", refused(session, { siteWebUrls = { URL } }))
  end)

  it("are not deleted while they are active", function()
    local none, err = create():delete()
    assert.is_nil(none)
    assert.same({ "InvalidStateForBulkRequestDeletion", "queue", false }, { err.code, err.class, err.sent })
    assert.equal(0, sim:count { method = "DELETE" })
  end)

  it("raise on misuse, and name the field", function()
    assert.matches("did you mean 'siteWebUrls'", raised(session.create_bulk_request, session, { siteWebUrl = {} }))
    assert.matches("siteWebUrls%[1%]: a string", raised(session.create_bulk_request, session, { siteWebUrls = { 1 } }))
    assert.matches("unknown option 'drives'", raised(session.create_bulk_request, session, { drives = {} }))
    assert.matches("unknown option 'protectionUnitIds'",
      raised(session.create_bulk_request, session, { protectionUnitIds = {} }))
  end)
end)
