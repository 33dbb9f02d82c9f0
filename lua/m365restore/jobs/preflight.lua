--- What stands between this client and a restore, found out by reading only.
-- @module m365restore.jobs.preflight
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local contract = require "m365restore.graph.contract"
local directory = require "m365restore.plan.directory"
local fail = require "m365restore.fail"
local rules = require "m365restore.graph.rules"
local tables = require "m365restore.tables"
local workload = require "m365restore.workload"

-- a clock that is off by more than this, in seconds, spoils certificates
local SKEW = 120

-- A read for each permission that a restore needs, { type, method }, and what fails without it.
local permissions = {
  {
    "client", "browse_sessions",
    without = "sessions cannot be created, changed or activated, and snapshots not be browsed",
  },
  { "client", "sessions", without = "sessions cannot be watched" },
  { "client", "restore_points", of_unit = true, without = "restore points cannot be found" },
  { "client", "protection_policies", without = "protected sites, drives and mailboxes cannot be found" },
  {
    "client", "status",
    without = "the state of the service, such as locked restores, and who controls it, cannot be read",
  },
}

-- The same for looking people up by their addresses, which a restore needs only where a person is named so.
local lookups = {
  {
    name = directory.permissions.people, path = "/users", query = { ["$top"] = "1", ["$select"] = "id" },
    without = "people can be named by id only, unless the service shows their addresses, as to people who sign in",
  },
  {
    name = directory.permissions.addresses, path = "/users",
    query = { ["$select"] = "id", ["$filter"] = "proxyAddresses/any(p:p eq 'smtp:nobody@example.invalid')" },
    without = "people cannot be named by an address other than their userPrincipalName and mail",
  },
  {
    name = directory.permissions.sites, path = "/sites/root", query = { ["$select"] = "id" },
    without = "OneDrives cannot be named by their address",
  },
}

local Report = { __name = "m365restore.preflight" }

local MARKS = { [true] = "ok     ", [false] = "FAILED ", unknown = "?      " }

local function line_of(check, mark)
  local name = check.name .. (check.detail and ": " .. check.detail or "")
  return mark .. core.plain(name) .. (check.remedy and "\n       " .. core.plain(check.remedy) or "")
end

