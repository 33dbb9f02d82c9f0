--- The simulated directory: who is found by what, and what permission that takes.
local support = require "spec.simulator.support"

local function escape(text)
  return (text:gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

describe("the directory", function()
  local api, person, everything, basic, nothing

  local function ask(path, token)
    return api:raw("GET", "/v1.0" .. path, nil, { authorization = "Bearer " .. (token or everything) })
  end

  local function filter(text, token)
    local answer = ask("/users?$select=id&$filter=" .. escape(text), token)
    return answer.status == 200 and #answer.body.value or answer.status
  end

  setup(function()
    api = support.start()
    local function token(...)
      return api.sim:credential { lifetime = 1e9, permissions = { ... } }()
    end
    everything, basic, nothing = token("User.Read.All", "Sites.Read.All"), token "User.ReadBasic.All", token "Other"
    person = api.sim:units("mailbox")[2].directoryObjectId
    api.sim:set_user(person, { userPrincipalName = "$o'neil#EXT#@contoso.com", mail = "jane.o'neil@contoso.com",
      proxyAddresses = { "SMTP:jane.o'neil@contoso.com", "smtp:j+n@contoso.com" } })
  end)

  teardown(function() api.sim:stop() end)

  it("finds a person by id and by userPrincipalName, and not by mail", function()
    assert.equal(person, ask("/users/" .. person).body.id)
    assert.equal(404, ask("/users/" .. escape "jane.o'neil@contoso.com").status)
  end)

  it("takes a name that begins with $ in parentheses only, and wants its quotes twice there", function()
    assert.equal(400, ask("/users/" .. escape "$o'neil#EXT#@contoso.com").status)
    assert.equal(400, ask("/users('" .. escape "$o'neil#EXT#@contoso.com" .. "')").status)
    assert.equal(200, ask("/users('" .. escape "$o''neil#EXT#@contoso.com" .. "')").status)
  end)

  it("filters by mail, by userPrincipalName and by any of the addresses", function()
    assert.equal(1, filter "mail eq 'Jane.O''Neil@contoso.com'")
    assert.equal(400, filter "mail eq 'jane.o'neil@contoso.com'")
    assert.equal(1, filter "userPrincipalName eq '$o''neil#EXT#@contoso.com' or mail eq 'nobody@contoso.com'")
    assert.equal(1, filter "proxyAddresses/any(p:p eq 'smtp:j+n@contoso.com')")
    assert.equal(0, filter "proxyAddresses/any(p:p eq 'smtp:nobody@contoso.com')")
    assert.equal(400, filter "proxyAddresses/any(p:p eq )")
  end)

  it("shows no more than the permissions allow", function()
    assert.equal(1, filter("mail eq 'jane.o''neil@contoso.com'", basic))
    assert.equal(403, filter("proxyAddresses/any(p:p eq 'smtp:j+n@contoso.com')", basic))
    assert.equal(403, filter("mail eq 'jane.o''neil@contoso.com'", nothing))
    assert.equal(403, ask("/users/" .. person, nothing).status)
    assert.equal(403, ask("/sites/root", basic).status)
  end)

  it("knows whose OneDrive a personal site holds", function()
    local owner = api.sim:units("drive")[3].directoryObjectId
    local drive = ask("/sites/contoso-my.sharepoint.com:/personal/user0003_contoso_com:/drive?$select=owner").body
    assert.equal(owner, drive.owner.user.id)
    assert.equal(404, ask("/sites/contoso-my.sharepoint.com:/personal/nobody:/drive").status)
    assert.equal(403, ask("/sites/contoso-my.sharepoint.com:/personal/user0003_contoso_com:/drive", basic).status)
  end)
end)
