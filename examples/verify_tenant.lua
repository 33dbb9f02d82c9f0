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
-- the id of a session that no tenant has
local NOBODY = "00000000-0000-4000-8000-000000000000"
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

-- what this script wrote itself stays as it is: the ids of a batch's members, and NOBODY
local function redactor()
  return setmetatable({ known = { ["1"] = "1", ["2"] = "2" }, made = { [NOBODY] = true }, count = 0 }, Redactor)
end

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

--- An address of the API: its host and its ids go, its form stays.
function Redactor:address(text)
  local path, query = text:match "^([^?]*)(.*)$"
  path = path:gsub("(nextFetchToken=')([^']*)", function(name, token) return name .. self:stand_in(token) end)
  path = path:gsub("[^/]+", function(segment)
    return self.known[unescape(segment)] or self:guids(segment)
  end)
  query = query:gsub("(skiptoken=)([^&]*)", function(name, token) return name .. self:stand_in(token) end)
    :gsub("(%%27)(.-)(%%27)", function(open, id, close) return open .. self:stand_in(unescape(id)) .. close end)
  return path .. self:guids(query)
end

--- An address of a site or file: each of its names goes, so that it can still be compared with names and addresses.
function Redactor:names(text)
  local scheme, rest = text:match "^(https?://)(.*)$"
  return scheme .. rest:gsub("[^/]+", function(segment) return self:stand_in(unescape(segment)) end)
end

function Redactor:text(name, text)
  if text == "" or WORDS[name] or m365.time.parse(text) or text:find "^0001%-" then
    return text
  elseif name:find "^@odata%.[cni]" or name == "@context" then
    return self:address(text)
  elseif text:find "^https?://" then
    return self:names(text)
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
  local shown = failure and { error = { code = failure.service_code or failure.code, message = failure.message or "" } }
    or body
  if not failure or failure.status then
    self:record { method = method, path = target, status = more.status, body = shown }
  end
  return body, failure
end

--- The first line of a recording: what it is, and what the answers depend on besides.
function Tenant:begin()
  self.begun, self.token = true, self:facts()
  self.out:write(core.encode {
    recording = 1, made_by = "m365restore " .. m365.VERSION, beta = self.client.beta, token = self.token,
  }, "\n")
end

function Tenant:record(exchange)
  if not self.begun then self:begin() end
  exchange.body = self.redactor:value("", exchange.body)
  exchange.path = self.redactor:address(exchange.path)
  self.out:write(core.encode(exchange), "\n")
end

--- The page to which a link leads.
function Tenant:follow(link)
  local _, last = link:lower():find(ROOT:lower(), 1, true)
  if last then return self:ask("GET", link:sub(last + 1)) end
  return nil, { code = "foreign_link" }
end

-- empty pages that are followed before a list counts as empty
local PAGES = 20

--- The members of a list's first page that has some, that page, an error, and the list's first page.
function Tenant:list(path, options)
  local page, err = self:ask("GET", path, options)
  local first = page
  for _ = 1, PAGES do
    if not page or page.value and page.value[1] or not page["@odata.nextLink"] then break end
    page, err = self:follow(page["@odata.nextLink"])
  end
  return page and page.value or {}, page or {}, err, first or {}
end

