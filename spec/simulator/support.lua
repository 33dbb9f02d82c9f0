--- What the simulator's specs share: a simulator, and requests through luasocket.
local http = require "socket.http"
local json = require "dkjson"
local ltn12 = require "ltn12"
local simulator = require "m365restore.simulator"
local socket = require "socket"

local support = {}

support.BASE = "/v1.0/solutions/backupRestore"

local Api = {}
Api.__index = Api

--- Starts a simulator whose clock hardly moves by itself, with a token that lasts.
function support.start(options)
  local all = { speed = 1, sites = 60, drives = 5, mailboxes = 5 }
  for name, value in pairs(options or {}) do all[name] = value end
  local sim = simulator.start(all)
  local token = sim:credential { lifetime = 1e9 }()
  return setmetatable({ sim = sim, token = token }, Api)
end

local function send(url, method, headers, body)
  local sink = {}
  local ok, status, received = http.request {
    url = url, method = method, headers = headers, sink = ltn12.sink.table(sink),
    source = body and ltn12.source.string(body),
  }
  if not ok then return { failure = status } end
  local raw = table.concat(sink)
  return { status = status, headers = received, raw = raw, body = json.decode(raw) }
end

--- Sends a request; `body` is a table, or text that is sent as it is.
function Api:raw(method, target, body, headers)
  local all = { authorization = "Bearer " .. self.token, prefer = "include-unknown-enum-members" }
  if type(body) == "table" then body = json.encode(body) end
  if body then
    all["content-type"] = "application/json"
    all["content-length"] = #body
  end
  for name, value in pairs(headers or {}) do all[name] = value or nil end
  return send(self.sim.url .. target, method, all, body)
end

--- The same, under the API's own path.
function Api:ask(method, path, body, headers)
  return self:raw(method, support.BASE .. path, body, headers)
end

function Api:get(path, headers) return self:ask("GET", path, nil, headers) end
function Api:post(path, body, headers) return self:ask("POST", path, body, headers) end
function Api:patch(path, body, headers) return self:ask("PATCH", path, body, headers) end

--- One exchange with a simulator that the caller has started, perhaps with a token.
function support.knock(sim, token)
  return send(sim.url .. support.BASE, "GET", { authorization = token and "Bearer " .. token })
end

--- The status and the error code of an answer, for one comparison.
function support.outcome(answer)
  local problem = answer.body and answer.body.error
  if type(problem) ~= "table" then return tostring(answer.status) end
  return answer.status .. " " .. problem.code
end

local LISTS = { site = "siteRestoreArtifacts", drive = "driveRestoreArtifacts", mailbox = "mailboxRestoreArtifacts" }
local ROOTS = {
  site = "/sharePointRestoreSessions", drive = "/oneDriveForBusinessRestoreSessions",
  mailbox = "/exchangeRestoreSessions",
}

--- Artifacts for the newest points of units first..last of a kind.
function Api:artifacts(kind, first, last, destination)
  self.known = self.known or {}
  self.known[kind] = self.known[kind] or self.sim:units(kind)
  local artifacts = {}
  for i = first, last do
    local point = self.sim:points(self.known[kind][i].id)[1]
    artifacts[#artifacts + 1] = { restorePoint = { id = point.id }, destinationType = destination or "inPlace" }
  end
  return artifacts
end

--- Creates a session over units first..last of a kind; returns its id.
function Api:create(kind, first, last, destination)
  local answer = self:post(ROOTS[kind], { [LISTS[kind]] = self:artifacts(kind, first, last, destination) })
  assert(answer.status == 201, answer.raw)
  return answer.body.id
end

--- Creates and activates one.
function Api:activate(kind, first, last, destination)
  local id = self:create(kind, first, last, destination)
  local answer = self:post("/restoreSessions/" .. id .. "/activate")
  assert(answer.status == 200, answer.raw)
  return id
end

local BROWSES = { site = "/sharePointBrowseSessions/", drive = "/oneDriveForBusinessBrowseSessions/" }

--- One page of what is in a place of a browse session.
function Api:browse(kind, id, body, headers)
  if not body or not next(body) then body = "{}" end -- an empty table would be written as a list
  return self:post(BROWSES[kind] .. id .. "/browse", body, headers)
end

--- Every entity of a list, from the answer with its first page on.
function Api:all(answer)
  local found = {}
  while true do
    for _, entity in ipairs(answer.body.value) do found[#found + 1] = entity end
    local link = answer.body["@odata.nextLink"]
    if not link then return found end
    link = link:gsub("^http://[^/]*", "")
    answer = self:raw("GET", link:find("^/v1.0") and link or "/v1.0" .. link)
  end
end

--- The items of the only library of a browse session.
function Api:items(kind, id)
  local key
  for _ = 1, 2 do -- the site, then its library
    key = self:all(self:browse(kind, id, { browseLocationItemKey = key }))[1].itemKey
  end
  return self:all(self:browse(kind, id, { browseLocationItemKey = key }))
end

function Api:session(id, headers)
  return self:get("/restoreSessions/" .. id, headers).body
end

--- A bare connection to the simulator, for what no HTTP library would send.
function Api:connect()
  local connection = assert(socket.tcp())
  connection:settimeout(60)
  assert(connection:connect("127.0.0.1", self.sim.url:match(":(%d+)$")))
  return connection
end

--- One request with the least that HTTP needs, as text.
function Api:request_text(path, more)
  return table.concat {
    "GET ", support.BASE, path, " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ", self.token, "\r\n",
    more or "", "\r\n",
  }
end

--- Reads one answer with a Content-Length; returns status line and body.
function support.read_answer(connection)
  local status = assert(connection:receive("*l"))
  local size = 0
  repeat
    local line = assert(connection:receive("*l"))
    size = tonumber(line:match("^[Cc]ontent%-[Ll]ength: (%d+)") or size)
  until line == ""
  return status, connection:receive(size)
end

function Api:stop() self.sim:stop() end

return support
