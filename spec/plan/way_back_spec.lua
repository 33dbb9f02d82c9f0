--- What a plan says beforehand, and the way back from what it did.
local m365 = require "m365restore"
local support = require "spec.support.restore"

describe("a plan", function()
  local place, sites

  before_each(function()
    place = support.start { sites = 6, drives = 1, mailboxes = 2 }
    sites = place.sim:units "site"
  end)

  after_each(function() place:stop() end)

  local function says(plan, text)
    return table.concat(plan.notes, "\n"):find(text, 1, true) ~= nil
  end

  it("says what its preference costs where a nearer point exists, and by how much", function()
    local fast, latest = place:plan(), place:plan { prefer = "latest" }
    local nearer = 0
    for i, row in ipairs(fast.rows) do
      local other = latest.rows[i]
      assert.equal(row.protectionUnitId, other.protectionUnitId)
      if row.restorePointId ~= other.restorePointId then
        nearer = nearer + 1
        assert.equal(other.protectionDateTime, row.nearer)
      else
        assert.is_nil(row.nearer)
      end
    end
    assert.is_true(nearer > 0)
    assert.is_true(says(fast, "a nearer restore point than the one that prefer = \"fastRestore\" takes"))
    assert.is_false(says(latest, "nearer"))
    assert.is_true(says(place:plan { prefer = "oldest" }, "6 targets have a nearer restore point"))
    assert.is_false(says(place:plan { service = "exchange" }, "nearer"))
  end)

  it("is not made for a moment in the future, unless that is allowed", function()
    local function code(make, spec, at)
      spec.before = at
      local plan, err = make(place.client, spec)
      return plan == nil and err.code or plan
    end
    local specs = {
      { m365.plan, { service = "sharePoint", targets = sites[1].id, destination = "new" } },
      { m365.plan_files, { service = "sharePoint", target = sites[1].id, match = "/**/*.docx" } },
      { m365.plan_messages, { targets = "all", query = "(Subject -like 'a*')", destination = "new" } },
      { m365.bulk_restore, { service = "sharePoint", targets = sites[1].id, destination = "new",
        journal = place:path "bulk.jsonl", url_wait = 0 } },
    }
    for _, spec in ipairs(specs) do
      assert.equal("future_moment", code(spec[1], spec[2], "2027-11-01T06:00:00Z"))
      assert.equal("future_moment", code(spec[1], spec[2], 4e9))
      spec[2].allow_future = true
      assert.not_equal("future_moment", code(spec[1], spec[2], "2027-11-01T06:00:00Z"))
    end
    local later = { protectionUnitId = sites[1].id, before = "2027-01-01T00:00:00Z" }
    local mailbox = { protectionUnitId = place.sim:units "mailbox"[1].id, at = "2027-01-01T00:00:00Z" }
    for _, case in ipairs {
      { m365.plan, { service = "sharePoint", targets = { later }, destination = "new" } },
      { m365.plan_files, { service = "sharePoint", target = later, match = "/**/*.docx" } },
      { m365.plan_messages, { targets = { mailbox }, query = "(Subject -like 'a*')", destination = "new" } },
    } do
      case[2].before = support.T
      local _, err = case[1](place.client, case[2])
      assert.equal("future_moment", err.code)
      assert.matches("2027-01-01T00:00:00Z is in the future", err.message, 1, true)
    end
    -- only the bulk restore that was allowed has begun
    assert.equal(1, place.sim:count { method = "POST", path = "[rR]estoreSessions$" })
  end)

  it("says what holds for its service and destination, and nothing else", function()
    local texts = {
      in_place = "not locked meanwhile", hold = "on hold", to_new = "a site can be restored to a new address",
      copies = "open to administrators only", bin = "recycle bin", drafts = "Drafts of messages are not backed up",
      same = "nothing is restored and no folder is made", limit = "at most 1,000",
    }
    local function held(spec)
      local plan, found = place:plan(spec), {}
      for name, text in pairs(texts) do found[name] = says(plan, text) or nil end
      return found
    end
    assert.same({ in_place = true, hold = true, to_new = true, bin = true, limit = true },
      held { destination = "inPlace" })
    assert.same({ copies = true, bin = true, limit = true }, held {})
    assert.same({ in_place = true, hold = true, bin = true, limit = true },
      held { service = "oneDriveForBusiness", destination = "inPlace" })
    assert.same({ in_place = true, hold = true, drafts = true, same = true, limit = true },
      held { service = "exchange", destination = "inPlace" })
    assert.same({ drafts = true, same = true, limit = true }, held { service = "exchange" })
  end)

  it("says beforehand whether there is a way back", function()
    local plan = place:plan { destination = "inPlace" }
    for _, row in ipairs(plan.rows) do
      assert.equal(1, m365.time.compare(row.way_back, row.protectionDateTime))
    end
    assert.is_true(says(plan, "There is a way back for 6 targets"))
    local newest = place.sim:points(sites[1].id)
    local now = place:plan { destination = "inPlace", prefer = "latest", targets = { sites[1].id },
      before = place.client.clock:now() }
    assert.equal(newest[1].id, now.rows[1].restorePointId)
    assert.equal("none", now.rows[1].way_back)
    assert.is_true(says(now, "There is no way back for 1 target"))
    assert.is_nil(place:plan().rows[1].way_back)
  end)

  it("foresees it by the points of the service, however slow the clock of this machine is", function()
    local points = place.sim:points(sites[1].id)
    place.client = place.tenant:client { clock = place.sim:clock { ahead = -86400 + 3600 } }
    local plan = assert(m365.plan(place.client, { service = "sharePoint", targets = { sites[1].id },
      at = points[2].protectionDateTime, destination = "inPlace", prefer = "latest", allow_future = true }))
    assert.same({ points[2].id, points[1].protectionDateTime }, { plan.rows[1].restorePointId, plan.rows[1].way_back })
  end)
end)

