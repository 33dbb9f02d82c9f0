-- first.lua ORIGIN SESSION: one session, told as soon as it is there.

local m365 = require "m365restore"

local client <close> = m365.client { base_url = arg[1], credential = "token" }
local session = assert(client:session(arg[2]))
io.write(session.status, "\n")
io.stdout:flush() -- the stopwatch waits for this line, not for the exit
