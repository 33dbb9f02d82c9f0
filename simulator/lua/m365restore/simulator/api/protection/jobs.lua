--- Bulk jobs of a policy: many sites or users that it takes in, or leaves out.
-- @module m365restore.simulator.api.protection.jobs
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local exclusions = require "m365restore.simulator.api.protection.exclusions"
local figures = require "m365restore.simulator.world.figures"
local json = require "m365restore.simulator.wire.json"
local odata = require "m365restore.simulator.wire.odata"
local policies = require "m365restore.simulator.api.protection.policies"
local resources = require "m365restore.simulator.api.resources"
local services = require "m365restore.simulator.world.services"

local jobs = {}

-- {====== What a job does with one resource ======

-- An id is taken at its word; an address has to exist.
local IDS = { siteId = true, directoryObjectId = true }

-- Each returns the detail of what went wrong, if something did.
local function take_in(ctx, policy, resource)
  local service = policy.service
  local unit = ctx.model.world:find_named(service.unit, resource.property, resource.value)
  if not unit and not IDS[resource.property] then return resources.missing(resource) end
  unit = unit or policies.unit_over(ctx, service, resource.property, resource.value)
  if policies.is_taken(ctx, unit) then
    return { code = "ProtectionUnitAlreadyExists", message = "A policy protects it already", target = resource.value }
  end
  policies.adopt(ctx, policy, unit)
end

local function leave_out(ctx, policy, resource)
  local unit = ctx.model.world:find_named(policy.service.unit, resource.property, resource.value)
  if not unit then return resources.missing(resource) end
  exclusions.add(ctx.model.exclusions, ctx.model.ids, policy, unit, audit.stamp(ctx, {}))
end

-- }======

-- {====== The two kinds of jobs ======

local function shape_of(lists)
  local shapes = { ["@odata.type"] = check.text, displayName = check.string }
  for name in pairs(lists) do shapes[name] = check.list(check.string) end
  return check.object({}, shapes)
end

-- A job that excludes needs its name and its one list.
local function exclusion_shape(lists)
  local needed = { displayName = check.string }
  for name in pairs(lists) do needed[name] = check.list(check.string) end
  return check.object(needed, { ["@odata.type"] = check.text })
end

-- Exclusion jobs know addresses only.
local function addresses(service)
  local lists = {}
  for name, property in pairs(service.resources) do lists[name] = not IDS[property] and property or nil end
  return lists
end

jobs.kinds = {}
for _, service in ipairs(services) do
  jobs.kinds[service.unit_jobs] = {
    service = service, list = service.unit_jobs, type = service.unit_job_type, store = "jobs",
    lists = service.resources, shape = shape_of(service.resources), apply = take_in, echoes = true,
  }
  jobs.kinds[service.exclusion_jobs] = {
    service = service, list = service.exclusion_jobs, type = service.exclusion_job_type, store = "exclusion_jobs",
    lists = addresses(service), shape = exclusion_shape(addresses(service)), apply = leave_out,
    mode = "fullServiceBackup", echoes = service.unit == "mailbox",
  }
end

-- }======

-- {====== Views ======

local function view(ctx, job)
  local done = ctx.now >= job.created + figures.lasting.job
  local outcome = job.problem and "completedWithErrors" or "completed"
  local shown = audit.show(ctx, job, {
    ["@odata.type"] = "#microsoft.graph." .. job.kind.type, id = job.id, displayName = job.ask.displayName,
    status = ctx:state(done and outcome or "active"), error = ctx:problem(done and job.problem),
  })
  for name in pairs(job.kind.lists) do
    shown[name] = job.kind.echoes and job.ask[name] or json.array()
  end
  return shown
end

local function set_of(kind, policy)
  return ("%s('%s')/%s"):format(kind.service.policies, policy.id, kind.list)
end

-- }======

local function run(ctx, kind, policy, list)
  local details = json.array()
  for _, resource in ipairs(list) do details[#details + 1] = kind.apply(ctx, policy, resource) end
  if #details == 0 then return nil end
  return { code = "BulkJobCompletedWithErrors", message = "Some resources could not be added", details = details }
end

local function read_list(ctx, kind, body)
  local list, limit = resources.read({ resources = kind.lists }, body), ctx.model.options.limits.exclusions_per_job
  errors.need(#list ~= 0, "InvalidCreateRequest", "The job names nothing to add.")
  errors.need(not kind.mode or #list <= limit, "InvalidCreateRequest",
    "At most %d exclusions are allowed in a job.", limit)
  local wrong = resources.malformed(list)
  if wrong then
    errors.raise("InvalidCreateRequest", ("'%s' is not a %s."):format(wrong.value, wrong.property))
  end
  return list
end

--- POST /{service}ProtectionPolicies/{id}/{jobs}
function jobs.create(ctx, kind)
  local policy = ctx.model.policies:need(ctx, kind.service)
  local body = ctx:body(kind.shape, "InvalidCreateRequest")
  local list = read_list(ctx, kind, body)
  errors.need(not kind.mode or policy.protectionMode == kind.mode, "PolicyActionNotAllowed",
    "The policy does not protect a whole workload.")
  local job = audit.stamp(ctx, { id = ctx.model.ids:next("job"), kind = kind, ask = body })
  job.problem = run(ctx, kind, policy, list)
  policy[kind.store]:add(job)
  return 201, odata.entity(ctx, set_of(kind, policy), view(ctx, job))
end

--- GET /{service}ProtectionPolicies/{id}/{jobs}
function jobs.list(ctx, kind)
  local policy = ctx.model.policies:need(ctx, kind.service)
  return 200, odata.page(ctx, {
    name = policy.id .. "/" .. kind.list, context = set_of(kind, policy), after = policy[kind.store]:after(),
    view = function(job) return view(ctx, job) end,
  })
end

--- GET /{service}ProtectionPolicies/{id}/{jobs}/{job}
function jobs.get(ctx, kind)
  local policy = ctx.model.policies:need(ctx, kind.service)
  local job = policy[kind.store]:find(ctx.params.job)
  errors.need(job, "BulkJobNotFound", "There is no job '%s'.", ctx.params.job)
  return 200, odata.entity(ctx, set_of(kind, policy), view(ctx, job))
end

return jobs
