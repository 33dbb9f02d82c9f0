--- Writes lua/m365restore/text/tables/code_pages.lua: the upper halves of the code pages in which spreadsheets save
-- CSV, as iconv knows them. Run from the root of the project: `make code-pages`.

-- the name that is written, and iconv's
local PAGES = {
  { "windows-1250", "CP1250" }, { "windows-1251", "CP1251" }, { "windows-1252", "CP1252" },
  { "windows-1253", "CP1253" }, { "windows-1254", "CP1254" }, { "windows-1255", "CP1255" },
  { "windows-1256", "CP1256" }, { "windows-1257", "CP1257" }, { "windows-1258", "CP1258" },
  { "windows-874", "CP874" }, { "iso-8859-1", "ISO-8859-1" }, { "iso-8859-2", "ISO-8859-2" },
  { "iso-8859-9", "ISO-8859-9" }, { "iso-8859-15", "ISO-8859-15" }, { "ibm437", "CP437" }, { "ibm850", "CP850" },
  { "ibm852", "CP852" }, { "ibm857", "CP857" }, { "ibm866", "CP866" }, { "macintosh", "MACINTOSH" },
}

-- What has no glyph of its own is written as an escape.
local UNSEEN = { { 0x80, 0xA0 }, { 0xAD, 0xAD }, { 0x300, 0x36F }, { 0x590, 0x6FF }, { 0xE30, 0xE4F },
  { 0x2000, 0x200F }, { 0x202A, 0x202E }, { 0xE000, 0xF8FF }, { 0xFFFD, 0xFFFD } }

-- columns of a line
local LONGEST = 110

--- The character of a byte; U+FFFD where the page has none. Control characters count as none.
local function character(page, byte)
  local command = ("printf '\\%03o' | iconv -f %s -t UTF-8 2>/dev/null"):format(byte, page)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  pipe:close()
  return utf8.len(text) == 1 and utf8.codepoint(text) > 0x9F and text or "\u{FFFD}"
end

local function spell(text)
  local code = utf8.codepoint(text)
  for _, range in ipairs(UNSEEN) do
    if code >= range[1] and code <= range[2] then
      return ("\\u{%04X}"):format(code)
    end
  end
  return text
end

--- Adds a line of sixteen characters, or two where escapes make one too long.
local function add_row(lines, row)
  local half = utf8.len(table.concat(row)) > LONGEST and #row // 2 or #row
  for first = 1, #row, half do
    lines[#lines + 1] = '    "' .. table.concat(row, "", first, first + half - 1) .. '",'
  end
end

local lines = {}
for _, page in ipairs(PAGES) do
  lines[#lines + 1] = ('  ["%s"] = {'):format(page[1])
  for from = 0x80, 0xF0, 16 do
    local row = {}
    for byte = from, from + 15 do
      row[#row + 1] = spell(character(page[2], byte))
    end
    add_row(lines, row)
  end
  lines[#lines + 1] = "  },"
end
local out = assert(io.open("lua/m365restore/text/tables/code_pages.lua", "w"))
out:write(([[
--- Code pages of one byte a character: written by tools/code_pages.lua, not by hand.
-- Each has its characters for the bytes from 0x80 on, sixteen a row, as charts have them; U+FFFD stands where a page
-- has none.
-- @module m365restore.text.tables.code_pages
return {
%s
}
]]):format(table.concat(lines, "\n")))
out:close()
