#include "catalogue.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "retry.h"

#define RETRY "retry"
#define QUEUE "queue"
#define REFUSE "refuse"
#define AMBIGUOUS "ambiguous"
#define ASK "ask"

/*
** Backup Storage
*/

static const struct m365_entry backup[] = {
    /* restore sessions */
    {"InvalidPathType", REFUSE,
     "Use the session type that belongs to the service: site artifacts with "
     "client.sharePoint, drives with client.oneDriveForBusiness, mailboxes "
     "with client.exchange."},
    {"InvalidArtifactRequest", REFUSE,
     "The artifact list is empty or malformed: give each artifact a "
     "restorePoint with an id and a destinationType, or leave the list out."},
    {"InvalidRestorePoint", REFUSE,
     "The restore point does not exist, has expired, or belongs to another "
     "service: search for a current one."},
    {"DifferentRestoreDestinationType", REFUSE,
     "A session has one destinationType: make one session for inPlace and "
     "another for new."},
    {"DuplicateArtifactInList", REFUSE,
     "The same artifact is there twice: remove one of the two."},
    {"RestoreArtifactsLimitBreached", REFUSE,
     "A request takes at most 50 artifacts: create the session with 50 and "
     "add the rest by session:add, 50 at a time."},
    {"InvalidRestoreSessionId", REFUSE,
     "The session id is malformed: copy it from the service."},
    {"RestoreSessionNotFound", REFUSE,
     "No such session: it was deleted, it is older than a year, or the id "
     "belongs to another tenant."},
    {"InvalidPatchRequest", REFUSE,
     "The update is malformed: use session:add and session:remove."},
    {"RestoreSessionActionNotAllowed", REFUSE,
     "The session is no longer a draft. Read it again: if it is activating "
     "or active, the activation that you want has already happened."},
    {"IncompleteArtifactDeletion", RETRY,
     "Not all artifacts were removed: delete the session again."},
    {"TooManyActiveRestoreSessions", QUEUE,
     "25 sessions are active, which is the limit. The draft is kept: activate "
     "it when one of them has ended."},
    /* artifacts */
    {"UnknownError", RETRY,
     "The service does not say what went wrong: restore this artifact again "
     "in a new session."},
    {"ArtifactNotFound", REFUSE,
     "The original is no longer there: restore the user or site first, or "
     "restore to a new location."},
    {"InvalidRestoreTime", REFUSE,
     "There is no data for that time: choose another restore point."},
    {"ArtifactCannotBeRestored", ASK,
     "The service refuses this artifact: look for a hold on it, and try "
     "destinationType new."},
    {"DuplicateArtifactRestoreRequest", ASK,
     "It is being restored already, by this or another session: wait for "
     "that one, look at its result, and only then decide."},
    /* bulk requests */
    {"InvalidBulkRestoreArtifactId", REFUSE,
     "An id in the bulk request is malformed."},
    {"BulkRestoreInvalidCreateRequest", REFUSE,
     "Compare the body with Microsoft's page \"Create "
     "siteRestoreArtifactsBulkAdditionRequest\", "
     "https://learn.microsoft.com/graph/api/sharepointrestoresession-post-"
     "siterestoreartifactsbulkadditionrequests"},
    {"BulkRestoreRestorationResourcesCountExceedsLimit", REFUSE,
     "A bulk request takes at most 10,000 resources: split it."},
    {"BulkRestoreInvalidCreateRequestSiteUrl", REFUSE,
     "A site URL is malformed: it must be the full https address."},
    {"BulkRestoreInvalidCreateRequestUserEmail", REFUSE,
     "An e-mail address is malformed."},
    {"BulkRestoreArtifactsNotFound", REFUSE,
     "No such bulk request, or nothing in it could be found."},
    {"BulkRestoreArtifactsNotResolved", ASK,
     "Some resources were not found: the details name each of them."},
    {"SiteUrlNotFound", REFUSE, "No protected site has that address."},
    {"UserNotBackedup", REFUSE, "That user is not protected by a policy."},
    {"InvalidStateForBulkRequestDeletion", QUEUE,
     "The bulk request is still at work: delete it when it has ended."},
    /* restore points */
    {"FilterLengthExceeded", REFUSE,
     "The filter is too long: ask for fewer units at a time."},
    {"InvalidSearchRequest", REFUSE,
     "The search is malformed: at most 20 units, one with an artifactQuery, "
     "and a time period that is not empty."},
    {"InvalidProtectionUnitId", REFUSE,
     "A protection unit id is malformed or unknown."},
    /* the service */
    {"UnableToReadBillingProfile", ASK,
     "The billing profile cannot be read: check it in the admin center."},
    {"InvalidBillingProfile", ASK,
     "The billing profile is invalid: check it in the admin center."},
    {"InvalidAppOwnerTenantId", REFUSE,
     "appOwnerTenantId must be the id of the tenant that owns the app."},
    /* policies */
    {"InvalidCreateRequest", REFUSE, "The body of the request is malformed."},
    {"InvalidDisplayName", REFUSE,
     "displayName must not be empty or longer than 1,024 characters."},
    {"ProtectionUnitsLimitBreached", REFUSE,
     "A request takes at most 50 units: split it."},
    {"PolicyCreationNotAllowed", REFUSE,
     "A policy cannot be created in this state of the service."},
    {"ProtectionUnitAlreadyExists", REFUSE,
     "The unit is protected by a policy already."},
    {"PolicySaveFailed", RETRY, "The policy was not saved: try again."},
    {"InvalidPolicyId", REFUSE, "The policy id is malformed."},
    {"PolicyNotFound", REFUSE, "No such policy."},
    {"PolicyActionNotAllowed", REFUSE,
     "The policy's state forbids this: read it again."},
    {"invalidStateForActivation", REFUSE,
     "The policy's state forbids activation: read it again."},
    {"ProtectionUnitNotFound", REFUSE, "No such protection unit."},
    {"DuplicateProtectionUnitInList", REFUSE,
     "The same unit is there twice: remove one of the two."},
    {"ProtectionUnitActionNotAllowed", REFUSE,
     "The unit's state forbids this: read it again."},
    {"InvalidArtifactId", REFUSE, "The id is malformed."},
    {"QuotaExceeded", ASK, "The quota is used up: ask for more of it."},
    {"OperationNotAllowed", REFUSE,
     "The unit's state forbids this: read it again."},
    /* rules */
    {"InvalidInclusionRuleCreateRequest", REFUSE, "The rule is malformed."},
    {"InvalidRuleExpression", REFUSE, "The rule's expression is malformed."},
    {"InvalidRuleExpressionGroupLimitExceeded", REFUSE,
     "A rule takes at most 100 groups."},
    {"InvalidProtectionRulePatchRequest", REFUSE,
     "The update of the rule is malformed."},
    {"InvalidProtectionRuleStatusForUpdation", REFUSE,
     "The rule's state forbids an update: read it again."},
    {"PatchNotAllowedForStaticRule", REFUSE,
     "A static rule cannot be changed: make a new one."},
    {"InvalidInclusionRuleId", REFUSE, "The rule id is malformed."},
    {"ProtectionRuleActionNotAllowed", REFUSE,
     "The rule's state forbids this: read it again."},
    {"RunNotAllowedForDynamicRule", REFUSE,
     "A dynamic rule runs by itself and cannot be started."},
    {"InvalidProtectionRuleStatusForDeletion", REFUSE,
     "The rule's state forbids deletion: read it again."},
    {"InvalidProtectionRuleStatusForDynamicRuleEdit", REFUSE,
     "The rule's state forbids an edit: read it again."},
    {"InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll", REFUSE,
     "The rule's state forbids this: read it again."},
    {"InvalidProtectionRuleStatusForDynamicRuleDeletion", REFUSE,
     "The rule's state forbids deletion: read it again."},
    {"ProtectionRuleNotFound", REFUSE, "No such rule."},
    {NULL, NULL, NULL},
};

