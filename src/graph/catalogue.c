#include "graph/catalogue.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RETRY "retry"
#define QUEUE "queue"
#define REFUSE "refuse"
#define AMBIGUOUS "ambiguous"
#define ASK "ask"

/*
** The service. Most codes are those of Microsoft's page "Backup Storage API
** error responses",
*https://learn.microsoft.com/graph/backup-storage-error-codes
*/

static const struct m365_entry service[] = {
    /* restore sessions */
    {"InvalidPathType", REFUSE,
     "the artifacts belong to another service than the session, or have "
     "no destinationType"},
    {"InvalidArtifactRequest", REFUSE,
     "the list of artifacts is empty or malformed"},
    {"InvalidRestorePoint", REFUSE,
     "the restore point does not exist, has expired or belongs to "
     "another service"},
    {"DifferentRestoreDestinationType", REFUSE,
     "the artifacts of one session go to different destinations"},
    {"DuplicateArtifactInList", REFUSE, "the same artifact is there twice"},
    {"RestoreArtifactsLimitBreached", REFUSE,
     "too many artifacts in one request"},
    {"InvalidRestoreSessionId", REFUSE, "the id of the session is malformed"},
    {"RestoreSessionNotFound", REFUSE, "there is no such session"},
    {"InvalidPatchRequest", REFUSE, "the update of the session is malformed"},
    {"RestoreSessionActionNotAllowed", REFUSE,
     "the state of the session or of the service forbids this"},
    {"IncompleteArtifactDeletion", RETRY,
     "not all artifacts of the session were removed"},
    {"TooManyActiveRestoreSessions", QUEUE,
     "25 sessions are active, which is the limit"},
    /* artifacts */
    {"UnknownError", RETRY, "the service does not say what went wrong"},
    {"ArtifactNotFound", REFUSE, "the original is no longer there"},
    {"InvalidRestoreTime", REFUSE,
     "there is no data for the time of the restore point"},
    {"ArtifactCannotBeRestored", ASK,
     "its state forbids the restore, such as a hold or a move of the "
     "tenant"},
    {"DuplicateArtifactRestoreRequest", ASK,
     "it is being restored already, by this or another session"},
    /* bulk requests */
    {"InvalidBulkRestoreArtifactId", REFUSE,
     "an id in the bulk request is malformed"},
    {"BulkRestoreInvalidCreateRequest", REFUSE,
     "the bulk request is malformed"},
    {"BulkRestoreRestorationResourcesCountExceedsLimit", REFUSE,
     "the bulk request has more than 10,000 resources"},
    {"BulkRestoreInvalidCreateRequestSiteUrl", REFUSE,
     "the URL of a site is malformed"},
    {"BulkRestoreInvalidCreateRequestUserEmail", REFUSE,
     "an e-mail address is malformed"},
    {"BulkRestoreArtifactsNotFound", REFUSE,
     "the bulk request, or what it names, was not found"},
    {"BulkRestoreArtifactsNotResolved", ASK,
     "some resources of the bulk request were not found"},
    {"SiteUrlNotFound", REFUSE, "no protected site has that address"},
    {"UserNotBackedup", REFUSE, "no policy protects that user"},
    {"InvalidStateForBulkRequestDeletion", QUEUE,
     "the bulk request is still at work"},
    /* restore points */
    {"FilterLengthExceeded", REFUSE, "the filter is too long"},
    {"InvalidSearchRequest", REFUSE, "the search is malformed"},
    {"InvalidProtectionUnitId", REFUSE,
     "the id of a protection unit is malformed or unknown"},
    /* the service */
    {"UnableToReadBillingProfile", ASK, "the billing profile cannot be read"},
    {"InvalidBillingProfile", ASK, "the billing profile is invalid"},
    {"InvalidAppOwnerTenantId", REFUSE,
     "appOwnerTenantId is not the id of the app's own tenant"},
    {"Forbidden", ASK, "the service forbids it"},
    /* policies */
    {"InvalidCreateRequest", REFUSE, "the policy is malformed or too large"},
    {"InvalidDisplayName", REFUSE,
     "displayName is empty or longer than 1,024 characters"},
    {"ProtectionUnitsLimitBreached", REFUSE,
     "more than 50 units in one request"},
    {"PolicyCreationNotAllowed", REFUSE,
     "a policy cannot be created while another one of the service is "
     "active"},
    {"ProtectionUnitAlreadyExists", REFUSE,
     "a policy protects the unit already"},
    {"PolicySaveFailed", RETRY, "the policy was not saved"},
    {"InvalidPolicyId", REFUSE, "the id of the policy is malformed"},
    {"PolicyNotFound", REFUSE, "there is no such policy"},
    {"PolicyActionNotAllowed", REFUSE, "the state of the policy forbids this"},
    {"invalidStateForActivation", REFUSE,
     "the state of the policy forbids its activation"},
    {"ProtectionUnitNotFound", REFUSE, "there is no such protection unit"},
    {"DuplicateProtectionUnitInList", REFUSE, "the same unit is there twice"},
    {"ProtectionUnitActionNotAllowed", REFUSE,
     "a dynamic rule protects the unit, or its state forbids this"},
    {"InvalidArtifactId", REFUSE, "the id of the unit is malformed or unknown"},
    {"QuotaExceeded", ASK, "the backup is larger than its quota"},
    {"OperationNotAllowed", REFUSE, "the state of the unit forbids this"},
    /* rules */
    {"InvalidInclusionRuleCreateRequest", REFUSE, "the rule is malformed"},
    {"InvalidRuleExpression", REFUSE,
     "the expression of the rule is malformed"},
    {"InvalidRuleExpressionGroupLimitExceeded", REFUSE,
     "the rule has more than 100 groups"},
    {"InvalidProtectionRulePatchRequest", REFUSE,
     "the update of the rule is malformed"},
    {"InvalidProtectionRuleStatusForUpdation", REFUSE,
     "the state of the rule forbids an update"},
    {"PatchNotAllowedForStaticRule", REFUSE, "a static rule cannot be changed"},
    {"InvalidInclusionRuleId", REFUSE, "the id of the rule is malformed"},
    {"ProtectionRuleActionNotAllowed", REFUSE,
     "the state of the rule forbids this"},
    {"RunNotAllowedForDynamicRule", REFUSE,
     "a dynamic rule runs by itself and cannot be started"},
    {"InvalidProtectionRuleStatusForDeletion", REFUSE,
     "the state of the rule forbids its deletion"},
    {"InvalidProtectionRuleStatusForDynamicRuleEdit", REFUSE,
     "the state of the rule forbids an edit"},
    {"InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll", REFUSE,
     "the state of the rule forbids that it is deleted and its units are "
     "left unprotected"},
    {"InvalidProtectionRuleStatusForDynamicRuleDeletion", REFUSE,
     "the state of the rule forbids its deletion"},
    {"ProtectionRuleNotFound", REFUSE, "there is no such rule"},
    {NULL, NULL, NULL},
};

