--- Text that stands escaped in an address.
-- @module m365restore.text.uri
local uri = {}

--- Escapes all but RFC 3986's unreserved characters.
-- @tparam string text
-- @treturn string
function uri.escape(text)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- Takes the escapes out of a text.
-- @tparam string text
-- @treturn string
function uri.unescape(text)
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

return uri
