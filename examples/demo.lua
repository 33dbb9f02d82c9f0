--- `make demo`: examples/restore_sites.lua against a simulator in this process, over HTTP, with one site that fails.
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"
local restore = require "examples.restore_sites"

local SITES, SPEED = 25, 600

local sim <close> = simulator.start { sites = SITES, speed = SPEED }
local client <close> = m365.client { base_url = sim.url, credential = sim:credential(), clock = sim:clock() }

local points = {}
for i, site in ipairs(sim:units "site") do
  points[i] = sim:points(site.id)[1].id
end
sim:fail_artifact {
  restorePoint = points[7], code = "SiteUnderHold",
  message = "The site is under a strict retention hold and cannot be restored in place.",
}

print(("A simulated Microsoft 365 at %s, %d times as fast as the real one"):format(sim.url, SPEED))
restore(client, points, io.stdout)
print(("%d requests went over HTTP, one of them the activation"):format(sim:count()))
assert(sim:count { operation = "restoreSessions.activate" } == 1)
