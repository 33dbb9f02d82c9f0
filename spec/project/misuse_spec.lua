--- Misuse speaks with one voice in every module: the function, the option, and the name that was meant.
local client_of = require "spec.graph.support"
local crypto = require "m365restore.crypto"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"

describe("a wrong option", function()
  local sim, client = client_of.start()
  local session = assert(client.sharePoint:create_session())
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
    ["client.search_restore_points.protectionTimePeriod"] = { "endTime", "endDateTime", function()
      client:search_restore_points { protectionUnitIds = { "u" },
        protectionTimePeriod = { endTime = "2026-11-01T00:00:00Z" } }
    end },
    ["sharePointRestoreSession.create_bulk_request.protectionTimePeriod"] = { "endDate", "endDateTime", function()
      session:create_bulk_request { siteWebUrls = { "https://contoso.sharepoint.com/sites/a" },
        destinationType = "new", protectionTimePeriod = { endDate = "2026-11-01T00:00:00Z" } }
    end },
    ["sharePoint.create_session: body"] = { "siteRestoreArtifact", "siteRestoreArtifacts", function()
      client.sharePoint:create_session { siteRestoreArtifact = {} }
    end },
    ["start"] = { "site", "sites", function() simulator.start { site = 1 } end },
    ["fault"] = { "acton", "action", function() sim:fault { acton = "drop" } end },
  } do
    it("is answered in one voice by " .. what, function()
      local expected = ("%s: unknown option '%s'; did you mean '%s'?"):format(what, case[1], case[2])
      assert.equal(expected, raised(case[3]):sub(-#expected))
    end)
  end

  it("one of a set of names is answered with the set and the nearest", function()
    for expected, call in pairs {
      ["plan.service: one of exchange, oneDriveForBusiness, sharePoint was expected, got sharepoint; did you mean "
        .. "'sharePoint'?"] = function() m365.plan(client, { service = "sharepoint", before = 1, targets = "all" }) end,
      ["plan_files.service: one of oneDriveForBusiness, sharePoint was expected, got oneDriveForbusiness; did you mean "
        .. "'oneDriveForBusiness'?"] = function()
        m365.plan_files(client, { service = "oneDriveForbusiness", target = "x", match = "/**", before = 1 })
      end,
      ["progress.bar.style: one of auto, live, plain, silent was expected, got lives; did you mean 'live'?"] =
        function() m365.progress.bar { style = "lives" } end,
      ["crypto.digest: algorithm: one of sha256, sha1 was expected, got 'sha257'; did you mean 'sha256'?"] =
        function() crypto.digest "sha257" end,
      ["client.restore_points.order: one of asc, desc, latest, oldest was expected, got latests; did you mean "
        .. "'latest'?"] = function() client:restore_points { unit = "u", order = "latests" } end,
    } do
      assert.equal(expected, (raised(call):gsub("^[^ ]-:%d+: ", "")))
    end
  end)

  it("or argument that is missing or of another type is answered with what was expected and what came", function()
    local T = "2026-11-01T06:00:00Z"
    local function plan(more)
      local spec = { service = "sharePoint", targets = "all", before = T, destination = "new" }
      for name, value in pairs(more) do spec[name] = value or nil end
      return function() m365.plan(client, spec) end
    end
    local made = assert(m365.plan(client, { service = "sharePoint", targets = "all", before = T, destination = "new" }))
    for expected, call in pairs {
      ["credential.chain: a list of credentials was expected, got nil"] = function() m365.credential.chain() end,
      ["credential.chain: a list of credentials was expected, got an empty one"] =
        function() m365.credential.chain {} end,
      ["credential.chain[1]: a credential was expected, got number"] = function() m365.credential.chain { 1 } end,
      ["credential.client_secret: a table of options was expected, got number"] =
        function() m365.credential.client_secret(1) end,
      ["credential.certificate: either path or pem was expected, got neither"] =
        function() m365.credential.certificate { tenant = "a", client_id = "b" } end,
      ['plan.destination: "inPlace" or "new", which is never assumed, was expected, got nil'] =
        plan { destination = false },
      ["plan.before: a time was expected, got nil"] = plan { before = false },
      ["plan.before: a time here or as plan.at was expected, got both"] = plan { at = T },
      ['plan.targets: a list, a CSV file, { policy = id } or "all" was expected, got nil'] = plan { targets = false },
      ["plan.targets: { policy = id } and nothing else was expected, got 1"] = plan { targets = { policy = 1 } },
      ["plan.targets: a list was expected, got the key a"] = plan { targets = { a = 1 } },
      ["plan.exclude: a list was expected, got all"] = plan { exclude = "all" },
      ["plan_files.target: one site or user was expected, got nil"] =
        function() m365.plan_files(client, { service = "sharePoint", before = T, match = "/**" }) end,
      ["plan_messages.query: a string was expected, got nil"] =
        function() m365.plan_messages(client, { targets = "all", before = T, destination = "new" }) end,
      ['bulk_restore.destination: "inPlace" or "new", which is never assumed, was expected, got nil'] =
        function()
          m365.bulk_restore(client, { service = "sharePoint", targets = "all", before = T, journal = "x" })
        end,
      ["apply.journal: a path was expected, got nil"] =
        function() m365.apply(client, made, {}) end,
      ["drill.ledger: a string was expected, got nil"] = function() m365.drill(client, { service = "sharePoint" }) end,
      ["clean_drafts: journals: a path or a list of paths was expected, got nil"] =
        function() m365.clean_drafts(client) end,
      ["clean_drafts: journals: a path or a list of paths was expected, got an empty list"] =
        function() m365.clean_drafts(client, {}) end,
      ["clean_drafts: journals[2]: a path was expected, got 7"] =
        function() m365.clean_drafts(client, { "x", 7 }) end,
      ["watch.service: one of exchange, oneDriveForBusiness, sharePoint was expected, got Exchange; did you mean "
        .. "'exchange'?"] = function() m365.watch(client, { service = "Exchange" }) end,
      ["load_plan: path: a string was expected, got 1"] = function() m365.load_plan(1) end,
      ["needs: plan: a plan was expected, got nil"] = function() m365.needs() end,
    } do
      assert.equal(expected, (raised(call):gsub("^[^ ]-:%d+: ", "")))
    end
  end)

  it("or secret is told by its length alone", function()
    assert.equal("crypto.identity: passphrase: a string of at most 1024 bytes was expected, got a string of 1200 bytes",
      raised(crypto.identity, "", { passphrase = ("secret"):rep(200) }))
    local message = raised(system.run, { "true" }, { env = { ["TOKEN=secret"] = "x" } })
    assert.equal("system.run: env.TOKEN: a name without '=' was expected, got a string of 12 bytes", message)
  end)

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
    assert.equal("system.run: argv: a list of strings with the program first was expected, got 1",
      raised(system.run, 1))
    assert.equal("system.random: n: a whole number from 0 to 65536 was expected, got -1", raised(system.random, -1))
    assert.equal("crypto.equal: a: a string was expected, got 1", raised(crypto.equal, 1, 2))
    local path = os.tmpname()
    local journal <close> = assert(system.open_journal(path))
    assert.matches("append: line: a string was expected, got 7$", raised(function() journal:append(7) end))
    os.remove(path)
  end)
end)
