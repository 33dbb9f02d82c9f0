--- Texts without the difference between capital and small letters, in every script.
-- @module m365restore.text.fold
local folding = require "m365restore.text.tables.case_folding"

local fold = {}

-- string.lower goes by the host's locale; these tables do not.
local ascii = {}
for code = ("A"):byte(), ("Z"):byte() do
  ascii[string.char(code)] = string.char(code + 32)
end

--- The characters beyond ASCII, as bytes: { ["Ä"] = "ä", ... }.
local function read_table()
  local map = {}
  for _, range in ipairs(folding) do
    local first, last, distance, step = table.unpack(range)
    for code = first, last, step do
      map[utf8.char(code)] = utf8.char(code + distance)
    end
  end
  return map
end

local beyond -- read when the first text needs it

--- Folds the letters of a text by Unicode's simple case folding: two texts that differ by capitals alone become equal.
-- Bytes that are no UTF-8 stay as they are. Never yields.
-- @tparam string text
-- @treturn string
function fold.text(text)
  text = text:gsub("[A-Z]", ascii)
  if not text:find "[\x80-\xFF]" then
    return text
  end
  beyond = beyond or read_table()
  text = text:gsub("[\xC2-\xDF][\x80-\xBF]", beyond)
  text = text:gsub("[\xE1-\xEF][\x80-\xBF][\x80-\xBF]", beyond)
  return (text:gsub("\xF0[\x90-\xBF][\x80-\xBF][\x80-\xBF]", beyond))
end

return fold
