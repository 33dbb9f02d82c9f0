--- What went wrong is read out of every form in which services and gateways say it, for single answers and for the
-- members of a batch alike.
local core = require "m365restore.core"
local simulator = require "m365restore.simulator"
local support = require "spec.graph.support"

local PATH = support.ROOT .. "/restoreSessions"

-- each body, and the code, message and target that it says
local FORMS = {
  ["Graph's envelope"] = {
    { error = { code = "PolicyNotFound", message = "none", target = "id" } }, "PolicyNotFound", "none", "id",
  },
  ["the object without its envelope"] = {
    { code = "OperationNotAllowed", message = "has a policy", target = "billingPolicyId",
      innerError = { code = "OperationNotAllowed", message = "has a policy" } },
    "OperationNotAllowed", "has a policy", "billingPolicyId",
  },
  ["a message with its language"] = {
    { error = { code = "x", message = { lang = "en", value = "v" } } }, "x", "v",
  },
  ["OData's older envelope"] = {
    { ["odata.error"] = { code = "Request_ResourceNotFound", message = { lang = "en", value = "gone" } } },
    "Request_ResourceNotFound", "gone",
  },
  ["OAuth's pair"] = {
    { error = "invalid_client", error_description = "wrong secret" }, "invalid_client", "wrong secret",
  },
  ["a word"] = { { error = "no" }, nil, "no" },
  ["a capital"] = { { Message = "An error has occurred." }, nil, "An error has occurred." },
  ["problem+json"] = { { type = "about:blank", title = "Not allowed", detail = "by rule 7" }, nil, "by rule 7" },
  ["a number for a code"] = { { error = { code = 403, message = "no" } }, nil, "no" },
  ["a list for an object"] = { { error = { "a", "b" } }, nil, "(HTTP 403)" },
  ["an inner code that says more"] = {
    { error = { code = "BadRequest", message = "m", innererror = { innererror = { code = "InvalidPolicyId" } } } },
    "InvalidPolicyId", "m",
  },
  ["an empty code"] = { { error = { code = "", message = "m" } }, nil, "m" },
  ["capitals"] = { { Error = { Code = "PolicyNotFound", Message = "none" } }, "PolicyNotFound", "none" },
  ["a list of errors"] = { { { error = { code = "PolicyNotFound", message = "none" } } }, "PolicyNotFound", "none" },
  ["a status in digits"] = { { error = { code = "403", message = "no" } }, nil, "no" },
  ["a message in a list"] = { { error = { message = { "a" } } }, nil, "(HTTP 403)" },
  ["a message that is blank"] = { { error = { code = "x", message = " \r\n" } }, "x", "(HTTP 403)" },
  ["an inner message only"] = { { error = { code = "x", innerError = { message = "why" } } }, "x", "why" },
  ["a detail's message only"] = { { error = { code = "x", details = { { message = "why" } } } }, "x", "why" },
  ["an error that is null"] = { '{"error":null,"message":"m"}', nil, "m" },
  ["an error beside its message"] = { { status = 403, error = "Forbidden", message = "by rule 7" }, nil, "by rule 7" },
  ["base64"] = { ("PGh0bWw+PGJvZHk+"):rep(10), nil, "(HTTP 403)" },
  ["another protocol"] = { "\22\3\1\2 hello", nil, "(HTTP 403)" },
  ["Latin-1"] = { "d\xe9fense d'entrer", nil, "d\u{FFFD}fense d'entrer" },
  ["a page"] = {
    "<html><head><TITLE>403 - Forbidden:\n Access is denied</TITLE></head><body><h1>x</h1></body></html>",
    nil, "403 - Forbidden: Access is denied",
  },
  ["a page without a title"] = { "<h1>No\u{e9}l</h1><p>closed<br>today", nil, "No\u{e9}l closed today" },
  ["plain text"] = { "upstream connect error\r\n", nil, "upstream connect error" },
  ["a text as JSON"] = { '"maintenance"', nil, "maintenance" },
  ["zero bytes"] = { "\0\1\2", nil, "(HTTP 403)" },
  ["nothing"] = { "", nil, "(HTTP 403)" },
  ["null"] = { "null", nil, "(HTTP 403)" },
}

