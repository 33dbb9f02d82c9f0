--- A report as one HTML page: what was not restored first, with the service's words and then advice; counts, figures,
-- and every target. Nothing is fetched from anywhere. The only script is the page's own, which the page's policy names
-- by its hash: no name that the service shows can become another one.
-- @module m365restore.report.html
local core = require "m365restore.core"
local crypto = require "m365restore.crypto"
local figures = require "m365restore.report.figures"
local format = require "m365restore.text.format"
local outcomes = require "m365restore.outcomes"
local script = require "m365restore.report.script"
local style = require "m365restore.report.style"

local html = {}

--- seconds between two reloads of a page while its run goes on
html.AGAIN = 5

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escape(value)
  return (core.plain(value == nil and "" or value):gsub("[&<>\"']", escapes))
end

--- A text that may hold long words, such as addresses, ids and codes: a line may end between their parts.
local function breakable(value)
  return (escape(value):gsub("(%l)(%u)", "%1<wbr>%2"):gsub("([/%-_.@])(%w)", "%1<wbr>%2"))
end

--- A name, which may be written from right to left.
local function name(value)
  return "<bdi>" .. breakable(value) .. "</bdi>"
end

local function class_of(outcome)
  return outcomes.of(outcome).ok and "good" or outcomes.of(outcome).open and "open" or "bad"
end

local function spell(outcome)
  return escape(outcomes.word(outcome))
end

