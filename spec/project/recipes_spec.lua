--- The recipes, as scripts and inside coroutines; what they did is what the simulator holds.
local m365 = require "m365restore"
local recipe_of = require "spec.support.recipe"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"

local T = "2026-11-01T06:00:00Z"

--- the most lines of Lua of a recipe
local MOST = 15

local function csv_of(folder, units, property)
  local path = folder .. "/targets.csv"
  local lines = { property }
  for _, unit in ipairs(units) do lines[#lines + 1] = unit[property] end
  scratch.write(path, table.concat(lines, "\n"))
  return path
end

--- The hash that the first run prints.
local function first_hash(run, ...)
  local output = run(...)
  return output:match "hash (%x+)"
end

--- Each returns the arguments of the run that counts, and what the service has to hold afterwards: a list of
-- { sessions, artifacts, destination }.
local recipes = {
  rollback_sites = function(sim, folder, run)
    local csv = csv_of(folder, sim:units "site", "siteWebUrl")
    local journal = folder .. "/run.jsonl"
    return { csv, T, journal, first_hash(run, csv, T, journal) }, { 1, 3, "inPlace" }
  end,
  onedrive_to_new_url = function(sim, folder)
    return { sim:units("drive")[1].directoryObjectId, T, folder .. "/run.jsonl" }, { 1, 1, "new" }
  end,
  mailboxes_from_csv = function(sim, folder)
    local csv = csv_of(folder, sim:units "mailbox", "directoryObjectId")
    return { csv, T, folder .. "/run.jsonl", folder .. "/failed.csv" }, { 1, 2, "new" }
  end,
  files_by_pattern = function(sim, folder)
    return { sim:units("site")[2].siteWebUrl, "/Shared Documents/Finance/*.xlsx", T, folder .. "/run.jsonl" }, { 1, 1 }
  end,
  messages_by_query = function(sim, folder)
    return { "(Subject -like 'invoice*')", T, folder .. "/run.jsonl", sim:units("mailbox")[1].directoryObjectId },
      { 1, 1, "new" }
  end,
  watch_running = function(sim, folder)
    sim:activate_foreign(2, { lasting = 3000 })
    return { folder .. "/running.csv" }, { 2, 2, "inPlace" }
  end,
  clean_drafts = function(_, folder)
    scratch.write(folder .. "/run.jsonl", "")
    return { folder .. "/run.jsonl" }, { 0, 0 }
  end,
  bulk_sites = function(sim, folder)
    return { csv_of(folder, sim:units "site", "siteWebUrl"), T, folder .. "/run.jsonl", "unreviewed" },
      { 1, 3, "inPlace" }
  end,
  drill = function(_, folder)
    return { folder .. "/run.jsonl", folder .. "/drill.html", folder .. "/drills.jsonl" }, { 1, 3, "new" }
  end,
}

local function check(sim, expected)
  local artifacts = 0
  local sessions = sim:sessions()
  for _, session in ipairs(sessions) do
    assert.equal("completed", session.status)
    for _, artifact in ipairs(session.artifacts) do
      artifacts = artifacts + 1
      assert.equal(expected[3], artifact.destinationType)
    end
  end
  assert.same({ expected[1], expected[2] }, { #sessions, artifacts })
end

local drives = {
  ["somebody's coroutine"] = function(f) coroutine.wrap(f)() end,
  ["a task of gather"] = function(f)
    local _, failures = m365.gather({ 1 }, f)
    if failures[1] then error(failures[1], 0) end
  end,
}

local function try(recipe, sim, run)
  local folder = scratch.folder()
  local arguments, expected = recipe(sim, folder, run)
  local output, ok, err = run(table.unpack(arguments))
  assert.is_true(ok, output .. "\n" .. tostring(err))
  check(sim, expected)
  scratch.remove(folder)
end

describe("the recipe", function()
  for name, recipe in pairs(recipes) do
    describe(name, function()
      it("is short", function()
        local count = 0
        for line in io.lines("examples/recipes/" .. name .. ".lua") do
          count = count + (line:find "^%-%-" and 0 or line:find "%S" and 1 or 0)
        end
        assert.is_true(count <= MOST, count)
      end)

      it("runs as a script", function()
        -- its clock is the real one: the latency is long enough for the service to have ended before it is asked
        local sim <close> = simulator.start { sites = 3, drives = 1, mailboxes = 2, speed = 1e5, latency = 0.05 }
        try(recipe, sim, recipe_of.script(name, sim))
      end)

      for kind, drive in pairs(drives) do
        it("runs in " .. kind, function()
          local sim <close> = simulator.start { sites = 3, drives = 1, mailboxes = 2, speed = 36000 }
          try(recipe, sim, recipe_of.here(name, sim, drive))
        end)
      end
    end)
  end
end)
