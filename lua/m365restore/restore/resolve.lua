--- From targets to protection units: one walk over the service's list.
-- @module m365restore.restore.resolve
local core = require "m365restore.core"
local gather = require "m365restore.driver.gather"
local targets = require "m365restore.restore.targets"
local uri = require "m365restore.uri"

local resolve = {}

-- States in which the service keeps no restore points for a unit, or soon will not. A state that is not known here
-- is left to the search for points.
local lost_states = { unprotected = true, removerequested = true, offboarded = true }

local function refusal(code, ...)
  return { code = code, message = string.format(...) }
end

--- What is kept of a unit; its page can go.
local function summary(unit)
  return {
    id = unit.id,
    name = unit.siteName or unit.displayName,
    address = unit.siteWebUrl or unit.email or unit.directoryObjectId,
    status = unit.status,
  }
end

local function is_lost(unit)
  return lost_states[tostring(unit.status):lower()] == true
end

--- key -> the targets that wait for it
local function index_of(list)
  local index = {}
  for _, target in ipairs(list) do
    if target.key then
      index[target.key] = index[target.key] or {}
      table.insert(index[target.key], target)
    end
  end
  return index
end

local function add_unit(target, unit)
  target.units = target.units or {}
  for _, known in ipairs(target.units) do
    if known.id == unit.id then
      return false
    end
  end
  table.insert(target.units, unit)
  return true
end

local Walk = {}
Walk.__index = Walk

--- A unit has been found for a target: whoever searches its points can begin.
function Walk:meet(target, unit)
  if add_unit(target, unit) and not is_lost(unit) then
    self.on_unit(unit, target)
  end
end

--- Every protected unit is a target of its own.
function Walk:take_every(unit)
  local policy = self.wanted.policy
  if is_lost(unit) or policy and tostring(unit.policyId):lower() ~= policy:lower() then
    return
  end
  local known = summary(unit)
  local target = { given = known.address or known.id, key = targets.id_key(known.id) }
  table.insert(self.list, target)
  self:meet(target, known)
end

function Walk:take_named(unit)
  local known
  for _, key in ipairs(targets.keys(unit)) do
    for _, target in ipairs(self.index[key] or {}) do
      known = known or summary(unit)
      self:meet(target, known)
    end
  end
  if self.by_directory and unit.directoryObjectId then
    self.by_directory[unit.directoryObjectId:lower()] = known or summary(unit)
  end
end

--- Walks the list once; nil, err where it cannot be read.
function Walk:read()
  local units = self.client[self.service]:protection_units()
  while true do
    local unit, err = units:next()
    if err then
      return nil, err
    elseif not unit then
      return true
    elseif type(unit.id) ~= "string" then
      return nil, core.failure {
        code = "bad_answer", operation = "plan", sent = true, message = "the service lists a unit without an id",
      }
    end
    self.sees_emails = self.sees_emails or unit.email ~= nil
    if self.wanted.every then
      self:take_every(unit)
    else
      self:take_named(unit)
    end
  end
end

local hidden = "this token is not shown the units' e-mail addresses, and the user could not be looked up (%s): grant "
  .. "User.ReadBasic.All, or give the directoryObjectId"

--- The unit of a user whose address the service does not show.
function Walk:look_up(target)
  local address = targets.email_of(target.key)
  local user, err = self.client:request("GET", "/users/" .. uri.escape(address), { query = { ["$select"] = "id" } })
  local unit = user and user.id and self.by_directory[user.id:lower()]
  if unit then
    self:meet(target, unit)
  elseif user then
    target.refusal = refusal("unprotected", "the user is known, but no unit of %s is theirs", self.service)
  elseif err.status == 404 then
    target.refusal = refusal("unknown", "there is no user with this address")
  elseif err.class == "retry" then
    return nil, err
  else
    target.refusal = refusal("email_hidden", hidden, tostring(err.code))
  end
  return true
end

--- App-only tokens see no addresses: then users are looked up.
function Walk:look_up_rest()
  local rest = {}
  for _, target in ipairs(self.list) do
    if not target.units and targets.email_of(target.key) then
      rest[#rest + 1] = target
    end
  end
  if #rest == 0 or self.sees_emails or not self.by_directory then
    return true
  end
  local _, failures = gather(rest, function(target) return self:look_up(target) end)
  local _, err = next(failures)
  return err == nil or nil, err
end

--- Why a target has no unit to restore; nil: it has exactly one, `target.unit`.
local function judge(target, service)
  if target.refusal then
    return target.refusal
  elseif not target.key then
    return refusal("unreadable", "this is no URL, e-mail address or id")
  elseif not target.units then
    return refusal("unknown", "no protection unit of %s has this address or id", service)
  end
  local live = {}
  for _, unit in ipairs(target.units) do
    if not is_lost(unit) then
      live[#live + 1] = unit
    end
  end
  if #live == 0 then
    return refusal("unprotected", "the unit is %s", tostring(target.units[1].status))
  elseif #live > 1 then
    local ids = {}
    for i, unit in ipairs(live) do
      ids[i] = unit.id
    end
    return refusal("ambiguous", "%d units answer to it: %s", #live, table.concat(ids, ", "))
  end
  target.unit = live[1]
end

--- Units that several targets mean are restored once.
local function refuse_duplicates(list)
  local first = {}
  for i, target in ipairs(list) do
    local id = target.unit and target.unit.id
    if id and first[id] then
      target.refusal = refusal("duplicate", "the same unit as target %d, %s", first[id], list[first[id]].given)
    elseif id then
      first[id] = i
    end
  end
end

--- Finds the protection unit of every target. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam table wanted from @{targets.read}
-- @tparam function on_unit called with a unit and a target as soon as the unit is found, while the walk goes on
-- @treturn ?table the targets, each with its `unit`, or with a `refusal` { code, message }; or nil, err
function resolve.units(client, service, wanted, on_unit)
  local list = wanted.list or {}
  local walk = setmetatable({
    client = client, service = service, wanted = wanted, list = list, on_unit = on_unit, index = index_of(list),
  }, Walk)
  for _, target in ipairs(list) do
    if service ~= "sharePoint" and targets.email_of(target.key) then
      walk.by_directory = walk.by_directory or {}
    end
  end
  local ok, err = walk:read()
  if ok then
    ok, err = walk:look_up_rest()
  end
  if not ok then
    return nil, err
  end
  for _, target in ipairs(list) do
    target.refusal = judge(target, service)
    target.units = nil
  end
  refuse_duplicates(list)
  return list
end

--- Does a target of this list say that the caller looks users up? (For the permissions that a plan needs.)
-- @tparam table list targets
-- @treturn boolean
function resolve.names_users(list)
  for _, target in ipairs(list) do
    if targets.email_of(target.key) then
      return true
    end
  end
  return false
end

return resolve
