local progress = require "m365restore.report.progress"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"

-- something to write to that remembers
local function paper()
  return { text = "", write = function(self, ...) self.text = self.text .. table.concat { ... } end }
end

-- what a bar writes about these events
local function told(style, events)
  local out = paper()
  local bar = progress.bar { out = out, style = style }
  for _, event in ipairs(events) do
    bar(event)
  end
  return out.text, bar, out
end

local function at(completed, failed, elapsed, more)
  local event = {
    status = "active", total = 25, completed = completed, failed = failed, inProgress = 5, elapsed = elapsed,
    done = false,
  }
  for name, value in pairs(more or {}) do
    event[name] = value
  end
  return event
end

describe("m365restore.report.progress", function()
  local TIME = "^%d%d:%d%d:%d%d "

  it("tells the time of day, counts, and the range for the end that a run gives", function()
    local text = told("plain", { at(15, 1, 5760, { soonest = 2580, latest = 4320 }) })
    assert.matches(TIME .. "active: 16 of 25 finished, 1 failed, 5 running; after 1h36m, 43m to 1h12m left\n$", text)
  end)

  it("works out the range of a wait by itself, from Microsoft's figures and then from what finishes", function()
    local function range(...)
      local text = told("plain", { ... })
      return text:match "([^,]*) to ([^,]*) left\n$"
    end
    assert.is_truthy(range(at(0, 0, 0)))
    -- what had finished before is no speed: the same as if it had just begun, but for what is left
    local before, after = { range(at(3, 0, 0)) }, { range(at(3, 0, 0), at(20, 0, 360)) }
    assert.is_truthy(before[2]:find "h")
    assert.is_nil(after[2]:find "h")
    assert.is_nil(told("plain", { at(25, 0, 90, { status = "completed", done = true }) }):find "left")
  end)

  it("says what is waited for, and since when", function()
    local text = told("plain", { at(3, 0, 40, { waiting = "a free slot", waited = 190 }),
      at(3, 0, 45, { waiting = "a free slot", waited = 195 }) })
    assert.matches("waiting for a free slot for 3m", text, 1, true)
    assert.equal(1, select(2, text:gsub("\n", "")))
  end)

  it("keeps counts and the end on 40 columns", function()
    local out = paper()
    local bar = progress.bar { out = out, style = "live", columns = 40 }
    bar(at(15, 1, 5760, { soonest = 2580, latest = 4320, waiting = "the addresses of 12 new copies" }))
    assert.equal("\r16/25, 1 failed, 43m to 1h12m left\27[K", out.text)
    bar(at(24, 1, 9000, { status = "completed", done = true }))
    assert.matches("25/25, 1 failed, completed", out.text, 1, true)
  end)

  it("says so when the service is out of reach", function()
    local text = told("plain", { at(3, 0, 40), at(3, 0, 45, { error = { code = "timeout" } }) })
    assert.truthy(text:find("out of reach: timeout", 1, true))
  end)

  it("writes a plain line for a change, and none for time that goes by", function()
    local text = told("plain", { at(3, 0, 40), at(3, 0, 50), at(4, 0, 60) })
    local _, lines = text:gsub("\n", "\n")
    assert.equal(2, lines)
    assert.is_nil(text:find "[\r\27]")
  end)

  it("redraws one line on a terminal, cuts it, and ends it with the last event", function()
    local long = at(4, 0, 60, { status = ("x"):rep(200) })
    local text = told("live", { at(3, 0, 40), long, at(25, 0, 90, { status = "completed", done = true }) })
    local lines = {}
    for line in text:gmatch "\r([^\r]*)\27%[K" do
      lines[#lines + 1] = line
    end
    assert.equal(3, #lines)
    assert.matches("^4/25, .* left$", lines[2])
    assert.equal("completed: 25 of 25 finished; after 1m", lines[3])
    assert.equal("\n", text:sub(-1))
    assert.equal(1, select(2, text:gsub("\n", "")))
  end)

  it("ends a line that no last event ended, once", function()
    local _, bar, out = told("live", { at(3, 0, 40) })
    assert.not_equal("\n", out.text:sub(-1))
    do
      local _ <close> = bar
    end
    assert.equal("\n", out.text:sub(-1))
    local before = out.text
    bar:close()
    assert.equal(before, out.text)
  end)

  it("is silent when told", function()
    assert.equal("", told("silent", { at(3, 0, 40), at(25, 0, 90, { done = true }) }))
  end)

  it("takes events that know little", function()
    assert.matches(TIME .. "waiting: 0 of 0 finished\n$", (told("plain", { {} })))
  end)

  it("keeps a state from steering the terminal", function()
    assert.is_nil(told("plain", { at(1, 0, 1, { status = "a\27[2Jb" }) }):find "\27")
  end)

  describe("by itself", function()
    local folder, script

    setup(function()
      folder = scratch.folder()
      script = folder .. "/bar.lua"
      scratch.write(script, [[
        local bar = require("m365restore.report.progress").bar { out = io.stdout }
        bar { status = "active", total = 2, completed = 1 }
        bar { status = "completed", total = 2, completed = 2, done = true }
      ]])
    end)

    teardown(function() scratch.remove(folder) end)

    local function run(command, term)
      local env = scratch.environment()
      env.TERM = term
      local result = assert(require("m365restore.system").run(command, { env = env }))
      assert.equal(0, result.status, result.stderr)
      return result.stdout
    end

    it("is plain where nobody looks", function()
      local text = run({ scratch.interpreter(), script }, "xterm")
      assert.equal("active: 1 of 2 finished\ncompleted: 2 of 2 finished\n", (text:gsub("%d%d:%d%d:%d%d ", "")))
    end)

    local function on_terminal(term)
      return run({ "script", "-qec", scratch.interpreter() .. " " .. script, "/dev/null" }, term)
    end

    it("is live on a terminal", function()
      local expected = "\ractive: 1 of 2 finished\27[K\rcompleted: 2 of 2 finished\27[K"
      assert.truthy(on_terminal("xterm"):find(expected, 1, true))
    end)

    it("is plain on a terminal that can do nothing", function()
      assert.is_nil(on_terminal("dumb"):find("\27[K", 1, true))
    end)
  end)

  it("raises on misuse", function()
    assert.truthy(raised(progress.bar, { style = "loud" }):find("progress.bar.style", 1, true))
    assert.truthy(raised(progress.bar, { out = 5 }):find("progress.bar.out", 1, true))
    assert.truthy(raised(progress.page, {}):find("progress.page.path", 1, true))
    assert.truthy(raised(progress.json, {}):find("progress.json.out", 1, true))
    assert.truthy(raised(progress.bar, { stile = "plain" }):find("did you mean 'style'", 1, true))
    assert.truthy(raised(progress.bar { style = "plain" }, 5):find("event", 1, true))
    local closed = assert(io.open "/dev/null")
    closed:close()
    assert.truthy(raised(progress.bar, { out = closed }):find("progress.bar.out", 1, true))
  end)
end)
