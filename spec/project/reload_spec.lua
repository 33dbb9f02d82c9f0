local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local ROOT = "/solutions/backupRestore"

describe("a core that is loaded a second time", function()
  it("keeps its engine, its clients and their logs", function()
    local sim <close> = simulator.start { sites = 2, speed = 1 }
    local old, new = {}, {}
    local function client(core, events)
      return core.client {
        base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
        log = function(event) events[#events + 1] = event.event end,
      }
    end
    local first <close> = client(m365, old)
    assert(first:request("GET", ROOT))
    local core = package.loaded["m365restore.core"]
    finally(function() package.loaded["m365restore.core"] = core end)
    package.loaded["m365restore.core"] = nil
    local again = require "m365restore.core"
    collectgarbage()
    local second <close> = client(again, new)
    assert(second:request("GET", ROOT))
    assert(first:request("GET", ROOT))
    assert.same({ "token_renewed", "request", "request" }, old)
    assert.same({ "token_renewed", "request" }, new)
    local done = again.event()
    core.spawn(function() done:set() end)
    assert.is_true(done:wait())
  end)
end)
