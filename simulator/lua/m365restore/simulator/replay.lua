--- Replays a recording of a real tenant, as examples/verify_tenant.lua writes it: one JSON object in a line, the first
-- of which says what it is; the others hold `method`, `path` (behind the version, with its query), `status` and `body`
-- of one exchange. What was not recorded is answered with 404 NotRecorded.
--
--     local sim <close> = require("m365restore.simulator.replay").start "recording.jsonl"
--     local client = m365.client { base_url = sim.url, credential = sim:credential() }
-- @module m365restore.simulator.replay
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local simulator = require "m365restore.simulator"

local replay = {}

local ALWAYS = 1 << 30

local function read(name)
  local exchanges = {}
  local file <close> = assert(io.open(name))
  for line in file:lines() do
    local exchange, problem = json.decode(line)
    if problem then error(("replay: %s: line %d: %s"):format(name, #exchanges + 1, problem), 0) end
    exchanges[#exchanges + 1] = exchange
  end
  if #exchanges == 0 or exchanges[1].recording ~= 1 then error("replay: " .. name .. " is no recording", 0) end
  return exchanges
end

-- A pattern that finds a path and nothing else; the version in front of it is the client's.
local function pattern_of(path)
  return "^/[^/]+" .. path:gsub("%p", "%%%0") .. "$"
end

-- Links lead back here, whatever host they named.
local function localized(body, url)
  local link = type(body) == "table" and body["@odata.nextLink"]
  if type(link) == "string" then body["@odata.nextLink"] = link:gsub("^https?://[^/]*", url) end
  return body
end

--- Starts a simulator that answers as a tenant did once.
-- @tparam string name of the recording
-- @treturn Simulator a to-be-closed value; raises where the recording cannot be read
function replay.start(name)
  local exchanges = read(name)
  local sim = simulator.start { sites = 0, speed = 1 }
  local plain, token = sim.credential, exchanges[1].token or {}
  sim.credential = function(self, options) -- by default, who asked then
    return plain(self, options or { delegated = token.delegated, permissions = token.permissions })
  end
  local last = {}
  for i = 2, #exchanges do last[exchanges[i].method .. exchanges[i].path] = i end
  for i = 2, #exchanges do
    local one = exchanges[i]
    local path, query = one.path:match "^([^?]*)%??(.*)$"
    sim:fault {
      action = "status", method = one.method, path = pattern_of(odata.unescape(path)), query = query,
      status = one.status,
      body = one.status ~= 204 and json.encode(localized(one.body, sim.url)) or "",
      times = last[one.method .. one.path] == i and ALWAYS or 1,
    }
  end
  sim:fault {
    action = "status", status = 404, times = ALWAYS,
    body = json.encode { error = { code = "NotRecorded", message = "The recording does not hold this exchange." } },
  }
  return sim
end

return replay
