--- docs/from-powershell.md: every cmdlet has a call, and every call on the page sends the request of its cmdlet.
local cmdlets = require "spec.fixtures.cmdlets"
local m365 = require "m365restore"
local support = require "spec.graph.support"

local METHODS = { Get = "GET", New = "POST", Update = "PATCH", Remove = "DELETE" }
local UNITS = { sharePoint = "site", oneDriveForBusiness = "drive", exchange = "mailbox" }

local function read(name)
  local file <close> = assert(io.open(name))
  return file:read "a"
end

--- The calls of the page, in its order: name and code.
local function calls()
  local list = {}
  for name, code in read("docs/from-powershell.md"):gmatch "\n| `(%a+%-Mg%a+)` | `([^\n]-)` | %[" do
    list[#list + 1] = { name, code }
  end
  return list
end

describe("the page of cmdlets", function()
  it("is written out of the contract table, as it is", function()
    assert.equal(dofile("tools/operations.lua").powershell(), read "docs/from-powershell.md")
  end)

  it("has every cmdlet that Microsoft's pages show", function()
    local path = (os.getenv "M365RESTORE_SHARED" or "../shared") .. "/graph-2026-11/cmdlets.tsv"
    local file <close> = io.open(path)
    assert.equal(38, #cmdlets)
    if not file then
      pending(path .. " is not here: the table in spec/fixtures stands in for it")
      return
    end
    local rows = {}
    for name, address in file:read("a"):gmatch "([^\t\n]+)\t([^\t\n]+)\t[^\n]*" do
      if name ~= "cmdlet" then
        rows[#rows + 1] = { name, (address:gsub("^/solutions/backupRestore", ""):gsub("%?.*", "")) }
      end
    end
    assert.same(rows, cmdlets)
  end)
end)

describe("the call of", function()
  local sim, clients, ids
  setup(function()
    sim = support.start()
    clients = { ["v1.0"] = support.client(sim), beta = support.client(sim, { beta = true }) }
    local client = clients["v1.0"]
    ids = {}
    for service, kind in pairs(UNITS) do
      local unit = client[service]:protection_units():next()
      ids[service] = { unit_id = unit.id, point_id = client:restore_points { unit = unit }:next().id,
        site_url = unit.siteWebUrl, address = sim:units(kind)[1].email or "somebody@contoso.example" }
    end
    for service in pairs { sharePoint = true, oneDriveForBusiness = true } do
      local browse = assert(client[service]:create_browse_session { restorePointId = ids[service].point_id })
      ids[service].browse_id = browse.id
    end
  end)
  teardown(function()
    for _, client in pairs(clients) do client:close() end
    sim:stop()
  end)
  before_each(function() sim:clear_faults() end)

  for i, call in ipairs(calls()) do
    it(call[1], function()
      local name, path = table.unpack(cmdlets[i])
      assert.equal(name, call[1])
      local version = name:find "MgBeta" and "beta" or "v1.0"
      local client = clients[version]
      local service = path:match "^/(sharePoint)" or path:match "^/(oneDriveForBusiness)" or path:match "^/(exchange)"
        or "sharePoint"
      local environment = { client = client, request_id = "r", from = "2026-01-01T00:00:00Z",
        to = "2026-06-01T00:00:00Z" }
      for key, value in pairs(ids[service]) do environment[key] = value end
      environment.session_id = assert(client[service]:create_session()).id
      if path:find "BulkAdditionRequests/{" then -- one that has ended
        support.answer(sim, "", { status = 204, method = "DELETE" })
      end
      sim:forget()
      local result, err = assert(load("return " .. call[2], name, "t", environment))()
      if tostring(result):find "^list of " then
        local _
        _, err = result:next()
      else
        assert(result, tostring(err))
      end
      assert.is_nil(err)
      local line, entry = support.last(sim)
      local method = METHODS[name:match "^%a+"]
      local shape = path:gsub("%p", "%%%0"):gsub("%%{.-%%}", "[^/]+")
      assert.matches("^" .. method .. " " .. shape .. "$", line)
      assert.equal(version, entry.path:match "^/([^/]+)")
      assert.is_true(m365.type(result) ~= nil or result == true or tostring(result):find "^list of " ~= nil)
    end)
  end
end)
