--- Arguments that a script gives, held against what is known.
-- A test is a function (value) that returns true, or what was expected.
-- @module m365restore.simulator.testing.arguments
local arguments = {}

--- A whole number.
function arguments.whole(low, high)
  return function(value)
    if math.type(value) == "integer" and value >= low and value <= high then return true end
    return ("a whole number from %d to %d"):format(low, high)
  end
end

--- A number that is not too small.
function arguments.number(low)
  return function(value)
    if type(value) == "number" and value >= low and value < math.huge then return true end
    return ("a number, at least %g"):format(low)
  end
end

--- A value of a Lua type.
function arguments.kind(name)
  return function(value) return type(value) == name or "a " .. name end
end

--- A number above 0.
function arguments.above_zero(value)
  return type(value) == "number" and value > 0 and value < math.huge or "a number above 0"
end

--- One of some values.
function arguments.one_of(...)
  local words = { ... }
  return function(value)
    for _, word in ipairs(words) do
      if word == value then return true end
    end
    return "one of " .. table.concat(words, ", ")
  end
end

--- A Lua pattern.
function arguments.pattern(value)
  return type(value) == "string" and pcall(string.find, "", value) or "a Lua pattern"
end

--- What a test names by its id.
-- @param value what was found, or nil
-- @tparam string what it is
-- @param id
-- @return what was found; raises where there is none
function arguments.found(value, what, id)
  return value or error(("there is no %s '%s'"):format(what, tostring(id)), 0)
end

--- The known name that is most like a wrong one: the one that shares the most pairs of letters.
local function nearest(name, known)
  local best, most = nil, 0
  for candidate in pairs(known) do
    local shared = 0
    for i = 1, #name - 1 do
      shared = shared + (candidate:find(name:sub(i, i + 1), 1, true) and 1 or 0)
    end
    if shared > most or shared == most and best and candidate < best then best, most = candidate, shared end
  end
  return 2 * most >= #name - 1 and best or nil
end

--- Refuses unknown options and wrong values. Misuse is the caller's: the message names the function and the option, and
-- points at the line of the call.
-- @tparam string where the function that was called
-- @tparam table given
-- @tparam table known name = test
-- @treturn table given
function arguments.check(where, given, known)
  if type(given) ~= "table" then
    error(("%s: a table of options was expected, got %s"):format(where, type(given)), 3)
  end
  for name, value in pairs(given) do
    local test = known[name]
    if not test then
      local like = nearest(tostring(name), known)
      local hint = like and ("; did you mean '%s'?"):format(like) or ""
      error(("%s: unknown option '%s'%s"):format(where, tostring(name), hint), 3)
    end
    local expected = test(value)
    if expected ~= true then
      error(("%s.%s: %s was expected, got %s"):format(where, name, expected, tostring(value)), 3)
    end
  end
  return given
end

return arguments
