local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

describe("preflight", function()
  local sim

  before_each(function() sim = simulator.start { sites = 3, speed = 1 } end)
  after_each(function() sim:stop() end)

  local function look(options, more)
    local all = { base_url = sim.url, credential = sim:credential(options), clock = sim:clock(), retries = 0 }
    for name, value in pairs(more or {}) do all[name] = value end
    local client <close> = m365.client(all)
    return m365.preflight(client)
  end

  local function named(report, pattern)
    for _, check in ipairs(report.checks) do
      if check.name:find(pattern) then return check end
    end
  end

  it("finds nothing where there is nothing", function()
    local report = look()
    assert.is_true(report.ok)
    for _, check in ipairs(report.checks) do
      assert.is_true(check.ok, check.name)
      assert.is_nil(check.remedy)
    end
    assert.equal(10, #report.checks)
    assert.equal(8, #report.permissions)
    assert.same({ sim.client_id, "enabled", "active", false },
      { report.app_id, report.service.status, report.controller, report.delegated })
    local text = tostring(report)
    assert.matches("^ok +token: application BackupRestore%-Restore.Read.All, ", text)
    assert.matches("\nready$", text)
    for _, sent in ipairs(sim:ledger()) do assert.equal("GET", sent.method) end
  end)

  it("names each permission that is missing, and what fails without", function()
    local all = {
      ["BackupRestore-Restore.ReadWrite.All"] = "sessions cannot be created",
      ["BackupRestore-Search.Read.All"] = "restore points cannot be found",
      ["BackupRestore-Configuration.Read.All"] = "protected sites, drives and mailboxes",
      ["BackupRestore-Control.Read.All"] = "the state of the service",
    }
    for missing, consequence in pairs(all) do
      local rest = {}
      for name in pairs(all) do
        if name ~= missing then rest[#rest + 1] = name end
      end
      if missing:find "ReadWrite" then rest[#rest + 1] = "BackupRestore-Restore.Read.All" end
      local report = look { permissions = rest, delegated = true }
      assert.is_false(report.ok)
      assert.is_true(report.delegated)
      for _, check in ipairs(report.checks) do
        if check.name:find(missing, 1, true) and check.name ~= "permission BackupRestore-Restore.Read.All or "
          .. "BackupRestore-Restore.ReadWrite.All" then
          assert.is_false(check.ok)
          assert.matches(consequence, check.detail, 1, true)
          assert.matches("admin consent", check.remedy, 1, true)
        elseif check.name:find "^permission" then
          assert.is_true(check.ok, check.name)
        end
      end
    end
  end)

  it("tells which addresses of people may be looked up, and takes none for a failure", function()
    local function lookups(...)
      local report = look { permissions = { "BackupRestore-Restore.ReadWrite.All", "BackupRestore-Search.Read.All",
        "BackupRestore-Configuration.Read.All", "BackupRestore-Control.Read.All", ... } }
      assert.is_true(report.ok)
      local found = {}
      for i, check in ipairs(report.lookups) do found[i] = check.ok end
      return found, tostring(report)
    end
    local found, text = lookups()
    assert.same({ false, false, false }, found)
    assert.matches("\n%- +permission User.ReadBasic.All: without it people can be named by id only", text)
    assert.same({ true, false, false }, (lookups "User.ReadBasic.All"))
    found, text = lookups("User.Read.All", "Sites.Read.All")
    assert.same({ true, true, true }, found)
    assert.matches("\nok +permission Sites.Read.All\n", text)
    sim:fault { operation = "sites.root", action = "status", status = 400, body = "{}" }
    assert.same({ true, true, "unknown" }, (lookups("User.Read.All", "Sites.Read.All")))
  end)

  it("sees a service that is locked or off, and who controls it", function()
    sim:set_service { status = "restoreLocked" }
    local check = named(look(), "^service")
    assert.same({ false, "restoreLocked" }, { check.ok, check.detail })
    assert.matches("Restores are locked", check.remedy)
    sim:set_service { status = "disabled", disableReason = "userRequested" }
    assert.equal("disabled (userRequested)", named(look(), "^service").detail)
    sim:set_service { status = "enabled", backupServiceConsumer = "thirdparty" }
    sim:fault {
      operation = "serviceApps.list", action = "status", status = 200,
      body = '{"value":[{"id":"x","status":"inactive","application":{"id":"' .. sim.client_id:upper() .. '"}}]}',
    }
    check = named(look(), "^controller")
    assert.same({ false, "this app is inactive" }, { check.ok, check.detail })
    sim:fault { operation = "serviceApps.list", action = "status", status = 200, body = '{"value":[]}' }
    assert.equal("this app is not registered", named(look(), "^controller").detail)
  end)

  it("reads the service's words however they are written", function()
    local dialects = require "m365restore.simulator.dialects"
    for name, values in pairs(dialects.switches) do
      for i = 2, #values do
        local other <close> = simulator.start { sites = 1, speed = 1, dialect = { [name] = values[i] } }
        local client <close> = m365.client {
          base_url = other.url, credential = other:credential(), clock = other:clock(),
        }
        local report = m365.preflight(client)
        assert.is_true(report.ok, name .. ": " .. tostring(report))
      end
    end
  end)

  it("sees a clock that is off", function()
    local report = look(nil, {
      clock = { now = function() return sim:clock():now() + 600 end, delay = function() return 0 end },
    })
    assert.is_true(math.abs(report.clock_skew - 600) <= 5)
    assert.is_false(named(report, "^clock").ok)
  end)

  it("sees that there is nothing to restore from", function()
    local empty <close> = simulator.start { sites = 0, speed = 1 }
    local client <close> = m365.client { base_url = empty.url, credential = empty:credential(), clock = empty:clock() }
    local report = m365.preflight(client)
    assert.is_false(named(report, "^restore points").ok)
    assert.is_true(named(report, "Search").ok)
  end)

  it("says that there is no token, or nobody there, and no more", function()
    local report = look(nil, { credential = function() return nil, "no luck" end })
    assert.equal(1, #report.checks)
    assert.same({ "token", false }, { report.checks[1].name, report.checks[1].ok })
    assert.matches("no luck", tostring(report), 1, true)
    report = look(nil, { credential = "stale" })
    assert.same({ "token", false }, { report.checks[1].name, report.checks[1].ok })
    local url = sim.url
    sim:stop()
    local client <close> = m365.client { base_url = url, credential = "x", retries = 0 }
    report = m365.preflight(client)
    assert.same({ "service", "unknown" }, { report.checks[1].name, report.checks[1].ok })
    assert.matches("not ready$", tostring(report))
  end)

  it("prints tokens that cannot be read as such", function()
    sim:fault { operation = "root.get", action = "status", status = 200, body = '{"serviceStatus":{}}' }
    local report = look(nil, { credential = "opaque" })
    assert.equal("its contents cannot be read", named(report, "^token").detail)
  end)
end)