/*
** Our own
*/

static const struct m365_entry ours[] = {
    {"ambiguous", AMBIGUOUS,
     "the answer was lost: it may have been done, or not"},
    /* the way there */
    {"resolve", RETRY, "the name of the host could not be resolved"},
    {"connect", RETRY, "no connection could be made"},
    {"network", RETRY, "the connection broke"},
    {"no_answer", RETRY, "the connection was closed without an answer"},
    {"truncated", RETRY, "the answer ended too early"},
    {"connect_timeout", RETRY, "no connection was made within connect_timeout"},
    {"tls_timeout", RETRY, "the TLS handshake did not end within tls_timeout"},
    {"first_byte_timeout", RETRY, "no answer began within first_byte_timeout"},
    {"stall_timeout", RETRY, "the answer stopped in the middle"},
    {"deadline", RETRY, "the call did not end within its timeout"},
    {"throttled", RETRY, "the service asked all of this client to wait"},
    {"tls_broken", RETRY, "the connection broke while TLS was made"},
    {"proxy_refused", ASK, "the proxy does not let this through"},
    {"proxy_failed", RETRY, "the proxy could not reach the service"},
    {"tls", ASK, "TLS could not be agreed on"},
    {"tls_untrusted", ASK,
     "the certificate of the server is not signed by anybody who is "
     "trusted here"},
    {"tls_expired", ASK, "the certificate of the server is not valid now"},
    {"tls_wrong_host", ASK,
     "the certificate of the server is for another host"},
    {"ca_file", ASK, "ca_file cannot be read, or holds no certificate"},
    {"client_certificate", ASK,
     "the client certificate or its key cannot be used"},
    {"off_loopback", REFUSE, "plain http leads to another machine"},
    {"redirect", ASK,
     "the answer leads elsewhere, and a token does not follow"},
    /* the answer */
    {"garbage", RETRY, "the answer was not HTTP"},
    {"bad_encoding", RETRY, "the compressed answer is damaged"},
    {"bad_json", RETRY, "the answer was not JSON"},
    {"bad_answer", ASK, "the answer does not have the documented shape"},
    {"too_large", ASK, "the answer is larger than max_response_size"},
    {"headers_too_large", ASK,
     "the headers of the answer are larger than max_header_size, or than "
     "libcurl takes"},
    {"foreign_link", REFUSE,
     "the link of the list leads to another host, and the token does not "
     "follow"},
    {"link_loop", RETRY, "the links of the list lead in a circle"},
    /* here */
    {"closed", REFUSE, "the client was closed"},
    {"cancelled", AMBIGUOUS, "the task was ended from outside"},
    {"forked", REFUSE, "the process was forked while the call was under way"},
    {"no_memory", ASK, "there was not enough memory"},
    {"token_failed", ASK, "no token could be had"},
    {"token_timeout", RETRY, "the credential gave no token within its time"},
    {"token_recursion", REFUSE,
     "a token function called the client that was asking it"},
    {"bad_token", REFUSE, "what the token function returned is no token"},
    {"aadsts", ASK, "Microsoft Entra ID gives no token"},
    {"oauth", ASK, "the token endpoint gives no token"},
    {"bad_token_answer", ASK, "the answer of the token endpoint is not one"},
    {"credential_unavailable", ASK, "this credential does not work here"},
    {"sign_in_expired", ASK, "the sign-in was not done in time"},
    {"sign_in_declined", ASK, "the sign-in was declined"},
    {"items_refused", ASK, "some items were refused, the others were applied"},
    {"restore_partial", ASK, "some artifacts of the session failed"},
    {"restore_failed", ASK, "all artifacts of the session failed"},
    {"browse_failed", ASK, "the service could not open the snapshot"},
    {"bulk_partial", ASK, "some resources were not found"},
    {"not_activated", ASK,
     "the session is still a draft, and nobody activates it"},
    {"wait_timeout", RETRY, "the wait ended before that for which it waited"},
    {"beta_only", REFUSE, "this exists only in beta"},
    /* plans */
    {"no_targets", REFUSE, "there is nothing in the list of targets"},
    {"future_moment", REFUSE, "the time to go back to is in the future"},
    {"bad_list", REFUSE, "the file is no list that can be read"},
    {"too_many_targets", REFUSE, "there are more targets than are allowed"},
    {"bad_plan", REFUSE, "the file is no plan that this library can read"},
    {"plan_edited", REFUSE, "the plan was changed after it was made"},
    {"plan_stale", REFUSE, "what the plan restores is no longer there"},
    {"plan_changed", REFUSE, "the hash that was confirmed is another one"},
    {"confirmation_needed", REFUSE,
     "something would be restored in place, and nobody has confirmed it"},
    {"nothing_to_do", REFUSE, "every target of the plan is refused"},
    {"other_plan", REFUSE, "the journal belongs to another plan"},
    {"restores_locked", REFUSE, "restores are locked in this tenant"},
    {"drill_limit", REFUSE,
     "every unit has had its test restores of this month"},
    /* refusals of a plan */
    {"unknown", REFUSE, "nothing that is protected has this address or id"},
    {"unreadable", REFUSE, "this is no URL, e-mail address or id"},
    {"duplicate", REFUSE, "it is in the list twice"},
    {"unprotected", REFUSE, "it is no longer protected"},
    {"email_hidden", REFUSE,
     "this token is not shown e-mail addresses, and the user could not "
     "be looked up"},
    {"no_restore_point", REFUSE, "it has no restore point before then"},
    {"beyond_retention", REFUSE, "its policy does not keep points that long"},
    {"too_many_messages", REFUSE,
     "the query finds more messages than one search restores"},
    {"loss_over_budget", REFUSE,
     "its newest restore point is older than max_loss allows"},
    {"no_match", REFUSE, "nothing in it matches"},
    {"excluded", REFUSE, "it was excluded"},
    {"contradiction", REFUSE, "its names mean different things"},
    {"below_site", REFUSE, "it is an address below that of a site"},
    {"owner_hidden", REFUSE, "whose OneDrive it is could not be looked up"},
    {"lookup_failed", REFUSE, "the user could not be looked up"},
    {"other_time", REFUSE, "a bulk request takes one time for all"},
    {"part", REFUSE, "the row is about a part of a unit"},
    {"missed", REFUSE,
     "something that exclude or priority names is no protection unit"},
    /* runs */
    {"not_started", RETRY, "its turn has not come"},
    {"running", RETRY, "it goes on in the service"},
    {"running_elsewhere", RETRY, "another session restores it"},
    {"failed", ASK, "the service could not restore it"},
    {"failed_elsewhere", ASK, "another session restored it, and failed"},
    {"run_timeout", RETRY, "the time of the run is over"},
    {"interrupted", RETRY, "the run was interrupted"},
    {"on_progress_failed", ASK, "on_progress raised an error"},
    {"internal", ASK, "this library failed"},
    {"locked", ASK, "the file is in use by another process"},
    {"journal_damaged", ASK, "the journal is not what was written"},
    {"empty_refused", ASK,
     "the service creates no empty session, which a bulk request needs"},
    {"draft_changed", ASK, "the draft holds something that is not ours"},
    {"draft_incomplete", ASK, "the draft does not show what was added to it"},
    /* files, programs and keys */
    {"not_found", REFUSE, "it is not there"},
    {"denied", ASK, "this user may not do that"},
    {"read_only", ASK, "the file system can only be read"},
    {"disk_full", ASK, "there is no room left on the disk"},
    {"symlink", ASK, "a symbolic link stands in the way"},
    {"not_a_file", ASK, "it is no regular file"},
    {"too_many_files", ASK, "there are too many open files"},
    {"io", ASK, "the system refuses it"},
    {"gone", ASK, "the file was deleted while it was in use"},
    {"changed", ASK,
     "the file was changed by another program while it was in use"},
    {"damaged", ASK, "the file ends in a write that failed"},
    {"timeout", ASK, "the program did not end in time and was killed"},
    {"status_lost", ASK, "how the program ended is not known"},
    {"bad_pem", ASK, "the text is no PEM, or a damaged one"},
    {"no_key", ASK, "there is no private key in the text"},
    {"no_certificate", ASK, "there is no certificate in the text"},
    {"key_mismatch", ASK,
     "the private key belongs to none of the certificates"},
    {"passphrase_needed", ASK, "the private key is encrypted"},
    {"bad_passphrase", ASK, "the passphrase does not open the private key"},
    {"not_rsa", ASK, "the key is not an RSA key"},
    {"bad_base64", ASK, "the text is not base64"},
    {"sign_failed", ASK, "the key cannot sign in this way"},
    {"bad_time", ASK, "the certificate holds no readable time"},
    {NULL, NULL, NULL},
};

