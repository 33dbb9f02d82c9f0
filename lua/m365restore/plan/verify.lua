--- A plan and the service, before the plan is applied: are its units, their names and their points still what they
-- were, and are the looks into snapshots those of the points that the plan tells?
-- @module m365restore.plan.verify
local fail = require "m365restore.fail"
local gather_all = require "m365restore.driver.gather_all"
local rules = require "m365restore.graph.rules"
local spelling = require "m365restore.plan.spelling"
local survey = require "m365restore.plan.survey"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"

-- reads of looks and points at a time
local READERS = 8

local function is_whole(row)
  return not row.refusal and row.kind == "standard"
end

-- {====== Units and their points ======

--- The row as a target: its unit, and what it is called, which has to be the same.
local function target_of(row)
  local target = targets.of_unit(row.protectionUnitId, row.target)
  target.name = row.kind ~= "item" and not row.misnamed and spelling.read(row.target) or nil
  table.insert(target.clues, target.name)
  target.before, target.at, target.without_point = row.before, row.at, not is_whole(row)
  return target
end

--- The rows whose units are looked up, as targets: of several that are parts of one unit, the first.
local function targets_of(rows)
  local chosen, list, seen = {}, {}, {}
  for _, row in ipairs(rows) do
    local id = row.kind ~= "bulk" and row.protectionUnitId
    if id and not (row.kind == "item" and seen[id]) then
      seen[id] = true
      chosen[#chosen + 1], list[#list + 1] = row, target_of(row)
    end
  end
  return chosen, list
end

--- Does the name of a row find its unit? True also where this caller may not look it up.
local function is_named(row, target)
  local clue = target.name
  for _, unit in ipairs(clue and clue.units or {}) do
    if unit.id == target.unit.id then
      return true
    end
  end
  return row.kind == "item" or row.misnamed or clue ~= nil and clue.undecided == true
end

--- What a row says of its unit and the service does not; nil: nothing. What the service does not show to this caller
-- is not compared.
local function mismatch(row, target)
  local unit = target.unit
  if not is_named(row, target) then
    local reason = target.name and target.name.refusal or {}
    return string.format("%s: %s, and in the plan it is unit %s", row.target,
      reason.message or "no protection unit has this name", unit.id)
  elseif row.name and unit.name and row.name ~= unit.name then
    return string.format("%s: its name is %s, and in the plan %s", row.target, unit.name, row.name)
  end
  local shown, clue = unit.address, spelling.read(row.address or "")
  local kind = spelling.read(shown or "")
  if clue and kind and clue.kind == kind.kind and clue.key ~= kind.key then
    return string.format("%s: its address is %s, and in the plan %s", row.target, shown, row.address)
  end
end

--- How a row differs from what the service says now; nil: it does not. Of rows that are not restored, only what they
-- are called is compared, while their unit is there.
local function difference_of(row, target, choice)
  local refusal = target.refusal
  if refusal and refusal.code == "duplicate" and not is_whole(row) then
    refusal = nil -- of the row that it repeats
  end
  refusal = refusal or choice.refusal
  if refusal and (not row.refusal or refusal.code == "contradiction") then
    return string.format("%s: %s: %s", target.given, refusal.code, refusal.message)
  elseif refusal or not target.unit then
    return nil
  elseif is_whole(row) and choice.id ~= row.restorePointId then
    return string.format("%s: its restore point of %s is gone; the next is of %s", target.given,
      row.protectionDateTime, tostring(choice.protectionDateTime))
  end
  return mismatch(row, target)
end

--- Compares the rows with the units, and whole ones with their points.
local function compare_units(client, plan, left, differences)
  local rows, list = targets_of(plan.rows)
  if #list == 0 then
    return true
  end
  local found, choice_of = survey.run(client, {
    service = plan.service, prefer = plan.prefer, max_loss = plan.max_loss,
    moment = time.parse(plan.at or plan.before), exact = plan.at ~= nil, left = left,
  }, { list = list, left = left })
  for i, target in ipairs(found or {}) do
    local choice = is_whole(rows[i]) and choice_of(target) or {}
    differences[#differences + 1] = difference_of(rows[i], target, choice)
  end
  return found and true, choice_of
end

-- }======

-- {====== Looks into snapshots ======

--- Is the owner of a snapshot, by the look into it, the unit of its restore point? True also where neither says.
local function is_owned(look, unit)
  local keys = {}
  for _, key in ipairs(type(unit.id) == "string" and spelling.of_unit(unit) or {}) do
    keys[key] = true
  end
  for _, name in ipairs { "siteId", "directoryObjectId" } do
    local both = type(look[name]) == "string" and type(unit[name]) == "string"
    local clue = both and spelling.read(look[name], "id")
    if clue and not keys[clue.key] and not keys[clue.other or ""] then
      return false
    end
  end
  return true
end

--- How a look, the point that it is said to be of, and a row differ; nil: they do not.
local function mismatch_of_look(row, look, point)
  local shown, unit = look.restorePointId, rules.object(point.protectionUnit)
  local moment = time.compare(look.restorePointDateTime, point.protectionDateTime) or 0
  if time.compare(row.protectionDateTime, point.protectionDateTime) ~= 0 then
    return string.format("its restore point is of %s, and in the plan of %s", tostring(point.protectionDateTime),
      tostring(row.protectionDateTime))
  elseif unit.id ~= nil and tostring(unit.id):lower() ~= row.protectionUnitId:lower() then
    return string.format("its restore point is one of unit %s, and in the plan of %s", tostring(unit.id),
      row.protectionUnitId)
  elseif type(shown) == "string" and shown ~= row.restorePointId or moment ~= 0 or not is_owned(look, unit) then
    return string.format("its browse session %s is a look into the snapshot of %s, and in the plan into that of %s",
      look.id, tostring(look.restorePointDateTime), row.protectionDateTime)
  end
end

--- Compares one row of each look with the service. May yield.
local function compare_look(client, plan, left, row)
  local look, err = client[plan.service]:browse_session(row.browseSessionId, { timeout = left() })
  local point, problem
  if look then
    point, problem = client:restore_point(row.restorePointId, { expand = "protectionUnit", timeout = left() })
  end
  err = err or problem
  if err and err.status ~= 404 then
    return nil, err
  end
  local text = err and (look and "its restore point is gone" or "the look into the snapshot is closed")
    or mismatch_of_look(row, look, point)
  return text and row.target .. ": " .. text or false
end

local function compare_looks(client, plan, left, differences)
  local rows, seen = {}, {}
  for _, row in ipairs(plan.rows) do
    local key = not row.refusal and row.kind == "item" and row.browseSessionId .. " " .. row.restorePointId
    if key and not seen[key] then
      rows[#rows + 1], seen[key] = row, true
    end
  end
  local texts, err = gather_all(rows, function(row) return compare_look(client, plan, left, row) end, READERS)
  for _, text in ipairs(texts or {}) do
    differences[#differences + 1] = text or nil
  end
  return texts, err
end

-- }======

--- Looks whether a plan is still true. May yield.
-- @tparam client client
-- @tparam Plan plan
-- @tparam function left () -> how long the next read may take, in real seconds
-- @treturn ?boolean true; or nil, err: `plan_stale`, with `err.differences`
return function(client, plan, left)
  local differences = {}
  local ok, err = compare_units(client, plan, left, differences)
  if ok then
    ok, err = compare_looks(client, plan, left, differences)
  end
  if not ok then
    return nil, err
  elseif #differences == 0 then
    return true
  end
  return fail("apply", { code = "plan_stale", differences = differences },
    "%d of the plan's rows are no longer as planned; %s", #differences, differences[1])
end
