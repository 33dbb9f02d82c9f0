--- Browse sessions: looking into a snapshot of SharePoint or OneDrive, and
-- finding what a granular restore is to bring back.
-- @module m365restore.browse
local core = require "m365restore.core"
local options = require "m365restore.options"
local poll = require "m365restore.poll"
local rules = require "m365restore.rules"
local uri = require "m365restore.uri"

-- the service makes a browse session within minutes; nobody promises it
local DEFAULT_WAIT = "1h"

-- what has something inside; the others are files
local places = { site = true, documentlibrary = true, folder = true }

local services = { sharePoint = "sharePointBrowseSession", oneDriveForBusiness = "oneDriveForBusinessBrowseSession" }

local function kind_of(item)
  return tostring(item.type):lower()
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
    local point = options.read(what, body, { restorePointId = "any" }).restorePointId
    local id = core.type(point) == "restorePoint" and point.id or point
    if type(id) ~= "string" or id == "" then
      error(string.format("%s.restorePointId: a string was expected, got %s", what, tostring(point)), 0)
    end
    return send(self, { restorePointId = id }, opts)
  end
end

local function failure(self, code, message)
  return core.failure {
    code = code, message = message, operation = core.type(self) .. ".wait", sent = true, attempts = 1,
    service_code = self.error and self.error.code,
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
      return nil, failure(self, "browse_failed", self.error and self.error.message)
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
      body = options.read(name .. ".browse", where, browse_options)
    end
    local ok, err = rules.version(name .. ".browse", self:client(), body, { "optimizedBrowse" })
    if not ok then
      return nil, err
    end
    return send(self, body, opts)
  end
end

-- {====== Globs ======

--- A segment of a glob as a Lua pattern.
local function pattern_of(segment)
  local pattern = segment:lower():gsub("[^%w*?]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
  return "^" .. pattern .. "$"
end

--- A glob as a list of patterns; "**" stands for itself. At the end it means
-- all that is below.
local function compile(glob)
  local segments = {}
  for segment in glob:gmatch "[^/]+" do
    segments[#segments + 1] = segment == "**" and "**" or pattern_of(segment)
  end
  if segments[#segments] == "**" then
    segments[#segments + 1] = pattern_of "*"
  end
  return segments
end

--- Adds a place in the list of segments, and those behind "**", which may
-- stand for nothing.
local function reach(segments, state, place)
  state[place] = true
  if segments[place] == "**" then
    reach(segments, state, place + 1)
  end
  return state
end

--- Where matching stands behind one more name; each of its spellings counts.
local function advance(segments, state, names)
  local after = {}
  for place in pairs(state) do
    local segment = segments[place]
    if segment == "**" then
      reach(segments, after, place)
    end
    for _, name in ipairs(segment and segment ~= "**" and names or {}) do
      if name:lower():find(segment) then
        reach(segments, after, place + 1)
      end
    end
  end
  return after
end

-- }======

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
  local names = { item.name }
  local address = kind_of(item) == "documentlibrary" and address_of(item) or {}
  if #address > 0 then
    table.insert(names, 1, address[#address])
  end
  return names
end

--- Where an item stands below a place: its path and the state of matching. A
-- site is no part of a path.
local function locate(self, place, item)
  if kind_of(item) == "site" then
    return place.path, place.state
  end
  local names = names_of(item)
  return place.path .. "/" .. tostring(names[1]), advance(self.segments, place.state, names)
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
  if last ~= item.name or #address < 2 then
    local names = { last or item.name, item.name }
    return "/" .. names[1], advance(self.segments, place.state, names)
  end
  local library = address[#address - 1]
  local state = advance(self.segments, place.state, { library })
  return "/" .. library .. "/" .. last, advance(self.segments, state, { last })
end

--- Opens a place. Only the top can be browsed in the optimized way.
local function open(self, item, place)
  place.items = self.session:browse(item or place.optimized and { optimizedBrowse = true } or nil, self.opts)
  self.places[#self.places + 1] = place
end

--- The snapshot has several sites or libraries: the top is opened again, as it
-- is.
local function is_not_optimizable(place, err)
  return place.optimized and err.status == 409
end

local function matches(self, item, state)
  return state[#self.segments + 1] and (not self.type or self.type:lower() == kind_of(item))
end

--- Does anything below a place matter?
local function is_open(self, item, state)
  local place = next(state)
  return places[kind_of(item)] and place and (place <= #self.segments or next(state, place) ~= nil)
end

--- One item, wherever the walk stands.
local function take(self, place, item)
  local path, state = (place.optimized and locate_optimized or locate)(self, place, item)
  if is_open(self, item, state) then
    open(self, item, { path = path, state = state })
  end
  if matches(self, item, state) then
    return item, path
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
      if found then
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

--- Walks a snapshot from the top down, without going where nothing can match.
-- May yield when it is iterated.
-- @function browse_session:walk
-- @tparam[opt] table what `match`: a glob over paths that start with the
-- library, like "/Shared Documents/**/*.xlsx" ("*" and "?" within a name, "**"
-- for any number of folders; letters match in any case); default everything
-- below the libraries. `type`: "file", "folder" or "documentLibrary" only
-- @tparam[opt] table opts time and size limits of each call
-- @treturn walk for a generic `for`: item and path; an error is raised. On a
-- beta client the top is first asked for in the optimized way
local function walk(self, what, opts)
  local o = options.read(core.type(self) .. ".walk", what, walk_options)
  local segments = compile(o.match or "**")
  local new = setmetatable({ session = self, segments = segments, type = o.type, opts = opts, places = {} }, Walk)
  open(new, nil, { path = "", state = reach(segments, {}, 1), optimized = self:client().beta })
  return new, nil, nil, new
end

--- Finds all that a glob means. May yield.
-- @function browse_session:find
-- @tparam string glob as for @{browse_session:walk}
-- @tparam[opt] table what `type`, as there
-- @tparam[opt] table opts time and size limits of each call
-- @treturn ?table a list of items, ready for the granular artifacts of
-- `create_session`; or nil, err and what was found before
-- @treturn ?table their paths
local function find(self, glob, what, opts)
  if type(glob) ~= "string" or glob:sub(1, 1) ~= "/" then
    error(core.type(self) .. '.find: glob: a path like "/Shared Documents/*.docx" was expected, got '
      .. tostring(glob), 2)
  end
  local o = options.read(core.type(self) .. ".find", what, { type = "string" })
  local found, paths = {}, {}
  local all = self:walk({ match = glob, type = o.type }, opts)
  while true do
    local item, path = all:next()
    if not item and path then
      return nil, path, found
    elseif not item then
      return found, paths
    end
    found[#found + 1], paths[#paths + 1] = item, path
  end
end

-- }======

core.extend("browseSessionBase", { wait = wait, walk = walk, find = find })
for service, name in pairs(services) do
  core.extend(service, { create_browse_session = create(service) })
  core.extend(name, { browse = browse(name) })
end

return {}
