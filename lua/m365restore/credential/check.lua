--- What credentials are made of, checked before any network is used.
-- @module m365restore.credential.check
local check = {}

local function fail(...) error(string.format(...), 0) end

--- Raises unless all of these are there; names all that are missing at once.
-- @tparam string what for the message
-- @tparam table given
-- @tparam table names a list; an option's name, or a variable's
function check.present(what, given, names)
  if type(given) ~= "table" then
    fail("%s: a table of options was expected, got %s", what, type(given))
  end
  local missing = {}
  for _, name in ipairs(names) do
    if given[name] == nil or given[name] == "" then
      missing[#missing + 1] = name
    end
  end
  if #missing > 0 then
    fail("%s: %s %s missing", what, table.concat(missing, ", "), #missing == 1 and "is" or "are")
  end
end

--- Raises on a secret that was copied with something around it. The secret is
-- not shown.
function check.secret(what, text)
  if text:find "[\r\n]" then
    fail("%s holds a line break: copy it again, without", what)
  elseif text:find "%c" then
    fail("%s holds control characters: copy it again", what)
  end
end

local MANY = { common = true, organizations = true, consumers = true }

--- Raises unless it is one tenant: a GUID or a domain.
function check.tenant(what, tenant)
  if tenant:find "/" then
    fail("%s.tenant: there is a slash in it: give the id or the domain alone, not a URL", what)
  elseif not tenant:find "^[%w.-]+$" then
    fail("%s.tenant: an id or a domain was expected", what)
  elseif MANY[tenant:lower()] then
    fail("%s.tenant: '%s' stands for many tenants: give the id of one", what, tenant)
  end
end

--- Raises on an id that nobody has.
function check.id(what, id)
  if id:find "[%s%c]" then
    fail("%s: an id was expected, without blanks", what)
  end
end

return check
