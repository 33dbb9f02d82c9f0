--- What the names of a target mean together, once each of them has found its units, and why it is nothing that can be
-- restored. A unit is what the resolver keeps of one: `id`, `name`, `address`, `status`, `owner`, `keys`. Never yields.
-- @module m365restore.plan.match
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
  local live = {}
  for _, unit in ipairs(units) do
    live[#live + 1] = not is_lost(unit) and unit or nil
  end
  return live
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
  local ids = {}
  for i, unit in ipairs(units) do
    ids[i] = unit.id
  end
  return table.concat(ids, ", ")
end

local wholes = {
  item = "this row is about a file: plan_files plans it",
  messages = "this row is about messages: plan_messages plans it",
}

--- Finds the one unit of a target, `target.unit`, or why it has none, `target.refusal`. `target.units` are all that
-- answer to it.
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
  end
end

local function settings_of(target)
  return tostring(target.before or target.at), tostring(target.destinationType)
end

--- What a second row for the same unit says: nothing of its own counts.
local function duplicate_of(target, other, n)
  local moment, place = settings_of(target)
  local other_moment, other_place = settings_of(other)
  local differs = moment ~= other_moment or place ~= other_place
  return refusal("duplicate", "the same unit as target %d, %s%s", n, other.given,
    differs and "; the time and destination of that one count" or "")
end

--- Units that several targets mean are restored once: the first counts, and is changed by none that repeats it.
-- @tparam table list targets that have been judged
function match.refuse_duplicates(list)
  local first = {}
  for i, target in ipairs(list) do
    local id = target.unit and target.unit.id
    if id and first[id] then
      target.refusal = duplicate_of(target, list[first[id]], first[id])
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
