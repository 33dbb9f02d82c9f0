--- Lists and tables made of others. Never yields.
-- @module m365restore.tables
local tables = {}

--- What a function makes of each item of a list; nil is left out.
-- @tparam ?table list nil is an empty one
-- @tparam function fn (item, its place) -> what stands for it
-- @treturn table list
function tables.map(list, fn)
  local mapped = {}
  for i, item in ipairs(list or {}) do
    mapped[#mapped + 1] = fn(item, i)
  end
  return mapped
end

--- The items of a list that a function wants.
-- @tparam ?table list
-- @tparam function wants (item) -> boolean
-- @treturn table list
function tables.filter(list, wants)
  return tables.map(list, function(item) return wants(item) and item or nil end)
end

--- Does a function want any item of a list?
-- @tparam ?table list
-- @tparam function wants (item) -> boolean
-- @treturn boolean
function tables.any(list, wants)
  for _, item in ipairs(list or {}) do
    if wants(item) then
      return true
    end
  end
  return false
end

--- A list by a key of each item.
-- @tparam ?table list
-- @tparam function key_of (item) -> key
-- @treturn table key -> the last item that has it
function tables.by(list, key_of)
  local map = {}
  for _, item in ipairs(list or {}) do
    map[key_of(item)] = item
  end
  return map
end

--- Copies the members of a table.
-- @tparam ?table from
-- @tparam[opt] table into default: a new one
-- @treturn table into
function tables.copy(from, into)
  into = into or {}
  for name, value in pairs(from or {}) do
    into[name] = value
  end
  return into
end

return tables
