--- A run and the service, before anything is begun: what was created and lost,
-- what others have restored already, and what they are restoring.
-- @module m365restore.run.reconcile
local artifacts = require "m365restore.sessions.artifacts"
local history = require "m365restore.sessions.history"
local others = require "m365restore.sessions.others"
local state = require "m365restore.run.state"
local tables = require "m365restore.tables"

local reconcile = {}

local function pending_of(self, rows)
  return tables.filter(rows, function(row) return not row.refusal and self.state:is_pending(row) end)
end

--- Sessions that were created with contents and whose ids were lost are ours, where the service shows that they are.
local function adopt_lost(self)
  for _, intent in ipairs(table.move(self.state.intents, 1, #self.state.intents, 1, {})) do
    local rows = self:rows(intent.rows)
    local found, err
    if #pending_of(self, rows) == #rows then
      found, err = self:find_lost(rows, intent.at)
    end
    if err then
      return nil, err
    elseif found then
      local ok, problem = self:note {
        kind = "session", id = found.id, rows = intent.rows, wave = rows[1].wave, app = history.app_of(found),
      }
      if not ok then
        return nil, problem
      end
    end
  end
  return true
end

--- What is known of rows through the sessions of others.
-- @treturn ?table number of a row -> what is done; or nil, err
-- @treturn table number of a row -> what is on its way
local function judge(self, recent, rows)
  local running
  local dones, err = self:persist(function(left)
    local seen, problem = others.read(self.client, self.plan.service, recent, rows[1].kind, left)
    local found, more
    if seen then
      found, more = seen:judge(rows, self.since)
    end
    running = found and more
    return found, problem or more
  end)
  return dones, dones and running or err
end

local function results_of(rows, dones)
  local results = {}
  for _, row in ipairs(rows) do
    local done = dones[row.n]
    if done then
      local result = artifacts.result(row, done.artifact)
      result.session, result.outcome = done.session.id, "already_restored"
      results[#results + 1] = result
    end
  end
  return results
end

--- Writes down which rows others are restoring, by session.
local function note_running(self, rows, running)
  local by_session, order = {}, {}
  for _, row in ipairs(rows) do
    local id = running[row.n] and running[row.n].session.id
    if id and not by_session[id] then
      by_session[id], order[#order + 1] = {}, id
    end
    if id then
      table.insert(by_session[id], row)
    end
  end
  for _, id in ipairs(order) do
    local ok, err = self:note { kind = "elsewhere", id = id, rows = state.numbers(by_session[id]) }
    if not ok then
      return nil, err
    end
  end
  return true
end

--- Rows that others have restored since the plan was made, or are restoring, are not begun. May yield.
-- @tparam Run self
-- @tparam table rows those of them that are pending are looked up
-- @treturn ?boolean true; or nil, err
function reconcile.others(self, rows)
  local pending = pending_of(self, rows)
  local recent, err = self:look()
  if not recent then
    return nil, err
  elseif #pending == 0 or #recent == 0 then
    return true
  end
  local dones, running = judge(self, recent, pending)
  if not dones then
    return nil, running
  end
  local results = results_of(pending, dones)
  if #results > 0 then
    local ok, problem = self:note { kind = "found", rows = results }
    if not ok then
      return nil, problem
    end
  end
  return note_running(self, pending, running)
end

--- Brings a run and the service together, before anything is begun. May yield.
-- @tparam Run self
-- @treturn ?boolean true; or nil, err
function reconcile.begin(self)
  local recent, err = self:look()
  if not recent then
    return nil, err
  end
  local ok, problem = adopt_lost(self)
  if not ok then
    return nil, problem
  end
  return reconcile.others(self, self.plan.rows)
end

--- What became of rows in a session of others that has ended.
-- @treturn ?table results of those that no session restores any more; or nil, err
-- @treturn table what others go on restoring, by the number of the row
local function outcomes_of(self, session, rows)
  local recent, err = self:look()
  if not recent then
    return nil, err
  end
  local dones, running = judge(self, recent, rows)
  if not dones then
    return nil, running
  end
  local list, fault = self:persist(function(left) return artifacts.all(session, rows[1].kind, left) end)
  if not list then
    return nil, fault
  end
  local results = results_of(rows, dones)
  for _, row in ipairs(rows) do
    local goes_on = running[row.n] and running[row.n].session.id ~= session.id
    running[row.n] = goes_on and running[row.n] or nil
    if not dones[row.n] and not goes_on then
      local theirs
      for _, artifact in ipairs(list) do
        theirs = artifacts.is_same(artifact, row) and artifact or theirs
      end
      results[#results + 1] = others.failure(row, session.id, theirs)
    end
  end
  return results, running
end

local function read_session(self, id)
  return self:persist(function(left) return self.client:session(id, { timeout = left() }) end)
end

--- Watches a session of others to its end, and writes down what became of the rows that it restores, or which other
-- session restores them still. May yield.
-- @tparam Run self
-- @tparam string id of the session
-- @tparam table rows
-- @treturn ?boolean true; or nil, err
function reconcile.watch(self, id, rows)
  local session, err = read_session(self, id)
  local results, running
  if session then
    err = select(2, session:wait(self:waiting(function(event)
      self:tell { kind = "progress", id = id, session_status = event.status, error = event.error }
    end)))
    if err == nil or err.code == "restore_partial" or err.code == "restore_failed" or err.code == "not_activated" then
      results, running = outcomes_of(self, session, rows)
      err = running
    end
  elseif err.status == 404 then
    results, running = tables.map(rows, function(row) return others.failure(row, id, nil) end), {}
  end
  if not results then
    return nil, err
  elseif #results > 0 then
    local ok, problem = self:note { kind = "found", rows = results }
    if not ok then
      return nil, problem
    end
  end
  return note_running(self, rows, running)
end

return reconcile
