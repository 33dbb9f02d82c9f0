local csv = require "m365restore.text.csv"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local scratch = require "spec.support.scratch"

describe("CSV", function()
  it("is read in any order of columns, with a BOM, quotes and either line break", function()
    local text = '\u{feff}note, email ,"site ""Url"""\r\n"a, b\r\nc",x@y.z,"q""q"\n\n,second@y.z,\n'
    local records, columns = csv.parse(text)
    assert.same({ "note", "email", 'site "Url"' }, columns)
    assert.same({ { note = "a, b\r\nc", email = "x@y.z", ['site "Url"'] = 'q"q' }, { email = "second@y.z" } }, records)
  end)

  it("may be separated by semicolons, tabs or bars, and end without a line break", function()
    for _, separator in ipairs { ",", ";", "\t", "|" } do
      local text = 'a;"x,y;z\t|"\n1;"2,5"'
      assert.same({ { a = "1", ["x,y;z\t|"] = "2,5" } }, (csv.parse((text:gsub("^a;", "a" .. separator)
        :gsub("1;", "1" .. separator)))))
    end
    assert.same({ { a = "1" } }, (csv.parse "a\r1"))
  end)

  it("is separated as a line says that is meant for Excel", function()
    assert.same({ { ["a,b"] = "1", c = "2" } }, (csv.parse "sep=;\r\na,b;c\r\n1;2\r\n"))
    assert.same({ { a = "1", b = "2" } }, (csv.parse '"sep=^"\na^b\n1^2'))
    assert.same({ { a = "1", b = "2" } }, (csv.parse "sep=\t\na\tb\n1\t2"))
  end)

  it("may have lines above its header that name a type or a version, or are empty", function()
    for _, above in ipairs {
      "#TYPE System.Management.Automation.PSCustomObject\r\n", '"#TYPE Selected.Some,Type"\r\n', "#TYPE X,,,\r\n",
      "\r\n\r\n", "version:v1.0,,\r\n", 'ListSchema={"a":"b"}\r\n', ",,\r\n", "sep=,\r\n#TYPE X\r\n",
    } do
      assert.same({ { a = "1", b = "2" } }, (csv.parse(above .. "a,b\r\n1,2\r\n")), above)
    end
  end)

  it("of one column holds a whole line in each cell", function()
    local id = "contoso.sharepoint.com,4fb2a1f5-3bc8-1a2e-a88d-ccfee61de42f,3efb6073-9260-5cc9-9148-3d9cb4e799e2"
    assert.same({ { siteId = id }, { siteId = "a,b" } }, (csv.parse("siteId\n" .. id .. '\n"a,b"\n')))
  end)

  it("may be UTF-16 in either order, with a mark or without", function()
    local text = "Übersicht,b\r\n\u{1F4C1},2\r\n"
    for _, format in ipairs { "<I2", ">I2" } do
      local units = {}
      for _, code in utf8.codes(text) do
        if code > 0xFFFF then
          units[#units + 1] = string.pack(format, 0xD800 + (code - 0x10000 >> 10))
          code = 0xDC00 + (code - 0x10000 & 0x3FF)
        end
        units[#units + 1] = string.pack(format, code)
      end
      local bytes = table.concat(units)
      for _, mark in ipairs { "", string.pack(format, 0xFEFF) } do
        assert.same({ { ["Übersicht"] = "\u{1F4C1}", b = "2" } }, (csv.parse(mark .. bytes)))
      end
    end
  end)

  it("may be in a code page that is named; a mark counts for more", function()
    local western = { encoding = "windows-1252" }
    assert.same({ { name = "Müller – 5 €" } }, (csv.parse("name\nM\xFCller \x96 5 \x80", western)))
    assert.same({ { name = "Müller" } }, (csv.parse("name\nM\x81ller", { encoding = "cp850" })))
    assert.same({ { name = "Łódź" } }, (csv.parse("name\n\xA3\xF3d\x9F", { encoding = "CP1250" })))
    assert.same({ { name = "ü" } }, (csv.parse("\u{feff}name\nü", western)))
  end)

  it("says what is wrong with it, and where", function()
    for text, problem in pairs {
      ['a\n"x'] = "^line 2, column 1: the quoted cell that begins here does not end$",
      ['ä,b\r\nü,"x" y'] = "^line 2, column 7: text after a closing quote$",
      [""] = "^the file is empty: a line that names the columns", ["\n\r\n"] = "^the file is empty",
      ["a;b\n1;2\n\n1;2;3\n"] = "^line 4, column 5: this line has more cells than the header, which has 2$",
      ["a,b,a\n1,2,3"] = "^line 1, column 5: two columns are named 'a'$",
      ["a\nüü\xFC\n"] = "^line 2, column 3: the byte 0xFC is not UTF%-8: save it as .* name its encoding",
      ["a\r\rx\r\xE2\x82"] = "^line 4, column 1: the byte 0xE2 is not UTF%-8",
      ["\xff\xfea\0\n\0b\0\0\xD8x\0"] = "^line 2, column 2: half a character of UTF%-16",
      ["\xff\xfea\0\n\0b"] = "^line 2, column 1: the file ends in the middle of a character of UTF%-16",
      ["\xff\xfe\0\0a\0\0\0"] = "^line 1, column 1: UTF%-32 is not read",
      ["PK\3\4abc"] = "^this is an Excel workbook %(.xlsx%), and no CSV: save it as",
    } do
      local records, message = csv.parse(text)
      assert.is_nil(records)
      assert.matches(problem, message)
    end
    assert.matches("line 1, column 2: windows%-1252 has no character for the byte 0x81",
      select(2, csv.parse("a\x81", { encoding = "windows-1252" })))
    local none, err = m365.csv.read "/nowhere/sites.csv"
    assert.same({ nil, "not_found" }, { none, err.code })
    assert.matches("^csv.read: .*/nowhere/sites.csv: No such file", err.message)
    local folder = scratch.folder()
    finally(function() scratch.remove(folder) end)
    scratch.write(folder .. "/odd.csv", "a,b\n1,2,3\n")
    none, err = m365.csv.read(folder .. "/odd.csv")
    assert.same({ nil, "bad_list" }, { none, err.code })
    assert.matches("odd.csv: line 2, column 5: this line has more cells", err.message)
    assert.matches("^csv.read: unknown option 'encodings'; did you mean 'encoding'",
      raised(m365.csv.read, "x", { encodings = "utf-8" }))
  end)

  it("raises on what is misused, and names it", function()
    assert.equal("csv.parse: text: a string was expected, got nil", raised(m365.csv.parse))
    assert.equal("csv.read: path: a string was expected, got table", raised(m365.csv.read, {}))
    assert.equal("csv.format: columns: a table was expected, got string", raised(m365.csv.format, "a", {}))
    assert.equal("csv.save: records: a table was expected, got nil", raised(m365.csv.save, "x", {}))
  end)

  it("tells the place of a cell", function()
    local _, _, place = csv.parse 'sep=;\r\na;"b\r\nc";d\r\n"1\n2";ü;3\r\n;;x\r\n'
    assert.equal("line 2, column 1", place(0))
    assert.equal("line 2, column 3", place(0, "b\r\nc"))
    assert.equal("line 4, column 1", place(1, "a"))
    assert.equal("line 5, column 6", place(1, "d"))
    assert.equal("line 6, column 3", place(2, "d"))
  end)

  it("writes nothing that a spreadsheet runs, with any separator, and takes its guard away again", function()
    local cells = {
      "=1+1", "+cmd", "-2", "@sum", "\tx", "\r=x", "\n@x", " =x", "'=x", "' -x", "＝1", "＋x", "－x", "＠x",
      "a;=1", 'a,"@x', "a\t+1", "a|-1", "a\n=1", "a;'=1", "a;＝1", "plain", 'a"b', "a,b", "a\nb", "it's", "a, -b",
    }
    local records = {}
    for i, cell in ipairs(cells) do records[i] = { x = cell } end
    local text = csv.format({ "x" }, records)
    for separator in ("\n,;\t|"):gmatch "." do
      for cell in text:gsub("\r\n", "\n"):gmatch("[^\n" .. separator .. "]+") do
        assert.is_nil(cell:match '^"*[=+@-].' or cell:match '^"*\xEF\xBC[\x9D\x8B\x8D\xA0]', cell)
      end
    end
    assert.matches("^x\r\n'=1%+1\r\n'%+cmd\r\n'%-2\r\n'@sum\r\n", text)
    local back = csv.parse(text)
    for i, cell in ipairs(cells) do
      assert.equal(cell, back[i].x)
    end
  end)

  it("writes numbers as they are, whole ones without a point, in any locale", function()
    local records = { { a = -5, b = 3.0 }, { a = 0.5, b = 2.0 ^ 40 }, { a = true, b = 1e16 }, { b = math.huge } }
    local expected = "a,b\r\n-5,3\r\n0.5,1099511627776\r\ntrue,10000000000000000\r\n,inf\r\n"
    assert.equal(expected, csv.format({ "a", "b" }, records))
    local before = os.setlocale()
    if os.setlocale "de_DE.UTF-8" then
      local text = csv.format({ "a", "b" }, records)
      os.setlocale(before)
      assert.equal(expected, text)
    end
  end)

  it("is written for Excel: with the mark of UTF-8, and the separator that it wants", function()
    local folder = scratch.folder()
    assert(csv.save(folder .. "/x.csv", { "a", "b" }, { { a = "ü", b = "1;2" } }, { separator = ";" }))
    assert.equal('\u{feff}a;b\r\nü;"1;2"\r\n', scratch.read(folder .. "/x.csv"))
    assert.same({ { a = "ü", b = "1;2" } }, (csv.read(folder .. "/x.csv")))
    assert.matches("^csv.save.separator: a comma, .* got :", raised(csv.save, "x", {}, {}, { separator = ":" }))
    scratch.remove(folder)
  end)

  it("is written as UTF-8, also from other bytes", function()
    assert.equal("a\r\nM\u{FFFD}ller\r\n", csv.format({ "a" }, { { a = "M\xFCller" } }))
  end)

  it("comes back as it was written", function()
    local folder = scratch.folder()
    local records = { { a = "x\r\ny", b = 'q"q' }, { b = "ü" } }
    assert(csv.save(folder .. "/x.csv", { "a", "b" }, records))
    assert.same(records, (csv.read(folder .. "/x.csv")))
    local ok, err = csv.save(folder .. "/none/x.csv", { "a" }, records)
    assert.is_nil(ok)
    assert.equal("not_found", err.code)
    scratch.remove(folder)
  end)

  it("is read, or refused with a place, for all bytes", function()
    local seed = tonumber(os.getenv "SEED") or os.time()
    math.randomseed(seed)
    local pieces = {
      "=", "'", '"', ",", ";", "\t", "|", "\n", "\r", " ", "a", "ü", "\xFC", "\0", "\xFF\xFE", "sep=", "#TYPE ", "URL",
      "\u{A0}", "\u{feff}", "\xD8",
    }
    for _ = 1, 3000 do
      local list = {}
      for i = 1, math.random(0, 14) do list[i] = pieces[math.random(#pieces)] end
      local text = table.concat(list)
      local records, columns, place = csv.parse(text, { encoding = math.random(3) == 1 and "cp1252" or nil })
      if records then
        for n, record in ipairs(records) do
          for column in pairs(record) do
            assert.matches("^line %d+, column %d+$", place(n, column), ("SEED=%d %q"):format(seed, text))
          end
        end
      else
        assert.truthy(columns:find "^line %d+, column %d+: " or columns:find "^the file is empty", columns)
      end
    end
  end)

  it("comes back as it was written, for all cells", function()
    local seed = tonumber(os.getenv "SEED") or os.time()
    math.randomseed(seed)
    local alphabet = { "=", "+", "-", "@", "'", '"', ",", ";", "\t", "|", "\n", "\r", " ", "a", "ü", "＝", "＠", "7" }
    for _ = 1, 400 do
      local columns, records = { "first" }, {}
      for i = 1, math.random(0, 3) do columns[i + 1] = "c" .. i end
      for n = 1, math.random(1, 4) do
        records[n] = { first = "x" .. n } -- a line without any text is left out
        for i = 2, #columns do
          local cell = {}
          for k = 1, math.random(0, 6) do cell[k] = alphabet[math.random(#alphabet)] end
          -- blanks at the ends are no part of a cell, unless the guard stands before them
          local text = table.concat(cell):match "^%s*(.-)%s*$"
          records[n][columns[i]] = text ~= "" and text or nil
        end
      end
      local separator = ({ ",", ";", "\t", "|" })[math.random(4)]
      local text = csv.format(columns, records, { separator = separator })
      assert.same(records, (csv.parse(text)), "SEED=" .. seed .. "\n" .. text)
    end
  end)
end)
