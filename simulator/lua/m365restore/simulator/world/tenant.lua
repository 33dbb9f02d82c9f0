--- The tenant: protection units and their restore points, made from the seed when somebody looks.
-- @module m365restore.simulator.world.tenant
local figures = require "m365restore.simulator.world.figures"

local World = {}
World.__index = World

local world = {}

local DAY, kept = figures.DAY, figures.kept
local GRAIN = 600
local WEEK = 7 * DAY

world.HOST = "contoso.sharepoint.com"
world.PERSONAL_HOST = "contoso-my.sharepoint.com"

--- The kinds of units and the properties that only they have.
world.KINDS = { "site", "drive", "mailbox" }

local SPECIFIC = {
  site = function(ids, n, unit)
    unit.siteId = ("%s,%s,%s"):format(world.HOST, ids:guid("restored", 2 * n), ids:guid("restored", 2 * n + 1))
    unit.siteName = ("Site %04d"):format(n)
    unit.siteWebUrl = ("https://%s/sites/site-%04d"):format(world.HOST, n)
  end,
  drive = function(ids, n, unit)
    unit.directoryObjectId = ids:guid("user", n)
    unit.displayName = ("User %04d"):format(n)
    unit.email = ("user%04d@contoso.com"):format(n)
  end,
}
SPECIFIC.mailbox = SPECIFIC.drive

-- The first policy of each workload holds all that the seed made.
local POLICIES = { site = 1, drive = 2, mailbox = 3 }

local function number_in(pattern)
  return function(_, value) return math.tointeger(tonumber(value:lower():match(pattern))) end
end

-- The number of the unit that a name may belong to: names can be read back, like ids.
local NAMING = {
  siteWebUrl = number_in "/sites/site%-0*(%d+)/?$",
  email = number_in "^user0*(%d+)@",
  directoryObjectId = function(ids, value)
    local kind, n = ids:read(value)
    return kind == "user" and n or nil
  end,
  siteId = function(ids, value) -- host,site,web, or the site alone
    local kind, n = ids:read(value:match("^[^,]*,([^,]*),") or value)
    return kind == "restored" and n // 2 or nil
  end,
}

--- The site that a unit is, or that holds its OneDrive.
-- @tparam table unit
-- @treturn string name
-- @treturn string URL
function world.site_of(unit)
  if unit.kind == "site" then return unit.siteName, unit.siteWebUrl end
  return unit.displayName, ("https://%s/personal/%s"):format(world.PERSONAL_HOST, unit.email:gsub("[@.]", "_"))
end

--- Makes a tenant.
-- @tparam table options `sites`, `drives`, `mailboxes`, `points_per_unit`, `point_interval` in seconds, `now`
-- @tparam Ids ids
-- @treturn World
function world.new(options, ids)
  return setmetatable({
    ids = ids,
    start = options.now,
    counts = { site = options.sites, drive = options.drives, mailbox = options.mailboxes },
    per_unit = options.points_per_unit,
    interval = options.point_interval,
    changes = {}, -- unit id -> properties that are not the seed's
    added = { site = {}, drive = {}, mailbox = {} }, -- what policies were given beside the seeded units
    named = {}, -- kind, property and value of those -> unit id
    gone = {}, -- restore point id -> true
    people = {}, -- directory object id -> properties that are not the seed's
  }, World)
end

--- The n-th unit of a kind.
-- @tparam string kind
-- @tparam integer n from 1
-- @treturn ?table the unit, or nil past the end
function World:unit(kind, n)
  if n < 1 or n > self.counts[kind] then return nil end
  local ids = self.ids
  local unit = {
    id = ids:guid(kind, n), kind = kind, n = n, status = "protected", protectionSources = "manual",
    policyId = ids:guid("policy", POLICIES[kind]), created = self.start - figures.age.unit - n % 1000,
  }
  SPECIFIC[kind](ids, n, unit)
  for name, value in pairs(self.changes[unit.id] or {}) do unit[name] = value end
  return unit
end

--- A site or a user that is not protected.
-- @tparam string kind
-- @tparam integer n beyond the protected ones
-- @treturn table with the names that a unit has
function World:outsider(kind, n)
  local unit = {}
  SPECIFIC[kind](self.ids, n, unit)
  return unit
end

--- The number of units of a kind that the seed made; what was added has higher numbers.
-- @tparam string kind
-- @treturn integer
function World:seeded(kind) return self.counts[kind] - #self.added[kind] end

