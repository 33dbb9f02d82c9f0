-- A proxy that knows CONNECT and nothing else, for specs: prints its port and its process, then a line for each tunnel:
-- host, port, and what it was authorized with. Its arguments are the statuses that it answers the first requests with.
local socket = require "socket"
local system = require "m365restore.system"

local listener = assert(socket.bind("127.0.0.1", 0))
print((select(2, listener:getsockname())))
print(system.pid())
io.stdout:flush()

-- connection -> the other end of its tunnel
local peers = {}

local function read_head(connection)
  local lines = {}
  repeat
    local line = connection:receive "*l"
    lines[#lines + 1] = line
  until not line or line == ""
  return table.concat(lines, "\n")
end

local function accept()
  local connection = listener:accept()
  connection:settimeout(5)
  local head = read_head(connection)
  local host, port = head:match "^CONNECT ([^:%s]+):(%d+)"
  local authorization = head:match "[Pp]roxy%-[Aa]uthorization: ([^\n]*)"
  print(host, port, authorization)
  io.stdout:flush()
  local status = table.remove(arg, 1)
  if status then
    connection:send(("HTTP/1.1 %s No\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm=x\r\n\r\n"):format(status))
    return connection:close()
  end
  local other = host and socket.connect(host, port)
  if not other then return connection:close() end
  connection:send "HTTP/1.1 200 Connection established\r\n\r\n"
  connection:settimeout(0)
  other:settimeout(0)
  peers[connection], peers[other] = other, connection
end

local function copy(from)
  local to = peers[from]
  if not to then return end
  local bytes, problem, rest = from:receive(65536)
  bytes = bytes or rest
  local at = 1
  while at <= #bytes do
    local sent, _, last = to:send(bytes, at)
    at = (sent or last) + 1
    if at <= #bytes then socket.select(nil, { to }, 1) end
  end
  if problem == "closed" then
    peers[from], peers[to] = nil, nil
    from:close()
    to:close()
  end
end

while true do
  local watched = { listener }
  for connection in pairs(peers) do watched[#watched + 1] = connection end
  for _, ready in ipairs((socket.select(watched))) do
    if ready == listener then accept() else copy(ready) end
  end
end
