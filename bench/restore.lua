-- restore.lua INVITATION FOLDER: plans, applies and reports a restore of all sites of a simulator in another process.
-- Writes how many were restored and the peak of its resident memory in KiB.

local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local function peak_memory()
  local file <close> = assert(io.open("/proc/self/status"))
  return file:read("a"):match("VmHWM:%s*(%d+)")
end

local sim, folder = simulator.attach(arg[1]), arg[2]
local client <close> = m365.client { base_url = sim.url, credential = sim:credential(), clock = sim:clock() }
local plan = assert(m365.plan(client, {
  service = "sharePoint", targets = "all", before = "2026-11-01T06:00:00Z", destination = "inPlace",
}))
local run = assert(m365.apply(client, plan, {
  journal = folder .. "/run.jsonl", confirm = plan.hash, interval = "30m", timeout = "365d",
}))
local report = run:report()
for _, extension in ipairs { "csv", "json", "html" } do
  assert(report:save(folder .. "/report." .. extension))
end
if run.error then error(run.error) end
io.write(report.counts.restored or 0, " ", peak_memory(), "\n")
