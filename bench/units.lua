-- units.lua INVITATION COUNT: walks COUNT protection units of a simulator in another process, in pages of 999.
-- Writes how many it saw and the peak of its resident memory in KiB.

local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local function peak_memory()
  local file <close> = assert(io.open("/proc/self/status"))
  return file:read("a"):match("VmHWM:%s*(%d+)")
end

local sim = simulator.attach(arg[1])
local client <close> = m365.client { base_url = sim.url, credential = sim:credential() }
local seen = 0
for unit in client.sharePoint:protection_units { page_size = 999 } do
  if unit.id and unit.status then
    seen = seen + 1
  end
end
io.write(seen, " ", peak_memory(), "\n")
