--- What a journal says: where each row of the plan stands. The records are
-- folded in one at a time, while they are written and when they are read
-- again; there is no other memory of a run.
-- @module m365restore.run.state
local fail = require "m365restore.fail"
local outcomes = require "m365restore.outcomes"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

local state = {}

local State = {}
State.__index = State

--- The state before the first step.
-- @tparam ?Plan plan nil: it is not known, and rows are not held against it
-- @treturn State `results` (row number -> what became of it), `at` (row number -> id of the session that it is in),
-- `elsewhere` (row number -> id of the session in which others restore it), `sessions` (a list, and by id), `intents`
-- (creations whose outcome is not known), `ways` (row number -> its newest restore point from before it was replaced),
-- `completed` and `failed` (counts), `asked` (`actor`, `ticket`, `reason`, `begun`)
function state.new(plan)
  return setmetatable({
    plan = plan, results = {}, at = {}, elsewhere = {}, sessions = {}, by_id = {}, intents = {}, ways = {},
    completed = 0, failed = 0, asked = {},
  }, State)
end

local fold = {}

--- The run begins: who asked for it, and why.
function fold.plan(self, record)
  self.asked = { actor = record.actor, ticket = record.ticket, reason = record.reason, begun = record.time }
end

--- A session with contents is about to be created.
function fold.creating(self, record)
  table.insert(self.intents, record)
end

local function forget_intents(self, rows)
  local wanted = tables.by(rows, function(n) return n end)
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
  session.rows, session.stage, session.refusal = record.rows, "activating", nil
  session.moment = record.moment or session.moment
  for _, n in ipairs(record.rows) do
    self.at[n] = record.id
  end
end

function fold.activated(self, record)
  local session = self.by_id[record.id]
  session.stage, session.activated = "activated", record.time
end

--- The service did not activate it, and says why: it is a draft still.
function fold.not_activated(self, record)
  local session = self.by_id[record.id]
  session.stage, session.refusal = "created", record
end

--- Others have these rows under way.
function fold.elsewhere(self, record)
  for _, n in ipairs(record.rows) do
    self.elsewhere[n] = record.id
  end
end

--- The session was never activated, and is not there any more, or not needed.
function fold.dropped(self, record)
  leave(self, self.by_id[record.id])
  self.by_id[record.id].stage = "dropped"
end

local function settle(self, record)
  for _, result in ipairs(record.rows) do
    local count = outcomes.of(result.outcome).ok and "completed" or "failed"
    self[count] = self[count] + (self.results[result.n] and 0 or 1)
    result.session = result.session or record.id
    self.results[result.n] = result
    self.at[result.n], self.elsewhere[result.n] = nil, nil
  end
end

-- Rows that the service does not take, and rows that it has restored already.
fold.rejected, fold.found = settle, settle

function fold.ended(self, record)
  local session = self.by_id[record.id]
  session.stage, session.status = "ended", record.status
  settle(self, record)
end

--- The newest restore points of rows from before they were replaced; a row without one has none.
function fold.way_back(self, record)
  for _, way in ipairs(record.rows) do
    self.ways[way.n] = way
  end
end

--- The addresses of copies, which appear late.
function fold.urls(self, record)
  for _, row in ipairs(record.rows) do
    if self.results[row.n] then
      self.results[row.n].url = row.url
    end
  end
end

