-- Deletes the drafts that interrupted runs have left behind: those that their journals name, and no others.
--   lua5.4 clean_drafts.lua incident-41.jsonl incident-42.jsonl
local m365 = require "m365restore"
os.exit(m365.script(function(...)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  local drafts, err = m365.clean_drafts(client, { ... })
  for _, draft in ipairs(drafts or err.results) do
    print(draft.session or "-", draft.outcome, m365.plain(draft.journal), draft.error or "")
  end
  return drafts, err
end, ...), true)
