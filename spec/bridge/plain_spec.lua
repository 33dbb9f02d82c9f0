--- What a terminal, a log or a page gets: texts of others come through every door, and steer nothing.
local m365 = require "m365restore"
local core = require "m365restore.core"
local system = require "m365restore.system"
local format = require "m365restore.text.format"

-- what must not come through: controls, the second set of controls, directions, line separators, broken bytes
local HOSTILE = {
  "\27]0;title\7", "\27[2J", "\r\nforged", "\0", "\127", "\u{9b}31m", "\u{85}", "\u{202e}gpj.exe", "\u{2066}x\u{2069}",
  "\u{200e}", "\u{200f}", "\u{61c}", "\u{2028}", "\u{2029}", "\xff", "\xc3", "\xe2\x80", "\xed\xa0\x80", "\xc0\xaf",
  "\xf4\x90\x80\x80", "\x9b31m",
}

local function is_bad(code)
  return code < 0x20 or code >= 0x7f and code <= 0x9f or code == 0x61c or code == 0x200e or code == 0x200f
    or code >= 0x2028 and code <= 0x202e or code >= 0x2066 and code <= 0x2069
end

local function check(text, lines)
  assert.truthy(utf8.len(text), "not UTF-8: " .. ("%q"):format(text))
  local breaks = 0
  for _, code in utf8.codes(text) do
    breaks = breaks + (code == 10 and 1 or 0)
    assert.is_false(code ~= 10 and is_bad(code), ("%q"):format(text))
  end
  assert.equal(lines or 0, breaks)
end

describe("what may be shown of a text:", function()
  it("keeps every character that steers nothing", function()
    for _, text in ipairs { "", "plain", "Zoë Ångström", "東京", "😀 ok", "\u{10ffff}", "a\u{301}", "\u{200b}\u{feff}" } do
      assert.equal(text, m365.plain(text))
    end
    assert.equal("a b?c? d?", m365.plain "a\tb\27c\u{202e}\u{2028}d\xff")
    assert.equal("12", m365.plain(12))
  end)

  it("lets nothing hostile through, whatever stands around it", function()
    local seed = tonumber(os.getenv "SEED") or math.random(1, 1 << 30)
    math.randomseed(seed)
    for _ = 1, 500 do
      local bytes = {}
      for i = 1, math.random(0, 40) do
        bytes[i] = math.random(3) == 1 and HOSTILE[math.random(#HOSTILE)] or string.char(math.random(0, 255))
      end
      local text = table.concat(bytes)
      local shown = m365.plain(text)
      assert.is_true(#shown <= #text, "seed " .. seed)
      assert.equal(shown, m365.plain(shown), "seed " .. seed)
      check(shown)
    end
  end)

  it("is cut between characters", function()
    for most = 0, 12 do
      local shown = m365.plain("aé東😀z", most)
      assert.truthy(utf8.len(shown))
      assert.is_true(#shown <= most)
    end
    assert.equal("aé", m365.plain("aé東", 5))
    assert.has_error(function() m365.plain("a", -1) end)
  end)
end)

describe("hostile texts", function()
  for _, hostile in ipairs(HOSTILE) do
    it(("steer nothing: %q"):format(hostile), function()
      check(tostring(m365.failure {
        code = "a" .. hostile, message = hostile, operation = hostile, remedy = hostile,
        request_id = hostile, details = { { code = hostile, message = hostile }, { message = hostile }, hostile },
      }))
      check(format.columns { { hostile, "b" }, { "c", hostile } }, 1)
      local out = {}
      local bar = m365.progress.bar {
        out = { write = function(_, ...) out[#out + 1] = table.concat { ... } end }, style = "plain",
      }
      bar { status = hostile, total = 2, completed = 1, error = { code = hostile } }
      check((table.concat(out):gsub("\n$", "")))
      local _, err = system.read_file("/no/such" .. hostile:gsub("%z", "") .. "/file", 10)
      check(tostring(err))
    end)
  end
end)

describe("an error", function()
  it("shows its details, a few of many, and then what to do", function()
    local details = {}
    for i = 1, 7 do
      details[i] = { code = "C" .. i, message = "m" .. i }
    end
    local err = m365.failure { code = "items_refused", message = "fact", remedy = "advice", details = details }
    assert.equal("items_refused: fact [C1, m1; C2, m2; C3, m3; C4, m4; C5, m5; and 2 more] - advice", tostring(err))
    err = m365.failure { code = "x", message = "fact", details = { { code = "only" } } }
    assert.equal("x: fact [only]", tostring(err))
    assert.equal("x: fact", tostring(m365.failure { code = "x", message = "fact", details = {} }))
    assert.equal("x: fact", tostring(m365.failure { code = "x", message = "fact", details = core.null }))
  end)
end)
