--- What ships refers to what ships, or to a page that anybody can open.
local FOLDERS = "src lua simulator library docs spec examples bench tools README.md CHANGELOG.md"

--- References that only the authors could follow: numbered sections of papers that do not ship.
local PRIVATE = {
  "[Cc]ontract,? %d", "[Cc]ontract section", "%f[%w]seed %d%d%d", "%f[%w][Ii]ssue #?%d", "design%.md", "findings/",
  "%-%- %d%d?%.%d[:, ]",
}

local function files()
  local pipe = assert(io.popen("git ls-files " .. FOLDERS .. " 2>/dev/null || find " .. FOLDERS .. " -type f"))
  local list = {}
  for path in pipe:lines() do
    if path ~= "spec/project/references_spec.lua" and path:find "%.[%l]+$" then list[#list + 1] = path end
  end
  pipe:close()
  return list
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a" or ""
end

describe("what is shipped", function()
  it("refers to no paper that is not", function()
    local list = files()
    assert.is_true(#list > 200)
    for _, path in ipairs(list) do
      local text = read(path)
      for _, pattern in ipairs(PRIVATE) do
        assert.is_nil(text:match(pattern), path .. ": " .. pattern)
      end
    end
  end)

  it("names documents that exist", function()
    for _, path in ipairs(files()) do
      for name in read(path):gmatch "%f[%w]docs/[%w_]+%.md" do
        assert.is_true(#read(name) > 0, path .. " names " .. name)
      end
    end
  end)
end)
