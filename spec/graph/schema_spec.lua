--- Validates what the simulator answers against the OpenAPI schemas, with the jsonschema package of Python.
local caller = require "spec.graph.caller"
local contract = require "spec.graph.support"
local json = require "dkjson"
local routes = require "m365restore.simulator.api.routes"
local services = require "m365restore.simulator.world.services"
local support = require "spec.simulator.support"

local OPENAPI = (os.getenv "M365RESTORE_SHARED" or "../shared") .. "/graph-2026-11/openapi"
local PYTHON = "/usr/bin/python3"

--- What the simulator answers and the description does not allow, and why.
local EXPLAINED = {
  { "unknown' is not one of", "granular artifacts show a state that no enum has" },
  { "error/innerError/date: ", "the documented errors have a time without a zone" },
  { "InclusionRules.*: the description has no such operation$", "below a policy only in the permission file" },
  { "POST .*BulkAdditionJobs: the description has no such operation$", "the same" },
}

local EMPTY = setmetatable({}, { __jsontype = "object" })

local function is_here(name)
  local file <close> = io.open(name)
  return file ~= nil
end

local function can_validate()
  return os.execute(PYTHON .. " -c 'import yaml, jsonschema' 2>/dev/null") == true
end

--- Operations without a success, and why.
local WITHOUT = {
  ["v1.0"] = { ["^PATCH /%l+ProtectionUnits/"] = "all that can be changed of a unit is of beta" },
  beta = {},
}

local function is_without(version, key)
  for pattern in pairs(WITHOUT[version]) do
    if key:find(pattern) then return true end
  end
  return false
end

--- One tenant, all of whose operations are called; every answer is written down.
local Tour = {}
Tour.__index = Tour

function Tour:ask(method, path, body)
  local target = ("/%s/solutions/backupRestore%s"):format(self.version, path)
  local answer = self.api:raw(method, target, body, self.headers)
  self.answers[#self.answers + 1] = {
    version = self.version, method = method, path = path, status = answer.status, body = answer.body,
  }
  local line = method .. " " .. path:gsub("%?.*", "")
  self.visited[line] = math.min(answer.status, self.visited[line] or answer.status)
  return answer.body or {}, answer.status
end

function Tour:get(path) return self:ask("GET", path) end
function Tour:post(path, body) return self:ask("POST", path, body or nil) end

local function point_of(api, unit, fast)
  for _, point in ipairs(api.sim:points(unit.id)) do
    if not fast or point.tags == "fastRestore" then return point end
  end
end

function Tour:root()
  self:get ""
  for _, list in ipairs {
    "/restoreSessions", "/protectionUnits", "/protectionPolicies", "/browseSessions", "/restoreSessions?$top=1",
    "/restoreSessions/none",
  } do
    self:get(list)
  end
end

