--- A report as one HTML page: totals, the waves in time, and every target,
-- failures first. Nothing is fetched from anywhere, and no script runs.
-- @module m365restore.report.html
local core = require "m365restore.core"
local format = require "m365restore.text.format"
local outcomes = require "m365restore.outcomes"
local time = require "m365restore.time"

local html = {}

local style = [[
body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:76em;padding:0 1em;color:#222}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}
ul.totals{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.7em}
ul.totals li{border:1px solid #ccc;border-radius:.4em;padding:.5em 1em}
ul.totals b{display:block;font-size:1.6em}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3em .6em;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
.bad{color:#a11}.good{color:#176617}
.lane{position:relative;height:1.3em;background:#eee;margin:.2em 0}
.lane span{position:absolute;top:0;bottom:0;background:#5b8bd0;min-width:2px}
.lane em{position:absolute;left:.4em;font-style:normal;font-size:.85em}
@media print{.lane{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
]]

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escape(value)
  return (core.plain(value == nil and "" or value):gsub("[&<>\"']", escapes))
end

local function colour_of(outcome)
  return outcomes.of(outcome).ok and "good" or "bad"
end

local function totals(counts)
  local names, items = {}, {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names, outcomes.is_before)
  for i, name in ipairs(names) do
    items[i] = string.format('<li class="%s"><b>%d</b>%s</li>', colour_of(name), counts[name],
      escape(outcomes.word(name)))
  end
  return '<ul class="totals">' .. table.concat(items) .. "</ul>"
end

--- When each wave began and ended; those that never did are not there.
local function spans_of(rows)
  local spans, first, last = {}, math.huge, -math.huge
  for _, row in ipairs(rows) do
    local start, finish = time.parse(row.startDateTime), time.parse(row.completionDateTime)
    if row.wave and start and finish then
      local span = spans[row.wave] or { start = start, finish = finish, count = 0 }
      span.start, span.finish = math.min(span.start, start), math.max(span.finish, finish)
      span.count = span.count + 1
      spans[row.wave] = span
      first, last = math.min(first, start), math.max(last, finish)
    end
  end
  return spans, first, last
end

local function timeline(rows)
  local spans, first, last = spans_of(rows)
  local waves, lanes = {}, {}
  for wave in pairs(spans) do
    waves[#waves + 1] = wave
  end
  table.sort(waves)
  local length = math.max(last - first, 1)
  for i, wave in ipairs(waves) do
    local span = spans[wave]
    lanes[i] = string.format('<div class="lane"><span style="left:%.2f%%;width:%.2f%%"></span><em>wave %d: %s, %s'
      .. " to %s, %s</em></div>", (span.start - first) / length * 100, (span.finish - span.start) / length * 100, wave,
      format.count(span.count, "target"), time.format(math.floor(span.start)), time.format(math.floor(span.finish)),
      format.span(span.finish - span.start))
  end
  if #lanes == 0 then
    return ""
  end
  return "<h2>Waves</h2>" .. table.concat(lanes, "\n")
end

local function sorted(rows)
  local list = table.move(rows, 1, #rows, 1, {})
  table.sort(list, function(a, b)
    if a.outcome == b.outcome then
      return a.n < b.n
    end
    return outcomes.is_before(a.outcome, b.outcome)
  end)
  return list
end

--- Where the restored content is, or what is waited for.
local function place(row)
  local url = row.url
  if type(url) == "string" and url:find "^https://" then
    return string.format('<a href="%s">%s</a>', escape(url), escape(url))
  end
  return escape(url or row.awaited or row.way_back and "in place; way back: " .. row.way_back)
end

--- The fact, and then the advice.
local function advice(row)
  local parts = {}
  parts[#parts + 1] = row.message and escape(row.message)
  parts[#parts + 1] = row.remedy and "<em>" .. escape(row.remedy) .. "</em>"
  return table.concat(parts, "<br>")
end

local function table_of(rows)
  local lines = {}
  for i, row in ipairs(sorted(rows)) do
    lines[i] = string.format('<tr><td>%s<br>%s</td><td class="%s">%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>'
      .. "<td>%s</td></tr>",
      escape(row.target), escape(row.name), colour_of(row.outcome),
      escape(outcomes.word(row.outcome)), escape(row.code), advice(row),
      escape(row.protectionDateTime), escape(row.lost and format.span(row.lost)), place(row))
  end
  return "<h2>Targets</h2><table><tr><th>target</th><th>outcome</th><th>code</th>"
    .. "<th>what the service says, and what to do</th><th>restore point</th><th>lost</th><th>restored to</th></tr>\n"
    .. table.concat(lines, "\n") .. "</table>"
end

--- The page of a report.
-- @tparam Report report
-- @treturn string
function html.render(report)
  local title = report.title or "Restore of " .. report.service .. (report.T and " to " .. report.T or "")
  return table.concat({
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
    "<title>" .. escape(title) .. "</title><style>" .. style .. "</style></head><body>",
    "<h1>" .. escape(title) .. "</h1><p>" .. escape(report:summary()) .. "</p>",
    report.error and '<p class="bad">' .. escape(report.error) .. "</p>" or "",
    totals(report.counts), timeline(report.rows), table_of(report.rows),
    report.hash and "<p>Plan " .. escape(report.hash) .. ", made " .. escape(report.created) .. "</p>" or "",
    "</body></html>\n",
  }, "\n")
end

return html
