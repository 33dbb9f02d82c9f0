--- Whoever has signed in with the Azure CLI.
-- @module m365restore.credential.azure_cli
local core = require "m365restore.core"
local check = require "m365restore.credential.check"
local fetch = require "m365restore.credential.fetch"
local options = require "m365restore.options"
local redact = require "m365restore.credential.redact"
local value = require "m365restore.credential.value"

local RESOURCE = "https://graph.microsoft.com"

-- the tool is slow to start
local TIMEOUT = "30s"

local rows = { tenant = "string", program = "string", timeout = "duration" }

local function unavailable(message, seen)
  return nil, core.failure {
    code = "credential_unavailable", operation = "credential.azure_cli", message = message, seen = seen,
  }
end

--- Seconds until a local time like "2026-11-22 12:00:00.000000"; nil: none, or none that os.time can count to, as
-- after 2038 where the system counts in 32 bits.
local function seconds_until(text)
  local year, month, day, hour, minute, second = tostring(text):match "^(%d+)-(%d+)-(%d+)[ T](%d+):(%d+):(%d+)"
  local counted, ends = pcall(os.time, {
    year = year, month = month, day = day, hour = hour, min = minute, sec = second,
  })
  return counted and os.difftime(ends, os.time()) or nil
end

--- The JSON in what the tool printed: a mark of the byte order may stand before it, and a terminal's escapes around.
local function json_of(text)
  return text:gsub("\27%[[%d;?]*%a", ""):match "{.*}" or text
end

--- The token that the tool printed.
local function read_token(request, text)
  local answer = core.decode(json_of(text))
  if type(answer) ~= "table" or type(answer.accessToken) ~= "string" then
    return unavailable("az did not print a token", "az_output")
  end
  local ends = tonumber(answer.expires_on)
  return answer.accessToken, ends and ends - fetch.clock(request):now() or seconds_until(answer.expiresOn)
end

--- What the tool complained of: it writes warnings first.
local function complaint(stderr)
  return redact.text(stderr:match "ERROR:%s*(.-)%s*$" or stderr, {}) or "no reason given"
end

--- A token of the Azure CLI: for trying things out. It is that of a person,
-- and of the tool's own app, which may not have the permissions. The tool is
-- run without a shell; nothing else goes on while it runs.
-- @function azure_cli
-- @tparam[opt] table given `tenant` (default: that of the sign-in), `timeout`
-- (duration, default 30s), `program` (default "az")
-- @treturn credential; raises on bad input
return function(given)
  local what = "credential.azure_cli"
  local o = options.read(what, given, rows)
  if o.tenant then
    check.tenant(what, o.tenant)
  end
  local timeout = core.duration(o.timeout or TIMEOUT)
  local argv = { o.program or "az", "account", "get-access-token", "--output", "json", "--resource", RESOURCE }
  if o.tenant then
    table.move({ "--tenant", o.tenant }, 1, 2, #argv + 1, argv)
  end
  return value.new("azure_cli", { tenant = o.tenant }, function(request)
    if request.claims then
      return unavailable("the service wants a new sign-in, for Continuous Access Evaluation", "az_login")
    end
    local result, err = require("m365restore.system").run(argv, { timeout = timeout })
    if not result then
      return unavailable(tostring(err.message), err.code == "not_found" and "az_missing" or nil)
    elseif result.status ~= 0 then
      return unavailable("az: " .. complaint(result.stderr), "az_login")
    end
    return read_token(request, result.stdout)
  end)
end
