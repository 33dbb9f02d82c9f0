--- How a run is watched while it goes on: by several listeners, as a page, and line by line.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

describe("a run that is watched", function()
  local place

  after_each(function()
    if place then place:stop() end
  end)

  local function lines_of(text)
    local lines = {}
    for line in text:gmatch "[^\n]+" do lines[#lines + 1] = assert(core.decode(line)) end
    return lines
  end

  it("tells all of a list of listeners, each event once and in order", function()
    place = support.start { sites = 4 }
    local heard = { {}, {} }
    local function listener(i) return function(event) table.insert(heard[i], event.kind) end end
    assert(place:apply(place:plan(), { on_progress = { listener(1), listener(2) } }))
    assert.is_true(#heard[1] > 4)
    assert.same(heard[1], heard[2])
  end)

  it("wants functions in such a list", function()
    place = support.start { sites = 1 }
    local plan = place:plan()
    for given, problem in pairs {
      [{}] = "a function, or a list of functions, was expected",
      [{ print, "bar" }] = "apply.on_progress[2]: a function was expected, got string",
      ["bar"] = "a function, or a list of functions, was expected, got string",
    } do
      assert.matches(problem, raised(place.apply, place, plan, { on_progress = given }), 1, true)
    end
    assert.equal(0, place.sim:count { method = "POST", path = "restoreSessions$" })
  end)

  it("is a JSON object for each event, which never goes backwards and ends well", function()
    place = support.start { sites = 60 }
    local out = assert(io.open(place:path "events.jsonl", "w"))
    assert(place:apply(place:plan(), { on_progress = m365.progress.json { out = out } }))
    out:close()
    local lines, last = lines_of(scratch.read(place:path "events.jsonl")), 0
    for _, line in ipairs(lines) do
      assert.equal(1, line.version)
      assert.is_truthy(m365.time.parse(line.time))
      assert.equal(60, line.total)
      assert.is_true(line.completed + line.failed >= last)
      assert.is_true(line.done or line.soonest <= line.latest)
      last = line.completed + line.failed
    end
    assert.same({ true, 60, "completed" }, { lines[#lines].done, last, lines[#lines].status })
  end)

  it("is a page that reloads itself until the run has ended", function()
    place = support.start { sites = 4 }
    local path, pages = place:path "live.html", {}
    local page = m365.progress.page { path = path }
    local run = assert(place:apply(place:plan(), { on_progress = { page, function()
      pages[#pages + 1] = scratch.read(path)
    end } }))
    assert.is_true(run.ok)
    for i, text in ipairs(pages) do
      assert.matches("</html>\n$", text)
      assert.equal(i < #pages, text:find('<body data-again="5">', 1, true) ~= nil)
    end
    -- without a script, too
    assert.matches('<noscript><meta http-equiv="refresh"', pages[1], 1, true)
    assert.matches("4 targets: 4 restored", pages[#pages], 1, true)
  end)

  it("goes on where page and lines cannot be written, and tells it once", function()
    place = support.start { sites = 4 }
    local script = place:path "watched.lua"
    scratch.write(script, [[
      local m365 = require "m365restore"
      local page = m365.progress.page { path = arg[1] }
      local json = m365.progress.json { out = { write = function() error "full" end } }
      for i = 1, 3 do
        local event = { total = 1, completed = 0, failed = 0, done = i > 1,
          report = function() return require("m365restore.report").of({}, { service = "sharePoint" }) end }
        page(event)
        json(event)
      end
    ]])
    local result = assert(require("m365restore.system").run({ scratch.interpreter(), script, place:path "none/p.html" },
      { env = scratch.environment() }))
    assert.equal(0, result.status, result.stderr)
    assert.equal(1, select(2, result.stderr:gsub("progress%.page", "")))
    assert.equal(1, select(2, result.stderr:gsub("progress%.json", "")))
  end)

  it("says that it waits for a free slot, and since when", function()
    local month, waits = 30 * 86400, {}
    place = support.start { sites = 2, limits = { active_sessions = 1 } }
    place.sim:activate_foreign(1, { lasting = month })
    local run = assert(place:apply(place:plan(), { on_progress = function(event)
      if event.waiting == "a free slot" then
        waits[#waits + 1] = event.waited
        if #waits == 3 then place.sim:advance(month) end
      end
    end }))
    assert.is_true(run.ok)
    assert.is_true(#waits >= 3)
    assert.is_true(waits[3] > waits[1])
  end)

  it("says that it waits for a service that is out of reach", function()
    place = support.start { sites = 2 }
    local plan, waited = place:plan(), nil
    place.sim:fault { operation = "restoreSessions.list", action = "status", status = 503, times = 1000 }
    local run = assert(place:apply(plan, { on_progress = function(event)
      if event.waiting ~= "the service" then return end
      waited = event.error and event.error.status
      place.sim:clear_faults()
    end }))
    assert.is_true(run.ok)
    assert.equal(503, waited)
  end)
end)
