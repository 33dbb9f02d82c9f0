-- A SOCKS proxy for specs, versions 5 and 4: prints its port and its process, then a line for each connection: host,
-- port, and what it was authorized with. Its arguments are what becomes of the first connections: "method" (no way to
-- prove oneself is taken), "user" (what was proved is refused), "deaf" (silence), "end" (the connection ends), or the
-- number of a reply to the request.
local socket = require "socket"
local system = require "m365restore.system"

local deeds = table.move(arg, 1, #arg, 1, {})

local listener = assert(socket.bind("127.0.0.1", 0))
print((select(2, listener:getsockname())))
print(system.pid())
io.stdout:flush()

-- connection -> the other end of its tunnel
local peers = {}
-- connections that are left standing
local deaf = {}

local function byte(connection) return (assert(connection:receive(1))):byte() end

local function text(connection) return assert(connection:receive(byte(connection))) end

local function greet(connection, deed)
  local methods = text(connection)
  if deed == "method" then
    connection:send "\5\255"
    return nil
  elseif not methods:find("\2", 1, true) then
    connection:send "\5\0"
    return "nobody"
  end
  connection:send "\5\2"
  byte(connection)
  local user, password = text(connection), text(connection)
  connection:send(deed == "user" and "\1\1" or "\1\0")
  return deed ~= "user" and user .. ":" .. password or nil
end

local function address(connection)
  connection:receive(3) -- version, command, reserved
  local kind = byte(connection)
  local host = kind == 3 and text(connection)
    or table.concat({ assert(connection:receive(kind == 1 and 4 or 16)):byte(1, -1) }, ".")
  local high, low = byte(connection), byte(connection)
  return host, high * 256 + low
end

-- Without an end of its own where a refusal is still on its way.
local function finish(connection)
  connection:shutdown "send"
  repeat local _, problem = connection:receive(1) until problem
  connection:close()
end

local function tunnel(connection, host, port, yes)
  local other = socket.connect(host, port)
  if not other then return finish(connection) end
  connection:send(yes)
  connection:settimeout(0)
  other:settimeout(0)
  peers[connection], peers[other] = other, connection
end

local function serve5(connection, deed)
  local authorized = greet(connection, deed)
  if not authorized then
    print("refused", deed)
    return finish(connection)
  end
  local host, port = address(connection)
  print(host, port, authorized)
  local reply = tonumber(deed)
  if not reply then return tunnel(connection, host, port, "\5\0\0\1\0\0\0\0\0\0") end
  connection:send("\5" .. string.char(reply) .. "\0\1\0\0\0\0\0\0")
  finish(connection)
end

local function text_to_nul(connection)
  local bytes = {}
  while true do
    local one = assert(connection:receive(1))
    if one == "\0" then return table.concat(bytes) end
    bytes[#bytes + 1] = one
  end
end

local function serve4(connection, deed)
  connection:receive(1) -- the command
  local high, low = byte(connection), byte(connection)
  local host = table.concat({ assert(connection:receive(4)):byte(1, -1) }, ".")
  text_to_nul(connection) -- the user
  if host:find "^0%.0%.0%." then host = text_to_nul(connection) end
  print(host, high * 256 + low, "version 4")
  local reply = tonumber(deed)
  if not reply then return tunnel(connection, host, high * 256 + low, "\0\90\0\0\0\0\0\0") end
  connection:send("\0" .. string.char(reply) .. "\0\0\0\0\0\0")
  finish(connection)
end

local function accept()
  local connection, deed = listener:accept(), table.remove(deeds, 1)
  connection:settimeout(5)
  if deed == "deaf" or deed == "end" then
    print(deed)
    if deed == "end" then connection:close() else deaf[#deaf + 1] = connection end
  else
    local serve = ({ ["\5"] = serve5, ["\4"] = serve4 })[connection:receive(1)]
    pcall(serve, connection, deed) -- the client may go away in the middle
  end
  io.stdout:flush()
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
