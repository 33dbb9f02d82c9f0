--- What the service says about sessions: how much runs beside us, what was
-- there before, and where a session went whose id was lost.
--
-- What came first is decided by the times that the service shows, and never
-- by the clock of this machine.
-- @module m365restore.sessions.history
local core = require "m365restore.core"
local artifacts = require "m365restore.sessions.artifacts"
local clock = require "m365restore.clock"
local contract = require "m365restore.graph.contract"
local drain = require "m365restore.graph.drain"
local fail = require "m365restore.fail"
local rules = require "m365restore.graph.rules"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local history = {}

-- before everything that the service may show
local BEGINNING = "1970-01-01T00:00:00Z"

local running = { active = true, activating = true }

local ended = { completed = true, completedwitherror = true, completedwitherrors = true, failed = true }

local function status_of(session)
  return tostring(session.status):lower()
end

--- Is a session still a draft?
-- @tparam session session
-- @treturn boolean
function history.is_draft(session)
  return status_of(session) == "draft"
end

--- Is a session under way?
-- @tparam session session
-- @treturn boolean
function history.is_running(session)
  return running[status_of(session)] == true
end

--- Has a session come to its end?
-- @tparam session session
-- @treturn boolean
function history.has_ended(session)
  return ended[status_of(session)] == true
end

--- The app that made a session; nil where the service does not say.
-- @tparam session session
-- @treturn ?string
function history.app_of(session)
  local app = rules.object(rules.object(session.createdBy).application).id
  return type(app) == "string" and app ~= "" and app or nil
end

--- The app that this client's token is for; nil where the token does not say, or there is none yet.
-- @tparam client client
-- @treturn ?string
function history.own_app(client)
  local text = core.payload(client)
  text = text and require("m365restore.crypto").unbase64(text)
  local claims = text and core.decode(text)
  local app = type(claims) == "table" and (claims.appid or claims.azp)
  return type(app) == "string" and app or nil
end

local function unfinished(session)
  local count = rules.count(session)
  return math.max((count.total or 0) - (count.completed or 0) - (count.failed or 0), 0)
end

--- The later of a moment and those that a session shows.
local function newest_of(session, newest)
  for _, name in ipairs { "createdDateTime", "completedDateTime", "lastModifiedDateTime" } do
    if time.compare(session[name], newest) == 1 then
      newest = session[name]
    end
  end
  return newest
end

--- May a session matter to what happened after a moment? One that goes on may, whenever it was made.
local function is_recent(session, since)
  local moment = session.createdDateTime
  if history.has_ended(session) then
    moment = session.completedDateTime or moment
  elseif not history.is_draft(session) then
    return true
  end
  return time.compare(moment, since) ~= -1
end

--- Walks the service's list of sessions once. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam table ours id -> true
-- @tparam ?string|number since sessions of this service are kept that were drafts, ran or ended after it; nil: none
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?table `sessions` and `artifacts` that run and are not ours, `recent` (a list of sessions that are not
-- ours), `newest` (the last moment that the service shows: what is made from now on is later); or nil, err
function history.look(client, service, ours, since, left)
  local seen = { sessions = 0, artifacts = 0, recent = {}, newest = BEGINNING }
  local known = {}
  local ok, err = drain.each(client:sessions(), left, function(session)
    seen.newest = newest_of(session, seen.newest)
    if not ours[session.id] and not known[session.id] then
      known[session.id or ""] = true
      local same = workload.of_session[core.type(session)] == workload.of[service]
      if history.is_running(session) then
        seen.sessions = seen.sessions + 1
        seen.artifacts = seen.artifacts + (same and unfinished(session) or 0)
      end
      if since and same and is_recent(session, since) then
        table.insert(seen.recent, session)
      end
    end
  end)
  return ok and seen, err
end

