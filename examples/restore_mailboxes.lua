--- Brings mailboxes back as they were at a moment, each into a new folder of itself.
--
--   lua5.4 examples/restore_mailboxes.lua 2026-11-01T06:00:00Z DIRECTORY_OBJECT_ID...
--
-- One session, so at most 50 mailboxes. An application sees no addresses on what it protects: it names users by the id
-- of their directory object.
-- AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say who we are, or M365_TOKEN is a token. M365_BASE_URL
-- leads to a simulator instead of Graph.
local m365 = require "m365restore"

local function restore(client, out, before, ...)
  local unit_of = {}
  for unit in client.exchange:protection_units() do
    unit_of[unit.directoryObjectId] = unit
  end

  -- every mailbox in a coroutine of its own, eight at a time
  local users = { ... }
  local artifacts, failures = m365.gather(users, function(user)
    local unit = assert(unit_of[user], "this mailbox is not protected")
    local point, err = client:restore_points({ unit = unit, before = before }):next()
    assert(point or err, "it has no restore point before that moment")
    return point and { restorePoint = point, destinationType = "new" }, err
  end, 8)
  for i, err in pairs(failures) do
    out:write(users[i], ": ", tostring(err), "\n")
  end
  if next(failures) then
    return false -- all of them, or none
  end

  local session = assert(client.exchange:create_session { mailboxRestoreArtifacts = artifacts })
  assert(session:activate())
  local done, err = session:wait { on_progress = m365.progress.bar { out = out } }
  for artifact in session:artifacts() do
    out:write(("%-10s %s"):format(artifact.status, m365.plain(artifact.restoredFolderName or artifact.id)),
      artifact.error and ": " .. artifact.error.message or "", "\n")
  end
  out:write(done and "all restored" or tostring(err), "\n")
  return done ~= nil
end

if ... == "examples.restore_mailboxes" then
  return restore
end

os.exit(m365.script(function(...)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  return restore(client, io.stdout, ...)
end, ...), true)
