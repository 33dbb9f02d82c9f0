--- What examples/embed/host.c runs: the restore sessions of a tenant, and how far each has come, many at a time.
local m365 = require "m365restore"

local client <close> = m365.client { base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" }

local sessions = {}
for session in client:sessions() do
  sessions[#sessions + 1] = session
end

local counts, failures = m365.gather(sessions, function(session)
  local finished, all = 0, 0
  for artifact in session:artifacts() do
    all = all + 1
    finished = finished + (artifact.completionDateTime and 1 or 0)
  end
  return ("%d of %d finished"):format(finished, all)
end, 8)

for i, session in ipairs(sessions) do
  print(session.id, session.status, counts[i] or tostring(failures[i]))
end
