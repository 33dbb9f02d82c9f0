--- Lengths of time and tables of text, for people.
-- @module m365restore.text.format
local core = require "m365restore.core"

local format = {}

--- A length of time in two units.
-- @tparam number seconds
-- @treturn string such as "5m", "3h20m", "2d04h"
function format.span(seconds)
  if seconds < 3600 then
    return string.format("%dm", seconds // 60)
  elseif seconds < 86400 then
    return string.format("%dh%02dm", seconds // 3600, seconds % 3600 // 60)
  end
  return string.format("%dd%02dh", seconds // 86400, seconds % 86400 // 3600)
end

--- A number with a comma behind each thousand.
-- @tparam integer number
-- @treturn string
function format.number(number)
  local text = string.format("%d", number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

--- A count and its noun.
-- @tparam integer count
-- @tparam string noun in the singular
-- @tparam[opt] string nouns in the plural, where it is not the noun with an s
-- @treturn string
function format.count(count, noun, nouns)
  return string.format("%d %s", count, count == 1 and noun or nouns or noun .. "s")
end

--- Columns side by side, each as wide as its widest cell. The last is not padded.
-- @tparam table lines lists of texts
-- @treturn string
function format.columns(lines)
  local widths = {}
  local shown = {}
  for n, cells in ipairs(lines) do
    shown[n] = {}
    for i, cell in ipairs(cells) do
      local text = core.plain(cell) -- names are anybody's, and must not steer a terminal
      shown[n][i] = text
      widths[i] = math.max(widths[i] or 0, utf8.len(text))
    end
  end
  local text = {}
  for _, cells in ipairs(shown) do
    local line = {}
    for i, cell in ipairs(cells) do
      local gap = i < #cells and (" "):rep(widths[i] - utf8.len(cell)) or ""
      line[i] = cell .. gap
    end
    text[#text + 1] = table.concat(line, "  ")
  end
  return table.concat(text, "\n")
end

return format
