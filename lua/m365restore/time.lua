--- Times as Graph writes them, and as computers count them.
--
-- Graph's examples hold times with seven digits behind the second, times with
-- dashes for colons ("2015-06-19T12-01-03.45Z"), offsets, and 0001-01-01 for a
-- time that is not set. All of them are read here; a property keeps the text
-- that the service sent.
-- @module m365restore.time
local time = {}

local DAY = 86400

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local month_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
  return month == 2 and is_leap(year) and 29 or month_days[month]
end

--- Days from 1970-01-01 to the first of a March-based year's month.
local function days_before(year, month, day)
  local y = month <= 2 and year - 1 or year
  local m = (month + 9) % 12
  return y * 365 + y // 4 - y // 100 + y // 400 + (m * 306 + 5) // 10 + day - 719469
end

--- Seconds that an offset is ahead of UTC; nil: that is no offset.
local function offset_of(zone)
  if zone == "" or zone == "Z" or zone == "z" then
    return 0
  end
  local sign, hours, minutes = zone:match "^([+-])(%d%d):?(%d%d)$"
  if not sign or tonumber(hours) > 14 or tonumber(minutes) > 59 then -- the widest there is: UTC+14
    return nil
  end
  local seconds = tonumber(hours) * 3600 + tonumber(minutes) * 60
  return sign == "+" and seconds or -seconds
end

local shapes = {
  "^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt ](%d%d)[:-](%d%d)[:-](%d%d)%.?(%d*)(.*)$",
  "^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt ](%d%d):(%d%d)()()(.*)$",
  "^(%d%d%d%d)%-(%d%d)%-(%d%d)()()()()()$",
}

--- The parts of a text; nothing: it is no time. A place that a shape does not
-- have is captured as a position, a number.
local function scan(text)
  for _, shape in ipairs(shapes) do
    local parts = { text:match(shape) }
    if parts[1] then
      for i = 4, 8 do
        parts[i] = type(parts[i]) == "string" and parts[i] or ""
      end
      return parts
    end
  end
end

--- Whole seconds since 1970, and the digits behind them without zeros at
-- their end; nil: no time, or the one that stands for none.
local function split(text)
  local p = scan(text)
  local offset = p and offset_of(p[8])
  if not offset then
    return nil
  end
  local year, month, day = tonumber(p[1]), tonumber(p[2]), tonumber(p[3])
  local hour, minute, second = tonumber(p[4]) or 0, tonumber(p[5]) or 0, tonumber(p[6]) or 0
  if year <= 1 or month < 1 or month > 12 or day < 1 or day > days_in(year, month)
    or hour > 23 or minute > 59 or second > 60 then
    return nil
  end
  local days = days_before(year, month, day)
  return days * DAY + hour * 3600 + minute * 60 + second - offset, (p[7]:gsub("0+$", ""))
end

--- The same parts of a number.
local function split_number(value)
  local whole = math.floor(value)
  local digits = string.format("%.6f", value - whole)
  if digits:sub(1, 1) == "1" then
    return whole + 1, ""
  end
  return whole, (digits:sub(3):gsub("0+$", ""))
end

local function parts_of(value)
  if math.type(value) == "integer" then
    return value, ""
  elseif type(value) == "number" and value - value == 0 then
    return split_number(value)
  elseif type(value) == "string" then
    return split(value)
  end
end

--- Reads a time.
-- @tparam ?string text as the service writes it; a time without an offset is
-- UTC, one without seconds or without a time of day is taken at its start
-- @treturn ?number seconds since 1970, with a fraction where the text has one;
-- nil for what is no time, and for a year that stands for "not set"
function time.parse(text)
  if type(text) ~= "string" then
    return nil
  end
  local seconds, digits = split(text)
  if seconds and digits ~= "" then
    return seconds + tonumber("0." .. digits)
  end
  return seconds
end

--- The civil date of a count of days since 1970-01-01.
local function date_of(days)
  local z = days + 719468
  local era = z // 146097
  local doe = z - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local month = mp < 10 and mp + 3 or mp - 9
  return yoe + era * 400 + (month <= 2 and 1 or 0), month, doy - (153 * mp + 2) // 5 + 1
end

--- Writes a time the way Graph does.
-- @tparam number|string value seconds since 1970, or any text that
-- @{m365restore.time.parse} reads
-- @treturn string UTC, like "2026-11-01T06:00:00Z", with a fraction where
-- there is one; raises on what is no time
function time.format(value)
  local seconds, digits = parts_of(value)
  if not seconds then
    error("time.format: a time was expected, got " .. tostring(value), 2)
  end
  local year, month, day = date_of(seconds // DAY)
  local rest = seconds % DAY
  return string.format("%04d-%02d-%02dT%02d:%02d:%02d%sZ", year, month, day, rest // 3600, rest // 60 % 60,
    rest % 60, digits ~= "" and "." .. digits or "")
end

--- Compares two times, to the last digit: a number would lose the seventh one
-- behind the second.
-- @tparam string|number a
-- @tparam string|number b
-- @treturn ?integer -1 if a is earlier, 0 if they are the same moment, 1 if it
-- is later; nil if one of them is no time
function time.compare(a, b)
  local as, ad = parts_of(a)
  local bs, bd = parts_of(b)
  if not as or not bs then
    return nil
  elseif as ~= bs then
    return as < bs and -1 or 1
  elseif ad ~= bd then
    return ad < bd and -1 or 1
  end
  return 0
end

local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

--- Reads the time of an HTTP header, such as "Sun, 22 Nov 2026 12:00:00 GMT".
-- @tparam ?string text
-- @treturn ?integer seconds since 1970; nil for what is no such time
function time.of_header(text)
  local day, month, year, rest = tostring(text):match "^%a+, (%d%d?) (%a+) (%d%d%d%d) (%d%d:%d%d:%d%d) GMT$"
  if not MONTHS[month] then
    return nil
  end
  return time.parse(string.format("%04d-%02d-%02dT%sZ", year, MONTHS[month], day, rest))
end

return time
