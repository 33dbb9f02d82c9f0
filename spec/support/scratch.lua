--- What specs do with the machine around them: folders that go away, files, child processes, small C programs.
local system = require "m365restore.system"

local scratch = {}

--- A new empty folder.
-- @treturn string path
function scratch.folder()
  return (assert(system.run { "mktemp", "-d" }).stdout:gsub("\n$", ""))
end

--- Removes a folder and all that is in it.
-- @tparam string path
function scratch.remove(path)
  assert(system.run { "rm", "-rf", path })
end

--- @tparam string path
-- @tparam string content
function scratch.write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(content))
end

--- @tparam string path
-- @treturn ?string content; nil when there is no such file
function scratch.read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

--- The names in a folder, hidden ones too.
-- @tparam string path
-- @treturn {string,...} sorted
function scratch.names(path)
  local names = {}
  for name in assert(system.run { "ls", "-A", path }).stdout:gmatch "[^\n]+" do
    names[#names + 1] = name
  end
  return names
end

--- Runs a program and wants it to succeed.
-- @treturn string its output
function scratch.must(...)
  local result = assert(system.run { ... })
  assert(result.status == 0, table.concat({ ... }, " ") .. ": " .. result.stderr)
  return result.stdout
end

--- Where another Lua finds the modules that this one uses.
-- @treturn table for the option `env` of system.run
function scratch.environment()
  return { LUA_PATH = package.path, LUA_CPATH = package.cpath, LUA_INIT = false }
end

--- The version of Lua, as folders are named: "5.4".
scratch.lua_version = _VERSION:match "%d+%.%d+"

--- The interpreter that this process runs in.
-- @treturn string
function scratch.interpreter()
  return os.getenv "LUA" or "lua" .. scratch.lua_version
end

local function quoted(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Starts another Lua beside this one.
-- @tparam string script path of a file
-- @tparam string ... its arguments
-- @treturn file its output; closing it waits for its end
function scratch.start(script, ...)
  local words = { "exec", "env" }
  for name, value in pairs(scratch.environment()) do
    words[#words + 1] = quoted(name .. "=" .. (value or ""))
  end
  for _, word in ipairs { scratch.interpreter(), script, ... } do
    words[#words + 1] = quoted(tostring(word))
  end
  return assert(io.popen(table.concat(words, " "), "r"))
end

--- Starts a script of spec/support that prints its port and its process first.
-- @tparam string script
-- @tparam string ... its arguments
-- @treturn string port
-- @treturn function () -> what it printed since; ends it
function scratch.beside(script, ...)
  local child = scratch.start("spec/support/" .. script, ...)
  local port, process = child:read("l", "l")
  local text
  return port, function()
    if not text then
      scratch.must("kill", process)
      text = child:read "a"
      child:close()
    end
    return text
  end
end

-- The compiler's flags for this Lua: as `make` says, or pkg-config.
local function flags_of_lua()
  local text = (os.getenv "LUA_CFLAGS" or "") .. " " .. (os.getenv "LUA_LIBS" or "")
  if not text:find "%S" then
    text = scratch.must("pkg-config", "--cflags", "--libs", "lua" .. scratch.lua_version)
  end
  local flags = {}
  for flag in text:gsub('"', ""):gmatch "%S+" do
    flags[#flags + 1] = flag
  end
  return flags
end

--- Compiles a C file that embeds Lua.
-- @tparam string source
-- @tparam string program where to put it
-- @tparam string ... more arguments of the compiler
function scratch.compile(source, program, ...)
  local compiler = os.getenv "CC" or "cc"
  local argv = { compiler, "-std=c99", "-g", "-Wall", "-Wextra", "-o", program, source }
  for _, flag in ipairs(flags_of_lua()) do
    argv[#argv + 1] = flag
  end
  for _, flag in ipairs { ... } do
    argv[#argv + 1] = flag
  end
  -- sanitizers, where the modules have them
  for flag in (os.getenv "SPEC_CFLAGS" or ""):gmatch "%S+" do
    argv[#argv + 1] = flag
  end
  scratch.must(table.unpack(argv))
end

return scratch
