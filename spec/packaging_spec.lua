--- The rocks, made the way a user makes them, and the lists that have to agree with each other. Not run again under the
-- sanitizers: LuaRocks builds without them.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local ROCKS = {
  m365restore = { folder = ".", file = "m365restore-scm-1.rockspec" },
  simulator = { folder = "simulator", file = "m365restore-simulator-scm-1.rockspec" },
}

local function read_rockspec(rock)
  local spec = {}
  assert(loadfile(rock.folder .. "/" .. rock.file, "t", spec))()
  return spec
end

local function sorted(list)
  table.sort(list)
  return list
end

-- the sources of a module, by the Makefile
local function sources_of(module)
  local text = scratch.must(os.getenv "MAKE" or "make", "-s", "--no-print-directory", "sources", "MODULE=" .. module)
  local list = {}
  for path in text:gmatch "%S+" do
    list[#list + 1] = path
  end
  return sorted(list)
end

describe("packaging #packaging", function()
  it("builds the same sources by the rockspecs as by the Makefile", function()
    local count = 0
    for _, rock in pairs(ROCKS) do
      for name, module in pairs(read_rockspec(rock).build.modules) do
        local listed = {}
        for i, path in ipairs(module.sources) do
          listed[i] = rock.folder == "." and path or rock.folder .. "/" .. path
        end
        assert.same(sources_of((name:gsub("^m365restore%.", ""):gsub("%.", "/"))), sorted(listed), name)
        count = count + 1
      end
    end
    assert.equal(4, count)
  end)

  it("says the same version in the module and in the change log", function()
    local version = require("m365restore").VERSION
    assert.truthy(scratch.read "CHANGELOG.md":find("\n## " .. version, 1, true))
  end)

  describe("by make install", function()
    local folder

    setup(function()
      folder = scratch.folder()
      scratch.must("make", "-s", "install", "install-simulator", "DESTDIR=" .. folder, "PREFIX=")
    end)

    teardown(function() scratch.remove(folder) end)

    it("lets the first script of the README run", function()
      local script = scratch.read "README.md":match "```lua\n(local m365.-)```"
      scratch.write(folder .. "/first.lua", script)
      local result = assert(system.run({ "env", "--chdir=/", "lua5.4", folder .. "/first.lua" }, { timeout = 60, env = {
        LUA_PATH = folder .. "/share/lua/5.4/?.lua;" .. folder .. "/share/lua/5.4/?/init.lua;;",
        LUA_CPATH = folder .. "/lib/lua/5.4/?.so;;",
      } }))
      assert(result.status == 0, result.stderr)
      assert.truthy(result.stderr:find("completed: 5 of 5 finished", 1, true))
      assert.equal(5, select(2, result.stdout:gsub("\tsucceeded\tnil\n", "")))
    end)
  end)

  describe("of LuaRocks", function()
    local folder, tree

    -- a copy, because LuaRocks writes beside the sources
    setup(function()
      folder = scratch.folder()
      tree = folder .. "/tree"
      for _, name in ipairs { "src", "lua", "simulator", "LICENSE", "m365restore-scm-1.rockspec" } do
        scratch.must("cp", "-R", name, folder)
      end
      for _, rock in pairs(ROCKS) do
        local result = assert(system.run({
          "env", "--chdir=" .. folder .. "/" .. rock.folder,
          "luarocks", "--lua-version=5.4", "make", "--deps-mode=none", "--tree=" .. tree, rock.file,
        }, { timeout = 240, env = { HOME = folder, LUA_PATH = false, LUA_CPATH = false } }))
        assert(result.status == 0, result.stdout .. result.stderr)
      end
    end)

    teardown(function() scratch.remove(folder) end)

    -- what a program prints that has the tree on its paths, and nothing of the project
    local function run(...)
      local env = {
        LUA_PATH = tree .. "/share/lua/5.4/?.lua;" .. tree .. "/share/lua/5.4/?/init.lua;;",
        LUA_CPATH = tree .. "/lib/lua/5.4/?.so;;",
        LUA_INIT = false,
      }
      local result = assert(system.run({ "env", "--chdir=/", ... }, { env = env, timeout = 60 }))
      assert(result.status == 0, result.stderr)
      return result.stdout
    end

    it("makes modules that load from an empty tree", function()
      local script = folder .. "/load.lua"
      scratch.write(script, [[
        for _, name in ipairs { "m365restore", "m365restore.core", "m365restore.crypto", "m365restore.system",
            "m365restore.progress", "m365restore.simulator", "m365restore.simulator.host" } do
          require(name)
          local path = package.searchpath(name, package.path) or package.searchpath(name, package.cpath)
          assert(path:find(arg[1], 1, true) == 1, path)
        end
        local sim <close> = require("m365restore.simulator").start { sites = 1 }
        local client <close> = require("m365restore").client { base_url = sim.url, credential = sim:credential() }
        local session, err = client.sharePoint:sessions():next()
        assert(session == nil and err == nil, tostring(err))
        print "works"
      ]])
      assert.equal("works\n", run("lua5.4", script, tree))
    end)

    it("ships all the Lua files, and nothing else", function()
      local files = "cd %s && find m365restore -name '*.lua' | sort"
      local shipped = scratch.must("sh", "-c", files:format(tree .. "/share/lua/5.4"))
      local ours = scratch.must("sh", "-c",
        "{ cd lua && find m365restore -type f; cd ../simulator/lua && find m365restore -type f; } | sort")
      assert.equal(ours, shipped)
    end)

    it("installs the simulator as a program", function()
      assert.truthy(run(tree .. "/bin/m365restore-simulator", "--help"):find("^usage: m365restore%-simulator"))
    end)
  end)
end)
