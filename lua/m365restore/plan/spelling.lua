--- Spellings: which address, person or id a text names. Two spellings of the same thing have the same key.
-- A key begins with its kind: "url:contoso.sharepoint.com/sites/x", "email:jane@contoso.com", "id:…". Never yields.
-- @module m365restore.plan.spelling
local fold = require "m365restore.text.fold"
local uri = require "m365restore.text.uri"

local spelling = {}

-- {====== What is seen ======

-- Code points without a glyph of their own: blanks beyond ASCII's, joiners, marks of direction, fillers, tags.
local unseen = {
  { 0x80, 0xA0 }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 }, { 0x1680, 0x1680 },
  { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x2000, 0x200F }, { 0x2028, 0x202F }, { 0x205F, 0x206F },
  { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 },
  { 0xFFF9, 0xFFFB }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
}

local function is_unseen(code)
  for _, range in ipairs(unseen) do
    if code <= range[2] then
      return code >= range[1]
    end
  end
  return false
end

local function without_unseen(character)
  return utf8.len(character) == 1 and is_unseen(utf8.codepoint(character)) and "" or nil
end

--- A text without the characters that a person cannot see, and without blanks at its ends.
-- @tparam string text
-- @treturn string
function spelling.clean(text)
  text = text:gsub("[\0-\x1F\x7F]", "")
  if text:find "[\x80-\xFF]" then
    text = text:gsub("[\xC2-\xF4][\x80-\xBF]+", without_unseen)
  end
  return text:match "^ *(.-) *$"
end

-- }======

