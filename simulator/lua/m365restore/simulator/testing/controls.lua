--- What a test does to a simulator beside starting it: methods that look into its ledger, make things go wrong, and
-- show and change the world.
-- @module m365restore.simulator.testing.controls
local arguments = require "m365restore.simulator.testing.arguments"
local edits = require "m365restore.simulator.testing.edits"
local faults = require "m365restore.simulator.testing.faults"

local check, kind, number, one_of = arguments.check, arguments.kind, arguments.number, arguments.one_of
local above_zero, pattern, whole = arguments.above_zero, arguments.pattern, arguments.whole

local controls = {}

-- {====== Ledger ======

local CRITERIA = { method = kind "string", path = pattern, query = kind "string", operation = kind "string" }

--- The exchanges so far, in the order of arrival.
-- @tparam ?table criteria `method`, `path` (a Lua pattern, searched in the unescaped path), `query` (the whole, as it
-- was sent), `operation`
-- @treturn table list of { n, time, method, path, query, url, headers (names in lower case), body (decoded where it is
-- JSON), operation, status, processed, connection, fault, client_request_id, error_code }
function controls:ledger(criteria)
  return self:call("ledger", check("ledger", criteria or {}, CRITERIA))
end

--- The number of exchanges that `ledger` would return.
-- @tparam ?table criteria
-- @treturn integer
function controls:count(criteria)
  return self:call("count", check("count", criteria or {}, CRITERIA))
end

--- Clears the ledger.
function controls:forget()
  self:call("forget")
end

-- }======

-- {====== Faults ======

local function map(test, what)
  return function(value)
    if type(value) ~= "table" then return what end
    for name, member in pairs(value) do
      if type(name) ~= "string" or not test(member) then return what end
    end
    return true
  end
end

local function is_text(value) return type(value) == "string" end

-- a list of them is a header that comes as often
local function is_header(value)
  if type(value) ~= "table" then return is_text(value) or type(value) == "number" end
  for _, text in ipairs(value) do
    if not is_text(text) then return false end
  end
  return #value > 0
end

local OF_CONNECTIONS = { drop = true, reset = true, stall = true, garbage = true }

local FAULT = {
  at = one_of("answer", "connection"), method = kind "string", path = pattern, query = kind "string",
  operation = kind "string", after = whole(0, 0x80000000), times = whole(1, 0x80000000),
  action = one_of(table.unpack(faults.actions())), processed = kind "boolean", seconds = number(0),
  before = one_of("headers", "body"), status = whole(200, 599),
  headers = map(is_header, "name -> text, or a list of texts,"), body = kind "string",
  bytes = function(value)
    return type(value) == "string" or whole(0, 0x80000000)(value) == true or "bytes, or how many"
  end,
  retry_after = function(value) return is_header(value) or "a header's value, or a list of texts," end,
  shape = one_of(table.unpack(faults.shapes())), code = kind "string", message = kind "string",
  set = map(is_text, "place -> text"), replace = map(is_text, "text -> text"),
  link = one_of(table.unpack(edits.links())),
  prefix = kind "string", suffix = kind "string", gzip = kind "boolean", cut = whole(0, 0x80000000),
}

local NEEDED = { stall = "seconds", status = "status" }

-- What is missing, or does not fit together.
local function fault_flaw(fault)
  if not fault.action then return "action is missing" end
  if fault.at == "connection" then
    return not OF_CONNECTIONS[fault.action] and "at a connection, drop, reset, stall and garbage are possible" or nil
  end
  local needed = NEEDED[fault.action]
  return needed and not fault[needed] and needed .. " is missing" or nil
end

-- As JSON carries it: a list of texts stays one, and any other value is a text.
local function header_of(value)
  return type(value) == "number" and tostring(value) or value
end

--- Makes something go wrong.
-- @tparam table fault `method`, `path`, `query`, `operation` as for `ledger`;
-- `after` (0): matches that are let through first;
-- `times` (1): matches that are hit; `action`:
-- "drop" (closed before processing), "lose" (processed, then closed without an answer), "reset" (RST; `processed`),
-- "stall" (`seconds` of silence, `before` the "headers" or in the middle of the "body"), "truncate" (the body ends
-- after `bytes`), "status" (`status`, `headers`, `body`, or `code` and `message` in a `shape`; `processed`), "garbage"
-- (`bytes` instead of HTTP), "throttle" (429 with `retry_after` as it is), "edit" (the service's own answer, changed:
-- see the module m365restore.simulator.testing.edits). With `at` = "connection" it hits new connections, before TLS:
-- "drop", "reset", "stall" (for ever) and "garbage"
function controls:fault(fault)
  check("fault", fault, FAULT)
  local flaw = fault_flaw(fault)
  if flaw then error("fault: " .. flaw, 2) end
  local copy = {}
  for name, value in pairs(fault) do copy[name] = value end
  copy.retry_after = header_of(fault.retry_after)
  self:call("fault", copy)
end

--- Takes back every fault.
-- @treturn integer matches that were still to be hit; 0: everything went wrong that was asked for
function controls:clear_faults()
  return self:call("clear_faults")
end

-- }======