function Tour:units(service)
  local units = self.api.sim:units(service.unit)
  local unit = units[#units]
  local kind = service.unit .. "ProtectionUnit"
  for _, path in ipairs {
    "/" .. kind .. "s", "/protectionUnits/graph." .. kind, "/protectionUnits/" .. unit.id,
    "/protectionUnits/" .. unit.id .. "/graph." .. kind, "/" .. kind .. "s/" .. unit.id,
  } do
    self:get(path)
  end
  self:get(("/restorePoints?$expand=protectionUnit($filter=id%%20eq%%20'%s')&$filter=protectionDateTime%%20lt%%20%s")
    :format(unit.id, "2026-11-03T00:00:00Z"))
  self:post("/restorePoints/search", {
    protectionUnitIds = { unit.id }, protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" },
  })
  self:get("/restorePoints/" .. point_of(self.api, unit).id)
end

--- A unit that leaves its policy is offboarded, and stays after all.
function Tour:offboarding(service)
  local unit = self.api.sim:units(service.unit)[4]
  self:ask("PATCH", "/" .. service.policies .. "/" .. unit.policyId,
    { [service.units .. "@delta"] = { { ["@removed"] = { reason = "changed" }, id = unit.id } } })
  self.api.sim:advance(7200)
  if self.version == "beta" then
    self:ask("PATCH", ("/%sProtectionUnits/%s"):format(service.unit, unit.id),
      { billingPolicyId = "fa3d95b5-2878-4de7-94f5-157f4b7607aa" })
  end
  self:post("/protectionUnits/" .. unit.id .. "/offboard")
  self:post("/protectionUnits/" .. unit.id .. "/cancelOffboard")
end

function Tour:beta()
  if self.version ~= "beta" then return end
  local log = self:get("/activityLogs").value
  if log then self:get("/activityLogs/" .. log[1].id) end
end

function Tour:policies(service)
  local root = "/" .. service.policies
  self:get(root)
  local policy = self:get(root).value[1]
  self:get(root .. "/" .. policy.id)
  local units = root .. "/" .. policy.id .. "/" .. service.units
  self:get(units .. "/" .. self:get(units).value[1].id)
  local made = self:post(root, { displayName = "New", [service.units] = {
    { [service.owner] = service.unit == "site" and "contoso.sharepoint.com," .. policy.id .. "," .. policy.id
      or "5bfc861e-9a17-4a27-9562-000000000001" },
  } })
  self:ask("PATCH", root .. "/" .. made.id, { displayName = "Newer" })
  self:post("/protectionPolicies/" .. made.id .. "/activate")
  self.api.sim:advance(7200)
  self:post("/protectionPolicies/" .. made.id .. "/deactivate")
  self.api.sim:advance(7200)
  self:get("/protectionPolicies/" .. made.id)
  self:get(root .. "/" .. made.id .. "/" .. service.units)
  self:ask("DELETE", "/protectionPolicies/" .. made.id)
end

function Tour:sessions(service)
  local root, units = "/" .. service.sessions, self.api.sim:units(service.unit)
  local artifacts = {}
  for i = 1, 2 do
    artifacts[i] = { restorePoint = { id = point_of(self.api, units[i]).id }, destinationType = "new" }
  end
  local session = self:post(root, { [service.standard] = { artifacts[1] } })
  self:ask("PATCH", root .. "/" .. session.id, { [service.standard .. "@delta"] = { artifacts[2] } })
  self:get(root .. "/" .. session.id .. "/" .. service.standard)
  self.api.sim:fail_artifact { restorePoint = artifacts[2].restorePoint.id, code = "ArtifactNotFound" }
  self:post("/restoreSessions/" .. session.id .. "/activate")
  self.api.sim:advance(60)
  self:get(root .. "/" .. session.id .. "/" .. service.standard)
  self.api.sim:advance(86400)
  self:get("/restoreSessions/" .. session.id)
  self:get(root .. "/" .. session.id)
  local listed = self:get(root .. "/" .. session.id .. "/" .. service.standard)
  self:get(root .. "/" .. session.id .. "/" .. service.standard .. "/" .. listed.value[1].id)
  self:get(root)
  local draft = self:post(root)
  self:ask("DELETE", "/restoreSessions/" .. draft.id)
end

function Tour:browsing(service)
  if not service.browses then return end
  local root, unit = "/" .. service.browses, self.api.sim:units(service.unit)[1]
  local browse = self:post(root, { restorePointId = point_of(self.api, unit, true).id })
  self:get(root .. "/" .. browse.id)
  self.api.sim:advance(7200)
  self:get(root .. "/" .. browse.id)
  self:get("/browseSessions/" .. browse.id)
  self:get(root)
  local place = self:post(root .. "/" .. browse.id .. "/browse", EMPTY).value[1]
  local library = self:post(root .. "/" .. browse.id .. "/browse",
    { browseLocationItemKey = place.itemKey, browseResourceType = place.type }).value[1]
  local headers = self.headers
  self.headers = { authorization = headers.authorization, prefer = "odata.maxpagesize=1" }
  local page = self:post(root .. "/" .. browse.id .. "/browse",
    { browseLocationItemKey = library.itemKey, browseResourceType = library.type })
  self.headers = headers
  self:get(page["@odata.nextLink"]:match "backupRestore(/.*)$")
  local session = self:post("/" .. service.sessions,
    { [service.granular] = { { browseSessionId = browse.id, id = page.value[1].itemKey } } })
  local granular = "/" .. service.sessions .. "/" .. session.id .. "/" .. service.granular
  self:get(granular .. "/" .. self:get(granular).value[1].id)
  self:post("/restoreSessions/" .. session.id .. "/activate")
  self.api.sim:advance(7200)
  self:get("/" .. service.sessions .. "/" .. session.id .. "/" .. service.granular)
end

function Tour:mail(service)
  if service.unit ~= "mailbox" then return end
  local unit = self.api.sim:units(service.unit)[2]
  local found = self:post("/restorePoints/search", {
    protectionUnitIds = { unit.id }, protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z" },
    artifactQuery = { queryExpression = "(Subject -like 'x')", artifactType = "message" },
  })
  local session = self:post("/exchangeRestoreSessions", { granularMailboxRestoreArtifacts = { {
    restorePoint = { id = found.searchResults[1].restorePoint.id }, destinationType = "new",
    searchResponseId = found.searchResponseId,
  } } })
  local list = "/exchangeRestoreSessions/" .. session.id .. "/granularMailboxRestoreArtifacts"
  self:get(list .. "/" .. self:get(list).value[1].id)
end

local BULK = {
  site = function(unit) return { siteWebUrls = { unit.siteWebUrl, "https://contoso.sharepoint.com/none" } } end,
  drive = function(unit) return { drives = { unit.email } } end,
  mailbox = function(unit) return { mailboxes = { unit.email } } end,
}

function Tour:bulk(service)
  local session = self:post("/" .. service.sessions)
  local root = ("/%s/%s/%sBulkAdditionRequests"):format(service.sessions, session.id, service.standard)
  local body = BULK[service.unit](self.api.sim:units(service.unit)[3])
  body.destinationType, body.restorePointPreference, body.tags = "new", "latest", "none"
  body.protectionTimePeriod = { startDateTime = "2026-01-01T00:00:00Z", endDateTime = "2026-11-03T00:00:00Z" }
  local request = self:post(root, body)
  self:get(root .. "/" .. request.id)
  self:post("/restoreSessions/" .. session.id .. "/activate")
  self.api.sim:advance(7200)
  self:get(root)
  self:get(root .. "/" .. request.id)
  self:ask("DELETE", root .. "/" .. request.id)
end

local ADDRESSES = { site = "siteWebUrls", drive = "drives", mailbox = "mailboxes" }

local function address_of_nobody(service)
  return service.unit == "site" and "https://contoso.sharepoint.com/none" or "nobody@contoso.com"
end

function Tour:configuration(service)
  local policy = self:get("/" .. service.policies).value[1]
  local root = "/" .. service.policies .. "/" .. policy.id .. "/"
  local rule = self:post(root .. service.rules, { [service.expression] = "(x)" })
  self.api.sim:advance(7200)
  self:post(root .. service.rules .. "/" .. rule.id .. "/run")
  local dynamic = self:post(root .. service.rules, { [service.expression] = "(y)", isAutoApplyEnabled = true })
  self.api.sim:advance(7200)
  self:ask("PATCH", root .. service.rules .. "/" .. dynamic.id, { [service.expression] = "(z)" })
  self.api.sim:advance(7200)
  self:get(root .. service.rules)
  self:get(root .. service.rules .. "/" .. rule.id)
  self:ask("DELETE", root .. service.rules .. "/" .. rule.id)
  self:post(root .. service.rules .. "/" .. dynamic.id .. "/deleteAndUnprotect")
  self:get("/reports/getStatisticsByPolicy(policyId='" .. policy.id .. "')")
  local job = self:post(root .. service.unit_jobs, {
    displayName = "New", [ADDRESSES[service.unit]] = { address_of_nobody(service) },
  })
  self.api.sim:advance(7200)
  self:get(root .. service.unit_jobs)
  self:get(root .. service.unit_jobs .. "/" .. job.id)
end

function Tour:exclusions(service)
  if self.version ~= "beta" then return end
  local policy = self:get("/" .. service.policies).value[1]
  local root = "/" .. service.policies .. "/" .. policy.id .. "/"
  local unit = self:get(root .. service.exclusions).value[1]
  self:get(root .. service.exclusions .. "/" .. unit.id)
  local job = self:post(root .. service.exclusion_jobs, {
    displayName = "New", [ADDRESSES[service.unit]] = { address_of_nobody(service) },
  })
  self.api.sim:advance(7200)
  self:get(root .. service.exclusion_jobs)
  self:get(root .. service.exclusion_jobs .. "/" .. job.id)
end

--- What ends with another application in control, and so comes last.
function Tour:service()
  local setting = self:get "/emailNotificationsSetting"
  self:ask("PATCH", "/emailNotificationsSetting", { isEnabled = not setting.isEnabled })
  self:post("/enable", { appOwnerTenantId = self.api.sim.tenant })
  local app = self:get("/serviceApps").value[1]
  self:get("/serviceApps/" .. app.id)
  self:post("/serviceApps/" .. app.id .. "/deactivate")
  self:ask("DELETE", "/serviceApps/" .. app.id)
  local made = self:post("/serviceApps", EMPTY)
  self:post("/serviceApps/" .. made.id .. "/activate", { effectiveDateTime = "2027-01-01T00:00:00Z" })
end

local function tour(version)
  local api = support.start { sites = 5, drives = 4, mailboxes = 4, exclusions = 2, now = 1793577600 }
  local token = api.sim:credential { delegated = true, lifetime = 1e9 }()
  local self = setmetatable({
    api = api, version = version, headers = { authorization = "Bearer " .. token }, answers = {}, visited = {},
  }, Tour)
  self:root()
  for _, service in ipairs(services) do
    for _, part in ipairs {
      "units", "policies", "offboarding", "sessions", "browsing", "mail", "bulk", "configuration",
      "exclusions", "beta",
    } do self[part](self, service) end
  end
  self:root()
  self:service()
  api:stop()
  return self
end

--- The operations of the contract table that the simulator serves: how many were answered with success, and which were
-- not.
local function coverage(done)
  local seen, missing, ours = 0, {}, {}
  for _, row in ipairs(contract.rows()) do
    ours[row.key] = row[done.version == "beta" and "beta" or "v1"]
  end
  for _, route in ipairs(routes.all()) do
    local found = false
    for line, status in pairs(done.visited) do
      local method, path = line:match "^(%S+) ?(.*)$"
      found = found or status < 300 and method == route.method and caller.match({ full = route.path }, path) ~= nil
    end
    seen = seen + (found and 1 or 0)
    local key = route.method .. " " .. route.path:gsub("{.-}", "{}")
    if not found and ours[key] and not is_without(done.version, key) then missing[#missing + 1] = key end
  end
  return seen, missing
end

describe("the simulator's answers", function()
  local function validate(answers)
    local lines = {}
    for i, answer in ipairs(answers) do lines[i] = json.encode(answer) end
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write(table.concat(lines, "\n"), "\n")
    file:close()
    local reader = assert(io.popen(("%s spec/graph/validate.py '%s' < '%s' 2>&1"):format(PYTHON, OPENAPI, name)))
    local flaws = reader:read "a"
    reader:close()
    os.remove(name)
    return flaws
  end

  local function is_explained(flaw)
    for _, row in ipairs(EXPLAINED) do
      if flaw:find(row[1]) then return true end
    end
    return false
  end

  for _, version in ipairs { "v1.0", "beta" } do
    it("have the shape that the description gives them, in " .. version, function()
      if not is_here(OPENAPI .. "/beta.yaml") then
        pending(OPENAPI .. " is not here")
        return
      elseif not can_validate() then
        pending "python3-jsonschema and python3-yaml are not here"
        return
      end
      local done = tour(version)
      local flaws, left = validate(done.answers), {}
      assert.matches("ready\n$", flaws)
      for flaw in flaws:gmatch "[^\n]+" do
        if flaw ~= "ready" and not is_explained(flaw) then left[#left + 1] = flaw end
      end
      assert.same({}, left)
      local seen, missing = coverage(done)
      io.write(("\n%d operations of the simulator validated in %s, %d answers\n"):format(seen, version, #done.answers))
      assert.same({}, missing)
    end)
  end
end)
