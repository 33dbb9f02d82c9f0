--- A run and the service, before anything is begun: what was created and lost,
-- and what somebody has restored already.
-- @module m365restore.restore.reconcile
local history = require "m365restore.restore.history"

--- Sessions that were created with contents and whose ids were lost are ours.
local function adopt_lost(self)
  for _, intent in ipairs(table.move(self.state.intents, 1, #self.state.intents, 1, {})) do
    local rows = self:rows(intent.rows)
    local found, err = self:find_lost(rows, intent.at)
    if found then
      local ok, problem = self:note {
        kind = "session", id = found.id, rows = intent.rows, wave = rows[1].wave, app = history.app_of(found),
      }
      if not ok then
        return nil, problem
      end
    elseif err then
      return nil, err
    end
  end
  return true
end

--- Rows that the service has restored since the plan was made are not restored again.
local function note_restored(self, recent)
  local pending, foreign = {}, {}
  for _, row in ipairs(self.plan.rows) do
    if not row.refusal and row.restorePointId and self.state:is_pending(row) then
      pending[#pending + 1] = row
    end
  end
  for _, session in ipairs(recent) do
    if not self.state.by_id[session.id] then
      foreign[#foreign + 1] = session
    end
  end
  local results, err = self:persist(function() return history.find_restored(foreign, pending) end)
  if not results then
    return nil, err
  end
  return #results == 0 or self:note { kind = "found", rows = results }
end

--- Brings a run and the service together, before anything is begun. May yield.
-- @tparam Run self
-- @treturn ?boolean true; or nil, err
return function(self)
  local recent, err = self:look()
  if not recent then
    return nil, err
  end
  local ok, problem = adopt_lost(self)
  if not ok then
    return nil, problem
  end
  return note_restored(self, recent)
end
