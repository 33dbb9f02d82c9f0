--- Restore points: the list, and the search over any number of units.
-- @module m365restore.graph.points
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local fail = require "m365restore.fail"
local gather = require "m365restore.driver.gather"
local options = require "m365restore.options"
local rules = require "m365restore.graph.rules"
local tables = require "m365restore.tables"
local time = require "m365restore.time"

-- protection units in one search; and in one with an artifactQuery
local LARGEST_GROUP, LARGEST_QUERIED = 20, 1

local orders = { latest = "protectionDateTime desc", oldest = "protectionDateTime asc" }
orders.desc, orders.asc = orders.latest, orders.oldest

local function text_literal(value)
  return "'" .. value:gsub("'", "''") .. "'"
end

-- what is made of our own options
local made = { filter = "before and after", expand = "unit and policy", orderby = "order" }

local list_options = { unit = "any", policy = "any", before = "moment", after = "moment", order = "string" }

--- What is ours of an option table, and what is the call's.
local function divide(opts)
  local ours, rest = {}, {}
  for name, value in pairs(opts) do
    if made[name] then
      error(string.format("client.restore_points.%s cannot be given: use %s", name, made[name]), 0)
    end
    (list_options[name] and ours or rest)[name] = value
  end
  return ours, rest
end

local function id_of(value, field, kind)
  local id = core.type(value) and value.id or value
  if type(id) ~= "string" or id == "" then
    error(string.format("%s: an id or a %s was expected, got %s", field, kind, tostring(value)), 0)
  end
  return id
end

