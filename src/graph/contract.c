#include "graph/contract.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/*
** Types
**
** The first rows are not Graph's: they are what methods hang on that belong
** to no resource.
*/

/* by hand: to clang-format, a row in a macro is a block */
/* clang-format off */

/* What one service has: Svc is its name, kind the kind of thing that it
   protects, Kind the same at the start of a word. */
#define SERVICE_TYPES(Svc, kind, Kind)                                         \
  {Svc "RestoreSession", "restoreSessionBase", "/" Svc "RestoreSessions",      \
   "id"},                                                                      \
      {kind "RestoreArtifact", NULL, NULL, "id"},                              \
      {"granular" Kind "RestoreArtifact", NULL, NULL, "id"},                   \
      {kind "RestoreArtifactsBulkAdditionRequest",                             \
       "restoreArtifactsBulkRequestBase", NULL, "id"},                         \
      {kind "ProtectionUnit", "protectionUnitBase",                            \
       "/" kind "ProtectionUnits", "id"},                                      \
      {Svc "ProtectionPolicy", "protectionPolicyBase",                         \
       "/" Svc "ProtectionPolicies", "id"},                                    \
      {kind "ProtectionRule", "protectionRuleBase", NULL, "id"},               \
      {kind "ProtectionUnitsBulkAdditionJob", "protectionUnitsBulkJobBase",    \
       NULL, "id"},                                                            \
      {kind "ExclusionUnit", "exclusionUnitBase", NULL, "id"},                 \
      {kind "ExclusionUnitsBulkAdditionJob", "exclusionUnitBulkAdditionJob",   \
       NULL, "id"}

#define BROWSE_TYPES(Svc)                                                      \
  {Svc "BrowseSession", "browseSessionBase", "/" Svc "BrowseSessions", "id"}

