--- One wave: from a draft, or from where a journal left off, to the end of its
-- session.
-- @module m365restore.run.wave
local artifacts = require "m365restore.sessions.artifacts"
local draft = require "m365restore.run.draft"
local interruption = require "m365restore.interruption"
local tables = require "m365restore.tables"

local wave = {}

-- what does not fit together is looked at this often, with a pause in seconds of the clock: a session that is not
-- there, artifacts that are still running though their session has ended
local LOOKS, LOOK_PAUSE = 4, 15

--- The session of a batch that was begun before. One that is not there was deleted, and only drafts can be: its rows
-- are free again. A replica may be late, and so that is asked more than once.
-- @treturn ?session or nil, err
-- @treturn ?error
-- @treturn ?table what is left to do, where there is neither
local function find_again(self, batch)
  local session, err
  for look = 1, LOOKS do
    if look > 1 then
      self:pause(LOOK_PAUSE)
    end
    session, err = self:persist(function(left) return self.client:session(batch.id, { timeout = left() }) end)
    if session or err.status ~= 404 then
      break
    end
  end
  if session then
    return session
  elseif err.status == 404 and self.state.by_id[batch.id].stage ~= "activated" then
    local ok, problem = self:note { kind = "dropped", id = batch.id }
    return nil, problem, ok and { { wave = batch.wave, rows = batch.rows } }
  end
  return nil, err
end

--- An ended session's artifacts, when none of them is still on its way.
local function final_artifacts(self, session, batch)
  local found, err
  for look = 1, LOOKS do
    if look > 1 then
      self:pause(LOOK_PAUSE)
    end
    found, err = self:persist(function(left) return artifacts.list(session, batch.rows, left) end)
    local open = false
    for _, row in ipairs(found and batch.rows or {}) do
      local outcome = artifacts.result(row, found[artifacts.key(row)]).outcome
      open = open or outcome == "unknown"
    end
    if not open then
      break
    end
  end
  return found, err
end

--- Writes down what became of an ended session.
local function finish(self, session, batch)
  local found, err = final_artifacts(self, session, batch)
  if not found then
    return nil, err
  end
  local results = tables.map(batch.rows, function(row) return artifacts.result(row, found[artifacts.key(row)]) end)
  return self:note { kind = "ended", id = session.id, status = session.status, rows = results }
end

--- Watches a session to its end. What was last heard of it counts until the journal says what became of it.
local function watch(self, session, batch)
  local _, err = session:wait(self:waiting(function(event)
    self:hear(session.id, event)
    self:tell {
      kind = "progress", id = session.id, wave = batch.wave, session_status = event.status, error = event.error,
    }
  end))
  if err == nil or err.code == "restore_partial" or err.code == "restore_failed" then
    return finish(self, session, batch)
  end
  return nil, err
end

--- Brings a batch to its end.
-- @treturn ?table batches that are left over; or nil, err
local function restore_batch(self, batch)
  local slot <close> = self.slots:take(#batch.rows, batch.running, function() return self.problem ~= nil end)
  if not slot then
    return {}
  end
  local session, err, rest
  if batch.id then
    session, err, rest = find_again(self, batch)
  else
    session, err, rest = draft.create(self, batch)
  end
  if not session then
    return rest, err
  end
  local ok, fault = draft.fill(self, session, batch)
  if not ok then
    return nil, fault
  end
  rest = fault and { { wave = batch.wave, rows = fault } } or {}
  if #batch.rows == 0 then
    ok, err = self:note { kind = "dropped", id = session.id }
  else
    ok, err = draft.activate(self, session, batch)
    if ok then
      ok, err = watch(self, session, batch)
    end
  end
  return ok and rest, err
end

--- Brings a batch, and what is left over of it, to the end. May yield.
-- @tparam Run self
-- @tparam table batch `rows`, `wave`, and `id` and `running` where it was begun before
-- @treturn ?boolean true; or nil, err, and then the run starts nothing new
function wave.process(self, batch)
  local queue = { batch }
  while queue[1] do
    local ok, rest, err = pcall(restore_batch, self, table.remove(queue, 1))
    if not ok then
      rest, err = nil, interruption.failure(rest)
    end
    if not rest then
      self:halt(err)
      return nil, err
    end
    table.move(rest, 1, #rest, #queue + 1, queue)
  end
  return true
end

return wave
