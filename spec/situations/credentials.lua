--- What goes wrong where a token is to be had.
local core = require "m365restore.core"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local credential = m365.credential

--- The error of a client's credential: what the call says, or why.
local function by_client(make, options, why)
  return function()
    local sim <close> = simulator.start { sites = 1, speed = 1 }
    local client
    local all = { base_url = sim.url, credential = make(function() return client end), retries = 0 }
    client = m365.client(all)
    local _, err = client:session("x", options)
    client:close()
    return why and err.cause or err
  end
end

--- The error of a credential that is asked by itself.
local function alone(ask)
  return function()
    local sim <close> = simulator.start { sites = 1, speed = 1 }
    local app = { tenant = sim.tenant, client_id = sim.client_id, authority = sim.url }
    return select(2, ask(sim, app))
  end
end

local function secret(app, text)
  app.client_secret = text
  return credential.client_secret(app)
end

--- A sign-in at another screen. Time passes while the client waits, and only then.
local function signed_in(act)
  return alone(function(sim, app)
    app.prompt = function(shown) act(sim, shown) end
    local clock = { now = sim:clock().now, delay = function(_, seconds)
      sim:advance(seconds)
      return 0
    end }
    return credential.device_code(app) { clock = clock }
  end)
end

return function()
  return {
    token_failed = by_client(function() return function() error("no secret here", 0) end end),
    token_timeout = by_client(function()
      return setmetatable({ timeout = 0.2 }, { __call = function() core.sleep(60) end })
    end, nil, true),
    token_recursion = by_client(function(client)
      return function() return nil, (select(2, client():session "x")) end
    end, nil, true),
    bad_token = by_client(function() return function() return "a b" end end, nil, true),
    aadsts = alone(function(sim, app) return secret(app, "not " .. sim.client_secret) {} end),
    oauth = alone(function(sim, app)
      sim:fault { operation = "token", action = "status", status = 400,
        body = '{"error":"invalid_client","error_description":"The client is not known."}' }
      return secret(app, "s") {}
    end),
    bad_token_answer = alone(function(sim, app)
      sim:fault { operation = "token", action = "status", status = 200, body = "{}" }
      return secret(app, "s") {}
    end),
    credential_unavailable = alone(function(sim)
      return credential.managed_identity {
        variables = { AZURE_POD_IDENTITY_AUTHORITY_HOST = sim.url }, client_id = "nobody",
      } {}
    end),
    sign_in_declined = signed_in(function(sim, shown) sim:sign_in(shown.user_code, "declined") end),
    sign_in_expired = signed_in(function(sim) sim:advance(86400) end),
  }
end
