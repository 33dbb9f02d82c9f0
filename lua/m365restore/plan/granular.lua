--- Plans for parts: files of a site or OneDrive, and messages of mailboxes.
-- Such a plan is reviewed and applied like any other.
-- @module m365restore.plan.granular
local clock = require "m365restore.clock"
local document = require "m365restore.plan.document"
local facts = require "m365restore.facts"
local fail = require "m365restore.fail"
local format = require "m365restore.text.format"
local gather_all = require "m365restore.driver.gather_all"
local glob = require "m365restore.text.glob"
local history = require "m365restore.sessions.history"
local options = require "m365restore.options"
local point_search = require "m365restore.plan.point_search"
local resolve = require "m365restore.plan.resolve"
local restore_lock = require "m365restore.plan.restore_lock"
local retention = require "m365restore.plan.retention"
local restore_time = require "m365restore.plan.restore_time"
local rules = require "m365restore.graph.rules"
local survey = require "m365restore.plan.survey"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local granular = {}

local function text(what, o, name)
  if not o[name] then
    options.misuse(what .. "." .. name, "a string")
  end
  return o[name]
end

local function finish(client, o, rows, request, lookups)
  local seen, err = history.since(client, o.service, nil)
  if not seen then
    return nil, err
  end
  local state = restore_lock.read(client)
  return document.new({
    seen_until = seen.newest, locked = state.locked, restores_till = state.till, lock_unseen = state.unseen,
    snapshot_till = o.snapshot_till,
    service = o.service, before = o.before, prefer = "fastRestore", query = o.query,
    created = time.format(math.floor(clock.of(client):now())), request = request, rows = rows,
    lookups = lookups,
  }, client.max_artifacts)
end

