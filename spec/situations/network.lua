--- What goes wrong on the way to the service, in its answer, and in the process that asks.
local core = require "m365restore.core"
local m365 = require "m365restore"
local peers = require "spec.support.peers"
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local support = require "spec.graph.support"

--- A read of a simulator that meets a fault, or of the server that `settings` name.
local function asked(settings, fault)
  return function()
    local sim <close> = simulator.start { sites = 1, speed = 1 }
    local all = { base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, retries = 0, timeout = 20 }
    for name, value in pairs(settings or {}) do all[name] = value end
    local client <close> = m365.client(all)
    if fault then sim:fault(fault) end
    return select(2, client:session "x")
  end
end

local function answered(body, headers)
  return { action = "status", status = 200, body = body, headers = headers }
end

--- A read from a peer that is no service.
local function at_peer(peer, settings, scheme)
  local url = (scheme or "http") .. "://127.0.0.1:" .. peer.port
  local all = { base_url = url, credential = "token" }
  for name, value in pairs(settings) do all[name] = value end
  local err = asked(all)()
  peer.close()
  return err
end

local function over_tls(certificates, pair, settings)
  return function()
    local sim <close> = simulator.start {
      sites = 1, speed = 1, tls = { certificate = pair().certificate, key = pair().key },
    }
    local all = { base_url = sim.url, credential = "token", retries = 0, timeout = 20,
      ca_file = certificates():path "ca.crt" }
    for name, value in pairs(settings and settings() or {}) do all[name] = value or nil end
    local client <close> = m365.client(all)
    return select(2, client:session "x")
  end
end

--- A list whose link leads somewhere.
local function linked(link)
  return function()
    local sim <close>, client = support.start()
    local ours <close> = client
    support.answer(sim, { value = { { id = "a" } }, ["@odata.nextLink"] = link(client) }, { times = 9 })
    local list = ours:sessions()
    local item, err
    repeat item, err = list:next() until not item
    return err
  end
end

--- The error of a child process that may have little of what it needs.
local function poor_child(limit, script)
  if (os.getenv "BUILD" or ""):find "asan" then return "pending" end -- a sanitizer needs far more
  local sim <close> = simulator.start { sites = 1, speed = 1 }
  local folder = scratch.folder()
  scratch.write(folder .. "/child.lua", script)
  sim:fault { action = "status", status = 200, body = "[" .. ("[],"):rep(3000000) .. "[]]" }
  local text = scratch.must("env", "LUA_PATH=" .. package.path, "LUA_CPATH=" .. package.cpath, "sh", "-c",
    limit .. '; exec "$0" "$@"', scratch.interpreter(), folder .. "/child.lua", sim.url,
    (sim:credential { lifetime = 1e12 }()))
  scratch.remove(folder)
  local fields = core.decode(text)
  return setmetatable(fields, { __tostring = function() return fields.text end })
end

local POOR = [[
  local core, m365 = require "m365restore.core", require "m365restore"
  local client = m365.client { base_url = arg[1], credential = arg[2], retries = 0, max_response_size = 1 << 30 }
  local _, err = client:request("GET", "/x")
  local fields = { code = err.code, message = err.message, remedy = err.remedy, text = tostring(err) }
  io.write(core.encode(fields))
]]

