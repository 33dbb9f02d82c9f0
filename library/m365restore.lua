---@meta m365restore
--- Signatures for editors that speak LuaCATS; never loaded by a program. This file holds what is ours; graph.lua what
-- can be done with Microsoft Graph's resources, resources.lua what these hold.

---Seconds, or a text such as "90s", "12h", "1h30m".
---@alias m365.duration number|string

---Seconds since 1970, or a text as Graph writes it.
---@alias m365.time_value number|string

---@alias m365.error_class "retry"|"queue"|"refuse"|"ambiguous"|"ask"

---What went wrong. Codes are stable, texts are not.
---@class m365.error
---@field code string ours, or Graph's own
---@field message string
---@field class m365.error_class what it makes sense to do
---@field remedy? string in plain words
---@field sent boolean|"unknown" whether the service may have acted
---@field status? integer of HTTP
---@field request_id? string the service's
---@field client_request_id? string ours, the same on all tries
---@field retry_after? number seconds
---@field attempts? integer
---@field operation? string
---@field service_code? string
---@field permission? string that the operation needs
---@field help? string the page of Microsoft's reference that tells of the operation: its title and its address
---@field target? string
---@field details? table[]
---@field places? string[] of `no_match`: the libraries or folders that there are
---@field results? m365.cleaned[] of `clean_drafts`: what became of each
---@field cause? any what was behind it

---Limits of one call; a client sets them for all of its calls.
---@class m365.call_options
---@field timeout? m365.duration the whole call with its retries (120 s)
---@field connect_timeout? m365.duration (10 s)
---@field tls_timeout? m365.duration (10 s)
---@field first_byte_timeout? m365.duration (60 s)
---@field stall_timeout? m365.duration (30 s)
---@field backoff? m365.duration the first pause before a retry (0.5 s)
---@field retries? integer (4); 0 turns all repetition off
---@field max_response_size? integer bytes after decompression (32 MiB)
---@field max_header_size? integer bytes (256 KiB)
---@field extra? m365.extra of one call: what this library has no option for yet

---What is sent besides: `query` and `headers`, each name -> value. A body takes an `extra`, too, with properties.
---@class m365.extra
---@field query? table<string, string|number|boolean> options that have none of ours
---@field headers? table<string, string>

---How something is read, in OData's words.
---@class m365.query: m365.call_options
---@field filter? string
---@field orderby? string|string[]
---@field select? string|string[]
---@field expand? string|string[]
---@field search? string
---@field top? integer how many a list gives at most
---@field skip? integer how many it leaves out before
---@field page_size? integer how many are asked for at once
---@field count? boolean lets `list:count()` tell how many there are

---@class m365.client_options: m365.call_options
---@field credential string|fun(request: m365.token_request): string?, (number|m365.error)?
---@field base_url? string https, or http to this machine; default Graph
---@field beta? boolean
---@field clock? m365.clock what waits and token ages go by; default this machine's
---@field log? fun(event: table) gets structured events that are safe to print
---@field max_artifacts? integer in one request (50)
---@field concurrency? integer requests in flight (16)
---@field user_agent? string put before the library's own
---@field ca_file? string
---@field ca_directory? string
---@field proxy? string
---@field no_proxy? string
---@field client_certificate? string
---@field client_key? string
---@field client_key_password? string

---What a credential is called with.
---@class m365.token_request
---@field claims? string a challenge that the new token has to answer

---@class m365.clock
---@field now fun(self): number epoch seconds
---@field delay fun(self, seconds: number): number real seconds for so much of its time
---@field monotonic? fun(self): number seconds that only go forward: waits and ages go by them

---A list of the service, fetched page by page. Called by a generic `for` it gives item after item, and raises an error.
---@class m365.list<T>: fun(): T
local list = {}

---The next item; nil at the end; nil and an error where it failed.
---@param timeout? duration of this step, with all pages that it takes; default: that of the list
---@async
---@return any
---@return m365.error?
function list:next(timeout) end

---Page after page, for a generic `for`.
---@return fun(): any[]
function list:pages() end