--- What the token says of itself, as far as it can be read: whether somebody is signed in, and its permissions.
function Tenant:facts()
  local text = core.payload(self.client)
  text = text and require("m365restore.crypto").unbase64(text)
  local claims = text and core.decode(text)
  if type(claims) ~= "table" then return {} end
  local permissions = type(claims.roles) == "table" and claims.roles or {}
  for word in tostring(claims.scp or ""):gmatch "%S+" do permissions[#permissions + 1] = word end
  return { delegated = claims.scp ~= nil, permissions = m365.array(permissions) }
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

--- Is a time written as the documents write most, to the letter?
local function is_plain_time(text)
  return text and text:find "^%d+%-%d+%-%d+T%d+:%d+:%d+%.?%d*Z$" ~= nil
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

local function form_of_link(link, page, collection)
  if not link then return nil end
  return (link:find "^https?:" and "absolute" or "relative") .. (link:find "%?&" and ", with ?&" or "")
    .. (page == nil and "" or link:lower():find(collection:lower(), 1, true) and "" or ", to another collection")
end

local function form_of_person(person)
  if person == nil then return "absent or null" end
  return type(person) == "table" and "object" .. (person.user and person.user.identity and ", user.identity" or "")
    or ("%q"):format(person)
end

local function form_of_error(fault)
  if type(fault) ~= "table" then return nil end
  return #fault > 0 and "array" or "object"
end

--- Is what was seen this? nil where nothing was seen.
local function is(seen, expected)
  if seen == nil then return nil end
  return seen == expected
end

--- Do states begin with a small letter?
local function are_small(states)
  return states and not states:find "%f[%a]%u"
end

--- How the end of a partial failure is spelled.
local function partial(states)
  return states and states:match "[cC]ompletedWithErrors?"
end

local function is_singular(word) return word and word:lower() == "completedwitherror" end

--- What a failed session is called where states that were learned later are not asked for: a member of a batch has the
-- headers that it was given, and nothing else.
local function old_name_of_failed(tenant, sessions)
  for _, session in ipairs(sessions) do
    if tostring(session.status):lower() == "failed" then
      local answer = tenant:ask("POST", "/$batch", {
        body = { requests = { { id = "1", method = "GET", url = ROOT .. "/restoreSessions/" .. session.id } } },
      })
      local member = answer and answer.responses and answer.responses[1] or {}
      return type(member.body) == "table" and member.body.status or nil
    end
  end
end

--- What one tenant shows, by subject. Each function gets the tenant and returns lines: question, what was seen (nil:
-- nothing was), the row of docs/unverified.md, and whether that is as assumed (nil: this does not show it).
local questions = {}

function questions.service(tenant)
  local root = tenant:ask("GET", "") or {}
  local status = root.serviceStatus or {}
  local name = status.backupServiceConsumer and "backupServiceConsumer" or status.serviceConsumer and "serviceConsumer"
  return {
    { "the service's state", status.status },
    { "its consumer", name and name .. " " .. status[name], 53, is(name, "backupServiceConsumer") },
  }
end

function questions.sessions(tenant)
  local list, page, _, opened = tenant:list("/restoreSessions", { headers = { Prefer = "odata.maxpagesize=2" } })
  local own, behind = tenant:list("/sharePointRestoreSessions", { headers = { Prefer = "odata.maxpagesize=1" } })
  local first, link = list[1] or {}, page["@odata.nextLink"]
  local form, path = form_of_link(link, page, "/restoreSessions"), behind["@odata.nextLink"]
  local spelling = path and (path:find("sharePoint", 1, true) and "sharePoint" or "sharepoint")
  local types, states = words(column(list, "@odata.type")), words(column(list, "status"))
  local kept = #list > 0 and (#list <= 2 and "kept" or "not kept") or nil
  local _, err = tenant:ask("GET", "/restoreSessions/" .. NOBODY)
  local code, skipped = err and (err.service_code or err.code), tenant:ask("GET", "/restoreSessions", {
    query = { ["$skip"] = "1" },
  })
  local of_failed = old_name_of_failed(tenant, list)
  return {
    { "odata.maxpagesize on sessions", kept, 61, is(kept, "kept") },
    { "members of a page that leads on", opened["@odata.nextLink"] and ("%d"):format(#opened.value), 59,
      opened["@odata.nextLink"] and #opened.value > 0 },
    { "the form of a next link", form, 58, is(form, "absolute") },
    { "the path in a next link", spelling, 12, is(spelling, "sharePoint") },
    { "the spelling of session types", types, 12, types and not types:find("sharepoint", 1, true) },
    { "a type in a service's own list", own[1] and (own[1]["@odata.type"] or "none"), 11,
      own[1] and own[1]["@odata.type"] ~= nil },
    { "states of sessions", states, 57, are_small(states) },
    { "the end of a partial failure", partial(states), 4, is_singular(partial(states)) },
    { "a failed session to a client of old", of_failed, 5, is(of_failed, "unknownFutureValue") },
    { "createdBy", list[1] and form_of_person(first.createdBy), 56,
      is(list[1] and form_of_person(first.createdBy), "object") },
    { "the form of a time", form_of_time(first.createdDateTime), 55, is_plain_time(first.createdDateTime) },
    { "kinds of sessions", words(column(list, "restoreJobType")) },
    { "which is later of a session's two times", later(own), 14, is(later(own), "completedDateTime") },
    { "the code for a session that is not there", code, 60, is(code, "RestoreSessionNotFound") },
    { "$skip on sessions", skipped and "taken" or "refused", 72, not skipped },
  }
end

--- The path of the first session of a kind.
local function path_of_kind(sessions, kind)
  for _, session in ipairs(sessions) do
    if tostring(session.restoreJobType):lower() == kind then return "/sharePointRestoreSessions/" .. session.id end
  end
end

--- The members of a list below the first session of a kind; none without such a session.
local function below(tenant, sessions, kind, name)
  local path = path_of_kind(sessions, kind)
  return path and tenant:list(path .. "/" .. name) or {}, path and path .. "/" .. name
end

function questions.artifacts(tenant)
  local sessions = tenant:list "/sharePointRestoreSessions"
  local whole = below(tenant, sessions, "standard", "siteRestoreArtifacts")
  local granular = below(tenant, sessions, "granular", "granularSiteRestoreArtifacts")
  local bulk, path = below(tenant, sessions, "bulk", "siteRestoreArtifactsBulkAdditionRequests")
  local request = bulk[1] or {}
  local one = bulk[1] and tenant:ask("GET", path .. "/" .. request.id)
  local shape = one and (one.value and "a collection" or "itself") or nil
  local parts, fault = words(column(granular, "status")), form_of_error(request.error)
  return {
    { "states of artifacts", words(column(whole, "status")) },
    { "states of granular artifacts", parts, 19, parts and not parts:lower():find "unknown" },
    { "states of bulk requests", words(column(bulk, "status")) },
    { "a bulk request by its id", shape, 41, is(shape, "itself") },
    { "the error of a bulk request", fault, 42, is(fault, "object") },
    { "restoreSessionId of a bulk request", bulk[1] and (request.restoreSessionId and "given" or "absent"), 43,
      bulk[1] and not request.restoreSessionId },
  }
end

--- Are addresses shown to somebody who signed in, and to nobody else? nil: the token does not say who it is.
local function are_shown_to_people(token, addresses)
  if token.delegated == nil then return nil end
  return is(addresses, token.delegated and "shown" or "not shown")
end

function questions.units(tenant)
  local units, page = tenant:list("/protectionUnits", { query = { ["$count"] = "true" } })
  local short = tenant:ask("GET", "/protectionUnits/graph.siteProtectionUnit")
  local long = tenant:ask("GET", "/protectionUnits/microsoft.graph.siteProtectionUnit")
  local mailboxes = tenant:list "/mailboxProtectionUnits"
  local addresses = mailboxes[1] and (mailboxes[1].email and "shown" or "not shown")
  local top = tenant:ask("GET", "/protectionUnits", { query = { ["$top"] = "1" } }) or {}
  local ends = units[2] and top.value and (top["@odata.nextLink"] and "the size of a page" or "the end of the list")
  return {
    { "$count=true on units", units[1] and (page["@odata.count"] and "answered" or "ignored") },
    { "states of units", words(column(units, "status")) },
    { "$top on units", ends, 73, is(ends or nil, "the size of a page") },
    { "the cast graph.…", short and "works" or "refused", 45, short ~= nil },
    { "the cast microsoft.graph.…", long and "works" or "refused" },
    { "addresses of mailboxes, for this token", addresses, 44,
      are_shown_to_people(tenant.token, addresses) },
  }
end

local function direction(points)
  local order = points[2] and m365.time.compare(points[1].protectionDateTime, points[2].protectionDateTime)
  return order and (order > 0 and "newest first" or "oldest first")
end

local function expand(id) return "protectionUnit($filter=id eq '" .. id .. "')" end

--- Whether the token may search, as it says itself; nil: it does not say it.
local function may_search(token)
  if not token.permissions then return nil end
  for _, name in ipairs(token.permissions) do
    if name == "BackupRestore-Search.Read.All" then return true end
  end
  return false
end

--- Are points to be had as the token's permissions promise?
local function are_guarded(token, err)
  if may_search(token) == false then return err ~= nil end
end

function questions.points(tenant)
  local unit = tenant:list(tenant.units)[1]
  if not unit then return {} end
  local before = "protectionDateTime lt " .. FAR
  local function points(...)
    local query = { ["$expand"] = expand(unit.id) }
    query["$filter"], query["$orderby"] = ...
    return tenant:list("/restorePoints", { query = query })
  end
  local list, page, err = points(before)
  local oldest = points(before, "protectionDateTime asc")
  local between, _, refused = points(before .. " and protectionDateTime gt " .. EARLY)
  local scope = unit.policyId and ("%s and protectionUnit/id eq '%s' and protectionUnit/policyId eq '%s'"):format(
    before, unit.id, unit.policyId)
  local scoped, problem
  if scope and not err then
    scoped, problem = tenant:ask("GET", "/restorePoints",
      { query = { ["$expand"] = "protectionUnit", ["$filter"] = scope } })
  end
  local scopes = scoped and "works" or problem and "refused" or nil
  local works = refused and tostring(refused.code) or between[1] and "works" or nil
  return {
    { "a filter of restore points with gt", works, 25, is(works, "works") },
    { "a filter with policyId", scopes, 50, is(scopes, "works") },
    { "restore points with this token's permissions", err and tostring(err.code) or "given", 20,
      are_guarded(tenant.token, err) },
    { "restore points in a list", list[1] and #list .. (page["@odata.nextLink"] and ", with a next link" or "") },
    { "their order where none is asked for", direction(list), 25, is(direction(list), "newest first") },
    { "their order where the oldest first is asked for", direction(oldest) },
    { "tags of points", words(column(list, "tags")) },
    { "does a point name its unit", list[1] and (list[1].protectionUnit and "yes" or "no") },
  }
end

--- The units that the hits of a search name, each once.
local function units_of(hits)
  local units = {}
  for _, hit in ipairs(hits) do
    local unit = hit.restorePoint and hit.restorePoint.protectionUnit
    if unit and not units[unit.id] then
      units[unit.id], units[#units + 1] = true, unit.id
    end
  end
  return units
end

--- Was every unit answered? Fewer than a search may have say nothing of its limit.
local function are_answered(count, asked)
  if count < asked then return false end
  return asked == 20 or nil
end

function questions.search(tenant)
  local ids = column(tenant:list(tenant.units, { headers = { Prefer = "odata.maxpagesize=20" } }), "id")
  if #ids == 0 then return {} end
  ids = { table.unpack(ids, 1, 20) }
  local found, err = tenant:ask("POST", "/restorePoints/search", {
    body = { protectionUnitIds = ids, protectionTimePeriod = { startDateTime = EARLY, endDateTime = FAR } },
  })
  if not found then return { { "a search of " .. #ids .. " units", tostring(err.code) } } end
  local hits, without = found.searchResults or {}, found.noResultProtectionUnitIds
  local units = units_of(hits)
  local named, answered = hits[1] and (#units > 0 and "yes" or "no"), #units + #(without or {})
  local empty
  if #(without or {}) == 0 then empty = without and "an empty list" or "absent" end
  local counted = named == "yes" or nil
  return {
    { "units answered in a search", ("%d of %d"):format(answered, #ids), 22,
      counted and are_answered(answered, #ids) },
    { "points in it", #units > 0 and ("%d, %d units without"):format(#hits, answered - #units), 21,
      counted and #hits == #units },
    { "does a hit name its unit", named, 23, is(named, "yes") },
    { "the units without, where there are none", empty, 24, is(empty, "an empty list") },
    { "searchResponseId without an artifactQuery", found.searchResponseId and "given" or "absent" },
  }
end

local function life(session)
  local from, to = m365.time.parse(session.createdDateTime), m365.time.parse(session.expirationDateTime)
  return from and to and ("%.0f"):format((to - from) / 3600)
end

--- Does a browse session live for three days?
local function is_long(session)
  return life(session) and tonumber(life(session)) >= 72
end

--- Does v1.0 know them?
local function are_released(client, err)
  if client.beta then return nil end
  return not err or err.status ~= 400 and err.status ~= 404
end

function questions.browsing(tenant)
  local list, _, err = tenant:list "/browseSessions"
  local first, states = list[1] or {}, words(column(list, "status"))
  local point = list[1] and (first.restorePointId and "given" or "absent")
  local size = first.backupSizeInBytes and type(first.backupSizeInBytes)
  return {
    { "browse sessions with this token", err and tostring(err.code) or "given", 37, are_released(tenant.client, err) },
    { "states of browse sessions", states, 57, are_small(states) },
    { "the hours that a browse session lives", life(first), 34, is_long(first) },
    { "restorePointId of a browse session", point, 33, is(point, "absent") },
    { "backupSizeInBytes", size, 39, is(size, "string") },
  }
end

function questions.policies(tenant)
  local list = tenant:list "/protectionPolicies"
  return {
    { "states of policies", words(column(list, "status")), 57, are_small(words(column(list, "status"))) },
    { "types of policies", words(column(list, "@odata.type")) },
  }
end

function questions.batch(tenant)
  local answer, err = tenant:ask("POST", "/$batch", {
    body = { requests = {
      { id = "1", method = "GET", url = ROOT .. "/restoreSessions" },
      { id = "2", method = "GET", url = ROOT .. "/protectionPolicies" },
    } },
  })
  local members = answer and answer.responses or {}
  local first = members[1] or {}
  local order = members[2] and (first.id == "1" and "as asked" or "another")
  return {
    { "$batch for this API", err and tostring(err.code) or tostring(first.status), 62,
      err == nil and first.status == 200 },
    { "the order of its answers", order, 63, is(order, "as asked") },
  }
end

-- }======

local ORDER = { "service", "sessions", "artifacts", "units", "points", "search", "browsing", "policies", "batch" }

-- {====== One restore, the whole way ======

local SERVICES = {
  siteprotectionunit = {
    units = "/siteProtectionUnits", sessions = "/sharePointRestoreSessions", collection = "siteRestoreArtifacts",
    browse = "/sharePointBrowseSessions",
  },
  driveprotectionunit = {
    units = "/driveProtectionUnits", sessions = "/oneDriveForBusinessRestoreSessions",
    collection = "driveRestoreArtifacts", browse = "/oneDriveForBusinessBrowseSessions",
  },
  mailboxprotectionunit = {
    units = "/mailboxProtectionUnits", sessions = "/exchangeRestoreSessions", collection = "mailboxRestoreArtifacts",
    granular = "granularMailboxRestoreArtifacts",
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
  self.lines[#self.lines + 1] = { question, what, row, as_assumed }
end

function Trial:send(method, path, body)
  return self.tenant:ask(method, path, { effect = "write", body = body })
end

function Trial:sleep()
  clock.sleep(clock.of(self.tenant.client), self.interval, self.tenant.client)
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

--- Looks at what a draft shows of its artifact, and takes that out again.
function Trial:look_at_draft(draft, path, delta)
  local counts = (self.tenant:ask("GET", "/restoreSessions/" .. draft.id) or {}).restoreSessionArtifactCount or {}
  self:note(18, "inProgress of a draft's counts", tostring(counts.inProgress), (counts.inProgress or 0) == 0)
  for _, one in ipairs(self:artifacts_of(draft)) do
    local unset = one.completionDateTime and "text" or "absent or null"
    self:note(55, "an artifact's unset end", unset, unset ~= "text")
    local removed, refusal = self:send("PATCH", path,
      { [delta] = m365.array { { ["@removed"] = { reason = "changed" }, id = one.id } } })
    local named = removed and #(removed[delta] or {})
    self:note(8, "what an answer to a removal names", named and named .. " members" or outcome(removed, refusal),
      is(named, 0))
  end
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
  self:note(7, "the same point twice", twice and "its own row" or outcome(twice, fault), not twice)
  self:look_at_draft(draft, path, delta)
  self:delete(draft)
end

--- Deletes a draft, once more where its artifacts were in the way.
function Trial:delete(draft)
  local gone, left = self:send("DELETE", "/restoreSessions/" .. draft.id)
  local again
  if left and left.code == "IncompleteArtifactDeletion" then
    gone, left = self:send("DELETE", "/restoreSessions/" .. draft.id)
    again = outcome(gone, left)
  end
  self:note(nil, "the deletion of a draft", outcome(gone, left))
  self:note(15, "a deletion that had to be repeated", again, is(again, "accepted"))
end

--- Waits for the end of a session; returns it as it is then, and its states on the way.
function Trial:wait(session)
  local states, waited = {}, 0
  repeat
    self:sleep()
    waited = waited + self.interval
    session = self.tenant:ask("GET", "/restoreSessions/" .. session.id) or session
    local state = tostring(session.status)
    states[#states + 1] = state
  until state:lower():find "^completed" or state:lower() == "failed" or waited > PATIENCE
  return session, words(states)
end

--- Says how a new session is shown: by its own list, by another spelling of its path, and in the answer to its create.
function Trial:look_at(session)
  local service, collection = self.service, self.service.collection
  local own = self.tenant:list(service.sessions)[1]
  local name = own and (own["@odata.type"] or "none")
  self:note(11, "a type in the service's own list", name, own and name ~= "none")
  local found, err = self.tenant:ask("GET", service.sessions:lower() .. "/" .. session.id)
  self:note(12, "its path in small letters", outcome(found, err), found ~= nil)
  local echo = session[collection] and "listed" or "not listed"
  self:note(8, "artifacts in the answer to a create", echo, is(echo, "not listed"))
end

--- Creates the session that counts, activates it unless that was done by creating it, and waits for its end.
function Trial:restore(artifact)
  local service = self.service
  local session, err = self:send("POST", service.sessions, { [service.collection] = m365.array { artifact } })
  self:note(1, "a session with artifacts is created as", session and session.status or outcome(session, err),
    session and tostring(session.status):lower() == "draft")
  if not session then return end
  self:look_at(session)
  local now = self.tenant:ask("GET", "/restoreSessions/" .. session.id) or session
  if tostring(now.status):lower() == "draft" then
    local answer, problem = self:send("POST", "/restoreSessions/" .. session.id .. "/activate")
    self:note(nil, "its activation", outcome(answer, problem))
    if not answer then return end
  end
  local ended, states = self:wait(now)
  self:note(57, "states on the way", states, are_small(states))
  self:note(nil, "the end of the session", ended.status)
  local last, of_failed = later { ended }, old_name_of_failed(self.tenant, { ended })
  self:note(14, "which is later of the session's times", last, is(last, "completedDateTime"))
  self:note(5, "a failed session to a client of old", of_failed, is(of_failed, "unknownFutureValue"))
  self:note(nil, "the end of the artifact", (self:artifacts_of(ended)[1] or {}).status)
  if service.granular then
    local page, problem = self.tenant:ask("GET", service.sessions .. "/" .. session.id .. "/" .. service.granular)
    self:note(10, "a list of its granular artifacts", outcome(page, problem), page ~= nil)
  end
end

-- how deep a snapshot is looked into
local DEPTH = 8

local function place_of(address)
  return address and unescape(address):gsub("/+$", "")
end

--- Is a file's address that of its place, and its name?
local function is_path(file, place)
  local address, above = place_of(file.webUrl), place_of(place.webUrl)
  if not (address and above and file.name) then return nil end
  return address:lower() == (above .. "/" .. file.name):lower()
end

--- What a listing's link leads to.
function Trial:turn_page(link)
  local form = link:find("skiptoken", 1, true) and "skiptoken" or "another form"
  local page, err = self.tenant:follow(link)
  self:note(30, "the next page of a listing", form .. ", " .. outcome(page, err),
    page ~= nil and form == "skiptoken")
end

--- Looks into a snapshot from its top down to the first file.
function Trial:descend(path)
  local place, file, link = {}, nil, nil
  for depth = 1, DEPTH do
    local page, err = self.tenant:ask("POST", path .. "/browse", {
      body = place.itemKey and { browseLocationItemKey = place.itemKey } or {},
      headers = { Prefer = "odata.maxpagesize=2" },
    })
    if depth == 1 then self:note(31, "{} for the top", outcome(page, err), page ~= nil) end
    link = link or page and page["@odata.nextLink"]
    local folder
    for _, item in ipairs(page and page.value or {}) do
      if item.type == "file" then file = file or item else folder = folder or item end
    end
    if file or not folder then break end
    place = folder
  end
  return place, file, link
end

--- Opens the newest fast snapshot and looks into it.
function Trial:browse()
  if not self.service.browse then return end
  if not self.fast then return self:note(30, "browsing", nil) end
  local made, err = self:send("POST", self.service.browse, { restorePointId = self.fast.id })
  self:note(37, "a browse session", outcome(made, err), are_released(self.tenant.client, err))
  if not made then return end
  self:note(32, "a browse session is first", made.status, tostring(made.status):lower() == "creating")
  local point = made.restorePointId and "given" or "absent"
  self:note(33, "its restorePointId", point, is(point, "absent"))
  local path, waited = self.service.browse .. "/" .. made.id, 0
  while tostring(made.status):lower() == "creating" and waited < 3600 do
    self:sleep()
    waited = waited + self.interval
    made = self.tenant:ask("GET", path) or made
  end
  self:note(34, "the hours that it lives", life(made), is_long(made))
  local place, file, link = self:descend(path)
  if link then self:turn_page(link) else self:note(30, "the next page of a listing", nil) end
  local size = file and file.sizeInBytes and type(file.sizeInBytes)
  self:note(39, "the type of a size", size, is(size, "string"))
  local whole = file and is_path(file, place)
  self:note(36, "a file's address", whole ~= nil and (whole and "its path" or "not its path") or nil, whole)
end

--- The unit that a person names, and what is asked of its kind.
local function find_unit(tenant, name)
  local unit = assert(tenant:ask("GET", "/protectionUnits/" .. id_of_unit(tenant.client, name)))
  local kind = tostring(unit["@odata.type"]):match "[^.]*$":lower()
  return unit, assert(SERVICES[kind], "a unit of the type " .. kind)
end

--- Restores one unit to a new place, once.
-- @tparam Tenant tenant
-- @tparam table unit
-- @tparam table how `unit`, `interval`
-- @treturn table lines: question, what was seen, the row of docs/unverified.md, and whether it is as assumed
local function restore_once(tenant, unit, how)
  local trial = setmetatable({
    tenant = tenant, lines = {}, service = tenant.service, interval = how.interval or INTERVAL,
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

--- A line as it is printed; the row and what it says of it are there where one unit was restored.
local function line_of(subject, answer, has_restored)
  local line = { subject, answer[1], answer[2] or "not seen" }
  if has_restored and answer[3] then
    line[4], line[5] = answer[3], answer[4] == nil and "not seen" or answer[4] and "as assumed" or "NOT"
  end
  return line
end

--- Asks everything.
-- @tparam client client
-- @param recording what a recording is written to: an object with write
-- @tparam[opt] table how `unit`: this one is restored, once, to a new place; `interval` (60): seconds between two looks
-- @treturn table lines: subject, question, what was seen; with a unit also the row of docs/unverified.md, where the
-- line answers one, and "as assumed", "NOT" or "not seen"
local function verify(client, recording, how)
  local tenant = setmetatable({
    client = client, out = recording, redactor = redactor(), units = "/siteProtectionUnits",
  }, Tenant)
  local unit, restored, lines = nil, {}, {}
  if how and how.unit then
    unit, tenant.service = find_unit(tenant, how.unit)
    tenant.units = tenant.service.units
    restored = restore_once(tenant, unit, how) -- first, so that the reads find at least this session
  end
  local function add(subject, answers)
    for _, answer in ipairs(answers) do lines[#lines + 1] = line_of(subject, answer, unit) end
  end
  for _, subject in ipairs(ORDER) do add(subject, questions[subject](tenant)) end
  add("restore", restored)
  return lines
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
