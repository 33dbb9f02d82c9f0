--- The examples, as a person starts them and inside somebody's coroutine; what they did is what the ledger says.
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"

local BEFORE = "2026-11-01T06:00:00Z"
local ROOT = "/v1.0/solutions/backupRestore"

local function column(list, property)
  local values = {}
  for i, item in ipairs(list) do
    values[i] = item[property]
  end
  return values
end

-- what each example is started with, and the session that it has to leave
local EXAMPLES = {
  restore_sites = {
    arguments = function(sim) return BEFORE, table.unpack(column(sim:units "site", "siteWebUrl")) end,
    create = "POST " .. ROOT .. "/sharePointRestoreSessions",
    count = 3,
  },
  restore_mailboxes = {
    arguments = function(sim) return BEFORE, table.unpack(column(sim:units "mailbox", "directoryObjectId")) end,
    create = "POST " .. ROOT .. "/exchangeRestoreSessions",
    count = 2,
  },
  granular_files = {
    arguments = function(sim) return sim:units("site")[2].siteWebUrl, "/Shared Documents/Finance/*.xlsx" end,
    create = "POST " .. ROOT .. "/sharePointRestoreSessions",
    count = 1,
    speed = 2e4, -- a look into a snapshot is kept for three days, in which a slow machine has to get the files
  },
}

local WORLD = { sites = 3, mailboxes = 2 }

local function start(more)
  local options = { sites = WORLD.sites, mailboxes = WORLD.mailboxes }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return simulator.start(options)
end

local function writes(sim)
  local list = {}
  for _, exchange in ipairs(sim:ledger()) do
    local is_read = exchange.method == "GET" or exchange.path:find "/search$" or exchange.path:find "rowse"
    if not is_read then
      list[#list + 1] = exchange.method .. " " .. exchange.path
    end
  end
  return list
end

-- one session, created and activated once, and all of it restored
local function check_ledger(sim, example)
  local session = sim:sessions()[1]
  assert.equal(1, #sim:sessions())
  assert.same({ example.create, "POST " .. ROOT .. "/restoreSessions/" .. session.id .. "/activate" }, writes(sim))
  assert.equal("completed", session.status)
  assert.equal(example.count, #session.artifacts)
end

local function paper()
  return { text = "", write = function(self, ...) self.text = self.text .. table.concat { ... } end }
end

describe("the example", function()
  for name, example in pairs(EXAMPLES) do
    describe(name, function()
      it("runs as a script", function()
        -- its clock is the real one: the service has ended before the script can ask
        local sim <close> = start { speed = example.speed or 1e6, latency = 0.01 }
        local env = scratch.environment()
        env.M365_BASE_URL, env.M365_TOKEN = sim.url, (sim:credential { lifetime = 1e12 }())
        local script = "examples/" .. name .. ".lua"
        local result = assert(system.run({ scratch.interpreter(), script, example.arguments(sim) },
          { env = env, timeout = 60 }))
        assert.equal("", result.stderr)
        assert.equal(0, result.status)
        assert.truthy(result.stdout:find("\nall restored\n$"), result.stdout)
        check_ledger(sim, example)
      end)

      it("runs inside a coroutine, ours or not", function()
        for _, run in ipairs {
          function(f) return coroutine.wrap(f)() end,
          function(f)
            local results, failures = m365.gather({ 1 }, f)
            assert.same({}, failures)
            return results[1]
          end,
        } do
          local sim <close> = start { speed = 36000, dialect = { points_per_search = 5 } }
          local client <close> = m365.client {
            base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
          }
          local out, restore = paper(), require("examples." .. name)
          assert.is_true(run(function() return restore(client, out, example.arguments(sim)) end))
          assert.truthy(out.text:find("completed: " .. example.count .. " of " .. example.count, 1, true), out.text)
          check_ledger(sim, example)
        end
      end)
    end)
  end

  it("restore_sites ends with a status that says so when a site has failed, and names it", function()
    local sim <close> = start { speed = 1e6, latency = 0.01 }
    local site = sim:units("site")[2]
    sim:fail_artifact { unit = site.id, message = "The site is on hold." }
    local env = scratch.environment()
    env.M365_BASE_URL, env.M365_TOKEN = sim.url, (sim:credential { lifetime = 1e12 }())
    local result = assert(system.run(
      { scratch.interpreter(), "examples/restore_sites.lua", EXAMPLES.restore_sites.arguments(sim) },
      { env = env, timeout = 60 }))
    assert.equal(1, result.status)
    assert.truthy(result.stdout:find("failed     " .. site.siteWebUrl .. ": The site is on hold.", 1, true))
    assert.truthy(result.stdout:find("restore_partial", 1, true))
  end)

  it("restore_mailboxes starts nothing when one mailbox cannot be restored", function()
    local sim <close> = start()
    local client <close> = m365.client {
      base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
    }
    local out = paper()
    local known = sim:units("mailbox")[1].directoryObjectId
    assert.is_false(require("examples.restore_mailboxes")(client, out, BEFORE, known, "nobody"))
    assert.truthy(out.text:find("nobody: .*not protected"))
    assert.same({}, writes(sim))
  end)

  it("granular_files finds a snapshot behind any number of other points, and says where there is none", function()
    local sim <close> = start { points_per_unit = 16 }
    local client <close> = m365.client { base_url = sim.url, credential = sim:credential(), clock = sim:clock() }
    local site, restore = sim:units("site")[1], require "examples.granular_files"
    local points, out = sim:points(site.id), paper()
    local function message(...) return select(2, pcall(restore, client, out, ...)) end
    for i = 1, 13, 2 do -- the odd ones are fast; the service lists five points at most
      assert.equal("fastRestore", points[i].tags)
      sim:remove_point(points[i].id)
    end
    assert.matches("^no file matches; there are: /Shared Documents$", message(site.siteWebUrl, "/Documents/*"))
    assert.truthy(out.text:find("looking into " .. points[15].protectionDateTime, 1, true), out.text)
    sim:remove_point(points[15].id)
    assert.matches("^this site is protected, but none of its restore points can be looked into",
      message(site.siteWebUrl, "/Shared Documents/*"))
    assert.equal("this site is not protected: https://x/y", message("https://x/y", "/Shared Documents/*"))
    assert.same({}, writes(sim))
  end)

  it("demo restores 25 sites, one of which fails", function()
    local result = assert(system.run({ scratch.interpreter(), "examples/demo.lua", "2000" },
      { env = scratch.environment(), timeout = 120 }))
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
    local _, succeeded = result.stdout:gsub("\nsucceeded  https://", "")
    assert.equal(24, succeeded)
    assert.truthy(result.stdout:find("\nfailed     https://[^\n]*: The site is under a strict retention hold"))
    assert.truthy(result.stdout:find "\n%d%d:%d%d:%d%d completedWithError: 25 of 25 finished, 1 failed")
    assert.truthy(result.stdout:find("activated 1 time", 1, true))
  end)
end)
