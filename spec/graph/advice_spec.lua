--- Advice by what was seen: each code has a fact and a remedy, and the remedy fits the operation and the situation.
local core = require "m365restore.core"
local m365 = require "m365restore"
local support = require "spec.graph.support"

local function remedy(...)
  return (select(2, m365.describe(...)))
end

describe("the table of advice", function()
  it("has a class, a fact and a remedy for every code, also where nothing was seen", function()
    local codes, known = core.codes(), {}
    assert.is_true(#codes > 150)
    for _, code in ipairs(codes) do
      local class, advice, fact = m365.describe(code)
      assert.is_nil(known[code:lower()], code .. " is there twice")
      known[code:lower()] = true
      assert.truthy(("retry queue refuse ambiguous ask"):find(class, 1, true), code)
      assert.is_true(#advice > 9, code)
      assert.truthy(advice:find "^[%u].*%.$", code .. ": a remedy is a sentence: " .. advice)
      assert.truthy(fact:find "^%S.*[^.]$", code .. ": a fact is no sentence: " .. fact)
      assert.is_nil((advice .. fact):find("{permission}", 1, true), code)
    end
  end)

  it("calls what passes by itself what the retries call so", function()
    for status = 400, 599 do
      assert.equal(core.passes(status), m365.describe("http_" .. status) == "retry", status)
    end
  end)

  it("names no document that does not ship", function()
    for _, code in ipairs(core.codes()) do
      local _, advice, fact = m365.describe(code)
      assert.is_nil((advice .. " " .. fact):find "docs/", code)
      if advice:find("Microsoft's page", 1, true) then
        local named = advice:find '"%a[^"]+", https://learn%.microsoft%.com/' or advice:find("page for it", 1, true)
        assert.truthy(named, code)
      end
    end
  end)

  it("does not send a copy to a new place where it was one", function()
    for _, code in ipairs { "ArtifactCannotBeRestored", "ArtifactNotFound" } do
      assert.truthy(remedy(code, "siteRestoreArtifact", "inPlace"):find "new")
      assert.is_nil(remedy(code, "siteRestoreArtifact", "new"):find("destinationType", 1, true))
      assert.is_nil(remedy(code, "siteRestoreArtifact", "new"):find("new place", 1, true))
    end
  end)

  it("takes what was seen as one word, as a list, and in any case", function()
    local text = remedy("throttled", nil, "retry_after")
    assert.equal(text, remedy("throttled", nil, { "read", "RETRY_AFTER" }))
    assert.are_not.equal(text, remedy "throttled")
    assert.equal(remedy "throttled", remedy("throttled", nil, { 1, {}, "x" }))
    assert.is_nil(m365.describe "NobodyKnows")
  end)
end)

describe("an error", function()
  local sim, client

  before_each(function() sim, client = support.start() end)
  after_each(function()
    client:close()
    sim:stop()
  end)

  local function failed(call, body, options)
    support.answer(sim, body, options)
    local none, err = call()
    assert.is_nil(none)
    assert.is_string(err.message)
    assert.is_string(err.remedy)
    assert.truthy(tostring(err):find(err.message, 1, true))
    assert.truthy(tostring(err):find(err.remedy, 1, true))
    return err
  end

  it("of an artifact advises by its destination", function()
    local session = assert(client.sharePoint:create_session())
    for _, shape in ipairs { "object", "array" } do
      local hints = { new = "then restore again", inPlace = "restore a copy", other = "Purview" }
      for destination, expected in pairs(hints) do
        local fault = { code = "ArtifactCannotBeRestored", message = "m" }
        support.answer(sim, { value = { {
          id = "a", status = "failed", destinationType = destination, error = shape == "array" and { fault } or fault,
        } } })
        local found = session:artifacts():next().error
        assert.truthy(found.remedy:find(expected, 1, true), destination .. ": " .. found.remedy)
        assert.equal(destination == "inPlace", found.remedy:find("destinationType", 1, true) ~= nil)
      end
    end
  end)

  it("of a forbidden read asks for the permission of the read, and names no program that was not used", function()
    for _, code in ipairs { "Forbidden", "accessDenied", "" } do
      local err = failed(function() return client:session "x" end, { error = { code = code } }, { status = 403 })
      assert.matches("Grant BackupRestore%-Restore%.Read%.All", err.remedy)
      assert.is_nil(err.remedy:find "PowerShell")
      assert.is_nil(err.remedy:find "ReadWrite")
    end
    local err = failed(function() return client:enable { appOwnerTenantId = "t" } end,
      { error = { code = "Forbidden", message = "no" } }, { status = 403 })
    assert.matches("PowerShell", err.remedy)
    assert.matches("Control%.ReadWrite%.All", err.remedy)
    err = failed(function() return client.sharePoint:browse_sessions():next() end, "", { status = 403 })
    assert.matches("SharePoint Backup Administrator", err.remedy)
    err = failed(function() return client:request("GET", "/me") end, "", { status = 403 })
    assert.matches("Microsoft's page", err.remedy)
  end)

  it("of a thing that is not there is the same, from each of the objects that can read it", function()
    local remedies = {}
    for _, call in ipairs {
      function() return client:browse_session "x" end, function() return client.sharePoint:browse_session "x" end,
      function() return client:session "x" end, function() return client.exchange:protection_policy "x" end,
    } do
      local err = failed(call, "", { status = 404 })
      assert.equal("http_404", err.code)
      remedies[err.remedy] = true
    end
    local one = next(remedies)
    assert.is_nil(next(remedies, one))
    assert.matches("list its collection again.*base_url", one)
    assert.matches("Check the id or address", failed(function() return client:request("GET", "/x") end, "",
      { status = 404 }).remedy)
  end)

  it("has a message, whichever part the service leaves out", function()
    for _, body in ipairs { "", "null", { error = { code = "" } }, { error = { code = "UnknownError" } } } do
      for _, status in ipairs { 400, 402, 404, 409, 410, 418, 423, 451, 501 } do
        local err = failed(function() return client:session "x" end, body, { status = status })
        local told = err.message:find("HTTP " .. status, 1, true) or err.message:find("does not say", 1, true)
        assert.truthy(told, err.message)
      end
    end
    assert.equal("the client was closed", m365.failure { code = "closed" }.message)
    assert.is_string(m365.failure { code = "SomethingElse" }.message)
  end)

  it("asks to wait for retry_after only where the service said how long", function()
    local none = m365.client { base_url = client.base_url, credential = function() return "t" end, retries = 0 }
    none:close()
    local err = failed(function() return client:request("POST", "/x", { body = {}, retries = 0 }) end, "",
      { status = 429 })
    assert.is_nil(err.remedy:find "retry_after")
    err = failed(function() return client:request("POST", "/x", { body = {}, retries = 0, timeout = 0.5 }) end, "",
      { status = 429, headers = { ["Retry-After"] = "7" } })
    assert.equal("Wait for retry_after seconds.", err.remedy)
    assert.equal(7, err.retry_after)
  end)

  it("does not take the service's words for our own", function()
    for _, code in ipairs { "closed", "network", "deadline", "no_memory" } do
      local err = failed(function() return client:session "x" end, { error = { code = code, message = "m" } },
        { status = 409 })
      assert.same({ "http_409", code, "ask" }, { err.code, err.service_code, err.class })
      assert.equal(remedy("http_409", "client.session"), err.remedy)
    end
  end)

  it("of an unclear write says what is to be read", function()
    local session = assert(client.sharePoint:create_session())
    for call, expected in pairs {
      [function() return client.sharePoint:create_session() end] = "List the sessions first",
      [function() return session:activate() end] = "Read the session first",
      [function() return client:request("POST", "/x", { body = {} }) end] = "Read what it was to change",
    } do
      local err = failed(call, "", { status = 502 })
      assert.equal("ambiguous", err.code)
      assert.equal(expected, err.remedy:sub(1, #expected))
    end
  end)
end)

describe("a deadline", function()
  it("says how the tries before it ended", function()
    local sim, client = support.start()
    sim:fault { action = "status", status = 503, times = 1 }
    sim:fault { action = "stall", seconds = 60, before = "headers" }
    local none, err = client:session("x", { timeout = 1.5 })
    assert.is_nil(none)
    assert.equal("deadline", err.code)
    assert.matches("1 of its 2 tries failed, the last of these with HTTP 503", err.message)
    assert.matches("The service failed each time", err.remedy)
    client:close()
    sim:stop()
  end)
end)
