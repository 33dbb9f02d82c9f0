--- Holds the simulator against the project's collection of what Microsoft documents, where that is present.
local json = require "dkjson"
local routes = require "m365restore.simulator.api.routes"
local services = require "m365restore.simulator.world.services"
local support = require "spec.simulator.support"

local SHARED = os.getenv "M365RESTORE_SHARED" or "../shared"

local function open(name) return io.open(SHARED .. "/graph-2026-11/" .. name) end

describe("the simulator and the OpenAPI description", function()
  -- "METHOD /path/{}" -> true, of one version
  local function described(name)
    local file <close> = open(name)
    local found, path = {}, nil
    for line in file:lines() do
      -- a key that is longer than YAML likes stands behind a question mark
      path = line:match("^  %??%s?/solutions/backupRestore([^:]*):?$") or path
      local method = line:match("^  [ :] (%l+):$")
      if path and method then found[method:upper() .. " " .. path:gsub("{.-}", "{}")] = true end
    end
    return found
  end

  -- Documented on pages of their own, and missing from the description.
  local ELSEWHERE = {
    "^%u+ /%w+ProtectionPolicies/{}/%w+InclusionRules", "^POST /%w+ProtectionPolicies/{}/%w+BulkAdditionJobs$",
    "^%u+ /%w+BrowseSessions/{}/browse", "^POST /%$batch$", "^GET /users/{}$",
    "^GET /users$", "^GET /sites/",
  }

  local function elsewhere(call)
    for _, pattern in ipairs(ELSEWHERE) do
      if call:find(pattern) then return true end
    end
    return false
  end

  it("agree on every operation that is served", function()
    local file = open "openapi/v1.0.yaml"
    if not file then
      pending(SHARED .. " is not here")
      return
    end
    file:close()
    for _, version in ipairs { "v1.0", "beta" } do
      local known, count = described("openapi/" .. version .. ".yaml"), 0
      for _, row in ipairs(routes.all()) do
        local path = row.path:gsub("{.-}", "{}"):gsub("/microsoft%.graph%.", "/graph.")
        local call = row.method .. " " .. path
        if not row.beta or version == "beta" then
          assert.is_true(known[call] or known[call .. "/"] or elsewhere(call), call)
          count = count + 1
        end
      end
      assert.is_true(count > 40)
    end
  end)
end)

describe("the simulator and the table of operations", function()
  local SHORT = {
    ["R.R"] = "Restore.Read.All", ["R.RW"] = "Restore.ReadWrite.All", ["S.R"] = "Search.Read.All",
    ["C.R"] = "Configuration.Read.All", ["C.RW"] = "Configuration.ReadWrite.All", ["K.R"] = "Control.Read.All",
    ["K.RW"] = "Control.ReadWrite.All",
  }

  -- "METHOD /path/{}" -> { version, permission, delegated }
  local function table_of(file)
    local found = {}
    for line in file:lines() do
      local method, path, version, permission = line:match("^| (%u+) | `(/[^`]*)` | (%S+) |.*| ([^|]*) |$")
      if method then
        found[method .. " " .. path:gsub("{.-}", "{}"):gsub("/$", "")] = {
          version = version, permission = SHORT[permission:match("^%S+")],
          delegated = permission:find("delegated only", 1, true) ~= nil,
        }
      end
    end
    return found
  end

  it("agree on versions, permissions and who may call", function()
    local file <close> = open "contract.md"
    if not file then
      pending(SHARED .. " is not here")
      return
    end
    local known, compared = table_of(file), 0
    for _, row in ipairs(routes.all()) do
      local call = row.method .. " " .. row.path:gsub("{.-}", "{}"):gsub("/microsoft%.graph%.", "/graph.")
      local documented = known[call]
      if documented then
        compared = compared + 1
        assert.equal(documented.version == "beta", row.beta == true, call)
        assert.equal(documented.delegated, row.delegated == true, call)
        if documented.permission then
          assert.equal("BackupRestore-" .. documented.permission, row.permissions[1], call)
        end
      end
    end
    assert.is_true(compared > 180, compared)
  end)
end)

