local clock = require "m365restore.simulator.world.clock"
local dates = require "m365restore.simulator.wire.dates"
local dialects = require "m365restore.simulator.dialects"
local filter = require "m365restore.simulator.wire.filter"
local heap = require "m365restore.simulator.world.heap"
local ids = require "m365restore.simulator.world.ids"
local json = require "m365restore.simulator.wire.json"
local schedule = require "m365restore.simulator.world.schedule"

describe("the simulator's parts", function()
  describe("ids", function()
    it("are read back, in any case, and differ by kind, number and seed", function()
      local made, seen = ids.new(7), {}
      for _, kind in ipairs { "site", "drive", "session" } do
        for n = 1, 500 do
          local guid = made:guid(kind, n)
          assert.is_true(ids.is_guid(guid))
          assert.is_nil(seen[guid])
          seen[guid] = true
          assert.same({ kind, n }, { made:read(guid:upper()) })
        end
      end
      assert.is_nil(seen[ids.new(8):guid("site", 1)])
    end)

    it("of others are not ours", function()
      local made = ids.new(7)
      assert.is_nil(made:read("1f1fccc3-a642-4f61-bf49-f37b9a888279"))
      assert.is_nil(made:read("not an id"))
      assert.is_nil(made:read(ids.new(8):guid("site", 1)))
    end)
  end)

  describe("dates", function()
    it("are written and read", function()
      assert.equal("2026-11-02T00:00:00Z", dates.iso(1793577600))
      assert.equal("2026-11-02T00:00:00.5000000Z", dates.iso(1793577600.5, "fractions"))
      assert.equal("Mon, 02 Nov 2026 00:00:00 GMT", dates.http(1793577600))
      assert.equal(1793577600.5, dates.parse("2026-11-02T00:00:00.5000000Z"))
      assert.equal(1793577600, dates.parse("2026-11-02T01:00:00+01:00"))
      assert.equal(951782400, dates.parse("2000-02-29T00:00:00Z"))
    end)

    it("are written in every style of Microsoft's pages, and read back", function()
      for style, expected in pairs {
        seconds = "2026-11-02T12:01:03Z", fractions = "2026-11-02T12:01:03.4500000Z",
        dashed = "2026-11-02T12-01-03.45Z", offset = "2026-11-02T12:01:03.4500000+00:00",
      } do
        local text = dates.iso(1793620863.45, style)
        assert.equal(expected, text)
        assert.is_true(math.abs(dates.parse(text) - 1793620863) < 0.5)
      end
    end)

    it("that do not exist are refused", function()
      for _, text in ipairs {
        "", "2026-11-02", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-02T24:00:00Z",
        "2026-11-02T00:00:00", "2026-11-02T00:00:00+99:00", "2026-11-02T00:00:00.Z",
      } do
        assert.is_nil(dates.parse(text), text)
      end
    end)
  end)

  describe("json", function()
    it("is written with documented keys first, the others by the alphabet, and lists that stay lists", function()
      assert.equal('{"id":1,"value":[],"a":{},"z":null}',
        json.encode { z = json.null, a = {}, value = json.array(), id = 1 })
      assert.equal("[1,2.5,-3]", json.encode { 1, 2.5, -3 })
      assert.equal("[1,null]", json.encode { 1.0 // 1 | 0, 0 / 0 })
    end)

    it("is refused where the keys of an object are no strings", function()
      for _, text in ipairs { "{1:2}", "{true:1}", '[{"a":{null:1}}]' } do
        assert.is_nil((json.decode(text)), text)
      end
    end)

    it("escapes what JSON cannot hold as it is, and reads the same back", function()
      local text = 'a"b\\c\n\t\0\31\127 für €'
      assert.equal([["a\"b\\c\n\t\u0000\u001f\u007f für €"]], json.encode(text))
      assert.equal(text, json.decode(json.encode(text)))
      assert.same({ ['k"'] = { true, false } }, json.plain(json.decode(json.encode { ['k"'] = { true, false } })))
    end)
  end)

  describe("filter", function()
    local entity = {
      id = "A1", status = "protected", n = 5, when = "2026-11-02T00:00:00.0000000Z",
      createdBy = { user = { id = "u" } }, error = json.null,
    }

    local function test(text)
      local compiled, problem = filter.compile(text)
      assert.is_nil(not compiled and problem or nil)
      return compiled(entity)
    end

    it("compares as OData does", function()
      for _, text in ipairs {
        "id eq 'a1'", "status ne 'offboarded'", "n gt 4 and n le 5", "not (n eq 4)", "n eq 4 or n eq 5",
        "when lt 2026-11-02T00:00:01Z", "when eq 2026-11-02T00:00:00Z", "createdBy/user/id eq 'u'", "error eq null",
        "startswith(status,'prot')", "contains(status, 'tect')", "endswith(status,'ted')", "missing eq null",
        "(n eq 4 or n eq 5) and (id eq 'A1')",
      } do
        assert.is_true(test(text), text)
      end
      assert.is_false(test("n eq 4 or n eq 5 and id eq 'x'"))
      assert.is_false(test("when gt 2026-11-03T00:00:00Z"))
      assert.is_false(test("missing lt 5"))
    end)

    it("understands a quote inside a string", function()
      assert.is_true(filter.compile("name eq 'O''Hara'") { name = "O'Hara" })
    end)

    it("refuses what is not an expression", function()
      for _, text in ipairs {
        "", "id", "id eq", "id eq 'a", "eq 'a' id", "id like 'a'", "(id eq 'a'", "id eq 'a')", "id eq 'a' and",
        "contains(id)", "id eq 'a' 'b'", ("("):rep(1000), "id ~ 'a'",
      } do
        local compiled, problem = filter.compile(text)
        assert.is_nil(compiled, text)
        assert.is_string(problem)
      end
    end)

    it("names the properties that it uses", function()
      local _, properties = filter.compile("protectionDateTime lt 2026-11-02T00:00:00Z")
      assert.same({ protectionDateTime = true }, properties)
    end)
  end)

  it("a heap gives its numbers in order", function()
    local numbers, sorted = heap.new(), {}
    for i = 1, 200 do
      sorted[i] = i * 7919 % 211
      numbers:push(sorted[i])
    end
    table.sort(sorted)
    for i = 1, 200 do assert.equal(sorted[i], numbers:pop()) end
    assert.is_nil(numbers:pop())
    for _, n in ipairs { 5, 1, 3 } do numbers:push(n) end
    numbers:drop_until(3)
    assert.equal(1, #numbers)
  end)

  it("a clock is a function of the monotonic one", function()
    local shown = clock.new(1000, 50, 60)
    assert.equal(1000, shown:at(50))
    assert.equal(1120, shown:at(52))
    shown:advance(10)
    assert.equal(1130, shown:at(52))
  end)

  it("durations follow Microsoft's figures", function()
    assert.same({ 0.5, 3, 4, 10, 20 }, {
      schedule.duration(1) / 3600, schedule.duration(50) / 3600, schedule.duration(250) / 3600,
      schedule.duration(1000) / 3600, schedule.duration(2000) / 3600,
    })
  end)

  it("JSON keeps empty lists, nulls and the difference between [] and {}", function()
    assert.equal('{"value":[]}', json.encode { value = json.array() })
    assert.equal("array", json.type(json.decode("[]")))
    assert.equal("object", json.type(json.decode("{}")))
    assert.equal("null", json.type(json.decode("null")))
    assert.same({ a = { 1 } }, json.plain(json.decode('{"a":[1],"b":null}')))
    for _, text in ipairs { "", "{", "{} x", '{"a":}', ("["):rep(300000) } do
      local value, problem = json.decode(text)
      assert.is_nil(value)
      assert.is_string(problem)
    end
  end)

  it("dialects have defaults and refuse what they do not know", function()
    assert.equal("draft", dialects.complete().create_status)
    assert.equal(400, dialects.complete({ limit_status = 400 }).limit_status)
    assert.has_error(function() dialects.complete { colour = 1 } end, "dialect: unknown switch 'colour'")
    assert.has_error(function() dialects.complete { limit_status = 500 } end,
      "dialect.limit_status: one of 413, 400 was expected, got 500")
  end)
end)