/*
** Our own
*/

static const struct m365_entry ours[] = {
    {"ambiguous", AMBIGUOUS,
     "Nobody knows whether it was done. Read the service first: refresh the "
     "session, or list the sessions, and repeat only what is missing."},
    /* the way there */
    {"resolve", RETRY,
     "The host's name could not be resolved: check the network and DNS."},
    {"connect", RETRY,
     "No connection could be made: check the network, firewall and proxy."},
    {"network", RETRY, "The connection broke: check the network."},
    {"no_answer", RETRY, "The connection was closed without an answer."},
    {"truncated", RETRY, "The answer ended too early: check the network."},
    {"connect_timeout", RETRY,
     "Nobody answered in time: check the network, or raise connect_timeout."},
    {"tls_timeout", RETRY,
     "The TLS handshake did not end in time: look for a proxy or firewall "
     "that swallows it, or raise tls_timeout."},
    {"first_byte_timeout", RETRY,
     "The service did not answer in time: raise first_byte_timeout if it is "
     "known to be slow."},
    {"stall_timeout", RETRY,
     "The answer stopped in the middle: check the network."},
    {"deadline", RETRY,
     "The call took longer than its timeout: raise timeout, or try later."},
    {"throttled", RETRY,
     "The service asks for patience: wait for retry_after seconds."},
    {"tls_broken", RETRY,
     "The connection broke while TLS was made: check the network, firewall "
     "and proxy."},
    {"proxy_refused", ASK,
     "The proxy does not let this through: check its user and password, and "
     "whether it allows this host."},
    {"proxy_failed", RETRY,
     "The proxy could not reach the service: check it, or try later."},
    {"tls", ASK, "TLS failed: TLS 1.2 or newer is needed on both ends."},
    {"tls_untrusted", ASK,
     "The server's certificate is not signed by anybody trusted here. Behind "
     "a TLS-inspecting proxy, give its certificate as ca_file."},
    {"tls_expired", ASK,
     "The server's certificate has expired, or the clock here is wrong."},
    {"tls_wrong_host", ASK,
     "The server's certificate is for another host: check base_url and the "
     "proxy."},
    {"ca_file", ASK, "ca_file cannot be read, or holds no certificate."},
    {"client_certificate", ASK,
     "The client certificate or its key cannot be used: check both files and "
     "the password."},
    {"off_loopback", REFUSE,
     "Plain http is only allowed to this machine: use https."},
    {"redirect", ASK,
     "A redirect is never followed with a token: check base_url."},
    /* the answer */
    {"garbage", RETRY, "That was not HTTP: check base_url and the proxy."},
    {"bad_encoding", RETRY, "The compressed answer is damaged."},
    {"bad_json", RETRY,
     "The answer was not JSON: a proxy or gateway may have answered."},
    {"bad_answer", ASK,
     "The answer does not have the documented shape: report it, with the "
     "request id."},
    {"too_large", ASK,
     "The answer is larger than max_response_size: ask for smaller pages, or "
     "raise it."},
    {"foreign_link", REFUSE,
     "The service's link leads to another host; the token does not follow."},
    {"link_loop", RETRY,
     "The service's links lead in a circle: start the list again."},
    /* here */
    {"closed", REFUSE, "The client was closed."},
    {"cancelled", AMBIGUOUS,
     "The task was ended from outside: what it had sent may have been done."},
    {"forked", REFUSE, "The process was forked meanwhile: make a new call."},
    {"no_memory", ASK, "There was not enough memory."},
    {"token_failed", ASK,
     "No token could be had: the cause says why."},
    {"token_timeout", RETRY, "The token function did not end in time."},
    {"token_recursion", REFUSE,
     "A token function must not call the client that is asking it."},
    {"bad_token", REFUSE,
     "The token function must return a string without control characters."},
    {"aadsts", ASK,
     "Microsoft Entra ID refuses to give a token: look its number up in "
     "docs/credentials.md."},
    {"oauth", ASK,
     "The token endpoint refuses to give a token: check the credential."},
    {"bad_token_answer", ASK,
     "The token endpoint's answer is not one: check the authority and the "
     "proxy."},
    {"credential_unavailable", ASK,
     "This credential does not work here: use another."},
    {"sign_in_expired", ASK, "Nobody signed in in time: try again."},
    {"sign_in_declined", ASK, "The sign-in was declined."},
    {"items_refused", ASK,
     "Some items were refused, the others were applied: the details name "
     "each of them."},
    {"restore_partial", ASK,
     "Some artifacts failed: list them with session:artifacts(), mend what "
     "their errors name, and restore those in a new session."},
    {"restore_failed", ASK,
     "All artifacts failed: list them with session:artifacts() and look at "
     "their errors."},
    {"browse_failed", ASK,
     "The browse session could not be made: try another fastRestore point of "
     "the same site or OneDrive."},
    {"bulk_partial", ASK,
     "Some resources were not found: the details name each of them. The "
     "others go on."},
    {"not_activated", ASK,
     "The session was never activated: call session:activate()."},
    {"wait_timeout", RETRY,
     "The wait ended, the restore goes on: wait again."},
    {"beta_only", REFUSE,
     "This exists only in beta: make the client with beta = true."},
    /* not ours, but not Backup Storage's alone either */
    {"Forbidden", ASK,
     "Graph PowerShell's own app is refused for enable and for service apps: "
     "use an app registration of your own."},
    {NULL, NULL, NULL},
};

