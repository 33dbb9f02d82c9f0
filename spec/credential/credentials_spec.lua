local core = require "m365restore.core"
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"

local credential = m365.credential
local ROOT = "/solutions/backupRestore"

describe("credentials", function()
  local sim, certificates, rsa

  setup(function()
    certificates = pki.new()
    rsa = certificates:own "app"
    certificates:own "other"
    certificates:own "root"
  end)
  teardown(function() certificates:close() end)
  before_each(function() sim = simulator.start { sites = 2, speed = 1 } end)
  after_each(function() sim:stop() end)

  local function app(more)
    local all = { tenant = sim.tenant, client_id = sim.client_id, authority = sim.url }
    for name, value in pairs(more or {}) do all[name] = value end
    return all
  end

  -- time passes when somebody waits, and only then
  local function driven_clock()
    return {
      now = sim:clock().now,
      delay = function(_, seconds)
        sim:advance(seconds)
        return 0
      end,
    }
  end

  local function client(cred, more)
    local all = { base_url = sim.url, credential = cred, clock = driven_clock(), backoff = 0.001 }
    for name, value in pairs(more or {}) do all[name] = value end
    return m365.client(all)
  end

  -- asks the service something, and returns what was sent to the endpoint
  local function works(cred)
    local c <close> = client(cred)
    assert(c:request("GET", ROOT))
    return sim:ledger { operation = "token" }
  end

  -- the same, where it must not work
  local function refusal(cred)
    local c <close> = client(cred)
    local answer, err = c:request("GET", ROOT)
    assert.is_nil(answer)
    assert.equal("token_failed", err.code)
    return err
  end

  local function variables(more)
    local all = { AZURE_TENANT_ID = sim.tenant, AZURE_CLIENT_ID = sim.client_id, AZURE_AUTHORITY_HOST = sim.url }
    for name, value in pairs(more or {}) do all[name] = value end
    return { variables = all }
  end

  describe("client_secret", function()
    it("gives the service a token", function()
      local sent = works(credential.client_secret(app { client_secret = sim.client_secret }))
      assert.equal(1, #sent)
      assert.matches("scope=https%%3A%%2F%%2Fgraph.microsoft.com%%2F.default", sent[1].body)
    end)

    it("tells the number, the trace and the remedy of a refusal", function()
      local err = refusal(credential.client_secret(app { client_secret = "wrong" }))
      assert.same({ 7000215, "invalid_client", "ask", false }, { err.aadsts, err.oauth, err.class, err.sent })
      assert.matches("^AADSTS7000215: Invalid client secret", err.message)
      assert.is_nil(err.message:find("Trace", 1, true))
      assert.matches("^%x+%-", err.trace_id)
      assert.matches("^%x+%-", err.correlation_id)
      assert.equal("The secret is wrong: use its value, not its id.", err.remedy)
      assert.same({ "aadsts", 401 }, { err.cause.code, err.cause.status })
    end)

    it("takes secrets with any characters", function()
      local odd = "~a+b&c=%d \u{e9}/?#"
      local cred = credential.client_secret(app { client_secret = odd })
      refusal(cred)
      assert.matches("client_secret=~a%2Bb%26c%3D%25d%20%C3%A9%2F%3F%23",
        sim:ledger({ operation = "token" })[1].body, 1, true)
    end)

    it("removes its secret from what a server quotes", function()
      sim:fault {
        operation = "token", action = "status", status = 400,
        body = core.encode {
          error = "invalid_request", error_description = "AADSTS900144: got secret=hush%2Bhush and hush+hush\r\nTrace",
        },
      }
      local err = refusal(credential.client_secret(app { client_secret = "hush+hush" }))
      assert.equal("AADSTS900144: got secret=[redacted] and [redacted] Trace", err.message)
    end)

    it("is refused before any network is used", function()
      local function wrong(more)
        return raised(credential.client_secret, app(more))
      end
      assert.equal("credential.client_secret: tenant, client_id, client_secret are missing",
        raised(credential.client_secret))
      assert.equal("credential.client_secret: client_secret is missing", wrong {})
      assert.matches("client_secret holds a line break", wrong { client_secret = "hush\n" }, 1, true)
      assert.is_nil(wrong({ client_secret = "hush\n" }):find "hush")
      assert.matches("there is a slash in it", wrong { client_secret = "x", tenant = "a/b" }, 1, true)
      assert.matches("'common' stands for many", wrong { client_secret = "x", tenant = "common" }, 1, true)
      assert.matches("without blanks", wrong { client_secret = "x", client_id = "a b" }, 1, true)
      assert.matches("did you mean 'client_secret'", wrong { client_secret = "x", client_secrt = "y" }, 1, true)
      assert.matches("nothing but a host", wrong { client_secret = "x", authority = "https://a/b" }, 1, true)
      assert.equal(0, sim:count())
    end)

    it("knows the clouds", function()
      for _, name in ipairs { "usgov", "usgov_dod", "china" } do
        assert.matches("exists in the global cloud only",
          raised(credential.client_secret, { tenant = "a", client_id = "b", client_secret = "c", cloud = name }))
      end
      assert.matches("login.microsoftonline.us is the cloud usgov", raised(credential.client_secret,
        { tenant = "a", client_id = "b", client_secret = "c", authority = "login.microsoftonline.us" }), 1, true)
      assert.matches("one of china, global, usgov, usgov_dod was expected, got moon",
        raised(credential.client_secret, { tenant = "a", client_id = "b", client_secret = "c", cloud = "moon" }))
    end)

    it("names a clock that is off", function()
      local cred = credential.client_secret(app { client_secret = "wrong" })
      local c <close> = client(cred, {
        clock = { now = function() return sim:clock():now() - 1000 end, delay = function() return 0 end },
      })
      local _, err = c:request("GET", ROOT)
      assert.is_true(math.abs(err.clock_skew + 1000) <= 5)
      assert.matches("The clock here is %d+ s behind the token endpoint's", err.message)
    end)

    it("obeys a throttled endpoint", function()
      sim:fault { operation = "token", action = "throttle", retry_after = "1" }
      local from = core.monotonic()
      works(credential.client_secret(app { client_secret = sim.client_secret }))
      assert.is_true(core.monotonic() - from >= 1)
      assert.equal(2, sim:count { operation = "token" })
    end)

    it("asks nobody while the endpoint wants to be left alone", function()
      sim:fault { operation = "token", action = "throttle", retry_after = "3600" }
      local c <close> = client(credential.client_secret(app { client_secret = sim.client_secret }))
      for _ = 1, 3 do
        local _, err = c:request("GET", ROOT)
        assert.same({ "token_failed", "retry", 3600 }, { err.code, err.class, err.retry_after })
      end
      assert.equal(1, sim:count { operation = "token" })
    end)

    it("tries again where that helps", function()
      sim:fault { operation = "token", action = "drop" }
      sim:fault { operation = "token", action = "status", status = 502, body = "<html>" }
      works(credential.client_secret(app { client_secret = sim.client_secret }))
      assert.equal(3, sim:count { operation = "token" })
    end)

    for name, body in pairs {
      ["a page"] = "<html>Sign in to the network</html>", ["half of an answer"] = '{"token_type":"Bearer","acc',
      nothing = "", ["a text"] = '"ok"', null = "null",
    } do
      it("asks again where the endpoint is answered for with " .. name, function()
        sim:fault { operation = "token", action = "status", status = 200, body = body }
        works(credential.client_secret(app { client_secret = sim.client_secret }))
        assert.equal(2, sim:count { operation = "token" })
      end)

      it("has a code where the endpoint is answered for with " .. name .. " for ever", function()
        sim:fault { operation = "token", action = "status", status = 200, body = body, times = 9 }
        local cred = credential.client_secret(app { client_secret = sim.client_secret })
        local token, err = cred { timeout = 0.4 } -- shorter than the first pause
        assert.is_nil(token)
        assert.same({ "bad_token_answer", "retry", 200 }, { err.code, err.class, err.status })
        assert.equal("the token endpoint answered 200 with something that is not JSON", err.message)
      end)
    end

    it("is not misled by what is no token", function()
      for _, body in ipairs { "{}", "[]", '{"access_token":null}', '{"access_token":{}}' } do
        sim:forget()
        sim:fault { operation = "token", action = "status", status = 200, body = body }
        local err = refusal(credential.client_secret(app { client_secret = sim.client_secret }))
        assert.equal("bad_token_answer", err.cause.code)
        assert.equal(1, sim:count { operation = "token" })
      end
    end)
  end)

  describe("certificate", function()
    local function certificate(more)
      more.path = more.path or not more.pem and rsa.pem_path or nil
      return credential.certificate(app(more))
    end

    before_each(function() sim:trust { certificate = rsa.certificate } end)

    it("proves itself by PS256, or by RS256", function()
      for _, algorithm in ipairs { "PS256", "RS256" } do
        works(certificate { algorithm = algorithm })
      end
      assert.equal(2, sim:count { operation = "token" })
    end)

    it("signs anew for each request", function()
      sim:identity { lifetime = 60 }
      local c <close> = client(certificate {})
      for _ = 1, 3 do
        assert(c:request("GET", ROOT))
        sim:advance(60)
      end
      sim:fault { operation = "token", action = "lose" }
      assert(c:request("GET", ROOT))
      local seen = {}
      for _, sent in ipairs(sim:ledger { operation = "token" }) do
        local assertion = sent.body:match "client_assertion=([^&]*)"
        assert.is_nil(seen[assertion])
        seen[assertion] = true
      end
      assert.equal(5, sim:count { operation = "token" })
    end)

    it("sends its chain where that is asked for", function()
      local function header(sent)
        local part = sent[#sent].body:match "client_assertion=([^.&]*)"
        return core.decode(require("m365restore.crypto").unbase64(part))
      end
      local plain = header(works(certificate {}))
      assert.same({ "PS256", "JWT" }, { plain.alg, plain.typ })
      assert.is_nil(plain.x5c)
      assert.is_string(plain["x5t#S256"])
      local chained = header(works(certificate { send_chain = true, algorithm = "RS256" }))
      assert.equal(1, #chained.x5c)
      assert.equal(rsa.certificate:gsub("%-%-%-%-%-[^-]+%-%-%-%-%-", ""):gsub("%s", ""), chained.x5c[1])
      assert.is_string(chained.x5t)
    end)

    it("opens an encrypted key", function()
      works(certificate { pem = certificates:encrypted("app", "open sesame"), passphrase = "open sesame" })
    end)

    it("is refused by its number", function()
      local err = refusal(credential.certificate(app { path = certificates:path "other.pem" }))
      assert.equal(700027, err.aadsts)
      local c <close> = client(certificate {}, {
        clock = { now = function() return sim:clock():now() - 7200 end, delay = function() return 0 end },
      })
      local _, late = c:request("GET", ROOT)
      assert.equal(700024, late.aadsts)
      assert.is_true(late.clock_skew < -7000)
    end)

    it("is refused before any network is used", function()
      local function wrong(more) return raised(credential.certificate, app(more)) end
      local key, cert = rsa.key, rsa.certificate
      assert.matches("either path or pem", wrong {}, 1, true)
      assert.matches("No such file", wrong { path = certificates:path "none" }, 1, true)
      assert.matches("no private key", wrong { pem = cert }, 1, true)
      assert.matches("no certificate", wrong { pem = key }, 1, true)
      assert.matches("belongs to none of the certificates",
        wrong { pem = key .. scratch.read(certificates:path "other.crt") }, 1, true)
      local sealed = certificates:encrypted("app", "open sesame")
      assert.matches("passphrase", wrong { pem = sealed }, 1, true)
      assert.matches("does not open the private key", wrong { pem = sealed, passphrase = "hush" }, 1, true)
      assert.is_nil(wrong({ pem = sealed, passphrase = "hush" }):find "hush")
      certificates:issue("old", "root", { kind = "rsa", expired = true })
      assert.matches("the certificate expired on %d", wrong { path = certificates:path "old.pem" })
      assert.matches("one of PS256, RS256", wrong { pem = key .. cert, algorithm = "none" }, 1, true)
      assert.equal(0, sim:count())
    end)
  end)

  describe("workload_identity", function()
    local file

    before_each(function()
      file = certificates:path "token"
      scratch.write(file, "first.federated.token\n")
      sim:trust { federated = "first.federated.token" }
    end)

    it("reads its file anew for each token", function()
      sim:identity { lifetime = 60 }
      local cred = credential.workload_identity(variables { AZURE_FEDERATED_TOKEN_FILE = file })
      local c <close> = client(cred)
      assert(c:request("GET", ROOT))
      sim:advance(60)
      scratch.write(file, "second.federated.token")
      local _, err = c:request("GET", ROOT)
      assert.equal(70021, err.aadsts)
      sim:trust { federated = "second.federated.token" }
      assert(c:request("GET", ROOT))
      scratch.write(file, "")
      sim:advance(60)
      _, err = c:request("GET", ROOT)
      assert.matches("token_file: .* is empty", err.message)
      assert.equal("credential_unavailable", err.cause.code)
    end)

    it("is refused before any network is used", function()
      local function wrong(more)
        return raised(credential.workload_identity, more)
      end
      assert.matches("client_id %(AZURE_CLIENT_ID%), tenant %(AZURE_TENANT_ID%), "
        .. "token_file %(AZURE_FEDERATED_TOKEN_FILE%) are missing", wrong { variables = {} })
      scratch.write(file, " \n")
      assert.matches("is empty", wrong(variables { AZURE_FEDERATED_TOKEN_FILE = file }), 1, true)
      scratch.write(file, "one two")
      assert.matches("more than one token", wrong(variables { AZURE_FEDERATED_TOKEN_FILE = file }), 1, true)
      assert.matches("No such file", wrong(variables { AZURE_FEDERATED_TOKEN_FILE = file .. "x" }), 1, true)
      assert.equal(0, sim:count())
    end)
  end)

  describe("managed_identity", function()
    local managed = require "m365restore.credential.managed_identity"

    local function on(host, more)
      local all = { variables = host }
      for name, value in pairs(more or {}) do all[name] = value end
      return credential.managed_identity(all)
    end

    local function asked(operation)
      local sent = sim:ledger { operation = operation }
      sent = sent[#sent]
      local query = {}
      for name, text in sent.query:gmatch "([^&=]+)=([^&]*)" do query[name] = text end
      sent.query = query
      return sent
    end

    it("asks a virtual machine's metadata service", function()
      local host = { AZURE_POD_IDENTITY_AUTHORITY_HOST = sim.url }
      works(on(host))
      local sent = asked "imds"
      assert.equal("true", sent.headers.metadata)
      assert.same({ "2018-02-01", "https%3A%2F%2Fgraph.microsoft.com" },
        { sent.query["api-version"], sent.query.resource })
      for option, name in pairs { client_id = "client_id", object_id = "object_id", resource_id = "msi_res_id" } do
        works(on(host, { [option] = sim.client_id }))
        assert.equal(sim.client_id, asked("imds").query[name])
      end
      local err = refusal(on(host, { client_id = "nobody" }))
      assert.matches("IMDS answered 400: Identity not found", err.message, 1, true)
      assert.equal("credential_unavailable", err.cause.code)
    end)

    it("waits for a metadata service that starts", function()
      sim:fault { operation = "imds", action = "status", status = 404 }
      works(on { AZURE_POD_IDENTITY_AUTHORITY_HOST = sim.url })
      assert.equal(2, sim:count { operation = "imds" })
    end)

    it("renews by expires_on, and by half of a long life", function()
      sim:identity { lifetime = 8000 }
      local cred = on { IDENTITY_ENDPOINT = sim.url .. "/msi/token", IDENTITY_HEADER = sim.identity_header }
      local token, life, ahead = cred { clock = sim:clock() }
      assert.is_string(token)
      assert.is_true(math.abs(life - 8000) < 100)
      assert.equal(life / 2, ahead)
    end)

    it("asks again where something else answers", function()
      for operation, host in pairs {
        imds = { AZURE_POD_IDENTITY_AUTHORITY_HOST = sim.url },
        msi = { IDENTITY_ENDPOINT = sim.url .. "/msi/token", IDENTITY_HEADER = sim.identity_header },
      } do
        for _, body in ipairs { "<html>", '{"access_token":"eyJ', "" } do
          sim:forget()
          sim:fault { operation = operation, action = "status", status = 200, body = body }
          works(on(host))
          assert.equal(2, sim:count { operation = operation })
          sim:fault { operation = operation, action = "status", status = 200, body = body }
          local _, err = on(host) { timeout = 0.4 }
          assert.same({ "credential_unavailable", "retry" }, { err.code, err.class })
          assert.matches("answered 200: something that is not JSON", err.message)
        end
      end
    end)

    it("reads a life in every form, and a moment by the service's clock", function()
      local Date = "Mon, 02 Nov 2026 00:00:00 GMT" -- 1793577600
      local function life_of(fields, clock)
        sim:fault {
          operation = "imds", action = "status", status = 200, headers = { Date = Date },
          body = ('{"access_token":"a-token",%s}'):format(fields),
        }
        return (select(2, on { AZURE_POD_IDENTITY_AUTHORITY_HOST = sim.url } { clock = clock }))
      end
      for fields, life in pairs {
        ['"expires_on":1793581200'] = 3600, ['"expires_on":"1793581200"'] = 3600, ['"expires_in":1200'] = 1200,
        ['"expires_in":"1200"'] = 1200, ['"expires_in":"1200","expires_on":"1"'] = 1200,
        ['"expires_in":null,"expires_on":"1793581200"'] = 3600, ['"expires_on":"1793581200.5"'] = 3600.5,
        ['"expires_in":"","expires_on":1793581200'] = 3600,
      } do
        for _, ahead in ipairs { 0, 7200, -7200 } do
          assert.equal(life, life_of(fields, sim:clock { ahead = ahead }), fields)
        end
      end
      -- nothing that can be read: the token serves until it is refused
      for _, fields in ipairs { '"x":1', '"expires_on":"soon"', '"expires_on":{}', '"expires_in":true' } do
        assert.is_nil(life_of(fields, sim:clock()), fields)
      end
    end)

    it("asks App Service", function()
      local host = { IDENTITY_ENDPOINT = sim.url .. "/msi/token", IDENTITY_HEADER = sim.identity_header }
      works(on(host, { resource_id = sim.client_id }))
      local sent = asked "msi"
      assert.same({ sim.identity_header, sim.client_id, "2019-08-01" },
        { sent.headers["x-identity-header"], sent.query.mi_res_id, sent.query["api-version"] })
      host.IDENTITY_HEADER = "hush-hush"
      local err = refusal(on(host))
      assert.equal("App Service answered 401: The header is wrong: [redacted]", err.message)
    end)

    it("asks Azure Machine Learning", function()
      works(on { MSI_ENDPOINT = sim.url .. "/msi/auth", MSI_SECRET = sim.identity_header })
      assert.equal(sim.identity_header, asked("msi").headers.secret)
    end)

    it("proves itself to Azure Arc, by a file in the agent's folder and no other", function()
      local folder = managed.arc_directory
      finally(function() managed.arc_directory = folder end)
      managed.arc_directory = certificates.folder
      local host = {
        IDENTITY_ENDPOINT = sim.url .. "/metadata/identity/oauth2/token", IMDS_ENDPOINT = sim.url,
      }
      local path = certificates:path "proof.key"
      scratch.write(path, "arc-proof")
      sim:identity { arc = { path = path, secret = "arc-proof" } }
      works(on(host))
      assert.equal("Basic arc-proof", asked("imds").headers.authorization)
      for _, other in ipairs { "/etc/passwd", "/etc/x.key", certificates.folder .. "/../x.key", "" } do
        sim:identity { arc = { path = other, secret = "another" } }
        local err = refusal(on(host))
        assert.matches("Azure Arc names a file that is not in", err.message, 1, true)
      end
      scratch.write(path, ("x"):rep(4097))
      sim:identity { arc = { path = path, secret = "another" } }
      assert.matches("larger than 4096", refusal(on(host)).message)
      assert.matches("Azure Arc takes no such id", raised(on, host, { client_id = "x" }), 1, true)
    end)

    it("refuses Service Fabric, with the reason", function()
      assert.matches("verification cannot be turned off", raised(on, {
        IDENTITY_ENDPOINT = "https://x", IDENTITY_HEADER = "y", IDENTITY_SERVER_THUMBPRINT = "z",
      }), 1, true)
    end)

    it("takes one id at most, and no header with a line break", function()
      assert.matches("one of client_id, object_id and resource_id",
        raised(on, {}, { client_id = "a", object_id = "b" }))
      assert.matches("IDENTITY_HEADER holds a line break",
        raised(on, { IDENTITY_ENDPOINT = "http://127.0.0.1/x", IDENTITY_HEADER = "hush\r\nX: y" }))
    end)
  end)

  describe("device_code", function()
    local prompts

    before_each(function() prompts = {} end)

    -- a sign-in whose prompt does something with what it shows
    local function device(act, more)
      local all = app(more)
      all.prompt = function(shown)
        prompts[#prompts + 1] = shown
        act(shown)
      end
      return credential.device_code(all)
    end

    local function approve(shown) sim:sign_in(shown.user_code) end

    it("shows the code, and waits for the person", function()
      local c <close> = client(device(approve))
      assert(c:request("GET", ROOT))
      assert.equal(1, #prompts)
      assert.matches("devicelogin and enter the code SIM%d+%.", prompts[1].message)
      assert.same({ "https://microsoft.com/devicelogin", 900 }, { prompts[1].verification_uri, prompts[1].expires_in })
      assert.is_nil(prompts[1].device_code)
    end)

    it("asks as often as it may", function()
      local waits = {}
      local time = sim:clock()
      local tick = { now = time.now, delay = function(_, seconds)
        waits[#waits + 1] = seconds
        if #waits == 4 then approve(prompts[1]) end
        -- the second wait is too short: the service says so
        sim:advance(#waits == 2 and 1 or seconds)
        return 0
      end }
      local cred = device(function() end)
      assert.is_string((cred { clock = tick }))
      local words = {}
      for i, sent in ipairs(sim:ledger { operation = "token" }) do words[i] = sent.status end
      assert.equal(200, words[#words])
      assert.is_true(#words >= 2)
    end)

    it("uses a refresh token afterwards, and the newest one", function()
      sim:identity { lifetime = 60 }
      local c <close> = client(device(approve))
      for _ = 1, 4 do
        assert(c:request("GET", ROOT))
        sim:advance(60)
      end
      assert.equal(1, #prompts)
      sim:end_sign_ins()
      assert(c:request("GET", ROOT))
      assert.equal(2, #prompts)
    end)

    it("tells a declined sign-in from one that came too late", function()
      local err = refusal(device(function(shown) sim:sign_in(shown.user_code, "declined") end))
      assert.equal("sign_in_declined", err.cause.code)
      sim:identity { code_lifetime = 30 }
      err = refusal(device(function() sim:advance(60) end))
      assert.equal("sign_in_expired", err.cause.code)
    end)

    it("is not hurried by the deadline of the call", function()
      local real = simulator.start { sites = 2, speed = 10 }
      finally(function() real:stop() end)
      real:identity { interval = 3, outcome = "approved" }
      local c <close> = m365.client {
        base_url = real.url, clock = real:clock(), timeout = 0.1,
        credential = credential.device_code {
          tenant = real.tenant, client_id = real.client_id, authority = real.url, prompt = function() end,
        },
      }
      assert(c:request("GET", ROOT))
    end)

    it("needs a prompt", function()
      assert.equal("credential.device_code: prompt is missing", raised(credential.device_code, app()))
    end)
  end)

  describe("azure_cli", function()
    local function tool(script)
      local path = certificates:path "az"
      scratch.write(path, "#!/bin/sh\n" .. script .. "\n")
      scratch.must("chmod", "755", path)
      return path
    end

    it("takes the token that the tool prints", function()
      local token, life = sim:credential()()
      local path = tool(([[test "$*" = "account get-access-token --output json --resource https://graph.microsoft.com ]]
        .. [[--tenant contoso.com" && echo '{"accessToken":"%s","expires_on":%d}']]):format(token,
        math.floor(sim:clock():now() + life)))
      works(credential.azure_cli { program = path, tenant = "contoso.com" })
    end)

    it("reads the local time of older tools; one that no clock reaches is no end", function()
      local function life(ends)
        local token, left = credential.azure_cli { program = tool(
          ([[echo '{"accessToken":"x","expiresOn":"%s.000000"}']]):format(ends)) } {}
        assert.equal("x", token)
        return left
      end
      local left = life(os.date("%Y-%m-%d %H:%M:%S", os.time() + 40000))
      assert.is_true(left > 0 and left <= 40000)
      local far = life "2099-01-01 00:00:00" -- which not every system can count to
      assert.is_true(far == nil or far > 1e9)
      assert.is_nil(life "2147485548-01-01 00:00:00")
      assert.is_nil(life "99999999999999999999-01-01 00:00:00")
    end)

    it("tells what the tool complains of", function()
      local err = refusal(credential.azure_cli { program = tool [[echo "WARNING: x" >&2
        echo "ERROR: Please run 'az login' to setup account." >&2; exit 1]] })
      assert.equal("az: Please run 'az login' to setup account.", err.message)
      assert.equal("Run `az login`.", err.remedy)
      assert.matches("did not print a token", refusal(credential.azure_cli { program = tool "echo '{}'" }).message)
      -- colours that are reset, a mark of the byte order, a warning in the same stream
      for _, format in ipairs {
        "%s\\033[0m\\n", "\\357\\273\\277%s\\n", "\\033[?25l\\033[32m%s\\033[0m\\033[?25h", "WARNING: x\\n%s",
      } do
        local text = ("printf '%s' '{\"accessToken\": \"a-token\", \"expires_on\": 1}'"):format(format)
        assert.equal("a-token", (credential.azure_cli { program = tool(text) } {}), format)
      end
      assert.matches("no program", refusal(credential.azure_cli { program = "no-such-az" }).message)
      assert.matches("did not end within",
        refusal(credential.azure_cli { program = tool "exec sleep 9", timeout = 0.1 }).message)
    end)
  end)

  describe("environment", function()
    it("takes the secret before the certificate", function()
      sim:trust { certificate = rsa.certificate }
      works(credential.environment(variables {
        AZURE_CLIENT_SECRET = sim.client_secret, AZURE_CLIENT_CERTIFICATE_PATH = "/none",
      }))
      works(credential.environment(variables {
        AZURE_CLIENT_CERTIFICATE_PATH = rsa.pem_path, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN = "true",
      }))
      scratch.write(certificates:path "sealed.pem", certificates:encrypted("app", "open sesame"))
      works(credential.environment(variables {
        AZURE_CLIENT_CERTIFICATE_PATH = certificates:path "sealed.pem",
        AZURE_CLIENT_CERTIFICATE_PASSWORD = "open sesame",
      }))
    end)

    it("names all variables that are missing at once", function()
      assert.equal("credential.environment: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET or "
        .. "AZURE_CLIENT_CERTIFICATE_PATH are not set", raised(credential.environment, { variables = {} }))
      assert.equal("credential.environment: AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is not set",
        raised(credential.environment, variables()))
      assert.equal("credential.environment: AZURE_TENANT_ID is not set", raised(credential.environment,
        { variables = { AZURE_CLIENT_ID = "x", AZURE_CLIENT_CERTIFICATE_PATH = "y", AZURE_TENANT_ID = "" } }))
    end)
  end)

  describe("chain", function()
    local function absent() return nil, m365.failure { code = "credential_unavailable", message = "not here" } end

    it("uses the first that works, and keeps to it", function()
      local calls = 0
      local first = credential.token_function(function()
        calls = calls + 1
        return absent()
      end)
      local cred = credential.chain { first, sim:credential() }
      works(cred)
      assert.is_string((cred {}))
      assert.equal(1, calls)
    end)

    it("ends at one that is there and refused", function()
      local err = refusal(credential.chain {
        absent, credential.client_secret(app { client_secret = "wrong" }), sim:credential(),
      })
      assert.equal(7000215, err.aadsts)
    end)

    it("tells every reason when none works", function()
      assert.matches("none of the credentials works here: function: not here; token_function: not here",
        refusal(credential.chain { absent, credential.token_function(absent) }).message, 1, true)
      assert.matches("credential.chain[2]: a credential was expected, got number",
        raised(credential.chain, { absent, 2 }), 1, true)
    end)

    it("is made of what is there by default", function()
      works(credential.default(variables { AZURE_CLIENT_SECRET = sim.client_secret }))
      local empty = credential.default { variables = { AZURE_POD_IDENTITY_AUTHORITY_HOST = sim.url } }
      assert.matches("of managed_identity, azure_cli", tostring(empty), 1, true)
      works(empty)
      assert.matches("line break", raised(credential.default, variables { AZURE_CLIENT_SECRET = "x\n" }), 1, true)
    end)
  end)

  it("show nothing that is secret", function()
    local cred = credential.client_secret(app { client_secret = "hush-hush" })
    assert.matches("^m365restore.credential: client_secret %(client_id .*, tenant .*%)$", tostring(cred))
    local function look(value, seen)
      assert.is_nil(tostring(value):find("hush", 1, true))
      if type(value) ~= "table" or seen[value] then return end
      seen[value] = true
      look(debug.getmetatable(value) or "", seen)
      for key, member in next, value do
        look(key, seen)
        look(member, seen)
      end
    end
    look(cred, {})
    assert.matches("cannot be changed", raised(function() cred.tenant = "x" end), 1, true)
    assert.equal(sim.tenant, cred.tenant)
  end)
end)