-- {====== The world ======

local KIND = one_of("site", "drive", "mailbox")
local SERVICE = one_of("sharePoint", "oneDriveForBusiness", "exchange")

--- The protection units, as the service shows them to a delegated caller.
-- @tparam ?string unit_kind "site", "drive" or "mailbox"
-- @treturn table list
function controls:units(unit_kind)
  if unit_kind ~= nil then check("units", { kind = unit_kind }, { kind = KIND }) end
  return self:call("units", { kind = unit_kind })
end

--- The restore points of a unit, newest first.
-- @tparam string unit_id
-- @treturn table list
function controls:points(unit_id)
  return self:call("points", { unit = unit_id })
end

--- Every session, each with its `artifacts` and its `service`.
-- @treturn table list
function controls:sessions()
  return self:call("sessions")
end

--- One session with its `artifacts`.
-- @tparam string id
-- @treturn table
function controls:session(id)
  return self:call("session", { id = id })
end

--- Puts a session into a state that does not depend on its artifacts; nil gives it back to the clock.
-- @tparam string id
-- @tparam ?string state any string, known or not
function controls:set_state(id, state)
  self:call("set_state", { id = id, state = state })
end

--- Changes properties of a protection unit, its `status` for instance.
-- @tparam string id
-- @tparam table properties; and what no unit shows: `unchanged` = true: a mailbox is what its restore points hold, and
-- so nothing of it is restored; `hits`: how many messages each search of a mailbox finds; `held` = true: a hold that
-- forbids to restore it in place; `locked` = true: files of it cannot be restored; `rights_managed`: the name of a
-- library whose files cannot be; `moved` = true: to another geography, which leaves it one restore point a week;
-- `shrinks` = { from = epoch seconds, days = }: a shorter retention is announced, which the unit shows and its points
-- do not
function controls:set_unit(id, properties)
  self:call("set_unit", { id = id, properties = properties })
end

local PERSON = {
  userPrincipalName = kind "string", mail = kind "string", displayName = kind "string", proxyAddresses = kind "table",
}

--- Changes properties of a person of the directory, or adds one who owns no unit.
-- @tparam string id the directoryObjectId
-- @tparam table properties `userPrincipalName`, `mail`, `displayName`, `proxyAddresses` (a list of texts such as
-- "SMTP:jane@contoso.com" and "smtp:j.doe@contoso.com")
function controls:set_user(id, properties)
  self:call("set_user", { id = id, properties = check("set_user", properties, PERSON) })
end

--- Puts a policy into a state, "activeWithErrors" for instance; nil gives it back to the clock.
-- @tparam string id
-- @tparam ?string state any string, known or not
function controls:set_policy(id, state)
  self:call("set_policy", { id = id, state = state })
end

local SERVICE_STATE = {
  status = kind "string", disableReason = kind "string", backupServiceConsumer = kind "string",
  restoreAllowedTillDateTime = kind "string", gracePeriodDateTime = kind "string",
  billing = one_of("valid", "invalid", "unreadable"),
}

--- Changes the state of the backup service.
-- @tparam table properties of serviceStatus, such as `status` = "restoreLocked"; and `billing`, the profile that
-- enabling looks at: "valid", "invalid" or "unreadable"
function controls:set_service(properties)
  self:call("set_service", check("set_service", properties, SERVICE_STATE))
end

--- Lets browse sessions over a restore point fail that are created from now on.
-- @tparam string id of the restore point
-- @tparam ?table problem `code` ("UnknownError") and `message`
function controls:fail_browse(id, problem)
  problem = check("fail_browse", problem or {}, { code = kind "string", message = kind "string" })
  self:call("fail_browse", {
    id = id, code = problem.code or "UnknownError", message = problem.message or "An unexpected fault.",
  })
end

--- Lets a restore point expire now.
-- @tparam string id
function controls:remove_point(id)
  self:call("remove_point", { id = id })
end

local FAILURE = {
  restorePoint = kind "string", unit = kind "string", item = kind "string", service = SERVICE, code = kind "string",
  message = kind "string", target = kind "string", times = whole(1, 0x80000000),
}

--- Lets artifacts fail that are activated from now on.
-- @tparam table rule which: `restorePoint`, `unit` (ids), `item` (a granular item's key), `service`, at most `times`;
-- and how: `code` ("UnknownError"), `message`, `target`
function controls:fail_artifact(rule)
  check("fail_artifact", rule, FAILURE)
  local copy = { code = "UnknownError", message = "An unexpected fault." }
  for name, value in pairs(rule) do copy[name] = value end
  self:call("fail_artifact", copy)
end

local REFUSAL = { restorePoint = kind "string", item = kind "string", code = kind "string", message = kind "string" }

--- Lets updates refuse an artifact in a row of its own, inside their 200.
-- @tparam table rule `restorePoint` or `item`, `code` ("Invalid"), `message`
function controls:refuse_artifact(rule)
  check("refuse_artifact", rule, REFUSAL)
  if not rule.restorePoint and not rule.item then error("refuse_artifact: restorePoint or item is missing", 2) end
  self:call("refuse_artifact", {
    restorePoint = rule.restorePoint, item = rule.item, code = rule.code or "Invalid",
    message = rule.message or "The artifact cannot be added",
  })
end

local FOREIGN = { service = SERVICE, lasting = above_zero }

--- Starts sessions of another program.
-- @tparam integer count
-- @tparam ?table options `service` ("sharePoint"), `lasting` in simulated seconds (10800)
-- @treturn table list of their ids
function controls:activate_foreign(count, options)
  check("activate_foreign", { count = count }, { count = whole(1, 10000) })
  options = check("activate_foreign", options or {}, FOREIGN)
  return self:call("activate_foreign", {
    count = count, service = options.service or "sharePoint", lasting = options.lasting or 10800,
  })
end

local STAGED = {
  service = SERVICE, application = kind "string", artifacts = kind "table", ago = number(0), lasting = above_zero,
  state = one_of("draft", "running", "succeeded", "failed"),
}
local STAGED_ARTIFACT = {
  restorePoint = kind "string", destinationType = one_of("inPlace", "new"), item = kind "string",
  browseSession = kind "string", search = kind "string",
}

--- Puts a session of another application into the service, as if it had been there before. Whole units, files of a
-- browse session and messages are possible, one kind in a session.
-- @tparam table options `artifacts` (a list, each with `restorePoint` and `destinationType`; files have `item`, a key,
-- and `browseSession`, an id, and no restore point; messages have `search`, a searchResponseId, too); `state`
-- ("succeeded": "draft", "running", "succeeded" or "failed"); `ago` (simulated seconds since it was created or
-- activated; 7200 for one that has ended, else 0); `lasting` (simulated seconds that its artifacts take; 600 for one
-- that has ended, else 10800); `application` (the id of another backup tool); `service` ("sharePoint")
-- @treturn string the session's id
function controls:stage_session(options)
  check("stage_session", options, STAGED)
  local list = options.artifacts or {}
  if #list == 0 then error("stage_session: artifacts is missing", 2) end
  for i, artifact in ipairs(list) do check(("stage_session: artifacts[%d]"):format(i), artifact, STAGED_ARTIFACT) end
  local state = options.state or "succeeded"
  local ended = state == "succeeded" or state == "failed"
  return self:call("stage_session", {
    service = options.service or "sharePoint", application = options.application, artifacts = list, state = state,
    ago = options.ago or (ended and 7200 or 0), lasting = options.lasting or (ended and 600 or 10800),
  })
end

--- Every restore that was begun, in the order in which they end: what was restored, from where and to where.
-- @treturn table list of { session, application, service, unit, restorePoint, destinationType, browseSession, item,
-- search, state (of the artifact, now), start and finish (epoch seconds) }
function controls:restores()
  return self:call("restores")
end

--- The most artifacts of a workload that were activated and unfinished at a time.
-- @tparam string service
-- @treturn integer
function controls:peak_in_flight(service)
  check("peak_in_flight", { service = service }, { service = SERVICE })
  return self:call("peak", { service = service })
end

-- }======

return controls
