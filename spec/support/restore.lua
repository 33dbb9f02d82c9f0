--- What the specs of the workflows share: a tenant whose restores take moments, plans of it, and what its ledger says.
local assert = require "luassert"
local clock = require "m365restore.clock"
local core = require "m365restore.core"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local tenant = require "spec.support.tenant"

local support = {}

--- T of all plans here: some hours before the simulator's start.
support.T = "2026-11-01T06:00:00Z"

--- Under a sanitizer everything is slow, and what is Lua alone is not its business: matrices are cut to a sample.
support.is_slow = (os.getenv "BUILD" or ""):find "asan" ~= nil

--- Ten simulated hours of waiting in half a second.
support.SPEED = 72000

-- Time passes while a client waits, and not while it works: on a slow machine days would go by between two requests.
-- A task that waits lets the others work for `seconds / speed`, and then moves the simulator to its own moment.
local sleep = clock.sleep

function clock.sleep(self, seconds, client)
  if not self.pass then return sleep(self, seconds, client) end
  return self:pass(seconds, client)
end

-- Lets every clock of a simulator stand but for waits.
local function let_waits_pass(sim, speed)
  local make = sim.clock
  function sim.clock(...)
    local time = make(...)
    function time:pass(seconds, client)
      local wake = self:monotonic() + seconds
      local rest = math.max(seconds, 0) / speed
      local open = client == nil and core.sleep(rest) or client and client:sleep(rest)
      if open then sim:advance(math.max(wake - self:monotonic(), 0)) end
    end
    return time
  end
end

local Bench = {}
Bench.__index = Bench

--- Starts a tenant, a client of it, and an empty folder for journals.
-- @tparam ?table options of the simulator, where `speed` is that of waits: without them no time passes, unless it
-- `flows` (false)
-- @tparam ?table client_options
function support.start(options, client_options)
  local all = { sites = 60, drives = 0, mailboxes = 0, speed = support.SPEED }
  for name, value in pairs(options or {}) do all[name] = value end
  local speed, flows = all.speed, all.flows
  all.speed, all.flows = flows and speed or 1, nil
  local place = tenant.start(all)
  if not flows then let_waits_pass(place.sim, speed) end
  return setmetatable({
    tenant = place, sim = place.sim, client = place:client(client_options), folder = scratch.folder(),
  }, Bench)
end

--- A path in the folder.
function Bench:path(name)
  return self.folder .. "/" .. (name or "run.jsonl")
end

--- A plan for everything, to new places unless told.
function Bench:plan(options)
  local spec = { service = "sharePoint", targets = "all", before = support.T, destination = "new" }
  for name, value in pairs(options or {}) do spec[name] = value end
  return assert(m365.plan(self.client, spec))
end

--- Applies a plan; the journal is `run.jsonl` unless told.
function Bench:apply(plan, options)
  -- days go by in a second here, and a machine may be slow: no wait may end by itself
  local opts = {
    journal = self:path(), confirm = plan.hash, interval = "20m", url_wait = 0, timeout = "3650d", patience = "365d",
  }
  for name, value in pairs(options or {}) do opts[name] = value end
  return m365.apply(self.client, plan, opts)
end

local function is_foreign(session)
  local by = session.createdBy
  return type(by) == "table" and by.application and by.application.displayName == "Another Backup Tool"
end

--- How often each restore point was activated, by what the service holds, without the sessions of others.
function Bench:activations()
  local counts = {}
  for _, session in ipairs(self.sim:sessions()) do
    local counted = session.status:lower() ~= "draft" and not is_foreign(session)
    for _, artifact in ipairs(counted and session.artifacts or {}) do
      local id = artifact.restorePoint.id
      counts[id] = (counts[id] or 0) + 1
    end
  end
  return counts
end

--- Every planned row was activated exactly once, and nothing else was.
function Bench:assert_exactly_once(plan)
  local counts, expected = self:activations(), {}
  for _, row in ipairs(plan.rows) do
    if not row.refusal then expected[row.restorePointId] = 1 end
  end
  assert.same(expected, counts)
end

--- The outcomes of a report, counted.
function support.outcomes(run)
  return run:report().counts
end

function Bench:stop()
  self.tenant:stop()
  scratch.remove(self.folder)
end

return support
