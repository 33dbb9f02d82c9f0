--- Event loops of others, under which tasks run: `m365.driver.luv`, `m365.driver.cqueues`. Each is loaded when it is
-- first touched, and only then has its loop to be installed.
-- @module m365restore.driver
local loops = { luv = true, cqueues = true }

return setmetatable({}, {
  __index = function(self, name)
    if loops[name] then
      self[name] = require("m365restore.driver." .. name)
      return self[name]
    end
  end,
})