/* the client, then the three services: m365_type_is_service counts on it */
const struct m365_type m365_types[] = {
    {"client", NULL, NULL, NULL},
    {"sharePoint", NULL, NULL, NULL},
    {"oneDriveForBusiness", NULL, NULL, NULL},
    {"exchange", NULL, NULL, NULL},
    {"object", NULL, NULL, NULL}, /* any object without a row of its own */

    {"restoreSessionBase", NULL, "/restoreSessions", "id"},
    {"restoreArtifactsBulkRequestBase", NULL, NULL, "id"},
    {"browseSessionBase", NULL, "/browseSessions", "id"},
    {"browseQueryResponseItem", NULL, NULL, "itemKey"},
    {"protectionUnitBase", NULL, "/protectionUnits", "id"},
    {"protectionPolicyBase", NULL, "/protectionPolicies", "id"},
    {"protectionRuleBase", NULL, NULL, "id"},
    {"protectionUnitsBulkJobBase", NULL, NULL, "id"},
    {"exclusionUnitBase", NULL, NULL, "id"},
    {"exclusionUnitBulkAdditionJob", NULL, NULL, "id"},

    SERVICE_TYPES("sharePoint", "site", "Site"),
    SERVICE_TYPES("oneDriveForBusiness", "drive", "Drive"),
    SERVICE_TYPES("exchange", "mailbox", "Mailbox"),
    BROWSE_TYPES("sharePoint"),
    BROWSE_TYPES("oneDriveForBusiness"),

    {"restorePoint", NULL, "/restorePoints", "id"},
    {"restorePointSearchResponse", NULL, NULL, NULL},
    {"restorePointSearchResult", NULL, NULL, NULL},
    {"backupRestoreRoot", NULL, NULL, NULL},
    {"serviceStatus", NULL, NULL, NULL},
    {"serviceApp", NULL, "/serviceApps", "id"},
    {"emailNotificationsSetting", NULL, NULL, NULL}, /* there is one */
    {"activityLogBase", NULL, "/activityLogs", "id"},
    {"backupPolicyActivityLog", "activityLogBase", NULL, "id"},
    {"dynamicRuleActivityLog", "activityLogBase", NULL, "id"},
    {"offboardingActivityLog", "activityLogBase", NULL, "id"},
    {"restoreTaskActivityLog", "activityLogBase", NULL, "id"},
    {"backupPolicyReport", NULL, NULL, NULL},
    {"identitySet", NULL, NULL, NULL},
    {"publicError", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

/*
** Actions
*/

/* permissions: what is read (R) or written (RW) of restores, searches,
   configuration and control */
#define R_R "BackupRestore-Restore.Read.All"
#define R_RW "BackupRestore-Restore.ReadWrite.All"
#define S_R "BackupRestore-Search.Read.All"
#define C_R "BackupRestore-Configuration.Read.All"
#define C_RW "BackupRestore-Configuration.ReadWrite.All"
#define K_R "BackupRestore-Control.Read.All"
#define K_RW "BackupRestore-Control.ReadWrite.All"
#define M_R "BackupRestore-Monitor.Read.All"

/* why a row is here that no page documents */
#define OPENAPI "OpenAPI description only: "
#define LISTED "permission file only: "

/* a source and its title, where a macro takes both */
#define PAGE(source, title) source, title

#define GET "GET"
#define POST "POST"
#define PATCH "PATCH"
#define DELETE "DELETE"

#define NONE M365_BODY_NONE
#define OBJECT M365_BODY_OBJECT
#define OPTIONAL M365_BODY_OPTIONAL
#define DEFAULT M365_BODY_DEFAULT

#define NOTHING M365_RESULT_NOTHING
#define SELF M365_RESULT_SELF
#define ITEM M365_RESULT_ITEM
#define LIST M365_RESULT_LIST

#define READ M365_READ
#define WRITE M365_WRITE
#define BOTH M365_BOTH
#define BETA M365_BETA

/* The macros below stand for the rows that the three services have alike.
   svc and kind in small letters are as the documentation's pages spell them. */

#define SESSIONS(Svc, svc, kind, Kind)                                         \
  {Svc, "sessions", GET, "/" Svc "RestoreSessions", READ, BOTH, NONE, LIST,    \
   Svc "RestoreSession", R_R, OPENAPI "the sessions of one service", NULL},    \
      {Svc, "create_session", POST, "/" Svc "RestoreSessions", WRITE, BOTH,    \
       OPTIONAL, ITEM, Svc "RestoreSession", R_RW,                             \
       "backuprestoreroot-post-" svc "restoresessions",                        \
       "Create " Svc "RestoreSession"},                                        \
      {Svc "RestoreSession", "update", PATCH, "{self}", WRITE, BOTH, OBJECT,   \
       ITEM, "object", R_RW, svc "restoresession-update",                      \
       "Update " Svc "RestoreSession"},                                        \
      {Svc "RestoreSession", "artifacts", GET,                                 \
       "{self}/" kind "RestoreArtifacts", READ, BOTH, NONE, LIST,              \
       kind "RestoreArtifact", R_R,                                            \
       svc "restoresession-list-" kind "restoreartifacts",                     \
       "List " kind "RestoreArtifacts"},                                       \
      {Svc "RestoreSession", "artifact", GET,                                  \
       "{self}/" kind "RestoreArtifacts/{item}", READ, BOTH, NONE, ITEM,       \
       kind "RestoreArtifact", R_R, OPENAPI "one artifact without its list",   \
       NULL},                                                                  \
      {Svc, "session", GET, "/" Svc "RestoreSessions/{id}", READ, BOTH, NONE,  \
       ITEM, Svc "RestoreSession", R_R, OPENAPI "a session of one service",    \
       NULL},                                                                  \
      {Svc "RestoreSession", "granular_artifact", GET,                         \
       "{self}/granular" Kind "RestoreArtifacts/{item}", READ, BOTH, NONE,     \
       ITEM, "granular" Kind "RestoreArtifact", R_RW,                          \
       OPENAPI "one artifact without its list", NULL}

#define GRANULAR(Svc, Kind, source)                                            \
  {Svc "RestoreSession", "granular_artifacts", GET,                            \
   "{self}/granular" Kind "RestoreArtifacts", READ, BOTH, NONE, LIST,          \
   "granular" Kind "RestoreArtifact", R_RW, source}

#define BULK_PATH(kind) "{self}/" kind "RestoreArtifactsBulkAdditionRequests"
#define BULK_TYPE(kind) kind "RestoreArtifactsBulkAdditionRequest"
#define BULK_PAGE(kind) kind "restoreartifactsbulkadditionrequest"

/* plural: the end of one title, which two of the three pages do without */
#define BULK(Svc, svc, kind, plural)                                           \
  {Svc "RestoreSession", "bulk_requests", GET, BULK_PATH(kind), READ, BOTH,    \
   NONE, LIST, BULK_TYPE(kind), R_R,                                           \
   svc "restoresession-list-" BULK_PAGE(kind) "s",                             \
   "List " BULK_TYPE(kind) "s"},                                               \
      {Svc "RestoreSession", "bulk_request", GET, BULK_PATH(kind) "/{item}",   \
       READ, BOTH, NONE, ITEM, BULK_TYPE(kind), R_R, BULK_PAGE(kind) "-get",   \
       "Get " BULK_TYPE(kind)},                                                \
      {Svc "RestoreSession", "create_bulk_request", POST, BULK_PATH(kind),     \
       WRITE, BOTH, OBJECT, ITEM, BULK_TYPE(kind), R_RW,                       \
       svc "restoresession-post-" BULK_PAGE(kind) "s",                         \
       "Create " BULK_TYPE(kind) plural},                                      \
      {BULK_TYPE(kind), "delete", DELETE, "{self}", WRITE, BOTH, NONE,         \
       NOTHING, NULL, R_RW, BULK_PAGE(kind) "-delete",                         \
       "Delete " BULK_TYPE(kind)}

#define BROWSE(Svc, svc)                                                       \
  {Svc, "browse_sessions", GET, "/" Svc "BrowseSessions", READ, BOTH, NONE,    \
   LIST, Svc "BrowseSession", R_RW,                                            \
   "backuprestoreroot-list-" svc "browsesessions",                             \
   "List " Svc "BrowseSessions"},                                              \
      {Svc, "browse_session", GET, "/" Svc "BrowseSessions/{id}", READ, BOTH,  \
       NONE, ITEM, Svc "BrowseSession", R_RW, svc "browsesession-get",         \
       "Get " Svc "BrowseSession"},                                            \
      {Svc, "create_browse_session", POST, "/" Svc "BrowseSessions", WRITE,    \
       BOTH, OBJECT, ITEM, Svc "BrowseSession", R_RW,                          \
       "backuprestoreroot-post-" svc "browsesessions",                         \
       "Create " Svc "BrowseSession"},                                         \
      {Svc "BrowseSession", "browse", POST, "{self}/browse", READ, BOTH,       \
       DEFAULT, LIST, "browseQueryResponseItem", R_RW,                         \
       svc "browsesession-browse", Svc "BrowseSession: browse"},               \
      {Svc "BrowseSession", "browse_page", GET,                                \
       "{self}/browse?$skiptoken={item}", READ, BOTH, NONE, LIST,              \
       "browseQueryResponseItem", R_RW, svc "browsesession-browse",            \
       Svc "BrowseSession: browse"}

/* a cast of protectionUnits hangs on the client, a collection of its own on
   the service */
#define UNITS(Svc, kind)                                                       \
  {Svc, "protection_units", GET, "/" kind "ProtectionUnits", READ, BOTH, NONE, \
   LIST, kind "ProtectionUnit", C_R, OPENAPI "the units of one service", NULL},\
      {"client", kind "_protection_units", GET,                                \
       "/protectionUnits/graph." kind "ProtectionUnit", READ, BOTH, NONE,      \
       LIST, kind "ProtectionUnit", C_R,                                       \
       "backuprestoreroot-list-" kind "protectionunits",                       \
       "List " kind "ProtectionUnits"},                                        \
      {"client", kind "_protection_unit", GET,                                 \
       "/protectionUnits/{id}/graph." kind "ProtectionUnit", READ, BOTH, NONE, \
       ITEM, kind "ProtectionUnit", C_R,                                       \
       "backuprestoreroot-list-" kind "protectionunits",                       \
       "List " kind "ProtectionUnits"},                                        \
      {kind "ProtectionUnit", "update", PATCH,                                 \
       "/" kind "ProtectionUnits/{id}", WRITE, BOTH, OBJECT, SELF,             \
       kind "ProtectionUnit", C_RW, kind "protectionunit-update",              \
       "Update " kind "ProtectionUnit"},                                       \
      {Svc, "protection_unit", GET, "/" kind "ProtectionUnits/{id}", READ,     \
       BOTH, NONE, ITEM, kind "ProtectionUnit", C_R,                           \
       OPENAPI "a unit of one service", NULL}

#define POLICIES(Svc, svc, kind)                                               \
  {Svc, "protection_policies", GET, "/" Svc "ProtectionPolicies", READ, BOTH,  \
   NONE, LIST, Svc "ProtectionPolicy", C_R,                                    \
   OPENAPI "the policies of one service", NULL},                               \
      {Svc, "protection_policy", GET, "/" Svc "ProtectionPolicies/{id}", READ, \
       BOTH, NONE, ITEM, Svc "ProtectionPolicy", C_R,                          \
       OPENAPI "a policy of one service", NULL},                               \
      {Svc, "create_protection_policy", POST, "/" Svc "ProtectionPolicies",    \
       WRITE, BOTH, OBJECT, ITEM, Svc "ProtectionPolicy", C_RW,                \
       "backuprestoreroot-post-" svc "protectionpolicies",                     \
       "Create " Svc "ProtectionPolicy"},                                      \
      {Svc "ProtectionPolicy", "update", PATCH,                                \
       "/" Svc "ProtectionPolicies/{id}", WRITE, BOTH, OBJECT, ITEM, "object", \
       C_RW, svc "protectionpolicy-update", "Update " Svc "ProtectionPolicy"}, \
      {Svc "ProtectionPolicy", "protection_units", GET,                        \
       "{self}/" kind "ProtectionUnits", READ, BOTH, NONE, LIST,               \
       kind "ProtectionUnit", C_R,                                             \
       "backuprestoreroot-list-" kind "protectionunits",                       \
       "List " kind "ProtectionUnits"},                                        \
      {Svc "ProtectionPolicy", "protection_unit", GET,                         \
       "{self}/" kind "ProtectionUnits/{item}", READ, BOTH, NONE, ITEM,        \
       kind "ProtectionUnit", C_R, OPENAPI "a unit of one policy", NULL}

/* change, unprotect: the pages of the two calls that sites have none of */
#define RULES(Svc, svc, kind, change, unprotect)                               \
  {Svc "ProtectionPolicy", "inclusion_rules", GET,                             \
   "{self}/" kind "InclusionRules", READ, BOTH, NONE, LIST,                    \
   kind "ProtectionRule", C_R,                                                 \
   svc "protectionpolicy-list-" kind "inclusionrules",                         \
   "List " kind "InclusionRules"},                                             \
      {Svc "ProtectionPolicy", "inclusion_rule", GET,                          \
       "{self}/" kind "InclusionRules/{item}", READ, BOTH, NONE, ITEM,         \
       kind "ProtectionRule", C_R, "protectionrulebase-get",                   \
       "Get protectionRuleBase"},                                              \
      {Svc "ProtectionPolicy", "create_inclusion_rule", POST,                  \
       "{self}/" kind "InclusionRules", WRITE, BOTH, OBJECT, ITEM,             \
       kind "ProtectionRule", C_RW, "protectionrulebase-post",                 \
       "Create protectionRuleBase"},                                           \
      {kind "ProtectionRule", "update", PATCH, "{self}", WRITE, BOTH, OBJECT,  \
       SELF, kind "ProtectionRule", C_RW, change},                             \
      {kind "ProtectionRule", "delete", DELETE, "{self}", WRITE, BOTH, NONE,   \
       NOTHING, NULL, C_RW, "protectionrulebase-delete",                       \
       "Delete protectionRuleBase"},                                           \
      {kind "ProtectionRule", "run", POST, "{self}/run", WRITE, BOTH, NONE,    \
       SELF, kind "ProtectionRule", C_RW, "protectionrulebase-run",            \
       "protectionRuleBase: run"},                                             \
      {kind "ProtectionRule", "delete_and_unprotect", POST,                    \
       "{self}/deleteAndUnprotect", WRITE, BOTH, NONE, SELF,                   \
       kind "ProtectionRule", C_RW, unprotect}

#define JOBS_PATH(kind) "{self}/" kind "ProtectionUnitsBulkAdditionJobs"
#define JOBS_TYPE(kind) kind "ProtectionUnitsBulkAdditionJob"

#define JOBS(Svc, svc, kind)                                                   \
  {Svc "ProtectionPolicy", "bulk_jobs", GET, JOBS_PATH(kind), READ, BOTH,      \
   NONE, LIST, JOBS_TYPE(kind), C_R, svc "protectionpolicy-list-" kind         \
   "protectionunitsbulkadditionjobs", "List " JOBS_TYPE(kind) "s"},            \
      {Svc "ProtectionPolicy", "bulk_job", GET, JOBS_PATH(kind) "/{item}",     \
       READ, BOTH, NONE, ITEM, JOBS_TYPE(kind), C_R,                           \
       kind "protectionunitsbulkadditionjobs-get", "Get " JOBS_TYPE(kind)},    \
      {Svc "ProtectionPolicy", "create_bulk_job", POST, JOBS_PATH(kind),       \
       WRITE, BOTH, OBJECT, ITEM, JOBS_TYPE(kind), C_RW,                       \
       kind "protectionunitsbulkadditionjobs-post", "Create " JOBS_TYPE(kind)}

#define OUT_PATH(kind) "{self}/" kind "ExclusionUnits"
#define OUT_TYPE(kind) kind "ExclusionUnitsBulkAdditionJob"
#define OUT_PAGE(svc, kind) svc "protectionpolicy-list-" kind "exclusionunits"

#define EXCLUSIONS(Svc, svc, kind)                                             \
  {Svc "ProtectionPolicy", "exclusion_units", GET, OUT_PATH(kind), READ, BETA, \
   NONE, LIST, kind "ExclusionUnit", C_R, OUT_PAGE(svc, kind),                 \
   "List " kind "ExclusionUnits"},                                             \
      {Svc "ProtectionPolicy", "exclusion_unit", GET,                          \
       OUT_PATH(kind) "/{item}", READ, BETA, NONE, ITEM, kind "ExclusionUnit", \
       C_R, kind "exclusionunit-get", "Get " kind "ExclusionUnit"},            \
      {Svc "ProtectionPolicy", "exclusion_bulk_jobs", GET,                     \
       OUT_PATH(kind) "BulkAdditionJobs", READ, BETA, NONE, LIST,              \
       OUT_TYPE(kind), C_R, OUT_PAGE(svc, kind) "bulkadditionjobs",            \
       "List " OUT_TYPE(kind) "s"},                                            \
      {Svc "ProtectionPolicy", "exclusion_bulk_job", GET,                      \
       OUT_PATH(kind) "BulkAdditionJobs/{item}", READ, BETA, NONE, ITEM,       \
       OUT_TYPE(kind), C_R, kind "exclusionunitsbulkadditionjob-get",          \
       "Get " OUT_TYPE(kind)},                                                 \
      {Svc "ProtectionPolicy", "create_exclusion_bulk_job", POST,              \
       OUT_PATH(kind) "BulkAdditionJobs", WRITE, BETA, OBJECT, ITEM,           \
       OUT_TYPE(kind), C_RW, svc "protectionpolicy-post-" kind                 \
       "exclusionunitsbulkadditionjobs", "Create " OUT_TYPE(kind)}

#define SERVICE(Svc, svc, kind, Kind, plural)                                  \
  SESSIONS(Svc, svc, kind, Kind), BULK(Svc, svc, kind, plural),                \
      UNITS(Svc, kind), POLICIES(Svc, svc, kind), JOBS(Svc, svc, kind),        \
      EXCLUSIONS(Svc, svc, kind)

const struct m365_action m365_actions[] = {
    /* the service itself */
    {"client", "status", GET, "", READ, BOTH, NONE, ITEM, "backupRestoreRoot",
     K_R, "backuprestoreroot-get", "Get backupRestoreRoot"},
    {"client", "enable", POST, "/enable", WRITE, BOTH, OBJECT, ITEM,
     "serviceStatus", K_RW, "backuprestoreroot-enable",
     "backupRestoreRoot: enable"},
    {"client", "email_notifications_setting", GET,
     "/emailNotificationsSetting", READ, BOTH, NONE, ITEM,
     "emailNotificationsSetting", K_RW, "emailnotificationssetting-get",
     "Get emailNotificationsSetting"},
    {"emailNotificationsSetting", "update", PATCH,
     "/emailNotificationsSetting", WRITE, BOTH, OBJECT, SELF,
     "emailNotificationsSetting", K_RW, "emailnotificationssetting-update",
     "Update emailNotificationsSetting"},
    {"client", "service_apps", GET, "/serviceApps", READ, BOTH, NONE, LIST,
     "serviceApp", K_R, "backuprestoreroot-list-serviceapps",
     "List serviceApps"},
    {"client", "service_app", GET, "/serviceApps/{id}", READ, BOTH, NONE, ITEM,
     "serviceApp", K_R, "serviceapp-get", "Get serviceApp"},
    {"client", "create_service_app", POST, "/serviceApps", WRITE, BOTH,
     DEFAULT, ITEM, "serviceApp", K_RW, "backuprestoreroot-post-serviceapps",
     "Create serviceApp"},
    {"serviceApp", "delete", DELETE, "/serviceApps/{id}", WRITE, BOTH, NONE,
     NOTHING, NULL, K_RW, "backuprestoreroot-delete-serviceapps",
     "Delete serviceApp"},
    {"serviceApp", "activate", POST, "/serviceApps/{id}/activate", WRITE, BOTH,
     OBJECT, SELF, "serviceApp", K_RW, "serviceapp-activate",
     "serviceApp: activate"},
    {"serviceApp", "deactivate", POST, "/serviceApps/{id}/deactivate", WRITE,
     BOTH, NONE, SELF, "serviceApp", K_RW, "serviceapp-deactivate",
     "serviceApp: deactivate"},
    {"client", "activity_logs", GET, "/activityLogs", READ, BETA, NONE, LIST,
     "activityLogBase", M_R, "backuprestoreroot-list-activitylogs",
     "List activitylogs"},
    {"client", "activity_log", GET, "/activityLogs/{id}", READ, BETA, NONE,
     ITEM, "activityLogBase", M_R, OPENAPI "one entry of the list", NULL},
    {"client", "statistics_by_policy", GET,
     "/reports/getStatisticsByPolicy(policyId='{id}')", READ, BOTH, NONE, ITEM,
     "backupPolicyReport", C_R, "backupreport-getstatisticsbypolicy",
     "backupReport: getStatisticsByPolicy"},

    /* restore sessions of any service */
    {"client", "sessions", GET, "/restoreSessions", READ, BOTH, NONE, LIST,
     "restoreSessionBase", R_R, "backuprestoreroot-list-restoresessions",
     "List restoreSessionBase objects"},
    {"client", "session", GET, "/restoreSessions/{id}", READ, BOTH, NONE, ITEM,
     "restoreSessionBase", R_R, "restoresessionbase-get",
     "Get restoreSessionBase"},
    {"restoreSessionBase", "delete", DELETE, "/restoreSessions/{id}", WRITE,
     BOTH, NONE, NOTHING, NULL, R_RW, "restoresessionbase-delete",
     "Delete restoreSessionBase"},
    {"restoreSessionBase", "activate", POST, "/restoreSessions/{id}/activate",
     WRITE, BOTH, NONE, SELF, "restoreSessionBase", R_RW,
     "restoresessionbase-activate", "restoreSessionBase: activate"},

    /* restore points */
    {"client", "restore_points", GET, "/restorePoints", READ, BOTH, NONE, LIST,
     "restorePoint", S_R, "backuprestoreroot-list-restorepoints",
     "List restorePoints"},
    {"client", "restore_point", GET, "/restorePoints/{id}", READ, BOTH, NONE,
     ITEM, "restorePoint", S_R, OPENAPI "one point without a search", NULL},
    {"client", "search_restore_points", POST, "/restorePoints/search", READ,
     BOTH, OBJECT, ITEM, "restorePointSearchResponse", S_R,
     "restorepoint-search", "restorePoint: search"},

    /* browse sessions, protection units and policies of any service */
    {"client", "browse_sessions", GET, "/browseSessions", READ, BOTH, NONE,
     LIST, "browseSessionBase", R_RW, "backuprestoreroot-list-browsesessions",
     "List browseSessions"},
    {"client", "browse_session", GET, "/browseSessions/{id}", READ, BOTH, NONE,
     ITEM, "browseSessionBase", R_RW,
     OPENAPI "a browse session of any service", NULL},
    {"client", "protection_units", GET, "/protectionUnits", READ, BOTH, NONE,
     LIST, "protectionUnitBase", C_R, OPENAPI "the units of all services",
     NULL},
    {"client", "protection_unit", GET, "/protectionUnits/{id}", READ, BOTH,
     NONE, ITEM, "protectionUnitBase", C_R, "protectionunitbase-get",
     "Get protectionUnitBase"},
    {"protectionUnitBase", "offboard", POST, "/protectionUnits/{id}/offboard",
     WRITE, BOTH, NONE, SELF, "protectionUnitBase", C_RW,
     "protectionunitbase-offboard", "protectionUnitBase: offboard"},
    {"protectionUnitBase", "cancel_offboard", POST,
     "/protectionUnits/{id}/cancelOffboard", WRITE, BOTH, NONE, SELF,
     "protectionUnitBase", C_RW, "protectionunitbase-canceloffboard",
     "protectionUnitBase: cancelOffboard"},
    {"client", "protection_policies", GET, "/protectionPolicies", READ, BOTH,
     NONE, LIST, "protectionPolicyBase", C_R,
     OPENAPI "the policies of all services", NULL},
    {"client", "protection_policy", GET, "/protectionPolicies/{id}", READ,
     BOTH, NONE, ITEM, "protectionPolicyBase", C_R,
     OPENAPI "a policy of any service", NULL},
    {"protectionPolicyBase", "delete", DELETE, "/protectionPolicies/{id}",
     WRITE, BOTH, NONE, NOTHING, NULL, C_RW, "protectionpolicybase-delete",
     "Delete protectionPolicyBase"},
    {"protectionPolicyBase", "activate", POST,
     "/protectionPolicies/{id}/activate", WRITE, BOTH, NONE, SELF,
     "protectionPolicyBase", C_RW, "protectionpolicybase-activate",
     "protectionPolicyBase: activate"},
    {"protectionPolicyBase", "deactivate", POST,
     "/protectionPolicies/{id}/deactivate", WRITE, BOTH, NONE, SELF,
     "protectionPolicyBase", C_RW, "protectionpolicybase-deactivate",
     "protectionPolicyBase: deactivate"},

    SERVICE("sharePoint", "sharepoint", "site", "Site", "s"),
    RULES("sharePoint", "sharepoint", "site",
          PAGE(LISTED "a change of a rule", NULL),
          PAGE(LISTED "the end of a rule and of what it protects", NULL)),
    GRANULAR("sharePoint", "Site",
             PAGE("sharepointrestoresession-list-granularsiterestoreartifacts",
                  "List granularSiteRestoreArtifacts")),
    BROWSE("sharePoint", "sharepoint"),

    SERVICE("oneDriveForBusiness", "onedriveforbusiness", "drive", "Drive", ""),
    RULES("oneDriveForBusiness", "onedriveforbusiness", "drive",
          PAGE("protectionrulebase-update", "Update protectionRuleBase"),
          PAGE("protectionrulebase-deleteandunprotect",
               "protectionRuleBase: deleteAndUnprotect")),
    GRANULAR("oneDriveForBusiness", "Drive",
             PAGE("onedriveforbusinessrestoresession-list-"
                  "granulardriverestoreartifacts",
                  "List granularDriveRestoreArtifacts")),
    BROWSE("oneDriveForBusiness", "onedriveforbusiness"),

    SERVICE("exchange", "exchange", "mailbox", "Mailbox", ""),
    RULES("exchange", "exchange", "mailbox",
          PAGE("protectionrulebase-update", "Update protectionRuleBase"),
          PAGE("protectionrulebase-deleteandunprotect",
               "protectionRuleBase: deleteAndUnprotect")),
    GRANULAR("exchange", "Mailbox",
             PAGE(OPENAPI "the siblings of the documented granular lists",
                  NULL)),

    {NULL, NULL, NULL, NULL, READ, BOTH, NONE, NOTHING, NULL, NULL, NULL, NULL},
};

/* clang-format on */

/*
** Looking up
*/

/* "#microsoft.graph.restorePoint": the namespace is what stands before the last
   dot. The service has had several. */
const struct m365_type *m365_type_named(const char *name) {
  const char *dot = strrchr(name, '.');
  name = dot != NULL ? dot + 1 : *name == '#' ? name + 1 : name;
  for (const struct m365_type *t = m365_types; t->name != NULL; t++)
    if (m365_text_same(t->name, name))
      return t;
  return NULL;
}

/* A base stands above the types that derive from it, and not far. */
const struct m365_type *m365_type_base(const struct m365_type *type) {
  const struct m365_type *t = type;
  if (type->base == NULL)
    return NULL;
  while (strcmp(t->name, type->base) != 0)
    t--;
  return t;
}

bool m365_type_derives(const struct m365_type *type, const char *from) {
  for (; type != NULL; type = m365_type_base(type))
    if (strcmp(type->name, from) == 0)
      return true;
  return false;
}

static const struct m365_action *reader_of(const char *type, bool documented) {
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++)
    if (a->result == M365_RESULT_ITEM && strcmp(a->method, GET) == 0 &&
        strcmp(a->type, type) == 0 && (a->title != NULL || !documented))
      return a;
  return NULL;
}

static const struct m365_action *find_reader(const struct m365_type *type,
                                             bool documented) {
  const struct m365_action *found = NULL;
  for (; found == NULL && type != NULL; type = m365_type_base(type))
    found = reader_of(type->name, documented);
  return found;
}

/* A documented one of a base comes before one of the type itself that no
   page shows. */
const struct m365_action *m365_type_reader(const struct m365_type *type) {
  const struct m365_action *found = find_reader(type, true);
  return found != NULL ? found : find_reader(type, false);
}

bool m365_type_is_service(const struct m365_type *type) {
  return type > &m365_types[0] && type <= &m365_types[3];
}

/*
** Pages of Microsoft's reference
*/

/* verbs that are written in Lua, and the verb whose page tells of them */
static const char *verb_of(const char *verb) {
  static const char *const rows[][2] = {{"add", "update"},
                                        {"remove", "update"},
                                        {"find", "browse"},
                                        {"walk", "browse"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i][0], verb) == 0)
      return rows[i][1];
  return verb;
}

