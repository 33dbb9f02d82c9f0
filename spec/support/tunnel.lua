-- What the relays and proxies for specs have alike: a listener, and bytes that go on from one connection to another.
local socket = require "socket"
local system = require "m365restore.system"

local tunnel = {}

-- connection -> its other end
local peers = {}

--- Joins a connection with a target: what either says, the other hears.
-- @param connection
-- @tparam string host
-- @tparam number|string port
-- @tparam[opt] string greeting what the connection is told first
-- @treturn boolean whether the target was there
function tunnel.join(connection, host, port, greeting)
  local other = socket.connect(host, port)
  if not other then return false end
  if greeting then connection:send(greeting) end
  connection:settimeout(0)
  other:settimeout(0)
  peers[connection], peers[other] = other, connection
  return true
end

--- Ends a connection after its peer, so that what was sent last still arrives.
-- @param connection
function tunnel.finish(connection)
  connection:shutdown "send"
  repeat local _, problem = connection:receive(1) until problem
  connection:close()
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

--- Listens for ever; prints the port and the process first.
-- @tparam function accept (connection), which may print what it sees
function tunnel.serve(accept)
  local listener = assert(socket.bind("127.0.0.1", 0))
  print((select(2, listener:getsockname())))
  print(system.pid())
  io.stdout:flush()
  while true do
    local watched = { listener }
    for connection in pairs(peers) do watched[#watched + 1] = connection end
    for _, ready in ipairs((socket.select(watched))) do
      if ready == listener then
        local connection = listener:accept()
        connection:settimeout(60)
        accept(connection)
        io.stdout:flush()
      else
        copy(ready)
      end
    end
  end
end

return tunnel
