--- A name server that never answers: what was asked of it does not hold the end of the program.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"
local tenant = require "spec.support.tenant"

local SCRIPT = [[
  local m365 = require "m365restore"
  local client = m365.client {
    base_url = "https://nobody.example", credential = function() return "token", 3600 end, retries = 0, timeout = 0.2,
  }
  print(select(2, client:request("GET", "/solutions/backupRestore")).code)
  %s
]]

-- "7.88.1": the library that is loaded, as the user agent names it
local function libcurl()
  local home = tenant.start()
  local client <close> = home:client()
  assert(client:request("GET", "/solutions/backupRestore"))
  local agent = home.sim:ledger()[1].headers["user-agent"]
  home:stop()
  local major, minor = agent:match "libcurl/(%d+)%.(%d+)"
  return tonumber(major) * 100 + tonumber(minor)
end

describe("a resolver that hangs does not hold a program that", function()
  local folder

  setup(function()
    folder = scratch.folder()
    scratch.must("cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", folder .. "/resolve.so", "spec/support/resolve.c",
      "-ldl")
  end)
  teardown(function() scratch.remove(folder) end)

  for name, last in pairs {
    ["closes its client"] = "client:close()", ["leaves it to the collector"] = "",
    ["leaves at once"] = "os.exit(0, true)",
  } do
    it(name, function()
      if (os.getenv "SPEC_CFLAGS" or "") ~= "" then return pending "a sanitizer has to be loaded first" end
      if libcurl() < 787 then return pending "a libcurl that waits for its resolver" end
      local env = scratch.environment()
      env.LD_PRELOAD, env.NAME = folder .. "/resolve.so", "nobody.example"
      local result = assert(system.run({ scratch.interpreter(), "-e", SCRIPT:format(last) }, {
        env = env, timeout = 60,
      }))
      assert.same({ "deadline\n", "", 0 }, { result.stdout, result.stderr, result.status })
    end)
  end
end)
