--- The plan that a journal holds.
-- @module m365restore.run.stored_plan
local document = require "m365restore.plan.document"
local state = require "m365restore.run.state"

--- Reads the plan out of a journal's first record. Never yields.
-- @tparam table records
-- @tparam string path of the journal, for messages
-- @treturn ?Plan; or nil, err: `journal_damaged`
return function(records, path)
  local plan, err
  if records[1].kind == "plan" then
    plan, err = document.adopt(records[1].plan, path)
  end
  if not plan then
    return state.not_understood(path, { 1 }, err and err.message)
  end
  return plan
end
