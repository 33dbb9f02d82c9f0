--- What is said when something ends early: by an error that was raised, or by Ctrl-C.
-- @module m365restore.interruption
local core = require "m365restore.core"
local outcomes = require "m365restore.outcomes"

local interruption = {}

--- Is this what Ctrl-C raises in the `lua` program?
-- @param problem what was raised
-- @treturn boolean
function interruption.is(problem)
  if type(problem) == "table" then
    return interruption.is(rawget(problem, "cause"))
  end
  return type(problem) == "string" and problem:find "interrupted!$" ~= nil
end

--- What was raised, without the place in a file of ours.
local function plainly(problem)
  local text = core.plain(problem)
  return (text:gsub("^%S*m365restore[%w_/]*%.lua:%d+: ", ""))
end

--- The failure of a run in which something was raised.
-- @param problem what was raised; a table is a failure already
-- @treturn error `interrupted`, or `internal` with the raw text in `where`
function interruption.failure(problem)
  if type(problem) == "table" then
    return problem
  end
  local interrupted = interruption.is(problem)
  return core.failure {
    code = interrupted and "interrupted" or "internal", operation = "apply", sent = "unknown", attempts = 0,
    message = not interrupted and plainly(problem) or nil, cause = interrupted and problem or nil,
    where = not interrupted and tostring(problem) or nil,
  }
end

local function count(state, plan)
  local restored, running, waiting = 0, 0, 0
  for _, row in ipairs(plan.rows) do
    local result = state.results[row.n]
    if result then
      restored = restored + (outcomes.of(result.outcome).restored and 1 or 0)
    elseif not row.refusal then
      local session = state.by_id[state.at[row.n] or ""]
      local begun = session and (session.stage == "activated" or session.stage == "activating")
      running, waiting = running + (begun and 1 or 0), waiting + (begun and 0 or 1)
    end
  end
  return restored, running, waiting
end

--- The one sentence with which an interrupted run ends.
-- @tparam Run run
-- @param problem what was raised
-- @treturn error `interrupted`; its `cause` is what was raised
function interruption.of_run(run, problem)
  local how = interruption.is(problem) and "" or "by an error (" .. plainly(problem) .. "); "
  return core.failure {
    code = "interrupted", operation = "apply", sent = "unknown", attempts = 0, cause = problem, journal = run.path,
    message = ("%s%d of %d targets are restored, %d go on in the service, %d were not begun; the journal is %s"):format(
      how, select(1, count(run.state, run.plan)), run.plan.planned, select(2, count(run.state, run.plan)),
      select(3, count(run.state, run.plan)), run.path),
    remedy = ("Go on with m365.resume(client, %q), or run the same again."):format(run.path),
  }
end

--- The same where nothing was begun yet.
-- @tparam string what the function
-- @param problem what was raised
-- @treturn error
function interruption.before(what, problem)
  return core.failure {
    code = "interrupted", operation = what, sent = false, attempts = 0, cause = problem,
    message = "nothing was begun", remedy = "Run the same again.",
  }
end

return interruption
