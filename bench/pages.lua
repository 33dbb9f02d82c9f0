-- pages.lua ORIGIN SESSION COUNT: walks COUNT artifacts page by page and touches id and status of each.
-- Writes how many it saw and the peak of its resident memory in KiB.

local m365 = require "m365restore"

local function peak_memory()
  local file <close> = assert(io.open("/proc/self/status"))
  return file:read("a"):match("VmHWM:%s*(%d+)")
end

local origin, id, count = arg[1], arg[2], tonumber(arg[3])
local client <close> = m365.client { base_url = origin, credential = "token" }
local session = assert(client:session(id))
local seen = 0
for artifact in session:artifacts() do
  if artifact.id and artifact.status then
    seen = seen + 1
  end
  if seen == count then
    break
  end
end
io.write(seen, " ", peak_memory(), "\n")
