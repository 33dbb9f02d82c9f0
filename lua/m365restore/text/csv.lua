--- CSV as RFC 4180 has it, read tolerantly and written so that a spreadsheet shows it and runs nothing of it.
-- Never yields.
-- @module m365restore.text.csv
local core = require "m365restore.core"
local encoding = require "m365restore.text.encoding"
local options = require "m365restore.options"
local repair = require "m365restore.text.repair"
local system = require "m365restore.system"

local csv = {}

local MARK = "\u{feff}" -- without it, Excel reads UTF-8 as its own code page

local LARGEST = 1 << 28

-- {====== Formulas ======

-- What makes a spreadsheet take a cell for a formula: at its beginning, or behind a separator of another spreadsheet.
-- The forms of full width count where the language is Japanese.
local formulas = { "[=+%-@]", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}" }

local function may_run(cell)
  return cell:find "^[ ']*[=+%-@\t\r\n\xEF]" ~= nil or cell:find "[,;\t|\r\n]" ~= nil
end

--- Puts an apostrophe before what a spreadsheet would run. Where apostrophes stand there already, one more is put, so
-- that @{unguard} gives back the same text.
local function guard(cell)
  if not may_run(cell) then
    return cell
  end
  for _, formula in ipairs(formulas) do
    cell = cell:gsub("^[ ']*" .. formula, "'%0"):gsub("([,;\t|\r\n]\"*)('*" .. formula .. ")", "%1'%2")
  end
  return (cell:gsub("^[ ']*[\t\r\n]", "'%0"))
end

--- Takes the apostrophes of @{guard} away.
local function unguard(cell)
  if not may_run(cell) then
    return cell
  end
  for _, formula in ipairs(formulas) do
    cell = cell:gsub("^'([ ']*" .. formula .. ")", "%1"):gsub("([,;\t|\r\n]\"*)'('*" .. formula .. ")", "%1%2")
  end
  return (cell:gsub("^'([ ']*[\t\r\n])", "%1"))
end

-- }======

-- {====== Places ======

--- Where a text ends, as an editor counts: "line 3, column 12".
local function place_after(before)
  local last, lines = 0, 1
  for at, breaks in before:gmatch "()([\r\n]+)" do
    last = at + #breaks - 1
    lines = lines + select(2, breaks:gsub("\r\n?", "\n"):gsub("\n", ""))
  end
  return string.format("line %d, column %d", lines, utf8.len(before, last + 1) + 1)
end

-- }======

