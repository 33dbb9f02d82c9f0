--- What is done to one thing of a collection by its id, without reading it first: for each method that reads one, such
-- as `client:session(id)`, the writing methods of what it gives, under both names: `client:activate_session(id)`.
-- @module m365restore.graph.by_id
local core = require "m365restore.core"
local tables = require "m365restore.tables"

--- The methods that read one resource by its id.
local function readers(rows)
  return tables.filter(rows, function(row)
    return row.method == "GET" and row.result == "item" and row.path:find "/{i[dt]e?m?}" ~= nil
  end)
end

--- The names of the methods that change, delete or start what is there.
local function writers(rows)
  local names = {}
  for _, row in ipairs(rows) do
    if row.effect == "write" and not row.verb:find "^create_" then
      names[row.verb] = true
    end
  end
  names.enable = nil -- of the client
  return names
end

--- Does to one resource what its own method does. May yield.
-- @function owner:VERB_THING
-- @tparam string|resource id
-- @param ... what the method takes: a body, where it has one, and options
-- @return what the method returns; where that is the resource itself, one that knows what the answer said
local function by_id(verb, reader)
  local what = string.format("%s.%s_%s", reader.on, verb, reader.verb)
  return function(self, id, ...)
    local one = core.reference(self, reader.verb, core.type(id) and id.id or id, what)
    return one[verb](one, ...)
  end
end

local rows = core.actions()
local names = writers(rows)
for _, reader in ipairs(readers(rows)) do
  local methods = {}
  for verb in pairs(names) do
    if core.method(reader.type, verb) then
      methods[verb .. "_" .. reader.verb] = by_id(verb, reader)
    end
  end
  core.extend(reader.on, methods)
end

return {}
