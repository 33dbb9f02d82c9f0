--- What this machine lacks keeps its name, and what went wrong on the way is not blamed for it.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"
local tenant = require "spec.support.tenant"

-- opens files until none can be opened, asks, closes them, and asks again
local CHILD = [[
local m365 = require "m365restore"
local base_url, spare = arg[1], tonumber(arg[2])
local client = m365.client { base_url = base_url, credential = function() return "token", 3600 end, retries = 3 }
-- what is loaded late is loaded now; from a port that is closed, so that no connection is there to be used again
local warm_up <close> = m365.client {
  base_url = "https://localhost:1", credential = function() return "token", 3600 end, retries = 0,
}
warm_up:status { timeout = 2 }
local files = {}
local function open() return io.open("/dev/null") end
for file in open do files[#files + 1] = file end
for _ = 1, spare do table.remove(files):close() end
local _, err = client:status()
local code, class, message, remedy, attempts = err.code, err.class, err.message, err.remedy, err.attempts
while files[1] do table.remove(files):close() end
local _, later = client:status()
print(code, class, attempts, message, remedy, later and later.code)
]]

describe("where this machine lacks", function()
  local home, folder

  setup(function()
    home = tenant.start { sites = 2 }
    folder = scratch.folder()
    scratch.write(folder .. "/child.lua", CHILD)
  end)
  teardown(function()
    home:stop()
    scratch.remove(folder)
  end)

  local function ask(url, spare)
    local result = assert(system.run({ "sh", "-c", 'ulimit -n 80; exec "$0" "$@"', scratch.interpreter(),
      folder .. "/child.lua", url, tostring(spare) }, { env = scratch.environment() }))
    assert.equal("", result.stderr)
    return result.stdout
  end

  local TOLD = "too_many_files\task\t1\tthere are too many open files\tClose files and connections, .*\t"

  for _, spare in ipairs { 0, 1, 2 } do
    it(("a descriptor for a name, with %d left, that is told and no resolver blamed"):format(spare), function()
      local text = ask("https://graph.invalid", spare)
      assert.matches(TOLD, text)
    end)
  end

  it("a descriptor for a connection, that is told and no network blamed", function()
    local text = ask(home.sim.url, 0)
    assert.matches(TOLD .. "InvalidAuthenticationToken", text)
  end)

  it("nothing, a name that is not found is what it is", function()
    assert.matches("^resolve\t", (ask("https://graph.invalid", 40)))
  end)
end)
