--- What configures the backup, against the service as the simulator plays it.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

local KINDS = {
  sharePoint = { unit = "site", key = "siteId", list = "siteWebUrls", nobody = "https://contoso.sharepoint.com/none",
    known = "https://contoso.sharepoint.com/sites/site0002" },
  oneDriveForBusiness = { unit = "drive", key = "directoryObjectId", list = "drives", nobody = "nobody@contoso.com",
    known = "user0002@contoso.com" },
  exchange = { unit = "mailbox", key = "directoryObjectId", list = "mailboxes", nobody = "nobody@contoso.com",
    known = "user0002@contoso.com" },
}

local GUID = "5bfc861e-9a17-4a27-9562-%012x"

local function stranger(kind, n)
  local guid = GUID:format(n)
  return { [kind.key] = kind.unit == "site" and "contoso.sharepoint.com," .. guid .. "," .. guid or guid }
end

describe("the configuration of", function()
  local sim, client
  before_each(function() sim, client = support.start({ sites = 5, drives = 4, mailboxes = 4, exclusions = 2 }) end)
  after_each(function()
    client:close()
    sim:stop()
  end)

  for service, kind in pairs(KINDS) do
    local units = kind.unit .. "ProtectionUnits"

    it(service .. ": a policy from its creation to its end", function()
      local policy = assert(client[service]:create_protection_policy { displayName = "New",
        [units] = { stranger(kind, 1) } })
      assert.same({ "inactive", "New" }, { policy.status, policy.displayName })
      assert.equal(service .. "ProtectionPolicy", m365.type(policy))
      local answer = assert(policy:update { displayName = "Newer", [units .. "@delta"] = { stranger(kind, 2) } })
      assert.equal("Newer", answer.displayName)
      assert.equal("Newer", assert(policy:refresh()).displayName)
      assert.equal("updating", assert(policy:activate()).status:lower())
      sim:advance(7200)
      assert.equal("active", assert(policy:refresh()).status)
      local count = 0
      for unit in policy:protection_units() do
        count = count + 1
        assert.equal(kind.unit .. "ProtectionUnit", m365.type(unit))
      end
      assert.equal(2, count)
      local none, err = policy:delete()
      assert.is_nil(none)
      assert.same({ "PolicyActionNotAllowed", "refuse" }, { err.code, err.class })
      assert(policy:deactivate())
      sim:advance(7200)
      assert.is_true(policy:delete())
      none, err = client:protection_policy(policy.id)
      assert.is_nil(none)
      assert.equal("PolicyNotFound", err.code)
    end)

    it(service .. ": rules that run once, and rules that go on", function()
      local policy = client[service]:protection_policies():next()
      local expression = kind.unit .. "Expression"
      local static = assert(policy:create_inclusion_rule { [expression] = "(a)" })
      sim:advance(7200)
      assert.equal("completed", assert(static:refresh()).status)
      assert.equal("active", assert(static:run()).status)
      local none, err = static:update { [expression] = "(b)" }
      assert.is_nil(none)
      assert.equal("PatchNotAllowedForStaticRule", err.code)
      local dynamic = assert(policy:create_inclusion_rule { [expression] = "(a)", isAutoApplyEnabled = true })
      sim:advance(7200)
      assert.equal("(b)", assert(dynamic:update { [expression] = "(b)" })[expression])
      none, err = dynamic:run()
      assert.is_nil(none)
      assert.equal("RunNotAllowedForDynamicRule", err.code)
      sim:advance(7200)
      assert.equal("deleteRequested", assert(dynamic:delete_and_unprotect()).status)
      assert.is_true(static:delete())
      sim:advance(7200)
      assert.is_nil(policy:inclusion_rules():next())
    end)

    it(service .. ": jobs that add many, and say what they did not find", function()
      local policy = client[service]:protection_policies():next()
      local job = assert(policy:create_bulk_job { displayName = "Many", [kind.list] = { kind.nobody } })
      sim:advance(7200)
      local none, err, same = job:wait()
      assert.is_nil(none)
      assert.same({ "bulk_partial", kind.nobody }, { err.code, err.details[1].target })
      assert.equal(job, same)
      assert.equal(job, policy:bulk_jobs():next())
      assert.equal(job, policy:bulk_job(job.id))
    end)

    it(service .. ": a unit that leaves, and stays after all", function()
      local unit = client[service]:protection_units():next()
      local policy = assert(client[service]:protection_policy(unit.policyId))
      assert(policy:update { [units .. "@delta"] = { { ["@removed"] = { reason = "changed" }, id = unit.id } } })
      sim:advance(7200)
      assert.equal("offboardRequested", assert(unit:offboard()).status)
      assert.equal("cancelOffboardRequested", assert(unit:cancel_offboard()).status)
      sim:advance(7200)
      assert.equal("unprotected", assert(unit:refresh()).status)
    end)

    it(service .. ": what beta knows of exclusions and numbers", function()
      local beta = support.client(sim, { beta = true })
      local policy = beta[service]:protection_policies():next()
      local unit = policy:exclusion_units():next()
      assert.equal(kind.unit .. "ExclusionUnit", m365.type(unit))
      assert.equal(unit, policy:exclusion_unit(unit.id))
      assert.equal(unit, assert(unit:refresh()))
      assert.is_nil(policy:exclusion_bulk_jobs():next())
      local report = assert(beta:statistics_by_policy(policy.id))
      assert.equal("integer", math.type(report.countStatistics.total))
      beta:close()
    end)

    it(service .. ": a job that leaves out, and a delta that takes back in", function()
      local beta = support.client(sim, { beta = true })
      local policy = beta[service]:protection_policies():next()
      local job = assert(policy:create_exclusion_bulk_job { displayName = "Out", [kind.list] = { kind.known } })
      assert.equal("active", job.status)
      assert.equal(job, policy:exclusion_bulk_job(job.id))
      local out
      for unit in policy:exclusion_units() do out = unit end
      local place = kind.unit .. "ExclusionUnits@delta"
      local answer = assert(policy:update { [place] = { { ["@removed"] = { reason = "changed" }, id = out.id } } })
      assert.equal(out.id, answer[place][1].id)
      local _, err = policy:update { [place] = { { ["@removed"] = { reason = "changed" }, id = out.id } } }
      assert.equal("items_refused", err.code)
      local none, refusal = client[service]:protection_policies():next():update {
        [place] = { { ["@removed"] = { reason = "changed" }, id = out.id } } }
      assert.is_nil(none)
      assert.equal("beta_only", refusal.code)
      assert.has_error(function() policy:create_exclusion_bulk_job { displayName = "Out" } end)
      beta:close()
    end)

    it(service .. ": the billing policy of a unit, while no policy holds it", function()
      local beta = support.client(sim, { beta = true })
      local unit = beta[service]:protection_units():next()
      local body = { billingPolicyId = "fa3d95b5-2878-4de7-94f5-157f4b7607aa" }
      local held = beta:protection_unit(sim:units(kind.unit)[2].id)
      local none, err = held:update(body)
      assert.is_nil(none)
      assert.same({ "OperationNotAllowed", 403 }, { err.code, err.status })
      assert.is_string(err.message)
      local policy = assert(beta[service]:protection_policy(held.policyId))
      assert(policy:update { [units .. "@delta"] = { { ["@removed"] = { reason = "changed" }, id = held.id } } })
      sim:advance(7200)
      assert.equal(body.billingPolicyId, assert(held:update(body)).billingPolicyId)
      assert.has_error(function() unit:update { backupRetentionPeriodInDays = 90 } end)
      beta:close()
    end)
  end

  it("the service: who controls it, who hears of it", function()
    local setting = assert(client:email_notifications_setting())
    local enabled = setting.isEnabled
    assert.equal(not enabled, assert(setting:update { isEnabled = not enabled }).isEnabled)
    assert.equal("enabled", assert(client:enable { appOwnerTenantId = sim.tenant }).status)
    local app = client:service_apps():next()
    assert.equal("pendingInactive", assert(app:deactivate()).status)
    assert.is_true(app:delete())
    local new = assert(client:create_service_app())
    assert.equal("pendingActive", assert(new:activate { effectiveDateTime = sim:clock():now() + 86400 }).status)
    assert.equal(new, assert(client:service_app(new.id)))
    assert(client.sharePoint:protection_policies():next():update { displayName = "Newer" })
    local logs = support.client(sim, { beta = true })
    local log = logs:activity_logs():next()
    assert.equal("backupPolicyRenamed", log.activityType)
    assert.equal(log, assert(logs:activity_log(log.id)))
    logs:close()
  end)

  it("units that are refused one by one", function()
    local policy = client.sharePoint:protection_policies():next()
    local taken = client.sharePoint:protection_units():next()
    local none, err, answer = policy:update { ["siteProtectionUnits@delta"] = {
      { siteId = taken.siteId }, stranger(KINDS.sharePoint, 7) } }
    assert.is_nil(none)
    assert.equal("items_refused", err.code)
    assert.equal("ProtectionUnitAlreadyExists", err.details[1].code)
    assert.is_table(answer:table())
  end)
end)

