--- Restore points: list, get, search.
-- @module m365restore.simulator.api.points
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local ids = require "m365restore.simulator.world.ids"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local resolution = require "m365restore.simulator.api.restore.resolution"

local points = {}

local function view_unit(unit)
  return {
    ["@odata.type"] = "#microsoft.graph." .. unit.kind .. "ProtectionUnit",
    id = unit.id, siteId = unit.siteId, directoryObjectId = unit.directoryObjectId, policyId = unit.policyId,
  }
end

--- A restore point as it is sent.
-- @tparam table ctx the request
-- @tparam table point
-- @tparam boolean expanded with its unit
-- @treturn table
function points.view(ctx, point, expanded)
  return {
    ["@odata.type"] = "#microsoft.graph.restorePoint",
    id = point.id, protectionDateTime = ctx:time(point.taken), expirationDateTime = ctx:time(point.announced),
    tags = point.fast and "fastRestore" or "none", protectionUnit = expanded and view_unit(point.unit) or nil,
  }
end

-- {====== List ======

local EXPAND = "^%s*protectionUnit%(%s*%$filter%s*=%s*id%s+eq%s+'([^']*)'%s*%)%s*$"

-- The second shape names the unit in the filter, with its policy.
local function filtered_unit(ctx)
  local filter = ctx.query["$filter"] or ""
  local id = filter:match "protectionUnit/id%s+eq%s+'([^']*)'"
  errors.need(id and ctx:has_policy_scope(), "InvalidSearchRequest",
    "$filter needs protectionUnit/id eq '…' where $expand does not name the unit.")
  return id
end

local function expanded_unit(ctx)
  local expand = ctx.query["$expand"]
  errors.need(expand, "InvalidSearchRequest", "$expand=protectionUnit($filter=id eq '…') is required.")
  local id = expand == "protectionUnit" and filtered_unit(ctx) or expand:match(EXPAND)
  errors.need(id, "InvalidSearchRequest", "$expand needs the form protectionUnit($filter=id eq '…').")
  local unit = ids.is_guid(id) and ctx.model.world:find_unit(id)
  errors.need(unit, "InvalidProtectionUnitId", "There is no protection unit '%s'.", id)
  return unit
end

local function date_filter(ctx)
  local test, properties = odata.filter(ctx, "InvalidSearchRequest")
  errors.need(test and properties.protectionDateTime, "InvalidSearchRequest",
    "A $filter on protectionDateTime is required.")
  return test
end

local function in_order(ctx, found)
  local property, direction = (ctx.query["$orderby"] or "protectionDateTime desc"):match("^%s*(%S+)%s*(%S*)%s*$")
  errors.need(property == "protectionDateTime" and (direction == "" or direction == "asc" or direction == "desc"),
    "InvalidSearchRequest", "Restore points can be ordered by protectionDateTime only.")
  local newest_first = direction == "desc"
  table.sort(found, function(a, b)
    if newest_first then a, b = b, a end
    return a.taken < b.taken
  end)
  return found
end

local function matching(ctx, unit, test)
  local found = {}
  for _, point in ipairs(ctx.model.world:points(unit, ctx.now)) do
    if test(points.view(ctx, point, true)) then found[#found + 1] = point end
  end
  found = in_order(ctx, found)
  return { table.unpack(found, 1, figures.most.points_in_list) }
end

--- GET /restorePoints
function points.list(ctx)
  -- the page of a $skiptoken finds its options in the token
  local found
  local function all()
    found = found or matching(ctx, expanded_unit(ctx), date_filter(ctx))
    return found
  end
  if not ctx.query["$skiptoken"] then all() end
  return 200, odata.page(ctx, {
    name = "restorePoints", orderby = true, expand = true, test = function() return true end,
    after = function(_, place)
      local point = all()[place + 1]
      if point then return place + 1, point end
    end,
    view = function(point) return points.view(ctx, point, true) end,
  })
end

-- }======

--- GET /restorePoints/{id}
function points.get(ctx)
  local expand = ctx.query["$expand"]
  errors.need(not expand or expand == "protectionUnit", "BadRequest",
    "Only protectionUnit can be expanded on a restore point.")
  local point = ctx.model.world:find_point(ctx.params.id, ctx.now)
  errors.need(point, "RestorePointNotFound", "There is no restore point '%s'.", ctx.params.id)
  local view = odata.select(ctx, points.view(ctx, point, expand ~= nil))
  view["@odata.context"] = ctx:context("restorePoints/$entity")
  return 200, view
end

-- {====== Search ======

local STRUCTURED = check.object({}, {
  hasAttachment = check.flag, items = check.list(check.one_of("email", "note", "contact", "task", "calendar")),
  recipients = check.list(check.text), senders = check.list(check.text), subjects = check.list(check.text),
})

local function search_shape(query, policy, ...)
  return check.object({
    protectionUnitIds = check.list(check.text),
    protectionTimePeriod = check.object({}, { startDateTime = check.time, endDateTime = check.time }),
  }, {
    restorePointPreference = check.one_of("latest", "oldest"),
    tags = check.flags("none", "fastRestore", ...),
    artifactQuery = query, policyId = policy,
  })
end

local V1_QUERY = check.object({ queryExpression = check.text }, { artifactType = check.one_of("message") })
local SEARCH = {
  ["v1.0"] = search_shape(V1_QUERY),
  both = search_shape(V1_QUERY, check.text),
  beta = search_shape(check.object({}, {
    queryExpression = check.text, structuredQueryExpression = STRUCTURED, artifactType = check.one_of("message"),
  }), check.text, "includeNewerItems"),
}

local function check_units(ctx, body)
  local wanted, limit = body.protectionUnitIds, ctx.model.options.limits.units_per_search
  errors.need(#wanted ~= 0, "InvalidSearchRequest", "protectionUnitIds must not be empty.")
  errors.need(#wanted <= limit, "InvalidSearchRequest", "At most %d protection units are allowed in a search.", limit)
  for _, id in ipairs(wanted) do
    errors.need(ids.is_guid(id), "InvalidProtectionUnitId", "'%s' is not the id of a protection unit.", id)
  end
end

local function is_held(unit, policy) return unit and unit.policyId and unit.policyId:lower() == policy:lower() end

local function check_policy(ctx, body)
  if not body.policyId then return end
  errors.need(ids.is_guid(body.policyId), "InvalidSearchRequest", "'%s' is not the id of a policy.", body.policyId)
  for _, id in ipairs(ctx.model.dialect.other_policy == "refused" and body.protectionUnitIds or {}) do
    errors.need(is_held(ctx.model.world:find_unit(id), body.policyId), "InvalidSearchRequest",
      "The policy does not hold the protection unit '%s'.", id)
  end
end

local function check_query(ctx, body)
  if not body.artifactQuery then return end
  local unit = ctx.model.world:find_unit(body.protectionUnitIds[1])
  errors.need(#body.protectionUnitIds == 1 and unit and unit.kind == "mailbox", "InvalidSearchRequest",
    "artifactQuery needs exactly one protection unit, a mailbox.")
  errors.need(body.artifactQuery.queryExpression or body.artifactQuery.structuredQueryExpression,
    "InvalidSearchRequest", "artifactQuery needs an expression.")
end

local function check_period(body)
  local first, last = resolution.period(body)
  errors.need(first ~= -math.huge or last ~= math.huge, "InvalidSearchRequest",
    "protectionTimePeriod must not be empty.")
  errors.need(first <= last, "InvalidSearchRequest", "protectionTimePeriod ends before it starts.")
end

local function hits(ctx, body, id)
  local unit = ctx.model.world:find_unit(id)
  if not unit or body.policyId and not is_held(unit, body.policyId) then return {} end
  return { table.unpack(resolution.points(ctx, unit, body), 1, ctx.model.dialect.points_per_search) }
end

local function hits_of(ctx, unit) return unit.hits or ctx.model.ids:pick("hits", unit.n, 200) end

local function result(ctx, body, point)
  return {
    restorePoint = points.view(ctx, point, true),
    artifactHitCount = body.artifactQuery and hits_of(ctx, point.unit) or nil,
  }
end

-- The ticket for a granular mailbox restore: the model remembers whose it is, and how much was found.
local function ticket(ctx, body)
  local id = ctx.model.ids:next("search")
  if body.artifactQuery then
    local unit = ctx.model.world:find_unit(body.protectionUnitIds[1])
    ctx.model.searches[id] = { unit = unit.id, hits = hits_of(ctx, unit) }
  end
  return id
end

--- POST /restorePoints/search
function points.search(ctx)
  local shape = ctx.version == "v1.0" and ctx:has_policy_scope() and "both" or ctx.version
  local body = ctx:body(SEARCH[shape], "InvalidSearchRequest")
  check_units(ctx, body)
  check_policy(ctx, body)
  check_query(ctx, body)
  check_period(body)
  local results, missing = json.array(), json.array()
  for i, id in ipairs(body.protectionUnitIds) do
    if i > ctx.model.dialect.units_answered then break end
    local found = hits(ctx, body, id)
    if #found == 0 then missing[#missing + 1] = id end
    for _, point in ipairs(found) do results[#results + 1] = result(ctx, body, point) end
  end
  return 200, {
    ["@odata.context"] = ctx:context("restorePoints"), searchResponseId = ticket(ctx, body),
    searchResults = results,
    noResultProtectionUnitIds = (#missing > 0 or ctx.model.dialect.no_result_list == "always") and missing or nil,
  }
end

-- }======

return points
