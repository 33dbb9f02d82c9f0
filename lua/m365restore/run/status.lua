--- How a run stands, by its journal alone: while another process goes on with it, or long after.
-- @module m365restore.run.status
local core = require "m365restore.core"
local fail = require "m365restore.fail"
local format = require "m365restore.text.format"
local journal = require "m365restore.run.journal"
local options = require "m365restore.options"
local report = require "m365restore.report"
local state = require "m365restore.run.state"
local stored_plan = require "m365restore.run.stored_plan"
local system = require "m365restore.system"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

local Status = { __name = "m365restore.status" }
Status.__index = Status

--- When the process that wrote last began or went on, and how many targets have finished since then.
local function pace_of(records)
  local since, finished = nil, 0
  for _, record in ipairs(records) do
    if record.kind == "plan" or record.kind == "resumed" then
      since, finished = record.time, 0
    elseif record.kind == "ended" then
      finished = finished + #record.rows
    end
  end
  return since, finished
end

--- Targets that finish in an hour, since the process that wrote last began; nil where none has.
local function speed_of(records, last)
  local since, finished = pace_of(records)
  local from, to = time.parse(since), time.parse(last)
  if finished == 0 or not from or not to or to <= from then
    return nil
  end
  return finished * 3600 / (to - from)
end

local function sessions_of(here)
  return tables.map(here:open_sessions(), function(session)
    return { id = session.id, wave = session.wave, stage = session.stage, rows = #session.rows,
      activated = session.activated }
  end)
end

function Status:__tostring()
  local lines = {
    string.format("%s: %s", core.plain(self.path), self.report:summary()),
    string.format("begun %s, last record %s; %s", self.begun or "?", self.last or "?",
      self.holder and "process " .. self.holder .. " goes on with it" or "no process is seen to go on with it"),
  }
  lines[#lines + 1] = self.speed and string.format("%.1f targets in an hour", self.speed) or nil
  lines[#lines + 1] = self.problem and tostring(self.problem) or nil
  local sessions = { { "session", "wave", "stage", "targets" } }
  for _, session in ipairs(self.sessions) do
    sessions[#sessions + 1] = { session.id, tostring(session.wave or "-"), session.stage, tostring(session.rows) }
  end
  lines[#lines + 1] = #sessions > 1 and "\n" .. format.columns(sessions) or nil
  return table.concat(lines, "\n")
end

--- Reads how a run stands. No client is needed, and nothing is locked. What sessions of a run have finished since the
-- last record, only the process that goes on with it knows. Never yields.
-- @function status
-- @tparam string path of the journal
-- @treturn ?Status `plan`; `report` (as @{Run:report} gives it); `sessions` (those that have not ended: `id`, `wave`,
-- `stage`: "created", "activating" or "activated", `rows`: how many, `activated`); `total`, `completed`, `failed`;
-- `speed` (targets in an hour, since the process that wrote last began; nil where none has finished); `begun` and
-- `last` (the times of the first record and of the last); `records` (how many) and `head` of the journal; `holder` (the
-- process that has it open, where the system tells); `problem` (the error about records that cannot be understood).
-- `print(status)` shows the most of it. Or nil, err: `journal_damaged`, `not_found`, or what the disk says
return function(path)
  if type(path) ~= "string" then
    options.misuse("status: path", "a string", path, 2)
  end
  local records, head = journal.read(path)
  if not records then
    return nil, head
  elseif #records == 0 then
    return fail("status", "not_found", "there is no run in %s", path)
  end
  local plan, err = stored_plan(records, path)
  if not plan then
    return nil, err
  end
  local here, last = state.new(plan), records[#records].time
  local bad = here:replay(records)
  return setmetatable({
    plan = plan, report = report.new(plan, here, { path = path, head = head }), sessions = sessions_of(here),
    total = plan.planned, completed = here.completed, failed = here.failed, speed = speed_of(records, last),
    begun = here.asked.begun, last = last, records = #records, head = head, path = path,
    holder = system.journal_holder(path), problem = bad and select(2, state.not_understood(path, bad)) or nil,
  }, Status)
end
