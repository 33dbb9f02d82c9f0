local core = require "m365restore.core"
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local FOLDER = "spec/support/oidc"

--- What is missing for these specs; nil: nothing.
local function missing()
  if not system.run { "node", "--version" } then return "Node.js" end
  if not scratch.read(FOLDER .. "/node_modules/oidc-provider/package.json") then
    return "oidc-provider (npm ci in " .. FOLDER .. ")"
  end
end

describe("against oidc-provider, credentials", function()
  local what = missing()
  if what then
    pending("are not proved: " .. what .. " is missing", function() end)
    return
  end

  local SECRET = "an-app's own/secret+~"
  local certificates, server, port

  setup(function()
    certificates = pki.new()
    certificates:own "app"
    certificates:own "other"
    local fifo, out = certificates:path "in", certificates:path "out"
    scratch.must("mkfifo", fifo)
    -- it lives for as long as we hold the other end
    assert(os.execute(("node %s/server.js %s \"%s\" < %s > %s 2>&1 &"):format(FOLDER,
      certificates:path "app.crt", SECRET, fifo, out)))
    server = assert(io.open(fifo, "w"))
    for _ = 1, 1200 do -- a minute: on a busy machine Node.js takes its time
      port = (scratch.read(out) or ""):match "^(%d+)\n" or (scratch.read(out) or ""):match "\n(%d+)\n"
      if port then break end
      core.sleep(0.05)
    end
    assert(port, scratch.read(out))
  end)

  teardown(function()
    server:close()
    certificates:close()
  end)

  local function get(path)
    local answer = assert(core.exchange { url = ("http://127.0.0.1:%s%s"):format(port, path) })
    assert.equal(200, answer.status)
    return core.decode(answer.body)
  end

  local function app(id, more)
    local all = {
      tenant = "tenant", client_id = id, authority = "http://127.0.0.1:" .. port,
      scope = "https://graph.microsoft.com/.default",
    }
    for name, value in pairs(more) do all[name] = value end
    return all
  end

  it("get a token by a secret with odd characters", function()
    local token, life = assert(m365.credential.client_secret(app("secret", { client_secret = SECRET })) {})
    assert.matches("^[%w_-]+$", token)
    assert.equal(600, life)
  end)

  it("get a token by a certificate, PS256 and RS256, as often as they like", function()
    local before = get("/seen").seen
    for _, algorithm in ipairs { "PS256", "RS256" } do
      local credential = m365.credential.certificate(app(algorithm, {
        algorithm = algorithm, path = certificates:path "app.pem",
      }))
      -- a second use of the same assertion would be refused
      assert(credential {})
      assert(credential {})
    end
    assert.equal(before + 4, get("/seen").seen)
  end)

  it("are refused where the proof is not the app's", function()
    local _, err = m365.credential.client_secret(app("secret", { client_secret = "wrong" })) {}
    assert.same({ "oauth", "invalid_client", 401 }, { err.code, err.oauth, err.status })
    _, err = m365.credential.certificate(app("PS256", { path = certificates:path "other.pem" })) {}
    assert.equal("invalid_client", err.oauth)
    _, err = m365.credential.certificate(app("RS256", { path = certificates:path "app.pem" })) {}
    assert.equal("invalid_client", err.oauth)
    local clock = { now = function() return core.now() - 7200 end, delay = function() return 0 end }
    _, err = m365.credential.certificate(app("PS256", { path = certificates:path "app.pem" })) { clock = clock }
    assert.equal("invalid_client", err.oauth)
    assert.is_true(err.clock_skew < -7100)
  end)

  it("get a token by a device code, and the next one by a refresh token", function()
    local ahead, prompts = 0, 0
    local clock = {
      now = function() return core.now() + ahead end,
      delay = function(_, seconds)
        ahead = ahead + seconds
        return 0.01
      end,
    }
    local credential = m365.credential.device_code(app("device", {
      scope = "openid offline_access",
      prompt = function(shown)
        prompts = prompts + 1
        assert.matches("^http://127.0.0.1", shown.verification_uri)
        get("/approve?user_code=" .. shown.user_code)
      end,
    }))
    local first = assert(credential { clock = clock })
    local second = assert(credential { clock = clock })
    local third = assert(credential { clock = clock })
    assert.equal(1, prompts)
    assert.is_true(first ~= second and second ~= third)
  end)
end)
