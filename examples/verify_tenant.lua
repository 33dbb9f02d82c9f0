--- Answers on a real tenant, with reads alone, what Microsoft's documentation leaves open (docs/unverified.md): prints
-- a table, and writes a recording of all exchanges without names, addresses and ids.
--
--   lua5.4 examples/verify_tenant.lua recording.jsonl
--   lua5.4 examples/verify_tenant.lua recording.jsonl UNIT --restore-to-new
--
-- The second also restores one site, OneDrive or mailbox (its id, URL or address), once, to a new place, and says for
-- each row of docs/unverified.md that this can answer whether it is as assumed. The original is not touched; the copy,
-- and a browse session that ends by itself, stay behind.
--
-- Look into the recording before you send it to anybody. A simulator replays it: require
-- "m365restore.simulator.replay".start "recording.jsonl". M365_TOKEN holds an access token, without it the credentials
-- of the environment count; M365_BASE_URL leads to a simulator instead of Graph.
local clock = require "m365restore.clock"
local core = require "m365restore.core"
local m365 = require "m365restore"

local ROOT = "/solutions/backupRestore"
local EARLY, FAR = "2000-01-01T00:00:00Z", "2099-12-31T00:00:00Z"

-- {====== Redaction ======

-- properties whose texts are words of the service; all other texts are replaced, the same by the same
local WORDS = {}
for word in ([[ @odata.type status restoreJobType destinationType tags restorePointTags restorePointPreference type code
  disableReason backupServiceConsumer serviceConsumer protectionSources protectionMode mailboxType interval period
  additionalEvents role activityType resultStatus serviceType severity sizeInBytes backupSizeInBytes ]]):gmatch "%S+" do
  WORDS[word] = true
end

local GUID = ("%x"):rep(8) .. ("%-" .. ("%x"):rep(4)):rep(4) .. ("%x"):rep(8)

local Redactor = {}
Redactor.__index = Redactor

local function redactor() return setmetatable({ known = {}, made = {}, count = 0 }, Redactor) end

--- What stands for a text: the same for the same one.
function Redactor:stand_in(text)
  if not self.known[text] then
    self.count = self.count + 1
    local form = text:find("^" .. GUID .. "$") and "00000000-0000-4000-8000-%012x" or "redacted-%d"
    self.known[text] = form:format(self.count)
    self.made[self.known[text]] = true
  end
  return self.known[text]
end

function Redactor:guids(text)
  return (text:gsub(GUID, function(guid) return self.made[guid] and guid or self:stand_in(guid) end))
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

--- An address: its host and its ids go, its form stays.
function Redactor:address(text)
  local path, query = text:match "^([^?]*)(.*)$"
  path = path:gsub("[^/]+", function(segment)
    return self.known[unescape(segment)] or self:guids(segment)
  end)
  query = query:gsub("(skiptoken=)([^&]*)", function(name, token) return name .. self:stand_in(token) end)
    :gsub("(%%27)(.-)(%%27)", function(open, id, close) return open .. self:stand_in(unescape(id)) .. close end)
  return path .. self:guids(query)
end

function Redactor:text(name, text)
  if text == "" or WORDS[name] or m365.time.parse(text) or text:find "^0001%-" then
    return text
  elseif name:find "^@odata%.[cni]" or name == "@context" then
    return self:address(text)
  end
  return self:stand_in(text)
end

function Redactor:value(name, value)
  if type(value) == "string" then return self:text(name, value) end
  if type(value) ~= "table" then return value end
  local is_list = #value > 0 or next(value) == nil and (name == "value" or name:find "s$")
  local copy = is_list and m365.array {} or {}
  for key, member in pairs(value) do
    copy[key] = self:value(type(key) == "string" and key or name, member)
  end
  return copy
end

-- }======

