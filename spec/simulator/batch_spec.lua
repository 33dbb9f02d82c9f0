local mime = require "mime"
local support = require "spec.simulator.support"

local outcome = support.outcome
local ROOT = "/solutions/backupRestore"

describe("a simulated batch", function()
  local api

  before_each(function() api = support.start { sites = 5 } end)
  after_each(function() api:stop() end)

  local function send(requests, version)
    return api:raw("POST", (version or "/v1.0") .. "/$batch", { requests = requests })
  end

  local function responses(answer)
    local found = {}
    for _, response in ipairs(answer.body.responses) do found[response.id] = response end
    return found
  end

  local function read(id, path, more)
    local member = { id = id, method = "GET", url = ROOT .. path }
    for name, value in pairs(more or {}) do member[name] = value end
    return member
  end

  local function write(id, path, body, more)
    local member = read(id, path, more)
    member.method, member.body, member.headers = "POST", body, { ["Content-Type"] = "application/json" }
    return member
  end

  it("answers each member with a status, headers and a body of its own", function()
    local unit = api.sim:units("site")[1]
    local answer = send {
      read("a", "/protectionUnits/" .. unit.id), read("b", "/siteProtectionUnits?$top=2"),
      read("c", "/restoreSessions/nothing"), read("d", "/siteProtectionUnits/$count"),
      write("e", "/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 2) }),
      { id = "f", method = "GET", url = ROOT:sub(2) },
    }
    assert.equal(200, answer.status)
    local found = responses(answer)
    assert.same({ 200, 200, 400, 200, 201, 200 },
      { found.a.status, found.b.status, found.c.status, found.d.status, found.e.status, found.f.status })
    assert.equal(unit.id, found.a.body.id)
    assert.same({ 2, "InvalidRestoreSessionId", "5" },
      { #found.b.body.value, found.c.body.error.code, (mime.unb64(found.d.body)) })
    assert.equal("draft", api:session(found.e.body.id).status)
    assert.is_string(found.a.headers["request-id"])
    local entries = api.sim:ledger { operation = "restoreSessions.get" }
    assert.equal(entries[1].batch, api.sim:ledger({ operation = "batch" })[1].n)
  end)

  it("gives a next link that leads on", function()
    local page = responses(send { read("1", "/siteProtectionUnits?$top=2") })["1"].body
    local link = page["@odata.nextLink"]:gsub("^http://[^/]*", "")
    assert.equal(2, #api:raw("GET", link).body.value)
    local again = responses(send { { id = "1", method = "GET", url = (link:gsub("^/v1.0", "")) } })["1"]
    assert.equal(2, #again.body.value)
  end)

  it("keeps to what depends on what, and fails what depends on a failure", function()
    local found = responses(send {
      read("late", "/restoreSessions", { dependsOn = { "Made" } }),
      write("made", "/sharePointRestoreSessions", { siteRestoreArtifacts = api:artifacts("site", 1, 1) }),
      read("lost", "/restorePoints/none"), read("never", "/restoreSessions", { dependsOn = { "lost" } }),
    })
    assert.equal(1, #found.late.body.value)
    assert.same({ 404, 424, "FailedDependency" },
      { found.lost.status, found.never.status, found.never.body.error.code })
  end)

  it("is throttled member by member, or as a whole", function()
    api.sim:fault { operation = "restorePoints.get", action = "throttle", retry_after = "2.5" }
    api.sim:fault { operation = "restoreSessions.list", action = "drop" }
    local found = responses(send {
      read("1", "/restorePoints/x"), read("2", "/restoreSessions"), read("3", "/siteProtectionUnits"),
    })
    assert.same({ 429, "2.5", 504, 200 },
      { found["1"].status, found["1"].headers["Retry-After"], found["2"].status, found["3"].status })
    api.sim:fault { operation = "batch", action = "throttle", retry_after = "1" }
    assert.equal("429 TooManyRequests", outcome(send { read("1", "") }))
  end)

  it("speaks its own version", function()
    local found = responses(send({ read("1", "/activityLogs") }, "/beta"))
    assert.equal(200, found["1"].status)
    assert.equal(400, responses(send { read("1", "/activityLogs") })["1"].status)
  end)

  it("is refused as a whole when it is no batch", function()
    local many = {}
    for i = 1, 21 do many[i] = read(tostring(i), "") end
    for i, requests in ipairs {
      {}, many, { read("a", ""), read("A", "") }, { { id = "1", method = "GET" } },
      { { id = "1", method = "HEAD", url = ROOT } }, { read("1", "", { dependsOn = { "2" } }) },
      { read("1", "", { dependsOn = { "2" } }), read("2", "", { dependsOn = { "1" } }) },
    } do
      assert.equal("400 BadRequest", outcome(send(requests)), "case " .. i)
    end
    api.token = "wrong"
    assert.equal("401 InvalidAuthenticationToken", outcome(send { read("1", "") }))
  end)

  it("refuses a batch in a batch, and a member that may not be called", function()
    api.token = api.sim:credential { permissions = { "BackupRestore-Control.Read.All" }, lifetime = 1e9 }()
    local found = responses(send {
      { id = "1", method = "POST", url = "/$batch" }, read("2", "/restoreSessions"), read("3", ""),
    })
    assert.same({ 400, 403, 200 }, { found["1"].status, found["2"].status, found["3"].status })
  end)

  it("may answer in another order", function()
    api:stop()
    api = support.start { dialect = { batch_order = "reversed" } }
    local order = {}
    for i, response in ipairs(send({ read("1", ""), read("2", ""), read("3", "") }).body.responses) do
      order[i] = response.id
    end
    assert.same({ "3", "2", "1" }, order)
  end)
end)
