--- How far a restore has come, told to a person.
-- @module m365restore.report.progress
local core = require "m365restore.core"
local forecast = require "m365restore.forecast"
local options = require "m365restore.options"
local repair = require "m365restore.text.repair"
local system = require "m365restore.system"
local time = require "m365restore.time"

local progress = {}

-- A line has this many columns where the terminal does not tell its own.
local USUAL_WIDTH = 80

-- back to the first column; and, behind the text, wipe what an older and longer line left
local HOME, WIPE = "\r", "\27[K"

local styles = { auto = true, live = true, plain = true, silent = true }

--- A length of time as people say it; two units are enough.
local function spell_duration(seconds)
  if seconds < 60 then
    return string.format("%ds", seconds // 1)
  elseif seconds < 3600 then
    return string.format("%dm", seconds // 60)
  end
  return string.format("%dh%02dm", seconds // 3600, seconds % 3600 // 60)
end

local function finished_of(event)
  return (event.completed or 0) + (event.failed or 0)
end

--- How long it still takes, as a range; nil where it is not known, or over.
local function spell_end(event)
  if not event.soonest or event.done then
    return nil
  end
  local soonest, latest = spell_duration(event.soonest), spell_duration(event.latest)
  return soonest == latest and soonest .. " left" or soonest .. " to " .. latest .. " left"
end

--- An error while something goes on is one that is waited through; the last event tells why it ended early.
local function spell_error(err, done)
  local code = type(err) ~= "string" and err.code or err
  return (done and "stopped: " or "out of reach: ") .. tostring(code)
end

local function spell_wait(event, with_time)
  if not event.waiting then
    return nil
  end
  local since = with_time and event.waited and " for " .. spell_duration(event.waited) or ""
  return "waiting for " .. tostring(event.waiting) .. since
end

--- What has changed when this has; times go by and are not in it.
local function state_of(event)
  local parts = {
    string.format("%s: %d of %d finished", event.status or "waiting", finished_of(event), event.total or 0),
  }
  if (event.failed or 0) > 0 then
    parts[#parts + 1] = string.format("%d failed", event.failed)
  end
  if (event.inProgress or 0) > 0 and not event.done then
    parts[#parts + 1] = string.format("%d running", event.inProgress)
  end
  return parts
end

--- One line about an event, and a key of what a change of it is.
local function describe(event)
  local parts = state_of(event)
  local state = table.concat(parts, ", ")
  local key = { state, spell_wait(event) or "", event.error and spell_error(event.error, event.done) or "" }
  parts[#parts + 1] = spell_wait(event, true)
  parts[#parts + 1] = event.error and spell_error(event.error, event.done) or nil
  local rest = {}
  rest[#rest + 1] = event.elapsed and "after " .. spell_duration(math.max(event.elapsed, 0)) or nil
  rest[#rest + 1] = spell_end(event)
  local line = table.concat(parts, ", ") .. (#rest > 0 and "; " .. table.concat(rest, ", ") or "")
  -- a state is a text of the service, and must not steer a terminal
  return core.plain(line), table.concat(key, "\n")
end

--- The same for a narrow terminal: counts first, then the end, then what is waited for, as far as there is room.
local function describe_short(event, width)
  local parts = { string.format("%d/%d", finished_of(event), event.total or 0) }
  if (event.failed or 0) > 0 then
    parts[#parts + 1] = string.format("%d failed", event.failed)
  end
  parts[#parts + 1] = event.done and tostring(event.status) or spell_end(event)
  parts[#parts + 1] = event.error and spell_error(event.error, event.done) or spell_wait(event)
  local line = parts[1]
  for i = 2, #parts do
    local longer = core.plain(line .. ", " .. parts[i])
    line = utf8.len(longer) <= width and longer or line
  end
  return line
end

local Bar = { __name = "m365restore.progress.bar" }
Bar.__index = Bar

local show = {}

--- Events of a run say when it will end; those of one wait say how far it has come, and the display works it out.
local function with_end(self, event)
  local total, elapsed = event.total or 0, event.elapsed
  if event.soonest or event.done or total == 0 or not elapsed then
    return event
  end
  local id, finished = event.session and event.session.id or "", finished_of(event)
  if not self.forecast or self.forecast_of ~= id then
    self.forecast, self.forecast_of = forecast.new(total), id
  end
  self.forecast:watch(id, total, 0, finished, elapsed)
  self.forecast:hear(id, finished, elapsed)
  local made = setmetatable({}, { __index = event })
  made.soonest, made.latest = self.forecast:range(elapsed, total - finished)
  return made
end

--- One line, written over and over, and ended with the last event.
function show.live(self, event)
  local columns = self.columns or io.type(self.out) == "file" and system.columns(self.out) or USUAL_WIDTH
  local width = math.max(columns - 1, 1)
  local line = describe(event)
  line = utf8.len(line) <= width and line or describe_short(event, width)
  self.out:write(HOME, line:sub(1, (utf8.offset(line, width + 1) or #line + 1) - 1), WIPE)
  self.open = true
  if event.done then
    self:close()
  end
end

--- A line for each change, with the time of day.
function show.plain(self, event)
  local line, key = describe(event)
  if key ~= self.key then
    self.key = key
    self.out:write(os.date "%H:%M:%S ", line, "\n")
  end
end

function show.silent() end

function Bar:__call(event)
  if type(event) ~= "table" then
    error("progress.bar: event: a table was expected, got " .. type(event), 2)
  end
  show[self.style](self, with_end(self, event))
  if io.type(self.out) == "file" then
    self.out:flush()
  end
end

--- Ends the live line, if one stands there; what is printed next begins a line of its own. The last event does so by
-- itself: this is for waits that ended without one. The same as leaving the scope of a `<close>` variable.
-- @function bar:close
function Bar:close()
  if self.open then
    self.open = false
    self.out:write("\n")
  end
end

Bar.__close = Bar.close

local function can_write(value)
  local kind = io.type(value)
  if kind then
    return kind == "file"
  end
  local ok, write = pcall(function() return value.write end)
  return ok and write ~= nil
end

local function out_of(what, o)
  local out = o.out or what == "progress.bar" and io.stderr
  if not can_write(out) then
    error(what .. ".out: an open file was expected, got " .. tostring(out), 0)
  end
  return out
end

local function choose(out)
  local terminal = io.type(out) == "file" and system.isatty(out) and os.getenv "TERM" ~= "dumb"
  return terminal and "live" or "plain"
end

--- Makes a progress display for one wait or one run: a function to give as `on_progress`. It takes events with any of
-- `status`, `total`, `completed`, `failed`, `inProgress`, `elapsed` (seconds), `soonest` and `latest` (seconds from
-- now), `waiting` (what for) and `waited` (seconds), `done`, `error`. The end is told as a range; there is no
-- percentage, because the service gives none. Plain lines begin with the time of day. Never yields.
-- @function bar
-- @tparam[opt] table opts `out` (an open file, or what has a `write` method; default `io.stderr`), `style`: "live" (one
-- line, redrawn), "plain" (a line for each change), "silent", or "auto" (default: live on a terminal, else plain),
-- `columns` (of a live line; default: the terminal's)
-- @treturn bar callable; raises on misuse
function progress.bar(opts)
  local o = options.read("progress.bar", opts, { out = "any", style = "string", columns = "integer" })
  local out, style = out_of("progress.bar", o), o.style or "auto"
  options.choice("progress.bar.style", style, styles)
  return setmetatable({
    out = out, style = style == "auto" and choose(out) or style, columns = o.columns,
  }, Bar)
end

-- {====== For programs, and for people elsewhere ======

--- The version of the lines that @{json} writes.
progress.VERSION = 1

-- seconds between two pages, at the least; and how many times longer than a page takes to write
local PAGE_PAUSE, PAGE_SHARE = 5, 10

--- Tells once that something cannot be written, until it can be again. A run goes on without what it would have shown.
local function tell_once(self, ok, err)
  if ok then
    self.told = false
  elseif not self.told then
    self.told = true
    io.stderr:write("m365restore: ", core.plain(string.format("%s: %s", self.what, tostring(err))), "\n")
  end
end

-- what a line says of an event, as it is
local fields = {
  "kind", "wave", "id", "session_status", "status", "total", "completed", "failed", "inProgress", "elapsed", "soonest",
  "latest", "waiting", "waited", "done",
}

local function line_of(event)
  local line = { version = progress.VERSION, time = time.format(os.time()) }
  for _, name in ipairs(fields) do
    line[name] = event[name]
  end
  local err = event.error
  if err then
    line.error = { code = type(err) ~= "string" and err.code or nil, message = tostring(err) }
  end
  return line
end

--- Makes a listener that writes each event as one JSON object on a line: `version`, `time` (of this machine), and the
-- fields of the event; `error` with `code` and `message`. What cannot be written is told once on `io.stderr`, and never
-- ends a run. Never yields.
-- @function json
-- @tparam table opts `out` (an open file, or what has a `write` method, required)
-- @treturn function raises on misuse
function progress.json(opts)
  local o = options.read("progress.json", opts, { out = "any" })
  local out = out_of("progress.json", o)
  local self = { what = "progress.json" }
  return function(event)
    local fine, ok, err = pcall(out.write, out, repair.encode(line_of(event)), "\n")
    if fine and ok and io.type(out) == "file" then
      ok, err = out:flush()
    end
    tell_once(self, fine and ok, fine and err or ok)
  end
end

--- Makes a listener that keeps a page of a run: that of its report, replaced in one piece at most every five seconds.
-- It reloads itself in a browser until the run has ended. What cannot be written is told once on `io.stderr`, tried
-- again, and never ends a run. Never yields.
-- @function page
-- @tparam table opts `path` (required)
-- @treturn function for the events of a run; raises on misuse
function progress.page(opts)
  local o = options.read("progress.page", opts, { path = "string" })
  if not o.path then
    error("progress.page.path: a path was expected, got nil", 2)
  end
  local html = require "m365restore.report.html" -- which needs libcrypto
  local self, due = { what = "progress.page: " .. o.path }, -math.huge
  return function(event)
    local now = core.monotonic()
    if not event.report or now < due and not event.done then
      return
    end
    local live = not event.done and { line = describe(event) } or nil
    tell_once(self, system.replace(o.path, html.render(event.report(), live)))
    due = core.monotonic() + math.max(PAGE_PAUSE, PAGE_SHARE * (core.monotonic() - now))
  end
end

-- }======

return progress
