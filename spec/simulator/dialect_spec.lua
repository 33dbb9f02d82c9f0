local dialects = require "m365restore.simulator.dialects"
local support = require "spec.simulator.support"

local outcome = support.outcome

describe("the simulator's dialect", function()
  local api

  after_each(function() api:stop() end)

  local function speak(dialect, more)
    local options = { dialect = dialect }
    for name, value in pairs(more or {}) do options[name] = value end
    api = support.start(options)
  end

  local function artifacts(id)
    return api:get(("/sharePointRestoreSessions/%s/siteRestoreArtifacts"):format(id))
  end

  local function finish(kind, failing)
    if failing then api.sim:fail_artifact { times = 1 } end
    local id = api:activate(kind, 1, 2)
    api.sim:advance(7200)
    return id
  end

  it("create_status may start a session that is created with artifacts", function()
    speak { create_status = "activating" }
    local answer = api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) })
    assert.same({ 201, "activating", 2 },
      { answer.status, answer.body.status, answer.body.restoreSessionArtifactCount.inProgress })
    assert.equal("403 RestoreSessionActionNotAllowed",
      outcome(api:ask("POST", "/restoreSessions/" .. answer.body.id .. "/activate")))
    assert.equal("draft", api:post("/sharePointRestoreSessions", "{}").body.status)
    api.sim:activate_foreign(24)
    assert.equal("500 TooManyActiveRestoreSessions",
      outcome(api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 3, 3) })))
    assert.equal(26, #api.sim:sessions())
  end)

  it("create_status may only say so", function()
    speak { create_status = "says_activating" }
    local answer = api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) })
    assert.equal("activating", answer.body.status)
    assert.equal("draft", api:session(answer.body.id).status)
  end)

  it("empty_sessions may be refused", function()
    speak { empty_sessions = false }
    assert.equal("400 InvalidArtifactRequest", outcome(api:post("/sharePointRestoreSessions", "{}")))
  end)

  it("limit_status may be 400", function()
    speak { limit_status = 400 }
    assert.equal("400 RestoreArtifactsLimitBreached",
      outcome(api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 51) })))
  end)

  it("points_per_search may be five", function()
    speak { points_per_search = 5 }
    local answer = api:post("/restorePoints/search", {
      protectionUnitIds = { api.sim:units("site")[1].id },
      protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" },
    })
    assert.equal(5, #answer.body.searchResults)
  end)

  it("next_link may be relative", function()
    speak({ next_link = "relative" }, { page_size = 10 })
    local link = api:get("/siteProtectionUnits").body["@odata.nextLink"]
    assert.truthy(link:find("^/solutions/backupRestore/siteProtectionUnits%?%$skiptoken="))
    assert.equal("Site 0011", api:raw("GET", "/v1.0" .. link).body.value[1].siteName)
  end)

  it("next_link may lead to another collection, which goes on all the same", function()
    speak({ next_link = "other_collection" }, { page_size = 1 })
    api:create("site", 1, 1)
    local second = api:create("mailbox", 1, 1)
    local link = api:get("/restoreSessions").body["@odata.nextLink"]
    assert.truthy(link:find("/sharepointRestoreSessions?$skiptoken=", 1, true))
    assert.equal(second, api:raw("GET", link:match("^https?://[^/]*(.*)$")).body.value[1].id)
    assert.truthy(api:get("/siteProtectionUnits").body["@odata.nextLink"]:find("/siteProtectionUnits?", 1, true))
  end)

  it("session_type may be left out where there is one only", function()
    speak { session_type = "when_mixed" }
    local id = api:create("site", 1, 1)
    assert.is_nil(api:get("/sharePointRestoreSessions").body.value[1]["@odata.type"])
    assert.is_nil(api:get("/sharePointRestoreSessions/" .. id).body["@odata.type"])
    assert.is_string(api:get("/restoreSessions").body.value[1]["@odata.type"])
    assert.is_string(api:session(id)["@odata.type"])
  end)

  it("type_spelling may be in lower case", function()
    speak { type_spelling = "sharepointRestoreSession" }
    assert.equal("#microsoft.graph.sharepointRestoreSession", api:session(api:create("site", 1, 1))["@odata.type"])
    assert.equal("#microsoft.graph.exchangeRestoreSession", api:session(api:create("mailbox", 1, 1))["@odata.type"])
  end)

  it("terminal_spelling may be plural", function()
    speak { terminal_spelling = "completedWithErrors" }
    assert.equal("completedWithErrors", api:session(finish("site", true)).status)
  end)

  it("created_by may be null or an empty string", function()
    speak { created_by = "null" }
    local id = api:create("site", 1, 1)
    assert.truthy(api:get("/restoreSessions/" .. id).raw:find('"createdBy":null', 1, true))
    api:stop()
    speak { created_by = "empty" }
    assert.equal("", api:session(api:create("site", 1, 1)).createdBy)
  end)

  it("times may have no fractions", function()
    speak { times = "seconds" }
    assert.truthy(api:session(api:create("site", 1, 1)).createdDateTime:find("^%d+%-%d+%-%d+T%d+:%d+:%d+Z$"))
    api:stop()
    speak {}
    assert.truthy(api:session(api:create("site", 1, 1)).createdDateTime:find("%.%d%d%d%d%d%d%dZ$"))
  end)

  it("unset_times may be year one, null or absent", function()
    for style, expected in pairs {
      ["0001-01-01"] = '"startDateTime":"0001-01-01T00:00:00Z"', null = '"startDateTime":null', absent = "",
    } do
      speak { unset_times = style }
      local raw = artifacts(api:create("site", 1, 1)).raw
      assert.truthy(raw:find(expected, 1, true))
      assert.equal(style ~= "absent", raw:find("startDateTime", 1, true) ~= nil)
      api:stop()
    end
    speak {}
    assert.is_nil(artifacts(api:create("site", 1, 1)).raw:find("startDateTime", 1, true))
  end)

  it("patch_echo may name what was removed", function()
    speak { patch_echo = true }
    local id = api:create("site", 1, 2)
    local gone = artifacts(id).body.value[1].id
    local removal = { ["@removed"] = { reason = "changed" }, id = gone }
    local answer = api:patch("/sharePointRestoreSessions/" .. id, { ["siteRestoreArtifacts@delta"] = { removal } })
    assert.same(removal, answer.body["siteRestoreArtifacts@delta"][1])
  end)

  it("create_echo may list the artifacts", function()
    speak { create_echo = true }
    local answer = api:post("/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) })
    assert.equal("added", answer.body.siteRestoreArtifacts[2].status)
  end)

  it("capital_status may begin states with a capital", function()
    speak { capital_status = true }
    local id = finish("site")
    assert.equal("Completed", api:session(id).status)
    assert.equal("Succeeded", artifacts(id).body.value[1].status)
  end)

  it("duplicate_add may fail in a row", function()
    speak { duplicate_add = "row" }
    local id = api:create("site", 1, 1)
    local answer = api:patch("/sharePointRestoreSessions/" .. id,
      { ["siteRestoreArtifacts@delta"] = api:artifacts("site", 1, 2) })
    local rows = answer.body["siteRestoreArtifacts@delta"]
    assert.equal("DuplicateArtifactInList", rows[1]["@Core.DataModificationException"].info.code)
    assert.equal("added", rows[2].status)
    assert.equal(2, api:session(id).restoreSessionArtifactCount.total)
  end)

  it("is documented, every switch of it", function()
    speak {}
    local file <close> = assert(io.open "docs/simulator.md")
    local text = file:read("a")
    for name in pairs(dialects.switches) do assert.truthy(text:find("\n| `" .. name .. "` |", 1, true), name) end
  end)

  it("has a restore that works under every value of every switch", function()
    for name, values in pairs(dialects.switches) do
      for _, value in ipairs(values) do
        speak { [name] = value }
        local empty = name == "empty_sessions" and value == false
        local starts = name == "create_status" and value == "activating"
        local id
        if empty or not starts then
          id = api:create("site", 1, 2)
        else
          id = api:post("/sharePointRestoreSessions", "{}").body.id
          api:patch("/sharePointRestoreSessions/" .. id,
            { ["siteRestoreArtifacts@delta"] = api:artifacts("site", 1, 2) })
        end
        assert.equal(200, api:ask("POST", "/restoreSessions/" .. id .. "/activate").status)
        api.sim:advance(7200)
        assert.equal("completed", api:session(id).status:lower(), name)
        api:stop()
      end
    end
    speak {}
  end)
end)
