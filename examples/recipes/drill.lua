-- Rehearses: restores three sites, of a list or of all, beside the originals, and leaves a page as evidence.
--   lua5.4 drill.lua drill-2026-11.jsonl drill-2026-11.html drills.jsonl [sites.csv]
local m365 = require "m365restore"
os.exit(m365.script(function(journal, page, ledger, targets)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local run = assert(m365.drill(client, {
    service = "sharePoint", targets = targets, sample = 3, ledger = ledger, journal = journal, report = page,
    on_progress = m365.progress.bar(),
  }))
  print(run:report():summary())
  return run
end, ...), true)
