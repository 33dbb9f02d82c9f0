--- Advice by what was seen: each code has a fact and a remedy, and the remedy fits the operation and the situation.
local core = require "m365restore.core"
local crypto = require "m365restore.crypto"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local support = require "spec.contract.support"
local system = require "m365restore.system"

local function remedy(...)
  return (select(2, m365.describe(...)))
end

describe("the table of advice", function()
  it("has a class, a fact and a remedy for every code, also where nothing was seen", function()
    local codes, known = core.codes(), {}
    assert.is_true(#codes > 150)
    for _, code in ipairs(codes) do
      local class, advice, fact = m365.describe(code)
      assert.is_nil(known[code:lower()], code .. " is there twice")
      known[code:lower()] = true
      assert.truthy(("retry queue refuse ambiguous ask"):find(class, 1, true), code)
      assert.is_true(#advice > 9, code)
      assert.truthy(advice:find "^[%u].*%.$", code .. ": a remedy is a sentence: " .. advice)
      assert.truthy(fact:find "^%S.*[^.]$", code .. ": a fact is no sentence: " .. fact)
      assert.is_nil((advice .. fact):find("{permission}", 1, true), code)
    end
  end)

  it("names no document that does not ship", function()
    for _, code in ipairs(core.codes()) do
      local _, advice, fact = m365.describe(code)
      assert.is_nil((advice .. " " .. fact):find "docs/", code)
      if advice:find("Microsoft's page", 1, true) then
        local named = advice:find '"%a[^"]+", https://learn%.microsoft%.com/' or advice:find("page for it", 1, true)
        assert.truthy(named, code)
      end
    end
  end)

  it("does not send a copy to a new place where it was one", function()
    for _, code in ipairs { "ArtifactCannotBeRestored", "ArtifactNotFound" } do
      assert.truthy(remedy(code, "siteRestoreArtifact", "inPlace"):find "new")
      assert.is_nil(remedy(code, "siteRestoreArtifact", "new"):find("destinationType", 1, true))
      assert.is_nil(remedy(code, "siteRestoreArtifact", "new"):find("new place", 1, true))
    end
  end)

  it("takes what was seen as one word, as a list, and in any case", function()
    local text = remedy("throttled", nil, "retry_after")
    assert.equal(text, remedy("throttled", nil, { "read", "RETRY_AFTER" }))
    assert.are_not.equal(text, remedy "throttled")
    assert.equal(remedy "throttled", remedy("throttled", nil, { 1, {}, "x" }))
    assert.is_nil(m365.describe "NobodyKnows")
  end)
end)

describe("an error", function()
  local sim, client

  before_each(function() sim, client = support.start() end)
  after_each(function()
    client:close()
    sim:stop()
  end)

  local function failed(call, body, options)
    support.answer(sim, body, options)
    local none, err = call()
    assert.is_nil(none)
    assert.is_string(err.message)
    assert.is_string(err.remedy)
    assert.truthy(tostring(err):find(err.message, 1, true))
    assert.truthy(tostring(err):find(err.remedy, 1, true))
    return err
  end

  it("of an artifact advises by its destination", function()
    local session = assert(client.sharePoint:create_session())
    for _, shape in ipairs { "object", "array" } do
      local hints = { new = "then restore again", inPlace = "restore a copy", other = "Purview" }
      for destination, expected in pairs(hints) do
        local fault = { code = "ArtifactCannotBeRestored", message = "m" }
        support.answer(sim, { value = { {
          id = "a", status = "failed", destinationType = destination, error = shape == "array" and { fault } or fault,
        } } })
        local found = session:artifacts():next().error
        assert.truthy(found.remedy:find(expected, 1, true), destination .. ": " .. found.remedy)
        assert.equal(destination == "inPlace", found.remedy:find("destinationType", 1, true) ~= nil)
      end
    end
  end)

  it("of a forbidden read asks for the permission of the read, and names no program that was not used", function()
    for _, code in ipairs { "Forbidden", "accessDenied", "" } do
      local err = failed(function() return client:session "x" end, { error = { code = code } }, { status = 403 })
      assert.matches("Grant BackupRestore%-Restore%.Read%.All", err.remedy)
      assert.is_nil(err.remedy:find "PowerShell")
      assert.is_nil(err.remedy:find "ReadWrite")
    end
    local err = failed(function() return client:enable { appOwnerTenantId = "t" } end,
      { error = { code = "Forbidden", message = "no" } }, { status = 403 })
    assert.matches("PowerShell", err.remedy)
    assert.matches("Control%.ReadWrite%.All", err.remedy)
    err = failed(function() return client.sharePoint:browse_sessions():next() end, "", { status = 403 })
    assert.matches("SharePoint Backup Administrator", err.remedy)
    err = failed(function() return client:request("GET", "/me") end, "", { status = 403 })
    assert.matches("Microsoft's page", err.remedy)
  end)

  it("has a message, whatever the service leaves out", function()
    for _, body in ipairs { "", "null", { error = { code = "" } }, { error = { code = "UnknownError" } } } do
      for _, status in ipairs { 400, 402, 404, 409, 410, 418, 423, 451, 501 } do
        local err = failed(function() return client:session "x" end, body, { status = status })
        local told = err.message:find("HTTP " .. status, 1, true) or err.message:find("does not say", 1, true)
        assert.truthy(told, err.message)
      end
    end
    assert.equal("the client was closed", m365.failure { code = "closed" }.message)
    assert.is_string(m365.failure { code = "SomethingElse" }.message)
  end)

  it("asks to wait for retry_after only where the service said how long", function()
    local none = m365.client { base_url = client.base_url, credential = function() return "t" end, retries = 0 }
    none:close()
    local err = failed(function() return client:request("POST", "/x", { body = {}, retries = 0 }) end, "",
      { status = 429 })
    assert.is_nil(err.remedy:find "retry_after")
    err = failed(function() return client:request("POST", "/x", { body = {}, retries = 0, timeout = 0.5 }) end, "",
      { status = 429, headers = { ["Retry-After"] = "7" } })
    assert.equal("Wait for retry_after seconds.", err.remedy)
    assert.equal(7, err.retry_after)
  end)

  it("does not take the service's words for our own", function()
    for _, code in ipairs { "closed", "network", "deadline", "no_memory" } do
      local err = failed(function() return client:session "x" end, { error = { code = code, message = "m" } },
        { status = 409 })
      assert.same({ "http_409", code, "ask" }, { err.code, err.service_code, err.class })
      assert.equal(remedy("http_409", "client.session"), err.remedy)
    end
  end)

  it("of an unclear write says what is to be read", function()
    local session = assert(client.sharePoint:create_session())
    for call, expected in pairs {
      [function() return client.sharePoint:create_session() end] = "List the sessions first",
      [function() return session:activate() end] = "Read the session first",
      [function() return client:request("POST", "/x", { body = {} }) end] = "Read what it was to change",
    } do
      local err = failed(call, "", { status = 502 })
      assert.equal("ambiguous", err.code)
      assert.equal(expected, err.remedy:sub(1, #expected))
    end
  end)
end)

describe("a deadline", function()
  it("says how the tries before it ended", function()
    local sim, client = support.start()
    sim:fault { action = "status", status = 503, times = 1 }
    sim:fault { action = "stall", seconds = 60, before = "headers" }
    local none, err = client:session("x", { timeout = 1.5 })
    assert.is_nil(none)
    assert.equal("deadline", err.code)
    assert.matches("1 of its 2 tries failed, the last of these with HTTP 503", err.message)
    assert.matches("The service failed each time", err.remedy)
    client:close()
    sim:stop()
  end)
end)

--- Where Microsoft's page "Backup Storage API error responses" puts the codes that a restore meets: the method, the
-- status, and the codes. "artifact" is the error of one in a list, "bulk" that of a bulk request.
local MET = {
  { "create_session", 400, [[InvalidPathType InvalidArtifactRequest InvalidRestorePoint DifferentRestoreDestinationType
    DuplicateArtifactInList]] },
  { "create_session", 413, "RestoreArtifactsLimitBreached" },
  { "session", 400, "InvalidRestoreSessionId" },
  { "session", 404, "RestoreSessionNotFound http_404" },
  { "update", 400, [[InvalidRestoreSessionId InvalidPatchRequest InvalidRestorePoint RestoreArtifactsLimitBreached
    InvalidArtifactRequest DuplicateArtifactInList]] },
  { "update", 403, "RestoreSessionActionNotAllowed" },
  { "activate", 403, "RestoreSessionActionNotAllowed http_403" },
  { "activate", 500, "TooManyActiveRestoreSessions" },
  { "delete", 500, "IncompleteArtifactDeletion" },
  { "artifact", 200, [[UnknownError ArtifactNotFound InvalidRestoreTime ArtifactCannotBeRestored
    DuplicateArtifactRestoreRequest]] },
  { "create_bulk_request", 400, [[InvalidBulkRestoreArtifactId BulkRestoreInvalidCreateRequest
    BulkRestoreRestorationResourcesCountExceedsLimit BulkRestoreInvalidCreateRequestSiteUrl
    BulkRestoreInvalidCreateRequestUserEmail]] },
  { "search", 400, "FilterLengthExceeded InvalidSearchRequest InvalidProtectionUnitId" },
  { "enable", 403, "UnableToReadBillingProfile Forbidden" },
  { "enable", 402, "InvalidBillingProfile http_402" },
  { "enable", 400, "InvalidAppOwnerTenantId" },
  { "bulk", 200, "BulkRestoreArtifactsNotResolved SiteUrlNotFound UserNotBackedup" },
  { "bulk_request", 404, "BulkRestoreArtifactsNotFound" },
  { "delete_bulk_request", 403, "InvalidStateForBulkRequestDeletion" },
  { "create_policy", 400, "InvalidCreateRequest InvalidDisplayName" },
  { "create_policy", 409, "PolicyCreationNotAllowed ProtectionUnitAlreadyExists" },
  { "create_policy", 413, "ProtectionUnitsLimitBreached" },
  { "create_policy", 500, "PolicySaveFailed" },
  { "policy", 400, "InvalidPolicyId" }, { "policy", 404, "PolicyNotFound" },
  { "activate_policy", 403, "PolicyActionNotAllowed" }, { "activate_policy", 400, "invalidStateForActivation" },
  { "update_policy", 400, "DuplicateProtectionUnitInList ProtectionUnitActionNotAllowed" },
  { "unit", 200, "ProtectionUnitNotFound InvalidArtifactId QuotaExceeded" },
  { "offboard", 403, "OperationNotAllowed" },
  { "create_rule", 400, "InvalidInclusionRuleCreateRequest InvalidRuleExpression" },
  { "create_rule", 413, "InvalidRuleExpressionGroupLimitExceeded" },
  { "update_rule", 400, [[InvalidProtectionRulePatchRequest InvalidProtectionRuleStatusForUpdation
    PatchNotAllowedForStaticRule InvalidInclusionRuleId]] },
  { "update_rule", 422, "InvalidProtectionRuleStatusForDynamicRuleEdit" },
  { "run_rule", 400, "ProtectionRuleActionNotAllowed RunNotAllowedForDynamicRule" },
  { "delete_rule", 400, "InvalidProtectionRuleStatusForDeletion" },
  { "delete_rule", 422, [[InvalidProtectionRuleStatusForDynamicRuleDeletion
    InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll]] },
  { "delete_rule", 404, "ProtectionRuleNotFound" },
  { "session", 401, "http_401" }, { "session", 408, "http_408" }, { "session", 409, "http_409" },
  { "session", 412, "http_412" }, { "session", 413, "http_413" }, { "session", 423, "http_423" },
  { "session", 429, "http_429" }, { "session", 500, "http_500" }, { "session", 501, "http_501" },
  { "session", 502, "http_502" }, { "session", 503, "http_503" }, { "session", 504, "http_504" },
  { "session", 505, "http_505" }, { "session", 507, "http_507" }, { "session", 509, "http_509" },
}

local RULE = "(memberOf -any (group.id -in ['1acd6b28-2cb2-42d5-8d22-7cbb5c9d7e3f']))"

-- the calls whose answer is one object with an error
local ONE = { bulk = true, unit = true }

describe("a code of the service, where it is met,", function()
  local sim, client, session, bulk, policy, rule, unit

  setup(function()
    sim, client = support.start(nil, { retries = 0 })
    session = assert(client.sharePoint:create_session())
    bulk = assert(session:create_bulk_request { siteWebUrls = { sim:units("site")[1].siteWebUrl },
      destinationType = "new", protectionTimePeriod = { endDateTime = "2026-11-01T00:00:00Z" } })
    policy = client.oneDriveForBusiness:protection_policies():next()
    unit = client:protection_units():next()
    rule = assert(policy:create_inclusion_rule { driveExpression = RULE })
  end)
  teardown(function()
    client:close()
    sim:stop()
  end)

  local calls = {
    bulk = function() return nil, session:bulk_request(bulk.id).error end,
    bulk_request = function() return session:bulk_request(bulk.id) end,
    delete_bulk_request = function() return bulk:delete() end,
    create_policy = function() return client.sharePoint:create_protection_policy { displayName = "n" } end,
    policy = function() return client:protection_policy "x" end,
    activate_policy = function() return policy:activate() end,
    update_policy = function() return policy:update { displayName = "n" } end,
    unit = function() return nil, client:protection_unit("x").error end,
    offboard = function() return unit:offboard() end,
    create_rule = function() return policy:create_inclusion_rule { driveExpression = RULE } end,
    update_rule = function() return rule:update { driveExpression = RULE } end,
    run_rule = function() return rule:run() end,
    delete_rule = function() return rule:delete() end,
    create_session = function() return client.sharePoint:create_session() end,
    session = function() return client:session "x" end,
    update = function()
      return session:update { ["siteRestoreArtifacts@delta"] = m365.array {
        { restorePoint = { id = "p" }, destinationType = "new" },
      } }
    end,
    activate = function() return session:activate() end,
    delete = function() return session:delete() end,
    create_bulk_request = function()
      return session:create_bulk_request { siteWebUrls = { "https://contoso.sharepoint.com/sites/a" },
        destinationType = "new", protectionTimePeriod = { endDateTime = "2026-11-01T00:00:00Z" } }
    end,
    search = function()
      return nil, select(2, client:search_restore_points { protectionUnitIds = { "u" },
        protectionTimePeriod = { startDateTime = "2026-10-01T00:00:00Z", endDateTime = "2026-11-01T00:00:00Z" } })
    end,
    enable = function() return client:enable { appOwnerTenantId = "t" } end,
    artifact = function() return nil, session:artifacts():next().error end,
  }

  for _, case in ipairs(MET) do
    for code in case[3]:gmatch "%S+" do
      it(("has a message and a remedy: %s, %s"):format(case[1], code), function()
        local fault = { code = not code:find "^http_" and code or "", message = "" }
        local item = { id = "a", status = "failed", destinationType = "new", error = fault }
        local body = case[1] == "artifact" and { value = { item } } or ONE[case[1]] and item or { error = fault }
        support.answer(sim, body, { status = case[2],
          times = case[2] == 401 and 2 or 1, -- a token is renewed once
          path = case[1] == "create_bulk_request" and "BulkAdditionRequests$" or nil,
        })
        local none, err = calls[case[1]]()
        sim:clear_faults()
        assert.is_nil(none)
        assert.equal(code, err.code)
        assert.is_true(#err.message > 10, code)
        assert.truthy(err.remedy:find "^%u.*%.$")
        assert.is_string(err.class)
      end)
    end
  end
end)

--- What this library fails with by itself, as it is met: each makes the error of its code.
local function path_of(name) return scratch.folder() .. "/" .. name end

local function asked(settings, fault)
  return function()
    local sim <close> = simulator.start { sites = 1, speed = 1 }
    local all = { base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, retries = 0, timeout = 20 }
    for name, value in pairs(settings or {}) do all[name] = value end
    local client <close> = m365.client(all)
    if fault then sim:fault(fault) end
    return client:session "x"
  end
end

local function with_token(credential)
  return function() return asked { credential = credential }() end
end

local function at_url(url) return asked { base_url = url } end

local function planned(options)
  return function()
    local sim, client = support.start()
    local all = { service = "sharePoint", targets = "all", before = sim:clock():now(), destination = "new" }
    for name, value in pairs(options) do all[name] = value end
    local plan, err = m365.plan(client, all)
    client:close()
    sim:stop()
    return nil, plan and plan.rows[1].refusal or err
  end
end

local function started(call)
  return function()
    local sim <close>, client = support.start(nil, { retries = 0 })
    local ours <close> = client
    return call(ours, sim)
  end
end

local OWN = {
  ambiguous = started(function(client, sim)
    sim:fault { action = "lose", method = "POST" }
    return client.sharePoint:create_session()
  end),
  connect = at_url "http://127.0.0.1:1",
  resolve = at_url "https://nowhere.invalid",
  no_answer = asked({}, { action = "drop" }),
  network = asked({}, { action = "reset" }),
  truncated = asked({}, { action = "truncate", bytes = 20 }),
  garbage = asked({}, { action = "garbage" }),
  first_byte_timeout = asked({ first_byte_timeout = 0.2 }, { action = "stall", seconds = 60, before = "headers" }),
  deadline = asked({ timeout = 0.2 }, { action = "stall", seconds = 60, before = "headers" }),
  bad_json = asked({}, { action = "status", status = 200, body = '{"id":' }),
  bad_encoding = asked({}, {
    action = "status", status = 200, body = "{}", headers = { ["Content-Encoding"] = "gzip" },
  }),
  too_large = asked({ max_response_size = 1024 }, {
    action = "status", status = 200, body = '{"id":"' .. ("x"):rep(5000) .. '"}',
  }),
  redirect = asked({}, { action = "status", status = 302, body = "", headers = { Location = "https://example.com/" } }),
  token_failed = with_token(function() error "no" end),
  closed = started(function(client)
    client:close()
    return client:session "x"
  end),
  beta_only = started(function(client)
    return client.sharePoint:create_protection_policy { displayName = "n", protectionMode = "standard" }
  end),
  not_activated = function()
    local _ <close>, client = support.start { speed = 36000 }
    local ours <close> = client
    return ours.sharePoint:create_session():wait()
  end,
  wait_timeout = started(function(client, sim)
    local point = sim:points(sim:units("site")[1].id)[1]
    local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = {
      { restorePoint = { id = point.id }, destinationType = "new" } } })
    assert(session:activate())
    return session:wait { timeout = 0 }
  end),
  no_targets = planned { targets = {} },
  too_many_targets = planned { max_targets = 1 },
  unknown = planned { targets = { "https://contoso.sharepoint.com/sites/nowhere" } },
  unreadable = planned { targets = { "no such thing" } },
  future_moment = planned { before = "2999-01-01T00:00:00Z" },
  no_restore_point = planned { before = "2001-01-01T00:00:00Z" },
  not_found = function() return system.read_file "/nowhere/at/all" end,
  not_a_file = function() return system.read_file "/" end,
  locked = function()
    local path = path_of "journal"
    local _ <close> = assert(system.open_journal(path))
    return system.open_journal(path)
  end,
  gone = function()
    local path = path_of "journal"
    local journal <close> = assert(system.open_journal(path))
    os.remove(path)
    return journal:append "x"
  end,
  timeout = function() return system.run({ "sleep", "60" }, { timeout = 0.05 }) end,
  bad_pem = function() return crypto.identity "" end,
  bad_base64 = function() return crypto.unbase64 "%" end,
}

describe("a code of our own, where it is met,", function()
  for code, make in pairs(OWN) do
    it("has a message and a remedy: " .. code, function()
      local none, err = make()
      assert.is_nil(none)
      assert.equal(code, err.code)
      assert.is_true(#err.message > 9, code)
      assert.truthy((err.remedy or remedy(code)):find "^%u.*%.$", code)
    end)
  end
end)
