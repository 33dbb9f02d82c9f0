--- Which request is which operation. Literal segments are matched without case.
-- @module m365restore.simulator.api.routes
local entra = require "m365restore.simulator.identity.entra"
local managed = require "m365restore.simulator.identity.managed"
local operations = require "m365restore.simulator.api.operations"

local routes = {}

-- {====== The tree ======

-- A segment of a path is a literal, a {parameter}, or a function with one argument, name(argument={parameter}).
local function node_name(segment)
  local parameter = segment:match("^{(.*)}$")
  if parameter then return "{}", parameter end
  local name, argument = segment:match("^([^(]+)%([^=]+='{(.*)}'%)$")
  if name then return name:lower() .. "()", argument end
  return segment:lower()
end

local function plant(tree, path, entry)
  for segment in path:gmatch("[^/]+") do
    local key, parameter = node_name(segment)
    tree[key] = tree[key] or { parameter = parameter }
    tree = tree[key]
  end
  tree.methods = tree.methods or {}
  tree.methods[entry.method] = entry
end

local graph, login = {}, {}
for _, row in ipairs(operations) do plant(graph, (row.root and "" or operations.BASE) .. row.path, row) end
for _, row in ipairs {
  { "POST", "/{tenant}/oauth2/v2.0/token", "token", entra.token },
  { "POST", "/{tenant}/oauth2/v2.0/devicecode", "devicecode", entra.devicecode },
  { "GET", "/metadata/identity/oauth2/token", "imds", managed.imds },
  { "GET", "/msi/token", "msi", managed.app_service },
  { "GET", "/msi/auth", "msi", managed.machine_learning },
} do
  plant(login, row[2], { method = row[1], operation = row[3], handler = row[4] })
end

-- }======

-- {====== Finding ======

local function step(tree, segment)
  local node = tree[segment:lower()]
  if node then return node end
  local name, value = segment:match("^([^(]+)%([^=]+='([^']*)'%)$")
  node = name and tree[name:lower() .. "()"]
  if node then return node, value end
  return tree["{}"], segment
end

-- A literal segment wins over a parameter. Returns the node, or nil and the segment that leads nowhere.
local function walk(tree, segments, first)
  local params = {}
  for i = first, #segments do
    local node, value = step(tree, segments[i])
    if not node then return nil, segments[i] end
    if value then params[node.parameter] = value end
    tree = node
  end
  return tree, params
end

-- A key may stand in brackets behind its collection: policies('id') is policies/id.
local function unfold(segments)
  local plain = {}
  for _, segment in ipairs(segments) do
    local collection, key = segment:match("^(%w+)%('(.*)'%)$")
    if key and key:gsub("''", ""):find("'", 1, true) then collection, key = nil, nil end -- a quote is written twice
    plain[#plain + 1] = collection or segment
    plain[#plain + 1] = key and key:gsub("''", "'") or nil
  end
  return plain
end

local VERSIONS = { ["v1.0"] = true, beta = true }

local function refuse(code, message) return nil, { code = code, message = message } end

local function refuse_segment(segment)
  return refuse("BadRequest", ("Resource not found for the segment '%s'."):format(segment))
end

local function find_login(method, segments)
  local node, params = walk(login, segments, 1)
  local found = node and node.methods and node.methods[method]
  if found then return found, params end
  return refuse("BadRequest", ("Invalid version: %s."):format(segments[1] or ""))
end

--- Finds the operation of a request.
-- @tparam string method
-- @tparam table segments of the path
-- @tparam table dialect `described_reads`
-- @treturn[1] table row
-- @treturn[1] table params
-- @treturn[1] ?string version; nil for the identity provider
-- @return[2] nil
-- @treturn[2] table refusal: code and message
function routes.find(method, segments, dialect)
  local version = (segments[1] or ""):lower()
  if not VERSIONS[version] then return find_login(method, segments) end
  segments = unfold(segments)
  local node, params = walk(graph, segments, 2)
  if not node then return refuse_segment(params) end
  if not node.methods then return refuse_segment(segments[#segments]) end
  local found = node.methods[method]
  if not found then
    return refuse("MethodNotAllowed", "The HTTP method is not allowed for this resource.")
  end
  local is_absent = found.beta and version ~= "beta" or found.unpaged and dialect.described_reads == "refused"
  if is_absent then return refuse_segment(segments[#segments]) end
  return found, params, version
end

--- Every operation served: { method, path, operation, permissions, delegated, beta }.
-- @treturn table list
function routes.all()
  local list = {}
  for i, row in ipairs(operations) do
    list[i] = {
      method = row.method, path = row.path, operation = row.operation, permissions = row.permissions,
      delegated = row.delegated, beta = row.beta,
    }
  end
  return list
end

-- }======

return routes
