--- What the names of a target mean together, once each of them has found its units, and why it is nothing that can be
-- restored. A unit is what the resolver keeps of one: `id`, `name`, `address`, `status`, `owner`, `keys`. Never yields.
-- @module m365restore.plan.match
local spelling = require "m365restore.plan.spelling"
local tables = require "m365restore.tables"

local match = {}

-- States in which the service keeps no restore points for a unit, or soon will not. A state that is not known here
-- is left to the search for points.
local lost_states = { unprotected = true, removerequested = true, offboarded = true }

local function refusal(code, ...)
  return { code = code, message = string.format(...) }
end

--- Does the service keep no restore points for a unit?
-- @tparam table unit
-- @treturn boolean
local function is_lost(unit)
  return lost_states[tostring(unit.status):lower()] == true
end

match.is_lost = is_lost

local function name_of(unit)
  return unit.address or unit.name or unit.id
end

--- Are two units the same, or one the successor of the other, which is not protected any more?
local function is_same(a, b)
  if a.id == b.id then
    return true
  elseif not is_lost(a) and not is_lost(b) then
    return false
  end
  for _, key in ipairs(a.keys) do
    for _, other in ipairs(b.keys) do
      if key == other then
        return true
      end
    end
  end
  return false
end

--- The units of one list that are in the other, too; of two that are the same, the one that is still protected.
local function common_of(mine, theirs)
  local common = {}
  for _, a in ipairs(mine) do
    for _, b in ipairs(theirs) do
      if is_same(a, b) then
        common[#common + 1] = is_lost(a) and b or a
      end
    end
  end
  return common
end

local function live_of(units)
  return tables.filter(units, function(unit) return not is_lost(unit) end)
end

local function quoted(clue)
  return (clue.heading and clue.heading .. " " or "") .. "'" .. clue.text .. "'"
end

--- What a clue leads to, in words.
local function half_of(clue)
  if clue.units then
    local unit = clue.units[1]
    return ("%s is %s (unit %s)"):format(quoted(clue), name_of(unit), unit.id)
  elseif clue.below then
    return ("%s lies in %s"):format(quoted(clue), name_of(clue.below.unit))
  end
  return ("%s is the user %s"):format(quoted(clue), table.concat(clue.owners, ", "))
end

local function contradiction(a, b)
  return refusal("contradiction", "%s, and %s", half_of(a), half_of(b))
end

--- Does a clue that has no unit of its own speak of another place or person than these units?
local function denies(clue, units)
  if clue.units or not clue.below and not (clue.owners and clue.owners[1]) then
    return false
  end
  for _, unit in ipairs(units) do
    if clue.below and is_same(clue.below.unit, unit) then
      return false
    end
    for _, owner in ipairs(clue.owners or {}) do
      if unit.owner == nil or unit.owner == owner then
        return false
      end
    end
  end
  return true
end

--- Why a clue has no unit. What says most has the highest rank.
local function reason_of(clue, service)
  if clue.flaw then
    return refusal("unreadable", "%s", clue.flaw), 1
  elseif clue.below then
    return refusal("below_site", "it lies in %s: give the address of the site if all of it is meant",
      name_of(clue.below.unit)), 5
  elseif clue.owners and clue.owners[1] then
    return refusal("unprotected", "the user is known, but no unit of %s is theirs", service), 4
  elseif clue.refusal then
    return clue.refusal, clue.refusal.code == "unknown" and 2 or 4
  elseif clue.personal and clue.personal.is_below then
    return refusal("below_site", "it lies in https://%s/personal/%s: give that address if all of it is meant",
      clue.personal.host, clue.personal.name), 3
  elseif clue.loose then
    return refusal("unreadable", "this is no URL, e-mail address or id"), 1
  end
  return refusal("unknown", "no protection unit of %s has this address or id", service), 2
end

local function reason_of_all(target, service)
  local best, highest
  for _, clue in ipairs(target.clues) do
    local reason, rank = reason_of(clue, service)
    if not best or rank > highest then
      best, highest = reason, rank
    end
  end
  return best or refusal("unreadable", "this is no URL, e-mail address or id")
end

--- The units that all names of a target agree on; a name that finds nothing leaves it to the others.
local function agree(target, service)
  local units, first
  for _, clue in ipairs(target.clues) do
    local common = clue.units and units and common_of(units, clue.units) or clue.units
    if common and #common == 0 then
      return nil, contradiction(first, clue)
    elseif common then
      units, first = common, first or clue
    end
  end
  if not units then
    return nil, reason_of_all(target, service)
  end
  for _, clue in ipairs(target.clues) do
    if denies(clue, units) then
      return nil, contradiction(first, clue)
    end
  end
  local live = live_of(units)
  return #live > 0 and live or units
end

local function ids_of(units)
  return table.concat(tables.map(units, function(unit) return unit.id end), ", ")
end

local wholes = {
  item = "this row is about a file: plan_files plans it",
  messages = "this row is about messages: plan_messages plans it",
}

--- Does what a target is called find its unit by itself, and not as one of the other addresses of a user?
local function is_named(target, unit)
  local clue = spelling.read(target.given)
  for _, key in ipairs(clue and unit.keys or {}) do
    if key == clue.key or key == clue.other then
      return true
    end
  end
  for _, own in ipairs(clue and target.clues or {}) do
    for _, found in ipairs(own.key == clue.key and not own.asked_further and own.units or {}) do
      if found.id == unit.id then
        return true
      end
    end
  end
  return false
end

--- Finds the one unit of a target, `target.unit`, or why it has none, `target.refusal`. `target.units` are all that
-- answer to it; `target.misnamed` is set where it was found, and not by what it is called.
-- @tparam table target
-- @tparam string service
-- @tparam[opt] string takes "messages" where rows about messages are meant
function match.judge(target, service, takes)
  local units, reason = agree(target, service)
  target.units = units or {}
  if target.refusal and target.refusal.code ~= "excluded" then
    return
  elseif target.part and target.part ~= takes then
    target.refusal = refusal("part", "%s", wholes[target.part])
  elseif not units then
    target.refusal = target.refusal or reason
  elseif #units > 1 then
    target.refusal = target.refusal or refusal("ambiguous", "%d units answer to it: %s", #units, ids_of(units))
  elseif is_lost(units[1]) then
    target.refusal = target.refusal or refusal("unprotected", "the unit is %s", tostring(units[1].status))
  else
    target.unit = units[1]
    target.misnamed = not is_named(target, target.unit) or nil
  end
end

--- What is said of a second row for the same unit: nothing of its own counts. Also of a plan's rows.
-- @tparam table target `before`, `at`, `destinationType`
-- @tparam table other likewise, of the one that counts
-- @tparam integer n its number
-- @tparam string given what it is called
-- @treturn string
function match.duplicate_message(target, other, n, given)
  local differs = target.before ~= other.before or target.at ~= other.at
    or target.destinationType ~= other.destinationType
  return string.format("the same unit as target %d, %s%s", n, given,
    differs and "; the time and destination of that one count" or "")
end

--- Units that several targets mean are restored once: the first counts, and is changed by none that repeats it.
-- @tparam table list targets that have been judged
function match.refuse_duplicates(list)
  local first = {}
  for i, target in ipairs(list) do
    local id = target.unit and target.unit.id
    if id and first[id] then
      local other = list[first[id]]
      target.refusal = refusal("duplicate", "%s", match.duplicate_message(target, other, first[id], other.given))
      target.refusal.of = first[id]
    elseif id then
      first[id] = i
    end
  end
end

--- The units that an exclusion or a priority means, or why it means none.
-- @tparam table target
-- @tparam string service
-- @treturn ?table units; or nil, { code, message }
function match.of_entry(target, service)
  if target.part then
    return nil, refusal("part", "%s", wholes[target.part])
  elseif target.refusal and target.refusal.code == "unreadable" then
    return nil, target.refusal
  end
  return agree(target, service)
end

return match
