--- Every operation that is served: one row each.
-- A row has the method, the path under the root of the API, the operation's name, the permissions of which one is
-- needed, the handler, and the argument that the handler receives beside the request. `delegated`: not for application
-- permissions. `beta`: not in v1.0. `root`: right under the version. `alias`: where a dialect's next link of the
-- list leads. Each list has a row of its own for its `$count` segment, unless the row says `counts = false`. `options`:
-- the query options, "none" for what is written, "single" or "expanded" for a get; lists and the pages of a browse read
-- their own.
-- `unpaged`: on no page and in no permission table, only in the description.
-- @module m365restore.simulator.api.operations
local activity = require "m365restore.simulator.api.activity"
local apps = require "m365restore.simulator.api.apps"
local artifacts = require "m365restore.simulator.api.restore.artifacts"
local batch = require "m365restore.simulator.api.batch"
local browse = require "m365restore.simulator.api.restore.browse"
local bulk = require "m365restore.simulator.api.restore.bulk"
local creation = require "m365restore.simulator.api.restore.creation"
local exclusions = require "m365restore.simulator.api.protection.exclusions"
local items = require "m365restore.simulator.api.restore.items"
local jobs = require "m365restore.simulator.api.protection.jobs"
local points = require "m365restore.simulator.api.points"
local policies = require "m365restore.simulator.api.protection.policies"
local reports = require "m365restore.simulator.api.reports"
local revision = require "m365restore.simulator.api.restore.revision"
local rules = require "m365restore.simulator.api.protection.rules"
local service = require "m365restore.simulator.api.service"
local services = require "m365restore.simulator.world.services"
local sessions = require "m365restore.simulator.api.restore.sessions"
local units = require "m365restore.simulator.api.units"
local users = require "m365restore.simulator.api.users"
local world = require "m365restore.simulator.world.tenant"

local operations = {}

--- The root of the API, under the version.
operations.BASE = "/solutions/backupRestore"

local RESTORE_WRITE = { "BackupRestore-Restore.ReadWrite.All" }
local RESTORE_READ = { "BackupRestore-Restore.Read.All", "BackupRestore-Restore.ReadWrite.All" }
local SEARCH = { "BackupRestore-Search.Read.All" }
local CONFIGURATION_WRITE = { "BackupRestore-Configuration.ReadWrite.All" }
local CONFIGURATION = { "BackupRestore-Configuration.Read.All", "BackupRestore-Configuration.ReadWrite.All" }
local MONITOR = { "BackupRestore-Monitor.Read.All" }
local CONTROL_WRITE = { "BackupRestore-Control.ReadWrite.All" }
local CONTROL = { "BackupRestore-Control.Read.All", "BackupRestore-Control.ReadWrite.All" }

local USERS = {
  "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
}
local SITES = { "Sites.Read.All", "Sites.ReadWrite.All" }

