--- Why a run does not begin, ends early, or leaves a row behind.
local m365 = require "m365restore"
local raise_in_wait = require "spec.support.raise_in_wait"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"
local system = require "m365restore.system"

--- A bench of its own, which is closed behind the situation.
local function on(action, options)
  return function()
    local place = support.start(options or { sites = 6 })
    local err = action(place, place.sim:units "site")
    place:stop()
    return err
  end
end

--- What a report says of a row: the outcome is its code.
local function row_of(run, n)
  local row = run:report().rows[n or 1]
  local _, _, fact = m365.describe(row.outcome)
  return { is_row = true, code = row.outcome, message = row.message or fact, remedy = row.remedy }
end

local HOUR = 3600

--- Another tool's session over a row of a plan.
local function stage(place, row, how)
  local session = { service = "sharePoint", application = "Another Backup Tool",
    artifacts = { { restorePoint = row.restorePointId, destinationType = "new" } } }
  for name, value in pairs(how) do session[name] = value end
  return place.sim:stage_session(session)
end

local function stopped(kind)
  return function(event)
    if event.kind == kind then error("no more paper", 0) end
  end
end

return function()
  return {
    plan_edited = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id, sites[2].id } }
      plan.rows[1].restorePointId = plan.rows[2].restorePointId
      return select(2, place:apply(plan))
    end),
    restores_locked = on(function(place)
      local plan = place:plan()
      place.sim:set_service { status = "restoreLocked" }
      return select(2, place:apply(plan))
    end),
    plan_stale = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id } }
      place.sim:remove_point(plan.rows[1].restorePointId)
      return select(2, place:apply(plan))
    end),
    plan_changed = on(function(place)
      return select(2, place:apply(place:plan { destination = "inPlace" }, { confirm = ("0"):rep(64) }))
    end),
    confirmation_needed = { on(function(place)
      return select(2, m365.apply(place.client, place:plan { destination = "inPlace" }, { journal = place:path() }))
    end), on(function(place)
      return select(2, m365.bulk_restore(place.client, { service = "sharePoint", targets = "all", before = support.T,
        destination = "inPlace", journal = place:path() }))
    end) },
    nothing_to_do = on(function(place)
      return select(2, place:apply(place:plan { targets = { "https://contoso.sharepoint.com/none" } }))
    end),
    other_plan = on(function(place, sites)
      assert(place:apply(place:plan { targets = { sites[1].id } }))
      return select(2, place:apply(place:plan { targets = { sites[2].id } }))
    end),
    drill_limit = on(function(place)
      for n = 1, 3 do
        local name = place:path("drill" .. n)
        local run, err = m365.drill(place.client, { service = "sharePoint", sample = 1, ledger = place:path "drills",
          interval = "20m", url_wait = 0, journal = name, report = name .. ".html" })
        if not run then return err end
      end
    end, { sites = 1 }),
    other_time = on(function(place, sites)
      local run = assert(m365.bulk_restore(place.client, { service = "sharePoint", before = support.T,
        destination = "new", journal = place:path(), interval = "20m", url_wait = 0,
        targets = { sites[1].id, { siteId = sites[3].siteId, before = "2026-11-01T03:00:00Z" } } }))
      local row = run:report().rows[2]
      return { is_row = true, code = row.code, message = row.message, remedy = row.remedy }
    end),
    empty_refused = on(function(place)
      local run, err = m365.bulk_restore(place.client, { service = "sharePoint", targets = "all", before = support.T,
        destination = "new", journal = place:path(), interval = "20m", url_wait = 0 })
      return run and run.error or err
    end, { sites = 6, dialect = { empty_sessions = false } }),
    draft_changed = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id } }
      local other = place:plan { targets = { sites[5].id } }.rows[1]
      return assert(place:apply(plan, { on_progress = function(event)
        if event.kind == "session" then
          local session = assert(place.client:session(event.id))
          assert(session:add { { restorePoint = { id = other.restorePointId }, destinationType = "new" } })
        end
      end })).error
    end),
    draft_incomplete = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id } }
      place.sim:fault { method = "GET", path = "siteRestoreArtifacts$", action = "status", status = 200,
        body = '{"value":[]}', times = 1000 }
      return assert(place:apply(plan)).error
    end),
    on_progress_failed = on(function(place)
      return assert(place:apply(place:plan(), { on_progress = stopped "progress" })).error
    end),
    not_started = on(function(place)
      return row_of(assert(place:apply(place:plan(), { on_progress = stopped "session" })))
    end),
    running = on(function(place)
      return row_of(assert(place:apply(place:plan(), { on_progress = stopped "activated" })))
    end),
    failed = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id } }
      place.sim:fail_artifact {
        restorePoint = plan.rows[1].restorePointId, code = "ArtifactNotFound", message = "The site is gone.",
      }
      return row_of(assert(place:apply(plan)))
    end),
    running_elsewhere = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id } }
      stage(place, plan.rows[1], { state = "running", lasting = 30 * HOUR })
      return row_of(assert(place:apply(plan, { timeout = "5m", interval = "1m" })))
    end, { sites = 2, speed = 600 }),
    failed_elsewhere = on(function(place, sites)
      local plan = place:plan { targets = { sites[1].id } }
      place.sim:fail_artifact { restorePoint = plan.rows[1].restorePointId, times = 1, code = "ArtifactNotFound" }
      stage(place, plan.rows[1], { state = "running", lasting = 4 * HOUR })
      return row_of(assert(place:apply(plan)))
    end),
    run_timeout = on(function(place)
      place.sim:activate_foreign(25, { lasting = 100 * HOUR }) -- no session of ours has a turn
      return assert(place:apply(place:plan(), { timeout = "5m", interval = "1m" })).error
    end, { sites = 2, speed = 6000 }),
    interrupted = on(function(place)
      local _, err = pcall(place.apply, place, place:plan(), { on_progress = raise_in_wait "x.lua:1: interrupted!" })
      debug.sethook()
      return err
    end),
    internal = on(function(place)
      local open_journal = system.open_journal
      system.open_journal = function(path) -- a fault of ours, in the middle of a run
        local file, err = open_journal(path)
        return file and setmetatable({}, { __index = function(_, name)
          return function(_, ...)
            if name == "append" and (...):find('"kind":"session"', 1, true) then
              error("lua/m365restore/run/journal.lua:42: attempt to index a nil value (local 'record')", 0)
            end
            return file[name](file, ...)
          end
        end }), err
      end
      local ok, run, err = pcall(place.apply, place, place:plan())
      system.open_journal = open_journal
      return not ok and run or run and run.error or err
    end),
    journal_damaged = on(function(place)
      scratch.write(place:path "bad.jsonl", "rubbish\n")
      return select(2, place:apply(place:plan(), { journal = place:path "bad.jsonl" }))
    end),
    not_found = on(function(place) return select(2, m365.resume(place.client, place:path "none.jsonl")) end),
  }
end
