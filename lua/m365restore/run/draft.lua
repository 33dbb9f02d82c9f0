--- A draft, from its creation to its activation, so that whatever breaks on
-- the way no target is activated twice and none is lost.
--
-- Created empty, its id in the journal; filled; listed and compared; the
-- intent in the journal; activated. After an unclear answer the service is
-- read, and only what is missing is done again.
-- @module m365restore.run.draft
local artifacts = require "m365restore.sessions.artifacts"
local failures = require "m365restore.fail"
local history = require "m365restore.sessions.history"
local reconcile = require "m365restore.run.reconcile"
local state = require "m365restore.run.state"
local tables = require "m365restore.tables"

local draft = {}

-- how often a step is tried whose outcome stays unclear
local TRIES = 6

-- the pause in seconds of the clock after something unclear
local UNCLEAR = 10

-- what a create or an update says about one artifact of many: then they are sent in parts, to find the one
local about_one = {
  invalidrestorepoint = true, invalidartifactrequest = true, restoreartifactslimitbreached = true,
  invalidpatchrequest = true, artifactnotfound = true, http_400 = true, http_413 = true,
}

local function code_of(err)
  return tostring(err.code):lower()
end

--- The failure of a draft, of which something was sent.
local function fail(code, ...)
  return failures("apply", { code = code, class = "ask", sent = code ~= "ambiguous" or "unknown" }, ...)
end

local function halves(rows)
  local middle = #rows // 2
  return { table.unpack(rows, 1, middle) }, { table.unpack(rows, middle + 1) }
end

local function reject(run, session, rows, fault)
  local results = tables.map(rows, function(row)
    return {
      n = row.n, outcome = "rejected", code = fault.code and tostring(fault.code),
      message = fault.message and tostring(fault.message),
    }
  end)
  return run:note { kind = "rejected", id = session and session.id, rows = results }
end

-- {====== Create ======

local function note_session(run, session, batch)
  local ok, err = run:note {
    kind = "session", id = session.id, rows = state.numbers(batch.rows), wave = batch.wave,
    app = history.app_of(session),
  }
  return ok and session or nil, err
end

--- Creates without contents: nothing can start, and one whose id is lost harms nobody.
local function create_empty(run, batch)
  for _ = 1, TRIES do
    local session, err = run:persist(function() return run.service:create_session(nil, run:writing()) end)
    if session then
      return note_session(run, session, batch)
    elseif code_of(err) == "invalidartifactrequest" then
      run.needs_contents = true
      return nil
    elseif err.code ~= "ambiguous" or run:is_late() then
      return nil, err
    end
    run:pause(UNCLEAR)
  end
  return fail("ambiguous", "%d times nobody knew whether a session was created", TRIES)
end

--- Looks for one that was created with contents, and whose answer was lost. It may take a moment to show.
local function find_again(run, batch, since)
  for look = 1, 2 do
    if look > 1 then
      run:pause(UNCLEAR)
    end
    local found, err = run:find_lost(batch.rows, since)
    if found or err then
      return found, err
    end
  end
end

--- Sends a create. Where it starts the session at once, the service's queue may be full.
local function send_filled(run, body)
  local since
  while true do
    local session, err = run:persist(function() return run.service:create_session(body, run:writing()) end)
    if session or err.class ~= "queue" or run:is_late() or run.problem then
      return session, err
    end
    since = run:wait_in_queue(err, since)
  end
end

--- What is still to be begun after a create whose answer was lost, and which is not known to be ours: where it was
-- begun all the same, the service restores it.
local function keep_pending(run, batch)
  local ok, err = reconcile.others(run, batch.rows)
  batch.rows = tables.filter(ok and batch.rows, function(row) return run.state:is_pending(row) end)
  return ok, err
end

--- Creates with contents: this may start them at once, so the journal knows before, and with it the last moment that
-- the service showed until then.
local function create_filled(run, batch)
  for _ = 1, TRIES do
    local known, fault = run:look()
    if not known then
      return nil, fault
    end
    local since = run.newest
    local ok, err = run:note { kind = "creating", rows = state.numbers(batch.rows), at = since }
    if not ok then
      return nil, err
    end
    local body = artifacts.body(run.plan.service, batch.rows)
    local session, problem = send_filled(run, body)
    if not session and problem.code == "ambiguous" then
      session, err = find_again(run, batch, since)
      if err then
        return nil, err
      end
    elseif not session then
      return nil, problem
    end
    if session then
      return note_session(run, session, batch)
    end
    ok, err = keep_pending(run, batch)
    if not ok then
      return nil, err
    elseif #batch.rows == 0 then
      return nil
    elseif run:is_late() then
      return nil, problem
    end
  end
  return fail("ambiguous", "%d times nobody knew whether a session was created", TRIES)
end

--- A create that was refused for one of its artifacts: each part gets a session of its own.
local function divide(run, batch, err)
  if not about_one[code_of(err)] then
    return nil, err
  elseif #batch.rows == 1 then
    local ok, problem = reject(run, nil, batch.rows, err)
    return nil, problem, ok and {}
  end
  local first, second = halves(batch.rows)
  return nil, nil, { { wave = batch.wave, rows = first }, { wave = batch.wave, rows = second } }
end

--- Creates the session of a batch. May yield.
-- @treturn ?session in the journal; or nil, err
-- @treturn ?error
-- @treturn ?table what is left to do as batches of their own, where there is neither
function draft.create(run, batch)
  if not run.needs_contents and not artifacts.kind(batch.rows).contents then
    local session, err = create_empty(run, batch)
    if session or err then
      return session, err
    end
  end
  if artifacts.kind(batch.rows).fill then
    return fail("empty_refused", "the service creates no empty session, which a bulk request needs")
  end
  local session, err = create_filled(run, batch)
  if not session then
    if not err then
      return nil, nil, {} -- others have begun them all
    end
    return divide(run, batch, err)
  end
  local ok, problem = run:refresh(session) -- what the answer says of its state is not to be relied on
  return ok and session or nil, problem
end

-- }======

