--- Takes SharePoint sites back to their last restore point before a moment, in place, and says what became of each.
--
--   lua5.4 examples/restore_sites.lua 2026-11-01T06:00:00Z SITE_URL...
--
-- One session, so at most 50 sites. What was written in them since is lost. Ends with status 0 only when all are
-- restored.
-- AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say who we are, or M365_TOKEN is a token. M365_BASE_URL
-- leads to a simulator instead of Graph.
local m365 = require "m365restore"

-- what has one of these values in a property, each exactly once
local function pick(list, property, values)
  local missing, found = {}, {}
  for _, value in ipairs(values) do
    missing[value:lower()] = true
  end
  for unit in list do
    local key = tostring(unit[property]):lower()
    if missing[key] then
      missing[key] = nil
      found[#found + 1] = unit
    end
  end
  assert(next(missing) == nil, "not protected: " .. tostring(next(missing)))
  return found
end

-- the newest of the points that a search found, for each protection unit
local function newest(hits)
  local point_of = {}
  for _, hit in ipairs(hits) do
    local point, unit = hit.restorePoint, hit.restorePoint.protectionUnit.id
    local known = point_of[unit]
    if not known or m365.time.compare(point.protectionDateTime, known.protectionDateTime) > 0 then
      point_of[unit] = point
    end
  end
  return point_of
end

local function restore(client, out, before, ...)
  local sites = pick(client.sharePoint:protection_units(), "siteWebUrl", { ... })
  local found = assert(client:search_restore_points {
    protectionUnitIds = sites, restorePointPreference = "latest",
    protectionTimePeriod = { startDateTime = m365.time.parse(before) - 14 * 86400, endDateTime = before },
  })
  local none = found.noResultProtectionUnitIds[1] or found.unanswered[1]
  assert(not none, "no restore point in the two weeks before that: " .. tostring(none))

  local artifacts, url_of, point_of = {}, {}, newest(found.searchResults)
  for i, site in ipairs(sites) do
    local point = point_of[site.id]
    artifacts[i] = { restorePoint = point, destinationType = "inPlace" }
    url_of[point.id] = site.siteWebUrl
    out:write(m365.plain(site.siteWebUrl), " goes back to ", point.protectionDateTime, "\n")
  end

  local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts })
  assert(session:activate())
  local done, err = session:wait { on_progress = m365.progress.bar { out = out } }
  for artifact in session:artifacts() do
    out:write(("%-10s %s"):format(artifact.status, m365.plain(url_of[artifact.restorePoint.id])),
      artifact.error and ": " .. m365.plain(artifact.error.message) or "", "\n")
  end
  out:write(done and "all restored" or tostring(err), "\n")
  return done ~= nil
end

if ... == "examples.restore_sites" then
  return restore -- for examples/demo.lua
end

os.exit(m365.script(function(...)
  local client <close> = m365.client {
    base_url = os.getenv "M365_BASE_URL", credential = os.getenv "M365_TOKEN" or m365.credential.environment(),
  }
  return restore(client, io.stdout, ...)
end, ...), true)
