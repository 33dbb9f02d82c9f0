--- A name with two addresses, of which the first never answers.
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local simulator = require "m365restore.simulator"
local socket = require "socket"
local system = require "m365restore.system"

local SCRIPT = [[
  local m365 = require "m365restore"
  local url, ca, token = ...
  local c = m365.client {
    base_url = url, ca_file = ca, credential = token, connect_timeout = 3, retries = 0, timeout = 20,
  }
  local _, err = c:request("GET", "/solutions/backupRestore")
  print(err and err.code or "fine", err and err.attempts or 1)
]]

describe("the second address of a name is tried within connect_timeout", function()
  local folder, certificates, sim, blocked

  setup(function()
    folder, certificates = scratch.folder(), pki.new()
    certificates:own("ca", { kind = "ec" })
    local pair = certificates:issue("two", "ca", { names = "DNS:two.example" })
    sim = simulator.start { sites = 1, tls = { certificate = pair.certificate, key = pair.key } }
    -- at the same port of another address: a queue that is full, and swallows all who come
    local listener = assert(socket.tcp4())
    listener:setoption("reuseaddr", true)
    assert(listener:bind("127.0.0.2", tonumber(sim.url:match ":(%d+)$")))
    assert(listener:listen(0))
    blocked = { listener }
    for i = 1, 4 do
      blocked[i + 1] = socket.tcp4()
      blocked[i + 1]:settimeout(0.01)
      blocked[i + 1]:connect("127.0.0.2", tonumber(sim.url:match ":(%d+)$"))
    end
  end)
  teardown(function()
    for _, one in ipairs(blocked) do one:close() end
    sim:stop()
    certificates:close()
    scratch.remove(folder)
  end)

  for name, addresses in pairs {
    ["IPv4 beside IPv4"] = "127.0.0.2 127.0.0.1", ["after two that do not answer"] = "127.0.0.2 127.0.0.2 127.0.0.1",
  } do
    it(name, function()
      if (os.getenv "SPEC_CFLAGS" or "") ~= "" then return pending "a sanitizer has to be loaded first" end
      scratch.must("cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", folder .. "/resolve.so", "spec/support/resolve.c",
        "-ldl")
      local env = scratch.environment()
      env.LD_PRELOAD, env.NAME, env.ADDRESSES = folder .. "/resolve.so", "two.example", addresses
      local result = assert(system.run({
        scratch.interpreter(), "-e", "arg = {}" .. SCRIPT:gsub("%.%.%.", ("%q, %q, %q"):format(
          sim.url:gsub("127%.0%.0%.1", "two.example"), certificates:path "ca.crt",
          (sim:credential { lifetime = 1e9 }()))),
      }, { env = env, timeout = 60 }))
      assert.same({ "fine\t1\n", "" }, { result.stdout, result.stderr })
    end)
  end
end)
