local core = require "m365restore.core"
local m365 = require "m365restore"
local raised = require "spec.support.raised"
local simulator = require "m365restore.simulator"

describe("a credential's own request", function()
  local sim

  setup(function() sim = simulator.start { sites = 2 } end)
  teardown(function() sim:stop() end)
  before_each(function() sim:forget() end)

  local function ask(fields)
    fields.url = fields.url or sim.url .. "/x"
    return core.exchange(fields)
  end

  it("carries a form, and brings the answer as it is", function()
    local before = sim:clock():now()
    local answer = assert(ask { method = "POST", form = { ["a b"] = "c&d=\u{e9}", e = "\n" } })
    assert.equal(400, answer.status)
    assert.equal("BadRequest", core.decode(answer.body).error.code)
    assert.matches("^application/json", answer.headers["content-type"])
    -- a header tells whole seconds
    assert.is_true(answer.date >= math.floor(before) and answer.date <= sim:clock():now())
    local sent = sim:ledger()[1]
    assert.equal("application/x-www-form-urlencoded", sent.headers["content-type"])
    local pairs_ = {}
    for pair in sent.body:gmatch "[^&]+" do pairs_[#pairs_ + 1] = pair end
    table.sort(pairs_)
    assert.same({ "a%20b=c%26d%3D%C3%A9", "e=%0A" }, pairs_)
    assert.matches("^%x+%-%x+%-", sent.headers["client-request-id"])
  end)

  it("never carries a token, is not repeated and follows nothing", function()
    sim:fault { action = "status", status = 503, headers = { ["Retry-After"] = "0" } }
    assert.equal(503, ask({}).status)
    sim:fault { action = "status", status = 302, headers = { Location = sim.url .. "/elsewhere" } }
    assert.equal(302, ask({}).status)
    sim:fault { action = "drop" }
    local answer, err = ask {}
    assert.is_nil(answer)
    assert.equal("no_answer", err.code)
    assert.equal(3, sim:count())
    for _, sent in ipairs(sim:ledger()) do
      assert.is_nil(sent.headers.authorization)
      assert.equal("/x", sent.path)
    end
  end)

  it("takes plain http to this machine only", function()
    for _, url in ipairs { "http://example.com/", "http://127.0.0.1.example.com/", "http://10.0.0.1/" } do
      local message = raised(ask, { url = url })
      assert.matches("plain http is only allowed", message, 1, true)
    end
    assert.matches("plain http", raised(ask, { url = "http://imds.example/", managed_identity = true }))
    local _, err = ask { url = "http://8.8.8.8/", managed_identity = true }
    assert.equal("off_loopback", err.code)
    assert.is_false(err.sent)
  end)

  it("names what is wrong with its fields", function()
    assert.matches("exchange.method: GET or POST", raised(ask, { method = "PUT" }), 1, true)
    assert.matches("'b c' is no name", raised(ask, { headers = { ["b c"] = "x" } }), 1, true)
    assert.matches("control characters", raised(ask, { headers = { b = "x\r\ny: z" } }))
    assert.matches("form: names and values", raised(ask, { form = { x = 1 } }))
    local message = raised(ask, { url = "https://me:hush@example.com/" })
    assert.matches("without user and password", message, 1, true)
    assert.is_nil(message:find("hush", 1, true))
  end)

  it("has a ceiling and a deadline", function()
    local _, err = ask { max_response_size = 10 }
    assert.equal("too_large", err.code)
    sim:fault { action = "stall", seconds = 5, before = "headers" }
    _, err = ask { timeout = 0.1 }
    assert.equal("deadline", err.code)
  end)

  it("works after one to a name that does not resolve", function()
    local _, err = core.exchange { url = "https://nobody.invalid/" }
    assert.equal("resolve", err.code)
    assert.equal(400, ask({}).status)
  end)

  it("yields in a task", function()
    sim:fault { action = "stall", seconds = 0.2, before = "headers" }
    local order = {}
    m365.gather({ "slow", "fast" }, function(name)
      if name == "fast" then core.sleep(0.02) end
      ask {}
      order[#order + 1] = name
    end)
    assert.same({ "fast", "slow" }, order)
  end)
end)
