--- Writes library/graph.lua: the signature of every operation of the contract table, and of what is done to one thing
-- by its id. What the three services have alike is one generic class. Bases of types are read in library/resources.lua.
local core = require "m365restore.core"

local HEAD = [[
---@meta
--- What can be done with Microsoft Graph's resources: every operation of the contract table, and every method that
-- takes an id instead of the resource. `make operations` writes this file out of that table.
]]

local SERVICES = {
  sharePoint = { kind = "site", Kind = "Site" },
  oneDriveForBusiness = { kind = "drive", Kind = "Drive" },
  exchange = { kind = "mailbox", Kind = "Mailbox" },
}

-- the classes of what the services have alike; {service} and {kind} are theirs
local CLASSES = {
  ["{service}"] = "service", ["{service}RestoreSession"] = "service_session",
  ["{service}ProtectionPolicy"] = "service_policy", ["{service}BrowseSession"] = "service_browse_session",
  ["{kind}ProtectionUnit"] = "service_unit", ["{kind}ProtectionRule"] = "service_rule",
  ["{kind}RestoreArtifactsBulkAdditionRequest"] = "service_bulk_request",
}

local REFUSED = "m365.error? `items_refused` with one of `details` for each"

-- what the table does not know: a sentence, the type of a body, the options, the results
local NOTES = {
  ["client.status"] = {
    says = "The state of the backup service.", options = "opts? m365.call_options",
    results = { "m365.serviceStatus?", "m365.error?" },
  },
  ["client.enable"] = { says = "Turns backup on in this tenant.", body = "body {appOwnerTenantId: string}" },
  ["client.restore_points"] = {
    says = "The restore points of one protection unit, at most five.", options = "opts m365.restore_points_options",
  },
  ["client.search_restore_points"] = {
    says = "Searches the points of any number of units, 20 in a request.", body = "query m365.point_search",
    results = { "m365.point_search_result?", "m365.error?" },
  },
  ["serviceApp.activate"] = {
    says = "Lets it control the backup from some time on.", body = "body {effectiveDateTime: m365.time_value}",
  },
  ["emailNotificationsSetting.update"] = {
    says = "Changes who is told.", body = "body table `isEnabled`, `additionalEvents`, `recipients`",
  },
  ["service.create_session"] = {
    says = "Creates a restore session, a draft; nothing is restored before it is activated.",
    body = "body? m365.session_body nothing makes an empty one",
    results = { "RestoreSession?", "m365.error? `ambiguous` where nobody knows whether it was made" },
  },
  ["service.create_protection_policy"] = {
    says = "Creates a policy, inactive as yet.", body = "body m365.policy_body",
  },
  create_browse_session = {
    says = "Opens a snapshot for a look inside.",
    body = "body {restorePointId: string|m365.restorePoint} of a fastRestore point",
  },
  ["service_session.update"] = {
    says = "Sends a delta as it stands.", body = 'body table<string, table[]> `["siteRestoreArtifacts@delta"]`',
    results = { "table? answer", REFUSED, "table? answer where some were refused" },
  },
  ["service_session.create_bulk_request"] = {
    says = "Has the service choose the points; resolved only after activation.",
  },
  ["service_policy.update"] = {
    says = "Changes its name, or its units by a delta.",
    body = 'body table `displayName`, `["siteProtectionUnits@delta"]`',
    results = { "table? answer", REFUSED, "table? answer where some were refused" },
  },
  ["service_browse_session.browse"] = {
    says = "Lists one place of the snapshot.",
    body = "where? table an item; or `browseLocationItemKey`, `browseResourceType`, `filter`, `orderBy`, "
      .. "`optimizedBrowse`",
    results = { "m365.list<m365.browseQueryResponseItem>", "m365.error?" },
  },
}

