--- The reads of a plan: units and restore points, both at once.
-- @module m365restore.plan.survey
local fail = require "m365restore.fail"
local gather = require "m365restore.driver.gather"
local point_search = require "m365restore.plan.point_search"
local resolve = require "m365restore.plan.resolve"
local spelling = require "m365restore.plan.spelling"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"

local survey = {}

-- searches at a time; the client's own limit comes on top
local SEARCHERS = 16

survey.preferences = point_search.preferences

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
-- @tparam table spec `service`, `prefer`, `max_loss`, `moment` (T, epoch seconds), `exact` (a point at T itself counts)
-- @tparam table wanted from @{m365restore.plan.targets.read}
-- @tparam[opt] table beside `exclude` and `priority`: lists of targets
-- @treturn ?table targets with `unit` or `refusal`; or nil, err
-- @treturn function (target) -> its point, or `{ refusal = }`; nil where it has no unit
-- @treturn table what `beside` means, from @{m365restore.plan.resolve.units}
function survey.run(client, spec, wanted, beside)
  local points = point_search.new(client, spec)
  local list, entries
  local function limit_of(target)
    return point_search.limit_of(target, spec.moment, spec.exact)
  end
  local function feed(unit, target)
    points:feed(unit.id, limit_of(target))
  end
  local roles = { function()
    list, entries = resolve.units(client, spec.service, wanted, feed, beside)
    if not list then
      points:abandon(entries)
    end
    points:close()
    return list, entries
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
  return list, function(target)
    return target.unit and points:choice(target.unit.id, limit_of(target))
  end, entries
end

--- What a plan's row says of its unit and the service does not; nil: nothing. What the service does not show to this
-- caller is not compared.
local function mismatch(row, unit)
  if row.name and unit.name and row.name ~= unit.name then
    return string.format("%s: its name is %s, and in the plan %s", row.target, unit.name, row.name)
  end
  local shown, clue = unit.address, spelling.read(row.address or "")
  local kind = spelling.read(shown or "")
  if clue and kind and clue.kind == kind.kind and clue.key ~= kind.key then
    return string.format("%s: its address is %s, and in the plan %s", row.target, shown, row.address)
  end
end

--- Looks whether a plan's units and points are still what they were. May yield.
-- @tparam client client
-- @tparam Plan plan
-- @tparam function left () -> how long the next read may take, in real seconds
-- @treturn ?boolean true; or nil, err: `plan_stale`, with `err.differences`
function survey.verify(client, plan, left)
  local rows, list = {}, {}
  for _, row in ipairs(plan.rows) do
    if not row.refusal and row.kind == "standard" then
      rows[#rows + 1] = row
      local target = targets.of_unit(row.protectionUnitId, row.target)
      targets.add_name(target, row.target)
      target.before, target.at = row.before, row.at
      list[#list + 1] = target
    end
  end
  if #list == 0 then
    return true
  end
  local found, choice_of = survey.run(client, {
    service = plan.service, prefer = plan.prefer, max_loss = plan.max_loss,
    moment = time.parse(plan.at or plan.before), exact = plan.at ~= nil, left = left,
  }, { list = list, left = left })
  if not found then
    return nil, choice_of
  end
  local differences = {} -- rows of other kinds hang on a snapshot that was opened, or on a search: nothing to compare
  for i, target in ipairs(found) do
    local choice = choice_of(target) or {}
    local refusal = target.refusal or choice.refusal
    if refusal then
      differences[#differences + 1] = string.format("%s: %s: %s", target.given, refusal.code, refusal.message)
    elseif choice.id ~= rows[i].restorePointId then
      differences[#differences + 1] = string.format("%s: its restore point of %s is gone; the next is of %s",
        target.given, rows[i].protectionDateTime, tostring(choice.protectionDateTime))
    else
      differences[#differences + 1] = mismatch(rows[i], target.unit)
    end
  end
  if #differences == 0 then
    return true
  end
  return fail("apply", { code = "plan_stale", differences = differences },
    "%d of the plan's rows are no longer as planned; %s", #differences, differences[1])
end

return survey
