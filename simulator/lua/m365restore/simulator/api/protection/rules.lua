--- Inclusion rules of a policy: static ones are run, dynamic ones go on by themselves.
-- A rule takes its time to be applied; which units it finds is not simulated.
-- @module m365restore.simulator.api.protection.rules
local audit = require "m365restore.simulator.api.audit"
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local figures = require "m365restore.simulator.world.figures"
local ids = require "m365restore.simulator.world.ids"
local odata = require "m365restore.simulator.wire.odata"
local services = require "m365restore.simulator.world.services"

local rules = {}

-- {====== States and views ======

-- A rule that is busy has become its outcome when its time is over; the outcome of a deletion is to be gone.
local function status_of(rule, now)
  if now < rule.due then return rule.busy end
  return rule.outcome
end

local function begin(ctx, rule, busy, outcome)
  rule.busy, rule.outcome, rule.due = busy, outcome, ctx.now + figures.lasting.rule
  return audit.stamp(ctx, rule)
end

local function is_gone(rule, now) return status_of(rule, now) == "gone" end

local function view(ctx, rule)
  local service = rule.policy.service
  return audit.show(ctx, rule, {
    ["@odata.type"] = "#microsoft.graph." .. service.rule_type, id = rule.id,
    status = ctx:status("protectionRuleStatus", status_of(rule, ctx.now)), isAutoApplyEnabled = rule.dynamic,
    [service.expression] = rule.expression, error = ctx:problem(nil),
  })
end

local function set_of(policy)
  return ("%s('%s')/%s"):format(policy.service.policies, policy.id, policy.service.rules)
end

local function entity(ctx, rule) return odata.entity(ctx, set_of(rule.policy), view(ctx, rule)) end

local function location(ctx, rule)
  local service = rule.policy.service
  return { ["Content-Location"] = ctx:location(("%s/%s/%s('%s')"):format(
    service.policies, rule.policy.id, service.rules, rule.id)) }
end

-- }======

-- {====== Expressions ======

-- Whether quotes and brackets are closed: the grammar is the service's business.
local function is_balanced(text)
  local depth, bare = 0, text:gsub("'[^']*'", "")
  for mark in bare:gmatch("[()']") do
    if mark == "'" then return false end
    depth = depth + (mark == "(" and 1 or -1)
    if depth < 0 then return false end
  end
  return depth == 0 and bare:find("^%s*%(") ~= nil
end

local function check_expression(ctx, text)
  errors.need(is_balanced(text), "InvalidRuleExpression", "The expression of the rule is not valid.")
  local groups, limit = 0, ctx.model.options.limits.groups_per_rule
  for quoted in text:gmatch("'([^']*)'") do
    if ids.is_guid(quoted) then groups = groups + 1 end
  end
  errors.need(groups <= limit, "InvalidRuleExpressionGroupLimitExceeded",
    "At most %d groups are allowed in a rule.", limit)
end

-- }======

