local core = require "m365restore.core"
local generator = require "spec.support.generator"
local journal = require "m365restore.run.journal"
local m365 = require "m365restore"
local seal = require "m365restore.plan.integrity"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

local function copy(value)
  if type(value) ~= "table" then return value end
  local made = {}
  for key, member in pairs(value) do made[key] = copy(member) end
  return made
end

describe("a journal whose lines are whole, and whose records are not what they have to be,", function()
  local place, plan, records

  setup(function()
    place = support.start({ sites = 4, speed = 400000 })
    local sites = place.sim:units "site"
    plan = place:plan { targets = { sites[1].id, sites[2].id, sites[3].id } }
    place.sim:refuse_artifact { restorePoint = plan.rows[2].restorePointId }
    assert(place:apply(plan, { url_wait = "48h" }))
    records = assert(m365.journal.read(place:path()))
  end)

  teardown(function() place:stop() end)

  local function write(list, name)
    local path = place:path(name or "odd.jsonl")
    os.remove(path)
    local book <close> = assert(journal.open(path))
    for _, record in ipairs(list) do assert(book:write(record)) end
    return path
  end

  local function resume(path)
    return m365.resume(place.client, path, { interval = "20m", url_wait = 0, timeout = "3650d" })
  end

  it("is an error that names the record, and what is sound is reported", function()
    local list = copy(records)
    local i = #list + 1
    list[i] = { kind = "session", rows = { 3 } } -- a session without an id
    local path = write(list)
    local before, text = place.sim:count { method = "POST" }, scratch.read(path)
    local run = assert(resume(path))
    assert.same({ false, "journal_damaged", i }, { run.ok, run.error.code, run.error.line })
    assert.matches("line " .. i, run.error.message, 1, true)
    assert.same({ restored = 2, rejected = 1 }, run:report().counts)
    assert.equal(before, place.sim:count { method = "POST" }) -- nothing is begun
    assert.equal(text, scratch.read(path))
  end)

  it("gives its drafts to be cleaned, and says what it could not read", function()
    local draft = assert(place.client.sharePoint:create_session())
    place.sim:advance(1) -- ages are counted in whole seconds
    local path = write { records[1], { kind = "session", id = draft.id, rows = { 1 }, wave = 1 },
      { kind = "session", rows = { 2 } }, { kind = "activated", id = "of nothing" } }
    local done = assert(m365.clean_drafts(place.client, path, { older_than = 0 }))
    assert.same({ "deleted", draft.id, "not_understood", 3 },
      { done[1].outcome, done[1].session, done[2].outcome, done[2].error.line })
    assert.same({ 3, 4 }, done[2].error.lines)
  end)

  it("is an error of its first line where that is no plan", function()
    local bad_rows = { format = "m365restore.plan", version = 1, rows = { 1, "x" } }
    for _, first in ipairs { { kind = "plan" }, { kind = "step" }, { kind = "plan", plan = bad_rows }, {} } do
      local run, err = resume(write { first, records[2] })
      assert.is_nil(run)
      assert.is_string(err.code)
    end
  end)

  it("is refused where the ledger of drills holds one", function()
    for _, odd in ipairs { { units = {} }, { time = "2026-11-01T00:00:00Z" }, { units = { {} }, time = "2026-11-01" },
      { units = "x", time = 5 } } do
      local ledger = write({ { kind = "drill", units = { "x" }, time = "2026-11-01T00:00:00Z" },
        { kind = "drill", units = odd.units, time = odd.time } }, "ledger.jsonl")
      local run, err = m365.drill(place.client, { service = "sharePoint", sample = 1, ledger = ledger,
        journal = place:path "drill.jsonl" })
      assert.is_nil(run)
      assert.same({ "journal_damaged", 2 }, { err.code, err.line })
    end
  end)

  --- Uses a journal in every way; nothing may raise, and no error may be without its code.
  local function use(path, label)
    local function resumed()
      local run, err = resume(path)
      if run then
        assert.equal(3, #run:report().rows)
        assert(tostring(run.plan) and tostring(run:report()))
        assert(run:report():save(place:path "odd.csv"))
        assert(run:report():save(place:path "odd.html"))
      end
      return run, err
    end
    local function cleaned() return m365.clean_drafts(place.client, path, { older_than = 0 }) end
    for _, action in ipairs { cleaned, resumed } do
      local ok, result, err = pcall(action)
      assert.is_true(ok, label .. ": " .. tostring(result))
      assert.is_true(result ~= nil or type(err) == "table" and err.code ~= nil, label)
    end
  end

  local odd = { 0, -1, 2.5, "", "x", true, {}, { {} }, { 99 }, { n = 1 }, { { n = 1 } }, { { n = 1, outcome = 5 } },
    { { n = 1, outcome = "restored", url = {} } }, { 1, "x" }, "draft", false }

  --- Changes a field, or takes one away.
  local function spoil(random, record)
    local names = {}
    for name in pairs(record) do names[#names + 1] = name end
    table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
    local name = names[random(#names)]
    if type(record[name]) == "table" and next(record[name]) ~= nil and random(3) > 1 then
      return spoil(random, record[name])
    end
    record[name] = copy(odd[random(#odd)])
    if random(4) == 1 and math.type(name) == nil then record[name] = nil end -- a list has no holes in JSON
  end

  it("raises nowhere, whatever is in a record", function()
    local seed = tonumber(os.getenv "M365RESTORE_SEED") or os.time()
    local random = generator(seed)
    for round = 1, support.is_slow and 10 or 40 do
      local list = copy(records)
      for _ = 1, random(3) do spoil(random, list[1 + random(#list - 1)]) end
      use(write(list), ("M365RESTORE_SEED=%d, round %d"):format(seed, round))
    end
    assert.equal(2, #place.sim:restores()) -- nothing was restored by it
  end)

  it("raises nowhere, whatever is in the plan that the first one holds, also with a hash that fits", function()
    local seed = tonumber(os.getenv "M365RESTORE_SEED") or os.time()
    local random = generator(seed)
    for round = 1, support.is_slow and 20 or 80 do
      local list = { copy(records[1]) }
      local spoilt = list[1].plan
      for _ = 1, random(2) do spoil(random, spoilt) end
      if random(4) == 1 then spoilt[({ "save", "replaces", "diff", "n" })[random(4)]] = odd[random(#odd)] end
      if random(4) > 1 then pcall(seal.put, spoilt) end
      list[2] = { kind = "done" }
      local saved = place:path "odd.json"
      scratch.write(saved, core.encode(spoilt))
      local label = ("M365RESTORE_SEED=%d, round %d"):format(seed, round)
      local ok, loaded, err = pcall(m365.load_plan, saved)
      assert.is_true(ok, label .. ": " .. tostring(loaded))
      if loaded then
        assert(tostring(loaded) and loaded:save(place:path "odd.csv"), label)
        assert.same({}, loaded:diff(loaded))
        m365.needs(loaded)
      else
        assert.is_string(err.code, label)
        use(write(list), label)
      end
    end
  end)
end)

describe("a create that is answered without an id", function()
  it("is looked for, not believed: nothing raises, and its targets are restored once", function()
    local starting = { empty_sessions = false, create_status = "activating" }
    for _, dialect in ipairs { {}, { empty_sessions = false }, starting } do
      for _, status in ipairs { 201, 202 } do
        local place = support.start({ sites = 3, dialect = dialect, speed = 400000 })
        local plan = place:plan { destination = "inPlace" }
        place.sim:fault { operation = "sharePointRestoreSessions.create", action = "status", status = status, body = "",
          processed = true, times = 2 }
        local run = assert(place:apply(plan))
        assert.is_nil(run.error)
        assert.same({ restored = 3 }, support.outcomes(run))
        place:assert_exactly_once(plan)
        assert.same({ restored = 3 }, support.outcomes(assert(m365.resume(place.client, place:path()))))
        place:stop()
      end
    end
  end)
end)

describe("whether a run is a new one", function()
  local place

  before_each(function() place = support.start({ sites = 3, mailboxes = 1 }) end)

  after_each(function() place:stop() end)

  --- Does something at the moment when a journal was opened and locked.
  local function when_locked(act)
    local open = journal.open
    finally(function() journal.open = open end)
    journal.open = function(path)
      journal.open = open
      local book, err = open(path)
      act(path)
      return book, err
    end
  end

  local function when_opened(act)
    local open = journal.open
    finally(function() journal.open = open end)
    journal.open = function(path)
      journal.open = open
      act(path)
      return open(path)
    end
  end

  it("is decided by what is in the locked file: a journal that was moved away is confirmed by nobody", function()
    local plan = place:plan { destination = "inPlace" }
    assert(place:apply(plan, { on_progress = function(event)
      if event.kind == "session" then error("the program ends here", 0) end
    end }))
    when_opened(function(path) assert(os.rename(path, path .. ".moved")) end)
    local run, err = m365.apply(place.client, plan, { journal = place:path() })
    assert.is_nil(run)
    assert.equal("confirmation_needed", err.code)
    assert.is_nil(scratch.read(place:path())) -- the file that was made is gone again
    assert.equal(0, #place.sim:restores())
  end)

  it("and a journal that is moved away behind the lock begins nothing", function()
    local plan = place:plan { destination = "inPlace" }
    when_locked(function(path) assert(os.remove(path)) end)
    local run, err = place:apply(plan)
    assert.equal("gone", (run and run.error or err).code)
    assert.equal(0, #place.sim:restores())
  end)

  it("is decided in the same way by bulk restores and drills", function()
    local function bulk(confirm)
      return m365.bulk_restore(place.client, { service = "sharePoint", targets = "all", before = support.T,
        destination = "new", journal = place:path(), confirm = confirm, interval = "20m", url_wait = 0 })
    end
    assert.same({ restored = 3 }, support.outcomes(assert(bulk())))
    when_opened(function(path) scratch.write(path, "rubbish\n") end)
    assert.equal("journal_damaged", select(2, bulk()).code)
    local function drill()
      return m365.drill(place.client, { service = "sharePoint", sample = 1, ledger = place:path "ledger",
        journal = place:path "drill", interval = "20m", url_wait = 0 })
    end
    when_opened(function(path) scratch.write(path, "rubbish\n") end)
    assert.equal("journal_damaged", select(2, drill()).code)
    assert.is_nil(scratch.read(place:path "ledger")) -- nothing was drawn
  end)

  it("leaves a file alone that was there before, and reads the journal once", function()
    local plan = place:plan { destination = "inPlace" }
    scratch.write(place:path(), "")
    assert.equal("confirmation_needed", select(2, m365.apply(place.client, plan, { journal = place:path() })).code)
    assert.equal("", scratch.read(place:path()))
    local read = journal.read
    finally(function() journal.read = read end)
    journal.read = function() error("a second look", 0) end
    assert.same({ restored = 3 }, support.outcomes(assert(place:apply(plan))))
    assert.same({ restored = 3 }, support.outcomes(assert(place:apply(plan))))
  end)
end)

describe("tasks that wait for each other", function()
  local slots = require "m365restore.run.slots"

  it("of a plan end together when the service lists units without ids", function()
    local place = support.start({ sites = 30 })
    finally(function() place:stop() end)
    place.sim:fault { operation = "siteProtectionUnits.list", action = "status", status = 200, times = 9,
      body = '{"value":[{"siteName":"x"},{"siteName":"y"}]}' }
    for _, targets in ipairs { "all", { "https://contoso.sharepoint.com/sites/x" } } do
      local ok, plan, err = pcall(m365.plan, place.client, { service = "sharePoint", targets = targets,
        before = support.T, destination = "new" })
      assert.is_true(ok, tostring(plan))
      assert.is_true(plan ~= nil or err.code == "bad_answer")
      if targets == "all" then assert.equal("bad_answer", err.code) end
    end
  end)

  it("of a plan end together when any of them raises", function()
    local point_search = require "m365restore.plan.point_search"
    local place = support.start({ sites = 60 })
    finally(function() place:stop() end)
    for _, name in ipairs { "feed", "settle", "take", "wait" } do
      local probe, count = point_search.new(place.client, { prefer = "latest", service = "sharePoint" }), 0
      local class = getmetatable(probe).__index
      local method = class[name]
      class[name] = function(...)
        count = count + 1
        if count == 2 then error("not enough memory", 0) end
        return method(...)
      end
      local ok, problem = pcall(place.plan, place)
      class[name] = method
      assert.is_false(ok, name)
      assert.matches("not enough memory", tostring(problem), 1, true)
    end
  end)

  it("of a plan end together when nil is raised, and when one cannot be woken at once", function()
    local point_search = require "m365restore.plan.point_search"
    local place = support.start({ sites = 3 })
    local function search() return point_search.new(place.client, { prefer = "latest", service = "sharePoint" }) end
    --- How a search ends under a host's loop: `is_ended`, `ok`, and what was raised.
    local function run(probe, feed)
      local is_ended, ok, problem = false, nil, nil
      local task = core.spawn(function()
        ok, problem = pcall(probe.run, probe, feed)
        is_ended = true
      end)
      for _ = 1, 200 do
        if is_ended then break end
        core.step(0.01)
      end
      core.cancel(task)
      return { is_ended, ok, problem }
    end
    assert.same({ true, false, "nil" }, run(search(), function() error() end))
    local probe, class, refused = search(), getmetatable(search()).__index, false
    local wait = class.wait
    finally(function()
      class.wait = wait
      place:stop()
    end)
    class.wait = function(self) -- its event cannot be set the first time
      local event = core.event()
      table.insert(self.waiting, setmetatable({}, { __index = { set = function()
        if not refused then
          refused = true
          error("not enough memory", 0)
        end
        event:set()
      end } }))
      event:wait()
    end
    assert.same({ true, false, "not enough memory" }, run(probe, function() return core.sleep(0.01) end))
    assert.is_true(refused)
  end)

  it("at the slots go on when one of them raises, or is ended", function()
    local closed, entered = true, 0
    local all = slots.new({ sessions = 1, in_flight = 10 }, function() return closed and 1 or 0, 0 end,
      function() m365.sleep(0) end)
    local event = core.event
    finally(function() core.event = event end)
    local function enter()
      local slot <close> = all:take(1, false, function() return false end)
      entered = entered + (slot and 1 or 0)
    end
    local tasks = {}
    for i = 1, 6 do
      if i == 3 then
        core.event = function() error("not enough memory", 0) end
        assert.is_false(pcall(enter))
        core.event = event
      end
      tasks[i] = core.spawn(enter)
    end
    core.cancel(tasks[2])
    core.cancel(tasks[5])
    closed = false
    m365.gather({ 1 }, function()
      for _ = 1, 1000 do
        if entered == 4 then break end
        core.sleep(0.001)
      end
    end)
    assert.equal(4, entered)
  end)
end)