---How many match, as the service counts them, regardless of `top` and `skip`: without walking the list, which starts at its
---first item all the same. For lists asked for with `count = true`; a browse counts unasked.
---@async
---@return integer?
---@return m365.error?
function list:count() end

---Ends it early; leaving a `for` does so by itself.
function list:close() end

---A thing of the service: its properties by Graph's names, null as nil. Assignment raises; equal by id.
---@class m365.resource
---@field id? string
local resource = {}

---A plain deep copy.
---@return table
function resource:table() end

---The client that it came from.
---@return m365.client
function resource:client() end

---Reads it again, in place.
---@async
---@param opts? m365.call_options
---@return self?
---@return m365.error?
function resource:refresh(opts) end

---An object of the service without a type of its own here.
---@class m365.object: m365.resource

---@class m365.wait_options
---@field timeout? m365.duration by the client's clock (24h)
---@field interval? m365.duration between two reads; by itself 5 s, growing to 60 s
---@field patience? m365.duration how long the service may be out of reach (15m)
---@field on_progress? m365.listener|m365.listener[]

---@alias m365.listener fun(event: m365.progress_event)

---@class m365.progress_event
---@field kind? string of a run: what has happened
---@field id? string of a run: the session that it is about
---@field wave? integer of a run
---@field session_status? string of a run
---@field waiting? string of a run: what it waits for
---@field waited? number for how many seconds
---@field soonest? number of a run: seconds that are left, at the least
---@field latest? number of a run: seconds that are left, at the most
---@field report? fun(): m365.report of a run: as it stands
---@field session? m365.restoreSessionBase
---@field status? string
---@field total? integer
---@field completed? integer
---@field failed? integer
---@field inProgress? integer
---@field elapsed? number seconds
---@field done? boolean nothing comes after it
---@field error? m365.error the last read failed

---@class m365.client
---@field sharePoint m365.sharePoint
---@field oneDriveForBusiness m365.oneDriveForBusiness
---@field exchange m365.exchange
---@field base_url string
---@field beta boolean
---@field max_artifacts integer
---@field clock? m365.clock
local client = {}

---Any other request of Graph, under the same laws. What is not a GET counts as a write unless `effect` is "read".
---@async
---@param method "GET"|"POST"|"PATCH"|"PUT"|"DELETE"
---@param path string from the version on, with it, or a URL on the client's own host
---@param options? m365.request_options
---@return any decoded, or true where the answer is empty
---@return {status: integer, headers: table<string, string>}|m365.error
function client:request(method, path, options) end

---@class m365.request_options: m365.call_options
---@field query? table<string, any>
---@field body? table
---@field headers? table<string, string>
---@field effect? "read"|"write"

---Many reads, 20 in a request.
---@async
---@param reads (string|{path: string, headers: table?})[]
---@param opts? {timeout: m365.duration?}
---@return table<integer, {status: integer, headers: table, body: any}> answers by place
---@return table<integer, m365.error> errors by place
function client:batch(reads, opts) end

---@class m365.restore_points_options: m365.call_options
---@field unit string|m365.protectionUnitBase
---@field before? m365.time_value
---@field after? m365.time_value
---@field order? m365.restorePointPreference

---@class m365.point_search
---@field protectionUnitIds (string|m365.protectionUnitBase)[]
---@field protectionTimePeriod {startDateTime: m365.time_value?, endDateTime: m365.time_value?}
---@field restorePointPreference? m365.restorePointPreference
---@field tags? m365.restorePointTags
---@field artifactQuery? {queryExpression: string, artifactType: m365.restorableArtifact}
---@field concurrency? integer requests at a time (1)

---@class m365.point_search_result
---@field searchResults {restorePoint: m365.restorePoint, artifactHitCount: integer?}[] in the order of the units
---@field noResultProtectionUnitIds string[]
---@field unanswered string[] of which the service never said anything
---@field searchResponseId? string

---Waits by the real clock, until the client is closed.
---@async
---@param seconds m365.duration
---@return boolean false where it was closed
function client:sleep(seconds) end

---Ends its requests; a restore goes on.
function client:close() end

---@class m365.restoreSessionBase: m365.resource
local restoreSessionBase = {}

