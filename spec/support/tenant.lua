--- What the core's specs share: a simulated tenant, and clients of it.
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"

local tenant = {}

local Tenant = {}
Tenant.__index = Tenant

--- The services: their kind of unit, and their collections.
tenant.services = {
  sharePoint = {
    kind = "site", collection = "siteRestoreArtifacts", granular = "granularSiteRestoreArtifacts",
    type = "sharePointRestoreSession", root = "/sharePointRestoreSessions",
  },
  oneDriveForBusiness = {
    kind = "drive", collection = "driveRestoreArtifacts", granular = "granularDriveRestoreArtifacts",
    type = "oneDriveForBusinessRestoreSession", root = "/oneDriveForBusinessRestoreSessions",
  },
  exchange = {
    kind = "mailbox", collection = "mailboxRestoreArtifacts", granular = "granularMailboxRestoreArtifacts",
    type = "exchangeRestoreSession", root = "/exchangeRestoreSessions",
  },
}

local function merged(...)
  local all = {}
  for _, options in ipairs { ... } do
    for name, value in pairs(options) do all[name] = value end
  end
  return all
end

--- Starts a simulator.
-- @tparam ?table options of the simulator
function tenant.start(options)
  local all = merged({ sites = 120, drives = 10, mailboxes = 10 }, options or {})
  return setmetatable({ sim = simulator.start(all), points = {} }, Tenant)
end

--- The hooks of specs that share a simulator; each has a client and a draft over one site of its own.
-- @tparam function take receives the tenant, the client and the session before each
-- @tparam ?table options of the simulator
function tenant.around(take, options)
  local hooks = require "busted"
  local home, client
  hooks.setup(function() home = tenant.start(options) end)
  hooks.teardown(function() home:stop() end)
  hooks.before_each(function()
    client = home:client()
    local session = home:session(client, "sharePoint", 1)
    home:reset()
    take(home, client, session)
  end)
  hooks.after_each(function()
    client:close()
    home:reset()
  end)
end

--- A client of it that is quick to try again.
-- @tparam ?table options over the usual ones
function Tenant:client(options)
  return m365.client(merged({
    base_url = self.sim.url, credential = self.sim:credential { lifetime = 1e8 }, clock = self.sim:clock(),
    backoff = 0.01,
  }, options or {}))
end

--- The newest restore point of each unit of a kind, as ids.
function Tenant:newest(kind)
  if not self.points[kind] then
    self.points[kind] = {}
    for i, unit in ipairs(self.sim:units(kind)) do
      self.points[kind][i] = self.sim:points(unit.id)[1].id
    end
  end
  return self.points[kind]
end

--- Artifacts of a service over its units first..last.
function Tenant:artifacts(service, first, last, destination)
  local list, points = {}, self:newest(tenant.services[service].kind)
  for i = first, last or first do
    list[#list + 1] = { restorePoint = { id = points[i] }, destinationType = destination or "inPlace" }
  end
  return list
end

--- A body for create_session.
function Tenant:body(service, first, last, destination)
  return { [tenant.services[service].collection] = self:artifacts(service, first, last, destination) }
end

--- A new session over units first..last.
function Tenant:session(client, service, first, last)
  return assert(client[service]:create_session(self:body(service, first or 1, last or first or 1)))
end

--- Forgets exchanges and faults.
function Tenant:reset()
  self.sim:clear_faults()
  self.sim:forget()
end

function Tenant:stop()
  self.sim:stop()
end

return tenant
