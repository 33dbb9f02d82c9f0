--- Canaries: a known word stands in every place that takes a secret, every call fails in every way that faults know,
-- with the word quoted wherever a server can quote it, and no byte that comes out holds it.
local caller = require "spec.graph.caller"
local contract = require "spec.graph.support"
local core = require "m365restore.core"
local known = require "m365restore.simulator.testing.faults"
local m365 = require "m365restore"
local pki = require "spec.support.pki"
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
      { action = "throttle", retry_after = quoted },
      { action = "stall", seconds = 60 },
      { action = "edit", prefix = quoted, headers = id },
      { action = "edit", status = 418, suffix = quoted, headers = id },
      { action = "edit", status = 500, set = { ["error"] = core.encode { code = quoted, message = quoted } } },
      { action = "edit", set = { value = core.encode { quoted, { id = quoted } } } },
      { action = "edit", set = { ["value/*/id"] = core.encode(quoted) } },
      { action = "edit", set = { ["@odata.nextLink"] = core.encode("https://x/?" .. quoted) } },
      { action = "status", status = 302, headers = { Location = "https://x/" .. quoted, ["request-id"] = quoted } },
    }
    for _, status in ipairs { 200, 403, 503 } do
      for _, shape in ipairs(known.shapes()) do
        list[#list + 1] = {
          action = "status", status = status, shape = shape, code = quoted, message = "it was " .. quoted, headers = id,
        }
      end
    end
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

  it("meets every action and every shape that the simulator has", function()
    local seen = {}
    for _, fault in ipairs(faults "x") do seen[fault.action], seen[fault.shape or ""] = true, true end
    for _, names in ipairs { known.actions(), known.shapes() } do
      for _, name in ipairs(names) do assert.is_true(seen[name], name) end
    end
  end)

  it("in a token comes out of no operation", function()
    local token, place = "canary-token-0123456789", 0
    local list, sim = faults(token), home.sim
    local clients = {}
    for _, beta in ipairs { false, true } do
      clients[beta] = home:client { credential = token, retries = 0, log = note, first_byte_timeout = 0.2, beta = beta }
    end
    for _, row in ipairs(contract.rows()) do
      local ids = { table.unpack({ "first", "second" }, 1, caller.count(row)) }
      for _ = 1, os.getenv "M365RESTORE_FULL" and #list or 3 do
        place = place % #list + 1
        sim:clear_faults()
        local result, err = caller.new(sim):call(clients[not row.v1], row, ids, caller.body_of(row), "", list[place])
        if result and row.result == "list" then result, err = result:next() end
        if result == nil then note(err) end
      end
    end
    for _, client in pairs(clients) do client:close() end
    refute(token)
  end)

  it("in a header that is sent beside a typed call, or a member of a batch, comes out of none", function()
    local header = "canary-header-0123456789"
    local client <close> = home:client { credential = "x", retries = 0, log = note, first_byte_timeout = 0.2 }
    local extra = { extra = { headers = { ["X-Api-Key"] = header } } }
    meet(header, {
      function() return client:session("x", extra) end, function() return client:sessions(extra):next() end,
      function() return client.sharePoint:create_session({}, extra) end,
      function()
        local found, failures = client:batch { { path = ROOT, headers = { ["X-Api-Key"] = header } } }
        return nil, { found, failures }
      end,
    })
    refute(header)
  end)

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
    local client <close> = home:client { credential = "token", retries = 0, log = note, first_byte_timeout = 0.2 }
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

  -- a credential's failures in every way, of one try each: shorter than the first pause
  local function fail(secret, operation, credential)
    meet(secret, { function() return credential { timeout = 0.4, log = note } end }, { operation = operation })
  end

  local function app(more)
    local all = { tenant = home.sim.tenant, client_id = home.sim.client_id, authority = home.sim.url }
    for name, value in pairs(more) do all[name] = value end
    return all
  end

  it("in the secret of a variable, alone or in a chain, comes out of no failure of the token endpoint", function()
    local secret = "canary secret/0123456789"
    local variables = {
      AZURE_TENANT_ID = home.sim.tenant, AZURE_CLIENT_ID = home.sim.client_id, AZURE_CLIENT_SECRET = secret,
      AZURE_AUTHORITY_HOST = home.sim.url,
    }
    local credential = m365.credential.environment { variables = variables }
    fail(secret, "token", credential)
    fail(secret, "token", m365.credential.chain { credential })
    refute(secret, "canary%20secret%2F0123456789")
  end)

  it("in the token of another issuer comes out of no failure of the token endpoint", function()
    local folder, secret = scratch.folder(), "canary.federated-0123456789"
    finally(function() scratch.remove(folder) end)
    scratch.write(folder .. "/token", secret)
    fail(secret, "token", m365.credential.workload_identity(app { token_file = folder .. "/token" }))
    refute(secret)
  end)

  it("in a passphrase comes out of no failure of the certificate", function()
    local certificates, secret = pki.new(), "canary-passphrase"
    finally(function() certificates:close() end)
    certificates:own "app"
    local pem = certificates:encrypted("app", secret)
    for _, given in ipairs {
      { pem = pem, passphrase = secret .. "-not" }, { pem = pem:sub(1, 300), passphrase = secret },
      { path = certificates:path "app.encrypted", passphrase = secret .. "-not" },
      { path = certificates:path "nothing", passphrase = secret },
    } do
      local fine, problem = pcall(m365.credential.certificate, app(given))
      assert.is_false(fine)
      note(problem)
    end
    local credential = m365.credential.certificate(app { pem = pem, passphrase = secret })
    note(credential)
    for _, fault in ipairs { { action = "drop" }, { action = "status", status = 400 } } do
      fault.operation = "token"
      home.sim:fault(fault)
      note(select(2, credential { timeout = 0.4, log = note }))
    end
    refute(secret)
  end)

  -- makes the token endpoint quote what it has given out, in each way; `use` gets the fault, and what sets it
  local function quote_new_secret(kind, use)
    home.sim:identity { interval = 0, outcome = "approved" }
    local seen, secret = {}, nil
    local function renew()
      for _, text in ipairs(home.sim:secrets()) do
        if not seen[text] and text:find(kind) then secret = text end
        seen[text] = true
      end
      return secret
    end
    renew()
    for place = 1, #faults "x" do
      use(function()
        local fault = faults(assert(renew()))[place]
        fault.operation, fault.times = "token", 9
        home.sim:fault(fault)
      end)
      home.sim:clear_faults()
      refute(secret)
      out = { "" }
    end
  end

  local function device(prompt)
    return m365.credential.device_code(app { authority = home.sim.url, prompt = prompt })
  end

  local function instant() return { now = home.sim:clock().now, delay = function() return 0 end } end

  it("in the code of a device comes out of no failure", function()
    quote_new_secret("^%x+%-%x+%-%x+%-%x+%-%x+$", function(fault)
      note(select(2, device(fault) { timeout = 0.4, log = note, clock = instant() }))
    end)
  end)

  it("in a refresh token comes out of no failure", function()
    local credential, ready = device(function() end), false
    quote_new_secret("^simulated%-refresh", function(fault)
      ready = ready or assert(credential { timeout = 9, clock = instant() })
      fault()
      ready = credential { timeout = 0.4, log = note, clock = instant() }
      note(ready == nil)
      ready = ready and nil
    end)
  end)

  it("in the secret of Machine Learning, or the proof of Azure Arc, comes out of no failure of the endpoint", function()
    local managed = require "m365restore.credential.managed_identity"
    local folder, before, secret = scratch.folder(), managed.arc_directory, "canary-secret-0123456789"
    managed.arc_directory = folder
    finally(function()
      managed.arc_directory = before
      scratch.remove(folder)
    end)
    fail(secret, "msi", m365.credential.managed_identity {
      variables = { MSI_ENDPOINT = home.sim.url .. "/msi/auth", MSI_SECRET = secret },
    })
    scratch.write(folder .. "/proof.key", secret)
    home.sim:identity { arc = { path = folder .. "/proof.key", secret = secret } }
    local arc = m365.credential.managed_identity {
      variables = { IDENTITY_ENDPOINT = home.sim.url .. "/metadata/identity/oauth2/token", IMDS_ENDPOINT = "x" },
    }
    meet(secret, { function() return arc { timeout = 0.4, log = note } end }, { operation = "imds", after = 1 })
    refute(secret)
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
