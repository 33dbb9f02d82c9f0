-- Restores the mailboxes of a CSV into folders of their own; the failures become the next list.
--   lua5.4 mailboxes_from_csv.lua mailboxes.csv 2026-11-01T06:00:00Z mailboxes.jsonl failed.csv
local m365 = require "m365restore"
os.exit(m365.script(function(targets, before, journal, failures)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local plan = assert(m365.plan(client, {
    service = "exchange", targets = targets, before = before, destination = "new",
  }))
  local run = assert(m365.apply(client, plan, { journal = journal, on_progress = m365.progress.bar() }))
  local report = run:report()
  print(report)
  assert(m365.csv.save(failures, { "target", "protectionUnitId", "destination", "before", "code" }, report:failed()))
  return report
end, ...), true)
