--- The journal of a run: what was planned, meant and done, one JSON line each,
-- on the disk before the next step is taken.
--
-- Every line is `{"hash":"...","record":{...}}`; its hash covers the hash of
-- the line before it and the record's text, so that an edit anywhere shows at
-- the next line, and an edit of the last one against a head that is kept
-- elsewhere. Nothing secret is ever written. Never yields.
-- @module m365restore.run.journal
local core = require "m365restore.core"
local crypto = require "m365restore.crypto"
local fail = require "m365restore.fail"
local repair = require "m365restore.text.repair"
local system = require "m365restore.system"

local journal = {}

--- the format of the records
journal.VERSION = 1

-- what the first line follows
local GENESIS = ("0"):rep(64)

local LARGEST = 1 << 31

local function chain(head, text)
  return crypto.hex(crypto.sha256(head .. text))
end

local function damaged(path, line, problem)
  return fail("journal", { code = "journal_damaged", path = path, line = line }, "%s: line %d: %s", path, line, problem)
end

--- The record of a line; nil and what is wrong with it.
local function read_line(line, head)
  local hash, text = line:match '^{"hash":"(%x+)","record":(.*)}$'
  if not hash then
    return nil, "this is no journal line"
  elseif chain(head, text) ~= hash then
    return nil, "the line, or one before it, was changed after it was written"
  end
  local record, problem = core.decode(text)
  if type(record) ~= "table" then
    return nil, problem or "this is no journal line"
  end
  return record, hash
end

--- Walks a text. A last line that was cut short was never acted upon: it is not counted.
-- @return the length of the good part, the head, the number of records; or nil, err
local function walk(path, text, visit)
  local at, head, n = 1, GENESIS, 0
  while at <= #text do
    local last = text:find("\n", at, true)
    local record, hash = read_line(text:sub(at, (last or #text + 1) - 1), head)
    if not record then
      if not last then
        break
      end
      return damaged(path, n + 1, hash)
    end
    head, n = hash, n + 1
    visit(record, n, head)
    if not last then
      return at - 1, head, n, text:sub(at)
    end
    at = last + 1
  end
  return at - 1, head, n
end

local Journal = { __name = "m365restore.journal" }
Journal.__index = Journal

--- Opens a journal for one run, and holds it alone until it is closed.
-- @tparam string path
-- @treturn ?Journal with its `records`; or nil, err: `locked`, `journal_damaged`, or what the disk says
function journal.open(path)
  local was_there = io.open(path, "rb")
  if was_there then
    was_there:close()
  end
  local file, err = system.open_journal(path)
  if not file then
    return nil, err
  end
  local self = setmetatable({ file = file, path = path, records = {}, is_new = was_there == nil }, Journal)
  local ok, problem = self:load()
  if not ok then
    file:close()
    return nil, problem
  end
  return self
end

--- Reads what is there, and mends an end that a crash cut short.
function Journal:load()
  local text, err = self.file:read()
  if not text then
    return nil, err
  end
  local good, head, n, whole = walk(self.path, text, function(record)
    self.records[#self.records + 1] = record
  end)
  if not good then
    return nil, head
  end
  self.head, self.count = head, n
  if good < #text then
    local ok, problem = self.file:truncate(good)
    if ok and whole then -- only its line break was missing
      ok, problem = self.file:append(whole)
    end
    return ok, problem
  end
  return true
end

--- Adds a record; it is on the disk when this returns.
-- @tparam table record with `kind`
-- @treturn ?boolean true; or nil, err, and then nothing of it was written
function Journal:write(record)
  local json = repair.encode(record)
  local head = chain(self.head, json)
  local ok, err = self.file:append('{"hash":"' .. head .. '","record":' .. json .. "}")
  if not ok then
    return nil, err
  end
  self.head, self.count = head, self.count + 1
  return true
end

--- Takes the file away again that was made for this journal, if nothing was ever written. Another program that has
-- opened it meanwhile cannot write to it: its write fails with `gone`.
function Journal:discard()
  if self.is_new and self.count == 0 then
    os.remove(self.path)
  end
end

--- Releases the journal. Safe to repeat.
function Journal:close()
  self.file:close()
end

Journal.__close = Journal.close

local function parse(path, visit)
  local text, err = system.read_file(path, LARGEST)
  if not text then
    return nil, err
  end
  local good, head, n = walk(path, text, visit)
  if not good then
    return nil, head
  end
  return { records = n, head = head, complete = good == #text }
end

--- The records of a journal, which may be in use.
-- @tparam string path
-- @treturn ?table a list; or nil, err
-- @treturn string the head
function journal.read(path)
  local records = {}
  local known, err = parse(path, function(record) records[#records + 1] = record end)
  if not known then
    return nil, err
  end
  return records, known.head
end

--- Has nobody touched a journal?
-- @tparam string path
-- @tparam[opt] string head as `run.head` told it, kept elsewhere: with it an edit of the last lines shows too
-- @treturn ?table `records` (how many), `head`, `complete` (false: the last line was cut short); or nil, err with
-- `err.code` `journal_damaged` and `err.line`
function journal.verify(path, head)
  if head ~= nil and type(head) ~= "string" then
    error("journal.verify: head: a string was expected, got " .. type(head), 2)
  end
  local seen = head == nil
  local result, err = parse(path, function(_, _, at) seen = seen or at == head end)
  if not result then
    return nil, err
  elseif not seen then
    return damaged(path, result.records, "the head that was kept is not in this journal")
  end
  return result
end

return journal
