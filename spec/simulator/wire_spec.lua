local json = require "dkjson"
local simulator = require "m365restore.simulator"
local socket = require "socket"
local support = require "spec.simulator.support"

describe("the simulator on the wire", function()
  local api

  before_each(function() api = support.start() end)
  after_each(function() api:stop() end)

  local function last(criteria)
    local entries = api.sim:ledger(criteria)
    return entries[#entries]
  end

  describe("the ledger", function()
    it("keeps every exchange as it came", function()
      local id = api:create("site", 1, 1)
      api:ask("POST", "/restoreSessions/" .. id .. "/activate", nil, { ["client-request-id"] = "abc" })
      api:get("/restoreSessions?$top=3&$filter=x")
      local created = last { operation = "sharePointRestoreSessions.create" }
      assert.equal("inPlace", created.body.siteRestoreArtifacts[1].destinationType)
      assert.equal(201, created.status)
      assert.is_true(created.processed)
      local activated = last { operation = "restoreSessions.activate" }
      assert.equal("abc", activated.client_request_id)
      assert.equal("Bearer " .. api.token, activated.headers.authorization)
      assert.is_nil(activated.error_code)
      local listed = last { path = "/restoreSessions$" }
      assert.equal("$top=3&$filter=x", listed.query)
      assert.equal(support.BASE .. "/restoreSessions?$top=3&$filter=x", listed.url)
      assert.same({ 400, "BadRequest", 3 }, { listed.status, listed.error_code, listed.n })
      assert.equal(2, api.sim:count { method = "post" })
      assert.equal(0, api.sim:count { operation = "token" })
      api.sim:forget()
      assert.equal(0, api.sim:count())
    end)

    it("keeps a body that is not JSON as text", function()
      api:post("/sharePointRestoreSessions", "not json")
      assert.equal("not json", last().body)
    end)

    it("tells connections apart", function()
      local connection = api:connect()
      for _ = 1, 2 do
        connection:send(api:request_text("/restoreSessions"))
        assert.truthy(support.read_answer(connection):find(" 200 "))
      end
      connection:close()
      api:get("/restoreSessions")
      local entries = api.sim:ledger()
      assert.equal(entries[1].connection, entries[2].connection)
      assert.not_equal(entries[2].connection, entries[3].connection)
    end)
  end)

  it("answers with the headers of Graph, and the simulated date", function()
    local answer = api:get("/restoreSessions", { ["client-request-id"] = "0d4b9a3e-7b5e-4a53-9d60-0d7b8a1f2c3d" })
    assert.equal("0d4b9a3e-7b5e-4a53-9d60-0d7b8a1f2c3d", answer.headers["client-request-id"])
    assert.truthy(answer.headers["request-id"]:find("^%x+%-%x+%-%x+%-%x+%-%x+$"))
    assert.truthy(answer.headers.date:find("^Mon, 02 Nov 2026 00:00:"))
    assert.truthy(answer.headers["content-type"]:find("^application/json"))
    local inner = api:get("/restoreSessions/x").body.error.innerError
    assert.truthy(inner.date:find("^2026%-11%-02T00:00:"))
    assert.is_string(inner["request-id"])
    assert.is_string(inner["client-request-id"])
  end)

  describe("a fault", function()
    local id

    before_each(function() id = api:create("site", 1, 1) end)

    local function activate() return api:ask("POST", "/restoreSessions/" .. id .. "/activate") end

    local function state() return api.sim:session(id).status end

    -- How the other side ends a connection: RST leaves an error on the socket, FIN does not.
    local function ending(connection)
      socket.select({ connection }, nil, 5)
      local problem = connection:getoption("error")
      assert.equal("closed", select(2, connection:receive(1)))
      connection:close()
      return problem and "RST" or "FIN"
    end

    it("drops a connection before the request is processed", function()
      api.sim:fault { action = "drop" }
      local connection = api:connect()
      connection:send(api:request_text("/restoreSessions/" .. id))
      assert.equal("FIN", ending(connection))
      api.sim:fault { action = "drop", operation = "restoreSessions.activate" }
      assert.equal("closed", activate().failure)
      assert.equal("draft", state())
      assert.same({ "drop", false }, { last().fault, last().processed })
      assert.equal(200, activate().status)
    end)

    it("loses the answer of a request that was processed", function()
      api.sim:fault { action = "lose", operation = "restoreSessions.activate" }
      assert.equal("closed", activate().failure)
      assert.equal("activating", state())
      assert.same({ "lose", true }, { last().fault, last().processed })
    end)

    it("resets a connection, before or after processing", function()
      for _, processed in ipairs { false, true } do
        api.sim:fault { action = "reset", operation = "restoreSessions.get", processed = processed }
        local connection = api:connect()
        connection:send(api:request_text("/restoreSessions/" .. id))
        assert.equal("RST", ending(connection))
        assert.equal(processed, last().processed)
      end
    end)

    it("stalls before the headers", function()
      api.sim:fault { action = "stall", seconds = 0.2, operation = "restoreSessions.get" }
      local connection = api:connect()
      connection:send(api:request_text("/restoreSessions/" .. id))
      connection:settimeout(0.05)
      local _, problem = connection:receive(1)
      assert.equal("timeout", problem)
      connection:settimeout(60)
      assert.truthy(support.read_answer(connection):find(" 200 "))
      connection:close()
    end)

    it("stalls in the middle of a body", function()
      api.sim:fault { action = "stall", seconds = 0.2, before = "body", operation = "restoreSessions.get" }
      local connection = api:connect()
      connection:send(api:request_text("/restoreSessions/" .. id))
      local status, body = support.read_answer(connection)
      connection:close()
      assert.truthy(status:find(" 200 "))
      assert.equal(id, json.decode(body).id)
    end)

    it("cuts a body short", function()
      for _, bytes in ipairs { 0, 10, 1000000 } do
        api.sim:fault { action = "truncate", bytes = bytes, operation = "restoreSessions.get" }
        local connection = api:connect()
        connection:send(api:request_text("/restoreSessions/" .. id, "Connection: close\r\n"))
        local text = connection:receive("*a")
        connection:close()
        local announced = tonumber(text:match("Content%-Length: (%d+)"))
        local body = text:match("\r\n\r\n(.*)$")
        assert.equal(math.min(bytes, announced), #body)
      end
    end)

    it("changes an answer, and leaves alone what is not named", function()
      local function edited(fault)
        fault.action, fault.operation = "edit", "restoreSessions.list"
        api.sim:fault(fault)
        return api:get("/restoreSessions")
      end
      local whole = api:get("/restoreSessions")
      local answer = edited { set = { ["value/1/id"] = "[1,", ["value/*/status"] = "" }, status = 203 }
      assert.equal(203, answer.status)
      assert.truthy(answer.raw:find('"id":[1,', 1, true))
      assert.is_nil(answer.raw:find('"status"', 1, true))
      assert.equal(whole.raw, edited({ set = { ["value/9/id"] = "1", ["a/b"] = "2" } }).raw)
      assert.truthy(edited({ replace = { ['"' .. id .. '"'] = '"%1"' } }).raw:find('"id":"%1"', 1, true))
      assert.equal("<" .. whole.raw:sub(1, 9), edited({ prefix = "<", cut = 10 }).raw)
      assert.equal("1", edited({ headers = { ["X-A"] = "1" } }).headers["x-a"])
      -- gzip's own program can read it
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "wb"))
      file:write(edited({ gzip = true, suffix = (" "):rep(70000) }).raw)
      file:close()
      local unpacked <close> = io.popen("gzip -dc <" .. path)
      assert.equal(whole.raw, (unpacked:read("a"):gsub(" +$", "")))
      os.remove(path)
    end)

    it("hits connections before anything is read, and tells what was not hit", function()
      for _, case in ipairs {
        { "reset", "RST" }, { "drop", "FIN" }, { "garbage", "FIN" }, { "stall" },
      } do
        api.sim:fault { at = "connection", action = case[1], bytes = "x", times = 2 }
        local is_made, connection = pcall(api.connect, api)
        if not is_made then
          assert.equal("reset", case[1]) -- which came before connect() had returned
          goto next
        end
        if case[1] == "garbage" then assert.equal("x", connection:receive(1)) end
        if case[2] then
          assert.equal(case[2], ending(connection))
        else
          connection:send(api:request_text("/restoreSessions"))
          connection:settimeout(0.1)
          assert.equal("timeout", select(2, connection:receive(1)))
          connection:close()
        end
        ::next::
        assert.equal(1, api.sim:clear_faults())
      end
      assert.equal(0, api.sim:clear_faults())
      assert.equal(200, api:get("/restoreSessions").status)
    end)

    it("answers something else than HTTP", function()
      api.sim:fault { action = "garbage", bytes = "\0\255 220 mail.example.com ESMTP\r\n" }
      local connection = api:connect()
      connection:send(api:request_text("/restoreSessions/" .. id))
      assert.equal("\0\255 220 mail.example.com ESMTP\r\n", connection:receive("*a"))
      connection:close()
      assert.is_false(last().processed)
    end)

    it("answers with a status, headers and a body of the test's choice", function()
      api.sim:fault {
        action = "status", status = 503, headers = { ["Retry-After"] = "7" }, body = "<html>busy</html>", times = 2,
      }
      local answer = activate()
      assert.same({ 503, "7", "<html>busy</html>" }, { answer.status, answer.headers["retry-after"], answer.raw })
      assert.equal("draft", state())
      assert.equal(503, activate().status)
      api.sim:fault { action = "status", status = 504, processed = true, operation = "restoreSessions.activate" }
      assert.equal("504 gatewayTimeout", support.outcome(activate()))
      assert.equal("activating", state())
      assert.equal("gatewayTimeout", last().error_code)
    end)

    it("throttles with a Retry-After as it was given, or none", function()
      for _, value in ipairs { "3", "2.128", "Mon, 02 Nov 2026 00:01:00 GMT" } do
        api.sim:fault { action = "throttle", retry_after = value }
        local answer = api:get("/restoreSessions")
        assert.same({ "429 TooManyRequests", value }, { support.outcome(answer), answer.headers["retry-after"] })
      end
      api.sim:fault { action = "throttle" }
      assert.is_nil(api:get("/restoreSessions").headers["retry-after"])
    end)

    it("waits its turn, and is taken back", function()
      api.sim:fault {
        action = "status", status = 500, after = 2, times = 2, path = "/restoreSessions$", method = "GET",
      }
      local statuses = {}
      for i = 1, 5 do
        api:get("/restoreSessions/" .. id)
        statuses[i] = api:get("/restoreSessions").status
      end
      assert.same({ 200, 200, 500, 500, 200 }, statuses)
      api.sim:fault { action = "status", status = 500, times = 10 }
      api.sim:clear_faults()
      assert.equal(200, api:get("/restoreSessions").status)
    end)

    it("hits what has no operation, and the token endpoint", function()
      api.sim:fault { action = "status", status = 502, path = "^/nowhere", body = "" }
      assert.equal(502, api:raw("GET", "/nowhere").status)
      api.sim:fault { action = "throttle", operation = "token" }
      assert.equal(429, api:raw("POST", "/x/oauth2/v2.0/token", "a=b").status)
    end)

    it("must be well formed", function()
      for _, case in ipairs {
        { {}, "action is missing" }, { { action = "explode" }, "action: one of drop" },
        { { action = "stall" }, "seconds is missing" }, { { action = "status" }, "status is missing" },
        { { action = "drop", path = "[" }, "path: a Lua pattern" }, { { action = "drop", colour = 1 }, "'colour'" },
        { { action = "status", status = 99 }, "status: a whole number" },
        { { action = "drop", times = 0 }, "times: a whole number" },
        { { action = "edit", at = "connection" }, "at a connection, drop, reset, stall and garbage are possible" },
        { { action = "edit", set = { ["value/1"] = 5 } }, "set: place -> text" },
        { { action = "edit", link = "odd" }, "link: one of backslashes, blanks" },
        { { action = "status", status = 400, shape = "odd" }, "shape: one of bare, empty" },
        { { action = "edit", headers = { Date = {} } }, "headers: name -> text" },
      } do
        local ok, problem = pcall(api.sim.fault, api.sim, case[1])
        assert.is_false(ok)
        assert.truthy(problem:find(case[2], 1, true), problem)
      end
    end)
  end)

  it("waits before every answer when it has a latency", function()
    local slow = support.start { latency = 0.05 }
    local connection = slow:connect()
    connection:send(slow:request_text("/restoreSessions"))
    connection:settimeout(0.01)
    assert.equal("timeout", select(2, connection:receive(1)))
    connection:settimeout(60)
    assert.truthy(support.read_answer(connection):find(" 200 "))
    slow:stop()
  end)

  it("stops at once, in the middle of a stall too, and is closed for good", function()
    api.sim:fault { action = "stall", seconds = 3600 }
    local connection = api:connect()
    connection:send(api:request_text("/restoreSessions"))
    while api.sim:count() == 0 do socket.sleep(0.005) end
    api.sim:stop()
    assert.equal("closed", select(2, connection:receive(1)))
    api.sim:stop()
    assert.has_error(function() api.sim:count() end)
    assert.is_nil(socket.connect("127.0.0.1", tonumber(api.sim.url:match("%d+$"))))
  end)

  it("lives beside others in one process", function()
    local others = {}
    for i = 1, 4 do others[i] = support.start { seed = i } end
    for _, other in ipairs(others) do other:create("site", 1, 1) end
    for _, other in ipairs(others) do
      assert.equal(1, #other:get("/restoreSessions").body.value)
      other:stop()
    end
    assert.equal(0, #api:get("/restoreSessions").body.value)
  end)

  it("serves clients that wait for each other", function()
    local connections = {}
    for i = 1, 20 do
      connections[i] = api:connect()
      connections[i]:send(api:request_text("/restoreSessions"))
    end
    for i = 20, 1, -1 do
      assert.truthy(support.read_answer(connections[i]):find(" 200 "))
      connections[i]:close()
    end
  end)

  it("is closed by the end of its block and by the collector", function()
    local url
    do
      local sim <close> = simulator.start { sites = 1 }
      url = sim.url
    end
    assert.is_nil(socket.connect("127.0.0.1", tonumber(url:match("%d+$"))))
    url = simulator.start({ sites = 1 }).url
    collectgarbage()
    collectgarbage()
    assert.is_nil(socket.connect("127.0.0.1", tonumber(url:match("%d+$"))))
  end)

  describe("over TLS", function()
    local folder

    setup(function()
      folder = os.tmpname()
      os.remove(folder)
      assert(os.execute(("mkdir %s && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
        .. "-addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/cert.pem 2>/dev/null"):format(
        folder, folder, folder)))
    end)

    teardown(function() os.execute("rm -r " .. folder) end)

    local function read(name)
      local file <close> = assert(io.open(folder .. "/" .. name))
      return file:read("a")
    end

    local function exchange(sim, text)
      local path = folder .. "/request"
      local file = assert(io.open(path, "w"))
      file:write(text)
      file:close()
      local client <close> = io.popen(("openssl s_client -quiet -verify_return_error -CAfile %s/cert.pem "
        .. "-connect 127.0.0.1:%s <%s 2>&1"):format(folder, sim.url:match("%d+$"), path))
      return client:read("a")
    end

    it("serves the same, and breaks the same", function()
      local sim <close> = simulator.start { tls = { certificate = read "cert.pem", key = read "key.pem" } }
      assert.truthy(sim.url:find("^https://"))
      local text = ("GET %s/restoreSessions HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\n"
        .. "Connection: close\r\n\r\n"):format(support.BASE, sim:credential { lifetime = 1e8 }())
      assert.truthy(exchange(sim, text):find("HTTP/1.1 200 OK", 1, true))
      assert.truthy(exchange(sim, text):find('"@odata.context":"https://here/v1.0', 1, true))
      sim:fault { action = "reset" }
      assert.is_nil(exchange(sim, text):find("HTTP/1.1", 1, true))
    end)

    it("needs a certificate that is one", function()
      local ok, problem = pcall(simulator.start, { tls = { certificate = "x", key = "y" } })
      assert.is_false(ok)
      assert.truthy(problem:find("cannot start the server", 1, true))
      assert.has_error(function() simulator.start { tls = { certificate = "x" } } end)
    end)
  end)

  describe("under fire", function()
    local function alive()
      assert.equal(200, api:get("/restoreSessions").status)
    end

    local function shoot(text)
      local connection = api:connect()
      connection:send(text)
      connection:shutdown("send")
      connection:receive("*a")
      connection:close()
    end

    it("survives requests that are none", function()
      local get = api:request_text("/restoreSessions")
      for _, text in ipairs {
        "", "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\0\0\0\0", "GET / HTTP/1.1\r\n\r\n",
        get:sub(1, 40), get:gsub("HTTP/1.1", "HTTP/1.0"),
        "GET " .. ("/x"):rep(100000) .. " HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%zz%00%ff?%=%&&=&a HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://other/v1.0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n" .. ("A: b\r\n"):rep(20000) .. "\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nPrefer: ,;=,=x;;\r\nAuthorization: Bearer\r\nAuthorization: x\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "\22\3\1\0\5\1\0\0\1\0",
      } do
        shoot(text)
      end
      alive()
    end)

    local random = math.random

    local JUNK = {
      "\0", '"', "{", "}", "[", "]", ",", "null", "true", "-1e999", "\\u0000", "\255", "'", "(", "%27", "$", "@",
      ("9"):rep(400), ("["):rep(5000),
    }

    local function distort(text)
      local at, length = random(#text), random(0, 6)
      return text:sub(1, at - 1) .. JUNK[random(#JUNK)] .. text:sub(at + length)
    end

    -- Sends requests that were right with random bytes in their bodies, or in their paths.
    local function fire(targets, rounds)
      for round = 1, rounds do
        local method, path, body = table.unpack(targets[round % #targets + 1])
        if body then body = distort(body) else path = distort(path):gsub("[%c %s]", "") end
        local answer = api:raw(method, path:find("^/[vb]") and path or support.BASE .. path, body)
        assert.is_nil(answer.failure, path)
        assert.is_true(answer.status < 500, answer.raw)
      end
      alive()
    end

    it("refuses distorted requests with a status of its own, and never fails itself", function()
      math.randomseed(20261102)
      local id = api:create("site", 1, 2)
      local good = json.encode { siteRestoreArtifacts = api:artifacts("site", 3, 4) }
      fire({
        { "POST", "/sharePointRestoreSessions", good },
        { "PATCH", "/sharePointRestoreSessions/" .. id, (good:gsub('Artifacts"', 'Artifacts@delta"')) },
        { "POST", "/restorePoints/search", json.encode { protectionUnitIds = { api.sim:units("site")[1].id },
          protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" } } },
        { "GET", "/siteProtectionUnits?$filter=siteName%20eq%20'x'&$top=5&$select=id" },
        { "GET", "/restoreSessions/" .. id },
      }, 400)
    end)

    it("does so in the configuration, in browsing, in bulk requests and in batches", function()
      math.randomseed(20261102)
      api.token = api.sim:credential { delegated = true, lifetime = 1e9 }()
      local unit = api.sim:units("site")[1]
      local policy, point = "/sharePointProtectionPolicies/" .. unit.policyId, api.sim:points(unit.id)[1].id
      local beta = "/beta/solutions/backupRestore"
      local browse = api:post("/sharePointBrowseSessions", { restorePointId = point }).body.id
      api.sim:advance(121)
      local key = api:items("site", browse)[6].itemKey
      local rule = api:post(policy .. "/siteInclusionRules",
        { siteExpression = "(a -eq 'b')", isAutoApplyEnabled = true }).body.id
      api.sim:advance(601)
      local app = api:get("/serviceApps").body.value[1].id
      local empty = api:post("/sharePointRestoreSessions", "{}").body.id
      local links = api:browse("site", browse, { browseLocationItemKey = key }, { prefer = "odata.maxpagesize=1" })
      local link = links.body["@odata.nextLink"]:match("backupRestore(/.*)$")
      fire({
        { "POST", "/sharePointProtectionPolicies", json.encode { displayName = "a",
          siteProtectionUnits = { { siteId = "a," .. unit.id .. "," .. unit.id } } } },
        { "PATCH", policy, json.encode { displayName = "b", ["siteProtectionUnits@delta"] = {
          { siteId = unit.id }, { ["@removed"] = { reason = "changed" }, id = unit.id } } } },
        { "POST", policy .. "/siteInclusionRules", json.encode { siteExpression = "(a -eq 'b')" } },
        { "PATCH", policy .. "/siteInclusionRules/" .. rule, json.encode { siteExpression = "(a -eq 'b')" } },
        { "POST", policy .. "/siteProtectionUnitsBulkAdditionJobs",
          json.encode { displayName = "a", siteWebUrls = { unit.siteWebUrl }, siteIds = { unit.siteId } } },
        { "PATCH", beta .. "/siteProtectionUnits/" .. unit.id, json.encode { backupRetentionPeriodInDays = 9 } },
        { "POST", "/serviceApps/" .. app .. "/activate", json.encode { effectiveDateTime = "2026-12-01T00:00:00Z" } },
        { "PATCH", "/emailNotificationsSetting", json.encode { isEnabled = true, recipients = { role = "custom",
          customRecipients = { { email = "a@b.c" } } } } },
        { "POST", "/enable", json.encode { appOwnerTenantId = unit.id } },
        { "POST", "/sharePointBrowseSessions", json.encode { restorePointId = point } },
        { "POST", "/sharePointBrowseSessions/" .. browse .. "/browse", json.encode { browseLocationItemKey = key,
          browseResourceType = "folder", filter = "(name -contains 'a')", orderBy = "nameAsc" } },
        { "POST", "/sharePointRestoreSessions", json.encode {
          granularSiteRestoreArtifacts = { { browseSessionId = browse, id = key } } } },
        { "POST", ("/sharePointRestoreSessions/%s/siteRestoreArtifactsBulkAdditionRequests"):format(empty),
          json.encode { siteWebUrls = { unit.siteWebUrl }, destinationType = "new", tags = "fastRestore",
            protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" } } },
        { "POST", "/v1.0/$batch", json.encode { requests = { { id = "1", method = "GET", dependsOn = { "2" },
          url = "/solutions/backupRestore" }, { id = "2", method = "POST", headers = { ["Content-Type"] = "x" },
          url = "/solutions/backupRestore/restorePoints/search", body = { a = 1 } } } } },
        { "GET", link }, { "GET", policy .. "/siteProtectionUnits/$count?$filter=siteName%20eq%20'x'" },
        { "GET", beta .. "/reports/getStatisticsByPolicy(policyId='" .. unit.policyId .. "')" },
        { "GET", beta .. "/activityLogs?$top=2&$select=id" },
      }, 1200)
    end)

    it("refuses a body that is too large, and reads it to the end", function()
      local answer = api:post("/sharePointRestoreSessions", ("x"):rep(17 * 1024 * 1024))
      assert.equal("413 RequestEntityTooLarge", support.outcome(answer))
      alive()
    end)
  end)
end)
