--- Nonsense from the service is an error with a code, never a crash, and the client works on.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

local GET = "restoreSessions.get"

-- zeros, deflated: 64 MB in a few bytes per thousand, by dynamic blocks that never change (RFC 1951)
local function bomb()
  local system = require "m365restore.system"
  return assert(system.run { "sh", "-c", "head -c 67108864 /dev/zero | gzip -9" }).stdout
end

describe("from the service", function()
  local home, client, session

  setup(function()
    home = tenant.start()
    local maker <close> = home:client()
    session = home:session(maker, "sharePoint", 1)
  end)
  teardown(function() home:stop() end)

  before_each(function() client = home:client { retries = 0 } end)
  after_each(function()
    -- whatever came, the client works on
    home:reset()
    assert.equal(session.id, assert(client:session(session.id)).id)
    client:close()
    home:reset()
  end)

  local function answer(body, headers, status)
    home.sim:fault {
      operation = GET, action = "status", status = status or 200, body = body, headers = headers, times = 10,
    }
  end

  local function raw(bytes)
    home.sim:fault { operation = GET, action = "garbage", bytes = bytes, times = 10 }
  end

  local function fails(code, opts)
    local result, err = client:session(session.id, opts)
    assert.is_nil(result)
    assert.equal(code, err.code)
    assert.equal("client.session", err.operation)
    assert.truthy(err.class and err.remedy and err.client_request_id)
    assert.equal("string", type(tostring(err)))
    return err
  end

  for name, body in pairs {
    ["plain text"] = "hello", ["a page of a proxy"] = "<!DOCTYPE html><title>Sign in</title>",
    ["half an object"] = '{"id":',
    ["a NUL"] = "\0", ["UTF-16"] = "\xff\xfe{\0}\0", ["UTF-16 without a mark"] = "{\0}\0",
    ["two values"] = '{"id":"x"} {"id":"y"}',
    ["a NaN"] = '{"id":"x","n":NaN}', ["blanks"] = "   ", ["a deep well"] = ("["):rep(100000),
    ["a deep well of objects"] = ('{"a":'):rep(5000),
  } do
    it(name .. " is bad_json", function()
      answer(body)
      fails "bad_json"
    end)
  end

  for name, body in pairs {
    ["nothing"] = "", ["null"] = "null", ["a number"] = "5", ["a text"] = '"x"', ["true"] = "true",
    ["a list"] = "[1,2]",
    ["an empty object"] = "{}", ["an id that is no text"] = '{"id":5}', ["an id that is null"] = '{"id":null}',
    ["an empty collection"] = '{"value":[]}', ["a collection of nonsense"] = '{"value":[5]}',
  } do
    it(name .. " in place of a session is bad_answer", function()
      answer(body)
      local err = fails "bad_answer"
      assert.equal(200, err.status)
    end)
  end

  it("a collection of one in place of an object is that object", function()
    answer(('{"value":[{"id":"%s"}]}'):format(session.id))
    assert.equal(session.id, assert(client:session(session.id)).id)
  end)

  it("nonsense leaves a session as it was", function()
    local known = assert(client:session(session.id))
    for _, body in ipairs { "{}", "x", "[]", "" } do
      answer(body)
      local result = known:refresh()
      assert.is_nil(result)
      assert.same({ session.id, "draft" }, { known.id, known.status })
      home:reset()
    end
    assert(known:refresh())
  end)

  it("a new session without an id is ambiguous", function()
    for i, body in ipairs { "{}", '{"id":7}', '{"id":""}', "null", "[]", "", "" } do
      home.sim:fault {
        operation = "sharePointRestoreSessions.create", action = "status", status = i % 2 == 0 and 202 or 201,
        body = body, processed = true,
      }
      home.sim:forget()
      local result, err = client.sharePoint:create_session(home:body("sharePoint", 1))
      assert.is_nil(result)
      assert.same({ "ambiguous", "ambiguous", "bad_answer" }, { err.code, err.class, err.cause })
      assert.equal(1, home.sim:count())
    end
  end)

  it("a new bulk request, browse session or policy without an id is ambiguous", function()
    local draft = assert(client.oneDriveForBusiness:create_session())
    for path, create in pairs {
      ["BulkAdditionRequests$"] = function()
        return draft:create_bulk_request {
          displayName = "x", drives = { "x@contoso.com" }, destinationType = "new", restorePointPreference = "latest",
          protectionTimePeriod = { startDateTime = "2026-10-01T00:00:00Z", endDateTime = "2026-11-01T00:00:00Z" },
        }
      end,
      ["BrowseSessions$"] = function() return client.sharePoint:create_browse_session { restorePointId = "x" } end,
      ["ProtectionPolicies$"] = function() return client.sharePoint:create_protection_policy { displayName = "x" } end,
    } do
      home.sim:fault { method = "POST", path = path, action = "status", status = 202, body = "" }
      local result, err = create()
      assert.is_nil(result, path)
      assert.same({ "ambiguous", "bad_answer" }, { err.code, err.cause }, path)
    end
  end)

  for name, body in pairs {
    ["no value"] = "{}", ["a value that is no list"] = '{"value":5}', ["a value that is null"] = '{"value":null}',
    ["a text"] = '"x"',
  } do
    it("a list with " .. name .. " is bad_answer", function()
      home.sim:fault { path = "restoreSessions$", action = "status", status = 200, body = body }
      local item, err = client:sessions():next()
      assert.is_nil(item)
      assert.equal("bad_answer", err.code)
    end)
  end

  it("members of the wrong types are shown as they are", function()
    answer(('{"id":"%s","status":5,"restoreSessionArtifactCount":"many","createdBy":[],"error":true}'):format(
      session.id))
    local known = assert(client:session(session.id))
    assert.same({ 5, "many", true }, { known.status, known.restoreSessionArtifactCount, known.error })
    assert.equal("string", type(tostring(known)))
    home.sim:clear_faults()
    home.sim:fault {
      path = "siteRestoreArtifacts$", action = "status", status = 200, body = '{"value":[5,"x",true,{},[]]}',
    }
    local list = assert(client:session(session.id)):artifacts()
    for _ = 1, 3 do assert.equal("bad_answer", select(2, list:next()).code) end
    assert.equal("siteRestoreArtifact", m365.type(list:next()))
    assert.truthy(raised(function() list:next():refresh() end):find("has no id", 1, true))
  end)

  it("a wait does not fall over counts and states of the wrong types", function()
    local known = assert(client:session(session.id))
    home.sim:fault {
      operation = GET, action = "status", status = 200, times = 10,
      body = ('{"id":"%s","status":{"a":1},"restoreSessionArtifactCount":7}'):format(session.id),
    }
    local result, err = known:wait { timeout = 1, on_progress = function(p) assert.equal(0, p.total) end }
    assert.is_nil(result)
    assert.equal("wait_timeout", err.code)
  end)

  for name, body in pairs {
    ["no body"] = "", ["a page"] = "<html>", ["an error that is text"] = '{"error":"no"}',
    ["a code that is a number"] = '{"error":{"code":5,"message":{}}}', ["an empty error"] = '{"error":{}}',
    ["an inner error that is itself"] = '{"error":{"innerError":{"innerError":5,"code":7}}}',
  } do
    it("an error with " .. name .. " is known by its status", function()
      answer(body, nil, 418)
      local err = fails "http_418"
      assert.same({ 418, "refuse" }, { err.status, err.class })
    end)
  end

  it("an error as long as a novel is cut", function()
    answer(('{"error":{"code":"x","message":"%s"}}'):format(("a"):rep(100000)), nil, 400)
    local err = fails "x"
    assert.is_true(#tostring(err) < 5000)
  end)

  it("an inner code that is known says more than the outer one", function()
    answer('{"error":{"code":"BadRequest","message":"m","innerError":{"code":"InvalidRestorePoint"}}}', nil, 400)
    assert.equal("refuse", fails("InvalidRestorePoint").class)
  end)

  it("details of an error are plain values", function()
    answer('{"error":{"code":"x","message":"m","target":"t","details":[{"code":"d","n":3,"x":null}]}}', nil, 400)
    local err = fails "x"
    assert.same({ "t", "d", 3 }, { err.target, err.details[1].code, err.details[1].n })
    assert.equal("integer", math.type(err.details[1].n))
    assert.is_nil(err.details[1].x)
  end)

  it("a redirect is not followed", function()
    local other = tenant.start()
    answer("", { Location = other.sim.url .. "/x" }, 302)
    local err = fails "redirect"
    assert.equal("ask", err.class)
    assert.equal(0, other.sim:count())
    other:stop()
  end)

  it("more than allowed is too_large", function()
    answer(('{"id":"%s","x":"%s"}'):format(session.id, ("a"):rep(10000)))
    fails("too_large", { max_response_size = 1000 })
    assert(client:session(session.id))
  end)

  it("more than 32 MiB is too_large without being asked", function()
    raw("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n" .. (" "):rep(1000))
    -- announced only; the flood itself is the compressed one below
    fails "truncated"
  end)

  it("a flood that is packed small is stopped where it grows too large", function()
    local packed = bomb()
    assert.is_true(#packed < 200000)
    collectgarbage()
    raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " .. #packed .. "\r\n\r\n" .. packed)
    fails "too_large"
  end)

  it("damage in what is packed is bad_encoding", function()
    answer("this is not gzip", { ["Content-Encoding"] = "gzip" })
    fails "bad_encoding"
  end)

  it("packed answers are asked for and unpacked", function()
    local system = require "m365restore.system"
    local body = ('{"id":"%s","status":"packed"}'):format(session.id)
    local packed = assert(system.run({ "gzip", "-c" }, { input = body })).stdout
    raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " .. #packed .. "\r\n\r\n" .. packed)
    assert.equal("packed", assert(client:session(session.id)).status)
    assert.truthy(home.sim:ledger()[1].headers["accept-encoding"]:find "gzip")
  end)

  it("headers without end are headers_too_large, whichever limit that was", function()
    local function is_told(settings)
      local err = fails("headers_too_large", settings)
      assert.matches("max_header_size", err.message)
      assert.matches("proxy or gateway", err.remedy)
    end
    raw("HTTP/1.1 200 OK\r\n" .. ("X-Filler: " .. ("a"):rep(1000) .. "\r\n"):rep(400) .. "Content-Length: 2\r\n\r\n{}")
    is_told()
    for length, size in pairs { [5000] = 4000, [110000] = 1 << 20 } do -- libcurl takes no line of 100 KB
      home:reset()
      raw("HTTP/1.1 200 OK\r\nX-Long: " .. ("a"):rep(length) .. "\r\nContent-Length: 2\r\n\r\n{}")
      is_told { max_header_size = size }
    end
    home:reset()
    raw("HTTP/1.1 200 OK\r\n" .. ("X-Filler: " .. ("a"):rep(1000) .. "\r\n"):rep(400) .. "Content-Length: 2\r\n\r\n{}")
    fails("headers_too_large", { max_header_size = 300000 })
  end)

  for name, bytes in pairs {
    ["bytes"] = "\0\1\2\3\r\n\r\n", ["an old answer without a head"] = '{"id":"x"}\r\n',
    ["half a head"] = "HTTP/1.1 200 OK\r\nX-",
    ["a head that is broken"] = "HTTP/1.1 200 OK\r\n\0\0\0: \r\n\r\n", ["another protocol"] = "SSH-2.0-OpenSSH_9.2\r\n",
    ["a status that is none"] = "HTTP/1.1 abc OK\r\n\r\n",
    ["a length that is none"] = "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ["chunks that are none"] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ["nothing"] = "\r\n",
  } do
    it(name .. " in place of HTTP is an error", function()
      raw(bytes)
      local result, err = client:session(session.id)
      assert.is_nil(result)
      assert.equal("string", type(err.code))
      assert.truthy(core.describe(err.code), err.code .. " is not in the table of codes")
    end)
  end

  it("a throttle that nobody can live to see is told, not waited for", function()
    for _, advice in ipairs { "99999999", "soon", "-5", "" } do
      home.sim:fault { operation = GET, action = "throttle", retry_after = advice }
      local c <close> = home:client { retries = 0 }
      local result, err = c:session(session.id)
      assert.is_nil(result)
      assert.equal(429, err.status)
      assert.equal(tonumber(advice) and tonumber(advice) > 0 and 99999999 or nil, err.retry_after)
    end
  end)

  it("an update that is answered with nonsense does not fall over", function()
    local known = assert(client:session(session.id))
    for _, body in ipairs {
      '{"siteRestoreArtifacts@delta":5}', '{"siteRestoreArtifacts@delta":[5]}', '{"siteRestoreArtifacts@delta":null}',
      '{"siteRestoreArtifacts@delta":[{"@Core.DataModificationException":5}]}',
    } do
      home.sim:fault { method = "PATCH", action = "status", status = 200, body = body }
      local ok, result, err = pcall(known.add, known, home:artifacts("sharePoint", 5))
      assert.is_true(ok, tostring(result))
      assert.truthy(result or err)
    end
  end)

  it("an answer to a request of one's own is handed out plainly", function()
    answer '{"a":null,"b":[1,2.5],"c":{}}'
    local value, more = client:request("GET", "/solutions/backupRestore/restoreSessions/" .. session.id)
    assert.same({ b = { 1, 2.5 }, c = {} }, value)
    assert.equal("integer", math.type(value.b[1]))
    assert.equal(200, more.status)
    assert.equal("application/json", more.headers["content-type"])
    assert.truthy(raised(function() return value.x.y end))
    answer ""
    home:reset()
    home.sim:fault { operation = GET, action = "status", status = 204, body = "" }
    assert.is_true((client:request("GET", "/solutions/backupRestore/restoreSessions/" .. session.id)))
    assert.equal(m365.null, core.null)
  end)
end)
