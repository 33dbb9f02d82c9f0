--- Browse sessions: looking into a snapshot of SharePoint or OneDrive, and
-- finding what a granular restore is to bring back.
-- @module m365restore.graph.browse
local core = require "m365restore.core"
local fail = require "m365restore.fail"
local fold = require "m365restore.text.fold"
local glob = require "m365restore.text.glob"
local options = require "m365restore.options"
local poll = require "m365restore.graph.poll"
local rules = require "m365restore.graph.rules"
local uri = require "m365restore.text.uri"
local workload = require "m365restore.workload"

-- the service makes a browse session within minutes; nobody promises it
local DEFAULT_WAIT = "1h"

-- what has something inside; the others are files
local places = { site = true, documentlibrary = true, folder = true }

-- what stands before the name of a site in its address; what follows the name is a site below it
local managed = { sites = true, teams = true, portals = true, personal = true }

-- places that are named where nothing matches
local MOST_NAMED = 10

local function kind_of(item)
  return tostring(item.type):lower()
end

--- The name of an item; one without a name is matched by "*" and "**" alone.
local function name_of(item)
  return type(item.name) == "string" and item.name or ""
end

--- Creates a browse session. May yield.
-- @function service:create_browse_session
-- @tparam table body `restorePointId`: the id of a fastRestore point, or the
-- point itself
-- @tparam[opt] table opts time and size limits of the call
-- @treturn ?resource to be waited for; or nil, err. Microsoft's page: "Create
-- sharePointBrowseSession", https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointbrowsesessions
local function create(service)
  local what = service .. ".create_browse_session"
  local send = core.method(service, "create_browse_session")
  return function(self, body, opts)
    local sent = options.body(what, body, { restorePointId = "any" })
    local point = sent.restorePointId
    local id = core.type(point) == "restorePoint" and point.id or point
    if type(id) ~= "string" or id == "" then
      error(string.format("%s.restorePointId: a string was expected, got %s", what, tostring(point)), 0)
    end
    sent.restorePointId = id
    return send(self, sent, opts)
  end
end

local function failure(self, code, message)
  return core.failure {
    code = code, message = message, operation = core.type(self) .. ".wait", sent = true, attempts = 1,
    service_code = rules.fault(self).code,
  }
end

local waiting = {
  what = "wait",
  timeout = DEFAULT_WAIT,
  outcome = function(self)
    local state = tostring(self.status):lower()
    if state == "created" then
      return self
    elseif state == "failed" then
      return nil, failure(self, "browse_failed", rules.fault(self).message)
    end
  end,
  progress = function(self, elapsed, err)
    local state = tostring(self.status):lower()
    return { status = self.status, elapsed = elapsed, done = state == "created" or state == "failed", error = err }
  end,
  unfinished = function(self)
    return failure(self, "wait_timeout", "the browse session is " .. tostring(self.status))
  end,
}

--- Waits until a browse session can be browsed. May yield.
-- @function browse_session:wait
-- @tparam[opt] table opts as for @{session:wait}; `timeout` is 1h by default
-- @treturn ?resource when it is created; else nil
-- @treturn ?error `browse_failed`, `wait_timeout`, or what a read failed with
-- @treturn resource in any case
local function wait(self, opts)
  return poll(self, opts, waiting)
end

local browse_options = {
  browseLocationItemKey = "string",
  browseResourceType = "string",
  filter = "string",
  orderBy = "string",
  optimizedBrowse = "boolean",
}

--- Lists one place of a snapshot: the first page by POST, the others along the
-- links. May yield when it is iterated.
-- @function browse_session:browse
-- @tparam[opt] table where an item that a browse has found; or
-- `browseLocationItemKey`, `browseResourceType`, `filter`
-- ("(name -contains 'x')"), `orderBy` ("pathAsc", "pathDsc", "nameAsc",
-- "nameDsc"), `optimizedBrowse` (boolean, beta only); nothing is the top
-- @tparam[opt] table opts time and size limits of each call
-- @treturn pager of browseQueryResponseItem; or nil, err. Microsoft's page:
-- "sharePointBrowseSession: browse", https://learn.microsoft.com/graph/api/sharepointbrowsesession-browse
local function browse(name)
  local send = core.method(name, "browse")
  return function(self, where, opts)
    local body
    if core.type(where) == "browseQueryResponseItem" then
      body = { browseLocationItemKey = where.itemKey, browseResourceType = where.type }
    else
      body = options.body(name .. ".browse", where, browse_options)
    end
    local ok, err = rules.version(name .. ".browse", self:client(), body, { "optimizedBrowse" })
    if not ok then
      return nil, err
    end
    return send(self, body, opts)
  end
