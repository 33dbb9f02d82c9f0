--- Microsoft 365 Backup Storage restores, scriptable.
-- The public face: `local m365 = require "m365restore"`.
-- @module m365restore
local core = require "m365restore.core"

--- A credential's request knows the claims that a challenge asks for.
core.token_request.__index = function(request, name)
  return require("m365restore.challenge").field(request, name)
end

-- The modules that give resources methods, and the names of all these
-- methods. They are loaded when one of them is first asked for.
local modules = { "session", "batch", "bulk", "browse", "points", "policy", "service" }
local methods = {
  "activate", "add", "batch", "browse", "create_browse_session", "create_bulk_job", "create_bulk_request",
  "create_inclusion_rule", "create_protection_policy", "create_session", "delete", "enable", "find", "remove",
  "restore_points", "search_restore_points", "status", "update", "wait", "walk",
}

core.defer(methods, function()
  for _, name in ipairs(modules) do
    require("m365restore." .. name)
  end
end)

-- Modules that few scripts need are loaded when they are first touched:
-- name -> module, and the one function of it that is meant.
local lazy = {
  credential = { "m365restore.credential" },
  driver = { "m365restore.driver" },
  gather = { "m365restore.driver.gather" },
  preflight = { "m365restore.preflight" },
  progress = { "m365restore.progress" },
  script = { "m365restore.script" },
  time = { "m365restore.time" },
  csv = { "m365restore.restore.csv" },
  journal = { "m365restore.restore.journal" },
  plan = { "m365restore.restore.plan", "make" },
  load_plan = { "m365restore.restore.plan", "load" },
  apply = { "m365restore.restore.apply", "apply" },
  resume = { "m365restore.restore.apply", "resume" },
  needs = { "m365restore.restore.needs" },
  plan_files = { "m365restore.restore.granular", "files" },
  plan_messages = { "m365restore.restore.granular", "messages" },
  watch = { "m365restore.restore.watch" },
  clean_drafts = { "m365restore.restore.janitor" },
  bulk_restore = { "m365restore.restore.bulk" },
  drill = { "m365restore.restore.drill" },
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
