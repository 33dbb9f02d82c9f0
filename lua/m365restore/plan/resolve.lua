--- From what was written to protection units: one walk over the service's list, for targets, exclusions and priorities
-- alike.
-- @module m365restore.plan.resolve
local core = require "m365restore.core"
local directory = require "m365restore.plan.directory"
local drain = require "m365restore.graph.drain"
local fail = require "m365restore.fail"
local fold = require "m365restore.text.fold"
local match = require "m365restore.plan.match"
local nearest = require "m365restore.text.nearest"
local retention = require "m365restore.plan.retention"
local spelling = require "m365restore.plan.spelling"
local tables = require "m365restore.tables"
local targets = require "m365restore.plan.targets"
local workload = require "m365restore.workload"

local resolve = {}

-- names for which the nearest spelling is looked for
local MOST_SPELLINGS = 20

local function refusal(code, ...)
  return { code = code, message = string.format(...) }
end

--- A property, or nil where it is no text.
local function text_of(unit, name)
  local value = unit[name]
  return type(value) == "string" and value ~= "" and value or nil
end

--- What is kept of a unit; its page can go.
local function summary(unit, keys)
  local owner, days, change = text_of(unit, "directoryObjectId"), retention.of(unit)
  return {
    id = unit.id, name = text_of(unit, "siteName") or text_of(unit, "displayName"),
    address = text_of(unit, "siteWebUrl") or text_of(unit, "email") or owner, status = unit.status,
    owner = owner and owner:lower(), keys = keys, retention = days, shrinks = change,
  }
end

-- {====== The walk ======

local function put(index, key, value)
  index[key] = index[key] or {}
  table.insert(index[key], value)
end

local Walk = {}
Walk.__index = Walk

--- Writes down which clues wait for which unit.
function Walk:expect(list)
  for _, target in ipairs(list) do
    self.keeps_spellings = true
    for _, clue in ipairs(target.clues) do
      local wish = { clue = clue, target = list == self.list and target or nil }
      if clue.key then
        put(self.index, clue.key, wish)
      end
      if clue.other then
        put(self.index, clue.other, wish)
      end
      for depth, key in ipairs(clue.above or {}) do
        put(self.index_above, key, { clue = clue, depth = depth })
      end
      self.keeps_owners = self.keeps_owners or clue.kind == "email" or clue.personal ~= nil
    end
  end
end

--- A clue has found a unit; the search for the points of a target can begin.
function Walk:meet(wish, unit)
  local clue = wish.clue
  clue.units = clue.units or {}
  for _, known in ipairs(clue.units) do
    if known.id == unit.id then
      return
    end
  end
  table.insert(clue.units, unit)
  if wish.target and not match.is_lost(unit) then
    self.on_unit(unit, wish.target)
  end
end

--- Every protected unit is a target of its own.
function Walk:take_every(unit, known)
  local policy = self.policy
  if match.is_lost(unit) or policy and tostring(unit.policyId):lower() ~= policy:lower() then
    return
  end
  local target = targets.of_unit(known.id, known.address)
  table.insert(self.list, target)
  self:meet({ clue = target.clues[1], target = target }, known)
end

--- Keeps how the names of a unit are spelled, in case one is missed.
function Walk:keep_spellings(unit)
  for _, name in ipairs { "siteWebUrl", "email", "id", "siteId", "directoryObjectId" } do
    local text = text_of(unit, name)
    local kind = name == "siteWebUrl" and "url" or name == "email" and "email" or "id"
    if text then
      table.insert(self.spellings[kind], text)
    end
  end
end

--- A unit that an address lies below; the nearest counts.
local function lay_below(wish, unit)
  local clue = wish.clue
  if not clue.below or clue.below.depth > wish.depth then
    clue.below = { depth = wish.depth, unit = unit }
  end
end

function Walk:take(unit)
  self.sees_emails = self.sees_emails or text_of(unit, "email") ~= nil
  local keys, known = spelling.of_unit(unit), nil
  local function know()
    known = known or summary(unit, keys)
    return known
  end
  if self.is_every then
    self:take_every(unit, know())
  end
  for _, key in ipairs(keys) do
    for _, wish in ipairs(self.index[key] or {}) do
      self:meet(wish, know())
    end
    for _, wish in ipairs(self.index_above[key] or {}) do
      lay_below(wish, know())
    end
  end
  if self.keeps_owners and text_of(unit, "directoryObjectId") then
    put(self.by_owner, know().owner, know())
  end
  if self.keeps_spellings then
    self:keep_spellings(unit)
  end
end

--- Walks the list once; nil, err where it cannot be read.
function Walk:read()
  return drain.each(self.client[self.service]:protection_units(), self.left, function(unit)
    if type(unit.id) ~= "string" then
      return select(2, fail("plan", { code = "bad_answer", sent = true, attempts = 1 },
        "the service lists a unit without an id"))
    end
    self:take(unit)
  end)
end

-- }======

