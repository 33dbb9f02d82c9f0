--- Writes docs/operations.md: every operation with its method, permission and page, out of the contract table;
-- docs/from-powershell.md: the call of each cmdlet of spec/fixtures/cmdlets.lua; and library/graph.lua: the signatures.
-- Run from the root of the project, once it is built: `make operations`.
local annotations = dofile "tools/annotations.lua"
local core = require "m365restore.core"

local HEAD = [[
# Every operation

What the library can call, one row for each operation of Graph's `/solutions/backupRestore`. The rows are those of the
table in `src/graph/contract.c`; `tools/operations.lua` writes this page, and the signatures in `library/graph.lua`.
Bodies, options and results are told with each method in the reference.

- `opts` are the time and size limits of a call and, for what is read, OData's options: `select` and `expand`; for lists
  `filter`, `orderby` and `search`, too, `top` (how many are given at most), `skip` (how many are left out before),
  `page_size` (how many are asked for at once) and `count` (`list:count()` then tells how many match, without a walk).
  Which of them a list takes is up to the service: few pages name any.
- What Graph takes and this library does not know yet is sent by `extra`: in a body, `extra = { property = value }`
  stands beside the known properties; in `opts`, `extra = { query = { name = value }, headers = { Name = "x" } }`
  goes with the query and with the headers of every page. Form is checked and names are not, except that what is known
  must stand in its own place. A name that is misspelled elsewhere raises, with the nearest one.
- "list of" stands for an iterator over resources, "self" for the receiver, brought up to date.
- What changes, starts or deletes one thing is there by its id, too, without reading the thing first: the method's name
  and that of the method that would read it, such as `client:activate_session(id)` for `session:activate()`,
  `client.sharePoint:update_protection_policy(id, body)` or `policy:delete_inclusion_rule(id)`.
- Every permission needs an administrator's consent. *User*: only for a signed-in user, never for an application.
  Whoever browses as a user needs the role of a SharePoint Backup Administrator, too.
- A page is one of Microsoft's reference, by its title; errors name it in `err.help`. Where an operation has none, it is
  that of its type, and why the operation is here all the same.
]]

--- Permissions that exist for signed-in users only, by type and verb.
local USERS_ONLY = {
  ["protectionUnitBase.offboard"] = true, ["protectionUnitBase.cancel_offboard"] = true,
  ["siteProtectionUnit.update"] = true, ["driveProtectionUnit.update"] = true,
  ["mailboxProtectionUnit.update"] = true, ["serviceApp.activate"] = true, ["serviceApp.deactivate"] = true,
  ["emailNotificationsSetting.update"] = true,
}

local SERVICES = { sharePoint = true, oneDriveForBusiness = true, exchange = true }

