--- Calls every row of the contract table through its method, against the simulator's ledger: the request is the row's,
-- the answer becomes what the row says, and a refusal names the row's permission.
local m365 = require "m365restore"
local support = require "spec.contract.support"

local DATE = "2026-01-01T00:00:00Z"

--- What methods take beside the id that their path asks for; by type and verb, or by verb.
local BODIES = {
  ["client.enable"] = { appOwnerTenantId = "t" },
  ["emailNotificationsSetting.update"] = { isEnabled = true },
  ["serviceApp.activate"] = { effectiveDateTime = DATE },
  ["client.restore_points"] = { unit = "u" },
  ["client.search_restore_points"] = { protectionUnitIds = { "u" }, protectionTimePeriod = { startDateTime = DATE } },
  ["sharePointRestoreSession.update"] = { ["siteRestoreArtifacts@delta"] = {} },
  ["oneDriveForBusinessRestoreSession.update"] = { ["driveRestoreArtifacts@delta"] = {} },
  ["exchangeRestoreSession.update"] = { ["mailboxRestoreArtifacts@delta"] = {} },
  ["sharePointRestoreSession.create_bulk_request"] = { siteIds = { "s" } },
  ["oneDriveForBusinessRestoreSession.create_bulk_request"] = { directoryObjectIds = { "d" } },
  ["exchangeRestoreSession.create_bulk_request"] = { directoryObjectIds = { "d" } },
  ["siteProtectionUnit.update"] = { offboardRequestedDateTime = DATE },
  ["driveProtectionUnit.update"] = { offboardRequestedDateTime = DATE },
  ["mailboxProtectionUnit.update"] = { offboardRequestedDateTime = DATE },
  ["sharePointProtectionPolicy.create_inclusion_rule"] = { siteExpression = "e" },
  ["oneDriveForBusinessProtectionPolicy.create_inclusion_rule"] = { driveExpression = "e" },
  ["exchangeProtectionPolicy.create_inclusion_rule"] = { mailboxExpression = "e" },
  create_browse_session = { restorePointId = "p" },
  create_protection_policy = { displayName = "n" },
  create_bulk_job = { displayName = "n" },
  update = {},
  browse = {},
}

describe("every row of the contract table", function()
  local sim, clients
  setup(function()
    sim = support.start()
    clients = { ["v1.0"] = support.client(sim), beta = support.client(sim, { beta = true }) }
  end)
  teardown(function()
    for _, client in pairs(clients) do client:close() end
    sim:stop()
  end)
  before_each(function()
    sim:clear_faults()
    sim:forget()
  end)

  local rows, readers, homes = support.rows(), {}, {}
  for _, row in ipairs(rows) do
    homes[row.on] = row.home
    if row.method == "GET" and row.result == "item" then readers[row.type] = readers[row.type] or row end
  end

  --- The row that reads one resource of a type, or of the type that it derives from.
  local function reader_of(name)
    return readers[name] or name:find "RestoreSession$" and readers.restoreSessionBase
  end

  local function is_root(name) return clients.beta[name] ~= nil or name == "client" end

  local function id_of(name) return "a-" .. name end

  --- The path of the resource of some type that stands for all of it.
  local function self_of(name)
    if homes[name] then return homes[name] .. "/" .. id_of(name) end
    local reader = reader_of(name)
    return self_of(reader.on) .. reader.path:gsub("{self}", ""):gsub("{item}", id_of(name))
  end

  --- The path of a row with its places filled in; an id that has to be given is this one.
  local function path_of(row, given)
    local path = row.path:gsub("%?.*", "")
    if path:find "{self}" then path = self_of(row.on) .. path:sub(#"{self}" + 1) end
    path = path:gsub("{id}", is_root(row.on) and given or id_of(row.on))
    return (path:gsub("{item}", given))
  end

  local call

  --- The client, a service, or a resource that was read.
  local function receiver(client, name)
    if name == "client" then return client end
    if client[name] then return client[name] end
    local body = { id = id_of(name), ["@odata.type"] = "#microsoft.graph." .. name }
    return assert(call(client, reader_of(name), id_of(name), body))
  end

  local function answer_of(row)
    if row.result == "list" then return { value = { { id = "i", itemKey = "k" } } } end
    return row.type == "backupRestoreRoot" and { serviceStatus = { status = "enabled" } } or { id = "i" }
  end

  --- Calls a row, with an id where it asks for one; lists give their first item.
  function call(client, row, given, answer, status)
    local on, arguments = receiver(client, row.on), {}
    if row.path:find "{item}" or row.path:find "{id}" and is_root(row.on) then arguments[1] = given end
    local body = BODIES[row.on .. "." .. row.verb] or row.body ~= "none" and BODIES[row.verb] or nil
    arguments[#arguments + 1] = body
    support.answer(sim, answer or row.result ~= "nothing" and answer_of(row) or "", {
      status = status or row.result == "nothing" and 204 or nil,
    })
    local result, err = on[row.verb](on, table.unpack(arguments))
    if result and row.result == "list" then return result:next() end
    return result, err
  end

  local function client_for(row) return clients[row.v1 and "v1.0" or "beta"] end

  for _, row in ipairs(rows) do
    it("sends what it says, and makes of the answer what it is: " .. row.on .. "." .. row.verb, function()
      local result, err = call(client_for(row), row, "given")
      assert(result, tostring(err))
      local line, entry = support.last(sim)
      assert.equal(row.method .. " " .. path_of(row, "given"), line)
      assert.equal(row.v1 and "/v1.0/" or "/beta/", entry.path:match "^/[^/]+/")
      assert.matches("include%-unknown%-enum%-members", entry.headers.prefer)
      assert.equal(row.body == "none" or row.body == "optional", entry.body == nil)
      if row.result == "nothing" then
        assert.is_true(result)
      elseif row.type ~= "backupRestoreRoot" and row.type ~= "restorePointSearchResponse" then
        assert.equal(row.result == "self" and row.on or row.type, m365.type(result))
      end
    end)
  end

  it("names its permission where it is refused", function()
    for _, row in ipairs(rows) do
      local result, err = call(client_for(row), row, "given", { error = { code = "accessDenied" } }, 403)
      assert.is_nil(result, row.key)
      assert.equal(row.permission, err.permission, row.key)
      assert.is_truthy(err.remedy:find(row.permission or "forbidden", 1, true), row.key)
      assert.equal(row.on .. "." .. row.verb, err.operation)
    end
  end)

  it("sends nothing where it exists in beta only", function()
    local some = 0
    for _, row in ipairs(rows) do
      if not row.v1 then
        local client = clients["v1.0"]
        local on = receiver(client, row.on)
        sim:forget()
        local result, err = on[row.verb](on, row.path:find "{i[dt]" and "x" or nil)
        assert.is_nil(result, row.key)
        assert.equal("beta_only", err.code, row.key)
        assert.equal(0, sim:count(), row.key)
        some = some + 1
      end
    end
    assert.equal(15, some)
  end)
end)
