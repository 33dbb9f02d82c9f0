local journal = require "m365restore.run.journal"
local scratch = require "spec.support.scratch"

describe("a journal", function()
  local folder, path

  before_each(function()
    folder = scratch.folder()
    path = folder .. "/run.jsonl"
  end)

  after_each(function() scratch.remove(folder) end)

  local function fill(count)
    local book <close> = assert(journal.open(path))
    for i = 1, count do assert(book:write { kind = "step", n = i }) end
    return book.head
  end

  local function edit(change)
    scratch.write(path, change(scratch.read(path)))
  end

  it("gives back what was written, and goes on", function()
    local head = fill(2)
    local book = assert(journal.open(path))
    assert.same({ { kind = "step", n = 1 }, { kind = "step", n = 2 } }, book.records)
    assert.equal(head, book.head)
    assert(book:write { kind = "more", list = { 1, 2 } })
    book:close()
    book:close()
    assert.equal(3, #assert(journal.read(path)))
    assert.same({ records = 3, head = book.head, complete = true }, journal.verify(path, head))
  end)

  it("is one run's alone", function()
    local book <close> = assert(journal.open(path))
    local second, err = journal.open(path)
    assert.is_nil(second)
    assert.equal("locked", err.code)
    assert.equal(path, book.path)
  end)

  it("loses only a line that a crash cut short", function()
    fill(3)
    local whole = scratch.read(path)
    for cut = 1, #whole do
      scratch.write(path, whole:sub(1, cut))
      local kept = select(2, whole:sub(1, cut + 1):gsub("\n", "\n")) -- a line without its break is whole
      local book = assert(journal.open(path), cut)
      assert.equal(kept, #book.records)
      assert(book:write { kind = "after" })
      book:close()
      assert.equal(kept + 1, assert(journal.verify(path)).records)
    end
  end)

  it("shows an edited line", function()
    local head = fill(3)
    local original = scratch.read(path)
    edit(function(text) return (text:gsub('"n":2', '"n":5')) end)
    for _, try in ipairs { journal.verify, journal.open, journal.read } do
      local ok, err = try(path)
      assert.is_nil(ok)
      assert.same({ "journal_damaged", 2 }, { err.code, err.line })
      assert.matches("line 2", tostring(err))
    end
    scratch.write(path, original)
    assert.equal(head, assert(journal.verify(path, head)).head)
    edit(function() return "rubbish\n" end)
    assert.equal(1, select(2, journal.open(path)).line)
  end)

  it("shows a rewritten end against a head that was kept", function()
    local head = fill(3)
    os.remove(path)
    fill(2)
    assert.is_truthy(journal.verify(path))
    local ok, err = journal.verify(path, head)
    assert.is_nil(ok)
    assert.equal("journal_damaged", err.code)
  end)

  it("holds nothing of a write that failed", function()
    local book <close> = assert(journal.open(path))
    assert(book:write { kind = "step" })
    local head, size = book.head, #scratch.read(path)
    os.remove(path)
    local ok, err = book:write { kind = "lost" }
    assert.is_nil(ok)
    assert.equal("gone", err.code)
    assert.equal(head, book.head)
    assert.is_true(size > 0)
  end)
end)
