--- Replays the documented examples: our requests equal the documented ones in method, path, headers that matter and
-- body, and the documented answers become the right things with the right properties.
local caller = require "spec.graph.caller"
local json = require "dkjson"
local m365 = require "m365restore"
local support = require "spec.graph.support"

local SHARED = os.getenv "M365RESTORE_SHARED" or "../shared"

--- Examples whose request is not sent as documented: the operation, and why.
local DIFFERENT = {
  ["siteRestoreArtifactsBulkAdditionRequests.create v1.0"] = "the blanks in the page's addresses are taken out",
  ["driveRestoreArtifactsBulkAdditionRequests.create v1.0"] = "empty lists are left out, and protectionUnitIds, which "
    .. "the service does not implement",
  ["sharePointBrowseSessions.browse v1.0"] = "{} is sent where the page has no body",
  ["sharePointBrowseSessions.browse beta"] = "the same",
  ["serviceApps.activate v1.0"] = "the page has the id in braces",
}

--- The page misspells a unit in its answer to a search, which would otherwise be asked for again, alone.
local MISSPELT = { ["83014d8c-71fe-4d00-a01a-31850bc5b42c"] = "83014d8c-71fe-4d00-a01a-31850bc5b42d" }

--- Examples that are not of this API's operations, and where they are proved.
local ELSEWHERE = {
  ["graph.throttled"] = true, -- below
  ["graph.batch"] = true, -- below
  ["token.clientCredentials.secret"] = true, -- with the credentials
  ["token.error"] = true,
  ["token.managedIdentity.imds"] = true,
}

