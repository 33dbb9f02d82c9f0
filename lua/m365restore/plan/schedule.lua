--- Waves: which targets share a session, and when one may start. Pure
-- functions over plan rows; nothing here talks to anybody.
--
-- A wave is one restore session. It never mixes destinations, kinds or
-- services, and holds no more artifacts than one request takes.
-- @module m365restore.plan.schedule
local schedule = {}

--- What the service allows.
schedule.limits = { artifacts = 50, sessions = 25, in_flight = 1000 }

-- Microsoft's published figures: how long a number of units takes together, in hours.
local published = { { 1, 0.5 }, { 50, 3 }, { 250, 4 }, { 1000, 10 } }

local function planned_rows(rows)
  local planned = {}
  for _, row in ipairs(rows) do
    if not row.refusal then
      planned[#planned + 1] = row
    end
  end
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

--- How long a number of units takes together, by Microsoft's published figures: between those by proportion, beyond
-- a thousand as many times longer as there are thousands.
-- @tparam integer count
-- @treturn number seconds
function schedule.duration(count)
  if count == 0 then
    return 0
  end
  for i = 2, #published do
    local low, high = published[i - 1], published[i]
    if count <= high[1] then
      return 3600 * (low[2] + (high[2] - low[2]) * (count - low[1]) / (high[1] - low[1]))
    end
  end
  return 3600 * published[#published][2] * count / published[#published][1]
end

return schedule
