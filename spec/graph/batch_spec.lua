local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local support = require "spec.graph.support"

describe("a batch", function()
  local sim, client
  support.around(function(...) sim, client = ... end)

  local function paths(count)
    local list = {}
    for i = 1, count do list[i] = support.ROOT .. "/restoreSessions/" .. i end
    return list
  end

  --- Lets the simulator answer a $batch with these members, in the order given.
  local function answer(...)
    support.answer(sim, { responses = { ... } }, { method = "POST", path = "%$batch$" })
  end

  local function member(id, status, body, headers)
    return { id = tostring(id), status = status, body = body, headers = headers }
  end

  local function sent()
    local list = {}
    for i, entry in ipairs(sim:ledger { path = "%$batch$" }) do list[i] = entry.body.requests end
    return list
  end

  it("sends 20 reads at a time, and answers in the order asked", function()
    local function some(first, last)
      local members = {}
      for i = last, first, -1 do members[#members + 1] = member(i - first + 1, 200, { place = i }) end
      return table.unpack(members)
    end
    answer(some(1, 20))
    answer(some(21, 40))
    answer(some(41, 45))
    local answers, failures = client:batch(paths(45))
    assert.same({}, failures)
    for i = 1, 45 do assert.equal(i, answers[i].body.place) end
    local requests = sent()
    assert.same({ 20, 20, 5 }, { #requests[1], #requests[2], #requests[3] })
    assert.same({ id = "1", method = "GET", url = support.ROOT .. "/restoreSessions/21",
      headers = { Prefer = "include-unknown-enum-members" } }, requests[2][1])
    assert.equal("/v1.0/$batch", sim:ledger()[1].path)
  end)

  it("understands every form of a member's Retry-After, and asks again for what passes", function()
    for _, headers in ipairs {
      { ["retry-after"] = "0,0.2" }, { ["Retry-After"] = 0.2 }, { ["Retry-After"] = { "0", "0.2" } },
      { ["x-ms-retry-after-ms"] = "200", ["Retry-After"] = "0" },
    } do
      sim:forget()
      answer(member(1, 524, nil, headers))
      answer(member(1, 200, { place = 1 }))
      local before = core.monotonic()
      local answers = client:batch(paths(1))
      assert.equal(1, answers[1].body.place)
      assert.is_true(core.monotonic() - before >= 0.2)
      assert.equal(2, #sent())
    end
    answer(member(1, 501, nil, { ["Retry-After"] = "0" }))
    local _, failures = client:batch(paths(1))
    assert.equal(501, failures[1].status)
    answer(member(1, 429, nil, { ["Retry-After"] = "5, 86400" }))
    _, failures = client:batch(paths(1))
    assert.equal(86400, failures[1].retry_after)
  end)

  it("counts a moment in a member's Retry-After from the service's time, not from ours", function()
    local function moment(text) return "Tue, 03 Mar 2099 10:00:" .. text .. " GMT" end
    local function pause_of(headers, outer)
      local message = member(1, 429, nil, headers)
      sim:fault {
        method = "POST", path = "%$batch$", action = "status", status = 200,
        body = core.encode { responses = { message } }, headers = { Date = outer },
      }
      local _, failures = client:batch(paths(1), { timeout = "0.1s" })
      return failures[1].retry_after
    end
    assert.equal(20, pause_of({ ["RETRY-after"] = moment "30" }, moment "10"))
    assert.equal(25, pause_of({ ["retry-after"] = moment "30", ["dATe"] = moment "05" }, moment "10"))
    assert.equal(0, pause_of({ ["Retry-After"] = moment "05" }, moment "10"))
    assert.equal(20, pause_of({ ["Retry-After"] = "Tuesday, 03-Mar-99 10:00:30 GMT" }, "Wed, 03 Mar 1999 10:00:10 GMT"))
    assert.equal(20, pause_of({ ["Retry-After"] = "Tue Mar  3 10:00:30 2099" }, moment "10"))
  end)

  it("asks again for the members that were throttled, alone, after the longest Retry-After", function()
    answer(member(1, 429, nil, { ["Retry-After"] = "0.05" }), member(2, 200, { place = 2 }),
      member(3, 503, nil, { ["retry-after"] = "0.2" }))
    answer(member(1, 200, { place = 1 }), member(2, 200, { place = 3 }))
    local started = core.monotonic()
    local answers, failures = client:batch(paths(3))
    assert.is_true(core.monotonic() - started >= 0.2)
    assert.same({}, failures)
    assert.same({ 1, 2, 3 }, { answers[1].body.place, answers[2].body.place, answers[3].body.place })
    local requests = sent()
    assert.equal(2, #requests)
    assert.same({ paths(3)[1], paths(3)[3] }, { requests[2][1].url, requests[2][2].url })
  end)

  it("names the members that failed, without disturbing the others", function()
    answer(member(1, 200, {}), member(2, 404, { error = { code = "RestoreSessionNotFound", message = "none",
      innerError = { ["request-id"] = "r" } } }), member(3, 403, { error = { code = "", message = "no" } }))
    local answers, failures = client:batch(paths(4))
    assert.is_table(answers[1])
    assert.same({ "RestoreSessionNotFound", 404, "refuse", "r" },
      { failures[2].code, failures[2].status, failures[2].class, failures[2].request_id })
    assert.same({ "http_403", "ask" }, { failures[3].code, failures[3].class })
    assert.equal("bad_answer", failures[4].code)
    assert.matches("batch /solutions/backupRestore/restoreSessions/2: RestoreSessionNotFound", tostring(failures[2]))
  end)

  it("gives up on a member in the end", function()
    for _ = 1, 5 do answer(member(1, 503, nil, { ["Retry-After"] = "0.001" })) end
    local answers, failures = client:batch(paths(1))
    assert.same({}, answers)
    assert.same({ "http_503", "retry", 5 }, { failures[1].code, failures[1].class, failures[1].attempts })
  end)

  it("ends by its deadline, whatever the service asks for", function()
    answer(member(1, 429, nil, { ["Retry-After"] = "60" }))
    local _, failures = client:batch(paths(1), { timeout = "1s" })
    assert.equal(60, failures[1].retry_after)
    assert.equal(1, sim:count())
  end)

  it("ends with its client, even while it waits", function()
    answer(member(1, 429, nil, { ["Retry-After"] = "60" }))
    local other = support.client(sim)
    local results, failures = m365.gather({ "batch", "close" }, function(what)
      if what == "batch" then return select(2, other:batch(paths(1), { timeout = "2m" })) end
      while sim:count() == 0 do core.sleep(0.01) end
      other:close()
    end)
    assert.same({}, failures)
    assert.equal("closed", results[1][1].code)
  end)

  it("fails as a whole where it is not answered at all", function()
    sim:fault { action = "status", status = 400, times = 2 }
    local answers, failures = client:batch(paths(21))
    assert.same({}, answers)
    assert.equal(400, failures[1].status)
    assert.equal(400, failures[21].status)
  end)

  it("is what the service answers, in whatever order", function()
    for _, order in ipairs { "asked", "reversed" } do
      local other, asking = support.start { sites = 25, dialect = { batch_order = order } }
      local units, reads = {}, {}
      for i, unit in ipairs(other:units "site") do
        units[i], reads[i] = unit.id, support.ROOT .. "/protectionUnits/" .. unit.id
      end
      reads[26] = support.ROOT .. "/protectionUnits/none"
      local answers, failures = asking:batch(reads)
      for i, id in ipairs(units) do assert.equal(id, answers[i].body.id) end
      assert.equal("InvalidProtectionUnitId", failures[26].code)
      assert.equal(2, other:count { path = "%$batch$" })
      asking:close()
      other:stop()
    end
  end)

  it("takes paths with headers, and links of the service", function()
    answer(member(1, 200, {}), member(2, 200, {}))
    client:batch {
      { path = "/users", headers = { ConsistencyLevel = "eventual" } },
      sim.url .. "/v1.0/solutions/backupRestore/restoreSessions?$skiptoken=x",
    }
    local requests = sent()[1]
    assert.equal("eventual", requests[1].headers.ConsistencyLevel)
    assert.equal(support.ROOT .. "/restoreSessions?$skiptoken=x", requests[2].url)
  end)

  it("raises on what is no path of this client", function()
    assert.matches("client%.batch%[1%]: a path that starts with /",
      raised(client.batch, client, { "https://evil.example/x" }))
    assert.matches("client%.batch%[1%]: this client speaks v1%.0", raised(client.batch, client, { "/beta/users" }))
    assert.matches("client%.batch: a list of paths", raised(client.batch, client, "x"))
    assert.equal(0, sim:count())
  end)
end)
