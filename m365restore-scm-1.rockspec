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
build = {
  type = "builtin",
  -- the Lua modules are not listed: LuaRocks copies the folder lua as a whole
  modules = {
    ["m365restore.core"] = {
      sources = {
        "src/advice.c",
        "src/await.c",
        "src/buffer.c",
        "src/call.c",
        "src/catalogue.c",
        "src/client.c",
        "src/contract.c",
        "src/core.c",
        "src/engine.c",
        "src/event.c",
        "src/exchange.c",
        "src/failure.c",
        "src/instance.c",
        "src/json.c",
        "src/link.c",
        "src/log.c",
        "src/mend.c",
        "src/method.c",
        "src/options.c",
        "src/pager.c",
        "src/plain.c",
        "src/proxy.c",
        "src/pulse.c",
        "src/redact.c",
        "src/refusal.c",
        "src/renewal.c",
        "src/request.c",
        "src/resource.c",
        "src/retry.c",
        "src/tenant.c",
        "src/text.c",
        "src/token.c",
        "src/transfer.c",
      },
      defines = { "_GNU_SOURCE" },
      libraries = { "curl", "m" },
      incdirs = { "$(CURL_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)" },
    },
    ["m365restore.crypto"] = {
      sources = { "src/crypto.c", "src/crypto_identity.c", "src/fault.c", "src/advice.c", "src/plain.c", "src/text.c" },
      defines = { "_GNU_SOURCE" },
      libraries = { "crypto" },
      incdirs = { "$(CRYPTO_INCDIR)" },
      libdirs = { "$(CRYPTO_LIBDIR)" },
    },
    ["m365restore.system"] = {
      sources = {
        "src/system.c", "src/system_file.c", "src/system_run.c", "src/fault.c", "src/advice.c", "src/plain.c",
        "src/text.c", "src/pulse.c", "src/buffer.c",
      },
      defines = { "_GNU_SOURCE" },
    },
  },
}
test = { type = "command", command = "make test" }
