--- A good guest: finalizers, forks, threads, memory, descriptors, signals, and nothing that a host would notice.
local core = require "m365restore.core"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"
local tenant = require "spec.support.tenant"

local EMBEDDED = "spec/support/embedded/"

describe("hygiene:", function()
  local folder, process, home, client, session, invitation

  setup(function()
    folder = scratch.folder()
    scratch.compile("spec/support/process.c", folder .. "/process.so", "-shared", "-fPIC")
    scratch.compile("spec/support/embed.c", folder .. "/embed", "-lpthread", "-Wl,-E")
    process = assert(package.loadlib(folder .. "/process.so", "luaopen_process"))()
    home = tenant.start { speed = 100000 }
    client = home:client()
    session = home:session(client, "sharePoint", 1)
    invitation = home.sim:invitation { lifetime = 1e9 }
  end)

  teardown(function()
    client:close()
    home:stop()
    scratch.remove(folder)
  end)

  after_each(function() home:reset() end)

  local function embed(threads, script, ...)
    local result = assert(system.run({ folder .. "/embed", tostring(threads), EMBEDDED .. script, ... }, {
      env = scratch.environment(), timeout = 300,
    }))
    assert.equal("", result.stderr)
    assert.equal("", result.stdout)
    assert.equal(0, result.status)
  end

  describe("finalizers", function()
    for _, order in ipairs { "as it comes", "client first", "library first", "wrong selves" } do
      it("survive the end of a state with requests in flight: " .. order, function()
        home.sim:fault { operation = "restoreSessions.get", action = "stall", seconds = 30, after = 2, times = 2 }
        embed(1, "leave.lua", invitation, session.id, order)
      end)
    end
  end)

  describe("memory:", function()
    it("valgrind finds nothing wrong with a state that is left in the middle of it all", function()
      if (os.getenv "SPEC_CFLAGS" or "") ~= "" or os.execute "command -v valgrind >/dev/null" ~= true then
        return pending "without valgrind, or with sanitizers in its place"
      end
      local result = assert(system.run({
        "valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite",
        folder .. "/embed", "1", EMBEDDED .. "leave.lua", invitation, session.id, "as it comes",
      }, { env = scratch.environment(), timeout = 120 }))
      assert.same({ 0, "" }, { result.status, result.stderr })
    end)

    it("every allocation may fail once", function()
      embed(1, "starve.lua", invitation, home:newest("site")[1])
    end)

    it("a lack of it while an answer is decoded keeps its name, and the client goes on", function()
      local large = tenant.start { sites = 200, speed = 1 }
      finally(function() large:stop() end)
      embed(1, "short.lua", large.sim:invitation { lifetime = 1e8 })
    end)

    for _, mode in ipairs { "usual", "generational", "incremental", "always" } do
      it("a session lives under a collector that is " .. mode, function()
        local points = table.concat({ table.unpack(home:newest "site", 1, 5) }, " ")
        embed(1, "life.lua", invitation, points, mode)
      end)
    end
  end)

  it("states live beside each other in threads", function()
    local points = table.concat({ table.unpack(home:newest "site", 1, 5) }, " ")
    embed(4, "life.lua", invitation, points, "beside")
  end)

  describe("a fork", function()
    it("leaves both sides their connections", function()
      assert(session:refresh())
      local status = process.fork(function()
        for _ = 1, 3 do assert(session:refresh()) end
        local results, failures = m365.gather({ 1, 2, 3 }, function() return session:refresh() end)
        return #results == 3 and not next(failures)
      end)
      assert.equal(0, status)
      assert(session:refresh())
    end)

    it("ends in the child what is in flight in the parent, and calls a write unclear", function()
      home.sim:fault { operation = "restoreSessions.get", action = "stall", seconds = 1 }
      home.sim:fault { operation = "restoreSessions.delete", action = "stall", seconds = 1 }
      local doomed = home:session(client, "sharePoint", 2)
      local read, write, status
      local function forked()
        for _ = 1, 100 do
          if read and write then break end
          m365.step(0.01)
        end
        return read.code == "forked" and write.code == "ambiguous" and write.cause == "forked"
          and write.sent == "unknown" and session:refresh() ~= nil
      end
      local results, failures = m365.gather({ "read", "write", "fork" }, function(what)
        if what == "read" then
          local found
          found, read = client:session(session.id)
          return found, read
        elseif what == "write" then
          local done
          done, write = doomed:delete()
          return done, write
        end
        while home.sim:count { path = "restoreSessions/[^/]+$" } < 2 do core.sleep(0.01) end
        status = process.fork(forked)
        return true
      end)
      assert.equal(0, status)
      assert.same({}, failures)
      assert.equal(session, results[1])
      assert.is_true(results[2])
    end)
  end)

  -- Runs a script as a program of its own, which gets the invitation and a session's id.
  local function guest(script)
    scratch.write(folder .. "/guest.lua", script)
    local argv = { scratch.interpreter(), folder .. "/guest.lua", invitation, session.id }
    local result = assert(system.run(argv, { env = scratch.environment() }))
    assert.same({ 0, "", "" }, { result.status, result.stdout, result.stderr })
  end

  it("connections are closed on exec", function()
    guest [[
      local m365 = require "m365restore"
      local sim = require("m365restore.simulator").attach((...))
      local client = m365.client {
        base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
      }
      assert(client:session(select(2, ...)))
      local known = io.open "/proc/net/tcp":read "a"
      -- of a process; the pair with which libcurl wakes itself leads nowhere and does not count
      local function connections(of)
        local n = 0
        for inode in io.popen("ls -l /proc/" .. of .. "/fd 2>&1"):read "a":gmatch "socket:%[(%d+)%]" do
          n = n + (known:find(" " .. inode .. " ", 1, true) and 1 or 0)
        end
        return n
      end
      assert(connections "$PPID" == 1, "there is no connection to look at")
      assert(connections "self" == 0, "a child has it too")
    ]]
  end)

  -- in a program of its own, because other libraries of these specs do change dispositions
  it("signals stay the host's, and a peer that goes away does not kill it", function()
    home.sim:fault { method = "POST", action = "reset", times = 3 }
    home.sim:fault { method = "GET", action = "reset", times = 2, after = 1 }
    home.sim:fault { method = "GET", action = "stall", seconds = 5, after = 5 }
    guest [[
      local function masks()
        local status = io.open "/proc/self/status":read "a"
        return status:match "SigBlk:.-\n.-\n.-\n"
      end
      local before = masks()
      assert(before:find "SigIgn" and before:find "SigCgt")
      local m365 = require "m365restore"
      local sim = require("m365restore.simulator").attach((...))
      local client = m365.client {
        base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
      }
      local session = assert(client:session(select(2, ...)))
      assert(session:refresh())
      for _ = 1, 3 do
        local _, err = client:request("POST", "/x", { body = { text = ("x"):rep(1000000) } })
        assert(err.code == "ambiguous")
      end
      m365.gather({ 1, 2 }, function() return session:refresh { timeout = 0.3 } end)
      client:close()
      assert(masks() == before)
    ]]
  end)

  it("a program that uses it has no new globals and writes nothing", function()
    guest [[
      local before = {}
      for name in pairs(_G) do before[name] = true end
      local locale = os.setlocale()
      local m365 = require "m365restore"
      local sim = require("m365restore.simulator").attach((...))
      local client = m365.client {
        base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
      }
      assert(client:session(select(2, ...)))
      client:session "nobody"
      client:session("nobody", { timeout = 0 })
      m365.gather({ 1, 2 }, function() return client:sessions():next() end)
      client:close()
      for name in pairs(_G) do assert(before[name], name) end
      assert(os.setlocale() == locale)
      assert(getmetatable("").__name == nil and debug.gethook() == nil)
    ]]
  end)

  it("a host that loads it again goes on with what is under way", function()
    guest [[
      local id = select(2, ...)
      local sim = require("m365restore.simulator").attach((...))
      local function load()
        for name in pairs(package.loaded) do
          if name:find "^m365restore" then package.loaded[name] = nil end
        end
        return require "m365restore"
      end
      local function use(m365)
        local client = m365.client {
          base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
        }
        local session = assert(client:session(id))
        local list = session:granular_artifacts()
        return function()
          assert(session:refresh() and client:sessions():next())
          client:close()
          local _, err = list:next() -- its method may be gone by now, its name is not
          return err.operation == "sharePointRestoreSession.granular_artifacts"
        end
      end
      local first, again = use(load()), use(load())
      collectgarbage()
      assert(first() and again())
    ]]
  end)

  it("keeps no descriptor of a client that was closed, and no memory of one that was forgotten", function()
    local function count()
      local _, n = scratch.must("ls", "/proc/" .. scratch.read("/proc/self/stat"):match "^%d+" .. "/fd"):gsub("\n", "")
      return n
    end
    local function use()
      for _ = 1, 30 do
        local c = home:client()
        assert(c:session(session.id))
        c:sessions():next()
      end
      collectgarbage()
      collectgarbage()
    end
    use()
    local before, memory = count(), collectgarbage "count"
    use()
    assert.is_true(count() <= before + 8, "descriptors are left")
    assert.is_true(collectgarbage "count" - memory < 100)
  end)

  it("an error of every code reads well and knows its class", function()
    for _, code in ipairs { "ambiguous", "deadline", "closed", "forked", "cancelled", "tls_timeout", "no_memory" } do
      local err = m365.failure { code = code, operation = "some.thing", message = "It broke." }
      assert.truthy(({ retry = 1, queue = 1, refuse = 1, ambiguous = 1, ask = 1 })[err.class])
      assert.equal(("some.thing: %s: It broke. - %s"):format(code, err.remedy), tostring(err))
    end
  end)
end)
