--- The recipes, each fed with the exports of the programs that list what it restores.
local m365 = require "m365restore"
local recipe_of = require "spec.support.recipe"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"

local T = "2026-11-01T06:00:00Z"
local FOLDER = "spec/fixtures/exports/"

-- an export of each kind, in various formats; spec/plan/exports_spec.lua has all formats of each
local sites = {
  "sharepoint-admin-centre.excel-unicode.txt", "sharepoint-usage-report.csv", "get-sposite.windows-powershell.csv",
  "get-pnptenantsite.sep-line.csv", "get-mgsite.powershell-7.csv",
}
local people = {
  "get-mailbox.windows-powershell.csv", "get-exomailbox.powershell-7.csv", "get-mguser.excel-utf8.csv",
  "onedrive-usage-report.csv",
}

--- A list with the second record of an export alone, in the same columns.
local function one_of(list, path)
  local records, columns = m365.csv.read(list)
  scratch.write(path, m365.csv.format(columns, { records[2] }))
  return path
end

--- recipe -> its lists, and the arguments of the run that counts; then the units of the simulator that it restores,
--- and where to.
local recipes = {
  rollback_sites = { sites, function(list, folder, run)
    local journal = folder .. "/run.jsonl"
    return { list, T, journal, (run(list, T, journal)):match "hash (%x+)" }
  end, "site", 3, "inPlace" },
  bulk_sites = { sites, function(list, folder) return { list, T, folder .. "/run.jsonl", "unreviewed" } end,
    "site", 3, "inPlace" },
  drill = { sites, function(list, folder)
    return { folder .. "/run.jsonl", folder .. "/drill.html", folder .. "/drills.jsonl", list }
  end, "site", 3, "new" },
  files_by_pattern = { sites, function(list, folder)
    return { one_of(list, folder .. "/one.csv"), "/Shared Documents/Finance/*.xlsx", T, folder .. "/run.jsonl" }
  end, "site", 1, "new" },
  mailboxes_from_csv = { people, function(list, folder)
    return { list, T, folder .. "/run.jsonl", folder .. "/failed.csv" }
  end, "mailbox", 2, "new" },
  messages_by_query = { people, function(list, folder)
    return { "(Subject -like 'invoice*')", T, folder .. "/run.jsonl", list }
  end, "mailbox", 2, "new" },
  onedrive_to_new_url = { people, function(list, folder) return { list, T, folder .. "/run.jsonl" } end,
    "drive", 2, "new" },
}

local function inside(f) coroutine.wrap(f)() end

describe("the recipe #matrix", function()
  for name, recipe in pairs(recipes) do
    for _, list in ipairs(recipe[1]) do
      it(name .. " takes " .. list, function()
        local sim <close> = simulator.start { sites = 4, drives = 3, mailboxes = 3, speed = 36000 }
        local folder, run = scratch.folder(), recipe_of.here(name, sim, inside, { delegated = true })
        local output, ok, err = run(table.unpack(recipe[2](FOLDER .. list, folder, run)))
        assert.is_true(ok, output .. "\n" .. tostring(err))
        local units, restored = sim:units(recipe[3]), {}
        for _, restore in ipairs(sim:restores()) do
          assert.same({ "succeeded", recipe[5] }, { restore.state, restore.destinationType })
          restored[restore.unit] = true
        end
        local expected = {}
        for i = 1, recipe[4] do expected[units[recipe[4] == 1 and 2 or i].id] = true end
        assert.same(expected, restored)
        scratch.remove(folder)
      end)
    end
  end

  it("clean_drafts and watch_running take no list, and the report of the latter is one", function()
    local sim <close> = simulator.start { sites = 4, speed = 36000 }
    local folder = scratch.folder()
    sim:activate_foreign(1, { lasting = 3000 })
    local output, ok, err = recipe_of.here("watch_running", sim, inside)(folder .. "/running.csv")
    assert.is_true(ok, output .. "\n" .. tostring(err))
    scratch.write(folder .. "/run.jsonl", "")
    output, ok, err = recipe_of.here("clean_drafts", sim, inside)(folder .. "/run.jsonl")
    assert.is_true(ok, output .. "\n" .. tostring(err))
    local count = #sim:sessions()
    local journal = folder .. "/next.jsonl"
    output = recipe_of.here("rollback_sites", sim, inside)(folder .. "/running.csv", T, journal)
    assert.matches("excluded, its report says restored", output)
    assert.equal(count, #sim:sessions())
    scratch.remove(folder)
  end)
end)
