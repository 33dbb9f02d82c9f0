---@meta
--- Microsoft Graph's side of the API: its resources with their properties, its enumerations, and the operations that
-- are called as they stand. Enumerations are never closed: a state that is not listed here is a state all the same.

---@alias m365.activityLogOperationType
---| "backupPolicyCreated"
---| "backupPolicyActivated"
---| "backupPolicyModified"
---| "backupPolicyPaused"
---| "backupPolicyRenamed"
---| "dynamicRuleExecution"
---| "dynamicRuleDeletion"
---| "protectionUnitLevelOffboarding"
---| "policyLevelOffboarding"
---| "restoreTaskCreated"
---| "restoreTaskCompleted"
---| string
---@alias m365.activityLogResultStatus "succeeded"|"failed"|"partiallySucceeded"|string
---@alias m365.activityLogSeverity "high"|"medium"|"low"|string
---@alias m365.artifactRestoreStatus "added"|"scheduling"|"scheduled"|"inProgress"|"succeeded"|"failed"|string
---@alias m365.BackupPolicyProtectionMode "standard"|"fullServiceBackup"|string
---@alias m365.backupServiceConsumer "unknown"|"firstparty"|"thirdparty"|string
---@alias m365.backupServiceStatus "disabled"|"enabled"|"protectionChangeLocked"|"restoreLocked"|string
---@alias m365.browsableResourceType "none"|"site"|"documentLibrary"|"folder"|string
---@alias m365.browseQueryOrder "pathAsc"|"pathDsc"|"nameAsc"|"nameDsc"|string
---@alias m365.browseQueryResponseItemType "none"|"site"|"documentLibrary"|"folder"|"file"|string
---@alias m365.browseSessionStatus "creating"|"created"|"failed"|string
---@alias m365.destinationType "new"|"inPlace"|string
---@alias m365.disableReason "none"|"invalidBillingProfile"|"userRequested"|"controllerServiceAppDeleted"|string
---@alias m365.exclusionUnitBulkJobStatus "created"|"active"|"completed"|"completedWithErrors"|string
---@alias m365.granularRestoreItems "email"|"note"|"contact"|"task"|"calendar"|string
---@alias m365.mailboxType "unknown"|"user"|"shared"|string
---@alias m365.notificationEventsType "none"|"restoreAndPolicyUpdates"|string
---@alias m365.notificationRecipientsType "none"|"globalAdmins"|"backupAdmins"|"custom"|"allAdmins"|string
---@alias m365.protectionPolicyStatus
---| "inactive"
---| "activeWithErrors"
---| "updating"
---| "active"
---| "offboardRequested"
---| "offboarded"
---| string
---@alias m365.protectionRuleStatus
---| "draft"
---| "active"
---| "completed"
---| "completedWithErrors"
---| "updateRequested"
---| "deleteRequested"
---| string
---@alias m365.protectionSource "none"|"manual"|"dynamicRule"|string
---@alias m365.protectionUnitsBulkJobStatus "unknown"|"active"|"completed"|"completedWithErrors"|string
---@alias m365.protectionUnitStatus
---| "protectRequested"
---| "protected"
---| "unprotectRequested"
---| "unprotected"
---| "removeRequested"
---| "offboardRequested"
---| "offboarded"
---| "cancelOffboardRequested"
---| string
---@alias m365.restorableArtifact "message"|string
---@alias m365.restoreArtifactsBulkRequestStatus "unknown"|"active"|"completed"|"completedWithErrors"|string
---@alias m365.restoreJobType "standard"|"bulk"|"granular"|string
---@alias m365.restorePointPreference "latest"|"oldest"|string
---@alias m365.restorePointTags "none"|"fastRestore"|"includeNewerItems"|string
---@alias m365.restoreSessionStatus "draft"|"activating"|"active"|"completedWithError"|"completed"|"failed"|string
---@alias m365.retentionPeriodChangeStatus "none"|"inProgress"|"failed"|"completed"|string
---@alias m365.serviceAppStatus "inactive"|"active"|"pendingActive"|"pendingInactive"|string
---@alias m365.serviceType "unknown"|"sharePoint"|"exchange"|"oneDriveForBusiness"|string

---@class m365.restoreSessionBase: m365.resource
---@field completedDateTime? string
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field error? m365.publicError
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field restoreJobType? m365.restoreJobType
---@field restoreSessionArtifactCount? m365.restoreSessionArtifactCount
---@field status? m365.restoreSessionStatus
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

---@class m365.sharePointRestoreSession: m365.restoreSessionBase
local sharePointRestoreSession = {}

