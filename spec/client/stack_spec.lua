--- lua_settop of Lua 5.4.4 writes a stale pointer where a value that it closes makes the stack grow. A step of a list,
-- and a refresh, close their exchange: whatever room the stack has left just then, they find their place again.
local m365 = require "m365restore"
local tenant = require "spec.support.tenant"

describe("a stack that moves while an exchange is closed", function()
  local home, client, session

  setup(function()
    home = tenant.start { page_size = 10 }
    client = home:client()
    session = home:session(client, "sharePoint", 1, 25)
  end)
  teardown(function()
    client:close()
    home:stop()
  end)

  -- calls f with so many values below it on the stack of its coroutine
  local function call_above(f, ...)
    local result = f()
    return result, ...
  end

  local function at_every_depth(f)
    local depths = {}
    for depth = 1, 100 do
      depths[depth] = depth
    end
    local results, failures = m365.gather(depths, function(depth)
      return (call_above(f, table.unpack({}, 1, depth)))
    end, 4)
    assert.same({}, failures)
    return results
  end

  it("does not mislead a list", function()
    for _, count in ipairs(at_every_depth(function()
      local count = 0
      for artifact in session:artifacts() do
        count = count + (artifact.id and 1 or 0)
      end
      return count
    end)) do
      assert.equal(25, count)
    end
  end)

  it("does not mislead a refresh", function()
    for _, same in ipairs(at_every_depth(function()
      return rawequal(session:refresh(), session)
    end)) do
      assert.is_true(same)
    end
  end)
end)
