--- How far a restore has come, told to a person.
-- @module m365restore.progress
local core = require "m365restore.core"
local options = require "m365restore.options"
local system = require "m365restore.system"

local progress = {}

-- A line is cut to this many columns where the terminal does not tell its own.
local USUAL_WIDTH = 80

-- An end is not guessed from fewer finished artifacts than this.
local FEWEST = 4

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

--- The time that is left, as a range: n finished artifacts are a count, and a count is sure to about its own root.
local function spell_end(finished, left, elapsed)
  local spread = math.sqrt(finished)
  local soonest = spell_duration(left * elapsed / (finished + spread))
  local latest = spell_duration(left * elapsed / (finished - spread))
  return soonest == latest and soonest .. " left" or soonest .. " to " .. latest .. " left"
end

--- How fast it goes, and until when; nothing while nobody can know.
local function spell_pace(event, finished)
  local elapsed, left = event.elapsed, (event.total or 0) - finished
  if not elapsed or elapsed <= 0 or finished < FEWEST then
    return nil
  end
  local rate = string.format("%d/h", (finished / elapsed * 3600 + 0.5) // 1)
  if event.done or left <= 0 then
    return rate
  end
  -- the rate last: it is what a narrow terminal may cut
  return spell_end(finished, left, elapsed) .. ", " .. rate
end

--- An error while something goes on is one that is waited through; the last event tells why it ended early.
local function spell_error(err, done)
  local code = type(err) ~= "string" and err.code or err
  return (done and "stopped: " or "out of reach: ") .. tostring(code)
end

--- What has changed when this has; times go by and are not in it.
local function spell_state(event, finished)
  local parts = { string.format("%s: %d of %d finished", event.status or "waiting", finished, event.total or 0) }
  if (event.failed or 0) > 0 then
    parts[#parts + 1] = string.format("%d failed", event.failed)
  end
  if (event.inProgress or 0) > 0 and not event.done then
    parts[#parts + 1] = string.format("%d running", event.inProgress)
  end
  if event.waiting then
    parts[#parts + 1] = "waiting for " .. tostring(event.waiting)
  end
  if event.error then
    parts[#parts + 1] = spell_error(event.error, event.done)
  end
  -- a state is whatever the service says, and must not steer a terminal
  return core.plain(table.concat(parts, ", "))
end

local function spell_rest(event, finished)
  local parts = {}
  if event.elapsed then
    parts[1] = "after " .. spell_duration(math.max(event.elapsed, 0))
  end
  parts[#parts + 1] = spell_pace(event, finished)
  return #parts > 0 and "; " .. table.concat(parts, ", ") or ""
end

--- One line about an event.
local function describe(event)
  local finished = (event.completed or 0) + (event.failed or 0)
  local state = spell_state(event, finished)
  return state, state .. spell_rest(event, finished)
end

local Bar = { __name = "m365restore.progress.bar" }
Bar.__index = Bar

local show = {}

--- One line, written over and over, and ended with the last event.
function show.live(self, event)
  local _, line = describe(event)
  local width = (io.type(self.out) == "file" and system.columns(self.out) or USUAL_WIDTH) - 1
  self.out:write(HOME, line:sub(1, (utf8.offset(line, math.max(width, 1) + 1) or #line + 1) - 1), WIPE)
  self.open = true
  if event.done then
    self:close()
  end
end

--- A line for each change.
function show.plain(self, event)
  local state, line = describe(event)
  if state ~= self.state then
    self.state = state
    self.out:write(line, "\n")
  end
end

function show.silent() end

function Bar:__call(event)
  if type(event) ~= "table" then
    error("progress.bar: event: a table was expected, got " .. type(event), 2)
  end
  show[self.style](self, event)
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

local function choose(out)
  local terminal = io.type(out) == "file" and system.isatty(out) and os.getenv "TERM" ~= "dumb"
  return terminal and "live" or "plain"
end

--- Makes a progress display for one wait or one run: a function to give as `on_progress`. It takes events with any of
-- `status`, `total`, `completed`, `failed`, `inProgress`, `elapsed` (seconds), `done`, `error`. The end is told as a
-- range, from the pace so far; there is no percentage, because the service gives none. Never yields.
-- @function bar
-- @tparam[opt] table opts `out` (an open file, or what has a `write` method; default `io.stderr`), `style`: "live" (one
-- line, redrawn), "plain" (a line for each change), "silent", or "auto" (default: live on a terminal, else plain)
-- @treturn bar callable; raises on misuse
function progress.bar(opts)
  local o = options.read("progress.bar", opts, { out = "any", style = "string" })
  local out, style = o.out or io.stderr, o.style or "auto"
  if not can_write(out) then
    error("progress.bar.out: an open file was expected, got " .. tostring(out), 2)
  end
  options.choice("progress.bar.style", style, styles)
  return setmetatable({ out = out, style = style == "auto" and choose(out) or style }, Bar)
end

return progress