-- {====== Reading ======

-- What separates cells: a comma, or what spreadsheets and PowerShell's -UseCulture write in other regions.
local separators = { ",", ";", "\t", "|" }

--- Where the header begins, and the separator that a line above it names. Above it may stand "sep=;", which is meant
-- for Excel, the "#TYPE" of Windows PowerShell, "version:v1.0" of Entra's lists, "ListSchema=" of SharePoint's, and
-- empty lines. Excel fills all of them up with separators.
local function skip_preamble(content)
  local at, named = 1, nil
  while at <= #content do
    local line, after = content:match("^([^\r\n]*)\r?\n?()", at)
    local separator = line:match '^"?[Ss][Ee][Pp]=([^%w"])"?$'
    local is_above = separator or line:find '^"?#TYPE%s' or line:find "^version:v[%d.]+[,;\t|]*$"
      or line:find '^"?ListSchema='
    if not is_above and line:find "[^%s,;|]" then
      break
    end
    at, named = after, separator or named
  end
  return at, named
end

--- The separator that stands most often in the header; nil: it has one column, and its cells hold whole lines.
local function separator_of(content, at)
  local header = content:sub(at, at + 0xFFFF):gsub('"[^"]*"?', ""):match "^[^\r\n]*"
  local best, most = nil, 0
  for _, separator in ipairs(separators) do
    local count = select(2, header:gsub(separator, ""))
    if count > most then
      best, most = separator, count
    end
  end
  return best
end

--- The quoted cell that begins at `at`: its text, and where what follows it begins; or nil, what is wrong, and where.
local function read_quoted(content, at, separator)
  local parts, from = {}, at + 1
  while true do
    local quote = content:find('"', from, true)
    if not quote then
      return nil, "the quoted cell that begins here does not end", at
    end
    parts[#parts + 1] = content:sub(from, quote - 1)
    if content:sub(quote + 1, quote + 1) ~= '"' then
      local last = content:match("^ *()", quote + 1)
      if last <= #content and not content:find("^[\r\n]", last) and content:sub(last, last) ~= separator then
        return nil, "text after a closing quote", last
      end
      return table.concat(parts, '"'), last
    end
    from = quote + 2
  end
end

--- Any cell, likewise.
local function read_cell(content, at, separator, stop)
  local quote = content:match('^ *()"', at)
  if quote then
    return read_quoted(content, quote, separator)
  end
  local last = content:find(stop, at) or #content + 1
  return content:sub(at, last - 1), last
end

--- Where the next line begins, if one ends here.
local function after_break(content, at)
  return content:match("^\r?\n()", at) or content:match("^\r()", at) or at > #content and at or nil
end

local Reader = {}
Reader.__index = Reader

--- The cells of the line at hand, where each begins, and whether one of them is filled; nil, problem, place.
function Reader:line()
  local cells, starts, filled = {}, {}, false
  repeat
    local cell, last, place = read_cell(self.content, self.at, self.separator, self.stop)
    if not cell then
      return nil, last, place
    end
    cells[#cells + 1], starts[#starts + 1] = cell, self.at
    filled = filled or cell:find "%S" ~= nil
    local after = after_break(self.content, last)
    self.at = after or last + 1
  until after
  return cells, starts, filled
end

-- Blanks, the no-break space among them.
local function trim(cell)
  cell = cell:gsub("^[ \t\r\n\v\f]+", ""):gsub("[ \t\r\n\v\f]+$", "")
  while cell:find "^\u{A0}" or cell:find "\u{A0}$" do
    cell = cell:gsub("^\u{A0}[ \t]*", ""):gsub("[ \t]*\u{A0}$", "")
  end
  return cell
end

--- Reads the header: the columns, and where each stands; or nil, problem, place.
function Reader:header()
  local cells, starts, filled = self:line()
  if not cells then
    return nil, starts, filled
  end
  local columns, seen = {}, {}
  for i, cell in ipairs(cells) do
    local name = trim(cell)
    if seen[name] and name ~= "" then
      return nil, string.format("two columns are named '%s'", name), starts[i]
    end
    columns[i], seen[name] = name, true
  end
  return columns
end

--- The record of a line; or nil, problem, place. A cell without a column means that a separator stands unquoted in one
-- before it, and then none can be trusted.
local function record_of(columns, cells, starts)
  local record = {}
  for i, cell in ipairs(cells) do
    cell = unguard(trim(cell))
    local column = columns[i]
    if cell ~= "" and not column then
      return nil, string.format("this line has more cells than the header, which has %d", #columns), starts[i]
    elseif cell ~= "" and column ~= "" then
      record[column] = cell
    end
  end
  return record
end

--- All records, and where the lines of each begin; or nil, problem, place.
function Reader:records(columns)
  local records, places = {}, {}
  while self.at <= #self.content do
    local start = self.at
    local cells, starts, filled = self:line()
    if not cells then
      return nil, starts, filled
    end
    if filled then
      local record, problem, place = record_of(columns, cells, starts)
      if not record then
        return nil, problem, place
      end
      records[#records + 1], places[#places + 1] = record, start
    end
  end
  return records, places
end

-- What people give for CSV, by its first bytes.
local workbooks = { ["PK\3\4"] = "an Excel workbook (.xlsx)", ["\xD0\xCF\x11\xE0"] = "an Excel workbook (.xls)" }

local ADVICE = 'save it as "CSV UTF-8", or name its encoding, such as encoding = "windows-1252"'

local function decode(bytes, name)
  local workbook = workbooks[bytes:sub(1, 4)]
  if workbook then
    return nil, "this is " .. workbook .. ', and no CSV: save it as "CSV UTF-8"'
  end
  local content, problem, before = encoding.decode(bytes, name)
  if not content then
    return nil, string.format("%s: %s: %s", place_after(before), problem, ADVICE)
  end
  return content
end

--- A function that tells the place of a cell: a record's number and a column to "line 3, column 12". Record 0 is the
-- header.
local function teller(reader, columns, places, header)
  return function(n, column)
    local at = n == 0 and header or places[n]
    local inside = setmetatable({ at = at }, { __index = reader })
    local _, starts = Reader.line(inside)
    for i, name in ipairs(columns) do
      at = name == column and starts[i] or at
    end
    return place_after(reader.content:sub(1, at - 1))
  end
end

local reading = { encoding = "string" }

local function check(field, value, kind)
  if type(value) ~= kind then
    error(string.format("%s: a %s was expected, got %s", field, kind, type(value)), 0)
  end
end

local function parse(bytes, name)
  local content, undecoded = decode(bytes, name)
  if not content then
    return nil, undecoded
  end
  local at, separator = skip_preamble(content)
  separator = separator or separator_of(content, at)
  local reader = setmetatable({
    content = content, at = at, separator = separator, stop = separator and "[%" .. separator .. "\r\n]" or "[\r\n]",
  }, Reader)
  if at > #content then
    return nil, "the file is empty: a line that names the columns was expected"
  end
  local columns, problem, place = reader:header()
  local records, places
  if columns then
    records, places, place = reader:records(columns)
    problem = places
  end
  if not records then
    return nil, string.format("%s: %s", place_after(content:sub(1, place - 1)), problem)
  end
  return records, columns, teller(reader, columns, places, at)
end

--- Reads a text. The first line names the columns, in any order; "sep=", "#TYPE" and empty lines may stand above it.
-- Cells are separated by what the header shows: commas, semicolons, tabs or vertical bars.
-- @tparam string bytes UTF-8 or UTF-16, with a byte order mark or without
-- @tparam[opt] table opts `encoding`: the code page of another text, such as "windows-1252"
-- @treturn ?table a list of records: column -> trimmed text, empty cells left out; nil and what is wrong, with line and
-- column
-- @treturn table the columns, in their order
-- @treturn function (number of a record, column) -> its place, such as "line 3, column 12"; record 0 is the header
function csv.parse(bytes, opts)
  check("csv.parse: text", bytes, "string")
  local o = options.read("csv.parse", opts, reading)
  return parse(bytes, encoding.check("csv.parse.encoding", o.encoding))
end

--- The failure of a file that the disk does not give: its code, and the option that named the file.
-- @tparam string what
-- @tparam string path
-- @tparam table err of @{m365restore.system}
-- @treturn error
function csv.cannot_read(what, path, err)
  return core.failure {
    code = err.code, class = err.class, operation = "plan", sent = false, attempts = 0, path = path,
    message = what .. ": " .. err.message,
  }
end

--- Reads a file.
-- @tparam string path
-- @tparam[opt] table opts as for @{parse}
-- @tparam[opt] string what the option that the path was given in, for messages
-- @treturn ?table from @{parse}; or nil, err: `bad_list`, with file, line and column, or what the disk says
-- @treturn table the columns
-- @treturn function the place of a cell, with the file
function csv.read(path, opts, what)
  what = what or "csv.read"
  check(what .. ": path", path, "string")
  local o = options.read(what, opts, reading)
  local name = encoding.check(what .. ".encoding", o.encoding)
  local bytes, err = system.read_file(path, LARGEST)
  if not bytes then
    return nil, csv.cannot_read(what, path, err)
  end
  local records, columns, place = parse(bytes, name)
  if not records then
    return nil, core.failure {
      code = "bad_list", class = "refuse", operation = "plan", sent = false, attempts = 0, path = path,
      message = string.format("%s: %s: %s", what, path, columns),
    }
  end
  return records, columns, function(n, column) return path .. ": " .. place(n, column) end
end

-- }======

-- {====== Writing ======

--- A number without the host's locale, and a whole one without ".0".
local function spell_number(number)
  local is_finite = number == number and math.abs(number) < math.huge
  return is_finite and core.encode(math.tointeger(number) or number) or tostring(number)
end

local function spell(value)
  if value == nil then
    return ""
  elseif type(value) == "number" then
    return spell_number(value)
  end
  local cell = repair.text(tostring(value))
  cell = type(value) == "string" and guard(cell) or cell
  if cell:find '[",;\t|\r\n]' or cell:find "^%s" or cell:find "%s$" then
    cell = '"' .. cell:gsub('"', '""') .. '"'
  end
  return cell
end

local writing = { separator = "string" }

local function check_separator(what, opts)
  local separator = options.read(what, opts, writing).separator or ","
  for _, known in ipairs(separators) do
    if separator == known then
      return separator
    end
  end
  error(what .. ".separator: a comma, a semicolon, a tab or a vertical bar was expected, got " .. separator, 0)
end

local function format(what, columns, records, opts)
  check(what .. ": columns", columns, "table")
  check(what .. ": records", records, "table")
  local separator, lines = check_separator(what, opts), {}
  local function add(value_of)
    local cells = {}
    for i, column in ipairs(columns) do
      cells[i] = spell(value_of(column))
    end
    lines[#lines + 1] = table.concat(cells, separator)
  end
  add(function(column) return column end)
  for _, record in ipairs(records) do
    add(function(column) return record[column] end)
  end
  lines[#lines + 1] = ""
  return table.concat(lines, "\r\n")
end

--- Writes records as a text. Before what a spreadsheet would run stands an apostrophe, which @{parse} takes away.
-- @tparam table columns in their order
-- @tparam table records column -> value
-- @tparam[opt] table opts `separator`: "," unless told; Excel wants ";" where a comma stands in its numbers
-- @treturn string UTF-8 without a byte order mark, with CRLF
function csv.format(columns, records, opts)
  return format("csv.format", columns, records, opts)
end

--- Writes records into a file, as a whole or not at all. The file begins with the byte order mark that Excel needs.
-- @tparam string path
-- @tparam table columns in their order
-- @tparam table records column -> value
-- @tparam[opt] table opts as for @{format}
-- @treturn ?boolean true; or nil, err
function csv.save(path, columns, records, opts)
  return system.replace(path, MARK .. format("csv.save", columns, records, opts))
end

-- }======

return csv
