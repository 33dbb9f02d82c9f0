--- Finds files in a snapshot of a SharePoint site by a pattern, and restores only those, into a new folder of the site.
--
--   lua5.4 examples/granular_files.lua SITE_URL '/Shared Documents/Finance/**/*.xlsx'
--
-- AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say who we are, or M365_TOKEN is a token. M365_BASE_URL
-- leads to a simulator instead of Graph.
local m365 = require "m365restore"

local function find_site(client, url)
  for unit in client.sharePoint:protection_units() do
    if tostring(unit.siteWebUrl):lower() == url:lower() then
      return unit
    end
  end
  error("this site is not protected: " .. url, 0)
end

-- the newest snapshot that can be looked into; a list of points would end after five of the others
local function newest_snapshot(client, site)
  local found = assert(client:search_restore_points {
    protectionUnitIds = { site.id }, tags = "fastRestore", restorePointPreference = "latest",
    protectionTimePeriod = { startDateTime = "2000-01-01T00:00:00Z", endDateTime = "2099-12-31T00:00:00Z" },
  })
  local newest
  for _, hit in ipairs(found.searchResults) do
    local point = hit.restorePoint
    local is_newer = not newest or m365.time.compare(point.protectionDateTime, newest.protectionDateTime) > 0
    newest = is_newer and point or newest
  end
  return newest or error("this site is protected, but none of its restore points can be looked into (fastRestore)", 0)
end

local function restore(client, out, url, pattern)
  local point = newest_snapshot(client, find_site(client, url))
  out:write("looking into ", point.protectionDateTime, "\n")
  local browse = assert(client.sharePoint:create_browse_session { restorePointId = point })
  assert(browse:wait())

  local files, paths, there = browse:find(pattern, { type = "file" })
  assert(files, paths)
  for _, path in ipairs(paths) do
    out:write("  ", m365.plain(path), "\n")
  end
  if #files == 0 then
    error("no file matches; there are: " .. m365.plain(table.concat(there.places, ", ")), 0)
  end

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

os.exit(m365.script(function(...)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  return restore(client, io.stdout, ...)
end, ...), true)
