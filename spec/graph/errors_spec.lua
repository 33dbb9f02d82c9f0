--- Every documented code of Backup Storage has a class and a remedy, for answers and for artifacts alike.
local m365 = require "m365restore"
local support = require "spec.graph.support"

local CODES = {
  refuse = [[
    InvalidPathType InvalidArtifactRequest InvalidRestorePoint DifferentRestoreDestinationType DuplicateArtifactInList
    RestoreArtifactsLimitBreached InvalidRestoreSessionId RestoreSessionNotFound InvalidPatchRequest
    RestoreSessionActionNotAllowed ArtifactNotFound InvalidRestoreTime InvalidBulkRestoreArtifactId
    BulkRestoreInvalidCreateRequest BulkRestoreRestorationResourcesCountExceedsLimit
    BulkRestoreInvalidCreateRequestSiteUrl BulkRestoreInvalidCreateRequestUserEmail BulkRestoreArtifactsNotFound
    SiteUrlNotFound UserNotBackedup FilterLengthExceeded InvalidSearchRequest InvalidProtectionUnitId
    InvalidAppOwnerTenantId InvalidCreateRequest InvalidDisplayName ProtectionUnitsLimitBreached
    PolicyCreationNotAllowed ProtectionUnitAlreadyExists InvalidPolicyId PolicyNotFound PolicyActionNotAllowed
    InvalidStateForActivation ProtectionUnitNotFound DuplicateProtectionUnitInList ProtectionUnitActionNotAllowed
    InvalidArtifactId OperationNotAllowed InvalidInclusionRuleCreateRequest InvalidRuleExpression
    InvalidProtectionRulePatchRequest InvalidProtectionRuleStatusForUpdation PatchNotAllowedForStaticRule
    InvalidInclusionRuleId ProtectionRuleActionNotAllowed RunNotAllowedForDynamicRule
    InvalidProtectionRuleStatusForDeletion ProtectionRuleNotFound InvalidRuleExpressionGroupLimitExceeded
    InvalidProtectionRuleStatusForDynamicRuleEdit InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll
    InvalidProtectionRuleStatusForDynamicRuleDeletion http_404 http_413]],
  retry = [[
    IncompleteArtifactDeletion UnknownError PolicySaveFailed http_408 http_429 http_500 http_502 http_503 http_504]],
  queue = "TooManyActiveRestoreSessions InvalidStateForBulkRequestDeletion",
  ask = [[
    ArtifactCannotBeRestored DuplicateArtifactRestoreRequest BulkRestoreArtifactsNotResolved
    UnableToReadBillingProfile InvalidBillingProfile QuotaExceeded Forbidden http_401 http_402 http_403 http_409
    http_412 http_423 http_507 http_509]],
  ambiguous = "ambiguous",
}

describe("the table of codes", function()
  it("knows every documented code, in any case, with its class and a remedy", function()
    for class, codes in pairs(CODES) do
      for code in codes:gmatch "%S+" do
        local known, remedy = m365.describe(code:lower())
        assert.equal(class, known, code)
        assert.is_true(#remedy > 10, code)
      end
    end
    assert.is_nil(m365.describe "NobodyKnows")
  end)

  it("speaks for answers and for artifacts", function()
    local sim, client = support.start()
    local session = assert(client.sharePoint:create_session())
    for code in (CODES.refuse .. CODES.retry):gsub("http_%d+", ""):gmatch "%S+" do
      local _, remedy = m365.describe(code, "client.session", "read")
      support.answer(sim, { error = { code = code, message = "m" } }, { status = 400 })
      local none, err = client:session "x"
      assert.is_nil(none)
      assert.same({ code, remedy }, { err.code, err.remedy })
      support.answer(sim, { value = { { id = "a", status = "failed", error = { code = code } } } })
      _, remedy = m365.describe(code, "siteRestoreArtifact")
      assert.equal(remedy, session:artifacts():next().error.remedy)
    end
    client:close()
    sim:stop()
  end)

  it("lets the innermost code speak that is known", function()
    local sim, client = support.start()
    support.answer(sim, { error = { code = "generalException", message = "m",
      innererror = { code = "x", innerError = { code = "RestoreSessionNotFound" } } } }, { status = 404 })
    local none, err = client:session "x"
    assert.is_nil(none)
    assert.equal("RestoreSessionNotFound", err.code)
    client:close()
    sim:stop()
  end)

  it("names the permission for a 403 without a code of the service's own", function()
    local sim, client = support.start()
    for _, body in ipairs { "", { error = { code = "" } }, { error = { code = "Forbidden" } } } do
      support.answer(sim, body, { status = 403 })
      local none, err = client:enable { appOwnerTenantId = "t" }
      assert.is_nil(none)
      assert.equal("BackupRestore-Control.ReadWrite.All", err.permission)
      assert.matches("Grant BackupRestore%-Control%.ReadWrite%.All", err.remedy)
    end
    local session = assert(client.sharePoint:create_session())
    support.answer(sim, { error = { code = "RestoreSessionActionNotAllowed" } }, { status = 403 })
    local none, err = session:activate()
    assert.is_nil(none)
    assert.is_nil(err.permission)
    assert.matches("If it is a draft, restores may be locked", err.remedy)
    client:close()
    sim:stop()
  end)
end)
