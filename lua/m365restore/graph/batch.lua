--- Many reads in few requests: Graph's $batch. Microsoft's page: "Combine
-- multiple HTTP requests using JSON batching",
-- https://learn.microsoft.com/graph/json-batching
-- @module m365restore.graph.batch
local core = require "m365restore.core"
local clock = require "m365restore.clock"
local fail = require "m365restore.fail"
local options = require "m365restore.options"

-- members of one request
local LARGEST = 20

-- how often a member is asked for again, and the pauses between where the
-- service names none, in seconds
local MOST_RETRIES, FIRST_PAUSE = 4, 1

local DEFAULT_TIMEOUT = "120s"

local PREFER = "include-unknown-enum-members"

--- The address of a member, relative to the version as a batch wants it.
local function url_of(client, path, field)
  local version = client.beta and "beta" or "v1.0"
  local url = core.request_url(client, path, field):sub(#client.base_url + 1)
  local given, rest = url:match "^/([^/]+)(/.*)$"
  if not given or given:lower() ~= version then
    error(string.format("%s: this client speaks %s, got %s", field, version, url), 0)
  end
  return rest
end

local member_options = { path = "string", headers = "table" }

--- The reads as members of a request, checked.
local function members_of(client, reads)
  if type(reads) ~= "table" then
    error("client.batch: a list of paths was expected, got " .. type(reads), 0)
  end
  local members = {}
  for i, read in ipairs(reads) do
    local field = string.format("client.batch[%d]", i)
    local o = type(read) == "table" and options.read(field, read, member_options) or { path = read }
    local headers = { Prefer = PREFER }
    for name, value in pairs(o.headers or {}) do
      headers[name] = name:lower() == "prefer" and PREFER .. ", " .. value or value
    end
    members[i] = { place = i, method = "GET", url = url_of(client, o.path, field), headers = headers }
  end
  return members
end

-- headers that ask for a pause, and how many of their units are a second
local PAUSES = { ["retry-after"] = 1, ["x-ms-retry-after-ms"] = 1000, ["retry-after-ms"] = 1000 }

--- The time of the service in epoch seconds; nil: the headers do not name it.
local function time_of(headers)
  for name, value in pairs(headers) do
    if type(name) == "string" and name:lower() == "date" then
      return core.retry_after(tostring(value), 0)
    end
  end
end

--- The longest pause that a member's headers ask for, in seconds; nil: none.
-- A moment in them is counted from the service's time and not from ours.
local function pause_of(answer, now)
  local longest
  now = time_of(answer.headers) or now
  for name, value in pairs(answer.headers) do
    local unit = type(name) == "string" and PAUSES[name:lower()]
    for _, text in ipairs(unit and (type(value) == "table" and value or { value }) or {}) do
      local seconds = core.retry_after(tostring(text), unit > 1 and 0 or now)
      longest = seconds and math.max(seconds / unit, longest or 0) or longest
    end
  end
  return longest
end

--- A member's body without the client's token and the secrets of its own
-- headers, which some gateways quote.
local function without_secrets(client, value, headers)
  if type(value) == "string" then
    return core.without_secrets(client, value, headers)
  elseif type(value) ~= "table" then
    return value
  end
  local copy = {}
  for name, member in pairs(value) do
    copy[without_secrets(client, name, headers)] = without_secrets(client, member, headers)
  end
  return copy
end

--- The error of a member that was not read.
local function failure(client, member, answer, now)
  return core.refused(answer.status, without_secrets(client, answer.body, member.headers), {
    retry_after = pause_of(answer, now), operation = "client.batch " .. member.url, sent = true,
    attempts = member.attempts,
  })
end

--- The error of a member that has no answer, or none that can be read.
local function lost(member)
  return select(2, fail("client.batch " .. member.url, { code = "bad_answer", sent = true, attempts = member.attempts },
    "the batch has no answer for this member"))
end

--- The answers that can be read, by their ids; numbers may come as texts.
local function answers_of(answer)
  local answers = {}
  local responses = type(answer) == "table" and answer.responses
  for _, one in ipairs(type(responses) == "table" and responses or {}) do
    local status = type(one) == "table" and math.tointeger(tonumber(one.status))
    if status and one.id ~= nil then
      one.status, one.headers = status, type(one.headers) == "table" and one.headers or {}
      answers[tostring(one.id)] = one
    end
  end
  return answers
end

--- Sends some members in one request; puts the answers where they belong, and
-- returns the members that are to be asked for again, and the longest
-- Retry-After.
local function send(client, members, found, opts)
  local requests = core.array {}
  for i, member in ipairs(members) do
    member.attempts = (member.attempts or 0) + 1
    requests[i] = { id = tostring(i), method = member.method, url = member.url, headers = member.headers }
  end
  local answer, more = client:request("POST", "/$batch",
    { body = { requests = requests }, effect = "read", timeout = opts.timeout })
  local answers, now = answers_of(answer), answer and time_of(more.headers)
  local again, longest = {}, 0
  for i, member in ipairs(members) do
    local one = answers[tostring(i)]
    if one and one.status >= 200 and one.status < 300 then
      found.results[member.place], found.failures[member.place] = one, nil
    else
      found.failures[member.place] = not answer and more or not one and lost(member)
        or failure(client, member, one, now)
      if one and core.passes(one.status) and member.attempts <= MOST_RETRIES then
        again[#again + 1] = member
        longest = math.max(longest, found.failures[member.place].retry_after or 0)
      end
    end
  end
  return again, longest
end

--- Reads many things in requests of 20; nothing in this library does so by
-- itself. Members that were throttled, or failed in passing, are asked for
-- again without the others after the longest Retry-After. May yield.
-- @function client:batch
-- @tparam table reads a list: paths from the version on
-- ("/solutions/backupRestore/restoreSessions"), or `{ path =, headers = }`; a
-- nextLink of an earlier answer is a path, too
-- @tparam[opt] table opts `timeout` (duration, default 120s): of all together
-- @treturn table answers by the places of the reads: `{ status =, headers =,
-- body = }`
-- @treturn table errors by the places of those that were not read. Raises on a
-- path that is none
local function batch(self, reads, opts)
  local members = members_of(self, reads)
  local timeout = options.read("client.batch", opts, { timeout = "duration" }).timeout or core.duration(DEFAULT_TIMEOUT)
  local deadline = core.monotonic() + timeout
  local found = { results = {}, failures = {} }
  local pause = FIRST_PAUSE
  while #members > 0 do
    local later, longest = {}, 0
    for first = 1, #members, LARGEST do
      local group = { table.unpack(members, first, math.min(first + LARGEST - 1, #members)) }
      local left = math.max(deadline - core.monotonic(), 0.001)
      local again, advice = send(self, group, found, { timeout = left })
      table.move(again, 1, #again, #later + 1, later)
      longest = math.max(longest, advice)
    end
    members = later
    if #members > 0 then
      local wait = longest > 0 and math.min(longest, core.longest_retry_after) or pause
      pause = pause * 2
      if core.monotonic() + wait >= deadline then
        break
      end
      clock.sleep(clock.real, wait, self)
    end
  end
  return found.results, found.failures
end

core.extend("client", { batch = batch })

return {}