/*
** HTTP
*/

static const struct {
  long status; /* 0 ends the list, and stands for everything else */
  struct m365_entry entry;
} statuses[] = {
    {401, {"http_401", ASK, "the service does not accept the token"}},
    {402, {"http_402", ASK, "billing is not set up"}},
    {403, {"http_403", ASK, "the service forbids it"}},
    {404, {"http_404", REFUSE, "there is no such thing"}},
    {408, {"http_408", RETRY, "the service gave up waiting for the request"}},
    {409,
     {"http_409", ASK, "it collides with the state of what it would change"}},
    {412,
     {"http_412", ASK, "what it would change was changed by somebody else"}},
    {413, {"http_413", REFUSE, "the request is too large"}},
    {423, {"http_423", ASK, "what it would change is locked"}},
    {429, {"http_429", RETRY, "the service asks for patience"}},
    {500, {"http_500", RETRY, "the service failed"}},
    {501,
     {"http_501", REFUSE,
      "the service, or a gateway before it, does not know this request"}},
    {502, {"http_502", RETRY, "a gateway before the service failed"}},
    {503, {"http_503", RETRY, "the service is unavailable"}},
    {504, {"http_504", RETRY, "a gateway gave up waiting for the service"}},
    {505,
     {"http_505", ASK,
      "the service, or a gateway before it, does not speak this version of "
      "HTTP"}},
    {507, {"http_507", ASK, "the quota is used up"}},
    {509, {"http_509", ASK, "the bandwidth is used up"}},
    {0, {"http", REFUSE, "the service refuses this request as it stands"}},
};

