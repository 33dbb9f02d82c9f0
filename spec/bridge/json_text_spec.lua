local core = require "m365restore.core"
local raised = require "spec.support.raised"

describe("JSON texts", function()
  it("are the same for the same value, whatever the order of its making", function()
    local text = '{"a":[1,2,{"x":null}],"b":true,"c":[],"d":1.5,"e":2}'
    local value = { e = 2.0, d = 1.5, c = core.array {}, b = true, a = { 1, 2, { x = core.null } } }
    assert.equal(text, core.encode(value))
    assert.equal("null", core.encode(nil))
  end)

  it("give back what was written", function()
    local value = { text = "a\"\\\n\0\u{20ac}", list = { "x", 2 }, no = false, whole = 9007199254740991 }
    local back = core.decode(core.encode(value))
    assert.same(value, back)
    assert.equal("integer", math.type(back.whole))
  end)

  it("say what is wrong", function()
    local value, problem = core.decode '{"a"'
    assert.is_nil(value)
    assert.is_string(problem)
    assert.matches("^value%.a%.b: a function cannot be", raised(core.encode, { a = { b = print } }))
  end)
end)