-- {====== Asking ======

local Tenant = {}
Tenant.__index = Tenant

--- One read: its decoded answer, or nil and what went wrong. Both are recorded.
function Tenant:ask(method, path, options)
  local o = { effect = "read" }
  for name, value in pairs(options or {}) do o[name] = value end
  local query = {}
  for name, value in pairs(o.query or {}) do
    query[#query + 1] = name .. "=" .. value:gsub("[^%w%-%._~,]", function(c) return ("%%%02X"):format(c:byte()) end)
  end
  table.sort(query)
  o.query = nil
  local target = (path == "/$batch" and "" or ROOT) .. path .. (query[1] and "?" .. table.concat(query, "&") or "")
  local body, more = self.client:request(method, target, o)
  local failure = body == nil and more or nil
  local shown = failure and { error = { code = failure.code, message = failure.message or "" } } or body
  if not failure or failure.status then
    self:record { method = method, path = target, status = more.status, body = shown }
  end
  return body, failure
end

function Tenant:record(exchange)
  exchange.body = self.redactor:value("", exchange.body)
  exchange.path = self.redactor:address(exchange.path)
  self.out:write(core.encode(exchange), "\n")
end

--- The members of a list's first page.
function Tenant:list(path, options)
  local page, err = self:ask("GET", path, options)
  return page and page.value or {}, page or {}, err
end

-- }======

-- {====== Questions ======

local function words(list)
  local seen, found = {}, {}
  for _, word in ipairs(list) do
    if not seen[word] then
      seen[word] = true
      found[#found + 1] = word
    end
  end
  table.sort(found)
  return found[1] and table.concat(found, ", ")
end

local function column(list, name)
  local found = {}
  for _, item in ipairs(list) do
    if item[name] ~= nil then found[#found + 1] = tostring(item[name]) end
  end
  return found
end

local function form_of_time(text)
  return text and text:gsub("%d+", "0"):gsub("%.0", ".000")
end

--- Which of the times of the first session that has ended is the later one.
local function later(sessions)
  for _, session in ipairs(sessions) do
    local order = m365.time.compare(session.completedDateTime or "", session.createdDateTime or "")
    if order then
      return order > 0 and "completedDateTime" or "createdDateTime"
    end
  end
end

local function form_of_link(link)
  if not link then return nil end
  return (link:find "^https?:" and "absolute" or "relative") .. (link:find "%?&" and ", with ?&" or "")
    .. (link:find "sharepoint" and ", with another spelling of the path" or "")
end

local function form_of_person(person)
  if person == nil then return "absent or null" end
  return type(person) == "table" and "object" .. (person.user and person.user.identity and ", user.identity" or "")
    or ("%q"):format(person)
end

local function form_of_error(fault)
  if type(fault) ~= "table" then return "absent or null" end
  return #fault > 0 and "array" or "object"
end

--- What one tenant shows, by subject. Each function gets the tenant and returns lines: question, and what was seen
-- (nil: nothing was).
local questions = {}

function questions.service(tenant)
  local root = tenant:ask("GET", "") or {}
  local status = root.serviceStatus or {}
  return {
    { "the service's state", status.status },
    { "its consumer", status.backupServiceConsumer and "backupServiceConsumer " .. status.backupServiceConsumer
      or status.serviceConsumer and "serviceConsumer " .. status.serviceConsumer },
  }
end

function questions.sessions(tenant)
  local list, page = tenant:list("/restoreSessions", { headers = { Prefer = "odata.maxpagesize=2" } })
  local own = tenant:list "/sharePointRestoreSessions"
  local first = list[1] or {}
  return {
    { "odata.maxpagesize on sessions", #list > 0 and (#list <= 2 and "kept" or "not kept") or nil },
    { "the form of a next link", form_of_link(page["@odata.nextLink"]) },
    { "the spelling of session types", words(column(list, "@odata.type")) },
    { "a type in a service's own list", own[1] and (own[1]["@odata.type"] or "none") },
    { "states of sessions", words(column(list, "status")) },
    { "createdBy", list[1] and form_of_person(first.createdBy) },
    { "the form of a time", form_of_time(first.createdDateTime) },
    { "kinds of sessions", words(column(list, "restoreJobType")) },
    { "which is later of a session's two times", later(own) },
  }
end

function questions.artifacts(tenant)
  local session = tenant:list("/sharePointRestoreSessions")[1]
  if not session then return {} end
  local root = "/sharePointRestoreSessions/" .. session.id
  local whole = tenant:list(root .. "/siteRestoreArtifacts")
  local granular = tenant:list(root .. "/granularSiteRestoreArtifacts")
  local bulk = tenant:list(root .. "/siteRestoreArtifactsBulkAdditionRequests")
  local one = bulk[1] and tenant:ask("GET", root .. "/siteRestoreArtifactsBulkAdditionRequests/" .. bulk[1].id)
  return {
    { "states of artifacts", words(column(whole, "status")) },
    { "an artifact's unset end", whole[1] and (whole[1].completionDateTime and "text" or "absent or null") },
    { "states of granular artifacts", words(column(granular, "status")) },
    { "states of bulk requests", words(column(bulk, "status")) },
    { "a bulk request by its id", one and (one.value and "a collection" or "itself") },
    { "the error of a bulk request", bulk[1] and form_of_error(bulk[1].error) },
  }
end

function questions.units(tenant)
  local units, page = tenant:list("/protectionUnits", { query = { ["$count"] = "true" } })
  local short = tenant:ask("GET", "/protectionUnits/graph.siteProtectionUnit")
  local long = tenant:ask("GET", "/protectionUnits/microsoft.graph.siteProtectionUnit")
  local mailboxes = tenant:list "/mailboxProtectionUnits"
  return {
    { "$count=true on units", units[1] and (page["@odata.count"] and "answered" or "ignored") },
    { "states of units", words(column(units, "status")) },
    { "the cast graph.…", short and "works" or "refused" },
    { "the cast microsoft.graph.…", long and "works" or "refused" },
    { "addresses of mailboxes, for this token", mailboxes[1] and (mailboxes[1].email and "shown" or "not shown") },
  }
end

local function direction(points)
  local order = points[2] and m365.time.compare(points[1].protectionDateTime, points[2].protectionDateTime)
  return order and (order > 0 and "newest first" or "oldest first")
end

local function expand(id) return "protectionUnit($filter=id eq '" .. id .. "')" end

function questions.points(tenant)
  local unit = tenant:list("/siteProtectionUnits")[1]
  if not unit then return {} end
  local list, page, err = tenant:list("/restorePoints", {
    query = { ["$expand"] = expand(unit.id), ["$filter"] = "protectionDateTime lt " .. FAR },
  })
  local oldest = tenant:list("/restorePoints", {
    query = { ["$expand"] = expand(unit.id), ["$filter"] = "protectionDateTime lt " .. FAR,
      ["$orderby"] = "protectionDateTime asc" },
  })
  local between, _, refused = tenant:list("/restorePoints", {
    query = { ["$expand"] = expand(unit.id),
      ["$filter"] = "protectionDateTime lt " .. FAR .. " and protectionDateTime gt " .. EARLY },
  })
  return {
    { "a filter of restore points with gt", refused and tostring(refused.code) or between[1] and "works" },
    { "restore points with this token's permissions", err and tostring(err.code) or "given" },
    { "restore points in a list", list[1] and #list .. (page["@odata.nextLink"] and ", with a next link" or "") },
    { "their order where none is asked for", direction(list) },
    { "their order where the oldest first is asked for", direction(oldest) },
    { "tags of points", words(column(list, "tags")) },
    { "does a point name its unit", list[1] and (list[1].protectionUnit and "yes" or "no") },
  }
end

function questions.search(tenant)
  local ids = column(tenant:list("/siteProtectionUnits", { headers = { Prefer = "odata.maxpagesize=20" } }), "id")
  if #ids == 0 then return {} end
  ids = { table.unpack(ids, 1, 20) }
  local found, err = tenant:ask("POST", "/restorePoints/search", {
    body = { protectionUnitIds = ids, protectionTimePeriod = { startDateTime = EARLY, endDateTime = FAR } },
  })
  if not found then return { { "a search of " .. #ids .. " units", tostring(err.code) } } end
  local units = {}
  for _, hit in ipairs(found.searchResults or {}) do
    local unit = hit.restorePoint and hit.restorePoint.protectionUnit
    units[#units + 1] = unit and unit.id
  end
  local count = 0
  for _ in (words(units) or ""):gmatch "[^,]+" do count = count + 1 end
  local answered = count + #(found.noResultProtectionUnitIds or {})
  return {
    { "units answered in a search", ("%d of %d"):format(answered, #ids) },
    { "points in it", #units > 0 and ("%d, %d units without"):format(#found.searchResults, answered - count) },
    { "does a hit name its unit", found.searchResults[1] and (#units > 0 and "yes" or "no") },
    { "searchResponseId without an artifactQuery", found.searchResponseId and "given" or "absent" },
  }
end

local function life(session)
  local from, to = m365.time.parse(session.createdDateTime), m365.time.parse(session.expirationDateTime)
  return from and to and ("%.0f"):format((to - from) / 3600)
end

function questions.browsing(tenant)
  local list, _, err = tenant:list "/browseSessions"
  local first = list[1] or {}
  return {
    { "browse sessions with this token", err and tostring(err.code) or "given" },
    { "states of browse sessions", words(column(list, "status")) },
    { "the hours that a browse session lives", life(first) },
    { "restorePointId of a browse session", list[1] and (first.restorePointId and "given" or "absent") },
    { "backupSizeInBytes", first.backupSizeInBytes and type(first.backupSizeInBytes) },
  }
end

function questions.policies(tenant)
  local list = tenant:list "/protectionPolicies"
  return {
    { "states of policies", words(column(list, "status")) },
    { "types of policies", words(column(list, "@odata.type")) },
  }
end

function questions.batch(tenant)
  local answer, err = tenant:ask("POST", "/$batch", {
    body = { requests = { { id = "1", method = "GET", url = ROOT .. "/restoreSessions" } } },
  })
  local member = answer and answer.responses and answer.responses[1] or {}
  return { { "$batch for this API", err and tostring(err.code) or tostring(member.status) } }
end

-- }======

local ORDER = { "service", "sessions", "artifacts", "units", "points", "search", "browsing", "policies", "batch" }

-- {====== One restore, the whole way ======

local SERVICES = {
  siteprotectionunit = {
    sessions = "/sharePointRestoreSessions", collection = "siteRestoreArtifacts", browse = "/sharePointBrowseSessions",
  },
  driveprotectionunit = {
    sessions = "/oneDriveForBusinessRestoreSessions", collection = "driveRestoreArtifacts",
    browse = "/oneDriveForBusinessBrowseSessions",
  },
  mailboxprotectionunit = {
    sessions = "/exchangeRestoreSessions", collection = "mailboxRestoreArtifacts",
  },
}

--- how long the restore is waited for, in seconds, and how often it is looked at
local PATIENCE, INTERVAL = 86400, 60

--- The id of the unit that a person names by its id, its URL or its address.
local function id_of_unit(client, name)
  if name:find("^" .. GUID .. "$") then return name end
  local wanted = name:lower():gsub("/+$", "")
  for _, service in ipairs { "sharePoint", "oneDriveForBusiness", "exchange" } do
    for unit in client[service]:protection_units() do
      for _, property in ipairs { "siteWebUrl", "email", "directoryObjectId" } do
        if unit[property] and unit[property]:lower():gsub("/+$", "") == wanted then return unit.id end
      end
    end
  end
  error(name .. ": no protected site, OneDrive or mailbox has this id, URL or address", 0)
end

local Trial = {}
Trial.__index = Trial

--- Notes what was seen of a row of docs/unverified.md, and whether it is as assumed (nil: it was not to be seen).
function Trial:note(row, question, what, as_assumed)
  self.lines[#self.lines + 1] = {
    "restore", question, what or "not seen", row,
    as_assumed == nil and "not seen" or as_assumed and "as assumed" or "NOT",
  }
end

function Trial:send(method, path, body)
  return self.tenant:ask(method, path, { effect = "write", body = body })
end

local function outcome(answer, err)
  return answer and "accepted" or ("%s %s"):format(tostring(err.status or err.code), err.status and err.code or "")
end

--- The newest point of the unit, and the newest fast one.
function Trial:find_points(unit)
  local list = self.tenant:list("/restorePoints", {
    query = { ["$expand"] = expand(unit.id), ["$filter"] = "protectionDateTime lt " .. FAR },
  })
  for _, point in ipairs(list) do
    if not self.fast and tostring(point.tags):find "fastRestore" then self.fast = point end
  end
  return list[1]
end

function Trial:artifacts_of(session)
  return (self.tenant:list(self.service.sessions .. "/" .. session.id .. "/" .. self.service.collection))
end

--- A draft that is never activated: what a session takes, refuses and answers. It is deleted in the end.
function Trial:try_draft(artifact)
  local service = self.service
  local draft, err = self:send("POST", service.sessions)
  self:note(2, "a session without a body", outcome(draft, err), draft ~= nil)
  if not draft then return end
  local path, delta = service.sessions .. "/" .. draft.id, service.collection .. "@delta"
  local added, problem = self:send("PATCH", path, { [delta] = m365.array { artifact } })
  self:note(29, "a restore point as { id = }", outcome(added, problem), added ~= nil)
  local twice, fault = self:send("PATCH", path, { [delta] = m365.array { artifact } })
  self:note(7, "the same point twice", twice and "its own row" or outcome(twice, fault),
    twice ~= nil or fault.status == 400)
  local counts = (self.tenant:ask("GET", "/restoreSessions/" .. draft.id) or {}).restoreSessionArtifactCount or {}
  self:note(18, "inProgress of a draft's counts", tostring(counts.inProgress), (counts.inProgress or 0) == 0)
  for _, one in ipairs(self:artifacts_of(draft)) do
    local removed, refusal = self:send("PATCH", path,
      { [delta] = m365.array { { ["@removed"] = { reason = "changed" }, id = one.id } } })
    self:note(8, "what an answer to a removal names", removed and #(removed[delta] or {}) .. " members"
      or outcome(removed, refusal), removed ~= nil)
  end
  local gone, left = self:send("DELETE", "/restoreSessions/" .. draft.id)
  self:note(15, "the deletion of a draft", outcome(gone, left), gone ~= nil)
end

--- Creates the session that counts, activates it unless that was done by creating it, and waits for its end.
function Trial:restore(artifact)
  local service = self.service
  local session, err = self:send("POST", service.sessions, { [service.collection] = m365.array { artifact } })
  self:note(1, "a session with artifacts is created as", session and session.status or outcome(session, err),
    session and tostring(session.status):lower() == "draft")
  if not session then return end
  self:note(8, "artifacts in the answer to a create", session[service.collection] and "listed" or "not listed", true)
  local now = self.tenant:ask("GET", "/restoreSessions/" .. session.id) or session
  if tostring(now.status):lower() == "draft" then
    local answer, problem = self:send("POST", "/restoreSessions/" .. session.id .. "/activate")
    self:note(12, "an activation by the general path", outcome(answer, problem), answer ~= nil)
    if not answer then return end
  end
  local states, waited = {}, 0
  repeat
    clock.sleep(clock.of(self.tenant.client), self.interval, self.tenant.client)
    waited = waited + self.interval
    now = self.tenant:ask("GET", "/restoreSessions/" .. session.id) or now
    states[#states + 1] = tostring(now.status)
  until tostring(now.status):lower():find "^completed" or tostring(now.status):lower() == "failed" or waited > PATIENCE
  self:note(57, "states on the way", words(states), not words(states):find "%f[%a]%u")
  local last = later { now }
  self:note(14, "which is later of the session's times", last, last and last == "completedDateTime")
  local one = self:artifacts_of(session)[1] or {}
  self:note(4, "the end of the session", now.status, tostring(now.status):lower() ~= "completedwitherrors")
  self:note(19, "the end of the artifact", one.status, one.status and one.status ~= "unknown")
end

--- Opens the newest fast snapshot and looks at its top.
function Trial:browse()
  if not self.service.browse then return end
  if not self.fast then return self:note(30, "browsing", nil) end
  local made, err = self:send("POST", self.service.browse, { restorePointId = self.fast.id })
  self:note(37, "a browse session", outcome(made, err), made ~= nil)
  if not made then return end
  self:note(32, "a browse session is first", made.status, tostring(made.status):lower() == "creating")
  local path, waited = self.service.browse .. "/" .. made.id, 0
  while tostring(made.status):lower() == "creating" and waited < 3600 do
    clock.sleep(clock.of(self.tenant.client), self.interval, self.tenant.client)
    waited = waited + self.interval
    made = self.tenant:ask("GET", path) or made
  end
  self:note(34, "the hours that it lives", life(made), life(made) and tonumber(life(made)) >= 72)
  local page, problem = self.tenant:ask("POST", path .. "/browse", { body = {} })
  self:note(31, "{} for the top", outcome(page, problem), page ~= nil)
  local first = page and page.value and page.value[1]
  local size = first and first.sizeInBytes and type(first.sizeInBytes)
  self:note(39, "the type of a size", size, size and size == "string")
end

--- Restores one unit to a new place, once.
-- @tparam Tenant tenant
-- @tparam table how `unit`, `interval`
-- @treturn table lines: subject, question, what was seen, the row of docs/unverified.md, and whether it is as assumed
local function restore_once(tenant, how)
  local unit = assert(tenant:ask("GET", "/protectionUnits/" .. id_of_unit(tenant.client, how.unit)))
  local name = tostring(unit["@odata.type"]):match "[^.]*$":lower()
  local trial = setmetatable({
    tenant = tenant, lines = {}, service = assert(SERVICES[name], "a unit of the type " .. name),
    interval = how.interval or INTERVAL,
  }, Trial)
  local point = trial:find_points(unit)
  if not point then error(how.unit .. ": it has no restore point", 0) end
  local artifact = { restorePoint = { id = point.id }, destinationType = "new" }
  trial:try_draft(artifact)
  trial:restore(artifact)
  trial:browse()
  return trial.lines
end

-- }======

--- Asks everything.
-- @tparam client client
-- @param recording what a recording is written to: an object with write
-- @tparam[opt] table how `unit`: this one is restored, once, to a new place; `interval` (60): seconds between two looks
-- @treturn table lines: subject, question, what was seen; of a restore also the row of docs/unverified.md, and "as
-- assumed", "NOT" or "not seen"
local function verify(client, recording, how)
  local tenant = setmetatable({ client = client, out = recording, redactor = redactor() }, Tenant)
  recording:write(core.encode { recording = 1, made_by = "m365restore " .. m365.VERSION, beta = client.beta }, "\n")
  local lines = {}
  for _, subject in ipairs(ORDER) do
    for _, line in ipairs(questions[subject](tenant)) do
      lines[#lines + 1] = { subject, line[1], line[2] or "not seen" }
    end
  end
  local tried = how and how.unit and restore_once(tenant, how) or {}
  return table.move(tried, 1, #tried, #lines + 1, lines)
end

if ... == "examples.verify_tenant" then
  return verify -- for the specs
end

--- The arguments: a recording; or that, a unit and --restore-to-new, in any order.
local function arguments(...)
  local plain, restores = {}, false
  for _, word in ipairs { ... } do
    if word == "--restore-to-new" then restores = true else plain[#plain + 1] = word end
  end
  if #plain ~= (restores and 2 or 1) then
    error("usage: verify_tenant.lua RECORDING [UNIT --restore-to-new]", 0)
  end
  return plain[1], plain[2]
end

os.exit(m365.script(function(...)
  local name, unit = arguments(...)
  local token = os.getenv "M365_TOKEN"
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = token or m365.credential.environment(),
  }
  local file <close> = assert(io.open(name, "w"))
  for _, line in ipairs(verify(client, file, { unit = unit, interval = tonumber(os.getenv "M365_INTERVAL") })) do
    local verdict = line[4] and ("  #%d %s"):format(line[4], line[5]) or ""
    io.write(("%-10s %-46s %s%s\n"):format(line[1], line[2], m365.plain(line[3]), verdict))
  end
end, ...), true)
