--- Holds the contract table against the OpenAPI description: every documented operation has one row and one method,
-- and no row is without an operation.
local core = require "m365restore.core"
local openapi = require "spec.fixtures.openapi"
local operations = require "spec.fixtures.operations"
local scratch = require "spec.support.scratch"
local support = require "spec.graph.support"

local SHARED = (os.getenv "M365RESTORE_SHARED" or "../shared") .. "/graph-2026-11/openapi"

--- Rows that no description has, each with why it is here.
local BEYOND = {
  ["PATCH /sharePointProtectionPolicies/{}/siteInclusionRules/{}"] = "permission file; no page changes a site's rule",
  ["POST /sharePointProtectionPolicies/{}/siteInclusionRules/{}/deleteAndUnprotect"] = "permission file, as above",
}

local function shape(method, path)
  return method .. " " .. path:gsub("{.-}", "{}"):gsub("%?.*", "")
end

describe("the contract table", function()
  local described, documented = {}, 0
  for _, operation in ipairs(operations) do
    described[shape(operation[1], operation[2])] = operation
    documented = documented + (operation[4] and 1 or 0)
  end

  it("is held against the description as it is", function()
    local list = openapi.both(SHARED)
    if not list then
      pending(SHARED .. " is not here: the table in spec/fixtures stands in for it")
      return
    end
    assert.same(list, operations)
  end)

  it("has one row and one method for every documented operation", function()
    local count, covered = {}, 0
    for _, row in ipairs(support.rows()) do
      count[row.key] = (count[row.key] or 0) + 1
      assert.is_function(core.method(row.on, row.verb), row.on .. "." .. row.verb)
    end
    for key, operation in pairs(described) do
      if operation[4] then
        assert.equal(1, count[key], key)
        covered = covered + 1
      end
    end
    for key, n in pairs(count) do assert.equal(1, n, key) end
    assert.equal(documented, covered)
    for _, version in ipairs { "v1.0", "beta" } do
      local all, ours = 0, 0
      for key, operation in pairs(described) do
        if operation[5] == version or operation[5] == "both" then
          all, ours = all + 1, ours + (count[key] or 0)
        end
      end
      io.write(("\n%d of %d documented operations of %s covered"):format(ours, all, version))
      assert.equal(all, ours)
    end
    io.write(("\n%d of %d of both together, by %d rows\n"):format(covered, documented, #support.rows()))
  end)

  it("has a row for every operation that the notes name beside those", function()
    local keys = {}
    for _, row in ipairs(support.rows()) do keys[row.key] = true end
    for service, kind in pairs { sharePoint = "site", oneDriveForBusiness = "drive", exchange = "mailbox" } do
      local policy = "/" .. service .. "ProtectionPolicies/{}"
      for _, key in ipairs {
        "GET /" .. service .. "RestoreSessions", "GET /" .. kind .. "ProtectionUnits",
        "PATCH /" .. kind .. "ProtectionUnits/{}", "GET /" .. service .. "ProtectionPolicies", "GET " .. policy,
        "GET " .. policy .. "/" .. kind .. "ProtectionUnits", "POST " .. policy .. "/" .. kind .. "InclusionRules",
        "PATCH " .. policy .. "/" .. kind .. "InclusionRules/{}",
        "DELETE " .. policy .. "/" .. kind .. "InclusionRules/{}",
        "POST " .. policy .. "/" .. kind .. "InclusionRules/{}/run",
        "POST " .. policy .. "/" .. kind .. "InclusionRules/{}/deleteAndUnprotect",
        "POST " .. policy .. "/" .. kind .. "ProtectionUnitsBulkAdditionJobs",
      } do
        assert.is_true(keys[key], key)
      end
    end
    for _, key in ipairs {
      "GET /exchangeRestoreSessions/{}/granularMailboxRestoreArtifacts", "GET /protectionUnits",
      "GET /protectionPolicies", "GET /protectionPolicies/{}", "GET /restorePoints/{}", "GET /activityLogs",
      "GET /reports/getStatisticsByPolicy(policyId='{}')",
    } do
      assert.is_true(keys[key], key)
    end
  end)

  it("has no row without an operation, except those that are explained", function()
    local used = {}
    for _, row in ipairs(support.rows()) do
      if not described[row.key] then
        assert.is_string(BEYOND[row.key], row.key)
        assert.matches("^permission file only: ", row.source)
        used[row.key] = true
      end
    end
    for key in pairs(BEYOND) do assert.is_true(used[key], key .. " is not used any more") end
  end)

  it("says the versions that the description says", function()
    for _, row in ipairs(support.rows()) do
      local operation = described[row.key]
      if operation then
        local versions = row.v1 and row.beta and "both" or row.beta and "beta" or "v1.0"
        assert.equal(operation[3], versions, row.key)
      end
    end
  end)

  it("names the page of what is documented, and tells why the rest is there", function()
    for _, row in ipairs(support.rows()) do
      local operation = described[row.key]
      if operation and operation[4] then
        assert.equal(operation[4], row.source, row.key)
      else
        assert.is_truthy(row.source:find ": " or row.source:find "^%l[%l%-]+$", row.key)
      end
    end
  end)

  it("is written out in the documentation and for editors, as it is", function()
    local pages = dofile "tools/operations.lua"
    assert.equal(pages.operations(), scratch.read "docs/operations.md")
    assert.equal(pages.annotations(), scratch.read "library/graph.lua")
  end)
end)
