--- What stands in the way of a restore: states of a unit and limits that Microsoft's pages of the product name. None of
-- them shows in a protection unit; an artifact that meets one ends as failed.
-- @module m365restore.simulator.world.obstacles
local obstacles = {}

-- Only the strict kind of hold is meant: others let a restore in place through.
local function is_held(artifact)
  local unit = artifact.point.unit
  return unit.held and not artifact.item and not (unit.kind == "site" and artifact.destination == "new")
end

local function is_expired(artifact) return artifact.point.expires <= artifact.start end

local function is_locked(artifact) return artifact.item and artifact.point.unit.locked end

local function is_rights_managed(artifact)
  local library = artifact.point.unit.rights_managed
  return library and artifact.item and (artifact.item.url .. "/"):find("/" .. library .. "/", 1, true)
end

local function has_too_many_messages(artifact, limits)
  return artifact.search and artifact.hits > limits.messages_per_artifact
end

local function has_too_many_copies(artifact, limits, copies)
  return artifact.destination == "new" and artifact.point.unit.kind ~= "mailbox" and not artifact.item
    and copies >= limits.copies_per_unit
end

-- { when, code, message }, the first that holds counts. No page has a code for any but the expired point and the hold.
local LIST = {
  { is_expired, "InvalidRestoreTime", "There are no data for that time any more." },
  { is_held, "ArtifactCannotBeRestored", "The artifact is on hold." },
  { is_locked, "ArtifactCannotBeRestored", "The site is locked." },
  { is_rights_managed, "ArtifactCannotBeRestored", "The library has information rights management." },
  { has_too_many_messages, "ArtifactCannotBeRestored", "The search has found too many items." },
  { has_too_many_copies, "ArtifactCannotBeRestored", "There are too many copies of the site." },
}

--- The failure with which an artifact ends because of what it restores.
-- @tparam table artifact that has its `start`
-- @tparam table limits `messages_per_artifact`, `copies_per_unit`
-- @tparam integer copies that its unit has already
-- @treturn ?table code and message
function obstacles.of(artifact, limits, copies)
  for _, row in ipairs(LIST) do
    if row[1](artifact, limits, copies) then return { code = row[2], message = row[3] } end
  end
end

return obstacles
