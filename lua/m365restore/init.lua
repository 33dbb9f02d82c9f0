--- Microsoft 365 Backup Storage restores, scriptable.
-- The public face: `local m365 = require "m365restore"`.
-- @module m365restore

-- Written so that an older Lua can read it: everything below needs 5.4.
if _VERSION ~= "Lua 5.4" and _VERSION ~= "Lua 5.5" then
  local jit = rawget(_G, "jit")
  error("m365restore needs Lua 5.4 or 5.5; this is " .. (jit and jit.version or _VERSION), 0)
end

local loads, core = pcall(require, "m365restore.core")
if not loads then
  if tostring(core):find "undefined symbol: lua" then
    core = "m365restore.core was built for a newer Lua than this one: build it again with its headers.\n" .. core
  end
  error(core, 0)
end

--- A credential's request knows the claims that a challenge asks for.
core.extend_token_requests(function(request, name)
  return require("m365restore.credential.challenge").field(request, name)
end)

-- The modules that give resources methods, and the names of all these
-- methods. They are loaded when one of them is first asked for.
local modules = { "session", "batch", "bulk_request", "browse", "points", "policy", "service", "by_id" }
local methods = {
  "activate", "activate_protection_policy", "activate_service_app", "activate_session", "add", "batch", "browse",
  "cancel_offboard_drive_protection_unit", "cancel_offboard_mailbox_protection_unit",
  "cancel_offboard_protection_unit", "cancel_offboard_site_protection_unit", "create_browse_session",
  "create_bulk_job", "create_bulk_request", "create_exclusion_bulk_job", "create_inclusion_rule",
  "create_protection_policy", "create_session", "deactivate_protection_policy", "deactivate_service_app", "delete",
  "delete_and_unprotect_inclusion_rule",
  "delete_bulk_request", "delete_inclusion_rule", "delete_protection_policy", "delete_service_app", "delete_session",
  "enable", "find", "offboard_drive_protection_unit", "offboard_mailbox_protection_unit", "offboard_protection_unit",
  "offboard_site_protection_unit", "remove", "restore_points", "run_inclusion_rule", "search_restore_points",
  "status", "update", "update_drive_protection_unit", "update_inclusion_rule", "update_mailbox_protection_unit",
  "update_protection_policy", "update_protection_unit", "update_session", "update_site_protection_unit", "wait",
  "walk",
}

core.defer(methods, function()
  for _, name in ipairs(modules) do
    require("m365restore.graph." .. name)
  end
end)

-- Modules that few scripts need are loaded when they are first touched:
-- name -> module, and the one function of it that is meant.
local lazy = {
  credential = { "m365restore.credential" },
  driver = { "m365restore.driver" },
  gather = { "m365restore.driver.gather" },
  preflight = { "m365restore.jobs.preflight" },
  progress = { "m365restore.report.progress" },
  script = { "m365restore.script" },
  time = { "m365restore.time" },
  csv = { "m365restore.text.csv" },
  journal = { "m365restore.run.journal" },
  plan = { "m365restore.plan", "make" },
  load_plan = { "m365restore.plan.document", "load" },
  apply = { "m365restore.run.apply", "apply" },
  resume = { "m365restore.run.apply", "resume" },
  status = { "m365restore.run.status" },
  needs = { "m365restore.plan.permissions" },
  plan_files = { "m365restore.plan.granular", "files" },
  plan_messages = { "m365restore.plan.granular", "messages" },
  watch = { "m365restore.jobs.watch" },
  clean_drafts = { "m365restore.jobs.clean_drafts" },
  bulk_restore = { "m365restore.jobs.bulk_restore" },
  drill = { "m365restore.jobs.drill" },
}

local m365 = {
  VERSION = core.VERSION,
  client = core.client,
  array = core.array,
  null = core.null,
  type = core.type,
  failure = core.failure,
  describe = core.describe,
  plain = core.plain,
  spawn = core.spawn,
  cancel = core.cancel,
  step = core.step,
  timeout = core.timeout,
  pollfds = core.pollfds,
}

return setmetatable(m365, {
  __index = function(self, name)
    local place = lazy[name]
    if place then
      local module = require(place[1])
      self[name] = place[2] and module[place[2]] or module
      return self[name]
    end
  end,
})
