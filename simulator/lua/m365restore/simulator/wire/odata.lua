--- OData's query options and pages.
-- @module m365restore.simulator.wire.odata
local errors = require "m365restore.simulator.wire.errors"
local filter = require "m365restore.simulator.wire.filter"
local json = require "m365restore.simulator.wire.json"

local odata = {}

-- {====== Targets ======

--- A text without its escapes.
-- @tparam string text
-- @treturn string
function odata.unescape(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end
local unescape = odata.unescape

local function escape(text)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- Reads the pairs of a query, or of a form.
-- @tparam string text
-- @treturn table name = value, unescaped
function odata.read_pairs(text)
  local found = {}
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    found[unescape((name:gsub("%+", " ")))] = unescape((value:gsub("%+", " ")))
  end
  return found
end

--- Splits a request target.
-- @tparam string target as sent
-- @treturn string path, unescaped
-- @treturn table segments of it, each unescaped
-- @treturn table query name = value, unescaped
-- @treturn string query as sent
function odata.split(target)
  local raw_path, raw_query = target:match("^([^?]*)%??(.*)$")
  raw_path = raw_path:gsub("^%a+://[^/]*", "")
  local segments = {}
  for segment in raw_path:gmatch("[^/]+") do segments[#segments + 1] = unescape(segment) end
  return unescape(raw_path), segments, odata.read_pairs(raw_query), raw_query
end

-- }======

-- {====== Options ======

local LISTED = {
  ["$top"] = true, ["$filter"] = true, ["$select"] = true, ["$count"] = true, ["$orderby"] = true,
  ["$expand"] = true, ["$skiptoken"] = true,
}
-- what the description lists for every collection, and no page
local DESCRIBED = { ["$skip"] = true, ["$search"] = true }
-- what may be asked of an operation that is no list
local OPTIONS = { none = {}, single = { ["$select"] = true }, expanded = { ["$select"] = true, ["$expand"] = true } }
local COUNTED = { ["$filter"] = true }

local function allow(query, known)
  for name in pairs(query) do
    errors.need(known[name], "BadRequest", "The query option '%s' is not supported here.", name)
  end
end

--- Refuses the query options that an operation does not have.
-- @tparam table ctx the request
-- @tparam string kind "none"; "single", an entity; "expanded", one that has something to expand
function odata.check_options(ctx, kind) allow(ctx.query, OPTIONS[kind]) end

local function whole_number(ctx, text, name)
  local n = text:match("^%d+$") and math.tointeger(tonumber(text))
  errors.need(n and n >= 1, "BadRequest", "Invalid value '%s' for %s.", text, name)
  return math.min(n, ctx.model.options.max_page_size)
end

--- The number of entities that a page of the answer may hold.
-- @tparam table ctx the request
-- @treturn integer
function odata.page_size(ctx)
  if ctx.query["$top"] then return whole_number(ctx, ctx.query["$top"], "$top") end
  local wanted = ctx.prefer["odata.maxpagesize"]
  if wanted then return whole_number(ctx, wanted, "odata.maxpagesize") end
  return ctx.model.options.page_size
end

--- Compiles the $filter of a request.
-- @treturn ?function predicate
-- @treturn ?table set of the properties that it names
function odata.filter(ctx, code)
  local text = ctx.query["$filter"]
  if not text then return nil end
  errors.need(#text <= ctx.model.options.filter_length, "FilterLengthExceeded",
    "The filter is longer than the service allows.")
  local test, detail = filter.compile(text)
  if not test then errors.raise(code or "BadRequest", "Invalid filter clause: " .. detail .. ".") end
  return test, detail
end

--- The view of an entity with nothing but what $select names.
function odata.select(ctx, view)
  local names = ctx.query["$select"]
  if not names then return view end
  local chosen = { ["@odata.type"] = view["@odata.type"], id = view.id }
  for name in names:gmatch("[^,%s]+") do chosen[name] = view[name] end
  return chosen
end

-- }======

-- {====== Pages ======

-- A token is opaque to clients, and signed by its form alone: it names the list, the place and the options.
local function write_token(token)
  return (json.encode(token):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function read_token(text)
  if #text % 2 == 1 or text:find("%X") then return nil end
  local plain = text:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)
  local token = json.decode(plain)
  if type(token) ~= "table" or type(token.query) ~= "table" or not math.tointeger(token.at) then return nil end
  return token
end

local function link(ctx, path)
  if ctx.model.dialect.path_case == "changed" then path = path:gsub("sharePoint", "sharepoint") end
  if ctx.model.dialect.next_link == "relative" then return path end
  return ctx.origin .. "/" .. ctx.version .. path
end

local function with_token(ctx, path, token)
  local mark = ctx.model.dialect.next_link == "ampersand" and "?&" or "?"
  return link(ctx, path .. mark .. "$skiptoken=" .. escape(write_token(token)))
end

local function next_link(ctx, token)
  local alias = ctx.model.dialect.next_link == "other_collection" and ctx.row.alias
  return with_token(ctx, alias or ctx.base_path, token)
end

--- The address of the next page of a browse.
-- @tparam table ctx the request
-- @tparam table token `list`, `at`, `size`, and `query`, the body of the first request
-- @treturn string
function odata.browse_link(ctx, token)
  local path = ctx.base_path:gsub("%(nextFetchToken=.*$", "")
  if ctx.model.dialect.browse_next == "skiptoken" then return with_token(ctx, path, token) end
  path = path:gsub("/%w+BrowseSessions/", "/browseSessions/") -- the description has the function there alone
  return link(ctx, ("%s(nextFetchToken='%s')"):format(path, write_token(token)))
end

--- The token of a request for the next page of a browse.
-- @tparam table ctx the request
-- @tparam string list that it has to belong to
-- @treturn table token; raises the refusal
function odata.browse_token(ctx, list)
  local text = ctx.params.token
  allow(ctx.query, text and {} or { ["$skiptoken"] = true })
  local token = read_token(text or ctx.query["$skiptoken"] or "")
  errors.need(token and token.list == list, "BadRequest", "The $skiptoken is not valid.")
  return token
end

-- The place where a page starts. The options of the first page travel inside the token.
local function resume(ctx, name)
  local text = ctx.query["$skiptoken"]
  if not text then return 0 end
  allow(ctx.query, { ["$skiptoken"] = true })
  local token = read_token(text)
  errors.need(token and token.list == name, "BadRequest", "The $skiptoken is not valid.")
  for option, value in pairs(token.query) do ctx.query[option] = value end
  ctx.query["$skiptoken"] = nil
  return token.at, token.size
end

--- The list that a $skiptoken belongs to, or nil.
function odata.list_of(ctx)
  local token = ctx.query["$skiptoken"] and read_token(ctx.query["$skiptoken"])
  return token and token.list
end

-- The value of a property, or of one inside it: "createdBy/application/id".
local function value_at(view, path)
  for name in path:gmatch "[^/]+" do
    view = type(view) == "table" and view[name] or nil
  end
  return (type(view) == "string" or type(view) == "number") and view or nil
end

local function clauses_of(text)
  local clauses = {}
  for clause in text:gmatch "[^,]+" do
    local path, way = clause:match "^%s*([%w/]+)%s*(%a*)%s*$"
    errors.need(path and (way == "" or way == "asc" or way == "desc"), "BadRequest",
      "Invalid $orderby clause '%s'.", clause)
    clauses[#clauses + 1] = { path = path, falls = way == "desc" }
  end
  return clauses
end

-- Is one row before the other? What has no value comes first, what is equal stays in the order of the list.
local function is_before(clauses, a, b)
  for _, clause in ipairs(clauses) do
    local x, y = value_at(a.view, clause.path), value_at(b.view, clause.path)
    if x ~= y then
      local less = x == nil or y ~= nil and type(x) == type(y) and x < y
      return less ~= clause.falls
    end
  end
  return a.place < b.place
end

-- A list in the order that $orderby wants.
local function sorted(ctx, list)
  local clauses, rows, items = clauses_of(ctx.query["$orderby"]), {}, {}
  for place, entity in list.after, nil, 0 do
    rows[#rows + 1] = { place = place, entity = entity, view = list.view(entity) }
  end
  table.sort(rows, function(a, b) return is_before(clauses, a, b) end)
  for i, row in ipairs(rows) do items[i] = row.entity end
  return odata.over(items)
end

local function total(list, test)
  if not test and list.total then return list.total() end
  local count = 0
  for _, entity in list.after, nil, 0 do
    if not test or test(list.view(entity)) then count = count + 1 end
  end
  return count
end

-- Is one of the texts of a view what is searched for? Both it and `test` count.
local function searching(ctx, test)
  local text = ctx.query["$search"]
  if not text then return test end
  local word = text:gsub('^"(.*)"$', "%1"):lower()
  return function(view)
    if test and not test(view) then return false end
    for _, value in pairs(view) do
      if type(value) == "string" and value:lower():find(word, 1, true) then return true end
    end
    return false
  end
end

-- The place behind the entities that $skip leaves out.
local function skip(ctx, list, test)
  local text, at = ctx.query["$skip"] or "0", 0
  local left = text:match("^%d+$") and math.tointeger(tonumber(text))
  errors.need(left, "BadRequest", "Invalid value '%s' for $skip.", text)
  while left > 0 do
    local place, entity = list.after(nil, at)
    if not place then break end
    at = place
    if not test or test(list.view(entity)) then left = left - 1 end
  end
  return at
end

-- Fills one page; returns the place of its last entity.
local function fill(ctx, list, at, size, test)
  local value = json.array()
  while #value < size do
    local place, entity = list.after(nil, at)
    if not place then break end
    at = place
    local view = list.view(entity)
    if not test or test(view) then value[#value + 1] = odata.select(ctx, view) end
  end
  return value, at
end

--- Answers one page of a list, or its `$count` segment.
-- @tparam table ctx the request
-- @tparam table list `name`; `after(nil, place)`, an iterator's function: the next place and its entity, or nil;
-- `view(entity)`, the entity as it is sent; `orderby` = true when the list is ordered already; `sorts` = true when it
-- can be ordered; `total()`, the number of
-- entities where that is known without walking them
-- @treturn table body, or text for `$count`
function odata.page(ctx, list)
  if ctx.row.counting then
    allow(ctx.query, COUNTED)
    return tostring(total(list, odata.filter(ctx)))
  end
  local counted = not ctx.query["$skiptoken"]
  local at, size = resume(ctx, list.name)
  for name in pairs(ctx.query) do
    if not (DESCRIBED[name] and ctx.model.dialect.list_options == "described") then
      allow({ [name] = true }, LISTED)
    end
  end
  if ctx.query["$orderby"] and list.sorts then
    list.after = sorted(ctx, list)
  elseif ctx.query["$orderby"] and not list.orderby then
    errors.raise("BadRequest", "$orderby is not supported on this collection.")
  end
  errors.need(not ctx.query["$expand"] or list.expand, "BadRequest", "$expand is not supported on this collection.")
  local test = searching(ctx, list.test or odata.filter(ctx))
  if counted then at = skip(ctx, list, test) end
  size = size or odata.page_size(ctx)
  -- a size of nothing fills an empty page that leads to its own beginning
  local value, last = fill(ctx, list, at, counted and ctx.model.dialect.empty_page and 0 or size, test)
  local body = { ["@odata.context"] = ctx:context(list.context or list.name), value = value }
  if counted and ctx.query["$count"] == "true" then body["@odata.count"] = total(list, test) end
  if list.after(nil, last) then
    body["@odata.nextLink"] = next_link(ctx, { list = list.name, at = last, size = size, query = ctx.query })
  end
  return body
end

--- Answers a single entity.
-- @tparam table ctx the request
-- @tparam string set where it lives, for its context
-- @tparam table view
-- @treturn table body
function odata.entity(ctx, set, view)
  local shown = odata.select(ctx, view)
  shown["@odata.context"] = ctx:context(set .. "/$entity")
  return shown
end

--- A list over a Lua array.
-- @tparam table items
-- @treturn function after(nil, place)
function odata.over(items)
  return function(_, place)
    local item = items[place + 1]
    if item then return place + 1, item end
  end
end

-- }======

return odata
