--- The reads of a plan: units and restore points, both at once.
-- @module m365restore.restore.survey
local core = require "m365restore.core"
local gather = require "m365restore.driver.gather"
local ladder = require "m365restore.restore.ladder"
local resolve = require "m365restore.restore.resolve"
local targets = require "m365restore.restore.targets"
local time = require "m365restore.time"

local survey = {}

-- searches at a time; the client's own limit comes on top
local SEARCHERS = 16

survey.preferences = ladder.preferences

--- The reason why one of several tasks failed.
local function reason_of(failures)
  local _, err = next(failures)
  if err ~= nil and type(err) ~= "table" then
    error(err, 0) -- misuse, or a bug: it goes on its way
  end
  return err
end

--- Finds the unit of every target, and the point of every unit. May yield.
-- @tparam client client
-- @tparam table spec `service`, `prefer`, `max_loss`, `moment` (T, epoch seconds), `exact`
-- @tparam table wanted from @{m365restore.restore.targets.read}
-- @treturn ?table targets with `unit` or `refusal`; or nil, err
-- @treturn table unit id -> the point, or `{ refusal = }`
function survey.run(client, spec, wanted)
  local points = ladder.new(client, spec)
  local fed, list = {}, nil
  local function feed(unit, target)
    if not fed[unit.id] then
      fed[unit.id] = true
      points:feed(unit.id, target.before and time.parse(target.before) or spec.moment)
    end
  end
  local roles = { function()
    local err
    list, err = resolve.units(client, spec.service, wanted, feed)
    if not list then
      points:abandon(err)
    end
    points:close()
    return list, err
  end }
  for i = 1, SEARCHERS do
    roles[i + 1] = function() return points:work() end
  end
  local _, failures = gather(roles, function(role)
    local ok, result, problem = pcall(role)
    if not ok then -- who raises ends the others, which would wait for it
      points:abandon(result)
      error(result, 0)
    end
    return result, problem
  end)
  local err = reason_of(failures)
  if err then
    return nil, err
  end
  return list, points.choices
end

--- Looks whether a plan's units and points are still what they were. May yield.
-- @tparam client client
-- @tparam Plan plan
-- @treturn ?boolean true; or nil, err: `plan_stale`, with `err.differences`
function survey.verify(client, plan)
  local rows, list = {}, {}
  for _, row in ipairs(plan.rows) do
    if not row.refusal and row.kind == "standard" then
      rows[#rows + 1] = row
      list[#list + 1] = { given = row.target, key = targets.id_key(row.protectionUnitId), before = row.before }
    end
  end
  if #list == 0 then
    return true
  end
  local found, choices = survey.run(client, {
    service = plan.service, prefer = plan.prefer, max_loss = plan.max_loss,
    moment = time.parse(plan.at or plan.before), exact = plan.at ~= nil,
  }, { list = list })
  if not found then
    return nil, choices
  end
  local differences = {} -- rows of other kinds hang on a snapshot that was opened, or on a search: nothing to compare
  for i, target in ipairs(found) do
    local choice = target.unit and choices[target.unit.id] or {}
    local refusal = target.refusal or choice.refusal
    if refusal then
      differences[#differences + 1] = string.format("%s: %s: %s", target.given, refusal.code, refusal.message)
    elseif choice.id ~= rows[i].restorePointId then
      differences[#differences + 1] = string.format("%s: its restore point of %s is gone; the next is of %s",
        target.given, rows[i].protectionDateTime, tostring(choice.protectionDateTime))
    end
  end
  if #differences == 0 then
    return true
  end
  return nil, core.failure {
    code = "plan_stale", class = "refuse", operation = "apply", sent = false, attempts = 0, differences = differences,
    message = string.format("%d of the plan's rows are no longer as planned; %s", #differences, differences[1]),
  }
end

return survey
