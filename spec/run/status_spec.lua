--- How a run stands is read from its journal alone, by anybody and at any time.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"
local system = require "m365restore.system"

describe("the status of a run", function()
  local place

  before_each(function() place = support.start { sites = 60 } end)
  after_each(function() place:stop() end)

  it("is what the run tells, while it goes on and when it has ended", function()
    local path, seen = place:path(), 0
    local run = assert(place:apply(place:plan(), { actor = "ops", ticket = "INC-42", on_progress = function(event)
      local status = assert(m365.status(path))
      assert.equal(system.pid(), status.holder)
      assert.equal(60, status.total)
      assert.is_true(status.completed + status.failed <= event.completed + event.failed)
      seen = math.max(seen, #status.sessions)
    end }))
    assert.is_nil(run.error)
    assert.is_true(seen > 0)
    local status = assert(m365.status(path))
    assert.same(run:report().rows, status.report.rows)
    assert.same({ "ops", "INC-42", run.head }, { status.report.actor, status.report.ticket, status.report.head })
    assert.same({ 60, 0, 0, run.head }, { status.completed, status.failed, #status.sessions, status.head })
    assert.is_nil(status.holder)
    assert.is_true(status.speed > 0)
    assert.matches("60 targets: 60 restored", tostring(status), 1, true)
  end)

  it("can be read from another process, which takes nothing from the one that restores", function()
    local path, script = place:path(), place:path "look.lua"
    scratch.write(script, [[
      local status = assert(require("m365restore").status(arg[1]))
      io.write(status.total, " ", tostring(status.holder))
    ]])
    local said
    local run = assert(place:apply(place:plan(), { on_progress = function(event)
      if event.kind == "activated" and not said then
        said = assert(system.run({ scratch.interpreter(), script, path }, { env = scratch.environment() })).stdout
      end
    end }))
    assert.equal("60 " .. system.pid(), said)
    assert.is_true(run.ok)
  end)

  it("counts as speed only what the last process saw finish", function()
    local path = place:path()
    local plan = place:plan()
    local run = assert(place:apply(plan))
    assert.is_true(assert(m365.status(path)).speed > 0)
    assert(m365.resume(place.client, path, { url_wait = 0 }))
    local status = assert(m365.status(path))
    assert.is_nil(status.speed)
    assert.same(run:report().counts, status.report.counts)
  end)

  it("is an error where there is none, and says what of a journal cannot be understood", function()
    local path = place:path()
    local _, err = m365.status(path)
    assert.equal("not_found", err.code)
    scratch.write(path, "")
    _, err = m365.status(path)
    assert.equal("not_found", err.code)
    scratch.write(path, "no journal\n")
    _, err = m365.status(path)
    assert.same({ "journal_damaged", 1 }, { err.code, err.line })
    assert.matches("status: path: a string was expected, got nil", raised(m365.status), 1, true)
    os.remove(path)
    assert(place:apply(place:plan()))
    do
      local book <close> = assert(m365.journal.open(path))
      assert(book:write { kind = "ended", id = "nobody", rows = {} })
    end
    local status = assert(m365.status(path))
    assert.equal("journal_damaged", status.problem.code)
    assert.equal(60, status.completed)
  end)
end)
