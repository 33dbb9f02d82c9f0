--- The page of what nobody has verified, and the script that asks a tenant, name the same rows: each row that the page
-- says is answered gets a verdict, which turns where the service contradicts the row, and no other row gets one.
local json = require "dkjson"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"
local verify = require "examples.verify_tenant"

local VERDICTS = { "as assumed", "NOT", "not seen" }

--- The last column of each row, by its number.
local function rows_of_page()
  local rows = {}
  local file <close> = assert(io.open "docs/unverified.md")
  for number, cell in file:read "a":gmatch "\n| (%d+) |[^\n]*|([^|\n]*)|%f[\n]" do
    rows[tonumber(number)] = cell:match "^%s*(.-)%s*$"
  end
  return rows
end

local PAGE = rows_of_page()

-- {====== A tenant in which everything has happened ======

local function fast_point(sim, unit)
  for _, point in ipairs(sim:points(unit.id)) do
    if point.tags == "fastRestore" then return point end
  end
end

--- Restores some sites; those in `failing` fail.
local function restore(sim, client, places, failing)
  local artifacts = {}
  for i, place in ipairs(places) do
    local point = sim:points(sim:units("site")[place].id)[1]
    artifacts[i] = { restorePoint = { id = point.id }, destinationType = "new" }
    if failing[place] then sim:fail_artifact { restorePoint = point.id, code = "ArtifactNotFound", message = "m" } end
  end
  assert(assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts }):activate())
end

local function restore_file(sim, client)
  local made = assert(client.sharePoint:create_browse_session {
    restorePointId = fast_point(sim, sim:units("site")[4]).id,
  })
  sim:advance(600)
  local library = made:browse(made:browse():next()):next()
  assert(client.sharePoint:create_session {
    granularSiteRestoreArtifacts = { { browseSessionId = made.id, id = library.itemKey } },
  })
end

local function restore_in_bulk(client)
  local session = assert(client.sharePoint:create_session())
  assert(session:create_bulk_request {
    siteWebUrls = { "https://contoso.sharepoint.com/sites/nowhere" }, destinationType = "new",
    protectionTimePeriod = { endDateTime = "2026-11-01T00:00:00Z" },
  })
  assert(session:activate())
end

local function tenant(case)
  local sim = simulator.start {
    sites = 25, drives = 2, mailboxes = 2, speed = 1, dialect = case.dialect,
  }
  local client <close> = m365.client {
    base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
  }
  if not case.is_new then
    restore(sim, client, { 2, 3 }, { [3] = true })
    restore(sim, client, { 5 }, { [5] = true })
    restore_file(sim, client)
    if case.dialect.empty_sessions ~= false then restore_in_bulk(client) end
    sim:advance(86400)
  end
  return sim
end

-- }======

--- A clock by which nobody waits: the simulator's is put forward instead.
local function hurried(sim)
  local clock = sim:clock()
  return {
    now = function() return clock:now() end,
    monotonic = function() return clock:monotonic() end,
    delay = function(_, seconds)
      sim:advance(seconds)
      return 0
    end,
  }
end

--- What the script says of a tenant: row -> verdict -> { subject = true }.
local function ask(case)
  case.dialect = case.dialect or {}
  local sim <close> = tenant(case)
  local token = { lifetime = 1e12 }
  for name, value in pairs(case.token or {}) do token[name] = value end
  local client <close> = m365.client {
    base_url = sim.url, credential = sim:credential(token), clock = hurried(sim), retries = 0,
  }
  for _, fault in ipairs(case.faults and case.faults(sim) or {}) do sim:fault(fault) end
  local found, paper = {}, { write = function() end }
  local unit = sim:units(case.kind or "site")[1].id
  for _, line in ipairs(verify(client, paper, { unit = unit, interval = 600 })) do
    if line[4] then
      local verdicts = found[line[4]] or {}
      found[line[4]] = verdicts
      verdicts[line[5]] = verdicts[line[5]] or {}
      verdicts[line[5]][line[1] == "restore" and "tries" or "asks"] = true
    end
  end
  return found
end

--- An answer of the spec's own.
local function answer(method, path, body, more)
  local fault = { action = "status", status = 200, method = method, path = path, body = json.encode(body) }
  for name, value in pairs(more or {}) do fault[name] = value end
  return fault
end

local function refusal(method, path, code, more)
  local fault = answer(method, path, { error = { code = code, message = "m" } }, { status = 400 })
  for name, value in pairs(more or {}) do fault[name] = value end
  return fault
