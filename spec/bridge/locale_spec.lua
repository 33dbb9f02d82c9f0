--- The locale of the host changes nothing of what is read or sent, whatever was set first and whenever it is changed;
-- and the decimal point that lua-cjson reads for the host is as it would be without us.
local scratch = require "spec.support.scratch"

local LUA = os.getenv "LUA" or "lua5.4"

-- what a child does, word by word
local CHILD = [[
local host, core
local steps = {
  core = function() core = require "m365restore.core" end,
  host = function() host = require "cjson" end,
  comma = function() assert(os.setlocale "de_DE.UTF-8") end,
  turkish = function() assert(os.setlocale "tr_TR.UTF-8") end,
  plain = function() assert(os.setlocale "C") end,
}
for word in (...):gmatch "%S+" do steps[word]() end
if core then
  local list = assert(core.decode '[1.5,2,-0.05,1.25e3,0.0,100.001,[3,4],{"a":-12.75E-2}]')
  print(core.encode(list), (core.describe "INVALIDPATHTYPE"), core.duration "1.5s" * 2 == 3,
    core.redact "AUTHORIZATION: hidden, SIG=hidden")
end
if host then
  for _, locale in ipairs { "C", "de_DE.UTF-8" } do
    assert(os.setlocale(locale))
    io.write(tostring((pcall(host.decode, "1.5"))), " ")
  end
end
]]

local READ = "[1.5,2,-0.05,1250,0,100.001,[3,4],{\"a\":-0.1275}]\trefuse\ttrue\tAUTHORIZATION: ******, SIG=******\n"

describe("in a locale with a decimal comma", function()
  local folder, child

  setup(function()
    folder = scratch.folder()
    child = folder .. "/child.lua"
    local file = assert(io.open(child, "w"))
    file:write(CHILD)
    file:close()
    for _, name in ipairs { "de_DE", "tr_TR" } do
      os.execute(("localedef -i %s -f UTF-8 %s/%s.UTF-8 >/dev/null 2>&1"):format(name, folder, name))
    end
  end)
  teardown(function() scratch.remove(folder) end)

  local function run(steps)
    local pipe = assert(io.popen(("LOCPATH=%s %s %s '%s' 2>&1"):format(folder, LUA, child, steps)))
    local text = pipe:read "a"
    pipe:close()
    return text
  end

  local function is_there() return run "comma" == "" end

  for _, steps in ipairs {
    "core comma", "comma core", "core comma plain", "comma core plain", "core turkish", "turkish core",
  } do
    it(steps .. ": the same is read and written", function()
      if not is_there() then return pending "no localedef" end
      assert.equal(READ, run(steps))
    end)
  end

  for without, with in pairs {
    ["host"] = { "host core", "core host", "host comma core", "core comma plain host", "host core comma" },
    ["comma host"] = { "comma host core", "comma host plain core", "core comma host", "comma core host" },
  } do
    for _, steps in ipairs(with) do
      it(steps .. ": the host's decimal point is its own", function()
        if not is_there() then return pending "no localedef" end
        assert.equal(READ .. run(without), run(steps))
      end)
    end
  end
end)
