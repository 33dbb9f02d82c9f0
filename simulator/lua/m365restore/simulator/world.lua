--- The tenant: protection units and their restore points, made from the seed when somebody looks.
-- @module m365restore.simulator.world
local World = {}
World.__index = World

local world = {}

local DAY = 86400
-- Documented example of retention: weekly points for a year, ten-minute points for two weeks.
local FAST_LIFE, SLOW_LIFE = 365 * DAY, 14 * DAY
local GRAIN = 600

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
    changes = {}, -- unit id -> properties set by a test
    gone = {}, -- restore point id -> true
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
    policyId = ids:guid("policy", kind == "site" and 1 or kind == "drive" and 2 or 3),
    created = self.start - 30 * DAY - n % 1000,
  }
  SPECIFIC[kind](ids, n, unit)
  for name, value in pairs(self.changes[unit.id] or {}) do unit[name] = value end
  return unit
end

--- Finds a unit by its id.
-- @tparam string id
-- @treturn ?table
function World:find_unit(id)
  local kind, n = self.ids:read(id)
  return kind and self.counts[kind] and self:unit(kind, n)
end

local function point_of(self, unit, k)
  local shift = self.ids:pick("shift " .. unit.kind, unit.n, math.max(1, self.interval // GRAIN)) * GRAIN
  local taken = math.floor(self.start - (k - 1) * self.interval - shift)
  local fast = k % 2 == 1
  return {
    id = ("%s_%d_%d_1"):format(unit.id, taken, k), unit = unit, taken = taken, fast = fast,
    expires = taken + (fast and FAST_LIFE or SLOW_LIFE),
  }
end

--- The restore points of a unit that exist at a time, newest first.
-- @tparam table unit
-- @tparam number now
-- @treturn table list
function World:points(unit, now)
  local points = {}
  for k = 1, self.per_unit do
    local point = point_of(self, unit, k)
    if point.expires > now and not self.gone[point.id] then points[#points + 1] = point end
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
  local point = unit and point_of(self, unit, k)
  if point and point.id == id and point.expires > now then return point end
end

return world
