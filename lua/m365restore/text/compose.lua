--- Texts in which each letter and its marks are one character, as far as Unicode has that character. Some systems write
-- "ü" as one character, others as "u" and a mark; both are the same to a person.
-- @module m365restore.text.compose
local composing = require "m365restore.text.tables.composition"

local compose = {}

-- Hangul: a syllable is a leading consonant, a vowel, and perhaps a trailing consonant
local SYLLABLES, LEADING, VOWELS, TRAILING = 0xAC00, 0x1100, 0x1161, 0x11A7
local LEADING_COUNT, VOWEL_COUNT, TRAILING_COUNT = 19, 21, 28

local function compose_hangul(first, second)
  local leading, vowel, syllable = first - LEADING, second - VOWELS, first - SYLLABLES
  if leading >= 0 and leading < LEADING_COUNT and vowel >= 0 and vowel < VOWEL_COUNT then
    return SYLLABLES + (leading * VOWEL_COUNT + vowel) * TRAILING_COUNT
  end
  local is_open = syllable >= 0 and syllable < LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT
    and syllable % TRAILING_COUNT == 0
  local trailing = second - TRAILING
  return is_open and trailing > 0 and trailing < TRAILING_COUNT and first + trailing or nil
end

--- mark -> letter -> what they become
local function read_table()
  local map = {}
  for _, row in ipairs(composing) do
    local mark, letters = row[1], row[2]
    map[mark] = map[mark] or {}
    local letter
    for _, code in utf8.codes(letters) do
      if letter then
        map[mark][letter], letter = code, nil
      else
        letter = code
      end
    end
  end
  return map
end

local of_mark -- read when the first text needs it

local function compose_two(first, second)
  local of_letter = of_mark[second]
  return of_letter and of_letter[first] or compose_hangul(first, second)
end

--- Composes the letters of a text. A text that is no UTF-8 stays as it is. Never yields.
-- @tparam string text
-- @treturn string
function compose.text(text)
  if not text:find "[\x80-\xFF]" or not utf8.len(text) then
    return text
  end
  of_mark = of_mark or read_table()
  local codes = {}
  for _, code in utf8.codes(text) do
    local composed = codes[1] and compose_two(codes[#codes], code)
    codes[composed and #codes or #codes + 1] = composed or code
  end
  local parts = {}
  for i, code in ipairs(codes) do
    parts[i] = utf8.char(code)
  end
  return table.concat(parts)
end

return compose
