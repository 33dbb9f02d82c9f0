--- Bulk restores: the service looks up the sites or users, and picks their
-- restore points, after the activation. Fast for thousands, and nothing that
-- could be reviewed: that is why it stands beside plan and apply.
-- @module m365restore.jobs.bulk_restore
local apply = require "m365restore.run.apply"
local clock = require "m365restore.clock"
local document = require "m365restore.plan.document"
local fail = require "m365restore.fail"
local history = require "m365restore.sessions.history"
local options = require "m365restore.options"
local point_search = require "m365restore.plan.point_search"
local resolve = require "m365restore.plan.resolve"
local restore_time = require "m365restore.plan.restore_time"
local tables = require "m365restore.tables"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

-- what a person has to say before anything is replaced by points that nobody has seen
local PHRASE = "unreviewed"

-- resources in one request
local LARGEST = 10000

-- what says how it is run, and not what is restored
local run_options = {
  journal = "string", on_progress = "listeners", timeout = "duration", interval = "duration", patience = "duration",
  url_wait = "duration", actor = "string", ticket = "string", reason = "string",
}

local spec_options = tables.copy(run_options, {
  service = "string", targets = "any", before = "any", prefer = "string", max_loss = "duration", destination = "any",
  confirm = "string", allow_future = "boolean",
})

local function read_options(spec)
  local o = options.read("bulk_restore", spec, spec_options)
  options.choice("bulk_restore.service", o.service, workload.of)
  o.before = options.moment(o.before, "bulk_restore.before")
  o.moment = time.parse(o.before)
  o.destination = targets.needed_destination("bulk_restore", o.destination)
  o.prefer = o.prefer or "latest"
  options.choice("bulk_restore.prefer", o.prefer, point_search.preferences)
  local problem
  o.wanted, problem = targets.read("bulk_restore.targets", o.targets)
  return o.wanted and o, problem
end

--- A request has one time for all that is in it.
local function refusal_of(o, target)
  if point_search.limit_of(target, o.moment) ~= point_search.limit(o.moment) then
    return { code = "other_time", message = "a bulk request takes one time for all, and this row is "
      .. (target.at and "of " .. target.at .. " itself" or "of " .. target.before) }
  end
end

local function rows_of(o, list)
  local rows = {}
  for n, target in ipairs(list) do
    local unit = target.unit or {}
    rows[n] = {
      n = n, target = target.given, name = unit.name, address = unit.address, protectionUnitId = unit.id,
      kind = "bulk", destinationType = target.destinationType or o.destination, priority = 1,
      refusal = target.refusal or refusal_of(o, target),
    }
  end
  return rows
end

local function plan_of(client, o, list, lookups)
  local seen, err = history.since(client, o.service, nil, o.wanted.left)
  if not seen then
    return nil, err
  end
  local period = point_search.period(point_search.limit(o.moment), o.max_loss)
  local ask = tables.copy(point_search.preferences[o.prefer][1], {
    protectionTimePeriod = {
      startDateTime = time.format(period.startDateTime), endDateTime = time.format(period.endDateTime),
    },
    displayName = "m365restore",
  })
  return document.new({
    service = o.service, before = o.before, prefer = o.prefer, max_loss = o.max_loss, bulk = ask,
    seen_until = seen.newest, lookups = lookups,
    created = time.format(math.floor(clock.of(client):now())), rows = rows_of(o, list),
    request = {
      service = o.service, before = o.before, prefer = o.prefer, max_loss = o.max_loss,
      destination = o.destination, targets = "in bulk: " .. targets.digest(o.wanted.list or {}),
    },
  }, LARGEST)
end

--- Would anything be restored in place?
local function replaces(o)
  for _, target in ipairs(o.wanted.list or {}) do
    if target.destinationType == "inPlace" then
      return true
    end
  end
  return o.destination == "inPlace"
end

--- Restores in bulk. The service picks the points, so that there is no plan to review; run again with the same
-- journal it goes on where it was. May yield.
-- @function bulk_restore
-- @tparam client client
-- @tparam table spec `service`, `targets`, `before`, `prefer` ("latest" is the default, "fastRestore", "oldest"),
-- `max_loss`, `destination`, `allow_future` as for `plan`; `confirm` = "unreviewed", where anything is restored in
-- place; `journal` (path, required), `on_progress`, `timeout`, `interval`, `patience`, `url_wait`, `actor`, `ticket`,
-- `reason` as for `apply`
-- @treturn ?Run as from `apply`; or nil, err
return function(client, spec)
  local o, unread = read_options(spec)
  if not o then
    return nil, unread
  elseif replaces(o) and o.confirm ~= PHRASE then
    return fail("bulk_restore", "confirmation_needed", 'the service picks the restore points, and nobody has reviewed '
      .. 'them; a person who accepts that gives confirm = "%s"', PHRASE)
  end
  local known, future = restore_time.check(client, "bulk_restore", o.allow_future, o.moment)
  if not known then
    return nil, future
  end
  local last = o.timeout and clock.monotonic(clock.of(client)) + o.timeout
  o.wanted.left = last and function() return clock.call_timeout(client, last) end
  local list, entries = resolve.units(client, o.service, o.wanted)
  if not list then
    return nil, entries
  elseif #list == 0 then
    return fail("bulk_restore", "no_targets")
  end
  local opts = {}
  local plan, problem = plan_of(client, o, list, entries.lookups)
  if not plan then
    return nil, problem
  elseif plan.planned > LARGEST then
    return fail("bulk_restore", "too_many_targets", "%d targets, a bulk request takes %d", plan.planned, LARGEST)
  end
  for name in pairs(run_options) do
    opts[name] = o[name]
  end
  opts.timeout = last and math.max(last - clock.monotonic(clock.of(client)), 0)
  return apply.start(client, opts, function() return plan end, plan)
end
