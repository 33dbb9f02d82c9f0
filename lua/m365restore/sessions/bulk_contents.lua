--- Bulk requests as the contents of a session: how one is made, and which
-- target each of its artifacts is.
-- @module m365restore.sessions.bulk_contents
local drain = require "m365restore.graph.drain"
local fold = require "m365restore.text.fold"
local rules = require "m365restore.graph.rules"
local tables = require "m365restore.tables"
local units_of_points = require "m365restore.sessions.units_of_points"
local workload = require "m365restore.workload"

local bulk_contents = {}

--- The body of the request.
local function body_of(plan, rows)
  local body = tables.copy(plan.bulk, { destinationType = rows[1].destinationType })
  local known = workload.of[plan.service]
  for _, row in ipairs(rows) do
    local is_address = row.address:find "^https?://" or row.address:find "@"
    local list = is_address and known.addresses or known.ids
    body[list] = body[list] or {}
    table.insert(body[list], row.address)
  end
  return body
end

--- The first request of a session; false: it has none.
local function first_of(session, left)
  local found, err = session:bulk_requests():next(left and left())
  if err then
    return nil, err
  end
  return found or false
end

--- Sees to it that a draft has its request. true: it has, or it was tried, and the list will tell. May yield.
-- @tparam session session
-- @tparam Plan plan
-- @tparam table rows
-- @tparam function left () -> how long a read may take, in real seconds
-- @tparam table write options of a call that writes
-- @treturn ?boolean true: it is there; false: look again; or nil, err
function bulk_contents.fill(session, plan, rows, left, write)
  local found, err = first_of(session, left)
  if found or err then
    return found and true, err
  end
  local made, problem = session:create_bulk_request(body_of(plan, rows), write)
  if made then
    return true
  elseif problem.code == "ambiguous" then
    return false
  end
  return nil, problem
end

--- What could not be found: address, without the difference of capitals -> its error.
local function unresolved(session, left)
  local found, err = first_of(session, left)
  if err then
    return nil, err
  end
  local errors = {}
  for _, detail in ipairs(found and rules.fault(found).details or {}) do
    detail = rules.object(detail)
    if type(detail.target) == "string" then
      errors[fold.text(detail.target)] = { code = detail.code, message = detail.message }
    end
  end
  return errors
end

--- The artifacts of a session by the units that they belong to: the service has picked the points, and a point tells
-- its unit. May yield.
-- @tparam session session
-- @tparam table rows
-- @tparam[opt] function left () -> how long the next read may take, in real seconds
-- @treturn ?table id of a unit -> artifact, or what stands for one that was not resolved; or nil, err
function bulk_contents.list(session, rows, left)
  local errors, err = unresolved(session, left)
  local list = errors and {}
  if errors then
    list, err = drain.list(session:artifacts(), left)
  end
  if not list then
    return nil, err
  end
  local found, points = {}, tables.map(list, function(artifact) return rules.object(artifact.restorePoint).id end)
  local units, failure = units_of_points(session:client(), points, left)
  if not units then
    return nil, failure
  end
  for _, artifact in ipairs(list) do
    local unit = units[rules.object(artifact.restorePoint).id or 0]
    found[unit or artifact.id or 0] = artifact
  end
  for _, row in ipairs(rows) do
    local fault = errors[fold.text(row.address)]
    if fault and not found[row.protectionUnitId] then
      found[row.protectionUnitId] = { status = "failed", error = fault }
    end
  end
  return found
end

return bulk_contents
