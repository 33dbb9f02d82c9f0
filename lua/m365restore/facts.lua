--- What Microsoft's pages say of the service: limits, windows and speeds. Each figure stands here once, with the page
-- that has it; plans, parts, drills and runs read it here. What differs in a tenant shows in what the service answers,
-- and that counts.
-- @module m365restore.facts
local facts = {}

local DAY = 86400

local LEARN = "https://learn.microsoft.com/"
local NEWS = LEARN .. "microsoft-365/backup/backup-whats-new"
local RESTORING = LEARN .. "microsoft-365/backup/backup-restore-data"
local CODES = LEARN .. "graph/backup-storage-error-codes"
local RETENTION = LEARN .. "graph/api/resources/retentionsetting"

--- Artifacts in one request, and sessions that are active at a time.
facts.sessions = { artifacts = 50, active = 25, page = CODES }

--- Units of a workload that are restored at a time, and in a day.
facts.queue = { at_a_time = 1000, a_day = 10000, page = RESTORING }

--- How long policies keep points, in days: 90, 180, 365 and 730 by the product's page; that of the API lists periods of
-- up to ten years. `grace`: how long older points outlive a window that was made shorter.
facts.retention = { longest = 3650, grace = 30, page = RETENTION }

--- Where points lie close to each other: `fine` seconds back there is one in ten minutes, from then on sites and
-- OneDrives have one a week; beyond `promised` no page says how many there are.
facts.points = { fine = 14 * DAY, promised = 365 * DAY, page = RESTORING }

--- How long a number of sites, OneDrives or mailboxes takes together: { units, hours }.
facts.durations = { { 1, 0.5 }, { 50, 3 }, { 250, 4 }, { 1000, 10 }, page = RESTORING }

--- Sites and OneDrives that fast points restore in a day, as a median, and the seconds that the fastest takes.
facts.fast = { a_day = 6000, least = 600, page = NEWS }

--- Messages that one search restores at most, and those of a mailbox that are restored in a minute.
facts.messages = { most = 1000, slowest = 100, fastest = 500, page = NEWS }

--- Test restores of a unit in a month, and the seconds of one. Restores that are needed are not limited.
facts.drills = { most = 2, month = 31 * DAY, page = RESTORING }

--- Copies of a site or OneDrive: each takes an address, which is counted (R0, R1, …).
facts.copies = { most = 1000, page = RESTORING }

return facts
