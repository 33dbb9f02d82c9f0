--- What the service says about sessions: how much runs beside us, what of a
-- plan was restored already, and where a session went whose id was lost.
-- @module m365restore.restore.history
local core = require "m365restore.core"
local artifacts = require "m365restore.restore.artifacts"
local gather = require "m365restore.driver.gather"
local session_types = require("m365restore.session").services
local time = require "m365restore.time"

local history = {}

-- the clocks of two sides may differ this much, in seconds
local SKEW = 300

--- sessions whose artifacts are listed at a time
local READERS = 8

local running = { active = true, activating = true }

local function status_of(session)
  return tostring(session.status):lower()
end

--- Is a session still a draft?
-- @tparam session session
-- @treturn boolean
function history.is_draft(session)
  return status_of(session) == "draft"
end

--- The app that made a session; nil where the service does not say.
-- @tparam session session
-- @treturn ?string
function history.app_of(session)
  local by = session.createdBy
  local app = (type(by) == "table" or core.type(by)) and by.application
  return app and app.id or nil
end

local function count_of(session)
  local count = session.restoreSessionArtifactCount
  return count and count.total or nil
end

local function unfinished(session)
  local count = session.restoreSessionArtifactCount or {}
  return math.max((count.total or 0) - (count.completed or 0) - (count.failed or 0), 0)
end

--- Walks the service's list of sessions once. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam table ours id -> true
-- @tparam number since sessions of this service made after it are kept
-- @treturn ?table `sessions` and `artifacts` that run and are not ours, `recent` (a list of sessions); or nil, err
function history.look(client, service, ours, since)
  local seen = { sessions = 0, artifacts = 0, recent = {} }
  local pager, known = client:sessions(), {}
  while true do
    local session, err = pager:next()
    if err then
      return nil, err
    elseif not session then
      return seen
    elseif not ours[session.id] and not known[session.id] then
      known[session.id] = true
      local same = session_types[core.type(session)] == service
      if running[status_of(session)] then
        seen.sessions = seen.sessions + 1
        seen.artifacts = seen.artifacts + (same and unfinished(session) or 0)
      end
      local created = time.parse(session.createdDateTime)
      if same and (not created or created >= since - SKEW) then
        table.insert(seen.recent, session)
      end
    end
  end
end

--- Does a session hold exactly these rows?
local function holds(session, rows)
  local total = count_of(session)
  if total and total ~= #rows then
    return false
  end
  local found, err = artifacts.list(session, rows)
  if not found then
    return nil, err
  end
  local count = 0
  for _ in pairs(found) do
    count = count + 1
  end
  for _, row in ipairs(rows) do
    local artifact = found[artifacts.key(row)]
    if not artifact or artifact.destinationType and artifact.destinationType ~= row.destinationType then
      return false
    end
  end
  return count == #rows
end

--- The session that was made with these rows and whose id was lost: by exact contents, our app, and the time of
-- its creation. One that runs goes before a draft. May yield.
-- @tparam table recent from @{history.look}
-- @tparam table rows
-- @tparam ?string app ours, where it is known
-- @tparam number since epoch seconds of the intent
-- @treturn ?session nil: there is none; or nil, err
function history.find_lost(recent, rows, app, since)
  local draft
  for _, session in ipairs(recent) do
    local theirs, created = history.app_of(session), time.parse(session.createdDateTime)
    if not (app and theirs and theirs ~= app) and not (created and created < since - SKEW) then
      local same, err = holds(session, rows)
      if err then
        return nil, err
      elseif same and not history.is_draft(session) then
        return session
      end
      draft = draft or same and session or nil
    end
  end
  return draft
end

--- What became of rows that somebody has restored since the plan was made. May yield.
-- @tparam table recent from @{history.look}
-- @tparam table rows that are to be restored
-- @treturn ?table results for the journal; or nil, err
function history.find_restored(recent, rows)
  local results, done = {}, {}
  for _, session in ipairs(recent) do
    if #rows > 0 and not history.is_draft(session) then
      local found, err = artifacts.list(session, rows)
      if not found then
        return nil, err
      end
      for _, row in ipairs(rows) do
        local artifact = found[artifacts.key(row)]
        local destination = artifact and artifact.destinationType or row.destinationType
        if artifact and not done[row.n] and destination == row.destinationType then
          done[row.n] = true
          local result = artifacts.result(row, artifact)
          result.session = session.id
          result.outcome = result.outcome == "failed" and "failed" or "already_restored"
          results[#results + 1] = result
        end
      end
    end
  end
  return results
end

--- Which points somebody has restored since a time, or is restoring. Where the caller may not read sessions, nobody
-- knows, and none are named. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam number since epoch seconds
-- @treturn ?table id of a restore point -> id of the session; or nil, err
function history.restored_since(client, service, since)
  local seen, err = history.look(client, service, {}, since)
  if not seen then
    return err.status == 403 and {} or nil, err
  end
  local points = {}
  local _, failures = gather(seen.recent, function(session)
    local found, problem = {}, nil
    if not history.is_draft(session) then
      found, problem = artifacts.list(session, { { kind = "standard" } })
    end
    for point, artifact in pairs(found or {}) do
      points[point] = tostring(artifact.status):lower() ~= "failed" and session.id or points[point]
    end
    return found ~= nil, problem
  end, READERS)
  local _, failure = next(failures)
  return failure == nil and points or nil, failure
end

return history
