rockspec_format = "3.0"
package = "m365restore-simulator"
version = "scm-1"
source = {
  url = "git+https://github.com/m365restore/m365restore.git",
  branch = "main",
  dir = "m365restore/simulator",
}
description = {
  summary = "A simulator of Microsoft 365 Backup Storage's restore API",
  detailed = [[
    Serves the restore part of Microsoft Graph (/solutions/backupRestore) over real HTTP on 127.0.0.1, as a state
    machine with a clock of its own: for the tests of scripts that restore sites, OneDrives and mailboxes, without a
    tenant. Runs inside a Lua program, in threads of its own, or as the program m365restore-simulator.
  ]],
  homepage = "https://github.com/m365restore/m365restore",
  license = "MIT",
  labels = { "microsoft365", "graph", "testing", "http" },
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.4, < 5.6", "dkjson >= 2.5" }
external_dependencies = { MICROHTTPD = { library = "microhttpd" } }
build = {
  type = "builtin",
  -- the Lua modules are not listed: LuaRocks copies the folder lua as a whole
  modules = {
    ["m365restore.simulator.host"] = {
      sources = { "src/gate.c", "src/host.c", "src/model.c", "src/server.c", "src/text.c" },
      defines = { "_GNU_SOURCE" },
      libraries = { "microhttpd", "pthread" },
      incdirs = { "$(MICROHTTPD_INCDIR)" },
      libdirs = { "$(MICROHTTPD_LIBDIR)" },
    },
  },
  install = { bin = { "bin/m365restore-simulator" } },
}