describe("the way back", function()
  local place, sites

  before_each(function()
    place = support.start { sites = 6 }
    sites = place.sim:units "site"
  end)

  after_each(function() place:stop() end)

  --- Restores in place, then takes everything back by the report; the sessions that did either.
  local function there_and_back(client, options)
    local plan = assert(m365.plan(client, { service = "sharePoint", targets = "all", before = support.T,
      destination = "inPlace", allow_future = true }))
    local run = assert(setmetatable({ client = client }, { __index = place }):apply(plan, options))
    assert.is_nil(run.error)
    return plan, run:report()
  end

  local function take_back(report)
    local targets, before = report:way_back()
    local plan = assert(m365.plan(place.client, { service = "sharePoint", targets = targets, before = before,
      prefer = "latest" }))
    local run = assert(place:apply(plan, { journal = place:path "back.jsonl" }))
    assert.is_nil(run.error)
    return plan, run:report()
  end

  it("restores each target from its newest point from before it was replaced", function()
    place.sim:fail_artifact { unit = sites[2].id, code = "ArtifactNotFound", message = "gone", times = 1 }
    -- a restore that fails may have begun to replace: it has its way back, too
    local plan, report = there_and_back(place.client)
    for _, row in ipairs(report.rows) do
      local newest
      for _, point in ipairs(place.sim:points(row.protectionUnitId)) do -- the newest come first
        local before = m365.time.compare(point.protectionDateTime, row.replaced) == -1
        newest = newest or before and point or nil
      end
      assert.same({ newest.id, newest.protectionDateTime }, { row.way_back_point, row.way_back })
      assert.equal(1, m365.time.compare(row.startDateTime, row.replaced))
    end
    place.sim:advance(86400) -- points that are made since hold the wrong state
    local back, result = take_back(report)
    assert.same({ restored = #plan.rows }, result.counts)
    for i, row in ipairs(back.rows) do
      assert.same({ report.rows[i].way_back_point, "inPlace" }, { row.restorePointId, row.destinationType })
    end
    local last = {}
    for _, restore in ipairs(place.sim:restores()) do last[restore.restorePoint] = restore.session end
    for _, row in ipairs(report.rows) do assert.equal(result.rows[row.n].session, last[row.way_back_point]) end
  end)

  it("goes by the service's clock, whatever this machine's says", function()
    local DAY = 86400
    for _, ahead in ipairs { -4 * DAY, 4 * DAY } do
      local client = place.tenant:client { clock = place.sim:clock { ahead = ahead } }
      local _, report = there_and_back(client, { journal = place:path(ahead .. ".jsonl") })
      for _, row in ipairs(report.rows) do
        local before = m365.time.parse(row.startDateTime) - m365.time.parse(row.replaced)
        assert.is_true(before > 0 and before < 2 * DAY)
        assert.equal(-1, m365.time.compare(row.way_back, row.replaced))
      end
      place.sim:advance(DAY)
    end
  end)

  it("is in the journal: a run that is resumed names it, and looks for it where it was not found", function()
    place.sim:fault { path = "restorePoints/search", action = "status", status = 403, after = 3, times = 1000 }
    local plan = place:plan { destination = "inPlace", prefer = "latest" }
    place.sim:clear_faults()
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "activated" then
        place.sim:fault { path = "restorePoints/search", action = "status", status = 403, times = 1000 }
      end
    end }))
    assert.same({ restored = 6 }, run:report().counts)
    assert.is_nil(run:report().rows[1].way_back)
    assert.is_string(run:report().rows[1].replaced)
    place.sim:clear_faults()
    local again = assert(m365.resume(place.client, place:path(), { url_wait = 0 }))
    assert.equal(6, #again:report():way_back())
    assert.equal(run:report().rows[1].replaced, again:report().rows[1].replaced)
  end)

  it("is not there where nothing was replaced", function()
    local report = assert(place:apply(place:plan())):report()
    assert.same({}, report:way_back())
    assert.is_nil(report.rows[1].replaced)
    assert(report:save(place:path "r.csv"))
    assert.is_nil(m365.csv.read(place:path "r.csv")[1].way_back)
  end)
end)
