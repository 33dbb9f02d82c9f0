--- The kinds of restore artifacts: what a client sends for each, and what it is shown.
-- @module m365restore.simulator.api.restore.artifacts
local check = require "m365restore.simulator.wire.check"
local errors = require "m365restore.simulator.wire.errors"
local json = require "m365restore.simulator.wire.json"
local schedule = require "m365restore.simulator.world.schedule"
local services = require "m365restore.simulator.world.services"
local world = require "m365restore.simulator.world.tenant"

local artifacts = {}

-- {====== What is sent ======

local REFERENCE = check.object { id = check.text }
local DESTINATION = check.one_of("new", "inPlace")

local STANDARD = check.object { restorePoint = REFERENCE, destinationType = DESTINATION }
local BROWSED = check.object { browseSessionId = check.text, id = check.text }
local SEARCHED = check.object {
  restorePoint = REFERENCE, destinationType = DESTINATION, searchResponseId = check.text,
}

local function find_point(ctx, service, id)
  local point = ctx.model.world:find_point(id, ctx.now)
  errors.need(point and point.unit.kind == service.unit, "InvalidRestorePoint",
    "There is no restore point '%s' of this service.", id)
  return point
end

local function from_point(ctx, service, member)
  return { point = find_point(ctx, service, member.restorePoint.id), destination = member.destinationType }
end

local function from_browse(ctx, service, member)
  local browse = ctx.model.browses:find(member.browseSessionId, ctx.now)
  errors.need(browse and browse.service == service and ctx.model.browses.status(browse, ctx.now) == "created",
    "InvalidArtifactRequest", "There is no browse session '%s' that is ready.", member.browseSessionId)
  local node = ctx.model.tree:find(browse.point.unit, member.id)
  errors.need(node and node.kind ~= "site", "InvalidArtifactRequest",
    "'%s' is no item of this browse session.", member.id)
  local item = ctx.model.tree:item(browse.point.unit, node)
  return { id = member.id, item = item, browse = browse, point = browse.point }
end

local function from_search(ctx, service, member)
  local artifact = from_point(ctx, service, member)
  local search = ctx.model.searches[member.searchResponseId]
  errors.need(search and search.unit == artifact.point.unit.id, "InvalidArtifactRequest",
    "'%s' is not an answer to a search of this mailbox.", member.searchResponseId)
  local limit = ctx.model.options.limits.messages_per_artifact
  errors.need(search.hits <= limit or ctx.model.dialect.many_messages ~= "refused", "InvalidArtifactRequest",
    "The search has found %d items; at most %d can be restored.", search.hits, limit)
  artifact.search, artifact.hits = member.searchResponseId, search.hits
  return artifact
end

-- }======

-- {====== What is shown ======

local function view_point(ctx, point)
  return {
    id = point.id, protectionDateTime = ctx:time(point.taken), expirationDateTime = ctx:time(point.announced),
  }
end

local function view_base(ctx, artifact)
  local status = schedule.artifact_status(artifact, ctx.now)
  local running = status == "inProgress" or status == "succeeded" or status == "failed"
  local done = running and status ~= "inProgress"
  local granular, unset = artifact.browse ~= nil, ctx.model.dialect.granular_status
  return {
    id = artifact.id, status = ctx:state(artifact.browse and status == "added" and unset or status),
    startDateTime = ctx:maybe_time(running and artifact.start, granular),
    completionDateTime = ctx:maybe_time(done and artifact.finish, granular),
  }, status
end

local function view_standard(ctx, artifact)
  local view, status = view_base(ctx, artifact)
  view.restorePoint = view_point(ctx, artifact.point)
  view.destinationType = artifact.destination
  view.error = ctx:problem(status == "failed" and artifact.failure)
  return view, status
end

local function null_until(shown, value)
  if shown then return value end
  return json.null
end

-- A copy beside a site has a suffix, and its name appears late.
local function view_site(ctx, artifact)
  local view, status = view_standard(ctx, artifact)
  local shown = status == "succeeded" and ctx.now >= (artifact.named or artifact.finish)
  local name, url = world.site_of(artifact.point.unit)
  local suffix = artifact.copy and "R" .. artifact.copy or ""
  view.restoredSiteId = null_until(shown, ctx.model.ids:guid("item", artifact.n))
  view.restoredSiteName = null_until(shown, name .. suffix)
  view.restoredSiteWebUrl = null_until(shown, url .. suffix)
  return view
end

local function view_mailbox(ctx, artifact)
  local view, status = view_standard(ctx, artifact)
  local shown, ids = status == "succeeded", ctx.model.ids
  local changed = not artifact.point.unit.unchanged -- else nothing is restored, and no folder is made
  view.restoredFolderId = null_until(shown and changed, ids:guid("item", artifact.n))
  view.restoredFolderName = null_until(shown and changed,
    "Recovered Items " .. ctx:time(artifact.start or 0):sub(1, 10))
  view.restoredItemCount = null_until(shown, changed and ids:pick("items", artifact.n, 500) + 1 or 0)
  return view
end

local function view_searched(ctx, artifact)
  local view = view_mailbox(ctx, artifact)
  view.searchResponseId = artifact.search
  return view
end

local function view_browsed(ctx, artifact)
  local view, status = view_base(ctx, artifact)
  local done = status == "succeeded"
  local unit, item = artifact.point.unit, artifact.item
  local _, url = world.site_of(unit)
  -- one folder takes everything that a session restores
  local folder = "Restored items " .. artifact.session.id:sub(1, 8)
  local owner = artifact.session.service.owner
  view.browseSessionId = artifact.browse.id
  view.restoredItemKey = done and item.key:gsub("[^,]*$", ctx.model.ids:guid("item", artifact.n)) or ""
  view.webUrl = done and item.url or ""
  view.restoredItemPath = done and folder or ""
  view.restoredItemWebUrl = done and ("%s/%s/%s"):format(url, folder, item.name) or ""
  view.restorePointDateTime = ctx:maybe_time(done and artifact.point.taken, true)
  view[owner] = unit[owner]
  if ctx.version == "beta" and status == "failed" then view.error = artifact.failure end
  return view
end

-- }======

artifacts.kinds = {
  siteRestoreArtifacts = { shape = STANDARD, make = from_point, view = view_site },
  driveRestoreArtifacts = { shape = STANDARD, make = from_point, view = view_site },
  mailboxRestoreArtifacts = { shape = STANDARD, make = from_point, view = view_mailbox },
  granularSiteRestoreArtifacts = { shape = BROWSED, make = from_browse, view = view_browsed, granular = true },
  granularDriveRestoreArtifacts = { shape = BROWSED, make = from_browse, view = view_browsed, granular = true },
  granularMailboxRestoreArtifacts = {
    shape = SEARCHED, make = from_search, view = view_searched, granular = true,
    echo = "granularMailboxRestoreArtifact", -- the documented answer to a create has the singular
  },
}

for _, service in ipairs(services) do
  for _, name in ipairs { service.standard, service.granular } do
    local kind = artifacts.kinds[name]
    kind.name, kind.service = name, service
  end
end

--- What makes two artifacts of a session the same.
-- @tparam table artifact
-- @treturn string
function artifacts.key(artifact)
  if artifact.browse then return artifact.browse.id .. "\n" .. artifact.id end
  return artifact.point.id .. "\n" .. (artifact.search or "")
end

return artifacts
