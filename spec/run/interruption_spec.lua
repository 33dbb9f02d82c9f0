--- A run that is left, by an error or by Ctrl-C, says in one sentence what goes on, its journal, and how to resume.
local core = require "m365restore.core"
local interruption = require "m365restore.interruption"
local m365 = require "m365restore"
local raise_in_wait = require "spec.support.raise_in_wait"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"

local T = "2026-11-01T06:00:00Z"

describe("a run that is left", function()
  local sim, folder, client

  before_each(function()
    sim = simulator.start { sites = 3, mailboxes = 2, drives = 1, speed = 3600 }
    folder = scratch.folder()
    client = m365.client { base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock() }
  end)
  after_each(function()
    client:close()
    sim:stop()
    scratch.remove(folder)
  end)

  local function plan_of(spec)
    local all = { service = "sharePoint", targets = "all", before = T, destination = "inPlace" }
    for name, value in pairs(spec or {}) do all[name] = value end
    return assert(m365.plan(client, all))
  end

  for name, problem in pairs { ["the text of Ctrl-C"] = "x.lua:1: interrupted!", ["a text of its host"] = "no more",
    ["an object of its host"] = setmetatable({}, { __tostring = function() return "an object" end }) } do
    it("by " .. name .. " tells the counts, the journal and the way on", function()
      local plan, path = plan_of(), folder .. "/run.jsonl"
      local ok, err = pcall(m365.apply, client, plan,
        { journal = path, confirm = plan.hash, on_progress = raise_in_wait(problem) })
      debug.sethook()
      assert.is_false(ok)
      assert.equal("interrupted", err.code)
      assert.equal(problem, err.cause)
      assert.equal(path, err.journal)
      assert.matches("0 of 3 targets are restored, 3 go on in the service, 0 were not begun", err.message, 1, true)
      assert.truthy(err.message:find(path, 1, true))
      assert.truthy(err.remedy:find(("m365.resume(client, %q)"):format(path), 1, true))
      assert.is_nil(tostring(err):find("\n", 1, true))
      assert.is_nil(tostring(err):find("%.lua:%d"))
      -- the journal is free, and what it says is true
      local file <close> = assert(m365.journal.open(path))
      assert.equal(1, sim:count { operation = "restoreSessions.activate" })
      assert.is_true(#file.records > 3)
    end)
  end

  it("goes on from there without a second activation", function()
    local plan, path = plan_of(), folder .. "/run.jsonl"
    assert.is_false(pcall(m365.apply, client, plan,
      { journal = path, confirm = plan.hash, on_progress = raise_in_wait "interrupted!" }))
    debug.sethook()
    sim:advance(7 * 86400)
    local run = assert(m365.resume(client, path, { interval = "1s" }))
    assert.is_true(run.ok)
    assert.equal(1, sim:count { operation = "restoreSessions.activate" })
  end)

  it("tells before anything is begun that nothing was", function()
    local plan, path = plan_of(), folder .. "/run.jsonl"
    debug.sethook(function()
      if sim:count { path = "ProtectionUnits" } > 0 then
        debug.sethook()
        error("x.lua:1: interrupted!", 0)
      end
    end, "", 100)
    local ok, err = pcall(m365.apply, client, plan, { journal = path, confirm = plan.hash })
    debug.sethook()
    assert.is_false(ok)
    assert.is_true(interruption.is(err))
    assert.is_nil(tostring(err):find("\n", 1, true))
    assert.equal(0, sim:count { operation = "restoreSessions.activate" })
  end)

  it("as a cancelled task raises nothing, and leaves its journal free", function()
    local plan, path, begun = plan_of(), folder .. "/run.jsonl", false
    local function watch(event) begun = begun or event.kind == "activated" end
    local task = m365.spawn(m365.apply, client, plan, { journal = path, confirm = plan.hash, on_progress = watch })
    while not begun do m365.step(0.05) end
    m365.cancel(task)
    local file <close> = assert(m365.journal.open(path))
    assert.is_true(#file.records > 3)
    assert.equal(1, sim:count { operation = "restoreSessions.activate" })
  end)

  it("closes the line of its progress", function()
    local plan, text = plan_of(), {}
    local bar = m365.progress.bar { style = "live", out = { write = function(_, ...)
      text[#text + 1] = table.concat { ... }
    end } }
    local stop = raise_in_wait "interrupted!"
    local function watch(event)
      bar(event)
      stop(event)
    end
    pcall(m365.apply, client, plan, { journal = folder .. "/run.jsonl", confirm = plan.hash, on_progress = watch })
    debug.sethook()
    assert.matches("\n$", text[#text])
  end)
end)

describe("what a caller sees of a fault in this library", function()
  it("has no file and line of it in the message", function()
    local err = interruption.failure "/usr/share/lua/5.4/m365restore/restore/state.lua:42: table index is nil"
    assert.equal("internal", err.code)
    assert.equal("table index is nil", err.message)
    assert.matches("state.lua:42", err.where)
    assert.is_nil(tostring(err):find("%.lua:%d"))
    assert.equal("mine.lua:7: x", interruption.failure("mine.lua:7: x").message)
    local known = m365.failure { code = "closed" }
    assert.equal(known, interruption.failure(known))
  end)
end)

describe("a script", function()
  local function run(main, ...)
    local said, stderr = {}, io.stderr
    io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end } -- luacheck: ignore 122
    local ok, code = pcall(m365.script, main, ...)
    io.stderr = stderr -- luacheck: ignore 122
    assert(ok, code)
    return code, table.concat(said)
  end

  it("ends with the code of what it returns, and tells an error in one line", function()
    assert.equal(0, run(function() end))
    assert.equal(0, run(function() return true end))
    assert.equal(1, run(function() return false end))
    assert.equal(7, run(function(n) return n end, 7))
    assert.equal(2, run(function() return { exit_code = 2 } end))
    assert.equal(1, run(function() return { report = function() return { exit_code = 1 } end } end))
    assert.same({ 1, "closed: the client was closed - Make a new client, and keep it open as long as it is used.\n" },
      { run(function() return nil, m365.failure { code = "closed" } end) })
    assert.same({ 1, "x: a b\n" }, { run(function() error("x: a\nb", 0) end) })
    assert.same({ 1, "x: y\n" }, { run(function() error(m365.failure { code = "x", message = "y" }) end) })
    assert.same({ 130, "interrupted\n" }, { run(function() error "interrupted!" end) })
    assert.has_error(function() m365.script "x" end, "script: main: a function was expected, got string")
  end)
end)

describe("Ctrl-C", function()
  local function wait_until(condition)
    local deadline = core.monotonic() + 15
    while not condition() do
      assert(core.monotonic() < deadline, "waited for too long")
      core.sleep(0.02)
    end
  end

  --- Starts a script, presses Ctrl-C when the service has got something, and gives its status and what it said.
  local function press(sim, folder, pattern, arguments)
    local environment = ("env M365_BASE_URL=%s M365_TOKEN=%s LUA_PATH=%q LUA_CPATH=%q"):format(sim.url,
      (sim:credential { lifetime = 1e12 }()), package.path, package.cpath)
    local command = ("echo $$ >%s/pid; exec %s %s %s >%s/out 2>%s/err"):format(folder, environment,
      scratch.interpreter(), arguments, folder, folder)
    local child = assert(io.popen(("sh -c '%s'; echo $? >%s/status"):format(command, folder)))
    local begun, problem = pcall(wait_until, function() return sim:count(pattern) > 0 end)
    core.sleep(0.1) -- it waits now
    local pid = scratch.read(folder .. "/pid"):gsub("%s", "")
    assert(system.run { "kill", begun and "-INT" or "-KILL", pid })
    child:close()
    assert(begun, tostring(problem) .. scratch.read(folder .. "/err"))
    return tonumber(scratch.read(folder .. "/status")), scratch.read(folder .. "/err")
  end

  it("ends the examples with 130 and one line", function()
    local ACTIVATE = { operation = "restoreSessions.activate" }
    for _, case in ipairs {
      { "examples/restore_sites.lua " .. T .. " SITE", ACTIVATE, "^interrupted\n$" },
      { "examples/restore_mailboxes.lua " .. T .. " USER", ACTIVATE, "^interrupted\n$" },
      { "examples/granular_files.lua SITE /**/*.xlsx", ACTIVATE, "^interrupted\n$" },
      { "examples/recipes/mailboxes_from_csv.lua USER " .. T .. " FOLDER/run.jsonl FOLDER/x.csv", ACTIVATE,
        "\napply: interrupted: 0 of 1 targets are restored, 1 go on in the service, 0 were not begun; the journal is "
        .. "%S+/run%.jsonl %- Go on with m365%.resume%(client, \"%S+/run%.jsonl\"%), or run the same again%.\n$" },
      { "examples/recipes/bulk_sites.lua SITE " .. T .. " FOLDER/run.jsonl unreviewed", ACTIVATE,
        "\napply: interrupted: [^\n]* Go on with m365%.resume" },
    } do
      local sim <close> = simulator.start {
        sites = 2, mailboxes = 1, drives = 1, speed = 1, dialect = { browse_status = "created" },
      }
      local folder = scratch.folder()
      local arguments = case[1]:gsub("SITE", sim:units("site")[2].siteWebUrl)
        :gsub("USER", sim:units("mailbox")[1].directoryObjectId):gsub("FOLDER", folder)
      local status, said = press(sim, folder, case[2], arguments)
      assert.equal(130, status, arguments .. ": " .. said)
      assert.matches(case[3], said)
      assert.is_nil(said:find "traceback")
      scratch.remove(folder)
    end
  end)
end)
