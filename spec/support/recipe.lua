--- Runs a recipe of examples/recipes against a simulator.
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local recipe = {}

--- A function that runs a recipe in this process, with its client's clock set to the simulator's.
-- @tparam string name
-- @tparam Simulator sim
-- @tparam function drive calls what it is given, in a coroutine of its choice
-- @tparam[opt] table who `delegated`, as for the simulator's credential
-- @treturn function the recipe's arguments -> its output, whether it went well, what it raised
function recipe.here(name, sim, drive, who)
  local credential = sim:credential { lifetime = 1e12, delegated = who and who.delegated }
  return function(...)
    local output, status = {}, nil
    local face = setmetatable({
      client = function(options)
        options.clock = sim:clock()
        return m365.client(options)
      end,
      progress = { bar = function() return m365.progress.bar { style = "silent" } end },
    }, { __index = m365 })
    local environment = { M365_BASE_URL = sim.url, M365_TOKEN = (credential()) }
    local env = setmetatable({
      require = function() return face end,
      print = function(...)
        for i = 1, select("#", ...) do output[#output + 1] = tostring((select(i, ...))) end
      end,
      os = { getenv = function(key) return environment[key] end, exit = function(code) status = code end },
    }, { __index = _G })
    local script = assert(loadfile("examples/recipes/" .. name .. ".lua", "t", env))
    local arguments, said, stderr = table.pack(...), {}, io.stderr
    io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end } -- luacheck: ignore 122
    local ok, err = pcall(drive, function() script(table.unpack(arguments, 1, arguments.n)) end)
    io.stderr = stderr -- luacheck: ignore 122
    return table.concat(output, "\n"), ok and status == 0, ok and table.concat(said) or err
  end
end

--- The same as a program of its own, by the real clock.
function recipe.script(name, sim)
  return function(...)
    local env = scratch.environment()
    env.M365_BASE_URL, env.M365_TOKEN = sim.url, (sim:credential { lifetime = 1e12 }())
    local result = assert(system.run({ scratch.interpreter(), "examples/recipes/" .. name .. ".lua", ... },
      { env = env, timeout = 60 }))
    return result.stdout, result.status == 0, result.stderr
  end
end

return recipe
