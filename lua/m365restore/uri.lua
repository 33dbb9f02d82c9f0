--- Text that stands escaped in an address.
-- @module m365restore.uri
local uri = {}

--- Takes the escapes out of a text.
-- @tparam string text
-- @treturn string
function uri.unescape(text)
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

return uri