describe("the simulator and Microsoft's examples", function()
  local api, browses, sites, tokens, items, search

  local KINDS = { sharePoint = "site", oneDriveForBusiness = "drive", exchange = "mailbox" }

  setup(function()
    api = support.start { sites = 60, drives = 60, mailboxes = 60, dialect = { app_status = 202 } }
    api.token = api.sim:credential { delegated = true, lifetime = 1e9 }()
    browses = {}
    for _, service in ipairs(services) do
      if service.browses then
        local point = api.sim:points(api.sim:units(service.unit)[1].id)[1]
        browses[service.name] = api:post("/" .. service.browses, { restorePointId = point.id }).body.id
      end
    end
    api.sim:advance(121)
    items = {}
    sites, tokens = {}, {}
    for name, id in pairs(browses) do
      local kind = KINDS[name]
      items[name] = api:items(kind, id)
      sites[name] = api:browse(kind, id).body.value[1].itemKey
      local library = api:browse(kind, id, { browseLocationItemKey = sites[name] }).body.value[1].itemKey
      local page = api:browse(kind, id, { browseLocationItemKey = library }, { prefer = "odata.maxpagesize=2" }).body
      tokens[name] = page["@odata.nextLink"]:match("skiptoken=(.*)$")
    end
    local unit = api.sim:units("mailbox")[1]
    search = api:post("/restorePoints/search", {
      protectionUnitIds = { unit.id }, protectionTimePeriod = { startDateTime = "2020-01-01T00:00:00Z" },
      artifactQuery = { queryExpression = "(Subject -like 'x')" },
    }).body
  end)
  teardown(function() api:stop() end)

  local function service_of(operation)
    for _, service in ipairs(services) do
      for _, name in ipairs {
        service.sessions, service.browses or "?", service.bulk, service.standard, service.granular,
      } do
        if operation:find("^" .. name .. "%.") then return service, name end
      end
    end
    return services.sharePoint, services.sharePoint.standard
  end

  -- The documented artifacts, with ids that exist here.
  local function real_members(service, members, first)
    for i, member in ipairs(members) do
      if member.searchResponseId then
        member.searchResponseId = search.searchResponseId
        member.restorePoint.id = search.searchResults[1].restorePoint.id
      elseif member.restorePoint then
        member.restorePoint.id = api:artifacts(KINDS[service.name], first + i, first + i)[1].restorePoint.id
      elseif member.browseSessionId then
        member.browseSessionId = browses[service.name]
        member.id = items[service.name][i].itemKey
        member.itemKey = nil -- one page has the wrong name
      end
    end
  end

  local function real_body(service, body)
    if not body then return nil end
    local kind = KINDS[service.name]
    for key, value in pairs(body) do
      if key:find("RestoreArtifacts") then real_members(service, value, 20) end
    end
    for i, url in ipairs(body.siteWebUrls or {}) do body.siteWebUrls[i] = url:gsub(" ", "") end -- blanks of the page
    if body["siteProtectionUnits@delta"] then table.remove(body["siteProtectionUnits@delta"], 4) end -- the first again
    if body.effectiveDateTime then body.effectiveDateTime = "2027-04-19T12:01:03.45Z" end -- dashed on the page
    if body.browseLocationItemKey then body.browseLocationItemKey = sites[service.name] end
    if body.restorePointId then body.restorePointId = api.sim:points(api.sim:units(kind)[1].id)[1].id end
    if body.protectionUnitIds then
      local units = api.sim:units(body.artifactQuery and "mailbox" or "site")
      for i in ipairs(body.protectionUnitIds) do body.protectionUnitIds[i] = units[i].id end
      if body.policyId then body.policyId = units[1].policyId end
      body.protectionTimePeriod = { startDateTime = "2020-01-01T00:00:00Z" }
    end
    return body
  end

  local function granular_session(service)
    local member = { browseSessionId = browses[service.name], id = items[service.name][3].itemKey }
    return api:post("/" .. service.sessions, { [service.granular] = { member } }).body.id
  end

  -- An empty session with a bulk request, finished when the documented request wants that.
  local function bulk_target(service, operation, target)
    local root = "/" .. service.sessions .. "/"
    local id = api:post("/" .. service.sessions, "{}").body.id
    target = target:gsub("(RestoreSessions/)[^/]+", "%1" .. id)
    if operation:find "create" then return target end
    local list = service.bulk
    local request = api:post(root .. id .. "/" .. list, {
      displayName = operation, destinationType = "new", tags = "fastRestore", restorePointPreference = "latest",
      protectionTimePeriod = { startDateTime = "2020-01-01T00:00:00Z", endDateTime = "2030-01-01T00:00:00Z" },
      [service.unit == "site" and "siteIds" or "directoryObjectIds"] = { search.searchResponseId },
    }).body.id
    if operation:find "get" or operation:find "delete" then
      api:ask("POST", "/restoreSessions/" .. id .. "/activate")
      api.sim:advance(61)
    end
    return (target:gsub("(BulkAdditionRequests/)[^/]+", "%1" .. request))
  end

  -- A policy and a unit in the state that the documented request speaks of.
  local function real_policy(operation, target)
    local whole = operation:find "Exclusion" and "fullServiceBackup" or nil
    local list = target:match "(/%w+ProtectionPolicies)/" or "/sharePointProtectionPolicies"
    local made = api:raw("POST", "/beta/solutions/backupRestore" .. list, {
      displayName = operation, protectionMode = whole,
    })
    return made.body.id or error(made.raw)
  end

  -- A unit that no policy holds.
  local function free_unit(kind)
    local unit, service = api.sim:units(kind)[1], nil
    for _, one in ipairs(services) do service = one.unit == kind and one or service end
    local policy = "/beta/solutions/backupRestore/" .. service.name .. "ProtectionPolicies/" .. unit.policyId
    api:raw("PATCH", policy, {
      [kind .. "ProtectionUnits@delta"] = { { ["@removed"] = { reason = "changed" }, id = unit.id } },
    })
    api.sim:advance(7200)
    return unit.id
  end

  -- A rule that may do what the documented request wants, in a list of rules.
  local function real_rule(operation, list)
    local lasting = not operation:find "%.run$" and not operation:find "%.delete$"
    local made = api:raw("POST", list:sub(1, -2), {
      [list:match "/(%l+)InclusionRules" .. "Expression"] = "(x)", isAutoApplyEnabled = lasting,
    })
    api.sim:advance(7200)
    return made.body.id or error(made.raw)
  end

  local function real_unit(operation)
    local unit = api.sim:units("site")[1]
    if operation == "protectionUnits.offboard" then api.sim:set_unit(unit.id, { status = "unprotected" }) end
    return unit.id
  end

  -- The tenant's app is registered and in control: the documented one is neither.
  local function app_target(operation, target)
    for _, app in ipairs(api:get("/serviceApps").body.value) do api:ask("DELETE", "/serviceApps/" .. app.id) end
    if operation:find "create" then return target end
    return (target:gsub("(serviceApps/)[^/]+", "%1" .. api:post("/serviceApps", "{}").body.id))
  end

  -- Ids that exist here in the place of the documented ones.
  local function real_target(operation, target)
    local service = service_of(operation)
    if operation:find("restorePoints%.list") then
      target = target:gsub("eq '.-'", "eq '" .. api.sim:units("site")[1].id .. "'"):gsub("2024", "2030")
      return (target:gsub(" ", "%%20"):gsub("'", "%%27"))
    end
    if operation:find "^serviceApps" then return app_target(operation, target) end
    if operation:find "BulkAdditionRequests" then return bulk_target(service, operation, target) end
    if operation:find "^protectionUnits" then
      return (target:gsub("(protectionUnits/)[^/]+", function(start) return start .. real_unit(operation) end))
    end
    if operation:find "ProtectionUnits%.update$" then
      return (target:gsub("/(%l+)(ProtectionUnits/)[^/]+", function(kind, list)
        return "/" .. kind .. list .. free_unit(kind)
      end))
    end
    if target:find "Policies/" then
      target = target:gsub("(Policies/)[^/]+", function(start) return start .. real_policy(operation, target) end)
      return (target:gsub("(.*InclusionRules/)([^/]+)", function(list) return list .. real_rule(operation, list) end))
    end
    if operation:find("BrowseSessions") then
      target = target:gsub("nextFetchToken", tokens[service.name] or "%0")
      return (target:gsub("(BrowseSessions/)[^/]+", function(start) return start .. browses[service.name] end))
    end
    return (target:gsub("(RestoreSessions/)[^/]+", function(start)
      if operation:find("ranular") then return start .. granular_session(service) end
      if operation:find("update") then return start .. api:post("/" .. service.sessions, "{}").body.id end
      return start .. api:create(KINDS[service.name], 1, 2)
    end):gsub("(restoreSessions/)[^/]+", function(start) return start .. api:create("site", 1, 2) end))
  end

  -- What documented answers hold and ours do not: a link that a single page does not need, an id that OData allows to
  -- leave out, and the artifacts that only a dialect lists on create.
  local ABSENT = {
    ["@odata.nextLink"] = true, ["@odata.id"] = true, ["@odata.context"] = true, granularMailboxRestoreArtifact = true,
    noResultProtectionUnitIds = true, restoreSessionId = true,
  }
  -- Times of an artifact that has not run: left out in the first dialect.
  local UNSET = {
    startDateTime = true, completionDateTime = true, restoredSiteId = true, restoredSiteName = true,
    restoredSiteWebUrl = true, restoredFolderId = true, restoredFolderName = true, restoredItemCount = true,
  }

  local function compare(operation, documented, ours)
    for key, value in pairs(type(documented) == "table" and documented or {}) do
      local of_list = key == "@odata.type" and documented.value -- two lists say the type of their members
      if not ABSENT[key] and not UNSET[key] and not of_list then
        local same = type(ours[key]) == type(value) or value == json.null or value == "" or ours[key] == json.null
        assert.is_true(same, ("%s: %s: documented %s, sent %s"):format(operation, key, type(value), type(ours[key])))
      end
    end
    if type(documented) ~= "table" or not documented.value then return end
    for _, member in ipairs(ours.value or {}) do
      if member["@odata.type"] == documented.value[1]["@odata.type"] then
        return compare(operation, documented.value[1], member)
      end
    end
    if ours.value[1] then compare(operation, documented.value[1], ours.value[1]) end
  end

  -- Statuses of single examples that their own pages, or their siblings, contradict: a dialect has them.
  local BY_DIALECT = { ["mailboxInclusionRules.create"] = 201 }

  local function replay(example)
    local request = example.request
    local body = request.body ~= json.null and real_body(service_of(example.operation), request.body) or nil
    local answer = api:raw(request.method, real_target(example.operation, request.path), body)
    -- one example shows no answer
    local status = BY_DIALECT[example.operation] or example.response.status or 200
    assert.equal(status, answer.status, example.operation .. ": " .. answer.raw)
    local documented = example.response.body
    -- one page answers a get with a collection, which is a dialect
    if example.operation:find("%.get$") and documented.value then documented = documented.value[1] end
    compare(example.operation, documented, answer.raw ~= "" and json.decode(answer.raw, 1, json.null))
  end

  it("agree on the documented requests and the shape of their answers", function()
    local file <close> = open "examples.jsonl"
    if not file then
      pending(SHARED .. " is not here")
      return
    end
    local served, replayed, last = {}, 0, {}
    for _, row in ipairs(routes.all()) do served[row.operation] = true end
    for line in file:lines() do
      local example = json.decode(line, 1, json.null)
      local known = example.operation:match("^([%w]+%.%l+)")
      if known and served[known] and not example.operation:find("refused") then
        -- the examples of applications take the control from the one that the others need
        if known:find "^serviceApps" then last[#last + 1] = example else replay(example) end
        replayed = replayed + 1
      end
    end
    for _, example in ipairs(last) do replay(example) end
    assert.is_true(replayed >= 40, replayed)
  end)
end)
