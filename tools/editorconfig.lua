--- Holds the files of the project against .editorconfig: charset, line ends, final line breaks, blanks at ends of
-- lines, tabs, and the length of lines. Prints a line for each breach, and fails if there is any.
--
--   lua tools/editorconfig.lua FILE...

--- A glob of .editorconfig as patterns of Lua: `{a,b}` is several.
local function patterns_of(glob)
  local before, choices, after = glob:match "^(.-){(.-)}(.*)$"
  local patterns = {}
  for choice in (choices or ""):gmatch "[^,]*" do
    local whole = (before or glob) .. choice .. (after or "")
    local pattern = whole:gsub("[%^$()%%.%[%]+%-?]", "%%%0"):gsub("%*%*", "\0"):gsub("%*", "[^/]*"):gsub("%z", ".*")
    patterns[#patterns + 1] = (whole:find "/" and "^" or "/") .. pattern .. "$"
  end
  return patterns
end

--- The sections: what they are about, and their settings.
local function read_sections(path)
  local sections = {}
  for line in io.lines(path) do
    local glob, name, value = line:match "^%[(.*)%]$", line:match "^([%w_]+) *= *(%S+)$"
    if glob then
      sections[#sections + 1] = { patterns = patterns_of(glob), settings = {} }
    elseif name and sections[1] then
      sections[#sections].settings[name] = value
    end
  end
  return sections
end

--- The settings of a file: those of later sections count.
local function settings_of(sections, path)
  local settings = {}
  for _, section in ipairs(sections) do
    for _, pattern in ipairs(section.patterns) do
      if path:find(pattern) or ("/" .. path):find(pattern) then
        for name, value in pairs(section.settings) do
          settings[name] = value ~= "unset" and value or nil
        end
      end
    end
  end
  return settings
end

--- What is wrong with a line.
local function problem_of(line, settings)
  local length = utf8.len(line)
  local most = tonumber(settings.max_line_length)
  if settings.charset == "utf-8" and not length then
    return "not UTF-8"
  elseif settings.end_of_line == "lf" and line:find "\r" then
    return "a carriage return"
  elseif settings.trim_trailing_whitespace == "true" and line:find "[ \t]$" then
    return "a blank at the end"
  elseif settings.indent_style == "space" and line:find "^ *\t" then
    return "a tab"
  elseif most and (length or 0) > most then
    return ("more than %d columns: %d"):format(most, length)
  end
end

local sections, count = read_sections ".editorconfig", 0

local function breach(path, number, problem)
  print(("%s:%d: %s"):format(path, number, problem))
  count = count + 1
end

local function check(path, text)
  local settings, number = settings_of(sections, path), 0
  for line in text:gmatch "([^\n]*)\n?" do
    number = number + 1
    local problem = problem_of(line, settings)
    if problem then
      breach(path, number, problem)
    end
  end
  if settings.insert_final_newline == "true" and text ~= "" and text:sub(-1) ~= "\n" then
    breach(path, number, "no line break at the end")
  end
end

for _, path in ipairs(arg) do
  local file = io.open(path, "rb") -- git lists those that were removed, too
  if file then
    check((path:gsub("^%./", "")), file:read "a")
    file:close()
  end
end
os.exit(count == 0)
