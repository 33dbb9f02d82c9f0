--- The three workloads and the names that Graph gives to their parts.
-- @module m365restore.simulator.services
local services = {
  {
    name = "sharePoint", unit = "site",
    sessions = "sharePointRestoreSessions", type = "sharePointRestoreSession",
    standard = "siteRestoreArtifacts", granular = "granularSiteRestoreArtifacts",
    browses = "sharePointBrowseSessions", browse_type = "sharePointBrowseSession", owner = "siteId",
  },
  {
    name = "oneDriveForBusiness", unit = "drive",
    sessions = "oneDriveForBusinessRestoreSessions", type = "oneDriveForBusinessRestoreSession",
    standard = "driveRestoreArtifacts", granular = "granularDriveRestoreArtifacts",
    browses = "oneDriveForBusinessBrowseSessions", browse_type = "oneDriveForBusinessBrowseSession",
    owner = "directoryObjectId",
  },
  {
    name = "exchange", unit = "mailbox",
    sessions = "exchangeRestoreSessions", type = "exchangeRestoreSession",
    standard = "mailboxRestoreArtifacts", granular = "granularMailboxRestoreArtifacts",
  },
}

for _, service in ipairs(services) do services[service.name] = service end

return services
