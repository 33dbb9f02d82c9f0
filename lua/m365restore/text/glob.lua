--- Patterns of paths, such as "/Shared Documents/**/*.xlsx": `*` stands for any characters of a name, `?` for one, `**`
-- for any number of folders. Letters match in any case, in every script. Never yields.
--
-- A path is matched name by name, on the way down: a state is the set of the places in the pattern where the matching
-- may stand.
-- @module m365restore.text.glob
local compose = require "m365restore.text.compose"
local fold = require "m365restore.text.fold"

local glob = {}

local ANY, ONE, DEEP = "*", "?", "**"

-- what SharePoint allows in no name, as it would stand in a pattern by mistake
local FORBIDDEN = '[\\":<>|%c]'

-- {====== Names ======

--- The characters of a text, without the difference of case, and of letters that are written with marks of their own.
local function characters_of(text)
  local list = {}
  for character in fold.text(compose.text(text)):gmatch(utf8.charpattern) do
    list[#list + 1] = character
  end
  return list
end

--- Does a name match? After a mismatch the last `*` takes one more character, so that the work grows with the product
-- of the lengths at most.
local function fits(pattern, name)
  local p, n, star, taken = 1, 1, nil, nil
  while n <= #name do
    local wanted = pattern[p]
    if wanted == ANY then
      star, taken, p = p, n, p + 1
    elseif wanted == ONE or wanted == name[n] then
      p, n = p + 1, n + 1
    elseif star then
      taken = taken + 1
      p, n = star + 1, taken
    else
      return false
    end
  end
  while pattern[p] == ANY do
    p = p + 1
  end
  return p > #pattern
end

-- }======

-- {====== States ======

local Glob = {}
Glob.__index = Glob

--- Adds a place, and those behind `**`, which may stand for nothing.
local function reach(self, state, place)
  state[place] = true
  if self[place] == DEEP then
    reach(self, state, place + 1)
  end
  return state
end

--- The state before the first name.
-- @treturn table
function Glob:start()
  return reach(self, {}, 1)
end

local function is_literal(segment)
  for _, character in ipairs(segment == DEEP and { ANY } or segment) do
    if character == ANY or character == ONE then
      return false
    end
  end
  return true
end

--- The state behind names with which the pattern may begin, or not. Only names that it spells out count: `*` is meant
-- for what follows.
-- @tparam table names
-- @tparam integer first
-- @tparam integer last of the names
-- @treturn table empty where the pattern does not begin with them
function Glob:behind(names, first, last)
  for i = first, last do
    local segment = self[i - first + 1]
    if not segment or not is_literal(segment) or not fits(segment, characters_of(names[i])) then
      return {}
    end
  end
  return reach(self, {}, math.max(last - first, -1) + 2)
end

local function spellings_of(names)
  local list = {}
  for i, name in ipairs(names) do
    list[i] = characters_of(name)
  end
  return list
end

local function any_fits(segment, spellings)
  for _, name in ipairs(spellings) do
    if fits(segment, name) then
      return true
    end
  end
  return false
end

--- The state behind one more name.
-- @tparam table state
-- @tparam table names the spellings of the name; each of them counts
-- @treturn table
function Glob:advance(state, names)
  local after, spellings = {}, nil
  for place in pairs(state) do
    local segment = self[place]
    if segment == DEEP then
      reach(self, after, place)
    elseif segment then
      spellings = spellings or spellings_of(names)
      if any_fits(segment, spellings) then
        reach(self, after, place + 1)
      end
    end
  end
  return after
end

--- Is the path complete that led to a state?
-- @tparam table state
-- @treturn boolean
function Glob:is_match(state)
  return state[#self + 1] == true
end

--- How many names of the pattern a state has behind it, at most; nil: the path does not match at all.
-- @tparam table state
-- @treturn ?integer
function Glob.progress(state)
  local most
  for place in pairs(state) do
    most = math.max(place - 1, most or 0)
  end
  return most
end

--- May something below the path match?
-- @tparam table state
-- @treturn boolean
function Glob:goes_on(state)
  local place = next(state)
  return place ~= nil and (place <= #self or next(state, place) ~= nil)
end

-- }======

local function misuse(what, problem, pattern)
  error(('%s: %s, got %s'):format(what, problem, tostring(pattern)), 0)
end

local function check(what, pattern)
  if type(pattern) ~= "string" or pattern:sub(1, 1) ~= "/" then
    misuse(what, 'a path like "/Shared Documents/*.docx" was expected', pattern)
  elseif not utf8.len(pattern) then
    misuse(what, "UTF-8 was expected", pattern)
  end
  local forbidden = pattern:match(FORBIDDEN)
  if forbidden then
    local sign = forbidden:find "%c" and "a control character" or "'" .. forbidden .. "'"
    misuse(what, sign .. " is in no name of SharePoint; names are separated by /", pattern)
  elseif (pattern .. "/"):find "/%.%.?/" then
    misuse(what, "a path without . and .. was expected", pattern)
  elseif not pattern:find "[^/]" then
    misuse(what, "the name of a library, or a pattern of it, was expected behind the /", pattern)
  end
end

--- Reads a pattern. Raises on one that can match nothing, naming what is wrong with it.
-- @tparam string what the option, for messages
-- @tparam string pattern
-- @treturn Glob
function glob.compile(what, pattern)
  check(what, pattern)
  local self = setmetatable({}, Glob)
  for segment in pattern:gmatch "[^/]+" do
    self[#self + 1] = segment == DEEP and DEEP or characters_of(segment)
  end
  if self[#self] == DEEP then -- at the end it means all that is below
    self[#self + 1] = { ANY }
  end
  return self
end

return glob