-- {====== The rows ======

--- A name or path with the words of a service replaced by what they stand for.
local function generalized(text, service)
  local words = SERVICES[service]
  return (text:gsub(service, "{service}"):gsub("granular" .. words.Kind, "granular{Kind}")
    :gsub("%f[%a]" .. words.kind .. "%f[%u]", "{kind}"))
end

--- The service that a type belongs to.
local function service_of(type)
  for service, words in pairs(SERVICES) do
    if type == service or type:find("^" .. service .. "%u") or type:find("^" .. words.kind .. "%u")
      or type:find("^granular" .. words.Kind) then
      return service
    end
  end
end

local function bases()
  local found = {}
  for line in io.lines "library/resources.lua" do
    local class, base = line:match "^%-%-%-@class m365%.([%w_]+): m365%.([%w_]+)"
    if class then found[class] = base end
  end
  return found
end

local function shown(path)
  if path == "" then return "/" end
  return path == "{self}" and ".../{id}" or path:gsub("^{self}", "...")
end

local function operation(row)
  local takes_id = row.path:find "{item}" or row.path:find "{id}" and (SERVICES[row.on] or row.on == "client")
  return {
    on = row.on, verb = row.verb, result = row.result, body = row.body, id = takes_id, reads = row.method == "GET",
    type = row.result ~= "self" and row.type or nil, permission = row.permission, beta_only = not row.v1,
    key = row.on .. "." .. row.verb, says = row.method .. " " .. shown(row.path),
    page = ("[%s](%s)"):format(row.title, row.page),
  }
end

--- What a type can do by a verb, of its own or of its base.
local function find(rows, parents, type, verb)
  while type do
    for _, row in ipairs(rows) do
      if row.on == type and row.verb == verb then return row end
    end
    type = parents[type]
  end
end

--- The methods that the module by_id adds, told by watching it do so.
local function by_id(rows, parents)
  local extend, list, readers = core.extend, {}, {}
  for _, row in ipairs(rows) do readers[row.on .. "." .. row.verb] = row end
  function core.extend(on, methods)
    for name in pairs(methods) do list[#list + 1] = { on, name } end
    return extend(on, methods)
  end
  package.loaded["m365restore.graph.by_id"] = nil
  require "m365restore.graph.by_id"
  core.extend = extend
  table.sort(list, function(a, b) return a[1] == b[1] and a[2] < b[2] or a[1] < b[1] end)
  local operations = {}
  for i, one in ipairs(list) do
    local on, name = table.unpack(one)
    local verb, type, row = name
    repeat -- where the verb ends, and the name of the method that reads begins
      verb = verb:match "^(.+)_%l+$"
      local reader = readers[on .. "." .. name:sub(#verb + 2)]
      type = reader and reader.type
      row = find(rows, parents, type, verb)
    until row
    local made = operation(row)
    made.on, made.verb, made.id, made.of = on, name, true, type
    made.says = ("`%s:%s`, by id and without reading it first"):format(type, verb)
    if made.result == "self" then made.result, made.type = "item", type end
    operations[i] = made
  end
  return operations
end

-- }======

-- {====== One signature ======

local function type_name(type) return type:find "^%u" and type or "m365." .. type end

local function results_of(one)
  if one.result == "list" then return { ("m365.list<%s>"):format(type_name(one.type)) } end
  local first = one.result == "nothing" and "true?" or one.result == "self" and "self?" or type_name(one.type) .. "?"
  return { first, "m365.error?" }
end

local function parameters_of(one, note)
  local list = {}
  if one.id then list[1] = "id string" .. (one.of and "|" .. type_name(one.of) or "") end
  if one.body ~= "none" then
    local optional = one.body ~= "object" and "?" or ""
    list[#list + 1] = note.body or "body" .. optional .. " table" .. (one.of and " as of that method" or "")
  end
  list[#list + 1] = note.options or one.reads and "query? m365.query" or "opts? m365.call_options"
  return list
end

local function needs_of(one, users_only)
  local needs = one.permission and "Needs " .. one.permission .. "." or "No permission is documented."
  return needs .. (users_only[one.key] and " Signed-in users only." or "") .. (one.beta_only and " Beta only." or "")
end

local function signature(class, one, users_only)
  local note = not one.of and (NOTES[class .. "." .. one.verb] or NOTES[one.verb]) or {}
  local lines = note.says and { "---" .. note.says } or {}
  lines[#lines + 1] = ("---%s. %s"):format(one.says, needs_of(one, users_only))
  lines[#lines + 1] = "---" .. one.page
  if one.result ~= "list" then lines[#lines + 1] = "---@async" end
  local names = {}
  for i, parameter in ipairs(parameters_of(one, note)) do
    lines[#lines + 1], names[i] = "---@param " .. parameter, parameter:match "^%a+"
  end
  for _, result in ipairs(note.results or results_of(one)) do lines[#lines + 1] = "---@return " .. result end
  lines[#lines + 1] = ("function %s:%s(%s) end\n"):format(class, one.verb, table.concat(names, ", "))
  return table.concat(lines, "\n")
end

-- }======

-- {====== Classes ======

--- The same operation of several services as one: types that differ become parameters of the class.
local function merged(same, class)
  local first = same[1]
  local one = setmetatable({}, { __index = first })
  local pages, seen = {}, {}
  for _, each in ipairs(same) do
    if not seen[each.page] then pages[#pages + 1] = each.page end
    seen[each.page] = true
  end
  one.page, one.says = table.concat(pages, ",\n---"), generalized(first.says, first.service)
  for _, field in ipairs { "type", "of" } do
    local type = first[field]
    if type and service_of(type) then
      local name = generalized(type, first.service):gsub("{%a+}", ""):gsub("^%l", string.upper)
      one[field] = name
      if not class.arguments[name] then class.parameters[#class.parameters + 1], class.arguments[name] = name, {} end
      for _, each in ipairs(same) do class.arguments[name][each.on] = each[field] end
    end
  end
  return one
end

local function add(lists, key, value)
  if not lists[key] then
    lists[key] = {}
    lists[#lists + 1] = key
  end
  table.insert(lists[key], value)
end

--- Sorts the operations into the classes of what all have alike, and those of single types.
local function sorted(operations)
  local kinds, types, members = {}, {}, {}
  for _, one in ipairs(operations) do
    one.service = service_of(one.on)
    local class = one.service and CLASSES[generalized(one.on, one.service)]
    if class then
      members[class] = members[class] or {}
      if not members[class][one.on] then add(members[class], "all", one.on) end
      members[class][one.on] = true
      kinds[class] = kinds[class] or {}
      add(kinds[class], one.verb, one)
    else
      add(types, one.on, one)
    end
  end
  return kinds, types, members
end

local function generic(class, verbs, members, parent, types, users_only)
  local made = { parameters = {}, arguments = {}, members = members.all }
  local parts = {}
  for _, verb in ipairs(verbs) do
    if #verbs[verb] == #members.all then
      parts[#parts + 1] = signature(class, merged(verbs[verb], made), users_only)
    else
      for _, one in ipairs(verbs[verb]) do add(types, one.on, one) end
    end
  end
  local parameters = #made.parameters > 0 and "<" .. table.concat(made.parameters, ", ") .. ">" or ""
  return ("---@class m365.%s%s%s\nlocal %s = {}\n\n"):format(class, parameters, parent and ": m365." .. parent or "",
    class) .. table.concat(parts, "\n"), made
end

local function heir(on, class, made)
  local arguments = {}
  for i, name in ipairs(made.parameters) do arguments[i] = "m365." .. made.arguments[name][on] end
  local list = #arguments > 0 and "<" .. table.concat(arguments, ", ") .. ">" or ""
  return ("---@class m365.%s: m365.%s%s\n"):format(on, class, list)
end

--- The file.
-- @tparam table users_only "type.verb" = true: what signed-in users alone may call
-- @treturn string
local function annotations(users_only)
  local rows, parents = core.actions(), bases()
  local operations = {}
  for i, row in ipairs(rows) do operations[i] = operation(row) end
  table.move(by_id(rows, parents), 1, 1000, #operations + 1, operations)
  local kinds, types, members = sorted(operations)
  local names, parts = {}, { HEAD }
  for class in pairs(kinds) do names[#names + 1] = class end
  table.sort(names)
  for _, class in ipairs(names) do
    local text, made = generic(class, kinds[class], members[class], parents[members[class].all[1]], types, users_only)
    parts[#parts + 1] = text
    for _, on in ipairs(made.members) do parts[#parts + 1] = heir(on, class, made) end
  end
  for _, on in ipairs(types) do
    local text = service_of(on) and "" or "---@class m365." .. on .. "\n"
    local list = {}
    for i, one in ipairs(types[on]) do list[i] = signature(on, one, users_only) end
    parts[#parts + 1] = ("%slocal %s = {}\n\n%s"):format(text, on, table.concat(list, "\n"))
  end
  return table.concat(parts, "\n")
end

-- }======

return annotations
