--- Both lines of lua-cjson: the distribution's, and the fork on luarocks.org, for which a module of its shape stands
-- in. The same script says the same with either.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local SCRIPT = [[
  local function show(value)
    if type(value) ~= "table" then
      return (math.type(value) or type(value)) .. " " .. tostring(value)
    end
    local keys, parts = {}, {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for i, key in ipairs(keys) do parts[i] = tostring(key) .. "=" .. show(value[key]) end
    return "{" .. table.concat(parts, ", ") .. "}"
  end

  if arg[1] == "fork" then
    package.loaded.cjson = require "spec.support.forked_cjson"
  end
  local m365 = require "m365restore"
  local core = require "m365restore.core"
  assert((require("cjson").empty_array ~= nil) == (arg[1] == "fork"))
  local sim <close> = require("m365restore.simulator").start { sites = 3, points_per_unit = 2 }
  local client <close> = m365.client {
    base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
  }

  local artifacts = {}
  for site in client.sharePoint:protection_units() do
    local point = client:restore_points({ unit = site }):next()
    artifacts[#artifacts + 1] = { restorePoint = point, destinationType = "new" }
  end
  local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts })
  print(show(session.restoreSessionArtifactCount:table()), session.error, session.restoreSessionArtifactCount.total)
  print(show(session:table().restoreSessionArtifactCount))
  local empty = assert(client.sharePoint:create_session())
  print(empty:artifacts():next(), empty:remove { "none" })
  print(show(core.decode '{"a":[],"b":{},"c":null,"d":3,"e":3.5,"f":[1,2.0,null]}'))
  print(core.encode { list = m365.array {}, table = {}, number = 3, null = m365.null, nested = { 1, 2.5 } })
  print(show((client:request("GET", "/solutions/backupRestore/restoreSessions", { query = { ["$top"] = 1 } }).value[1]
    .restoreSessionArtifactCount)))
  assert(session:activate())
  assert(session:wait())
  print(show(session.restoreSessionArtifactCount:table()))
]]

describe("both lines of lua-cjson", function()
  it("give the same answers", function()
    local folder, said = scratch.folder(), {}
    scratch.write(folder .. "/script.lua", SCRIPT)
    for _, line in ipairs { "distribution", "fork" } do
      local result = assert(system.run({ scratch.interpreter(), folder .. "/script.lua", line },
        { env = scratch.environment(), timeout = 60 }))
      assert(result.status == 0, result.stderr)
      said[line] = result.stdout
    end
    scratch.remove(folder)
    assert.truthy(said.distribution:find("total=integer 3", 1, true), said.distribution)
    assert.equal(said.distribution, said.fork)
  end)

  it("carry the session's whole specs", function()
    local result = assert(system.run({
      "busted", "--lua=" .. scratch.interpreter(), "--helper=spec/support/use_fork.lua", "--output=TAP",
      "spec/graph/session_spec.lua", "spec/client/answers_spec.lua", "spec/bridge/values_spec.lua",
    }, {
      -- busted starts in whatever Lua is its own, and only then in ours: the paths are for ours alone
      env = { LUA_PATH = false, LUA_CPATH = false, LUA_PATH_5_4 = package.path, LUA_CPATH_5_4 = package.cpath },
      timeout = 120,
    }))
    assert(result.status == 0, result.stdout .. result.stderr)
    assert.truthy(result.stdout:find("ok 1", 1, true), result.stdout)
  end)
end)
