local services = require "m365restore.simulator.world.services"
local support = require "spec.simulator.support"

local outcome = support.outcome
local UNKNOWN = "00000000-0000-0000-0000-000000000000"
local OTHER = "1fec8e78-bce4-4aaf-ab1b-5451cc387264"
local POWERSHELL = "14d82eec-204b-4c2f-b7e8-296a70dab67e"

describe("simulated configuration", function()
  local api, admin

  before_each(function()
    api = support.start { sites = 20, drives = 5, mailboxes = 5, exclusions = 2 }
    admin = { authorization = "Bearer " .. api.sim:credential { delegated = true, lifetime = 1e9 }() }
  end)
  after_each(function() api:stop() end)

  local function beta(method, path, body)
    return api:raw(method, "/beta/solutions/backupRestore" .. path, body)
  end

  local function policy(service) return api:get("/" .. service.policies).body.value[1].id end

  -- The headers of another application, perhaps with a user.
  local function as(application, delegated)
    local token = api.sim:credential { application = application, delegated = delegated, lifetime = 1e9 }()
    return { authorization = "Bearer " .. token }
  end

  describe("rules", function()
    local GROUPS = "(memberOf -any (group.id -in ['%s']))"

    for _, service in ipairs(services) do
      it("of " .. service.name .. " are applied, run, changed and deleted", function()
        local list = ("/%s/%s/%s"):format(service.policies, policy(service), service.rules)
        local function create(dynamic)
          return api:post(list, { [service.expression] = GROUPS:format(UNKNOWN), isAutoApplyEnabled = dynamic })
        end
        local function act(rule, name) return api:ask("POST", ("%s/%s/%s"):format(list, rule, name)) end

        local made = create()
        assert.same({ 201, "active", false }, { made.status, made.body.status, made.body.isAutoApplyEnabled })
        local one = list .. "/" .. made.body.id
        assert.equal(GROUPS:format(UNKNOWN), api:get(one).body[service.expression])
        assert.equal("400 ProtectionRuleActionNotAllowed", outcome(act(made.body.id, "run")))
        assert.equal("400 InvalidProtectionRuleStatusForDeletion", outcome(api:ask("DELETE", one)))
        api.sim:advance(601)
        assert.equal("completed", api:get(one).body.status)
        assert.equal("400 PatchNotAllowedForStaticRule", outcome(api:patch(one, { [service.expression] = "(a)" })))
        local run = act(made.body.id, "run")
        assert.same({ 202, "active" }, { run.status, run.body.status })
        assert.truthy(run.headers["content-location"]:find(made.body.id, 1, true))
        assert.equal("400 ProtectionRuleActionNotAllowed", outcome(act(made.body.id, "deleteAndUnprotect")))

        local dynamic = create(true).body.id
        api.sim:advance(601)
        assert.equal(2, #api:get(list).body.value)
        assert.equal("400 RunNotAllowedForDynamicRule", outcome(act(dynamic, "run")))
        local changed = api:patch(list .. "/" .. dynamic, { [service.expression] = "(name -contains 'x')" })
        assert.same({ 200, "updateRequested" }, { changed.status, changed.body.status })
        assert.equal("unknownFutureValue", api:get(list .. "/" .. dynamic, { prefer = false }).body.status)
        assert.equal("422 InvalidProtectionRuleStatusForDynamicRuleEdit",
          outcome(api:patch(list .. "/" .. dynamic, { [service.expression] = "(a)" })))
        assert.equal("422 InvalidProtectionRuleStatusForDynamicRuleDeletion",
          outcome(api:ask("DELETE", list .. "/" .. dynamic)))
        assert.equal("422 InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll",
          outcome(act(dynamic, "deleteAndUnprotect")))
        api.sim:advance(601)
        assert.same({ 202, "deleteRequested" }, {
          act(dynamic, "deleteAndUnprotect").status, api:get(list .. "/" .. dynamic).body.status,
        })
        api.sim:advance(601)
        assert.equal("404 ProtectionRuleNotFound", outcome(api:get(list .. "/" .. dynamic)))
        assert.equal(204, api:ask("DELETE", one).status)
        assert.equal("0", api:get(list .. "/$count").raw)
      end)
    end

    it("are refused when they make no sense", function()
      local list = ("/exchangeProtectionPolicies/%s/mailboxInclusionRules"):format(policy(services.exchange))
      local many = {}
      for i = 1, 101 do many[i] = ("5bfc861e-9a17-4a27-9562-%012x"):format(i) end
      for i, case in ipairs {
        { "{}", "400 InvalidInclusionRuleCreateRequest" },
        { { siteExpression = "(a)" }, "400 InvalidInclusionRuleCreateRequest" },
        { { mailboxExpression = "(a" }, "400 InvalidRuleExpression" },
        { { mailboxExpression = "(a 'b)" }, "400 InvalidRuleExpression" },
        { { mailboxExpression = "everybody" }, "400 InvalidRuleExpression" },
        { { mailboxExpression = GROUPS:format(table.concat(many, "','")) },
          "413 InvalidRuleExpressionGroupLimitExceeded" },
      } do
        assert.equal(case[2], outcome(api:post(list, case[1])), "case " .. i)
      end
      assert.equal("400 InvalidInclusionRuleId", outcome(api:get(list .. "/here")))
      assert.equal("404 ProtectionRuleNotFound", outcome(api:get(list .. "/" .. UNKNOWN)))
    end)
  end)

  describe("bulk jobs", function()
    it("put sites and users under a policy, and tell what they did not find", function()
      for _, service in ipairs(services) do
        local made = api:post("/" .. service.policies, { displayName = "New" }).body.id
        local list = ("/%s/%s/%s"):format(service.policies, made, service.unit_jobs)
        local taken = api.sim:units(service.unit)[1]
        local names, ids = "mailboxes", "directoryObjectIds"
        if service.unit == "site" then names, ids = "siteWebUrls", "siteIds" end
        if service.unit == "drive" then names = "drives" end
        local gone = service.unit == "site" and "https://contoso.sharepoint.com/sites/gone" or "nobody@contoso.com"
        local job = api:post(list, {
          displayName = "many", [ids] = { OTHER, taken[service.owner] }, [names] = { gone },
        })
        assert.same({ 201, "active", 1 }, { job.status, job.body.status, #job.body[names] })
        api.sim:advance(301)
        local done = api:get(list .. "/" .. job.body.id).body
        local codes = {}
        for i, detail in ipairs(done.error.details) do codes[detail.code] = i end
        assert.equal("completedWithErrors", done.status)
        assert.truthy(codes.ProtectionUnitAlreadyExists)
        assert.truthy(codes[service.unit == "site" and "SiteUrlNotFound" or "UserNotBackedup"])
        assert.equal(1, #api:get(("/%s/%s/%s"):format(service.policies, made, service.units)).body.value)
        assert.equal(done.id, api:get(list).body.value[1].id)
        assert.equal("404 BulkJobNotFound", outcome(api:get(list .. "/" .. UNKNOWN)))
        assert.equal("400 InvalidCreateRequest", outcome(api:post(list, { displayName = "none" })))
      end
    end)

    it("of beta leave them out of a policy over a whole workload", function()
      local LIST = "/sharePointProtectionPolicies/%s/siteExclusionUnitsBulkAdditionJobs"
      local id = policy(services.sharePoint)
      local list = LIST:format(id)
      local body = { displayName = "out", siteWebUrls = { api.sim:units("site")[1].siteWebUrl } }
      local job = beta("POST", list, body)
      assert.equal(201, job.status)
      api.sim:advance(301)
      assert.equal("completed", beta("GET", list .. "/" .. job.body.id).body.status)
      assert.equal(3, #beta("GET", ("/sharePointProtectionPolicies/%s/siteExclusionUnits"):format(id)).body.value)
      assert.equal("400 BadRequest", outcome(api:post(list, body)))
      local other = api:post("/sharePointProtectionPolicies", { displayName = "New" }).body.id
      assert.equal("403 PolicyActionNotAllowed", outcome(beta("POST", LIST:format(other), body)))
    end)
  end)

  it("lists exclusion units in beta, of a policy and of all", function()
    for _, service in ipairs(services) do
      local id = policy(service)
      local list = ("/%s/%s/%s"):format(service.policies, id, service.exclusions)
      local units = beta("GET", list).body.value
      assert.same({ 2, id }, { #units, units[1].policyId })
      assert.is_string(units[1][service.owner])
      assert.equal(units[2].id, beta("GET", list .. "/" .. units[2].id).body.id)
      assert.equal(units[2].id, beta("GET", "/exclusionUnits/" .. units[2].id).body.id)
      assert.equal("400 BadRequest", outcome(api:get(list)))
      assert.equal("fullServiceBackup", beta("GET", "/protectionPolicies/" .. id).body.protectionMode)
    end
    assert.equal("6", beta("GET", "/exclusionUnits/$count").raw)
    assert.equal("404 ExclusionUnitNotFound", outcome(beta("GET", "/exclusionUnits/" .. UNKNOWN)))
  end)

  it("reports on a policy in beta", function()
    local id = policy(services.sharePoint)
    api:patch("/sharePointProtectionPolicies/" .. id, {
      ["siteProtectionUnits@delta"] = {
        { ["@removed"] = { reason = "changed" }, id = api.sim:units("site")[1].id }, { siteId = OTHER },
      },
    })
    local report = beta("GET", ("/reports/getStatisticsByPolicy(policyId='%s')"):format(id)).body
    assert.equal(id, report.backupPolicyId)
    local counts = report.countStatistics
    assert.same({ 21, 19, 1, 1 },
      { counts.total, counts.protectedCompleted, counts.protectedInProgress, counts.unprotectedInProgress })
    assert.equal("404 PolicyNotFound",
      outcome(beta("GET", ("/reports/getStatisticsByPolicy(policyId='%s')"):format(UNKNOWN))))
  end)

  describe("service apps", function()
    local function only()
      local list = api:get("/serviceApps").body.value
      assert.equal(1, #list)
      return list[1]
    end

    local function create(headers)
      return outcome(api:post("/sharePointRestoreSessions", "{}", headers))
    end

    it("say who is in control, and only that one may restore", function()
      local app = only()
      assert.same({ "active", api.sim.client_id }, { app.status, app.application.id })
      assert.equal("thirdparty", api:get("").body.serviceStatus.backupServiceConsumer)
      assert.equal("201", create())
      assert.equal("403 Forbidden", create(as(OTHER)))
    end)

    it("hand over at the effective time", function()
      local other = as(OTHER, true)
      local made = api:post("/serviceApps", "{}", other)
      assert.same({ 201, "inactive" }, { made.status, made.body.status })
      assert.equal("409 Conflict", outcome(api:post("/serviceApps", "{}", other)))
      local path = "/serviceApps/" .. made.body.id
      local body = { effectiveDateTime = "2026-11-12T00:00:00Z" }
      assert.equal("403 Forbidden", outcome(api:post(path .. "/activate", body)))
      assert.equal("400 BadRequest", outcome(api:post(path .. "/activate", "{}", other)))
      local answer = api:post(path .. "/activate", body, other)
      assert.same({ 202, "pendingActive" }, { answer.status, answer.body.status })
      assert.truthy(answer.headers["content-location"]:find(made.body.id, 1, true))
      assert.equal("403 Forbidden", create(other))
      assert.equal("201", create())
      api.sim:advance(10 * 86400 + 1)
      assert.equal("201", create(other))
      assert.equal("403 Forbidden", create())
      local states = {}
      for _, app in ipairs(api:get("/serviceApps").body.value) do states[app.application.id] = app.status end
      assert.same({ [OTHER] = "active", [api.sim.client_id] = "inactive" }, states)
      assert.equal("403 OperationNotAllowed", outcome(api:post(path .. "/activate", body, other)))
    end)

    it("step down slowly, and leave control to Microsoft's own tool", function()
      local path = "/serviceApps/" .. only().id
      assert.equal("pendingInactive", api:ask("POST", path .. "/deactivate", nil, admin).body.status)
      assert.equal("201", create())
      api.sim:advance(7 * 86400 + 1)
      assert.equal("inactive", api:get(path).body.status)
      assert.equal("firstparty", api:get("").body.serviceStatus.backupServiceConsumer)
      assert.equal("403 Forbidden", create())
      assert.equal("201", create(as(OTHER)))
      assert.equal("403 OperationNotAllowed", outcome(api:ask("POST", path .. "/deactivate", nil, admin)))
    end)

    it("take the right to restore with them when they are deleted", function()
      local path = "/serviceApps/" .. only().id
      assert.equal(204, api:ask("DELETE", path).status)
      assert.equal("404 ServiceAppNotFound", outcome(api:get(path)))
      assert.equal("403 Forbidden", create())
      assert.equal("controllerServiceAppDeleted", beta("GET", "").body.serviceStatus.disableReason)
      assert.equal("unknownFutureValue", api:get("").body.serviceStatus.disableReason)
    end)

    it("are not for the shell's own application", function()
      assert.equal("403 Forbidden", outcome(api:post("/serviceApps", "{}", as(POWERSHELL, true))))
      assert.equal("403 Forbidden", outcome(api:post("/enable", { appOwnerTenantId = OTHER }, as(POWERSHELL, true))))
    end)
  end)

  it("enables the service, unless billing forbids it", function()
    api.sim:set_service { status = "disabled", disableReason = "userRequested" }
    for billing, expected in pairs {
      invalid = "402 InvalidBillingProfile", unreadable = "403 UnableToReadBillingProfile",
    } do
      api.sim:set_service { billing = billing }
      assert.equal(expected, outcome(api:post("/enable", { appOwnerTenantId = OTHER })))
    end
    assert.equal("400 InvalidAppOwnerTenantId", outcome(api:post("/enable", { appOwnerTenantId = "here" })))
    assert.equal("disabled", api:get("").body.serviceStatus.status)
    api.sim:set_service { billing = "valid" }
    local answer = api:post("/enable", { appOwnerTenantId = OTHER })
    assert.same({ 200, "enabled", "none" }, { answer.status, answer.body.status, answer.body.disableReason })
    assert.equal("enabled", api:get("").body.serviceStatus.status)
  end)

  it("keeps the notification setting, which delegated callers change", function()
    local path = "/emailNotificationsSetting"
    assert.is_false(api:get(path).body.isEnabled)
    local change = {
      isEnabled = true, additionalEvents = "restoreAndPolicyUpdates",
      recipients = { role = "globalAdmins,custom", customRecipients = { { email = "ops@contoso.com" } } },
    }
    assert.equal("403 Forbidden", outcome(api:patch(path, change)))
    assert.equal(200, api:patch(path, change, admin).status)
    local now = api:get(path).body
    assert.same({ true, "globalAdmins,custom", "ops@contoso.com" },
      { now.isEnabled, now.recipients.role, now.recipients.customRecipients[1].email })
    assert.equal("400 BadRequest", outcome(api:patch(path, { recipients = { role = "everybody" } }, admin)))
    assert.is_true(api:patch(path, { additionalEvents = "none" }, admin).body.isEnabled)
  end)

  it("refuses restores when their time is over", function()
    local id = api:create("site", 1, 1)
    api.sim:set_service { status = "disabled", restoreAllowedTillDateTime = "2026-11-03T00:00:00Z" }
    assert.equal(200, api:ask("POST", "/restoreSessions/" .. id .. "/activate").status)
    local late = api:create("site", 2, 2)
    api.sim:advance(86400)
    assert.equal("403 RestoreSessionActionNotAllowed",
      outcome(api:ask("POST", "/restoreSessions/" .. late .. "/activate")))
  end)

  it("speaks the other way of the examples where they differ from the text", function()
    api:stop()
    api = support.start { dialect = { app_status = 202, rule_run_status = 200, service_consumer = "serviceConsumer" } }
    assert.equal("thirdParty", api:get("").body.serviceStatus.serviceConsumer)
    assert.equal(202, api:post("/serviceApps", "{}", as(OTHER)).status)
    local list = ("/sharePointProtectionPolicies/%s/siteInclusionRules"):format(policy(services.sharePoint))
    local rule = api:post(list, { siteExpression = "(displayName -contains 'x')" }).body.id
    api.sim:advance(601)
    assert.equal(200, api:ask("POST", list .. "/" .. rule .. "/run").status)
  end)
end)
