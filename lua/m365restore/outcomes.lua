--- The outcomes that a row of a report can have: one table, from which
-- reports, their totals and their pages, runs and the lists of the next plan
-- read what an outcome means.
-- @module m365restore.outcomes
local outcomes = {}

-- In the order in which a summary tells them. `ok`: nothing is left to be done. `open`: its run is to be resumed.
-- `again`: it is a target of the next plan. `rank`: how soon a person should look at it.
local list = {
  { name = "restored", ok = true, rank = 11 },
  { name = "nothing_to_restore", ok = true, rank = 10 },
  { name = "already_restored", ok = true, rank = 9 },
  { name = "failed", again = true, rank = 1 },
  { name = "failed_elsewhere", again = true, rank = 2 },
  { name = "rejected", again = true, rank = 3 },
  { name = "refused", rank = 8 },
  { name = "running", open = true, rank = 5 },
  { name = "running_elsewhere", open = true, rank = 6 },
  { name = "not_started", open = true, rank = 7 },
  { name = "unknown", open = true, rank = 4 },
  { name = "excluded", ok = true, rank = 12 },
  { name = "duplicate", ok = true, rank = 13 },
}

local by_name = {}
for _, outcome in ipairs(list) do
  by_name[outcome.name] = outcome
end

-- what a journal of another version says, or another program: it is looked at first
local other = { rank = 0 }

local function find(name)
  return by_name[name] or other
end

--- The names of all outcomes, in the order in which a summary tells them.
-- @treturn table list
function outcomes.names()
  local names = {}
  for i, outcome in ipairs(list) do
    names[i] = outcome.name
  end
  return names
end

--- Does an outcome leave nothing to be done?
-- @tparam string name
-- @treturn boolean
function outcomes.is_ok(name)
  return find(name).ok == true
end

--- Is a row with this outcome still to come to its end?
-- @tparam string name
-- @treturn boolean
function outcomes.is_open(name)
  return find(name).open == true
end

--- Is a row with this outcome a target of the next plan?
-- @tparam string name
-- @treturn boolean
function outcomes.is_again(name)
  return find(name).again == true
end

--- Should a person look at one outcome before another?
-- @tparam string a
-- @tparam string b
-- @treturn boolean
function outcomes.is_before(a, b)
  local x, y = find(a).rank, find(b).rank
  return x < y or x == y and a < b
end

return outcomes
