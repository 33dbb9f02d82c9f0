--- What can be seen without running anything: no Lua inside libcurl, and nothing of ours that a process shares.
local scratch = require "spec.support.scratch"

--- The C files of the library, with their texts.
local function sources()
  local texts = {}
  for name in scratch.must("sh", "-c", "cd src && ls */*.[ch]"):gmatch "%S+" do
    texts[name] = scratch.read("src/" .. name)
  end
  return texts
end

--- Does a file know Lua, by itself or by what it includes?
local function knows_lua(texts, name, seen)
  seen = seen or {}
  if seen[name] then return false end
  seen[name] = true
  for header in texts[name]:gmatch "#include <(%l+)%.h>" do
    if header == "lua" or header == "lauxlib" or header == "lualib" then return true end
  end
  for included in texts[name]:gmatch '#include "([%w_/]+%.h)"' do
    if texts[included] and knows_lua(texts, included, seen) then return true end
  end
  return false
end

describe("the library as it is built", function()
  it("hands libcurl only callbacks that have never heard of Lua", function()
    local texts, callbacks, loops = sources(), {}, {}
    for name, text in pairs(texts) do
      if text:find "CURLM?OPT_%u+FUNCTION" then callbacks[#callbacks + 1] = name end
      if text:find "curl_multi_socket_action%(" then loops[#loops + 1] = name end
    end
    table.sort(callbacks)
    assert.same({ "http/engine.c", "http/transfer.c" }, callbacks)
    assert.same({ "http/engine.c" }, loops)
    for name in pairs(texts) do
      local floor = name:match "^%w+"
      if floor == "base" or floor == "http" or floor == "graph" then
        assert.is_false(knows_lua(texts, name), name)
      end
    end
    assert.is_true(knows_lua(texts, "bridge/await.c")) -- the check itself works
  end)

  -- Counts the arrows from room to room, all of which lead to the same floor or down; what is beside the rooms is told
  -- to `beside`.
  local function arrows(folder, prefix, floors, beside)
    local floor_of, count = {}, 0
    for i, room in ipairs(floors) do floor_of[room] = i end
    for path in scratch.must("find", folder, "-name", "*.lua"):gmatch "[^\n]+" do
      local own = floor_of[path:sub(#folder + 2):match "^(%l+)/"]
      for name in scratch.read(path):gmatch('require[ (]"' .. prefix .. "%.(%l+)") do
        local other = floor_of[name]
        if own and other then
          count = count + 1
          assert.is_true(own <= other, path .. " requires from " .. name .. ", which is above it")
        elseif other then
          beside(path, name)
        end
      end
    end
    return count
  end

  it("has Lua rooms whose arrows point down", function()
    local floors = { "jobs", "run", "plan", "report", "sessions", "graph", "credential", "driver", "text" }
    local count = arrows("lua/m365restore", "m365restore", floors, function(path, name)
      assert.truthy(path:find "/init%.lua$", path .. " is beside the rooms and requires from " .. name)
    end)
    assert.is_true(count > 100) -- the check itself finds them
  end)

  it("has rooms of the simulator whose arrows point down", function()
    local floors = { "testing", "api", "identity", "world", "wire" }
    local count = arrows("simulator/lua/m365restore/simulator", "m365restore%.simulator", floors, function() end)
    assert.is_true(count > 100)
  end)

  it("knows Graph's paths in the contract only, and the names of the workloads in one table", function()
    for path in scratch.must("find", "lua/m365restore", "-name", "*.lua"):gmatch "[^\n]+" do
      local code = ("\n" .. scratch.read(path)):gsub("\n%s*%-%-[^\n]*", "")
      assert.is_nil(code:find("/solutions/", 1, true), path)
      if not path:find "/workload%.lua$" then
        for _, name in ipairs { "oneDriveForBusiness", "RestoreArtifacts\"", "siteWebUrls\" *=" } do
          assert.is_nil(code:find(name), path .. ": " .. name)
        end
      end
    end
  end)

  it("keeps no Lua state from one call to the next", function()
    for name, text in pairs(sources()) do
      if name:find "%.h$" then
        assert.is_nil(text:find "\n%s+lua_State %*%w+;", name)
      end
    end
  end)

  it("never ends the process, prints, or asks for signals and global settings", function()
    for name, text in pairs(sources()) do
      local code = text:gsub("/%*.-%*/", ""):gsub('"[^"\n]*"', '""')
      for _, call in ipairs {
        "exit", "abort", "printf", "puts", "putchar", "fwrite", "perror", "signal", "sigaction", "setlocale", "setenv",
        "putenv", "chdir", "umask", "curl_global_cleanup", "assert",
      } do
        local found = code:find("[^%w_]" .. call .. "%s*%(")
        assert.is_nil(found and name ~= "system/run.c" and found, name .. " calls " .. call)
      end
    end
  end)

  it("has no variables that all states share, but the one that starts libcurl once", function()
    if (os.getenv "SPEC_CFLAGS" or "") ~= "" then
      return -- sanitizers add their own
    end
    local harmless = { __dso_handle = true, __TMC_END__ = true }
    for _, module in ipairs { "core", "crypto", "system" } do
      local path = assert(package.searchpath("m365restore." .. module, package.cpath))
      for line in scratch.must("objdump", "-t", path):gmatch "[^\n]+" do
        local section, name = line:match "%s(%.%l+)%s+%x+%s+(%S+)$"
        if (section == ".data" or section == ".bss") and name:sub(1, 1) ~= "." then
          assert.truthy(harmless[name] or name:find "^completed%.%d" or name:find "^once%.%d", module .. ": " .. name)
        end
      end
    end
  end)
end)