/*
** HTTP
*/

static const struct {
  long status; /* 0 ends the list, and stands for everything else */
  struct m365_entry entry;
} statuses[] = {
    {401, {"http_401", ASK,
           "The token was refused: check the credential, the tenant and the "
           "audience of the token."}},
    {402, {"http_402", ASK, "Billing has to be set up first."}},
    {403, {"http_403", ASK,
           "It is forbidden: check the permission, the role, and that this "
           "app controls the backup of the tenant."}},
    {404, {"http_404", REFUSE, "There is no such thing (any more)."}},
    {409, {"http_409", ASK, "It collides with its state: read it again."}},
    {412, {"http_412", ASK, "It has changed meanwhile: read it again."}},
    {408, {"http_408", RETRY, "The service gave up waiting: try later."}},
    {413, {"http_413", REFUSE, "The request is too large: split it."}},
    {423, {"http_423", ASK, "It is locked."}},
    {429, {"http_429", RETRY,
           "The service asks for patience: wait for retry_after seconds."}},
    {500, {"http_500", RETRY, "The service failed: try later."}},
    {502, {"http_502", RETRY, "A gateway failed: try later."}},
    {503, {"http_503", RETRY, "The service is unavailable: try later."}},
    {504, {"http_504", RETRY, "A gateway gave up waiting: try later."}},
    {501, {"http_501", REFUSE,
           "The service, or a gateway before it, does not know this request."}},
    {505, {"http_505", ASK,
           "The service, or a gateway before it, does not speak this version "
           "of HTTP."}},
    {507, {"http_507", ASK, "The quota is used up."}},
    {509, {"http_509", ASK, "The bandwidth is used up."}},
    {0, {NULL, REFUSE, "The service refuses this request as it stands."}},
};

