local dialects = require "m365restore.simulator.dialects"
local support = require "spec.simulator.support"

local outcome = support.outcome

describe("the simulator's dialect #matrix", function()
  local api

  after_each(function() api:stop() end)

  local function speak(dialect, more)
    local options = { dialect = dialect }
    for name, value in pairs(more or {}) do options[name] = value end
    api = support.start(options)
  end

  local function artifacts(id)
    return api:get(("/sharePointRestoreSessions/%s/siteRestoreArtifacts"):format(id))
  end

  local function finish(kind, failing)
    if failing then api.sim:fail_artifact { times = 1 } end
    local id = api:activate(kind, 1, 2)
    api.sim:advance(7200)
    return id
  end

  it("create_status may start a session that is created with artifacts", function()
    speak { create_status = "activating" }
    local answer = api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) })
    assert.same({ 201, "activating", 2 },
      { answer.status, answer.body.status, answer.body.restoreSessionArtifactCount.inProgress })
    assert.equal("403 RestoreSessionActionNotAllowed",
      outcome(api:ask("POST", "/restoreSessions/" .. answer.body.id .. "/activate")))
    assert.equal("draft", api:post("/sharePointRestoreSessions", "{}").body.status)
    api.sim:activate_foreign(24)
    assert.equal("500 TooManyActiveRestoreSessions",
      outcome(api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 3, 3) })))
    assert.equal(26, #api.sim:sessions())
  end)

  it("create_status may only say so", function()
    speak { create_status = "says_activating" }
    local answer = api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) })
    assert.equal("activating", answer.body.status)
    assert.equal("draft", api:session(answer.body.id).status)
  end)

  it("empty_sessions may be refused", function()
    speak { empty_sessions = false }
    assert.equal("400 InvalidArtifactRequest", outcome(api:post("/sharePointRestoreSessions", "{}")))
  end)

  it("limit_status may be 400", function()
    speak { limit_status = 400 }
    assert.equal("400 RestoreArtifactsLimitBreached",
      outcome(api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 51) })))
  end)

  it("points_per_search may be five", function()
    speak { points_per_search = 5 }
    local answer = api:post("/restorePoints/search", {
      protectionUnitIds = { api.sim:units("site")[1].id },
      protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" },
    })
    assert.equal(5, #answer.body.searchResults)
  end)

  it("next_link may be relative", function()
    speak({ next_link = "relative" }, { page_size = 10 })
    local link = api:get("/siteProtectionUnits").body["@odata.nextLink"]
    assert.truthy(link:find("^/solutions/backupRestore/siteProtectionUnits%?%$skiptoken="))
    assert.equal("Site 0011", api:raw("GET", "/v1.0" .. link).body.value[1].siteName)
  end)

  it("next_link may lead to another collection, which goes on all the same", function()
    speak({ next_link = "other_collection" }, { page_size = 1 })
    api:create("site", 1, 1)
    local second = api:create("mailbox", 1, 1)
    local link = api:get("/restoreSessions").body["@odata.nextLink"]
    assert.truthy(link:find("/sharepointRestoreSessions?$skiptoken=", 1, true))
    assert.equal(second, api:raw("GET", link:match("^https?://[^/]*(.*)$")).body.value[1].id)
    assert.truthy(api:get("/siteProtectionUnits").body["@odata.nextLink"]:find("/siteProtectionUnits?", 1, true))
  end)

  it("session_type may be left out where there is one only", function()
    speak { session_type = "when_mixed" }
    local id = api:create("site", 1, 1)
    assert.is_nil(api:get("/sharePointRestoreSessions").body.value[1]["@odata.type"])
    assert.is_nil(api:get("/sharePointRestoreSessions/" .. id).body["@odata.type"])
    assert.is_string(api:get("/restoreSessions").body.value[1]["@odata.type"])
    assert.is_string(api:session(id)["@odata.type"])
  end)

  it("type_spelling may be in lower case", function()
    speak { type_spelling = "sharepointRestoreSession" }
    assert.equal("#microsoft.graph.sharepointRestoreSession", api:session(api:create("site", 1, 1))["@odata.type"])
    assert.equal("#microsoft.graph.exchangeRestoreSession", api:session(api:create("mailbox", 1, 1))["@odata.type"])
  end)

  it("terminal_spelling may be plural", function()
    speak { terminal_spelling = "completedWithErrors" }
    assert.equal("completedWithErrors", api:session(finish("site", true)).status)
  end)

  it("created_by may be null or an empty string", function()
    speak { created_by = "null" }
    local id = api:create("site", 1, 1)
    assert.truthy(api:get("/restoreSessions/" .. id).raw:find('"createdBy":null', 1, true))
    api:stop()
    speak { created_by = "empty" }
    assert.equal("", api:session(api:create("site", 1, 1)).createdBy)
  end)

  it("times may have no fractions", function()
    speak { times = "seconds" }
    assert.truthy(api:session(api:create("site", 1, 1)).createdDateTime:find("^%d+%-%d+%-%d+T%d+:%d+:%d+Z$"))
    api:stop()
    speak {}
    assert.truthy(api:session(api:create("site", 1, 1)).createdDateTime:find("%.%d%d%d%d%d%d%dZ$"))
  end)

  it("unset_times may be year one, null or absent", function()
    for style, expected in pairs {
      ["0001-01-01"] = '"startDateTime":"0001-01-01T00:00:00Z"', null = '"startDateTime":null', absent = "",
    } do
      speak { unset_times = style }
      local raw = artifacts(api:create("site", 1, 1)).raw
      assert.truthy(raw:find(expected, 1, true))
      assert.equal(style ~= "absent", raw:find("startDateTime", 1, true) ~= nil)
      api:stop()
    end
    speak {}
    assert.is_nil(artifacts(api:create("site", 1, 1)).raw:find("startDateTime", 1, true))
  end)

  it("patch_echo may name what was removed", function()
    speak { patch_echo = true }
    local id = api:create("site", 1, 2)
    local gone = artifacts(id).body.value[1].id
    local removal = { ["@removed"] = { reason = "changed" }, id = gone }
    local answer = api:patch("/sharePointRestoreSessions/" .. id, { ["siteRestoreArtifacts@delta"] = { removal } })
    assert.same(removal, answer.body["siteRestoreArtifacts@delta"][1])
  end)

  it("create_echo may list the artifacts", function()
    speak { create_echo = true }
    local answer = api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) })
    assert.equal("added", answer.body.siteRestoreArtifacts[2].status)
  end)

  it("capital_status may begin states with a capital", function()
    speak { capital_status = true }
    local id = finish("site")
    assert.equal("Completed", api:session(id).status)
    assert.equal("Succeeded", artifacts(id).body.value[1].status)
  end)

  it("duplicate_add may fail in a row", function()
    speak { duplicate_add = "row" }
    local id = api:create("site", 1, 1)
    local answer = api:patch("/sharePointRestoreSessions/" .. id,
      { ["siteRestoreArtifacts@delta"] = api:artifacts("site", 1, 2) })
    local rows = answer.body["siteRestoreArtifacts@delta"]
    assert.equal("DuplicateArtifactInList", rows[1]["@Core.DataModificationException"].info.code)
    assert.equal("added", rows[2].status)
    assert.equal(2, api:session(id).restoreSessionArtifactCount.total)
  end)

  it("created_by may have an identity in the place of an id", function()
    speak { created_by = "identity" }
    assert.equal(api.sim.client_id, api:session(api:create("site", 1, 1)).createdBy.user.identity)
  end)

  it("times may be dashed, or have an offset, and can be filtered all the same", function()
    for style, pattern in pairs { dashed = "T%d%d%-%d%d%-%d%d%.%d%dZ$", offset = "%.%d+%+00:00$" } do
      speak { times = style }
      assert.truthy(api:session(api:create("site", 1, 1)).createdDateTime:find(pattern))
      local unit = api.sim:units("site")[1].id
      local path = ("/restorePoints?$expand=protectionUnit($filter=id%%20eq%%20'%s')&$filter=%s"):format(unit,
        "protectionDateTime%20lt%202030-01-01T00:00:00Z")
      assert.equal(5, #api:get(path).body.value)
      assert.equal("400 InvalidSearchRequest", outcome(api:post("/restorePoints/search",
        { protectionUnitIds = { unit }, protectionTimePeriod = { startDateTime = "2026-01-01T12-01-03.45Z" } })))
      api:stop()
    end
    speak {}
  end)

  it("next_link may begin its query with an ampersand, and path_case change a path", function()
    speak { next_link = "ampersand", path_case = "changed" }
    for n = 1, 3 do api:create("site", n, n) end
    local first = api:get("/sharePointRestoreSessions?$top=2")
    assert.truthy(first.body["@odata.nextLink"]:find("/sharepointRestoreSessions?&$skiptoken=", 1, true))
    assert.equal(3, #api:all(first))
  end)

  it("empty_page may begin every list with nothing", function()
    speak { empty_page = true }
    local first = api:get("/siteProtectionUnits?$count=true&$top=50")
    assert.same({ 0, 60 }, { #first.body.value, first.body["@odata.count"] })
    assert.equal(60, #api:all(first))
    assert.is_nil(api:get("/restoreSessions").body["@odata.nextLink"])
  end)

  it("error_shape may put errors into arrays", function()
    speak { error_shape = "array" }
    local id = finish("site", true)
    assert.equal("UnknownError", api:session(id).error[1].code)
    assert.equal("UnknownError", artifacts(id).body.value[1].error[1].code)
  end)

  it("sizes may be numbers", function()
    speak { sizes = "number" }
    local point = api.sim:points(api.sim:units("site")[1].id)[1]
    local opened = api:post("/sharePointBrowseSessions", { restorePointId = point.id }).body
    api.sim:advance(121)
    assert.is_number(opened.backupSizeInBytes)
    assert.is_number(api:items("site", opened.id)[1].sizeInBytes)
  end)

  it("granular_status and draft_counts may be odd in a draft", function()
    speak { granular_status = "unknown", draft_counts = "in_progress" }
    local point = api.sim:points(api.sim:units("site")[1].id)[1]
    local opened = api:post("/sharePointBrowseSessions", { restorePointId = point.id }).body.id
    api.sim:advance(121)
    local member = { browseSessionId = opened, id = api:items("site", opened)[1].itemKey }
    local session = api:post("/sharePointRestoreSessions", { granularSiteRestoreArtifacts = { member } }).body
    assert.equal(1, session.restoreSessionArtifactCount.inProgress)
    local list = ("/sharePointRestoreSessions/%s/granularSiteRestoreArtifacts"):format(session.id)
    assert.equal("unknown", api:get(list).body.value[1].status)
    api:ask("POST", "/restoreSessions/" .. session.id .. "/activate")
    assert.equal("scheduling", api:get(list).body.value[1].status)
  end)

  it("units_answered and no_result_list may leave units out of a search", function()
    speak { units_answered = 10, no_result_list = "when_any" }
    local ids = {}
    for i, unit in ipairs(api.sim:units("site")) do ids[i] = i <= 20 and unit.id or nil end
    local body = { protectionUnitIds = ids, protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" } }
    local answer = api:post("/restorePoints/search", body).body
    assert.same({ 10, nil }, { #answer.searchResults, answer.noResultProtectionUnitIds })
    body.protectionTimePeriod.startDateTime = "2030-01-01T00:00:00Z"
    assert.equal(10, #api:post("/restorePoints/search", body).body.noResultProtectionUnitIds)
  end)

  it("active_limit may count each workload alone", function()
    speak { active_limit = "workload" }
    api.sim:activate_foreign(25)
    assert.equal(200, api:ask("POST", "/restoreSessions/" .. api:create("drive", 1, 1) .. "/activate").status)
    assert.equal("500 TooManyActiveRestoreSessions",
      outcome(api:ask("POST", "/restoreSessions/" .. api:create("site", 1, 1) .. "/activate")))
  end)

  it("code_case and inner_error may spell errors differently", function()
    speak { code_case = "lower", inner_error = "innererror" }
    local problem = api:get("/restoreSessions/x").body.error
    assert.equal("invalidRestoreSessionId", problem.code)
    assert.is_string(problem.innererror["request-id"])
  end)

  it("policy_scope may keep policies' restore points and statistics to beta", function()
    speak { policy_scope = "beta", null_counts = true }
    local unit = api.sim:units("site")[1]
    local report = "/reports/getStatisticsByPolicy(policyId='" .. unit.policyId .. "')"
    local search = {
      protectionUnitIds = { unit.id }, protectionTimePeriod = { endDateTime = "2030-01-01T00:00:00Z" },
      policyId = unit.policyId,
    }
    assert.same({ 400, 400 }, { api:get(report).status, api:post("/restorePoints/search", search).status })
    assert.matches('"removed":null', api:raw("GET", "/beta/solutions/backupRestore" .. report).raw, 1, true)
    assert.equal(200, api:raw("POST", "/beta/solutions/backupRestore/restorePoints/search", search).status)
    speak {}
    assert.same({ 200, 200 }, { api:get(report).status, api:post("/restorePoints/search", search).status })
  end)

  it("other_policy may refuse a unit that the policy does not hold, or find nothing", function()
    local search = {
      protectionTimePeriod = { endDateTime = "2030-01-01T00:00:00Z" },
      policyId = "5bfc861e-9a17-4a27-9562-000000000001",
    }
    local function ask()
      local unit = api.sim:units("site")[1]
      search.protectionUnitIds = { unit.id }
      return api:post("/restorePoints/search", search), unit
    end
    speak {}
    assert.equal(400, ask().status)
    speak { other_policy = "no_result" }
    local answer, unit = ask()
    assert.same({ unit.id }, answer.body.noResultProtectionUnitIds)
    search.policyId = unit.policyId
    assert.equal(1, #ask().body.searchResults)
  end)

  it("rules and activity logs may be told as the examples have them", function()
    speak { rule_deletion = "rule", rule_run_type = "base", rule_create_status = 200, site_rule_changes = false,
      service_type = "sharepoint", session_policy = true }
    local policy = api:get("/oneDriveForBusinessProtectionPolicies").body.value[1]
    local list = "/oneDriveForBusinessProtectionPolicies/" .. policy.id .. "/driveInclusionRules"
    local made = api:post(list, { driveExpression = "(x)" })
    assert.equal(200, made.status)
    api.sim:advance(7200)
    assert.equal("#microsoft.graph.protectionRuleBase",
      api:post(list .. "/" .. made.body.id .. "/run").body["@odata.type"])
    local dynamic = api:post(list, { driveExpression = "(x)", isAutoApplyEnabled = true }).body.id
    assert.equal(dynamic, api:post(list .. "/" .. dynamic .. "/deleteAndUnprotect").body.id)
    local sites = api:get("/sharePointProtectionPolicies").body.value[1]
    local rules = "/sharePointProtectionPolicies/" .. sites.id .. "/siteInclusionRules"
    local static = api:post(rules, { siteExpression = "(x)" }).body.id
    assert.equal(405, api:post(rules .. "/" .. static .. "/deleteAndUnprotect").status)
    local spellings = {}
    for _, entry in ipairs(api:raw("GET", "/beta/solutions/backupRestore/activityLogs").body.value) do
      spellings[entry.serviceType] = true
    end
    assert.is_true(spellings.sharepoint and not spellings.sharePoint)
    local session = api:create("site", 1, 1)
    assert.equal(sites.id, api:raw("GET", "/beta/solutions/backupRestore/restoreSessions/" .. session).body.policyId)
    assert.is_nil(api:session(session).policyId)
  end)

  it("is documented, every switch of it", function()
    speak {}
    local file <close> = assert(io.open "docs/simulator.md")
    local text = file:read("a")
    for name in pairs(dialects.switches) do assert.truthy(text:find("\n| `" .. name .. "` |", 1, true), name) end
  end)

  it("has a restore that works under every value of every switch", function()
    for name, values in pairs(dialects.switches) do
      for _, value in ipairs(values) do
        speak { [name] = value }
        local empty = name == "empty_sessions" and value == false
        local starts = name == "create_status" and value == "activating"
        local id
        if empty or not starts then
          id = api:create("site", 1, 2)
        else
          id = api:post("/sharePointRestoreSessions", "{}").body.id
          api:patch("/sharePointRestoreSessions/" .. id,
            { ["siteRestoreArtifacts@delta"] = api:artifacts("site", 1, 2) })
        end
        assert.equal(200, api:ask("POST", "/restoreSessions/" .. id .. "/activate").status)
        api.sim:advance(7200)
        assert.equal("completed", api:session(id).status:lower(), name)
        api:stop()
      end
    end
    speak {}
  end)

  it("has a restore of one file that works under every value of every switch", function()
    for name, values in pairs(dialects.switches) do
      for _, value in ipairs(values) do
        speak { [name] = value }
        local point = api.sim:points(api.sim:units("site")[1].id)[1]
        local opened = api:post("/sharePointBrowseSessions", { restorePointId = point.id }).body.id
        api.sim:advance(121)
        local member = { browseSessionId = opened, id = api:items("site", opened)[1].itemKey }
        local id = api:post("/sharePointRestoreSessions", { granularSiteRestoreArtifacts = { member } }).body.id
        api:ask("POST", "/restoreSessions/" .. id .. "/activate")
        api.sim:advance(7200)
        assert.equal("completed", api:session(id).status:lower(), name)
        api:stop()
      end
    end
    speak {}
  end)
end)
