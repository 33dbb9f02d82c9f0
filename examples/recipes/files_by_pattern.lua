-- Brings back the files of a site that match a pattern, into a new folder of it.
--   lua5.4 files_by_pattern.lua https://contoso.sharepoint.com/sites/x '/Shared Documents/**/*.xlsx' TIME files.jsonl
local m365 = require "m365restore"
os.exit(m365.script(function(site, pattern, before, journal)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local plan = assert(m365.plan_files(client, {
    service = "sharePoint", target = site, match = pattern, before = before,
  }))
  print(plan)
  local run = assert(m365.apply(client, plan, { journal = journal, on_progress = m365.progress.bar() }))
  print(run:report():summary())
  return run
end, ...), true)
