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
end)
