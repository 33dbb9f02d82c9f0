--- Cleans up drafts that were left behind: those that our journals name, and
-- no others, whatever they hold.
-- @module m365restore.restore.janitor
local clock = require "m365restore.clock"
local history = require "m365restore.restore.history"
local journal = require "m365restore.restore.journal"
local options = require "m365restore.options"
local plans = require "m365restore.restore.plan"
local state = require "m365restore.restore.state"
local time = require "m365restore.time"

-- a delete that was not complete is repeated this often, after a pause in seconds of the clock
local TRIES, PAUSE = 5, 15

--- Deletes a draft.
-- @treturn string what became of it; nil, err
local function delete(session, ticking)
  local last
  for _ = 1, TRIES do
    local ok, err = session:delete()
    last = err
    if ok then
      return "deleted"
    elseif tostring(err.code):lower() == "restoresessionactionnotallowed" then
      return "kept"
    elseif err.class ~= "retry" and err.code ~= "ambiguous" then
      return nil, err
    end
    clock.sleep(ticking, PAUSE)
  end
  return nil, last
end

--- Looks at one session of a journal.
local function clean(client, id, older_than)
  local session, err = client:session(id)
  if not session then
    return err.status == 404 and "gone" or nil, err
  end
  local ticking = clock.of(client)
  local created = time.parse(session.createdDateTime) or 0
  if not history.is_draft(session) or ticking:now() - created < older_than then
    return "kept"
  end
  return delete(session, ticking)
end

--- Folds a journal, as far as its drafts go.
local function state_of(book)
  local records = book.records
  local plan = records[1] and records[1].kind == "plan" and plans.adopt(records[1].plan, book.path)
  local here = state.new(plan or { rows = {} })
  for _, record in ipairs(records) do
    here:apply(record)
  end
  return here
end

local function clean_journal(client, path, o, results)
  local book, err = journal.open(path)
  if not book then
    return nil, err
  end
  local _ <close> = book
  for _, session in ipairs(state_of(book):open_sessions()) do
    local outcome, problem = clean(client, session.id, o.older_than)
    if not outcome then
      return nil, problem
    end
    results[#results + 1] = { session = session.id, journal = path, outcome = outcome }
    if outcome == "deleted" then
      local ok, fault = book:write {
        kind = "dropped", id = session.id, time = time.format(clock.of(client):now()),
      }
      if not ok then
        return nil, fault
      end
    end
  end
  return true
end

--- Deletes the drafts that journals name and that no run has activated. A journal that is in use is not touched:
-- `locked`. A run whose drafts are gone can still be resumed; it makes new ones. May yield.
-- @function clean_drafts
-- @tparam client client
-- @tparam string|table journals a path, or a list of paths
-- @tparam[opt] table opts `older_than` (duration, default "1h")
-- @treturn ?table a list of { session, journal, outcome = "deleted"|"kept"|"gone" }; or nil, err
return function(client, journals, opts)
  local o = options.read("clean_drafts", opts, { older_than = "duration" })
  o.older_than = o.older_than or 3600
  local results = {}
  for _, path in ipairs(type(journals) == "string" and { journals } or journals) do
    local ok, err = clean_journal(client, path, o, results)
    if not ok then
      return nil, err
    end
  end
  return results
end
