--- Tokens for programs that know nothing of the simulated clock last as long as they are said to.
local core = require "m365restore.core"
local simulator = require "m365restore.simulator"

describe("a token that a program of another kind asks for", function()
  local sim

  before_each(function()
    sim = simulator.start { sites = 1, speed = 36000 }
    sim:identity { lifetime = 60 }
  end)
  after_each(function() sim:stop() end)

  local function status_of(token)
    return assert(core.exchange {
      url = sim.url .. "/v1.0/solutions/backupRestore", headers = { Authorization = "Bearer " .. token },
    }).status
  end

  local sources = {
    ["the token endpoint"] = function()
      return core.exchange {
        url = ("%s/%s/oauth2/v2.0/token"):format(sim.url, sim.tenant), method = "POST", form = {
          grant_type = "client_credentials", client_id = sim.client_id, client_secret = sim.client_secret,
          scope = "https://graph.microsoft.com/.default",
        },
      }
    end,
    ["the metadata service"] = function()
      return core.exchange {
        url = sim.url .. "/metadata/identity/oauth2/token?api-version=2018-02-01"
          .. "&resource=https%3A%2F%2Fgraph.microsoft.com",
        headers = { Metadata = "true" },
      }
    end,
  }

  for name, ask in pairs(sources) do
    it("of " .. name .. " is good for its real seconds", function()
      local answer = core.decode(assert(ask()).body)
      assert.equal(60, math.tointeger(tonumber(answer.expires_in)))
      -- half an hour of the simulated clock
      core.sleep(0.05)
      assert.equal(200, status_of(answer.access_token))
      sim:advance(60 * 36000)
      assert.equal(401, status_of(answer.access_token))
    end)
  end

  it("by a device code has its real seconds for the code, too", function()
    sim:identity { code_lifetime = 60, outcome = "approved" }
    local path = ("%s/%s/oauth2/v2.0/"):format(sim.url, sim.tenant)
    local code = core.decode(assert(core.exchange {
      url = path .. "devicecode", method = "POST", form = {
        client_id = sim.client_id, scope = "https://graph.microsoft.com/.default",
      },
    }).body)
    core.sleep(0.05)
    local answer = assert(core.exchange {
      url = path .. "token", method = "POST", form = {
        grant_type = "urn:ietf:params:oauth:grant-type:device_code", device_code = code.device_code,
        client_id = sim.client_id,
      },
    })
    assert.equal(200, answer.status)
  end)

  it("is unlike one of the program that started the simulator, which goes by the simulated clock", function()
    local token = sim:credential { lifetime = 60 }()
    sim:advance(60)
    assert.equal(401, status_of(token))
  end)
end)
