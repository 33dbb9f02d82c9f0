--- Finds files in a snapshot of a SharePoint site by a pattern, and restores only those, into a new folder of the site.
--
--   lua5.4 examples/granular_files.lua SITE_URL '/Shared Documents/Finance/**/*.xlsx'
--
-- AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say who we are, or M365_TOKEN is a token. M365_BASE_URL
-- leads to a simulator instead of Graph.
local m365 = require "m365restore"

-- the newest snapshot that can be looked into
local function newest_snapshot(client, url)
  for unit in client.sharePoint:protection_units() do
    if tostring(unit.siteWebUrl):lower() == url:lower() then
      for point in client:restore_points { unit = unit } do
        if point.tags == "fastRestore" then
          return point
        end
      end
    end
  end
end

local function restore(client, out, url, pattern)
  local point = assert(newest_snapshot(client, url), "this site is not protected, or has no snapshot to look into")
  out:write("looking into ", point.protectionDateTime, "\n")
  local browse = assert(client.sharePoint:create_browse_session { restorePointId = point })
  assert(browse:wait())

  local files, paths = browse:find(pattern, { type = "file" })
  assert(files, paths)
  for _, path in ipairs(paths) do
    out:write("  ", m365.plain(path), "\n")
  end
  assert(#files > 0, "no file matches")

  local session = assert(client.sharePoint:create_session { granularSiteRestoreArtifacts = files })
  assert(session:activate())
  local done, err = session:wait { on_progress = m365.progress.bar { out = out } }
  for artifact in session:granular_artifacts() do
    out:write(("%-10s %s"):format(artifact.status, m365.plain(artifact.restoredItemPath or artifact.id)), "\n")
  end
  out:write(done and "all restored" or tostring(err), "\n")
  return done ~= nil
end

if ... == "examples.granular_files" then
  return restore
end

local client <close> = m365.client {
  base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
}
os.exit(restore(client, io.stdout, ...), true)
