--- Which request is which operation: one row each.
-- A row has the method, the path under its root, the operation's name, the permissions of which one is needed, the
-- handler, and the argument that the handler receives beside the request. Literal segments are matched without case.
-- @module m365restore.simulator.routes
local artifacts = require "m365restore.simulator.artifacts"
local browse = require "m365restore.simulator.browse"
local identity = require "m365restore.simulator.identity"
local points = require "m365restore.simulator.points"
local service = require "m365restore.simulator.service"
local services = require "m365restore.simulator.services"
local sessions = require "m365restore.simulator.sessions"
local units = require "m365restore.simulator.units"
local world = require "m365restore.simulator.world"

local routes = {}

local BASE = "/solutions/backupRestore"

local RESTORE_WRITE = { "BackupRestore-Restore.ReadWrite.All" }
local RESTORE_READ = { "BackupRestore-Restore.Read.All", "BackupRestore-Restore.ReadWrite.All" }
local SEARCH = { "BackupRestore-Search.Read.All" }
local CONFIGURATION = { "BackupRestore-Configuration.Read.All", "BackupRestore-Configuration.ReadWrite.All" }
local CONTROL = { "BackupRestore-Control.Read.All", "BackupRestore-Control.ReadWrite.All" }

-- {====== The table ======

local rows = {
  { "GET", "", "root.get", CONTROL, service.get },
  { "GET", "/restoreSessions", "restoreSessions.list", RESTORE_READ, sessions.list,
    alias = BASE .. "/sharepointRestoreSessions" },
  { "GET", "/restoreSessions/{id}", "restoreSessions.get", RESTORE_READ, sessions.get },
  { "DELETE", "/restoreSessions/{id}", "restoreSessions.delete", RESTORE_WRITE, sessions.delete },
  { "POST", "/restoreSessions/{id}/activate", "restoreSessions.activate", RESTORE_WRITE, sessions.activate },
  { "GET", "/restorePoints", "restorePoints.list", SEARCH, points.list },
  { "POST", "/restorePoints/search", "restorePoints.search", SEARCH, points.search },
  { "GET", "/restorePoints/{id}", "restorePoints.get", SEARCH, points.get },
  { "GET", "/browseSessions", "browseSessions.list", RESTORE_WRITE, browse.list },
  { "GET", "/protectionUnits", "protectionUnits.list", CONFIGURATION, units.list },
  { "GET", "/protectionUnits/{id}", "protectionUnits.get", CONFIGURATION, units.get },
}

local function row(...) rows[#rows + 1] = { ... } end

for _, it in ipairs(services) do
  local root, one = "/" .. it.sessions, "/" .. it.sessions .. "/{id}"
  row("GET", root, it.sessions .. ".list", RESTORE_READ, sessions.list, it)
  row("POST", root, it.sessions .. ".create", RESTORE_WRITE, sessions.create, it)
  row("GET", one, it.sessions .. ".get", RESTORE_READ, sessions.get, it)
  row("PATCH", one, it.sessions .. ".update", RESTORE_WRITE, sessions.update, it)
  for _, name in ipairs { it.standard, it.granular } do
    local kind = artifacts.kinds[name]
    local needed = kind.granular and RESTORE_WRITE or RESTORE_READ
    row("GET", one .. "/" .. name, name .. ".list", needed, sessions.list_artifacts, kind)
    row("GET", one .. "/" .. name .. "/{artifact}", name .. ".get", needed, sessions.get_artifact, kind)
  end
  if it.browses then
    row("GET", "/" .. it.browses, it.browses .. ".list", RESTORE_WRITE, browse.list, it)
    row("POST", "/" .. it.browses, it.browses .. ".create", RESTORE_WRITE, browse.create, it)
    row("GET", "/" .. it.browses .. "/{id}", it.browses .. ".get", RESTORE_WRITE, browse.get, it)
  end
end

for _, kind in ipairs(world.KINDS) do
  local name = kind .. "ProtectionUnit"
  row("GET", "/" .. name .. "s", name .. "s.list", CONFIGURATION, units.list, kind)
  row("GET", "/" .. name .. "s/{id}", name .. "s.get", CONFIGURATION, units.get, kind)
  for _, space in ipairs { "graph.", "microsoft.graph." } do
    row("GET", "/protectionUnits/" .. space .. name, name .. "s.list", CONFIGURATION, units.list, kind)
    row("GET", "/protectionUnits/{id}/" .. space .. name, name .. "s.get", CONFIGURATION, units.get, kind)
  end
end

-- }======

-- {====== Finding ======

local function plant(tree, path, entry)
  for segment in path:gmatch("[^/]+") do
    local parameter = segment:match("^{(.*)}$")
    local key = parameter and "{}" or segment:lower()
    tree[key] = tree[key] or { parameter = parameter }
    tree = tree[key]
  end
  tree.methods = tree.methods or {}
  tree.methods[entry.method] = entry
end

local graph, login = {}, {}
for _, r in ipairs(rows) do
  plant(graph, BASE .. r[2], {
    method = r[1], path = r[2], operation = r[3], permissions = r[4], handler = r[5], argument = r[6], alias = r.alias,
  })
end
plant(login, "/{tenant}/oauth2/v2.0/token", { method = "POST", operation = "token", handler = identity.token })

-- A literal segment wins over a parameter. Returns the node, or nil and the segment that leads nowhere.
local function walk(tree, segments, first)
  local params = {}
  for i = first, #segments do
    local segment = segments[i]
    local node = tree[segment:lower()]
    if not node and tree["{}"] then
      node = tree["{}"]
      params[node.parameter] = segment
    end
    if not node then return nil, segment end
    tree = node
  end
  return tree, params
end

local VERSIONS = { ["v1.0"] = true, beta = true }

local function refuse(code, message) return nil, { code = code, message = message } end

local function find_login(method, segments)
  local node, params = walk(login, segments, 1)
  local found = node and node.methods and node.methods[method]
  if found then return found, params end
  return refuse("BadRequest", ("Invalid version: %s."):format(segments[1] or ""))
end

--- Finds the operation of a request.
-- @tparam string method
-- @tparam table segments of the path
-- @treturn[1] table row
-- @treturn[1] table params
-- @treturn[1] ?string version; nil for the identity provider
-- @return[2] nil
-- @treturn[2] table refusal: code and message
function routes.find(method, segments)
  local version = (segments[1] or ""):lower()
  if not VERSIONS[version] then return find_login(method, segments) end
  local node, params = walk(graph, segments, 2)
  if not node or not node.methods then
    return refuse("BadRequest", ("Resource not found for the segment '%s'."):format(
      node and segments[#segments] or params))
  end
  local found = node.methods[method]
  if not found then
    return refuse("MethodNotAllowed", "The HTTP method is not allowed for this resource.")
  end
  return found, params, version
end

--- Every operation served: { method, path, operation, permissions }.
-- @treturn table list
function routes.all()
  local list = {}
  for i, r in ipairs(rows) do list[i] = { method = r[1], path = r[2], operation = r[3], permissions = r[4] } end
  return list
end

-- }======

return routes
