-- A SOCKS proxy for specs, versions 5 and 4: prints its port and its process, then a line for each connection: host,
-- port, and what it was authorized with. Its arguments are what becomes of the first connections: "method" (no way to
-- prove oneself is taken), "user" (what was proved is refused), "deaf" (silence), "end" (the connection ends), or the
-- number of a reply to the request.
local tunnel = require "spec.support.tunnel"

local actions = table.move(arg, 1, #arg, 1, {})

-- connections that are left standing
local deaf = {}

local function byte(connection) return (assert(connection:receive(1))):byte() end

local function text(connection) return assert(connection:receive(byte(connection))) end

local function greet(connection, action)
  local methods = text(connection)
  if action == "method" then
    connection:send "\5\255"
    return nil
  elseif not methods:find("\2", 1, true) then
    connection:send "\5\0"
    return "nobody"
  end
  connection:send "\5\2"
  byte(connection)
  local user, password = text(connection), text(connection)
  connection:send(action == "user" and "\1\1" or "\1\0")
  return action ~= "user" and user .. ":" .. password or nil
end

local function address(connection)
  connection:receive(3) -- version, command, reserved
  local kind = byte(connection)
  local host = kind == 3 and text(connection)
    or table.concat({ assert(connection:receive(kind == 1 and 4 or 16)):byte(1, -1) }, ".")
  local high, low = byte(connection), byte(connection)
  return host, high * 256 + low
end

-- A refusal, or the end of a tunnel that leads nowhere, still arrives.
local function lead(connection, host, port, yes)
  if not tunnel.join(connection, host, port, yes) then tunnel.finish(connection) end
end

local function serve5(connection, action)
  local authorized = greet(connection, action)
  if not authorized then
    print("refused", action)
    return tunnel.finish(connection)
  end
  local host, port = address(connection)
  print(host, port, authorized)
  local reply = tonumber(action)
  if not reply then return lead(connection, host, port, "\5\0\0\1\0\0\0\0\0\0") end
  connection:send("\5" .. string.char(reply) .. "\0\1\0\0\0\0\0\0")
  tunnel.finish(connection)
end

local function text_to_nul(connection)
  local bytes = {}
  while true do
    local one = assert(connection:receive(1))
    if one == "\0" then return table.concat(bytes) end
    bytes[#bytes + 1] = one
  end
end

local function serve4(connection, action)
  connection:receive(1) -- the command
  local high, low = byte(connection), byte(connection)
  local host = table.concat({ assert(connection:receive(4)):byte(1, -1) }, ".")
  text_to_nul(connection) -- the user
  if host:find "^0%.0%.0%." then host = text_to_nul(connection) end
  print(host, high * 256 + low, "version 4")
  local reply = tonumber(action)
  if not reply then return lead(connection, host, high * 256 + low, "\0\90\0\0\0\0\0\0") end
  connection:send("\0" .. string.char(reply) .. "\0\0\0\0\0\0")
  tunnel.finish(connection)
end

tunnel.serve(function(connection)
  local action = table.remove(actions, 1)
  if action == "deaf" or action == "end" then
    print(action)
    if action == "end" then connection:close() else deaf[#deaf + 1] = connection end
  else
    local serve = ({ ["\5"] = serve5, ["\4"] = serve4 })[connection:receive(1)]
    pcall(serve, connection, action) -- the client may go away in the middle
  end
end)
