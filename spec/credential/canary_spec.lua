--- Canaries: a known word stands in every place that takes a secret, every call fails in every way that faults know,
-- with the word quoted wherever a server can quote it, and no byte that comes out holds it.
local core = require "m365restore.core"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"
local tenant = require "spec.support.tenant"

local ROOT = "/solutions/backupRestore"

-- what a proxy's password may look like, as it is written and as it is meant
local PASSWORDS = {
  ["S3cret canary"] = false, ["S3cret/canary"] = false, ["S3cret#canary"] = false, ["S3cret?canary"] = false,
  ["S3cret\ncanary"] = false, ["12/S3cret"] = false, ["12#S3cret"] = false, ["S3cret\\canary"] = false,
  ["S3cretcanary"] = true, ["S3cret%40canary"] = true,
  ["S3cret%20canary"] = true, ["S3cret@canary"] = false, ["S3cret:canary"] = true,
}

describe("a canary", function()
  local home, out

  setup(function() home = tenant.start { sites = 2 } end)
  teardown(function() home:stop() end)
  before_each(function()
    home:reset()
    out = {}
  end)

  -- all that a script, a log or a debugger can see of a value
  local function note(value, seen)
    seen = seen or {}
    out[#out + 1] = tostring(value)
    if type(value) ~= "table" or seen[value] then return end
    seen[value] = true
    for key, member in next, value do
      note(key, seen)
      note(member, seen)
    end
  end

  local function refute(...)
    local text = table.concat(out, "\n")
    assert.is_true(#out > 0)
    for _, word in ipairs { ... } do
      local at = text:find(word, 1, true)
      assert.is_nil(at, at and "found in: " .. text:sub(math.max(at - 200, 1), at + #word))
    end
  end

  -- every way in which a fault can answer a request, with the words quoted in all of it
  local function faults(quoted)
    local id = {
      ["request-id"] = quoted, ["client-request-id"] = quoted, ["WWW-Authenticate"] = "Bearer " .. quoted,
    }
    local list = {
      { action = "drop" }, { action = "lose" }, { action = "reset" }, { action = "truncate" },
      {
        action = "garbage",
        bytes = "HTTP/1.1 200 OK\r\nrequest-id: " .. quoted .. "\r\nContent-Length: 900\r\n\r\n" .. quoted,
      },
      { action = "garbage", bytes = quoted },
      { action = "status", status = 302, headers = { Location = "https://x/" .. quoted, ["request-id"] = quoted } },
    }
    for _, status in ipairs { 200, 400, 401, 403, 503 } do
      for _, body in ipairs {
        core.encode {
          error = {
            code = quoted, message = ("x"):rep(1990) .. quoted, target = quoted,
            innerError = { code = quoted, ["request-id"] = quoted }, details = { { code = quoted, message = quoted } },
          },
        },
        core.encode {
          error = quoted, error_description = "got " .. quoted, trace_id = quoted, correlation_id = quoted,
        },
        core.encode { error = { code = "BadRequest", message = { lang = "en", value = quoted } } },
        "<html><title>" .. quoted .. "</title>" .. quoted, quoted, "",
      } do
        list[#list + 1] = { action = "status", status = status, body = body, headers = id }
      end
    end
    return list
  end

  -- makes each call meet each fault, and writes down all that comes out
  local function meet(quoted, calls, criteria)
    for _, fault in ipairs(faults(quoted)) do
      for _, call in ipairs(calls) do
        home.sim:clear_faults()
        for name, value in pairs(criteria or {}) do fault[name] = value end
        fault.times = 100
        home.sim:fault(fault)
        local result, err = call()
        if result == nil then note(err) end
      end
    end
    home:reset()
  end

  it("in a token, a request's header or a key's password comes out of no call", function()
    local token, header, password = "canary-token-0123456789", "canary-header-0123456789", "canary-pass"
    local client <close> = home:client {
      credential = token, retries = 0, client_key_password = password, log = note, first_byte_timeout = 0.5,
    }
    local quoted = ("%s %s %s"):format(token, header, password)
    local options = { headers = { ["X-Api-Key"] = header } }
    meet(quoted, {
      function() return client:request("GET", ROOT, options) end,
      function() return client:request("POST", ROOT, { headers = options.headers, body = {} }) end,
    })
    -- these send no header of the caller's own
    meet(token, {
      function() return client:session "x" end,
      function() return client:sessions():next() end,
      function() return client.sharePoint:create_session() end,
      function() return client:batch { ROOT } end,
    })
    refute(token, header, password)
  end)

  it("in a token comes out of no member of a batch", function()
    local token = "canary-token-0123456789"
    local client <close> = home:client { credential = token, retries = 0, log = note }
    for _, body in ipairs { { error = { code = "x", message = "got " .. token } }, { error = token }, token } do
      home.sim:fault {
        action = "status", status = 200,
        body = core.encode { responses = { { id = "1", status = 400, body = body, headers = {} } } },
      }
      local _, failures = client:batch { ROOT }
      note(failures)
    end
    refute(token)
  end)

  it("that looks like a token comes out of no call, whoever it belongs to", function()
    local words = {
      "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOnRydWV9.c2lnbmF0dXJl", "canaryCanary0123456789", "canarysecret", "canary:word",
    }
    local quoted = ('%s, Bearer %s; {"client_secret":"%s"} client_secret=%s& https://%s@proxy.example/'):format(
      words[1], words[2], words[3], words[3], words[4])
    local client <close> = home:client { credential = "token", retries = 0, log = note }
    meet(quoted, { function() return client:request("GET", ROOT) end, function() return client:session "x" end })
    refute(table.unpack(words))
    -- and what is none stays
    local harmless = "Basic authentication and bearer tokens: the password: wrong. "
      .. "https://contoso.sharepoint.com/a and b@c.example"
    home.sim:fault {
      action = "status", status = 400, body = core.encode { error = { code = "BadRequest", message = harmless } },
    }
    local _, err = client:request("GET", ROOT)
    assert.equal(harmless, err.message)
  end)

  it("in a client's secret comes out of no failure of the token endpoint", function()
    local secret = "canary secret/0123456789"
    local credential = m365.credential.client_secret {
      tenant = home.sim.tenant, client_id = home.sim.client_id, client_secret = secret, authority = home.sim.url,
    }
    -- shorter than the first pause: one try
    meet(secret, { function() return credential { timeout = 0.4, log = note } end }, { operation = "token" })
    refute(secret, "canary%20secret%2F0123456789")
  end)

  it("in the header of a managed identity comes out of no failure of its endpoint", function()
    local secret = "canary-identity-0123456789"
    local credential = m365.credential.managed_identity {
      variables = { IDENTITY_ENDPOINT = home.sim.url .. "/msi/token", IDENTITY_HEADER = secret },
    }
    meet(secret, { function() return credential { timeout = 0.4, log = note } end }, { operation = "msi" })
    refute(secret)
  end)

  it("in what az prints comes out of no error", function()
    local folder = scratch.folder()
    finally(function() scratch.remove(folder) end)
    local token = "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOnRydWV9.c2lnbmF0dXJl"
    for i, script in ipairs {
      "echo 'ERROR: got Bearer " .. token .. "' >&2; exit 1",
      "echo '{\"accessToken\": \"canary-az-token\", \"x\": ' >&2; exit 1",
      "echo '{\"accessToken\": \"canary-az-token\"'; exit 0",
      "echo 'ERROR: http://me:canary-az-token@proxy.example:8080 does not answer' >&2; exit 1",
    } do
      local program = folder .. "/az" .. i
      scratch.write(program, "#!/bin/sh\n" .. script .. "\n")
      scratch.must("chmod", "+x", program)
      local _, err = m365.credential.azure_cli { program = program } {}
      assert.equal("credential_unavailable", err.code)
      note(err)
    end
    refute(token, "canary-az-token")
  end)

  it("in a proxy's password comes out of no call", function()
    for password, usable in pairs(PASSWORDS) do
      local fine, client = pcall(home.client, home, {
        proxy = "http://svc:" .. password .. "@127.0.0.1:1", base_url = "https://127.0.0.1:1", retries = 0, log = note,
        credential = "canary-token-0123456789",
      })
      note(client)
      assert.equal(usable, fine, password)
      if fine then
        note(select(2, client:request("GET", ROOT)))
        note(m365.preflight(client))
        client:close()
      else
        assert.truthy(client:find("client.proxy: ", 1, true), client)
      end
    end
    refute("S3cret", "canary-token-0123456789")
  end)

  it("in a proxy's password comes out of no call where a variable sets it", function()
    for _, name in ipairs { "https_proxy", "HTTPS_PROXY", "ALL_PROXY" } do
      for password, usable in pairs(PASSWORDS) do
        local env = scratch.environment()
        env[name] = "http://svc:" .. password .. "@127.0.0.1:1"
        local script = [[
          local m365 = require "m365restore"
          local fine, client = pcall(m365.client, { base_url = "https://127.0.0.1:1", credential = "x", retries = 0 })
          print(fine, client)
          if fine then
            local _, err = client:request("GET", "/x")
            for key, value in pairs(err) do print(key, value) end
            print(err)
          end
        ]]
        local result = assert(system.run({ scratch.interpreter(), "-e", script }, { env = env }))
        assert.equal(0, result.status, result.stderr)
        note(result.stdout)
        note(result.stderr)
        assert.equal(usable, result.stdout:find "^true" ~= nil, password)
        assert.truthy(usable or result.stdout:find("client.proxy: the variable " .. name .. ": ", 1, true))
      end
    end
    refute "S3cret"
  end)

  it("in a URL comes out of no misuse", function()
    for _, url in ipairs {
      "https://me:S3cret@host", "https://host/?sig=S3cret", "https://host/#S3cret", "http://me:S3cret@host",
    } do
      local fine, problem = pcall(m365.client, { base_url = url, credential = "x" })
      assert.is_false(fine)
      note(problem)
    end
    refute "S3cret"
  end)
end)