local function call_of(row)
  local on = SERVICES[row.on] and "client." .. row.on or row.on
  local arguments = {}
  if row.path:find "{item}" or row.path:find "{id}" and (SERVICES[row.on] or row.on == "client") then
    arguments[1] = "id"
  end
  arguments[#arguments + 1] = row.body ~= "none" and "body" or nil
  arguments[#arguments + 1] = "opts"
  return ("%s:%s(%s)"):format(on, row.verb, table.concat(arguments, ", "))
end

local function permission_of(row)
  local name = row.permission and "`" .. row.permission .. "`" or "none is documented"
  return name .. (USERS_ONLY[row.on .. "." .. row.verb] and " *User*" or "")
end

local function result_of(row)
  if row.result == "list" then return "list of " .. row.type end
  if row.type == "backupRestoreRoot" then return "serviceStatus" end -- which is all that it holds
  return row.result == "item" and row.type or row.result
end

local function versions_of(row)
  return row.v1 and row.beta and "both" or row.beta and "beta" or "v1.0"
end

--- The page of Microsoft's reference as a link, and why the operation is there if it has none of its own.
local function page_of(row)
  local link = ("[%s](%s)"):format(row.title, row.page)
  return row.source:find ": " and link .. "; " .. row.source or link
end

local function line_of(row)
  return ("| `%s` | `%s %s` | %s | %s | %s | %s |"):format(call_of(row), row.method, row.path == "" and "/" or row.path,
    versions_of(row), permission_of(row), result_of(row), page_of(row))
end

--- The page.
-- @treturn string
local function page()
  local order, groups = {}, {}
  for _, row in ipairs(core.actions()) do
    if not groups[row.on] then
      groups[row.on] = {}
      order[#order + 1] = row.on
    end
    table.insert(groups[row.on], line_of(row))
  end
  local parts = { HEAD }
  for _, on in ipairs(order) do
    parts[#parts + 1] = "\n## " .. on .. "\n\n| Call | Request | In | Permission | Result | Page |\n"
      .. "| --- | --- | --- | --- | --- | --- |\n" .. table.concat(groups[on], "\n") .. "\n"
  end
  return table.concat(parts)
end

-- {====== From PowerShell ======

local POWERSHELL = [[
# From PowerShell

Each cmdlet of the Microsoft Graph PowerShell SDK that Microsoft's pages show for `/solutions/backupRestore`, and the
call that sends the same request. `tools/operations.lua` writes this page; a spec runs every call of it.

- `client` is `m365.client { credential = … }`. A cmdlet with `Beta` in its name sends to `/beta`, as a client with
  `beta = true` does; every call here works with both.
- `Connect-MgGraph` is `credential`: see [credentials.md](credentials.md). `-All` is what a list does by itself; `-Top`,
  `-Skip`, `-Filter`, `-Property`, `-ExpandProperty`, `-Sort` and `-CountVariable` are the options `top`, `skip`,
  `filter`, `select`, `expand`, `orderby` and `count`.
- `session_id`, `browse_id`, `request_id`, `point_id` and `unit_id` stand for the ids that the cmdlet takes, `site_url`
  and `address` for what is restored, `from` and `to` for times. A list is walked by `for one in … do`; other calls
  return what they made or read, or `nil, err`.
- Whole restores, planned, resumed and reported, are `m365.plan` and `m365.apply`: see [restore.md](restore.md). No
  cmdlet does that.

| Cmdlet | Call | Page |
| --- | --- | --- |
]]

-- what each service calls its artifacts, and how a bulk request names them
local KINDS = {
  sharePoint = { artifacts = "siteRestoreArtifacts", list = "siteWebUrls", name = "site_url" },
  oneDriveForBusiness = { artifacts = "driveRestoreArtifacts", list = "drives", name = "address" },
  exchange = { artifacts = "mailboxRestoreArtifacts", list = "mailboxes", name = "address" },
}

-- the call of each operation, by its verb; %s the service and its words
local CALLS = {
  sessions = "client:sessions()",
  delete = "client:delete_session(session_id)",
  browse_sessions = "client{service}:browse_sessions()",
  browse_session = "client{service}:browse_session(browse_id)",
  create_browse_session = "client{service}:create_browse_session { restorePointId = point_id }",
  restore_points = "client:restore_points { unit = unit_id }",
  create_session = "client{service}:create_session { {artifacts} = { { restorePoint = { id = point_id }, "
    .. 'destinationType = "new" } } }',
  update = "client{service}:update_session(session_id, "
    .. "{ [\"{artifacts}@delta\"] = { { restorePoint = { id = point_id }, "
    .. 'destinationType = "new" } } })',
  granular_artifacts = "client{service}:session(session_id):granular_artifacts()",
  create_bulk_request = "client{service}:session(session_id):create_bulk_request { {list} = { {name} }, "
    .. 'destinationType = "new", protectionTimePeriod = { startDateTime = from, endDateTime = to }, '
    .. 'restorePointPreference = "latest" }',
  delete_bulk_request = "client{service}:session(session_id):delete_bulk_request(request_id)",
}

local METHODS = { Get = "GET", New = "POST", Update = "PATCH", Remove = "DELETE" }

local function key_of(method, path)
  return method .. " " .. path:gsub("{.-}", "{}")
end

--- The rows by method and path, all places written out.
local function rows_by_path()
  local rows, lists = {}, {}
  local actions = core.actions()
  for _, row in ipairs(actions) do
    if row.home and row.method == "GET" and row.result == "list" then
      lists[row.type] = row.path:gsub("{self}", row.home .. "/{id}")
    end
  end
  for _, row in ipairs(actions) do
    local home = row.home or lists[row.on]
    if home or not row.path:find "{self}" then
      rows[key_of(row.method, (row.path:gsub("{self}", (home or "") .. "/{id}")))] = row
    end
  end
  return rows
end

local function call_of_cmdlet(row)
  local service = row.on:match "^sharePoint" or row.on:match "^oneDriveForBusiness" or row.on:match "^exchange"
  local verb = row.verb
  if row.on:find "BulkAdditionRequest$" then
    service = row.on:find "^site" and "sharePoint" or row.on:find "^drive" and "oneDriveForBusiness" or "exchange"
    verb = "delete_bulk_request"
  end
  local words = KINDS[service] or {}
  return (CALLS[verb]:gsub("{(%l+)}", function(name)
    return name == "service" and (service and "." .. service or "") or words[name]
  end))
end

--- The page of cmdlets.
-- @tparam table cmdlets list of { name, path }
-- @treturn string
local function powershell(cmdlets)
  local rows, parts = rows_by_path(), { POWERSHELL }
  for _, cmdlet in ipairs(cmdlets) do
    local name, path = cmdlet[1], cmdlet[2]
    local row = assert(rows[key_of(METHODS[name:match "^%a+"], path)], name)
    parts[#parts + 1] = ("| `%s` | `%s` | [%s](%s) |\n"):format(name, call_of_cmdlet(row), row.title, row.page)
  end
  return table.concat(parts)
end

-- }======

local pages = {
  operations = page,
  powershell = function() return powershell(dofile "spec/fixtures/cmdlets.lua") end,
  annotations = function() return annotations(USERS_ONLY) end,
}

if arg and arg[0] and arg[0]:find "operations%.lua$" then io.write(pages[arg[1]]()) end

return pages
