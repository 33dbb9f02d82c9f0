--- Makes texts valid UTF-8 before they are written to a file. Never yields.
-- @module m365restore.text.repair
local core = require "m365restore.core"
local tables = require "m365restore.tables"

local repair = {}

local REPLACEMENT = "\u{FFFD}"

--- Makes a text valid UTF-8: each byte that is not becomes U+FFFD.
-- @tparam string bytes
-- @treturn string the same text where it is valid
function repair.text(bytes)
  local parts, from = {}, 1
  while true do
    local length, bad = utf8.len(bytes, from)
    if length then
      return from == 1 and bytes or table.concat(parts) .. bytes:sub(from)
    end
    parts[#parts + 1] = bytes:sub(from, bad - 1) .. REPLACEMENT
    from = bad + 1
  end
end

local function repair_all(value)
  if type(value) == "string" then
    return repair.text(value)
  elseif type(value) ~= "table" then
    return value
  end
  local copy = setmetatable({}, getmetatable(value)) -- which marks a list
  for key, member in next, value do
    copy[repair_all(key)] = repair_all(member)
  end
  return copy
end

--- Encodes a value as JSON for a file. Texts in it that are no UTF-8 are repaired, since a file has to be written also
-- when odd bytes came in; what is sent to the service is encoded by `core.encode`, which refuses them.
-- @tparam table value
-- @treturn string raises where the value cannot be JSON
function repair.encode(value)
  local ok, json = pcall(core.encode, value)
  return ok and json or core.encode(repair_all(value))
end

--- Encodes a table with its `rows` last, each on a line of its own, which tools that compare lines can read.
-- @tparam table value
-- @treturn string as from @{encode}
function repair.encode_rows(value)
  local head, lines = tables.copy(value), tables.map(value.rows, repair.encode)
  head.rows = nil
  return repair.encode(head):sub(1, -2) .. ',"rows":[\n' .. table.concat(lines, ",\n") .. "\n]}\n"
end

return repair
