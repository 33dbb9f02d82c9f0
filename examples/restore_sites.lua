--- Restores SharePoint sites in place, each to the restore point that is named, and says what became of every one.
--
--   M365_TOKEN=... lua5.4 examples/restore_sites.lua RESTORE_POINT_ID...
--
-- Ends with status 0 only when everything was restored. M365_BASE_URL leads to a simulator instead of Graph.
local m365 = require "m365restore"

local function restore(client, points, out)
  local artifacts = {}
  for i, id in ipairs(points) do
    artifacts[i] = { restorePoint = { id = id }, destinationType = "inPlace" }
  end

  local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts })
  out:write("session ", session.id, " with ", session.restoreSessionArtifactCount.total, " sites\n")
  assert(session:activate())

  local done, err = session:wait { on_progress = m365.progress.bar { out = out } }
  for artifact in session:artifacts() do
    out:write(artifact.status, "  ", artifact.id, artifact.error and "  " .. artifact.error.message or "", "\n")
  end
  out:write(done and "all restored" or tostring(err), "\n")
  return done ~= nil
end

if ... == "examples.restore_sites" then
  return restore -- for examples/demo.lua
end

local client <close> = m365.client { base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" }
os.exit(restore(client, arg, io.stdout), true)
