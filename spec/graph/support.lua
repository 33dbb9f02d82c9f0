--- What the specs of the contract share: a client on a simulator of its own.
local core = require "m365restore.core"
local json = require "dkjson"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local support = {}

support.ROOT = "/solutions/backupRestore"

--- A simulator, and a client that talks to it.
-- @tparam ?table options of the simulator
-- @tparam ?table settings of the client
-- @treturn Simulator
-- @treturn client
function support.start(options, settings)
  local all = { speed = 1, sites = 5, drives = 2, mailboxes = 2 }
  for name, value in pairs(options or {}) do all[name] = value end
  local sim = simulator.start(all)
  return sim, support.client(sim, settings)
end

--- The hooks of specs that share a simulator and a client; faults and exchanges are forgotten before each.
-- @tparam function take receives both
-- @tparam ?table options of the simulator
-- @tparam ?table settings of the client
function support.around(take, options, settings)
  local hooks = require "busted"
  local sim, client
  hooks.setup(function()
    sim, client = support.start(options, settings)
    take(sim, client)
  end)
  hooks.teardown(function()
    client:close()
    sim:stop()
  end)
  hooks.before_each(function()
    sim:clear_faults()
    sim:forget()
  end)
end

--- The same, with a second client for beta.
-- @tparam function take receives the simulator, the client of v1.0, and that of beta
function support.around_versions(take)
  local beta
  support.around(function(sim, client)
    beta = support.client(sim, { beta = true })
    take(sim, client, beta)
  end)
  require("busted").teardown(function() beta:close() end)
end

--- A further client on a simulator.
function support.client(sim, settings)
  local all = { base_url = sim.url, clock = sim:clock(), backoff = 0.01 }
  all.credential = sim:credential { delegated = true, lifetime = 1e12 }
  for name, value in pairs(settings or {}) do all[name] = value end
  return m365.client(all)
end

--- Lets the simulator answer the next request with a body of the spec's own.
-- @tparam Simulator sim
-- @tparam table|string body
-- @tparam ?table rule further parts of the fault: `status` (200), `path`, `method`, `times`
function support.answer(sim, body, rule)
  local fault = { action = "status", status = 200, body = type(body) == "string" and body or json.encode(body) }
  for name, value in pairs(rule or {}) do fault[name] = value end
  sim:fault(fault)
end

--- The rows of the contract table, each with its `full` path, in which {self} is written out, and its `key`: the method
-- and the path with {} for every place.
function support.rows()
  local actions, lists = core.actions(), {}
  for _, action in ipairs(actions) do
    if action.method == "GET" and action.home and not action.path:find "{item}" then
      lists[action.type] = action.path:gsub("{self}", action.home .. "/{id}")
    end
  end
  for _, action in ipairs(actions) do
    local home = action.home or lists[action.on]
    action.full = action.path
    if action.path:find "{self}" then action.full = home .. "/{id}" .. action.path:sub(#"{self}" + 1) end
    action.key = action.method .. " " .. action.full:gsub("{.-}", "{}"):gsub("%?.*", "")
  end
  return actions
end

--- The last exchange: "METHOD path", behind the root of the API, and its entry in the ledger.
function support.last(sim)
  local entries = sim:ledger()
  local entry = entries[#entries]
  return entry.method .. " " .. entry.path:gsub("^/[^/]+" .. support.ROOT, ""), entry
end

--- The query of an exchange, unescaped: name -> value.
function support.query(entry)
  local query = {}
  for name, value in entry.query:gmatch "([^&=]+)=([^&]*)" do
    query[name] = value:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end)
  end
  return query
end

return support
