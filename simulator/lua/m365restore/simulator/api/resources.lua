--- Lists of sites and users in a bulk request or job, named by ids, addresses or URLs.
-- @module m365restore.simulator.api.resources
local check = require "m365restore.simulator.wire.check"
local ids = require "m365restore.simulator.world.ids"

local resources = {}

local function is_id(value)
  return ids.is_guid(value:match("^[^,]+,([^,]+),[^,]+$") or value)
end

local function matches(pattern)
  return function(value) return value:find(pattern) ~= nil end
end

-- property = what a value has to look like
local FORMS = {
  siteId = is_id, directoryObjectId = is_id, siteWebUrl = matches "^https?://[%w.-]+[^%s]*$",
  email = matches "^[^@%s]+@[^@%s]+%.[^@%s]+$",
}

--- The shapes of the lists of a workload, for a body.
-- @tparam table service
-- @tparam ?table more further properties of the body
-- @treturn table name = shape
function resources.shapes(service, more)
  local shapes = {}
  for name in pairs(service.resources) do shapes[name] = check.list(check.string) end
  for name, shape in pairs(more or {}) do shapes[name] = shape end
  return shapes
end

--- Reads the lists of a body.
-- @tparam table service
-- @tparam table body
-- @treturn table list of { property, value }, in a fixed order
function resources.read(service, body)
  local names, found = {}, {}
  for name in pairs(service.resources) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    for _, value in ipairs(body[name] or {}) do
      found[#found + 1] = { property = service.resources[name], value = value }
    end
  end
  return found
end

--- The first resource that does not look like one.
-- @tparam table list from `resources.read`
-- @treturn ?table resource
function resources.malformed(list)
  for _, resource in ipairs(list) do
    if not FORMS[resource.property](resource.value) then return resource end
  end
end

local MISSING = {
  siteWebUrl = { "SiteUrlNotFound", "Site url '%s' could not be resolved" },
  siteId = { "SiteUrlNotFound", "Site '%s' could not be resolved" },
  email = { "UserNotBackedup", "Email address '%s' has not been backed up" },
  directoryObjectId = { "UserNotBackedup", "User '%s' has not been backed up" },
}

--- What a request says of a resource that it could not find.
-- @tparam table resource
-- @treturn table publicErrorDetail
function resources.missing(resource)
  local code, message = table.unpack(MISSING[resource.property])
  return { code = code, message = message:format(resource.value), target = resource.value }
end

return resources