const struct m365_action *m365_action_of(const char *operation) {
  const char *dot = strchr(operation, '.');
  size_t n = dot != NULL ? (size_t)(dot - operation) : 0;
  char name[64];
  const struct m365_type *type;
  if (n == 0 || n >= sizeof name)
    return NULL;
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++)
    if (strlen(a->on) == n && memcmp(a->on, operation, n) == 0 &&
        strcmp(a->verb, verb_of(dot + 1)) == 0)
      return a;
  if (strcmp(dot + 1, "refresh") != 0 && strcmp(dot + 1, "wait") != 0)
    return NULL;
  memcpy(name, operation, n);
  name[n] = '\0';
  type = m365_type_named(name);
  return type != NULL ? m365_type_reader(type) : NULL;
}

/* An operation without a page of its own is told on that of the type that
   it gives, or is on. */
void m365_action_page(const struct m365_action *action,
                      struct m365_page *page) {
  const char *type = action->type != NULL ? action->type : action->on;
  if (action->title != NULL) {
    snprintf(page->title, sizeof page->title, "%s", action->title);
    snprintf(page->address, sizeof page->address, M365_REFERENCE "%s",
             action->source);
    return;
  }
  snprintf(page->title, sizeof page->title, "%s resource type", type);
  snprintf(page->address, sizeof page->address, M365_REFERENCE "resources/%s",
           type);
  for (char *c = page->address; *c != '\0'; c++)
    *c = m365_text_lower(*c);
}