--- The service wants a filter on the time in any case: without one, all that
-- is not in the future counts.
local function time_filter(o, now)
  local clauses = {}
  if o.before or not o.after then
    clauses[1] = "protectionDateTime lt " .. (o.before or time.format(math.floor(now)))
  end
  if o.after then
    clauses[#clauses + 1] = "protectionDateTime gt " .. o.after
  end
  return table.concat(clauses, " and ")
end

--- The query that names the unit: in $expand, or in $filter where a policy is asked for, too.
local function scope(what, o, now)
  local unit = text_literal(id_of(o.unit, what .. ".unit", "protection unit"))
  if o.policy == nil then
    return "protectionUnit($filter=id eq " .. unit .. ")", time_filter(o, now)
  end
  return "protectionUnit", string.format("%s and protectionUnit/id eq %s and protectionUnit/policyId eq %s",
    time_filter(o, now), unit, text_literal(id_of(o.policy, what .. ".policy", "protection policy")))
end

local list = core.method("client", "restore_points")

--- The restore points of one protection unit: at most five, which is what the
-- service gives. May yield when it is iterated.
-- @function client:restore_points
-- @tparam table opts `unit` (required: its id, or the protection unit itself),
-- `policy` (an id or a protection policy: only points that this policy took; new in September 2026, a tenant may not
-- have it yet), `before` and `after` (times: text or seconds since 1970; default before
-- now), `order` ("latest" or "desc", which is the default; "oldest" or "asc"), and the
-- time and size limits of the call
-- @treturn pager of restorePoint; raises on wrong options. Microsoft's page:
-- "List restorePoints", https://learn.microsoft.com/graph/api/backuprestoreroot-list-restorepoints
local function restore_points(self, opts)
  if type(opts) ~= "table" then
    error("client.restore_points: a table of options was expected, got " .. type(opts), 0)
  end
  local given, rest = divide(opts)
  local what = "client.restore_points"
  local o = options.read(what, given, list_options)
  rest.expand, rest.filter = scope(what, o, clock.of(self):now())
  rest.orderby = o.order and options.choice(what .. ".order", o.order, orders)
  return list(self, rest)
end

local search_options = {
  policyId = "string",
  protectionUnitIds = "table",
  protectionTimePeriod = "table",
  restorePointPreference = "string",
  tags = "string",
  artifactQuery = "table",
  concurrency = "integer",
}

--- The ids without repetitions; two spellings of one id are one.
local function distinct(what, units)
  local ids, seen = {}, {}
  for i = 1, #units do
    local id = id_of(units[i], string.format("%s.protectionUnitIds[%d]", what, i), "protection unit")
    if not seen[id:lower()] then
      seen[id:lower()] = true
      ids[#ids + 1] = id
    end
  end
  return ids
end

local function period_of(what, period)
  if not period then
    error(what .. ".protectionTimePeriod: { startDateTime =, endDateTime = } was expected, got nil", 0)
  end
  local rows = { startDateTime = "moment", endDateTime = "moment" }
  local sent = options.read(what .. ".protectionTimePeriod", period, rows)
  for name, value in pairs(period) do
    sent[name] = type(value) == "string" and value or sent[name] -- a text goes as it is
  end
  return sent
end

--- Can a search be sent? nil, err: the service would refuse it.
local function check_search(what, client, ids, query)
  if #ids == 0 then
    return fail(what, "InvalidSearchRequest", "protectionUnitIds is empty")
  elseif query.artifactQuery and #ids > LARGEST_QUERIED then
    return fail(what, "InvalidSearchRequest", "an artifactQuery takes one protection unit, got %d", #ids)
  end
  return rules.version(what, client, query.artifactQuery or {}, { "structuredQueryExpression" })
end

local function groups_of(ids, size)
  local groups = {}
  for first = 1, #ids, size do
    groups[#groups + 1] = { table.unpack(ids, first, math.min(first + size - 1, #ids)) }
  end
  return groups
end

--- Notes what an answer says of the units of its group. A hit that does not
-- say whose it is can only count where one unit was asked for.
local function note(found, group, answer)
  for _, item in ipairs(rules.object(answer.searchResults)) do
    local hit = rules.object(item)
    local unit = rules.object(rules.object(hit.restorePoint).protectionUnit)
    local id = unit.id or #group == 1 and group[1]
    if type(id) == "string" then
      local hits = found.hits[id:lower()] or {}
      found.hits[id:lower()] = hits
      hits[#hits + 1] = { restorePoint = hit.restorePoint, artifactHitCount = hit.artifactHitCount }
    end
  end
  for _, id in ipairs(rules.object(answer.noResultProtectionUnitIds)) do
    found.none[tostring(id):lower()] = true
  end
end

--- The ids of which nothing has been said.
local function open_of(found, ids)
  return tables.filter(ids, function(id) return not found.hits[id:lower()] and not found.none[id:lower()] end)
end

--- A group that is refused for one of its ids is asked again in parts, so
-- that in the end the error names the one.
local function is_divisible(err, group)
  return err.code == "InvalidProtectionUnitId" and #group > 1
end

local search = core.method("client", "search_restore_points")

--- One round: every group is asked once. nil, err: one of them failed.
local function ask(self, found, groups, query, concurrency, opts)
  local answers, failures = gather(groups, function(group)
    return search(self, tables.copy(query, { protectionUnitIds = core.array(group) }), opts)
  end, concurrency or 1)
  for i, group in ipairs(groups) do
    local err = failures[i]
    if not err then
      note(found, group, answers[i])
    elseif type(err) ~= "table" then
      error(err, 0) -- misuse: the options of the call
    elseif not is_divisible(err, group) then
      err.protectionUnitIds = group
      return nil, err
    end
  end
  found.requests = found.requests + #groups
  found.searchResponseId = answers[1] and answers[1].searchResponseId
  return true
end

--- What is returned, in the order in which the units were given.
local function result_of(found, ids)
  local result = { searchResults = {}, noResultProtectionUnitIds = {}, unanswered = open_of(found, ids) }
  for _, id in ipairs(ids) do
    for _, hit in ipairs(found.hits[id:lower()] or {}) do
      table.insert(result.searchResults, hit)
    end
    if found.none[id:lower()] and not found.hits[id:lower()] then
      table.insert(result.noResultProtectionUnitIds, id)
    end
  end
  if found.requests == 1 then
    result.searchResponseId = found.searchResponseId
  end
  return result
end

--- Searches restore points for any number of protection units: 20 in a
-- request; units of which an answer says nothing are asked for again in
-- smaller groups, down to one. May yield.
-- @function client:search_restore_points
-- @tparam table query `protectionUnitIds` (ids, or protection units; any
-- number, but one with an artifactQuery), `protectionTimePeriod`
-- (`{ startDateTime =, endDateTime = }`: texts, or seconds since 1970),
-- `restorePointPreference` ("latest" or "oldest"), `tags` ("fastRestore"),
-- `artifactQuery` (`{ queryExpression =, artifactType = "message" }`, Exchange
-- only; `structuredQueryExpression` on beta), `policyId` (the policy that holds every unit; new in September 2026, a
-- tenant may not have it yet), `concurrency` (integer, default 1: requests at a time)
-- @tparam[opt] table opts time and size limits of each request
-- @treturn ?table `searchResults` (a list of `{ restorePoint =,
-- artifactHitCount = }` in the order of the units), `noResultProtectionUnitIds`,
-- `unanswered` (ids that the service never said anything about),
-- `searchResponseId` (of a search that took one request)
-- @treturn ?error with `protectionUnitIds`, the units of the request that
-- failed. Microsoft's page: "restorePoint: search",
-- https://learn.microsoft.com/graph/api/restorepoint-search
local function search_restore_points(self, query, opts)
  local what = "client.search_restore_points"
  local sent = options.body(what, query, search_options)
  local ids = distinct(what, sent.protectionUnitIds or {})
  sent.protectionTimePeriod = period_of(what, sent.protectionTimePeriod)
  local concurrency = sent.concurrency
  sent.protectionUnitIds, sent.concurrency = nil, nil
  local fine, flaw = check_search(what, self, ids, sent)
  if not fine then
    return nil, flaw
  end
  local found = { hits = {}, none = {}, requests = 0 }
  local size, open = LARGEST_GROUP, ids
  while #open > 0 and size >= 1 do
    local ok, err = ask(self, found, groups_of(open, size), sent, concurrency, opts)
    if not ok then
      return nil, err
    end
    size, open = math.min(size, #open) // 2, open_of(found, open)
  end
  return result_of(found, ids)
end

core.extend("client", { restore_points = restore_points, search_restore_points = search_restore_points })

return {}
