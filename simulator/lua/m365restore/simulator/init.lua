--- A simulator of Microsoft 365 Backup Storage's restore API, over real HTTP on 127.0.0.1.
--
--     local sim <close> = require("m365restore.simulator").start { sites = 400, speed = 3600 }
--     local client = m365.client { base_url = sim.url, credential = sim:credential(), clock = sim:clock() }
--
-- It runs in threads and a Lua state of its own, so that a client that blocks does not block it.
-- @module m365restore.simulator

-- Written so that an older Lua can read it: everything below needs 5.4.
if _VERSION ~= "Lua 5.4" and _VERSION ~= "Lua 5.5" then
  local jit = rawget(_G, "jit")
  error("m365restore-simulator needs Lua 5.4 or 5.5; this is " .. (jit and jit.version or _VERSION), 0)
end

local clock = require "m365restore.simulator.world.clock"
local dialects = require "m365restore.simulator.dialects"
local edits = require "m365restore.simulator.testing.edits"
local faults = require "m365restore.simulator.testing.faults"
local host = require "m365restore.simulator.host"
local json = require "m365restore.simulator.wire.json"
local tree = require "m365restore.simulator.world.tree"

local Simulator = { __name = "m365restore.simulator" }
Simulator.__index = Simulator

local simulator = {}

-- {====== Options ======

-- A test of an option: returns true, or what was expected.
local function whole(low, high)
  return function(value)
    if math.type(value) == "integer" and value >= low and value <= high then return true end
    return ("a whole number from %d to %d"):format(low, high)
  end
end

local function number(low)
  return function(value)
    if type(value) == "number" and value >= low and value < math.huge then return true end
    return ("a number, at least %g"):format(low)
  end
end

local function kind(name)
  return function(value) return type(value) == name or "a " .. name end
end

local function above_zero(value)
  return type(value) == "number" and value > 0 and value < math.huge or "a number above 0"
end

local function one_of(...)
  local words = { ... }
  return function(value)
    for _, word in ipairs(words) do
      if word == value then return true end
    end
    return "one of " .. table.concat(words, ", ")
  end
end

local function pattern(value)
  return type(value) == "string" and pcall(string.find, "", value) or "a Lua pattern"
end

--- The known name that is most like a wrong one: the one that shares the most pairs of letters.
local function nearest(name, known)
  local best, most = nil, 0
  for candidate in pairs(known) do
    local shared = 0
    for i = 1, #name - 1 do
      shared = shared + (candidate:find(name:sub(i, i + 1), 1, true) and 1 or 0)
    end
    if shared > most or shared == most and best and candidate < best then best, most = candidate, shared end
  end
  return 2 * most >= #name - 1 and best or nil
end

-- Misuse is the caller's: the message names the function and the option, and points at the line of the call.
local function check(where, given, known)
  if type(given) ~= "table" then
    error(("%s: a table of options was expected, got %s"):format(where, type(given)), 3)
  end
  for name, value in pairs(given) do
    local test = known[name]
    if not test then
      local like = nearest(tostring(name), known)
      local hint = like and ("; did you mean '%s'?"):format(like) or ""
      error(("%s: unknown option '%s'%s"):format(where, tostring(name), hint), 3)
    end
    local expected = test(value)
    if expected ~= true then
      error(("%s.%s: %s was expected, got %s"):format(where, name, expected, tostring(value)), 3)
    end
  end
  return given
end

local LIMITS = {
  artifacts_per_request = 50, active_sessions = 25, in_flight = 1000, units_per_search = 20,
  units_per_policy_request = 50, resources_per_bulk = 10000, groups_per_rule = 100, messages_per_artifact = 1000,
  copies_per_unit = 1000, exclusions_per_job = 10000, recipients = 20,
}
-- What a snapshot holds; see the module tree.
local TREE = { sites = 1, libraries = 1, folders = 3, files = 5, depth = 2 }
local LIMIT_TESTS, TREE_TESTS = {}, {}
for name in pairs(LIMITS) do LIMIT_TESTS[name] = whole(1, 0x80000000) end
for name in pairs(TREE) do TREE_TESTS[name] = whole(name == "sites" and 1 or 0, tree.LARGEST) end

local DEFAULTS = {
  sites = 100, drives = 0, mailboxes = 0, exclusions = 0, points_per_unit = 5, point_interval = 6 * 3600, seed = 1,
  speed = 3600, page_size = 100, max_page_size = 1000, latency = 0, now = 1793577600, port = 0, filter_length = 2048,
}

local START = {
  sites = whole(0, 0x80000000), drives = whole(0, 0x80000000), mailboxes = whole(0, 0x80000000),
  points_per_unit = whole(0, 1000), exclusions = whole(0, 100000),
  point_interval = whole(1, 0x80000000), seed = whole(math.mininteger, math.maxinteger), speed = above_zero,
  page_size = whole(1, 100000), max_page_size = whole(1, 100000), latency = number(0), now = number(0),
  port = whole(0, 65535), filter_length = whole(1, 0x80000000), dialect = kind "table", limits = kind "table",
  tree = kind "table",
  tls = kind "table",
}

local TLS = { certificate = kind "string", key = kind "string", priorities = kind "string" }

local function overlay(defaults, given)
  local full = {}
  for name, value in pairs(defaults) do full[name] = value end
  for name, value in pairs(given or {}) do full[name] = value end
  return full
end

local function complete(options)
  local full = overlay(DEFAULTS, options)
  full.limits, full.tree = overlay(LIMITS, options.limits), overlay(TREE, options.tree)
  full.scheme = options.tls and "https" or "http"
  full.tls = nil -- the key is the host's business
  return full
end

-- }======

