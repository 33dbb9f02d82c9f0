-- Rolls sites back after ransomware. The first run prints the plan and its hash; the second, with the hash, does it.
--   lua5.4 rollback_sites.lua sites.csv 2026-11-01T06:00:00Z incident-42.jsonl [HASH]
local m365 = require "m365restore"
os.exit(m365.script(function(targets, before, journal, hash)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local plan = assert(m365.plan(client, {
    service = "sharePoint", targets = targets, before = before, max_loss = "48h", destination = "inPlace",
  }))
  print(plan)
  local run = assert(m365.apply(client, plan, { confirm = hash, journal = journal, on_progress = m365.progress.bar() }))
  assert(run:report():save(journal .. ".html"))
  return run
end, ...), true)
