#include "contract.h"

#include <string.h>
#include <strings.h>

/*
** Types
**
** The first rows are not Graph's: they are what methods hang on that belong
** to no resource.
*/

const struct m365_type m365_types[] = {
    {"client", NULL, NULL, NULL},
    {"sharePoint", NULL, NULL, NULL},
    {"oneDriveForBusiness", NULL, NULL, NULL},
    {"exchange", NULL, NULL, NULL},
    {"object", NULL, NULL, NULL}, /* any object without a row of its own */

    {"restoreSessionBase", NULL, "/restoreSessions", "id"},
    {"sharePointRestoreSession", "restoreSessionBase",
     "/sharePointRestoreSessions", "id"},
    {"oneDriveForBusinessRestoreSession", "restoreSessionBase",
     "/oneDriveForBusinessRestoreSessions", "id"},
    {"exchangeRestoreSession", "restoreSessionBase", "/exchangeRestoreSessions",
     "id"},

    {"siteRestoreArtifact", NULL, NULL, "id"},
    {"driveRestoreArtifact", NULL, NULL, "id"},
    {"mailboxRestoreArtifact", NULL, NULL, "id"},
    {"granularSiteRestoreArtifact", NULL, NULL, "id"},
    {"granularDriveRestoreArtifact", NULL, NULL, "id"},
    {"granularMailboxRestoreArtifact", NULL, NULL, "id"},

    {"restorePoint", NULL, "/restorePoints", "id"},
    {"publicError", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

/*
** Actions
*/

/* permissions, as section 1 of the contract abbreviates them */
#define R_R "BackupRestore-Restore.Read.All"
#define R_RW "BackupRestore-Restore.ReadWrite.All"

/* why a row is here that no page documents */
#define OPENAPI "OpenAPI description only: "

#define GET "GET"
#define POST "POST"
#define PATCH "PATCH"
#define DELETE "DELETE"

#define NONE M365_BODY_NONE
#define OBJECT M365_BODY_OBJECT
#define OPTIONAL M365_BODY_OPTIONAL

#define NOTHING M365_RESULT_NOTHING
#define SELF M365_RESULT_SELF
#define ITEM M365_RESULT_ITEM
#define LIST M365_RESULT_LIST

#define READ M365_READ
#define WRITE M365_WRITE
#define BOTH M365_BOTH

const struct m365_action m365_actions[] = {
    /* restore sessions of any service */
    {"client", "sessions", GET, "/restoreSessions", READ, BOTH, NONE, LIST,
     "restoreSessionBase", R_R, "backuprestoreroot-list-restoresessions"},
    {"client", "session", GET, "/restoreSessions/{id}", READ, BOTH, NONE, ITEM,
     "restoreSessionBase", R_R, "restoresessionbase-get"},
    {"restoreSessionBase", "delete", DELETE, "/restoreSessions/{id}", WRITE,
     BOTH, NONE, NOTHING, NULL, R_RW, "restoresessionbase-delete"},
    {"restoreSessionBase", "activate", POST, "/restoreSessions/{id}/activate",
     WRITE, BOTH, NONE, SELF, "restoreSessionBase", R_RW,
     "restoresessionbase-activate"},

    /* SharePoint */
    {"sharePoint", "sessions", GET, "/sharePointRestoreSessions", READ, BOTH,
     NONE, LIST, "sharePointRestoreSession", R_R,
     OPENAPI "the sessions of one service"},
    {"sharePoint", "create_session", POST, "/sharePointRestoreSessions", WRITE,
     BOTH, OPTIONAL, ITEM, "sharePointRestoreSession", R_RW,
     "backuprestoreroot-post-sharepointrestoresessions"},
    {"sharePointRestoreSession", "update", PATCH, "{self}", WRITE, BOTH, OBJECT,
     ITEM, "object", R_RW, "sharepointrestoresession-update"},
    {"sharePointRestoreSession", "artifacts", GET,
     "{self}/siteRestoreArtifacts", READ, BOTH, NONE, LIST,
     "siteRestoreArtifact", R_R,
     "sharepointrestoresession-list-siterestoreartifacts"},
    {"sharePointRestoreSession", "artifact", GET,
     "{self}/siteRestoreArtifacts/{item}", READ, BOTH, NONE, ITEM,
     "siteRestoreArtifact", R_R, OPENAPI "one artifact without its list"},
    {"sharePointRestoreSession", "granular_artifacts", GET,
     "{self}/granularSiteRestoreArtifacts", READ, BOTH, NONE, LIST,
     "granularSiteRestoreArtifact", R_RW,
     "sharepointrestoresession-list-granularsiterestoreartifacts"},

    /* OneDrive */
    {"oneDriveForBusiness", "sessions", GET,
     "/oneDriveForBusinessRestoreSessions", READ, BOTH, NONE, LIST,
     "oneDriveForBusinessRestoreSession", R_R,
     OPENAPI "the sessions of one service"},
    {"oneDriveForBusiness", "create_session", POST,
     "/oneDriveForBusinessRestoreSessions", WRITE, BOTH, OPTIONAL, ITEM,
     "oneDriveForBusinessRestoreSession", R_RW,
     "backuprestoreroot-post-onedriveforbusinessrestoresessions"},
    {"oneDriveForBusinessRestoreSession", "update", PATCH, "{self}", WRITE,
     BOTH, OBJECT, ITEM, "object", R_RW,
     "onedriveforbusinessrestoresession-update"},
    {"oneDriveForBusinessRestoreSession", "artifacts", GET,
     "{self}/driveRestoreArtifacts", READ, BOTH, NONE, LIST,
     "driveRestoreArtifact", R_R,
     "onedriveforbusinessrestoresession-list-driverestoreartifacts"},
    {"oneDriveForBusinessRestoreSession", "artifact", GET,
     "{self}/driveRestoreArtifacts/{item}", READ, BOTH, NONE, ITEM,
     "driveRestoreArtifact", R_R, OPENAPI "one artifact without its list"},
    {"oneDriveForBusinessRestoreSession", "granular_artifacts", GET,
     "{self}/granularDriveRestoreArtifacts", READ, BOTH, NONE, LIST,
     "granularDriveRestoreArtifact", R_RW,
     "onedriveforbusinessrestoresession-list-granulardriverestoreartifacts"},

    /* Exchange */
    {"exchange", "sessions", GET, "/exchangeRestoreSessions", READ, BOTH, NONE,
     LIST, "exchangeRestoreSession", R_R,
     OPENAPI "the sessions of one service"},
    {"exchange", "create_session", POST, "/exchangeRestoreSessions", WRITE,
     BOTH, OPTIONAL, ITEM, "exchangeRestoreSession", R_RW,
     "backuprestoreroot-post-exchangerestoresessions"},
    {"exchangeRestoreSession", "update", PATCH, "{self}", WRITE, BOTH, OBJECT,
     ITEM, "object", R_RW, "exchangerestoresession-update"},
    {"exchangeRestoreSession", "artifacts", GET,
     "{self}/mailboxRestoreArtifacts", READ, BOTH, NONE, LIST,
     "mailboxRestoreArtifact", R_R,
     "exchangerestoresession-list-mailboxrestoreartifacts"},
    {"exchangeRestoreSession", "artifact", GET,
     "{self}/mailboxRestoreArtifacts/{item}", READ, BOTH, NONE, ITEM,
     "mailboxRestoreArtifact", R_R, OPENAPI "one artifact without its list"},
    {"exchangeRestoreSession", "granular_artifacts", GET,
     "{self}/granularMailboxRestoreArtifacts", READ, BOTH, NONE, LIST,
     "granularMailboxRestoreArtifact", R_RW,
     OPENAPI "the siblings of the documented granular lists"},

    {NULL, NULL, NULL, NULL, READ, BOTH, NONE, NOTHING, NULL, NULL, NULL},
};

/*
** Looking up
*/

#define NAMESPACE "#microsoft.graph."

const struct m365_type *m365_type_named(const char *name) {
  if (strncasecmp(name, NAMESPACE, sizeof NAMESPACE - 1) == 0)
    name += sizeof NAMESPACE - 1;
  for (const struct m365_type *t = m365_types; t->name != NULL; t++)
    if (strcasecmp(t->name, name) == 0)
      return t;
  return NULL;
}

const struct m365_type *m365_type_base(const struct m365_type *type) {
  return type->base != NULL ? m365_type_named(type->base) : NULL;
}

static const struct m365_action *reader_of(const char *type) {
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++)
    if (a->result == M365_RESULT_ITEM && strcmp(a->method, GET) == 0 &&
        strcmp(a->type, type) == 0)
      return a;
  return NULL;
}

const struct m365_action *m365_type_reader(const struct m365_type *type) {
  for (; type != NULL; type = m365_type_base(type)) {
    const struct m365_action *a = reader_of(type->name);
    if (a != NULL)
      return a;
  }
  return NULL;
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
      {"restorePoint", "restorePoint"},
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