-- {====== Start and stop ======

local function launch(options, full)
  local tls = options.tls or {}
  return host.start {
    module = "m365restore.simulator.model", options_json = json.encode(full), port = full.port,
    package_path = package.path, package_cpath = package.cpath,
    certificate = tls.certificate, key = tls.key, priorities = tls.priorities,
  }
end

--- Starts a simulator.
-- @tparam ?table options
-- `sites` (100), `drives` (0), `mailboxes` (0): protected units of each kind;
-- `points_per_unit` (5) and `point_interval` (21600 seconds): restore points of a unit, the odd ones fastRestore;
-- `exclusions` (0): sites and users of each workload that its policy leaves out;
-- `seed` (1): everything that looks random follows from it;
-- `speed` (3600): simulated seconds per real second; `now`: epoch seconds at the start (2026-11-02T00:00:00Z);
-- `page_size` (100), `max_page_size` (1000), `filter_length` (2048);
-- `latency` (0): real seconds before every answer;
-- `limits`: `artifacts_per_request` (50), `active_sessions` (25), `in_flight` (1000), `units_per_search` (20);
-- `tree`: what each snapshot holds: `sites` (1), `libraries` of each (1), `folders` (3) and `files` (5) in each
-- library and folder, `depth` of the folders (2);
-- `dialect`: see the module m365restore.simulator.dialects; `port` (0: a free one);
-- `tls`: `certificate` and `key` as PEM texts, and perhaps `priorities` for GnuTLS
-- @treturn Simulator a to-be-closed value; raises for wrong options and when it cannot start; never yields
function simulator.start(options)
  options = check("start", options or {}, START)
  check("start: limits", options.limits or {}, LIMIT_TESTS)
  check("start: tls", options.tls or {}, TLS)
  check("start: tree", options.tree or {}, TREE_TESTS)
  local full = complete(options)
  if tree.count(full.tree) > tree.LARGEST then
    error(("start: tree: more than %d items"):format(tree.LARGEST), 2)
  end
  local ok, dialect = pcall(dialects.complete, options.dialect)
  if not ok then error("start: " .. dialect, 2) end
  full.dialect = dialect
  -- whole milliseconds, which JSON carries exactly: both clocks start from the same number
  full.origin = math.floor(host.monotonic() * 1000) / 1000
  local self = setmetatable({ clock_ = clock.new(full.now, full.origin, full.speed) }, Simulator)
  self.host = assert(launch(options, full))
  self.url = ("%s://127.0.0.1:%d"):format(full.scheme, self.host:port())
  for name, value in pairs(self:call("hints")) do self[name] = value end
  return self
end

--- Stops the simulator: ends every connection and every stall. Safe to repeat.
function Simulator:stop()
  self.host:stop()
end

Simulator.__close = Simulator.stop

function Simulator:__tostring()
  return ("%s (%s)"):format(Simulator.__name, self.url)
end

-- Runs a command of the model; a simulator that was stopped raises.
function Simulator:call(name, arguments)
  local answer, problem = self.host:call(name, json.encode(arguments or {}))
  if not answer then error(problem, 3) end
  return json.plain(json.decode(answer))
end

-- }======

