--- What there is to browse in a snapshot: sites, libraries, folders and files.
-- Every snapshot has the same shape and the same names. One skeleton serves them all, and what belongs to a unit, the
-- keys and the addresses, is made when somebody looks.
-- @module m365restore.simulator.world.tree
local world = require "m365restore.simulator.world.tenant"

local Tree = {}
Tree.__index = Tree

local tree = {}

local LIBRARIES = { site = { "Shared Documents", "Site Assets" }, drive = { "Documents" } }
local FOLDERS = { "Finance", "Legal", "Projects", "Reports", "Archive" }
local FILES = { "Budget.xlsx", "Minutes.docx", "Plan.pptx", "Contract.pdf", "Notes.txt" }
local ENDINGS = { "xlsx", "docx", "pptx", "pdf", "txt" }

local function folder_name(i) return FOLDERS[i] or ("Folder %d"):format(i) end

local function file_name(i) return FILES[i] or ("File %d.%s"):format(i, ENDINGS[(i - 1) % #ENDINGS + 1]) end

-- {====== The skeleton ======

local function add(self, parent, kind, name)
  local node = { n = #self.nodes + 1, kind = kind, name = name, parent = parent, children = {}, size = 0 }
  self.nodes[node.n] = node
  parent.children[#parent.children + 1] = node
  return node
end

local function add_file(self, parent, name)
  local file = add(self, parent, "file", name)
  file.size = 1000 + file.n * 7919 % 99000
  local above = parent
  while above do
    above.size = above.size + file.size
    above = above.parent
  end
end

local function fill(self, parent, depth)
  for i = 1, self.shape.files do add_file(self, parent, file_name(i)) end
  if depth == 0 then return end
  for i = 1, self.shape.folders do fill(self, add(self, parent, "folder", folder_name(i)), depth - 1) end
end

--- The number of items of a shape.
-- @tparam table shape `sites`, `libraries` of each, `folders` and `files` in each library and folder, `depth`, the
-- number of folders on the longest way down
-- @treturn number
function tree.count(shape)
  local places, level = 1.0, 1.0 -- floats do not wrap around
  for _ = 1, shape.depth do
    level = level * shape.folders
    places = places + level
  end
  return shape.sites * (1 + shape.libraries * places * (1 + shape.files))
end

--- Builds the skeleton.
-- @tparam table shape see `tree.count`
-- @tparam Ids ids
-- @treturn Tree
function tree.new(shape, ids)
  local self = setmetatable({ shape = shape, ids = ids, nodes = {} }, Tree)
  self.top = { n = 0, kind = "none", children = {}, size = 0 }
  for s = 1, shape.sites do
    local site = add(self, self.top, "site", s)
    for l = 1, shape.libraries do fill(self, add(self, site, "documentLibrary", l), shape.depth) end
  end
  return self
end

-- }======

-- {====== Keys ======

-- The number of a node of a unit: the unit in the upper bits, the node in the lower twenty.
local function guid(self, unit, n)
  local of_drive = unit.kind == "drive" and 1 << 39 or 0
  return self.ids:guid("node", of_drive | (unit.n & 0x7ffff) << 20 | n)
end

-- A key has two GUIDs for a site, three for a library, and four for what is in one, however deep.
local function key_of(self, unit, node)
  local parts, above = { guid(self, unit, node.n) }, node.parent
  while above do
    if above.kind ~= "folder" then table.insert(parts, 1, guid(self, unit, above.n)) end
    above = above.parent
  end
  return table.concat(parts, ",")
end

--- Finds a node by its key.
-- @tparam table unit whose snapshot it is
-- @tparam string key
-- @treturn ?table node
function Tree:find(unit, key)
  local kind, n = self.ids:read(key:match("[^,]*$"))
  local node = kind == "node" and self.nodes[n & 0xfffff]
  if node and key_of(self, unit, node) == key:lower() then return node end
end

-- }======

-- {====== Items ======

local function name_of(unit, node)
  if node.kind == "site" then return node.name == 1 and world.site_of(unit) or ("Subsite %d"):format(node.name) end
  if node.kind ~= "documentLibrary" then return node.name end
  return LIBRARIES[unit.kind][node.name] or ("Library %d"):format(node.name)
end

local function url_of(unit, node)
  if node.kind == "none" then return select(2, world.site_of(unit)) end
  local above = url_of(unit, node.parent)
  if node.kind ~= "site" then return above .. "/" .. name_of(unit, node) end
  return node.name == 1 and above or ("%s/subsite-%d"):format(above, node.name)
end

--- What a unit's snapshot says of a node.
-- @tparam table unit
-- @tparam table node
-- @treturn table { key, kind, name, url, size, count }
function Tree:item(unit, node)
  return {
    key = key_of(self, unit, node), kind = node.kind, name = name_of(unit, node), url = url_of(unit, node),
    size = node.size, count = #node.children,
  }
end

--- The nodes in a place, or everything under it.
-- @tparam table node
-- @tparam boolean deep
-- @treturn table list of nodes
function tree.under(node, deep)
  if not deep then return node.children end
  local found = {}
  local function collect(place)
    for _, child in ipairs(place.children) do
      found[#found + 1] = child
      collect(child)
    end
  end
  collect(node)
  return found
end

-- }======

return tree
