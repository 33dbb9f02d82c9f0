--- The two figures of a report's page, as SVG: when each session ran, and how many targets had finished when.
-- @module m365restore.report.figures
local format = require "m365restore.text.format"
local outcomes = require "m365restore.outcomes"
local time = require "m365restore.time"

local figures = {}

-- the drawing in units of its own; the browser gives it its size
local WIDTH, HEIGHT, EDGE = 600, 190, 20

-- a curve of more points than this does not look different
local MOST_POINTS = 200

--- A row's times as numbers; nil where it has not both.
local function span_of(row)
  local start, finish = time.parse(row.startDateTime), time.parse(row.completionDateTime)
  if start and finish and finish >= start then
    return start, finish
  end
end

--- Sessions with their spans, in the order in which they began; and the span of all.
local function sessions_of(rows)
  local list, by_id, first, last = {}, {}, math.huge, -math.huge
  for _, row in ipairs(rows) do
    local start, finish = span_of(row)
    if start and row.session then
      local session = by_id[row.session]
      if not session then
        session = { id = row.session, start = start, finish = finish, count = 0, failed = 0 }
        by_id[row.session], list[#list + 1] = session, session
      end
      session.start, session.finish = math.min(session.start, start), math.max(session.finish, finish)
      session.count = session.count + 1
      session.failed = session.failed + (outcomes.of(row.outcome).ok and 0 or 1)
      first, last = math.min(first, start), math.max(last, finish)
    end
  end
  table.sort(list, function(a, b)
    if a.start ~= b.start then
      return a.start < b.start
    end
    return a.id < b.id
  end)
  return list, first, last
end

--- Gives each session the first lane that is free when it begins.
local function lay_out(sessions)
  local ends = {}
  for _, session in ipairs(sessions) do
    local lane = 1
    while ends[lane] and ends[lane] > session.start do
      lane = lane + 1
    end
    session.lane, ends[lane] = lane, session.finish
  end
  return #ends
end

--- A moment as a place from left to right.
local function scale(first, last)
  local length = math.max(last - first, 1)
  return function(moment)
    return EDGE + (moment - first) / length * (WIDTH - 2 * EDGE)
  end
end

local function draw(title, parts)
  return string.format('<svg viewBox="0 0 %d %d" role="img" aria-label="%s" preserveAspectRatio="none">%s</svg>',
    WIDTH, HEIGHT, title, table.concat(parts))
end

local function caption(escape, text, svg)
  return "<figure>" .. svg .. "<figcaption>" .. escape(text) .. "</figcaption></figure>"
end

local function spell(moment)
  return time.format(math.floor(moment))
end

--- When each session ran.
local function timeline(sessions, first, last, escape)
  local lanes, x = lay_out(sessions), scale(first, last)
  local height, parts = (HEIGHT - 2 * EDGE) / math.max(lanes, 6), {}
  for i, session in ipairs(sessions) do
    local what = string.format("session %s: %s, %s to %s, %s%s", session.id, format.count(session.count, "target"),
      spell(session.start), spell(session.finish), format.span(session.finish - session.start),
      session.failed > 0 and string.format(", %d not restored", session.failed) or "")
    local left, right = x(session.start), x(session.finish)
    parts[i] = string.format('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="var(--%s)"><title>%s</title>'
      .. "</rect>", left, EDGE + (session.lane - 1) * height, math.max(right - left, 2), height * 0.8,
      session.failed > 0 and "bad" or "bar", escape(what))
  end
  local text = string.format("%s, %s to %s. Those in which a target was not restored are red.",
    format.count(#sessions, "session"), spell(first), spell(last))
  return caption(escape, text, draw("When each session ran", parts))
end

--- The places of a curve, from a list of moments in order: the n-th says when n targets had finished.
local function steps(moments, x, y)
  local points, stride = {}, math.max(#moments // MOST_POINTS, 1)
  for n = 1, #moments, stride do
    points[#points + 1] = string.format("%.1f,%.1f", x(moments[n]), y(n))
  end
  points[#points + 1] = string.format("%.1f,%.1f", x(moments[#moments]), y(#moments))
  return table.concat(points, " ")
end

local function line(class, points, dashes)
  return string.format('<polyline fill="none" stroke="var(--%s)" stroke-width="2" vector-effect="non-scaling-stroke"%s'
    .. ' points="%s"/>', class, dashes and ' stroke-dasharray="6 4"' or "", points)
end

--- How many targets had finished when, beside the plan's estimate.
local function curve(rows, first, last, estimate, escape)
  local moments = {}
  for _, row in ipairs(rows) do
    moments[#moments + 1] = select(2, span_of(row))
  end
  table.sort(moments)
  local seconds = estimate and estimate.seconds or 0
  local x = scale(first, math.max(last, first + seconds))
  local function y(count)
    return HEIGHT - EDGE - count / #moments * (HEIGHT - 2 * EDGE)
  end
  local parts = {}
  if seconds > 0 then
    local estimated = string.format("%.1f,%.1f %.1f,%.1f", x(first), y(0), x(first + seconds), y(#moments))
    parts[1] = line("other", estimated, true)
  end
  parts[#parts + 1] = line("bar", string.format("%.1f,%.1f ", x(first), y(0)) .. steps(moments, x, y))
  local text = string.format("%s finished within %s.", format.count(#moments, "target"), format.span(last - first))
  if seconds > 0 then
    text = text .. string.format(" The dashed line is the plan's estimate: %s.", format.span(seconds))
  end
  return caption(escape, text, draw("How many targets had finished when", parts))
end

--- The figures of a report.
-- @tparam Report report
-- @tparam function escape a text -> HTML
-- @treturn string empty where no row has begun and ended
function figures.render(report, escape)
  local sessions, first, last = sessions_of(report.rows)
  if #sessions == 0 then
    return ""
  end
  return '<section aria-label="Course"><h2>Course</h2><div class="figures">' .. timeline(sessions, first, last, escape)
    .. curve(report.rows, first, last, report.estimate, escape) .. "</div></section>"
end

return figures
