rockspec_format = "3.0"
package = "m365restore"
version = "scm-1"
source = {
  url = "git+https://github.com/m365restore/m365restore.git",
  branch = "main",
}
description = {
  summary = "Microsoft 365 Backup Storage restores, scriptable",
  detailed = [[
    Restores SharePoint sites, OneDrives and Exchange mailboxes from Microsoft 365 Backup Storage through Microsoft
    Graph (/solutions/backupRestore): sessions that are created, activated, watched and reported from Lua, one at a
    time or many at once. No write is sent twice, every wait ends, and every failure is a value with a reason.
  ]],
  homepage = "https://github.com/m365restore/m365restore",
  issues_url = "https://github.com/m365restore/m365restore/issues",
  license = "MIT",
  labels = { "microsoft365", "graph", "backup", "http" },
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.4, < 5.6", "lua-cjson >= 2.1.0" }
-- without headers: LuaRocks looks for those in one folder only, and distributions keep them in others, which the
-- compiler knows
external_dependencies = {
  CURL = { library = "curl" },
  CRYPTO = { library = "crypto" },
}
-- by the Makefile, which knows the compiler's flags that protect the modules and hide their names
build = {
  type = "make",
  build_target = "modules",
  install_target = "install-modules",
  build_variables = {
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    CURL_INCDIR = "$(CURL_INCDIR)",
    CURL_LIBDIR = "$(CURL_LIBDIR)",
    CRYPTO_INCDIR = "$(CRYPTO_INCDIR)",
    CRYPTO_LIBDIR = "$(CRYPTO_LIBDIR)",
  },
  install_variables = {
    BUILD = "build/rock",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
  },
  copy_directories = { "docs", "examples", "library" },
}
test_dependencies = {
  "busted >= 2.0", "luacheck >= 0.25", "luasocket >= 3.0", "luv >= 1.44", "cqueues >= 20200726", "dkjson >= 2.5",
}
test = { type = "command", command = "make test" }
