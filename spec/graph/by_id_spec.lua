--- What is done to one thing by its id alone, and what an unknown method says: against the simulator's ledger.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

describe("one thing by its id", function()
  local sim, client, beta
  support.around_versions(function(...) sim, client, beta = ... end)

  --- The requests since the last look.
  local function requests()
    local lines = {}
    for i, entry in ipairs(sim:ledger()) do
      lines[i] = entry.method .. " " .. entry.path:gsub("^/[^/]+" .. support.ROOT, "")
    end
    sim:forget()
    return lines
  end

  it("is read from every collection", function()
    local point = client:restore_points { unit = sim:units("site")[1].id }:next()
    for _, service in ipairs { "sharePoint", "oneDriveForBusiness", "exchange" } do
      local draft = assert(client[service]:create_session())
      local found = assert(client[service]:session(draft.id))
      assert.equal(draft, found)
      assert.equal(service .. "RestoreSession", m365.type(found))
      assert.equal("GET /" .. service .. "RestoreSessions/" .. draft.id, (support.last(sim)))
      assert(found:refresh())
      assert.equal("GET /restoreSessions/" .. draft.id, (support.last(sim))) -- the one that Microsoft's page shows
      local unit = client[service]:protection_units():next()
      assert.equal(unit, assert(client[service]:protection_unit(unit.id)))
      local policy = client[service]:protection_policies():next()
      assert.equal(unit, assert(policy:protection_unit(unit.id)))
    end
    local browse = assert(client.sharePoint:create_browse_session { restorePointId = point.id })
    local same = assert(client:browse_session(browse.id))
    assert.same({ browse, "sharePointBrowseSession" }, { same, m365.type(same) })
    local session = assert(client.sharePoint:create_session())
    support.answer(sim, { id = "a1", status = "added" })
    local artifact = assert(session:granular_artifact "a1")
    assert.same({ "granularSiteRestoreArtifact", "added" }, { m365.type(artifact), artifact.status })
    assert.equal("GET /sharePointRestoreSessions/" .. session.id .. "/granularSiteRestoreArtifacts/a1",
      (support.last(sim)))
  end)

  it("is activated, changed and deleted without being read", function()
    local session = assert(client.sharePoint:create_session())
    local point = client:restore_points { unit = sim:units("site")[1].id }:next()
    requests()
    assert(client.sharePoint:update_session(session.id, {
      ["siteRestoreArtifacts@delta"] = { { restorePoint = { id = point.id }, destinationType = "new" } },
    }))
    local active = assert(client:activate_session(session.id))
    assert.same({ session.id, true }, { active.id, active.status ~= "draft" })
    local draft = assert(client.exchange:create_session())
    assert.is_true(client:delete_session(draft))
    assert.same({
      "PATCH /sharePointRestoreSessions/" .. session.id, "POST /restoreSessions/" .. session.id .. "/activate",
      "POST /exchangeRestoreSessions", "DELETE /restoreSessions/" .. draft.id,
    }, requests())
  end)

  it("is one request each, to the address of the method that it stands for", function()
    local policy = client.sharePoint:protection_policies():next()
    local session = assert(client.sharePoint:create_session())
    local rule = { siteExpression = "e" }
    local root = "/sharePointProtectionPolicies/" .. policy.id
    for _, case in ipairs {
      { client, "activate_protection_policy", nil, "POST /protectionPolicies/x/activate" },
      { client, "deactivate_protection_policy", nil, "POST /protectionPolicies/x/deactivate" },
      { client, "delete_protection_policy", nil, "DELETE /protectionPolicies/x", 204 },
      { client, "offboard_protection_unit", nil, "POST /protectionUnits/x/offboard" },
      { client, "cancel_offboard_protection_unit", nil, "POST /protectionUnits/x/cancelOffboard" },
      { client, "update_drive_protection_unit", { billingPolicyId = "b" }, "PATCH /driveProtectionUnits/x" },
      { client, "activate_service_app", { effectiveDateTime = 0 }, "POST /serviceApps/x/activate" },
      { client, "deactivate_service_app", nil, "POST /serviceApps/x/deactivate" },
      { client, "delete_service_app", nil, "DELETE /serviceApps/x", 204 },
      { client.exchange, "delete_session", nil, "DELETE /restoreSessions/x", 204 },
      { client.exchange, "update_protection_policy", { displayName = "n" }, "PATCH /exchangeProtectionPolicies/x" },
      { beta.exchange, "update_protection_unit", { billingPolicyId = "b" }, "PATCH /mailboxProtectionUnits/x" },
      { policy, "update_inclusion_rule", rule, "PATCH " .. root .. "/siteInclusionRules/x" },
      { policy, "run_inclusion_rule", nil, "POST " .. root .. "/siteInclusionRules/x/run" },
      { policy, "delete_and_unprotect_inclusion_rule", nil,
        "POST " .. root .. "/siteInclusionRules/x/deleteAndUnprotect" },
      { policy, "delete_inclusion_rule", nil, "DELETE " .. root .. "/siteInclusionRules/x", 204 },
      { session, "delete_bulk_request", nil,
        "DELETE /sharePointRestoreSessions/" .. session.id .. "/siteRestoreArtifactsBulkAdditionRequests/x", 204 },
    } do
      local on, verb, body, line, status = table.unpack(case, 1, 5)
      support.answer(sim, status and "" or { id = "x" }, { status = status or 200 })
      requests()
      assert(on[verb](on, "x", body))
      assert.same({ line }, requests(), verb)
    end
  end)

  it("keeps to what its method checks, and raises on what is no id", function()
    local _, err = client.sharePoint:update_session("x", { ["siteRestoreArtifacts@delta"] = {} })
    assert.equal("InvalidRestoreSessionId", err.code)
    assert.matches("siteRestoreArtifacts@delta was expected", raised(client.sharePoint.update_session,
      client.sharePoint, "x", {}))
    for _, id in ipairs { "", "a/b", "..", 7, {} } do
      assert.matches("client%.activate_session: id: ", raised(client.activate_session, client, id))
    end
  end)
end)