describe("a refusal in the form of", function()
  local sim, client
  support.around(function(...) sim, client = ... end)

  local function check(err, form)
    assert.same({ form[2] or "http_403", form[2], form[4] }, { err.code, err.service_code, err.target })
    assert.equal(form[3] == "(HTTP 403)" and "the service forbids it (HTTP 403)" or form[3], err.message)
    assert.equal(403, err.status)
    assert.is_string(err.class)
    assert.is_string(err.remedy)
    assert.matches(form[3], tostring(err), 1, true)
  end

  for name, form in pairs(FORMS) do
    it(name .. ", alone", function()
      support.answer(sim, form[1], { status = 403 })
      local answer, err = client:request("GET", PATH)
      assert.is_nil(answer)
      check(err, form)
    end)

    it(name .. ", in a batch", function()
      local body = form[1]
      if body == "" or body == "null" then body = nil end
      support.answer(sim, { responses = { { id = "1", status = "403", body = body } } })
      local results, failures = client:batch { PATH }
      assert.same({}, results)
      check(failures[1], form)
    end)
  end

  it("our own words does not mean what we mean by them", function()
    for _, word in ipairs { "closed", "Network", "ambiguous", "http_503", "deadline" } do
      support.answer(sim, { error = { code = word, message = "m" } }, { status = 409 })
      local _, err = client:request("POST", PATH, { body = {} })
      assert.same({ "http_409", word, "ask" }, { err.code, err.service_code, err.class })
    end
  end)

  it("a long text is cut between characters", function()
    for length = 0, 3 do
      local text = ("a"):rep(length) .. ("\u{e9}\u{20ac}\u{1f600}"):rep(1500)
      support.answer(sim, { error = { code = "x", message = text } }, { status = 400 })
      local _, err = client:request("GET", PATH)
      assert.truthy(utf8.len(err.message))
      assert.equal(err.message, text:sub(1, #err.message))
      assert.is_true(#err.message > 1990 and #err.message <= 2000)
      support.answer(sim, text, { status = 400 })
      _, err = client:request("GET", PATH)
      assert.truthy(utf8.len(err.message))
    end
  end)

  it("details of any shape keeps those that say something", function()
    support.answer(sim, [[{"error":{"code":"x","message":"m","details":
      [null, {"code":"a","target":"t"}, "plain", 7, {"code":null}]}}]], { status = 400 })
    local _, err = client:request("GET", PATH)
    assert.same({ { code = "a", target = "t" }, { message = "plain" }, {} }, err.details)
    assert.is_string(tostring(err))
    for _, details in ipairs { '"text"', "7", "{}", "null" } do
      support.answer(sim, '{"error":{"code":"x","message":"m","details":' .. details .. "}}", { status = 400 })
      _, err = client:request("GET", PATH)
      assert.equal("m", err.message)
      assert.is_string(tostring(err))
    end
  end)

  it("anything at all never raises", function()
    local seed = os.time()
    math.randomseed(seed)
    local names = { "error", "odata.error", "code", "message", "details", "innerError", "value", "target" }
    local function value(depth)
      local pick = math.random(depth > 4 and 5 or 7)
      if pick == 1 then return "null" end
      if pick == 2 then return tostring(math.random(-5, 600)) end
      if pick == 3 then return '"x\\u0000y"' end
      if pick == 4 then return "true" end
      if pick == 5 then return '""' end
      local parts = {}
      for _ = 1, math.random(0, 4) do
        parts[#parts + 1] = (pick == 6 and ('"%s":'):format(names[math.random(#names)]) or "") .. value(depth + 1)
      end
      return pick == 6 and "{" .. table.concat(parts, ",") .. "}" or "[" .. table.concat(parts, ",") .. "]"
    end
    for i = 1, 500 do
      local body = value(0)
      local ok, err = pcall(core.refused, 400 + i % 200, body, {})
      assert.is_true(ok, ("seed %d: %s: %s"):format(seed, body, err))
      assert.is_true(type(err.message) == "string" and #err.message > 0, body)
      assert.is_string(tostring(err))
    end
  end)
end)

describe("a batch whose answer is no batch", function()
  it("gives each member an error", function()
    local sim <close> = simulator.start { sites = 1, speed = 1 }
    local client <close> = support.client(sim)
    for _, body in ipairs {
      "null", "[]", "7", '"x"', '{"responses":null}', '{"responses":"x"}', '{"responses":[null,7,{}]}',
      '{"responses":[{"id":"1"}]}', '{"responses":[{"id":"1","status":"x"}]}', '{"responses":{"id":1}}', "",
    } do
      support.answer(sim, body)
      local results, failures = client:batch { PATH }
      assert.same({}, results)
      assert.is_string(failures[1].code, body)
      assert.is_string(failures[1].message, body)
    end
  end)
end)
