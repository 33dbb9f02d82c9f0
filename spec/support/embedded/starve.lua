-- Lets every allocation of every main call fail once. Whatever is returned or raised, the next call works, and in the
-- end nothing is left over.
-- arguments: the simulator's invitation, a restore point's id
-- luacheck: globals arm disarm bytes pin
local invitation, point = ...

-- lua-cjson loses a buffer of its own when Lua runs out of memory in the middle of a text
assert(pin(assert(package.searchpath("cjson", package.cpath))))

local m365 = require "m365restore"
local core = require "m365restore.core"
local sim = require("m365restore.simulator").attach(invitation)

local function new_client(credential)
  return m365.client {
    base_url = sim.url, credential = credential or sim:credential { lifetime = 1e12 },
    clock = sim:clock(), backoff = 0.001, timeout = 20,
  }
end

local client = new_client()
local body = { siteRestoreArtifacts = { { restorePoint = { id = point }, destinationType = "inPlace" } } }
local session = assert(client.sharePoint:create_session(body))
assert(session:add { { restorePoint = { id = point }, destinationType = "inPlace" } } == nil)

local calls = {
  { "client", function() new_client():close() end },
  { "session", function() return client:session(session.id) end },
  { "refresh", function() return session:refresh() end },
  { "missing", function() return client:session "nobody" end },
  { "table", function() return session:table(), tostring(session) end },
  { "create", function() return client.sharePoint:create_session(body) end },
  { "update", function() return session:remove { "nobody" } end },
  { "list", function()
    for artifact in session:artifacts() do tostring(artifact) end
  end },
  { "request", function()
    return client:request("GET", "/solutions/backupRestore/restoreSessions", {
      query = { ["$top"] = 2 }, headers = { ["X-A"] = "b" },
    })
  end },
  { "wait", function() return session:wait { timeout = 1, on_progress = function(p) return p.total end } end },
  { "token", function()
    local c <close> = new_client(function()
      core.sleep(0)
      return sim:credential()()
    end)
    return c:session(session.id)
  end },
  { "gather", function()
    return m365.gather({ 1, 2, 3 }, function() return session:refresh() and core.sleep(0) end, 2)
  end },
  { "events", function()
    local event = core.event()
    m365.gather({ 1, 2, 3, 4 }, function(i) -- two set it: one of them may be the one that starves
      return i < 3 and event:wait() or event:set()
    end)
  end },
}

local function settled()
  collectgarbage()
  collectgarbage()
  return bytes()
end

for _, call in ipairs(calls) do
  local name, f = call[1], call[2]
  pcall(f)
  local before = settled()
  local n, starved = 0, true
  while starved do
    n = n + 1
    arm(n)
    pcall(f)
    starved = disarm()
    if n % 16 == 0 or not starved then
      assert(session:refresh(), name)
    end
  end
  assert(n > 1, name .. " was never starved")
  local left = settled() - before
  assert(left < 20000, name .. " leaves " .. left .. " bytes")
end
client:close()
assert(m365.timeout() == nil, "something is still under way")
