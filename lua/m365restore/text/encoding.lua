--- The bytes of a file as UTF-8 text. UTF-8 and UTF-16 are recognised, with a byte order mark or without; what a
-- spreadsheet writes in a code page is read where the page is named. Nothing is guessed beyond that, and no byte is
-- dropped or replaced. Never yields.
-- @module m365restore.text.encoding
local core = require "m365restore.core"
local code_pages = require "m365restore.text.tables.code_pages"
local fold = require "m365restore.text.fold"

local encoding = {}

-- How much of a text is looked at for the NULs of UTF-16, in bytes.
local SAMPLE = 4096

--- The length of a byte order mark, and the encoding that it tells.
local function read_mark(bytes)
  if bytes:find "^\xEF\xBB\xBF" then
    return 3, "utf-8"
  elseif bytes:find "^\xFF\xFE\0\0" or bytes:find "^\0\0\xFE\xFF" then
    return 4, "utf-32"
  elseif bytes:find "^\xFF\xFE" then
    return 2, "utf-16le"
  elseif bytes:find "^\xFE\xFF" then
    return 2, "utf-16be"
  end
  return 0
end

--- UTF-16 without a mark: every character of ASCII has a NUL beside it, and UTF-8 text never has one.
local function guess(bytes)
  local even, odd = 0, 0
  for at in bytes:sub(1, SAMPLE):gmatch "()\0" do
    if at % 2 == 0 then
      even = even + 1
    else
      odd = odd + 1
    end
  end
  if even == 0 and odd == 0 then
    return "utf-8"
  end
  return even >= odd and "utf-16le" or "utf-16be"
end

-- {====== Readers: bytes to UTF-8; or nil, what is wrong, and the text before that place ======

local function read_utf8(bytes)
  local length, at = utf8.len(bytes)
  if length then
    return bytes
  end
  return nil, ("the byte 0x%02X is not UTF-8"):format(bytes:byte(at)), bytes:sub(1, at - 1)
end

local function is_high(unit) return unit >= 0xD800 and unit < 0xDC00 end

local function is_low(unit) return unit >= 0xDC00 and unit < 0xE000 end

local function read_utf16(bytes, format)
  local parts, at = {}, 1
  local function fail(problem)
    return nil, problem, table.concat(parts)
  end
  while at < #bytes do
    local code = string.unpack(format, bytes, at)
    at = at + 2
    if is_high(code) and at < #bytes then
      local low = string.unpack(format, bytes, at)
      if not is_low(low) then
        return fail "half a character of UTF-16"
      end
      code, at = 0x10000 + (code - 0xD800 << 10) + (low - 0xDC00), at + 2
    elseif is_high(code) or is_low(code) then
      return fail "half a character of UTF-16"
    end
    parts[#parts + 1] = utf8.char(code)
  end
  if at == #bytes then
    return fail "the file ends in the middle of a character of UTF-16"
  end
  return table.concat(parts)
end

local maps = {} -- of code pages, made when they are first used: byte -> character

local function map_of(page)
  if not maps[page] then
    local map, byte = {}, 0x80
    for _, code in utf8.codes(table.concat(code_pages[page])) do
      map[string.char(byte)] = code ~= 0xFFFD and utf8.char(code) or false
      byte = byte + 1
    end
    maps[page] = map
  end
  return maps[page]
end

local function read_page(bytes, page)
  local map = map_of(page)
  for at, byte in bytes:gmatch "()([\x80-\xFF])" do
    if not map[byte] then
      local before = bytes:sub(1, at - 1):gsub("[\x80-\xFF]", map)
      return nil, ("%s has no character for the byte 0x%02X"):format(page, byte:byte()), before
    end
  end
  return (bytes:gsub("[\x80-\xFF]", map))
end

local readers = {
  ["utf-8"] = read_utf8,
  ["utf-16le"] = function(bytes) return read_utf16(bytes, "<I2") end,
  ["utf-16be"] = function(bytes) return read_utf16(bytes, ">I2") end,
  ["utf-32"] = function() return nil, "UTF-32 is not read", "" end,
}
for page in pairs(code_pages) do
  readers[page] = read_page
end

-- }======

-- {====== Names ======

-- Other names of the same, without hyphens, underscores and blanks.
local others = {
  ascii = "utf-8", utf8bom = "utf-8", utf8nobom = "utf-8", unicode = "utf-16", bigendianunicode = "utf-16be",
  latin1 = "iso-8859-1", latin2 = "iso-8859-2", latin5 = "iso-8859-9", latin9 = "iso-8859-15",
  macroman = "macintosh",
}

local names = { utf16 = "utf-16" } -- plain name -> name

local function plain(name)
  return (fold.text(name):gsub("[%s_-]", ""))
end

for name in pairs(readers) do
  names[plain(name)] = name
  local number = name:match "^windows%-(%d+)$" or name:match "^ibm(%d+)$"
  if number then
    names[number], names["cp" .. number] = name, name
  end
end
names.utf32 = nil
for other, name in pairs(others) do
  names[other] = name
end

--- What may be given as a name, in order.
-- @treturn table list
function encoding.names()
  local list = { "utf-16" }
  for name in pairs(readers) do
    list[#list + 1] = name ~= "utf-32" and name or nil
  end
  table.sort(list)
  return list
end

--- Checks the name of an encoding; raises on another.
-- @tparam string what the option, for messages
-- @param given a name such as "windows-1252" or "UTF-16"; upper and lower case, blanks, "-" and "_" make no difference
-- @treturn ?string the name as it is used; nil where none was given
function encoding.check(what, given)
  if given == nil then
    return nil
  elseif type(given) ~= "string" then
    error(("%s: the name of an encoding was expected, got %s"):format(what, type(given)), 0)
  end
  local name = names[plain(given)]
  if not name then
    local known = {}
    for _, each in ipairs(encoding.names()) do
      known[each] = true
    end
    local near = core.nearest(given, known)
    error(("%s: the encoding '%s' is not known%s; known are %s"):format(what, given,
      near and "; did you mean '" .. near .. "'?" or "", table.concat(encoding.names(), ", ")), 0)
  end
  return name
end

-- }======

--- Reads bytes. A byte order mark counts for more than a name.
-- @tparam string bytes
-- @tparam[opt] string name from @{check}; UTF-8 or UTF-16 where none is given
-- @treturn ?string the text, without the mark; or nil
-- @treturn ?string what is wrong
-- @treturn ?string the text before that place
function encoding.decode(bytes, name)
  local length, marked = read_mark(bytes)
  if length > 0 then
    bytes = bytes:sub(length + 1)
  end
  if name == "utf-16" and not marked then
    name = guess(bytes)
    name = name == "utf-8" and "utf-16le" or name
  end
  name = marked or name or guess(bytes)
  return readers[name](bytes, name)
end

return encoding
