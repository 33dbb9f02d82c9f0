--- Texts of a service that are no texts: what can be read is read, and one of them never costs a list.
local core = require "m365restore.core"
local support = require "spec.graph.support"

local BAD = {
  ["the first half of a pair"] = { [["x\ud83d"]], "x\u{FFFD}" },
  ["the second half of a pair"] = { [["\uDE00x"]], "\u{FFFD}x" },
  ["halves in the wrong order"] = { [["\ude00\ud83d"]], "\u{FFFD}\u{FFFD}" },
  ["a half before a pair"] = { [["\ud83d\ud83d\ude00"]], "\u{FFFD}\u{1F600}" },
  ["a half before another escape"] = { [["\ud83d\n"]], "\u{FFFD}\n" },
  ["a pair"] = { [["\ud83d\ude00"]], "\u{1F600}" },
  ["a backslash that is no escape of a half"] = { [["\\ud83d"]], [[\ud83d]] },
  ["Latin-1"] = { '"caf\xe9"', "caf\u{FFFD}" },
  ["half a character"] = { '"\xe2\x82"', "\u{FFFD}\u{FFFD}" },
  ["an overlong form"] = { '"\xc0\xaf"', "\u{FFFD}\u{FFFD}" },
  ["a half in UTF-8"] = { '"\xed\xa0\xbd"', "\u{FFFD}\u{FFFD}\u{FFFD}" },
  ["NUL as it is"] = { '"a\0b"', "a\u{FFFD}b" },
  ["NUL as an escape"] = { [["a\u0000b"]], "a\0b" },
  ["controls as they are"] = { '"a\1\t\r\n\27b"', "a\1\t\r\n\27b" },
}

describe("a text with", function()
  local sim, client
  support.around(function(...) sim, client = ... end)

  for name, case in pairs(BAD) do
    it(name .. " costs neither its list nor its object", function()
      support.answer(sim, ('{"value":[{"id":"a"},{"id":"b","name":%s},{"id":"c"}]}'):format(case[1]))
      local found = {}
      for unit in client:protection_units() do found[#found + 1] = unit.id .. ":" .. tostring(unit.name) end
      assert.same({ "a:nil", "b:" .. case[2], "c:nil" }, found)
      support.answer(sim, ('{"id":"new","name":%s}'):format(case[1]), { status = 201 })
      local session = assert(client.sharePoint:create_session())
      assert.same({ "new", case[2] }, { session.id, session.name })
    end)
  end

  it("a byte order mark before it is read", function()
    support.answer(sim, "\u{FEFF}" .. [[{"id":"a","name":"\ud83d"}]])
    assert.equal("\u{FFFD}", assert(client:session "a").name)
  end)

  it("another encoding is refused by its name", function()
    support.answer(sim, "\xfe\xff\0{\0}", { times = 5 }) -- every try of the read
    local none, err = client:session "a"
    assert.is_nil(none)
    assert.same({ "bad_json", "the text is UTF-16, and JSON is UTF-8" }, { err.code, err.message })
    support.answer(sim, "{\0}\0", { times = 5 })
    none, err = client:session "a"
    assert.is_nil(none)
    assert.matches("UTF%-16", err.message)
  end)
end)

describe("numbers and texts", function()
  local seed = os.time()

  --- A number as JSON writes it, in every form that JSON has.
  local function number()
    local whole = math.random(3) == 1 and "0" or tostring(math.random(1, 10 ^ math.random(1, 12)))
    local part = math.random(4) > 1 and "." .. ("0"):rep(math.random(0, 3)) .. math.random(0, 10 ^ math.random(1, 12))
    local power = math.random(3) == 1 and ({ "e", "E" })[math.random(2)] .. ({ "", "+", "-" })[math.random(3)]
      .. math.random(0, 30)
    return (math.random(2) == 1 and "-" or "") .. whole .. (part or "") .. (power or "")
  end

  it("are read exactly: seed " .. seed, function()
    math.randomseed(seed)
    for _ = 1, 2000 do
      local list, texts = {}, {}
      for i = 1, math.random(4) do
        texts[i] = number()
        list[i] = tonumber(texts[i])
      end
      local text = "[" .. table.concat(texts, ",") .. ',"' .. texts[1] .. '"]'
      local read = assert(core.decode(text), text)
      assert.equal(texts[1], read[#read])
      for i, n in ipairs(list) do assert.is_true(read[i] == n, text) end
    end
  end)

  it("stay bad where they are bad", function()
    for _, text in ipairs { "00.5", ".5", "1.5.5", "1.5e", "1,5", "1.5x", "[1.5" } do
      assert.is_nil((core.decode(text)), text)
    end
  end)

  it("of any bytes are UTF-8 when they were read: seed " .. seed, function()
    math.randomseed(seed)
    local parts = { "\\ud83d", "\\ude00", "\\u0041", "\\\\", '\\"', "\0", "\xff", "\xc3", "\xa9", "\xf0\x9f", "a", "\1",
      "1.5", "\u{20AC}" }
    for _ = 1, 2000 do
      local text = {}
      for i = 1, math.random(0, 12) do text[i] = parts[math.random(#parts)] end
      text = '{"a":["' .. table.concat(text) .. '",1.25]}'
      local read, err = core.decode(text)
      assert.is_table(read, ("%q: %s"):format(text, err))
      assert.truthy(utf8.len(read.a[1]), ("%q"):format(text))
      assert.equal(1.25, read.a[2])
    end
  end)
end)
