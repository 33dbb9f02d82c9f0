--- The outcomes that a row of a report can have: one table, from which
-- reports, their totals and their pages, runs and the lists of the next plan
-- read what an outcome means.
-- @module m365restore.outcomes
local outcomes = {}

-- In the order in which a summary tells them. `ok`: nothing is left to be done. `restored`: the content is there.
-- `open`: its run is to be resumed. `again`: it is a target of the next plan. `planned`: the plan says so, and the
-- service has not been asked. `rank`: how soon a person should look at it.
local list = {
  { name = "restored", ok = true, restored = true, rank = 11 },
  { name = "nothing_to_restore", ok = true, rank = 10 },
  { name = "already_restored", ok = true, restored = true, rank = 9 },
  { name = "failed", again = true, rank = 1 },
  { name = "failed_elsewhere", again = true, rank = 2 },
  { name = "rejected", again = true, rank = 3 },
  { name = "refused", planned = true, rank = 8 },
  { name = "running", open = true, rank = 5 },
  { name = "running_elsewhere", open = true, rank = 6 },
  { name = "not_started", open = true, rank = 7 },
  { name = "unknown", open = true, rank = 4 },
  { name = "excluded", ok = true, planned = true, rank = 12 },
  { name = "duplicate", ok = true, planned = true, rank = 13 },
}

local by_name = {}
for _, outcome in ipairs(list) do
  by_name[outcome.name] = outcome
end

-- what a journal of another version says, or another program: it is looked at first
local other = { rank = 0 }

--- All outcomes, in the order in which a summary tells them.
outcomes.list = list

--- What is known of an outcome.
-- @tparam ?string name
-- @treturn table `ok`, `restored`, `open`, `again`, `planned`: true, or nil; `rank`
function outcomes.of(name)
  return by_name[name] or other
end

--- How people read an outcome.
-- @tparam string name
-- @treturn string
function outcomes.word(name)
  return (name:gsub("_", " "))
end

--- The outcome of a row that a plan refuses.
-- @tparam string code of the refusal
-- @treturn string
function outcomes.of_refusal(code)
  return outcomes.of(code).planned and code or "refused"
end

--- Should a person look at one outcome before another?
-- @tparam string a
-- @tparam string b
-- @treturn boolean
function outcomes.is_before(a, b)
  local x, y = outcomes.of(a).rank, outcomes.of(b).rank
  return x < y or x == y and a < b
end

return outcomes
