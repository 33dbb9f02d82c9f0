--- Request bodies held against their shapes, loudly: an unknown key is an error.
-- A shape is a function (value, path) that returns nil when the value fits, or what is wrong with it.
-- @module m365restore.simulator.wire.check
local json = require "m365restore.simulator.wire.json"
local dates = require "m365restore.simulator.wire.dates"

local check = {}

local function wrong(path, expected, value)
  return ("%s: %s expected, got %s."):format(path, expected, json.type(value))
end

--- An object, with any content.
function check.any_object(value, path)
  if json.type(value) ~= "object" then return wrong(path, "an object", value) end
end

--- A string that is not empty.
function check.text(value, path)
  if type(value) ~= "string" then return wrong(path, "a string", value) end
  if value == "" then return path .. ": must not be empty." end
end

--- A date and time in ISO 8601.
function check.time(value, path)
  if type(value) ~= "string" then return wrong(path, "a date and time", value) end
  -- some pages write 12-01-03, which is what the service says, if at all, and not what it takes
  if not dates.parse(value) or value:find("[Tt]%d%d%-") then
    return ("%s: '%s' is not a date and time."):format(path, value)
  end
end

--- A boolean.
function check.flag(value, path)
  if type(value) ~= "boolean" then return wrong(path, "true or false", value) end
end

--- A whole number, at least 0.
function check.whole(value, path)
  if not math.tointeger(value) or value < 0 then return wrong(path, "a whole number", value) end
end

--- A string, perhaps an empty one.
function check.string(value, path)
  if type(value) ~= "string" then return wrong(path, "a string", value) end
end

--- Members of an enum of flags, joined by commas.
-- @tparam string ... the members
function check.flags(...)
  local words, one = { ... }, check.one_of(...)
  return function(value, path)
    if type(value) ~= "string" or value == "" then return wrong(path, table.concat(words, " or "), value) end
    for word in value:gmatch("[^,]+") do
      local problem = one(word:match("^%s*(.-)%s*$"), path)
      if problem then return problem end
    end
  end
end

--- One of some strings.
-- @tparam string ... the strings
function check.one_of(...)
  local words, set = { ... }, {}
  for _, word in ipairs(words) do set[word] = true end
  local expected = table.concat(words, " or ")
  return function(value, path)
    if type(value) ~= "string" then return wrong(path, expected, value) end
    if not set[value] then return ("%s: %s expected, got '%s'."):format(path, expected, value) end
  end
end

--- A list whose members have one shape.
-- @tparam function shape of each member
function check.list(shape)
  return function(value, path)
    if json.type(value) ~= "array" then return wrong(path, "an array", value) end
    for i, member in ipairs(value) do
      local problem = shape(member, ("%s[%d]"):format(path, i - 1))
      if problem then return problem end
    end
  end
end

--- An object with these keys and no others.
-- @tparam table required key = shape
-- @tparam ?table optional key = shape
function check.object(required, optional)
  optional = optional or {}
  return function(value, path)
    if json.type(value) ~= "object" then return wrong(path, "an object", value) end
    for key, member in pairs(value) do
      local shape = required[key] or optional[key]
      if not shape then return ("%s: unknown property '%s'."):format(path, key) end
      local problem = shape(member, path .. "." .. key)
      if problem then return problem end
    end
    for key in pairs(required) do
      if value[key] == nil then return ("%s: property '%s' is missing."):format(path, key) end
    end
  end
end

return check
