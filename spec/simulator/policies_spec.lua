local dates = require "m365restore.simulator.wire.dates"
local services = require "m365restore.simulator.world.services"
local support = require "spec.simulator.support"

local outcome = support.outcome
local UNKNOWN = "00000000-0000-0000-0000-000000000000"

-- A site or a user that no policy holds.
local function stranger(service, n)
  local guid = ("5bfc861e-9a17-4a27-9562-%012x"):format(n)
  return { [service.owner] = service.unit == "site" and "contoso.sharepoint.com," .. guid .. "," .. guid or guid }
end

local function strangers(service, count)
  local list = {}
  for n = 1, count do list[n] = stranger(service, n) end
  return list
end

describe("simulated protection", function()
  local api, admin

  before_each(function()
    api = support.start { sites = 30, drives = 5, mailboxes = 5 }
    local token = api.sim:credential { delegated = true, lifetime = 1e9 }()
    admin = { authorization = "Bearer " .. token }
  end)
  after_each(function() api:stop() end)

  local function seeded(service) return api:get("/" .. service.policies).body.value[1] end

  local function create(service, members)
    return api:post("/" .. service.policies, { displayName = "New", [service.units] = members })
  end

  local function unit_status(id) return api:get("/protectionUnits/" .. id).body.status end

  describe("units", function()
    it("are listed by policy, by kind, and by both spellings of a cast", function()
      for _, service in ipairs(services) do
        local policy = seeded(service)
        local of_policy = api:get(("/%s/%s/%s"):format(service.policies, policy.id, service.units)).body
        for _, path in ipairs {
          "/" .. service.units, "/protectionUnits/graph." .. service.unit_type,
          "/protectionUnits/microsoft.graph." .. service.unit_type,
        } do
          assert.same(of_policy.value, api:get(path).body.value)
        end
        local first = of_policy.value[1]
        assert.equal(policy.id, first.policyId)
        local one = api:get(("/%s/%s/%s/%s"):format(service.policies, policy.id, service.units, first.id)).body
        assert.equal(first.id, one.id)
      end
    end)

    it("are counted by a segment of their own, in plain text", function()
      local answer = api:get("/siteProtectionUnits/$count")
      assert.equal("30", answer.raw)
      assert.equal("text/plain", answer.headers["content-type"])
      assert.equal("40", api:get("/protectionUnits/$count").raw)
      assert.equal("1", api:get("/siteProtectionUnits/$count?$filter=siteName%20eq%20'Site%200003'").raw)
      assert.equal("30", api:get(("/sharePointProtectionPolicies/%s/siteProtectionUnits/$count"):format(
        seeded(services.sharePoint).id)).raw)
      assert.equal(30, api:get("/siteProtectionUnits?$count=true&$top=2").body["@odata.count"])
      assert.equal("400 BadRequest", outcome(api:get("/siteProtectionUnits/$count?$top=2")))
    end)

    it("show names and addresses to delegated callers only", function()
      assert.is_nil(api:get("/driveProtectionUnits").body.value[1].email)
      assert.equal("user0001@contoso.com", api:get("/driveProtectionUnits", admin).body.value[1].email)
    end)

    it("take changes from delegated callers only, and only those of beta", function()
      local id = api.sim:units("site")[1].id
      local path = "/beta/solutions/backupRestore/siteProtectionUnits/" .. id
      local body = { billingPolicyId = "fa3d95b5-2878-4de7-94f5-157f4b7607aa" }
      assert.equal("403 Forbidden", outcome(api:raw("PATCH", path, body)))
      local refused = api:raw("PATCH", path, body, admin)
      assert.same({ 403, "OperationNotAllowed", nil }, { refused.status, refused.body.code, refused.body.error })
      local policy = seeded(services.sharePoint)
      api:patch("/sharePointProtectionPolicies/" .. policy.id,
        { ["siteProtectionUnits@delta"] = { { ["@removed"] = { reason = "changed" }, id = id } } })
      api.sim:advance(601)
      assert.equal(body.billingPolicyId, api:raw("PATCH", path, body, admin).body.billingPolicyId)
      assert.equal(body.billingPolicyId, api:raw("GET", path).body.billingPolicyId)
      assert.is_nil(api:get("/siteProtectionUnits/" .. id).body.billingPolicyId)
      assert.equal("400 BadRequest", outcome(api:patch("/siteProtectionUnits/" .. id, body, admin)))
    end)

    it("are offboarded once they have left their policy, and may change their mind", function()
      local policy, unit = seeded(services.sharePoint), api.sim:units("site")[1]
      local point = api.sim:points(unit.id)[1].id
      local function act(name, headers)
        return api:ask("POST", ("/protectionUnits/%s/%s"):format(unit.id, name), nil, headers)
      end
      assert.equal("403 Forbidden", outcome(act("offboard")))
      assert.equal("403 OperationNotAllowed", outcome(act("offboard", admin)))
      api:patch("/sharePointProtectionPolicies/" .. policy.id,
        { ["siteProtectionUnits@delta"] = { { ["@removed"] = { reason = "changed" }, id = unit.id } } })
      assert.equal("removeRequested", unit_status(unit.id))
      api.sim:advance(601)
      assert.equal("unprotected", unit_status(unit.id))
      local answer = act("offboard", admin)
      assert.same({ 200, "offboardRequested" }, { answer.status, unit_status(unit.id) })
      assert.truthy(dates.parse(answer.body.offboardRequestedDateTime))
      assert.equal("unknownFutureValue", api:get("/protectionUnits/" .. unit.id, { prefer = false }).body.status)
      assert.equal("403 OperationNotAllowed", outcome(act("offboard", admin)))
      assert.equal(200, act("cancelOffboard", admin).status)
      assert.equal("cancelOffboardRequested", unit_status(unit.id))
      api.sim:advance(601)
      assert.equal("unprotected", unit_status(unit.id))
      act("offboard", admin)
      api.sim:advance(8 * 86400)
      assert.equal("offboarded", unit_status(unit.id))
      assert.equal(0, #api.sim:points(unit.id))
      assert.equal("404 RestorePointNotFound", outcome(api:get("/restorePoints/" .. point)))
      assert.equal("403 OperationNotAllowed", outcome(act("cancelOffboard", admin)))
    end)
  end)

  describe("policies", function()
    for _, service in ipairs(services) do
      it("of " .. service.name .. " are created, listed, renamed, activated, emptied and deleted", function()
        local made = create(service, strangers(service, 3))
        assert.equal(201, made.status, made.raw)
        local id = made.body.id
        assert.same({ "inactive", false, "New" }, { made.body.status, made.body.isEnabled, made.body.displayName })
        assert.truthy(made.headers["content-location"]:find("/protectionPolicies/" .. id, 1, true))
        assert.equal(2, #api:get("/" .. service.policies).body.value)
        assert.equal(4, #api:get("/protectionPolicies").body.value)
        local list = ("/%s/%s/%s"):format(service.policies, id, service.units)
        assert.equal(3, #api:get(list).body.value)
        assert.equal("protectRequested", api:get(list).body.value[1].status)
        assert.same({ 202, "updating" }, {
          api:ask("POST", "/protectionPolicies/" .. id .. "/activate").status,
          api:get("/protectionPolicies/" .. id).body.status,
        })
        api.sim:advance(601)
        assert.equal("active", api:get(("/%s('%s')"):format(service.policies, id)).body.status)
        assert.equal("protected", api:get(list).body.value[1].status)
        local answer = api:patch(("/%s/%s"):format(service.policies, id), {
          displayName = "Other",
          [service.units .. "@delta"] = {
            stranger(service, 4), stranger(service, 2),
            { ["@removed"] = { reason = "changed" }, id = api:get(list).body.value[1].id },
            { ["@removed"] = { reason = "changed" }, id = UNKNOWN },
          },
        })
        local rows = answer.body[service.units .. "@delta"]
        assert.same({ 200, "Other", "protectRequested", "ProtectionUnitAlreadyExists", "removeRequested", "remove" }, {
          answer.status, answer.body.displayName, rows[1].status,
          rows[2]["@Core.DataModificationException"].info.code, rows[3].status,
          rows[4]["@Core.DataModificationException"].failedOperation,
        })
        api.sim:advance(601)
        assert.equal(3, #api:get(list).body.value)
        assert.equal("403 PolicyActionNotAllowed", outcome(api:ask("DELETE", "/protectionPolicies/" .. id)))
        assert.equal("403 PolicyActionNotAllowed",
          outcome(api:ask("POST", "/protectionPolicies/" .. id .. "/activate")))
        local unit = api:get(list).body.value[1].id
        assert.equal(202, api:ask("POST", "/protectionPolicies/" .. id .. "/deactivate").status)
        assert.equal("unprotectRequested", unit_status(unit))
        api.sim:advance(601)
        assert.equal("unprotected", unit_status(unit))
        assert.equal(204, api:ask("DELETE", "/protectionPolicies/" .. id).status)
        assert.equal("404 PolicyNotFound", outcome(api:get("/protectionPolicies/" .. id)))
      end)
    end

    it("count their units only when $select says so", function()
      local policy = seeded(services.sharePoint)
      local path = "/sharePointProtectionPolicies/" .. policy.id
      assert.is_nil(api:get(path).body.protectionPolicyArtifactCount)
      assert.same({ total = 30, completed = 30, inProgress = 0, failed = 0 },
        api:get(path .. "?$select=protectionPolicyArtifactCount").body.protectionPolicyArtifactCount)
      create(services.sharePoint, strangers(services.sharePoint, 2))
      local unit = api.sim:units("site")[1].id
      api:patch(path, { ["siteProtectionUnits@delta"] = { { ["@removed"] = { reason = "changed" }, id = unit } } })
      api.sim:advance(601)
      assert.same({ total = 29, completed = 29, inProgress = 0, failed = 0 },
        api:get(path .. "?$select=protectionPolicyArtifactCount").body.protectionPolicyArtifactCount)
    end)

    it("are refused with the documented codes", function()
      local service = services.sharePoint
      local taken = { siteId = api.sim:units("site")[1].siteId }
      for i, case in ipairs {
        { { displayName = "" }, "400 InvalidDisplayName" },
        { { displayName = ("x"):rep(1025) }, "400 InvalidDisplayName" },
        { {}, "400 InvalidCreateRequest" },
        { { displayName = "a", colour = "blue" }, "400 InvalidCreateRequest" },
        { { displayName = "a", protectionMode = "standard" }, "400 InvalidCreateRequest" },
        { { displayName = "a", driveProtectionUnits = strangers(services.oneDriveForBusiness, 1) },
          "400 InvalidCreateRequest" },
        { { displayName = "a", siteProtectionUnits = { { siteId = "here" } } }, "400 InvalidProtectionUnitId" },
        { { displayName = "a", siteProtectionUnits = { stranger(service, 1), stranger(service, 1) } },
          "400 DuplicateProtectionUnitInList" },
        { { displayName = "a", siteProtectionUnits = strangers(service, 51) }, "413 ProtectionUnitsLimitBreached" },
        { { displayName = "a", siteProtectionUnits = { taken } }, "409 ProtectionUnitAlreadyExists" },
      } do
        assert.equal(case[2], outcome(api:post("/sharePointProtectionPolicies", case[1])), "case " .. i)
      end
      assert.equal("400 InvalidPolicyId", outcome(api:get("/protectionPolicies/here")))
      assert.equal("404 PolicyNotFound", outcome(api:get("/protectionPolicies/" .. UNKNOWN)))
      assert.equal("404 PolicyNotFound", outcome(api:get("/exchangeProtectionPolicies/" .. seeded(service).id)))
      api.sim:set_service { status = "protectionChangeLocked" }
      assert.equal("409 PolicyCreationNotAllowed", outcome(create(service, strangers(service, 1))))
    end)

    it("may be put into any state, and start again with errors", function()
      local id = seeded(services.sharePoint).id
      api.sim:set_policy(id, "activeWithErrors")
      assert.equal("activeWithErrors", api:get("/protectionPolicies/" .. id).body.status)
      assert.equal(202, api:ask("POST", "/protectionPolicies/" .. id .. "/activate").status)
      api.sim:advance(601)
      assert.equal("active", api:get("/protectionPolicies/" .. id).body.status)
      api.sim:set_policy(id, "offboarded")
      assert.equal("unknownFutureValue", api:get("/protectionPolicies/" .. id).body.status)
      assert.equal("offboarded",
        api:raw("GET", "/beta/solutions/backupRestore/protectionPolicies/" .. id).body.status)
      assert.has_error(function() api.sim:set_policy(UNKNOWN, "active") end)
    end)

    it("leave a unit in the state that a test gives it, with its error", function()
      local unit = api.sim:units("site")[2].id
      api:patch("/sharePointProtectionPolicies/" .. seeded(services.sharePoint).id,
        { ["siteProtectionUnits@delta"] = { { ["@removed"] = { reason = "changed" }, id = unit } } })
      api.sim:advance(601)
      api.sim:set_unit(unit, { status = "protectRequested", error = { code = "QuotaExceeded" } })
      local now = api:get("/protectionUnits/" .. unit).body
      assert.same({ "protectRequested", "QuotaExceeded" }, { now.status, now.error.code })
    end)

    it("may call a wrong state a bad request", function()
      api:stop()
      api = support.start { dialect = { policy_state_error = 400 } }
      assert.equal("400 invalidStateForActivation",
        outcome(api:ask("POST", "/protectionPolicies/" .. seeded(services.exchange).id .. "/activate")))
    end)

    it("and restores are told in beta's activity log", function()
      local made = create(services.exchange, {})
      api:ask("POST", "/protectionPolicies/" .. made.body.id .. "/activate")
      api:activate("site", 1, 2)
      local function log() return api:raw("GET", "/beta/solutions/backupRestore/activityLogs").body.value end
      local kinds = {}
      for i, entry in ipairs(log()) do kinds[i] = entry.activityType end
      assert.same({ "backupPolicyCreated", "backupPolicyActivated", "restoreTaskCreated" }, kinds)
      api.sim:advance(7200)
      local done = log()[4]
      assert.same({ "restoreTaskCompleted", "succeeded", "completed", 2, "sharePoint" }, {
        done.activityType, done.resultStatus, done.restoreSessionStatus, done.restoreArtifactDetails.restoredCount,
        done.serviceType,
      })
      assert.equal(done.id, api:raw("GET", "/beta/solutions/backupRestore/activityLogs/" .. done.id).body.id)
      assert.equal("400 BadRequest", outcome(api:get("/activityLogs")))
    end)
  end)
end)
