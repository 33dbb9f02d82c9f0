--- Browsing: what is in a place of a snapshot. The first page is a POST, the next ones are a GET.
-- @module m365restore.simulator.api.restore.items
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local tree = require "m365restore.simulator.world.tree"

local items = {}

-- {====== What is asked ======

local function body_shape(more)
  local known = {
    browseLocationItemKey = check.text, browseResourceType = check.one_of("none", "site", "documentLibrary", "folder"),
    filter = check.string, orderBy = check.one_of("pathAsc", "pathDsc", "nameAsc", "nameDsc"),
  }
  for name, shape in pairs(more) do known[name] = shape end
  return check.object({}, known)
end

local SHAPES = { ["v1.0"] = body_shape {}, beta = body_shape { optimizedBrowse = check.flag } }

local FILTER = "^%s*%(%s*[Nn]ame%s+%-contains%s+'(.*)'%s*%)%s*$"

-- The text that a name has to contain, in lower case.
local function read_filter(ask)
  if not ask.filter or ask.filter == "" then return nil end
  local text = ask.filter:match(FILTER)
  errors.need(text, "BadRequest", "filter: only (name -contains '…') is supported.")
  return (text:gsub("''", "'"):lower())
end

-- The place to open without a key: the top, or, by the short way, the only library.
local function open_top(model, ask)
  if not ask.optimizedBrowse then return model.tree.top end
  local sites = model.tree.top.children
  errors.need(#sites == 1 and #sites[1].children == 1, "Conflict",
    "The snapshot has several sites or libraries; optimizedBrowse cannot choose one.")
  return sites[1].children[1]
end

local function open_place(ctx, session, ask)
  local key = ask.browseLocationItemKey
  if not key then return open_top(ctx.model, ask) end
  local node = ctx.model.tree:find(session.point.unit, key)
  errors.need(node and node.kind ~= "file", "BadRequest",
    "browseLocationItemKey: '%s' is no place in this snapshot.", key)
  errors.need(not ask.browseResourceType or ask.browseResourceType == node.kind, "BadRequest",
    "browseResourceType: the place is a %s.", node.kind)
  return node
end

-- }======

-- {====== What is answered ======

local COMPARISONS = {
  nameAsc = function(a, b) return a.name < b.name end,
  nameDsc = function(a, b) return a.name > b.name end,
  pathAsc = function(a, b) return a.url < b.url end,
  pathDsc = function(a, b) return a.url > b.url end,
}

local function find_all(ctx, session, ask)
  local wanted, place = read_filter(ask), open_place(ctx, session, ask)
  local unit, found = session.point.unit, {}
  for _, node in ipairs(tree.under(place, ask.optimizedBrowse and wanted ~= nil)) do
    local item = ctx.model.tree:item(unit, node)
    if not wanted or item.name:lower():find(wanted, 1, true) then found[#found + 1] = item end
  end
  if ask.orderBy then table.sort(found, COMPARISONS[ask.orderBy]) end
  return found
end

local function view(ctx, session, item)
  local shown = { itemKey = item.key, name = item.name, webUrl = item.url, type = item.kind }
  if item.kind ~= "site" then -- no page shows these two for a site
    shown.itemsCount, shown.sizeInBytes = item.count, ctx:size(item.size)
  end
  if ctx.version == "beta" then
    local taken = session.point.taken
    audit.show(ctx, { creator = audit.ADMINISTRATOR, modifier = audit.ADMINISTRATOR, created = taken - figures.age.item,
      modified = taken - figures.HOUR }, shown)
  end
  return shown
end

local function answer(ctx, session, ask, at, size, empty)
  local found, value = find_all(ctx, session, ask), json.array()
  local last = empty and at or math.min(at + size, #found)
  for i = at + 1, last do value[#value + 1] = view(ctx, session, found[i]) end
  local body = {
    ["@odata.context"] = ("%s/%s/$metadata#Collection(microsoft.graph.browseQueryResponseItem)"):format(
      ctx.origin, ctx.version),
    ["@odata.count"] = #found, value = value,
  }
  if last < #found then
    body["@odata.nextLink"] = odata.browse_link(ctx, { list = session.id, at = last, size = size, query = ask })
  end
  return 200, body
end

-- }======

-- A browse session that can be looked into.
local function ready(ctx, service)
  local session = ctx.model.browses:need(ctx, service)
  errors.need(ctx.model.browses.status(session, ctx.now) == "created", "Conflict", "The browse session is not ready.")
  return session
end

--- POST /{service}BrowseSessions/{id}/browse
function items.browse(ctx, service)
  local session = ready(ctx, service)
  local ask = ctx:body(SHAPES[ctx.version], "BadRequest")
  return answer(ctx, session, ask, 0, odata.page_size(ctx), ctx.model.dialect.empty_page)
end

--- GET /{service}BrowseSessions/{id}/browse?$skiptoken=… and …/browse(nextFetchToken='…')
function items.continue(ctx, service)
  local session = ready(ctx, service)
  local token = odata.browse_token(ctx, session.id)
  return answer(ctx, session, token.query, token.at, token.size)
end

return items
