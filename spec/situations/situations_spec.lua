--- Every code of the catalogue in at least one real situation: what was done, what the service or the machine answered,
-- and the message and the remedy that a person then reads.
local core = require "m365restore.core"

local GROUPS = { "service", "network", "credentials", "sessions", "plans", "runs", "machine" }

-- what stands in the catalogue for many codes: one of these
local FAMILIES = { http = "http_418", http_5xx = "http_524" }

local kept = {}
local function keep(value)
  kept[#kept + 1] = value
  return value
end

local situations = {}
for _, group in ipairs(GROUPS) do
  for code, made in pairs(require("spec.situations." .. group)(keep)) do
    situations[code] = situations[code] or {}
    for _, make in ipairs(type(made) == "table" and made or { made }) do table.insert(situations[code], make) end
  end
end

-- what only a reader of the sources has
local UNSHIPPED = { "docs/", "contract%.md", "contract [s]ection", "findings", "%.lua:%d", "{permission}" }

local function check(code, err)
  assert.is_not_nil(err, code .. " was not met")
  assert.equal(code, err.code, tostring(err))
  if code ~= "ambiguous" then -- of several sessions it is for a person to tell
    assert.equal(core.describe(code), err.class or core.describe(code), code)
  end
  assert.is_string(err.message)
  assert.is_true(#err.message > 9, code .. ": " .. err.message)
  assert.is_string(err.remedy, code .. ": no remedy beside: " .. err.message)
  assert.truthy(err.remedy:find "^[%u`].*%.$", code .. ": " .. err.remedy)
  assert.are_not.equal(err.message, err.remedy)
  for _, mark in ipairs(UNSHIPPED) do
    assert.is_nil((err.message .. " " .. err.remedy):find(mark), code .. ": " .. mark)
  end
  if err.is_row then return end -- the text of a row is the report's or the plan's
  local text = tostring(err)
  assert.truthy(text:find(core.plain(err.message), 1, true), text)
  assert.truthy(text:find(core.plain(err.remedy), 1, true), text)
end

describe("every code of the catalogue", function()
  teardown(function()
    for i = #kept, 1, -1 do
      kept[i]:close()
    end
  end)

  for _, code in ipairs(core.codes()) do
    local name = FAMILIES[code] or code
    it("is met, and says what is the matter and what to do: " .. code, function()
      assert.is_table(situations[name], code .. " has no situation")
      for _, make in ipairs(situations[name]) do
        local err = make()
        if err == "pending" then return pending("not to be met here: " .. code) end
        check(name, err)
      end
    end)
  end

  it("is in the catalogue", function()
    local known = {}
    for _, code in ipairs(core.codes()) do known[FAMILIES[code] or code] = true end
    for code in pairs(situations) do assert.is_true(known[code], code) end
  end)
end)