/* every other 5xx passes: gateways have many of their own */
static const struct m365_entry passing = {
    "http_5xx", RETRY, "the service, or a gateway before it, failed"};

static const struct m365_entry *find(const struct m365_entry *rows,
                                     const char *code) {
  for (; rows->code != NULL; rows++)
    if (m365_text_same(rows->code, code))
      return rows;
  return NULL;
}

/* "http_503": what is said where the service gave no code; "http_418" and the
   like have the entry that stands for everything else */
static const struct m365_entry *find_status(const char *code) {
  static const char prefix[] = "http_";
  long status;
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
    if (m365_text_same(statuses[i].entry.code, code))
      return &statuses[i].entry;
  if (m365_text_same(passing.code, code))
    return &passing;
  if (!m365_text_same_start(code, prefix, sizeof prefix - 1))
    return NULL;
  status = strtol(code + sizeof prefix - 1, NULL, 10);
  return status >= 400 && status <= 599 ? m365_catalogue_status(status) : NULL;
}

const struct m365_entry *m365_catalogue_service(const char *code) {
  return find(service, code);
}

const struct m365_entry *m365_catalogue_find(const char *code) {
  const struct m365_entry *entry = find(service, code);
  if (entry == NULL)
    entry = find(ours, code);
  return entry != NULL ? entry : find_status(code);
}

const struct m365_entry *m365_catalogue_status(long status) {
  size_t i = 0;
  while (statuses[i].status != 0 && statuses[i].status != status)
    i++;
  return statuses[i].status == 0 && status >= 500 ? &passing
                                                  : &statuses[i].entry;
}

/* The lists one behind the other. */
const struct m365_entry *m365_catalogue_row(size_t n) {
  static const size_t counts[] = {sizeof service / sizeof *service - 1,
                                  sizeof ours / sizeof *ours - 1,
                                  sizeof statuses / sizeof *statuses};
  if (n < counts[0])
    return &service[n];
  n -= counts[0];
  if (n < counts[1])
    return &ours[n];
  n -= counts[1];
  return n < counts[2] ? &statuses[n].entry : n == counts[2] ? &passing : NULL;
}

/* UnknownError is what any failing service says, and Forbidden what any may
   say: they settle nothing. */
bool m365_catalogue_is_backup(const char *code) {
  return find(service, code) != NULL && !m365_text_same(code, "UnknownError") &&
         !m365_text_same(code, "Forbidden");
}
