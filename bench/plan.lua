-- plan.lua INVITATION PAGE_SIZE: plans a restore of all sites of a simulator in another process, whose answers are
-- late. Writes how many were planned, the seconds that took, and those of the chain of requests of which each needs
-- the answer to the one before: all pages of the list, then one search.

local core = require "m365restore.core"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local sim = simulator.attach(arg[1])

local function new_client()
  return m365.client { base_url = sim.url, credential = sim:credential(), clock = sim:clock() }
end

local function seconds(action)
  local start = core.monotonic()
  return action(), core.monotonic() - start
end

local _, chain = seconds(function()
  local client <close> = new_client()
  local last
  for unit in client.sharePoint:protection_units() do last = unit end
  assert(client:search_restore_points {
    protectionUnitIds = { last }, protectionTimePeriod = { endDateTime = "2026-11-01T06:00:00Z" },
  })
end)
local plan, took = seconds(function()
  local client <close> = new_client()
  return assert(m365.plan(client, {
    service = "sharePoint", targets = "all", before = "2026-11-01T06:00:00Z", destination = "inPlace",
  }))
end)
io.write(plan.planned, " ", took, " ", chain, "\n")
