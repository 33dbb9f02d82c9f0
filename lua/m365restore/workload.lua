--- The three workloads that are backed up, with all their names: the one place that knows how Graph and people call
-- what belongs to each.
-- @module m365restore.workload
local workload = {}

--- In the order in which Microsoft's pages name them. `unit`: how Graph's types begin. `key`: the property that names a
-- unit's site or person. `addresses` and `ids`: the lists of a bulk body. `files`: a snapshot can be looked into, and
-- there are fast restore points. `personal`: a unit belongs to a person.
workload.list = {
  {
    service = "sharePoint", unit = "site", noun = "site", nouns = "sites", key = "siteId", addresses = "siteWebUrls",
    ids = "siteIds", files = true,
  },
  {
    service = "oneDriveForBusiness", unit = "drive", noun = "OneDrive", nouns = "OneDrives", key = "directoryObjectId",
    addresses = "drives", ids = "directoryObjectIds", files = true, personal = true,
  },
  {
    service = "exchange", unit = "mailbox", noun = "mailbox", nouns = "mailboxes", key = "directoryObjectId",
    addresses = "mailboxes", ids = "directoryObjectIds", personal = true,
  },
}

--- Service -> workload; those whose snapshots can be looked into; and type of a session -> workload.
workload.of, workload.browsable, workload.of_session = {}, {}, {}

for _, one in ipairs(workload.list) do
  local service, unit = one.service, one.unit
  one.session, one.policy = service .. "RestoreSession", service .. "ProtectionPolicy"
  one.browse_session = service .. "BrowseSession"
  one.protection_unit, one.rule = unit .. "ProtectionUnit", unit .. "ProtectionRule"
  one.expression = unit .. "Expression"
  one.artifacts = unit .. "RestoreArtifacts"
  one.granular_artifacts = "granular" .. one.artifacts:gsub("^%l", string.upper)
  one.bulk_request = one.artifacts .. "BulkAdditionRequest"
  workload.of[service], workload.of_session[one.session] = one, one
  workload.browsable[service] = one.files and one or nil
end

return workload
