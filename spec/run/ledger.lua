--- For the property spec: one comparison of a report with what the simulated service did, in both directions.
local time = require "m365restore.time"

local ledger = {}

local function is_row(restore, row)
  if row.kind == "item" then
    return restore.item == row.itemKey and restore.browseSession == row.browseSessionId
  end
  return restore.restorePoint == row.restorePointId and restore.destinationType == row.destinationType
    and (row.kind ~= "messages" or restore.search == row.searchResponseId)
end

--- What the plan's row was restored by: the entries of the service's list, in the order in which they end.
local function restores_of(row, restores)
  local list = {}
  for _, restore in ipairs(restores) do
    if is_row(restore, row) then list[#list + 1] = restore end
  end
  return list
end

--- Was there another state over a restore in place, at a moment?
local function is_covered(restore, past, at)
  for _, other in ipairs(past.restores) do
    if other.unit == restore.unit and other.destinationType == "inPlace" and other.state == "succeeded"
      and other.restorePoint ~= restore.restorePoint and other.finish > restore.finish and other.finish <= at then
      return true
    end
  end
  return false
end

local function in_session(list, id)
  for _, restore in ipairs(list) do
    if restore.session == id then return restore end
  end
end

--- The outcomes that a row may have, by what others have done of it since the plan was made, and what they were at when
-- it was applied. What ends between then and the look at them, or is restored over it, is seen or not.
local function allowed_for(row, past)
  local done, lasting, elsewhere, unsure = false, false, false, false
  for _, restore in ipairs(row.kind ~= "messages" and restores_of(row, past.restores) or {}) do
    local foreign = past.foreign[restore.session]
    elsewhere = elsewhere or foreign and restore.finish > past.looked
    unsure = unsure or foreign and restore.finish > past.applied
    local before = restore.finish > past.planned and restore.finish <= past.applied
    if foreign and before and restore.state == "succeeded" then
      local in_place = row.destinationType == "inPlace"
      done = done or not in_place or not is_covered(restore, past, past.applied)
      lasting = lasting or not in_place or not is_covered(restore, past, math.huge)
    end
  end
  local ours, theirs = not lasting and not elsewhere, not lasting and (elsewhere or unsure)
  return { restored = ours, failed = ours, failed_elsewhere = theirs, already_restored = done or unsure }
end

local checks = {}

function checks.restored(_, said, list, past)
  local restore = in_session(list, said.session)
  return restore and restore.state == "succeeded" and not past.foreign[restore.session]
    or "restored, but not by the session named"
end

function checks.failed(_, said, list, past)
  local restore = in_session(list, said.session)
  return restore and restore.state == "failed" and not past.foreign[restore.session]
    or "failed, but not in the session named"
end

function checks.already_restored(row, said, list, past)
  local restore = in_session(list, said.session)
  if not restore or restore.state ~= "succeeded" or restore.finish <= past.planned then
    return "already restored, but not by the session named, since the plan"
  end
  return row.destinationType ~= "inPlace" or not is_covered(restore, past, past.applied)
    or "already restored, but another point was restored over it"
end

function checks.failed_elsewhere(_, said, list, past)
  local restore = in_session(list, said.session)
  return restore and (past.foreign[restore.session] or past.maker_hidden)
    and (restore.state == "failed" or is_covered(restore, past, math.huge)) or "did not fail elsewhere"
end

--- Was a row restored twice, even if the report says otherwise? By two sessions of ours; or by one, though another had
-- done it since the plan was made, or was at it when the sessions of others were read, and succeeded.
local function check_twice(row, list, past)
  local mine, theirs = {}, nil
  for _, restore in ipairs(list) do
    local foreign, known = past.foreign[restore.session], restore.finish <= past.applied or restore.finish > past.looked
    if not foreign and restore.state ~= "failed" then
      mine[#mine + 1] = restore.session
    elseif foreign and known and row.kind ~= "messages" and restore.state == "succeeded"
      and restore.finish > past.planned
      and (row.destinationType ~= "inPlace" or not is_covered(restore, past, math.huge)) then
      theirs = restore.session
    end
  end
  if #mine + (mine[1] and theirs and 1 or 0) > 1 then
    local others = theirs and " and " .. theirs .. " of others" or ""
    return ("restored twice: by %s of ours%s"):format(table.concat(mine, ", "), others)
  end
end

--- Why what is said of a row is untrue; nil: it is true.
local function check_row(row, said, past)
  local list, allowed = restores_of(row, past.restores), allowed_for(row, past)
  local twice = check_twice(row, list, past)
  if twice then return twice end
  -- a session of ours whose answer was lost and whose maker is not shown is another's to us
  local hidden = past.maker_hidden and allowed.restored
  if hidden then allowed.already_restored, allowed.failed_elsewhere = true, true end
  local check = checks[said.outcome]
  local result = check and check(row, said, list, past)
  if result ~= true then return result or "unexpected outcome" end
  if not allowed[said.outcome] then return "said without a reason in what others did, or against it" end
  local most, mine = (hidden or said.outcome == "restored") and 1 or 0, 0
  for _, restore in ipairs(list) do
    mine = mine + (not past.foreign[restore.session] and restore.state ~= "failed" and 1 or 0)
  end
  return mine > most and ("restored %d times by us"):format(mine) or nil
end

--- Restores of ours that no row stands for: what was excluded or refused, or is in no plan.
local function check_rest(plan, said, past)
  for _, restore in ipairs(past.restores) do
    local found = past.foreign[restore.session] ~= nil
    for n, row in ipairs(found and {} or plan.rows) do
      found = found or not row.refusal and is_row(restore, row) and said[n].outcome ~= "excluded"
    end
    if not found then
      return ("session %s restored %s to %s, which no row stands for"):format(restore.session, restore.restorePoint,
        restore.destinationType)
    end
  end
  return true
end

--- Compares a report with the service.
-- @tparam Plan plan
-- @tparam Report report
-- @tparam table past `restores` (of the simulator), `foreign` (id of a session -> true), `planned` and `applied` (epoch
-- seconds, when the plan was made and first applied), `looked` (likewise, when the sessions of others were read at the
-- latest), `excluded` (id of a unit -> true), `maker_hidden`
-- @treturn ?string what is untrue; nil: nothing is
function ledger.compare(plan, report, past)
  if #report.rows ~= #plan.rows then return "not one row for each target" end
  for _, restore in ipairs(past.restores) do
    if past.excluded[restore.unit] and not past.foreign[restore.session] then return "an excluded unit was touched" end
  end
  for n, row in ipairs(plan.rows) do
    local said = report.rows[n]
    local problem
    if past.excluded[row.protectionUnitId or ""] and said.outcome ~= "excluded" and said.outcome ~= "duplicate" then
      problem = "not excluded"
    elseif not row.refusal then
      problem = check_row(row, said, past)
    end
    if problem then return ("row %d (%s): %s: %s"):format(n, row.target, said.outcome, problem) end
  end
  local rest = check_rest(plan, report.rows, past)
  return rest ~= true and rest or nil
end

--- The moment of a simulator's clock.
function ledger.moment(sim)
  return time.parse(time.format(sim:clock():now()))
end

return ledger