-- {====== Fill ======

--- The rows that are in a list, or those that are not.
local function select_rows(found, rows, held)
  return tables.filter(rows, function(row) return (found[artifacts.key(row)] ~= nil) == held end)
end

--- Something in our draft that we did not put there, or that goes elsewhere.
local function stranger(found, rows)
  local wanted = tables.by(rows, artifacts.key)
  for key, artifact in pairs(found) do
    local row = wanted[key]
    if not row or artifacts.differs(artifact, row) then
      return key
    end
  end
end

--- Rows of a 200 that were refused one by one. One that is there already was added by a try before.
local function refuse_rows(run, session, rows, err, added)
  local refused = select_rows(artifacts.by_key(rows, added), rows, false)
  local first = err.details and err.details[1] or {}
  if #refused == 0 or tostring(first.code):lower() == "duplicateartifactinlist" then
    return true
  end
  return reject(run, session, refused, { code = first.code, message = first.message })
end

--- Adds rows. true: the list tells what came of it.
local function add(run, session, rows)
  local added, err, partly = run:persist(function() return session:add(artifacts.of(rows), run:writing()) end)
  if added or err.code == "ambiguous" or code_of(err) == "duplicateartifactinlist" then
    return true
  elseif err.code == "items_refused" then
    return refuse_rows(run, session, rows, err, partly or {})
  elseif code_of(err) == "restoresessionactionnotallowed" then
    return run:refresh(session)
  elseif not about_one[code_of(err)] then
    return nil, err
  elseif #rows == 1 then
    return reject(run, session, rows, err)
  end
  local first, second = halves(rows)
  local ok, problem = add(run, session, first)
  if not ok then
    return nil, problem
  end
  return add(run, session, second)
end

--- Sees to it that a draft has what stands for all its rows. May yield.
local function fill_whole(run, session, batch)
  for _ = 1, history.is_draft(session) and TRIES or 0 do
    local kind = artifacts.kind(batch.rows)
    local there, err = run:persist(function(left)
      local done, fault = kind.fill(session, run.plan, batch.rows, left, run:writing())
      return done ~= nil and { done = done } or nil, fault
    end)
    if not there or there.done then
      return there and true, err
    elseif run:is_late() then
      return run.out_of_time()
    end
    run:pause(UNCLEAR)
  end
  return true
end

--- Sees to it that a draft holds the rows of its batch and nothing else. May yield.
-- @treturn ?boolean true, and `batch.rows` are those that it holds; or nil, err
-- @treturn ?table rows that it does not hold because it runs already
function draft.fill(run, session, batch)
  if artifacts.kind(batch.rows).fill then
    return fill_whole(run, session, batch)
  end
  for try = 1, TRIES do
    local found, err = run:persist(function(left) return artifacts.list(session, batch.rows, left) end)
    if not found then
      return nil, err
    end
    local odd = stranger(found, batch.rows)
    if odd then
      return fail("draft_changed", "session %s holds %s, which is not ours", session.id, odd)
    end
    batch.rows = tables.filter(batch.rows, function(row) return not run.state.results[row.n] end)
    local missing = select_rows(found, batch.rows, false)
    if #missing == 0 then
      return true
    elseif not history.is_draft(session) then
      batch.rows = select_rows(found, batch.rows, true)
      return true, missing
    end
    if try > 1 and run:is_late() then
      return run.out_of_time()
    elseif try > 1 then
      run:pause(UNCLEAR)
    end
    local ok, problem = add(run, session, missing)
    if not ok then
      return nil, problem
    end
  end
  return fail("draft_incomplete", "session %s does not show what was added to it", session.id)
end

-- }======