/* every other 5xx that passes: gateways have many of their own */
static const struct m365_entry passing = {
    NULL, RETRY, "The service, or a gateway before it, failed: try later."};

static const struct m365_entry *find(const struct m365_entry *rows,
                                     const char *code) {
  for (; rows->code != NULL; rows++)
    if (strcasecmp(rows->code, code) == 0)
      return rows;
  return NULL;
}

/* "http_503": what is said where the service gave no code */
static const struct m365_entry *find_status(const char *code) {
  static const char prefix[] = "http_";
  for (size_t i = 0; statuses[i].status != 0; i++)
    if (strcasecmp(statuses[i].entry.code, code) == 0)
      return &statuses[i].entry;
  if (strncasecmp(code, prefix, sizeof prefix - 1) == 0 &&
      m365_retry_passes(strtol(code + sizeof prefix - 1, NULL, 10)))
    return &passing;
  return NULL;
}

const struct m365_entry *m365_catalogue_find(const char *code) {
  const struct m365_entry *entry = find(backup, code);
  if (entry == NULL)
    entry = find(ours, code);
  return entry != NULL ? entry : find_status(code);
}

const struct m365_entry *m365_catalogue_status(long status) {
  size_t i = 0;
  while (statuses[i].status != 0 && statuses[i].status != status)
    i++;
  return statuses[i].status == 0 && m365_retry_passes(status)
             ? &passing
             : &statuses[i].entry;
}

/* UnknownError is what any failing service says: it settles nothing. */
bool m365_catalogue_is_backup(const char *code) {
  return find(backup, code) != NULL && strcasecmp(code, "UnknownError") != 0;
}
