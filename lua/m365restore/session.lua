--- Restore sessions: what the core's methods become with the service's rules,
-- and the wait.
-- @module m365restore.session
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local options = require "m365restore.options"
local rules = require "m365restore.rules"

--- how long a wait lasts where no timeout is given: longer than Microsoft's
-- ten hours for a thousand sites, by far
local DEFAULT_WAIT = "24h"

--- how long the service may be out of reach before a wait gives up
local DEFAULT_PATIENCE = "15m"

--- a session that is still a draft after this long, in seconds, was never
-- activated: a replica's delay is shorter
local DRAFT_GRACE = 300

--- polls: the pause grows with the time waited, between these, in seconds
local SHORTEST_PAUSE, LONGEST_PAUSE, SHARE = 5, 60, 0.05

--- the least time that a read of the session gets, in real seconds
local SHORTEST_CALL = 1

--- how a session ends; states are compared without case
local outcomes = {
  completed = "completed",
  completedwitherror = "restore_partial",
  completedwitherrors = "restore_partial",
  failed = "restore_failed",
}

--- service <-> type of its sessions
local types = {
  sharePoint = "sharePointRestoreSession",
  oneDriveForBusiness = "oneDriveForBusinessRestoreSession",
  exchange = "exchangeRestoreSession",
}

local services = {}
for service, name in pairs(types) do
  services[name] = service
end

--- Creates a session. May yield.
-- @function service:create_session
-- @tparam[opt] table body `{ siteRestoreArtifacts = { { restorePoint = { id = },
-- destinationType = "inPlace"|"new" }, ... } }`, or the collection of the
-- service at hand, or its granular one; nothing makes an empty draft
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?session a draft; or nil, err. An unclear outcome is
-- `err.code == "ambiguous"`. Contract 2.2
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

--- The members of a delta that were refused, as details of an error.
local function refusals(delta)
  local found = {}
  for _, item in ipairs(delta or {}) do
    local fault = item["@Core.DataModificationException"]
    if fault then
      local info = fault.info or {}
      found[#found + 1] = {
        id = item.id,
        contentId = item["@contentId"],
        code = info.code,
        message = info.message,
        status = fault.responseCode,
        failedOperation = fault.failedOperation,
      }
    end
  end
  return found
end

--- The error of an answer some of whose members were refused; nil: none was.
local function refusal(what, delta)
  local details = refusals(delta)
  if #details == 0 then
    return nil
  end
  local first = details[1]
  return core.failure {
    code = "items_refused",
    message = string.format("%d of the items; the first: %s %s: %s", #details,
      tostring(first.failedOperation), tostring(first.id), tostring(first.message or first.code)),
    operation = what,
    status = 200,
    sent = true,
    attempts = 1,
    details = details,
    service_code = first.code,
  }
end

--- Sends a delta. A member that was refused is an error, though the answer
-- is a 200; the others stay applied. May yield.
-- @function session:update
-- @tparam table body `{ ["siteRestoreArtifacts@delta"] = { ... } }`
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?object the answer; or nil, err and the answer, with
-- `err.code == "items_refused"` and one of `err.details` for each. Contract 7
local function update_session(service)
  local update = core.method(types[service], "update")
  return function(self, body, opts)
    local what = types[service] .. ".update"
    local key = rules.update(what, service, body)
    local answer, err = update(self, body, opts)
    if not answer then
      return nil, err
    end
    err = refusal(what, answer[key])
    if err then
      return nil, err, answer
    end
    return answer
  end
end

