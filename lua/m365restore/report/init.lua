--- Reports: exactly one row for every target, and what to do about those that
-- were not restored.
-- @module m365restore.report
local core = require "m365restore.core"
local csv = require "m365restore.text.csv"
local format = require "m365restore.text.format"
local html = require "m365restore.report.html"
local outcomes = require "m365restore.outcomes"
local repair = require "m365restore.text.repair"
local system = require "m365restore.system"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

local report = {}

local Report = { __name = "m365restore.report" }
Report.__index = Report

--- Class and remedy of a row: what the code says where it was met, else what the outcome says.
local function advise(row)
  local class, remedy = row.class, row.remedy
  if remedy then
    return class, remedy
  elseif outcomes.of(row.outcome).planned then
    class, remedy = "refuse", select(2, core.describe(row.code or "", "plan"))
  elseif outcomes.of(row.outcome).ok then
    return nil
  elseif row.code then
    class, remedy = core.describe(row.code, "RestoreArtifact", row.destinationType)
  end
  if not remedy then
    remedy = select(2, core.describe(row.outcome, "outcome"))
  end
  return class, remedy
end

-- what is known of the rows of a session that has not ended, by how far it has come
local stages = { created = "not_started", activating = "unknown", activated = "running" }

--- A draft whose activation was refused says why; of one that runs, what was last heard is told.
local function outcome_of_session(session)
  if not session then
    return "not_started", nil, nil, {}
  end
  local refusal = session.refusal or {}
  return stages[session.stage] or "not_started", refusal.code, refusal.message, {
    session = session.id, status = session.stage == "created" and "draft" or session.heard, class = refusal.class,
    remedy = refusal.remedy,
  }
end

local function outcome_of(row, state)
  local result = state.results[row.n]
  if row.refusal then
    return outcomes.of_refusal(row.refusal.code), row.refusal.code, row.refusal.message, {}
  elseif result then
    return result.outcome, result.code, result.message, result
  end
  if state.elsewhere[row.n] then
    return "running_elsewhere", nil, nil, { session = state.elsewhere[row.n] }
  end
  return outcome_of_session(state.by_id[state.at[row.n] or ""])
end

--- The time that a row was planned for: `before` and `at`, one of which is nil.
local function time_of(row, plan)
  if row.before or row.at then
    return row.before, row.at
  end
  return plan.before, plan.at
end

--- When a row was replaced, and the newest restore point from before that.
local function name_way(made, state)
  local way = state.ways[made.n]
  made.replaced = state:moment_of(made.n)
  if made.replaced and way then
    made.way_back, made.way_back_point = way.protectionDateTime or "none", way.restorePointId
  end
end

-- what a report says where a copy is restored and has no address yet
local AWAITED = "the service shows the address later; resume the run with its journal to have it"

local function row_of(row, state, plan)
  local outcome, code, message, result = outcome_of(row, state)
  local before, at = time_of(row, plan)
  local made = {
    n = row.n, target = row.target, name = row.name, outcome = outcome, code = code, message = message,
    session = result.session, artifact = result.artifact,
    status = result.status, wave = row.wave, protectionUnitId = row.protectionUnitId,
    restorePointId = row.restorePointId or result.restorePointId,
    protectionDateTime = row.protectionDateTime or result.protectionDateTime, lost = row.lost,
    kind = row.kind, before = before, at = at,
    destinationType = row.destinationType, startDateTime = result.startDateTime,
    completionDateTime = result.completionDateTime, url = result.url,
    restoredItemCount = result.restoredItemCount, class = result.class, remedy = result.remedy,
    awaited = outcome == "restored" and row.destinationType == "new" and not result.url and AWAITED or nil,
  }
  made.class, made.remedy = advise(made)
  name_way(made, state)
  return made
end

--- The exit code of a run, which stays what it is: 0 all restored; 1 some were not; 2 some are not finished.
local function exit_code(counts)
  local code = 0
  for outcome in pairs(counts) do
    if outcomes.of(outcome).open then
      return 2
    elseif not outcomes.of(outcome).ok then
      code = 1
    end
  end
  return code
end

-- Words of the service as Graph's reference spells them; some answers spell them with a capital.
local words_of_service = {}
for word in ("added scheduling scheduled inProgress succeeded failed inPlace new"):gmatch "%a+" do
  words_of_service[word:lower()] = word
end

local function respell(word)
  return type(word) == "string" and words_of_service[word:lower()] or word
end

--- Makes a report of finished rows.
-- @tparam table rows
-- @tparam table fields `service`, and perhaps `hash`, `T`, `created`, `error`
-- @treturn Report
function report.of(rows, fields)
  local counts = {}
  for _, row in ipairs(rows) do
    counts[row.outcome] = (counts[row.outcome] or 0) + 1
    row.status, row.destinationType = respell(row.status), respell(row.destinationType)
    if row.code and not row.class and not outcomes.of(row.outcome).ok then
      row.class, row.remedy = advise(row)
    end
  end
  fields.rows, fields.counts, fields.exit_code = rows, counts, exit_code(counts)
  fields.ok = fields.exit_code == 0
  return setmetatable(fields, Report)