---Waits until it has ended. Stopping the wait does not stop the restore.
---@async
---@param opts? m365.wait_options
---@return self? session when it is completed
---@return m365.error? `restore_partial`, `restore_failed`, `wait_timeout`, `not_activated`, or why it could not be read
---@return self session in any case
function restoreSessionBase:wait(opts) end

---@class m365.artifact_body
---@field restorePoint {id: string}|m365.restorePoint
---@field destinationType m365.destinationType

---What a new session holds: whole units or granular items of its own service, never both.
---@class m365.session_body
---@field siteRestoreArtifacts? m365.artifact_body[]
---@field driveRestoreArtifacts? m365.artifact_body[]
---@field mailboxRestoreArtifacts? m365.artifact_body[]
---@field granularSiteRestoreArtifacts? table[]
---@field granularDriveRestoreArtifacts? table[]
---@field granularMailboxRestoreArtifacts? table[]

---A new policy with units of its own service.
---@class m365.policy_body
---@field displayName string
---@field siteProtectionUnits? table[]
---@field driveProtectionUnits? table[]
---@field mailboxProtectionUnits? table[]

---@class m365.service_session
local service_session = {}

---Adds artifacts to a draft.
---@async
---@param artifacts table[] as on create
---@param opts? m365.call_options
---@return table[]? added
---@return m365.error? `items_refused` with one of `details` for each
---@return table[]? added where some were refused
function service_session:add(artifacts, opts) end

---Removes artifacts from a draft.
---@async
---@param ids string[]
---@param opts? m365.call_options
---@return true?
---@return m365.error?
function service_session:remove(ids, opts) end

---@class m365.restoreArtifactsBulkRequestBase: m365.resource
local restoreArtifactsBulkRequestBase = {}

---Waits until it has ended.
---@async
---@param opts? m365.wait_options
---@return self?
---@return m365.error? `bulk_partial` with one of `details` for each that was not found, or `wait_timeout`
---@return self
function restoreArtifactsBulkRequestBase:wait(opts) end

---@class m365.protectionUnitsBulkJobBase: m365.resource
local protectionUnitsBulkJobBase = {}

---Waits until it has ended.
---@async
---@param opts? m365.wait_options
---@return self?
---@return m365.error? `bulk_partial`, or `wait_timeout`
---@return self
function protectionUnitsBulkJobBase:wait(opts) end

---@class m365.exclusionUnitBulkAdditionJob: m365.resource
local exclusionUnitBulkAdditionJob = {}

---Waits until it has ended.
---@async
---@param opts? m365.wait_options
---@return self?
---@return m365.error? `bulk_partial`, or `wait_timeout`
---@return self
function exclusionUnitBulkAdditionJob:wait(opts) end

---@class m365.browseSessionBase: m365.resource
local browseSessionBase = {}

---Waits until it can be browsed.
---@async
---@param opts? m365.wait_options
---@return self?
---@return m365.error? `browse_failed`, `wait_timeout`
---@return self
function browseSessionBase:wait(opts) end

---@alias m365.browse_type "file"|"folder"|"documentLibrary"

---What there is where a pattern leads, as far as it does.
---@class m365.there
---@field places string[] paths of at most ten libraries or folders
---@field more integer how many others
---@field files integer
---@field matching? string a place that matches where files were asked for

---Finds all that a pattern means: "/Shared Documents/Finance/**/*.xlsx".
---@async
---@param pattern string
---@param what? {type: m365.browse_type?}
---@param opts? m365.call_options
---@return m365.browseQueryResponseItem[]? items ready for a granular session
---@return string[]|m365.error paths
---@return m365.there|m365.browseQueryResponseItem[]? there where it failed: the items that were found before
function browseSessionBase:find(pattern, what, opts) end

---Walks a snapshot from the top down; in a `for`: item and path.
---@param what? {match: string?, type: m365.browse_type?}
---@param opts? m365.call_options
---@return fun(): m365.browseQueryResponseItem?, string?
function browseSessionBase:walk(what, opts) end

---How far a restore has come, told to a person. Called with an event; give it as `on_progress`.
---@class m365.progress.bar
---@overload fun(event: m365.progress_event)
local bar = {}

---Ends the live line, if one stands there.
function bar:close() end

