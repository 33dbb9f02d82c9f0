--- Tasks under the event loop of cqueues.
--
--     local driver = m365.driver.cqueues
--     queue:wrap(function()
--       assert(driver.run(session.wait, session))
--     end)
--     assert(queue:loop())
-- @module m365restore.driver.cqueues
local condition = require "cqueues.condition"
local core = require "m365restore.core"
local cqueues = require "cqueues"

local driver = {}

-- queue -> the condition on which its coroutine that drives the engine hears
-- of new tasks; one that is given up takes its entry along
local news = setmetatable({}, { __mode = "k" })

-- Waits for what the engine waits for: descriptors, and a time.
local function watch()
  local pollables = { core.timeout() } -- a number is a timeout
  for _, entry in ipairs(core.pollfds()) do
    pollables[#pollables + 1] = { pollfd = entry.fd, events = entry.events }
  end
  cqueues.poll(table.unpack(pollables))
end

-- A queue remembers what it knows about a descriptor, and stumbles when that
-- was closed meanwhile and its number is another's. What does the waiting here
-- is therefore a queue of its own, for this once.
local function rest(queue)
  local once = cqueues.new()
  once:wrap(watch)
  once:step(0)
  cqueues.poll(once, news[queue])
  cqueues.cancel(once:pollfd())
  once:close()
end

-- Drives the engine while there is something to wait for. The error of a task
-- of somebody else's comes out of the queue, as that of a coroutine.
local function drive(queue)
  repeat
    local ok, err = pcall(core.step, 0)
    if not ok then
      queue:wrap(error, err, 0)
    end
    local is_idle = not core.timeout() and #core.pollfds() == 0
    if not is_idle then
      rest(queue)
    end
  until is_idle
  news[queue] = nil
end

local function wake(queue)
  if news[queue] then
    news[queue]:signal()
  else
    news[queue] = condition.new()
    queue:wrap(drive, queue)
  end
end

-- Leaving `run` early, by whatever way, takes its task along; then there is
-- less to wait for.
local guard = {
  __close = function(self)
    core.cancel(self.task)
    if news[self.queue] then
      news[self.queue]:signal()
    end
  end,
}

-- A task is left when its function ends, and when somebody cancels it.
local leaving = {
  __close = function(self)
    self.left = true
    self.ended:signal()
  end,
}

--- Calls a function in a task that the loop drives: in it, every method of
-- this library yields to the loop instead of blocking it. Called from a
-- coroutine of a queue; yields to the queue. What `fn` has to wait for besides
-- the library's methods is an event (`m365restore.core`'s), and not the loop.
-- @function run
-- @tparam function fn
-- @param ... its arguments
-- @return what it returns; an error that it raises is raised here; nil and an
-- error with the code `cancelled` where its task was cancelled
function driver.run(fn, ...)
  local queue = cqueues.running()
  if not queue then
    error("run: to be called from a coroutine of a queue", 2)
  end
  local call = setmetatable({ ended = condition.new() }, leaving)
  local function task(...)
    local _ <close> = call
    call.results = table.pack(pcall(fn, ...))
  end
  local _ <close> = setmetatable({ task = core.spawn(task, ...), queue = queue }, guard)
  wake(queue)
  while not call.left do
    call.ended:wait()
  end
  local results = call.results
  if not results then
    return nil, core.failure { code = "cancelled", operation = "run", sent = "unknown" }
  elseif not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

return driver
