-- Watches all that is being restored at this moment, whoever started it, and writes the outcome down.
--   lua5.4 watch_running.lua running.csv
local m365 = require "m365restore"
os.exit(m365.script(function(...)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local report = assert(m365.watch(client, { on_progress = m365.progress.bar() }))
  print(report)
  assert(report:save(...))
  return report
end, ...), true)
