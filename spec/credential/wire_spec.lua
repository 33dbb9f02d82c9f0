local core = require "m365restore.core"
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"

local ROOT = "/solutions/backupRestore"

describe("the wire", function()
  local certificates, right

  setup(function()
    certificates = pki.new()
    certificates:own("ca", { kind = "ec" })
    certificates:own("stranger", { kind = "ec" })
    right = certificates:issue("right", "ca")
  end)
  teardown(function() certificates:close() end)

  -- a simulator over TLS
  local function serve(pair, priorities)
    return simulator.start {
      sites = 2, speed = 1, tls = { certificate = pair.certificate, key = pair.key, priorities = priorities },
    }
  end

  local function client(sim, more)
    local all = {
      base_url = sim.url, clock = sim:clock(), retries = 0, ca_file = certificates:path "ca.crt", timeout = 60,
      credential = m365.credential.client_secret {
        tenant = sim.tenant, client_id = sim.client_id, client_secret = sim.client_secret, authority = sim.url,
      },
    }
    for name, value in pairs(more or {}) do all[name] = value or nil end
    return m365.client(all)
  end

  -- what Graph's host and the login host each answer
  local function failures(sim, more)
    more = more or {}
    more.credential = "token"
    local c <close> = client(sim, more)
    local _, err = c:request("GET", ROOT)
    more.credential = nil
    local d <close> = client(sim, more)
    local _, login = d:request("GET", ROOT)
    return err.code, login.cause and login.cause.code, err
  end

  describe("trusts", function()
    it("who is signed by the CA that is given, as a file or as a directory", function()
      local sim <close> = serve(right)
      local c <close> = client(sim)
      assert(c:request("GET", ROOT))
      local folder = certificates:path "authorities"
      scratch.must("mkdir", folder)
      scratch.must("cp", certificates:path "ca.crt", folder .. "/ca.pem")
      scratch.must("openssl", "rehash", folder)
      local d <close> = client(sim, { ca_file = false, ca_directory = folder })
      assert(d:request("GET", ROOT))
      assert.equal(2, sim:count { operation = "token" })
    end)

    it("nobody else, with a code for each reason", function()
      local cases = {
        { "tls_untrusted", right, ca_file = certificates:path "stranger.crt" },
        { "tls_untrusted", right, ca_file = false },
        { "tls_expired", certificates:issue("expired", "ca", { expired = true }) },
        { "tls_wrong_host", certificates:issue("elsewhere", "ca", { names = "DNS:elsewhere.example" }) },
        { "ca_file", right, ca_file = certificates:path "none" },
      }
      for _, case in ipairs(cases) do
        local sim <close> = serve(case[2])
        local graph, login, err = failures(sim, { ca_file = case.ca_file })
        assert.same({ case[1], case[1] }, { graph, login })
        assert.is_false(err.sent)
        assert.equal("ask", err.class)
        assert.equal(0, sim:count())
      end
    end)

    it("TLS 1.2 and newer only", function()
      for version, works in pairs { ["TLS1.1"] = false, ["TLS1.2"] = true, ["TLS1.3"] = true } do
        local sim <close> = serve(right, "NORMAL:-VERS-ALL:+VERS-" .. version)
        local c <close> = client(sim, { credential = "token" })
        local _, err = c:request("GET", ROOT)
        assert.equal(works and "InvalidAuthenticationToken" or "tls", err.code)
      end
    end)

    it("has no option that turns verification off", function()
      for _, name in ipairs { "insecure", "verify", "verify_peer", "ssl_verify", "skip_verify" } do
        assert.matches("unknown option", raised(m365.client, { credential = "x", [name] = false }), 1, true)
      end
      for name in scratch.must("find", "src", "-name", "*.[ch]"):gmatch "%S+" do
        local text = scratch.read(name)
        assert.is_nil(text:find("VERIFYPEER", 1, true), name)
        assert.is_nil(text:find("VERIFYHOST", 1, true), name)
      end
    end)
  end)

  it("shows a client certificate to who asks for one", function()
    certificates:issue("me", "ca")
    local out, stop = certificates:path "out", certificates:path "stop"
    scratch.must("sh", "-c", ("openssl s_server -accept 127.0.0.1:0 -cert %s -key %s -CAfile %s -Verify 1 "
      .. "-verify_return_error -www >%s 2>&1 & echo $! > %s"):format(right.path, right.key_path,
      certificates:path "ca.crt", out, stop))
    finally(function() scratch.must("kill", (scratch.read(stop):gsub("%s", ""))) end)
    local port
    for _ = 1, 500 do
      port = (scratch.read(out) or ""):match "ACCEPT [^\n]-:(%d+)"
      if port then break end
      core.sleep(0.01)
    end
    local function knock(more)
      local all = {
        base_url = "https://127.0.0.1:" .. port, credential = "token", ca_file = certificates:path "ca.crt",
        retries = 0, timeout = 60,
      }
      for name, value in pairs(more) do all[name] = value end
      local c <close> = m365.client(all)
      local _, err = c:request("GET", "/x")
      return err.code
    end
    -- the page is no JSON: it came, and so the handshake went well
    assert.equal("bad_json", knock {
      client_certificate = certificates:path "me.crt", client_key = certificates:path "me.key",
    })
    local sealed = certificates:path "me.sealed"
    scratch.write(sealed, certificates:encrypted("me", "open sesame"))
    assert.equal("bad_json", knock {
      client_certificate = sealed, client_key = sealed, client_key_password = "open sesame",
    })
    assert.equal("client_certificate", knock { client_certificate = certificates:path "none" })
    assert.equal("client_certificate", knock {
      client_certificate = sealed, client_key = sealed, client_key_password = "wrong",
    })
    assert.not_equal("bad_json", knock {})
  end)

  describe("a proxy that is spoken to over TLS", function()
    if not system.run { "node", "--version" } then
      pending("is not proved: Node.js is missing", function() end)
      return
    end

    -- starts one that shows a certificate; returns its port, and the file that it writes to
    local function start(pair)
      local fifo, out = certificates:path "proxy.in", certificates:path "proxy.out"
      scratch.must("rm", "-f", fifo, out)
      scratch.must("mkfifo", fifo)
      assert(os.execute(("node spec/support/tls_proxy.js %s %s %s < %s > %s 2>&1 &"):format(pair.key_path, pair.path,
        certificates:path "ca.crt", fifo, out)))
      local stop = assert(io.open(fifo, "w"))
      finally(function() stop:close() end)
      for _ = 1, 200 do
        local port = (scratch.read(out) or ""):match "^(%d+)\n"
        if port then return port, out end
        core.sleep(0.05)
      end
      error(scratch.read(out))
    end

    it("is held to the same CA, and shown the client certificate", function()
      certificates:issue("somebody", "ca")
      local sim <close> = serve(right)
      local port, out = start(right)
      local way = {
        proxy = "https://127.0.0.1:" .. port, client_certificate = certificates:path "somebody.crt",
        client_key = certificates:path "somebody.key",
      }
      local c <close> = client(sim, way)
      assert(c:request("GET", ROOT))
      assert.equal(port .. "\nsomebody\nsomebody\n", scratch.read(out))
      way.ca_file = certificates:path "stranger.crt"
      local graph, login = failures(sim, way)
      assert.same({ "tls_untrusted", "tls_untrusted" }, { graph, login })
    end)

    it("is refused where it is not who it should be", function()
      local sim <close> = serve(right)
      local port = start(certificates:issue("other-proxy", "ca", { names = "DNS:elsewhere.example" }))
      local graph, login = failures(sim, { proxy = "https://127.0.0.1:" .. port })
      assert.same({ "tls_wrong_host", "tls_wrong_host" }, { graph, login })
      assert.equal(0, sim:count())
    end)
  end)

  describe("a proxy", function()
    local sim, proxy, port, process

    before_each(function()
      sim = serve(right)
      proxy = scratch.start "spec/support/proxy.lua"
      port, process = proxy:read("l", "l")
    end)
    after_each(function()
      system.run { "kill", process } -- where the spec has not done so
      proxy:close()
      sim:stop()
    end)

    -- ends it, and tells what it saw
    local function seen()
      scratch.must("kill", process)
      return proxy:read "a"
    end

    local function tunnels(text)
      local n = 0
      for _ in text:gmatch "[^\n]+" do n = n + 1 end
      return n
    end

    it("carries Graph's requests and the login's alike", function()
      local c <close> = client(sim, { proxy = "http://me:hush@127.0.0.1:" .. port })
      assert(c:request("GET", ROOT))
      local text = seen()
      assert.equal(2, tunnels(text))
      assert.matches("127.0.0.1\t" .. sim.url:match ":(%d+)$", text, 1, true)
      assert.matches("Basic bWU6aHVzaA==", text, 1, true)
      for _, sent in ipairs(sim:ledger()) do
        assert.is_nil(sent.headers["proxy-authorization"])
      end
    end)

    it("is passed by for the hosts of no_proxy", function()
      local c <close> = client(sim, { proxy = "http://127.0.0.1:" .. port, no_proxy = "localhost,127.0.0.1" })
      assert(c:request("GET", ROOT))
      assert.equal(0, tunnels(seen()))
    end)

    it("comes from the environment", function()
      local script = certificates:path "child.lua"
      scratch.write(script, ([[
        local client = require("m365restore").client { base_url = %q, ca_file = %q, credential = "token", retries = 0 }
        local _, err = client:request("GET", "/x")
        print(err.code)
      ]]):format(sim.url, certificates:path "ca.crt"))
      local function run(more)
        local env = scratch.environment()
        for name, value in pairs(more) do env[name] = value end
        return assert(system.run({ scratch.interpreter(), script }, { env = env })).stdout
      end
      local way = { https_proxy = "http://127.0.0.1:" .. port, no_proxy = false, NO_PROXY = false }
      assert.equal("BadRequest\n", run(way))
      way.NO_PROXY = "127.0.0.1"
      assert.equal("BadRequest\n", run(way))
      assert.equal(1, tunnels(seen()))
    end)

    it("never carries a managed identity's request", function()
      local plain <close> = simulator.start { sites = 2, speed = 1 }
      local c <close> = client(sim, {
        proxy = "http://127.0.0.1:" .. port,
        credential = m365.credential.managed_identity {
          variables = { AZURE_POD_IDENTITY_AUTHORITY_HOST = plain.url },
        },
      })
      local _, err = c:request("GET", ROOT)
      assert.equal("InvalidAuthenticationToken", err.code) -- of the other simulator
      assert.equal(2, plain:count { operation = "imds" })
      local text = seen()
      assert.is_nil(text:find(plain.url:match ":(%d+)$", 1, true))
      assert.is_true(tunnels(text) >= 1)
    end)
  end)

  it("follows no redirect with a token", function()
    local sim <close> = simulator.start { sites = 2, speed = 1 }
    local other <close> = simulator.start { sites = 2, speed = 1 }
    for _, operation in ipairs { "root.get", "token" } do
      sim:fault {
        operation = operation, action = "status", status = 302, body = "", headers = { Location = other.url .. "/x" },
      }
      local c <close> = client(sim, { ca_file = false })
      local _, err = c:request("GET", ROOT)
      assert.is_true(err.code == "redirect" or err.cause.code == "bad_token_answer")
    end
    assert.equal(0, other:count())
    assert.is_nil(core.payload(client(sim, { ca_file = false })))
  end)
end)
