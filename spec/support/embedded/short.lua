-- Reads large answers with ever more memory: what does not fit is an error with its name, and the client lives on.
-- argument: the simulator's invitation
-- luacheck: globals limit bytes
local invitation = ...

local m365 = require "m365restore"
local sim = require("m365restore.simulator").attach(invitation)
local client <close> = m365.client {
  base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
}

local UNITS = "/solutions/backupRestore/siteProtectionUnits"

-- how much memory there is beside what is in use, in KiB; the last one is enough for the page
local ROOMS = { 40, 60, 80, 100, 120, 150, 200, 250, 300, 400, 600, 1000, 4000 }

local function batch()
  local requests = {}
  for i = 1, 4 do requests[i] = { id = tostring(i), method = "GET", url = UNITS .. "?$top=50" } end
  return client:request("POST", "/$batch", { body = { requests = requests } })
end

local calls = {
  request = function() return client:request("GET", UNITS, { query = { ["$top"] = 200 } }) end,
  list = function() return client:protection_units({ page_size = 200 }):next() end,
  write = batch,
}

for name, call in pairs(calls) do
  assert(call())
  local seen = {}
  for _, room in ipairs(ROOMS) do
    collectgarbage()
    collectgarbage()
    limit(bytes() + room * 1024)
    local fine, result, err = pcall(call)
    limit(0)
    assert(fine, name .. ": " .. tostring(result))
    local code = result and "read" or err.code
    seen[code] = (seen[code] or 0) + 1
    if not result then
      local cause = name == "write" and err.cause or err.code
      assert(cause == "no_memory", name .. ": " .. tostring(err))
      assert(name == "write" or err.class == "ask" and err.attempts == 1, name)
      assert(name ~= "write" or err.code == "ambiguous" and err.attempts == 1, name)
    end
    assert(client:status { timeout = 10 }, name)
  end
  assert(seen.read and (seen.no_memory or seen.ambiguous), name .. " was never short, or always")
end