---@class m365.progress
local progress = {}

---@param opts? {out: file*?, style: "auto"|"live"|"plain"|"silent"?, columns: integer?}
---@return m365.progress.bar
function progress.bar(opts) end

---A JSON object on a line for each event.
---@param opts {out: file*}
---@return m365.listener
function progress.json(opts) end

---The page of a run's report, replaced in one piece while it goes on.
---@param opts {path: string}
---@return m365.listener
function progress.page(opts) end

---Times as Graph writes them.
---@class m365.time
local time = {}

---@param text? string
---@return number? seconds since 1970; nil for what is no time, and for "not set"
function time.parse(text) end

---@param value m365.time_value
---@return string
function time.format(value) end

---@param text? string of an HTTP header, such as "Sun, 22 Nov 2026 12:00:00 GMT"
---@return integer? seconds since 1970; nil for what is no such time
function time.of_header(text) end

---@param a m365.time_value
---@param b m365.time_value
---@return -1|0|1|nil order nil where one of them is no time
function time.compare(a, b) end

---What can be restored, and how: reviewed, then applied exactly. `print(plan)` shows it.
---@class m365.plan
---@field hash string what a person confirms: it covers what will be done
---@field checksum string covers everything in the plan
---@field query? string of messages
---@field rows table[] one for each target: its point and wave, or a refusal with its reason
---@field service string
---@field created string
---@field planned integer how many are to be restored
---@field waves integer
---@field estimate {fastest: number, seconds: number, how: string} seconds: the slowest
---@field locked? string the state of a service whose restores are locked
---@field lock_unseen? string why it was not seen whether restores are locked
---@field restores_till? string when the service ends restores
---@field snapshot_till? string when the look into the snapshot ends that a plan of files hangs on
---@field notes string[] what a person should know before it is applied
---@field misses? {option: string, given: string, code: string, message: string, nearest?: string}[] accepted misses
local plan = {}

---@async
---@param path string ending in ".json" or ".csv"
---@param opts? m365.csv_writing
---@return true?
---@return m365.error?
function plan:save(path, opts) end

---What another plan would do differently.
---@param other m365.plan
---@return string[]
function plan:diff(other) end

---@class m365.plan_spec
---@field service "sharePoint"|"oneDriveForBusiness"|"exchange"
---@field targets any a list, the path of a CSV file, or `{ csv = path, encoding = name }`
---@field before? m365.time_value the newest points older than it
---@field at? m365.time_value points of that moment count too
---@field destination? m365.destinationType never assumed
---@field prefer? "fastRestore"|"latest"|"oldest"
---@field max_loss? m365.duration how much older a point may be
---@field priority? any targets that go first, or a function of a row
---@field exclude? any targets
---@field accept_misses? boolean plan also where something in `exclude` or `priority` is no unit
---@field max_targets? integer
---@field allow_future? boolean times may lie in the future

---@class m365.apply_options
---@field journal string path
---@field confirm? string the plan's hash; needed where anything is restored in place
---@field on_progress? m365.listener|m365.listener[]
---@field timeout? m365.duration of the whole run (7d)
---@field interval? m365.duration between polls of a session
---@field patience? m365.duration how long the service may be out of reach (1h)
---@field url_wait? m365.duration how long addresses of copies are waited for (30m)
---@field max_sessions? integer
---@field max_in_flight? integer
---@field actor? string
---@field ticket? string
---@field reason? string

---What came of a plan.
---@class m365.run
---@field ok boolean every target is restored
---@field error? m365.error why it ended early
---@field plan m365.plan
---@field journal string
---@field head string of the journal; keep it elsewhere
local run = {}

---@return m365.report
function run:report() end

---How a run stands, by its journal.
---@class m365.status
---@field plan m365.plan
---@field report m365.report
---@field sessions {id: string, wave: integer?, stage: "created"|"activating"|"activated", rows: integer, activated: string?}[]
---@field total integer
---@field completed integer
---@field failed integer
---@field speed? number targets in an hour, since the process that wrote last began
---@field begun? string
---@field last? string
---@field records integer
---@field head string
---@field path string
---@field holder? integer the process that has the journal open, where the system tells
---@field problem? m365.error about records that cannot be understood

