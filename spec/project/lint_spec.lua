--- What `tools/lint-c` refuses: each rule broken once, in files of its own.
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local FUNCTION = "int m365_%s(void) {\n%s  return 0;\n}\n"

--- What the tool says of files: path -> text. Nothing: the empty string.
local function lint(files)
  local folder = scratch.folder()
  local argv = { "tools/lint-c" }
  for path, text in pairs(files) do
    scratch.must("mkdir", "-p", (folder .. "/" .. path):match "^(.*)/")
    scratch.write(folder .. "/" .. path, text)
    argv[#argv + 1] = folder .. "/" .. path
  end
  local result = assert(system.run(argv))
  scratch.remove(folder)
  assert.equal(result.stdout ~= "", result.status ~= 0)
  return result.stdout
end

local function including(...)
  local lines = {}
  for _, name in ipairs { ... } do lines[#lines + 1] = ("#include %s\n"):format(name) end
  return table.concat(lines)
end

describe("the conventions of C files", function()
  it("let headers of the same floor and of those below through", function()
    assert.equal("", lint {
      ["src/base/a.h"] = "int m365_a(void);\n",
      ["src/base/a.c"] = including '"base/a.h"' .. FUNCTION:format("a", ""),
      ["src/http/b.h"] = including '"base/a.h"',
      ["src/client/c.c"] = including("<lua.h>", '"http/b.h"', '"base/a.h"'),
    })
  end)

  it("refuse Lua in the folders that know none, and only there", function()
    for _, floor in ipairs { "base", "http", "graph" } do
      for _, header in ipairs { "<lua.h>", "<lauxlib.h>", "<lualib.h>" } do
        assert.matches("Lua in a folder", lint { [("src/%s/a.c"):format(floor)] = including(header) })
      end
    end
    assert.equal("", lint { ["src/bridge/a.c"] = including "<lua.h>" })
  end)

  it("refuse headers from a floor above, and from beside the core", function()
    for from, to in pairs { base = "http", http = "graph", graph = "bridge", bridge = "client", crypto = "system" } do
      local said = lint { [("src/%s/a.c"):format(from)] = including(('"%s/b.h"'):format(to)) }
      assert.matches("a header from a floor above", said)
    end
  end)

  it("refuse a circle of two files, and one over three", function()
    assert.matches("base/[ab] base/[ab] base/[ab]: a circle", lint {
      ["src/base/a.c"] = including '"base/b.h"', ["src/base/b.c"] = including '"base/a.h"',
    })
    assert.matches("a circle", lint {
      ["src/client/a.c"] = including '"client/b.h"', ["src/client/b.h"] = including '"client/c.h"',
      ["src/client/c.c"] = including '"client/a.h"',
    })
  end)

  it("refuse a circle that the header of another file hides", function()
    assert.matches("src/base/b.c: m365_b is declared in base/a.h", lint {
      ["src/base/a.h"] = "int m365_b(void);\n", ["src/base/b.c"] = FUNCTION:format("b", ""),
    })
  end)

  it("refuse functions of more than 60 lines", function()
    assert.equal("", lint { ["src/base/a.c"] = FUNCTION:format("a", ("  f();\n"):rep(57)) })
    assert.matches("more than 60 lines", lint { ["src/base/a.c"] = FUNCTION:format("a", ("  f();\n"):rep(58)) })
  end)

  it("refuse what is no form of this house", function()
    for text, what in pairs {
      [("x"):rep(81)] = "80 columns", ["\tint a;"] = "a tab", ["int a; "] = "a blank", ["int a; // b"] = "// comment",
    } do
      assert.matches(what, lint { ["src/base/a.c"] = text .. "\n" }, 1, true)
    end
  end)
end)
