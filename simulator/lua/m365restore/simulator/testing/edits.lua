--- Answers that were changed on their way: what a fault with the action "edit" makes of the service's own.
-- @module m365restore.simulator.testing.edits
local json = require "m365restore.simulator.wire.json"

local edits = {}

-- {====== JSON ======

-- A value that is written as it is, whether it is JSON or not.
local function verbatim(text)
  return setmetatable({}, { __tojson = function() return text end })
end

local function keys_of(value, step)
  local keys = {}
  if step ~= "*" then return { math.tointeger(tonumber(step)) or step } end
  for key in pairs(value) do keys[#keys + 1] = key end
  return keys
end

local function write(value, key, text)
  if text ~= "" then
    value[key] = verbatim(text)
  elseif math.type(key) == "integer" then
    table.remove(value, key)
  else
    value[key] = nil
  end
end

-- Writes the text at the place that the steps lead to; an empty one removes what is there.
local function set(value, steps, text, at)
  for _, key in ipairs(keys_of(value, steps[at])) do
    if at == #steps then
      write(value, key, text)
    elseif type(value[key]) == "table" and value[key] ~= json.null then
      set(value[key], steps, text, at + 1)
    end
  end
end

-- A key with a slash in it is none that Graph has; one with a dot is.
local function steps_of(path)
  local steps = {}
  for step in path:gmatch "[^/]+" do steps[#steps + 1] = step end
  return steps
end

local LINK = "@odata.nextLink"

-- The link to the next page in other spellings, all of which lead there but the last two.
local LINKS = {
  relative = function(link) return (link:gsub("^%a+://[^/]*", "")) end,
  query = function(link) return (link:match "%?.*$") end,
  blanks = function(link) return "  " .. link:gsub("%?", "?\r\n", 1) .. " \n" end,
  capitals = function(link)
    return (link:gsub("^%a+://[^/]*", string.upper))
  end,
  port = function(link) return (link:gsub(":(%d+)/", ":0%1/", 1)) end,
  backslashes = function(link)
    local address, query = link:match "^([^?]*)(.*)$"
    return address:gsub("^(%a+://[^/]*)(.*)$", function(host, path) return host .. path:gsub("/", "\\") end) .. query
  end,
  fragment = function(link) return link .. "#next" end,
  empty = function() return "" end,
  elsewhere = function(link) return (link:gsub("^(%a+://)[^/]*", "%1graph.example")) end,
}

-- Changes the texts of a JSON body; one that is none stays.
local function edit_json(rule, body)
  local value = (rule.set or rule.link) and json.decode(body)
  if type(value) ~= "table" then return body end
  for path, text in pairs(rule.set or {}) do set(value, steps_of(path), text, 1) end
  if rule.link and value[LINK] then value[LINK] = LINKS[rule.link](value[LINK]) end
  return json.encode(value)
end

-- }======

-- {====== Bytes ======

local function checksum(text)
  local crc = 0xFFFFFFFF
  for i = 1, #text do
    crc = crc ~ text:byte(i)
    for _ = 1, 8 do crc = crc >> 1 ~ (crc & 1) * 0xEDB88320 end
  end
  return ~crc & 0xFFFFFFFF
end

local LARGEST_BLOCK = 65535

-- In gzip's form, in blocks that are not compressed.
local function gzip(text)
  local parts = { "\x1F\x8B\x08\0\0\0\0\0\0\xFF" }
  for from = 1, math.max(#text, 1), LARGEST_BLOCK do
    local block = text:sub(from, from + LARGEST_BLOCK - 1)
    local last = from + LARGEST_BLOCK > #text and 1 or 0
    parts[#parts + 1] = ("<BI2I2"):pack(last, #block, ~#block & 0xFFFF) .. block
  end
  parts[#parts + 1] = ("<I4I4"):pack(checksum(text), #text)
  return table.concat(parts)
end

local function replace(body, texts)
  for text, by in pairs(texts) do
    body = body:gsub(text:gsub("%p", "%%%0"), (by:gsub("%%", "%%%%")))
  end
  return body
end

-- }======

--- The spellings of a link that there are.
-- @treturn {string,...}
function edits.links()
  local names = {}
  for name in pairs(LINKS) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- Changes an answer.
-- @tparam table rule `status`, `headers`; `set` (the place of a member, such as "value/2/id" or "value/*/id" -> JSON,
-- or any text in its place; an empty one removes the member), `link` (of `links`), `replace` (text -> text),
-- `prefix`, `suffix`, `gzip`, `cut` (bytes that are left of the body), in this order
-- @tparam table answer
-- @treturn table answer
function edits.apply(rule, answer)
  local body = edit_json(rule, answer.body)
  body = (rule.prefix or "") .. replace(body, rule.replace or {}) .. (rule.suffix or "")
  if rule.gzip then
    body, answer.headers["Content-Encoding"] = gzip(body), "gzip"
  end
  answer.body = rule.cut and body:sub(1, rule.cut) or body
  answer.status = rule.status or answer.status
  for name, value in pairs(rule.headers or {}) do answer.headers[name] = value end
  return answer
end

return edits