end

--- Faults that are there from the beginning.
local function faults(...)
  local list = { ... }
  return function() return list end
end

local MANY = 1000
local WITHOUT_SEARCH = { "BackupRestore-Restore.ReadWrite.All", "BackupRestore-Configuration.Read.All",
  "BackupRestore-Control.Read.All", "BackupRestore-Restore.Read.All" }
local TIMES = { createdDateTime = "2026-11-02T00:00:00Z", completedDateTime = "2026-11-01T00:00:00Z" }
local REVERSED = { value = { { id = "s", status = "completed", createdDateTime = TIMES.createdDateTime,
  completedDateTime = TIMES.completedDateTime } } }
local LIBRARY = { itemKey = "k", name = "L", type = "documentLibrary", webUrl = "https://contoso.sharepoint.com/L" }
local FILE = { itemKey = "f", name = "a b.docx", type = "file", sizeInBytes = "1" }
local FIRST_FAILURE = refusal("DELETE", "/restoreSessions/", "IncompleteArtifactDeletion", { status = 500 })

local function file_at(address)
  local file = { webUrl = address }
  for name, value in pairs(FILE) do file[name] = value end
  return faults(answer("POST", "/browse$", { value = { LIBRARY } }), answer("POST", "/browse$", { value = { file } }))
end

--- Where a row that a used tenant, a new one, or a mailbox does not show is shown: row -> case.
local SHOWN = {
  [10] = { kind = "mailbox" },
  [15] = { faults = faults(FIRST_FAILURE) },
  [20] = { token = { permissions = WITHOUT_SEARCH }, faults = function(sim)
    local point = sim:points(sim:units("site")[1].id)[1]
    return { answer("GET", "/restorePoints$", { value = { { id = point.id } } }) } -- the one to restore
  end },
}

