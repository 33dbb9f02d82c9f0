--- Restore sessions: what the core's methods become with the service's rules,
-- and the wait.
-- @module m365restore.graph.session
local core = require "m365restore.core"
local delta = require "m365restore.graph.delta"
local fail = require "m365restore.fail"
local poll = require "m365restore.graph.poll"
local rules = require "m365restore.graph.rules"
local workload = require "m365restore.workload"

-- how long a wait lasts where no timeout is given: longer than Microsoft's
-- ten hours for a thousand sites, by far
local DEFAULT_WAIT = "24h"

-- a session that is still a draft after this long, in seconds, was never
-- activated: a replica's delay is shorter
local DRAFT_GRACE = 300

-- how a session ends; states are compared without case
local outcomes = {
  completed = "completed",
  completedwitherror = "restore_partial",
  completedwitherrors = "restore_partial",
  failed = "restore_failed",
}

--- Creates a session. May yield.
-- @function service:create_session
-- @tparam[opt] table body `{ siteRestoreArtifacts = { { restorePoint = { id = },
-- destinationType = "inPlace"|"new" }, ... } }`, or the collection of the
-- service at hand, or its granular one; nothing makes an empty draft
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?session a draft; or nil, err. An unclear outcome is
-- `err.code == "ambiguous"`. Microsoft's page: "Create
-- sharePointRestoreSession", https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointrestoresessions
local function create_session(service)
  local create = core.method(service, "create_session")
  return function(self, body, opts)
    local sent, err = rules.create(service .. ".create_session", service, body, self:client().max_artifacts)
    if err then
      return nil, err
    end
    return create(self, sent, opts)
  end
end

--- Sends a delta. A member that was refused is an error, though the answer
-- is a 200; the others stay applied. May yield.
-- @function session:update
-- @tparam table body `{ ["siteRestoreArtifacts@delta"] = { ... } }`
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?object the answer; or nil, err and the answer, with
-- `err.code == "items_refused"` and one of `err.details` for each. Microsoft's page:
-- "Update sharePointRestoreSession", https://learn.microsoft.com/graph/api/sharepointrestoresession-update
local function update_session(known)
  local update, what = core.method(known.session, "update"), known.session .. ".update"
  return function(self, body, opts)
    local key = rules.update(what, known.service, body)
    if tostring(self.restoreJobType):lower() == "bulk" then
      return fail(what, "InvalidPatchRequest", "a session with a bulk request cannot be updated")
    end
    local answer, err = update(self, body, opts)
    if not answer then
      return nil, err
    end
    err = delta.refusal(what, answer[key])
    if err then
      return nil, err, answer
    end
    return answer
  end
end

--- Adds artifacts to a draft. May yield.
-- @function session:add
-- @tparam table artifacts as on create; whole and granular ones never together
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?table the artifacts that were added; or nil, err and those of
-- them that were, with `err.code == "items_refused"`
local function add(known)
  local what = known.session .. ".add"
  return function(self, artifacts, opts)
    local collection = known.artifacts
    if rules.is_object(artifacts) and rules.is_granular(artifacts[1]) then
      collection = known.granular_artifacts
    end
    local list, err = rules.artifacts(what, collection, artifacts, self:client().max_artifacts)
    if not list then
      return nil, err
    end
    local key = collection .. "@delta"
    local answer, fault, partly = self:update({ [key] = list }, opts)
    local added = delta.standing((answer or partly or {})[key])
    if fault then
      return nil, fault, added
    end
    return added
  end
end

--- Removes artifacts from a draft. May yield.
-- @function session:remove
-- @tparam table ids
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?boolean true; or nil, err with `err.code == "items_refused"` and
-- one of `err.details` for each that was not removed
local function remove(known)
  local what = known.session .. ".remove"
  return function(self, ids, opts)
    if type(ids) ~= "table" then
      error(what .. ": ids: a list of ids was expected, got " .. type(ids), 2)
    elseif #ids > self:client().max_artifacts then
      return fail(what, "RestoreArtifactsLimitBreached", "%d ids in one request, the limit is %d", #ids,
        self:client().max_artifacts)
    end
    local members = core.array {}
    for i, id in ipairs(ids) do
      if type(id) ~= "string" or id == "" or id:find "%c" then
        error(string.format("%s: ids[%d]: an id was expected, got %s", what, i, tostring(id)), 2)
      end
      members[i] = { ["@removed"] = { reason = "changed" }, id = id }
    end
    if #members == 0 then
      error(what .. ": ids: at least one id was expected", 2)
    end
    local granular = tostring(self.restoreJobType):lower() == "granular"
    local collection = granular and known.granular_artifacts or known.artifacts
    local answer, err = self:update({ [collection .. "@delta"] = members }, opts)
    return answer ~= nil or nil, err
  end
end

--- What is told about a session while it is waited for.
local function progress_of(session, elapsed, err)
  local count = rules.count(session)
  return {
    session = session,
    status = session.status,
    total = count.total or 0,
    completed = count.completed or 0,
    failed = count.failed or 0,
    inProgress = count.inProgress or 0,
    elapsed = elapsed,
    done = outcomes[tostring(session.status):lower()] ~= nil,
    error = err,
  }
end

local function failure(session, code, message)
  local count = rules.count(session)
  return core.failure {
    code = code,
    message = message,
    operation = "restoreSessionBase.wait",
    sent = true,
    attempts = 1,
    session_id = session.id,
    session_status = session.status,
    total = count.total,
    completed = count.completed,
    failed = count.failed,
  }
end

--- What a wait returns for a session that has ended; nil: it has not.
local function outcome_of(session, elapsed)
  local outcome = outcomes[tostring(session.status):lower()]
  if outcome == "completed" then
    return session
  elseif outcome then
    local count = rules.count(session)
    return nil, failure(session, outcome, string.format("%s of %s artifacts failed in session %s",
      tostring(count.failed or "?"), tostring(count.total or "?"), tostring(session.id)))
  elseif tostring(session.status):lower() == "draft" and elapsed >= DRAFT_GRACE then
    return nil, failure(session, "not_activated", "the session is a draft")
  end
end

local waiting = {
  what = "wait",
  timeout = DEFAULT_WAIT,
  outcome = outcome_of,
  progress = progress_of,
  unfinished = function(session)
    return failure(session, "wait_timeout", "the session is " .. tostring(session.status))
  end,
}

--- Waits until a session has ended. Reads the session now and then, less
-- often the longer it takes; an outage of the service is sat out. Stopping a
-- wait never stops the restore. May yield.
-- @function session:wait
-- @tparam[opt] table opts `timeout` (duration by the client's clock, default
-- 24h), `interval` (duration, default 5 s, growing to 60 s), `patience`
-- (duration, default 15m: how long the service may be out of reach),
-- `on_progress` (called with a table: session, status, total, completed,
-- failed, inProgress, elapsed, done, error)
-- @treturn ?session when it is completed; else nil
-- @treturn ?error `restore_partial`, `restore_failed`, `wait_timeout`,
-- `not_activated`, or what a read of the session failed with
-- @treturn ?session in any case. Microsoft's page: "restoreSessionBase
-- resource type", https://learn.microsoft.com/graph/api/resources/restoresessionbase
local function wait(self, opts)
  return poll(self, opts, waiting)
end

core.extend("restoreSessionBase", { wait = wait })
for _, known in ipairs(workload.list) do
  core.extend(known.service, { create_session = create_session(known.service) })
  core.extend(known.session, { update = update_session(known), add = add(known), remove = remove(known) })
end

return {}
