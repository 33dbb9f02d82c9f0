--- What a person should know before a plan is applied: what Microsoft's pages
-- say of the service and the destination of its rows, and what this plan is
-- short of.
-- @module m365restore.plan.notes
local artifacts = require "m365restore.sessions.artifacts"
local format = require "m365restore.text.format"
local time = require "m365restore.time"
local workload = require "m365restore.workload"

local notes = {}

-- targets that a note names
local MOST_NAMED = 3

-- how old T may be before there are only weekly points, in seconds
local FINE_GRAIN = 14 * 86400

--- One entry of `exclude` or `priority` that means no unit, in words.
-- @tparam table miss
-- @treturn string
function notes.of_miss(miss)
  return string.format("%s: %s: %s%s", miss.option, miss.given, miss.message,
    miss.nearest and "; the nearest is " .. miss.nearest or "")
end

--- The rows of a plan that are to be restored, and for which something holds.
local function select_rows(plan, holds)
  local rows = {}
  for _, row in ipairs(plan.rows) do
    rows[#rows + 1] = not row.refusal and holds(row) and row or nil
  end
  return rows
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
  return plan.service ~= "exchange" and #select_rows(plan, is_copy) > 0 and "Copies are open to administrators only, "
    .. "and locked until they are complete; their address may take more than 15 minutes to appear."
end

function list.recycled(plan)
  return plan.service ~= "exchange" and plan.planned > 0 and "What was removed from the recycle bin cannot be restored."
end

function list.mail(plan)
  return plan.service == "exchange" and plan.planned > 0 and "Drafts of messages are not backed up. Where a mailbox is "
    .. "as it was at its restore point, nothing is restored and no folder is made."
end

function list.at_a_time(plan)
  return plan.planned > 0 and string.format("The service restores at most 1,000 %s at a time, those of all sessions "
    .. "together.", workload.of[plan.service].nouns)
end

function list.unseen(plan)
  return artifacts.unseen(plan.rows)
end

function list.weekly(plan)
  local moment, created = time.parse(plan.before or plan.at), time.parse(plan.created)
  return moment and created and created - moment > FINE_GRAIN
    and "T is more than two weeks ago: of sites and OneDrives there is one point a week."
end

local order = {
  "again", "nearer", "no_way_back", "in_place", "way_back", "hold", "copies", "recycled", "mail", "at_a_time", "unseen",
  "weekly",
}

--- The notes of a plan.
-- @tparam Plan plan
-- @treturn table list of texts
function notes.of(plan)
  local texts = {}
  for _, name in ipairs(order) do
    texts[#texts + 1] = list[name](plan) or nil
  end
  for _, miss in ipairs(plan.misses or {}) do
    texts[#texts + 1] = "Not found, and planned without: " .. notes.of_miss(miss)
  end
  return texts
end

return notes
