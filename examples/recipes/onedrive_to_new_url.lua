-- Restores the OneDrive of a user, or of each in a list, beside the one that is there, and tells where.
--   lua5.4 onedrive_to_new_url.lua user@contoso.com|users.csv 2026-11-01T06:00:00Z user.jsonl
local m365 = require "m365restore"
os.exit(m365.script(function(user, before, journal)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local plan = assert(m365.plan(client, {
    service = "oneDriveForBusiness", targets = { user }, before = before, destination = "new",
  }))
  local run = assert(m365.apply(client, plan, { journal = journal, on_progress = m365.progress.bar() }))
  for _, row in ipairs(run:report().rows) do print(row.target, row.outcome, row.url or row.remedy) end
  return run
end, ...), true)
