--- What Microsoft's pages leave open or tell in two ways, each as a switch with a default; docs/unverified.md tells
-- what each would break.
-- @module m365restore.simulator.dialects
local dialects = {}

-- name = { values; the first is the default }
dialects.switches = {
  -- what a session created with artifacts is. "activating" starts it at once; "says_activating" says so in
  -- the answer, and the session is a draft all the same.
  create_status = { "draft", "activating", "says_activating" },
  -- whether a session may be created without artifacts, or gives InvalidArtifactRequest.
  empty_sessions = { true, false },
  -- status of RestoreArtifactsLimitBreached on create; an update always answers 400.
  limit_status = { 413, 400 },
  -- whether single things can be read that are in the description, and on no page and in no permission table.
  described_reads = { "served", "refused" },
  -- whether lists take $skip and $search, which the description has for every collection, and no page.
  list_options = { "paged", "described" },
  -- restore points per unit in a search answer.
  points_per_search = { 1, 5 },
  -- how many of the units of a search are answered; the others are in neither list.
  units_answered = { 20, 10 },
  -- the order in which protection units are listed; none is promised.
  unit_order = { "forwards", "backwards" },
  -- "relative" has no host and no version; "other_collection" leads the list of all sessions to SharePoint's.
  -- "ampersand" begins the query with ?&.
  next_link = { "absolute", "relative", "other_collection", "ampersand" },
  -- whether links repeat the path as it was asked for, or with sharepoint for sharePoint.
  path_case = { "asked", "changed" },
  -- whether a service's own collection names the type that all its sessions have, as OData allows it not to.
  session_type = { "always", "when_mixed" },
  -- the spelling of SharePoint's session type in @odata.type.
  type_spelling = { "sharePointRestoreSession", "sharepointRestoreSession" },
  -- the service's word is singular; the plural belongs to bulk requests.
  terminal_spelling = { "completedWithError", "completedWithErrors" },
  -- what createdBy and lastModifiedBy of a session hold.
  created_by = { "object", "null", "empty", "identity" },
  -- seven digits behind the seconds, or none; "dashed" is 12-01-03.45Z; "offset" ends in +00:00.
  times = { "fractions", "seconds", "dashed", "offset" },
  -- how a time that is not set is written; "documented" is 0001-01-01 for granular artifacts, else absent.
  unset_times = { "documented", "0001-01-01", "absent", "null" },
  -- whether removed members of a standard session are named in the answer to PATCH.
  patch_echo = { false, true },
  -- whether the answer to a create lists the artifacts.
  create_echo = { false, true },
  -- states that begin with a capital.
  capital_status = { false, true },
  -- an artifact that the session holds already fails the whole update, or only its own row of it.
  duplicate_add = { "request", "row" },
  -- the state of a granular artifact of a draft; one example has unknown, which no enum has.
  granular_status = { "added", "unknown" },
  -- the counts of a draft; one example counts its artifacts as inProgress.
  draft_counts = { "none", "in_progress" },
  -- whether a search says noResultProtectionUnitIds when there are none; the examples do not.
  no_result_list = { "always", "when_any" },
  -- whom the limit of active sessions counts for: all of them, or each workload alone.
  active_limit = { "tenant", "workload" },
  -- a page may be empty and lead on: here the first one of every list.
  empty_page = { false, true },
  -- codes differ in case between table and examples, and so does the name of innerError.
  code_case = { "documented", "lower" },
  inner_error = { "innerError", "innererror" },
  -- whether `error` of a resource is an object, or an array that holds it.
  error_shape = { "object", "array" },
  -- numbers of bytes as decimal strings, or as numbers.
  sizes = { "string", "number" },
  -- the answer to a get of a bulk request: itself, or a collection that holds it.
  get_shape = { "entity", "collection" },
  -- the status of a registered service app, and that of a rule that runs: text and example differ.
  app_status = { 201, 202 },
  rule_run_status = { 202, 200 },
  -- one example has serviceConsumer: thirdParty for backupServiceConsumer: thirdparty.
  service_consumer = { "backupServiceConsumer", "serviceConsumer" },
  -- the answers of a batch come in any order.
  batch_order = { "asked", "reversed" },
  -- whether a bulk request names its session.
  bulk_session = { false, true },
  -- every documented answer says created at once.
  browse_status = { "creating", "created" },
  -- whether a browse session names its restore point; no documented answer does.
  browse_point = { false, true },
  -- how a browse goes on: GET browse?$skiptoken=…, or the function of the OpenAPI description.
  browse_next = { "skiptoken", "function" },
  -- Where what was announced for policies in September 2026 is: policyId in a search and as a filter of restore points,
  -- the statistics of a policy, the retention of a unit. Pages of v1.0 have it, the metadata of v1.0 does not.
  policy_scope = { "both", "beta" },
  -- What a search answers about a unit that its policyId does not hold; no page says.
  other_policy = { "refused", "no_result" },
  -- Whether a session of beta names the policy that it is bound to; announced, and shown on no page.
  session_policy = { false, true },
  -- Counts of a policy's statistics may be null, as `removed` is in the example.
  null_counts = { false, true },
  -- serviceType of SharePoint in the activity log: the enum has it as everywhere, pages and example write sharepoint.
  service_type = { "sharePoint", "sharepoint" },
  -- The status of a new rule: one example has 200.
  rule_create_status = { 201, 200 },
  -- The type of a rule that was run: the examples name the abstract one.
  rule_run_type = { "derived", "base" },
  -- The answer to deleteAndUnprotect: the text speaks of a rule, both examples wrap it in `value`.
  rule_deletion = { "value", "rule" },
  -- Whether the rules of sites can be changed, and deleted with what they protect; no page says so.
  site_rule_changes = { true, false },
  -- More messages than a granular restore takes: refused when the session gets them, or a failed artifact. The limit is
  -- on a page of the product; those of the API do not have it.
  many_messages = { "refused", "failed" },
  -- a policy in the wrong state: 403 PolicyActionNotAllowed, or 400 invalidStateForActivation.
  policy_state_error = { 403, 400 },
}

local function list(values)
  local words = {}
  for i, value in ipairs(values) do words[i] = tostring(value) end
  return table.concat(words, ", ")
end

local function check(name, value)
  local values = dialects.switches[name]
  if not values then error("dialect: unknown switch '" .. tostring(name) .. "'", 0) end
  for _, known in ipairs(values) do
    if known == value then return value end
  end
  error(("dialect.%s: one of %s was expected, got %s"):format(name, list(values), tostring(value)), 0)
end

--- Completes a choice with the defaults.
-- @tparam ?table choice switch = value
-- @treturn table every switch with its value; raises for an unknown switch or value
function dialects.complete(choice)
  local complete = {}
  for name, values in pairs(dialects.switches) do complete[name] = values[1] end
  for name, value in pairs(choice or {}) do complete[name] = check(name, value) end
  return complete
end

return dialects
