--- A stand-in for the other line of lua-cjson, the one on luarocks.org, which the distribution does not have: the same
-- functions, but whole numbers are integers, and what is empty has a metatable. To be put into package.loaded.cjson
-- before the library is loaded.
local real = require "cjson"

local array_mt = { __name = "cjson.array_mt" }

local function convert(value)
  if type(value) == "table" then
    for key, member in pairs(value) do
      value[key] = convert(member)
    end
    return next(value) == nil and setmetatable(value, array_mt) or value
  end
  return math.type(value) == "float" and math.tointeger(value) or value
end

local fork = { _VERSION = "2.1.0.11", null = real.null, empty_array = real.null, array_mt = array_mt }
fork.empty_array_mt = array_mt

function fork.new()
  local instance = real.new()
  local decode = instance.decode
  function instance.decode(text) return convert(decode(text)) end
  return instance
end

return fork
