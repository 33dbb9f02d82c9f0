--- Microsoft 365 Backup Storage restores, scriptable.
-- The public face: `local m365 = require "m365restore"`.
-- @module m365restore
local core = require "m365restore.core"

require "m365restore.session"
require "m365restore.batch"
require "m365restore.bulk"
require "m365restore.browse"
require "m365restore.points"
require "m365restore.policy"
require "m365restore.service"

--- Modules that few scripts need are loaded when they are first touched.
local lazy = {
  progress = "m365restore.progress",
  time = "m365restore.time",
}

local m365 = {
  VERSION = core.VERSION,
  client = core.client,
  array = core.array,
  null = core.null,
  type = core.type,
  failure = core.failure,
  describe = core.describe,
  spawn = core.spawn,
  cancel = core.cancel,
  step = core.step,
  timeout = core.timeout,
  pollfds = core.pollfds,
  gather = require "m365restore.driver.gather",
}

return setmetatable(m365, {
  __index = function(self, name)
    if lazy[name] then
      self[name] = require(lazy[name])
      return self[name]
    end
  end,
})
