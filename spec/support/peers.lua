--- Peers that misbehave below HTTP: listeners that never accept, never answer, or answer anything.
local socket = require "socket"

local peers = {}

--- A listener that lets connections stand and never says a word.
-- @tparam[opt] integer backlog
-- @treturn table `port`, `close()`
function peers.silent(backlog)
  local listener = assert(socket.tcp())
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(backlog or 16))
  local _, port = listener:getsockname()
  return { port = port, close = function() listener:close() end }
end

--- A listener whose queue is full: connections to it are not even made.
-- @treturn table `port`, `close()`
function peers.full()
  local peer = peers.silent(0)
  local waiting = {}
  for i = 1, 4 do
    waiting[i] = assert(socket.tcp())
    waiting[i]:settimeout(0)
    waiting[i]:connect("127.0.0.1", peer.port)
  end
  local close = peer.close
  function peer.close()
    for _, connection in ipairs(waiting) do connection:close() end
    close()
  end
  return peer
end

--- A port that nobody listens on.
-- @treturn integer
function peers.nobody()
  local peer = peers.silent()
  peer.close()
  return peer.port
end

return peers