-- {====== Files ======

local file_options = {
  service = "string", target = "any", before = "any", match = "string", max_loss = "duration", timeout = "duration",
  allow_future = "boolean",
}

--- The one target.
local function read_target(what, given)
  local wanted, err = targets.read(what .. ".target", { given })
  if not wanted then
    return nil, err
  elseif #wanted.list ~= 1 then
    error(string.format("%s.target: one target was expected, the file has %d", what, #wanted.list), 0)
  elseif wanted.list[1].destinationType == "inPlace" then
    error(what .. '.target: destination: files are restored into a new folder, never "inPlace"', 0)
  end
  return wanted
end

--- The unit of a target, its newest point that can be looked into, and the look-ups that finding it takes.
local function snapshot(client, o, moment, wanted)
  local list, choice_of, entries = survey.run(client, {
    service = o.service, prefer = "fastRestore", max_loss = o.max_loss, moment = moment,
  }, wanted)
  if not list then
    return nil, choice_of
  end
  local target = list[1]
  local point = choice_of(target) or {}
  local asked = point_search.limit_of(target, moment)
  local refusal = target.refusal
    or retention.explain(point.refusal, target.unit, asked, clock.of(client):now())
  if refusal then
    return fail("plan", refusal.code, "%s: %s", target.given, refusal.message)
  elseif point.tags ~= "fastRestore" then
    return fail("plan", "no_restore_point", "%s: no snapshot that can be looked into lies before then", target.given)
  end
  return target, point, entries.lookups
end

--- What there is, in words; nil: nothing.
local function list_places(there)
  local parts = { table.unpack(there.places) }
  parts[#parts + 1] = there.more > 0 and there.more .. " more" or nil
  parts[#parts + 1] = there.files > 0 and format.count(there.files, "file") or nil
  return #parts > 0 and table.concat(parts, ", ") or nil
end

--- What was seen where the pattern ends to lead anywhere. Files are what its last name may mean, and that alone.
local function seen_at(there, glob_length)
  if there.matching then
    return "folder"
  elseif there.files > 0 and there.progress >= glob_length - 1 then
    return "files"
  elseif #there.places > 0 then
    return there.progress > 0 and "below" or "places"
  end
end

--- The failure of a pattern that matches no file: what there is instead.
local function no_match(point, pattern, there, glob_length)
  local list = list_places(there) or "nothing"
  return fail("plan", {
    code = "no_match", places = there.places, seen = seen_at(there, glob_length),
  }, "no file in the snapshot of %s matches %s; %s", point.protectionDateTime, pattern,
    there.matching and there.matching .. " is no file" or "where it leads there is: " .. list)
end

--- Plans the restore of files, found by a pattern in the newest snapshot before a time. They are restored into a new
-- folder. May yield.
-- @function plan_files
-- @tparam client client
-- @tparam table spec `service` ("sharePoint" or "oneDriveForBusiness"), `target` (one site or user), `before` (a time),
-- `match` (a pattern such as "/Shared Documents/**/*.xlsx"), `max_loss` (duration), `timeout` (duration: of the opening
-- of the snapshot)
-- @treturn ?Plan one row for each file; or nil, err: `no_match`, with what there is in `err.places`, a refusal, or what
-- a call failed with. Raises on a pattern that can match nothing, before anything is sent
function granular.files(client, spec)
  local what = "plan_files"
  local o = options.read(what, spec, file_options)
  if o.target == nil then
    options.misuse(what .. ".target", "one site or user")
  end
  local pattern = glob.compile(what .. ".match", o.match) -- before anything is made
  options.choice(what .. ".service", o.service, workload.browsable)
  o.before = options.moment(o.before, what .. ".before")
  local moment = time.parse(o.before)
  local wanted, unread = read_target(what, o.target)
  if not wanted then
    return nil, unread
  end
  local known, future = restore_time.check(client, "plan", o.allow_future, moment, wanted.list)
  if not known then
    return nil, future
  end
  local target, point, lookups = snapshot(client, o, moment, wanted)
  if not target then
    return nil, point
  end
  local unit = target.unit
  local browse, err = client[o.service]:create_browse_session { restorePointId = point.id }
  local ready, problem = browse, err
  if browse then
    ready, problem = browse:wait { timeout = o.timeout }
  end
  if not ready then
    return nil, problem
  end
  local items, paths, there = browse:find(o.match, { type = "file" })
  if not items then
    return nil, paths
  elseif #items == 0 then
    return no_match(point, o.match, there, #pattern)
  end
  local rows, till = {}, browse.expirationDateTime
  o.snapshot_till = time.parse(till) and till or nil
  for n, item in ipairs(items) do
    rows[n] = {
      n = n, target = paths[n], name = unit.name, protectionUnitId = unit.id, kind = "item", destinationType = "new",
      restorePointId = point.id, protectionDateTime = point.protectionDateTime, tags = point.tags, priority = 1,
      browseSessionId = browse.id, itemKey = item.itemKey, before = target.before, at = target.at,
    }
  end
  return finish(client, o, rows, {
    service = o.service, before = o.before, targets = targets.digest(wanted.list) .. " " .. o.match,
  }, lookups)
end

-- }======

-- {====== Messages ======

local message_options = {
  targets = "any", before = "any", query = "string", destination = "any", max_loss = "duration",
  allow_future = "boolean",
}

--- Searches one mailbox for messages. May yield.
-- @treturn ?table the hit in the newest point that counts; false: there is none; or nil, err
-- @treturn string id of the search
local function search(client, o, id, limit)
  local answer, err = client:search_restore_points {
    protectionUnitIds = { id },
    protectionTimePeriod = point_search.period(limit, o.max_loss),
    restorePointPreference = "latest", artifactQuery = { queryExpression = o.query, artifactType = "message" },
  }
  if not answer then
    return nil, err
  end
  local best
  for _, hit in ipairs(rules.object(answer.searchResults)) do
    hit = rules.object(hit)
    local point = rules.object(hit.restorePoint)
    if type(point.id) ~= "string" then
      return fail("plan_messages", { code = "bad_answer", sent = true, attempts = 1 },
        "the hit of a search names no restore point")
    elseif hit.artifactHitCount ~= 0 and point_search.counts(point, limit)
      and point_search.is_better("latest", point, best and best.restorePoint) then
      best = hit
    end
  end
  return best or false, answer.searchResponseId
end

--- Refuses what one search cannot restore.
local function too_many(hits)
  local most = facts.messages.most
  return hits and hits > most and { code = "too_many_messages", message = string.format(
    "the query finds %d messages of it; one search restores %d", hits, most) } or nil
end

--- The row of one mailbox.
local function search_row(client, o, moment, n, target)
  local row = {
    n = n, target = target.given, kind = "messages", destinationType = target.destinationType or o.destination,
    priority = 1, before = target.before, at = target.at, refusal = target.refusal,
  }
  if row.refusal then
    return row
  end
  row.protectionUnitId, row.name, row.misnamed = target.unit.id, target.unit.name, target.misnamed
  local hit, ticket = search(client, o, target.unit.id, point_search.limit_of(target, moment))
  if hit == nil then
    return nil, ticket
  elseif not hit then
    local none = { code = "no_match", message = "no message of it matches the query" }
    row.refusal = retention.explain(none, target.unit, point_search.limit_of(target, moment), clock.of(client):now())
    return row
  end
  local point, hits = hit.restorePoint, hit.artifactHitCount
  row.hits = math.type(hits) == "integer" and hits or nil
  row.refusal = too_many(row.hits)
  row.restorePointId, row.protectionDateTime, row.tags = point.id, point.protectionDateTime, point.tags
  row.searchResponseId, row.expires = ticket, retention.end_of(target.unit, point)
  return row
end

--- Plans the restore of the messages that match a query. May yield.
-- @function plan_messages
-- @tparam client client
-- @tparam table spec `targets` (mailboxes, as for `plan`), `query` (as the service takes it, such as
-- "(Subject -like 'invoice*')"), `before` (a time), `destination` ("inPlace" or "new", never assumed), `max_loss`
-- (duration)
-- @treturn ?Plan one row for each mailbox; or nil, err
function granular.messages(client, spec)
  local what = "plan_messages"
  local o = options.read(what, spec, message_options)
  if not utf8.len(text(what, o, "query")) then
    options.misuse(what .. ".query", "UTF-8", o.query)
  end
  o.service, o.destination = "exchange", targets.needed_destination(what, o.destination)
  o.before = options.moment(o.before, what .. ".before")
  local moment = time.parse(o.before)
  local wanted, unread = targets.read(what .. ".targets", o.targets)
  if not wanted then
    return nil, unread
  end
  wanted.takes = "messages"
  local known, future = restore_time.check(client, "plan", o.allow_future, moment, wanted.list)
  if not known then
    return nil, future
  end
  local list, entries = resolve.units(client, o.service, wanted)
  if not list then
    return nil, entries
  elseif #list == 0 then
    return fail("plan", "no_targets")
  end
  local rows, problem = gather_all(list, function(target, n) return search_row(client, o, moment, n, target) end)
  if not rows then
    return nil, problem
  end
  return finish(client, o, rows, {
    service = o.service, before = o.before, destination = o.destination,
    targets = targets.digest(list) .. " " .. o.query,
  }, entries.lookups)
end

-- }======

return granular