--- What contradicts a row: row -> cases, each a dialect, or answers that no dialect gives.
local CONTRADICTED = {
  [1] = { { dialect = { create_status = "activating" }, is_new = true } },
  [2] = { { dialect = { empty_sessions = false } } },
  [4] = { { dialect = { terminal_spelling = "completedWithErrors" } } },
  [5] = { { faults = faults(answer("POST", "/%$batch$", {
    responses = { { id = "1", status = 200, body = { status = "failed" } } },
  })) } },
  [7] = { { dialect = { duplicate_add = "row" } } },
  [8] = { { dialect = { patch_echo = true } }, { dialect = { create_echo = true } } },
  [10] = { { kind = "mailbox", faults = faults(refusal("GET", "/granularMailboxRestoreArtifacts$", "", {
    status = 404, times = MANY,
  })) } },
  [11] = { { dialect = { session_type = "when_mixed" } } },
  [12] = { { dialect = { type_spelling = "sharepointRestoreSession" } }, { dialect = { path_case = "changed" } },
    { faults = faults(refusal("GET", "/sharepointrestoresessions/", "", { status = 404, times = MANY })) } },
  [14] = { { faults = faults(answer("GET", "/sharePointRestoreSessions$", REVERSED, { after = 1, times = MANY })) } },
  [15] = { { faults = faults(FIRST_FAILURE, FIRST_FAILURE) } },
  [18] = { { dialect = { draft_counts = "in_progress" } } },
  [19] = { { dialect = { granular_status = "unknown" } } },
  [20] = { { token = { permissions = WITHOUT_SEARCH }, faults = function(sim)
    local point = sim:points(sim:units("site")[1].id)[1]
    return { answer("GET", "/restorePoints$", { value = { { id = point.id } } }, { times = MANY }) }
  end } },
  [21] = { { dialect = { points_per_search = 5 } } },
  [22] = { { dialect = { units_answered = 10 } } },
  [23] = { { faults = faults(answer("POST", "/restorePoints/search$", { searchResults = { { id = "p" } } })) } },
  [24] = { { dialect = { no_result_list = "when_any" } } },
  [25] = { { faults = faults(refusal("GET", "/restorePoints$", "InvalidSearchRequest", { after = 3 })) },
    { faults = faults(answer("GET", "/restorePoints$", { value = {
      { id = "a", protectionDateTime = "2026-10-01T00:00:00Z" },
      { id = "b", protectionDateTime = "2026-10-02T00:00:00Z" },
    } }, { after = 1 })) } },
  [29] = { { faults = faults(refusal("PATCH", "RestoreSessions/", "InvalidArtifactRequest")) } },
  [30] = { { dialect = { browse_next = "function" } },
    { faults = faults(refusal("GET", "/browse$", "", { status = 405 })) } },
  [31] = { { faults = faults(refusal("POST", "/browse$", "BadRequest", { times = MANY })) } },
  [32] = { { dialect = { browse_status = "created" } } },
  [33] = { { dialect = { browse_point = true } } },
  [34] = { { faults = faults(answer("GET", "/browseSessions$", { value = {
    { id = "b", createdDateTime = "2026-11-01T00:00:00Z", expirationDateTime = "2026-11-01T01:00:00Z" },
  } })) } },
  [36] = { { faults = file_at "https://contoso.sharepoint.com/other/a%20b.docx" } },
  [37] = { { faults = faults(refusal("GET", "/browseSessions$", "", { status = 404 })) },
    { faults = faults(refusal("POST", "/sharePointBrowseSessions$", "", { status = 400 })) } },
  [39] = { { dialect = { sizes = "number" } } },
  [41] = { { dialect = { get_shape = "collection" } } },
  [42] = { { dialect = { error_shape = "array" } } },
  [43] = { { dialect = { bulk_session = true } } },
  [44] = { { token = { delegated = true }, faults = faults(
    answer("GET", "/mailboxProtectionUnits$", { value = { { id = "m" } } }, { times = MANY })) } },
  [45] = { { faults = faults(refusal("GET", "/graph.siteProtectionUnit$", "")) } },
  [50] = { { dialect = { policy_scope = "beta" } } },
  [53] = { { dialect = { service_consumer = "serviceConsumer" } } },
  [55] = { { dialect = { times = "dashed" } }, { dialect = { times = "offset" } },
    { dialect = { unset_times = "0001-01-01" } } },
  [56] = { { dialect = { created_by = "empty" } }, { dialect = { created_by = "null" } },
    { dialect = { created_by = "identity" } } },
  [57] = { { dialect = { capital_status = true } } },
  [58] = { { dialect = { next_link = "relative" } }, { dialect = { next_link = "ampersand" } },
    { dialect = { next_link = "other_collection" } } },
  [59] = { { dialect = { empty_page = true } } },
  [60] = { { dialect = { code_case = "lower" } } },
  [61] = { { faults = faults(answer("GET", "/restoreSessions$", { value = { { id = "1" }, { id = "2" }, { id = "3" } },
  })) } },
  [62] = { { faults = faults(refusal("POST", "/%$batch$", "", { times = MANY })) } },
  [63] = { { dialect = { batch_order = "reversed" } } },
  [72] = { { dialect = { list_options = "described" } } },
  [73] = { { faults = faults(answer("GET", "/protectionUnits$", { value = { { id = "u" } } }, { after = 1 })) } },
}

describe("a row of the page of what nobody has verified", function()
  local used, new = ask {}, ask { is_new = true }

  it("says in one of three ways whether the script answers it", function()
    for number, cell in ipairs(PAGE) do
      local is_known = cell == "asks" or cell == "tries" or cell == "asks, tries" or cell:find "^no: %l.*%w$"
      assert.truthy(is_known, number .. ": " .. cell)
    end
    assert.is_true(#PAGE > 70)
  end)

  it("is answered by the script where the page says so, and by no other", function()
    local files = ask { faults = file_at "https://contoso.sharepoint.com/L/a%20b.docx" }
    for number, cell in ipairs(PAGE) do
      local verdicts, told = {}, {}
      for _, found in ipairs { used, new, files, SHOWN[number] and ask(SHOWN[number]) or {} } do
        for _, verdict in ipairs(VERDICTS) do
          local places = (found[number] or {})[verdict] or {}
          for place in pairs(places) do told[place] = true end
          verdicts[verdict] = verdicts[verdict] or next(places) ~= nil
        end
      end
      local expected = (told.asks and "asks" or "") .. (told.asks and told.tries and ", " or "")
        .. (told.tries and "tries" or "")
      assert.equal(expected, cell:find "^no" and "" or cell, number)
      assert.is_false(verdicts.NOT, number)
      assert.equal(expected ~= "", verdicts["as assumed"], number)
      assert.equal(expected ~= "", CONTRADICTED[number] ~= nil, number)
    end
  end)

  for number, cases in pairs(CONTRADICTED) do
    for i, case in ipairs(cases) do
      it(("turns where the service contradicts it: %d, %d"):format(number, i), function()
        assert.is_table(ask(case)[number].NOT)
      end)
    end
  end
end)
