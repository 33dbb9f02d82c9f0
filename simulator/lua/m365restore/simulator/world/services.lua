--- The three workloads and the names that Graph gives to their parts.
-- @module m365restore.simulator.world.services
local services = {
  {
    name = "sharePoint", unit = "site", browses = "sharePointBrowseSessions", owner = "siteId",
    resources = { siteIds = "siteId", siteWebUrls = "siteWebUrl" },
  },
  {
    name = "oneDriveForBusiness", unit = "drive", browses = "oneDriveForBusinessBrowseSessions",
    owner = "directoryObjectId", resources = { directoryObjectIds = "directoryObjectId", drives = "email" },
  },
  {
    name = "exchange", unit = "mailbox", owner = "directoryObjectId",
    resources = { directoryObjectIds = "directoryObjectId", mailboxes = "email" },
  },
}

-- What follows from the name of the workload and from that of its unit: collection = { its name, its type }.
local function derive(it)
  local name, unit, title = it.name, it.unit, it.unit:gsub("^%l", string.upper)
  it.sessions, it.type = name .. "RestoreSessions", name .. "RestoreSession"
  it.browse_type = it.browses and name .. "BrowseSession"
  it.policies, it.policy_type = name .. "ProtectionPolicies", name .. "ProtectionPolicy"
  it.standard, it.granular = unit .. "RestoreArtifacts", "granular" .. title .. "RestoreArtifacts"
  it.bulk, it.bulk_type = unit .. "RestoreArtifactsBulkAdditionRequests", unit .. "RestoreArtifactsBulkAdditionRequest"
  it.units, it.unit_type = unit .. "ProtectionUnits", unit .. "ProtectionUnit"
  it.unit_jobs, it.unit_job_type = unit .. "ProtectionUnitsBulkAdditionJobs", unit .. "ProtectionUnitsBulkAdditionJob"
  it.rules, it.rule_type, it.expression = unit .. "InclusionRules", unit .. "ProtectionRule", unit .. "Expression"
  it.exclusions, it.exclusion_type = unit .. "ExclusionUnits", unit .. "ExclusionUnit"
  it.exclusion_jobs, it.exclusion_job_type = unit .. "ExclusionUnitsBulkAdditionJobs",
    unit .. "ExclusionUnitsBulkAdditionJob"
end

services.by_unit = {}
for _, service in ipairs(services) do
  derive(service)
  services[service.name] = service
  services.by_unit[service.unit] = service
end

return services
