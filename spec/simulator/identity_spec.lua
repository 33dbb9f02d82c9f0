local support = require "spec.simulator.support"

local outcome = support.outcome

describe("the simulated identity provider", function()
  local api, form

  before_each(function()
    api = support.start()
    form = {
      grant_type = "client_credentials", client_id = api.sim.client_id, client_secret = api.sim.client_secret,
      scope = "https%3A%2F%2Fgraph.microsoft.com%2F.default",
    }
  end)
  after_each(function() api:stop() end)

  local function sign_in(tenant, kind)
    local pairs_ = {}
    for name, value in pairs(form) do pairs_[#pairs_ + 1] = name .. "=" .. value end
    return api:raw("POST", ("/%s/oauth2/v2.0/token"):format(tenant or api.sim.tenant), table.concat(pairs_, "&"), {
      ["content-type"] = kind or "application/x-www-form-urlencoded", authorization = false,
    })
  end

  local function with(token)
    return api:get("/restoreSessions", { authorization = token and "Bearer " .. token or false })
  end

  it("gives a token for a client's secret", function()
    local answer = sign_in()
    assert.equal(200, answer.status)
    assert.same({ "Bearer", 3599 }, { answer.body.token_type, answer.body.expires_in })
    assert.equal(200, with(answer.body.access_token).status)
    assert.equal(200, sign_in("contoso.onmicrosoft.com").status)
    assert.equal(2, api.sim:count { operation = "token" })
  end)

  it("refuses in the form of AADSTS", function()
    local cases = {
      { "client_secret", "wrong", 401, "invalid_client", 7000215 },
      { "client_id", "00000000-0000-0000-0000-000000000000", 400, "unauthorized_client", 700016 },
      { "scope", "openid", 400, "invalid_scope", 70011 },
      { "grant_type", "password", 400, "unsupported_grant_type", 70003 },
      { "scope", nil, 400, "invalid_request", 900144 },
    }
    for _, case in ipairs(cases) do
      local name, value = case[1], case[2]
      local right = form[name]
      form[name] = value
      local answer = sign_in()
      form[name] = right
      assert.same({ case[3], case[4], case[5] }, { answer.status, answer.body.error, answer.body.error_codes[1] })
      assert.truthy(answer.body.error_description:find("^AADSTS" .. case[5] .. ": .*Trace ID: "))
    end
    assert.equal(90002, sign_in("nobody.example").body.error_codes[1])
    assert.equal(900144, sign_in(nil, "application/json").body.error_codes[1])
  end)

  it("checks the bearer of every call", function()
    for _, token in ipairs { false, "x", "" } do
      local answer = with(token)
      assert.equal("401 InvalidAuthenticationToken", outcome(answer))
      assert.truthy(answer.headers["www-authenticate"]:find("^Bearer "))
    end
    assert.equal("401 InvalidAuthenticationToken",
      outcome(api:get("/restoreSessions", { authorization = "Basic " .. api.token })))
  end)

  it("lets tokens expire by the simulated clock", function()
    local token, lifetime = api.sim:credential { lifetime = 60 }()
    assert.equal(60, lifetime)
    assert.equal(200, with(token).status)
    api.sim:advance(60)
    assert.equal(401, with(token).status)
  end)

  it("revokes tokens, and asks for claims", function()
    local credential = api.sim:credential()
    local old = credential()
    api.sim:revoke_tokens()
    assert.equal(401, with(old).status)
    local fresh = credential()
    assert.equal(200, with(fresh).status)
    local claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
    api.sim:revoke_tokens(claims)
    local challenge = with(fresh).headers["www-authenticate"]
    assert.truthy(challenge:find('error="insufficient_claims"', 1, true))
    assert.equal(claims, require("mime").unb64(challenge:match('claims="([^"]*)"')))
    assert.equal(401, with(credential()).status)
    assert.equal(200, with(credential { claims = claims }).status)
  end)

  it("asks for the permission of each operation", function()
    api.token = api.sim:credential { permissions = { "BackupRestore-Restore.Read.All" } }()
    assert.equal(200, api:get("/restoreSessions").status)
    for _, call in ipairs {
      { "POST", "/sharePointRestoreSessions" }, { "GET", "/siteProtectionUnits" }, { "GET", "" },
      { "POST", "/restorePoints/search" }, { "GET", "/browseSessions" },
    } do
      assert.equal("403 Forbidden", outcome(api:ask(call[1], call[2])))
    end
  end)

  local function form_body(fields)
    local pairs_ = {}
    for name, value in pairs(fields) do pairs_[#pairs_ + 1] = name .. "=" .. value end
    return table.concat(pairs_, "&")
  end

  local function ask(path, fields)
    return api:raw("POST", ("/%s/oauth2/v2.0/%s"):format(api.sim.tenant, path), form_body(fields), {
      ["content-type"] = "application/x-www-form-urlencoded", authorization = false,
    })
  end

  it("gives tokens for a federated token that it trusts", function()
    form.client_secret = nil
    form.client_assertion_type = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    form.client_assertion = "a.b.c"
    assert.equal(700027, sign_in().body.error_codes[1])
    api.sim:trust { federated = "x.y.z" }
    assert.equal(70021, sign_in().body.error_codes[1])
    api.sim:trust { federated = "a.b.c" }
    assert.equal(200, sign_in().status)
  end)

  it("lets a person sign in by a device code, at the pace that it sets", function()
    local id = api.sim.client_id
    local flow = ask("devicecode", { client_id = id, scope = "x+offline_access" }).body
    assert.same({ 5, 900 }, { flow.interval, flow.expires_in })
    local poll = {
      grant_type = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code", client_id = id,
      device_code = flow.device_code,
    }
    assert.equal("authorization_pending", ask("token", poll).body.error)
    assert.equal("slow_down", ask("token", poll).body.error)
    api.sim:sign_in(flow.user_code)
    api.sim:advance(5)
    assert.equal("slow_down", ask("token", poll).body.error) -- it is ten seconds now
    api.sim:advance(20)
    local granted = ask("token", poll).body
    assert.equal(200, with(granted.access_token).status)
    assert.equal("bad_verification_code", ask("token", poll).body.error)
    local refresh = { grant_type = "refresh_token", client_id = id, refresh_token = granted.refresh_token }
    local second = ask("token", refresh)
    assert.equal(200, second.status)
    assert.equal("invalid_grant", ask("token", refresh).body.error)
    refresh.refresh_token = second.body.refresh_token
    api.sim:end_sign_ins()
    assert.equal("invalid_grant", ask("token", refresh).body.error)
  end)

  it("gives a machine its token only for the right header", function()
    local function get(path, headers)
      headers.authorization = headers.authorization or false
      return api:raw("GET", path .. "&resource=https%3A%2F%2Fgraph.microsoft.com", nil, headers)
    end
    local imds = "/metadata/identity/oauth2/token?api-version=2018-02-01"
    assert.equal("bad_request_102", get(imds, {}).body.error)
    local answer = get(imds, { metadata = "true" })
    assert.same({ 200, "3599" }, { answer.status, answer.body.expires_in })
    assert.equal(200, with(answer.body.access_token).status)
    assert.equal("invalid_request", get(imds .. "&client_id=x", { metadata = "true" }).body.error)
    local app = "/msi/token?api-version=2019-08-01"
    assert.equal(401, get(app, { ["x-identity-header"] = "x" }).body.statusCode)
    assert.equal(200, get(app, { ["x-identity-header"] = api.sim.identity_header }).status)
    api.sim:identity { arc = { path = "/x.key", secret = "proof" } }
    local arc = "/metadata/identity/oauth2/token?api-version=2020-06-01"
    assert.equal("Basic realm=/x.key", get(arc, { metadata = "true" }).headers["www-authenticate"])
    assert.equal(200, get(arc, { metadata = "true", authorization = "Basic proof" }).status)
  end)

  it("knows every secret that it gave out", function()
    local token = sign_in().body.access_token
    local found = {}
    for _, secret in ipairs(api.sim:secrets()) do found[secret] = true end
    assert.is_true(found[token] and found[api.sim.client_secret])
    assert.matches("^[%w_-]+%.[%w_-]+%.[%w-]+$", token)
  end)
end)
