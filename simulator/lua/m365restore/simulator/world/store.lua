--- Entities in the order in which they were made, found by their ids.
-- The place of an entity never changes, so that a page can go on where the last one ended.
-- @module m365restore.simulator.world.store
local Store = {}
Store.__index = Store

local store = {}

--- Makes an empty store.
-- @treturn Store
function store.new() return setmetatable({ list = {}, by_id = {} }, Store) end

--- Adds an entity that has an `id`.
-- @tparam table entity
-- @treturn table the same
function Store:add(entity)
  entity.place = #self.list + 1
  self.list[entity.place] = entity
  self.by_id[entity.id:lower()] = entity
  return entity
end

--- Finds an entity.
-- @tparam string id in any case
-- @treturn ?table
function Store:find(id) return self.by_id[id:lower()] end

--- Takes an entity out.
-- @tparam table entity
function Store:remove(entity)
  self.by_id[entity.id:lower()] = nil
  self.list[entity.place] = false -- keeps the places of those behind it
end

--- Walks the entities that pass a test.
-- @tparam ?function test
-- @treturn function an iterator's function: (nil, place) -> next place and its entity, or nil
function Store:after(test)
  return function(_, place)
    for i = place + 1, #self.list do
      local entity = self.list[i]
      if entity and (not test or test(entity)) then return i, entity end
    end
  end
end

return store
