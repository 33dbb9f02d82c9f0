--- What Graph learned after this release goes out by `extra`, and what comes back is read as it is: against the
-- simulator's ledger.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

local NEW = { ["newProperty"] = { deep = { 1, 2 } }, other = true }

describe("extra", function()
  local sim, client, session
  support.around(function(...)
    sim, client = ...
    session = assert(client.sharePoint:create_session())
  end)

  local period = { startDateTime = "2026-01-01T00:00:00Z" }

  it("sends properties beside those that are known, in every kind of body", function()
    for _, case in ipairs {
      { "create_session", client.sharePoint },
      { "create_browse_session", client.sharePoint, { restorePointId = "p" } },
      { "create_protection_policy", client.exchange, { displayName = "n" } },
      { "enable", client, { appOwnerTenantId = "t" } },
      { "create_service_app", client },
      { "create_inclusion_rule", client.sharePoint:protection_policies():next(),
        { siteExpression = "e", isAutoApplyEnabled = false } },
      { "search_restore_points", client, { protectionUnitIds = { "u" }, protectionTimePeriod = period } },
      { "update", session, { ["siteRestoreArtifacts@delta"] = m365.array {} } },
      { "create_bulk_request", session, { siteIds = { "s" } } },
    } do
      local verb, on, known = table.unpack(case)
      local body = { extra = NEW }
      for name, value in pairs(known or {}) do body[name] = value end
      support.answer(sim, { id = "x", noResultProtectionUnitIds = { "u" } })
      local result, err = on[verb](on, body)
      assert(result, verb .. ": " .. tostring(err))
      local sent = select(2, support.last(sim)).body
      for name in pairs(known or {}) do assert.is_not_nil(sent[name], verb .. "." .. name) end
      assert.same({ NEW.newProperty, true }, { sent.newProperty, sent.other }, verb)
      assert.is_nil(sent.extra, verb)
      assert.same(NEW, body.extra) -- the caller's table stays as it was
    end
  end)

  it("sends query options and headers, on every page of a list", function()
    local opts = { filter = "a eq 1", page_size = 1,
      extra = { query = { ["$apply"] = "x y&z", n = 3 }, headers = { ["X-New"] = "v", Prefer = "wait=5" } } }
    support.answer(sim, { value = { { id = "a" } }, ["@odata.nextLink"] = sim.url
      .. "/v1.0/solutions/backupRestore/restoreSessions?$skiptoken=q" })
    support.answer(sim, { value = { { id = "b" } } })
    local n = 0
    for _ in client:sessions(opts) do n = n + 1 end
    assert.equal(2, n)
    local pages = sim:ledger()
    local query = support.query(pages[1])
    assert.same({ "a eq 1", "x y&z", "3" }, { query["$filter"], query["$apply"], query.n })
    assert.equal("$skiptoken=q", pages[2].query)
    for _, page in ipairs(pages) do
      assert.same({ "v", "include-unknown-enum-members, odata.maxpagesize=1, wait=5" },
        { page.headers["x-new"], page.headers.prefer })
    end
    support.answer(sim, { id = session.id })
    assert(session:refresh { extra = { query = { ["api-version"] = "2" } } })
    assert.equal("api-version=2", select(2, support.last(sim)).query)
    support.answer(sim, { id = session.id, status = "active" })
    assert(client:activate_session(session.id, { extra = { headers = { ["If-Match"] = "etag" } } }))
    assert.equal("etag", select(2, support.last(sim)).headers["if-match"])
  end)

  it("may not name what is known, and is checked for its form", function()
    local function refuses(text, f, ...)
      local message = raised(f, ...)
      assert.truthy(message:find(text, 1, true), message)
    end
    local service = client.sharePoint
    local create, policy = service.create_session, client.exchange.create_protection_policy
    refuses("extra: 'siteRestoreArtifacts' is known", create, service, { extra = { siteRestoreArtifacts = {} } })
    refuses("extra: 'displayName' is known", policy, client.exchange,
      { displayName = "n", extra = { displayName = "m" } })
    refuses("extra: 'mailboxProtectionUnits' is known", policy, client.exchange,
      { displayName = "n", extra = { mailboxProtectionUnits = {} } })
    refuses("'a' is known", client.create_service_app, client, { a = 1, extra = { a = 2 } })
    refuses("extra: a table was expected, got string", create, service, { extra = "x" })
    refuses("extra: the name of a property was expected, got 1", create, service, { extra = { "x" } })
    refuses("did you mean 'displayName'", policy, client.exchange, { displayname = "n", extra = NEW })
    for _, name in ipairs { "$filter", "filter", "$Top", "$count" } do
      refuses("client.sessions.extra.query: '" .. name .. "' is known", client.sessions, client,
        { extra = { query = { [name] = 1 } } })
    end
    refuses("client.sessions.extra.query: 'a b' is no name", client.sessions, client,
      { extra = { query = { ["a b"] = 1 } } })
    refuses("client.sessions.extra.query: n: a text", client.sessions, client, { extra = { query = { n = {} } } })
    refuses("control characters", client.sessions, client, { extra = { query = { n = "a\nb" } } })
    refuses("headers: 'Authorization' cannot be set", client.sessions, client,
      { extra = { headers = { Authorization = "x" } } })
    refuses("control characters", client.sessions, client, { extra = { headers = { A = "x\r\nB: y" } } })
    refuses("client.sessions.extra: unknown option 'header'; did you mean 'headers'?",
      client.sessions, client, { extra = { header = {} } })
    refuses("client.sessions.extra: a table", client.sessions, client, { extra = 1 })
    refuses("did you mean 'extra'", client.sessions, client, { extras = {} })
    assert.equal(0, sim:count())
  end)

  it("is not needed to read: types, properties and members that nobody knows yet come as they are", function()
    support.answer(sim, { value = { { id = "a", ["@odata.type"] = "#microsoft.graph.teamsRestoreSession",
      status = "paused", newProperty = { deep = { 1 } } } } })
    local found = client:sessions():next()
    assert.same({ "restoreSessionBase", "paused", 1, "#microsoft.graph.teamsRestoreSession" },
      { m365.type(found), found.status, found.newProperty.deep[1], found["@odata.type"] })
  end)
end)
