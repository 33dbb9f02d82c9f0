--- A run ends by its deadline, also where the service does not answer: no call outlasts it.
local m365 = require "m365restore"
local support = require "spec.support.restore"

describe("a run with a service that falls silent", function()
  -- seconds: of the simulator in a real one; of a run, by the simulator; of silence; what is sure to be too long, where
  -- a call without a deadline would wait for its first byte for a minute
  local SPEED, TIMEOUT, SILENCE, TOO_LONG = 60, 180, 600, 30

  --- A tenant of its own, which stops to answer some requests.
  local function prepare(fault, job, options)
    local all = { sites = 2, speed = SPEED, flows = true }
    for name, value in pairs(options or {}) do all[name] = value end
    local place = support.start(all)
    fault.action, fault.seconds, fault.before, fault.times = "stall", SILENCE, "headers", 99
    local ready = job.prepare and job.prepare(place)
    place.sim:fault(fault)
    return { place = place, job = job, ready = ready }
  end

  --- What comes of a job there.
  -- @treturn table `result`, `err`, `took` (seconds of the simulator), `place`, `hit` (a request was not answered)
  local function run_with(tenant)
    local place = tenant.place
    local clock = place.sim:clock()
    local started = clock:monotonic()
    local result, err = tenant.job.run(place, tenant.ready)
    local hit = false
    for _, exchange in ipairs(place.sim:ledger()) do hit = hit or exchange.fault ~= nil end
    return { result = result, err = err, took = clock:monotonic() - started, place = place, hit = hit }
  end

  local applying = {
    prepare = function(place) return place:plan() end,
    run = function(place, plan) return place:apply(plan, { timeout = TIMEOUT, interval = 10, url_wait = "1h" }) end,
  }

  local watching = {
    prepare = function(place) place.sim:activate_foreign(1, { lasting = 1e6 }) end,
    run = function(place) return m365.watch(place.client, { timeout = TIMEOUT, interval = 10 }) end,
  }

  local in_bulk = {
    run = function(place)
      return m365.bulk_restore(place.client, {
        service = "sharePoint", targets = "all", before = support.T, destination = "new", journal = place:path(),
        timeout = TIMEOUT, interval = 10, url_wait = 0,
      })
    end,
  }

  local cases = {
    { "the search for points", applying, { operation = "restorePoints.search" } },
    { "the list of units", applying, { operation = "siteProtectionUnits.list" } },
    { "the list of sessions", applying, { operation = "restoreSessions.list" } },
    { "a session", applying, { operation = "restoreSessions.get" } },
    { "artifacts", applying, { operation = "siteRestoreArtifacts.list" } },
    { "a later page of artifacts", applying,
      { operation = "siteRestoreArtifacts.list", after = 1 }, { page_size = 1 } },
    { "a create", applying, { operation = "sharePointRestoreSessions.create" } },
    { "an addition", applying, { operation = "sharePointRestoreSessions.update" } },
    { "an activation", applying, { operation = "restoreSessions.activate" } },
    { "what is watched", watching, { operation = "restoreSessions.get" } },
    { "the list that is watched", watching, { operation = "restoreSessions.list" } },
    { "the units of a bulk request", in_bulk, { operation = "siteProtectionUnits.list" } },
    { "a bulk request", in_bulk, { path = "[Bb]ulk", method = "POST" } },
  }

  local ended = {}

  setup(function()
    -- all are there before the time of the first one runs
    local tenants = {}
    for i, case in ipairs(cases) do tenants[i] = prepare(case[3], case[2], case[4]) end
    local list, failures = m365.gather(tenants, run_with)
    assert.same({}, failures)
    for i, case in ipairs(cases) do ended[case[1]] = list[i] or false end
  end)

  teardown(function()
    for _, what in pairs(ended) do
      if what then what.place:stop() end
    end
  end)

  for _, case in ipairs(cases) do
    it("ends where it waits for " .. case[1], function()
      local what = ended[case[1]]
      assert.is_true(what.hit, "nothing was silent")
      assert.is_true(what.took < TOO_LONG * SPEED, "it took " .. what.took)
    end)
  end

  it("leaves what it wrote last to the next run, which looks it up", function()
    for _, name in ipairs { "a create", "an addition", "an activation" } do
      local what = ended[name]
      assert.is_false(what.result.ok)
      what.place.sim:clear_faults()
      local opts = { interval = "10m", url_wait = 0, on_progress = function() what.place.sim:advance(3600) end }
      local run = assert(m365.resume(what.place.client, what.place:path(), opts))
      assert.same({ restored = 2 }, support.outcomes(run))
      what.place:assert_exactly_once(run.plan)
    end
  end)
end)
