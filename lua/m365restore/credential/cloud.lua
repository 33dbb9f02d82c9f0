--- Microsoft's clouds: one table of hosts.
-- @module m365restore.credential.cloud
local reader = require "m365restore.options"

local cloud = {}

-- One row each; `refused` says why the Backup Storage API cannot be used.
local NOT_THERE = "the Backup Storage API exists in the global cloud only"

local clouds = {
  global = { authority = "https://login.microsoftonline.com", graph = "https://graph.microsoft.com" },
  usgov = {
    authority = "https://login.microsoftonline.us", graph = "https://graph.microsoft.us", refused = NOT_THERE,
  },
  usgov_dod = {
    authority = "https://login.microsoftonline.us", graph = "https://dod-graph.microsoft.us", refused = NOT_THERE,
  },
  china = {
    authority = "https://login.chinacloudapi.cn", graph = "https://microsoftgraph.chinacloudapi.cn",
    refused = NOT_THERE,
  },
}

--- Where to ask for tokens.
-- @tparam string what for messages
-- @tparam table options `cloud` (default global), or `authority`, an URL
-- @treturn string authority, without a slash at its end; raises where there
-- is none
-- @treturn string the resource to ask for
function cloud.authority(what, options)
  local row = reader.choice(what .. ".cloud", options.cloud or "global", clouds)
  if row.refused then
    error(("%s.cloud: %s: %s"):format(what, options.cloud, row.refused), 0)
  end
  local authority = (options.authority or row.authority):gsub("/+$", "")
  if not authority:find "://" then
    authority = "https://" .. authority
  end
  for name, other in pairs(clouds) do
    if other.refused and other.authority == authority:lower() then
      error(("%s.authority: %s is the cloud %s: %s"):format(what, authority, name, other.refused), 0)
    end
  end
  if not authority:find "^https?://[^/?#@%s%c]+$" then
    error(what .. ".authority: a URL with nothing but a host was expected, like " .. row.authority, 0)
  end
  return authority, row.graph
end

return cloud
