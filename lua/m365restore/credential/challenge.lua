--- What a service wants to see proved: the challenges of an answer that
-- refused a token. The request that a credential is given has them as text in
-- `challenge`; `claims` is read from it here, and nowhere else.
-- @module m365restore.credential.challenge
local core = require "m365restore.core"

local challenge = {}

local TOKEN = "[%w!#$%%&'*+%-.^_`|~]+"

--- A value behind a name: quoted, with backslashes, or bare.
local function read_value(header, at)
  if header:sub(at, at) ~= '"' then
    local value, after = header:match("^([^%s,]*)()", at)
    return value, after
  end
  local parts = {}
  at = at + 1
  while true do
    local plain, stop, after = header:match('^([^"\\]*)(["\\])()', at)
    if not plain then
      return table.concat(parts), #header + 1
    end
    parts[#parts + 1] = plain
    if stop == '"' then
      return table.concat(parts), after
    end
    parts[#parts + 1] = header:sub(after, after)
    at = after + 1
  end
end

--- Reads the challenges of a WWW-Authenticate header, of which there may be
-- several in one.
-- @tparam string header
-- @treturn table list of `{ scheme =, params = { name -> value } }`; names
-- and schemes in lower case
function challenge.parse(header)
  local list, at = {}, 1
  while true do
    local name, after = header:match("^[%s,]*(" .. TOKEN .. ")()", at)
    if not name then
      return list
    end
    local value_at = header:match("^%s*=%s*()[^=%s,]", after)
    local current = list[#list]
    if value_at and current then
      current.params[name:lower()], at = read_value(header, value_at)
    else -- a scheme, perhaps with one value of its own, as Basic's
      list[#list + 1] = { scheme = name:lower(), params = {} }
      at = header:match("^ +[%w%-._~+/]+=*()%s*,", after) or header:match("^ +[%w%-._~+/]+=*()%s*$", after) or after
    end
  end
end

--- The claims that Continuous Access Evaluation asks for.
-- @tparam string header
-- @treturn ?string JSON, as the token endpoint takes it in `claims`
function challenge.claims(header)
  for _, one in ipairs(challenge.parse(header)) do
    local text = one.params.claims
    if one.scheme == "bearer" and one.params.error == "insufficient_claims" and text then
      if not text:find "^%s*{" then
        text = require("m365restore.crypto").unbase64(text)
      end
      if text and type(core.decode(text)) == "table" then
        return text
      end
    end
  end
end

--- What a request knows beside its own fields.
-- @tparam table request
-- @tparam string name
-- @treturn ?string for "claims", those of the challenge
function challenge.field(request, name)
  local header = name == "claims" and rawget(request, "challenge")
  return header and challenge.claims(header) or nil
end

return challenge
