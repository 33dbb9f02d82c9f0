--- Durations, likenesses and JSON, as the core reads and writes them.
local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"

describe("a duration", function()
  it("is a number of seconds, or says its units", function()
    for value, seconds in pairs {
      [0] = 0, [5] = 5, [0.25] = 0.25, ["90s"] = 90, ["12h"] = 43200, ["1h30m"] = 5400, ["2d"] = 172800,
      ["1.5h"] = 5400, ["0s"] = 0, ["1d1h1m1s"] = 90061, ["0.5s"] = 0.5, ["10m"] = 600, [3155760000] = 3155760000,
    } do
      assert.equal(seconds, core.duration(value))
    end
  end)

  it("is nothing else", function()
    for _, value in ipairs {
      -1, 0 / 0, math.huge, -math.huge, 3155760001, "", "5", "s", "h5", "5x", "-5s", " 5s", "5 s", "1.h5", ".5s",
      "1e3s", ("9"):rep(400) .. "d", "5s\0", true, {}, print,
    } do
      local message = raised(core.duration, value, "field")
      assert.truthy(message:find("field: a duration was expected", 1, true), message)
    end
    assert.truthy(raised(core.duration):find("duration: a duration was expected", 1, true))
  end)
end)

describe("the nearest name", function()
  local names = { timeout = 1, interval = 1, on_progress = 1 }

  it("is the one with the fewest changes", function()
    assert.equal("timeout", core.nearest("timout", names))
    assert.equal("interval", core.nearest("Intervall", names))
    assert.equal("on_progress", core.nearest("onprogress", names))
  end)
  it("is none where nothing is alike", function()
    assert.is_nil(core.nearest("x", names))
    assert.is_nil(core.nearest("", names))
    assert.is_nil(core.nearest("timeout", {}))
    assert.is_nil(core.nearest(("long"):rep(50), names))
    assert.is_nil(core.nearest("timeout", { 1, 2, [true] = 1 }))
  end)
end)

describe("JSON that we write", function()
  it("has its keys in order and its numbers exact", function()
    for text, value in pairs {
      ['{"a":1,"b":[1,2],"c":{"d":true}}'] = { c = { d = true }, b = { 1, 2 }, a = 1 },
      ["[]"] = m365.array {}, ["{}"] = {}, ["[[]]"] = { m365.array() }, ["null"] = m365.null,
      ["[null]"] = { m365.null }, ["3"] = 3.0, ["-0.5"] = -0.5, ["9007199254740993"] = 9007199254740993, ["0.1"] = 0.1,
      ["-9223372036854775808"] = math.mininteger, ["1e+300"] = 1e300, ["9007199254740992"] = 2.0 ^ 53,
      ['"a\\"b\\\\c\\u000a\\u0000/"'] = 'a"b\\c\n\0/', ['"é€😀\127"'] = "é€😀\127",
    } do
      assert.equal(text, core.encode(value))
    end
  end)

  it("comes back as it was", function()
    for _, value in ipairs { { a = 1, b = { 2.5, "x" }, c = false }, { 1, 2, 3 }, { x = { y = { z = "ä" } } } } do
      assert.same(value, core.decode(core.encode(value)))
    end
  end)

  it("refuses what JSON cannot say, and names the place", function()
    local loop = {}
    loop.again = loop
    for text, value in pairs {
      ["%.a%[2%]: a function"] = { a = { 1, print } }, ["%.b: not valid UTF%-8"] = { b = "\xc3" },
      ["not valid UTF"] = "\xed\xa0\x80", ["valid UTF%-8"] = "\xc0\x80", ["UTF%-8"] = "\xf4\x90\x80\x80",
      ["nested too deeply"] = loop, ["inf cannot be sent"] = { math.huge }, ["nan cannot be sent"] = { 0 / 0 },
      ["names for keys; found the key true"] = { [true] = 1 }, ["holes"] = { 1, nil, nil, 4 },
      ["names among its numbers"] = { 1, 2, x = 3 },
    } do
      local message = raised(core.encode, value)
      assert.truthy(message:find(text), message)
    end
  end)

  it("takes no keys that look alike when they are cut", function()
    assert.truthy(raised(core.encode, { ["a\0b"] = 1 }))
  end)
end)

describe("a failure made in Lua", function()
  it("gets class and remedy from its code, and keeps its own", function()
    local err = m365.failure { code = "tls_timeout", message = "m", more = 5 }
    assert.same({ "retry", 5 }, { err.class, err.more })
    assert.truthy(err.remedy)
    assert.equal("ask", m365.failure({ code = "tls_timeout", class = "ask" }).class)
    assert.is_nil(m365.failure({ code = "unheard_of" }).class)
  end)
  it("must have a code", function()
    assert.truthy(raised(m365.failure, {}):find("failure.code: a string was expected, got nil", 1, true))
    assert.truthy(raised(m365.failure, "x"):find("table expected", 1, true))
  end)
  it("can be described by its code in any case", function()
    assert.equal("queue", (m365.describe "toomanyactiverestoresessions"))
    assert.is_nil((m365.describe "unheard_of"))
  end)
end)
