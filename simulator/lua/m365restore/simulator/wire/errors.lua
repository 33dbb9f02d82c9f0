--- Graph's errors: codes, statuses and the envelope.
-- A handler raises one with `errors.need` or `errors.raise`; the model turns it into an answer.
-- @module m365restore.simulator.wire.errors
local json = require "m365restore.simulator.wire.json"

local errors = {}

local Refusal = { __name = "refusal" }
Refusal.__index = Refusal
function Refusal:__tostring() return self.code .. ": " .. self.message end

-- The documented codes of the operations served here, and Graph's general ones, with their usual status.
errors.statuses = {
  -- sessions
  InvalidPathType = 400,
  InvalidArtifactRequest = 400,
  InvalidRestorePoint = 400,
  DifferentRestoreDestinationType = 400,
  DuplicateArtifactInList = 400,
  RestoreArtifactsLimitBreached = 400,
  InvalidRestoreSessionId = 400,
  InvalidPatchRequest = 400,
  RestoreSessionActionNotAllowed = 403,
  RestoreSessionNotFound = 404,
  ArtifactNotFound = 404,
  IncompleteArtifactDeletion = 500,
  TooManyActiveRestoreSessions = 500,
  -- points and units
  FilterLengthExceeded = 400,
  InvalidSearchRequest = 400,
  InvalidProtectionUnitId = 400,
  ProtectionUnitNotFound = 404,
  RestorePointNotFound = 404,
  Request_ResourceNotFound = 404,
  Authorization_RequestDenied = 403,
  itemNotFound = 404,
  BrowseSessionNotFound = 404,
  Conflict = 409,
  -- bulk requests
  InvalidBulkRestoreArtifactId = 400,
  BulkRestoreInvalidCreateRequest = 400,
  BulkRestoreRestorationResourcesCountExceedsLimit = 400,
  BulkRestoreInvalidCreateRequestSiteUrl = 400,
  BulkRestoreInvalidCreateRequestUserEmail = 400,
  BulkRestoreArtifactsNotFound = 404,
  InvalidStateForBulkRequestDeletion = 403,
  -- policies
  InvalidPolicyId = 400,
  PolicyNotFound = 404,
  PolicyActionNotAllowed = 403,
  invalidStateForActivation = 400,
  InvalidCreateRequest = 400,
  InvalidDisplayName = 400,
  ProtectionUnitsLimitBreached = 413,
  PolicyCreationNotAllowed = 409,
  ProtectionUnitAlreadyExists = 409,
  DuplicateProtectionUnitInList = 400,
  ProtectionUnitActionNotAllowed = 400,
  OperationNotAllowed = 403,
  ActivityLogNotFound = 404,
  ExclusionUnitNotFound = 404,
  BulkJobNotFound = 404,
  -- rules
  InvalidInclusionRuleCreateRequest = 400,
  InvalidRuleExpression = 400,
  InvalidRuleExpressionGroupLimitExceeded = 413,
  InvalidProtectionRulePatchRequest = 400,
  InvalidProtectionRuleStatusForUpdation = 400,
  PatchNotAllowedForStaticRule = 400,
  InvalidInclusionRuleId = 400,
  ProtectionRuleActionNotAllowed = 400,
  RunNotAllowedForDynamicRule = 400,
  InvalidProtectionRuleStatusForDeletion = 400,
  ProtectionRuleNotFound = 404,
  InvalidProtectionRuleStatusForDynamicRuleEdit = 422,
  InvalidProtectionRuleStatusForDynamicRuleDeletion = 422,
  InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll = 422,
  -- the service
  UnableToReadBillingProfile = 403,
  InvalidBillingProfile = 402,
  InvalidAppOwnerTenantId = 400,
  ServiceAppNotFound = 404,
  -- Graph
  BadRequest = 400,
  InvalidAuthenticationToken = 401,
  Forbidden = 403,
  MethodNotAllowed = 405,
  RequestEntityTooLarge = 413,
  UnsupportedMediaType = 415,
  TooManyRequests = 429,
  generalException = 500,
}

--- Refuses a request.
-- @tparam string code one of `errors.statuses`
-- @tparam string message
-- @tparam ?table more `status` in place of the usual one, `target`, `headers`; `bare` = true: a publicError without
-- the `error` around it
function errors.raise(code, message, more)
  more = more or {}
  error(setmetatable({
    code = code, message = message, target = more.target, headers = more.headers, bare = more.bare,
    status = more.status or assert(errors.statuses[code], code),
  }, Refusal))
end

--- Refuses a request unless something holds, as `assert` does.
-- @param holds what is found, or true
-- @tparam string code
-- @tparam string message with places for the values, as string.format has them
-- @param ... values
-- @return what holds
function errors.need(holds, code, message, ...)
  if not holds then errors.raise(code, message:format(...)) end
  return holds
end

--- Whether a caught value came from `errors.raise`.
-- @param value
-- @treturn boolean
function errors.is_refusal(value)
  return getmetatable(value) == Refusal
end

--- The body of an error answer.
-- @tparam table refusal with code, message and perhaps target
-- @tparam table inner the innerError: date, request-id, client-request-id
-- @tparam ?table dialect `code_case`, `inner_error`
-- @treturn string JSON
function errors.envelope(refusal, inner, dialect)
  dialect = dialect or {}
  local code = refusal.code
  if dialect.code_case == "lower" then code = code:gsub("^%u", string.lower) end
  local public = {
    code = code, message = refusal.message, target = refusal.target, [dialect.inner_error or "innerError"] = inner,
  }
  if not refusal.bare then return json.encode { error = public } end
  public["@odata.type"], public.details = "#microsoft.graph.publicError", json.array()
  return json.encode(public)
end

return errors
