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

local arguments = require "m365restore.simulator.testing.arguments"
local clock = require "m365restore.simulator.world.clock"
local controls = require "m365restore.simulator.testing.controls"
local dialects = require "m365restore.simulator.dialects"
local figures = require "m365restore.simulator.world.figures"
local host = require "m365restore.simulator.host"
local json = require "m365restore.simulator.wire.json"
local tree = require "m365restore.simulator.world.tree"

local check, kind, number, one_of = arguments.check, arguments.kind, arguments.number, arguments.one_of
local above_zero, whole = arguments.above_zero, arguments.whole

-- what a test does to it beside starting it is in the module testing.controls
local Simulator = { __name = "m365restore.simulator" }
Simulator.__index = Simulator
for name, method in pairs(controls) do Simulator[name] = method end

local simulator = {}

-- {====== Options ======

-- What a snapshot holds; see the module tree.
local TREE = { sites = 1, libraries = 1, folders = 3, files = 5, depth = 2 }
local LIMIT_TESTS, TREE_TESTS = {}, {}
for name in pairs(figures.limits) do LIMIT_TESTS[name] = whole(1, 0x80000000) end
for name in pairs(TREE) do TREE_TESTS[name] = whole(name == "sites" and 1 or 0, figures.most.items_in_tree) end

local DEFAULTS = {
  sites = 100, drives = 0, mailboxes = 0, exclusions = 0, points_per_unit = 5, point_interval = 6 * figures.HOUR,
  seed = 1, speed = 3600, page_size = 100, max_page_size = 1000, latency = 0, now = 1793577600, port = 0,
  filter_length = 2048,
}

local START = {
  sites = whole(0, 0x80000000), drives = whole(0, 0x80000000), mailboxes = whole(0, 0x80000000),
  points_per_unit = whole(0, 1000), exclusions = whole(0, 100000),
  point_interval = whole(1, 0x80000000), seed = whole(math.mininteger, math.maxinteger), speed = above_zero,
  page_size = whole(1, 100000), max_page_size = whole(1, 100000), latency = number(0), now = number(0),
  port = whole(0, 65535), filter_length = whole(1, 0x80000000), dialect = kind "table", limits = kind "table",
  tree = kind "table", tls = kind "table",
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
  full.limits, full.tree = overlay(figures.limits, options.limits), overlay(TREE, options.tree)
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
  if tree.count(full.tree) > figures.most.items_in_tree then
    error(("start: tree: more than %d items"):format(figures.most.items_in_tree), 2)
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
function Simulator:call(name, values)
  local answer, problem = self.host:call(name, json.encode(values or {}))
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

local function client_clock(shared, ahead)
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
  return client_clock(self.clock_, options.ahead)
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
    clock = function() return client_clock(shared) end,
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

return simulator
