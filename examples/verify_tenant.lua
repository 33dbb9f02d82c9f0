--- Answers on a real tenant, with reads alone, what Microsoft's documentation leaves open (docs/unverified.md): prints
-- a table, and writes a recording of all exchanges without names, addresses and ids.
--
--   lua5.4 examples/verify_tenant.lua recording.jsonl
--
-- Look into the recording before you send it to anybody. A simulator replays it: require
-- "m365restore.simulator.replay".start "recording.jsonl". M365_TOKEN holds an access token, without it the credentials
-- of the environment count; M365_BASE_URL leads to a simulator instead of Graph.
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

--- Asks everything.
-- @tparam client client
-- @param recording what a recording is written to: an object with write
-- @treturn table lines: subject, question, what was seen
local function verify(client, recording)
  local tenant = setmetatable({ client = client, out = recording, redactor = redactor() }, Tenant)
  recording:write(core.encode { recording = 1, made_by = "m365restore " .. m365.VERSION, beta = client.beta }, "\n")
  local lines = {}
  for _, subject in ipairs(ORDER) do
    for _, line in ipairs(questions[subject](tenant)) do
      lines[#lines + 1] = { subject, line[1], line[2] or "not seen" }
    end
  end
  return lines
end

if ... == "examples.verify_tenant" then
  return verify -- for the specs
end

local name = assert(..., "usage: verify_tenant.lua RECORDING")
local token = os.getenv "M365_TOKEN"
local client <close> = m365.client {
  base_url = os.getenv "M365_BASE_URL", credential = token or m365.credential.environment(),
}
local file <close> = assert(io.open(name, "w"))
for _, line in ipairs(verify(client, file)) do
  io.write(("%-10s %-46s %s\n"):format(table.unpack(line)))
end
