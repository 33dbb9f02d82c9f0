--- What a plan has to be that was read from a file, before anything of it is
-- used: who wrote it is not known.
-- @module m365restore.plan.schema
local artifacts = require "m365restore.sessions.artifacts"
local directory = require "m365restore.plan.directory"
local tables = require "m365restore.tables"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local schema = {}

local checks = {}

function checks.text(value) return type(value) == "string" end

function checks.number(value) return type(value) == "number" and value - value == 0 end

function checks.integer(value) return math.type(value) == "integer" end

function checks.flag(value) return value == true end

function checks.object(value) return type(value) == "table" end

function checks.moment(value) return time.parse(value) ~= nil end

function checks.service(value) return workload.of[value] ~= nil end

function checks.texts(value)
  return type(value) == "table" and not tables.any(value, function(text) return type(text) ~= "string" end)
end

function checks.misses(value)
  for _, miss in ipairs(type(value) == "table" and value or { false }) do
    if type(miss) ~= "table" then
      return false
    end
    for _, name in ipairs { "option", "given", "code", "message", "nearest" } do
      if miss[name] ~= nil and type(miss[name]) ~= "string" then
        return false
      end
    end
  end
  return true
end

function checks.lookups(value)
  return checks.texts(value) and not tables.any(value, function(kind) return not directory.permissions[kind] end)
end

-- field = what it has to be; with a ? it may be absent
local plan_fields = {
  service = "service", before = "?moment", at = "?moment", created = "?moment", seen_until = "?moment",
  prefer = "?text", max_loss = "?number", planned = "integer", waves = "integer", estimate = "object",
  notes = "texts", misses = "?misses", lookups = "?lookups", request = "?object", bulk = "?object", hash = "text",
  checksum = "text", query = "?text", locked = "?text", lock_unseen = "?text",
  restores_till = "?moment", snapshot_till = "?moment",
}

local row_fields = {
  n = "integer", target = "text", name = "?text", address = "?text", before = "?moment", at = "?moment",
  protectionUnitId = "?text", restorePointId = "?text", protectionDateTime = "?text", tags = "?text",
  lost = "?number", kind = "?text", priority = "?number", wave = "?integer", browseSessionId = "?text",
  itemKey = "?text", searchResponseId = "?text", restored_by = "?text", refusal = "?object",
  nearer = "?moment", way_back = "?text", misnamed = "?flag",
  expires = "?moment", hits = "?integer",
}

local destinations = { inPlace = true, new = true }

--- The first field that is not what it has to be.
local function wrong_field(data, fields)
  local names = {}
  for name in pairs(fields) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local optional, check = fields[name]:match "^(%??)(%a+)$"
    if not (data[name] == nil and optional == "?") and not checks[check](data[name]) then
      return name
    end
  end
end

local function wrong_of_refusal(row)
  local refusal, other = row.refusal, row.refusal.of
  if not checks.text(refusal.code) or not (refusal.message == nil or checks.text(refusal.message))
    or other ~= nil and not (checks.integer(other) and other > 0 and other < row.n) then
    return "refusal"
  end
end

--- A row that is to be restored has an id for everything that is sent.
local function wrong_of_planned(row)
  if not destinations[row.destinationType] then
    return "destinationType"
  elseif row.wave == nil then
    return "wave"
  elseif row.nearer and not row.protectionDateTime then
    return "nearer"
  end
  return artifacts.missing(row)
end

local function wrong_of_row(row, n)
  if type(row) ~= "table" then
    return "rows"
  end
  local wrong = wrong_field(row, row_fields)
  if wrong or row.n ~= n then
    return wrong or "n"
  elseif row.refusal then
    return wrong_of_refusal(row)
  end
  return wrong_of_planned(row)
end

--- What is wrong with a plan.
-- @tparam table data with `rows`, a table
-- @tparam table methods of plans: no field may hide one
-- @treturn ?string nil: nothing
function schema.problem(data, methods)
  local wrong = wrong_field(data, plan_fields)
  for name in pairs(methods) do
    wrong = wrong or rawget(data, name) ~= nil and name or nil
  end
  if wrong then
    return wrong .. " is not what it has to be"
  elseif not checks.number(data.estimate.seconds) or not checks.text(data.estimate.how) then
    return "estimate is not what it has to be"
  elseif not data.before and not data.at then
    return "it has no time"
  end
  for n, row in ipairs(data.rows) do
    wrong = wrong_of_row(row, n)
    if wrong then
      return string.format("row %d: %s is not what it has to be", n, wrong)
    end
  end
end

return schema