---GET .../siteRestoreArtifacts. Needs BackupRestore-Restore.Read.All.
---[List siteRestoreArtifacts](https://learn.microsoft.com/graph/api/sharepointrestoresession-list-siterestoreartifacts)
---@param query? m365.query
---@return m365.list<m365.siteRestoreArtifact>
function sharePointRestoreSession:artifacts(query) end

---GET .../siteRestoreArtifacts/{item}. Needs BackupRestore-Restore.Read.All.
---[siteRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/siterestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteRestoreArtifact?
---@return m365.error?
function sharePointRestoreSession:artifact(id, query) end

---GET .../siteRestoreArtifactsBulkAdditionRequests. Needs BackupRestore-Restore.Read.All.
---[List siteRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/sharepointrestoresession-list-siterestoreartifactsbulkadditionrequests)
---@param query? m365.query
---@return m365.list<m365.siteRestoreArtifactsBulkAdditionRequest>
function sharePointRestoreSession:bulk_requests(query) end

---GET .../siteRestoreArtifactsBulkAdditionRequests/{item}. Needs BackupRestore-Restore.Read.All.
---[Get siteRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/siterestoreartifactsbulkadditionrequest-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteRestoreArtifactsBulkAdditionRequest?
---@return m365.error?
function sharePointRestoreSession:bulk_request(id, query) end

---GET .../granularSiteRestoreArtifacts. Needs BackupRestore-Restore.ReadWrite.All.
---[List granularSiteRestoreArtifacts](https://learn.microsoft.com/graph/api/sharepointrestoresession-list-granularsiterestoreartifacts)
---@param query? m365.query
---@return m365.list<m365.granularSiteRestoreArtifact>
function sharePointRestoreSession:granular_artifacts(query) end

---GET .../granularSiteRestoreArtifacts/{item}. Needs BackupRestore-Restore.ReadWrite.All.
---[granularSiteRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granularsiterestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return m365.granularSiteRestoreArtifact?
---@return m365.error?
function sharePointRestoreSession:granular_artifact(id, query) end

---`siteRestoreArtifactsBulkAdditionRequest:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete siteRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/siterestoreartifactsbulkadditionrequest-delete)
---@async
---@param id string|m365.siteRestoreArtifactsBulkAdditionRequest
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function sharePointRestoreSession:delete_bulk_request(id, opts) end

---@class m365.oneDriveForBusinessRestoreSession: m365.restoreSessionBase
local oneDriveForBusinessRestoreSession = {}

---GET .../driveRestoreArtifacts. Needs BackupRestore-Restore.Read.All.
---[List driveRestoreArtifacts](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-list-driverestoreartifacts)
---@param query? m365.query
---@return m365.list<m365.driveRestoreArtifact>
function oneDriveForBusinessRestoreSession:artifacts(query) end

---GET .../driveRestoreArtifacts/{item}. Needs BackupRestore-Restore.Read.All.
---[driveRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/driverestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveRestoreArtifact?
---@return m365.error?
function oneDriveForBusinessRestoreSession:artifact(id, query) end

---GET .../driveRestoreArtifactsBulkAdditionRequests. Needs BackupRestore-Restore.Read.All.
---[List driveRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-list-driverestoreartifactsbulkadditionrequests)
---@param query? m365.query
---@return m365.list<m365.driveRestoreArtifactsBulkAdditionRequest>
function oneDriveForBusinessRestoreSession:bulk_requests(query) end

---GET .../driveRestoreArtifactsBulkAdditionRequests/{item}. Needs BackupRestore-Restore.Read.All.
---[Get driveRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/driverestoreartifactsbulkadditionrequest-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveRestoreArtifactsBulkAdditionRequest?
---@return m365.error?
function oneDriveForBusinessRestoreSession:bulk_request(id, query) end

---GET .../granularDriveRestoreArtifacts. Needs BackupRestore-Restore.ReadWrite.All.
---[List granularDriveRestoreArtifacts](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-list-granulardriverestoreartifacts)
---@param query? m365.query
---@return m365.list<m365.granularDriveRestoreArtifact>
function oneDriveForBusinessRestoreSession:granular_artifacts(query) end

---GET .../granularDriveRestoreArtifacts/{item}. Needs BackupRestore-Restore.ReadWrite.All.
---[granularDriveRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granulardriverestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return m365.granularDriveRestoreArtifact?
---@return m365.error?
function oneDriveForBusinessRestoreSession:granular_artifact(id, query) end

---`driveRestoreArtifactsBulkAdditionRequest:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete driveRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/driverestoreartifactsbulkadditionrequest-delete)
---@async
---@param id string|m365.driveRestoreArtifactsBulkAdditionRequest
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function oneDriveForBusinessRestoreSession:delete_bulk_request(id, opts) end

---@class m365.exchangeRestoreSession: m365.restoreSessionBase
local exchangeRestoreSession = {}

---GET .../mailboxRestoreArtifacts. Needs BackupRestore-Restore.Read.All.
---[List mailboxRestoreArtifacts](https://learn.microsoft.com/graph/api/exchangerestoresession-list-mailboxrestoreartifacts)
---@param query? m365.query
---@return m365.list<m365.mailboxRestoreArtifact>
function exchangeRestoreSession:artifacts(query) end

---GET .../mailboxRestoreArtifacts/{item}. Needs BackupRestore-Restore.Read.All.
---[mailboxRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/mailboxrestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxRestoreArtifact?
---@return m365.error?
function exchangeRestoreSession:artifact(id, query) end

---GET .../mailboxRestoreArtifactsBulkAdditionRequests. Needs BackupRestore-Restore.Read.All.
---[List mailboxRestoreArtifactsBulkAdditionRequests](https://learn.microsoft.com/graph/api/exchangerestoresession-list-mailboxrestoreartifactsbulkadditionrequests)
---@param query? m365.query
---@return m365.list<m365.mailboxRestoreArtifactsBulkAdditionRequest>
function exchangeRestoreSession:bulk_requests(query) end

---GET .../mailboxRestoreArtifactsBulkAdditionRequests/{item}. Needs BackupRestore-Restore.Read.All.
---[Get mailboxRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/mailboxrestoreartifactsbulkadditionrequest-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxRestoreArtifactsBulkAdditionRequest?
---@return m365.error?
function exchangeRestoreSession:bulk_request(id, query) end

---GET .../granularMailboxRestoreArtifacts. Needs BackupRestore-Restore.ReadWrite.All.
---[granularMailboxRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granularmailboxrestoreartifact)
---@param query? m365.query
---@return m365.list<m365.granularMailboxRestoreArtifact>
function exchangeRestoreSession:granular_artifacts(query) end

---GET .../granularMailboxRestoreArtifacts/{item}. Needs BackupRestore-Restore.ReadWrite.All.
---[granularMailboxRestoreArtifact resource type](https://learn.microsoft.com/graph/api/resources/granularmailboxrestoreartifact)
---@async
---@param id string
---@param query? m365.query
---@return m365.granularMailboxRestoreArtifact?
---@return m365.error?
function exchangeRestoreSession:granular_artifact(id, query) end

---`mailboxRestoreArtifactsBulkAdditionRequest:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete mailboxRestoreArtifactsBulkAdditionRequest](https://learn.microsoft.com/graph/api/mailboxrestoreartifactsbulkadditionrequest-delete)
---@async
---@param id string|m365.mailboxRestoreArtifactsBulkAdditionRequest
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function exchangeRestoreSession:delete_bulk_request(id, opts) end

---@class m365.restoreSessionArtifactCount: m365.resource
---@field completed? integer
---@field failed? integer
---@field inProgress? integer
---@field total? integer

---@class m365.restoreArtifactBase: m365.resource
---@field completionDateTime? string
---@field destinationType? m365.destinationType
---@field error? m365.publicError
---@field restorePoint? m365.restorePoint
---@field startDateTime? string
---@field status? m365.artifactRestoreStatus

---@class m365.siteRestoreArtifact: m365.restoreArtifactBase
---@field restoredSiteId? string
---@field restoredSiteName? string
---@field restoredSiteWebUrl? string

---@class m365.driveRestoreArtifact: m365.restoreArtifactBase
---@field restoredSiteId? string
---@field restoredSiteName? string
---@field restoredSiteWebUrl? string

---@class m365.mailboxRestoreArtifact: m365.restoreArtifactBase
---@field restoredFolderId? string
---@field restoredFolderName? string
---@field restoredItemCount? integer

---@class m365.granularMailboxRestoreArtifact: m365.mailboxRestoreArtifact
---@field artifactCount? integer
---@field searchResponseId? string

---@class m365.granularRestoreArtifactBase: m365.resource
---@field browseSessionId? string
---@field completionDateTime? string
---@field destinationType? m365.destinationType
---@field error? m365.publicError
---@field restorePointDateTime? string
---@field restoredItemKey? string
---@field restoredItemPath? string
---@field restoredItemWebUrl? string
---@field startDateTime? string
---@field status? m365.artifactRestoreStatus
---@field webUrl? string

---@class m365.granularSiteRestoreArtifact: m365.granularRestoreArtifactBase
---@field siteId? string

---@class m365.granularDriveRestoreArtifact: m365.granularRestoreArtifactBase
---@field directoryObjectId? string

---@class m365.restoreArtifactsBulkRequestBase: m365.resource
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field destinationType? m365.destinationType
---@field displayName? string
---@field error? m365.publicError
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field protectionTimePeriod? m365.timePeriod
---@field protectionUnitIds? string[]
---@field restorePointPreference? m365.restorePointPreference
---@field status? m365.restoreArtifactsBulkRequestStatus
---@field tags? m365.restorePointTags

---@class m365.siteRestoreArtifactsBulkAdditionRequest: m365.restoreArtifactsBulkRequestBase
---@field siteIds? string[]
---@field siteWebUrls? string[]

---@class m365.driveRestoreArtifactsBulkAdditionRequest: m365.restoreArtifactsBulkRequestBase
---@field directoryObjectIds? string[]
---@field drives? string[]

---@class m365.mailboxRestoreArtifactsBulkAdditionRequest: m365.restoreArtifactsBulkRequestBase
---@field directoryObjectIds? string[]
---@field mailboxes? string[]

---@class m365.browseSessionBase: m365.resource
---@field backupSizeInBytes? string
---@field createdDateTime? string
---@field error? m365.publicError
---@field expirationDateTime? string
---@field restorePointDateTime? string
---@field restorePointId? string
---@field status? m365.browseSessionStatus

---@class m365.sharePointBrowseSession: m365.browseSessionBase
---@field siteId? string
local sharePointBrowseSession = {}

---GET .../browse?$skiptoken={item}. Needs BackupRestore-Restore.ReadWrite.All.
---[sharePointBrowseSession: browse](https://learn.microsoft.com/graph/api/sharepointbrowsesession-browse)
---@param id string
---@param query? m365.query
---@return m365.list<m365.browseQueryResponseItem>
function sharePointBrowseSession:browse_page(id, query) end

---@class m365.oneDriveForBusinessBrowseSession: m365.browseSessionBase
---@field directoryObjectId? string
local oneDriveForBusinessBrowseSession = {}

---GET .../browse?$skiptoken={item}. Needs BackupRestore-Restore.ReadWrite.All.
---[oneDriveForBusinessBrowseSession: browse](https://learn.microsoft.com/graph/api/onedriveforbusinessbrowsesession-browse)
---@param id string
---@param query? m365.query
---@return m365.list<m365.browseQueryResponseItem>
function oneDriveForBusinessBrowseSession:browse_page(id, query) end

---@class m365.browseQueryResponseItem: m365.resource
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field itemKey? string
---@field itemsCount? integer
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field name? string
---@field sizeInBytes? string
---@field type? m365.browseQueryResponseItemType
---@field webUrl? string

---@class m365.restorePoint: m365.resource
---@field expirationDateTime? string
---@field protectionDateTime? string
---@field protectionUnit? m365.protectionUnitBase
---@field tags? m365.restorePointTags

---@class m365.restorePointSearchResponse: m365.resource
---@field noResultProtectionUnitIds? string[]
---@field searchResponseId? string
---@field searchResults? m365.restorePointSearchResult[]

---@class m365.restorePointSearchResult: m365.resource
---@field artifactHitCount? integer
---@field restorePoint? m365.restorePoint

---@class m365.artifactQuery: m365.resource
---@field artifactType? m365.restorableArtifact
---@field queryExpression? string
---@field structuredQueryExpression? m365.restoreSearchArtifactQueryExpression

---@class m365.restoreSearchArtifactQueryExpression: m365.resource
---@field hasAttachment? boolean
---@field items? m365.granularRestoreItems[]
---@field recipients? string[]
---@field senders? string[]
---@field subjects? string[]

---@class m365.timePeriod: m365.resource
---@field endDateTime? string
---@field startDateTime? string

---@class m365.publicError: m365.resource
---@field code? string
---@field details? m365.publicErrorDetail[]
---@field innerError? m365.publicInnerError
---@field message? string
---@field target? string

---@class m365.publicErrorDetail: m365.resource
---@field code? string
---@field message? string
---@field target? string

---@class m365.publicInnerError: m365.resource
---@field code? string
---@field details? m365.publicErrorDetail[]
---@field message? string
---@field target? string

---@class m365.identitySet: m365.resource
---@field application? m365.identity
---@field device? m365.identity
---@field user? m365.identity

---@class m365.identity: m365.resource
---@field displayName? string
---@field id? string

---@class m365.emailIdentity: m365.identity
---@field email? string

---@class m365.protectionUnitBase: m365.resource
---@field backupRetentionPeriodInDays? integer
---@field billingPolicyId? string
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field error? m365.publicError
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field offboardRequestedDateTime? string
---@field pendingRetentionPeriodChange? m365.retentionPeriodChange
---@field policyId? string
---@field protectionSources? m365.protectionSource
---@field status? m365.protectionUnitStatus
local protectionUnitBase = {}

---POST /protectionUnits/{id}/offboard. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function protectionUnitBase:offboard(opts) end

---POST /protectionUnits/{id}/cancelOffboard. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function protectionUnitBase:cancel_offboard(opts) end

---@class m365.siteProtectionUnit: m365.protectionUnitBase
---@field siteId? string
---@field siteName? string
---@field siteWebUrl? string
local siteProtectionUnit = {}

---PATCH /siteProtectionUnits/{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param body table
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function siteProtectionUnit:update(body, opts) end

---@class m365.driveProtectionUnit: m365.protectionUnitBase
---@field directoryObjectId? string
---@field displayName? string
---@field email? string
local driveProtectionUnit = {}

---PATCH /driveProtectionUnits/{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update)
---@async
---@param body table
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function driveProtectionUnit:update(body, opts) end

---@class m365.mailboxProtectionUnit: m365.protectionUnitBase
---@field directoryObjectId? string
---@field displayName? string
---@field email? string
---@field mailboxType? m365.mailboxType
local mailboxProtectionUnit = {}

---PATCH /mailboxProtectionUnits/{id}. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update)
---@async
---@param body table
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function mailboxProtectionUnit:update(body, opts) end

---@class m365.retentionPeriodChange: m365.resource
---@field effectiveFromDateTime? string
---@field status? m365.retentionPeriodChangeStatus
---@field targetRetentionPeriodInDays? integer

---@class m365.protectionPolicyBase: m365.resource
---@field billingPolicyId? string
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field displayName? string
---@field isEnabled? boolean
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field offboardRequestedDateTime? string
---@field protectionMode? m365.BackupPolicyProtectionMode
---@field protectionPolicyArtifactCount? m365.protectionPolicyArtifactCount
---@field retentionSettings? m365.retentionSetting[]
---@field status? m365.protectionPolicyStatus
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

---@class m365.sharePointProtectionPolicy: m365.protectionPolicyBase
---@field siteExclusionUnits? m365.siteExclusionUnit[]
---@field siteExclusionUnitsBulkAdditionJobs? m365.siteExclusionUnitsBulkAdditionJob[]
local sharePointProtectionPolicy = {}

---GET .../siteProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[List siteProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-siteprotectionunits)
---@param query? m365.query
---@return m365.list<m365.siteProtectionUnit>
function sharePointProtectionPolicy:protection_units(query) end

---GET .../siteInclusionRules. Needs BackupRestore-Configuration.Read.All.
---[List siteInclusionRules](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteinclusionrules)
---@param query? m365.query
---@return m365.list<m365.siteProtectionRule>
function sharePointProtectionPolicy:inclusion_rules(query) end

---GET .../siteInclusionRules/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteProtectionRule?
---@return m365.error?
function sharePointProtectionPolicy:inclusion_rule(id, query) end

---GET .../siteProtectionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All.
---[List siteProtectionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteprotectionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<m365.siteProtectionUnitsBulkAdditionJob>
function sharePointProtectionPolicy:bulk_jobs(query) end

---GET .../siteProtectionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get siteProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/siteprotectionunitsbulkadditionjobs-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteProtectionUnitsBulkAdditionJob?
---@return m365.error?
function sharePointProtectionPolicy:bulk_job(id, query) end

---GET .../siteExclusionUnits. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List siteExclusionUnits](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteexclusionunits)
---@param query? m365.query
---@return m365.list<m365.siteExclusionUnit>
function sharePointProtectionPolicy:exclusion_units(query) end

---GET .../siteExclusionUnits/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get siteExclusionUnit](https://learn.microsoft.com/graph/api/siteexclusionunit-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteExclusionUnit?
---@return m365.error?
function sharePointProtectionPolicy:exclusion_unit(id, query) end

---GET .../siteExclusionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List siteExclusionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-list-siteexclusionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<m365.siteExclusionUnitsBulkAdditionJob>
function sharePointProtectionPolicy:exclusion_bulk_jobs(query) end

---GET .../siteExclusionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get siteExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/siteexclusionunitsbulkadditionjob-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteExclusionUnitsBulkAdditionJob?
---@return m365.error?
function sharePointProtectionPolicy:exclusion_bulk_job(id, query) end

---GET .../siteProtectionUnits/{item}. Needs BackupRestore-Configuration.Read.All.
---[siteProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePointProtectionPolicy:protection_unit(id, query) end

---`siteProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePointProtectionPolicy:cancel_offboard_protection_unit(id, opts) end

---`siteProtectionRule:delete_and_unprotect`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule)
---@async
---@param id string|m365.siteProtectionRule
---@param opts? m365.call_options
---@return m365.siteProtectionRule?
---@return m365.error?
function sharePointProtectionPolicy:delete_and_unprotect_inclusion_rule(id, opts) end

---`siteProtectionRule:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param id string|m365.siteProtectionRule
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function sharePointProtectionPolicy:delete_inclusion_rule(id, opts) end

---`siteProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePointProtectionPolicy:offboard_protection_unit(id, opts) end

---`siteProtectionRule:run`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param id string|m365.siteProtectionRule
---@param opts? m365.call_options
---@return m365.siteProtectionRule?
---@return m365.error?
function sharePointProtectionPolicy:run_inclusion_rule(id, opts) end

---`siteProtectionRule:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule)
---@async
---@param id string|m365.siteProtectionRule
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.siteProtectionRule?
---@return m365.error?
function sharePointProtectionPolicy:update_inclusion_rule(id, body, opts) end

---`siteProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param id string|m365.siteProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePointProtectionPolicy:update_protection_unit(id, body, opts) end

---@class m365.oneDriveForBusinessProtectionPolicy: m365.protectionPolicyBase
---@field driveExclusionUnits? m365.driveExclusionUnit[]
---@field driveExclusionUnitsBulkAdditionJobs? m365.driveExclusionUnitsBulkAdditionJob[]
local oneDriveForBusinessProtectionPolicy = {}

---GET .../driveProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[List driveProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-driveprotectionunits)
---@param query? m365.query
---@return m365.list<m365.driveProtectionUnit>
function oneDriveForBusinessProtectionPolicy:protection_units(query) end

---GET .../driveInclusionRules. Needs BackupRestore-Configuration.Read.All.
---[List driveInclusionRules](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveinclusionrules)
---@param query? m365.query
---@return m365.list<m365.driveProtectionRule>
function oneDriveForBusinessProtectionPolicy:inclusion_rules(query) end

---GET .../driveInclusionRules/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveProtectionRule?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:inclusion_rule(id, query) end

---GET .../driveProtectionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All.
---[List driveProtectionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveprotectionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<m365.driveProtectionUnitsBulkAdditionJob>
function oneDriveForBusinessProtectionPolicy:bulk_jobs(query) end

---GET .../driveProtectionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get driveProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/driveprotectionunitsbulkadditionjobs-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveProtectionUnitsBulkAdditionJob?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:bulk_job(id, query) end

---GET .../driveExclusionUnits. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List driveExclusionUnits](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveexclusionunits)
---@param query? m365.query
---@return m365.list<m365.driveExclusionUnit>
function oneDriveForBusinessProtectionPolicy:exclusion_units(query) end

---GET .../driveExclusionUnits/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get driveExclusionUnit](https://learn.microsoft.com/graph/api/driveexclusionunit-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveExclusionUnit?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:exclusion_unit(id, query) end

---GET .../driveExclusionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List driveExclusionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-list-driveexclusionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<m365.driveExclusionUnitsBulkAdditionJob>
function oneDriveForBusinessProtectionPolicy:exclusion_bulk_jobs(query) end

---GET .../driveExclusionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get driveExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/driveexclusionunitsbulkadditionjob-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveExclusionUnitsBulkAdditionJob?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:exclusion_bulk_job(id, query) end

---GET .../driveProtectionUnits/{item}. Needs BackupRestore-Configuration.Read.All.
---[driveProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/driveprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:protection_unit(id, query) end

---`driveProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:cancel_offboard_protection_unit(id, opts) end

---`driveProtectionRule:delete_and_unprotect`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: deleteAndUnprotect](https://learn.microsoft.com/graph/api/protectionrulebase-deleteandunprotect)
---@async
---@param id string|m365.driveProtectionRule
---@param opts? m365.call_options
---@return m365.driveProtectionRule?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:delete_and_unprotect_inclusion_rule(id, opts) end

---`driveProtectionRule:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param id string|m365.driveProtectionRule
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:delete_inclusion_rule(id, opts) end

---`driveProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:offboard_protection_unit(id, opts) end

---`driveProtectionRule:run`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param id string|m365.driveProtectionRule
---@param opts? m365.call_options
---@return m365.driveProtectionRule?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:run_inclusion_rule(id, opts) end

---`driveProtectionRule:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-update)
---@async
---@param id string|m365.driveProtectionRule
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.driveProtectionRule?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:update_inclusion_rule(id, body, opts) end

---`driveProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update)
---@async
---@param id string|m365.driveProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusinessProtectionPolicy:update_protection_unit(id, body, opts) end

---@class m365.exchangeProtectionPolicy: m365.protectionPolicyBase
---@field mailboxExclusionUnits? m365.mailboxExclusionUnit[]
---@field mailboxExclusionUnitsBulkAdditionJobs? m365.mailboxExclusionUnitsBulkAdditionJob[]
local exchangeProtectionPolicy = {}

---GET .../mailboxProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[List mailboxProtectionUnits](https://learn.microsoft.com/graph/api/backuprestoreroot-list-mailboxprotectionunits)
---@param query? m365.query
---@return m365.list<m365.mailboxProtectionUnit>
function exchangeProtectionPolicy:protection_units(query) end

---GET .../mailboxInclusionRules. Needs BackupRestore-Configuration.Read.All.
---[List mailboxInclusionRules](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxinclusionrules)
---@param query? m365.query
---@return m365.list<m365.mailboxProtectionRule>
function exchangeProtectionPolicy:inclusion_rules(query) end

---GET .../mailboxInclusionRules/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxProtectionRule?
---@return m365.error?
function exchangeProtectionPolicy:inclusion_rule(id, query) end

---GET .../mailboxProtectionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All.
---[List mailboxProtectionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxprotectionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<m365.mailboxProtectionUnitsBulkAdditionJob>
function exchangeProtectionPolicy:bulk_jobs(query) end

---GET .../mailboxProtectionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All.
---[Get mailboxProtectionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/mailboxprotectionunitsbulkadditionjobs-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxProtectionUnitsBulkAdditionJob?
---@return m365.error?
function exchangeProtectionPolicy:bulk_job(id, query) end

---GET .../mailboxExclusionUnits. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List mailboxExclusionUnits](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxexclusionunits)
---@param query? m365.query
---@return m365.list<m365.mailboxExclusionUnit>
function exchangeProtectionPolicy:exclusion_units(query) end

---GET .../mailboxExclusionUnits/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get mailboxExclusionUnit](https://learn.microsoft.com/graph/api/mailboxexclusionunit-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxExclusionUnit?
---@return m365.error?
function exchangeProtectionPolicy:exclusion_unit(id, query) end

---GET .../mailboxExclusionUnitsBulkAdditionJobs. Needs BackupRestore-Configuration.Read.All. Beta only.
---[List mailboxExclusionUnitsBulkAdditionJobs](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-list-mailboxexclusionunitsbulkadditionjobs)
---@param query? m365.query
---@return m365.list<m365.mailboxExclusionUnitsBulkAdditionJob>
function exchangeProtectionPolicy:exclusion_bulk_jobs(query) end

---GET .../mailboxExclusionUnitsBulkAdditionJobs/{item}. Needs BackupRestore-Configuration.Read.All. Beta only.
---[Get mailboxExclusionUnitsBulkAdditionJob](https://learn.microsoft.com/graph/api/mailboxexclusionunitsbulkadditionjob-get)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxExclusionUnitsBulkAdditionJob?
---@return m365.error?
function exchangeProtectionPolicy:exclusion_bulk_job(id, query) end

---GET .../mailboxProtectionUnits/{item}. Needs BackupRestore-Configuration.Read.All.
---[mailboxProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/mailboxprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchangeProtectionPolicy:protection_unit(id, query) end

---`mailboxProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchangeProtectionPolicy:cancel_offboard_protection_unit(id, opts) end

---`mailboxProtectionRule:delete_and_unprotect`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: deleteAndUnprotect](https://learn.microsoft.com/graph/api/protectionrulebase-deleteandunprotect)
---@async
---@param id string|m365.mailboxProtectionRule
---@param opts? m365.call_options
---@return m365.mailboxProtectionRule?
---@return m365.error?
function exchangeProtectionPolicy:delete_and_unprotect_inclusion_rule(id, opts) end

---`mailboxProtectionRule:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param id string|m365.mailboxProtectionRule
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function exchangeProtectionPolicy:delete_inclusion_rule(id, opts) end

---`mailboxProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchangeProtectionPolicy:offboard_protection_unit(id, opts) end

---`mailboxProtectionRule:run`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param id string|m365.mailboxProtectionRule
---@param opts? m365.call_options
---@return m365.mailboxProtectionRule?
---@return m365.error?
function exchangeProtectionPolicy:run_inclusion_rule(id, opts) end

---`mailboxProtectionRule:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-update)
---@async
---@param id string|m365.mailboxProtectionRule
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.mailboxProtectionRule?
---@return m365.error?
function exchangeProtectionPolicy:update_inclusion_rule(id, body, opts) end

---`mailboxProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchangeProtectionPolicy:update_protection_unit(id, body, opts) end

---@class m365.protectionPolicyArtifactCount: m365.resource
---@field completed? integer
---@field failed? integer
---@field inProgress? integer
---@field total? integer

---@class m365.retentionSetting: m365.resource
---@field interval? string
---@field period? string

---@class m365.protectionRuleBase: m365.resource
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field error? m365.publicError
---@field isAutoApplyEnabled? boolean
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field status? m365.protectionRuleStatus

---@class m365.siteProtectionRule: m365.protectionRuleBase
---@field siteExpression? string
local siteProtectionRule = {}

---DELETE .... Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function siteProtectionRule:delete(opts) end

---POST .../run. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function siteProtectionRule:run(opts) end

---POST .../deleteAndUnprotect. Needs BackupRestore-Configuration.ReadWrite.All.
---[siteProtectionRule resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionrule)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function siteProtectionRule:delete_and_unprotect(opts) end

---@class m365.driveProtectionRule: m365.protectionRuleBase
---@field driveExpression? string
local driveProtectionRule = {}

---DELETE .... Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function driveProtectionRule:delete(opts) end

---POST .../run. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function driveProtectionRule:run(opts) end

---POST .../deleteAndUnprotect. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: deleteAndUnprotect](https://learn.microsoft.com/graph/api/protectionrulebase-deleteandunprotect)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function driveProtectionRule:delete_and_unprotect(opts) end

---@class m365.mailboxProtectionRule: m365.protectionRuleBase
---@field mailboxExpression? string
local mailboxProtectionRule = {}

---DELETE .... Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionRuleBase](https://learn.microsoft.com/graph/api/protectionrulebase-delete)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function mailboxProtectionRule:delete(opts) end

---POST .../run. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: run](https://learn.microsoft.com/graph/api/protectionrulebase-run)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function mailboxProtectionRule:run(opts) end

---POST .../deleteAndUnprotect. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionRuleBase: deleteAndUnprotect](https://learn.microsoft.com/graph/api/protectionrulebase-deleteandunprotect)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function mailboxProtectionRule:delete_and_unprotect(opts) end

---@class m365.protectionUnitsBulkJobBase: m365.resource
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field displayName? string
---@field error? m365.publicError
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field status? m365.protectionUnitsBulkJobStatus

---@class m365.siteProtectionUnitsBulkAdditionJob: m365.protectionUnitsBulkJobBase
---@field siteIds? string[]
---@field siteWebUrls? string[]

---@class m365.driveProtectionUnitsBulkAdditionJob: m365.protectionUnitsBulkJobBase
---@field directoryObjectIds? string[]
---@field drives? string[]

---@class m365.mailboxProtectionUnitsBulkAdditionJob: m365.protectionUnitsBulkJobBase
---@field directoryObjectIds? string[]
---@field mailboxes? string[]

---@class m365.serviceApp: m365.resource
---@field application? m365.identity
---@field effectiveDateTime? string
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field registrationDateTime? string
---@field status? m365.serviceAppStatus
local serviceApp = {}

---DELETE /serviceApps/{id}. Needs BackupRestore-Control.ReadWrite.All.
---[Delete serviceApp](https://learn.microsoft.com/graph/api/backuprestoreroot-delete-serviceapps)
---@async
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function serviceApp:delete(opts) end

---POST /serviceApps/{id}/deactivate. Needs BackupRestore-Control.ReadWrite.All.
---[serviceApp: deactivate](https://learn.microsoft.com/graph/api/serviceapp-deactivate)
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function serviceApp:deactivate(opts) end

---@class m365.serviceStatus: m365.resource
---@field backupServiceConsumer? m365.backupServiceConsumer
---@field disableReason? m365.disableReason
---@field gracePeriodDateTime? string
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field restoreAllowedTillDateTime? string
---@field status? m365.backupServiceStatus

---@class m365.emailNotificationsSetting: m365.resource
---@field additionalEvents? m365.notificationEventsType
---@field isEnabled? boolean
---@field recipients? m365.notificationRecipients

---@class m365.notificationRecipients: m365.resource
---@field customRecipients? m365.emailIdentity[]
---@field role? m365.notificationRecipientsType

---@class m365.backupRestoreRoot: m365.resource
---@field activityLogs? m365.activityLogBase[]
---@field driveExclusionUnits? m365.driveExclusionUnit[]
---@field driveExclusionUnitsBulkAdditionJobs? m365.driveExclusionUnitsBulkAdditionJob[]
---@field emailNotificationsSetting? m365.emailNotificationsSetting
---@field exclusionUnits? m365.exclusionUnitBase[]
---@field mailboxExclusionUnits? m365.mailboxExclusionUnit[]
---@field mailboxExclusionUnitsBulkAdditionJobs? m365.mailboxExclusionUnitsBulkAdditionJob[]
---@field reports? m365.backupReport
---@field serviceStatus? m365.serviceStatus
---@field siteExclusionUnits? m365.siteExclusionUnit[]
---@field siteExclusionUnitsBulkAdditionJobs? m365.siteExclusionUnitsBulkAdditionJob[]

---@class m365.exclusionUnitBase: m365.resource
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field error? m365.publicError
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field policyId? string

---@class m365.siteExclusionUnit: m365.exclusionUnitBase
---@field siteId? string
---@field siteName? string
---@field siteWebUrl? string

---@class m365.driveExclusionUnit: m365.exclusionUnitBase
---@field directoryObjectId? string
---@field displayName? string
---@field email? string

---@class m365.mailboxExclusionUnit: m365.exclusionUnitBase
---@field directoryObjectId? string
---@field displayName? string
---@field email? string
---@field mailboxType? m365.mailboxType

---@class m365.exclusionUnitBulkAdditionJob: m365.resource
---@field createdBy? m365.identitySet
---@field createdDateTime? string
---@field displayName? string
---@field error? m365.publicError
---@field lastModifiedBy? m365.identitySet
---@field lastModifiedDateTime? string
---@field status? m365.exclusionUnitBulkJobStatus

---@class m365.siteExclusionUnitsBulkAdditionJob: m365.exclusionUnitBulkAdditionJob
---@field siteWebUrls? string[]

---@class m365.driveExclusionUnitsBulkAdditionJob: m365.exclusionUnitBulkAdditionJob
---@field drives? string[]

---@class m365.mailboxExclusionUnitsBulkAdditionJob: m365.exclusionUnitBulkAdditionJob
---@field mailboxes? string[]

---@class m365.activityLogBase: m365.resource
---@field activityType? m365.activityLogOperationType
---@field error? m365.publicError
---@field eventDateTime? string
---@field performedBy? string
---@field resultStatus? m365.activityLogResultStatus
---@field serviceType? m365.serviceType
---@field severity? m365.activityLogSeverity

---@class m365.backupPolicyActivityLog: m365.activityLogBase
---@field oldPolicyName? string
---@field policyId? string
---@field policyName? string
---@field policyStatus? m365.protectionPolicyStatus
---@field protectionUnitDetails? m365.protectionUnitDetails
---@field retentionPeriod? string

---@class m365.dynamicRuleActivityLog: m365.activityLogBase
---@field policyId? string
---@field policyName? string
---@field protectionUnitDetails? m365.protectionUnitDetails

---@class m365.offboardingActivityLog: m365.activityLogBase
---@field offboardingDetails? m365.offboardingDetails
---@field policyId? string
---@field policyName? string
---@field policyStatus? m365.protectionPolicyStatus

---@class m365.restoreTaskActivityLog: m365.activityLogBase
---@field destinationType? m365.destinationType
---@field restoreArtifactDetails? m365.restoreArtifactDetails
---@field restoreCompletionDateTime? string
---@field restoreSessionId? string
---@field restoreSessionStatus? m365.restoreSessionStatus
---@field tags? m365.restorePointTags[]

---@class m365.protectionUnitDetails: m365.resource
---@field addedCount? integer
---@field backupConfigurationType? string
---@field failedCount? integer
---@field removedCount? integer
---@field requestedToAddCount? integer
---@field requestedToRemoveCount? integer

---@class m365.offboardingDetails: m365.resource
---@field cancelledCount? integer
---@field failedCount? integer
---@field offboardEndDateTime? string
---@field offboardStartDateTime? string
---@field offboardedCount? integer
---@field offboardingStatus? string
---@field totalRequestedCount? integer

---@class m365.restoreArtifactDetails: m365.resource
---@field failedCount? integer
---@field restoredCount? integer
---@field totalArtifactsCount? integer

---@class m365.backupReport: m365.resource

---@class m365.backupPolicyReport: m365.resource
---@field backupPolicyId? string
---@field countStatistics? m365.backupCountStatistics
---@field displayName? string

---@class m365.backupCountStatistics: m365.resource
---@field lastComputedDateTime? string
---@field offboardRequested? integer
---@field protectedCompleted? integer
---@field protectedFailed? integer
---@field protectedInProgress? integer
---@field removed? integer
---@field total? integer
---@field unprotectedCompleted? integer
---@field unprotectedFailed? integer
---@field unprotectedInProgress? integer

---@class m365.client
local client = {}

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

---GET /activityLogs. Needs nil. Beta only.
---[List activitylogs](https://learn.microsoft.com/graph/api/backuprestoreroot-list-activitylogs)
---@param query? m365.query
---@return m365.list<m365.activityLogBase>
function client:activity_logs(query) end

---GET /activityLogs/{id}. Needs nil. Beta only.
---[activityLogBase resource type](https://learn.microsoft.com/graph/api/resources/activitylogbase)
---@async
---@param id string
---@param query? m365.query
---@return m365.activityLogBase?
---@return m365.error?
function client:activity_log(id, query) end

---GET /reports/getStatisticsByPolicy(policyId='{id}'). Needs BackupRestore-Configuration.Read.All. Beta only.
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

---GET /restorePoints/{id}. Needs BackupRestore-Search.Read.All.
---[restorePoint resource type](https://learn.microsoft.com/graph/api/resources/restorepoint)
---@async
---@param id string
---@param query? m365.query
---@return m365.restorePoint?
---@return m365.error?
function client:restore_point(id, query) end

---GET /browseSessions. Needs BackupRestore-Restore.ReadWrite.All.
---[List browseSessions](https://learn.microsoft.com/graph/api/backuprestoreroot-list-browsesessions)
---@param query? m365.query
---@return m365.list<m365.browseSessionBase>
function client:browse_sessions(query) end

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

---GET /browseSessions/{id}. Needs BackupRestore-Restore.ReadWrite.All.
---[browseSessionBase resource type](https://learn.microsoft.com/graph/api/resources/browsesessionbase)
---@async
---@param id string
---@param query? m365.query
---@return m365.browseSessionBase?
---@return m365.error?
function client:browse_session(id, query) end

---`protectionPolicyBase:activate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param id string|m365.protectionPolicyBase
---@param opts? m365.call_options
---@return m365.protectionPolicyBase?
---@return m365.error?
function client:activate_protection_policy(id, opts) end

---`serviceApp:activate`, by id and without reading it first. Needs BackupRestore-Control.ReadWrite.All.
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

---`driveProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:cancel_offboard_drive_protection_unit(id, opts) end

---`mailboxProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:cancel_offboard_mailbox_protection_unit(id, opts) end

---`protectionUnitBase:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.protectionUnitBase
---@param opts? m365.call_options
---@return m365.protectionUnitBase?
---@return m365.error?
function client:cancel_offboard_protection_unit(id, opts) end

---`siteProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
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

---`serviceApp:deactivate`, by id and without reading it first. Needs BackupRestore-Control.ReadWrite.All.
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

---`driveProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:offboard_drive_protection_unit(id, opts) end

---`mailboxProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:offboard_mailbox_protection_unit(id, opts) end

---`protectionUnitBase:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.protectionUnitBase
---@param opts? m365.call_options
---@return m365.protectionUnitBase?
---@return m365.error?
function client:offboard_protection_unit(id, opts) end

---`siteProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function client:offboard_site_protection_unit(id, opts) end

---`driveProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update)
---@async
---@param id string|m365.driveProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function client:update_drive_protection_unit(id, body, opts) end

---`mailboxProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function client:update_mailbox_protection_unit(id, body, opts) end

---`siteProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param id string|m365.siteProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function client:update_site_protection_unit(id, body, opts) end

---@class m365.sharePoint
local sharePoint = {}

---GET /sharePointRestoreSessions. Needs BackupRestore-Restore.Read.All.
---[sharePointRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/sharepointrestoresession)
---@param query? m365.query
---@return m365.list<m365.sharePointRestoreSession>
function sharePoint:sessions(query) end

---GET /siteProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[siteProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionunit)
---@param query? m365.query
---@return m365.list<m365.siteProtectionUnit>
function sharePoint:protection_units(query) end

---GET /sharePointProtectionPolicies. Needs BackupRestore-Configuration.Read.All.
---[sharePointProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/sharepointprotectionpolicy)
---@param query? m365.query
---@return m365.list<m365.sharePointProtectionPolicy>
function sharePoint:protection_policies(query) end

---GET /sharePointProtectionPolicies/{id}. Needs BackupRestore-Configuration.Read.All.
---[sharePointProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/sharepointprotectionpolicy)
---@async
---@param id string
---@param query? m365.query
---@return m365.sharePointProtectionPolicy?
---@return m365.error?
function sharePoint:protection_policy(id, query) end

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

---GET /sharePointRestoreSessions/{id}. Needs BackupRestore-Restore.Read.All.
---[sharePointRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/sharepointrestoresession)
---@async
---@param id string
---@param query? m365.query
---@return m365.sharePointRestoreSession?
---@return m365.error?
function sharePoint:session(id, query) end

---GET /siteProtectionUnits/{id}. Needs BackupRestore-Configuration.Read.All.
---[siteProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/siteprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePoint:protection_unit(id, query) end

---`sharePointProtectionPolicy:activate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param id string|m365.sharePointProtectionPolicy
---@param opts? m365.call_options
---@return m365.sharePointProtectionPolicy?
---@return m365.error?
function sharePoint:activate_protection_policy(id, opts) end

---`sharePointRestoreSession:activate`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[restoreSessionBase: activate](https://learn.microsoft.com/graph/api/restoresessionbase-activate)
---@async
---@param id string|m365.sharePointRestoreSession
---@param opts? m365.call_options
---@return m365.sharePointRestoreSession?
---@return m365.error?
function sharePoint:activate_session(id, opts) end

---`siteProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePoint:cancel_offboard_protection_unit(id, opts) end

---`sharePointProtectionPolicy:deactivate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: deactivate](https://learn.microsoft.com/graph/api/protectionpolicybase-deactivate)
---@async
---@param id string|m365.sharePointProtectionPolicy
---@param opts? m365.call_options
---@return m365.sharePointProtectionPolicy?
---@return m365.error?
function sharePoint:deactivate_protection_policy(id, opts) end

---`sharePointProtectionPolicy:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionPolicyBase](https://learn.microsoft.com/graph/api/protectionpolicybase-delete)
---@async
---@param id string|m365.sharePointProtectionPolicy
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function sharePoint:delete_protection_policy(id, opts) end

---`sharePointRestoreSession:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-delete)
---@async
---@param id string|m365.sharePointRestoreSession
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function sharePoint:delete_session(id, opts) end

---`siteProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.siteProtectionUnit
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePoint:offboard_protection_unit(id, opts) end

---`sharePointProtectionPolicy:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update sharePointProtectionPolicy](https://learn.microsoft.com/graph/api/sharepointprotectionpolicy-update)
---@async
---@param id string|m365.sharePointProtectionPolicy
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function sharePoint:update_protection_policy(id, body, opts) end

---`siteProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update siteProtectionUnit](https://learn.microsoft.com/graph/api/siteprotectionunit-update)
---@async
---@param id string|m365.siteProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.siteProtectionUnit?
---@return m365.error?
function sharePoint:update_protection_unit(id, body, opts) end

---`sharePointRestoreSession:update`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Update sharePointRestoreSession](https://learn.microsoft.com/graph/api/sharepointrestoresession-update)
---@async
---@param id string|m365.sharePointRestoreSession
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function sharePoint:update_session(id, body, opts) end

---@class m365.oneDriveForBusiness
local oneDriveForBusiness = {}

---GET /oneDriveForBusinessRestoreSessions. Needs BackupRestore-Restore.Read.All.
---[oneDriveForBusinessRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessrestoresession)
---@param query? m365.query
---@return m365.list<m365.oneDriveForBusinessRestoreSession>
function oneDriveForBusiness:sessions(query) end

---GET /driveProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[driveProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/driveprotectionunit)
---@param query? m365.query
---@return m365.list<m365.driveProtectionUnit>
function oneDriveForBusiness:protection_units(query) end

---GET /oneDriveForBusinessProtectionPolicies. Needs BackupRestore-Configuration.Read.All.
---[oneDriveForBusinessProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessprotectionpolicy)
---@param query? m365.query
---@return m365.list<m365.oneDriveForBusinessProtectionPolicy>
function oneDriveForBusiness:protection_policies(query) end

---GET /oneDriveForBusinessProtectionPolicies/{id}. Needs BackupRestore-Configuration.Read.All.
---[oneDriveForBusinessProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessprotectionpolicy)
---@async
---@param id string
---@param query? m365.query
---@return m365.oneDriveForBusinessProtectionPolicy?
---@return m365.error?
function oneDriveForBusiness:protection_policy(id, query) end

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

---GET /oneDriveForBusinessRestoreSessions/{id}. Needs BackupRestore-Restore.Read.All.
---[oneDriveForBusinessRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/onedriveforbusinessrestoresession)
---@async
---@param id string
---@param query? m365.query
---@return m365.oneDriveForBusinessRestoreSession?
---@return m365.error?
function oneDriveForBusiness:session(id, query) end

---GET /driveProtectionUnits/{id}. Needs BackupRestore-Configuration.Read.All.
---[driveProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/driveprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusiness:protection_unit(id, query) end

---`oneDriveForBusinessProtectionPolicy:activate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param id string|m365.oneDriveForBusinessProtectionPolicy
---@param opts? m365.call_options
---@return m365.oneDriveForBusinessProtectionPolicy?
---@return m365.error?
function oneDriveForBusiness:activate_protection_policy(id, opts) end

---`oneDriveForBusinessRestoreSession:activate`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[restoreSessionBase: activate](https://learn.microsoft.com/graph/api/restoresessionbase-activate)
---@async
---@param id string|m365.oneDriveForBusinessRestoreSession
---@param opts? m365.call_options
---@return m365.oneDriveForBusinessRestoreSession?
---@return m365.error?
function oneDriveForBusiness:activate_session(id, opts) end

---`driveProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusiness:cancel_offboard_protection_unit(id, opts) end

---`oneDriveForBusinessProtectionPolicy:deactivate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: deactivate](https://learn.microsoft.com/graph/api/protectionpolicybase-deactivate)
---@async
---@param id string|m365.oneDriveForBusinessProtectionPolicy
---@param opts? m365.call_options
---@return m365.oneDriveForBusinessProtectionPolicy?
---@return m365.error?
function oneDriveForBusiness:deactivate_protection_policy(id, opts) end

---`oneDriveForBusinessProtectionPolicy:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionPolicyBase](https://learn.microsoft.com/graph/api/protectionpolicybase-delete)
---@async
---@param id string|m365.oneDriveForBusinessProtectionPolicy
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function oneDriveForBusiness:delete_protection_policy(id, opts) end

---`oneDriveForBusinessRestoreSession:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-delete)
---@async
---@param id string|m365.oneDriveForBusinessRestoreSession
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function oneDriveForBusiness:delete_session(id, opts) end

---`driveProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.driveProtectionUnit
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusiness:offboard_protection_unit(id, opts) end

---`oneDriveForBusinessProtectionPolicy:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update oneDriveForBusinessProtectionPolicy](https://learn.microsoft.com/graph/api/onedriveforbusinessprotectionpolicy-update)
---@async
---@param id string|m365.oneDriveForBusinessProtectionPolicy
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function oneDriveForBusiness:update_protection_policy(id, body, opts) end

---`driveProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update driveProtectionUnit](https://learn.microsoft.com/graph/api/driveprotectionunit-update)
---@async
---@param id string|m365.driveProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.driveProtectionUnit?
---@return m365.error?
function oneDriveForBusiness:update_protection_unit(id, body, opts) end

---`oneDriveForBusinessRestoreSession:update`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Update oneDriveForBusinessRestoreSession](https://learn.microsoft.com/graph/api/onedriveforbusinessrestoresession-update)
---@async
---@param id string|m365.oneDriveForBusinessRestoreSession
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function oneDriveForBusiness:update_session(id, body, opts) end

---@class m365.exchange
local exchange = {}

---GET /exchangeRestoreSessions. Needs BackupRestore-Restore.Read.All.
---[exchangeRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/exchangerestoresession)
---@param query? m365.query
---@return m365.list<m365.exchangeRestoreSession>
function exchange:sessions(query) end

---GET /mailboxProtectionUnits. Needs BackupRestore-Configuration.Read.All.
---[mailboxProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/mailboxprotectionunit)
---@param query? m365.query
---@return m365.list<m365.mailboxProtectionUnit>
function exchange:protection_units(query) end

---GET /exchangeProtectionPolicies. Needs BackupRestore-Configuration.Read.All.
---[exchangeProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/exchangeprotectionpolicy)
---@param query? m365.query
---@return m365.list<m365.exchangeProtectionPolicy>
function exchange:protection_policies(query) end

---GET /exchangeProtectionPolicies/{id}. Needs BackupRestore-Configuration.Read.All.
---[exchangeProtectionPolicy resource type](https://learn.microsoft.com/graph/api/resources/exchangeprotectionpolicy)
---@async
---@param id string
---@param query? m365.query
---@return m365.exchangeProtectionPolicy?
---@return m365.error?
function exchange:protection_policy(id, query) end

---GET /exchangeRestoreSessions/{id}. Needs BackupRestore-Restore.Read.All.
---[exchangeRestoreSession resource type](https://learn.microsoft.com/graph/api/resources/exchangerestoresession)
---@async
---@param id string
---@param query? m365.query
---@return m365.exchangeRestoreSession?
---@return m365.error?
function exchange:session(id, query) end

---GET /mailboxProtectionUnits/{id}. Needs BackupRestore-Configuration.Read.All.
---[mailboxProtectionUnit resource type](https://learn.microsoft.com/graph/api/resources/mailboxprotectionunit)
---@async
---@param id string
---@param query? m365.query
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchange:protection_unit(id, query) end

---`exchangeProtectionPolicy:activate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: activate](https://learn.microsoft.com/graph/api/protectionpolicybase-activate)
---@async
---@param id string|m365.exchangeProtectionPolicy
---@param opts? m365.call_options
---@return m365.exchangeProtectionPolicy?
---@return m365.error?
function exchange:activate_protection_policy(id, opts) end

---`exchangeRestoreSession:activate`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[restoreSessionBase: activate](https://learn.microsoft.com/graph/api/restoresessionbase-activate)
---@async
---@param id string|m365.exchangeRestoreSession
---@param opts? m365.call_options
---@return m365.exchangeRestoreSession?
---@return m365.error?
function exchange:activate_session(id, opts) end

---`mailboxProtectionUnit:cancel_offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: cancelOffboard](https://learn.microsoft.com/graph/api/protectionunitbase-canceloffboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchange:cancel_offboard_protection_unit(id, opts) end

---`exchangeProtectionPolicy:deactivate`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionPolicyBase: deactivate](https://learn.microsoft.com/graph/api/protectionpolicybase-deactivate)
---@async
---@param id string|m365.exchangeProtectionPolicy
---@param opts? m365.call_options
---@return m365.exchangeProtectionPolicy?
---@return m365.error?
function exchange:deactivate_protection_policy(id, opts) end

---`exchangeProtectionPolicy:delete`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Delete protectionPolicyBase](https://learn.microsoft.com/graph/api/protectionpolicybase-delete)
---@async
---@param id string|m365.exchangeProtectionPolicy
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function exchange:delete_protection_policy(id, opts) end

---`exchangeRestoreSession:delete`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Delete restoreSessionBase](https://learn.microsoft.com/graph/api/restoresessionbase-delete)
---@async
---@param id string|m365.exchangeRestoreSession
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function exchange:delete_session(id, opts) end

---`mailboxProtectionUnit:offboard`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[protectionUnitBase: offboard](https://learn.microsoft.com/graph/api/protectionunitbase-offboard)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchange:offboard_protection_unit(id, opts) end

---`exchangeProtectionPolicy:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update exchangeProtectionPolicy](https://learn.microsoft.com/graph/api/exchangeprotectionpolicy-update)
---@async
---@param id string|m365.exchangeProtectionPolicy
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function exchange:update_protection_policy(id, body, opts) end

---`mailboxProtectionUnit:update`, by id and without reading it first. Needs BackupRestore-Configuration.ReadWrite.All.
---[Update mailboxProtectionUnit](https://learn.microsoft.com/graph/api/mailboxprotectionunit-update)
---@async
---@param id string|m365.mailboxProtectionUnit
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.mailboxProtectionUnit?
---@return m365.error?
function exchange:update_protection_unit(id, body, opts) end

---`exchangeRestoreSession:update`, by id and without reading it first. Needs BackupRestore-Restore.ReadWrite.All.
---[Update exchangeRestoreSession](https://learn.microsoft.com/graph/api/exchangerestoresession-update)
---@async
---@param id string|m365.exchangeRestoreSession
---@param body table as of that method
---@param opts? m365.call_options
---@return m365.object?
---@return m365.error?
function exchange:update_session(id, body, opts) end
