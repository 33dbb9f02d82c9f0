---@meta
--- What Microsoft Graph's resources hold: their properties and enumerations. What can be done with them is in graph.lua.
-- Enumerations are never closed: a state that is not listed here is a state all the same.

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

---@class m365.sharePointRestoreSession: m365.restoreSessionBase

---@class m365.oneDriveForBusinessRestoreSession: m365.restoreSessionBase

---@class m365.exchangeRestoreSession: m365.restoreSessionBase

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

---@class m365.oneDriveForBusinessBrowseSession: m365.browseSessionBase
---@field directoryObjectId? string

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

---@class m365.siteProtectionUnit: m365.protectionUnitBase
---@field siteId? string
---@field siteName? string
---@field siteWebUrl? string

---@class m365.driveProtectionUnit: m365.protectionUnitBase
---@field directoryObjectId? string
---@field displayName? string
---@field email? string

---@class m365.mailboxProtectionUnit: m365.protectionUnitBase
---@field directoryObjectId? string
---@field displayName? string
---@field email? string
---@field mailboxType? m365.mailboxType

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

---@class m365.sharePointProtectionPolicy: m365.protectionPolicyBase
---@field siteExclusionUnits? m365.siteExclusionUnit[]
---@field siteExclusionUnitsBulkAdditionJobs? m365.siteExclusionUnitsBulkAdditionJob[]

---@class m365.oneDriveForBusinessProtectionPolicy: m365.protectionPolicyBase
---@field driveExclusionUnits? m365.driveExclusionUnit[]
---@field driveExclusionUnitsBulkAdditionJobs? m365.driveExclusionUnitsBulkAdditionJob[]

---@class m365.exchangeProtectionPolicy: m365.protectionPolicyBase
---@field mailboxExclusionUnits? m365.mailboxExclusionUnit[]
---@field mailboxExclusionUnitsBulkAdditionJobs? m365.mailboxExclusionUnitsBulkAdditionJob[]

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

---@class m365.driveProtectionRule: m365.protectionRuleBase
---@field driveExpression? string

---@class m365.mailboxProtectionRule: m365.protectionRuleBase
---@field mailboxExpression? string

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
