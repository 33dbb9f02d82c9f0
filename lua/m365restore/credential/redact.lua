--- Texts that came from a server, made fit for errors: without the secrets
-- that were sent to it, which some servers quote, and on one line.
-- @module m365restore.credential.redact
local core = require "m365restore.core"
local uri = require "m365restore.text.uri"

local redact = {}

-- longer texts are cut: an error is read by a person
local LONGEST = 500

local function remove(text, secret)
  for _, form in ipairs { secret, uri.escape(secret), (uri.escape(secret):gsub("%%20", "+")) } do
    local at = 1
    while true do
      local first, last = text:find(form, at, true)
      if not first then break end
      text = text:sub(1, first - 1) .. "[redacted]" .. text:sub(last + 1)
      at = first + 10
    end
  end
  return text
end

--- @tparam ?string text
-- @tparam table secrets a list; what is empty or very short is none
-- @treturn ?string
function redact.text(text, secrets)
  if type(text) ~= "string" then
    return nil
  end
  for _, secret in ipairs(secrets) do
    if #secret >= 4 then
      text = remove(text, secret)
    end
  end
  return core.plain((core.redact(text):gsub("%s+", " ")), LONGEST)
end

return redact