---One row for each target. `print(report)` shows what is left to do.
---@class m365.report
---@field rows table[]
---@field counts table<string, integer> outcome to number
---@field ok boolean
---@field exit_code integer
---@field error? string
local report = {}

---@param path string ending in ".csv", ".json" or ".html"
---@param opts? m365.csv_writing
---@return true?
---@return m365.error?
function report:save(path, opts) end

---@return string
function report:summary() end

---The targets of the next plan.
---@return table[]
function report:failed() end

---The targets of the plan that takes back what was restored in place; give `prefer = "latest"` beside them.
---@return table[] targets each to its newest restore point from before it was replaced
---@return string? before the last of these moments
function report:way_back() end

---@class m365.journal
local journal = {}

---For tools: opens a journal, to be closed, and checks what it holds.
---@param path string
---@return {records: table[]}?
---@return m365.error? `locked`, `journal_damaged`
function journal.open(path) end

---Checks the chain of hashes.
---@param path string
---@param head? string kept elsewhere: shows edits at the end too
---@return {records: integer, head: string, complete: boolean}?
---@return m365.error?
function journal.verify(path, head) end

---@param path string
---@return table[]? records
---@return m365.error?
function journal.read(path) end

---@class m365.csv
local csv = {}

---@class m365.csv_reading
---@field encoding? string a code page such as "windows-1252"; UTF-8 and UTF-16 need none

---@class m365.csv_writing
---@field separator? ","|";"|"\t"|"|" a comma unless told

---Raises where it cannot be read, with file, line and column.
---@param path string
---@param opts? m365.csv_reading
---@return table<string, string>[] records
---@return string[] columns
---@return fun(n: integer, column: string): string place of a cell: file, line and column
function csv.read(path, opts) end

---@param text string
---@param opts? m365.csv_reading
---@return table<string, string>[]? records
---@return string[]|string columns or what is wrong, with line and column
---@return fun(n: integer, column: string): string place of a cell
function csv.parse(text, opts) end

---The failure of a file that the disk does not give.
---@param what string the option that named the file
---@param path string
---@param err m365.error
---@return m365.error
function csv.cannot_read(what, path, err) end

---UTF-8 without a byte order mark. What a spreadsheet would run begins with an apostrophe, which reading takes away.
---@param columns string[]
---@param records table[]
---@param opts? m365.csv_writing
---@return string
function csv.format(columns, records, opts) end

---With the byte order mark that Excel needs.
---@param path string
---@param columns string[]
---@param records table[]
---@param opts? m365.csv_writing
---@return true?
---@return m365.error?
function csv.save(path, columns, records, opts) end

---Who we are. A client calls it whenever it needs a token.
---@alias m365.credential_value fun(request: m365.token_request): string?, (number|m365.error)?, number?

---Constructors raise on bad input, before any network is used.
---@class m365.credential
local credential = {}

---@class m365.credential_options
---@field tenant? string id or domain
---@field client_id? string
---@field cloud? string
---@field authority? string
---@field scope? string

---@class m365.client_secret_options: m365.credential_options
---@field client_secret string

---@param given m365.client_secret_options
---@return m365.credential_value
function credential.client_secret(given) end

---@param given m365.credential_options|table with a PEM file or text
---@return m365.credential_value
function credential.certificate(given) end

---@param given? m365.credential_options|{token_file: string?}
---@return m365.credential_value
function credential.workload_identity(given) end

---@param given? {client_id: string?, object_id: string?, resource_id: string?}
---@return m365.credential_value
function credential.managed_identity(given) end

---@param given m365.credential_options|{prompt: function, timeout: m365.duration?}
---@return m365.credential_value
function credential.device_code(given) end

---@param given? {tenant: string?, timeout: m365.duration?}
---@return m365.credential_value
function credential.azure_cli(given) end

---@param given? {cloud: string?, variables: table<string, string>?}
---@return m365.credential_value
function credential.environment(given) end

---@param list m365.credential_value[]
---@return m365.credential_value
function credential.chain(list) end

---@param given? {variables: table<string, string>?}
---@return m365.credential_value
function credential.default(given) end