-- {====== What a record has to be ======

local function is_id(value)
  return type(value) == "string" and value ~= ""
end

local function is_text(value)
  return value == nil or type(value) == "string"
end

local function is_moment(value)
  return value == nil or time.parse(value) ~= nil
end

--- Is it a number of a row of the plan that is to be restored?
local function is_row(self, n)
  local row = self.plan and self.plan.rows[n]
  return math.type(n) == "integer" and (not self.plan or row ~= nil and row.refusal == nil)
end

--- Are all members of a list, which is not empty, what they have to be?
local function is_list(list, check)
  if type(list) ~= "table" or #list == 0 then
    return false
  end
  local count = 0
  for _ in pairs(list) do
    count = count + 1
  end
  for _, member in ipairs(list) do
    if not check(member) then
      return false
    end
  end
  return count == #list
end

local function has_rows(self, record)
  return is_list(record.rows, function(n) return is_row(self, n) end)
end

-- what a result may hold that people and files are shown as it is
local texts = {
  "status", "code", "message", "artifact", "url", "session", "startDateTime", "completionDateTime", "restorePointId",
  "protectionDateTime",
}

local function is_result(self, result)
  if type(result) ~= "table" or not is_row(self, result.n) then
    return false
  end
  for _, name in ipairs(texts) do
    if not is_text(result[name]) then
      return false
    end
  end
  return result.restoredItemCount == nil or math.type(result.restoredItemCount) == "integer"
end

local function has_results(self, record)
  return is_text(record.id) and is_list(record.rows, function(result)
    return is_result(self, result) and is_id(result.outcome)
  end)
end

local function is_known(self, record)
  return is_id(record.id) and self.by_id[record.id] ~= nil
end

local sound = {
  plan = function(_, record)
    return is_text(record.actor) and is_text(record.ticket) and is_text(record.reason) and is_text(record.time)
  end,
  creating = function(self, record) return has_rows(self, record) and is_moment(record.at) end,
  session = function(self, record)
    return is_id(record.id) and has_rows(self, record) and is_text(record.app)
      and (record.wave == nil or math.type(record.wave) == "integer")
  end,
  activating = function(self, record)
    return is_known(self, record) and has_rows(self, record)
      and (record.moment == nil or time.parse(record.moment) ~= nil)
  end,
  way_back = function(self, record)
    return is_list(record.rows, function(row) return is_result(self, row) end)
  end,
  elsewhere = function(self, record) return is_id(record.id) and has_rows(self, record) end,
  not_activated = function(self, record)
    return is_known(self, record) and is_text(record.code) and is_text(record.message) and is_text(record.class)
      and is_text(record.remedy)
  end,
  activated = is_known, dropped = is_known, rejected = has_results, found = has_results,
  ended = function(self, record)
    return is_known(self, record) and is_text(record.status) and has_results(self, record)
  end,
  urls = function(self, record)
    return is_list(record.rows, function(row) return is_result(self, row) end)
  end,
}

-- }======

--- Takes a record in. Kinds that change nothing, and those of newer versions, pass.
-- @tparam table record
-- @treturn boolean false: it is not what a record of its kind has to be, and nothing of it was taken
function State:apply(record)
  local kind = type(record) == "table" and record.kind
  if type(kind) ~= "string" then
    return false
  elseif fold[kind] then
    if not sound[kind](self, record) then
      return false
    end
    fold[kind](self, record)
  end
  return true
end

--- Takes in the records of a journal, as far as they can be understood.
-- @tparam table records
-- @treturn ?table list of the numbers of those that cannot; nil: there are none
function State:replay(records)
  local bad
  for i = 1, #records do
    if not self:apply(records[i]) then
      bad = bad or {}
      bad[#bad + 1] = i
    end
  end
  return bad
end

--- When a row began to be replaced, by the service's clock: before its session was activated.
-- @tparam integer n its number
-- @treturn ?string nil: it was not
function State:moment_of(n)
  local result = self.results[n]
  local session = self.by_id[result and result.session or self.at[n] or ""]
  local begun = session and (session.stage == "activated" or session.stage == "ended")
  return begun and session.moment or nil
end

--- Is there still something to be done for a row?
-- @tparam table row of the plan
-- @treturn boolean
function State:is_pending(row)
  return not self.results[row.n] and not self.at[row.n] and not self.elsewhere[row.n]
end

--- Has a session not come to its end?
-- @tparam string id
-- @treturn boolean
function State:is_open(id)
  local session = self.by_id[id]
  return session ~= nil and session.stage ~= "ended" and session.stage ~= "dropped"
end

--- The sessions that have not come to their end.
-- @treturn table list
function State:open_sessions()
  return tables.filter(self.sessions, function(session) return self:is_open(session.id) end)
end

--- The sessions of others in which rows of the plan are being restored.
-- @treturn table list of { id =, rows = }, `rows` as numbers
function State:elsewhere_sessions()
  local list, by_id = {}, {}
  for n = 1, #self.plan.rows do
    local id = self.elsewhere[n]
    if id and not by_id[id] then
      by_id[id] = { id = id, rows = {} }
      list[#list + 1] = by_id[id]
    end
    if id then
      table.insert(by_id[id].rows, n)
    end
  end
  return list
end

--- The error of records that are whole, and still not what records have to be.
-- @tparam string path
-- @tparam table lines their numbers
-- @tparam ?string why
-- @treturn nil
-- @treturn error `journal_damaged`, with `line` and `lines`
function state.not_understood(path, lines, why)
  return fail("journal", {
    code = "journal_damaged", path = path, line = lines[1], lines = lines, seen = "not_understood",
  }, "%s: line %d: this record cannot be understood%s", path, lines[1], why and ": " .. why or "")
end

--- The numbers of some rows.
-- @tparam table rows
-- @treturn table list
function state.numbers(rows)
  return tables.map(rows, function(row) return row.n end)
end

return state
