--- Credentials as values: callable, printable, and with nothing to see. What
-- is secret lives in the function and in no table.
-- @module m365restore.credential.value
local value = {}

local NAME = "m365restore.credential"

--- Makes a credential.
-- @tparam string kind its name
-- @tparam table shown what may be seen of it, name -> string
-- @tparam function get `(request) -> token, expires_in, refresh_in`, or
-- `nil, err`
-- @tparam[opt] number timeout real seconds that a token may take
-- @treturn credential
function value.new(kind, shown, get, timeout)
  local parts = {}
  for name, text in pairs(shown) do
    parts[#parts + 1] = name .. " " .. tostring(text)
  end
  table.sort(parts)
  local text = NAME .. ": " .. kind .. (#parts > 0 and " (" .. table.concat(parts, ", ") .. ")" or "")
  shown.kind = kind
  return setmetatable({ timeout = timeout }, {
    __name = NAME,
    __metatable = NAME,
    __index = shown,
    __newindex = function() error(NAME .. ": a credential cannot be changed", 2) end,
    __call = function(_, request) return get(request or {}) end,
    __tostring = function() return text end,
  })
end

--- Whether something can be called for a token.
-- @param it
-- @treturn boolean
function value.is_credential(it)
  local meta = getmetatable(it)
  return type(it) == "function" or meta == NAME or type(meta) == "table" and meta.__call ~= nil
end

return value
