--- What keeps a plan what it was when it was made: a hash of what it does,
-- which a person confirms, and a checksum of everything that is written in it.
--
-- The hash is the same whenever the same thing is planned: it covers moments,
-- ids and what a person reads of each row, and neither their spelling nor what
-- is another at each asking, such as the id of a search. The checksum covers
-- those too: a plan that was edited is not taken.
-- @module m365restore.plan.integrity
local crypto = require "m365restore.crypto"
local repair = require "m365restore.text.repair"
local spelling = require "m365restore.plan.spelling"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local integrity = {}

-- what a row does, in place of what it is called
local row_fields = {
  "protectionUnitId", "restorePointId", "kind", "destinationType", "priority", "wave", "itemKey", "restored_by",
  "tags",
}

local moments = { "before", "at", "protectionDateTime", "nearer" }

--- One spelling for each moment.
local function moment(value)
  return time.parse(value) and time.format(value) or value
end

--- One spelling for each id: those that are GUIDs are the same in capitals.
local function id(value)
  if type(value) == "string" and value:find "^%x+%-%x+%-%x+%-%x+%-%x+$" then
    return value:lower()
  end
  return value
end

--- What an address means, in each of its spellings.
local function key_of(text)
  local clue = spelling.read(text)
  return clue and clue.key or text
end

--- What a row is called, as far as the same request gives the same. Names and addresses of people the service does not
-- show to every caller; they are compared when the plan is applied, and so is what a row is called where that finds its
-- unit by itself.
local function shown_of(row, service)
  local known = workload.of[service] -- nil where the plan was edited
  local is_site, is_part, is_found = known and not known.personal, row.kind == "item", row.protectionUnitId ~= nil
  local has_address = is_site and is_found and not is_part
  return {
    name = is_site and row.name or nil,
    address = has_address and key_of(row.address or row.target) or nil,
    target = not is_found and row.target or (is_part or row.misnamed) and key_of(row.target) or nil,
  }
end

local function meaning_of(row, service)
  local part, refusal = shown_of(row, service), row.refusal or {}
  part.refusal, part.no_way_back = refusal.code, row.way_back == "none" or nil
  part.duplicate_of = refusal.of
  part.message = not refusal.of and refusal.message or nil -- that of a duplicate is made when the plan is loaded
  for _, name in ipairs(row_fields) do
    part[name] = id(row[name])
  end
  for _, name in ipairs(moments) do
    part[name] = moment(row[name])
  end
  return part
end

--- A value as it is when it was written and read again: whole numbers have one spelling, and no table is marked as a
-- list.
local function whole(value)
  if type(value) == "number" then
    return math.tointeger(value) or value
  elseif type(value) ~= "table" then
    return value
  end
  local copy = {}
  for name, member in next, value do
    copy[name] = whole(member)
  end
  return copy
end

local function digest_of(head, rows, view)
  local digest = crypto.digest "sha256"
  digest:update(repair.encode(head))
  for _, row in ipairs(rows) do
    digest:update("\n"):update(repair.encode(view(row)))
  end
  return crypto.hex(digest:final())
end

--- The hash of what a plan does.
-- @tparam table plan
-- @treturn string 64 hexadecimal digits
function integrity.hash(plan)
  local head = {
    version = plan.version, service = plan.service, prefer = plan.prefer, before = moment(plan.before),
    at = moment(plan.at), query = plan.query, bulk = plan.bulk,
  }
  for i, miss in ipairs(plan.misses or {}) do
    head["miss " .. i] = { miss.option, miss.given, miss.code, miss.message, miss.nearest }
  end
  return digest_of(head, plan.rows, function(row) return meaning_of(row, plan.service) end)
end

--- The checksum of all that a plan holds.
-- @tparam table plan
-- @treturn string 64 hexadecimal digits
function integrity.checksum(plan)
  local head = {}
  for name, value in pairs(plan) do
    head[name] = name ~= "rows" and name ~= "checksum" and value or nil
  end
  return digest_of(whole(head), plan.rows, whole)
end

--- Puts hash and checksum on a plan that is finished.
-- @tparam table plan
function integrity.set(plan)
  plan.hash = integrity.hash(plan)
  plan.checksum = integrity.checksum(plan)
end

--- Is a plan still what it was when it was made?
-- @tparam table plan
-- @treturn boolean
function integrity.is_whole(plan)
  return plan.hash == integrity.hash(plan) and plan.checksum == integrity.checksum(plan)
end

return integrity
