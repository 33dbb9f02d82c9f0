local m365 = require "m365restore"
local options = require "m365restore.options"
local raised = require "spec.support.raised"

describe("an option that is a whole number", function()
  it("may be a float, and is used as an integer", function()
    local read = options.read("f", { n = 2.0 }, { n = "integer" }).n
    assert.same({ 2, "integer" }, { read, math.type(read) })
    for _, value in ipairs { 2.5, 0, 0.0, -1, "2", math.huge, 0 / 0, {}, true } do
      assert.matches("^f.n: a whole number of at least 1 was expected, got ",
        raised(options.read, "f", { n = value }, { n = "integer" }))
    end
  end)

  it("is the same where tasks are limited", function()
    assert.same({ 1, 2, 3 }, (m365.gather({ 1, 2, 3 }, function(n) return n end, 2.0)))
    for _, value in ipairs { 1.5, 0, "2" } do
      assert.matches("gather: limit: a whole number of at least 1 was expected",
        raised(m365.gather, {}, function() end, value))
    end
  end)
end)
