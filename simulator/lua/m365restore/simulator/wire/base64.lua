--- Base64, without any library.
-- @module m365restore.simulator.wire.base64
local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- @tparam string text
-- @treturn string with padding
function base64.encode(text)
  return (text:gsub("..?.?", function(group)
    local a, b, c = group:byte(1, 3)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    local out = {}
    for i = 1, 4 do
      local at = (bits >> (24 - 6 * i) & 63) + 1
      out[i] = i <= #group + 1 and ALPHABET:sub(at, at) or "="
    end
    return table.concat(out)
  end))
end

--- @tparam string text
-- @treturn string base64url, without padding
function base64.url(text)
  return (base64.encode(text):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

--- @tparam string text base64 or base64url
-- @treturn ?string nil where it is none
function base64.decode(text)
  local bits, held, out = 0, 0, {}
  for c in text:gsub("[-_]", { ["-"] = "+", ["_"] = "/" }):gsub("=+$", ""):gmatch "." do
    local at = ALPHABET:find(c, 1, true)
    if not at then return nil end
    bits, held = (bits << 6 | at - 1) & 0xffffff, held + 6
    if held >= 8 then
      held = held - 8
      out[#out + 1] = string.char(bits >> held & 0xff)
    end
  end
  return table.concat(out)
end

return base64
