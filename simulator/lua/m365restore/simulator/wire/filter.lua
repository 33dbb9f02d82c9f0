--- $filter: OData's boolean expressions, compiled to a predicate over an entity as it is sent.
-- @module m365restore.simulator.wire.filter
local json = require "m365restore.simulator.wire.json"
local dates = require "m365restore.simulator.wire.dates"

local filter = {}

local DEEPEST = 50

-- Each pattern is tried in turn at the place where reading goes on.
local TOKENS = {
  { "string", "^'([^']*)'()" },
  { "date", "^(%d%d%d%d%-%d%d%-%d%d[Tt][%d:.]+[Zz])()" },
  { "date", "^(%d%d%d%d%-%d%d%-%d%d[Tt][%d:.]+[+-]%d%d:%d%d)()" },
  { "guid", "^(%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x)()" },
  { "number", "^(-?%d+%.?%d*)()" },
  { "name", "^(@?[%a_][%w_./]*)()" },
  { "mark", "^([(),:])()" },
}

local function fail(message) error({ filter = message }, 0) end

local function read_string(text, at)
  local parts = {}
  repeat -- a quote inside a string is written twice
    local part, after = text:match(TOKENS[1][2], at)
    if not part then fail("a string does not end") end
    parts[#parts + 1] = part
    at = after
  until text:sub(at, at) ~= "'"
  return table.concat(parts, "'"), at
end

local function read_token(text, at)
  if text:sub(at, at) == "'" then
    local value, after = read_string(text, at)
    return { kind = "string", value = value }, after
  end
  for i = 2, #TOKENS do
    local value, after = text:match(TOKENS[i][2], at)
    if value then return { kind = TOKENS[i][1], value = value }, after end
  end
  fail("unexpected '" .. text:sub(at, at) .. "' at position " .. at)
end

local function tokenize(text)
  local tokens, at = {}, text:find("%S")
  while at do
    tokens[#tokens + 1], at = read_token(text, at)
    at = text:find("%S", at)
  end
  return tokens
end

local function number_or_date(value)
  if type(value) ~= "string" then return value end
  return dates.parse(value)
end

local function ordered(test)
  return function(a, b)
    local x, y = number_or_date(a), number_or_date(b)
    if type(x) == "number" and type(y) == "number" then return test(x, y) end
    return type(a) == "string" and type(b) == "string" and test(a:lower(), b:lower())
  end
end

local function equal(a, b)
  if type(a) == "string" and type(b) == "string" then
    local x, y = dates.parse(a), dates.parse(b)
    if x and y then return x == y end
    return a:lower() == b:lower()
  end
  return a == b
end

local OPERATORS = {
  eq = equal,
  ne = function(a, b) return not equal(a, b) end,
  lt = ordered(function(a, b) return a < b end),
  le = ordered(function(a, b) return a <= b end),
  gt = ordered(function(a, b) return a > b end),
  ge = ordered(function(a, b) return a >= b end),
}

local FUNCTIONS = {
  startswith = function(a, b) return a:sub(1, #b) == b end,
  endswith = function(a, b) return b == "" or a:sub(-#b) == b end,
  contains = function(a, b) return a:find(b, 1, true) ~= nil end,
}

local CONSTANTS = { ["true"] = true, ["false"] = false, null = json.null }

local function property(path)
  local steps = {}
  for step in path:gmatch("[^/]+") do steps[#steps + 1] = step end
  return function(entity)
    for _, step in ipairs(steps) do
      if type(entity) ~= "table" then return json.null end
      entity = entity[step]
    end
    if entity == nil then return json.null end
    return entity
  end
end

local Parser = {}
Parser.__index = Parser

function Parser:peek() return self.tokens[self.at] end

function Parser:take(kind, value)
  local token = self.tokens[self.at]
  if not token or token.kind ~= kind or value and token.value:lower() ~= value then return nil end
  self.at = self.at + 1
  return token
end

function Parser:need(kind, value)
  return self:take(kind, value) or fail((value or kind) .. " expected")
end

function Parser:operand()
  local token = self:peek() or fail("the expression ends too early")
  self.at = self.at + 1
  if token.kind == "mark" then fail("unexpected '" .. token.value .. "'") end
  if token.kind == "number" then
    local number = tonumber(token.value)
    return function() return number end
  end
  if token.kind ~= "name" then return function() return token.value end end
  local constant = CONSTANTS[token.value]
  if constant ~= nil then return function() return constant end end
  self.properties[token.value] = true
  return property(token.value)
end

function Parser:call(name)
  local test = FUNCTIONS[name:lower()]
  self:need("mark", "(")
  local a = self:operand()
  self:need("mark", ",")
  local b = self:operand()
  self:need("mark", ")")
  return function(entity)
    local x, y = a(entity), b(entity)
    return type(x) == "string" and type(y) == "string" and test(x:lower(), y:lower())
  end
end

--- list/any(x:test of x): does the test hold for any member of a list?
function Parser:any(name)
  self.properties[name] = true
  self:need("mark", "(")
  local variable = self:need("name").value
  self:need("mark", ":")
  local members, inner = property(name), self:expression()
  self:need("mark", ")")
  self.properties[variable] = nil
  return function(entity)
    local list = members(entity)
    for _, member in ipairs(type(list) == "table" and list or {}) do
      if inner(setmetatable({ [variable] = member }, { __index = entity })) then return true end
    end
    return false
  end
end

function Parser:comparison()
  local token = self:peek()
  local after = self.tokens[self.at + 1]
  local list = token and token.kind == "name" and token.value:match("^(.*)/any$")
  if list and after and after.value == "(" then
    self.at = self.at + 1
    return self:any(list)
  end
  if token and token.kind == "name" and FUNCTIONS[token.value:lower()] and after and after.value == "(" then
    self.at = self.at + 1
    return self:call(token.value)
  end
  local a = self:operand()
  local operator = self:need("name").value:lower()
  local test = OPERATORS[operator] or fail("unknown operator '" .. operator .. "'")
  local b = self:operand()
  return function(entity) return test(a(entity), b(entity)) end
end

function Parser:factor()
  self.depth = self.depth + 1
  if self.depth > DEEPEST then fail("nested too deeply") end
  local test
  if self:take("name", "not") then
    local inner = self:factor()
    test = function(entity) return not inner(entity) end
  elseif self:take("mark", "(") then
    test = self:expression()
    self:need("mark", ")")
  else
    test = self:comparison()
  end
  self.depth = self.depth - 1
  return test
end

function Parser:conjunction()
  local test = self:factor()
  while self:take("name", "and") do
    local left, right = test, self:factor()
    test = function(entity) return left(entity) and right(entity) end
  end
  return test
end

function Parser:expression()
  local test = self:conjunction()
  while self:take("name", "or") do
    local left, right = test, self:conjunction()
    test = function(entity) return left(entity) or right(entity) end
  end
  return test
end

--- Compiles an expression.
-- @tparam string text
-- @treturn ?function predicate over an entity, or nil and what is wrong
-- @return set of the properties named, or the message
function filter.compile(text)
  local ok, test, properties = pcall(function()
    local parser = setmetatable({ tokens = tokenize(text), at = 1, depth = 0, properties = {} }, Parser)
    local test = parser:expression()
    if parser:peek() then fail("unexpected '" .. parser:peek().value .. "'") end
    return test, parser.properties
  end)
  if ok then return test, properties end
  if type(test) ~= "table" then error(test, 0) end
  return nil, test.filter
end

return filter