local function examples()
  local file <close> = io.open(SHARED .. "/graph-2026-11/examples.jsonl")
  if not file then return nil end
  local list = {}
  for line in file:lines() do list[#list + 1] = json.decode(line, 1, nil) end
  return list
end

--- The refusal in a documented answer: in `error`, or bare.
local function refusal_of(answer) return answer.error or answer end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

--- A documented answer as this client's own host would give it.
local function localize(answer, origin)
  local link = answer["@odata.nextLink"]
  answer["@odata.nextLink"] = link and link:gsub("^https://graph%.microsoft%.com", origin) or nil
  for _, hit in ipairs(answer.searchResults or {}) do
    local unit = hit.restorePoint.protectionUnit
    unit.id = MISSPELT[unit.id] or unit.id
  end
  return answer
end

--- A request's path behind the root, and its query, unescaped.
local function split(example)
  local path, query = example.request.path:match "^/[^/]+/solutions/backupRestore([^?]*)%??(.*)$"
  return path and path:gsub("[{}]", ""), query
end

--- The row of the contract table whose request an example shows, and the ids in its path.
local function row_of(example)
  local path, query = split(example)
  local token, found, places = query and query:match "skiptoken=(.*)$", nil, nil
  for _, row in ipairs(path and support.rows() or {}) do
    local ids = row.method == example.request.method and caller.match(row, path)
    if ids and (token ~= nil) == (row.path:find "skiptoken" ~= nil) and (not found or #ids < #places) then
      found, places = row, ids
    end
  end
  if token then places[#places + 1] = token end
  return found, places
end

--- What the method takes for the documented body.
local function body_of(row, example)
  if row.verb == "restore_points" then
    local _, query = split(example)
    local unit = query:match "%f[%w]id eq '(.-)'"
    return { unit = unit, before = query:match " lt (%S+)", policy = query:match "policyId eq '(.-)'" }
  end
  local body = example.request.body
  if body and body.protectionUnitIds and row.verb == "create_bulk_request" then
    body.protectionUnitIds = nil
  end
  for i, url in ipairs(body and body.siteWebUrls or {}) do body.siteWebUrls[i] = url:gsub(" ", "") end
  return body
end

--- The documented body as it should be sent.
local function expected_body(row, example)
  local body = example.request.body
  if not body then return row.body == "default" and {} or nil end
  for name, value in pairs(body) do
    if row.verb == "create_bulk_request" and type(value) == "table" and next(value) == nil then body[name] = nil end
  end
  return body
end

--- A documented value without its nulls, which mean the same as nothing.
local function plain(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for name, member in pairs(value) do copy[name] = plain(member) end
  return copy
end

--- Are the documented properties those of a result?
local function holds(documented, result, context)
  local known = result:table()
  for name, value in pairs(plain(documented)) do
    if name ~= "@odata.context" then assert.same(value, known[name], context .. "." .. name) end
  end
end

local checks = {}

function checks.nothing(_, _, result, context) assert.is_true(result, context) end

function checks.list(row, answer, pager, context)
  if not answer.value then return assert.is_nil(pager:next()) end -- no answer is shown
  for i, documented in ipairs(answer.value) do
    local item = assert(pager:next())
    local said = (documented["@odata.type"] or row.type):match "[^.]+$"
    assert.equal(said:lower(), m365.type(item):lower(), context)
    holds(documented, item, context .. "[" .. i .. "]")
  end
end

function checks.self(row, answer, result, context)
  local said = (answer["@odata.type"] or row.on):match "[^.]+$"
  assert.is_truthy(m365.type(result):lower() == said:lower() or m365.type(result) == row.on, context)
  holds(answer.value or answer, result, context)
end

function checks.item(row, answer, result, context)
  if row.type == "backupRestoreRoot" then
    assert.equal("serviceStatus", m365.type(result))
    return holds(answer.serviceStatus, result, context)
  elseif row.type == "restorePointSearchResponse" then
    assert.equal(answer.searchResponseId, result.searchResponseId, context)
    assert.same(answer.noResultProtectionUnitIds or {}, result.noResultProtectionUnitIds, context)
    assert.equal(#answer.searchResults, #result.searchResults, context)
    for i, hit in ipairs(answer.searchResults) do
      assert.equal(hit.artifactHitCount, result.searchResults[i].artifactHitCount, context)
      holds(hit.restorePoint, result.searchResults[i].restorePoint, context)
    end
    return
  end
  local said = (answer["@odata.type"] or row.type):match "[^.]+$"
  local documented = answer.value and not answer.id and answer.value[1] or answer
  if row.type ~= "restoreSessionBase" then assert.equal(said:lower(), m365.type(result):lower(), context) end
  holds(documented, result, context)
end

describe("the documented examples", function()
  local list = examples()
  local sim, clients
  support.around_versions(function(...)
    local client, beta
    sim, client, beta = ...
    clients = { ["v1.0"] = client, beta = beta }
  end)

  if not list then
    pending(SHARED .. "/graph-2026-11/examples.jsonl is not here")
    return
  end

  local function check_request(row, ids, example, context)
    local entries = sim:ledger { method = example.request.method }
    local entry, wanted = entries[1], caller.fill(row, ids)
    for _, one in ipairs(entries) do
      if unescape(one.path):sub(-#wanted):lower() == wanted:lower() then entry = one end
    end
    assert.equal("/" .. example.version .. support.ROOT .. wanted, unescape(entry.path), context)
    local query = select(2, split(example))
    assert.equal(query, unescape(entry.query or ""), context)
    assert.matches("^Bearer ", entry.headers.authorization)
    assert.same(expected_body(row, example), entry.body, context)
    assert.equal(entry.body and "application/json", entry.body and entry.headers["content-type"], context)
    if entry.body and not example.request.headers["Content-Type"] then
      assert.is_string(DIFFERENT[example.operation .. " " .. example.version], context)
    end
  end

  for number, example in ipairs(list) do
    if not ELSEWHERE[example.operation] then
      local context = ("%d %s %s"):format(number, example.operation, example.version)
      it("equal our request, and are read: " .. context, function()
        local row, ids = row_of(example)
        assert.is_table(row, context)
        local answer = localize(example.response and example.response.body or {}, sim.url)
        local status = example.response and example.response.status
        local result, err, partly = caller.new(sim):call(clients[example.version], row, ids, body_of(row, example),
          example.response and (answer ~= json.null and answer or "") or { searchResults = {}, value = {} },
          { status = status })
        if row.result == "list" and result then
          checks.list(row, answer, result, context)
        elseif status and status >= 400 then
          assert.is_nil(result)
          assert.same({ refusal_of(answer).code:lower(), status }, { err.code:lower(), err.status })
          assert.is_string(err.remedy)
        elseif err and err.code == "items_refused" then
          holds(answer, partly, context)
        elseif example.response then
          assert(result, tostring(err))
          checks[row.result](row, answer, result, context)
        end
        check_request(row, ids, example, context)
      end)
    end
  end

  local function example_of(operation)
    for _, example in ipairs(list) do
      if example.operation == operation then return example end
    end
  end

  it("show a throttled answer with a decimal Retry-After", function()
    local answer = example_of("graph.throttled").response
    support.answer(sim, answer.body, { status = 429, headers = { ["Retry-After"] = answer.headers["Retry-After"] } })
    local client = support.client(sim) -- the others would wait behind its fence
    local none, err = client:session("s", { retries = 0 })
    client:close()
    assert.is_nil(none)
    assert.equal(tonumber(answer.headers["Retry-After"]), err.retry_after)
    assert.equal("retry", err.class)
  end)

  it("show the reads of a batch, and its failures by member", function()
    local example = example_of "graph.batch"
    local reads, places = {}, {}
    for _, member in ipairs(example.request.body.requests) do
      if member.method == "GET" then
        reads[#reads + 1] = { path = member.url:gsub("^%f[^/]", "/", 1):gsub("^//", "/"), headers = member.headers }
        reads[#reads].path = reads[#reads].path:sub(1, 1) == "/" and reads[#reads].path or "/" .. reads[#reads].path
        places[member.id] = #reads
      end
    end
    local responses = {}
    for _, response in ipairs(example.response.body.responses) do
      if places[response.id] then
        local copy = plain(response)
        copy.id = tostring(places[response.id])
        responses[#responses + 1] = copy
      end
    end
    support.answer(sim, { responses = responses })
    local answers, failures = clients["v1.0"]:batch(reads)
    assert.equal(36, answers[places["5"]].body["@odata.count"])
    assert.same({ "http_403", 403 }, { failures[places["2"]].code, failures[places["2"]].status })
    local _, entry = support.last(sim)
    assert.equal("/v1.0/$batch", entry.path)
    assert.equal("/me/memberOf", entry.body.requests[1].url)
  end)
end)
