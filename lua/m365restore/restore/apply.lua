--- Applies plans: the journal is opened, what was begun is gone on with, and the
-- rest is done wave by wave.
-- @module m365restore.restore.apply
local artifacts = require "m365restore.restore.artifacts"
local gather = require "m365restore.driver.gather"
local journal = require "m365restore.restore.journal"
local options = require "m365restore.options"
local plans = require "m365restore.restore.plan"
local reconcile = require "m365restore.restore.reconcile"
local run = require "m365restore.restore.run"
local survey = require "m365restore.restore.survey"
local wave = require "m365restore.restore.wave"
local waves = require "m365restore.restore.waves"

local apply = {}

local fail = run.fail

-- the first pause between looks for addresses of copies, in seconds of the clock; each is twice as long as the last
local URL_PAUSE = 5

-- {====== The run ======

--- Sessions that were begun before, then what is not begun.
local function batches_of(self)
  local list = {}
  for _, session in ipairs(self.state:open_sessions()) do
    list[#list + 1] = {
      id = session.id, rows = self:rows(session.rows), wave = session.wave,
      running = session.stage == "activated",
    }
  end
  local fresh = waves.batches(self.plan.rows, function(row) return self.state:is_pending(row) end)
  return table.move(fresh, 1, #fresh, #list + 1, list)
end

--- Sessions with copies whose address has not appeared.
local function without_urls(self)
  local list = {}
  for _, session in ipairs(self.state.sessions) do
    local rows = {}
    for _, n in ipairs(session.stage == "ended" and session.rows or {}) do
      local row, result = self.plan.rows[n], self.state.results[n]
      if result.outcome == "restored" and not result.url and row.destinationType == "new" then
        rows[#rows + 1] = row
      end
    end
    if #rows > 0 then
      list[#list + 1] = { id = session.id, rows = rows }
    end
  end
  return list
end

local function note_urls(self, item)
  local session, err = self:persist(function() return self.client:session(item.id) end)
  local found = session and self:persist(function() return artifacts.list(session, item.rows) end)
  local urls = {}
  for _, row in ipairs(found and item.rows or {}) do
    local artifact = found[artifacts.key(row)]
    urls[#urls + 1] = { n = row.n, url = artifact and artifacts.place_of(artifact) }
  end
  if #urls > 0 then
    return self:note { kind = "urls", id = item.id, rows = urls }
  end
  return true, err
end

--- Copies get their address late; the report would be poorer without.
local function wait_for_urls(self)
  local last = math.min(self.clock:now() + self.url_wait, self.deadline)
  local list, pause = without_urls(self), URL_PAUSE
  while #list > 0 and self.clock:now() < last and not self.broken do
    self:pause(pause)
    pause = pause * 2
    gather(list, function(item) return note_urls(self, item) end)
    list = without_urls(self)
  end
end

local function is_complete(self)
  for _, row in ipairs(self.plan.rows) do
    if not row.refusal and not self.state.results[row.n] then
      return false
    end
  end
  return true
end

local function work(self)
  local ok, err = reconcile(self)
  if not ok then
    return self:halt(err)
  end
  gather(batches_of(self), function(batch) return wave.process(self, batch) end, self.limits.sessions)
  if not self.problem then
    wait_for_urls(self)
  end
  if is_complete(self) and not self.broken then
    self:note { kind = "done" }
  end
end

--- Runs from where the journal stands to the end.
local function execute(self)
  work(self)
  self.error = self.problem
  self.ok = self.error == nil and self:report().ok
  self:tell { kind = "end", status = self.ok and "completed" or "ended", done = true, error = self.error }
  return run.ended(self)
end

-- }======

-- {====== Beginning and resuming ======

local apply_options = {
  journal = "string", confirm = "string", on_progress = "callable", timeout = "duration", interval = "duration",
  patience = "duration", url_wait = "duration", max_sessions = "integer", max_in_flight = "integer",
  actor = "string", ticket = "string", reason = "string",
}

--- The plan that a journal holds.
local function stored_plan(book, path)
  local first = book[1]
  if first.kind ~= "plan" then
    return fail("journal_damaged", "ask", path .. ": the first record is no plan")
  end
  return plans.adopt(first.plan, path)
end

--- A plan that is applied for the first time must be approved, and still be true.
local function check_fresh(client, plan, o)
  if plan.planned == 0 then
    return fail("nothing_to_do", "refuse", "every target of the plan is refused")
  elseif plan:replaces() and not o.confirm then
    return fail("confirmation_needed", "refuse",
      "the plan replaces what is there; a person has to give its hash as confirm: " .. plan.hash)
  elseif o.confirm and o.confirm ~= plan.hash then
    return fail("plan_changed", "refuse", string.format("confirm is %s, the plan's hash is %s", o.confirm, plan.hash))
  end
  return survey.verify(client, plan)
end

--- A journal that was begun goes on with its own plan; another request has no business there. The plan of the same
-- request may be another by now, since some of it is done: whoever confirms either means this run.
local function check_begun(plan, stored, o, path)
  local differences = plans.request_difference(stored.request or {}, plan.request or {})
  if #differences > 0 then
    return fail("other_plan", "refuse", string.format("%s holds the plan of another request: %s", path,
      table.concat(differences, "; ")), { differences = differences })
  elseif o.confirm and o.confirm ~= stored.hash and o.confirm ~= plan.hash then
    differences = stored:diff(plan)
    return fail("plan_changed", "refuse", string.format("confirm is %s, the plan in %s has the hash %s; %s", o.confirm,
      path, stored.hash, differences[1] or ""), { differences = differences })
  end
  return true
end

local function begin(self, o)
  local data = {}
  for name, value in pairs(self.plan) do
    data[name] = value
  end
  return self:note {
    kind = "plan", version = journal.VERSION, plan = data, confirmed = o.confirm, actor = o.actor, ticket = o.ticket,
    reason = o.reason,
  }
end

local function go_on(self, records)
  for i = 2, #records do
    self.state:apply(records[i])
  end
  return self:note { kind = "resumed" }
end

--- Runs with an open journal; whatever happens, it is closed.
local function run_with(client, plan, book, o)
  local _ <close> = book
  local records = book.records
  book.records = nil
  if #records > 0 then
    local stored, err = stored_plan(records, book.path)
    if not stored then
      return nil, err
    end
    local same, problem = true, nil
    if plan then
      same, problem = check_begun(plan, stored, o, book.path)
    end
    if not same then
      return nil, problem
    end
    plan = stored
  end
  local self = run.new(client, plan, book, o)
  local ok, err
  if #records > 0 then
    ok, err = go_on(self, records)
  else
    ok, err = begin(self, o)
  end
  if not ok then
    return nil, err
  end
  return execute(self)
end

local function read_options(what, opts)
  local o = options.read(what, opts, apply_options)
  if not o.journal then
    error(what .. ".journal: a path was expected: without a journal nothing is restored", 0)
  end
  return o
end

--- Is this the first run with a journal?
-- @tparam string path
-- @treturn boolean
local function is_fresh(path)
  local records, err = journal.read(path)
  return (not records and err.code == "not_found") or (records and #records == 0) or false
end

--- Applies a plan, exactly; or, where its journal was begun, goes on with the plan in there. May yield.
-- @function apply
-- @tparam client client
-- @tparam Plan plan
-- @tparam table opts `journal` (path, required); `confirm` (the plan's hash, given by a person; needed where anything
-- is restored in place); `on_progress` (called with events: `kind`, `wave`, `id` of the session, and for the whole run
-- `status`, `total`, `completed`, `failed`, `inProgress`, `elapsed`, `done`, `error`); `timeout` (duration, 7d: of the
-- whole run); `interval` (duration: between polls of a session; default grows with its age); `patience` (duration,
-- 1h: how long the service may be out of reach); `url_wait` (duration, 30m: how long addresses of copies are waited
-- for); `max_sessions` and `max_in_flight` (integers, below the service's own limits of 25 and 1,000); `actor`,
-- `ticket` and `reason` (texts for the journal)
-- @treturn ?Run once the journal is open: `ok` (every target is restored), `error`, `plan`, `journal`, `head` (of the
-- journal: keep it elsewhere), `report()`; before that nil, err: `confirmation_needed`, `plan_changed`, `plan_stale`,
-- `nothing_to_do`, `other_plan`, `locked`, `journal_damaged`, what the disk says, or what a read failed with
function apply.apply(client, plan, opts)
  local o = read_options("apply", opts)
  if getmetatable(plan) == nil or type(plan.hash) ~= "string" then
    error("apply: plan: a plan was expected, got " .. type(plan), 2)
  elseif plans.hash(plan) ~= plan.hash then
    return fail("plan_edited", "refuse", "the plan was changed after it was made: its hash no longer matches")
  elseif is_fresh(o.journal) then
    local ok, err = check_fresh(client, plan, o)
    if not ok then
      return nil, err
    end
  end
  local book, err = journal.open(o.journal)
  if not book then
    return nil, err
  end
  return run_with(client, plan, book, o)
end

--- Goes on with a run that was interrupted, by its journal alone. May yield.
-- @function resume
-- @tparam client client
-- @tparam string path of the journal
-- @tparam[opt] table opts as for @{apply}, without `journal` and `confirm`
-- @treturn ?Run as from @{apply}; or nil, err
function apply.resume(client, path, opts)
  local given = { journal = path }
  for name, value in pairs(opts or {}) do
    given[name] = value
  end
  local o = read_options("resume", given)
  if is_fresh(path) then
    return fail("not_found", "refuse", "there is no run in " .. path .. " to be resumed")
  end
  local book, err = journal.open(path)
  if not book then
    return nil, err
  end
  return run_with(client, nil, book, o)
end

apply.is_fresh = is_fresh

-- }======

return apply
