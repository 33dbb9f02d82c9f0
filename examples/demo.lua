--- `make demo`: examples/restore_sites.lua against a simulator in this process, over HTTP, with one site that fails.
-- An argument says how many times as fast as the real service the simulated one is.
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"
local restore = require "examples.restore_sites"

local SITES, SPEED = 25, tonumber(... or 600)

os.exit(m365.script(function()
  local sim <close> = simulator.start { sites = SITES, speed = SPEED }
  local client <close> = m365.client { base_url = sim.url, credential = sim:credential(), clock = sim:clock() }

  local sites = sim:units "site"
  local urls = {}
  for i, site in ipairs(sites) do
    urls[i] = site.siteWebUrl
  end
  sim:fail_artifact {
    unit = sites[7].id, code = "UnknownError",
    message = "The site is under a strict retention hold and cannot be restored in place.",
  }

  print(("A simulated Microsoft 365 at %s, %g times as fast as the real one"):format(sim.url, SPEED))
  restore(client, io.stdout, "2026-11-01T06:00:00Z", table.unpack(urls))
  local activations = sim:count { operation = "restoreSessions.activate" }
  print(("%d requests over HTTP; activated %d time"):format(sim:count(), activations))
  return activations == 1
end), true)
