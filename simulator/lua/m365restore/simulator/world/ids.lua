--- Identifiers that are made from a seed, a kind and a number, and can be read back.
-- Nothing has to be stored to know that an id is genuine: 100,000 units cost no memory.
-- @module m365restore.simulator.world.ids
local Ids = {}
Ids.__index = Ids

local ids = {}

-- The finaliser of splitmix64 is a bijection of 64 bits, so that a mixed number can be unmixed.
local function mix(x)
  x = (x ~ (x >> 30)) * 0xbf58476d1ce4e5b9
  x = (x ~ (x >> 27)) * 0x94d049bb133111eb
  return x ~ (x >> 31)
end

local function unmix(x)
  x = (x ~ (x >> 31) ~ (x >> 62)) * 0x319642b2d24d8ec3
  x = (x ~ (x >> 27) ~ (x >> 54)) * 0x96de1b173f119089
  return x ~ (x >> 30) ~ (x >> 60)
end

local KINDS = {
  "site", "drive", "mailbox", "user", "session", "artifact", "request", "policy", "tenant", "application", "item",
  "foreign", "restored", "search", "token", "browse", "trace", "rule", "job", "exclusion", "app", "bulk", "node",
  "log",
}
local NUMBERS = {}
for number, kind in ipairs(KINDS) do NUMBERS[kind] = number end

--- Makes the identifiers of one seed.
-- @tparam integer seed
-- @treturn Ids
function ids.new(seed)
  return setmetatable({ key = mix(seed + 1), counters = {} }, Ids)
end

--- The GUID of the n-th thing of a kind.
-- @tparam string kind
-- @tparam integer n from 1, under 2^40
-- @treturn string
function Ids:guid(kind, n)
  local high = mix((NUMBERS[kind] << 40 | n) ~ self.key)
  local low = mix(high + self.key)
  return ("%08x-%04x-%04x-%04x-%012x"):format(
    high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffff)
end

--- The next unused GUID of a kind.
-- @tparam string kind
-- @treturn string the GUID
-- @treturn integer its number
function Ids:next(kind)
  local n = (self.counters[kind] or 0) + 1
  self.counters[kind] = n
  return self:guid(kind, n), n
end

--- Reads one of our GUIDs.
-- @tparam string guid in any case
-- @treturn ?string kind, or nil when it is not ours
-- @treturn ?integer number
function Ids:read(guid)
  if not ids.is_guid(guid) then return nil end
  local digits = guid:gsub("-", "")
  local high = tonumber(digits:sub(1, 8), 16) << 32 | tonumber(digits:sub(9, 16), 16)
  local plain = unmix(high) ~ self.key
  local kind, n = KINDS[plain >> 40], plain & 0xffffffffff
  if not kind or self:guid(kind, n) ~= guid:lower() then return nil end
  return kind, n
end

--- A number that looks random, the same for the same arguments.
-- @tparam string name what it is for
-- @tparam integer n
-- @tparam integer limit
-- @treturn integer 0 to limit - 1
function Ids:pick(name, n, limit)
  local x = self.key
  for i = 1, #name do x = mix(x + name:byte(i)) end
  return (mix(x + n) >> 1) % limit
end

--- Whether a text has the form of a GUID.
-- @tparam string text
-- @treturn boolean
function ids.is_guid(text)
  return text:find("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$") ~= nil
end

return ids
