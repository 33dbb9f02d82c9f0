--- CSV as RFC 4180 has it, read tolerantly and written so that no spreadsheet
-- runs what is in a cell. Never yields.
-- @module m365restore.restore.csv
local system = require "m365restore.system"

local csv = {}

local BOM = "\u{feff}"

-- spreadsheets save it as "Unicode text"
local UTF16 = { ["\xff\xfe"] = true, ["\xfe\xff"] = true }

--- The cell that begins at `at`: its text, and where the separator or the line break after it stands.
local function read_cell(text, at, stop)
  if text:sub(at, at) ~= '"' then
    local last = text:find(stop, at) or #text + 1
    return text:sub(at, last - 1), last
  end
  local parts, from = {}, at + 1
  while true do
    local quote = text:find('"', from, true)
    if not quote then
      return nil, "a quoted cell does not end"
    end
    parts[#parts + 1] = text:sub(from, quote - 1)
    if text:sub(quote + 1, quote + 1) ~= '"' then
      return table.concat(parts, '"'), quote + 1
    end
    from = quote + 2
  end
end

--- Where the next line begins; nil: in the middle of one.
local function after_break(text, at)
  local _, last = text:find("^\r?\n", at)
  if not last then
    _, last = text:find("^\r", at)
  end
  return last and last + 1 or at > #text and at or nil
end

--- Commas, unless the header has none: spreadsheets of half of Europe write semicolons.
local function separator_of(text)
  local header = text:match "^[^\r\n]*"
  return not header:find(",", 1, true) and header:find(";", 1, true) and ";" or ","
end

--- The lines of a text as lists of cells; lines without any text are left out.
local function read_lines(text)
  local separator = separator_of(text)
  local stop = "[" .. separator .. "\r\n]"
  local lines, at = {}, 1
  while at <= #text do
    local cells, filled = {}, false
    local start
    repeat
      local cell, last = read_cell(text, at, stop)
      if not cell then
        return nil, string.format("record %d: %s", #lines + 1, last)
      end
      cells[#cells + 1], filled = cell, filled or cell:find "%S" ~= nil
      start = after_break(text, last)
      if not start and text:sub(last, last) ~= separator then
        return nil, string.format("record %d: text after a closing quote", #lines + 1)
      end
      at = last + 1
    until start
    at = start
    if filled then
      lines[#lines + 1] = cells
    end
  end
  return lines
end

local function trim(text)
  return text:match "^%s*(.-)%s*$"
end

--- Reads a text. The first line names the columns, in any order.
-- @tparam string text
-- @treturn ?table a list of records: column -> trimmed text, empty cells left out; nil and what is wrong
-- @treturn table the columns, in their order
function csv.parse(text)
  if UTF16[text:sub(1, 2)] then
    return nil, "the text is UTF-16: save it as CSV UTF-8"
  elseif text:sub(1, #BOM) == BOM then
    text = text:sub(#BOM + 1)
  end
  local lines, problem = read_lines(text)
  if not lines then
    return nil, problem
  elseif #lines == 0 then
    return nil, "the text is empty: a line that names the columns was expected"
  end
  local columns, records = {}, {}
  for i, name in ipairs(lines[1]) do
    columns[i] = trim(name)
  end
  for i = 2, #lines do
    local record = {}
    for j, cell in ipairs(lines[i]) do
      cell = trim(cell)
      if columns[j] and cell ~= "" then
        record[columns[j]] = cell
      end
    end
    records[i - 1] = record
  end
  return records, columns
end

--- Reads a file; raises where it cannot be read, since a nil would travel on unseen.
-- @tparam string path
-- @treturn table as from @{parse}
-- @treturn table the columns
function csv.read(path)
  local text, err = system.read_file(path)
  if not text then
    error("csv: " .. tostring(err), 0)
  end
  local records, columns = csv.parse(text)
  if not records then
    error(string.format("csv: %s: %s", path, columns), 0)
  end
  return records, columns
end

--- A cell. What a spreadsheet would take for a formula begins with an apostrophe.
local function spell(value)
  if value == nil then
    return ""
  end
  local text = tostring(value)
  if type(value) == "string" and text:find "^[=+%-@\t\r]" then
    text = "'" .. text
  end
  if text:find '[",;\r\n]' or text:find "^%s" or text:find "%s$" then
    text = '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

--- Writes records as a text.
-- @tparam table columns in their order
-- @tparam table records column -> value
-- @treturn string with CRLF
function csv.format(columns, records)
  local lines = {}
  local function add(value_of)
    local cells = {}
    for i, column in ipairs(columns) do
      cells[i] = spell(value_of(column))
    end
    lines[#lines + 1] = table.concat(cells, ",")
  end
  add(function(column) return column end)
  for _, record in ipairs(records) do
    add(function(column) return record[column] end)
  end
  lines[#lines + 1] = ""
  return table.concat(lines, "\r\n")
end

--- Writes records into a file, as a whole or not at all.
-- @tparam string path
-- @tparam table columns in their order
-- @tparam table records column -> value
-- @treturn ?boolean true; or nil, err
function csv.save(path, columns, records)
  return system.replace(path, csv.format(columns, records))
end

return csv
