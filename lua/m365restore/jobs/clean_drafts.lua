--- Cleans up drafts that were left behind: those that our journals name, and
-- no others, whatever they hold.
-- @module m365restore.jobs.clean_drafts
local clock = require "m365restore.clock"
local fail = require "m365restore.fail"
local history = require "m365restore.sessions.history"
local journal = require "m365restore.run.journal"
local options = require "m365restore.options"
local state = require "m365restore.run.state"
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
local function clean(client, id, older_than, now)
  local session, err = client:session(id)
  if not session then
    return err.status == 404 and "gone" or nil, err
  end
  local created = time.parse(session.createdDateTime) or 0
  if not history.is_draft(session) or now - created < older_than then
    return "kept"
  end
  return delete(session, clock.of(client))
end

--- Folds a journal, as far as its drafts go.
-- @treturn State
-- @treturn ?error about the records that cannot be understood
local function state_of(book)
  local here = state.new(nil)
  local bad = here:replay(book.records)
  return here, bad and select(2, state.not_understood(book.path, bad))
end

--- Cleans what one journal names, and adds to the results what became of each draft.
-- @treturn ?error why the journal could not be opened
local function clean_journal(client, path, o, results)
  local book, err = journal.open(path)
  if not book then
    return err
  end
  local _ <close> = book
  if book.is_new then
    book:discard()
    return select(2, fail("clean_drafts", "not_found", "there is no journal at %s", path))
  end
  local here, fault = state_of(book)
  local open = here:open_sessions()
  local now = #open > 0 and history.now(client) -- the service's: a wrong clock here makes no draft old
  for _, session in ipairs(open) do
    local outcome, problem = clean(client, session.id, o.older_than, now)
    if outcome == "deleted" then
      local written, unwritten = book:write {
        kind = "dropped", id = session.id, time = time.format(clock.of(client):now()),
      }
      problem = not written and unwritten or nil
    end
    results[#results + 1] = { session = session.id, journal = path, outcome = outcome or "failed", error = problem }
  end
  if fault then
    results[#results + 1] = { journal = path, outcome = "not_understood", error = fault }
  end
end

--- The first error among the results, except those of records that cannot be understood: the others are used, and the
-- list says so.
local function first_failure(results)
  for _, result in ipairs(results) do
    if result.error and result.outcome ~= "not_understood" then
      return result.error
    end
  end
end

--- The paths that were given, as a list.
local function paths_of(given)
  local paths = type(given) == "string" and { given } or given
  if type(paths) ~= "table" or #paths == 0 then
    options.misuse("clean_drafts: journals", "a path or a list of paths", type(paths) == "table" and "an empty list"
      or given)
  end
  for i, path in ipairs(paths) do
    if type(path) ~= "string" then
      options.misuse(("clean_drafts: journals[%d]"):format(i), "a path", path)
    end
  end
  return paths
end

--- Deletes the drafts that journals name and that no run has activated. A journal that is in use is not touched. A run
-- whose drafts are gone can still be resumed; it makes new ones. What fails for one journal or draft does not keep the
-- others from being cleaned. May yield.
-- @function clean_drafts
-- @tparam client client
-- @tparam string|table journals a path, or a list of paths
-- @tparam[opt] table opts `older_than` (duration, default "1h")
-- @treturn ?table a list of { session, journal, outcome = "deleted"|"kept"|"gone" }; a journal with records that cannot
-- be understood has one more, { journal, outcome = "not_understood", error }, behind the drafts that its other records
-- name. Where something failed: nil, and the first error, whose `results` are the whole list; what failed is in it
-- as { session, journal, outcome = "failed", error }, without a session where the journal cannot be opened
return function(client, journals, opts)
  local o = options.read("clean_drafts", opts, { older_than = "duration" })
  local paths = paths_of(journals)
  o.older_than = o.older_than or 3600
  local results = {}
  for _, path in ipairs(paths) do
    local err = clean_journal(client, path, o, results)
    if err then
      results[#results + 1] = { journal = path, outcome = "failed", error = err }
    end
  end
  local err = first_failure(results)
  if err then
    err.results = results
    return nil, err
  end
  return results
end
