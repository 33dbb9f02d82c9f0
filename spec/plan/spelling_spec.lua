--- Which texts name the same thing, and which do not, with random names. The seed of a failure is printed.
local spelling = require "m365restore.plan.spelling"
local uri = require "m365restore.text.uri"

local SEED = tonumber(os.getenv "SEED") or os.time()
local ROUNDS = 2000

local letters = {
  "a", "B", "z", "-", "_", "#", "?", "%", "&", "+", " ", ".", "'", "~", "ü", "Ä", "ß", "İ", "Σ", "я", "𐐀", "漢", "😀",
}

-- what no eye sees
local unseen = { "\u{200B}", "\u{FEFF}", "\u{AD}", "\u{200E}", "\u{2060}", "\u{202E}" }

local swap = { ["ü"] = "Ü", ["Ä"] = "ä", ["Σ"] = "σ", ["я"] = "Я", ["𐐀"] = "𐐨", a = "A", B = "b", z = "Z" }

local function pick(list) return list[math.random(#list)] end

--- A name of one to six letters, none of whose ends is a blank, and that is no step of dots.
local function random_name()
  local list = {}
  for i = 1, math.random(1, 6) do
    list[i] = pick(letters)
  end
  local text = table.concat(list)
  return (text:find "^%.*$" or text:find "^ " or text:find " $") and random_name() or list
end

--- The same name as a person may write it: other capitals, escapes, invisible characters.
local function respell(name)
  local parts = {}
  for i, letter in ipairs(name) do
    local text = math.random() < 0.3 and swap[letter] or letter
    if text:find "^[#?%%]$" or math.random() < 0.4 then
      text = uri.escape(text)
      if text:find "^%w$" then text = ("%%%02x"):format(text:byte()) end
    end
    parts[#parts + 1] = math.random() < 0.1 and pick(unseen) or nil
    parts[#parts + 1] = text
    parts[#parts + 1] = i < #name and math.random() < 0.1 and pick(unseen) or nil
  end
  return table.concat(parts)
end

local function random_address(name)
  return pick { "https://", "HTTPS://", "http://", "//", "" }
    .. pick { "contoso.sharepoint.com", "CONTOSO.SharePoint.com", "contoso.sharepoint.com." }
    .. pick { "/sites/", "//sites//", "/SITES/./", "/x/../sites/", "\\sites\\", "/%73ites/", "/sites/y/%2e./" }
    .. respell(name) .. pick { "", "/", "//", "?web=1", "/?a=/b/c" }
end

local function key_of_unit(name)
  local escaped = pick { true, false }
  local text = table.concat(name)
  return spelling.of_unit { id = "x", siteWebUrl = "https://contoso.sharepoint.com/sites/"
    .. (escaped and uri.escape(text) or text:gsub("%%", "%%25")) }[2]
end

describe("the spelling of a site's address", function()
  setup(function() math.randomseed(SEED) end)

  it("does not change which site it is", function()
    for _ = 1, ROUNDS do
      local name = random_name()
      local address = random_address(name)
      local clue, reason = spelling.read(address)
      assert.equal(key_of_unit(name), clue and clue.key, ("SEED=%d: %s for %s: %s"):format(SEED, address,
        table.concat(name), tostring(reason)))
    end
  end)

  it("never makes one site of two", function()
    local seen = {}
    for _ = 1, ROUNDS do
      local name = random_name()
      local text = table.concat(name)
      local key = key_of_unit(name)
      local folded = require "m365restore.text.fold".text(text)
      assert.is_true(seen[key] == nil or seen[key] == folded,
        ("SEED=%d: %s and %s"):format(SEED, text, tostring(seen[key])))
      seen[key] = folded
    end
  end)
end)

describe("the spelling of an id", function()
  local SITE, WEB = "4fb2a1f5-3bc8-1a2e-a88d-ccfee61de42f", "3efb6073-9260-5cc9-9148-3d9cb4e799e2"

  local function meets(text, unit)
    local clue = assert(spelling.read(text))
    for _, key in ipairs(spelling.of_unit(unit)) do
      if key == clue.key or key == clue.other then return true end
    end
    return false
  end

  it("of a site may be in three parts or in one, on either side", function()
    local whole = ("contoso.sharepoint.com,%s,%s"):format(SITE, WEB)
    for _, text in ipairs {
      whole, whole:upper(), SITE, "{" .. SITE .. "}", (SITE:gsub("%-", "")), (whole:gsub(",", ", ")),
    } do
      assert.is_true(meets(text, { id = "x", siteId = whole }), text)
      assert.is_true(meets(text, { id = "x", siteId = SITE }), text)
      assert.is_false(meets(text, { id = "x", siteId = WEB }), text)
    end
    assert.is_false(meets(("contoso.sharepoint.com,%s,%s"):format(SITE, SITE), { id = "x", siteId = whole }))
  end)

  it("of a unit may look like anything", function()
    assert.is_true(meets("anything-AT_all.42", { id = "anything-at_ALL.42" }))
    assert.is_false(meets("anything-AT_all.4", { id = "anything-at_ALL.42" }))
  end)
end)
