-- A relay below TLS, for specs: prints its port and its process, then a line for each connection. Its arguments are the
-- port that it leads to, and what becomes of the first connections: "reset", "end", "silence", or an answer in
-- hexadecimal.
local tunnel = require "spec.support.tunnel"

local target = tonumber(arg[1])
local actions = table.move(arg, 2, #arg, 1, {})

-- connections that are left standing
local silent = {}

local function misbehave(connection, action)
  connection:receive(5) -- the start of a hello
  if action == "silence" then
    silent[#silent + 1] = connection
    return
  elseif action == "reset" then
    connection:setoption("linger", { on = true, timeout = 0 })
    return connection:close()
  elseif action ~= "end" then
    connection:send((action:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)))
  end
  tunnel.finish(connection)
end

tunnel.serve(function(connection)
  local action = table.remove(actions, 1)
  print(action or "through")
  io.stdout:flush() -- a spec looks before the action is over
  if action then return misbehave(connection, action) end
  assert(tunnel.join(connection, "127.0.0.1", target))
end)