--- Members of an answer that stand for artifacts of the session now.
local function members(delta)
  local found = {}
  for _, item in ipairs(delta or {}) do
    if not item["@removed"] and not item["@Core.DataModificationException"] then
      found[#found + 1] = item
    end
  end
  return found
end

local function is_granular(artifact)
  return artifact.browseSessionId ~= nil or artifact.searchResponseId ~= nil
end

--- Adds artifacts to a draft. May yield.
-- @function session:add
-- @tparam table artifacts as on create; whole and granular ones never together
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?table the artifacts that were added; or nil, err and those of
-- them that were, with `err.code == "items_refused"`. Contract 7
local function add(service)
  local known = rules.collections[service]
  return function(self, artifacts, opts)
    local what = types[service] .. ".add"
    local collection = known.standard
    local first = rules.is_object(artifacts) and artifacts[1]
    if rules.is_object(first) and is_granular(first) then
      collection = known.granular
    end
    local list, err = rules.artifacts(what, collection, artifacts, self:client().max_artifacts)
    if not list then
      return nil, err
    end
    local key = collection .. "@delta"
    local answer, fault, partly = self:update({ [key] = list }, opts)
    local added = members((answer or partly or {})[key])
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
-- one of `err.details` for each that was not removed. Contract 7
local function remove(service)
  local known = rules.collections[service]
  return function(self, ids, opts)
    local what = types[service] .. ".remove"
    if type(ids) ~= "table" then
      error(what .. ": ids: a list of ids was expected, got " .. type(ids), 2)
    elseif #ids > self:client().max_artifacts then
      return nil, core.failure {
        code = "RestoreArtifactsLimitBreached", operation = what, sent = false, attempts = 0,
        message = string.format("%d ids in one request, the limit is %d", #ids, self:client().max_artifacts),
      }
    end
    local delta = core.array {}
    for i, id in ipairs(ids) do
      if type(id) ~= "string" or id == "" or id:find "%c" then
        error(string.format("%s: ids[%d]: an id was expected, got %s", what, i, tostring(id)), 2)
      end
      delta[i] = { ["@removed"] = { reason = "changed" }, id = id }
    end
    if #delta == 0 then
      error(what .. ": ids: at least one id was expected", 2)
    end
    local granular = tostring(self.restoreJobType):lower() == "granular"
    local answer, err = self:update({ [(granular and known.granular or known.standard) .. "@delta"] = delta }, opts)
    if not answer then
      return nil, err
    end
    return true
  end
end

--- What is told about a session while it is waited for.
local function progress_of(session, started, now, err)
  local count = session.restoreSessionArtifactCount or {}
  return {
    session = session,
    status = session.status,
    total = count.total or 0,
    completed = count.completed or 0,
    failed = count.failed or 0,
    inProgress = count.inProgress or 0,
    elapsed = now - started,
    done = outcomes[tostring(session.status):lower()] ~= nil,
    error = err,
  }
end

local function failure(session, code, message)
  local count = session.restoreSessionArtifactCount or {}
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
local function outcome_of(session)
  local outcome = outcomes[tostring(session.status):lower()]
  if outcome == "completed" then
    return session
  elseif outcome then
    local count = session.restoreSessionArtifactCount or {}
    return nil, failure(session, outcome, string.format("%s of %s artifacts failed in session %s",
      tostring(count.failed or "?"), tostring(count.total or "?"), tostring(session.id)))
  end
end

local wait_options = {
  timeout = "duration",
  interval = "duration",
  patience = "duration",
  on_progress = "callable",
}

--- How long one read of a wait may take, in real seconds: no longer than the
-- wait itself, but the last one gets its chance.
local function call_timeout(client, left)
  return math.min(client.timeout, math.max(left, SHORTEST_CALL))
end

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
-- @treturn ?session in any case. Contract 6.1
local function wait(self, opts)
  local o = options.read("wait", opts, wait_options)
  local time = clock.of(self:client())
  local started = time:now()
  local deadline = started + (o.timeout or core.duration(DEFAULT_WAIT))
  local patience = o.patience or core.duration(DEFAULT_PATIENCE)
  local seen = started
  while true do
    local ok, err = self:refresh { timeout = call_timeout(self:client(), time:delay(deadline - time:now())) }
    local now = time:now()
    if o.on_progress then
      o.on_progress(progress_of(self, started, now, err))
    end
    if ok then
      seen = now
      local session, reason = outcome_of(self)
      if session or reason then
        return session, reason, self
      elseif tostring(self.status):lower() == "draft" and now - started >= DRAFT_GRACE then
        return nil, failure(self, "not_activated", "the session is a draft"), self
      end
    elseif err.class ~= "retry" or now - seen >= patience then
      return nil, err, self
    end
    if now >= deadline then
      return nil, failure(self, "wait_timeout", "the session is " .. tostring(self.status)), self
    end
    local pause = o.interval or math.min(math.max((now - started) * SHARE, SHORTEST_PAUSE), LONGEST_PAUSE)
    clock.sleep(time, math.min(pause, deadline - now), self:client())
  end
end

core.extend("restoreSessionBase", { wait = wait })
for service, name in pairs(types) do
  core.extend(service, { create_session = create_session(service) })
  core.extend(name, { update = update_session(service), add = add(service), remove = remove(service) })
end

return { types = types, services = services }
