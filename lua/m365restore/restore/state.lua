--- What a journal says: where each row of the plan stands. The records are
-- folded in one at a time, while they are written and when they are read
-- again; there is no other memory of a run.
-- @module m365restore.restore.state
local state = {}

local State = {}
State.__index = State

--- The state before the first step.
-- @tparam Plan plan
-- @treturn State `results` (row number -> what became of it), `at` (row number -> id of the session that it is in),
-- `sessions` (a list, and by id), `intents` (creations whose outcome is not known), `completed` and `failed` (counts)
function state.new(plan)
  return setmetatable({
    plan = plan, results = {}, at = {}, sessions = {}, by_id = {}, intents = {}, completed = 0, failed = 0,
  }, State)
end

local fold = {}

--- A session with contents is about to be created.
function fold.creating(self, record)
  table.insert(self.intents, record)
end

local function forget_intents(self, rows)
  local wanted = {}
  for _, n in ipairs(rows) do
    wanted[n] = true
  end
  for i = #self.intents, 1, -1 do
    if wanted[self.intents[i].rows[1]] then
      table.remove(self.intents, i)
    end
  end
end

function fold.session(self, record)
  local session = { id = record.id, rows = record.rows, stage = "created", wave = record.wave }
  table.insert(self.sessions, session)
  self.by_id[record.id] = session
  self.app = self.app or record.app
  for _, n in ipairs(record.rows) do
    self.at[n] = record.id
  end
  forget_intents(self, record.rows)
end

local function leave(self, session)
  for _, n in ipairs(session.rows) do
    if self.at[n] == session.id then
      self.at[n] = nil
    end
  end
end

--- The session holds these rows and no others, and is about to be activated.
function fold.activating(self, record)
  local session = self.by_id[record.id]
  leave(self, session)
  session.rows, session.stage = record.rows, "activating"
  for _, n in ipairs(record.rows) do
    self.at[n] = record.id
  end
end

function fold.activated(self, record)
  self.by_id[record.id].stage = "activated"
end

--- The session was never activated, and is not there any more, or not needed.
function fold.dropped(self, record)
  leave(self, self.by_id[record.id])
  self.by_id[record.id].stage = "dropped"
end

local good = { restored = true, already_restored = true }

local function settle(self, record)
  for _, result in ipairs(record.rows) do
    local count = good[result.outcome] and "completed" or "failed"
    self[count] = self[count] + (self.results[result.n] and 0 or 1)
    result.session = result.session or record.id
    self.results[result.n] = result
    self.at[result.n] = nil
  end
end

-- Rows that the service does not take, and rows that it has restored already.
fold.rejected, fold.found = settle, settle

function fold.ended(self, record)
  local session = self.by_id[record.id]
  session.stage, session.status = "ended", record.status
  settle(self, record)
end

--- The addresses of copies, which appear late.
function fold.urls(self, record)
  for _, row in ipairs(record.rows) do
    self.results[row.n].url = row.url
  end
end

--- Takes a record in. Kinds that change nothing, and those of newer versions, pass.
-- @tparam table record
function State:apply(record)
  if fold[record.kind] then
    fold[record.kind](self, record)
  end
end

--- Is there still something to be done for a row?
-- @tparam table row of the plan
-- @treturn boolean
function State:is_pending(row)
  return not self.results[row.n] and not self.at[row.n]
end

--- The sessions that have not come to their end.
-- @treturn table list
function State:open_sessions()
  local open = {}
  for _, session in ipairs(self.sessions) do
    if session.stage ~= "ended" and session.stage ~= "dropped" then
      open[#open + 1] = session
    end
  end
  return open
end

--- The numbers of some rows.
-- @tparam table rows
-- @treturn table list
function state.numbers(rows)
  local numbers = {}
  for i, row in ipairs(rows) do
    numbers[i] = row.n
  end
  return numbers
end

return state