-- {====== Create and read ======

local CREATES, UPDATES = {}, {}
for _, service in ipairs(services) do
  CREATES[service.name] = check.object({ [service.expression] = check.text },
    { ["@odata.type"] = check.text, isAutoApplyEnabled = check.flag })
  UPDATES[service.name] = check.object({ [service.expression] = check.text }, { ["@odata.type"] = check.text })
end

--- POST /{service}ProtectionPolicies/{id}/{x}InclusionRules
function rules.create(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  local body = ctx:body(CREATES[service.name], "InvalidInclusionRuleCreateRequest")
  check_expression(ctx, body[service.expression])
  local rule = policy.rules:add(begin(ctx, {
    id = ctx.model.ids:next("rule"), policy = policy, dynamic = body.isAutoApplyEnabled or false,
    expression = body[service.expression],
  }, "active", "completed"))
  ctx.model.activity:note(ctx, "dynamicRuleExecution", service, { policy = policy })
  return ctx.model.dialect.rule_create_status, entity(ctx, rule), location(ctx, rule)
end

--- GET /{service}ProtectionPolicies/{id}/{x}InclusionRules
function rules.list(ctx, service)
  local policy = ctx.model.policies:need(ctx, service)
  return 200, odata.page(ctx, {
    name = policy.id .. "/" .. service.rules, context = set_of(policy),
    after = policy.rules:after(function(rule) return not is_gone(rule, ctx.now) end),
    view = function(rule) return view(ctx, rule) end,
  })
end

local function find(ctx, service)
  local policy, id = ctx.model.policies:need(ctx, service), ctx.params.rule
  errors.need(ids.is_guid(id), "InvalidInclusionRuleId", "'%s' is not the id of a rule.", id)
  local rule = policy.rules:find(id)
  errors.need(rule and not is_gone(rule, ctx.now), "ProtectionRuleNotFound", "There is no rule '%s'.", id)
  return rule, status_of(rule, ctx.now)
end

--- GET /{service}ProtectionPolicies/{id}/{x}InclusionRules/{rule}
function rules.get(ctx, service)
  return 200, entity(ctx, (find(ctx, service)))
end

-- }======

-- {====== Change ======

local REQUESTED = { updateRequested = true, deleteRequested = true }

local function refuse(code, status)
  errors.raise(code, ("A rule that is %s does not allow this."):format(status))
end

-- No page has these calls for the rules of sites.
local function check_documented(ctx, service)
  errors.need(service.unit ~= "site" or ctx.model.dialect.site_rule_changes, "MethodNotAllowed",
    "The rules of sites do not take this request.")
end

--- PATCH /{service}ProtectionPolicies/{id}/{x}InclusionRules/{rule}
function rules.update(ctx, service)
  check_documented(ctx, service)
  local rule, status = find(ctx, service)
  local body = ctx:body(UPDATES[service.name], "InvalidProtectionRulePatchRequest")
  errors.need(rule.dynamic, "PatchNotAllowedForStaticRule", "A static rule cannot be changed.")
  if REQUESTED[status] then refuse("InvalidProtectionRuleStatusForDynamicRuleEdit", status) end
  if status == "active" then refuse("InvalidProtectionRuleStatusForUpdation", status) end
  check_expression(ctx, body[service.expression])
  rule.expression = body[service.expression]
  begin(ctx, rule, "updateRequested", "completed")
  return 200, entity(ctx, rule)
end

--- DELETE /{service}ProtectionPolicies/{id}/{x}InclusionRules/{rule}
function rules.delete(ctx, service)
  local rule, status = find(ctx, service)
  if REQUESTED[status] then refuse("InvalidProtectionRuleStatusForDynamicRuleDeletion", status) end
  if status == "active" and not rule.dynamic then refuse("InvalidProtectionRuleStatusForDeletion", status) end
  rule.policy.rules:remove(rule)
  ctx.model.activity:note(ctx, "dynamicRuleDeletion", service, { policy = rule.policy })
  return 204
end

--- POST …/{rule}/run
function rules.run(ctx, service)
  ctx:no_body()
  local rule, status = find(ctx, service)
  errors.need(not rule.dynamic, "RunNotAllowedForDynamicRule", "A dynamic rule runs by itself.")
  if status == "active" then refuse("ProtectionRuleActionNotAllowed", status) end
  begin(ctx, rule, "active", "completed")
  local shown = entity(ctx, rule)
  if ctx.model.dialect.rule_run_type == "base" then shown["@odata.type"] = "#microsoft.graph.protectionRuleBase" end
  return ctx.model.dialect.rule_run_status, shown, location(ctx, rule)
end

--- POST …/{rule}/deleteAndUnprotect
function rules.delete_and_unprotect(ctx, service)
  check_documented(ctx, service)
  ctx:no_body()
  local rule, status = find(ctx, service)
  if not rule.dynamic then refuse("ProtectionRuleActionNotAllowed", "static") end
  if REQUESTED[status] then refuse("InvalidProtectionRuleStatusForDynamicRuleDeleteAndUnprotectAll", status) end
  begin(ctx, rule, "deleteRequested", "gone")
  ctx.model.activity:note(ctx, "dynamicRuleDeletion", service, { policy = rule.policy })
  local shown = entity(ctx, rule)
  return 202, ctx.model.dialect.rule_deletion == "value" and { value = shown } or shown
end

-- }======

return rules
