--- The rocks and the folders, made the way a user makes them. Not run again under the sanitizers: LuaRocks builds
-- without them.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local ROCKS = { "m365restore", "m365restore-simulator" }
local VERSION = require("m365restore").VERSION
local LUA = scratch.interpreter()

local function read_rockspec(rock, version)
  local spec = {}
  assert(loadfile(("%s-%s-1.rockspec"):format(rock, version), "t", spec))()
  return spec
end

-- all files under a folder, as one text
local function files_under(folder)
  return scratch.must("sh", "-c", 'cd "$0" && find . -type f -o -type l | sort', folder)
end

local function make(...)
  return scratch.must("make", "-s", "--no-print-directory", ...)
end

describe("packaging #packaging", function()
  it("has a rockspec of this version that differs from the other in version and source only", function()
    for _, rock in ipairs(ROCKS) do
      local scm, released = read_rockspec(rock, "scm"), read_rockspec(rock, VERSION)
      assert.equal(VERSION .. "-1", released.version)
      assert.truthy(released.source.url:find("/m365restore-" .. VERSION .. ".tar.gz", 1, true))
      assert.equal("m365restore-" .. VERSION, released.source.dir)
      released.version, released.source = scm.version, scm.source
      assert.same(scm, released)
    end
  end)

  it("asks the Makefile for what it has", function()
    for _, rock in ipairs(ROCKS) do
      local build = read_rockspec(rock, "scm").build
      make("-n", build.build_target, build.install_target)
    end
  end)

  it("names as test_dependencies the rocks that its proofs require", function()
    local rock_of = { socket = "luasocket", mime = "luasocket", ltn12 = "luasocket", luassert = "busted" }
    local needed = { luacheck = scratch.read "Makefile":find("\n\t@luacheck ", 1, true) and true }
    local paths = scratch.must("find", "spec", "tools", "lua/m365restore/driver", "-name", "*.lua")
    for path in paths:gmatch "[^\n]+" do
      for name in scratch.read(path):gmatch '%f[%w]require%s*[(,]?%s*"([%w_]+)[%w_.]*"' do
        local ours = name == "spec" or name == "m365restore" or name == "examples"
        if not ours and name ~= "cjson" then needed[rock_of[name] or name] = true end -- the library needs that itself
      end
    end
    local listed, readme = {}, scratch.read "README.md":match "\n| (busted, [^\n]*) | `make test` only |"
    for _, dependency in ipairs(read_rockspec("m365restore", "scm").test_dependencies) do
      local name = dependency:match "^%S+"
      listed[name] = true
      assert.truthy(readme:find(name, 1, true) or name == "dkjson", name) -- which the simulator needs anyway
    end
    assert.same(needed, listed)
  end)

  it("says the same version in the module and in the change log", function()
    assert.truthy(scratch.read "CHANGELOG.md":find("\n## " .. VERSION, 1, true))
  end)

  it("takes folders and flags from whoever builds, and nothing of the simulator for the library", function()
    local commands = make("-n", "install", "BUILD=/nowhere/build", "CFLAGS=-Os -DMINE", "CPPFLAGS=-DALSO_MINE",
      "LDFLAGS=-Wl,-O1", "CURL_DIR=/opt/my curl", "CRYPTO_INCDIR=/opt/crypto/include", "LUA_INCDIR=/opt/my lua")
    for _, part in ipairs {
      "-Os -DMINE", "-DALSO_MINE", "-Wl,-O1", '-I"/opt/my curl/include"', '-L"/opt/my curl/lib"',
      '-rpath,"/opt/my curl/lib"', '-I"/opt/crypto/include"', '-I"/opt/my lua"',
    } do
      assert.truthy(commands:find(part, 1, true), part)
    end
    assert.falsy(commands:find("microhttpd", 1, true))
    assert.falsy(commands:find("simulator/", 1, true))
  end)

  it("names no sudo in the README, which not every machine has", function()
    for block in scratch.read "README.md":gmatch "```sh\n(.-)```" do
      assert.falsy(block:find "sudo", block)
    end
  end)

  describe("by make install", function()
    local folder, prefix

    setup(function()
      folder = scratch.folder() .. "/with a blank"
      prefix = folder .. "/usr"
      make("install", "install-simulator", "DESTDIR=" .. folder, "PREFIX=/usr")
    end)

    teardown(function() scratch.remove(folder:match "^(.*)/") end)

    local function run(...)
      local share, lib = prefix .. "/share/lua/" .. scratch.lua_version, prefix .. "/lib/lua/" .. scratch.lua_version
      local result = assert(system.run({ "env", "--chdir=/", ... }, { timeout = 60, env = {
        LUA_PATH = share .. "/?.lua;" .. share .. "/?/init.lua;;", LUA_CPATH = lib .. "/?.so;;", LUA_INIT = false,
      } }))
      assert(result.status == 0, result.stderr)
      return result
    end

    it("lets the first script of the README run", function()
      scratch.write(folder .. "/first.lua", scratch.read "README.md":match "```lua\n(local m365.-)```")
      local result = run(LUA, folder .. "/first.lua")
      assert.truthy(result.stderr:find("completed: 5 of 5 finished", 1, true))
      assert.equal(5, select(2, result.stdout:gsub("\tsucceeded\tnil\n", "")))
    end)

    it("has the simulator as a program of the Lua that it was installed for", function()
      assert.truthy(run(prefix .. "/bin/m365restore-simulator", "--help").stdout:find "^usage: m365restore%-simulator")
      local first = scratch.read(prefix .. "/bin/m365restore-simulator"):match "^[^\n]+"
      assert.equal(LUA, first:match "[^ !]+$")
    end)

    it("has modules that show nothing but what require looks for, and are protected", function()
      local modules = scratch.must("find", prefix .. "/lib", "-name", "*.so")
      local count = 0
      for path in modules:gmatch "[^\n]+" do
        for name in scratch.must("nm", "-D", "--defined-only", path):gmatch "(%S+)\n" do
          assert.truthy(name:find "^luaopen_m365restore_", name)
        end
        local dynamic = scratch.must("readelf", "-dlW", path)
        assert.truthy(dynamic:find "BIND_NOW", path)
        assert.truthy(dynamic:find "GNU_RELRO", path)
        assert.truthy(scratch.must("nm", "-D", path):find("__stack_chk_fail", 1, true), path)
        count = count + 1
      end
      assert.equal(4, count)
      assert.truthy(scratch.must("nm", "-D", prefix .. "/lib/lua/" .. scratch.lua_version .. "/m365restore/core.so")
        :find "__%w+_chk@") -- what fortified functions call
    end)

    it("brings documents, examples and annotations along", function()
      local files = files_under(prefix .. "/share/doc/m365restore")
      for _, name in ipairs {
        "README.md", "LICENSE", "docs/restore.md", "examples/embed/host.c", "examples/recipes/drill.lua",
        "library/m365restore.lua",
      } do
        assert.truthy(files:find("./" .. name .. "\n", 1, true), name)
      end
    end)

    it("leaves nothing after make uninstall", function()
      local other = prefix .. "/share/lua/" .. scratch.lua_version .. "/other.lua"
      scratch.write(other, "return 1")
      scratch.remove(folder .. "/first.lua")
      make("uninstall", "DESTDIR=" .. folder, "PREFIX=/usr")
      assert.equal("./usr/share/lua/" .. scratch.lua_version .. "/other.lua\n", files_under(folder))
    end)
  end)

  it("tells a Lua's paths where it does not look by itself", function()
    local function told(...)
      local env = { LUA_PATH = false, LUA_CPATH = false }
      return assert(system.run({ LUA, "tools/paths.lua", ... }, { env = env })).stdout
    end
    assert.truthy(told("/my home/share", "/my home/lib"):find("export LUA_CPATH='/my home/lib/?.so;;'", 1, true))
    local share = package.path:match "(/usr/local/share/lua/[%d.]+)"
    local lib = package.cpath:match "(/usr/local/lib/lua/[%d.]+)"
    if share and lib then assert.equal("", told(share, lib)) end
  end)

  it("is what the commands of the README for LuaRocks make, in a home of nothing and with no network", function()
    local folder = scratch.folder()
    local home = folder .. "/a home"
    scratch.must("mkdir", home)
    local env = {
      HOME = home, LUA_PATH = false, LUA_CPATH = false, MAKEFLAGS = "-j2", BUILD = false, CC = false,
      http_proxy = "http://127.0.0.1:1", https_proxy = "http://127.0.0.1:1",
    }
    local count = 0
    for command in scratch.read "README.md":gmatch "\n(luarocks [^\n]+)" do
      command = command:gsub("%-%-lua%-version=%S+", "--lua-version=" .. scratch.lua_version)
      local result = assert(system.run({ "sh", "-c", command .. ' --deps-mode=none "CFLAGS=-O0 -fPIC"' },
        { env = env, timeout = 540 }))
      assert(result.status == 0, result.stdout .. result.stderr)
      count = count + 1
    end
    assert.equal(2, count)
    local files = files_under(home .. "/.luarocks")
    for _, name in ipairs { "core", "crypto", "system", "simulator/host" } do
      local path = ("./lib/lua/%s/m365restore/%s.so\n"):format(scratch.lua_version, name)
      assert.truthy(files:find(path, 1, true), path)
    end
    scratch.remove(folder)
  end)

  describe("of LuaRocks", function()
    local folder, tree

    -- the release, installed from its files into an empty tree, with no network
    setup(function()
      folder = scratch.folder()
      tree = folder .. "/a tree"
      make("dist", "DIST=" .. folder)
      for _, rock in ipairs(ROCKS) do
        local result = assert(system.run({
          "env", "--chdir=" .. folder, "luarocks", "--lua-version=" .. scratch.lua_version, "install",
          "--deps-mode=none", "--tree=" .. tree, ("%s-%s-1.src.rock"):format(rock, VERSION), "CFLAGS=-O0 -fPIC",
        }, { timeout = 540, env = {
          HOME = folder, LUA_PATH = false, LUA_CPATH = false, MAKEFLAGS = "-j2", BUILD = false, CC = false,
          http_proxy = "http://127.0.0.1:1", https_proxy = "http://127.0.0.1:1",
        } }))
        assert(result.status == 0, result.stdout .. result.stderr)
      end
    end)

    teardown(function() scratch.remove(folder) end)

    -- what a program prints that has the tree on its paths, and nothing of the project
    local function run(...)
      local share, lib = tree .. "/share/lua/" .. scratch.lua_version, tree .. "/lib/lua/" .. scratch.lua_version
      local result = assert(system.run({ "env", "--chdir=/", ... }, { timeout = 60, env = {
        LUA_PATH = share .. "/?.lua;" .. share .. "/?/init.lua;;", LUA_CPATH = lib .. "/?.so;;", LUA_INIT = false,
      } }))
      assert(result.status == 0, result.stderr)
      return result.stdout
    end

    it("makes modules that load from an empty tree", function()
      local script = folder .. "/load.lua"
      scratch.write(script, [[
        for _, name in ipairs { "m365restore", "m365restore.core", "m365restore.crypto", "m365restore.system",
            "m365restore.report.progress", "m365restore.simulator", "m365restore.simulator.host" } do
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
      assert.equal("works\n", run(LUA, script, tree))
    end)

    it("ships all the Lua files, and nothing else", function()
      local files = "cd '%s' && find m365restore -name '*.lua' | sort"
      local shipped = scratch.must("sh", "-c", files:format(tree .. "/share/lua/" .. scratch.lua_version))
      local ours = scratch.must("sh", "-c",
        "{ cd lua && find m365restore -type f; cd ../simulator/lua && find m365restore -type f; } | sort")
      assert.equal(ours, shipped)
    end)

    it("ships documents, examples and annotations, and modules that show their names to require only", function()
      local place = ("%s/lib/luarocks/rocks-%s/m365restore/%s-1/"):format(tree, scratch.lua_version, VERSION)
      for _, name in ipairs { "docs", "examples", "library" } do
        assert.equal(files_under(name), files_under(place .. name))
      end
      local core = tree .. "/lib/lua/" .. scratch.lua_version .. "/m365restore/core.so"
      local shown = scratch.must("nm", "-D", "--defined-only", core)
      assert.equal("luaopen_m365restore_core", shown:match "^%x+ T (%S+)\n$")
    end)

    it("installs the simulator as a program", function()
      assert.truthy(run(tree .. "/bin/m365restore-simulator", "--help"):find("^usage: m365restore%-simulator"))
    end)
  end)
end)
