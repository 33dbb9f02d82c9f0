--- Misuse raises and names the field, before anything is sent; what depends on data comes back as the service's code.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

local NAN, HUGE = 0 / 0, math.huge

describe("bad input:", function()
  local home, client, session

  setup(function()
    home = tenant.start()
    client = home:client()
    session = home:session(client, "sharePoint", 1)
    home:reset()
  end)
  teardown(function()
    client:close()
    home:stop()
  end)
  after_each(function()
    assert.equal(0, home.sim:count(), "something was sent")
    home:reset()
  end)

  local function refuses(text, f, ...)
    local message = raised(f, ...)
    assert.truthy(message:find(text, 1, true), message)
  end

  describe("options of a client", function()
    local function client_with(options)
      local all = { credential = "token" }
      for name, value in pairs(options) do all[name] = value end
      return m365.client(all)
    end

    it("must be known, and a slip is recognized", function()
      refuses("client: unknown option 'time_out'; did you mean 'timeout'?", client_with, { time_out = 5 })
      refuses("client: unknown option 'zzzzzzzzzzzzzz'", client_with, { zzzzzzzzzzzzzz = 5 })
      refuses("client: unknown option '1'", client_with, { "token" })
      refuses("client: unknown option", client_with, { [{}] = 1 })
    end)

    it("must be a table", function()
      refuses("table expected", m365.client)
      refuses("table expected", m365.client, "token")
    end)

    it("must hold a credential", function()
      refuses("client.credential: a token, or a function", m365.client, {})
      refuses("client.credential: a token, or a function", m365.client, { credential = 5 })
      refuses("client.credential: a token, or a function", m365.client, { credential = {} })
    end)

    for _, name in ipairs {
      "timeout", "connect_timeout", "tls_timeout", "first_byte_timeout", "stall_timeout", "backoff",
    } do
      it(name .. " must be a duration", function()
        for _, value in ipairs { NAN, HUGE, -HUGE, -1, "abc", "5", "1h30", "h", "-5s", "", 1e300, {}, true } do
          refuses("client." .. name .. ": a duration was expected", client_with, { [name] = value })
        end
      end)
    end

    for _, name in ipairs { "retries", "max_response_size", "max_header_size", "max_artifacts", "concurrency" } do
      it(name .. " must be a whole number", function()
        for _, value in ipairs { NAN, HUGE, -1, 1.5, "5", {}, 1e300, 1 << 40 } do
          refuses("client." .. name .. ": a whole number of at least", client_with, { [name] = value })
        end
        if name ~= "retries" then
          refuses("client." .. name .. ": a whole number of at least 1", client_with, { [name] = 0 })
        end
      end)
    end

    it("texts must be texts, without control characters", function()
      for _, name in ipairs { "user_agent", "ca_file", "proxy", "client_key_password", "base_url" } do
        refuses("client." .. name .. ": a string was expected", client_with, { [name] = 5 })
        refuses("client." .. name .. ": control characters", client_with, { [name] = "a\r\nX: y" })
        refuses("client." .. name .. ": control characters", client_with, { [name] = "a\0b" })
      end
      refuses("client.beta: true or false was expected", client_with, { beta = 1 })
    end)

    it("base_url must be https, or this machine", function()
      for _, url in ipairs {
        "http://graph.microsoft.com", "http://10.0.0.1", "http://localhost.example.com", "http://128.0.0.1",
        "http://0.0.0.0", "http://[::2]", "ftp://127.0.0.1", "file:///etc/passwd", "graph.microsoft.com", "",
        "https://", "http://127.example", "https://user@host", "https://user:password@host", "https://host?x",
        "https://host#x", "https://ho st",
      } do
        refuses("client.base_url: ", client_with, { base_url = url })
      end
      for _, url in ipairs {
        "http://127.0.0.1", "http://127.1.2.3:8080", "http://localhost:1", "http://[::1]:1", "https://example.com",
        "HTTPS://example.com/", "http://127.0.0.1/",
      } do
        client_with({ base_url = url }):close()
      end
    end)

    it("clock must tell the time", function()
      local wrong = { 5, "now", { now = 5 }, { now = function() end }, { now = function() error "x" end }, {} }
      for _, clock in ipairs(wrong) do
        refuses("client.clock", client_with, { clock = clock })
      end
    end)
  end)

  it("a client's properties cannot be assigned", function()
    refuses("client.timeout cannot be assigned", function() client.timeout = 5 end)
  end)

  describe("ids", function()
    local wrong = { "a/b", "..", ".", "a?b", "a#b", "a%2Fb", "a\\b", "", "a\nb", "a\0b", "a\127", 5, {}, false }
    for _, id in ipairs(wrong) do
      it(("like %q cannot stand in a path"):format(tostring(id)), function()
        refuses("client.session: id: ", client.session, client, id)
        refuses("sharePointRestoreSession.artifact: id: ", session.artifact, session, id)
      end)
    end

    it("must be there", function()
      refuses("client.session: id: a string was expected, got nil", client.session, client)
    end)
  end)

  describe("calls", function()
    it("with a dot say so", function()
      refuses("was it called with a dot", session.refresh, {})
      refuses("was it called with a dot", client.sharePoint.sessions)
    end)

    it("on another type are refused", function()
      refuses("activate: called on", session.activate, client.sharePoint)
      refuses("update", session.update, client.exchange, {})
    end)

    it("with too many arguments are refused", function()
      refuses("too many arguments", session.refresh, session, {}, {}, 5)
    end)

    it("with unknown options are refused", function()
      refuses("restoreSessionBase.activate: unknown option 'timeut'; did you mean 'timeout'?", session.activate,
        session, { timeut = 1 })
      refuses("client.sessions: unknown option 'filtr'; did you mean 'filter'?", client.sessions, client,
        { filtr = "x" })
      refuses("client.sessions.top: a whole number of at least 1", client.sessions, client, { top = 0 })
      refuses("client.sessions.filter: control characters", client.sessions, client, { filter = "a\nb" })
      refuses("client.sessions: a table of options was expected, got string", client.sessions, client, "x")
    end)

    for _, name in ipairs { "timeout", "first_byte_timeout" } do
      it("with a bad " .. name .. " are refused", function()
        for _, value in ipairs { NAN, HUGE, -1, "soon" } do
          refuses("a duration was expected", session.refresh, session, { [name] = value })
        end
      end)
    end
  end)

  describe("bodies", function()
    local create, point

    setup(function()
      create = function(body, service) return client[service or "sharePoint"]:create_session(body) end
      point = { id = home:newest("site")[1] }
      home:reset()
    end)

    it("must be tables", function()
      refuses("sharePoint.create_session: body: a table was expected, got string", create, "x")
      refuses("sharePointRestoreSession.update: body: a table was expected", session.update, session, 5)
    end)

    it("do not mix whole and granular artifacts", function()
      refuses("siteRestoreArtifacts and granularSiteRestoreArtifacts never go together", create, {
        siteRestoreArtifacts = { { restorePoint = point, destinationType = "new" } },
        granularSiteRestoreArtifacts = { { browseSessionId = "b", id = "i" } },
      })
      refuses("never go together", session.update, session, {
        ["siteRestoreArtifacts@delta"] = {}, ["granularSiteRestoreArtifacts@delta"] = {},
      })
    end)

    it("hold known keys", function()
      local expected = "%s.create_session: body: unknown option '%s'; did you mean '%s'?"
      refuses(expected:format("sharePoint", "siteRestoreArtifact", "siteRestoreArtifacts"), create,
        { siteRestoreArtifact = {} })
      refuses(expected:format("exchange", "siteRestoreArtifacts", "mailboxRestoreArtifacts"), create,
        { siteRestoreArtifacts = {} }, "exchange")
      refuses("siteRestoreArtifacts@delta was expected", session.update, session, {})
    end)

    it("hold artifacts with all that they need", function()
      for text, artifacts in pairs {
        ["siteRestoreArtifacts: a list was expected, got string"] = "x",
        ["siteRestoreArtifacts[1]: a table was expected, got number"] = { 5 },
        ["siteRestoreArtifacts[1].restorePoint: { id"] = { { destinationType = "new" } },
        ["siteRestoreArtifacts[2].restorePoint: { id"] = {
          { restorePoint = point, destinationType = "new" }, { restorePoint = "id", destinationType = "new" },
        },
        ["siteRestoreArtifacts[1].destinationType: a string was expected"] = { { restorePoint = point } },
      } do
        refuses(text, create, { siteRestoreArtifacts = artifacts })
      end
      refuses("granularSiteRestoreArtifacts[1].browseSessionId: a string", create, {
        granularSiteRestoreArtifacts = { { id = "i" } },
      })
    end)

    it("hold nothing that JSON cannot say", function()
      local loop = {}
      loop.loop = loop
      for text, value in pairs {
        ["a function cannot be sent"] = print, ["cannot be sent as JSON"] = NAN, ["nested too deeply"] = loop,
        ["not valid UTF-8"] = "\xff", ["holes"] = { 1, nil, nil, 4 }, ["found the key 1.5"] = { [1.5] = 1 },
        ["-inf cannot be sent"] = -HUGE, ["a thread cannot"] = coroutine.create(print),
      } do
        refuses(text, client.request, client, "POST", "/x", { body = { here = { value } } })
        local artifact = { restorePoint = point, destinationType = "new", extra = value }
        refuses("siteRestoreArtifacts[1].extra", create, { siteRestoreArtifacts = { artifact } })
      end
    end)

    it("of add and remove are lists", function()
      refuses("sharePointRestoreSession.add: siteRestoreArtifacts: a list was expected, got nil", session.add, session)
      refuses("sharePointRestoreSession.remove: ids: a list of ids was expected, got string", session.remove, session,
        "id")
      refuses("ids[1]: an id was expected, got 5", session.remove, session, { 5 })
      refuses("ids[1]: an id was expected", session.remove, session, { "a\nb" })
      refuses("at least one id", session.remove, session, {})
    end)
  end)

  describe("what depends on data", function()
    local function code(service, list, options)
      local c <close> = home:client(options)
      local result, err = c[service]:create_session { [tenant.services[service].collection] = list }
      assert.is_nil(result)
      assert.is_false(err.sent)
      assert.equal(0, err.attempts)
      assert.equal("refuse", err.class)
      assert.equal(service .. ".create_session", err.operation)
      assert.truthy(err.remedy)
      return err.code
    end

    it("is an error with the service's own code", function()
      local list = home:artifacts("sharePoint", 1, 51)
      home:reset()
      assert.equal("RestoreArtifactsLimitBreached", code("sharePoint", list))
      assert.equal("RestoreArtifactsLimitBreached", code("sharePoint", { list[1], list[2], list[3] },
        { max_artifacts = 2 }))
      assert.equal("DuplicateArtifactInList", code("sharePoint", { list[1], list[2], list[1] }))
      assert.equal("InvalidArtifactRequest", code("sharePoint", {}))
      list[2].destinationType = "new"
      assert.equal("DifferentRestoreDestinationType", code("sharePoint", { list[1], list[2] }))
    end)

    it("is one for updates too", function()
      local list = home:artifacts("sharePoint", 1, 51)
      home:reset()
      for expected, artifacts in pairs {
        RestoreArtifactsLimitBreached = list, DuplicateArtifactInList = { list[1], list[1] },
      } do
        local result, err = session:add(artifacts)
        assert.is_nil(result)
        assert.same({ expected, false }, { err.code, err.sent })
      end
      local ids = {}
      for i = 1, 51 do ids[i] = "id" .. i end
      local result, err = session:remove(ids)
      assert.is_nil(result)
      assert.same({ "RestoreArtifactsLimitBreached", false }, { err.code, err.sent })
    end)
  end)

  describe("request", function()
    local function request(...) return client:request(...) end

    it("takes methods that exist", function()
      for _, method in ipairs { "get", "TRACE", "", "GET\r\n" } do
        refuses("client.request: method: GET, POST", request, method, "/x")
      end
      refuses("string expected", request)
    end)

    it("takes paths on its own host", function()
      for _, path in ipairs {
        "x", "", "//evil/x", "https://evil.example/x", home.sim.url .. "0/x", "?$skiptoken=x", "mailto:x",
        "javascript:/x", home.sim.url .. "@evil/x", home.sim.url:gsub("//", "//me:secret@") .. "/x",
        home.sim.url:gsub("127%.0%.0%.1", "127.0.0.2") .. "/x", home.sim.url:gsub("127%.0%.0%.1", "localhost") .. "/x",
        home.sim.url:gsub("^http", "https") .. "/x",
      } do
        refuses("client.request: path: a path that starts with /", request, "GET", path)
      end
      refuses("control characters", request, "GET", "/a\r\nX: y")
      for _, path in ipairs {
        "/users/a_b.com#EXT#@c", "/users?$filter=x#y", "/users/x#", home.sim.url .. "/users/#a",
      } do
        refuses("client.request: path: # ends an address: write %23", request, "DELETE", path)
      end
      for _, path in ipairs {
        "/users/..", "/users/.", "/./users", "/users/%2e%2E/x", "/a/.%2e", "/users/..?x=1", home.sim.url .. "/a/%2E",
        "/a/../b",
      } do
        refuses("client.request: path: a step . or ..", request, "DELETE", path)
      end
      for path, flaw in pairs {
        ["/users/CONTOSO\\jane"] = "\\ is a / in an address: write %5C",
        [home.sim.url .. "\\x"] = "\\ is a / in an address: write %5C", ["/sites/a "] = "a blank ends it: write %20",
      } do
        refuses("client.request: path: " .. flaw, request, "DELETE", path)
        refuses("client.batch[1]: " .. flaw, client.batch, client, { path })
      end
      assert.equal(0, home.sim:count())
      for _, path in ipairs { "/users/a_b.com%23EXT%23@c", "/.../x", "/users/a..b", "/users/..b", "/x?p=/..&q=/." } do
        client:request("DELETE", path)
        assert.equal("/v1.0" .. path, home.sim:ledger()[home.sim:count()].url)
      end
      home.sim:forget()
    end)

    it("reads a link of an answer as a list does, and so does a batch", function()
      local port = home.sim.url:match ":(%d+)"
      for link, sent in pairs {
        ["/users?$filter=a eq 'b c'"] = "/users?$filter=a%20eq%20'b%20c'", ["/users/é"] = "/users/%C3%A9",
        [home.sim.url:upper() .. "/v1.0/users?$skiptoken=a/b=="] = "/users?$skiptoken=a/b==",
        [home.sim.url:gsub(":" .. port, ":0" .. port) .. "/v1.0/users?$skiptoken={a}"] = "/users?$skiptoken=%7Ba%7D",
        ["//127.0.0.1:" .. port .. "/v1.0/users"] = "/users", ["/v1.0/users?&$skiptoken=x"] = "/users?&$skiptoken=x",
        ["/users?p=a\\b"] = "/users?p=a\\b",
      } do
        home.sim:forget()
        client:request("GET", link)
        client:batch { link }
        local ledger = home.sim:ledger()
        assert.equal("/v1.0" .. sent, ledger[1].url)
        assert.equal(sent, ledger[2].body.requests[1].url)
      end
      home.sim:forget()
    end)

    it("takes the scheme's own port for none", function()
      for _, base in ipairs { "http://127.0.0.1", "http://[::1]" } do
        local c <close> = m365.client { credential = "token", base_url = base, retries = 0, connect_timeout = 0.5 }
        local result, err = c:request("GET", base .. ":80/nobody-is-there")
        assert.is_true(result ~= nil or err.code ~= "foreign_link")
        for _, other in ipairs { ":81/x", ":443/x", ":8080/x", ":80x", ":80@evil/x" } do
          refuses("client.request: path: ", c.request, c, "GET", base .. other)
        end
      end
    end)

    it("does not let its own headers be set, or lines be broken", function()
      for _, name in ipairs {
        "Authorization", "authorization", "HOST", "Content-Length", "Transfer-Encoding", "Cookie", "client-request-id",
        "User-Agent", "Expect", "", "a b", "a:b",
      } do
        refuses("cannot be set", request, "GET", "/x", { headers = { [name] = "v" } })
      end
      refuses("control characters", request, "GET", "/x", { headers = { ["X-A"] = "1\r\nX-B: 2" } })
      refuses("control characters", request, "GET", "/x", { headers = { ["X\r\nB"] = "2" } })
      refuses("a string was expected", request, "GET", "/x", { headers = { ["X-A"] = 5 } })
      refuses("a string was expected", request, "GET", "/x", { headers = { "x" } })
      refuses("headers: a table was expected", request, "GET", "/x", { headers = "x" })
    end)

    it("takes effects, queries and options that are some", function()
      refuses('effect: "read" or "write" was expected', request, "POST", "/x", { effect = "maybe" })
      refuses("query: a table was expected", request, "GET", "/x", { query = "a=b" })
      refuses("query: name: a string was expected", request, "GET", "/x", { query = { "b" } })
      refuses("query: value: control characters", request, "GET", "/x", { query = { a = "b\0c" } })
      refuses("client.request: unknown option 'bdy'; did you mean 'body'?", request, "GET", "/x", { bdy = {} })
    end)
  end)
end)