-- {====== Identity and time ======

local CREDENTIAL = {
  application = kind "string", delegated = kind "boolean", permissions = kind "table", lifetime = above_zero,
}

--- A credential whose tokens this simulator accepts.
-- @tparam ?table options `application` (the id of the tenant's own), `delegated` (false), `permissions` (a list of
-- names; all of them), `lifetime` in simulated seconds (3599)
-- @treturn function (request) -> token, expires_in_seconds; `request.claims` answers a challenge
function Simulator:credential(options)
  options = check("credential", options or {}, CREDENTIAL)
  return function(request)
    local claims = type(request) == "table" and request.claims or nil
    local minted = self:call("mint", {
      application = options.application, delegated = options.delegated, permissions = options.permissions,
      lifetime = options.lifetime, claims = claims,
    })
    return minted.token, minted.expires_in
  end
end

--- Makes every token worthless that was given out so far.
-- @tparam ?string claims a challenge (JSON) that new tokens have to answer
function Simulator:revoke_tokens(claims)
  self:call("revoke", { claims = claims })
end

local TRUST = { certificate = kind "string", federated = kind "string" }

--- Makes the app able to prove itself in other ways than by its secret.
-- @tparam table options `certificate` (PEM text; needs the module m365restore.crypto), `federated` (a token of another
-- issuer)
function Simulator:trust(options)
  self:call("trust", check("trust", options, TRUST))
end

local IDENTITY = {
  lifetime = above_zero, refresh_in = above_zero, interval = number(0), code_lifetime = above_zero,
  outcome = one_of("approved", "declined"), arc = kind "table",
}

--- How the identity provider behaves from now on.
-- @tparam table options `lifetime` of tokens and `refresh_in` (simulated seconds); of device codes `interval`,
-- `code_lifetime` and the `outcome` of every sign-in ("approved" or "declined"); `arc` (`path` of a file, and the
-- `secret` in it that proves to Azure Arc who asks)
function Simulator:identity(options)
  self:call("identity", check("identity", options, IDENTITY))
end

--- Somebody types in the code of a device.
-- @tparam string user_code
-- @tparam ?string outcome "approved" (default) or "declined"
function Simulator:sign_in(user_code, outcome)
  self:call("device", { user_code = user_code, outcome = outcome or "approved" })
end

--- Makes every refresh token worthless.
function Simulator:end_sign_ins()
  self:call("end_sign_ins")
end

--- Every secret that this simulator has given out, for a test that looks for them.
-- @treturn table list of strings
function Simulator:secrets()
  return self:call("secrets")
end

local function face(shared, ahead)
  local offset = ahead or 0
  return {
    now = function() return shared:at(host.monotonic()) + offset end,
    monotonic = function() return shared:at(host.monotonic()) end,
    delay = function(_, seconds) return seconds / shared.speed end,
    set = function(_, seconds) offset = seconds end,
  }
end

local CLOCK = {
  ahead = function(value)
    return type(value) == "number" and value - value == 0 or "a number of seconds"
  end,
}

--- The simulated clock, computed here without asking the model.
-- @tparam ?table options `ahead` (0): seconds that the client's clock is ahead of the service's; below 0 it is behind
-- @treturn table `now(self)` -> epoch seconds with fraction; `monotonic(self)` -> the same on a clock that
-- nobody sets; `delay(self, seconds)` -> real seconds to wait for so much simulated time; `set(self, ahead)`: from now
-- on `now` is so far ahead, as when the clock of the client's machine is set
function Simulator:clock(options)
  options = check("clock", options or {}, CLOCK)
  return face(self.clock_, options.ahead)
end

--- What another process on this machine needs to use this simulator, as one line of text for `attach`.
-- Its clock is right until this simulator is advanced again.
-- @tparam ?table options of its credential, as for `credential`
-- @treturn string
function Simulator:invitation(options)
  local shared = self.clock_
  local token, expires_in = self:credential(options)()
  return json.encode {
    url = self.url, token = token, expires_in = expires_in, speed = shared.speed, advanced = shared.advanced,
    start = shared.start, origin = shared.origin,
  }
end

--- Uses the simulator of another process.
-- @tparam string invitation
-- @treturn table `url`, `clock(self)` and `credential(self)`, as a simulator of one's own has them
function simulator.attach(invitation)
  local given, problem = json.decode(invitation)
  if problem then error("attach: " .. problem, 2) end
  local shared = clock.new(given.start, given.origin, given.speed)
  shared:advance(given.advanced)
  return {
    url = given.url,
    clock = function() return face(shared) end,
    credential = function()
      return function() return given.token, given.expires_in end
    end,
  }
end

--- Jumps ahead, at once, for the service and for every clock of this simulator.
-- @tparam number seconds simulated ones
function Simulator:advance(seconds)
  local expected = number(0)(seconds)
  if expected ~= true then error("advance: seconds: " .. expected .. " expected, got " .. tostring(seconds), 2) end
  self:call("advance", { seconds = seconds })
  self.clock_:advance(seconds)
end

-- }======