--- Changes properties of a unit.
-- @tparam table unit
-- @tparam table properties
function World:change(unit, properties)
  local changes = self.changes[unit.id] or {}
  for name, value in pairs(properties) do changes[name] = value end
  self.changes[unit.id] = changes
end

--- Changes properties of a person, who need not be anybody's owner.
-- @tparam string id of the directory object
-- @tparam table properties `userPrincipalName`, `mail`, `proxyAddresses`, `displayName`
function World:change_person(id, properties)
  local person = self.people[id] or {}
  for name, value in pairs(properties) do person[name] = value end
  self.people[id] = person
end

--- Adds a unit that the seed does not have.
-- @tparam string kind
-- @tparam table properties; one of them names the site or the user
-- @treturn table the unit
function World:add_unit(kind, properties)
  local n = self.counts[kind] + 1
  self.counts[kind] = n
  local unit = self:unit(kind, n)
  self.added[kind][#self.added[kind] + 1] = n
  self:change(unit, properties)
  for name, value in pairs(properties) do
    if NAMING[name] then self.named[table.concat({ kind, name, value:lower() }, "\n")] = unit.id end
  end
  return self:unit(kind, n)
end

--- Finds a unit by the site or the user that it protects.
-- @tparam string kind
-- @tparam string property siteId, siteWebUrl, directoryObjectId or email
-- @tparam string value
-- @treturn ?table
function World:find_named(kind, property, value)
  local added = self.named[table.concat({ kind, property, value:lower() }, "\n")]
  if added then return self:find_unit(added) end
  local n = NAMING[property](self.ids, value)
  local unit = n and self:unit(kind, n)
  local own = unit and unit[property]:lower()
  if own and (own == value:lower() or own:find("," .. value:lower() .. ",", 1, true)) then return unit end
end

--- Finds a unit by its id.
-- @tparam string id
-- @treturn ?table
function World:find_unit(id)
  local kind, n = self.ids:read(id)
  return kind and self.counts[kind] and self:unit(kind, n)
end

-- How long a point is kept; what an odd one is kept for is the policy's choice, which the unit shows.
local function life_of(unit, fast)
  if not fast then return kept.slow_point end
  return unit.backupRetentionPeriodInDays and unit.backupRetentionPeriodInDays * DAY or kept.fast_point
end

-- The end of a point, where a shorter window of its unit is announced: until then it is as if there were none.
local function shortened(unit, taken, expires)
  local change = unit.shrinks
  return change and math.min(expires, math.max(change.from, taken + change.days * DAY)) or expires
end

local function point_of(self, unit, k)
  local shift = self.ids:pick("shift " .. unit.kind, unit.n, math.max(1, self.interval // GRAIN)) * GRAIN
  local taken = math.floor(self.start - (k - 1) * self.interval - shift)
  local fast = k % 2 == 1
  local announced = taken + life_of(unit, fast)
  return {
    id = ("%s_%d_%d_1"):format(unit.id, taken, k), unit = unit, taken = taken, fast = fast, announced = announced,
    expires = shortened(unit, taken, announced),
  }
end

-- A unit that a policy took in has no points yet, one that was offboarded has none any more.
local function has_points(self, unit, now)
  return unit.n <= self:seeded(unit.kind) and not (unit.outcome == "offboarded" and now >= unit.due)
end

-- A unit that was moved to another geography has only its weekly points: here the first ones of each week.
local function is_left(self, unit, point, k)
  if not unit.moved then return true end
  return k == self.per_unit or point.taken // WEEK ~= point_of(self, unit, k + 1).taken // WEEK
end

--- The restore points of a unit that exist at a time, newest first.
-- @tparam table unit
-- @tparam number now
-- @treturn table list
function World:points(unit, now)
  local points = {}
  if not has_points(self, unit, now) then return points end
  for k = 1, self.per_unit do
    local point = point_of(self, unit, k)
    local is_there = point.expires > now and not self.gone[point.id] and is_left(self, unit, point, k)
    if is_there then points[#points + 1] = point end
  end
  return points
end

--- Finds a restore point by its id.
-- @tparam string id
-- @tparam number now
-- @treturn ?table
function World:find_point(id, now)
  local unit_id, k = id:match("^([%x-]+)_%d+_(%d+)_1$")
  k = k and math.tointeger(tonumber(k))
  if not k or k < 1 or k > self.per_unit or self.gone[id] then return nil end
  local unit = self:find_unit(unit_id)
  if not unit or not has_points(self, unit, now) then return nil end
  local point = point_of(self, unit, k)
  if point.id == id and point.expires > now and is_left(self, unit, point, k) then return point end
end

return world
