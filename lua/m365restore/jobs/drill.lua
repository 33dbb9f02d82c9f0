--- Restore drills: a few units, restored beside the originals, and a page that
-- proves it.
--
-- Microsoft asks for at most two test restores of a unit in a month. A ledger,
-- which is a journal of its own, remembers those of all drills.
-- @module m365restore.jobs.drill
local apply = require "m365restore.run.apply"
local clock = require "m365restore.clock"
local crypto = require "m365restore.crypto"
local facts = require "m365restore.facts"
local fail = require "m365restore.fail"
local journal = require "m365restore.run.journal"
local options = require "m365restore.options"
local plans = require "m365restore.plan"
local resolve = require "m365restore.plan.resolve"
local state = require "m365restore.run.state"
local tables = require "m365restore.tables"
local targets = require "m365restore.plan.targets"
local time = require "m365restore.time"

-- test restores of a unit within a month, and how long that is
local MOST, MONTH = facts.drills.most, facts.drills.month

local USUAL_SAMPLE = 3

local drill_options = {
  service = "string", sample = "integer", ledger = "string", journal = "string", report = "string", seed = "any",
  before = "any", targets = "any", on_progress = "listeners", timeout = "duration", interval = "duration",
  url_wait = "duration", actor = "string", ticket = "string", reason = "string",
}

local function is_sound(record)
  local sound = type(record.units) == "table" and time.parse(record.time) ~= nil
  for _, id in ipairs(sound and record.units or {}) do
    sound = sound and type(id) == "string"
  end
  return sound
end

--- How often each unit was drilled lately.
-- @treturn ?table id -> count; or nil and the numbers of records that cannot be understood
local function recent_drills(records, now)
  local counts, bad = {}, {}
  for i, record in ipairs(records) do
    if record.kind == "drill" and not is_sound(record) then
      bad[#bad + 1] = i
    elseif record.kind == "drill" and now - time.parse(record.time) < MONTH then
      for _, id in ipairs(record.units) do
        counts[id] = (counts[id] or 0) + 1
      end
    end
  end
  return #bad == 0 and counts or nil, bad
end

--- Units that may be drilled, in an order that the seed decides: the same seed, the same sample.
local function sample(list, counts, seed, size)
  local eligible = tables.map(list, function(target)
    local id = target.unit and not target.refusal and target.unit.id
    return id and (counts[id] or 0) < MOST and { id = id, rank = crypto.sha256(seed .. id) } or nil
  end)
  table.sort(eligible, function(a, b) return a.rank < b.rank end)
  local ids = {}
  for i = 1, math.min(size, #eligible) do
    ids[i] = eligible[i].id
  end
  return ids
end

--- Why none of the targets can be restored; nil: one can.
local function reason_of(list)
  local first
  for _, target in ipairs(list) do
    if target.unit and not target.refusal then
      return nil
    end
    first = first or target
  end
  return first and string.format("none of the targets can be restored; %s: %s", first.given, first.refusal.message)
    or "there is nothing in the list of targets"
end

--- Chooses units and writes them into the ledger, before anything is restored: what was begun counts.
local function draw(client, o, wanted)
  local list, err = resolve.units(client, o.service, wanted)
  if not list then
    return nil, err
  end
  local reason = reason_of(list)
  if reason then
    return fail("drill", "no_targets", "%s", reason)
  end
  local book, problem = journal.open(o.ledger)
  if not book then
    return nil, problem
  end
  local _ <close> = book
  local now = clock.of(client):now()
  local counts, bad = recent_drills(book.records, now)
  if not counts then
    return state.not_understood(o.ledger, bad)
  end
  local ids = sample(list, counts, tostring(o.seed or now), o.sample or USUAL_SAMPLE)
  if #ids == 0 then
    return fail("drill", "drill_limit", "every unit has had %d test restores within a month", MOST)
  end
  local ok, fault = book:write { kind = "drill", units = ids, time = time.format(now), journal = o.journal }
  return ok and ids, fault
end

--- The plan of the first run of a drill.
local function plan_of(client, o)
  local wanted, unread = targets.read("drill.targets", o.targets or "all")
  if not wanted then
    return nil, unread
  end
  local ids, err = draw(client, o, wanted)
  if not ids then
    return nil, err
  end
  return plans.make(client, {
    service = o.service, targets = ids, before = o.before or math.floor(clock.of(client):now()), destination = "new",
  })
end

local function save_evidence(run, o)
  local report = run:report()
  report.title = "Restore drill of " .. o.service
  return report:save(o.report)
end

--- Rehearses a restore with a few units, chosen by chance among those that had fewer than two test restores within a
-- month. It restores to new places only. Run again with the same journal it goes on with the same units. May yield.
-- @function drill
-- @tparam client client
-- @tparam table opts `service`; `sample` (how many, 3); `targets` (to choose among, as for `plan`; default all);
-- `ledger` (path: the drills of the past, required); `journal` (path of this one, required); `report` (path of the
-- evidence: .html, .csv or .json); `before` (a time; default now); `seed` (any text: the same seed chooses the same
-- units); `on_progress`, `timeout`, `interval`, `url_wait`, `actor`, `ticket`, `reason` as for `apply`
-- @treturn ?Run as from `apply`; or nil, err: `drill_limit`, or as there
return function(client, opts)
  local o = options.read("drill", opts, drill_options)
  for _, name in ipairs { "service", "ledger", "journal" } do
    if not o[name] then
      options.misuse("drill." .. name, "a string", nil, 2)
    end
  end
  local passed = { journal = o.journal }
  for _, name in ipairs { "on_progress", "timeout", "interval", "url_wait", "actor", "ticket", "reason" } do
    passed[name] = o[name]
  end
  local run, err = apply.start(client, passed, function() return plan_of(client, o) end)
  if run and o.report then
    local ok, problem = save_evidence(run, o)
    return ok and run, problem
  end
  return run, err
end
