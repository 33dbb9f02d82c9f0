--- The nearest spelling: what a person may have meant by a name that nothing answers to. Never yields.
-- @module m365restore.text.nearest
local nearest = {}

-- names that are compared letter by letter, after all have been compared by their pairs of letters
local CLOSE = 20

-- letters of a name that are compared
local LONGEST = 200

--- How many bytes all texts begin with in common.
local function common_start(texts)
  local first = texts[1] or ""
  local count = #first
  for _, text in ipairs(texts) do
    while text:sub(1, count) ~= first:sub(1, count) do
      count = count - 1
    end
  end
  return count
end

--- A text without what all begin with, and with marks at its ends.
local function ending(text, start)
  return "\0" .. text:sub(start + 1, start + LONGEST) .. "\0"
end

--- How many letters have to be changed, put in or left out.
local function distance(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local diagonal, letter = row[0], a:byte(i)
    row[0] = i
    for j = 1, #b do
      local changed = diagonal + (letter == b:byte(j) and 0 or 1)
      diagonal = row[j]
      row[j] = math.min(changed, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#b]
end

--- Keeps the best candidates, the best first.
local function keep(best, at, share)
  if best[CLOSE] and best[CLOSE].share >= share then
    return
  end
  local place = #best + 1
  while place > 1 and best[place - 1].share < share do
    place = place - 1
  end
  table.insert(best, place, { at = at, share = share })
  best[CLOSE + 1] = nil
end

--- pair of letters -> the texts that have it
local function index_of(texts)
  local index = {}
  for t, text in ipairs(texts) do
    for i = 1, #text - 1 do
      local pair = text:sub(i, i + 1)
      index[pair] = index[pair] or {}
      index[pair][t] = true
    end
  end
  return index
end

--- The names that share most pairs of letters with each text.
local function close_to(texts, names)
  local index, best = index_of(texts), {}
  for t in ipairs(texts) do
    best[t] = {}
  end
  for at, name in ipairs(names) do
    local counts = {}
    for i = 1, #name - 1 do
      for t in pairs(index[name:sub(i, i + 1)] or {}) do
        counts[t] = (counts[t] or 0) + 1
      end
    end
    for t, count in pairs(counts) do
      keep(best[t], at, 2 * count / (#name + #texts[t]))
    end
  end
  return best
end

--- Finds the name that is spelled most like each of some texts.
-- @tparam table texts a list
-- @tparam table names a list
-- @treturn table place of a text -> place of the name; nothing where they have nothing in common
function nearest.find(texts, names)
  local start = math.min(common_start(texts), common_start(names))
  if (texts[1] or ""):sub(1, start) ~= (names[1] or ""):sub(1, start) then
    start = 0
  end
  local wanted, offered, found = {}, {}, {}
  for t, text in ipairs(texts) do
    wanted[t] = ending(text, start)
  end
  for n, name in ipairs(names) do
    offered[n] = ending(name, start)
  end
  for t, best in ipairs(close_to(wanted, offered)) do
    local least
    for _, candidate in ipairs(best) do
      local steps = distance(wanted[t], offered[candidate.at])
      if not least or steps < least then
        found[t], least = candidate.at, steps
      end
    end
  end
  return found
end

return nearest