---@param fn m365.credential_value
---@return m365.credential_value
function credential.token_function(fn) end

---Tasks under luv's loop, which has to be installed.
---@class m365.driver.luv
local luv = {}

---Says where errors go, before all else.
---@param on_error fun(err: any)
function luv.open(on_error) end

---Starts a function as a task that the loop drives: in it, methods yield to the loop.
---@param fn function
---@param ... any its arguments
---@return thread task for `m365.cancel`
function luv.spawn(fn, ...) end

---Looks again at what there is to wait for, after a callback of the loop has set an event or used `m365.spawn`.
function luv.wake() end

---Closes its handles; tasks stay where they are.
function luv.close() end

---Tasks under the loop of cqueues, which has to be installed.
---@class m365.driver.cqueues
local cqueues = {}

---Calls a function in a task that the queue drives: in it, methods yield to the queue. Raises what it raises.
---@async
---@param fn function
---@param ... any its arguments
---@return any ... its results
function cqueues.run(fn, ...) end

---@class m365.driver
---@field luv m365.driver.luv
---@field cqueues m365.driver.cqueues

---@class m365
---@field VERSION string
---@field null userdata written as null
---@field driver m365.driver
---@field progress m365.progress
---@field time m365.time
---@field credential m365.credential
---@field journal m365.journal
---@field csv m365.csv
local m365 = {}

---Plans a restore. Reads only.
---@async
---@param client m365.client
---@param spec m365.plan_spec
---@return m365.plan?
---@return m365.error?
function m365.plan(client, spec) end

---How a run stands, without a client, while another process goes on with it or long after.
---@param path string of the journal
---@return m365.status?
---@return m365.error? `journal_damaged`, `not_found`, or what the disk says
function m365.status(path) end

---@param path string
---@return m365.plan?
---@return m365.error? `plan_edited`, `bad_plan`
function m365.load_plan(path) end

---Applies a plan, exactly; or goes on with the one in its journal.
---@async
---@param client m365.client
---@param plan m365.plan
---@param opts m365.apply_options
---@return m365.run? once the journal is open
---@return m365.error?
function m365.apply(client, plan, opts) end

---Goes on with a run that was interrupted, by its journal alone.
---@async
---@param client m365.client
---@param path string
---@param opts? m365.apply_options
---@return m365.run?
---@return m365.error?
function m365.resume(client, path, opts) end

---One tenant. To be closed; raises on a wrong option.
---@param options m365.client_options
---@return m365.client
function m365.client(options) end

---One check of a preflight.
---@class m365.preflight_check
---@field name string
---@field ok boolean|"unknown"
---@field detail? string
---@field remedy? string
---@field error? m365.error

---What a preflight found; `tostring` gives a line for each check.
---@class m365.preflight_report
---@field ok boolean
---@field checks m365.preflight_check[]
---@field lookups? m365.preflight_check[] permissions to look people up by their addresses; none is a failure
---@field permissions? string[] what the token says of itself, not verified
---@field app_id? string
---@field service? table serviceStatus
---@field controller? table
---@field clock_skew? number seconds

---Looks, without changing anything, whether a restore would work.
---@async
---@param client m365.client
---@return m365.preflight_report
function m365.preflight(client) end

---Calls a function for every item, each in a coroutine of its own in which the library's methods yield to the others.
---@async
---@generic T, R
---@param items T[]
---@param fn fun(item: T, index: integer): R?, any
---@param limit? integer at a time
---@return table<integer, R> results by index
---@return table<integer, any> failures by index
function m365.gather(items, fn, limit) end

---A plan for single files of one site or OneDrive.
---@async
---@param client m365.client
---@param spec m365.plan_files_spec
---@return m365.plan?
---@return m365.error? `no_match`
function m365.plan_files(client, spec) end

---@class m365.plan_files_spec
---@field service "sharePoint"|"oneDriveForBusiness"
---@field target any one site or user, as in the targets of a plan
---@field match string a glob: "/Shared Documents/**/*.xlsx"
---@field before? m365.time_value
---@field max_loss? m365.duration
---@field timeout? m365.duration of the opening of the snapshot