local function counts_of(counts)
  local names, items = {}, {}
  for outcome in pairs(counts) do
    names[#names + 1] = outcome
  end
  table.sort(names, outcomes.is_before)
  for i, outcome in ipairs(names) do
    items[i] = string.format('<li><button type="button" aria-pressed="false" data-outcome="%s"><b class="%s">%d</b>%s'
      .. "</button></li>", escape(outcome), class_of(outcome), counts[outcome], spell(outcome))
  end
  return '<ul class="counts" aria-label="Outcomes">' .. table.concat(items) .. "</ul>"
end

-- {====== Tables ======

--- Where the restored content is, or what is waited for.
local function place(row)
  local url = row.url
  if type(url) == "string" and url:find "^https://" then
    return string.format('<a href="%s">%s</a>', escape(url), breakable(url))
  elseif row.way_back then
    return "in place<small>way back: " .. escape(row.way_back) .. "</small>"
  end
  local in_place = row.destinationType == "inPlace" and outcomes.of(row.outcome).restored
  return breakable(url or row.awaited or in_place and "in place" or nil)
end

--- The fact, and then the advice.
local function advice(row)
  return (row.message and breakable(row.message) or "")
    .. (row.remedy and "<small>" .. escape(row.remedy) .. "</small>" or "")
end

local function small(text, value)
  return value and "<small>" .. text .. breakable(value) .. "</small>" or ""
end

local function moment(text, value)
  return value and text .. "<time>" .. escape(value) .. "</time>" or ""
end

-- a heading, the class that gives its width, and a cell's content
local columns = {
  { "target", "w1", function(row)
    local own = row.name ~= row.target and row.name
    return name(row.target) .. (own and "<small>" .. name(own) .. "</small>" or "")
  end },
  { "outcome", "w2", function(row)
    return string.format('<b class="%s">%s</b>%s', class_of(row.outcome), spell(row.outcome), small("", row.code))
  end },
  { "what the service says, and what to do", "w3", advice },
  { "restore point", "w4", function(row)
    return moment("", row.protectionDateTime) .. (row.lost and small("lost: ", format.span(row.lost)) or "")
  end },
  { "restored to", "w5", place },
  { "session, artifact, point", "w6", function(row)
    return small("session ", row.session) .. small("artifact ", row.artifact)
      .. (row.completionDateTime and "<small>" .. moment("ended ", row.completionDateTime) .. "</small>" or "")
      .. small("point ", row.restorePointId)
  end },
}

local function line_of(row)
  local cells = {}
  for i, column in ipairs(columns) do
    local content = column[3](row)
    cells[i] = content == "" and "<td></td>" or string.format('<td data-label="%s">%s</td>', column[1], content)
  end
  return string.format('<tr data-outcome="%s">%s</tr>', escape(row.outcome), table.concat(cells))
end

local heads = {}
for i, column in ipairs(columns) do
  heads[i] = string.format('<th scope="col" class="%s"><button type="button">%s</button></th>', column[2], column[1])
end
local HEAD = "<thead><tr>" .. table.concat(heads) .. "</tr></thead>"

local function section(title, rows)
  if #rows == 0 then
    return ""
  end
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = line_of(row)
  end
  return string.format('<section aria-label="%s"><h2>%s: %d</h2><table>%s<tbody>\n%s\n</tbody></table></section>',
    title, title, #rows, HEAD, table.concat(lines, "\n"))
end

--- Rows in the order in which a person should look at them: what is not well, and the rest.
local function sorted(rows)
  local list = table.move(rows, 1, #rows, 1, {})
  table.sort(list, function(a, b)
    if a.outcome == b.outcome then
      return a.n < b.n
    end
    return outcomes.is_before(a.outcome, b.outcome)
  end)
  local done, undone = {}, {}
  for _, row in ipairs(list) do
    table.insert(outcomes.of(row.outcome).ok and done or undone, row)
  end
  return undone, done
end

-- }======

-- {====== What is known of the run ======

local function notes_of(notes)
  if not notes or #notes == 0 then
    return ""
  end
  local items = {}
  for i, note in ipairs(notes) do
    items[i] = "<li>" .. escape(note) .. "</li>"
  end
  return "<h2>Notes of the plan</h2><ul>" .. table.concat(items) .. "</ul>"
end

-- what the foot of a page tells, in this order
local facts = {
  { "actor", "started by" }, { "ticket", "ticket" }, { "reason", "reason" }, { "begun", "begun" },
  { "created", "plan made" }, { "hash", "plan's hash" }, { "journal", "journal" }, { "head", "journal's head" },
  { "made", "page written" },
}

local function facts_of(report)
  local items = {}
  for _, fact in ipairs(facts) do
    local value = report[fact[1]]
    if value ~= nil then
      items[#items + 1] = string.format("<dt>%s</dt><dd>%s</dd>", fact[2], name(value))
    end
  end
  items[#items + 1] = "<dt>made by</dt><dd>m365restore " .. escape(core.VERSION) .. "</dd>"
  return "<h2>About this run</h2><dl>" .. table.concat(items) .. "</dl>"
end

-- }======

local POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"
  .. crypto.base64(crypto.sha256(script)) .. "'"

local function head(title, again)
  return table.concat({
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta http-equiv="Content-Security-Policy" content="' .. POLICY .. '">',
    again and string.format('<noscript><meta http-equiv="refresh" content="%d"></noscript>', again) or "",
    "<title>" .. escape(title) .. "</title><style>" .. style .. "</style></head>",
    again and string.format('<body data-again="%d">', again) or "<body>",
  }, "\n")
end

local SEARCH = '<div class="find" hidden><label for="search">Search</label><input id="search" type="search">'
  .. '<span id="shown" role="status"></span></div>'

--- The page of a report.
-- @tparam Report report
-- @tparam[opt] table live `line`: how far it has come. The page reloads itself; nil: its run has ended
-- @treturn string
function html.render(report, live)
  local title = report.title or "Restore of " .. report.service .. (report.T and " to " .. report.T or "")
  local undone, done = sorted(report.rows)
  return table.concat({
    head(title, live and html.AGAIN),
    "<header><h1>" .. escape(title) .. "</h1><p>" .. escape(report:summary()) .. "</p>",
    live and '<p class="open" role="status">' .. escape(live.line) .. "</p>" or "",
    report.error and '<p class="bad">' .. escape(report.error) .. "</p>" or "",
    "</header><main>", counts_of(report.counts), SEARCH, section("Not restored", undone),
    figures.render(report, escape), section("Nothing left to do", done), notes_of(report.notes),
    "</main><footer>" .. facts_of(report) .. "</footer>",
    "<script>" .. script .. "</script></body></html>\n",
  }, "\n")
end

return html
