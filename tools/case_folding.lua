--- Writes lua/m365restore/text/tables/case_folding.lua out of Unicode's table of case folding (Debian: package
-- unicode-data). Run from the root of the project: `make folding`.
local SOURCE = arg[1] or "/usr/share/unicode/CaseFolding.txt"

--- The simple foldings, which put one character in the place of one: status C (common) and S (simple).
local function read(path)
  local version, pairs_read = nil, {}
  for line in io.lines(path) do
    version = version or line:match "CaseFolding%-([%d.]+)%.txt"
    local from, status, to = line:match "^(%x+); (%u); (%x+);"
    if status == "C" or status == "S" then
      pairs_read[#pairs_read + 1] = { tonumber(from, 16), tonumber(to, 16) }
    end
  end
  table.sort(pairs_read, function(a, b) return a[1] < b[1] end)
  return pairs_read, version
end

--- Joins neighbours that move by the same distance: { first, last, distance, step }.
local function ranges_of(pairs_read)
  local ranges, last = {}, nil
  for _, pair in ipairs(pairs_read) do
    local from, distance = pair[1], pair[2] - pair[1]
    local step = last and from - last[2]
    local joins = last and distance == last[3] and step <= 2 and (last[4] == step or last[1] == last[2])
    if joins then
      last[2], last[4] = from, step
    else
      last = { from, from, distance, 1 }
      ranges[#ranges + 1] = last
    end
  end
  return ranges
end

local pairs_read, version = read(SOURCE)
local lines = {}
for i, range in ipairs(ranges_of(pairs_read)) do
  lines[i] = string.format("  { 0x%04X, 0x%04X, %d, %d },", table.unpack(range))
end
local out = assert(io.open("lua/m365restore/text/tables/case_folding.lua", "w"))
out:write(string.format([[
--- Unicode's simple case folding, version %s: written by tools/case_folding.lua, not by hand.
-- Each row is { first, last, distance, step }: the characters from first to last, every one or every second, are
-- folded into the character that lies that distance away.
-- @module m365restore.text.tables.case_folding
return {
%s
}
]], version, table.concat(lines, "\n")))
out:close()
