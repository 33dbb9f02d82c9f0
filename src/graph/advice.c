#include "graph/advice.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/*
** The first row that fits is taken: rows for an operation or a situation stand
** before the one that holds everywhere. A code has one of these.
*/
static const struct {
  const char *code;
  const char *operation; /* a part of its name; NULL: any */
  const char *seen;      /* NULL: anything */
  const char *remedy;
} rows[] = {
    /*
    ** The service
    */
    /* restore sessions */
    {"InvalidPathType", NULL, NULL,
     "Use the session of the service that the artifacts belong to: "
     "client.sharePoint for sites, client.oneDriveForBusiness for "
     "drives, client.exchange for mailboxes."},
    {"InvalidArtifactRequest", NULL, NULL,
     "Give each artifact a restorePoint with an id and a "
     "destinationType, or leave the list out."},
    {"InvalidRestorePoint", NULL, NULL,
     "Search for a current restore point of the same service, or make a "
     "new plan."},
    {"DifferentRestoreDestinationType", NULL, NULL,
     "Make one session for inPlace and another for new."},
    {"DuplicateArtifactInList", ".update", NULL,
     "Read the session's artifacts: if it is among them, there is "
     "nothing to do."},
    {"DuplicateArtifactInList", ".add", NULL,
     "Read the session's artifacts: if it is among them, there is "
     "nothing to do."},
    {"DuplicateArtifactInList", NULL, NULL, "Remove one of the two."},
    {"RestoreArtifactsLimitBreached", ".update", NULL,
     "Send at most 50 artifacts in one request."},
    {"RestoreArtifactsLimitBreached", ".add", NULL,
     "Give session:add at most 50 artifacts at a time."},
    {"RestoreArtifactsLimitBreached", ".remove", NULL,
     "Give session:remove at most 50 artifacts at a time."},
    {"RestoreArtifactsLimitBreached", NULL, NULL,
     "Create the session with at most 50 artifacts, and add the rest by "
     "session:add, 50 at a time."},
    {"InvalidRestoreSessionId", NULL, NULL,
     "Copy the id from the service or from the journal."},
    {"RestoreSessionNotFound", NULL, NULL,
     "It was deleted, is older than a year or belongs to another tenant: "
     "list the sessions with client:sessions()."},
    {"InvalidPatchRequest", NULL, NULL,
     "Use session:add and session:remove; a session with a bulk request "
     "cannot be updated."},
    {"RestoreSessionActionNotAllowed", "activate", "restoreLocked",
     "Restores are locked for this tenant: see disableReason and "
     "restoreAllowedTillDateTime of client:status(), and have the "
     "billing looked at. The draft is kept."},
    {"RestoreSessionActionNotAllowed", ".activate", NULL,
     "Read the session again. If it is activating or active, this was "
     "done already. If it is a draft, restores may be locked: look at "
     "client:status()."},
    {"RestoreSessionActionNotAllowed", ".create_session", NULL,
     "Restores may be locked for this tenant: look at status and "
     "restoreAllowedTillDateTime of client:status()."},
    {"RestoreSessionActionNotAllowed", ".create_browse_session", NULL,
     "Restores may be locked for this tenant: look at status and "
     "restoreAllowedTillDateTime of client:status()."},
    {"RestoreSessionActionNotAllowed", NULL, NULL,
     "This works on a draft only: read the session again, and make a new "
     "session if it is no longer a draft."},
    {"IncompleteArtifactDeletion", NULL, NULL, "Delete the session again."},
    {"TooManyActiveRestoreSessions", NULL, NULL,
     "The draft is kept: activate it when one of the others has ended."},
    /* artifacts */
    {"UnknownError", "RestoreArtifact", NULL,
     "Restore it again, in a new session; if that fails too, ask "
     "Microsoft's support, with the ids of the session and the artifact."},
    {"UnknownError", NULL, NULL,
     "Try again later; if that fails too, ask Microsoft's support, with "
     "the request id."},
    {"ArtifactNotFound", NULL, "new",
     "Bring the user or the site back first, as long as it is among the "
     "deleted ones; then restore again."},
    {"ArtifactNotFound", NULL, "inPlace",
     "Bring the user or the site back first, as long as it is among the "
     "deleted ones, or restore to a new place."},
    {"ArtifactNotFound", NULL, NULL,
     "Bring the user or the site back first, as long as it is among the "
     "deleted ones; then restore again."},
    {"InvalidRestoreTime", NULL, NULL, "Choose another restore point."},
    {"ArtifactCannotBeRestored", NULL, "new",
     "Look for a hold or lock on the original in Microsoft Purview, and "
     "have it lifted; then restore again."},
    {"ArtifactCannotBeRestored", NULL, "inPlace",
     "Look for a hold or lock on it in Microsoft Purview. It may still "
     "be possible to restore a copy, with destinationType new."},
    {"ArtifactCannotBeRestored", NULL, NULL,
     "Look for a hold or lock on it in Microsoft Purview."},
    {"DuplicateArtifactRestoreRequest", NULL, NULL,
     "Wait for that session, look at its result, and only then decide."},
    /* bulk requests */
    {"InvalidBulkRestoreArtifactId", NULL, NULL,
     "Copy the ids from the service: they are GUIDs."},
    {"BulkRestoreInvalidCreateRequest", NULL, NULL,
     "Compare it with Microsoft's page \"Create "
     "siteRestoreArtifactsBulkAdditionRequest\", "
     "https://learn.microsoft.com/graph/api/sharepointrestoresession-"
     "post-siterestoreartifactsbulkadditionrequests."},
    {"BulkRestoreRestorationResourcesCountExceedsLimit", NULL, NULL,
     "Split it: one session and one bulk request for each 10,000."},
    {"BulkRestoreInvalidCreateRequestSiteUrl", NULL, NULL,
     "Give the whole address, with https://."},
    {"BulkRestoreInvalidCreateRequestUserEmail", NULL, NULL,
     "Give the address as it stands in the directory, such as "
     "user@contoso.com."},
    {"BulkRestoreArtifactsNotFound", ".bulk_request", NULL,
     "List the session's bulk requests, and take the id from there."},
    {"BulkRestoreArtifactsNotFound", ".refresh", NULL,
     "List the session's bulk requests, and take the id from there."},
    {"BulkRestoreArtifactsNotFound", NULL, NULL,
     "Check the addresses, and that a policy protects them."},
    {"BulkRestoreArtifactsNotResolved", NULL, NULL,
     "The details name each of them: check the addresses, and that a "
     "policy protects them. The others go on."},
    {"SiteUrlNotFound", NULL, NULL,
     "Check the address, and that a policy protects the site."},
    {"UserNotBackedup", NULL, NULL,
     "Check the address, and that a policy protects the user."},
    {"InvalidStateForBulkRequestDeletion", NULL, NULL,
     "Delete it when it has ended."},
    /* restore points */
    {"FilterLengthExceeded", NULL, NULL, "Ask for fewer units at a time."},
    {"InvalidSearchRequest", NULL, NULL,
     "Give at most 20 units, one with an artifactQuery, and a period "
     "that is not empty. Microsoft's page: \"restorePoint: search\", "
     "https://learn.microsoft.com/graph/api/restorepoint-search."},
    {"InvalidProtectionUnitId", NULL, NULL,
     "Take the ids from the lists of protection units."},
    /* the service */
    {"UnableToReadBillingProfile", NULL, NULL,
     "Have an administrator look at the billing in the Microsoft 365 "
     "admin center."},
    {"InvalidBillingProfile", NULL, NULL,
     "Have an administrator set up the billing in the Microsoft 365 "
     "admin center."},
    {"InvalidAppOwnerTenantId", NULL, NULL,
     "Give the id of the tenant in which the app is registered."},
    {"Forbidden", ".enable", "permission",
     "Grant {permission} to an app registration of your own, with admin "
     "consent: Graph PowerShell's own app is refused here."},
    {"Forbidden", "service_app", "permission",
     "Grant {permission} to an app registration of your own, with admin "
     "consent: Graph PowerShell's own app is refused here."},
    {"Forbidden", "serviceApp", "permission",
     "Grant {permission} to an app registration of your own, with admin "
     "consent: Graph PowerShell's own app is refused here."},
    {"Forbidden", "rowse", "permission",
     "Grant {permission} to the app, with admin consent; a signed-in "
     "user needs the role of a SharePoint Backup Administrator, too."},
    {"Forbidden", "granular_artifacts", "permission",
     "Grant {permission} to the app, with admin consent; a signed-in "
     "user needs the role of a SharePoint Backup Administrator, too."},
    {"Forbidden", NULL, "permission",
     "Grant {permission} to the app, with admin consent; a signed-in "
     "user needs a role that may do this. m365.preflight(client) tells "
     "what is missing."},
    {"Forbidden", NULL, NULL,
     "Look up what this request needs in Microsoft's page for it, and "
     "grant it to the app."},
    /* policies */
    {"InvalidCreateRequest", NULL, NULL,
     "Give a displayName and at most 50 units."},
    {"InvalidDisplayName", NULL, NULL, "Give a name of 1 to 1,024 characters."},
    {"ProtectionUnitsLimitBreached", NULL, NULL,
     "Send at most 50 units at a time."},
    {"PolicyCreationNotAllowed", NULL, NULL,
     "Add the units to the policy that is active."},
    {"ProtectionUnitAlreadyExists", NULL, NULL,
     "Take it out of that policy first, or leave it there."},
    {"PolicySaveFailed", NULL, NULL, "Try again later."},
    {"InvalidPolicyId", NULL, NULL,
     "Take the id from client:protection_policies()."},
    {"PolicyNotFound", NULL, NULL,
     "Take the id from client:protection_policies()."},
    {"PolicyActionNotAllowed", ".deactivate", NULL,
     "Only an active policy can be deactivated: read it again."},
    {"PolicyActionNotAllowed", NULL, NULL,
     "Only an inactive policy can be activated or deleted: read it "
     "again."},
    {"invalidStateForActivation", NULL, NULL,
     "Only an inactive policy can be activated: read it again."},
    {"ProtectionUnitNotFound", NULL, NULL,
     "Take the id from the lists of protection units."},
    {"DuplicateProtectionUnitInList", NULL, NULL, "Remove one of the two."},
    {"ProtectionUnitActionNotAllowed", NULL, NULL,
     "Change the rule, or read the unit again."},
    {"InvalidArtifactId", NULL, NULL,
     "Take the id from the lists of protection units."},
    {"QuotaExceeded", NULL, NULL, "Ask Microsoft for a larger quota."},
    {"OperationNotAllowed", ".offboard", NULL,
     "Only a unit that is no longer in a policy can be offboarded: read "
     "it again."},
    {"OperationNotAllowed", ".cancel_offboard", NULL,
     "Only a unit whose offboarding was asked for can be kept: read it "
     "again."},
    {"OperationNotAllowed", NULL, NULL,
     "Read the unit again: what it is in a policy for, and its status, "
     "decide."},
    /* rules */
    {"InvalidInclusionRuleCreateRequest", NULL, NULL,
     "Compare it with Microsoft's page \"Create protectionRuleBase\", "
     "https://learn.microsoft.com/graph/api/protectionrulebase-post."},
    {"InvalidRuleExpression", NULL, NULL,
     "Compare it with Microsoft's page \"Create protectionRuleBase\", "
     "https://learn.microsoft.com/graph/api/protectionrulebase-post."},
    {"InvalidRuleExpressionGroupLimitExceeded", NULL, NULL,
     "Make several rules of at most 100 groups each."},
    {"InvalidProtectionRulePatchRequest", NULL, NULL,
     "Send the expression alone: isAutoApplyEnabled cannot be changed."},
    {"InvalidProtectionRuleStatusForUpdation", NULL, NULL,
     "Read it again: a rule that is to be deleted cannot be changed."},
    {"PatchNotAllowedForStaticRule", NULL, NULL, "Make a new rule."},
    {"InvalidInclusionRuleId", NULL, NULL,
     "Take the id from the policy's list of rules."},
    {"ProtectionRuleActionNotAllowed", NULL, NULL,
     "Read it again, and wait until it has ended what it does."},
    {"RunNotAllowedForDynamicRule", NULL, NULL,
     "Wait for its next run, or make a static rule."},
    {"InvalidProtectionRuleStatusForDeletion", NULL, NULL,
     "Delete it when it has ended what it does."},
    {"InvalidProtectionRuleStatusForDynamicRuleEdit", NULL, NULL,
     "Read it again: a rule that is to be deleted cannot be changed."},
    {"InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll", NULL,
     NULL, "Read it again: its deletion may have been asked for already."},
    {"InvalidProtectionRuleStatusForDynamicRuleDeletion", NULL, NULL,
     "Read it again: its deletion may have been asked for already."},
    {"ProtectionRuleNotFound", NULL, NULL,
     "Take the id from the policy's list of rules."},

    /*
    ** Our own
    */
    {"ambiguous", "plan", NULL,
     "Name the one unit that you mean by its protectionUnitId."},
    {"ambiguous", "apply", "hidden",
     "Look at that session in the service before you plan these targets "
     "again."},
    {"ambiguous", "apply", NULL,
     "Look at the sessions in the service, then resume the run with its "
     "journal."},
    {"ambiguous", ".create_session", NULL,
     "List the sessions first: an empty draft that is too many harms "
     "nothing. Create only what is not there."},
    {"ambiguous", "RestoreSession", NULL,
     "Read the session first (session:refresh(), session:artifacts()), "
     "and repeat only what is missing."},
    {"ambiguous", "restoreSessionBase", NULL,
     "Read the session first (session:refresh()), and repeat only what "
     "is missing."},
    {"ambiguous", NULL, NULL,
     "Read what it was to change, and repeat it only if it was not done."},
    /* the way there */
    {"resolve", NULL, "proxy", "Check the name of the proxy, and DNS."},
    {"resolve", NULL, NULL, "Check base_url, the network and DNS."},
    {"connect", NULL, "proxy",
     "Check that the proxy runs at that address and port."},
    {"connect", NULL, NULL,
     "Check base_url, the network, the firewall, and whether a proxy is "
     "needed."},
    {"network", NULL, NULL,
     "Check the network; a firewall or proxy on the way may cut "
     "connections."},
    {"no_answer", NULL, NULL,
     "Try again; if it stays so, look for a firewall or proxy on the "
     "way."},
    {"truncated", NULL, NULL,
     "Try again; if it stays so, look for a firewall or proxy on the "
     "way."},
    {"connect_timeout", NULL, "proxy",
     "Check that the proxy runs at that address and port."},
    {"connect_timeout", NULL, NULL,
     "Check the network and the firewall, and whether a proxy is needed; "
     "on a slow line raise connect_timeout."},
    {"tls_timeout", NULL, NULL,
     "Look for a proxy or firewall that swallows it; on a slow line "
     "raise tls_timeout."},
    {"first_byte_timeout", NULL, NULL,
     "Try later; where the service is known to be slow, raise "
     "first_byte_timeout."},
    {"stall_timeout", NULL, NULL, "Check the network, and try again."},
    {"deadline", NULL, "resolve",
     "Nothing answered in that time: check base_url, the network and "
     "DNS. A longer timeout alone does not help."},
    {"deadline", NULL, "unreachable",
     "Nothing answered in that time: check base_url, the network, the "
     "firewall and the proxy. A longer timeout alone does not help."},
    {"deadline", NULL, "throttled",
     "The service asked for patience: try later, or raise timeout so "
     "that its pauses fit."},
    {"deadline", NULL, "failing",
     "The service failed each time: try later, or raise timeout to sit "
     "it out."},
    {"deadline", NULL, NULL, "Raise timeout, or try later."},
    {"throttled", NULL, "retry_after", "Wait for retry_after seconds."},
    {"throttled", NULL, NULL, "Try later, with fewer calls at a time."},
    {"tls_broken", NULL, NULL,
     "Check the network, the firewall and the proxy."},
    {"proxy_refused", NULL, NULL,
     "Check its user and password, and whether it allows this host."},
    {"proxy_failed", NULL, NULL, "Check the proxy, or try later."},
    {"tls", NULL, NULL,
     "TLS 1.2 or newer is needed on both ends: look for a proxy that "
     "speaks an older one."},
    {"tls_untrusted", NULL, NULL,
     "Behind a proxy that looks into TLS, give its certificate as "
     "ca_file; else check base_url."},
    {"tls_expired", NULL, NULL,
     "Check the clock of this machine, then the server."},
    {"tls_wrong_host", NULL, NULL, "Check base_url and the proxy."},
    {"ca_file", NULL, NULL,
     "Give the path of a PEM file that this user may read."},
    {"client_certificate", NULL, NULL, "Check both files and the password."},
    {"off_loopback", NULL, NULL,
     "Use https: plain http is only allowed to this machine."},
    {"redirect", NULL, NULL,
     "Check base_url: it must be the address of Graph itself."},
    /* the answer */
    {"garbage", NULL, NULL, "Check base_url and the proxy."},
    {"bad_encoding", NULL, NULL,
     "Try again; if it stays so, look for a proxy on the way."},
    {"bad_json", NULL, NULL,
     "Look for a proxy or gateway that answers in the place of the "
     "service, and at base_url."},
    {"bad_answer", NULL, NULL,
     "Check base_url; if that is Graph, report it, with the request id."},
    {"too_large", "system", NULL,
     "Check that this is the right file or program."},
    {"too_large", NULL, "list",
     "Ask for smaller pages by page_size, or raise max_response_size."},
    {"too_large", NULL, NULL,
     "Raise max_response_size, or ask for fewer properties by select."},
    {"headers_too_large", NULL, NULL,
     "Look for a proxy or gateway that adds headers, or raise "
     "max_header_size; libcurl takes lines of 100 KB and 300 KB in all."},
    {"foreign_link", NULL, NULL,
     "Check base_url: behind a gateway the links must lead to it, too."},
    {"link_loop", NULL, NULL,
     "Start the list again; if it stays so, report it, with the request "
     "id."},
    /* here */
    {"closed", NULL, NULL,
     "Make a new client, and keep it open as long as it is used."},
    {"cancelled", NULL, NULL,
     "Read what it was to change: what it had sent may have been done."},
    {"forked", NULL, NULL,
     "Make a new call in the process that is to have the answer."},
    {"no_memory", NULL, "list",
     "Ask for smaller pages by page_size, or give the process more "
     "memory."},
    {"no_memory", NULL, NULL, "Give the process more memory."},
    {"token_failed", NULL, NULL,
     "See err.cause, which says why; check the credential."},
    {"token_timeout", NULL, NULL,
     "Look at what the credential waits for; where it has a timeout of its "
     "own, raise that."},
    {"token_recursion", NULL, NULL,
     "Let the token function use another client, or none."},
    {"bad_token", NULL, NULL,
     "Return a string without blanks and control characters, or nil and "
     "an error."},
    {"aadsts", NULL, "clock_skew", "Set the clock of this machine."},
    {"aadsts", NULL, NULL,
     "Look the number up in Microsoft's page \"Microsoft Entra "
     "authentication and authorization error codes\", "
     "https://learn.microsoft.com/entra/identity-platform/reference-"
     "error-codes."},
    {"oauth", NULL, "clock_skew", "Set the clock of this machine."},
    {"oauth", NULL, NULL,
     "Check the credential: tenant, client id, and secret, certificate "
     "or assertion."},
    {"bad_token_answer", NULL, NULL, "Check the authority and the proxy."},
    {"credential_unavailable", NULL, "az_missing",
     "Install the Azure CLI, or use another credential."},
    {"credential_unavailable", NULL, "az_login", "Run `az login`."},
    {"credential_unavailable", NULL, "az_output",
     "Run `az account get-access-token` by hand, and see what it prints."},
    {"credential_unavailable", NULL, "no_identity",
     "Give this machine an identity, or name the one that it has by "
     "client_id."},
    {"credential_unavailable", NULL, NULL,
     "Use another credential, or m365.credential.chain to try several."},
    {"sign_in_expired", NULL, NULL,
     "Start again, and sign in before the code expires."},
    {"sign_in_declined", NULL, NULL,
     "Start again, and accept what the app asks for."},
    {"items_refused", NULL, NULL,
     "The details name each of them: mend what they say, and send those "
     "again."},
    {"restore_partial", NULL, NULL,
     "List them (session:artifacts(), or session:granular_artifacts() "
     "where parts are restored), mend what their errors say, and restore "
     "those in a new session."},
    {"restore_failed", NULL, NULL,
     "List them (session:artifacts(), or session:granular_artifacts() "
     "where parts are restored), and look at their errors."},
    {"browse_failed", NULL, NULL,
     "Try another fastRestore point of the same site or OneDrive."},
    {"bulk_partial", NULL, NULL,
     "The details name each of them: check the addresses, and that a "
     "policy protects them. The others go on."},
    {"not_activated", NULL, NULL, "Call session:activate(), then wait again."},
    {"wait_timeout", "BrowseSession", NULL,
     "Wait again: the service goes on opening the snapshot."},
    {"wait_timeout", "Request", NULL,
     "Activate the session, if that was not done; then wait again."},
    {"wait_timeout", "Job", NULL, "Wait again: the job goes on."},
    {"wait_timeout", NULL, NULL,
     "Wait again: the restore goes on in the service."},
    {"beta_only", NULL, NULL, "Make the client with beta = true."},
    /* plans */
    {"no_targets", NULL, NULL,
     "Give at least one target; in a CSV, check that there are lines "
     "below the names of the columns."},
    {"bad_list", NULL, NULL,
     "Correct the file where the message says, or export it again."},
    {"future_moment", NULL, NULL,
     "Check the year and the time zone, and the clock of this machine; give "
     "allow_future = true where it is meant."},
    {"too_many_targets", "bulk_restore", NULL,
     "Split the list: one bulk restore for each 10,000 targets."},
    {"too_many_targets", NULL, NULL,
     "Check the list; where it is right, raise max_targets."},
    {"bad_plan", NULL, NULL,
     "Give a file that plan:save wrote as JSON, with this version of the "
     "library."},
    {"plan_edited", NULL, NULL,
     "Make a new plan: exclude and priority are options of m365.plan."},
    {"plan_stale", NULL, NULL,
     "Make a new plan and have it approved; err.differences names the "
     "targets."},
    {"plan_changed", NULL, NULL,
     "Read the plan again, and confirm the hash that it shows now."},
    {"confirmation_needed", "bulk_restore", NULL,
     "Have a person decide; then give confirm = \"unreviewed\"."},
    {"confirmation_needed", NULL, NULL,
     "Have a person read the plan; then give its hash as confirm."},
    {"nothing_to_do", NULL, NULL,
     "Print the plan: each row says why, and what to do."},
    {"other_plan", NULL, NULL,
     "Give a new path for the journal of this plan, or go on with the "
     "other one by m365.resume."},
    {"restores_locked", NULL, NULL,
     "Look at the billing of the backup service in the admin center; "
     "client:status() tells its state."},
    {"drill_limit", NULL, NULL,
     "Wait, or name other targets; Microsoft allows two test restores a "
     "month for each unit."},
    /* refusals of a plan */
    {"unknown", "outcome", NULL,
     "Look at the session in the service, then resume the run with its "
     "journal."},
    {"unknown", NULL, NULL,
     "Check the spelling, and that a policy protects it."},
    {"unreadable", NULL, NULL, "Give a URL, an e-mail address or an id."},
    {"duplicate", NULL, NULL, "Nothing has to be done: it is restored once."},
    {"unprotected", NULL, NULL,
     "It has to be protected again before it can be restored: ask who "
     "looks after the protection policies."},
    {"email_hidden", NULL, NULL,
     "Give the directoryObjectId, or grant User.ReadBasic.All to the "
     "app, with admin consent."},
    {"no_restore_point", NULL, NULL,
     "Choose a later time; a new unit has its first points after some "
     "hours."},
    {"beyond_retention", NULL, NULL,
     "Choose a later time; how long points are kept is the policy's "
     "retention."},
    {"too_many_messages", NULL, NULL,
     "Narrow the query, by sender, subject or kind, and plan for each part "
     "of it."},
    {"loss_over_budget", NULL, NULL,
     "Raise max_loss, or accept that it stays as it is."},
    {"no_match", "plan", "folder",
     "The pattern names a library or folder: end it with /** for all files "
     "in there."},
    {"no_match", "plan", "places",
     "Begin the pattern with one of the libraries or folders that the "
     "message names."},
    {"no_match", "plan", "below",
     "Go on in the pattern with one of the libraries or folders that the "
     "message names."},
    {"no_match", "plan", "files",
     "Correct the last part of the pattern, or end it with /* for all files "
     "in that folder."},
    {"no_match", NULL, NULL,
     "Look at what there is, and write the pattern or the query anew."},
    {"excluded", NULL, NULL, "Nothing has to be done: you excluded it."},
    {"contradiction", NULL, NULL,
     "Look which of the two is meant, and take the other out of the row."},
    {"below_site", NULL, NULL,
     "Give the address of the site if all of it is meant; for files in it, "
     "use plan_files."},
    {"owner_hidden", NULL, NULL,
     "Give the owner's e-mail address or directoryObjectId, or grant "
     "Sites.Read.All to the app, with admin consent."},
    {"lookup_failed", NULL, NULL,
     "Give the directoryObjectId or the protectionUnitId."},
    {"other_time", NULL, NULL,
     "Restore it with m365.plan, which takes a time for each row."},
    {"part", NULL, NULL,
     "Plan files with plan_files, and messages with plan_messages."},
    {"missed", NULL, NULL,
     "Correct what is missed, or give accept_misses = true to plan "
     "without it."},
    /* runs */
    {"not_started", NULL, NULL, "Resume the run with its journal."},
    {"running", NULL, NULL, "Resume the run with its journal to see its end."},
    {"running_elsewhere", NULL, NULL,
     "Resume the run with its journal to see its end."},
    {"failed", NULL, NULL,
     "Look at the session in the service; then plan it again, with "
     "report:failed() as the targets."},
    {"failed_elsewhere", NULL, NULL,
     "Look at that session; then plan it again."},
    {"run_timeout", NULL, NULL,
     "Resume the run with its journal; what was begun goes on in the "
     "service."},
    {"interrupted", NULL, NULL,
     "Resume the run with its journal; what was begun goes on in the "
     "service."},
    {"on_progress_failed", NULL, NULL,
     "Mend on_progress, then resume the run with its journal."},
    {"internal", NULL, NULL,
     "Keep the journal and report this; then resume the run with it."},
    {"locked", NULL, NULL,
     "Wait until that process has ended: one process at a time can hold "
     "a journal."},
    {"journal_damaged", NULL, "not_understood",
     "Another version of this library may have written it: look at the "
     "sessions that it names."},
    {"journal_damaged", NULL, NULL,
     "Take the file from a copy, or look at the sessions that it names."},
    {"empty_refused", NULL, NULL,
     "Use m365.plan and m365.apply, which can create sessions with their "
     "artifacts."},
    {"draft_changed", NULL, NULL,
     "Look at the session in the service: delete it if nobody needs it, "
     "then resume the run with its journal."},
    {"draft_incomplete", NULL, NULL,
     "Look at the session in the service, then resume the run with its "
     "journal."},
    /* files, programs and keys */
    {"not_found", "apply", NULL,
     "Check the path; where nothing was begun yet, use m365.apply."},
    {"not_found", "system.run", NULL,
     "Check the name of the program, and that it is installed."},
    {"not_found", NULL, NULL, "Check the path or name."},
    {"denied", NULL, NULL,
     "Give this user the right to that file or folder, or use another "
     "one."},
    {"read_only", NULL, NULL,
     "Use a path on a file system that can be written."},
    {"disk_full", NULL, NULL, "Make room, or use a path on another disk."},
    {"symlink", NULL, NULL, "Give the path of the file itself."},
    {"not_a_file", NULL, NULL, "Give the path of a regular file."},
    {"too_many_files", NULL, NULL,
     "Close files and connections, or raise the limit (ulimit -n)."},
    {"io", NULL, NULL,
     "See the message, which is the system's; look at the disk and the "
     "path."},
    {"gone", NULL, NULL, "Find out what deleted it, and take it from a copy."},
    {"changed", NULL, NULL,
     "Find out what changed it, and take it from a copy."},
    {"damaged", NULL, NULL, "Make room on the disk; then open the file again."},
    {"timeout", NULL, NULL,
     "Raise the timeout, or start the program by hand and see what it "
     "waits for."},
    {"status_lost", NULL, NULL,
     "Let this process not ignore SIGCHLD, and not wait for children "
     "that are not its own."},
    {"bad_pem", NULL, NULL,
     "Copy the file again, with its BEGIN and END lines; convert a .pfx "
     "file with: openssl pkcs12 -in identity.pfx -out identity.pem."},
    {"no_key", NULL, NULL,
     "Add the block BEGIN PRIVATE KEY of the certificate."},
    {"no_certificate", NULL, NULL,
     "Add the block BEGIN CERTIFICATE that belongs to the key."},
    {"key_mismatch", NULL, NULL, "Use the pair that was made together."},
    {"passphrase_needed", NULL, NULL, "Give its passphrase."},
    {"bad_passphrase", NULL, NULL,
     "Give the passphrase with which the key was encrypted."},
    {"not_rsa", NULL, NULL,
     "Make an identity with an RSA key of 2048 bits or more."},
    {"bad_base64", NULL, NULL, "Copy the text again, as a whole."},
    {"sign_failed", NULL, NULL, "Use an RSA key of 2048 bits or more."},
    {"bad_time", NULL, NULL,
     "Export the certificate again, or make a new one."},

    /*
    ** HTTP
    */
    {"http_401", NULL, NULL,
     "Check the credential, the tenant, and that the token is for Graph."},
    {"http_402", NULL, NULL,
     "Have an administrator set up the billing of Microsoft 365 Backup."},
    {"http_403", "rowse", "permission",
     "Grant {permission} to the app, with admin consent; a signed-in "
     "user needs the role of a SharePoint Backup Administrator, too."},
    {"http_403", "granular_artifacts", "permission",
     "Grant {permission} to the app, with admin consent; a signed-in "
     "user needs the role of a SharePoint Backup Administrator, too."},
    {"http_403", NULL, "permission",
     "Grant {permission} to the app, with admin consent; a signed-in "
     "user needs a role that may do this. m365.preflight(client) tells "
     "what is missing."},
    {"http_403", NULL, NULL,
     "Look up what this request needs in Microsoft's page for it, and "
     "grant it to the app."},
    {"http_404", "client.request", NULL,
     "Check the id or address, and base_url."},
    {"http_404", NULL, NULL,
     "It is not there, or no longer: list its collection again. Where that "
     "is not found either, check base_url."},
    {"http_408", NULL, NULL, "Try again later."},
    {"http_409", NULL, NULL, "Read that again, then decide."},
    {"http_412", NULL, NULL, "Read that again, then decide."},
    {"http_413", NULL, NULL, "Split the request."},
    {"http_423", NULL, NULL,
     "Find out who locked it; try when the lock is gone."},
    {"http_429", NULL, "retry_after", "Wait for retry_after seconds."},
    {"http_429", NULL, NULL, "Try later, with fewer calls at a time."},
    {"http_500", NULL, NULL,
     "Try later; if it stays so, ask Microsoft's support, with the "
     "request id."},
    {"http_501", NULL, NULL, "Check base_url."},
    {"http_502", NULL, NULL, "Try again later."},
    {"http_503", NULL, "retry_after", "Wait for retry_after seconds."},
    {"http_503", NULL, NULL, "Try again later."},
    {"http_504", NULL, NULL, "Try again later."},
    {"http_505", NULL, NULL, "Look for a proxy or gateway on the way."},
    {"http_507", NULL, NULL, "Ask for more of it, or free some."},
    {"http_509", NULL, NULL, "Try later, or ask for more of it."},
    {"http_5xx", NULL, NULL,
     "Try later; if it stays so, look for a gateway or proxy on the way."},
    {"http", NULL, NULL,
     "Look the status up in Microsoft's page \"Microsoft Graph error "
     "responses and resource types\", "
     "https://learn.microsoft.com/graph/errors, and change the request."},
};

static bool was_seen(const char *what, const char *const seen[]) {
  for (; seen != NULL && *seen != NULL; seen++)
    if (m365_text_same(*seen, what))
      return true;
  return false;
}

static bool fits(size_t i, const char *operation, const char *const seen[]) {
  if (rows[i].operation != NULL &&
      (operation == NULL || strstr(operation, rows[i].operation) == NULL))
    return false;
  return rows[i].seen == NULL || was_seen(rows[i].seen, seen);
}

const char *m365_advice(const char *code, const char *operation,
                        const char *const seen[]) {
  for (size_t i = 0; code != NULL && i < sizeof rows / sizeof *rows; i++)
    if (m365_text_same(rows[i].code, code) && fits(i, operation, seen))
      return rows[i].remedy;
  return NULL;
}
