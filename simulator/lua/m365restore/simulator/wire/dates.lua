--- Dates: epoch seconds to and from ISO 8601 and HTTP.
-- @module m365restore.simulator.wire.dates
local dates = {}

local DAY = 86400

-- Days since 1970-01-01 of a date in the proleptic Gregorian calendar; years are counted from March.
local function days_from_civil(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local era_days = 365 * year + year // 4 - year // 100 + year // 400
  return era_days + (153 * (month - 3) + 2) // 5 + day - 1 - 719468
end

local function days_in_month(year, month)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return ({ 31, leap and 29 or 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 })[month]
end

local function offset_seconds(zone)
  if zone == "Z" or zone == "z" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):(%d%d)$")
  if not sign or tonumber(hours) > 14 or tonumber(minutes) > 59 then return nil end
  local seconds = tonumber(hours) * 3600 + tonumber(minutes) * 60
  return sign == "-" and -seconds or seconds
end

--- Reads an ISO 8601 date and time with a zone, also in the form of some of Microsoft's pages: 12-01-03 for 12:01:03.
-- @tparam string text
-- @treturn ?number epoch seconds with fraction, or nil when it is not one
function dates.parse(text)
  local y, mo, d, h, mi, s, rest = text:match("^(%d%d%d%d)-(%d%d)-(%d%d)[Tt](%d%d)[:-](%d%d)[:-](%d%d)(.*)$")
  if not y then return nil end
  local fraction, zone = rest:match("^(%.%d+)(.+)$")
  local offset = offset_seconds(zone or rest)
  y, mo, d = tonumber(y), tonumber(mo), tonumber(d)
  h, mi, s = tonumber(h), tonumber(mi), tonumber(s)
  if not offset or y < 1 or mo < 1 or mo > 12 or d < 1 or d > days_in_month(y, mo) then return nil end
  if h > 23 or mi > 59 or s > 59 then return nil end
  return days_from_civil(y, mo, d) * DAY + h * 3600 + mi * 60 + s + tonumber(fraction or 0) - offset
end

-- How Microsoft's pages write a time: { form for os.date, digits behind the seconds, zone }.
local STYLES = {
  fractions = { "!%Y-%m-%dT%H:%M:%S", 7, "Z" },
  seconds = { "!%Y-%m-%dT%H:%M:%S", 0, "Z" },
  dashed = { "!%Y-%m-%dT%H-%M-%S", 2, "Z" },
  offset = { "!%Y-%m-%dT%H:%M:%S", 7, "+00:00" },
}

--- Writes an ISO 8601 date and time in UTC.
-- @tparam number epoch seconds
-- @tparam ?string style "seconds" (the default), "fractions", "dashed" or "offset"
-- @treturn string
function dates.iso(epoch, style)
  local form, digits, zone = table.unpack(STYLES[style or "seconds"])
  local whole = math.floor(epoch)
  local text = os.date(form, whole)
  if digits > 0 then
    text = ("%s.%0" .. digits .. "d"):format(text, math.floor((epoch - whole) * 10 ^ digits))
  end
  return text .. zone
end

local DAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- Writes the date of an HTTP header, in English whatever the locale.
-- @tparam number epoch seconds
-- @treturn string
function dates.http(epoch)
  local t = os.date("!*t", math.floor(epoch))
  return ("%s, %02d %s %d %02d:%02d:%02d GMT"):format(
    DAYS[t.wday], t.day, MONTHS[t.month], t.year, t.hour, t.min, t.sec)
end

return dates
