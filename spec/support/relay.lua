-- A relay below TLS, for specs: prints its port and its process, then a line for each connection. Its arguments are the
-- port that it leads to, and what becomes of the first connections: "reset", "end", "silence", or an answer in
-- hexadecimal.
local socket = require "socket"
local system = require "m365restore.system"

local target = tonumber(arg[1])
local deeds = table.move(arg, 2, #arg, 1, {})

local listener = assert(socket.bind("127.0.0.1", 0))
print((select(2, listener:getsockname())))
print(system.pid())
io.stdout:flush()

-- connection -> the other end
local peers = {}
-- connections that are left standing
local silent = {}

local function misbehave(connection, deed)
  connection:settimeout(5)
  connection:receive(5) -- the start of a hello
  if deed == "silence" then
    silent[#silent + 1] = connection
    return
  elseif deed == "reset" then
    connection:setoption("linger", { on = true, timeout = 0 })
  elseif deed ~= "end" then
    connection:send((deed:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)))
    connection:shutdown "send"
    repeat local _, problem = connection:receive(1) until problem
  else
    connection:shutdown "send"
    repeat local _, problem = connection:receive(1) until problem
  end
  connection:close()
end

local function accept()
  local connection = listener:accept()
  local deed = table.remove(deeds, 1)
  print(deed or "through")
  io.stdout:flush()
  if deed then return misbehave(connection, deed) end
  local other = assert(socket.connect("127.0.0.1", target))
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
