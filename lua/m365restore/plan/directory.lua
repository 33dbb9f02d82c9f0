--- The directory: whose an address is. App-only tokens are shown no addresses in protection units, and a person has
-- more addresses than the one that a unit shows.
-- @module m365restore.plan.directory
local fold = require "m365restore.text.fold"
local gather_all = require "m365restore.driver.gather_all"
local uri = require "m365restore.text.uri"

local directory = {}

-- addresses in one request: each takes two of the 15 comparisons that the directory allows
local GROUP = 7

local Directory = {}
Directory.__index = Directory

--- The permissions that looking up takes, the least of each.
directory.permissions = { people = "User.ReadBasic.All", addresses = "User.Read.All", sites = "Sites.Read.All" }

--- Which kind of look-up a name may take; nil: none.
-- @tparam table clue from @{m365restore.plan.spelling.read}
-- @treturn ?string "people" or "sites"
function directory.kind_of(clue)
  if clue.kind == "email" then
    return "people"
  end
  return clue.personal and not clue.personal.is_below and "sites" or nil
end

--- @tparam client client
-- @treturn Directory
function directory.new(client)
  return setmetatable({ client = client, denied = {} }, Directory)
end

local function quote(text)
  return "'" .. text:gsub("'", "''") .. "'"
end

--- Users that a filter finds. May yield.
function Directory:list(filter)
  local answer, err = self.client:request("GET", "/users", {
    query = { ["$select"] = "id,userPrincipalName,mail", ["$filter"] = filter },
  })
  if answer and type(answer.value) == "table" then
    return answer.value
  elseif answer then
    return nil, { status = 200, code = "bad_answer", message = "the directory's answer is no list" }
  end
  return nil, err
end

--- Why something could not be looked up; nil, err where asking later may help.
local function refusal_of(err, code, permission, instead)
  if err.class == "retry" or err.status == nil or err.status == 401 then
    return nil, err
  elseif err.status == 403 then
    return { code = code, message = ("it could not be looked up: grant %s, or give %s"):format(permission, instead) }
  end
  return { code = "lookup_failed",
    message = ("it could not be looked up: %s: %s"):format(tostring(err.code), tostring(err.message)) }
end

-- {====== Names and mail ======

local function add_owner(owners, id)
  for _, known in ipairs(owners) do
    if known == id then
      return
    end
  end
  owners[#owners + 1] = id
end

--- Gives the users of an answer to the questions that named them.
local function hand_out(questions, users)
  for _, question in ipairs(questions) do
    local wanted = fold.text(question.address)
    question.owners = {}
    for _, user in ipairs(users) do
      local name, mail = user.userPrincipalName, user.mail
      if type(user.id) == "string" and (type(name) == "string" and fold.text(name) == wanted
        or type(mail) == "string" and fold.text(mail) == wanted) then
        add_owner(question.owners, user.id:lower())
      end
    end
  end
end

--- Asks for a group of addresses; singly where the directory does not take one of them.
function Directory:ask(questions)
  if self.denied.people then
    for _, question in ipairs(questions) do
      question.refusal, question.undecided = self.denied.people, true
    end
    return true
  end
  local tests = {}
  for i, question in ipairs(questions) do
    local text = quote(question.address)
    tests[i] = ("userPrincipalName eq %s or mail eq %s"):format(text, text)
  end
  local users, err = self:list(table.concat(tests, " or "))
  if users then
    hand_out(questions, users)
    return true
  elseif err.status == 400 and #questions > 1 then
    for _, question in ipairs(questions) do
      local ok, problem = self:ask { question }
      if not ok then
        return nil, problem
      end
    end
    return true
  end
  local refusal, problem = refusal_of(err, "email_hidden", directory.permissions.people, "the directoryObjectId")
  for _, question in ipairs(questions) do
    question.refusal, question.undecided = refusal, true
  end
  self.denied.people = err.status == 403 and refusal or nil
  return refusal and true, problem
end

-- }======

-- {====== Other addresses ======

local unknown = "no user has it as userPrincipalName or mail"

--- Asks whether an address is another one of a user's.
function Directory:ask_further(question)
  question.asked_further = true
  if self.denied.addresses then
    question.refusal = self.denied.addresses
    return true
  end
  local text = question.address
  local users, err = self:list(("proxyAddresses/any(p:p eq %s or p eq %s)"):format(quote("smtp:" .. text),
    quote("SMTP:" .. text)))
  for _, user in ipairs(users or {}) do
    if type(user.id) == "string" then
      add_owner(question.owners, user.id:lower())
    end
  end
  if users then
    question.refusal = #question.owners == 0 and { code = "unknown",
      message = "no user has it as userPrincipalName, mail or another address" } or nil
    return true
  elseif err.status == 403 then
    self.denied.addresses = { code = "unknown", message = unknown .. "; to look for it among their other addresses, "
      .. "grant " .. directory.permissions.addresses }
    question.refusal = self.denied.addresses
    return true
  end
  local refusal, problem = refusal_of(err)
  question.refusal = refusal
  return refusal and true, problem
end

-- }======