-- {====== People ======

local function has_units(target)
  return tables.any(target.clues, function(clue) return clue.units end)
end

--- The question that a clue puts to the directory; nil: it puts none.
local function question_of(service, target, clue)
  local kind = not clue.units and workload.of[service].personal and directory.kind_of(clue)
  if kind == "people" then
    return { address = clue.text, further = not has_units(target) }
  elseif kind == "sites" then
    return { site = clue.personal }
  end
end

--- Hands out what the directory knows. Where units show addresses, a token that may not ask knows as much as that.
function Walk:settle(question)
  if self.sees_emails and question.refusal and question.refusal.code == "email_hidden" then
    question.undecided = nil
    question.refusal = refusal("unknown", "no protection unit of %s shows this address; to look for it among the other "
      .. "addresses of users, grant %s", self.service, directory.permissions.addresses)
  end
  for _, wish in ipairs(question.wishes) do
    local clue = wish.clue
    clue.owners, clue.refusal, clue.undecided = question.owners, question.refusal, question.undecided
    clue.asked_further = question.asked_further
    for _, owner in ipairs(question.owners or {}) do
      for _, unit in ipairs(self.by_owner[owner] or {}) do
        self:meet(wish, unit)
      end
    end
  end
end

--- Writes down which kinds of look-ups names take, also where the units that this caller is shown spare them.
function Walk:note_lookups(lists)
  for _, list in ipairs(workload.of[self.service].personal and lists or {}) do
    for _, target in ipairs(list) do
      for _, clue in ipairs(target.clues) do
        local kind = directory.kind_of(clue)
        if kind then
          self.lookups[kind] = true
        end
      end
    end
  end
end

--- The kinds of look-ups that the names took, in one order; nil: none.
function Walk:list_lookups()
  local kinds = {}
  for kind in pairs(self.lookups) do
    kinds[#kinds + 1] = kind
  end
  table.sort(kinds)
  return kinds[1] and core.array(kinds) or nil
end

--- Looks up the people whom the list of units does not name; each once.
function Walk:look_up(lists)
  local questions, asked = {}, {}
  for _, list in ipairs(lists) do
    for _, target in ipairs(list) do
      for _, clue in ipairs(target.clues) do
        local question = question_of(self.service, target, clue)
        if question and not asked[clue.key] then
          question.wishes, asked[clue.key] = {}, question
          questions[#questions + 1] = question
        end
        if question then
          local first = asked[clue.key]
          first.further = first.further or question.further
          table.insert(first.wishes, { clue = clue, target = list == self.list and target or nil })
        end
      end
    end
  end
  if #questions == 0 then
    return true
  end
  local ok, err = directory.new(self.client):look_up(questions)
  for _, question in ipairs(ok and questions or {}) do
    self.lookups.addresses = self.lookups.addresses or question.asked_further
    self:settle(question)
  end
  return ok, err
end

-- }======

-- {====== What is missed ======

--- What a name may have been meant to be.
local function kind_of(clue)
  if clue.kind and not clue.loose then
    return clue.kind
  end
  return clue.text:find("@", 1, true) and "email" or "url"
end

--- The first name of a target that can be compared with those of units, and its kind.
local function comparable(target, spellings)
  for _, clue in ipairs(target.clues) do
    local kind = kind_of(clue)
    if spellings[kind][1] then
      return clue, kind
    end
  end
end

--- The spelling among the units that were read that is nearest to each of some targets.
-- @treturn table target -> text
function Walk:nearest_to(list)
  local texts, owners, found = { url = {}, email = {}, id = {} }, { url = {}, email = {}, id = {} }, {}
  for i = 1, math.min(#list, MOST_SPELLINGS) do
    local clue, kind = comparable(list[i], self.spellings)
    if clue then
      table.insert(texts[kind], fold.text(clue.text))
      table.insert(owners[kind], list[i])
    end
  end
  for kind, names in pairs(self.spellings) do
    local folded = {}
    for i = 1, texts[kind][1] and #names or 0 do
      folded[i] = fold.text(names[i])
    end
    for i, at in pairs(nearest.find(texts[kind], folded)) do
      found[owners[kind][i]] = names[at]
    end
  end
  return found
end

--- Says of the first targets that no unit has such a name how the nearest name is spelled.
function Walk:suggest(list)
  local unknown = {}
  for _, target in ipairs(list) do
    local clue = target.clues[1] -- the nearest of ids would say nothing
    local is_unknown = target.refusal and target.refusal.code == "unknown" and clue and clue.kind ~= "id"
    unknown[#unknown + 1] = is_unknown and target or nil
  end
  for target, near in pairs(self:nearest_to(unknown)) do
    target.refusal = refusal("unknown", "%s; the nearest is %s", target.refusal.message, near)
  end
end

--- The units that a list of exclusions or priorities means, each with its place in the list.
-- @treturn table id of a unit -> place
-- @treturn table those that mean no unit
function Walk:places_of(option, list)
  local places, missed, misses = {}, {}, {}
  for i, target in ipairs(list) do
    local units, reason = match.of_entry(target, self.service)
    for _, unit in ipairs(units or {}) do
      places[unit.id] = places[unit.id] or i
    end
    if not units then
      missed[#missed + 1] = target
      misses[#misses + 1] = { option = option, given = target.given, code = reason.code, message = reason.message }
    end
  end
  local near = self:nearest_to(missed)
  for i, target in ipairs(missed) do
    misses[i].nearest = near[target]
  end
  return places, misses
end

-- }======

--- Finds the protection unit of every target. May yield.
-- @tparam client client
-- @tparam string service
-- @tparam table wanted from @{m365restore.plan.targets.read}; `takes` = "messages" where rows about messages are
-- meant; `left` (() -> how long the next read of the list may take, in real seconds), where that is limited
-- @tparam[opt] function on_unit called with a unit and a target as soon as the unit is found, while the walk goes on
-- @tparam[opt] table beside `exclude` and `priority`: lists of targets
-- @treturn ?table the targets, each with its `unit`, or with a `refusal` { code, message }, and `units`, all that
-- answer to it; or nil, err
-- @treturn table `exclude` and `priority`: id of a unit -> its place in the list; `misses`, those that mean no unit:
-- { option, given, code, message, nearest }; and `lookups`, the kinds of look-ups that these names take, or nil
function resolve.units(client, service, wanted, on_unit, beside)
  local list, exclude, priority = wanted.list or {}, beside and beside.exclude or {}, beside and beside.priority or {}
  local walk = setmetatable({
    client = client, left = wanted.left, service = service, is_every = wanted.every,
    policy = wanted.policy, list = list,
    on_unit = on_unit or function() end, index = {}, index_above = {}, by_owner = {},
    spellings = { url = {}, email = {}, id = {} }, lookups = {},
  }, Walk)
  walk:expect(list)
  walk:expect(exclude)
  walk:expect(priority)
  local ok, err = walk:read()
  if ok then
    walk:note_lookups { list, exclude, priority }
    ok, err = walk:look_up { list, exclude, priority }
  end
  if not ok then
    return nil, err
  end
  if wanted.every then -- in any order of the service's list
    table.sort(list, function(a, b) return targets.meaning(a) < targets.meaning(b) end)
  end
  for _, target in ipairs(list) do
    match.judge(target, service, wanted.takes)
  end
  match.refuse_duplicates(list)
  walk:suggest(list)
  local excluded, misses = walk:places_of("exclude", exclude)
  local first, more = walk:places_of("priority", priority)
  table.move(more, 1, #more, #misses + 1, misses)
  return list, { exclude = excluded, priority = first, misses = misses, lookups = walk:list_lookups() }
end

return resolve
