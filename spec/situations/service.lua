--- The codes of the service and the statuses of HTTP, each as the answer of a call where Microsoft's page "Backup
-- Storage API error responses" has it.
local m365 = require "m365restore"
local support = require "spec.graph.support"

-- The call, the status, and the codes that it is answered with. "artifact" is the error of one in a list, "bulk" that
-- of a bulk request.
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
  { "session", 418, "http_418" }, { "session", 524, "http_524" },
}

local RULE = "(memberOf -any (group.id -in ['1acd6b28-2cb2-42d5-8d22-7cbb5c9d7e3f']))"

-- the calls whose answer is one object with an error
local ONE = { bulk = true, unit = true }

--- @tparam function keep of what is to be closed in the end
-- @treturn table code -> functions that meet it and return its error
return function(keep)
  local sim, client = support.start(nil, { retries = 0 })
  keep { close = function()
    client:close()
    sim:stop()
  end }
  local session = assert(client.sharePoint:create_session())
  local bulk = assert(session:create_bulk_request { siteWebUrls = { sim:units("site")[1].siteWebUrl },
    destinationType = "new", protectionTimePeriod = { endDateTime = "2026-11-01T00:00:00Z" } })
  local policy = client.oneDriveForBusiness:protection_policies():next()
  local unit = client:protection_units():next()
  local rule = assert(policy:create_inclusion_rule { driveExpression = RULE })

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

  local function meet(name, status, code)
    local fault = { code = not code:find "^http" and code or "", message = "" }
    local item = { id = "a", status = "failed", destinationType = "new", error = fault }
    local body = name == "artifact" and { value = { item } } or ONE[name] and item or { error = fault }
    support.answer(sim, body, {
      status = status, times = status == 401 and 2 or 1, -- a token is renewed once
      path = name == "create_bulk_request" and "BulkAdditionRequests$" or nil,
    })
    local none, err = calls[name]()
    sim:clear_faults()
    assert(none == nil)
    return err
  end

  local situations = {}
  for _, case in ipairs(MET) do
    for code in case[3]:gmatch "%S+" do
      situations[code] = situations[code] or {}
      table.insert(situations[code], function() return meet(case[1], case[2], code) end)
    end
  end
  return situations
end
