local core = require "m365restore.core"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local support = require "spec.support.restore"
local system = require "m365restore.system"

local TARGETS, SPEED = 200, 400000
local KILLED = 9

--- Besides one of each kind, this many moments are tried where not all are: fewer under a sanitizer, which is slow.
local SAMPLE = support.is_slow and 1 or 3

local function child(sim, folder, kill_at)
  local env = scratch.environment()
  -- LeakSanitizer's own thread crashes now and then, and this starts hundreds of programs; leaks are others' business
  env.ASAN_OPTIONS = "detect_leaks=0"
  return assert(system.run(
    { scratch.interpreter(), "spec/run/kill_child.lua", sim:invitation { lifetime = 1e9 }, folder,
      tostring(kill_at) },
    { env = env, timeout = 60 }))
end

local function start(dialect)
  return simulator.start { sites = TARGETS, speed = SPEED, dialect = dialect }
end

--- How a session begins is what matters here. Not all of them are tried with every kind of moment each time: what a
-- run writes, and does to the service, is.
local dialects = {
  ["the usual dialect"] = { kinds = support.is_slow and "writing activat" or "" },
  ["a service that refuses empty sessions"] = {
    kinds = support.is_slow and "writing session" or "writing", empty_sessions = false,
  },
  ["a service that starts what it creates"] = {
    kinds = "create_session", empty_sessions = false, create_status = "activating",
  },
}

--- What a run left behind: every target activated once, and a report that says so.
local function check(sim, folder, label)
  local counts, total = {}, 0
  for _, session in ipairs(sim:sessions()) do
    for _, artifact in ipairs(session.status ~= "draft" and session.artifacts or {}) do
      local id = artifact.restorePoint.id
      counts[id], total = (counts[id] or 0) + 1, total + 1
      assert(counts[id] == 1, label .. ": " .. id .. " was activated twice")
    end
  end
  assert.equal(TARGETS, total, label)
  local report = core.decode(assert(scratch.read(folder .. "/report.json"), label))
  assert.equal(TARGETS, #report.rows, label)
  assert.same({ restored = TARGETS }, report.counts, label)
end

--- One of each kind, and some of all the others; or all of them.
local function choose(moments, kinds)
  local chosen, seen = {}, {}
  local step = math.max(#moments // SAMPLE, 1)
  for i, label in ipairs(moments) do
    local is_first = not seen[label] and label:find(kinds, 1, true)
    if os.getenv "M365RESTORE_FULL" or is_first or i % step == 0 then
      chosen[#chosen + 1] = i
    end
    seen[label] = true
  end
  return chosen
end

--- The moments of a run that nobody kills.
local function count_moments(folder, dialect)
  local sim <close> = start(dialect)
  local first = child(sim, folder, 0)
  assert.equal(0, first.status, first.stderr)
  check(sim, folder, "not killed")
  local moments = {}
  for label in scratch.read(folder .. "/moments"):gmatch "[^\n]+" do moments[#moments + 1] = label end
  return moments
end

--- Kills a run at a moment, and starts it again. Was there such a moment?
local function kill(folder, dialect, i, label)
  local sim <close> = start(dialect)
  label = string.format("killed at moment %d, %s", i, label)
  local dying = child(sim, folder, i)
  local again = child(sim, folder, 0)
  assert.equal(0, again.status, label .. ": " .. again.stderr)
  check(sim, folder, label)
  return dying.signal == KILLED
end

describe("a run that is killed and started again restores every target exactly once #matrix, on", function()
  for name, dialect in pairs(dialects) do
    local kinds = dialect.kinds
    dialect.kinds = nil
    it(name, function()
      local folder = scratch.folder()
      local moments = count_moments(folder, dialect)
      local chosen, killed = choose(moments, kinds), 0
      for _, i in ipairs(chosen) do
        scratch.remove(folder)
        folder = scratch.folder()
        killed = killed + (kill(folder, dialect, i, moments[i]) and 1 or 0)
      end
      scratch.remove(folder)
      io.stdout:write(string.format("\n%s: %d kill points, killed at %d\n", name, #moments, killed))
      assert.is_true(killed > #chosen // 2) -- a run may be some polls shorter than the first
    end)
  end
end)
