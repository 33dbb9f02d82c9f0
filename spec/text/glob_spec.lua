local glob = require "m365restore.text.glob"
local raised = require "spec.support.raised"

--- Does a pattern match a path?
local function matches(pattern, path)
  local compiled = glob.compile("match", pattern)
  local state = compiled:start()
  for name in path:gmatch "[^/]+" do
    state = compiled:advance(state, { name })
  end
  return compiled:is_match(state)
end

describe("a pattern of paths", function()
  it("counts characters, not bytes", function()
    for pattern, names in pairs {
      ["/m?ller.docx"] = { "müller.docx", "Muller.docx", "M\u{1F4C1}ller.docx" }, ["/???"] = { "日本語", "üüü", "abc" },
      ["/?*"] = { "ü", "ab" }, ["/*?.txt"] = { "ß.txt" },
    } do
      for _, name in ipairs(names) do assert.is_true(matches(pattern, "/" .. name), pattern .. " " .. name) end
    end
    assert.is_false(matches("/m??ller.docx", "/müller.docx"))
    assert.is_false(matches("/??", "/日"))
    assert.is_false(matches("/????", "/日本語"))
  end)

  it("folds case in every script", function()
    for pattern, name in pairs {
      ["/übersicht.*"] = "Übersicht.xlsx", ["/ОТЧЁТ*"] = "отчёт 2026.docx", ["/αθήνα"] = "ΑΘΉΝΑ",
      ["/*.XLSX"] = "a.xlsx", ["/straße"] = "STRAẞE",
    } do
      assert.is_true(matches(pattern, "/" .. name), pattern)
    end
    assert.is_false(matches("/übersicht.*", "/Ubersicht.xlsx"))
  end)

  it("takes a letter and its marks for one character, however they are written", function()
    local names = { -- as one character, and as a letter and marks
      ["müller"] = "mu\u{308}ller", ["ÅNGSTRÖM"] = "a\u{30A}ngstro\u{308}m", ["Việt"] = "Vie\u{323}\u{302}t",
      ["ガイド"] = "カ\u{3099}イト\u{3099}", ["한글"] = "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}", ["й"] = "и\u{306}",
    }
    for one, several in pairs(names) do
      local any = "/" .. ("?"):rep(utf8.len(one))
      for _, name in ipairs { one, several } do
        for _, pattern in ipairs { any, "/" .. one, "/" .. several } do
          assert.is_true(matches(pattern, "/" .. name), pattern .. " " .. name)
        end
      end
    end
    assert.is_false(matches("/muller", "/mu\u{308}ller"))
  end)

  it("takes brackets and other signs as they are", function()
    for _, name in ipairs { "[a].x", "a+b", "100%", "{x}", "(1)", "a.b", "^$", "-", "~$a" } do
      assert.is_true(matches("/" .. name, "/" .. name), name)
    end
    assert.is_false(matches("/[a].x", "/a.x"))
    assert.is_false(matches("/a.b", "/axb"))
  end)

  it("goes any number of folders down at **, at the end at least one name", function()
    for path, expected in pairs {
      ["/L/x.xlsx"] = true, ["/L/a/x.xlsx"] = true, ["/L/a/b/x.xlsx"] = true, ["/L/a/x.doc"] = false,
      ["/M/x.xlsx"] = false,
    } do
      assert.equal(expected, matches("/L/**/*.xlsx", path), path)
    end
    assert.is_true(matches("/L/**", "/L/a/b"))
    assert.is_false(matches("/L/**", "/L"))
    assert.is_true(matches("/**/b/**/d", "/a/b/c/c/d"))
    assert.is_true(matches("/a**b", "/axxb"))
  end)

  it("agrees with a slow and simple matcher on names of all kinds", function()
    local seed = tonumber(os.getenv "SEED") or os.time()
    math.randomseed(seed)
    local function slow(p, n)
      if p == "" then return n == "" end
      local first, rest = p:match("^(" .. utf8.charpattern .. ")(.*)$")
      if first == "*" then
        local left = n
        while true do
          if slow(rest, left) then return true end
          if left == "" then return false end
          left = left:gsub("^" .. utf8.charpattern, "")
        end
      end
      local character, after = n:match("^(" .. utf8.charpattern .. ")(.*)$")
      return character ~= nil and (first == "?" or first == character) and slow(rest, after)
    end
    local letters, wild = { "a", "b", "ü", "日" }, { "a", "b", "ü", "日", "*", "?" }
    local function text(from, most)
      local list = {}
      for i = 1, math.random(most) do list[i] = from[math.random(#from)] end
      return table.concat(list)
    end
    for _ = 1, 2000 do
      local pattern, name = text(wild, 5), text(letters, 6)
      if not pattern:find("**", 1, true) then
        assert.equal(slow(pattern, name), matches("/" .. pattern, "/" .. name),
          ("SEED=%d %s %s"):format(seed, pattern, name))
      end
    end
  end)

  it("does not take long over many stars", function()
    local count = 0
    debug.sethook(function() count = count + 1 end, "", 1000)
    local found = matches("/" .. ("*a"):rep(20) .. "*b", "/" .. ("a"):rep(255))
    debug.sethook()
    assert.is_false(found)
    assert.is_true(count < 1000, count) -- thousands of instructions
  end)

  it("is refused where it can match nothing, by what is wrong with it", function()
    for pattern, problem in pairs {
      ["**/x"] = 'a path like "/Shared Documents/%*.docx" was expected, got %*%*/x', [""] = "a path like",
      ["https://contoso.sharepoint.com/a"] = "a path like", ["/"] = "the name of a library",
      ["///"] = "the name of a library",
      ["/a\\b"] = "'\\' is in no name of SharePoint; names are separated by /", ["/a:b"] = "':' is in no name",
      ["/a/../b"] = "a path without %. and %.%.", ["/a/."] = "a path without", ["/M\xFCller"] = "UTF%-8 was expected",
      ["/a\nb"] = "a control character is in no name",
    } do
      assert.matches("^x.match: .*" .. problem, raised(glob.compile, "x.match", pattern))
    end
    assert.matches("a path like .* got nil", raised(glob.compile, "x.match", nil))
  end)
end)
