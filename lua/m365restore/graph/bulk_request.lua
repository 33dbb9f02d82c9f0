--- Bulk requests: up to 10,000 sites, OneDrives or mailboxes by their
-- addresses, resolved by the service once the session is activated; and the
-- jobs of policies, which end in the same way.
-- @module m365restore.graph.bulk_request
local core = require "m365restore.core"
local fail = require "m365restore.fail"
local options = require "m365restore.options"
local poll = require "m365restore.graph.poll"
local rules = require "m365restore.graph.rules"
local workload = require "m365restore.workload"

-- resources in one request
local LARGEST = 10000

-- resolving follows the activation of a session, which may stand in a queue
local DEFAULT_WAIT = "24h"

local function is_site_url(text)
  return text:find "^https://[^/%s]+[^%s]*$" ~= nil
end

local function is_address(text)
  return text:find "^[^%s@]+@[^%s@]+$" ~= nil
end

local BAD_ID, BAD_URL, BAD_ADDRESS = "InvalidBulkRestoreArtifactId", "BulkRestoreInvalidCreateRequestSiteUrl",
  "BulkRestoreInvalidCreateRequestUserEmail"

local function is_id(text)
  return text ~= "" and not text:find "%s"
end

--- What a workload's request names its resources by: list -> a test, and the
-- code of the service for what fails it.
local function lists_of(known)
  return {
    [known.ids] = { is_id, BAD_ID },
    [known.addresses] = known.personal and { is_address, BAD_ADDRESS } or { is_site_url, BAD_URL },
  }
end

local common = {
  displayName = "string",
  destinationType = "string",
  protectionTimePeriod = "table",
  restorePointPreference = "string",
  tags = "string",
  ["@odata.type"] = "string",
}

--- The options that a body may have.
local function shape_of(lists)
  local shape = {}
  for key, kind in pairs(common) do
    shape[key] = kind
  end
  for key in pairs(lists) do
    shape[key] = "table"
  end
  return shape
end

--- Why a session takes no bulk request, as far as it is known here.
local function check_session(what, session)
  local count = rules.count(session)
  local kind = tostring(session.restoreJobType):lower()
  local state = tostring(session.status or "draft"):lower()
  if state ~= "draft" then
    return fail(what, "RestoreSessionActionNotAllowed", "the session is %s, not a draft", session.status)
  elseif kind == "bulk" then
    return fail(what, "BulkRestoreInvalidCreateRequest", "a session takes one bulk request, and has one")
  elseif kind == "granular" or (count.total or 0) > 0 then
    return fail(what, "BulkRestoreInvalidCreateRequest",
      "a bulk request needs an empty standard session: create one without artifacts")
  end
  return true
end

--- The lists of a body, checked: how many resources they hold.
local function check_resources(what, lists, body)
  local total = 0
  for key, test in pairs(lists) do
    for i, text in ipairs(body[key] or {}) do
      if type(text) ~= "string" then
        error(string.format("%s: %s[%d]: a string was expected, got %s", what, key, i, type(text)), 0)
      elseif not test[1](text) then
        return fail(what, test[2], "%s[%d] is '%s'", key, i, text)
      end
      total = total + 1
    end
  end
  return total
end

local function check_count(what, total)
  if total == 0 then
    return fail(what, "BulkRestoreInvalidCreateRequest", "the request names nothing to restore")
  elseif total > LARGEST then
    return fail(what, "BulkRestoreRestorationResourcesCountExceedsLimit",
      "%d resources in one request, the limit is %d", total, LARGEST)
  end
  return true
end

local function check(what, session, lists, body)
  local ok, err = check_session(what, session)
  if not ok then
    return nil, err
  end
  local total, flaw = check_resources(what, lists, body)
  if not total then
    return nil, flaw
  end
  return check_count(what, total)
end

local period = { startDateTime = "any", endDateTime = "any" }

--- Creates the bulk request of an empty draft. Nothing is looked up before the
-- session is activated. May yield.
-- @function session:create_bulk_request
-- @tparam table body `siteWebUrls` or `siteIds` (SharePoint), `drives` or
-- `directoryObjectIds` (OneDrive), `mailboxes` or `directoryObjectIds`
-- (Exchange): up to 10,000 texts; `destinationType`, `protectionTimePeriod`,
-- `restorePointPreference`, `tags`, `displayName`
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource the request; or nil, err. Microsoft's page: "Create
-- siteRestoreArtifactsBulkAdditionRequest",
-- https://learn.microsoft.com/graph/api/sharepointrestoresession-post-siterestoreartifactsbulkadditionrequests
local function create(known)
  local send, what = core.method(known.session, "create_bulk_request"), known.session .. ".create_bulk_request"
  local lists = lists_of(known)
  local shape = shape_of(lists)
  return function(self, body, opts)
    local sent = options.body(what, body, shape)
    options.read(what .. ".protectionTimePeriod", sent.protectionTimePeriod, period)
    local ok, err = check(what, self, lists, sent)
    if not ok then
      return nil, err
    end
    for key in pairs(lists) do
      if sent[key] and #sent[key] == 0 then
        sent[key] = nil -- would be written as an object
      end
    end
    return send(self, sent, opts)
  end
end

--- Deletes a bulk request, which must have ended. May yield.
-- @function bulk_request:delete
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?boolean true; or nil, err. Microsoft's page: "Delete
-- siteRestoreArtifactsBulkAdditionRequest",
-- https://learn.microsoft.com/graph/api/siterestoreartifactsbulkadditionrequest-delete
local function delete(name)
  local remove = core.method(name, "delete")
  return function(self, opts)
    if tostring(self.status):lower() == "active" then
      return fail(name .. ".delete", "InvalidStateForBulkRequestDeletion", "the request is active")
    end
    return remove(self, opts)
  end
end

local ended = { completed = true, completedwitherrors = true, completedwitherror = true }

local function failure(self, code, message)
  local fault = rules.fault(self)
  return core.failure {
    code = code, message = message, operation = core.type(self) .. ".wait", sent = true, attempts = 1,
    details = fault.details, service_code = fault.code,
  }
end

local function outcome_of(self)
  local state = tostring(self.status):lower()
  if state == "completed" then
    return self
  elseif ended[state] then
    local message = rules.fault(self).message or "some resources were not resolved"
    return nil, failure(self, "bulk_partial", message)
  end
end

local waiting = {
  what = "wait",
  timeout = DEFAULT_WAIT,
  outcome = outcome_of,
  progress = function(self, elapsed, err)
    local state = tostring(self.status):lower()
    return { status = self.status, elapsed = elapsed, done = ended[state] == true, error = err }
  end,
  unfinished = function(self)
    return failure(self, "wait_timeout", "it is " .. tostring(self.status))
  end,
}

--- Waits until a bulk request, or a bulk job of a policy, has ended. A request
-- stays active until its session is activated. May yield.
-- @function bulk_request:wait
-- @tparam[opt] table opts as for @{session:wait}
-- @treturn ?resource when it is completed; else nil
-- @treturn ?error `bulk_partial` with one of `details` for each resource that
-- was not found, or `wait_timeout`
-- @treturn resource in any case
local function wait(self, opts)
  return poll(self, opts, waiting)
end

for _, known in ipairs(workload.list) do
  core.extend(known.session, { create_bulk_request = create(known) })
  core.extend(known.bulk_request, { delete = delete(known.bulk_request) })
end
for _, base in ipairs {
  "restoreArtifactsBulkRequestBase", "protectionUnitsBulkJobBase", "exclusionUnitBulkAdditionJob",
} do
  core.extend(base, { wait = wait })
end

return {}
