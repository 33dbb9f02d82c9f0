-- Rolls sites back in bulk: fast, but the service picks the restore points, and nobody can review them.
--   lua5.4 bulk_sites.lua sites.csv 2026-11-01T06:00:00Z bulk.jsonl [unreviewed]
local m365 = require "m365restore"
os.exit(m365.script(function(targets, before, journal, confirm)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local run = assert(m365.bulk_restore(client, {
    service = "sharePoint", targets = targets, before = before, destination = "inPlace", confirm = confirm,
    journal = journal, on_progress = m365.progress.bar(),
  }))
  print(run:report())
  return run
end, ...), true)