--- One line for each check, and what to do about it.
function Report:__tostring()
  local lines = tables.map(self.checks, function(check) return line_of(check, MARKS[check.ok]) end)
  for _, check in ipairs(self.lookups or {}) do
    lines[#lines + 1] = line_of(check, check.ok == false and "-      " or MARKS[check.ok])
  end
  lines[#lines + 1] = self.ok and "ready" or "not ready"
  return table.concat(lines, "\n")
end

local function add(self, name, ok, detail, remedy)
  self.checks[#self.checks + 1] = { name = name, ok = ok, detail = detail, remedy = not ok and remedy or nil }
  self.ok = self.ok and ok ~= false
end

--- A check that could not be made.
local function add_error(self, name, err)
  local retry = err.class == "retry"
  self.checks[#self.checks + 1] = {
    name = name, ok = retry and "unknown" or false, detail = tostring(err.message or err.code), remedy = err.remedy,
    error = err,
  }
  self.ok = false
end

-- empty pages that are followed before a list counts as empty
local PAGES = 20

local function is_empty_page(answer)
  return type(answer) == "table" and type(answer.value) == "table"
    and #answer.value == 0 and type(answer["@odata.nextLink"]) == "string"
end

--- One answer; of a list, the first page with something on it.
local function read(client, path, query)
  local answer, head = client:request("GET", path, { query = query })
  for _ = 1, PAGES do
    if not is_empty_page(answer) then break end
    answer, head = client:request("GET", answer["@odata.nextLink"])
  end
  if answer and type(answer) ~= "table" then
    return fail("client.request", { code = "bad_answer", status = head.status, sent = true, attempts = 1 },
      "an object was expected")
  end
  return answer, head
end

-- {====== The token ======

--- What the token says of itself; for display, and never believed.
local function payload(client)
  local text = core.payload(client)
  text = text and require("m365restore.crypto").unbase64(text)
  local claims = text and core.decode(text)
  return type(claims) == "table" and claims or {}
end

--- Application permissions as they are, delegated ones as one text.
local function granted(claims)
  if type(claims.roles) == "table" then
    return claims.roles
  end
  local list = {}
  for name in tostring(claims.scp or ""):gmatch "%S+" do list[#list + 1] = name end
  return list
end

local function describe_token(self, claims)
  local list = granted(claims)
  self.permissions, self.app_id, self.delegated = list, claims.appid or claims.azp, claims.scp ~= nil
  if #list == 0 then
    return claims.aud and "without roles or scopes" or "its contents cannot be read"
  end
  return ("%s %s"):format(self.delegated and "delegated" or "application", table.concat(list, ", "))
end

-- }======

-- {====== The checks ======

local function check_clock(self, client, head)
  local theirs = require("m365restore.time").of_header(head.headers.date)
  if not theirs then
    return add(self, "clock", "unknown", "the service sent no date")
  end
  local ahead = math.floor(clock.of(client):now() - theirs + 0.5)
  self.clock_skew = ahead
  add(self, "clock", math.abs(ahead) <= SKEW, ("%d s %s the service's"):format(math.abs(ahead),
    ahead < 0 and "behind" or "ahead of"), "Set the clock of this machine: assertions of certificates depend on it.")
end

local function check_service(self, root)
  local status = rules.object(root.serviceStatus)
  local state = tostring(status.status):lower()
  self.service = status
  add(self, "service", state == "enabled" or state == "protectionchangelocked",
    tostring(status.status) .. (status.disableReason and status.disableReason ~= "none"
    and " (" .. tostring(status.disableReason) .. ")" or ""),
    state == "restorelocked" and "Restores are locked: look at the billing, and at "
    .. "restoreAllowedTillDateTime." or "Enable the backup service in the admin center.")
end

local function find_own(apps, id)
  local wanted = tostring(id):lower()
  for _, item in ipairs(rules.object(apps.value)) do
    local app = rules.object(item)
    local name = rules.object(app.application).id or app.id
    if id and (tostring(name):lower() == wanted or tostring(app.id):lower() == wanted) then
      return app
    end
  end
end

--- A partner's app has to be the one that controls the backup; where it is
-- Microsoft's own, none has to be.
local function check_controller(self, client, status)
  if tostring(status.backupServiceConsumer or status.serviceConsumer):lower() == "firstparty" then
    return add(self, "controller", true, "Microsoft's own app controls the backup")
  end
  local apps, err = read(client, contract.path("client", "service_apps"))
  if not apps then
    return add_error(self, "controller", err)
  end
  local own = find_own(apps, self.app_id)
  self.controller = own and own.status or nil
  add(self, "controller", own ~= nil and tostring(own.status):lower() == "active",
    own and "this app is " .. tostring(own.status) or "this app is not registered",
    "Register this app as a service app of the tenant, and let a person activate it.")
end

--- The first unit that is protected; nil: there is none, or none to be seen.
local function any_unit(client)
  for _, known in ipairs(workload.list) do
    local answer = read(client, contract.path(known.service, "protection_units"), { ["$top"] = "1" })
    local unit = rules.object(rules.object(rules.object(answer).value)[1])
    if type(unit.id) == "string" then
      return unit.id
    end
  end
end

-- a unit that does not exist: to be forbidden is one thing, not found another
local NO_UNIT = "00000000-0000-0000-0000-000000000000"

local function query_of(client, row, unit)
  if row.of_unit then
    return {
      ["$expand"] = ("protectionUnit($filter=id eq '%s')"):format(unit or NO_UNIT),
      ["$filter"] = "protectionDateTime lt " .. require("m365restore.time").format(clock.of(client):now()),
    }
  end
  return row[2] ~= "status" and { ["$top"] = "1" } or nil
end

--- A call that the service forbids needs a permission that is not there.
local function check_permission(self, client, row, unit)
  local name = "permission " .. table.concat(contract.permissions(row[1], row[2]), " or ")
  local answer, err = read(client, contract.path(row[1], row[2]), query_of(client, row, unit))
  if answer or row.of_unit and not unit and (err.status == 400 or err.status == 404) then
    add(self, name, true)
  elseif err.status == 403 then
    add(self, name, false, "without it " .. row.without,
      "Grant it to the app, with admin consent; a new token is needed afterwards.")
  else
    add_error(self, name, err)
  end
  return answer
end

--- What may be looked up in the directory. That something may not is no failure.
local function check_lookups(self, client)
  self.lookups = {}
  for i, row in ipairs(lookups) do
    local answer, err = client:request("GET", row.path, { query = row.query })
    local ok = answer ~= nil or err.status ~= 403 and "unknown"
    self.lookups[i] = {
      name = "permission " .. row.name, ok = ok, error = ok == "unknown" and err or nil,
      detail = ok == "unknown" and tostring(err.message) or ok == false and "without it " .. row.without or nil,
    }
  end
end

local function check_points(self, points)
  add(self, "restore points", #rules.object(rules.object(points).value) > 0, nil,
    "There is nothing to restore from, or nothing to be seen: look at the protection policies.")
end

-- }======

--- Looks, without changing anything, whether a restore would work: the token
-- and its permissions, the state of the service, who controls it, each
-- permission by a call that needs it, the clock, and that there are restore
-- points. May yield.
-- @function preflight
-- @tparam client client
-- @treturn table `ok` (boolean) and `checks`, a list of `{ name, ok (true,
-- false or "unknown"), detail, remedy, error }`; beside them `lookups`, the
-- same for the permissions to look people up by their addresses, none of which
-- a restore needs that names no person so; `permissions`
-- (what the token says of itself, not verified), `app_id`, `service`,
-- `controller`, `clock_skew`; `tostring` gives a line for each check
return function(client)
  local self = setmetatable({ ok = true, checks = {} }, Report)
  local root, head = read(client, contract.path("client", "status"))
  local answered = root or head.status
  if not answered then -- no token, or nobody there: nothing else can be told
    add_error(self, head.code == "token_failed" and "token" or "service", head)
    return self
  elseif not root and head.status == 401 then
    add_error(self, "token", head)
    return self
  end
  add(self, "token", true, describe_token(self, payload(client)))
  if root then
    check_clock(self, client, head)
    check_service(self, root)
    check_controller(self, client, self.service)
  elseif head.status ~= 403 then
    add_error(self, "service", head)
  end
  local unit, points = any_unit(client), nil
  for _, row in ipairs(permissions) do
    local answer = check_permission(self, client, row, unit)
    points = row.of_unit and answer or points
  end
  check_points(self, points)
  check_lookups(self, client)
  return self
end