-- {====== Personal sites ======

--- Asks whose a personal site is.
function Directory:ask_site(question)
  if self.denied.sites then
    question.refusal, question.undecided = self.denied.sites, true
    return true
  end
  local path = ("/sites/%s:/personal/%s:/drive"):format(uri.escape(question.site.host), uri.escape(question.site.name))
  local drive, err = self.client:request("GET", path, { query = { ["$select"] = "owner" } })
  local owner = drive and type(drive.owner) == "table" and type(drive.owner.user) == "table" and drive.owner.user.id
  if type(owner) == "string" then
    question.owners = { owner:lower() }
    return true
  elseif drive or err.status == 404 then
    question.refusal = { code = "unknown", message = "no OneDrive has this address" }
    return true
  end
  local refusal, problem = refusal_of(err, "owner_hidden", directory.permissions.sites, "its owner's address")
  question.refusal, question.undecided = refusal, true
  self.denied.sites = err.status == 403 and refusal or nil
  return refusal and true, problem
end

-- }======

--- Asks for each of a list, until one fails. The first is asked alone: where it is forbidden, the others are not asked.
local function each(list, ask)
  if #list == 0 then
    return true
  end
  local ok, problem = ask(list[1])
  if not ok then
    return nil, problem
  end
  return gather_all(table.move(list, 2, #list, 1, {}), ask)
end

--- Looks up whose addresses are. Each answer is put into its question: `owners`, ids of directory objects in lower
-- case, or a `refusal` { code, message }, with `undecided` where it could not be looked up. May yield.
-- @tparam table questions a list of { address = } (an e-mail address or a user principal name; with `further`, other
-- addresses of users are looked through, too, and `asked_further` is set where that was needed) or
-- { site = { host, name } } (a personal site)
-- @treturn ?boolean true; or nil, err where the directory may answer later
function Directory:look_up(questions)
  local groups, sites = {}, {}
  for _, question in ipairs(questions) do
    if question.site then
      sites[#sites + 1] = question
    elseif not groups[#groups] or #groups[#groups] == GROUP then
      groups[#groups + 1] = { question }
    else
      table.insert(groups[#groups], question)
    end
  end
  local ok, err = each(groups, function(group) return self:ask(group) end)
  if not ok then
    return nil, err
  end
  local rest = {}
  for _, question in ipairs(questions) do
    if question.owners and #question.owners == 0 then
      question.refusal = { code = "unknown", message = unknown }
      rest[#rest + 1] = question.further and question or nil
    end
  end
  ok, err = each(rest, function(question) return self:ask_further(question) end)
  if ok then
    ok, err = each(sites, function(question) return self:ask_site(question) end)
  end
  return ok, err
end

return directory