end

--- Makes the report of a run.
-- @tparam Plan plan
-- @tparam State state
-- @tparam[opt] table run `error`: why it ended early; `path` of its journal, and the journal's `head`
-- @treturn Report `rows` (n, target, name, outcome, code, class, remedy, message, session, artifact, status, wave,
-- protectionUnitId, restorePointId, protectionDateTime, lost, destinationType, startDateTime, completionDateTime,
-- url, `awaited`: what is missing where a copy has no address yet, restoredItemCount), `counts` (outcome -> how many),
-- `ok`, `exit_code`. Outcomes: restored, nothing_to_restore, already_restored, excluded, failed, failed_elsewhere
-- (another session had it under way), running_elsewhere, rejected (by the service, before it was activated),
-- refused (in the plan), running, not_started, unknown
function report.new(plan, state, run)
  local asked = state.asked
  return report.of(tables.map(plan.rows, function(row) return row_of(row, state, plan) end), {
    service = plan.service, hash = plan.hash, T = plan.before or plan.at, created = plan.created,
    error = run and run.error and tostring(run.error) or nil, journal = run and run.path, head = run and run.head,
    actor = asked.actor, ticket = asked.ticket, reason = asked.reason, begun = asked.begun,
    notes = plan.notes, estimate = plan.estimate,
  })
end

--- One line: how many targets had which outcome.
-- @treturn string
function Report:summary()
  local parts = {}
  for _, outcome in ipairs(outcomes.list) do
    local count = self.counts[outcome.name]
    parts[#parts + 1] = count and string.format("%d %s", count, outcomes.word(outcome.name))
  end
  return format.count(#self.rows, "target") .. ": " .. table.concat(parts, ", ")
end

function Report:__tostring()
  local lines = { { "target", "outcome", "code", "what the service says, and what to do" } }
  for _, row in ipairs(self.rows) do
    if not outcomes.of(row.outcome).ok then
      lines[#lines + 1] = { row.target, row.outcome, row.code or "-", row.message or row.remedy or "" }
      lines[#lines + 1] = row.message and row.remedy and { "", "", "", row.remedy } or nil
    end
  end
  return self:summary() .. (#lines > 1 and "\n\n" .. format.columns(lines) or "")
end

--- The targets that were not restored and may be tried again, for the next plan: `targets = report:failed()`. Those
-- that still run, or were never begun, are not among them: their own run goes on with them.
-- @treturn table list of { target, protectionUnitId, code, destination, before, at, kind }: each as it was planned
function Report:failed()
  local list = {}
  for _, row in ipairs(self.rows) do
    if outcomes.of(row.outcome).again then
      list[#list + 1] = {
        target = row.target, protectionUnitId = row.protectionUnitId, code = row.code,
        destination = row.destinationType, before = row.before, at = row.at, kind = row.kind,
      }
    end
  end
  return list
end

--- The targets that take back what was restored in place: each to its newest restore point from before it was replaced.
-- Those that have none are left out (`row.way_back` is "none"). To make the plan:
--
--     local targets, before = report:way_back()
--     local plan = m365.plan(client, { service = "sharePoint", targets = targets, before = before, prefer = "latest" })
-- @treturn table list of { target, protectionUnitId, before, destination }
-- @treturn ?string the last of these moments, which `m365.plan` wants as `before`; each target has its own
function Report:way_back()
  local list, last = {}, nil
  for _, row in ipairs(self.rows) do
    if row.way_back_point then
      list[#list + 1] = {
        target = row.target, protectionUnitId = row.protectionUnitId, before = row.replaced, destination = "inPlace",
      }
      last = time.compare(row.replaced, last) == -1 and last or row.replaced
    end
  end
  return list, last
end

local columns = {
  "target", "name", "outcome", "code", "class", "remedy", "message", "wave", "session", "artifact", "status",
  "protectionDateTime", "lost", "destinationType", "before", "at", "kind", "startDateTime", "completionDateTime", "url",
  "awaited", "restoredItemCount", "replaced", "way_back", "way_back_point", "protectionUnitId", "restorePointId",
}

--- Saves the report, as a whole or not at all. Never yields.
-- @function Report:save
-- @tparam string path ending in ".csv", ".json", or ".html" (one page for people, with nothing outside of it)
-- @tparam[opt] table opts of a CSV: `separator`, ";" for an Excel that wants it
-- @treturn ?boolean true; or nil, err
function Report:save(path, opts)
  local extension = type(path) == "string" and path:lower():match "%.(%w+)$"
  if extension == "csv" then
    return csv.save(path, columns, self.rows, opts)
  elseif extension == "json" then
    return system.replace(path, repair.encode_rows(self))
  elseif extension == "html" then
    return system.replace(path, html.render(self))
  end
  error("report:save: path: a path ending in .csv, .json or .html was expected, got " .. tostring(path), 2)
end

return report
