--- What goes wrong with sessions, browse sessions, bulk requests and versions, as the simulator plays it.
local support = require "spec.graph.support"

local function started(call, options)
  return function()
    local sim <close>, client = support.start(options, { retries = 0 })
    local ours <close> = client
    return select(2, call(ours, sim))
  end
end

--- A session over the first sites, some of which fail; it is waited for.
local function restored(count, failing)
  return started(function(client, sim)
    local artifacts = {}
    for i = 1, count do
      local point = sim:points(sim:units("site")[i].id)[1].id
      artifacts[i] = { restorePoint = { id = point }, destinationType = "new" }
      if i <= failing then sim:fail_artifact { restorePoint = point, code = "ArtifactNotFound", message = "m" } end
    end
    local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = artifacts })
    assert(session:activate())
    sim:advance(86400)
    return session:wait()
  end)
end

return function()
  return {
    beta_only = started(function(client)
      return client.sharePoint:create_protection_policy { displayName = "n", protectionMode = "standard" }
    end),
    not_activated = started(function(client) return client.sharePoint:create_session():wait() end, { speed = 36000 }),
    wait_timeout = started(function(client, sim)
      local point = sim:points(sim:units("site")[1].id)[1]
      local session = assert(client.sharePoint:create_session { siteRestoreArtifacts = {
        { restorePoint = { id = point.id }, destinationType = "new" } } })
      assert(session:activate())
      return session:wait { timeout = 0 }
    end),
    items_refused = started(function(client, sim)
      local session = assert(client.sharePoint:create_session())
      local point = sim:points(sim:units("site")[1].id)[1].id
      sim:refuse_artifact { restorePoint = point, message = "Not this one." }
      return session:add { { restorePoint = { id = point }, destinationType = "new" } }
    end),
    restore_partial = restored(2, 1),
    restore_failed = restored(1, 1),
    browse_failed = started(function(client, sim)
      local point
      for _, one in ipairs(sim:points(sim:units("site")[1].id)) do
        point = one.tags == "fastRestore" and one.id or point
      end
      sim:fail_browse(point, { code = "generalException", message = "The snapshot is gone." })
      local made = assert(client.sharePoint:create_browse_session { restorePointId = point })
      sim:advance(3600)
      return made:wait()
    end),
    bulk_partial = started(function(client, sim)
      local session = assert(client.sharePoint:create_session())
      local bulk = assert(session:create_bulk_request {
        siteWebUrls = { "https://contoso.sharepoint.com/sites/nowhere", sim:units("site")[1].siteWebUrl },
        destinationType = "new", protectionTimePeriod = { endDateTime = "2026-11-01T00:00:00Z" },
      })
      assert(session:activate())
      sim:advance(86400)
      return bulk:wait()
    end),
  }
end