local rows = {
  { "GET", "/users", "users.list", USERS, users.list, root = true, counts = false },
  { "GET", "/users/{id}", "users.get", USERS, users.get, root = true },
  { "GET", "/sites/root", "sites.root", SITES, users.root, root = true, options = "single" },
  -- {host} and {name} end with a colon: /sites/host:/personal/name:/drive
  { "GET", "/sites/{host}/{managed}/{name}/drive", "sites.drive", SITES, users.drive, root = true, options = "single" },
  -- a batch has no permission of its own: each of its members is asked for one
  { "POST", "/$batch", "batch", nil, batch.send, root = true },
  { "GET", "", "root.get", CONTROL, service.get },
  { "POST", "/enable", "root.enable", CONTROL_WRITE, service.enable },
  { "GET", "/emailNotificationsSetting", "emailNotificationsSetting.get", CONTROL_WRITE, service.get_notifications },
  { "PATCH", "/emailNotificationsSetting", "emailNotificationsSetting.update", CONTROL_WRITE,
    service.update_notifications, delegated = true },
  { "GET", "/serviceApps", "serviceApps.list", CONTROL, apps.list },
  { "POST", "/serviceApps", "serviceApps.create", CONTROL_WRITE, apps.create },
  { "GET", "/serviceApps/{id}", "serviceApps.get", CONTROL, apps.get },
  { "DELETE", "/serviceApps/{id}", "serviceApps.delete", CONTROL_WRITE, apps.delete },
  { "POST", "/serviceApps/{id}/activate", "serviceApps.activate", CONTROL_WRITE, apps.activate, delegated = true },
  { "POST", "/serviceApps/{id}/deactivate", "serviceApps.deactivate", CONTROL_WRITE, apps.deactivate,
    delegated = true },
  { "GET", "/restoreSessions", "restoreSessions.list", RESTORE_READ, sessions.list,
    alias = operations.BASE .. "/sharepointRestoreSessions" },
  { "GET", "/restoreSessions/{id}", "restoreSessions.get", RESTORE_READ, sessions.get },
  { "DELETE", "/restoreSessions/{id}", "restoreSessions.delete", RESTORE_WRITE, sessions.delete },
  { "POST", "/restoreSessions/{id}/activate", "restoreSessions.activate", RESTORE_WRITE, sessions.activate },
  { "GET", "/restorePoints", "restorePoints.list", SEARCH, points.list, counts = false },
  { "POST", "/restorePoints/search", "restorePoints.search", SEARCH, points.search },
  { "GET", "/restorePoints/{id}", "restorePoints.get", SEARCH, points.get, options = "expanded" },
  { "GET", "/browseSessions", "browseSessions.list", RESTORE_WRITE, browse.list },
  { "GET", "/browseSessions/{id}", "browseSessions.get", RESTORE_WRITE, browse.get, unpaged = true },
  -- the OpenAPI description knows browsing here alone, and goes on by a function
  { "POST", "/browseSessions/{id}/browse", "browseSessions.browse", RESTORE_WRITE, items.browse },
  { "GET", "/browseSessions/{id}/browse(nextFetchToken='{token}')", "browseSessions.browse.next", RESTORE_WRITE,
    items.continue },
  { "GET", "/protectionUnits", "protectionUnits.list", CONFIGURATION, units.list },
  { "GET", "/protectionUnits/{id}", "protectionUnits.get", CONFIGURATION, units.get },
  { "POST", "/protectionUnits/{id}/offboard", "protectionUnits.offboard", CONFIGURATION_WRITE, units.act, "offboard",
    delegated = true },
  { "POST", "/protectionUnits/{id}/cancelOffboard", "protectionUnits.cancelOffboard", CONFIGURATION_WRITE, units.act,
    "cancelOffboard", delegated = true },
  { "GET", "/protectionPolicies", "protectionPolicies.list", CONFIGURATION, policies.list },
  { "GET", "/protectionPolicies/{id}", "protectionPolicies.get", CONFIGURATION, policies.get },
  { "DELETE", "/protectionPolicies/{id}", "protectionPolicies.delete", CONFIGURATION_WRITE, policies.delete },
  { "POST", "/protectionPolicies/{id}/activate", "protectionPolicies.activate", CONFIGURATION_WRITE, policies.act,
    "activate" },
  { "POST", "/protectionPolicies/{id}/deactivate", "protectionPolicies.deactivate", CONFIGURATION_WRITE, policies.act,
    "deactivate" },
  { "GET", "/exclusionUnits", "exclusionUnits.list", CONFIGURATION, exclusions.list, beta = true },
  { "GET", "/exclusionUnits/{id}", "exclusionUnits.get", CONFIGURATION, exclusions.get, beta = true },
  { "GET", "/reports/getStatisticsByPolicy(policyId='{id}')", "reports.getStatisticsByPolicy", CONFIGURATION,
    reports.by_policy, options = "none" },
  { "GET", "/activityLogs", "activityLogs.list", MONITOR, activity.list, beta = true },
  { "GET", "/activityLogs/{id}", "activityLogs.get", MONITOR, activity.get, beta = true, unpaged = true },
}

