--- What sessions of others have restored, or are restoring, as far as it is
-- what rows of a plan would restore: the same thing, to the same place.
--
-- Only what the service shows is compared, and only its own times decide what
-- came first: the clock of this machine has no part in it.
-- @module m365restore.sessions.others
local artifacts = require "m365restore.sessions.artifacts"
local gather_all = require "m365restore.driver.gather_all"
local history = require "m365restore.sessions.history"
local tables = require "m365restore.tables"
local time = require "m365restore.time"
local units_of_points = require "m365restore.sessions.units_of_points"

local others = {}

-- sessions whose artifacts are listed at a time, and browse sessions that are read
local READERS = 8

local Others = {}
Others.__index = Others

--- When an artifact ended, by the service; nil where it does not say.
local function end_time(session, artifact)
  for _, value in ipairs { artifact.completionDateTime or false, session.completedDateTime or false,
    session.createdDateTime or false } do
    if time.parse(value or nil) then
      return value
    end
  end
end

local function take_all(self, session, list)
  for _, artifact in ipairs(list) do
    table.insert(self.entries, {
      session = session, artifact = artifact, finish = end_time(session, artifact),
      outcome = artifacts.end_of(artifact),
    })
  end
end

--- The restore points of browse sessions, where the service names them: two looks into a snapshot show the same files.
local function read_points(self, client, left)
  local ids, known = {}, {}
  for _, entry in ipairs(self.entries) do
    local id = entry.artifact.browseSessionId
    if type(id) == "string" and not known[id] then
      known[id], ids[#ids + 1] = true, id
    end
  end
  return gather_all(ids, function(id)
    local browse, err = client[self.service]:browse_session(id, { timeout = left and left() })
    self.points[id] = browse and browse.restorePointId
    return browse ~= nil or err.class ~= "retry" or nil, err
  end, READERS)
end

--- Lists what sessions hold. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam table sessions drafts among them do not count
-- @tparam string kind of the rows that will be asked about
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?Others; or nil, err
function others.read(client, service, sessions, kind, left)
  local fields = { client = client, left = left, service = service, entries = {}, points = {}, units = {} }
  local self = setmetatable(fields, Others)
  local begun = tables.filter(artifacts.is_shown { kind = kind } and sessions, function(session)
    return not history.is_draft(session)
  end)
  local lists, problem = gather_all(begun, function(session) return artifacts.all(session, kind, left) end, READERS)
  if not lists then
    return nil, problem
  end
  for i, session in ipairs(begun) do
    take_all(self, session, lists[i])
  end
  local ok, err = true, nil
  if kind == "item" then
    ok, err = read_points(self, client, left)
  end
  return ok and self, err
end

local function is_later(a, b)
  return b == nil or (time.compare(a.finish, b.finish) or 0) >= 0
end

--- What of one row is done since a moment, and what is on its way.
local function look_up(self, row, since)
  local done, running
  for _, entry in ipairs(self.entries) do
    if artifacts.is_same(entry.artifact, row, self.points) then
      local counts = entry.outcome == "restored" and entry.finish and time.compare(entry.finish, since) == 1
      if counts and is_later(entry, done) then
        done = entry
      elseif not entry.outcome and not history.has_ended(entry.session) then
        running = running or entry
      end
    end
  end
  return done, running
end

--- What was restored in place after an entry, from another point; nothing else can lie over it.
local function later_ones(self, row, done)
  local later = {}
  for _, entry in ipairs(self.entries) do
    local point = (entry.artifact.restorePoint or {}).id
    if entry.outcome == "restored" and entry.artifact.destinationType == "inPlace" and point
      and point ~= row.restorePointId and entry.finish and is_later(entry, done) then
      later[#later + 1] = { point = point, entry = entry }
    end
  end
  return later
end

local function learn_units(self, rows, dones)
  local ids, known = {}, {}
  for _, row in ipairs(rows) do
    self.units[row.restorePointId or 0] = row.protectionUnitId
  end
  for row, done in pairs(dones) do
    for _, other in ipairs(later_ones(self, row, done)) do
      if self.units[other.point] == nil and not known[other.point] then
        known[other.point], ids[#ids + 1] = true, other.point
      end
    end
  end
  local units, err = units_of_points(self.client, ids, self.left)
  for id, unit in pairs(units or {}) do
    self.units[id] = unit
  end
  return units ~= nil or nil, err
end

--- May a later restore in place be one of the same unit? Where its restore point is gone, and its unit with it, the
-- addresses of both tell; where they are not shown, it may.
local function may_lie_over(self, row, done, other)
  local unit = self.units[other.point]
  if unit then
    return unit == row.protectionUnitId
  end
  local mine, theirs = artifacts.place_of(done.artifact), artifacts.place_of(other.entry.artifact)
  return mine == nil or theirs == nil or mine == theirs
end

--- The entry that lies over what was restored in place; nil: none.
local function covered_by(self, row, done)
  for _, other in ipairs(later_ones(self, row, done)) do
    if may_lie_over(self, row, done, other) then
      return other.entry
    end
  end
end

--- Looks up what was restored of some rows, and what is being restored. In place, the last one counts: where another
-- point of the unit was restored since, the row is not restored. May yield.
-- @tparam table rows
-- @tparam string|number since what ended at this moment or before does not count
-- @treturn ?table number of a row -> `{ session, artifact, finish }`; or nil, err
-- @treturn table likewise, for those that others have running
function Others:judge(rows, since)
  local dones, running, in_place = {}, {}, {}
  for _, row in ipairs(rows) do
    local done, on_its_way = look_up(self, row, since)
    dones[row.n], running[row.n] = done, on_its_way
    if done and row.destinationType == "inPlace" then
      in_place[row] = done
    end
  end
  local ok, err = learn_units(self, rows, in_place)
  if not ok then
    return nil, err
  end
  for row, done in pairs(in_place) do
    if covered_by(self, row, done) then
      dones[row.n] = nil
    end
  end
  for n in pairs(dones) do
    running[n] = nil
  end
  return dones, running
end

--- The result of a row that others were to restore, and have not.
-- @tparam table row
-- @tparam string session its id
-- @tparam ?resource artifact
-- @treturn table for the journal
function others.failure(row, session, artifact)
  local result = artifacts.result(row, artifact)
  result.outcome, result.session = "failed_elsewhere", session
  return result
end

return others