-- {====== Addresses of sites ======

local ports = { http = 80, https = 443 }

--- Scheme, and what follows it; nil, reason where it is another than the web's. Browsers take any number of slashes,
-- and backslashes for slashes.
local function split_scheme(text)
  local scheme, rest = text:match "^([Hh][Tt][Tt][Pp][Ss]?):[/\\]*(.*)$"
  if scheme then
    return scheme:lower(), rest
  elseif text:find "^%a[%w+.-]*://" then
    return nil, "an address of a site begins with https://"
  end
  return "", (text:gsub("^//", ""))
end

-- Marks that a browser takes for the dot between two labels.
local dots = { ["\u{3002}"] = ".", ["\u{FF0E}"] = ".", ["\u{FF61}"] = "." }

--- A host and its port, as far as it is not the scheme's own; nil, reason.
local function read_host(scheme, authority)
  if authority:find("@", 1, true) then
    return nil, "a user name in front of the host is no part of a site's address"
  end
  local host, port = authority:match "^(.-):(%d*)$"
  host = spelling.clean(uri.unescape(host or authority)):gsub("[\xE3\xEF][\x80-\xBF][\x80-\xBF]", dots)
  host = fold.text(host):gsub("%.$", "")
  if not host:find "^[%w_\x80-\xFF-][%w_.\x80-\xFF-]*$" or host:find("..", 1, true) then
    return nil, "'" .. authority .. "' is no host"
  end
  port = tonumber(port)
  local is_usual = port == nil or port == ports[scheme] or scheme == "" and (port == 443 or port == 80)
  return is_usual and host or host .. ":" .. port
end

--- The segments of a path, without escapes and without steps up and down; nil, reason.
local function read_path(path)
  local segments = {}
  for raw in path:gsub("\\", "/"):gmatch "[^/]+" do
    local step = raw:gsub("%%2[Ee]", ".")
    local segment = uri.unescape(raw)
    if segment:find "[/\\]" then
      return nil, "an escaped slash (%2F, %5C) is no part of a site's address"
    elseif segment:find "[\0-\x1F\x7F]" then
      return nil, "an escaped control character is no part of a site's address"
    end
    segment = spelling.clean(segment)
    if step == ".." then
      segments[#segments] = nil
    elseif step ~= "." and segment ~= "" then
      segments[#segments + 1] = fold.text(segment)
    end
  end
  return segments
end

--- Reads an address of a site. A query stays a query of the same page; a fragment may have been meant as a part of the
-- name, and is refused.
-- @tparam string text
-- @tparam boolean literal true: ? and # are parts of the name, as in what the service itself writes
-- @treturn ?table `host` and `segments`; or nil, reason
local function read_url(text, literal)
  local scheme, rest = split_scheme(text)
  if not scheme then
    return nil, rest
  end
  local authority, tail = rest:match "^([^/\\?#]*)(.*)$"
  local host, flaw = read_host(scheme, authority)
  if not host then
    return nil, flaw
  end
  local path = tail
  if not literal then
    if tail:find("#", 1, true) then
      return nil, "what follows # names no site: leave it away, or write %23 where it belongs to the name"
    end
    path = tail:match "^[^?]*"
  end
  local segments, problem = read_path(path)
  if not segments then
    return nil, problem
  end
  return { host = host, segments = segments }
end

local function key_of_url(url, count)
  return "url:" .. url.host .. "/" .. table.concat(url.segments, "/", 1, count or #url.segments)
end

-- Most addresses that the service writes need no reading.
local PLAIN = "^https?://([%w-]+%.[%w.-]*%w/[%w/_-]*%w)$"

--- The key of an address that the service wrote; nil where it is none.
local function key_of_own_url(text)
  local plain = text:match(PLAIN)
  if plain and not plain:find("//", 1, true) then
    return "url:" .. fold.text(plain)
  end
  local url = read_url(text, true)
  return url and key_of_url(url)
end

-- Where sites lie side by side: "/sites/x" is a site of its own, and no part of the site at the root.
local managed = { sites = true, teams = true, personal = true }

--- The keys of the sites that an address may lie in, the nearest first.
local function above_of(url)
  local least, above = managed[url.segments[1]] and 2 or 0, {}
  for count = #url.segments - 1, least, -1 do
    above[#above + 1] = key_of_url(url, count)
  end
  return above
end

--- The personal site that an address is, or that holds it; nil where it is none.
local function personal_of(url)
  if url.segments[1] == "personal" and url.segments[2] then
    return { host = url.host, name = url.segments[2], is_below = #url.segments > 2 }
  end
  return nil
end

local function url_clue(text)
  local url, reason = read_url(text, false)
  if not url then
    return nil, reason
  elseif (url.segments[1] or ""):find "^:%l:$" then
    return nil, "this is a link to share something: give the address of the site"
  end
  return { kind = "url", key = key_of_url(url), text = text, above = above_of(url), personal = personal_of(url) }
end

-- }======

-- {====== People and ids ======

local function email_clue(text)
  local address = text:gsub("^[Mm][Aa][Ii][Ll][Tt][Oo]:", ""):gsub("^[Ss][Mm][Tt][Pp]:", "")
  if not address:find "^[^@%s]+@[^@%s]+$" then
    return nil, "this is no e-mail address"
  end
  return { kind = "email", key = "email:" .. fold.text(address), text = address }
end

local GUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

--- A GUID in the usual form; nil where the text is none.
local function guid_of(text)
  text = text:match "^%{(.*)%}$" or text:match "^%((.*)%)$" or text
  if text:find "^%x+$" and #text == 32 then
    text = text:gsub("^(........)(....)(....)(....)(............)$", "%1-%2-%3-%4-%5")
  end
  return text:find(GUID) and text:lower() or nil
end

--- A site's id in three parts: host, site, web; nil where the text is none.
local function parts_of(text)
  text = text:match "^{(.*)}$" or text
  local host, site, web = text:match "^%s*([^,%s]+)%s*,%s*([^,%s]+)%s*,%s*([^,%s]+)%s*$"
  site, web = site and guid_of(site), web and guid_of(web)
  return site and web and fold.text(host), site, web
end

local function id_clue(text)
  local host, site, web = parts_of(text)
  if host then -- a unit may show the site alone
    return { kind = "id", key = ("id:%s,%s,%s"):format(host, site, web), other = "site:" .. site, text = text }
  end
  return { kind = "id", key = "id:" .. (guid_of(text) or fold.text(text)), text = text }
end

-- }======

-- {====== Reading ======

local function begins_with_host(text)
  return text:find "^[%w-]+%.[%w.-]+[:/\\]" or fold.text(text):find "^[%w-]+%.sharepoint%.%a+%.?$"
end

--- What a text looks like by itself.
local function guess(text)
  if text:find "^[Hh][Tt][Tt][Pp][Ss]?:" or text:find "^[%a][%w+.-]*://" or text:find "^//" then
    return url_clue(text)
  elseif guid_of(text) or parts_of(text) then
    return id_clue(text)
  elseif begins_with_host(text) then
    return url_clue(text)
  elseif text:find("@", 1, true) then
    return email_clue(text)
  elseif text:find "^[^%s]+$" then -- the id of a unit may look like anything
    local clue = id_clue(text)
    clue.loose = true
    return clue
  end
  return nil, "this is no URL, e-mail address or id"
end

--- Reads a text. What it looks like counts for more than where it was found.
-- @tparam string text
-- @tparam[opt] string expected "url", "email" or "id", for a text that may be several things
-- @treturn ?table `kind`, `key`, `text`; `other`, a key that may stand for it; `loose` = true where it may be no id at
-- all; of an address `above`, the keys of the sites that it may lie in, the nearest first, and `personal` (`host`,
-- `name`, `is_below`) in a personal site; or nil, reason
function spelling.read(text, expected)
  text = spelling.clean(text)
  if expected == "email" and text:find("@", 1, true) and not text:find "^[Hh][Tt][Tt][Pp][Ss]?:" then
    return email_clue(text)
  elseif expected == "url" and text:find "^[%w-]+%.[%w.-]+" and not text:find("@", 1, true) then
    return url_clue(text)
  end
  local clue, reason = guess(text)
  if clue and clue.loose and expected == "id" then
    clue.loose = nil
  end
  return clue, reason
end

--- The clue of an id, of any form.
-- @tparam string id
-- @treturn table
function spelling.of_id(id)
  return { kind = "id", key = "id:" .. fold.text(id), text = id }
end

--- The keys that a protection unit answers to.
-- @tparam resource unit
-- @treturn table list
function spelling.of_unit(unit)
  local keys = { "id:" .. fold.text(unit.id) }
  local function add(key)
    keys[#keys + 1] = key
  end
  local function text_of(name)
    local value = unit[name]
    return type(value) == "string" and value ~= "" and value or nil
  end
  local owner, site, url, email = text_of "directoryObjectId", text_of "siteId", text_of "siteWebUrl", text_of "email"
  add(owner and "id:" .. fold.text(owner))
  if site then
    local clue = id_clue(site)
    add(clue.key)
    add(clue.other and clue.other:gsub("^site:", "id:") or clue.key:gsub("^id:", "site:"))
  end
  add(url and key_of_own_url(url))
  add(email and "email:" .. fold.text(email))
  return keys
end

-- }======

return spelling