-- {====== Ledger ======

local CRITERIA = { method = kind "string", path = pattern, query = kind "string", operation = kind "string" }

--- The exchanges so far, in the order of arrival.
-- @tparam ?table criteria `method`, `path` (a Lua pattern, searched in the unescaped path), `query` (the whole, as it
-- was sent), `operation`
-- @treturn table list of { n, time, method, path, query, url, headers (names in lower case), body (decoded where it is
-- JSON), operation, status, processed, connection, fault, client_request_id, error_code }
function Simulator:ledger(criteria)
  return self:call("ledger", check("ledger", criteria or {}, CRITERIA))
end

--- The number of exchanges that `ledger` would return.
-- @tparam ?table criteria
-- @treturn integer
function Simulator:count(criteria)
  return self:call("count", check("count", criteria or {}, CRITERIA))
end

--- Clears the ledger.
function Simulator:forget()
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

local ACTIONS = { "drop", "lose", "reset", "stall", "truncate", "edit", "status", "garbage", "throttle" }
local OF_CONNECTIONS = { drop = true, reset = true, stall = true, garbage = true }

local FAULT = {
  at = one_of("answer", "connection"), method = kind "string", path = pattern, query = kind "string",
  operation = kind "string", after = whole(0, 0x80000000), times = whole(1, 0x80000000),
  action = one_of(table.unpack(ACTIONS)), processed = kind "boolean", seconds = number(0),
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
function Simulator:fault(fault)
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
function Simulator:clear_faults()
  return self:call("clear_faults")
end

-- }======

-- {====== The world ======

local KIND = one_of("site", "drive", "mailbox")
local SERVICE = one_of("sharePoint", "oneDriveForBusiness", "exchange")

--- The protection units, as the service shows them to a delegated caller.
-- @tparam ?string unit_kind "site", "drive" or "mailbox"
-- @treturn table list
function Simulator:units(unit_kind)
  if unit_kind ~= nil then check("units", { kind = unit_kind }, { kind = KIND }) end
  return self:call("units", { kind = unit_kind })
end

--- The restore points of a unit, newest first.
-- @tparam string unit_id
-- @treturn table list
function Simulator:points(unit_id)
  return self:call("points", { unit = unit_id })
end

--- Every session, each with its `artifacts` and its `service`.
-- @treturn table list
function Simulator:sessions()
  return self:call("sessions")
end

--- One session with its `artifacts`.
-- @tparam string id
-- @treturn table
function Simulator:session(id)
  return self:call("session", { id = id })
end

--- Puts a session into a state, whatever its artifacts do; nil gives it back to the clock.
-- @tparam string id
-- @tparam ?string state any string, known or not
function Simulator:set_state(id, state)
  self:call("set_state", { id = id, state = state })
end

--- Changes properties of a protection unit, its `status` for instance.
-- @tparam string id
-- @tparam table properties; and what no unit shows: `unchanged` = true: a mailbox is what its restore points hold, and
-- so nothing of it is restored; `hits`: how many messages each search of a mailbox finds; `held` = true: a hold that
-- forbids to restore it in place; `locked` = true: files of it cannot be restored; `rights_managed`: the name of a
-- library whose files cannot be; `moved` = true: to another geography, which leaves it one restore point a week
function Simulator:set_unit(id, properties)
  self:call("set_unit", { id = id, properties = properties })
end

local PERSON = {
  userPrincipalName = kind "string", mail = kind "string", displayName = kind "string", proxyAddresses = kind "table",
}

--- Changes properties of a person of the directory, or adds one who owns no unit.
-- @tparam string id the directoryObjectId
-- @tparam table properties `userPrincipalName`, `mail`, `displayName`, `proxyAddresses` (a list of texts such as
-- "SMTP:jane@contoso.com" and "smtp:j.doe@contoso.com")
function Simulator:set_user(id, properties)
  self:call("set_user", { id = id, properties = check("set_user", properties, PERSON) })
end

--- Puts a policy into a state, "activeWithErrors" for instance; nil gives it back to the clock.
-- @tparam string id
-- @tparam ?string state any string, known or not
function Simulator:set_policy(id, state)
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
function Simulator:set_service(properties)
  self:call("set_service", check("set_service", properties, SERVICE_STATE))
end

--- Lets browse sessions over a restore point fail that are created from now on.
-- @tparam string id of the restore point
-- @tparam ?table problem `code` ("UnknownError") and `message`
function Simulator:fail_browse(id, problem)
  problem = check("fail_browse", problem or {}, { code = kind "string", message = kind "string" })
  self:call("fail_browse", {
    id = id, code = problem.code or "UnknownError", message = problem.message or "An unexpected fault.",
  })
end

--- Lets a restore point expire now.
-- @tparam string id
function Simulator:remove_point(id)
  self:call("remove_point", { id = id })
end

local FAILURE = {
  restorePoint = kind "string", unit = kind "string", item = kind "string", service = SERVICE, code = kind "string",
  message = kind "string", target = kind "string", times = whole(1, 0x80000000),
}

--- Lets artifacts fail that are activated from now on.
-- @tparam table rule which: `restorePoint`, `unit` (ids), `item` (a granular item's key), `service`, at most `times`;
-- and how: `code` ("UnknownError"), `message`, `target`
function Simulator:fail_artifact(rule)
  check("fail_artifact", rule, FAILURE)
  local copy = { code = "UnknownError", message = "An unexpected fault." }
  for name, value in pairs(rule) do copy[name] = value end
  self:call("fail_artifact", copy)
end

local REFUSAL = { restorePoint = kind "string", item = kind "string", code = kind "string", message = kind "string" }

--- Lets updates refuse an artifact in a row of its own, inside their 200.
-- @tparam table rule `restorePoint` or `item`, `code` ("Invalid"), `message`
function Simulator:refuse_artifact(rule)
  check("refuse_artifact", rule, REFUSAL)
  if not rule.restorePoint and not rule.item then error("refuse_artifact: restorePoint or item is missing", 2) end
  self:call("refuse_artifact", {
    restorePoint = rule.restorePoint, item = rule.item, code = rule.code or "Invalid",
    message = rule.message or "The artifact cannot be added",
  })
end

local FOREIGN = { service = SERVICE, lasting = above_zero }

--- Starts sessions of somebody else.
-- @tparam integer count
-- @tparam ?table options `service` ("sharePoint"), `lasting` in simulated seconds (10800)
-- @treturn table list of their ids
function Simulator:activate_foreign(count, options)
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
function Simulator:stage_session(options)
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
function Simulator:restores()
  return self:call("restores")
end

--- The most artifacts of a workload that were activated and unfinished at a time.
-- @tparam string service
-- @treturn integer
function Simulator:peak_in_flight(service)
  check("peak_in_flight", { service = service }, { service = SERVICE })
  return self:call("peak", { service = service })
end

-- }======

return simulator