end

-- {====== Walking ======

--- The segments of a web address behind the host.
local function address_of(item)
  local segments = {}
  for segment in tostring(item.webUrl or ""):gsub("^%a+://[^/]*", ""):gmatch "[^/?#]+" do
    segments[#segments + 1] = uri.unescape(segment)
  end
  return segments
end

local Walk = {}
Walk.__index = Walk

--- The names by which a glob may call an item, the one that its path shows
-- first: a library is known by its address and by its title.
local function names_of(item)
  local names = { name_of(item) }
  local address = kind_of(item) == "documentlibrary" and address_of(item) or {}
  if #address > 0 then
    table.insert(names, 1, address[#address])
  end
  return names
end

--- Where the part of a site's address begins that tells it from the site above.
local function first_below(address)
  return managed[address[1]] and 3 or 1
end

--- The state where the libraries of a site stand: a pattern may begin with the library, with the site below the site
-- that holds it, or with the whole address behind the host.
local function state_in_site(self, address, last)
  local state = self.glob:start()
  for _, first in ipairs { first_below(address), 1 } do
    for at in pairs(self.glob:behind(address, first, last)) do
      state[at] = true
    end
  end
  return state
end

--- Where a site stands: its path is empty, that of a site below it begins with its name.
local function locate_site(self, item)
  local address = address_of(item)
  self.sites = self.sites + 1
  if #address == 0 and self.sites > 1 then
    address[1] = name_of(item) -- without addresses the first is taken for the site itself
  end
  local below = table.concat(address, "/", first_below(address))
  return below ~= "" and "/" .. below or "", state_in_site(self, address, #address)
end

--- Where an item stands below a place: its path and the state of matching.
local function locate(self, place, item)
  if kind_of(item) == "site" then
    return locate_site(self, item)
  end
  local names = names_of(item)
  return place.path .. "/" .. names[1], self.glob:advance(place.state, names)
end

--- The same for an item that an optimized browse found at the top: its library
-- is only in its address. An address that does not end in the item's name is
-- that of a library itself.
local function locate_optimized(self, place, item)
  if kind_of(item) == "site" then
    return locate(self, place, item)
  end
  local address = address_of(item)
  local last = address[#address]
  if last ~= name_of(item) or #address < 2 then
    local names = { last or name_of(item), name_of(item) }
    return "/" .. names[1], self.glob:advance(state_in_site(self, address, #address - 1), names)
  end
  local library = address[#address - 1]
  local state = self.glob:advance(state_in_site(self, address, #address - 2), { library })
  return "/" .. library .. "/" .. last, self.glob:advance(state, { last })
end

--- Opens a place. Only the top can be browsed in the optimized way.
local function open(self, item, place)
  local where = item and { browseLocationItemKey = item.itemKey, browseResourceType = item.type }
    or place.optimized and { optimizedBrowse = true } or nil
  place.items = self.session:browse(where, self.opts)
  self.places[#self.places + 1] = place
end

--- The snapshot has several sites or libraries: the top is opened again, as it
-- is.
local function is_not_optimizable(place, err)
  return place.optimized and err.status == 409
end

local function matches(self, item, state)
  return kind_of(item) ~= "site" and self.glob:is_match(state) and (not self.type or self.type:lower() == kind_of(item))
end

--- Remembers what there is where the pattern leads, as far as it does: where nothing matches, a person wants to know.
local function remember(self, place, item, path)
  local progress = self.glob.progress(place.state)
  if kind_of(item) == "site" or progress < self.there.progress then
    return
  elseif progress > self.there.progress then
    self.there = { progress = progress, places = {}, more = 0, files = 0 }
  end
  local there = self.there
  if not places[kind_of(item)] then
    there.files = there.files + 1
  elseif #there.places < MOST_NAMED then
    local title = kind_of(item) == "documentlibrary" and name_of(item)
    local is_other = title and fold.text(path:match "[^/]*$") ~= fold.text(title)
    there.places[#there.places + 1] = is_other and path .. " (" .. title .. ")" or path
  else
    there.more = there.more + 1
  end
end

--- A place that cannot be opened is told: what is in it would be missed.
local function no_key(self, path)
  return fail(core.type(self.session) .. ".browse", { code = "bad_answer", sent = true, attempts = 1 },
    "the service gives no key of %s", path)
end

--- One item, wherever the walk stands: it and its path, if it is meant; or nil and an error.
local function take(self, place, item)
  local path, state = (place.optimized and locate_optimized or locate)(self, place, item)
  remember(self, place, item, path)
  if places[kind_of(item)] and self.glob:goes_on(state) then
    if type(item.itemKey) ~= "string" then
      return nil, no_key(self, path)
    end
    open(self, item, { path = path, state = state })
  end
  if matches(self, item, state) then
    return item, path
  end
  if self.glob:is_match(state) then
    self.there.matching = path -- a place, where files are asked for
  end
end

--- The next item that is meant. May yield.
-- @function walk:next
-- @treturn ?resource nil at the end
-- @treturn ?string its path from the library on; where it failed: nil and an
-- error, and the same place is asked again by the next call
function Walk:next()
  while #self.places > 0 do
    local place = self.places[#self.places]
    local item, err = place.items:next()
    if item then
      local found, path = take(self, place, item)
      if found or path then
        return found, path
      end
    elseif err and is_not_optimizable(place, err) then
      self.places[#self.places] = nil
      open(self, nil, { path = "", state = place.state })
    elseif err then
      return nil, err
    else
      self.places[#self.places] = nil
    end
  end
  return nil
end

function Walk:__call()
  local item, path = self:next()
  if not item and path then
    error(path, 0)
  end
  return item, path
end

--- Ends a walk.
function Walk:close()
  self.places = {}
end

Walk.__close = Walk.close

local walk_options = { match = "string", type = "string" }

local function new_walk(session, pattern, kind, opts)
  local self = setmetatable({
    session = session, glob = pattern, type = kind, opts = opts, places = {}, sites = 0,
    there = { progress = -1, places = {}, more = 0, files = 0 },
  }, Walk)
  open(self, nil, { path = "", state = pattern:start(), optimized = session:client().beta })
  return self
end

--- Walks a snapshot from the top down, without going where nothing can match.
-- May yield when it is iterated.
-- @function browse_session:walk
-- @tparam[opt] table what `match`: a pattern of paths that start with the
-- library, like "/Shared Documents/**/*.xlsx" ("*" and "?" within a name, "**"
-- for any number of folders; letters match in any case), or with the site's
-- address behind the host; default everything below the libraries. `type`: "file", "folder" or
-- "documentLibrary" only
-- @tparam[opt] table opts time and size limits of each call
-- @treturn walk for a generic `for`: item and path; an error is raised. On a
-- beta client the top is first asked for in the optimized way.
local function walk(self, what, opts)
  local name = core.type(self) .. ".walk"
  local o = options.read(name, what, walk_options)
  local new = new_walk(self, glob.compile(name .. ".match", o.match or "/**"), o.type, opts)
  return new, nil, nil, new
end

--- Finds all that a pattern means. May yield.
-- @function browse_session:find
-- @tparam string pattern as for @{browse_session:walk}
-- @tparam[opt] table what `type`, as there
-- @tparam[opt] table opts time and size limits of each call
-- @treturn ?table a list of items, ready for the granular artifacts of
-- `create_session`; or nil, err and what was found before
-- @treturn ?table their paths
-- @treturn ?table what there is where the pattern leads, as far as it does:
-- `places`, paths of at most ten libraries or folders; `more`, how many others;
-- `files`, how many; `matching`, a place that matches where files were asked
-- for.
local function find(self, pattern, what, opts)
  local name = core.type(self) .. ".find"
  local compiled = glob.compile(name .. ".pattern", pattern)
  local o = options.read(name, what, { type = "string" })
  local found, paths = {}, {}
  local all = new_walk(self, compiled, o.type, opts)
  while true do
    local item, path = all:next()
    if not item and path then
      return nil, path, found
    elseif not item then
      return found, paths, all.there
    end
    found[#found + 1], paths[#paths + 1] = item, path
  end
end

-- }======

core.extend("browseSessionBase", { wait = wait, walk = walk, find = find })
for service, known in pairs(workload.browsable) do
  core.extend(service, { create_browse_session = create(service) })
  core.extend(known.browse_session, { browse = browse(known.browse_session) })
end

return {}
