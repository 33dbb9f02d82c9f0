--- Many things at once, one coroutine each.
-- @module m365restore.driver.gather
local core = require "m365restore.core"

-- Ends the tasks that are still there when a gather is left, by whatever way.
local guard = {
  __close = function(tasks)
    for task in pairs(tasks) do
      core.cancel(task)
    end
  end,
}

--- Calls `fn(item, index)` for every item of a list, each in a coroutine of
-- its own in which the library's methods yield to the others instead of
-- blocking. Gathers may be nested. Called from a task it yields, from anywhere
-- else it blocks.
-- @function gather
-- @tparam table list
-- @tparam function fn its first result is the item's result; `nil, err` or a
-- raised error is its failure
-- @tparam[opt] integer limit how many run at a time; default all
-- @treturn table results by the items' indexes; `true` where `fn` returned
-- nothing
-- @treturn table failures by the items' indexes; one that was cancelled has the
-- code `cancelled`
local function gather(list, fn, limit)
  if type(list) ~= "table" then
    error("gather: list: a table was expected, got " .. type(list), 2)
  end
  if limit ~= nil and (type(limit) ~= "number" or not math.tointeger(limit) or limit < 1) then
    error("gather: limit: a whole number of at least 1 was expected, got " .. tostring(limit), 2)
  end
  local results, failures, count = {}, {}, #list
  local started, finished = 0, 0
  local turn = core.event()
  local tasks <close> = setmetatable({}, guard)

  local function settle(index, ok, result, err)
    if not ok then
      failures[index] = result or tostring(result)
    elseif result == nil and err ~= nil then
      failures[index] = err
    else
      results[index] = result == nil or result
    end
  end

  -- A task is left when its function ends, and when it is cancelled: then
  -- nothing runs but what is to be closed. Safe to repeat.
  local function leave(task)
    if results[task.index] == nil and failures[task.index] == nil then
      failures[task.index] = core.failure { code = "cancelled", operation = "gather", sent = "unknown" }
    end
    task.place = task.place or finished + 1
    finished = task.place
    tasks[task.thread] = nil
    turn:set()
  end

  local leaving = { __close = leave }

  -- Leaving may fail as well, where memory is short or a hook raises: that error
  -- goes to the caller of step, and the gather would wait for ever. So it
  -- is done twice, by each of the two variables.
  local function run(index)
    local task <close> = setmetatable({ index = index, thread = coroutine.running() }, leaving)
    local _ <close> = task
    settle(index, pcall(fn, list[index], index))
  end

  while finished < count do
    while started < count and started - finished < (limit or count) do
      started = started + 1
      tasks[core.spawn(run, started)] = true
    end
    turn:wait()
    turn = core.event()
  end
  return results, failures
end

return gather
