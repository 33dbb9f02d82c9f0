--- The least permissions that a plan needs. Never yields.
-- @module m365restore.plan.permissions
local core = require "m365restore.core"
local directory = require "m365restore.plan.directory"
local session_types = require("m365restore.graph.session").types
local spelling = require "m365restore.plan.spelling"

-- What each step calls, by the rows of the contract table; %s is the service, %t its type of session.
local steps = {
  plan = { { "%s", "protection_units" }, { "client", "search_restore_points" } },
  apply = {
    { "%s", "protection_units" }, { "client", "search_restore_points" }, { "client", "sessions" },
    { "client", "session" }, { "%s", "create_session" }, { "%t", "update" }, { "%t", "artifacts" },
    { "restoreSessionBase", "activate" },
  },
  item = { { "%s", "create_browse_session" }, { "%t", "granular_artifacts" } },
}

-- looking people up is not this API's
local lookups = directory.permissions

--- verb of a type -> permission
local function permissions()
  local found = {}
  for _, row in ipairs(core.actions()) do
    found[row.on .. "." .. row.verb] = row.permission
  end
  return found
end

--- A permission to write is one to read, too.
local function without_covered(set)
  local list = {}
  for name in pairs(set) do
    local writer = name:gsub("%.Read%.All$", ".ReadWrite.All")
    if writer == name or not set[writer] then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

local function collect(plan, names)
  local known, set = permissions(), {}
  for _, name in ipairs(names) do
    for _, step in ipairs(steps[name]) do
      local on = step[1]:gsub("%%s", plan.service):gsub("%%t", session_types[plan.service])
      local permission = known[on .. "." .. step[2]]
      if permission then
        set[permission] = true
      end
    end
  end
  return set
end

--- Adds what looking up the people takes whom a plan names.
local function add_lookups(plan, set)
  for _, row in ipairs(plan.service ~= "sharePoint" and plan.rows or {}) do
    local clue = spelling.read(row.target)
    if clue and clue.kind == "email" then
      set[lookups.people] = true
    elseif clue and clue.personal then
      set[lookups.sites] = true
    end
  end
end

local function has_items(plan)
  for _, row in ipairs(plan.rows) do
    if row.kind == "item" then
      return true
    end
  end
  return false
end

local Needs = { __name = "m365restore.needs" }

function Needs:__tostring()
  return "to plan: " .. table.concat(self.plan, ", ") .. "\nto apply: " .. table.concat(self.apply, ", ")
end

--- Lists the least permissions for a plan.
-- @function needs
-- @tparam Plan plan
-- @treturn table `plan` and `apply`, lists of names: to make it again, and to apply it; as a list, those of both.
-- User.ReadBasic.All stands there where targets are e-mail addresses; it is needed where the units do not show them,
-- as to app-only tokens. Sites.Read.All stands there where targets are addresses of OneDrives
return function(plan)
  local both = has_items(plan) and { "plan", "apply", "item" } or { "plan", "apply" }
  local read, all = collect(plan, has_items(plan) and { "plan", "item" } or { "plan" }), collect(plan, both)
  add_lookups(plan, read)
  add_lookups(plan, all)
  local needs = without_covered(all)
  needs.plan, needs.apply = without_covered(read), without_covered(all)
  return setmetatable(needs, Needs)
end