local function row(...)
  local made = { ... }
  rows[#rows + 1] = made
  return made
end

-- {====== Of each workload ======

local function add_sessions(it)
  local root, one = "/" .. it.sessions, "/" .. it.sessions .. "/{id}"
  row("GET", root, it.sessions .. ".list", RESTORE_READ, sessions.list, it)
  row("POST", root, it.sessions .. ".create", RESTORE_WRITE, creation.create, it)
  row("GET", one, it.sessions .. ".get", RESTORE_READ, sessions.get, it).unpaged = true
  row("PATCH", one, it.sessions .. ".update", RESTORE_WRITE, revision.update, it)
  for _, name in ipairs { it.standard, it.granular } do
    local kind = artifacts.kinds[name]
    local needed = kind.granular and RESTORE_WRITE or RESTORE_READ
    row("GET", one .. "/" .. name, name .. ".list", needed, sessions.list_artifacts, kind)
    row("GET", one .. "/" .. name .. "/{artifact}", name .. ".get", needed, sessions.get_artifact, kind).unpaged = true
  end
end

local function add_bulk(it)
  local list = "/" .. it.sessions .. "/{id}/" .. it.bulk
  row("GET", list, it.bulk .. ".list", RESTORE_READ, bulk.list, it)
  row("POST", list, it.bulk .. ".create", RESTORE_WRITE, bulk.create, it)
  row("GET", list .. "/{request}", it.bulk .. ".get", RESTORE_READ, bulk.get, it)
  row("DELETE", list .. "/{request}", it.bulk .. ".delete", RESTORE_WRITE, bulk.delete, it)
end

local function add_browses(it)
  local root = "/" .. it.browses
  row("POST", root .. "/{id}/browse", it.browses .. ".browse", RESTORE_WRITE, items.browse, it)
  row("GET", root .. "/{id}/browse", it.browses .. ".browse.next", RESTORE_WRITE, items.continue, it)
  row("GET", root, it.browses .. ".list", RESTORE_WRITE, browse.list, it)
  row("POST", root, it.browses .. ".create", RESTORE_WRITE, browse.create, it)
  row("GET", root .. "/{id}", it.browses .. ".get", RESTORE_WRITE, browse.get, it)
end

local function add_policies(it)
  local root, one = "/" .. it.policies, "/" .. it.policies .. "/{id}"
  row("GET", root, it.policies .. ".list", CONFIGURATION, policies.list, it)
  row("POST", root, it.policies .. ".create", CONFIGURATION_WRITE, policies.create, it)
  row("GET", one, it.policies .. ".get", CONFIGURATION, policies.get, it)
  row("PATCH", one, it.policies .. ".update", CONFIGURATION_WRITE, policies.update, it)
  row("GET", one .. "/" .. it.units, it.policies .. "." .. it.units .. ".list", CONFIGURATION, units.list_of_policy, it)
  row("GET", one .. "/" .. it.units .. "/{unit}", it.policies .. "." .. it.units .. ".get", CONFIGURATION,
    units.get_of_policy, it).unpaged = true
end

local function add_rules(it)
  local list = "/" .. it.policies .. "/{id}/" .. it.rules
  local one = list .. "/{rule}"
  row("GET", list, it.rules .. ".list", CONFIGURATION, rules.list, it)
  row("POST", list, it.rules .. ".create", CONFIGURATION_WRITE, rules.create, it)
  row("GET", one, it.rules .. ".get", CONFIGURATION, rules.get, it)
  row("PATCH", one, it.rules .. ".update", CONFIGURATION_WRITE, rules.update, it)
  row("DELETE", one, it.rules .. ".delete", CONFIGURATION_WRITE, rules.delete, it)
  row("POST", one .. "/run", it.rules .. ".run", CONFIGURATION_WRITE, rules.run, it)
  row("POST", one .. "/deleteAndUnprotect", it.rules .. ".deleteAndUnprotect", CONFIGURATION_WRITE,
    rules.delete_and_unprotect, it)
end

local function add_jobs(it, name, beta)
  local list, kind = "/" .. it.policies .. "/{id}/" .. name, jobs.kinds[name]
  row("GET", list, name .. ".list", CONFIGURATION, jobs.list, kind).beta = beta
  row("POST", list, name .. ".create", CONFIGURATION_WRITE, jobs.create, kind).beta = beta
  row("GET", list .. "/{job}", name .. ".get", CONFIGURATION, jobs.get, kind).beta = beta
end

local function add_exclusions(it)
  local list = "/" .. it.policies .. "/{id}/" .. it.exclusions
  row("GET", list, it.exclusions .. ".list", CONFIGURATION, exclusions.list_of_policy, it).beta = true
  row("GET", list .. "/{unit}", it.exclusions .. ".get", CONFIGURATION, exclusions.get_of_policy, it).beta = true
end

local function add_units(kind)
  local name = kind .. "ProtectionUnit"
  row("GET", "/" .. name .. "s", name .. "s.list", CONFIGURATION, units.list, kind)
  row("GET", "/" .. name .. "s/{id}", name .. "s.get", CONFIGURATION, units.get, kind).unpaged = true
  row("PATCH", "/" .. name .. "s/{id}", name .. "s.update", CONFIGURATION_WRITE, units.update, kind).delegated = true
  for _, space in ipairs { "graph.", "microsoft.graph." } do
    row("GET", "/protectionUnits/" .. space .. name, name .. "s.list", CONFIGURATION, units.list, kind)
    row("GET", "/protectionUnits/{id}/" .. space .. name, name .. "s.get", CONFIGURATION, units.get, kind)
  end
end

for _, it in ipairs(services) do
  add_sessions(it)
  add_bulk(it)
  add_policies(it)
  add_rules(it)
  add_jobs(it, it.unit_jobs)
  add_jobs(it, it.exclusion_jobs, true)
  add_exclusions(it)
  if it.browses then add_browses(it) end
end
for _, kind in ipairs(world.KINDS) do add_units(kind) end

-- }======

local function options_of(r)
  return r.options or r[1] ~= "GET" and "none" or r[3]:find "%.get$" and "single" or nil
end

local function described(r)
  return {
    method = r[1], path = r[2], operation = r[3], permissions = r[4], handler = r[5], argument = r[6], alias = r.alias,
    delegated = r.delegated, beta = r.beta, unpaged = r.unpaged, root = r.root, options = options_of(r),
  }
end

local function counting(r)
  local count = described(r)
  count.path, count.operation, count.counting = r[2] .. "/$count", r[3]:gsub("list$", "count"), true
  return count
end

for _, r in ipairs(rows) do
  operations[#operations + 1] = described(r)
  if r[3]:find("%.list$") and r.counts ~= false then operations[#operations + 1] = counting(r) end
end

return operations
