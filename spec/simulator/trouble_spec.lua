--- Runs every row of docs/simulator.md's table of trouble, and looks at what the client does.
local m365 = require "m365restore"
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local tenant = require "spec.support.tenant"

local ROOT = "/solutions/backupRestore"
local GET = { operation = "restoreSessions.get" }

-- the table's rows: what the trouble is called, and the Lua that makes it
local rows = {}
local section = scratch.read("docs/simulator.md"):match "\n### Each kind of trouble\n(.-)\n## "
for name, code in section:gmatch "\n| ([^`|]-) | `(.-)` | [^\n]+ |" do
  rows[#rows + 1] = { name = name, code = code }
end

describe("the table of trouble:", function()
  local certificates, plain, home, client, session

  setup(function()
    certificates = pki.new()
    certificates:own("ca", { kind = "ec" })
    certificates:issue("server", "ca")
    plain = tenant.start { sites = 12, page_size = 5, speed = 72000 }
  end)
  teardown(function()
    plain:stop()
    certificates:close()
  end)

  -- another home, over TLS where that is wanted: nobody has a connection to it yet
  local function move(options)
    home = tenant.start(options)
    local here = home
    finally(function() here:stop() end)
  end

  local function tls()
    return {
      certificate = scratch.read(certificates:path "server.crt"), key = scratch.read(certificates:path "server.key"),
    }
  end

  local function client_of(place, more)
    local options = { ca_file = certificates:path "ca.crt" }
    for name, value in pairs(more or {}) do options[name] = value end
    return place:client(options)
  end

  before_each(function()
    home = plain
    client = client_of(home)
    session = home:session(client, "sharePoint", 1)
    home:reset()
  end)
  after_each(function()
    client:close()
    plain:reset()
  end)

  local function make(code, env)
    env = env or {}
    env.sim = home.sim
    home:reset()
    assert(load(code, code, "t", env))()
  end

  -- {====== What a client does ======

  local function units(opts) return client.sharePoint:protection_units(opts) end

  local function walk(list)
    local ids, problems = {}, {}
    while true do
      local one, err = list:next()
      if not one and not err then return ids, problems end
      if one then ids[#ids + 1] = one.id else problems[#problems + 1] = err.code end
      if #problems > 3 then return ids, problems end
    end
  end

  -- a read answers in the end, at this try
  local function read_passes(tries)
    return function(code)
      make(code)
      assert.equal(session.id, assert(client:session(session.id)).id)
      assert.equal(tries, home.sim:count(GET))
    end
  end

  local function is_told(expected)
    return function(code)
      make(code)
      local none, err = client:session(session.id)
      assert.is_nil(none)
      for field, value in pairs(expected) do assert.equal(value, err[field], field) end
      assert.truthy(err.message ~= "" and err.remedy)
      assert.equal(1, home.sim:count(GET))
    end
  end

  local function first_name(name)
    return function(code)
      make(code)
      assert.equal(name, assert(units():next()).siteName)
    end
  end

  local function is_ambiguous(code)
    make(code)
    local none, err = client.sharePoint:create_session()
    assert.is_nil(none)
    assert.equal("ambiguous", err.code)
    assert.equal(1, home.sim:count { method = "POST" })
  end

  local function is_followed(code)
    make(code)
    local ids, problems = walk(units())
    assert.same({ 12, {} }, { #ids, problems })
    assert.equal(3, home.sim:count())
  end

  local function connects(code)
    for _, options in ipairs { { sites = 1 }, { sites = 1, tls = tls() } } do
      move(options)
      local fresh <close> = client_of(home, { tls_timeout = 0.3, first_byte_timeout = 0.3 })
      make(code)
      assert(fresh:request("GET", ROOT .. "/restoreSessions"))
      assert.equal(0, home.sim:clear_faults())
      assert.equal(2, home.sim:ledger()[1].connection) -- the first one went wrong
    end
  end

  local function is_refused_tls(code)
    move { sites = 1, tls = tls() }
    local fresh <close> = client_of(home)
    make(code)
    for _, effect in ipairs { "read", "write" } do
      local _, err = fresh:request("POST", ROOT, { effect = effect, body = {} })
      assert.same({ "tls", "ask", false, 1 }, { err.code, err.class, err.sent, err.attempts })
    end
    assert.equal(7, home.sim:clear_faults()) -- of nine
  end

  local function in_time(more)
    return function(code)
      local quick <close> = client_of(home, more)
      make(code)
      assert.equal(session.id, assert(quick:session(session.id)).id)
      assert.equal(2, home.sim:count(GET))
    end
  end

  local function answers(status)
    return function(code)
      make(code)
      local answer, more = client:request("GET", ROOT)
      assert.same({ {}, status }, { answer, more.status })
    end
  end

  local function pause_is(pause, class)
    return function(code)
      local pauses = {}
      local patient <close> = client_of(home, {
        log = function(event)
          if event.event == "throttle" then pauses[#pauses + 1] = event.delay end
        end,
      })
      make(code)
      local found, err = patient:session(session.id, { timeout = "1s" })
      assert.equal(pause, pauses[1])
      assert.equal(class, found == nil and err.class or nil)
      return err
    end
  end

  -- }======

  local REFUSED = { code = "accessDenied", message = "No.", status = 403, attempts = 1 }

  local checks = {
    ["half of a surrogate pair"] = first_name "a\u{FFFD}",
    ["bytes that are no UTF-8, and NUL"] = first_name "a\u{FFFD}\u{FFFD}",
    ["a byte order mark"] = read_passes(1),
    ["null in a list"] = function(code)
      make(code)
      local ids, problems = walk(units())
      assert.same({ 11, { "bad_answer" } }, { #ids, problems })
    end,
    ["a text where an object belongs"] = function(code)
      make(code)
      local found = assert(client:session(session.id))
      local all = {}
      for name, value in pairs(found) do all[name] = value end
      assert.same({ session.id }, { all.id, all.createdBy, found.createdBy })
    end,
    ["a type of another namespace"] = function(code)
      make(code)
      assert.equal(1, #walk(assert(client:session(session.id)):artifacts()))
    end,
    ["things without ids"] = function(code)
      make(code)
      local plan, err = m365.plan(client, { service = "sharePoint", targets = "all", before = "2026-11-01T06:00:00Z",
        destination = "new" })
      assert.is_nil(plan)
      assert.is_string(err.code)
    end,
    ["a text where a number belongs"] = function(code)
      make(code)
      local found, failures = client:batch { ROOT .. "/restoreSessions/" .. session.id }
      assert.same({}, failures)
      assert.equal(200, found[1].status)
    end,
    ["an answer of another shape"] = function(code)
      make(code)
      local none, err = client:sessions():next()
      assert.same({ "bad_answer", 1 }, { err.code, home.sim:count(), none })
    end,
    ["an empty answer"] = read_passes(2),
    ["a gateway's page in place of an answer"] = read_passes(2),
    ["the first half of an answer"] = read_passes(2),
    ["the first half of a compressed answer"] = read_passes(2),
    ["a compressed answer"] = read_passes(1),
    ["an end in the middle of a body"] = read_passes(2),
    ["a write whose answer is lost"] = is_ambiguous,
    ["a write that is answered by half"] = is_ambiguous,
    ["a refusal without its envelope"] = is_told(REFUSED),
    ["a refusal of an old OData"] = is_told(REFUSED),
    ["a message in a language"] = is_told(REFUSED),
    ["a refusal of OAuth"] = is_told(REFUSED),
    ["a list of refusals"] = is_told(REFUSED),
    ["a refusal as a page"] = is_told { code = "http_403", message = "No." },
    ["a refusal as a text"] = is_told { code = "http_403", message = "No." },
    ["a refusal without a word"] = is_told { code = "http_403" },
    ["a long message"] = function(code)
      make(code)
      local _, err = client:session(session.id)
      assert.truthy(utf8.len(err.message))
      assert.is_true(#err.message > 1900 and #err.message <= 2000)
    end,
    ["a code that is one of the library's own"] = is_told { code = "http_400", service_code = "closed" },
    ["a 5xx of a gateway"] = read_passes(3),
    ["a status that stays"] = is_told { code = "http_501", status = 501, attempts = 1 },
    ["a queue of restores"] = function(code)
      move { sites = 1 }
      local one <close> = client_of(home)
      local draft = home:session(one, "sharePoint", 1)
      make(code)
      local _, err = draft:activate()
      assert.same({ "TooManyActiveRestoreSessions", "queue" }, { err.code, err.class })
    end,
    ["throttling in any form"] = pause_is(0.2),
    ["throttling by a date"] = pause_is(5, "retry"),
    ["throttling for a day"] = function(code)
      assert.equal(86400, pause_is(3600, "retry")(code).retry_after)
    end,
    ["several challenges"] = function(code)
      local claims
      local asked <close> = client_of(home, {
        credential = function(request)
          claims = request.claims or claims
          return home.sim:credential { lifetime = 1e8 }(request)
        end,
      })
      make(code)
      assert(asked:session(session.id))
      assert.equal("{}", claims)
    end,
    ["an old token"] = function(code)
      assert(client:session(session.id))
      make(code)
      assert(client:session(session.id))
      assert.equal(2, home.sim:count(GET))
    end,
    ["a link with blanks"] = is_followed,
    ["a link without a host"] = is_followed,
    ["a link that is only a query"] = is_followed,
    ["a link in capitals"] = is_followed,
    ["a link with a port of zeros"] = is_followed,
    ["a link with backslashes"] = is_followed,
    ["a link with a fragment"] = is_followed,
    ["an empty link"] = function(code)
      make(code)
      assert.same({ 5, 1 }, { #walk(units()), home.sim:count() })
    end,
    ["a link to another host"] = function(code)
      make(code)
      local ids, problems = walk(units())
      assert.same({ 5, "foreign_link" }, { #ids, problems[1] })
      assert.equal(1, home.sim:count())
    end,
    ["empty pages without end"] = function(code)
      move { sites = 100000, page_size = 1 }
      local one <close> = client_of(home)
      make(code)
      local none, err = one.sharePoint:protection_units({ timeout = "0.1s" }):next()
      assert.same({ "deadline" }, { err.code, none })
      assert.is_true(home.sim:clear_faults() > 0)
    end,
    ["a connection that is reset"] = connects,
    ["a connection that ends"] = connects,
    ["a connection without a word"] = connects,
    ["TLS that is refused"] = is_refused_tls,
    ["something that is not TLS"] = is_refused_tls,
    ["an answer that is not HTTP"] = read_passes(2),
    ["silence before an answer"] = in_time { first_byte_timeout = 0.2 },
    ["silence in an answer"] = in_time { stall_timeout = 0.2 },
    ["interim answers and trailers"] = answers(200),
    ["an answer of HTTP/1.0"] = answers(200),
    ["headers without end"] = function(code)
      make(code)
      local _, err = client:session(session.id)
      assert.same({ "headers_too_large", "ask", 1 }, { err.code, err.class, err.attempts })
    end,
    ["a clock that is wrong"] = function(code)
      local env = { sim = home.sim }
      assert(load(code, code, "t", env))()
      local ahead <close> = client_of(home, { clock = env.clock })
      local found = assert(ahead:session(session.id))
      assert(found:activate())
      assert(found:wait { interval = 60, timeout = "30d" })
    end,
    ["a clock that is set during a wait"] = function(code)
      local clock = home.sim:clock()
      local one <close> = client_of(home, { clock = clock })
      local found, steps = assert(one:session(session.id)), 0
      assert(found:activate())
      assert(found:wait {
        interval = 60, timeout = "30d", on_progress = function()
          steps = steps + 1
          assert(load(code, code, "t", { clock = clock }))()
        end,
      })
      assert.is_true(steps > 0)
    end,
    ["an id that quotes the token"] = function(code)
      local token = "canary-token-0123456789"
      local one <close> = client_of(home, { credential = token, retries = 0 })
      make(code, { token = token })
      local _, err = one:session(session.id)
      assert.truthy(err.request_id)
      for _, value in pairs(err) do assert.is_nil(tostring(value):find(token, 1, true)) end
    end,
    ["a token endpoint that is answered for"] = function(code)
      local credential = m365.credential.client_secret {
        tenant = home.sim.tenant, client_id = home.sim.client_id, client_secret = home.sim.client_secret,
        authority = home.sim.url,
      }
      make(code)
      assert.is_string((credential {}))
      assert.equal(2, home.sim:count { operation = "token" })
    end,
    ["a member of a batch that is throttled"] = function(code)
      make(code)
      local found, failures = client:batch { ROOT .. "/restoreSessions", ROOT .. "/restoreSessions/" .. session.id }
      assert.same({}, failures)
      assert.equal(2, #found)
      assert.same({ 2, 1 }, { home.sim:count { operation = "restoreSessions.list" }, home.sim:count(GET) })
    end,
  }

  for _, row in ipairs(rows) do
    it(row.name, function()
      assert.is_function(checks[row.name], "nobody looks at it")
      checks[row.name](row.code)
    end)
  end

  it("has every row that is looked at", function()
    local names = {}
    for _, row in ipairs(rows) do names[row.name] = true end
    for name in pairs(checks) do assert.is_true(names[name], name) end
    assert.is_true(#rows > 50)
  end)
end)
