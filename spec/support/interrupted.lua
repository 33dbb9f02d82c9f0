-- A child process that waits for a restore in one of several places, for the spec of Ctrl-C.
-- arguments: where it waits, the simulator's invitation, the session's id
local m365 = require "m365restore"
local core = require "m365restore.core"
local simulator = require "m365restore.simulator"

local where, invitation, id = ...
local sim = simulator.attach(invitation)
local client = m365.client { base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock() }

local function wait()
  return assert(client:session(id)):wait { interval = "3650d", timeout = "3650d" }
end

local places = {
  ["on the main thread"] = wait,
  ["inside a coroutine"] = function()
    assert(coroutine.resume(coroutine.create(function() error(select(2, pcall(wait)), 0) end)))
  end,
  ["inside a wrapped coroutine"] = function() coroutine.wrap(wait)() end,
  ["inside gather"] = function() m365.gather({ 1, 2, 3 }, wait) end,
  ["inside a gather inside gather"] = function()
    m365.gather({ 1, 2 }, function() return m365.gather({ 1, 2 }, wait) end)
  end,
  ["in the middle of a request"] = function() client:sessions():next() end,
  ["in step"] = function()
    m365.spawn(wait)
    while true do m365.step(10) end
  end,
  ["in a sleep"] = function()
    assert(client:session(id))
    core.sleep(60)
  end,
}

local stat = assert(io.open("/proc/self/stat"))
io.write(stat:read "n", "\n")
stat:close()
io.stdout:flush()
local ok, message = pcall(places[where])
io.write(tostring(ok), " ", tostring(message), "\n")
client:close()
os.exit(0, true)
