--- The program that the kill spec runs and kills: it plans and applies a restore, and at the n-th moment that counts it
-- ends itself as if by a power cut. Moments are before and after every journal write and every exchange.
local invitation, folder, kill_at = ...
local core = require "m365restore.core"
local m365 = require "m365restore"
local simulator = require "m365restore.simulator"
local system = require "m365restore.system"

kill_at = tonumber(kill_at)
local moments = {}

local function moment(label)
  moments[#moments + 1] = label
  if #moments == kill_at then
    os.execute "kill -9 $PPID"
  end
end

-- every journal write
local open_journal = system.open_journal
function system.open_journal(path)
  local file, err = open_journal(path)
  if not file then return nil, err end
  return setmetatable({
    append = function(_, line)
      local kind = line:match '"kind":"(%w+)"' or "plan"
      moment("before writing " .. kind)
      local ok, problem = file:append(line)
      moment("after writing " .. kind)
      return ok, problem
    end,
  }, {
    __index = function(_, name)
      return function(_, ...) return file[name](file, ...) end
    end,
  })
end

-- every exchange: before it by the methods, after it by the client's log
for type_name, verbs in pairs {
  client = { "session", "sessions", "search_restore_points" },
  sharePoint = { "create_session", "protection_units" },
  sharePointRestoreSession = { "update", "activate", "refresh", "artifacts" },
} do
  for _, verb in ipairs(verbs) do
    local method = core.method(type_name, verb)
    core.extend(type_name, { [verb] = function(...)
      moment("before " .. verb)
      return method(...)
    end })
  end
end

local sim = simulator.attach(invitation)
local client <close> = m365.client {
  base_url = sim.url, credential = sim:credential { lifetime = 1e12 }, clock = sim:clock(),
  log = function(event)
    if event.event == "request" then moment("after " .. event.operation:match "[^.]*$") end
  end,
}
local plan = assert(m365.plan(client, {
  service = "sharePoint", targets = "all", before = "2026-11-01T06:00:00Z", destination = "inPlace",
}))
local run = assert(m365.apply(client, plan, {
  journal = folder .. "/run.jsonl", confirm = plan.hash, interval = "90m", max_sessions = 3,
  timeout = "3650d", patience = "365d",
}))
assert(run:report():save(folder .. "/report.json"))
assert(system.replace(folder .. "/moments", table.concat(moments, "\n")))
if not run.ok then error(run.error or run:report():summary()) end