---A plan for the messages of mailboxes that a query means.
---@async
---@param client m365.client
---@param spec m365.plan_messages_spec
---@return m365.plan?
---@return m365.error?
function m365.plan_messages(client, spec) end

---@class m365.plan_messages_spec
---@field targets any
---@field query string "(Subject -like 'invoice*')"
---@field destination m365.destinationType never assumed
---@field before? m365.time_value
---@field max_loss? m365.duration

---The least permissions that a plan needs.
---@param plan m365.plan
---@return string[]|{plan: string[], apply: string[]}
function m365.needs(plan) end

---What is running now.
---@async
---@param client m365.client
---@param opts? m365.watch_options
---@return m365.report?
---@return m365.error?
function m365.watch(client, opts) end

---@class m365.watch_options: m365.wait_options
---@field service? string default all
---@field wait? boolean false: only look

---@class m365.cleaned
---@field session? string
---@field journal string its path
---@field outcome "deleted"|"kept"|"gone"|"not_understood"|"failed"
---@field error? m365.error

---Deletes the drafts that journals of ours name.
---@async
---@param client m365.client
---@param journals string|string[] paths
---@param opts? {older_than: m365.duration?}
---@return m365.cleaned[]? nil where something failed: err.results are then all of them
---@return m365.error?
function m365.clean_drafts(client, journals, opts) end

---A restore whose points the service picks.
---@async
---@param client m365.client
---@param spec m365.plan_spec|m365.apply_options `confirm` is "unreviewed" where anything is restored in place
---@return m365.run?
---@return m365.error?
function m365.bulk_restore(client, spec) end

---A rehearsal: some units, restored to new places, with a report as evidence.
---@async
---@param client m365.client
---@param opts m365.drill_options
---@return m365.run?
---@return m365.error? `drill_limit`
function m365.drill(client, opts) end

---@class m365.drill_options: m365.apply_options
---@field service string
---@field ledger string path: the drills of the past
---@field sample? integer (3)
---@field targets? any to choose among
---@field report? string path of the evidence
---@field before? m365.time_value
---@field seed? string the same seed chooses the same units

---The Graph type of a resource; nil: it is none.
---@param value any
---@return string?
function m365.type(value) end

---Marks a table so that it is written as a JSON list.
---@generic T: table
---@param items? T
---@return T
function m365.array(items) end

---An error object of one's own. `class`, `message` and `remedy` come from its code where they are missing; the remedy
---also by `operation` and `seen`.
---@param fields table `code` is required
---@return m365.error
function m365.failure(fields) end

---Class, remedy and fact of an error code.
---@param code string
---@param operation? string that met it, such as "sharePointRestoreSession.update"; "RestoreArtifact": an error of one
---@param seen? string|string[] what was seen: "new", "inPlace", "read", "write", "list", "retry_after", …
---@return m365.error_class? class nil where nothing is known
---@return string? remedy
---@return string? fact
function m365.describe(code, operation, seen) end

---What may be shown of a text on a terminal, in a log or on a page.
---@param text any a string, or what tostring is asked for
---@param most? integer the text is cut to this many bytes, between characters
---@return string
function m365.plain(text, most) end

---Calls the body of a script, tells an error in one line on the standard error, and gives the exit code for `os.exit`.
---@param main fun(...): any its result decides: an integer, a run, a report, true, false, or nil and an error
---@param ... any its arguments
---@return integer code 0, 1 or 2; 130 after Ctrl-C
function m365.script(main, ...) end

---Starts a task: a coroutine in which methods yield instead of blocking. It runs while somebody steps.
---@param fn function
---@param ... any its arguments
---@return thread
function m365.spawn(fn, ...) end

---Ends a task; a restore that it was watching goes on.
---@param task thread
function m365.cancel(task) end

---Lets each task that can go on do so once; where none can, waits first, for 0.05 seconds at most.
---@param timeout? m365.duration
function m365.step(timeout) end

---Seconds until something is due; nil where nothing is.
---@return number?
function m365.timeout() end

---What an event loop has to watch.
---@return {fd: integer, events: "r"|"w"|"rw"}[]
function m365.pollfds() end

return m365
