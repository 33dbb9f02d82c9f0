-- Methods that are written in Lua are loaded when one of them is first asked for.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

--- Runs a script in a Lua of its own; its output.
local function run(script)
  local folder = scratch.folder()
  scratch.write(folder .. "/script.lua", script)
  local result = assert(system.run({ scratch.interpreter(), folder .. "/script.lua" },
    { env = scratch.environment() }))
  scratch.remove(folder)
  return result.stdout .. result.stderr
end

describe("methods written in Lua", function()
  it("are named by the face, all of them", function()
    local output = run [[
      local core = require "m365restore.core"
      local extend, defer, named, load, missing = core.extend, core.defer, {}, nil, {}
      function core.defer(names, fn)
        for _, name in ipairs(names) do named[name] = true end
        load = fn
      end
      function core.extend(type, methods)
        for name in pairs(methods) do
          if not named[name] then missing[#missing + 1] = type .. "." .. name end
        end
        return extend(type, methods)
      end
      require "m365restore"
      load()
      print(#missing, table.concat(missing, " "), package.loaded["m365restore.graph.session"] ~= nil)
    ]]
    assert.equal("0\t\ttrue\n", output)
  end)

  it("are not loaded by what is read, and all at once by the first that is asked for", function()
    local output = run [[
      local m365 = require "m365restore"
      local client = m365.client { base_url = "http://127.0.0.1:1", credential = "token", retries = 0 }
      assert(not client:session "1")
      print(package.loaded["m365restore.graph.session"] ~= nil)
      local before = require("m365restore.core").method("sharePoint", "create_session")
      local method = client.sharePoint.create_session
      print(package.loaded["m365restore.graph.session"] ~= nil, method ~= before)
      print(type(client.batch), (pcall(function() return client.sharePoint.batch end)))
    ]]
    assert.equal("false\ntrue\ttrue\nfunction\tfalse\n", output)
  end)
end)
