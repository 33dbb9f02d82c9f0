--- Plans and runs whose answers are garbage, cut, or odd, at random calls: each ends with a report or
-- an error, nothing raises, and nothing is restored twice. The name of a case is its seed: M365RESTORE_SEED tries one
-- again, M365RESTORE_FULL many.
local m365 = require "m365restore"
local support = require "spec.support.restore"

local SITES = 8
local CASES = os.getenv "M365RESTORE_FULL" and 400 or support.is_slow and 4 or 15
local FIRST = tonumber(os.getenv "M365RESTORE_SEED")

-- places in the answers that plans and runs read, and what may stand there
local PLACES = {
  "id", "value", "value/1", "value/2", "value/*/id", "value/1/id", "value/*/status", "status", "createdBy", "error",
  "@odata.nextLink", "@odata.type", "value/*/@odata.type", "createdDateTime", "lastModifiedDateTime",
  "completionDateTime", "restoreSessionArtifactCount", "restoreSessionArtifactCount/total", "value/*/restorePoint",
  "value/*/restorePoint/id", "value/*/destinationType", "value/*/protectionDateTime", "value/*/siteId",
  "value/*/siteWebUrl", "value/*/error", "value/*/createdBy", "value/*/createdDateTime", "value/*/completionDateTime",
  "searchResults", "searchResults/1", "searchResults/*", "searchResults/*/restorePoint", "searchResults/*/*/id",
  "searchResults/*/*/protectionUnit", "searchResults/*/*/*/id", "searchResults/*/*/protectionDateTime",
  "searchResults/*/*/tags", "noResultProtectionUnitIds", "noResultProtectionUnitIds/1", "restoreSessionArtifactCount/*",
  "siteRestoreArtifacts@delta", "siteRestoreArtifacts@delta/1", "siteRestoreArtifacts@delta/*/id",
  "siteRestoreArtifacts@delta/*/restorePoint", "siteRestoreArtifacts@delta/*/@Core.DataModificationException",
  "*/1", "*/*/*",
  "*/*/*/*", "createdBy/*", "createdBy/*/id", "error/code", "error/message",
  "backupServiceConsumer", "permissionType",
}
local VALUES = {
  "", "null", "true", "5", "-1", "1e400", "2.5", '""', '"x"', '"a\\ud83d"', '"\xFF\0"', "[]", "{}", "[[5]]", "[null]",
  '{"id":null}', '{"code":{},"message":[]}', '"9999-99-99T99:99:99Z"', '"0001-01-01T00:00:00Z"', '"#x.y"', "[", '"',
  ('"%s"'):format(("é"):rep(3000)),
}
local STATUSES = { 200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 409, 410, 412, 413, 422, 429, 500,
  501, 503, 524, 599 }
local SHAPES = { "graph", "bare", "odata", "language", "oauth", "list", "html", "text", "empty" }
local LINKS = { "relative", "query", "blanks", "capitals", "port", "backslashes", "fragment", "empty", "elsewhere" }
local CODES = {
  "closed", "network", "TooManyActiveRestoreSessions", "RestoreSessionNotFound", "ArtifactNotFound", "x", "",
  "RestoreSessionActionNotAllowed",
}

local function one_of(list) return list[math.random(#list)] end

local function noise()
  local bytes = {}
  for i = 1, math.random(0, 200) do bytes[i] = string.char(math.random(0, 255)) end
  return table.concat(bytes)
end

-- odd values at some places
local function odd(most)
  local set = {}
  for _ = 1, math.random(most) do set[one_of(PLACES)] = one_of(VALUES) end
  return set
end

local ACTIONS = {
  function() return { action = "drop" } end,
  function() return { action = "lose" } end,
  function() return { action = "reset", processed = math.random(2) == 1 } end,
  function() return { action = "truncate", bytes = math.random(0, 300) } end,
  function() return { action = "garbage", bytes = noise() } end,
  function() return { action = "stall", seconds = 1, before = one_of { "headers", "body" } } end,
  function() return { action = "throttle", retry_after = one_of { "0", "0.05", "soon", "-5", "" } } end,
  function() return { action = "edit", cut = math.random(0, 400) } end,
  function() return { action = "edit", prefix = noise() } end,
  function() return { action = "edit", gzip = true, cut = math.random(0, 400) } end,
  function() return { action = "edit", link = one_of(LINKS) } end,
  function() return { action = "edit", status = one_of(STATUSES) } end,
  function() return { action = "edit", set = odd(1) } end,
  function() return { action = "edit", set = odd(4) } end,
  function() return { action = "edit", set = odd(12) } end,
  function()
    return {
      action = "status", status = one_of(STATUSES), shape = one_of(SHAPES), code = one_of(CODES), message = noise(),
      processed = math.random(2) == 1,
    }
  end,
  function()
    return { action = "status", status = one_of { 200, 201 }, body = noise(), processed = math.random(2) == 1 }
  end,
  function()
    return { action = "status", status = 200, body = one_of { "[]", "{}", "5", "null", '{"value":{}}', '"x"' } }
  end,
}

local function fault()
  -- every other one is an odd answer, which is the hardest to read
  local made = math.random(2) == 1 and { action = "edit", set = odd(12) } or one_of(ACTIONS)()
  made.after, made.times = math.random(0, 6), one_of { 1, 1, 2, 4, 8 }
  made.method = one_of { "GET", "POST", "PATCH", nil }
  made.path = "^/v1%.0/" -- the service, and not who gives out tokens
  return made
end

describe("a plan and its run end after any answer, with", function()
  local function disturb(place)
    place.sim:clear_faults()
    for _ = 1, math.random(1, 6) do place.sim:fault(fault()) end
  end

  local function is_error(err)
    return type(err) == "table" and type(err.code) == "string" and type(err.message) == "string"
      and tostring(err) ~= ""
  end

  local function try(seed)
    math.randomseed(seed)
    local place = support.start({ sites = SITES, page_size = 3 }, {
      retries = 2, first_byte_timeout = 0.3, stall_timeout = 0.3, timeout = 20,
    })
    finally(function() place:stop() end)
    local destination = one_of { "new", "inPlace" }
    local function spec()
      return { service = "sharePoint", targets = "all", before = support.T, destination = destination }
    end
    disturb(place)
    local plan, err = m365.plan(place.client, spec())
    assert.is_true(plan ~= nil or is_error(err))
    if not plan then
      place.sim:clear_faults()
      plan = assert(m365.plan(place.client, spec()))
    end
    for round = 1, 3 do
      if round < 3 then disturb(place) else place.sim:clear_faults() end
      local run, problem = place:apply(plan, { patience = "30d", confirm = plan.hash, timeout = "60d" })
      assert.is_true(run ~= nil or is_error(problem))
      if run then
        assert.is_true(run.error == nil or is_error(run.error))
        local report = run:report()
        assert.equal(#plan.rows, #report.rows)
        assert.is_string(tostring(report))
        assert(report:save(place:path(round .. ".json")))
        assert(report:save(place:path(round .. ".html")))
      end
      for point, times in pairs(place:activations()) do
        assert.equal(1, times, point .. " was restored more than once")
      end
    end
  end

  for seed = FIRST or 1, FIRST or CASES do
    it("the seed " .. seed, function() try(seed) end)
  end
end)
