-- A proxy that knows CONNECT and nothing else, for specs: prints its port and its process, then a line for each tunnel:
-- host, port, and what it was authorized with. Its arguments are the statuses that it answers the first requests with.
local tunnel = require "spec.support.tunnel"

local function read_head(connection)
  local lines = {}
  repeat
    local line = connection:receive "*l"
    lines[#lines + 1] = line
  until not line or line == ""
  return table.concat(lines, "\n")
end

tunnel.serve(function(connection)
  local head = read_head(connection)
  local host, port = head:match "^CONNECT ([^:%s]+):(%d+)"
  print(host, port, head:match "[Pp]roxy%-[Aa]uthorization: ([^\n]*)")
  io.stdout:flush() -- a spec looks before the tunnel stands
  local status = table.remove(arg, 1)
  if status then
    connection:send(("HTTP/1.1 %s No\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm=x\r\n\r\n"):format(status))
    return connection:close()
  end
  if not host or not tunnel.join(connection, host, port, "HTTP/1.1 200 Connection established\r\n\r\n") then
    connection:close()
  end
end)
