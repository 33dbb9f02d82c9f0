--- The annotations in library/ against what there is: whatever a program can call has its entry, and no entry is of
-- something that is not there.
local core = require "m365restore.core"
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

-- "class.method" -> its hint for every function that is annotated, the inherited ones of a class included; the classes
local function read_library()
  local own, classes, parents = {}, {}, {}
  for _, name in ipairs(scratch.names "library") do
    local text = scratch.read("library/" .. name)
    assert(load(text, name))
    local hint = {}
    for line in text:gmatch "[^\n]*" do
      local class, method = line:match "^function ([%w_]+)[.:]([%w_]+)%("
      if class then
        own[class] = own[class] or {}
        own[class][method] = table.concat(hint, "\n")
      end
      if line:find "^%-%-%-" then hint[#hint + 1] = line else hint = {} end
    end
    for class, bases in text:gmatch "\n%-%-%-@class m365%.([%w_.]+)([^\n]*)" do
      classes[class] = true
      parents[class] = parents[class] or {}
      for base in (bases:match ": (.*)" or ""):gsub("%b<>", ""):gmatch "m365%.([%w_]+)" do
        -- what the table of a resource itself has is not there for all: some have no address to be read at
        if base ~= "resource" then table.insert(parents[class], base) end
      end
    end
  end
  local entries = {}
  local function inherit(heir, class)
    for method, hint in pairs(own[class] or {}) do
      local entry = heir .. "." .. method
      entries[entry] = entries[entry] or hint
    end
    for _, base in ipairs(parents[class] or {}) do inherit(heir, base) end
  end
  for class in pairs(own) do inherit(class, class) end
  for class in pairs(classes) do inherit(class, class) end
  return entries, classes
end

-- the modules that add methods to types; a program loads them when it first asks for one of those
local function extending()
  local modules = {}
  for _, name in ipairs(scratch.names "lua/m365restore/graph") do
    local module = name:match "^(.*)%.lua$"
    if module and scratch.read("lua/m365restore/graph/" .. name):find("core.extend(", 1, true) then
      modules[#modules + 1] = "m365restore.graph." .. module
    end
  end
  return modules
end

-- what they add, told by a process that watches them do so
local function extensions()
  local folder = scratch.folder()
  local script = folder .. "/watch.lua"
  scratch.write(script, [[
    local core = require "m365restore.core"
    local extend = core.extend
    function core.extend(type, methods)
      for name in pairs(methods) do print(type .. "." .. name) end
      return extend(type, methods)
    end
    for _, module in ipairs(arg) do require(module) end
  ]])
  local result = assert(system.run({ scratch.interpreter(), script, table.unpack(extending()) },
    { env = scratch.environment() }))
  scratch.remove(folder)
  assert(result.status == 0, result.stderr)
  local names = {}
  for name in result.stdout:gmatch "[^\n]+" do
    names[#names + 1] = name
  end
  return names
end

-- the names of the face, with those that are loaded when they are first touched
local function face()
  local names = {}
  for name in pairs(m365) do
    names[name] = true
  end
  local upvalue, lazy = debug.getupvalue(getmetatable(m365).__index, 1)
  assert(upvalue == "lazy")
  for name in pairs(lazy) do
    names[name] = true
  end
  return names
end

local function missing(names, entries)
  local list = {}
  for _, name in ipairs(names) do
    if not entries[name] then
      list[#list + 1] = name
    end
  end
  return list
end

describe("the library of annotations", function()
  local entries, classes

  setup(function()
    entries, classes = read_library()
  end)

  it("has every operation of the contract table, and every type that one gives", function()
    local names, types = {}, {}
    for _, row in ipairs(core.actions()) do
      names[#names + 1] = row.on .. "." .. row.verb
      types[#types + 1] = row.type or row.on
    end
    assert.is_true(#names > 100)
    assert.same({}, missing(names, entries))
    assert.same({}, missing(types, classes))
  end)

  it("names Microsoft's page in the hint of every operation", function()
    for _, row in ipairs(core.actions()) do
      local name = row.on .. "." .. row.verb
      assert.truthy(entries[name]:find(("[%s](%s)"):format(row.title, row.page), 1, true), name)
    end
  end)

  it("has every method that the Lua side adds", function()
    local names = extensions()
    assert.is_true(#names > 30)
    assert.same({}, missing(names, entries))
  end)

  it("has no method of a resource that is not there", function()
    for _, module in ipairs(extending()) do
      require(module)
    end
    local unknown, seen = {}, 0
    for entry in pairs(entries) do
      local class, method = entry:match "^(.-)%.(.+)$"
      local ok, found = pcall(core.method, class, method)
      if ok and class ~= "client" then -- its own methods are not the contract's
        seen = seen + 1
        if not found then
          unknown[#unknown + 1] = entry
        end
      end
    end
    assert.is_true(seen > 100)
    assert.same({}, unknown)
  end)

  it("has everything of the face, and of the modules behind it", function()
    local names = {}
    for name in pairs(face()) do
      local value = m365[name]
      if type(value) == "function" then
        names[#names + 1] = "m365." .. name
      elseif type(value) == "table" and name ~= "credential" then
        for member, function_ in pairs(value) do
          if type(function_) == "function" then
            names[#names + 1] = name .. "." .. member
          end
        end
      end
      if type(value) ~= "function" then
        local text = scratch.read "library/m365restore.lua"
        assert.truthy(text:find("\n---@field " .. name .. " ", 1, true), name)
      end
    end
    for _, name in ipairs { "system", "crypto" } do
      for member in pairs(require("m365restore." .. name)) do
        names[#names + 1] = name .. "." .. member
      end
    end
    assert.same({}, missing(names, entries))
  end)
end)
