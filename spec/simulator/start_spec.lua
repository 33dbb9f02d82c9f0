local host = require "m365restore.simulator.host"
local simulator = require "m365restore.simulator"
local scratch = require "spec.support.scratch"
local support = require "spec.simulator.support"

describe("simulator.start", function()
  it("names the option that is wrong", function()
    for _, case in ipairs {
      { { colour = 1 }, "unknown option 'colour'" }, { { sites = -1 }, "sites: a whole number" },
      { { sites = 1.5 }, "sites: a whole number" }, { { speed = 0 }, "speed: a number above 0" },
      { { speed = 0 / 0 }, "speed: a number above 0" }, { { latency = -1 }, "latency: a number" },
      { { dialect = { colour = 1 } }, "dialect: unknown switch 'colour'" }, { { dialect = 1 }, "dialect: a table" },
      { { limits = { colour = 1 } }, "limits: unknown option 'colour'" },
      { { port = 70000 }, "port: a whole number" },
    } do
      local ok, problem = pcall(function() local _ <close> = simulator.start(case[1]) end)
      assert.is_false(ok)
      assert.truthy(problem:find("start_spec.lua", 1, true), problem)
      assert.truthy(problem:find(case[2], 1, true), problem)
    end
    assert.has_error(function() simulator.start "x" end)
  end)

  it("listens on loopback, at a port of the caller's choice", function()
    local first <close> = simulator.start { sites = 1 }
    local port = tonumber(first.url:match("^http://127%.0%.0%.1:(%d+)$"))
    local ok, problem = pcall(simulator.start, { sites = 1, port = port })
    assert.is_false(ok)
    assert.truthy(problem:find("cannot start the server", 1, true))
    first:stop()
    local second <close> = simulator.start { sites = 1, port = port }
    assert.equal(first.url, second.url)
    assert.truthy(tostring(second):find(second.url, 1, true))
  end)

  it("gives a clock that agrees with the service's", function()
    local sim <close> = simulator.start { sites = 1, speed = 60, now = 1000000 }
    local clock = sim:clock()
    assert.equal(0.5, clock:delay(30))
    for _ = 1, 2 do
      local before = clock:now()
      support.knock(sim)
      local entries = sim:ledger()
      local time, after = entries[#entries].time, clock:now()
      assert.is_true(before <= time and time <= after)
      sim:advance(1e6)
    end
    assert.is_true(clock:now() >= 3000000)
    assert.has_error(function() sim:advance(-1) end)
  end)

  it("can be shared with another process", function()
    local sim <close> = simulator.start { sites = 1, speed = 60 }
    sim:advance(1000)
    local invitation = sim:invitation { lifetime = 1e6 }
    assert.is_nil(invitation:find("\n", 1, true))
    local other = simulator.attach(invitation)
    local before, shown, after = sim:clock():now(), other:clock():now(), sim:clock():now()
    assert.is_true(before <= shown and shown <= after)
    assert.equal(sim.url, other.url)
    assert.equal(200, support.knock(sim, other:credential()()).status)
    assert.has_error(function() simulator.attach("{") end)
  end)

  it("raises for commands that cannot be done", function()
    local sim <close> = simulator.start { sites = 1 }
    for _, call in ipairs {
      function() sim:session("x") end, function() sim:set_state("x", "y") end, function() sim:points("x") end,
      function() sim:remove_point("x") end, function() sim:set_unit("x", {}) end, function() sim:units("x") end,
      function() sim:ledger { path = "[" } end, function() sim:ledger { colour = 1 } end,
      function() sim:credential { colour = 1 } end, function() sim:credential { lifetime = 0 } end,
      function() sim:fail_artifact { colour = 1 } end, function() sim:refuse_artifact {} end,
      function() sim:activate_foreign(0) end, function() sim:activate_foreign(1, { service = "x" }) end,
      function() sim:set_service { colour = 1 } end, function() sim:peak_in_flight("x") end,
    } do
      assert.has_error(call)
    end
  end)
end)

describe("the simulator's host", function()
  it("refuses wrong arguments, and models that do not load", function()
    for _, options in ipairs {
      {}, { module = "x" }, { module = 1, options_json = "{}" }, { module = "x", options_json = "{}", port = -1 },
      { module = "x", options_json = "{}", certificate = "c" },
    } do
      assert.has_error(function() host.start(options) end)
    end
    local started, problem = host.start { module = "no.such.module", options_json = "{}" }
    assert.is_nil(started)
    assert.truthy(problem:find("no.such.module", 1, true))
    started, problem = host.start { module = "m365restore.simulator.wire.json", options_json = "{}" }
    assert.is_nil(started)
    assert.is_string(problem)
  end)

  it("has finalizers that survive anything", function()
    local sim = simulator.start { sites = 1 }
    local meta = getmetatable(sim.host)
    sim:stop()
    assert.truthy(tostring(sim.host):find("stopped", 1, true))
    for _, name in ipairs { "__gc", "__close" } do
      meta[name](sim.host)
      meta[name]({})
      meta[name]()
    end
    assert.has_error(function() sim.host:port() end)
    assert.has_error(function() sim.host.port({}) end)
  end)
end)

describe("the program m365restore-simulator", function()
  local PROGRAM = "'" .. scratch.interpreter() .. "' simulator/bin/m365restore-simulator "

  local function run(arguments)
    local pipe = io.popen(PROGRAM .. arguments .. " 2>&1")
    local text = pipe:read("a")
    local _, _, code = pipe:close()
    return text, code
  end

  it("explains itself", function()
    local text, code = run "--help"
    assert.equal(0, code)
    assert.truthy(text:find("--dialect NAME=VALUE", 1, true))
  end)

  it("refuses what it does not know", function()
    for arguments, expected in pairs {
      ["--colour 1"] = "unknown option '--colour'", ["--sites"] = "--sites: a value is missing",
      ["--sites many"] = "--sites: a number expected", ["--dialect x"] = "NAME=VALUE expected",
      ["--dialect x=1"] = "unknown switch 'x'", ["--speed 0"] = "speed: a number above 0",
      ["--tree leaves=1"] = "tree: unknown option 'leaves'", ["--tree x"] = "--tree: NAME=VALUE expected",
      ["--key /no/such/file --certificate x"] = "No such file",
    } do
      local text, code = run(arguments)
      assert.equal(2, code, text)
      assert.truthy(text:find(expected, 1, true), text)
    end
  end)

  it("serves until a signal comes", function()
    for _, signal in ipairs { "INT", "TERM" } do
      -- the shell reads the program's first line, which says that it is ready, and then ends it
      local pipe = io.popen(([[
        fifo=$(mktemp -u); mkfifo "$fifo"
        %s --sites 3 --exclusions 1 --tree files=9 --dialect limit_status=400 >"$fifo" & pid=$!
        { read word url; cat >/dev/null & kill -%s "$pid"; } <"$fifo"
        wait "$pid"; echo "$word $url $?"; rm "$fifo"]]):format(PROGRAM, signal))
      local text = pipe:read("a")
      pipe:close()
      assert.truthy(text:find("^url http://127%.0%.0%.1:%d+ 0\n$"), text)
    end
  end)
end)
