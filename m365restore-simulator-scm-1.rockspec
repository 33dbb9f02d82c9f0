rockspec_format = "3.0"
package = "m365restore-simulator"
version = "scm-1"
source = {
  url = "git+https://github.com/m365restore/m365restore.git",
  branch = "main",
}
description = {
  summary = "A simulator of Microsoft 365 Backup Storage's restore API",
  detailed = [[
    Serves the restore part of Microsoft Graph (/solutions/backupRestore) over real HTTP on 127.0.0.1, as a state
    machine with a clock of its own: for the tests of scripts that restore sites, OneDrives and mailboxes, without a
    tenant. Runs inside a Lua program, in threads of its own, or as the program m365restore-simulator.
  ]],
  homepage = "https://github.com/m365restore/m365restore",
  issues_url = "https://github.com/m365restore/m365restore/issues",
  license = "MIT",
  labels = { "microsoft365", "graph", "testing", "http" },
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.4, < 5.6", "dkjson >= 2.5" }
external_dependencies = { MICROHTTPD = { library = "microhttpd" } }
build = {
  type = "make",
  build_target = "simulator",
  install_target = "install-simulator",
  build_variables = {
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    MICROHTTPD_INCDIR = "$(MICROHTTPD_INCDIR)",
    MICROHTTPD_LIBDIR = "$(MICROHTTPD_LIBDIR)",
  },
  install_variables = {
    BUILD = "build/rock",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
    BINDIR = "$(BINDIR)",
  },
  copy_directories = { "docs" },
}
