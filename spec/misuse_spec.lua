--- Misuse speaks with one voice in every module: the function, the option, and the name that was meant.
local client_of = require "spec.contract.support"
local crypto = require "m365restore.crypto"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"

describe("a wrong option", function()
  local sim, client = client_of.start()
  teardown(function()
    client:close()
    sim:stop()
  end)

  for what, case in pairs {
    ["client"] = { "timout", "timeout", function() m365.client { credential = "t", timout = 1 } end },
    ["create_session"] = { "timeot", "timeout", function() client.sharePoint:create_session(nil, { timeot = 1 }) end },
    ["plan"] = { "targts", "targets", function() m365.plan(client, { targts = "all" }) end },
    ["resume"] = { "intervall", "interval", function() m365.resume(client, "x", { intervall = 1 }) end },
    ["credential.azure_cli"] = { "tennant", "tenant", function() m365.credential.azure_cli { tennant = "x" } end },
    ["system.run"] = { "timout", "timeout", function() system.run({ "true" }, { timout = 1 }) end },
    ["system.replace"] = { "mod", "mode", function() system.replace("x", "y", { mod = 1 }) end },
    ["crypto.identity"] = { "pasphrase", "passphrase", function() crypto.identity("", { pasphrase = "x" }) end },
    ["start"] = { "site", "sites", function() simulator.start { site = 1 } end },
    ["fault"] = { "acton", "action", function() sim:fault { acton = "drop" } end },
  } do
    it("is answered in one voice by " .. what, function()
      local expected = ("%s: unknown option '%s'; did you mean '%s'?"):format(what, case[1], case[2])
      assert.equal(expected, raised(case[3]):sub(-#expected))
    end)
  end

  it("that is like no other gets no guess", function()
    for _, call in ipairs {
      function() m365.client { credential = "t", zzzzzz = 1 } end,
      function() system.run({ "true" }, { zzzzzz = 1 }) end,
      function() simulator.start { zzzzzz = 1 } end,
      function() m365.plan(client, { [7] = 1 }) end,
    } do
      assert.matches("unknown option '%w+'$", raised(call))
    end
  end)

  it("or argument of a small module names the function", function()
    assert.equal("system.run: argv must be a list of strings, the program first", raised(system.run, 1))
    assert.equal("system.random: n must be an integer from 0 to 65536", raised(system.random, -1))
    assert.equal("crypto.equal: a must be a string", raised(crypto.equal, 1, 2))
    local path = os.tmpname()
    local journal <close> = assert(system.open_journal(path))
    assert.matches("append: line must be a string$", raised(function() journal:append(7) end))
    os.remove(path)
  end)
end)
