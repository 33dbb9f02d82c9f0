--- What is running now, whoever started it.
-- @module m365restore.jobs.watch
local core = require "m365restore.core"
local artifacts = require "m365restore.sessions.artifacts"
local clock = require "m365restore.clock"
local drain = require "m365restore.graph.drain"
local gather_all = require "m365restore.driver.gather_all"
local history = require "m365restore.sessions.history"
local options = require "m365restore.options"
local report = require "m365restore.report"
local workload = require "m365restore.workload"

-- how long all of it may take
local USUAL_TIMEOUT = "24h"

--- The sessions that run, of one service or of all.
local function running_sessions(client, service, left)
  local pager = service and client[service]:sessions() or client:sessions()
  local list, seen = {}, {}
  local ok, err = drain.each(pager, left, function(session)
    if history.is_running(session) and not seen[session.id] then
      seen[session.id] = true
      list[#list + 1] = session
    end
  end)
  return ok and list, err
end

--- A granular session may call itself a standard one: then the list that is not empty tells.
local function rows_of(session, left)
  local rows = {}
  for _, kind in ipairs { "standard", "item" } do
    local probe = { { kind = kind } }
    local found, err = artifacts.list(session, probe, left)
    if not found then
      return nil, err
    end
    for _, artifact in pairs(found) do
      local row = artifacts.result({}, artifact)
      local point = artifact.restorePoint
      row.outcome = row.outcome == "unknown" and "running" or row.outcome
      row.session, row.target = session.id, row.url or point and point.id or artifact.webUrl or artifact.id
      row.destinationType = artifact.destinationType
      row.service = (workload.of_session[core.type(session)] or {}).service
      rows[#rows + 1] = row
    end
    if #rows > 0 then
      break
    end
  end
  table.sort(rows, function(a, b) return tostring(a.artifact) < tostring(b.artifact) end)
  return rows
end

local function waited(err)
  return err == nil or err.code == "restore_partial" or err.code == "restore_failed" or err.code == "wait_timeout"
end

local watch_options = {
  service = "string", wait = "boolean", timeout = "duration", interval = "duration", on_progress = "listeners",
}

--- Watches all sessions that run at this moment to their end, and reports their artifacts. May yield.
-- @function watch
-- @tparam client client
-- @tparam[opt] table opts `service` (default: all), `wait` (false: only look), `timeout` (duration, 24h: of all
-- together), `interval`, `on_progress` (as for `session:wait`)
-- @treturn ?Report a row for each artifact; or nil, err
return function(client, opts)
  local o = options.read("watch", opts, watch_options)
  if o.service then
    options.choice("watch.service", o.service, workload.of)
  end
  local ticking = clock.of(client)
  local last = clock.monotonic(ticking) + (o.timeout or core.duration(USUAL_TIMEOUT))
  local function left()
    return clock.call_timeout(client, last)
  end
  local list, err = running_sessions(client, o.service, left)
  if not list then
    return nil, err
  end
  local found, failure = gather_all(list, function(session)
    if o.wait ~= false then
      local _, problem = session:wait {
        timeout = math.max(last - clock.monotonic(ticking), 0), interval = o.interval, on_progress = o.on_progress,
      }
      if not waited(problem) then
        return nil, problem
      end
    end
    return rows_of(session, left)
  end)
  if not found then
    return nil, failure
  end
  local rows = {}
  for i in ipairs(list) do
    for _, row in ipairs(found[i]) do
      row.n = #rows + 1
      rows[row.n] = row
    end
  end
  return report.of(rows, { service = o.service or "all services" })
end
