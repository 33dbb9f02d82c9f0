--- The script that asks a real tenant: what it sees is what the simulator was told to be, its recording names nobody,
-- and a simulator that replays it shows the same.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local replay = require "m365restore.simulator.replay"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"
local verify = require "examples.verify_tenant"

local function paper()
  local parts = {}
  return {
    write = function(_, ...) parts[#parts + 1] = table.concat { ... } end,
    text = function() return table.concat(parts) end,
  }
end

local function on_disk(text)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
  return name
end

--- A tenant that has been used: one session that ended, two drafts and a browse session.
local function tenant(dialect)
  local sim = simulator.start { sites = 25, drives = 2, mailboxes = 2, speed = 1, dialect = dialect }
  local client = m365.client {
    base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
  }
  local unit = sim:units("site")[1]
  local point
  for _, one in ipairs(sim:points(unit.id)) do point = one.tags == "fastRestore" and one or point end
  local artifacts = { { restorePoint = { id = point.id }, destinationType = "new" } }
  local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts })
  assert(session:activate())
  sim:advance(86400)
  for _ = 1, 2 do assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts }) end
  assert(client.sharePoint:create_browse_session { restorePointId = point.id })
  sim:forget()
  return sim, client
end

local function seen(lines)
  local by_question = {}
  for _, line in ipairs(lines) do by_question[line[2]] = line[3] end
  return by_question
end

describe("the script that asks a tenant", function()
  it("reads and changes nothing, and hides whom it asked", function()
    local sim, client = tenant()
    local recording = paper()
    local lines = verify(client, recording)
    assert.is_true(#lines > 25)
    for _, entry in ipairs(sim:ledger()) do
      assert.is_truthy(entry.method == "GET" or entry.path:find "/search$" or entry.path:find "/%$batch$", entry.path)
    end
    local text = recording:text()
    for _, unit in ipairs(sim:units()) do
      for _, name in ipairs { "id", "siteId", "siteName", "siteWebUrl", "directoryObjectId", "email", "displayName" } do
        assert.is_nil(unit[name] and text:find(unit[name], 1, true), name)
      end
    end
    assert.is_nil(text:find("contoso", 1, true))
    client:close()
    sim:stop()
  end)

  it("sees what is the case", function()
    local rows = {
      { { type_spelling = "sharepointRestoreSession" }, "the spelling of session types",
        "#microsoft.graph.sharepointRestoreSession" },
      { { next_link = "relative" }, "the form of a next link", "relative" },
      { { created_by = "empty" }, "createdBy", '""' },
      { { times = "dashed" }, "the form of a time", "0-0-0T0-0-0.000Z" },
      { { session_type = "when_mixed" }, "a type in a service's own list", "none" },
      { { units_answered = 10 }, "units answered in a search", "10 of 20" },
      { { browse_point = true }, "restorePointId of a browse session", "given" },
      { { sizes = "number" }, "backupSizeInBytes", "number" },
    }
    for _, row in ipairs(rows) do
      local sim, client = tenant(row[1])
      assert.equal(row[3], seen(verify(client, paper()))[row[2]])
      client:close()
      sim:stop()
    end
  end)

  it("writes a recording that a simulator replays", function()
    local sim, client = tenant { next_link = "relative", times = "dashed", created_by = "identity" }
    local recording = paper()
    local lines = verify(client, recording)
    client:close()
    sim:stop()
    local name = on_disk(recording:text())
    local again = replay.start(name)
    os.remove(name)
    local other = m365.client { base_url = again.url, credential = again:credential() }
    assert.same(lines, verify(other, paper()))
    local none, err = other:session "x"
    assert.is_nil(none)
    assert.equal("NotRecorded", err.code)
    other:close()
    again:stop()
  end)

  it("runs as a script", function()
    local sim, client = tenant()
    local env, name = scratch.environment(), os.tmpname()
    env.M365_BASE_URL, env.M365_TOKEN = sim.url, (sim:credential { lifetime = 1e12 }())
    local result = assert(system.run({ scratch.interpreter(), "examples/verify_tenant.lua", name },
      { env = env, timeout = 60 }))
    assert.same({ "", 0 }, { result.stderr, result.status })
    assert.matches("\nsearch +units answered in a search +20 of 20\n", result.stdout)
    local again = replay.start(name)
    os.remove(name)
    again:stop()
    client:close()
    sim:stop()
  end)

  it("is told apart from other files", function()
    local name = on_disk '{"a":1}\n'
    assert.matches("is no recording", raised(replay.start, name))
    os.remove(name)
    name = on_disk '{"recording":1}\n{"a"\n'
    assert.matches("line 2", raised(replay.start, name))
    os.remove(name)
  end)
end)
