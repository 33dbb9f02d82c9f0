--- Case folding: the committed table against Unicode's, and texts of every kind of script.
local fold = require "m365restore.text.fold"

local UNICODE = "/usr/share/unicode/CaseFolding.txt"

describe("a folded text", function()
  it("does not tell capitals from small letters, in any script", function()
    for text, folded in pairs {
      ["HTTPS://Contoso/Sites/ABCXYZ019[]@`{"] = "https://contoso/sites/abcxyz019[]@`{",
      ["Büro BÜRO"] = "büro büro", ["ΟΔΟΣ οδος οδοσ"] = "οδοσ οδοσ οδοσ", ["ПОБЕДА"] = "победа",
      ["ԱՐԵՎ"] = "արեվ", ["ẞ"] = "ß", ["Ⱥ"] = "ⱥ", ["\u{212A}"] = "k", ["\u{10400}"] = "\u{10428}",
      ["日本語"] = "日本語", [""] = "",
    } do
      assert.equal(folded, fold.text(text))
    end
  end)

  it("is folded already", function()
    for code = 0, 0x1FFFF do
      if code < 0xD800 or code > 0xDFFF then
        local folded = fold.text(utf8.char(code))
        if folded ~= fold.text(folded) then
          error(("U+%04X"):format(code))
        end
      end
    end
  end)

  it("keeps bytes that are no UTF-8", function()
    for text, folded in pairs {
      ["B\xFCRO"] = "b\xFCro", ["\xC3\x84\x80\xFF\xC3"] = "\xC3\xA4\x80\xFF\xC3", ["\xE1\xBA"] = "\xE1\xBA",
      ["\xF0\x90\x90"] = "\xF0\x90\x90", ["A\0B"] = "a\0b", ["\xED\xA0\x80"] = "\xED\xA0\x80",
    } do
      assert.equal(folded, fold.text(text))
    end
  end)

  it("does not depend on the host's locale", function()
    local before = os.setlocale()
    for _, locale in ipairs { "tr_TR.UTF-8", "de_DE.ISO-8859-1", "C.UTF-8" } do
      if os.setlocale(locale) then
        assert.equal("title \xC4 ä", fold.text "TITLE \xC4 Ä")
      end
    end
    os.setlocale(before)
  end)

  it("is what Unicode's table says, character by character", function()
    local file = io.open(UNICODE)
    if not file then
      return pending("the package unicode-data is not installed")
    end
    local count = 0
    for line in file:lines() do
      local from, status, to = line:match "^(%x+); (%u); (%x+);"
      if status == "C" or status == "S" then
        local text, folded = utf8.char(tonumber(from, 16)), utf8.char(tonumber(to, 16))
        assert.equal(folded, fold.text(text), from)
        count = count + 1
      end
    end
    file:close()
    assert.is_true(count > 1400)
    local held = 0
    for _, range in ipairs(require "m365restore.text.tables.case_folding") do
      held = held + (range[2] - range[1]) // range[4] + 1
    end
    assert.equal(count, held)
  end)
end)
