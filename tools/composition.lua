--- Writes lua/m365restore/text/tables/composition.lua: which letter and which mark make one character. Unicode's
-- canonical compositions (Debian: unicode-data), without those that it excludes, and without Hangul, which is
-- arithmetic. Run from the root of the project: `make composition`.
local FOLDER = arg[1] or "/usr/share/unicode/"

local excluded, version = {}, nil
for line in io.lines(FOLDER .. "CompositionExclusions.txt") do
  version = version or line:match "CompositionExclusions%-([%d.]+)%.txt"
  local code = line:match "^(%x+)"
  if code then
    excluded[tonumber(code, 16)] = true
  end
end

local of_mark, marks, is_mark = {}, {}, {}
for line in io.lines(FOLDER .. "UnicodeData.txt") do
  local code, class, base, mark = line:match "^(%x+);[^;]*;[^;]*;(%d+);[^;]*;(%x*) ?(%x*);"
  local composed = code and tonumber(code, 16)
  is_mark[composed or 0] = class ~= "0"
  mark = tonumber(mark or "", 16)
  -- a composition that begins with a mark is excluded, too
  if mark and not excluded[composed] and class == "0" and not is_mark[tonumber(base, 16)] then
    if not of_mark[mark] then
      of_mark[mark] = {}
      marks[#marks + 1] = mark
    end
    table.insert(of_mark[mark], utf8.char(tonumber(base, 16)) .. utf8.char(composed))
  end
end
table.sort(marks)

local lines = {}
for _, mark in ipairs(marks) do
  local pairs_of = of_mark[mark]
  for from = 1, #pairs_of, 24 do
    lines[#lines + 1] = ('  { 0x%04X, "%s" },'):format(mark, table.concat(pairs_of, "", from,
      math.min(from + 23, #pairs_of)))
  end
end
local out = assert(io.open("lua/m365restore/text/tables/composition.lua", "w"))
out:write(([[
--- Unicode's canonical compositions, version %s: written by tools/composition.lua, not by hand.
-- Each row is { mark, letters }: a letter, and what it becomes with the mark, one after the other.
-- @module m365restore.text.tables.composition
return {
%s
}
]]):format(version, table.concat(lines, "\n")))
out:close()
