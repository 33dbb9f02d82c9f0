--- The program of examples/embed, built both ways that its header names, against a simulator.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"
local tenant = require "spec.support.tenant"

describe("the host in examples/embed", function()
  local folder, home, client, session

  setup(function()
    folder = scratch.folder()
    home = tenant.start { latency = 0.02 }
    client = home:client()
    session = home:session(client, "sharePoint", 1, 3)
    home:session(client, "exchange", 1, 2)
    assert(session:activate())
    home.sim:advance(86400)
  end)
  teardown(function()
    client:close()
    home:stop()
    scratch.remove(folder)
  end)

  -- the core as the Makefile has compiled it
  local function objects()
    local list = { "-DLINKED" }
    local sources = scratch.must(os.getenv "MAKE" or "make", "-s", "--no-print-directory", "sources", "MODULE=core")
    for name in sources:gmatch "(%S+)%.c" do
      list[#list + 1] = (os.getenv "BUILD" or "build") .. "/obj/" .. name .. ".o"
    end
    list[#list + 1] = "-lcurl"
    return table.unpack(list)
  end

  local function build(name, ...)
    local program, flags = folder .. "/" .. name, { ... }
    flags[#flags + 1] = "-lm"
    scratch.compile("examples/embed/host.c", program, "-Wpedantic", "-Werror", "-Wl,-E", table.unpack(flags))
    return program
  end

  local function run(program, script, cpath)
    local env = scratch.environment()
    env.M365_BASE_URL, env.M365_TOKEN = home.sim.url, (home.sim:credential { lifetime = 1e12 }())
    env.LUA_CPATH = cpath or env.LUA_CPATH
    return assert(system.run({ program, script }, { env = env, timeout = 60 }))
  end

  local function check(result)
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
    assert.truthy(result.stdout:find(session.id .. "\tcompleted\t3 of 3 finished\n", 1, true), result.stdout)
    assert.truthy(result.stdout:find("\tdraft\t0 of 2 finished\n", 1, true), result.stdout)
    local turns = tonumber(result.stdout:match "\n(%d+) turns of the host's own loop\n$")
    assert.is_true(turns > 3, result.stdout)
  end

  it("runs a script in a loop of its own", function()
    check(run(build "host", "examples/embed/sessions.lua"))
  end)

  it("may have the core inside", function()
    check(run(build("linked", objects()), "examples/embed/sessions.lua", ";;"))
  end)

  it("ends with a status and a reason when its script raises", function()
    local script = folder .. "/raise.lua"
    scratch.write(script, "error { code = 'x' }")
    local result = run(build "host", script)
    assert.equal(1, result.status)
    assert.truthy(result.stderr:find("^host: table: "), result.stderr)
    scratch.write(script, "local x = = 1")
    result = run(build "host", script)
    assert.equal(1, result.status)
    assert.truthy(result.stderr:find("unexpected symbol", 1, true), result.stderr)
  end)
end)
