--- Waves: which targets share a session, and when one may start. Pure
-- functions over plan rows; nothing here talks to anybody.
--
-- A wave is one restore session. It never mixes destinations, kinds or
-- services, and holds no more artifacts than one request takes.
-- @module m365restore.plan.schedule
local facts = require "m365restore.facts"
local forecast = require "m365restore.forecast"
local format = require "m365restore.text.format"
local tables = require "m365restore.tables"

local schedule = {}

--- What the service allows.
schedule.limits = {
  artifacts = facts.sessions.artifacts, sessions = facts.sessions.active, in_flight = facts.queue.at_a_time,
}

local function planned_rows(rows)
  local planned = tables.filter(rows, function(row) return not row.refusal end)
  table.sort(planned, function(a, b)
    if a.priority ~= b.priority then
      return a.priority < b.priority
    end
    return a.n < b.n
  end)
  return planned
end

--- Gives every row that is not refused its wave, the urgent ones first.
-- @tparam table rows with `n`, `priority`, `destinationType`, `kind`, perhaps `refusal`
-- @tparam integer size the most artifacts of a wave
-- @treturn integer how many waves there are
function schedule.assign(rows, size)
  local count, open = 0, {}
  for _, row in ipairs(planned_rows(rows)) do
    local key = row.kind .. "\0" .. tostring(row.destinationType)
    local wave = open[key]
    if not wave or wave.size >= size then
      count = count + 1
      wave = { number = count, size = 0 }
      open[key] = wave
    end
    wave.size = wave.size + 1
    row.wave = wave.number
  end
  return count
end

--- The rows that are to be done, by wave.
-- @tparam table rows
-- @tparam[opt] function wanted a row -> whether it is still to be done
-- @treturn table a list of { wave =, rows = }, in the order of their waves
function schedule.batches(rows, wanted)
  local batches, by_wave = {}, {}
  for _, row in ipairs(planned_rows(rows)) do
    if not wanted or wanted(row) then
      local batch = by_wave[row.wave]
      if not batch then
        batch = { wave = row.wave, rows = {} }
        by_wave[row.wave], batches[#batches + 1] = batch, batch
      end
      batch.rows[#batch.rows + 1] = row
    end
  end
  table.sort(batches, function(a, b) return a.wave < b.wave end)
  return batches
end

--- May a session start now?
-- @tparam table busy `sessions` and `artifacts` that run
-- @tparam integer size artifacts of the session
-- @tparam table limits `sessions` and `in_flight`
-- @treturn boolean
function schedule.fits(busy, size, limits)
  -- a session that is larger than the limit would wait for ever: it goes alone
  return busy.sessions < limits.sessions
    and (busy.artifacts + size <= limits.in_flight or busy.artifacts == 0)
end

-- {====== Estimates ======

local UNITS = "Microsoft's published figures: 1 unit 30 min, 50 units 3 h, 250 units 4 h, 1,000 units 10 h"

--- Sites and OneDrives that have fast points throughout may take the median of those.
local function of_units(rows, service)
  local slow = forecast.duration(#rows)
  for _, row in ipairs(rows) do
    if service == "exchange" or row.tags ~= "fastRestore" then
      return slow, slow, UNITS
    end
  end
  local fast = #rows > 0 and math.max(facts.fast.least, #rows * 86400 / facts.fast.a_day) or 0
  return math.min(fast, slow), slow, string.format("%s; from fast points %s a day, in the median", UNITS,
    format.number(facts.fast.a_day))
end

--- Mailboxes are restored side by side; the one with most messages is the last.
local function of_messages(rows)
  local most = 0
  for _, row in ipairs(rows) do
    most = math.max(most, row.hits or facts.messages.most)
  end
  local turns = math.ceil(#rows / facts.queue.at_a_time)
  return 60 * most * turns / facts.messages.fastest, 60 * most * turns / facts.messages.slowest,
    string.format("Microsoft's published figures: %d to %d messages of a mailbox in a minute", facts.messages.slowest,
      facts.messages.fastest)
end

local function of_files(rows)
  local slow = forecast.duration(#rows)
  return slow, slow, "none is published for files: as for so many units"
end

local estimates = { item = of_files, messages = of_messages }

--- How long the rows of a plan take together, as Microsoft's figures say.
-- @tparam table rows
-- @tparam string service
-- @treturn table `fastest` and `seconds` (the slowest), and `how` they were found
function schedule.estimate(rows, service)
  local planned = planned_rows(rows)
  local of = planned[1] and estimates[planned[1].kind] or of_units
  local fastest, slowest, how = of(planned, service)
  return { fastest = math.floor(fastest), seconds = math.floor(slowest), how = how }
end

-- }======

return schedule
