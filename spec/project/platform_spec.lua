--- What is promised about versions: the numbers in src/base/version.h, and every place that repeats them.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local header = scratch.read "src/base/version.h"
local OLDEST = { lua = "5." .. header:match "M365_LUA_OLDEST 50(%d)", curl = header:match 'OLDEST_TEXT "([%d.]+)"' }
local NEWEST_LUA = "5." .. header:match "M365_LUA_NEWEST 50(%d)"
local LUAS = ("Lua %s or %s"):format(OLDEST.lua, NEWEST_LUA)

describe("the versions that are promised", function()
  it("are those of src/base/version.h everywhere", function()
    local hex = tonumber(header:match "M365_LIBCURL_OLDEST 0x(%x+)", 16)
    assert.equal(OLDEST.curl, ("%d.%d"):format(hex >> 16, hex >> 8 & 255))
    for path, text in pairs {
      ["README.md"] = "| libcurl ≥ " .. OLDEST.curl .. " |",
      ["docs/platforms.md"] = "| libcurl | " .. OLDEST.curl .. " |",
      ["src/http/libcurl.h"] = "needs libcurl " .. OLDEST.curl .. " or newer",
      ["src/bridge/compat.h"] = "headers of " .. LUAS,
      ["lua/m365restore/init.lua"] = "needs " .. LUAS,
      ["simulator/lua/m365restore/simulator/init.lua"] = "needs " .. LUAS,
    } do
      assert.truthy(scratch.read(path):find(text, 1, true), path)
    end
    assert.truthy(scratch.read "README.md":find("| " .. LUAS .. " |", 1, true))
    local range = ("lua >= %s, < 5.%d"):format(OLDEST.lua, tonumber(NEWEST_LUA:match "%d$") + 1)
    for _, rock in ipairs { "m365restore", "m365restore-simulator" } do
      assert.truthy(scratch.read(rock .. "-scm-1.rockspec"):find(range, 1, true), rock)
    end
  end)

  it("refuse an older Lua with one sentence", function()
    for _, name in ipairs { "m365restore", "m365restore.simulator" } do
      local script = ("_VERSION = 'Lua 5.3'; print(select(2, pcall(require, %q)))"):format(name)
      local result = assert(system.run({ scratch.interpreter(), "-e", script }, { env = scratch.environment() }))
      assert.truthy(result.stdout:find("^m365restore%S* needs " .. LUAS .. "; this is Lua 5.3\n$"), result.stdout)
    end
  end)

  it("refuse older headers", function()
    local folder = scratch.folder()
    scratch.must("mkdir", folder .. "/curl")
    scratch.write(folder .. "/curl/curl.h", "#define LIBCURL_VERSION_NUM 0x074f01\ntypedef int CURLcode;\n")
    scratch.write(folder .. "/lua.h", "#define LUA_VERSION_NUM 503\ntypedef int lua_State;\n")
    for file, sentence in pairs {
      ["bridge/compat.h"] = "headers of " .. LUAS, ["http/libcurl.h"] = "libcurl " .. OLDEST.curl,
    } do
      local result = assert(system.run { "cc", "-fsyntax-only", "-iquote", "src", "-I" .. folder, "src/" .. file })
      assert.truthy(result.status ~= 0 and result.stderr:find(sentence, 1, true), result.stderr)
    end
    scratch.remove(folder)
  end)

  it("refuse an older libcurl that is loaded, whatever the headers were #packaging", function()
    local folder = scratch.folder()
    scratch.write(folder .. "/old.c", [[
      #include <curl/curl.h>
      curl_version_info_data *curl_version_info(CURLversion now) {
        static curl_version_info_data old = {.version = "7.79.1", .version_num = 0x074f01};
        (void)now;
        return &old;
      }
    ]])
    scratch.must("cc", "-shared", "-fPIC", "-o", folder .. "/old.so", folder .. "/old.c")
    local env = scratch.environment()
    env.LD_PRELOAD = folder .. "/old.so"
    local script = "print(select(2, pcall(require, 'm365restore')))"
    local result = assert(system.run({ scratch.interpreter(), "-e", script }, { env = env }))
    assert.equal(("m365restore needs libcurl %s or newer; the one that is loaded is 7.79.1\n"):format(OLDEST.curl),
      result.stdout)
    scratch.remove(folder)
  end)
end)
