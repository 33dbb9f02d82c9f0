--- A heap of numbers: the smallest is on top.
-- @module m365restore.simulator.world.heap
local Heap = {}
Heap.__index = Heap

local heap = {}

--- Makes an empty heap; its length is the number of numbers in it.
-- @treturn Heap
function heap.new() return setmetatable({}, Heap) end

--- Adds a number.
-- @tparam number value
function Heap:push(value)
  local at = #self + 1
  while at > 1 and self[at // 2] > value do
    self[at] = self[at // 2]
    at = at // 2
  end
  self[at] = value
end

--- Takes the smallest number out.
-- @treturn ?number
function Heap:pop()
  local top, last = self[1], table.remove(self)
  local count, at = #self, 1
  if count == 0 then return top end
  while 2 * at <= count do
    local child = 2 * at
    if child < count and self[child + 1] < self[child] then child = child + 1 end
    if last <= self[child] then break end
    self[at], at = self[child], child
  end
  self[at] = last
  return top
end

--- Takes out every number up to a limit.
-- @tparam number limit
function Heap:drop_until(limit)
  while self[1] and self[1] <= limit do self:pop() end
end

return heap
