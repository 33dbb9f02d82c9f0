--- Calls every row of the contract table through its method, against the simulator's ledger: the request is the row's,
-- the answer becomes what the row says, and a refusal names the row's permission.
local caller = require "spec.graph.caller"
local m365 = require "m365restore"
local support = require "spec.graph.support"

describe("every row of the contract table", function()
  local sim, clients
  support.around_versions(function(...)
    local client, beta
    sim, client, beta = ...
    clients = { ["v1.0"] = client, beta = beta }
  end)

  local rows = support.rows()
  local IDS = { "first", "second" }

  local function client_for(row) return clients[row.v1 and "v1.0" or "beta"] end

  local function ids_of(row) return { table.unpack(IDS, 1, caller.count(row)) } end

  local function answer_of(row)
    if row.result == "list" then return { value = { { id = "i", itemKey = "k" } } } end
    if row.result == "nothing" then return "" end
    return row.type == "backupRestoreRoot" and { serviceStatus = { status = "enabled" } } or { id = "i" }
  end

  --- Lists give their first item.
  local function call(row, answer, status)
    status = status or row.result == "nothing" and 204 or nil
    local result, err = caller.new(sim):call(client_for(row), row, ids_of(row), caller.body_of(row),
      answer or answer_of(row),
      { status = status })
    if result and row.result == "list" then return result:next() end
    return result, err
  end

  for _, row in ipairs(rows) do
    it("sends what it says, and makes of the answer what it is: " .. row.on .. "." .. row.verb, function()
      local result, err = call(row)
      assert(result, tostring(err))
      local line, entry = support.last(sim)
      assert.equal(row.method .. " " .. caller.fill(row, IDS), line)
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

  it("names its permission and Microsoft's page where it is refused", function()
    for _, row in ipairs(rows) do
      local result, err = call(row, { error = { code = "accessDenied" } }, 403)
      assert.is_nil(result, row.key)
      assert.equal(row.permission, err.permission, row.key)
      assert.is_truthy(err.remedy:find(row.permission or "Microsoft's page", 1, true), row.key)
      assert.equal(row.on .. "." .. row.verb, err.operation)
      assert.equal(('"%s", %s'):format(row.title, row.page), err.help)
      assert.matches("^https://learn%.microsoft%.com/graph/api/[%l/-]+$", row.page)
    end
  end)

  it("names Microsoft's page where nothing was sent, too", function()
    local client = clients["v1.0"]
    local session = assert(client.sharePoint:create_session())
    local session_page = "https://learn.microsoft.com/graph/api/sharepointrestoresession-update"
    local _, refused = client.sharePoint:create_session({ siteRestoreArtifacts = {} })
    assert.same({ false, '"Create sharePointRestoreSession", '
      .. "https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointrestoresessions" },
      { refused.sent, refused.help })
    local _, empty = session:add {}
    assert.equal('"Update sharePointRestoreSession", ' .. session_page, empty.help)
    support.answer(sim, "", { status = 403 })
    local _, unread = session:refresh()
    assert.equal('"Get restoreSessionBase", https://learn.microsoft.com/graph/api/restoresessionbase-get', unread.help)
    local _, beyond = client:request("GET", "/solutions/backupRestore/nowhere")
    assert.is_nil(beyond.help)
  end)

  it("sends nothing where it exists in beta only", function()
    local some = 0
    for _, row in ipairs(rows) do
      if not row.v1 then
        sim:clear_faults()
        local result, err = caller.new(sim):call(clients["v1.0"], row, ids_of(row), caller.body_of(row), {})
        assert.is_nil(result, row.key)
        assert.equal("beta_only", err.code, row.key)
        for _, entry in ipairs(sim:ledger()) do
          assert.is_nil(entry.path:find(caller.fill(row, IDS), 1, true), row.key)
        end
        some = some + 1
      end
    end
    assert.equal(17, some)
  end)
end)
