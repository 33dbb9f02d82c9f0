-- One session from its creation to its end, under a mode of the collector.
-- arguments: the simulator's invitation, restore point ids behind each other with blanks, the mode
local invitation, points, mode = ...
local modes = {
  generational = function() collectgarbage "generational" end,
  incremental = function() collectgarbage("incremental", 0, 10000000000000) end,
  always = function() debug.sethook(function() collectgarbage() end, "", 200) end,
  usual = function() collectgarbage "incremental" end,
  beside = function() end, -- in other threads the same points are in use: nothing is activated
}
modes[mode]()

local m365 = require "m365restore"
local sim = require("m365restore.simulator").attach(invitation)
local client <close> = m365.client {
  base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
}

local ids = {}
for id in points:gmatch "%S+" do
  ids[#ids + 1] = id
end

local function body(first, last)
  local list = {}
  for i = first, last do
    list[#list + 1] = { restorePoint = { id = ids[i] }, destinationType = "inPlace" }
  end
  return { siteRestoreArtifacts = list }
end

local function live(first, last)
  local session = assert(client.sharePoint:create_session(body(first, last)))
  if mode ~= "beside" then
    assert(session:activate())
    assert(session:wait { timeout = "48h" })
  end
  local n = 0
  for artifact in session:artifacts { page_size = 2 } do
    assert(artifact:table().status == artifact.status)
    n = n + 1
  end
  assert(n == last - first + 1)
  assert(tostring(session):find(session.status, 1, true))
  return session.id
end

live(1, #ids)
local done, failures = m365.gather({ 1, 2, 3 }, function(i) return live(i, i) end)
assert(#done == 3, tostring(failures[1] or failures[2] or failures[3]))
