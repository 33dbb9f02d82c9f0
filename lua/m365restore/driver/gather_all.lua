--- Many things at once that are of use only together.
-- @module m365restore.driver.gather_all
local gather = require "m365restore.driver.gather"

--- Calls `fn(item, index)` for every item of a list, as @{m365restore.driver.gather} does. May yield.
-- @function gather_all
-- @tparam table list
-- @tparam function fn as for `gather`; what it raises and is no failure is raised here
-- @tparam[opt] integer limit how many run at a time
-- @treturn ?table results by the items' indexes; or nil, err: the failure of the first item that has one
return function(list, fn, limit)
  local results, failures = gather(list, fn, limit)
  for i = 1, #list do
    local err = failures[i]
    if err ~= nil and type(err) ~= "table" then
      error(err, 0)
    elseif err then
      return nil, err
    end
  end
  return results
end
