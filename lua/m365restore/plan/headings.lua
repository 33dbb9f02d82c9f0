--- The columns of the lists that people have: which of them name a site or a person, and how a row is read. The table
-- is in docs/lists.md, too. Never yields.
-- @module m365restore.plan.headings
local fold = require "m365restore.text.fold"
local tables = require "m365restore.tables"

local headings = {}

--- What names a target, the most exact first: { heading, kind, where it comes from }. Kinds are
-- "unit" (the id of a protection unit), "person" (of a directory object), "site" (of a site), "id" (one of these),
-- "url", "email", "owner" (whose OneDrive it is) and "any".
headings.names = {
  { "protectionUnitId", "unit", "plans and reports of this library" },
  { "unitId", "unit", "" },
  { "directoryObjectId", "person", "Graph" },
  { "ExternalDirectoryObjectId", "person", "Get-Mailbox, Get-EXOMailbox" },
  { "Object Id", "person", "Microsoft 365 admin centre: active users; Get-AzureADUser" },
  { "Owner Principal Name", "owner", "usage report of OneDrive" },
  { "Owner", "owner", "Get-SPOSite and Get-PnPTenantSite, of OneDrives" },
  { "siteWebUrl", "url", "Graph" },
  { "Site URL", "url", "usage reports of SharePoint and OneDrive" },
  { "WebUrl", "url", "Get-MgSite" },
  { "SharePoint Site URL", "url", "Get-UnifiedGroup" },
  { "URL", "url", "SharePoint admin centre, Get-SPOSite, Get-PnPTenantSite" },
  { "Id", "id", "Get-MgUser, Get-MgSite" },
  { "siteId", "site", "Graph, usage report of SharePoint" },
  { "email", "email", "Graph" },
  { "User Principal Name", "email", "Get-MgUser, Get-Mailbox, Get-EXOMailbox, usage report of Exchange" },
  { "upn", "email", "" },
  { "mail", "email", "Get-MgUser" },
  { "Primary SMTP Address", "email", "Get-Mailbox, Get-EXOMailbox" },
  { "Email address", "email", "Exchange admin centre" },
  { "mailbox", "email", "" },
  { "drive", "email", "" },
  { "target", "any", "plans and reports of this library" },
}

--- What else of a row counts: { heading, field }.
headings.settings = {
  { "priority", "priority" },
  { "destination", "destination" },
  { "destinationType", "destination" },
  { "before", "before" },
  { "at", "at" },
  { "kind", "kind" },
  { "outcome", "outcome" },
}

-- Columns that tell a site from a person's OneDrive.
local TEMPLATES = { "roottemplate", "rootwebtemplate", "template" }

-- {====== Headings ======

--- A heading as it is compared: without case, blanks, hyphens, underscores and full stops.
local function plain(heading)
  return (fold.text(heading):gsub("\u{A0}", ""):gsub("[ \t\r\n_.-]", ""))
end

local is_name, is_known, plain_of = {}, {}, {}
for _, list in ipairs { headings.names, headings.settings } do
  for _, row in ipairs(list) do
    local name = plain(row[1])
    plain_of[row[1]], is_known[name], is_name[name] = name, true, list == headings.names or nil
  end
end

--- Can a list name its targets with these headings?
-- @tparam table header list
-- @treturn boolean
function headings.has_name(header)
  return tables.any(header, function(heading) return is_name[plain(heading)] end)
end

--- The heading of a setting, as a list spells it.
-- @tparam table header list
-- @tparam string setting
-- @treturn ?string
function headings.heading(header, setting)
  for _, heading in ipairs(header) do
    for _, row in ipairs(headings.settings) do
      if row[2] == setting and plain_of[row[1]] == plain(heading) then
        return heading
      end
    end
  end
end

-- }======

-- {====== Cells ======

local GUID = ("%x"):rep(8) .. ("%-" .. ("%x"):rep(4)):rep(3) .. "%-" .. ("%x"):rep(12)

local function is_guid(cell)
  return cell:find("^[{(]?" .. GUID .. "[)}]?$") ~= nil and cell:find "[1-9A-Fa-f]" ~= nil
end

local function is_site_id(cell)
  return is_guid(cell) or cell:find("^[^, ]+, *" .. GUID .. ", *" .. GUID .. "$") ~= nil
end

local function is_email(cell) return cell:find "^[^@ \t\r\n]+@[^@ \t\r\n]+$" ~= nil end

local function is_url(cell) return cell:find "^%a[%w+.-]*:" ~= nil or cell:find "^[%w-]+%.[%w.-]" ~= nil end

-- Does a cell look like what its column is said to hold? `Id` is a name in Exchange, and `Drive` the name of a .NET
-- type where a whole object was exported.
local fits = {
  unit = function() return true end,
  person = is_guid, site = is_site_id, id = is_site_id, url = is_url, email = is_email, owner = is_email,
  any = function(cell) return is_site_id(cell) or is_email(cell) or is_url(cell) end,
}

--- A letter that an export could not write is a question mark in it; what follows would pass for a query.
local function has_lost_letters(cell)
  local query = is_url(cell) and cell:match "%?(.*)$"
  return cell:find "\u{FFFD}" or query and query ~= "" and not query:find "^[%w_.~%%-]+="
end

--- Usage reports hide names unless an administrator shows them.
local function is_concealed(cell) return cell:find("^" .. ("%x"):rep(32) .. "%x*$") ~= nil end

-- }======

