local core = require "m365restore.core"
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local restore = require "spec.support.restore"
local scratch = require "spec.support.scratch"

local ROOT = "/solutions/backupRestore"

--- what of a form is secret
local SECRET = { "client_secret", "client_assertion", "refresh_token", "device_code" }

describe("no secret", function()
  local place, certificates, app, written

  setup(function()
    certificates = pki.new()
    app = certificates:own "app"
  end)
  teardown(function() certificates:close() end)
  before_each(function()
    -- slow enough for an assertion, which lives ten minutes, to arrive in time on a busy machine
    place, written = restore.start { sites = 4, speed = 4000 }, {}
    place.sim:trust { certificate = app.certificate }
    place.sim:identity { lifetime = 3600, outcome = "approved" }
  end)
  after_each(function() place:stop() end)

  -- all that can be read of a value, by a script or by a debugger that shows tables
  local function note(value, seen)
    seen = seen or {}
    written[#written + 1] = tostring(value)
    if type(value) ~= "table" or seen[value] then return end
    seen[value] = true
    note(debug.getmetatable(value), seen)
    for key, member in next, value do
      note(key, seen)
      note(member, seen)
    end
  end

  local function unescape(text)
    return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
  end

  -- every secret that was used, those included that the simulator has forgotten
  local function secrets(more)
    local list = place.sim:secrets()
    for _, sent in ipairs(place.sim:ledger()) do
      for _, name in ipairs(SECRET) do
        local text = type(sent.body) == "string" and ("&" .. sent.body):match("&" .. name .. "=([^&]*)")
        if text then list[#list + 1] = unescape(text) end
      end
      list[#list + 1] = sent.headers.authorization and sent.headers.authorization:match " (.*)$" or nil
    end
    for line in app.key:gmatch "[^\n]+" do
      if not line:find "^%-" then list[#list + 1] = line end
    end
    return table.move(more, 1, #more, #list + 1, list)
  end

  -- the token of the last request of Graph's that had one
  local function last_token()
    local sent = place.sim:ledger { operation = "root.get" }
    return sent[#sent].headers.authorization:match " (.*)$"
  end

  -- a whole run as a script does it, with all that can go wrong on the way; `proof` is what the token endpoint is sent,
  -- and quotes
  local function run(credential, proof, more)
    local sim = place.sim
    note(credential)
    local options = {
      base_url = sim.url, clock = sim:clock(), backoff = 0.001, credential = credential,
      log = function(event) note(event) end,
    }
    for name, value in pairs(more or {}) do options[name] = value end
    local client = m365.client(options)
    note(client)
    note((debug.getuservalue(client, 1)))
    place.client = client
    note(m365.preflight(client))
    local plan = place:plan()
    note(plan)
    sim:fault { action = "throttle", retry_after = "0.01", after = 2 }
    sim:fault { operation = "token", action = "status", status = 500, body = "x" }
    local result, err = place:apply(plan, { on_progress = function(state) note(state) end })
    assert.is_not_nil(result, tostring(err))
    note(result:report())
    note(scratch.read(place:path()))
    -- a gateway that quotes what it was sent: a token that lasts until then
    sim:identity { lifetime = 1e9 }
    sim:revoke_tokens()
    assert(client:request("GET", ROOT))
    sim:fault {
      operation = "root.get", action = "status", status = 400,
      body = core.encode { error = { code = "BadRequest", message = "got " .. last_token() } },
    }
    local _, quoted = client:request("GET", ROOT)
    note(quoted)
    sim:revoke_tokens()
    for _, operation in ipairs { "token", "msi" } do
      sim:fault {
        operation = operation, action = "status", status = 401, times = 10,
        body = core.encode { error = "invalid_client", error_description = "got " .. proof },
      }
    end
    local _, refused = client:request("GET", ROOT)
    note(refused)
    sim:clear_faults()
    client:close()
    note(client)
    note({ client:request("GET", ROOT) })
    return quoted
  end

  -- lines, each of them long enough to mean something
  local function look_for(list)
    local text, looked = table.concat(written, "\n"), 0
    assert.is_true(#text > 10000)
    for _, secret in ipairs(list) do
      if #secret >= 8 then
        looked = looked + 1
        local at = text:find(secret, 1, true)
        assert.is_nil(at, at and "found a secret in: " .. text:sub(math.max(at - 200, 1), at - 1))
      end
    end
    assert.is_true(looked > 5)
  end

  local function identity(more)
    local sim = place.sim
    local all = { tenant = sim.tenant, client_id = sim.client_id, authority = sim.url }
    for name, value in pairs(more) do all[name] = value end
    return all
  end

  it("of a client_secret is written anywhere", function()
    run(m365.credential.client_secret(identity { client_secret = place.sim.client_secret }), place.sim.client_secret, {
      client_key_password = "hush-key-password", proxy = "http://me:hush-proxy-password@127.0.0.1:1",
    })
    look_for(secrets { "hush-key-password", "hush-proxy-password" })
  end)

  it("of a certificate is written anywhere", function()
    run(m365.credential.certificate(identity {
      pem = certificates:encrypted("app", "hush-passphrase"), passphrase = "hush-passphrase",
    }), "nothing")
    look_for(secrets { "hush-passphrase" })
  end)

  it("of a device code is written anywhere", function()
    run(m365.credential.device_code(identity { prompt = note }), "nothing")
    look_for(secrets {})
  end)

  it("of a managed identity is written anywhere", function()
    run(m365.credential.managed_identity {
      variables = { IDENTITY_ENDPOINT = place.sim.url .. "/msi/token", IDENTITY_HEADER = place.sim.identity_header },
    }, place.sim.identity_header)
    look_for(secrets {})
  end)

  it("of a federated token is written anywhere", function()
    local file = certificates:path "federated"
    scratch.write(file, "hush-federated-token")
    place.sim:trust { federated = "hush-federated-token" }
    run(m365.credential.workload_identity(identity { token_file = file }), "hush-federated-token")
    look_for(secrets { "hush-federated-token" })
  end)

  it("is quoted from a server that quotes it", function()
    local secret = place.sim.client_secret
    local quoted = run(m365.credential.client_secret(identity { client_secret = secret }), secret)
    assert.matches("^got %*%*%*%*+$", quoted.message)
  end)
end)
