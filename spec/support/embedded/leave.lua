-- Leaves the state while all kinds of things are under way; lua_close has to cope.
-- arguments: the simulator's invitation, a session's id, the order in which things die
-- luacheck: globals late keep
local invitation, id, order = ...

-- what is marked first is finalized last: this one comes when the library is gone
late = setmetatable({}, { __gc = function()
  for _, act in ipairs(late.acts) do
    pcall(act)
  end
end })

local m365 = require "m365restore"
local core = require "m365restore.core"
local sim = require("m365restore.simulator").attach(invitation)
local options = { base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock() }
local client = m365.client(options)
local session = assert(client:session(id))
local list = client:sessions()
local slow = m365.client {
  base_url = sim.url, clock = sim:clock(),
  credential = function()
    core.sleep(60)
    return "token"
  end,
}

m365.spawn(function() session:wait() end)
m365.spawn(function() list:next() end)
m365.spawn(function() slow:session(id) end)
m365.spawn(function() client:sleep(60) end)
m365.spawn(function() core.event():wait() end)
m365.spawn(function()
  local closing <close> = setmetatable({}, { __close = function() client:session(id) end })
  m365.gather({ 1, 2 }, function() return client:session(id) end)
  return closing
end)
local abandoned = coroutine.create(function()
  for _ in list do coroutine.yield() end
end)
coroutine.resume(abandoned)
for _ = 1, 3 do m365.step(0.01) end

late.acts = {
  m365.timeout, m365.pollfds, m365.step, core.event,
  function() core.sleep(0) end,
  function() client:session(id) end,
  function() session:refresh() end,
  function() client:sleep(0) end,
  function() list:next() end,
  function() m365.gather({ 1 }, print) end,
  function() m365.spawn(print) end,
  function() m365.client(options):close() end,
  function() client:close() end,
}
keep = { abandoned = abandoned, client = client, session = session, list = list, slow = slow }
if order == "client first" then
  client:close()
elseif order == "library first" then
  for _, value in pairs(debug.getregistry()) do
    local meta = type(value) == "userdata" and debug.getmetatable(value)
    if type(meta) == "table" and type(meta.__gc) == "function" and not rawequal(value, io.stdout) then
      pcall(meta.__gc, value)
    end
  end
elseif order == "wrong selves" then
  local things = { client, session, list, core.event(), io.stdout, {}, 5, "x", print, coroutine.create(print) }
  local finalizers = {}
  for _, owner in ipairs { client, list, core.event(), session } do
    local meta = debug.getmetatable(owner)
    finalizers[#finalizers + 1] = meta.__gc
    finalizers[#finalizers + 1] = meta.__close
  end
  for _, finalizer in ipairs(finalizers) do
    for _, thing in ipairs(things) do
      if thing ~= client and thing ~= list then pcall(finalizer, thing) end
    end
    pcall(finalizer)
  end
  assert(client:session(id), "a wrong self did harm")
  for _, value in pairs(debug.getregistry()) do -- the runtime's own finalizer, which nobody else can reach
    local meta = type(value) == "userdata" and debug.getmetatable(value)
    if type(meta) == "table" and meta.__name == "m365restore.runtime" then
      for _, thing in ipairs(things) do pcall(meta.__gc, thing) end
    end
  end
  assert(client:session(id), "a wrong self did harm")
  for _ = 1, 2 do
    for _, thing in ipairs { client, list } do
      debug.getmetatable(thing).__gc(thing)
      debug.getmetatable(thing).__close(thing)
    end
  end
  local gone, err = client:session(id)
  assert(gone == nil and err.code == "closed")
end
