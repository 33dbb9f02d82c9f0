---@meta
--- What can be done with Microsoft Graph's resources: every operation of the contract table, and every method that
-- takes an id instead of the resource. `make operations` writes this file out of that table.

---@class m365.service<RestoreSession, ProtectionUnit, ProtectionPolicy>
local service = {}

---GET /{service}RestoreSessions. Needs BackupRestore-Restore.Read.All.
---[sharePointRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/sharepointrestoresession),
---[oneDriveForBusinessRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessrestoresession),
---[exchangeRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/exchangerestoresession)
---@param query? m365.query
---@return m365.list<RestoreSession>
function service:sessions(query) end

---Creates a restore session, a draft; nothing is restored before it is activated.
---POST /{service}RestoreSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[Create sharePointRestoreSession](https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointrestoresessions),
---[Create oneDriveForBusinessRestoreSession](https://learn.microsoft.com/graph/api/backuprestoreroot-post-onedriveforbusinessrestoresessions),
---[Create exchangeRestoreSession](https://learn.microsoft.com/graph/api/backuprestoreroot-post-exchangerestoresessions)
---@async
---@param body? m365.session_body nothing makes an empty one
---@param opts? m365.call_options
---@return RestoreSession?
---@return m365.error? `ambiguous` where nobody knows whether it was made
function service:create_session(body, opts) end

---GET /{service}RestoreSessions/{id}. Needs BackupRestore-Restore.Read.All.
---[sharePointRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/sharepointrestoresession),
---[oneDriveForBusinessRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessrestoresession),
---[exchangeRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/exchangerestoresession)
---@async
---@param id string
---@param query? m365.query
---@return RestoreSession?
---@return m365.error?
function service:session(id, query) end

---GET /{kind}ProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[siteProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionunit),
---[driveProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/driveprotectionunit),
---[mailboxProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/mailboxprotectionunit)
---@param query? m365.query
---@return m365.list<ProtectionUnit>
function service:protection_units(query) end

---GET /{kind}ProtectionUnits/{id}. Needs BackupRestore-Configuration.Read.All.
---[siteProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionunit),
---[driveProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/driveprotectionunit),
---[mailboxProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/mailboxprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return ProtectionUnit?
---@return m365.error?
function service:protection_unit(id, query) end

---GET /{service}ProtectionPolicies. Needs BackupRestore-Configuration.Read.All.
---[sharePointProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/sharepointprotectionpolicy),
---[oneDriveForBusinessProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessprotectionpolicy),
---[exchangeProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/exchangeprotectionpolicy)
---@param query? m365.query
---@return m365.list<ProtectionPolicy>
function service:protection_policies(query) end

---GET /{service}ProtectionPolicies/{id}. Needs BackupRestore-Configuration.Read.All.
---[sharePointProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/sharepointprotectionpolicy),
---[oneDriveForBusinessProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessprotectionpolicy),
---[exchangeProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/exchangeprotectionpolicy)
---@async
---@param id string
---@param query? m365.query
---@return ProtectionPolicy?
---@return m365.error?
function service:protection_policy(id, query) end

---Creates a policy, inactive as yet.
---POST /{service}ProtectionPolicies. Needs BackupRestore-Configuration.ReadWrite.All.
---[Create sharePointProtectionPolicy](https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointprotectionpolicies),
---[Create oneDriveForBusinessProtectionPolicy](https://learn.microsoft.com/graph/api/backuprestoreroot-post-onedriveforbusinessprotectionpolicies),
---[Create exchangeProtectionPolicy](https://learn.microsoft.com/graph/api/backuprestoreroot-post-exchangeprotectionpolicies)
---@async
---@param body m365.policy_body
---@param opts? m365.call_options
---@return ProtectionPolicy?
---@return m365.error?
function service:create_protection_policy(body, opts) end

---`{service}ProtectionPolicy:activate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param id string|ProtectionPolicy
---@param opts? m365.call_options
---@return ProtectionPolicy?
---@return m365.error?
function service:activate_protection_policy(id, opts) end

---`{service}RestoreSession:activate`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[restoreSessionBase: activate](https://learn.microsoft.com/graph/api/restoresessionbase-activate)
---@async
---@param id string|RestoreSession
---@param opts? m365.call_options
---@return RestoreSession?
---@return m365.error?
function service:activate_session(id, opts) end

---`{kind}ProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|ProtectionUnit
---@param opts? m365.call_options
---@return ProtectionUnit?
---@return m365.error?
function service:cancel_offboard_protection_unit(id, opts) end

---`{service}ProtectionPolicy:deactivate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: deactivate](https://learn.microsoft.com/graph/api/protectionpolicybase-deactivate)
---@async
---@param id string|ProtectionPolicy
---@param opts? m365.call_options
---@return ProtectionPolicy?
---@return m365.error?
function service:deactivate_protection_policy(id, opts) end

---`{service}ProtectionPolicy:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionPolicyBase](https://learn.microsoft.com/graph/api/protectionpolicybase-delete)
---@async
---@param id string|ProtectionPolicy
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service:delete_protection_policy(id, opts) end

---`{service}RestoreSession:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-delete)
---@async
---@param id string|RestoreSession
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service:delete_session(id, opts) end

---`{kind}ProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|ProtectionUnit
---@param opts? m365.call_options
---@return ProtectionUnit?
---@return m365.error?
function service:offboard_protection_unit(id, opts) end

---`{service}ProtectionPolicy:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update exchangeProtectionPolicy](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-update),
---[Update oneDriveForBusinessProtectionPolicy](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-update),
---[Update sharePointProtectionPolicy](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-update)
---@async
---@param id string|ProtectionPolicy
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function service:update_protection_policy(id, body, opts) end

---`{kind}ProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update),
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update),
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param id string|ProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return ProtectionUnit?
---@return m365.error?
function service:update_protection_unit(id, body, opts) end

---`{service}RestoreSession:update`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Update exchangeRestoreSession](https://learn.microsoft.com/graph/api/exchangerestoresession-update),
---[Update oneDriveForBusinessRestoreSession](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-update),
---[Update sharePointRestoreSession](https://learn.microsoft.com/graph/api/sharepointrestoresession-update)
---@async
---@param id string|RestoreSession
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function service:update_session(id, body, opts) end

---@class m365.sharePoint: m365.service<m365.sharePointRestoreSession, m365.siteProtectionUnit, m365.sharePointProtectionPolicy>

---@class m365.oneDriveForBusiness: m365.service<m365.oneDriveForBusinessRestoreSession, m365.driveProtectionUnit, m365.oneDriveForBusinessProtectionPolicy>

---@class m365.exchange: m365.service<m365.exchangeRestoreSession, m365.mailboxProtectionUnit, m365.exchangeProtectionPolicy>

---@class m365.service_browse_session: m365.browseSessionBase
local service_browse_session = {}

---Lists one place of the snapshot.
---POST .../browse. Needs BackupRestore-Restore.ReadWrite.All.
---[sharePointBrowseSession: browse](https://learn.microsoft.com/graph/api/sharepointbrowsesession-browse),
---[oneDriveForBusinessBrowseSession: browse](https://learn.microsoft.com/graph/api/onedriveforbusinessbrowsesession-browse)
---@param where? table an item; or `browseLocationItemKey`, `browseResourceType`, `filter`, `orderBy`, `optimizedBrowse`
---@param opts? m365.call_options
---@return m365.list<m365.browseQueryResponseItem>
---@return m365.error?
function service_browse_session:browse(where, opts) end

---GET .../browse?$skiptoken={item}. Needs BackupRestore-Restore.ReadWrite.All.
---[sharePointBrowseSession: browse](https://learn.microsoft.com/graph/api/sharepointbrowsesession-browse),
---[oneDriveForBusinessBrowseSession: browse](https://learn.microsoft.com/graph/api/onedriveforbusinessbrowsesession-browse)
---@param id string
---@param query? m365.query
---@return m365.list<m365.browseQueryResponseItem>
function service_browse_session:browse_page(id, query) end

---@class m365.sharePointBrowseSession: m365.service_browse_session

---@class m365.oneDriveForBusinessBrowseSession: m365.service_browse_session

---@class m365.service_bulk_request: m365.restoreArtifactsBulkRequestBase
local service_bulk_request = {}

---DELETE .../{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete siteRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/siterestoreartifactsbulkadditionrequest-delete),
---[Delete driveRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/driverestoreartifactsbulkadditionrequest-delete),
---[Delete mailboxRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/mailboxrestoreartifactsbulkadditionrequest-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service_bulk_request:delete(opts) end

---@class m365.siteRestoreArtifactsBulkAdditionRequest: m365.service_bulk_request

---@class m365.driveRestoreArtifactsBulkAdditionRequest: m365.service_bulk_request

---@class m365.mailboxRestoreArtifactsBulkAdditionRequest: m365.service_bulk_request

---@class m365.service_policy<ProtectionUnit, ProtectionUnitsBulkAdditionJob, ExclusionUnit, ExclusionUnitsBulkAdditionJob, ProtectionRule>: m365.protectionPolicyBase
local service_policy = {}

---Changes its name, or its units by a delta.
---PATCH /{service}ProtectionPolicies/{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update sharePointProtectionPolicy](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-update),
---[Update oneDriveForBusinessProtectionPolicy](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-update),
---[Update exchangeProtectionPolicy](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-update)
---@async
---@param body table `displayName`, `["siteProtectionUnits@delta"]`
---@param opts? m365.call_options
---@return table? answer
---@return m365.error? `items_refused` with one of `details` for each
---@return table? answer where some were refused
function service_policy:update(body, opts) end

---GET .../{kind}ProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[List siteProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-siteprotectionunits),
---[List driveProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-driveprotectionunits),
---[List mailboxProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-mailboxprotectionunits)
---@param query? m365.query
---@return m365.list<ProtectionUnit>
function service_policy:protection_units(query) end

---GET .../{kind}ProtectionUnits/{item}. Needs BackupRestore-Configuration.Read.All.
---[siteProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionunit),
---[driveProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/driveprotectionunit),
---[mailboxProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/mailboxprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return ProtectionUnit?
---@return m365.error?
function service_policy:protection_unit(id, query) end

---GET .../{kind}ProtectionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All.
---[List siteProtectionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteprotectionunitsbulkadditionjobs),
---[List driveProtectionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveprotectionunitsbulkadditionjobs),
---[List mailboxProtectionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxprotectionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<ProtectionUnitsBulkAdditionJob>
function service_policy:bulk_jobs(query) end

---GET .../{kind}ProtectionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get siteProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/siteprotectionunitsbulkadditionjobs-get),
---[Get driveProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/driveprotectionunitsbulkadditionjobs-get),
---[Get mailboxProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/mailboxprotectionunitsbulkadditionjobs-get)
---@async
---@param id string
---@param query? m365.query
---@return ProtectionUnitsBulkAdditionJob?
---@return m365.error?
function service_policy:bulk_job(id, query) end

---POST .../{kind}ProtectionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.ReadWrite.All.
---[Create siteProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/siteprotectionunitsbulkadditionjobs-post),
---[Create driveProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/driveprotectionunitsbulkadditionjobs-post),
---[Create mailboxProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/mailboxprotectionunitsbulkadditionjobs-post)
---@async
---@param body table
---@param opts? m365.call_options
---@return ProtectionUnitsBulkAdditionJob?
---@return m365.error?
function service_policy:create_bulk_job(body, opts) end

---GET .../{kind}ExclusionUnits. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List siteExclusionUnits](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteexclusionunits),
---[List driveExclusionUnits](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveexclusionunits),
---[List mailboxExclusionUnits](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxexclusionunits)
---@param query? m365.query
---@return m365.list<ExclusionUnit>
function service_policy:exclusion_units(query) end

---GET .../{kind}ExclusionUnits/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get siteExclusionUnit](https://learn.microsoft.com/graph/api/siteexclusionunit-get),
---[Get driveExclusionUnit](https://learn.microsoft.com/graph/api/driveexclusionunit-get),
---[Get mailboxExclusionUnit](https://learn.microsoft.com/graph/api/mailboxexclusionunit-get)
---@async
---@param id string
---@param query? m365.query
---@return ExclusionUnit?
---@return m365.error?
function service_policy:exclusion_unit(id, query) end

---GET .../{kind}ExclusionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List siteExclusionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteexclusionunitsbulkadditionjobs),
---[List driveExclusionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveexclusionunitsbulkadditionjobs),
---[List mailboxExclusionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxexclusionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<ExclusionUnitsBulkAdditionJob>
function service_policy:exclusion_bulk_jobs(query) end

---GET .../{kind}ExclusionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get siteExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/siteexclusionunitsbulkadditionjob-get),
---[Get driveExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/driveexclusionunitsbulkadditionjob-get),
---[Get mailboxExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/mailboxexclusionunitsbulkadditionjob-get)
---@async
---@param id string
---@param query? m365.query
---@return ExclusionUnitsBulkAdditionJob?
---@return m365.error?
function service_policy:exclusion_bulk_job(id, query) end

---POST .../{kind}ExclusionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.ReadWrite.All. Beta only.
---[Create siteExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-post-siteexclusionunitsbulkadditionjobs),
---[Create driveExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-post-driveexclusionunitsbulkadditionjobs),
---[Create mailboxExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-post-mailboxexclusionunitsbulkadditionjobs)
---@async
---@param body table
---@param opts? m365.call_options
---@return ExclusionUnitsBulkAdditionJob?
---@return m365.error?
function service_policy:create_exclusion_bulk_job(body, opts) end

---GET .../{kind}InclusionRules. Needs BackupRestore-Configuration.Read.All.
---[List siteInclusionRules](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteinclusionrules),
---[List driveInclusionRules](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveinclusionrules),
---[List mailboxInclusionRules](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxinclusionrules)
---@param query? m365.query
---@return m365.list<ProtectionRule>
function service_policy:inclusion_rules(query) end

---GET .../{kind}InclusionRules/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-get)
---@async
---@param id string
---@param query? m365.query
---@return ProtectionRule?
---@return m365.error?
function service_policy:inclusion_rule(id, query) end

---POST .../{kind}InclusionRules. Needs BackupRestore-Configuration.ReadWrite.All.
---[Create protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-post)
---@async
---@param body table
---@param opts? m365.call_options
---@return ProtectionRule?
---@return m365.error?
function service_policy:create_inclusion_rule(body, opts) end

---`{kind}ProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|ProtectionUnit
---@param opts? m365.call_options
---@return ProtectionUnit?
---@return m365.error?
function service_policy:cancel_offboard_protection_unit(id, opts) end

---`{kind}ProtectionRule:delete_and_unprotect`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: deleteAndUnprotect](https://learn.microsoft.com/graph/api/protectionrulebase-deleteandunprotect),
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule)
---@async
---@param id string|ProtectionRule
---@param opts? m365.call_options
---@return ProtectionRule?
---@return m365.error?
function service_policy:delete_and_unprotect_inclusion_rule(id, opts) end

---`{kind}ProtectionRule:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param id string|ProtectionRule
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service_policy:delete_inclusion_rule(id, opts) end

---`{kind}ProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|ProtectionUnit
---@param opts? m365.call_options
---@return ProtectionUnit?
---@return m365.error?
function service_policy:offboard_protection_unit(id, opts) end

---`{kind}ProtectionRule:run`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param id string|ProtectionRule
---@param opts? m365.call_options
---@return ProtectionRule?
---@return m365.error?
function service_policy:run_inclusion_rule(id, opts) end

---`{kind}ProtectionRule:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-update),
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule)
---@async
---@param id string|ProtectionRule
---@param body table as of that method
---@param opts? m365.call_options
---@return ProtectionRule?
---@return m365.error?
function service_policy:update_inclusion_rule(id, body, opts) end

---`{kind}ProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update),
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update),
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param id string|ProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return ProtectionUnit?
---@return m365.error?
function service_policy:update_protection_unit(id, body, opts) end

---@class m365.sharePointProtectionPolicy: m365.service_policy<m365.siteProtectionUnit, m365.siteProtectionUnitsBulkAdditionJob, m365.siteExclusionUnit, m365.siteExclusionUnitsBulkAdditionJob, m365.siteProtectionRule>

---@class m365.oneDriveForBusinessProtectionPolicy: m365.service_policy<m365.driveProtectionUnit, m365.driveProtectionUnitsBulkAdditionJob, m365.driveExclusionUnit, m365.driveExclusionUnitsBulkAdditionJob, m365.driveProtectionRule>

---@class m365.exchangeProtectionPolicy: m365.service_policy<m365.mailboxProtectionUnit, m365.mailboxProtectionUnitsBulkAdditionJob, m365.mailboxExclusionUnit, m365.mailboxExclusionUnitsBulkAdditionJob, m365.mailboxProtectionRule>

---@class m365.service_rule: m365.protectionRuleBase
local service_rule = {}

---PATCH .../{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule),
---[Update protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-update)
---@async
---@param body table
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function service_rule:update(body, opts) end

---DELETE .../{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service_rule:delete(opts) end

---POST .../run. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function service_rule:run(opts) end

---POST .../deleteAndUnprotect. Needs BackupRestore-Configuration.ReadWrite.All.
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule),
---[protectionRuleBase: deleteAndUnprotect](https://learn.microsoft.com/graph/api/protectionrulebase-deleteandunprotect)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function service_rule:delete_and_unprotect(opts) end

---@class m365.siteProtectionRule: m365.service_rule

---@class m365.driveProtectionRule: m365.service_rule

---@class m365.mailboxProtectionRule: m365.service_rule

---@class m365.service_session<RestoreArtifact, GranularRestoreArtifact, RestoreArtifactsBulkAdditionRequest>: m365.restoreSessionBase
local service_session = {}

---Sends a delta as it stands.
---PATCH .../{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[Update sharePointRestoreSession](https://learn.microsoft.com/graph/api/sharepointrestoresession-update),
---[Update oneDriveForBusinessRestoreSession](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-update),
---[Update exchangeRestoreSession](https://learn.microsoft.com/graph/api/exchangerestoresession-update)
---@async
---@param body table<string, table[]> `["siteRestoreArtifacts@delta"]`
---@param opts? m365.call_options
---@return table? answer
---@return m365.error? `items_refused` with one of `details` for each
---@return table? answer where some were refused
function service_session:update(body, opts) end

---GET .../{kind}RestoreArtifacts. Needs BackupRestore-Restore.Read.All.
---[List siteRestoreArtifacts](https://learn.microsoft.com/graph/api/sharepointrestoresession-list-siterestoreartifacts),
---[List driveRestoreArtifacts](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-list-driverestoreartifacts),
---[List mailboxRestoreArtifacts](https://learn.microsoft.com/graph/api/exchangerestoresession-list-mailboxrestoreartifacts)
---@param query? m365.query
---@return m365.list<RestoreArtifact>
function service_session:artifacts(query) end

---GET .../{kind}RestoreArtifacts/{item}. Needs BackupRestore-Restore.Read.All.
---[siteRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/siterestoreartifact),
---[driveRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/driverestoreartifact),
---[mailboxRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/mailboxrestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return RestoreArtifact?
---@return m365.error?
function service_session:artifact(id, query) end

---GET .../granular{Kind}RestoreArtifacts/{item}. Needs BackupRestore-Restore.ReadWrite.All.
---[granularSiteRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granularsiterestoreartifact),
---[granularDriveRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granulardriverestoreartifact),
---[granularMailboxRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granularmailboxrestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return GranularRestoreArtifact?
---@return m365.error?
function service_session:granular_artifact(id, query) end

---GET .../{kind}RestoreArtifactsBulkAdditionRequests. Needs BackupRestore-Restore.Read.All.
---[List siteRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/sharepointrestoresession-list-siterestoreartifactsbulkadditionrequests),
---[List driveRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-list-driverestoreartifactsbulkadditionrequests),
---[List mailboxRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/exchangerestoresession-list-mailboxrestoreartifactsbulkadditionrequests)
---@param query? m365.query
---@return m365.list<RestoreArtifactsBulkAdditionRequest>
function service_session:bulk_requests(query) end

---GET .../{kind}RestoreArtifactsBulkAdditionRequests/{item}. Needs BackupRestore-Restore.Read.All.
---[Get siteRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/siterestoreartifactsbulkadditionrequest-get),
---[Get driveRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/driverestoreartifactsbulkadditionrequest-get),
---[Get mailboxRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/mailboxrestoreartifactsbulkadditionrequest-get)
---@async
---@param id string
---@param query? m365.query
---@return RestoreArtifactsBulkAdditionRequest?
---@return m365.error?
function service_session:bulk_request(id, query) end

---Has the service choose the points; resolved only after activation.
---POST .../{kind}RestoreArtifactsBulkAdditionRequests. Needs BackupRestore-Restore.ReadWrite.All.
---[Create siteRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/sharepointrestoresession-post-siterestoreartifactsbulkadditionrequests),
---[Create driveRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-post-driverestoreartifactsbulkadditionrequests),
---[Create mailboxRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/exchangerestoresession-post-mailboxrestoreartifactsbulkadditionrequests)
---@async
---@param body table
---@param opts? m365.call_options
---@return RestoreArtifactsBulkAdditionRequest?
---@return m365.error?
function service_session:create_bulk_request(body, opts) end

---GET .../granular{Kind}RestoreArtifacts. Needs BackupRestore-Restore.ReadWrite.All.
---[List granularSiteRestoreArtifacts](https://learn.microsoft.com/graph/api/sharepointrestoresession-list-granularsiterestoreartifacts),
---[List granularDriveRestoreArtifacts](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-list-granulardriverestoreartifacts),
---[granularMailboxRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granularmailboxrestoreartifact)
---@param query? m365.query
---@return m365.list<GranularRestoreArtifact>
function service_session:granular_artifacts(query) end

---`{kind}RestoreArtifactsBulkAdditionRequest:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete mailboxRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/mailboxrestoreartifactsbulkadditionrequest-delete),
---[Delete driveRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/driverestoreartifactsbulkadditionrequest-delete),
---[Delete siteRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/siterestoreartifactsbulkadditionrequest-delete)
---@async
---@param id string|RestoreArtifactsBulkAdditionRequest
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service_session:delete_bulk_request(id, opts) end

---@class m365.sharePointRestoreSession: m365.service_session<m365.siteRestoreArtifact, m365.granularSiteRestoreArtifact, m365.siteRestoreArtifactsBulkAdditionRequest>

---@class m365.oneDriveForBusinessRestoreSession: m365.service_session<m365.driveRestoreArtifact, m365.granularDriveRestoreArtifact, m365.driveRestoreArtifactsBulkAdditionRequest>

---@class m365.exchangeRestoreSession: m365.service_session<m365.mailboxRestoreArtifact, m365.granularMailboxRestoreArtifact, m365.mailboxRestoreArtifactsBulkAdditionRequest>

---@class m365.service_unit: m365.protectionUnitBase
local service_unit = {}

---PATCH /{kind}ProtectionUnits/{id}. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update),
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update),
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update)
---@async
---@param body table
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function service_unit:update(body, opts) end

---@class m365.siteProtectionUnit: m365.service_unit

---@class m365.driveProtectionUnit: m365.service_unit

---@class m365.mailboxProtectionUnit: m365.service_unit

---@class m365.client
local client = {}

---The state of the backup service.
---GET /. Needs BackupRestore-Control.Read.All.
---[Get backupRestoreRoot](https://learn.microsoft.com/graph/api/backuprestoreroot-get)
---@async
---@param opts? m365.call_options
---@return m365.serviceStatus?
---@return m365.error?
function client:status(opts) end

---Turns backup on in this tenant.
---POST /enable. Needs BackupRestore-Control.ReadWrite.All.
---[backupRestoreRoot: enable](https://learn.microsoft.com/graph/api/backuprestoreroot-enable)
---@async
---@param body {appOwnerTenantId: string}
---@param opts? m365.call_options
---@return m365.serviceStatus?
---@return m365.error?
function client:enable(body, opts) end

---GET /emailNotificationsSetting. Needs BackupRestore-Control.ReadWrite.All.
---[Get emailNotificationsSetting](https://learn.microsoft.com/graph/api/emailnotificationssetting-get)
---@async
---@param query? m365.query
---@return m365.emailNotificationsSetting?
---@return m365.error?
function client:email_notifications_setting(query) end

---GET /serviceApps. Needs BackupRestore-Control.Read.All.
---[List serviceApps](https://learn.microsoft.com/graph/api/backuprestoreroot-list-serviceapps)
---@param query? m365.query
---@return m365.list<m365.serviceApp>
function client:service_apps(query) end

---GET /serviceApps/{id}. Needs BackupRestore-Control.Read.All.
---[Get serviceApp](https://learn.microsoft.com/graph/api/serviceapp-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.serviceApp?
---@return m365.error?
function client:service_app(id, query) end

---POST /serviceApps. Needs BackupRestore-Control.ReadWrite.All.
---[Create serviceApp](https://learn.microsoft.com/graph/api/backuprestoreroot-post-serviceapps)
---@async
---@param body? table
---@param opts? m365.call_options
---@return m365.serviceApp?
---@return m365.error?
function client:create_service_app(body, opts) end

---GET /activityLogs. Needs BackupRestore-Monitor.Read.All. Beta only.
---[List activitylogs](https://learn.microsoft.com/graph/api/backuprestoreroot-list-activitylogs)
---@param query? m365.query
---@return m365.list<m365.activityLogBase>
function client:activity_logs(query) end

---GET /activityLogs/{id}. Needs BackupRestore-Monitor.Read.All. Beta only.
---[activityLogBase resource type](https://learn.microsoft.com/graph/api/resources/activitylogbase)
---@async
---@param id string
---@param query? m365.query
---@return m365.activityLogBase?
---@return m365.error?
function client:activity_log(id, query) end

---GET /reports/getStatisticsByPolicy(policyId='{id}'). Needs BackupRestore-Configuration.Read.All.
---[backupReport: getStatisticsByPolicy](https://learn.microsoft.com/graph/api/backupreport-getstatisticsbypolicy)
---@async
---@param id string
---@param query? m365.query
---@return m365.backupPolicyReport?
---@return m365.error?
function client:statistics_by_policy(id, query) end

---GET /restoreSessions. Needs BackupRestore-Restore.Read.All.
---[List restoreSessionBase objects](https://learn.microsoft.com/graph/api/backuprestoreroot-list-restoresessions)
---@param query? m365.query
---@return m365.list<m365.restoreSessionBase>
function client:sessions(query) end

---GET /restoreSessions/{id}. Needs BackupRestore-Restore.Read.All.
---[Get restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.restoreSessionBase?
---@return m365.error?
function client:session(id, query) end

---The restore points of one protection unit, at most five.
---GET /restorePoints. Needs BackupRestore-Search.Read.All.
---[List restorePoints](https://learn.microsoft.com/graph/api/backuprestoreroot-list-restorepoints)
---@param opts m365.restore_points_options
---@return m365.list<m365.restorePoint>
function client:restore_points(opts) end

---GET /restorePoints/{id}. Needs BackupRestore-Search.Read.All.
---[restorePoint resource type](https://learn.microsoft.com/graph/api/resources/restorepoint)
---@async
---@param id string
---@param query? m365.query
---@return m365.restorePoint?
---@return m365.error?
function client:restore_point(id, query) end

---Searches the points of any number of units, 20 in a request.
---POST /restorePoints/search. Needs BackupRestore-Search.Read.All.
---[restorePoint: search](https://learn.microsoft.com/graph/api/restorepoint-search)
---@async
---@param query m365.point_search
---@param opts? m365.call_options
---@return m365.point_search_result?
---@return m365.error?
function client:search_restore_points(query, opts) end

---GET /browseSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[List browseSessions](https://learn.microsoft.com/graph/api/backuprestoreroot-list-browsesessions)
---@param query? m365.query
---@return m365.list<m365.browseSessionBase>
function client:browse_sessions(query) end

---GET /browseSessions/{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[browseSessionBase resource type](https://learn.microsoft.com/graph/api/resources/browsesessionbase)
---@async
---@param id string
---@param query? m365.query
---@return m365.browseSessionBase?
---@return m365.error?
function client:browse_session(id, query) end

---GET /protectionUnits. Needs BackupRestore-Configuration.Read.All.
---[protectionUnitBase resource type](https://learn.microsoft.com/graph/api/resources/protectionunitbase)
---@param query? m365.query
---@return m365.list<m365.protectionUnitBase>
function client:protection_units(query) end

---GET /protectionUnits/{id}. Needs BackupRestore-Configuration.Read.All.
---[Get protectionUnitBase](https://learn.microsoft.com/graph/api/protectionunitbase-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.protectionUnitBase?
---@return m365.error?
function client:protection_unit(id, query) end

---GET /protectionPolicies. Needs BackupRestore-Configuration.Read.All.
---[protectionPolicyBase resource type](https://learn.microsoft.com/graph/api/resources/protectionpolicybase)
---@param query? m365.query
---@return m365.list<m365.protectionPolicyBase>
function client:protection_policies(query) end

---GET /protectionPolicies/{id}. Needs BackupRestore-Configuration.Read.All.
---[protectionPolicyBase resource type](https://learn.microsoft.com/graph/api/resources/protectionpolicybase)
---@async
---@param id string
---@param query? m365.query
---@return m365.protectionPolicyBase?
---@return m365.error?
function client:protection_policy(id, query) end

---GET /protectionUnits/graph.siteProtectionUnit. Needs BackupRestore-Configuration.Read.All.
---[List siteProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-siteprotectionunits)
---@param query? m365.query
---@return m365.list<m365.siteProtectionUnit>
function client:site_protection_units(query) end

---GET /protectionUnits/{id}/graph.siteProtectionUnit. Needs BackupRestore-Configuration.Read.All.
---[List siteProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-siteprotectionunits)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteProtectionUnit?
---@return m365.error?
function client:site_protection_unit(id, query) end

---GET /protectionUnits/graph.driveProtectionUnit. Needs BackupRestore-Configuration.Read.All.
---[List driveProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-driveprotectionunits)
---@param query? m365.query
---@return m365.list<m365.driveProtectionUnit>
function client:drive_protection_units(query) end

---GET /protectionUnits/{id}/graph.driveProtectionUnit. Needs BackupRestore-Configuration.Read.All.
---[List driveProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-driveprotectionunits)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:drive_protection_unit(id, query) end

---GET /protectionUnits/graph.mailboxProtectionUnit. Needs BackupRestore-Configuration.Read.All.
---[List mailboxProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-mailboxprotectionunits)
---@param query? m365.query
---@return m365.list<m365.mailboxProtectionUnit>
function client:mailbox_protection_units(query) end

---GET /protectionUnits/{id}/graph.mailboxProtectionUnit. Needs BackupRestore-Configuration.Read.All.
---[List mailboxProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-mailboxprotectionunits)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:mailbox_protection_unit(id, query) end

---`protectionPolicyBase:activate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param id string|m365.protectionPolicyBase
---@param opts? m365.call_options
---@return m365.protectionPolicyBase?
---@return m365.error?
function client:activate_protection_policy(id, opts) end

---`serviceApp:activate`, by id and without reading it first. Needs BackupRestore-Control.ReadWrite.All. Signed-in users only.
---[serviceApp: activate](https://learn.microsoft.com/graph/api/serviceapp-activate)
---@async
---@param id string|m365.serviceApp
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.serviceApp?
---@return m365.error?
function client:activate_service_app(id, body, opts) end

---`restoreSessionBase:activate`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[restoreSessionBase: activate](https://learn.microsoft.com/graph/api/restoresessionbase-activate)
---@async
---@param id string|m365.restoreSessionBase
---@param opts? m365.call_options
---@return m365.restoreSessionBase?
---@return m365.error?
function client:activate_session(id, opts) end

---`driveProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:cancel_offboard_drive_protection_unit(id, opts) end

---`mailboxProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:cancel_offboard_mailbox_protection_unit(id, opts) end

---`protectionUnitBase:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.protectionUnitBase
---@param opts? m365.call_options
---@return m365.protectionUnitBase?
---@return m365.error?
function client:cancel_offboard_protection_unit(id, opts) end

---`siteProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function client:cancel_offboard_site_protection_unit(id, opts) end

---`protectionPolicyBase:deactivate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: deactivate](https://learn.microsoft.com/graph/api/protectionpolicybase-deactivate)
---@async
---@param id string|m365.protectionPolicyBase
---@param opts? m365.call_options
---@return m365.protectionPolicyBase?
---@return m365.error?
function client:deactivate_protection_policy(id, opts) end

---`serviceApp:deactivate`, by id and without reading it first. Needs BackupRestore-Control.ReadWrite.All. Signed-in users only.
---[serviceApp: deactivate](https://learn.microsoft.com/graph/api/serviceapp-deactivate)
---@async
---@param id string|m365.serviceApp
---@param opts? m365.call_options
---@return m365.serviceApp?
---@return m365.error?
function client:deactivate_service_app(id, opts) end

---`protectionPolicyBase:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionPolicyBase](https://learn.microsoft.com/graph/api/protectionpolicybase-delete)
---@async
---@param id string|m365.protectionPolicyBase
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function client:delete_protection_policy(id, opts) end

---`serviceApp:delete`, by id and without reading it first. Needs BackupRestore-Control.ReadWrite.All.
---[Delete serviceApp](https://learn.microsoft.com/graph/api/backuprestoreroot-delete-serviceapps)
---@async
---@param id string|m365.serviceApp
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function client:delete_service_app(id, opts) end

---`restoreSessionBase:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-delete)
---@async
---@param id string|m365.restoreSessionBase
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function client:delete_session(id, opts) end

---`driveProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:offboard_drive_protection_unit(id, opts) end

---`mailboxProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:offboard_mailbox_protection_unit(id, opts) end

---`protectionUnitBase:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.protectionUnitBase
---@param opts? m365.call_options
---@return m365.protectionUnitBase?
---@return m365.error?
function client:offboard_protection_unit(id, opts) end

---`siteProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function client:offboard_site_protection_unit(id, opts) end

---`driveProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update)
---@async
---@param id string|m365.driveProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:update_drive_protection_unit(id, body, opts) end

---`mailboxProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:update_mailbox_protection_unit(id, body, opts) end

---`siteProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param id string|m365.siteProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function client:update_site_protection_unit(id, body, opts) end

---@class m365.emailNotificationsSetting
local emailNotificationsSetting = {}

---Changes who is told.
---PATCH /emailNotificationsSetting. Needs BackupRestore-Control.ReadWrite.All. Signed-in users only.
---[Update emailNotificationsSetting](https://learn.microsoft.com/graph/api/emailnotificationssetting-update)
---@async
---@param body table `isEnabled`, `additionalEvents`, `recipients`
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function emailNotificationsSetting:update(body, opts) end

---@class m365.serviceApp
local serviceApp = {}

---DELETE /serviceApps/{id}. Needs BackupRestore-Control.ReadWrite.All.
---[Delete serviceApp](https://learn.microsoft.com/graph/api/backuprestoreroot-delete-serviceapps)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function serviceApp:delete(opts) end

---Lets it control the backup from some time on.
---POST /serviceApps/{id}/activate. Needs BackupRestore-Control.ReadWrite.All. Signed-in users only.
---[serviceApp: activate](https://learn.microsoft.com/graph/api/serviceapp-activate)
---@async
---@param body {effectiveDateTime: m365.time_value}
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function serviceApp:activate(body, opts) end

---POST /serviceApps/{id}/deactivate. Needs BackupRestore-Control.ReadWrite.All. Signed-in users only.
---[serviceApp: deactivate](https://learn.microsoft.com/graph/api/serviceapp-deactivate)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function serviceApp:deactivate(opts) end

---@class m365.restoreSessionBase
local restoreSessionBase = {}

---DELETE /restoreSessions/{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function restoreSessionBase:delete(opts) end

---POST /restoreSessions/{id}/activate. Needs BackupRestore-Restore.ReadWrite.All.
---[restoreSessionBase: activate](https://learn.microsoft.com/graph/api/restoresessionbase-activate)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function restoreSessionBase:activate(opts) end

---@class m365.protectionUnitBase
local protectionUnitBase = {}

---POST /protectionUnits/{id}/offboard. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function protectionUnitBase:offboard(opts) end

---POST /protectionUnits/{id}/cancelOffboard. Needs BackupRestore-Configuration.ReadWrite.All. Signed-in users only.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function protectionUnitBase:cancel_offboard(opts) end

---@class m365.protectionPolicyBase
local protectionPolicyBase = {}

---DELETE /protectionPolicies/{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionPolicyBase](https://learn.microsoft.com/graph/api/protectionpolicybase-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function protectionPolicyBase:delete(opts) end

---POST /protectionPolicies/{id}/activate. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function protectionPolicyBase:activate(opts) end

---POST /protectionPolicies/{id}/deactivate. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: deactivate](https://learn.microsoft.com/graph/api/protectionpolicybase-deactivate)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function protectionPolicyBase:deactivate(opts) end

local sharePoint = {}

---GET /sharePointBrowseSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[List sharePointBrowseSessions](https://learn.microsoft.com/graph/api/backuprestoreroot-list-sharepointbrowsesessions)
---@param query? m365.query
---@return m365.list<m365.sharePointBrowseSession>
function sharePoint:browse_sessions(query) end

---GET /sharePointBrowseSessions/{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[Get sharePointBrowseSession](https://learn.microsoft.com/graph/api/sharepointbrowsesession-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.sharePointBrowseSession?
---@return m365.error?
function sharePoint:browse_session(id, query) end

---Opens a snapshot for a look inside.
---POST /sharePointBrowseSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[Create sharePointBrowseSession](https://learn.microsoft.com/graph/api/backuprestoreroot-post-sharepointbrowsesessions)
---@async
---@param body {restorePointId: string|m365.restorePoint} of a fastRestore point
---@param opts? m365.call_options
---@return m365.sharePointBrowseSession?
---@return m365.error?
function sharePoint:create_browse_session(body, opts) end

local oneDriveForBusiness = {}

---GET /oneDriveForBusinessBrowseSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[List oneDriveForBusinessBrowseSessions](https://learn.microsoft.com/graph/api/backuprestoreroot-list-onedriveforbusinessbrowsesessions)
---@param query? m365.query
---@return m365.list<m365.oneDriveForBusinessBrowseSession>
function oneDriveForBusiness:browse_sessions(query) end

---GET /oneDriveForBusinessBrowseSessions/{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[Get oneDriveForBusinessBrowseSession](https://learn.microsoft.com/graph/api/onedriveforbusinessbrowsesession-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.oneDriveForBusinessBrowseSession?
---@return m365.error?
function oneDriveForBusiness:browse_session(id, query) end

---Opens a snapshot for a look inside.
---POST /oneDriveForBusinessBrowseSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[Create oneDriveForBusinessBrowseSession](https://learn.microsoft.com/graph/api/backuprestoreroot-post-onedriveforbusinessbrowsesessions)
---@async
---@param body {restorePointId: string|m365.restorePoint} of a fastRestore point
---@param opts? m365.call_options
---@return m365.oneDriveForBusinessBrowseSession?
---@return m365.error?
function oneDriveForBusiness:create_browse_session(body, opts) end