--- The time of the service by the answer to a read; nil where it sends none.
local function header_time(client, left)
  local _, head = client:request("GET", contract.path("client", "protection_policies"),
    { query = { ["$top"] = "1" }, timeout = left and left() })
  return type(head) == "table" and time.of_header(rules.object(head.headers).date) or nil
end

--- The time of the service, or, where it tells none, of this machine. May yield.
-- @tparam client client
-- @tparam[opt] function left () -> how long the read may take, in real seconds
-- @treturn number epoch seconds
function history.now(client, left)
  return header_time(client, left) or clock.of(client):now()
end

--- The present moment by the service, or, where it tells none, the last one that a session shows. May yield.
-- @tparam client client
-- @tparam session session
-- @tparam number timeout of the read, in real seconds
-- @treturn ?string
function history.moment(client, session, timeout)
  local _, head = client:request("GET", contract.path("client", "session", session.id), { timeout = timeout })
  local seconds = type(head) == "table" and time.of_header(rules.object(head.headers).date)
  local shown = session.lastModifiedDateTime or session.createdDateTime
  return seconds and time.format(seconds) or time.parse(shown) and shown or nil
end

--- What the service shows of sessions since a moment. A caller who may not read sessions is shown none, and then
-- `newest` is the present moment. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam ?number since epoch seconds; nil: only `newest` is wanted
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?table as from @{history.look}; or nil, err
function history.since(client, service, since, left)
  local seen, err = history.look(client, service, {}, since, left)
  if not seen and err.status == 403 then
    return { recent = {}, newest = time.format(math.floor(history.now(client, left))) }
  end
  return seen, err
end

--- Does a session hold exactly these rows, by what the service shows?
local function holds(session, rows, left)
  local total = rules.count(session).total
  if total and total ~= #rows then
    return false
  end
  local list, err = artifacts.all(session, rows[1].kind, left)
  if not list then
    return nil, err
  end
  for _, row in ipairs(rows) do
    local found = false
    for _, artifact in ipairs(list) do
      found = found or artifacts.is_same(artifact, row)
    end
    if not found then
      return false
    end
  end
  return #list == #rows
end

local function same_app(a, b)
  return a ~= nil and b ~= nil and a:lower() == b:lower()
end

--- Sessions that were made after a moment, and by our app as far as the service shows.
local function candidates(recent, app, since)
  local list = {}
  for _, session in ipairs(recent) do
    local theirs = history.app_of(session)
    if (theirs == nil or app == nil or same_app(theirs, app)) and time.compare(session.createdDateTime, since) == 1 then
      list[#list + 1] = session
    end
  end
  return list
end

--- A session that was begun and may be the one that was lost, though nothing shows it: nothing else may be begun.
local function refuse_unclear(list)
  for _, session in ipairs(list) do
    if not history.is_draft(session) then
      return fail("apply", { code = "ambiguous", class = "ask", sent = "unknown", seen = "hidden" },
        "session %s may be the one whose creation was not answered; the service does not show what it restores",
        tostring(session.id))
    end
  end
end

--- The session that was made with these rows and whose id was lost: it has exactly their contents, our app, and was
-- made after the intent, by the service's times. Where any of this is not shown, or several sessions fit, none is
-- known to be ours. May yield.
-- @tparam table recent from @{history.look}
-- @tparam table rows
-- @tparam ?string app ours, where it is known
-- @tparam string since the newest moment that the service showed before the intent
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?session nil: there is none that is known to be ours; or nil, err
function history.find_lost(recent, rows, app, since, left)
  local list, found = candidates(recent, app, since), {}
  if not artifacts.is_shown(rows[1]) then
    return refuse_unclear(list)
  end
  for _, session in ipairs(list) do
    local same, err = false, nil
    if same_app(history.app_of(session), app) then
      same, err = holds(session, rows, left)
    end
    if err then
      return nil, err
    end
    found[#found + 1] = same and session or nil
  end
  return #found == 1 and found[1] or nil
end

return history
