--- Says how Lua finds what was installed, if it does not look there by itself: `make install` runs it.
--
--     lua tools/paths.lua LUADIR LIBDIR
local modules, libraries = ...

local function looks_in(path, folder) return (";" .. path):find(";" .. folder .. "/?", 1, true) ~= nil end

if not (looks_in(package.path, modules) and looks_in(package.cpath, libraries)) then
  print "This Lua does not look there by itself. For a shell:"
  print(("  export LUA_PATH='%s/?.lua;%s/?/init.lua;;'"):format(modules, modules))
  print(("  export LUA_CPATH='%s/?.so;;'"):format(libraries))
end
