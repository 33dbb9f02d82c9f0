--- Option tables of the Lua side, read the way the core reads its own: an
-- unknown key raises and names the nearest known one.
-- @module m365restore.options
local core = require "m365restore.core"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

local options = {}

local function is_callable(value)
  local meta = getmetatable(value)
  return type(value) == "function" or type(meta) == "table" and meta.__call ~= nil
end

-- What an option may be: returns the value as it is used, or raises.
local kinds = {
  duration = function(value, field)
    local ok, seconds = pcall(core.duration, value, field) -- so that it names no line of ours
    if not ok then
      error(seconds, 0)
    end
    return seconds
  end,
  callable = function(value, field)
    if not is_callable(value) then
      error(field .. ": a function was expected, got " .. type(value), 0)
    end
    return value
  end,
  listeners = function(value, field)
    if is_callable(value) then
      return value
    elseif type(value) ~= "table" or #value == 0 then
      error(field .. ": a function, or a list of functions, was expected, got " .. type(value), 0)
    end
    local list = table.move(value, 1, #value, 1, {})
    for i, listener in ipairs(list) do
      if not is_callable(listener) then
        error(string.format("%s[%d]: a function was expected, got %s", field, i, type(listener)), 0)
      end
    end
    return function(event)
      for _, listener in ipairs(list) do
        listener(event)
      end
    end
  end,
  string = function(value, field)
    if type(value) ~= "string" or value == "" then
      error(field .. ": a string was expected, got " .. type(value), 0)
    end
    return value
  end,
  boolean = function(value, field)
    if type(value) ~= "boolean" then
      error(field .. ": true or false was expected, got " .. type(value), 0)
    end
    return value
  end,
  integer = function(value, field)
    local whole = type(value) == "number" and math.tointeger(value) -- a float may be whole
    if not whole or whole < 1 then
      error(field .. ": a whole number of at least 1 was expected, got " .. tostring(value), 0)
    end
    return whole
  end,
  table = function(value, field)
    if type(value) ~= "table" then
      error(field .. ": a table was expected, got " .. type(value), 0)
    end
    return value
  end,
  moment = function(value, field)
    if not time.compare(value, value) then
      error(field .. ": a time like 2026-11-01T06:00:00Z was expected, got " .. tostring(value), 0)
    end
    return time.format(value) -- one spelling of one moment
  end,
  any = function(value) return value end,
}

--- Reads a time that has to be there; raises on what is none.
-- @function moment
-- @param value a text, or seconds since 1970
-- @tparam string field for messages
-- @treturn string as Graph writes it
options.moment = kinds.moment

--- Raises for a name that nothing has, with the nearest that something has.
-- @tparam string what the function it belongs to, for messages
-- @param name
-- @tparam table known by names
function options.unknown(what, name, known)
  local near = type(name) == "string" and core.nearest(name, known)
  error(string.format("%s: unknown option '%s'%s", what, tostring(name),
    near and "; did you mean '" .. near .. "'?" or ""), 0)
end

--- Reads an option table.
-- @tparam string what the function it belongs to, for messages
-- @tparam ?table given
-- @tparam table rows name -> kind: duration, callable, listeners (one, or a list as one function), string, boolean,
-- integer, moment, table, any
-- @treturn table name -> value as it is used
function options.read(what, given, rows)
  local read = {}
  if given == nil then
    return read
  elseif type(given) ~= "table" then
    error(what .. ": a table of options was expected, got " .. type(given), 0)
  end
  for name, value in pairs(given) do
    local kind = rows[name]
    if not kind then
      options.unknown(what, name, rows)
    end
    read[name] = kinds[kind](value, what .. "." .. name)
  end
  return read
end

--- Raises on a value that cannot be meant, in the words of every such message.
-- @tparam string field the function and the option or argument, for messages
-- @tparam string expected
-- @param got a text or number is shown; of anything else, its type
-- @tparam[opt] integer level as for `error`
function options.misuse(field, expected, got, level)
  local shown = (type(got) == "string" or type(got) == "number") and core.plain(tostring(got)) or type(got)
  error(("%s: %s was expected, got %s"):format(field, expected, shown), level and level + 1 or 0)
end

--- Wants one of the names of a table.
-- @tparam string field the function and the option, for messages
-- @param value
-- @tparam table known by names
-- @return what the table has for the name; raises, with the nearest name, where it has nothing
function options.choice(field, value, known)
  if value ~= nil and known[value] ~= nil then
    return known[value]
  end
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  local near = type(value) == "string" and core.nearest(value, known)
  error(("%s: one of %s was expected, got %s%s"):format(field, table.concat(names, ", "), tostring(value),
    near and "; did you mean '" .. near .. "'?" or ""), 0)
end

--- Checks what a body holds for properties that this library does not know yet: texts as names, none of them known.
-- @tparam string what the function it belongs to, for messages
-- @param extra nil where there is none
-- @tparam table known the names that the body may have
-- @return extra
function options.extra(what, extra, known)
  if extra ~= nil and type(extra) ~= "table" then
    error(string.format("%s.extra: a table was expected, got %s", what, type(extra)), 0)
  end
  for name in pairs(extra or {}) do
    if type(name) ~= "string" or name == "" or name:find "%c" then
      error(string.format("%s.extra: the name of a property was expected, got %s", what, tostring(name)), 0)
    elseif known[name] ~= nil then
      error(string.format("%s.extra: '%s' is known: give it beside extra", what, name), 0)
    end
  end
  return extra
end

--- Reads a body as @{options.read} does. What stands in `extra` is for properties that are not known yet, and is sent
-- beside the others.
-- @tparam string what
-- @tparam ?table given
-- @tparam table rows
-- @treturn table name -> value, with `extra` as it is
function options.body(what, given, rows)
  local rest = given
  if type(given) == "table" and given.extra ~= nil then
    rest = tables.copy(given)
    rest.extra = nil
  end
  local read = options.read(what, rest, rows)
  read.extra = rest ~= given and options.extra(what, given.extra, rows) or nil
  return read
end

return options
