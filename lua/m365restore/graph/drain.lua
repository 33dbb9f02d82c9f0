--- Reading lists to their ends.
-- @module m365restore.graph.drain
local drain = {}

--- Visits each item of a list. May yield.
-- @tparam pager pager
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @tparam function visit is called with each item; an error that it returns ends the reading
-- @treturn ?boolean true; or nil, err
function drain.each(pager, left, visit)
  while true do
    local item, err = pager:next(left and left())
    if item then
      err = visit(item)
    end
    if err or not item then
      return err == nil or nil, err
    end
  end
end

--- Reads all items of a list. May yield.
-- @tparam pager pager
-- @tparam[opt] function left as for @{each}
-- @treturn ?table list; or nil, err
function drain.list(pager, left)
  local list = {}
  local ok, err = drain.each(pager, left, function(item) list[#list + 1] = item end)
  return ok and list, err
end

return drain