/* with or without the "@delta" of an update */
static bool is_property(const char *property, const char *name) {
  size_t n = strlen(name);
  return strncmp(property, name, n) == 0 &&
         (property[n] == '\0' || strcmp(property + n, "@delta") == 0);
}

const struct m365_type *m365_type_of_property(const char *property) {
  static const struct {
    const char *property, *type;
  } rows[] = {
      {"error", "publicError"},
      {"innerError", "publicError"},
      {"details", "publicError"}, /* each with a code of its own */
      {"createdBy", "identitySet"},
      {"lastModifiedBy", "identitySet"},
      {"serviceStatus", "serviceStatus"},
      {"restorePoint", "restorePoint"},
      {"searchResults", "restorePointSearchResult"},
      {"protectionUnit", "protectionUnitBase"},
      {"siteProtectionUnits", "siteProtectionUnit"},
      {"driveProtectionUnits", "driveProtectionUnit"},
      {"mailboxProtectionUnits", "mailboxProtectionUnit"},
      {"siteRestoreArtifacts", "siteRestoreArtifact"},
      {"driveRestoreArtifacts", "driveRestoreArtifact"},
      {"mailboxRestoreArtifacts", "mailboxRestoreArtifact"},
      {"granularSiteRestoreArtifacts", "granularSiteRestoreArtifact"},
      {"granularDriveRestoreArtifacts", "granularDriveRestoreArtifact"},
      {"granularMailboxRestoreArtifacts", "granularMailboxRestoreArtifact"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (is_property(property, rows[i].property))
      return m365_type_named(rows[i].type);
  return m365_type_named("object");
}
