-- sequential.lua ORIGIN SESSION COUNT: COUNT requests for one session, one after the other.

local m365 = require "m365restore"

local origin, id, count = arg[1], arg[2], tonumber(arg[3])
local client <close> = m365.client { base_url = origin, credential = "token" }
local session = assert(client:session(id))
for _ = 2, count do
  assert(session:refresh())
end
io.write(count, "\n")
