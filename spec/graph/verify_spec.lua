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

  describe("and restores one unit to a new place", function()
    local UNIT = '"path":"/solutions/backupRestore/protectionUnits/(%x[^"?/]*)"'

    local function verdicts(lines)
      local found = {}
      for _, line in ipairs(lines) do
        if line[4] then found[line[2]] = { line[3], line[4], line[5] } end
      end
      return found
    end

    local function once(kind, dialect)
      local sim = simulator.start { sites = 3, drives = 2, mailboxes = 2, speed = 36000, dialect = dialect }
      local client <close> = m365.client {
        base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
      }
      local recording = paper()
      local lines = verify(client, recording, { unit = sim:units(kind)[1].id, interval = 600 })
      return sim, verdicts(lines), recording:text(), lines
    end

    for _, kind in ipairs { "site", "drive", "mailbox" } do
      it("of the kind " .. kind .. ", once, and its recording replays", function()
        local sim, found, text, lines = once(kind)
        local unit, sessions = sim:units(kind)[1], sim:sessions()
        assert.equal(1, #sessions)
        assert.equal("completed", sessions[1].status)
        assert.equal(1, #sessions[1].artifacts)
        assert.equal("new", sessions[1].artifacts[1].destinationType)
        assert.equal(1, sim:count { operation = "restoreSessions.activate" })
        assert.same({ "draft", 1, "as assumed" }, found["a session with artifacts is created as"])
        assert.same({ "accepted", 2, "as assumed" }, found["a session without a body"])
        assert.is_nil(text:find(unit.id, 1, true))
        sim:stop()
        local name = on_disk(text)
        local again <close> = replay.start(name)
        os.remove(name)
        local other <close> = m365.client { base_url = again.url, credential = again:credential() }
        assert.same(lines, verify(other, paper(), { unit = text:match(UNIT), interval = 0.001 }))
      end)
    end

    it("and shows no name of what it looked into, in whatever form its links are", function()
      for _, form in ipairs { "skiptoken", "function" } do
        local sim, found, text = once("site", { browse_next = form })
        local unit = sim:units("site")[1]
        sim:stop()
        assert.same({ "its path", 36, "as assumed" }, found["a file's address"])
        assert.matches(form == "function" and "nextFetchToken='redacted%-%d" or "skiptoken=redacted%-%d", text)
        for _, name in ipairs { "contoso", "Documents", "Budget", "Minutes", unit.siteName, unit.id } do
          assert.is_nil(text:find(name, 1, true), name)
        end
      end
    end)

    it("and says what is not as assumed", function()
      for _, row in ipairs {
        { { create_status = "activating" }, "a session with artifacts is created as", "activating", 1, "NOT", 0 },
        { { empty_sessions = false }, "a session without a body", "400 InvalidArtifactRequest", 2, "NOT", 1 },
        { { draft_counts = "in_progress" }, "inProgress of a draft's counts", "1", 18, "NOT", 1 },
        { { browse_status = "created" }, "a browse session is first", "created", 32, "NOT", 1 },
        { { duplicate_add = "row" }, "the same point twice", "its own row", 7, "NOT", 1 },
        { { capital_status = true }, "states on the way", nil, 57, "NOT", 1 },
      } do
        local sim, found = once("site", row[1])
        local seen_now = found[row[2]]
        assert.same({ row[3] or seen_now[1], row[4], row[5] }, seen_now)
        assert.equal(row[6], sim:count { operation = "restoreSessions.activate" })
        assert.equal(1, #sim:sessions())
        sim:stop()
      end
    end)

    it("only where it is told to, by id, URL or address", function()
      local sim <close> = simulator.start { sites = 2, drives = 1, mailboxes = 1, speed = 1e6, latency = 0.01 }
      local env, name = scratch.environment(), os.tmpname()
      env.M365_BASE_URL, env.M365_TOKEN = sim.url, (sim:credential { lifetime = 1e12 }())
      env.M365_INTERVAL = "0.1"
      local function run(...)
        local argv = { scratch.interpreter(), "examples/verify_tenant.lua", ... }
        return assert(system.run(argv, { env = env, timeout = 60 }))
      end
      local url = sim:units("site")[2].siteWebUrl
      assert.same({ 1, "" }, { run(name, url).status, run(name, url).stdout })
      assert.equal(1, run(name, "--restore-to-new").status)
      assert.matches("no protected site, OneDrive or mailbox", run(name, "https://x", "--restore-to-new").stderr)
      assert.equal(0, #sim:sessions())
      local result = run(name, url .. "/", "--restore-to-new")
      assert.same({ "", 0 }, { result.stderr, result.status })
      assert.matches("a session with artifacts is created as +draft  #1 as assumed\n", result.stdout)
      assert.equal(1, #sim:sessions())
      os.remove(name)
    end)
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
