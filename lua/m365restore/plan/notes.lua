--- What a person should know before a plan is applied: what Microsoft's pages
-- say of the service and the destination of its rows, and what this plan is
-- short of.
-- @module m365restore.plan.notes
local artifacts = require "m365restore.sessions.artifacts"
local facts = require "m365restore.facts"
local format = require "m365restore.text.format"
local tables = require "m365restore.tables"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local notes = {}

-- targets that a note names
local MOST_NAMED = 3

-- what is lost of a unit with a point every ten minutes, at the most that is usual, in seconds
local USUAL_LOSS = 86400

--- One entry of `exclude` or `priority` that means no unit, in words.
-- @tparam table miss
-- @treturn string
function notes.of_miss(miss)
  return string.format("%s: %s: %s%s", miss.option, miss.given, miss.message,
    miss.nearest and "; the nearest is " .. miss.nearest or "")
end

--- The rows of a plan that are to be restored, and for which something holds.
local function select_rows(plan, holds)
  return tables.filter(plan.rows, function(row) return not row.refusal and holds(row) end)
end

local function name_some(rows)
  local names = {}
  for i = 1, math.min(#rows, MOST_NAMED) do
    names[i] = tostring(rows[i].target)
  end
  local more = #rows - #names
  return table.concat(names, ", ") .. (more > 0 and string.format(" and %d more", more) or "")
end

--- How much later the newest point of a row is than the planned one, in seconds.
local function cost_of(row)
  return time.parse(row.nearer) - time.parse(row.protectionDateTime)
end

-- Notes in their order: each is a text, or nil where it does not apply.
local list = {}

function list.again(plan)
  local rows = select_rows(plan, function(row) return row.restored_by end)
  return #rows > 0 and format.count(#rows, "target") .. " of the plan had this very restore point restored since T. "
    .. "To confirm the plan is to do it again."
end

function list.nearer(plan)
  local rows = select_rows(plan, function(row) return row.nearer end)
  if #rows == 0 then
    return nil
  end
  local worst = rows[1]
  for _, row in ipairs(rows) do
    worst = cost_of(row) > cost_of(worst) and row or worst
  end
  return string.format('%s a nearer restore point than the one that prefer = "%s" takes: %s loses %s more than with '
    .. 'its point of %s. prefer = "latest" takes the nearest.',
    #rows == 1 and "1 target has" or #rows .. " targets have", plan.prefer, worst.target, format.span(cost_of(worst)),
    worst.nearer)
end

local function is_in_place(row) return row.destinationType == "inPlace" end

function list.in_place(plan)
  return #select_rows(plan, is_in_place) > 0 and "What is restored in place is not locked meanwhile: changes since the "
    .. "restore point are lost, and so are those made while it runs."
end

function list.no_way_back(plan)
  local rows = select_rows(plan, function(row) return row.way_back == "none" end)
  return #rows > 0 and string.format("There is no way back for %s: no restore point is newer than the planned one, and "
    .. "so what is there now could not be restored again: %s.", format.count(#rows, "target"), name_some(rows))
end

function list.way_back(plan)
  local rows = select_rows(plan, function(row) return row.way_back and row.way_back ~= "none" end)
  return #rows > 0 and string.format("There is a way back for %s: report:way_back() of the run gives the targets and "
    .. "times that take a wrong restore back.", format.count(#rows, "target"))
end

function list.hold(plan)
  if #select_rows(plan, is_in_place) == 0 then
    return nil
  end
  return plan.service == "exchange" and "A mailbox on hold cannot be restored in place until the hold is lifted."
    or "What is on hold cannot be restored in place until the hold is lifted"
      .. (plan.service == "sharePoint" and "; a site can be restored to a new address." or ".")
end

local function is_copy(row) return row.destinationType == "new" and row.kind ~= "item" end

function list.copies(plan)
  return plan.service ~= "exchange" and #select_rows(plan, is_copy) > 0 and string.format("Copies are open to "
    .. "administrators only, and locked until they are complete; their address may take more than 15 minutes to "
    .. "appear. There are addresses for %s copies of one original.", format.number(facts.copies.most))
end

function list.recycled(plan)
  return plan.service ~= "exchange" and plan.planned > 0 and "What was removed from the recycle bin cannot be restored."
end

function list.mail(plan)
  return plan.service == "exchange" and plan.planned > 0 and "Drafts of messages are not backed up. What was only "
    .. "moved to Deleted Items is not restored, nor are flags and importance, nor other people's copies of a meeting. "
    .. "Where a mailbox is as it was at its restore point, nothing is restored and no folder is made."
end

--- The service shows nowhere whether a library or a site is such a one.
function list.files(plan)
  return #select_rows(plan, function(row) return row.kind == "item" end) > 0 and "Files of a library with information "
    .. "rights management and of a locked site cannot be restored by themselves: they would fail."
end

function list.at_a_time(plan)
  local queue = facts.queue
  local daily = plan.planned > queue.a_day and string.format(", and %s a day unless more is agreed with Microsoft",
    format.number(queue.a_day)) or ""
  return plan.planned > 0 and string.format("The service restores at most %s %s at a time, those of all sessions "
    .. "together%s.", format.number(queue.at_a_time), workload.of[plan.service].nouns, daily)
end

function list.locked(plan)
  return plan.locked and string.format("Restores are locked in this tenant, whose backup service is %s: as it is, "
    .. "nothing of this plan can be applied.", plan.locked)
end

function list.lock_unseen(plan)
  return plan.lock_unseen and "Whether restores are locked in this tenant, or end soon, was not seen: "
    .. plan.lock_unseen
end

function list.restores_till(plan)
  return not plan.locked and plan.restores_till and string.format("The service restores until %s, and not after "
    .. "that.", plan.restores_till)
end

function list.snapshot(plan)
  return plan.snapshot_till and string.format("The files hang on a look into a snapshot that ends at %s: apply the "
    .. "plan before.", plan.snapshot_till)
end

--- The moment by which the service should have begun the last row.
local function horizon_of(plan)
  local created = time.parse(plan.created)
  return created and created + plan.estimate.seconds
end

function list.expiring(plan)
  local horizon = horizon_of(plan)
  local rows = select_rows(plan, function(row)
    local ends = time.parse(row.expires)
    return horizon and ends and ends < horizon
  end)
  table.sort(rows, function(a, b) return time.parse(a.expires) < time.parse(b.expires) end)
  return #rows > 0 and string.format("The restore points of %s end before a run that is begun now may come to them, "
    .. "the first at %s (%s): let them go first, by priority.", format.count(#rows, "target"), rows[1].expires,
    name_some(rows))
end

function list.unseen(plan)
  return artifacts.unseen(plan.rows)
end

--- How long ago T was when the plan was made, in seconds.
local function age_of(plan)
  local moment, created = time.parse(plan.before or plan.at), time.parse(plan.created)
  return moment and created and created - moment or 0
end

function list.weekly(plan)
  return plan.service ~= "exchange" and age_of(plan) > facts.points.fine
    and "T is more than two weeks ago: of sites and OneDrives there is one point a week."
end

function list.old(plan)
  return age_of(plan) > facts.points.promised
    and "T is more than a year ago: how many restore points there are from then is promised nowhere."
end

function list.sparse(plan)
  local rows = plan.service == "exchange" and {} or select_rows(plan, function(row)
    return row.kind == "standard" and not row.nearer and (row.lost or 0) > USUAL_LOSS
  end)
  return age_of(plan) <= facts.points.fine and #rows > 0 and string.format("%s no point within a day before T, though "
    .. "there should be one every ten minutes: %s. What was moved to another geography has one point a week, and is "
    .. "restored to where it is now.", #rows == 1 and "1 target has" or #rows .. " targets have", name_some(rows))
end

local order = {
  "locked", "lock_unseen", "restores_till", "snapshot", "expiring", "again", "nearer", "no_way_back", "in_place",
  "way_back", "hold", "copies", "recycled", "mail", "files", "at_a_time", "unseen", "weekly", "old", "sparse",
}

--- The notes of a plan.
-- @tparam Plan plan
-- @treturn table list of texts
function notes.of(plan)
  local texts = tables.map(order, function(name) return list[name](plan) or nil end)
  for _, miss in ipairs(plan.misses or {}) do
    texts[#texts + 1] = "Not found, and planned without: " .. notes.of_miss(miss)
  end
  return texts
end

return notes
