--- What a SOCKS proxy refuses, what it does not reach, and what it lets through.
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"

local ROOT = "/solutions/backupRestore/restoreSessions"

-- replies of version 5 to a request
local FAILURE, NOT_ALLOWED, NETWORK, HOST, REFUSED, TTL, COMMAND, ADDRESS = "1", "2", "3", "4", "5", "6", "7", "8"

describe("a SOCKS proxy", function()
  local certificates, sim

  setup(function()
    certificates = pki.new()
    certificates:own("ca", { kind = "ec" })
    local pair = certificates:issue("right", "ca")
    sim = simulator.start { sites = 2, tls = { certificate = pair.certificate, key = pair.key } }
  end)
  teardown(function()
    sim:stop()
    certificates:close()
  end)
  before_each(function() sim:forget() end)

  -- the proxy's port, and a function that ends it and returns the lines that it printed
  local function start(...)
    local port, stop = scratch.beside("socks.lua", ...)
    finally(stop)
    return port, function()
      local lines = {}
      for line in stop():gmatch "[^\n]+" do lines[#lines + 1] = line end
      return lines
    end
  end

  local function client(proxy, more)
    local options = {
      base_url = sim.url, credential = sim:credential { lifetime = 1e8 }, clock = sim:clock(), backoff = 0.01,
      ca_file = certificates:path "ca.crt", proxy = proxy, connect_timeout = 0.5,
      tls_timeout = 0.5,
    }
    for name, value in pairs(more or {}) do options[name] = value end
    return m365.client(options)
  end

  for scheme, told in pairs {
    socks5 = "127.0.0.1\t%d\tme:hush-hush", socks5h = "127.0.0.1\t%d\tme:hush-hush",
    socks4 = "127.0.0.1\t%d\tversion 4", socks4a = "127.0.0.1\t%d\tversion 4",
  } do
    it("carries reads and writes, by " .. scheme, function()
      local port, stop = start()
      local user = scheme:find "5" and "me:hush-hush@" or ""
      local c <close> = client(("%s://%s127.0.0.1:%s"):format(scheme, user, port))
      assert(c.sharePoint:create_session())
      assert(c:request("GET", ROOT))
      assert.equal(told:format(sim.url:match ":(%d+)"), stop()[1])
      assert.equal(1, sim:count { method = "POST" })
    end)
  end

  it("resolves the names itself by socks5h, and not by socks5", function()
    local port, stop = start(HOST)
    for _, case in ipairs { { "socks5h", "proxy_failed" }, { "socks5", "resolve" } } do
      local c <close> = client(case[1] .. "://127.0.0.1:" .. port,
        { base_url = "https://service.invalid", retries = 0 })
      local _, err = c:request("GET", ROOT)
      assert.same({ case[2], "retry" }, { err.code, err.class })
    end
    assert.same({ "service.invalid\t443\tnobody" }, stop())
  end)

  for name, action in pairs {
    ["that takes no way to prove oneself"] = "method", ["that refuses user and password"] = "user",
    ["whose rules do not allow it"] = NOT_ALLOWED, ["that knows no such command"] = COMMAND,
    ["that knows no such kind of address"] = ADDRESS,
  } do
    it(name .. " is told at once, and asked once", function()
      local port, stop = start(action, action, action)
      local c <close> = client("socks5://me:hush-hush@127.0.0.1:" .. port)
      for i, effect in ipairs { "read", "write" } do
        local _, err = c:request("POST", ROOT, { effect = effect, body = {} })
        assert.same({ "proxy_refused", "ask", false, 1 }, { err.code, err.class, err.sent, err.attempts })
        for _, value in pairs(err) do assert.is_nil(tostring(value):find("hush", 1, true)) end
        assert.truthy(err.message ~= "" and err.remedy, i)
      end
      assert.equal(2, #stop())
      assert.equal(0, sim:count())
    end)
  end

  for name, action in pairs {
    ["that fails"] = FAILURE, ["that does not reach the network"] = NETWORK, ["that does not reach the host"] = HOST,
    ["whose connection is refused"] = REFUSED, ["whose time to live is over"] = TTL,
    ["that ends the connection"] = "end", ["that says nothing"] = "deaf",
  } do
    it(name .. " passes, for a write too", function()
      local port, stop = start(action, action)
      local c <close> = client("socks5://127.0.0.1:" .. port)
      assert(c.sharePoint:create_session())
      assert.equal(1, sim:count { method = "POST" })
      assert.equal(3, #stop())
    end)
  end

  it("has a code where its failure stays", function()
    for action, code in pairs { [HOST] = "proxy_failed", ["end"] = "proxy_failed", deaf = "tls_timeout" } do
      local port, stop = start(action, action)
      local c <close> = client("socks5://127.0.0.1:" .. port, { retries = 1 })
      local _, err = c:request("GET", ROOT)
      assert.same({ code, "retry", false, 2 }, { err.code, err.class, err.sent, err.attempts })
      stop()
    end
  end)

  it("of version 4 that refuses passes, as it does not say why; that knows another user does not", function()
    local port, stop = start("91", "91")
    local c <close> = client("socks4://127.0.0.1:" .. port)
    assert(c.sharePoint:create_session())
    assert.equal(3, #stop())
    local other, stop_other = start("93", "93")
    local d <close> = client("socks4://127.0.0.1:" .. other)
    local _, err = d:request("GET", ROOT)
    assert.same({ "proxy_refused", 1 }, { err.code, err.attempts })
    assert.equal(1, #stop_other())
  end)
end)