-- {====== Activate ======

--- What follows a failed activation: "again", or nil, why not, and whether the service says that it is a draft still.
-- A session that is no draft any more is activated.
local function after_failure(run, session, err)
  local known, problem = run:refresh(session)
  if not known then
    return nil, problem
  elseif not history.is_draft(session) then
    return "done"
  elseif err.code == "ambiguous" then
    run:pause(UNCLEAR)
    return "again"
  elseif err.class == "queue" then
    return "queued"
  end
  return nil, err, true
end

--- true; or nil, err, and whether the session is known to be a draft still.
local function activate(run, session)
  local unclear, since = 0, nil
  while unclear < TRIES do
    local ok, err = run:persist(function() return session:activate(run:writing()) end)
    if ok then
      return true
    end
    local next_step, problem, is_refused = after_failure(run, session, err)
    since = next_step == "queued" and run:wait_in_queue(err, since) or since
    if next_step == "done" then
      return true
    elseif not next_step then
      return nil, problem, is_refused
    elseif run:is_late() or next_step == "queued" and run.problem then
      return nil, err, next_step == "queued"
    end
    unclear = unclear + (next_step == "again" and 1 or 0)
  end
  return fail("ambiguous", "%d times nobody knew whether session %s was activated", TRIES, session.id)
end

--- Writes down why a session stays a draft.
local function note_refusal(run, session, err)
  return run:note {
    kind = "not_activated", id = session.id, code = tostring(err.code), message = tostring(err.message),
    class = err.class, remedy = err.remedy,
  }
end

--- Activates a draft that is filled; one that runs already is left alone. May yield.
-- @treturn ?boolean true; or nil, err
function draft.activate(run, session, batch)
  local is_draft, is_refused = history.is_draft(session), nil
  local replaces = is_draft and batch.rows[1].destinationType == "inPlace"
  local ok, err = run:note {
    kind = "activating", id = session.id, rows = state.numbers(batch.rows),
    -- what is replaced is what was there then
    moment = replaces and history.moment(run.client, session, run:left()()) or nil,
  }
  if ok and is_draft then
    ok, err, is_refused = activate(run, session)
  end
  if is_refused then
    note_refusal(run, session, err)
  end
  if not ok then
    return nil, err
  end
  return run:note { kind = "activated", id = session.id }
end

-- }======

return draft
