--- The figures of the service: how many there may be, how long things take, and how long they are kept, in seconds.
-- Where Microsoft's pages have a figure, it is that one.
-- @module m365restore.simulator.world.figures
local figures = {}

local MINUTE, HOUR, DAY = 60, 3600, 86400
figures.MINUTE, figures.HOUR, figures.DAY = MINUTE, HOUR, DAY

--- What a test may change by `limits` of start.
figures.limits = {
  artifacts_per_request = 50, active_sessions = 25, in_flight = 1000, units_per_search = 20,
  units_per_policy_request = 50, resources_per_bulk = 10000, groups_per_rule = 100, messages_per_artifact = 1000,
  copies_per_unit = 1000, exclusions_per_job = 10000, recipients = 20,
}

--- What no option changes.
figures.most = {
  requests_in_batch = 20, points_in_list = 5, letters_of_policy_name = 1024,
  items_in_tree = 100000, -- a key has no room for more than 2^20, and memory none for so many
}

--- How long things take.
figures.lasting = {
  scheduling = MINUTE, restore = 30 * MINUTE,
  -- so many units together: { units, seconds }
  together = { { 1, 0.5 * HOUR }, { 50, 3 * HOUR }, { 250, 4 * HOUR }, { 1000, 10 * HOUR } },
  -- the address of a copy may lag behind its completion by more than 15 minutes
  naming = 15 * MINUTE, naming_more = 5 * MINUTE,
  messages = { 100, 500 }, -- that are restored in a minute, the fewest and the most
  browse = 2 * MINUTE, protecting = 10 * MINUTE, offboarding = 7 * DAY, rule = 10 * MINUTE, job = 5 * MINUTE,
  handing_over = 7 * DAY, -- from one controller to the next
}

--- How long things are kept; points by the documented example of retention: weekly ones for a year, those of every
-- ten minutes for two weeks.
figures.kept = { session = 365 * DAY, browse = 3 * DAY, fast_point = 365 * DAY, slow_point = 14 * DAY }

--- How old is what was there at the start.
figures.age = { unit = 30 * DAY, policy = 60 * DAY, app = 60 * DAY, control = 50 * DAY, service = 90 * DAY,
  item = 30 * DAY }

return figures