describe("an unknown method", function()
  local client
  setup(function() client = m365.client { base_url = "http://127.0.0.1:1", credential = "token" } end)
  teardown(function() client:close() end)

  it("raises with the nearest name on a client, a service and a list", function()
    for message, call in pairs {
      ["client: unknown method 'sesion'; did you mean 'session'?"] = function() client:sesion "x" end,
      ["client: unknown method 'activatesession'; did you mean 'activate_session'?"] = function()
        client:activatesession "x"
      end,
      ["client: unknown method 'sharepoint'; did you mean 'sharePoint'?"] = function() return client.sharepoint end,
      ["client: unknown method 'batsh'; did you mean 'batch'?"] = function() client:batsh {} end,
      ["client: unknown method 'create_session'; it is one of client.sharePoint"] = function()
        client:create_session()
      end,
      ["client.exchange: unknown method 'sesions'; did you mean 'sessions'?"] = function()
        client.exchange:sesions()
      end,
      ["client: unknown method 'restore_session'; did you mean 'session'?"] = function()
        client:restore_session "x"
      end,
      ["client: unknown method 'policies'; did you mean 'protection_policies'?"] = function() client:policies() end,
      ["list: unknown method 'pagse'; did you mean 'pages'?"] = function() client:sessions():pagse() end,
    } do
      local text = raised(call)
      assert.truthy(text:find(message, 1, true), text)
      assert.matches("by_id_spec%.lua:%d+:", text) -- where it was called
    end
  end)

  it("that another thing has says which thing that is", function()
    local exchange = "Exchange has no browsing: m365.plan_messages looks for messages"
    local policy = "it is one of what client.%s:protection_policy(id) gives"
    for _, case in ipairs {
      { "exchange", "browse_session", exchange }, { "exchange", "create_browse_session", exchange },
      { "exchange", "browse_sessions", exchange }, { "exchange", "browse", exchange },
      { nil, "exclusion_units", policy:format "sharePoint" }, { nil, "inclusion_rule", policy:format "sharePoint" },
      { "exchange", "exclusion_units", policy:format "exchange" },
      { "oneDriveForBusiness", "exclusion_bulk_jobs", policy:format "oneDriveForBusiness" },
      { nil, "artifacts", "it is one of what client.sharePoint:session(id) gives" },
      { nil, "create_browse_session", "it is one of client.sharePoint" },
      { "sharePoint", "restore_points", "it is one of client" },
    } do
      local service, name, said = table.unpack(case, 1, 3)
      local text = raised(function()
        local owner = service and client[service] or client
        return owner[name](owner, "x")
      end)
      local what = service and "client." .. service or "client"
      assert.truthy(text:find(("%s: unknown method '%s'; %s"):format(what, name, said), 1, true), text)
    end
  end)

  it("is none where properties are: those of resources that are not there are nil", function()
    local sim, other = support.start()
    local session = assert(other.sharePoint:create_session())
    assert.same({}, { session.whatever, session.sesion, session.completedDateTime })
    assert.is_nil(client.clock)
    assert.is_nil(client[1])
    other:close()
    sim:stop()
  end)
end)
