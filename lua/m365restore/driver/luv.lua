--- Tasks under luv's event loop.
--
--     local driver = m365.driver.luv
--     driver.open(function(err) log(err) end)
--     driver.spawn(function() assert(session:wait()) end)
--     uv.run()
--
-- There is one engine in a Lua state and one loop of luv, and so this is a
-- module and not an object.
-- @module m365restore.driver.luv
local core = require "m365restore.core"
local uv = require "luv"

local luv = {}

local report -- where errors go
local prepare, timer -- handles, while there is something to wait for
local polls = {} -- descriptor -> handle

local function shut(handle)
  if handle and not handle:is_closing() then
    handle:close()
  end
end

--- Closes every handle. Tasks stay where they are, until @{spawn} or @{wake}.
-- Where nothing is left to wait for, this has happened already.
-- @function close
function luv.close()
  shut(prepare)
  shut(timer)
  for _, poll in pairs(polls) do
    shut(poll)
  end
  prepare, timer, polls = nil, nil, {}
end

-- An error may not leave a callback of luv, which ends the process then.
local function guarded(fn, ...)
  local ok, err = pcall(fn, ...)
  if not ok then
    report(err)
  end
end

local function turn()
  guarded(core.step, 0)
end

-- A descriptor may have been closed since, and its number be another's: to
-- start a handle again is what makes libuv look at it afresh.
local function watch(descriptors)
  local former = polls
  polls = {}
  for _, entry in ipairs(descriptors) do
    local poll = former[entry.fd] or assert(uv.new_poll(entry.fd))
    former[entry.fd], polls[entry.fd] = nil, poll
    assert(poll:start(entry.events, turn))
  end
  for _, poll in pairs(former) do
    shut(poll)
  end
end

local function arm()
  local descriptors, seconds = core.pollfds(), core.timeout()
  if not seconds and #descriptors == 0 then
    return luv.close()
  end
  watch(descriptors)
  if seconds then
    timer:start(math.ceil(seconds * 1000), 0, turn)
  else
    timer:stop()
  end
end

--- Says where errors go: those of tasks, and those of the loop itself. To be
-- called before all else; called again, it replaces the function.
-- @function open
-- @tparam function on_error is called with the error; one that it raises is
-- luv's, which ends the process unless the host has told it otherwise
function luv.open(on_error)
  if type(on_error) ~= "function" then
    error("open: on_error: a function was expected, got " .. type(on_error), 2)
  end
  report = on_error
end

--- Looks again at what there is to wait for. To be called after a callback of
-- the loop, and not a task, has set an event or has used `m365.spawn`.
-- @function wake
function luv.wake()
  if not report then
    error("m365restore.driver.luv: open comes first", 2)
  end
  if not prepare then
    -- just before the loop sleeps, when no other callback can close what is
    -- to be watched: libuv ends the process over a descriptor that is closed
    prepare, timer = assert(uv.new_prepare()), assert(uv.new_timer())
    prepare:start(function() guarded(arm) end)
  end
end

--- Starts a function as a task that the loop drives: in it, every method of
-- this library yields to the loop instead of blocking it. What it has to wait
-- for besides them is an event (`m365restore.core`'s), and not a yield.
-- @function spawn
-- @tparam function fn
-- @param ... its arguments
-- @treturn thread the task, for `m365.cancel`
function luv.spawn(fn, ...)
  luv.wake()
  return core.spawn(fn, ...)
end

return luv