describe("the configuration's methods", function()
  local sim, client
  support.around(function(...) sim, client = ... end)

  it("refuse here what the service would refuse", function()
    local units = {}
    for i = 1, 51 do units[i] = stranger(KINDS.sharePoint, i) end
    sim:forget()
    local none, err = client.sharePoint:create_protection_policy { displayName = "n", siteProtectionUnits = units }
    assert.is_nil(none)
    assert.same({ "ProtectionUnitsLimitBreached", false }, { err.code, err.sent })
    none, err = client.sharePoint:create_protection_policy { displayName = ("\u{e4}"):rep(1025) }
    assert.is_nil(none)
    assert.same({ "InvalidDisplayName", false }, { err.code, err.sent })
    none, err = client.sharePoint:create_protection_policy { displayName = "n", protectionMode = "standard" }
    assert.is_nil(none)
    assert.same({ "beta_only", false }, { err.code, err.sent })
    assert.equal(0, sim:count())
  end)

  it("raise on misuse, and name the field", function()
    local service = client.sharePoint
    assert.matches("create_protection_policy%.displayName: a string was expected",
      raised(service.create_protection_policy, service, {}))
    assert.matches("siteProtectionUnits%[1%]: { siteId = } was expected",
      raised(service.create_protection_policy, service, { displayName = "n", siteProtectionUnits = { "x" } }))
    assert.matches("did you mean 'siteProtectionUnits'",
      raised(service.create_protection_policy, service, { siteProtectionUnit = {} }))
    assert.matches("client%.enable%.appOwnerTenantId: a string was expected", raised(client.enable, client, {}))
    assert.matches("serviceApp%.activate%.effectiveDateTime: a time", raised(function()
      client:service_apps():next():activate { effectiveDateTime = "soon" }
    end))
    local policy = service:protection_policies():next()
    assert.matches("create_inclusion_rule%.siteExpression: a string", raised(policy.create_inclusion_rule, policy, {}))
    assert.matches("create_bulk_job: unknown option 'drives'", raised(policy.create_bulk_job, policy, { drives = {} }))
  end)
end)

describe("mail", function()
  it("is restored by a search with a query", function()
    local sim, client = support.start({ mailboxes = 3 })
    local mailbox = client.exchange:protection_units():next()
    local found = assert(client:search_restore_points {
      protectionUnitIds = { mailbox }, protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" },
      artifactQuery = { queryExpression = "(Subject -like 'Budget*')", artifactType = "message" },
    })
    local session = assert(client.exchange:create_session { granularMailboxRestoreArtifacts = { {
      restorePoint = found.searchResults[1].restorePoint, destinationType = "inPlace",
      searchResponseId = found.searchResponseId,
    } } })
    assert(session:activate())
    sim:advance(86400)
    assert(session:wait())
    local artifact = session:granular_artifacts():next()
    assert.same({ "granularMailboxRestoreArtifact", found.searchResponseId, "succeeded" },
      { m365.type(artifact), artifact.searchResponseId, artifact.status })
    client:close()
    sim:stop()
  end)
end)
