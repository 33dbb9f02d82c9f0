local csv = require "m365restore.restore.csv"
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

  it("may be separated by semicolons, and end without a line break", function()
    assert.same({ { a = "1", b = "2,5" } }, (csv.parse "a;b\n1;2,5"))
    assert.same({ { a = "1" } }, (csv.parse "a\r1"))
  end)

  it("says what is wrong with it", function()
    for text, problem in pairs {
      ['a\n"x'] = "record 2: a quoted cell does not end", ['a\n"x"y'] = "record 2: text after a closing quote",
      [""] = "the text is empty", ["\xff\xfea\0"] = "UTF%-16",
    } do
      local records, message = csv.parse(text)
      assert.is_nil(records)
      assert.matches(problem, message)
    end
    assert.matches("/nowhere/sites.csv: No such file", raised(m365.csv.read, "/nowhere/sites.csv"))
  end)

  it("never writes what a spreadsheet would run", function()
    local cells = { "=1+1", "+cmd", "-2", "@sum", "\tx", "\r=x", "plain", 'a"b', "a,b", "a\nb", -5, true }
    local records, columns = {}, { "x" }
    for i, cell in ipairs(cells) do records[i] = { x = cell } end
    local text = csv.format(columns, records)
    local back = csv.parse(text)
    for i, cell in ipairs(cells) do
      local read = back[i].x
      assert.is_falsy(type(cell) == "string" and read:find "^[=+%-@\t\r]", read)
      if type(cell) ~= "string" or cell:find "^[%w]" then assert.equal(tostring(cell), read) end
    end
    assert.matches("^x\r\n'=1%+1\r\n", text)
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
end)