return function(keep)
  local made = {}
  local function certificates()
    if not made.all then
      made.all = keep(pki.new())
      made.all:own("ca", { kind = "ec" })
      made.right = made.all:issue("right", "ca")
    end
    return made.all
  end
  local function right()
    certificates()
    return made.right
  end
  local function issued(name, options)
    return function()
      made[name] = made[name] or certificates():issue(name, "ca", options)
      return made[name]
    end
  end

  local function behind(script, word, settings)
    return function()
      right()
      local sim <close> = simulator.start {
        sites = 1, speed = 1, tls = { certificate = made.right.certificate, key = made.right.key },
      }
      local to = sim.url:match ":(%d+)"
      local port, stop = scratch.beside(script, table.unpack(script == "relay.lua" and { to, word } or { word }))
      local all = { credential = "token", retries = 0, timeout = 20, ca_file = made.all:path "ca.crt" }
      for name, value in pairs(settings(port, sim)) do all[name] = value end
      local client <close> = m365.client(all)
      local err = select(2, client:session "x")
      stop()
      return err
    end
  end
  local function through(port) return { base_url = "https://127.0.0.1:" .. port } end
  local function by_proxy(port, sim) return { base_url = sim.url, proxy = "http://127.0.0.1:" .. port } end

  return {
    ambiguous = function()
      local sim <close>, client = support.start(nil, { retries = 0 })
      local ours <close> = client
      sim:fault { action = "lose", method = "POST" }
      return select(2, ours.sharePoint:create_session())
    end,
    connect = asked { base_url = "http://127.0.0.1:" .. peers.nobody() },
    resolve = asked { base_url = "https://nowhere.invalid" },
    no_answer = asked({}, { action = "drop" }),
    network = asked({}, { action = "reset" }),
    truncated = asked({}, { action = "truncate", bytes = 20 }),
    garbage = asked({}, { action = "garbage" }),
    connect_timeout = function() return at_peer(peers.full(), { connect_timeout = 0.2 }) end,
    tls_timeout = function() return at_peer(peers.silent(), { tls_timeout = 0.2 }, "https") end,
    first_byte_timeout = function() return at_peer(peers.silent(), { first_byte_timeout = 0.2 }) end,
    stall_timeout = asked({ stall_timeout = 0.2 }, { action = "stall", seconds = 60, before = "body" }),
    deadline = asked({ timeout = 0.2 }, { action = "stall", seconds = 60, before = "headers" }),
    throttled = function()
      local sim <close> = simulator.start { sites = 1, speed = 1 }
      local client <close> = m365.client {
        base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, retries = 0, timeout = 5,
      }
      sim:fault { action = "throttle", retry_after = "3000" }
      client:session "x"
      return select(2, client:session "x")
    end,
    tls_broken = behind("relay.lua", "reset", through),
    tls = behind("relay.lua", "15030300020246", through), -- the alert of a version that is refused
    proxy_refused = behind("proxy.lua", "403", by_proxy),
    proxy_failed = behind("proxy.lua", "502", by_proxy),
    tls_untrusted = over_tls(certificates, right, function() return { ca_file = false } end),
    tls_expired = over_tls(certificates, issued("expired", { expired = true })),
    tls_wrong_host = over_tls(certificates, issued("elsewhere", { names = "DNS:elsewhere.example" })),
    ca_file = over_tls(certificates, right, function() return { ca_file = certificates():path "none" } end),
    client_certificate = over_tls(certificates, right, function()
      return { client_certificate = certificates():path "none" }
    end),
    off_loopback = function()
      return select(2, core.exchange { url = "http://8.8.8.8/", managed_identity = true })
    end,
    redirect = asked({}, {
      action = "status", status = 302, body = "", headers = { Location = "https://example.com/" },
    }),
    bad_json = asked({}, answered '{"id":'),
    bad_encoding = asked({}, answered("{}", { ["Content-Encoding"] = "gzip" })),
    bad_answer = asked({}, answered "7"),
    too_large = asked({ max_response_size = 1024 }, answered('{"id":"' .. ("x"):rep(5000) .. '"}')),
    headers_too_large = asked({ max_header_size = 4096 }, answered("{}", { ["X-Long"] = ("a"):rep(5000) })),
    foreign_link = linked(function() return "https://example.com/x" end),
    link_loop = linked(function(client)
      return client.base_url .. "/v1.0/solutions/backupRestore/restoreSessions"
    end),
    closed = function()
      local sim <close>, client = support.start()
      client:close()
      assert(sim)
      return select(2, client:session "x")
    end,
    cancelled = function()
      local victim
      local _, failures = m365.gather({ "victim", "killer" }, function(role)
        if role == "victim" then
          victim = coroutine.running()
          core.sleep(20)
        end
        core.sleep(0.02)
        m365.cancel(victim)
      end)
      return failures[1]
    end,
    no_memory = function() return poor_child("ulimit -v 200000", POOR) end,
    too_many_files = function() return poor_child("ulimit -n 5", POOR) end,
  }
end