-- {====== Rows ======

--- The cells of a row by plain heading, and two headings that are the same and hold different things.
local function fields_of(record)
  local fields, spelled, clash = {}, {}, nil
  for heading, value in pairs(record) do
    if type(heading) == "string" then
      local name = plain_of[heading] or plain(heading)
      local text = type(value) == "string" and value:match "^[ \t\r\n]*(.-)[ \t\r\n]*$"
      value = text or value
      if spelled[name] and is_known[name] and fields[name] ~= value then
        clash = { spelled[name], heading }
      end
      fields[name], spelled[name] = value, heading
    end
  end
  return fields, clash
end

local function is_filled(value) return type(value) == "string" and value ~= "" end

--- Is a row about a person's OneDrive, as far as it tells? The owner of a site is not what a row of sites is about.
local function is_personal(fields)
  for _, row in ipairs(headings.names) do
    local url = row[2] == "url" and fields[plain_of[row[1]]]
    if is_filled(url) then
      return fold.text(url):find("/personal/", 1, true) ~= nil
    end
  end
  for _, heading in ipairs(TEMPLATES) do
    if is_filled(fields[heading]) then
      return fields[heading]:find "^SPSPERS" ~= nil
    end
  end
  return true
end

--- The names in a row, and the cells that look like none.
local function names_of(fields)
  local names, odd, owner_counts = {}, {}, is_personal(fields)
  for _, row in ipairs(headings.names) do
    local heading, kind = row[1], row[2]
    local cell = fields[plain_of[heading]]
    if is_filled(cell) and (kind ~= "owner" or owner_counts) then
      table.insert(fits[kind](cell) and names or odd, { heading = heading, kind = kind, text = cell })
    end
  end
  return names, odd
end

--- What is wrong with the names of a row, in words for the owner of the list.
local function flaw_of(names, odd, clash)
  if clash then
    table.sort(clash)
    return ("%s and %s are the same column, and hold different things"):format(clash[1], clash[2])
  end
  for _, name in ipairs(names) do
    if has_lost_letters(name.text) then
      return ("a question mark stands in %s where the export could not write a letter: export it again as UTF-8 "
        .. "(Export-Csv -Encoding UTF8)"):format(name.text)
    end
  end
  for _, name in ipairs(#names == 0 and odd or {}) do
    if is_concealed(name.text) then
      return ("%s is hidden: an administrator can show names in reports (Microsoft 365 admin centre, Settings, Org "
        .. "settings, Reports)"):format(name.heading)
    end
  end
  if #names == 0 and (not odd[1] or odd[1].kind == "owner") then
    return "no URL, e-mail address or id is in it"
  end
end

-- What a person knows a target by, before its ids.
local shown = { owner = 1, url = 2, email = 3 }

local function given_of(fields, names)
  local best
  for _, name in ipairs(names) do
    if shown[name.kind] and (not best or shown[name.kind] < shown[best.kind]) then
      best = name
    end
  end
  return is_filled(fields.target) and fields.target or best and best.text or names[1] and names[1].text
end

--- Is the header of a list a target itself? Then the list is one of targets alone, a line each.
-- @tparam table header list
-- @treturn boolean
function headings.is_headless(header)
  return #header == 1 and fits.any(header[1])
end

--- Reads a row of a list.
-- @tparam table record heading -> cell
-- @treturn table `names`, a list of { heading, kind, text }, the most exact first; `given`, what to call the target;
-- `flaw`, why it cannot be read; `is_empty`, nothing in it could be a name; and `priority`, `destination`, `before`,
-- `at`, `kind`, `outcome` as they stand there
function headings.read(record)
  local fields, clash = fields_of(record)
  local names, odd = names_of(fields)
  local row = { flaw = flaw_of(names, odd, clash), names = names, is_empty = #names == 0 and #odd == 0 }
  for _, name in ipairs(#names == 0 and not row.flaw and odd or {}) do
    if name.kind ~= "owner" then -- the resolver says why it is none
      table.insert(names, name)
    end
  end
  row.given = given_of(fields, row.names)
  for _, setting in ipairs(headings.settings) do
    local value = fields[plain_of[setting[1]]]
    row[setting[2]] = value ~= "" and value or row[setting[2]]
  end
  return row
end

-- }======

return headings
