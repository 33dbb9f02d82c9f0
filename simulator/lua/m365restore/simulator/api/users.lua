--- The directory, as far as a restore needs it: who an address belongs to, and whose a OneDrive is.
-- @module m365restore.simulator.api.users
local errors = require "m365restore.simulator.wire.errors"
local odata = require "m365restore.simulator.wire.odata"
local world = require "m365restore.simulator.world.tenant"

local users = {}

-- What User.ReadBasic.All lets an app see, and filter by; all else needs one of the stronger permissions.
local BASIC = { id = true, displayName = true, givenName = true, mail = true, photo = true, surname = true,
  userPrincipalName = true }
local STRONGER = { "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All" }

-- {====== People ======

--- What is known of a person: the seed's, or what a test has said.
local function person_of(tenant, unit)
  local person = {
    id = unit.directoryObjectId, displayName = unit.displayName, mail = unit.email, userPrincipalName = unit.email,
  }
  for name, value in pairs(tenant.people[person.id] or {}) do person[name] = value end
  person.proxyAddresses = person.proxyAddresses or { person.mail and "SMTP:" .. person.mail }
  return person
end

local function add(list, seen, person)
  if not seen[person.id] then
    list[#list + 1], seen[person.id] = person, true
  end
end

--- Everybody, without any unit too.
local function everybody(tenant)
  local list, seen = {}, {}
  for _, kind in ipairs { "drive", "mailbox" } do
    for n = 1, tenant.counts[kind] do add(list, seen, person_of(tenant, tenant:unit(kind, n))) end
  end
  for id in pairs(tenant.people) do add(list, seen, person_of(tenant, { directoryObjectId = id })) end
  return list
end

local function find(tenant, name)
  for _, person in ipairs(everybody(tenant)) do
    if person.id == name or tostring(person.userPrincipalName):lower() == name then return person end
  end
end

-- }======

--- GET /users/{id or userPrincipalName}, outside of the API's own root
function users.get(ctx)
  local name = ctx.params.id
  -- Graph takes such a name in parentheses only: /users('$name')
  errors.need(name:sub(1, 1) ~= "$" or ctx.path:find("users('", 1, true), "BadRequest",
    "Resource not found for the segment '%s'.", name)
  local person = find(ctx.model.world, name:lower())
  errors.need(person, "Request_ResourceNotFound", "Resource '%s' does not exist.", name)
  local view = odata.select(ctx, person)
  view["@odata.context"] = ctx:context("users/$entity")
  return 200, view
end

local function may_read_all(ctx)
  for _, name in ipairs(STRONGER) do
    if ctx.token.permissions[name] then return true end
  end
  return false
end

--- GET /users with a $filter, which names only what the caller may read
function users.list(ctx)
  local _, named = odata.filter(ctx)
  for name in pairs(named or {}) do
    errors.need(BASIC[name] or may_read_all(ctx), "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.")
  end
  return 200, odata.page(ctx, {
    name = "users", after = odata.over(everybody(ctx.model.world)),
    view = function(person) return person end,
  })
end

--- GET /sites/{host}:/{path}:/drive, whose owner a personal site names
function users.drive(ctx)
  local host, name = ctx.params.host:match "^(.*):$", ctx.params.name:match "^(.*):$"
  local tenant = ctx.model.world
  for n = 1, tenant.counts.drive do
    local unit = tenant:unit("drive", n)
    local _, url = world.site_of(unit)
    if host and name and url:lower() == ("https://%s/%s/%s"):format(host, ctx.params.managed, name):lower() then
      local view = odata.select(ctx, {
        id = "b!" .. unit.id, driveType = "business", webUrl = url .. "/Documents",
        owner = { user = { id = unit.directoryObjectId, displayName = unit.displayName, email = unit.email } },
      })
      view["@odata.context"] = ctx:context("drives/$entity")
      return 200, view
    end
  end
  errors.raise("itemNotFound", "Requested site could not be found")
end

--- GET /sites/root
function users.root(ctx)
  local view = odata.select(ctx, { id = world.HOST, webUrl = "https://" .. world.HOST, displayName = "Contoso" })
  view["@odata.context"] = ctx:context("sites/$entity")
  return 200, view
end

return users
