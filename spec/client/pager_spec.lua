--- Lists cannot lie: every item once, in order, or an error.
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local tenant = require "spec.support.tenant"

local ROOT = "/v1.0/solutions/backupRestore"
local LIST = "siteRestoreArtifacts$"

describe("a list", function()
  local home, client, session, all

  setup(function()
    home = tenant.start { page_size = 10 }
    client = home:client()
    session = home:session(client, "sharePoint", 1, 45)
    all = {}
    for _, artifact in ipairs(home.sim:session(session.id).artifacts) do
      all[#all + 1] = artifact.id
    end
  end)
  teardown(function()
    client:close()
    home:stop()
  end)
  after_each(function() home:reset() end)

  local function walk(pager)
    local ids = {}
    for artifact in pager do
      ids[#ids + 1] = artifact.id
    end
    return ids
  end

  -- a page of our own making in place of the service's
  local function answer(page, after, times)
    home.sim:fault {
      path = LIST, action = "status", status = 200, body = page, after = after, times = times,
    }
  end

  local function page(ids, link)
    local items = {}
    for i, id in ipairs(ids) do
      items[i] = ('{"id":"%s"}'):format(id)
    end
    return ('{"value":[%s]%s}'):format(table.concat(items, ","), link and ',"@odata.nextLink":' .. link or "")
  end

  local function artifacts_path(rest)
    return ROOT .. "/sharePointRestoreSessions/" .. session.id .. "/siteRestoreArtifacts" .. (rest or "")
  end

  it("gives every item once, in order, over all its pages", function()
    assert.equal(45, #all)
    assert.same(all, walk(session:artifacts()))
    assert.equal(5, home.sim:count { path = LIST })
  end)

  it("asks for nothing before the first item is wanted", function()
    local pager = session:artifacts()
    assert.equal(0, home.sim:count())
    assert.equal("list of siteRestoreArtifact", tostring(pager))
    assert.equal(all[1], pager:next().id)
    assert.equal(1, home.sim:count())
  end)

  it("ends with nil, and stays ended", function()
    local pager = session:artifacts()
    local n = 0
    while true do
      local item, err = pager:next()
      assert.is_nil(err)
      if not item then break end
      n = n + 1
    end
    assert.equal(45, n)
    assert.equal(0, select("#", pager:next()) - 1)
    assert.is_nil((pager:next()))
    assert.equal(5, home.sim:count { path = LIST })
  end)

  it("can be walked by whole pages", function()
    local sizes = {}
    for items in session:artifacts():pages() do
      sizes[#sizes + 1] = #items
    end
    assert.same({ 10, 10, 10, 10, 5 }, sizes)
  end)

  it("gives the rest of a page that was begun by items", function()
    local pager = session:artifacts()
    pager:next()
    assert.equal(9, #pager:pages()())
    assert.equal(all[11], pager:next().id)
  end)

  it("is closed when a loop is left early", function()
    local pager = session:artifacts()
    assert.has_error(function()
      for _ in pager, nil, nil, pager do error "left" end
    end)
    assert.is_nil((pager:next()))
    pager = session:artifacts()
    assert.has_error(function()
      for _ in pager:pages() do error "left" end
    end)
    assert.is_nil((pager:next()))
    assert.equal(2, home.sim:count())
  end)

  it("is closed by the loop that it is written into", function()
    local _, _, _, closing = session:artifacts()
    assert.equal("list of siteRestoreArtifact", tostring(closing))
  end)

  it("raises the error in a loop, and goes on from the same page", function()
    home.sim:fault { path = LIST, action = "status", status = 403, after = 2 }
    local pager = session:artifacts()
    local ids = {}
    local ok, err = pcall(function()
      while true do
        local item = pager()
        ids[#ids + 1] = item.id
      end
    end)
    assert.is_false(ok)
    assert.equal(403, err.status)
    assert.equal("sharePointRestoreSession.artifacts", err.operation)
    assert.equal(20, #ids)
    for artifact in pager do
      ids[#ids + 1] = artifact.id
    end
    assert.same(all, ids)
  end)

  it("returns the error from next, and asks for the same page again", function()
    home.sim:fault { path = LIST, action = "status", status = 403, after = 1, times = 2 }
    local pager = session:artifacts()
    local ids, errors = {}, 0
    repeat
      local item, err = pager:next()
      if item then
        ids[#ids + 1] = item.id
      elseif err then
        errors = errors + 1
        assert.equal(403, err.status)
      end
    until not item and not err
    assert.equal(2, errors)
    assert.same(all, ids)
  end)

  it("raises in pages too", function()
    home.sim:fault { path = LIST, action = "status", status = 403 }
    assert.truthy(raised(function()
      for _ in session:artifacts():pages() do error "a page came" end
    end):find("HTTP 403", 1, true))
  end)

  it("is empty without an error", function()
    answer(page {})
    assert.same({}, walk(session:artifacts()))
  end)

  it("goes on behind empty pages, however many", function()
    for i = 1, 100 do
      answer(page({}, ('"%s?$skiptoken=%d"'):format(home.sim.url .. artifacts_path(), i)))
    end
    answer(page { "last" })
    assert.same({ "last" }, walk(session:artifacts()))
    assert.equal(101, home.sim:count { path = LIST })
  end)

  describe("follows a link", function()
    local function follows(link)
      answer(page({ "a" }, '"' .. link .. '"'))
      answer(page { "b" })
      assert.same({ "a", "b" }, walk(session:artifacts()))
      local seen = home.sim:ledger { path = LIST }
      assert.equal(artifacts_path "?$skiptoken=x", seen[2].url)
    end

    it("that is absolute", function() follows(home.sim.url .. artifacts_path "?$skiptoken=x") end)
    it("whose scheme and host are written large", function()
      follows(home.sim.url:upper() .. artifacts_path "?$skiptoken=x")
    end)
    it("that is relative to the host", function() follows(artifacts_path "?$skiptoken=x") end)
    it("with the port of its scheme, or any that is its own", function()
      follows(home.sim.url:gsub(":(%d+)$", ":0%1") .. artifacts_path "?$skiptoken=x")
    end)
    it("that is relative to its page", function()
      follows "?$skiptoken=x"
      home:reset()
      follows "siteRestoreArtifacts?$skiptoken=x"
      home:reset()
      follows("./x/../../" .. session.id .. "/siteRestoreArtifacts?$skiptoken=x")
    end)
    it("that is relative to its scheme", function()
      follows(home.sim.url:gsub("^http:", "") .. artifacts_path "?$skiptoken=x")
    end)
    it("with blanks and line ends around and inside", function()
      follows("  " .. artifacts_path "?$skip\\r\\ntoken=x" .. "\\n")
    end)
    it("with a fragment", function() follows(artifacts_path "?$skiptoken=x#top") end)
    it("with backslashes", function() follows((artifacts_path "?$skiptoken=x"):gsub("/", "\\\\")) end)

    for given, sent in pairs {
      ["a b"] = "a%20b", ["a%20b"] = "a%20b", ["\u{e9}"] = "%C3%A9", ["{a}|^`<>"] = "%7Ba%7D%7C%5E%60%3C%3E",
      ["a+b/c=="] = "a+b/c==", ["%e9%2f"] = "%e9%2f", ["a\\\\b"] = "a\\b",
    } do
      it("with " .. given .. " in it", function()
        answer(page({ "a" }, '"' .. artifacts_path("?$skiptoken=" .. given) .. '"'))
        answer(page { "b" })
        assert.same({ "a", "b" }, walk(session:artifacts()))
        assert.equal("$skiptoken=" .. sent, home.sim:ledger { path = LIST }[2].query)
      end)
    end

    it("that leaves the version out", function()
      follows((artifacts_path "?$skiptoken=x"):gsub("^/v1%.0", ""))
    end)
  end)

  describe("refuses a link", function()
    local stranger

    setup(function() stranger = tenant.start() end)
    teardown(function() stranger:stop() end)

    -- only when its page was handed out, and each time that more is wanted
    local function refuses(link, code)
      answer(page({ "a", "b" }, link))
      local pager = session:artifacts()
      assert.equal("a", pager:next().id)
      assert.equal("b", pager:next().id)
      for _ = 1, 2 do
        local item, err = pager:next()
        assert.is_nil(item)
        assert.equal(code or "foreign_link", err.code)
      end
      assert.equal(1, home.sim:count())
      assert.equal(0, stranger.sim:count())
    end

    it("to another port, and sends no token there", function()
      refuses('"' .. stranger.sim.url .. artifacts_path() .. '"')
    end)
    it("to another scheme", function()
      refuses('"' .. home.sim.url:gsub("^http", "https") .. artifacts_path() .. '"')
    end)
    it("to another host, with our scheme and port", function()
      for _, host in ipairs { "127.0.0.2", "localhost", "graph.example", "[::1]" } do
        refuses('"' .. home.sim.url:gsub("127%.0%.0%.1", host) .. artifacts_path() .. '"')
        home:reset()
        refuses('"' .. home.sim.url:gsub("^http:(.*)127%.0%.0%.1", "%1" .. host) .. artifacts_path() .. '"')
        home:reset()
      end
    end)
    it("to a host that begins like ours", function()
      refuses('"' .. home.sim.url .. '.example/x"')
      home:reset()
      refuses('"' .. home.sim.url .. '@127.0.0.1:1/x"')
      home:reset()
      refuses('"' .. home.sim.url .. '0/x"')
    end)
    it("without a scheme", function() refuses '"//127.0.0.1:1/x"' end)
    it("without a scheme, with backslashes", function() refuses [["\\\\127.0.0.1:1/x"]] end)
    it("with a user in it", function()
      for _, user in ipairs { "me:secret@", "me@", ":secret@" } do
        refuses('"' .. home.sim.url:gsub("//", "//" .. user) .. artifacts_path() .. '"')
        home:reset()
      end
    end)
    it("of another kind", function()
      for _, link in ipairs { "javascript:alert(1)", "file:///etc/passwd", "http://", "http:", "mailto:x" } do
        refuses('"' .. link .. '"')
        home:reset()
      end
    end)
    it("that climbs out", function()
      refuses '"/v1.0/../../x"'
      home:reset()
      refuses '"../../../../../../x"'
    end)
    it("that is no text", function()
      refuses("5", "bad_answer")
      home:reset()
      refuses("{}", "bad_answer")
      home:reset()
      refuses("true", "bad_answer")
    end)
  end)

  it("takes a link that is null or empty for none", function()
    for _, link in ipairs { "null", '""', '" \\n"' } do
      answer(page({ "a" }, link))
      assert.same({ "a" }, walk(session:artifacts()))
      assert.equal(1, home.sim:count())
      home:reset()
    end
  end)

  describe("with an item that is none", function()
    for name, item in pairs { null = "null", ["a text"] = '"b"', ["a number"] = "5", ["false"] = "false" } do
      it("(" .. name .. ") is never short without an error", function()
        for place = 1, 3 do
          local items = { '{"id":"a"}', '{"id":"b"}' }
          table.insert(items, place, item)
          local body = '{"value":[' .. table.concat(items, ",") .. "]}"
          answer(body)
          local pager, found = session:artifacts(), {}
          for i = 1, 3 do
            local artifact, err = pager:next()
            found[i] = artifact and artifact.id or err.code
            if err then assert.matches(("item %d of a page"):format(place), err.message) end
          end
          local expected = { "a", "b" }
          table.insert(expected, place, "bad_answer")
          assert.same(expected, found)
          assert.is_nil((pager:next()))

          answer(body)
          assert.matches("an object was expected", raised(function() walk(session:artifacts()) end))
          answer(body)
          assert.matches("an object was expected", raised(function()
            for _ in session:artifacts():pages() do home.sim:count() end
          end))
          home:reset()
        end
      end)
    end
  end)

  describe("notices a circle", function()
    it("of one page", function()
      answer(page({ "a" }, '"' .. artifacts_path() .. '"'))
      local pager = session:artifacts()
      assert.equal("a", pager:next().id)
      local item, err = pager:next()
      assert.is_nil(item)
      assert.same({ "link_loop", "retry" }, { err.code, err.class })
    end)

    it("of several", function()
      answer(page({ "a" }, '"' .. artifacts_path "?p=2" .. '"'))
      answer(page({ "b" }, '"' .. artifacts_path "?p=3" .. '"'))
      answer(page({ "c" }, '"' .. artifacts_path "?p=2" .. '"'))
      local pager = session:artifacts()
      assert.equal("a", pager:next().id)
      assert.equal("b", pager:next().id)
      assert.equal("c", pager:next().id)
      assert.equal("link_loop", select(2, pager:next()).code)
    end)
  end)

  it("sends the same headers for every page", function()
    walk(session:artifacts { page_size = 20 })
    local seen = home.sim:ledger { path = LIST }
    assert.equal(3, #seen)
    for _, entry in ipairs(seen) do
      assert.equal("include-unknown-enum-members, odata.maxpagesize=20", entry.headers.prefer)
      assert.equal("application/json", entry.headers.accept)
      assert.truthy(entry.headers["user-agent"]:find("m365restore/", 1, true))
    end
  end)

  it("sends what is preferred besides, however long", function()
    local wish = "odata.include-annotations=" .. ("x"):rep(500)
    client:request("GET", "/solutions/backupRestore/restoreSessions", { headers = { Prefer = wish } })
    assert.equal("include-unknown-enum-members, " .. wish, home.sim:ledger()[1].headers.prefer)
  end)

  it("sends its query once, and the links as they are", function()
    local pager = session:artifacts { top = 7, filter = "status eq 'added'", select = "id,status", count = true }
    pager:next()
    assert.equal("$select=id,status&$filter=status%20eq%20%27added%27&$top=7&$count=true",
      home.sim:ledger()[1].query)
  end)

  for _, style in ipairs { "absolute", "relative", "other_collection" } do
    it("works where the service writes " .. style .. " links", function()
      local other = tenant.start { page_size = 3, dialect = { next_link = style } }
      local c <close> = other:client()
      local made = {}
      for i = 1, 8 do
        made[other:session(c, "sharePoint", i).id] = true
      end
      local n = 0
      for found in c:sessions() do
        assert.is_true(made[found.id])
        made[found.id], n = nil, n + 1
      end
      assert.equal(8, n)
      other:stop()
    end)
  end

  it("that two tasks read at a time gives no item twice", function()
    local pager = session:artifacts()
    local seen = {}
    local _, failures = m365.gather({ 1, 2, 3 }, function()
      for artifact in pager do
        assert(not seen[artifact.id], "an item came twice")
        seen[artifact.id] = true
        require("m365restore.core").sleep(0.001)
      end
    end)
    assert.same({}, failures)
    for _, id in ipairs(all) do
      assert.is_true(seen[id])
    end
    assert.equal(5, home.sim:count { path = LIST })
  end)

  it("needs no more memory for many pages than for few", function()
    local rows = {}
    for i = 1, 200 do rows[i] = "artifact-" .. i end
    local peak = { 0, 0 }
    for round, pages in ipairs { 10, 60 } do
      home:reset()
      for i = 1, pages do
        answer(page(rows, i < pages and ('"%s?p=%d"'):format(artifacts_path(), i) or nil))
      end
      local n = 0
      collectgarbage()
      for _ in session:artifacts() do
        n = n + 1
        if n % 200 == 1 then
          collectgarbage()
          peak[round] = math.max(peak[round], collectgarbage "count")
        end
      end
      assert.equal(pages * 200, n)
    end
    assert.is_true(peak[2] - peak[1] < 100, "it grew by " .. (peak[2] - peak[1]) .. " KiB")
  end)

  it("in a closed client is over with an error", function()
    local c = home:client()
    local pager = assert(c:session(session.id)):artifacts()
    pager:next()
    c:close()
    for _ = 2, 10 do assert.truthy(pager:next()) end
    local item, err = pager:next()
    assert.is_nil(item)
    assert.equal("closed", err.code)
  end)

  -- the last one here: a request that it gave up may still arrive and take the answer that another spec has set
  it("ends by its timeout, however many empty pages there are", function()
    for i = 1, 1000 do
      answer(page({}, ('"%s?p=%d"'):format(artifacts_path(), i)))
    end
    local pager = session:artifacts { timeout = "0.05s" }
    local item, err = pager:next()
    assert.is_nil(item)
    assert.equal("deadline", err.code)
    local before = home.sim:count { path = LIST }
    assert.is_true(before < 1000, before .. " pages")
    -- on a busy machine a call may be over before it has sent anything
    for _ = 1, 100 do
      err = select(2, pager:next())
      assert.equal("deadline", err.code)
      if home.sim:count { path = LIST } > before then break end
    end
    assert.is_true(home.sim:count { path = LIST } > before, "the next call goes on")
  end)
end)
