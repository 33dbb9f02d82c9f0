--- The least permissions that a plan needs. Never yields.
-- @module m365restore.plan.permissions
local contract = require "m365restore.graph.contract"
local directory = require "m365restore.plan.directory"
local options = require "m365restore.options"
local spelling = require "m365restore.plan.spelling"
local tables = require "m365restore.tables"
local workload = require "m365restore.workload"

-- What each step calls, by the rows of the contract table; %s is the service, %t its type of session.
local steps = {
  plan = { { "%s", "protection_units" }, { "client", "search_restore_points" }, { "client", "status" } },
  apply = {
    { "client", "status" }, { "%s", "protection_units" }, { "client", "search_restore_points" },
    { "client", "sessions" }, { "client", "session" }, { "%s", "create_session" }, { "%t", "update" },
    { "%t", "artifacts" }, { "restoreSessionBase", "activate" },
  },
  item = { { "%s", "create_browse_session" }, { "%t", "granular_artifacts" } },
}

-- looking people up is not this API's
local lookups = directory.permissions

--- The permissions of a set that no other one of it covers.
local function without_covered(set)
  local list = {}
  for name in pairs(set) do
    if not set[contract.wider(name)] then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

local function collect(plan, names)
  local set = {}
  for _, name in ipairs(names) do
    for _, step in ipairs(steps[name]) do
      local on = step[1]:gsub("%%s", plan.service):gsub("%%t", workload.of[plan.service].session)
      local permission = contract.permission(on, step[2])
      if permission then
        set[permission] = true
      end
    end
  end
  return set
end

--- Adds what it took to find the people of whom a plan was made: targets, those that were refused among them,
-- exclusions and priorities.
local function add_lookups(plan, set)
  for _, kind in ipairs(plan.lookups or {}) do
    set[lookups[kind]] = true
  end
end

--- Adds what it takes to compare the names of the rows that will be restored with the people.
local function add_comparisons(plan, set)
  for _, row in ipairs(workload.of[plan.service].personal and plan.rows or {}) do
    local clue = not row.refusal and row.kind == "standard" and spelling.read(row.target)
    local kind = clue and directory.kind_of(clue)
    if kind then
      set[lookups[kind]] = true
    end
  end
end

local function has_items(plan)
  return tables.any(plan.rows, function(row) return row.kind == "item" end)
end

local Needs = { __name = "m365restore.needs" }

function Needs:__tostring()
  return "to plan: " .. table.concat(self.plan, ", ") .. "\nto apply: " .. table.concat(self.apply, ", ")
end

--- Lists the least permissions for a plan.
-- @function needs
-- @tparam Plan plan
-- @treturn table `plan` and `apply`, lists of names: to make it again, and to apply it; as a list, those of both.
-- User.ReadBasic.All stands there where targets, exclusions or priorities are e-mail addresses; it is needed where the
-- units do not show them, as to app-only tokens. User.Read.All stands there where an address is another one of a
-- user's, or may be, Sites.Read.All where one is that of a OneDrive
return function(plan)
  if type(plan) ~= "table" or type(plan.rows) ~= "table" then
    options.misuse("needs: plan", "a plan", plan, 2)
  end
  local both = has_items(plan) and { "plan", "apply", "item" } or { "plan", "apply" }
  local read, all = collect(plan, has_items(plan) and { "plan", "item" } or { "plan" }), collect(plan, both)
  add_lookups(plan, read)
  add_comparisons(plan, all)
  local either = {}
  for _, set in ipairs { read, all } do
    for name in pairs(set) do
      either[name] = true
    end
  end
  local needs = without_covered(either)
  needs.plan, needs.apply = without_covered(read), without_covered(all)
  return setmetatable(needs, Needs)
end
