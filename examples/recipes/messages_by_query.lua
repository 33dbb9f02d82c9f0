-- Brings back the messages of mailboxes that match a query, into a folder of their own.
--   lua5.4 messages_by_query.lua "(Subject -like 'invoice*')" 2026-11-01T06:00:00Z mail.jsonl USER|users.csv...
local m365 = require "m365restore"
os.exit(m365.script(function(query, before, journal, ...)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local plan = assert(m365.plan_messages(client, {
    targets = { ... }, query = query, before = before, destination = "new",
  }))
  print(plan)
  local run = assert(m365.apply(client, plan, { journal = journal, on_progress = m365.progress.bar() }))
  print(run:report())
  return run
end, ...), true)
