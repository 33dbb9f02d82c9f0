-- bench.lua ORIGIN BIN: measures m365restore beside the plain C programs in BIN on the nginx at ORIGIN.
-- Ours and theirs run in turn; each figure is the median of the ratios of such pairs.
-- Speed is not a test: the exit status tells only whether everything could be run.

local layout = require "layout"

local origin, bin = arg[1], arg[2]

local LUA = os.getenv "LUA" or "lua5.4"
local COLUMNS = "%-44s %11s %11s %7s %14s   %-9s %s\n"
local MIB = 1024 -- the programs tell their peak memory in KiB

local function quote(words)
  for i, word in ipairs(words) do
    words[i] = "'" .. tostring(word):gsub("'", "'\\''") .. "'"
  end
  return table.concat(words, " ")
end

--- Runs a command under the stopwatch.
-- @treturn table `first` and `total` in seconds, `output` the last line the command wrote
local function run(...)
  local pipe <close> = assert(io.popen(quote { bin .. "/stopwatch", ... }))
  local output, last
  for line in pipe:lines() do
    output, last = last, line
  end
  local first, total, status = (last or ""):match("^(%S+) (%S+) (%d+)$")
  if status ~= "0" then
    error("could not run " .. quote { ... }, 0)
  end
  return { first = tonumber(first), total = tonumber(total), output = output }
end

local function lua(script, ...)
  return run(LUA, "bench/" .. script, origin, layout.session_id, ...)
end

local function median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  local middle = #sorted // 2
  return #sorted % 2 == 1 and sorted[middle + 1] or (sorted[middle] + sorted[middle + 1]) / 2
end

--- Runs both sides in turn, `count` times, after one pair that only warms the caches.
local function pairs_of(figure)
  local ours, plain, ratios = {}, {}, {}
  for i = 0, figure.count do
    local a, b = figure.ours()[figure.of], figure.plain()[figure.of]
    if i > 0 then
      ours[i], plain[i], ratios[i] = a, b, a / b
    end
  end
  return median(ours), median(plain), ratios
end

local function verdict(value, bound)
  return value <= bound and "ok" or "OVER"
end

local function report_time(figure)
  local ours, plain, ratios = pairs_of(figure)
  local ratio = median(ratios)
  io.write(COLUMNS:format(figure.name,
    ("%.2f ms"):format(ours * 1000), ("%.2f ms"):format(plain * 1000), ("%.3f"):format(ratio),
    ("%.2f..%.2f"):format(math.min(table.unpack(ratios)), math.max(table.unpack(ratios))),
    ("<= %.2f"):format(figure.bound), verdict(ratio, figure.bound)))
  io.stdout:flush()
end

--- The peak memory of a walk over so many pages, in MiB; a walk that saw fewer artifacts measures nothing.
local function peak(result, pages)
  local seen, kib = (result.output or ""):match("^(%d+) (%d+)$")
  if tonumber(seen) ~= pages * layout.page_size then
    error(("a walk of %d pages saw %s artifacts"):format(pages, seen), 0)
  end
  return kib / MIB
end

local function our_walk(pages)
  return lua("pages.lua", pages * layout.page_size)
end

local function plain_walk(pages)
  return run(bin .. "/pages", layout.artifacts_url(origin), pages)
end

local function report_memory(pages, bound)
  local ours, plain = peak(our_walk(pages), pages), peak(plain_walk(pages), pages)
  io.write(COLUMNS:format(("peak memory of that walk, %d pages"):format(pages),
    ("%.2f MiB"):format(ours), ("%.2f MiB"):format(plain), ("%.3f"):format(ours / plain), "",
    ("< %d MiB"):format(bound), verdict(ours, bound)))
  return ours
end

local function report_growth(name, from, to, bound)
  io.write(COLUMNS:format(name, ("%.2f MiB"):format(to - from), "", ("%.3f"):format(to / from), "",
    ("<= %.2f"):format(bound), verdict(to / from, bound)))
end

local TIMES = {
  {
    name = "2,000 sequential GETs of a 1.2 KB session", of = "total", count = 15, bound = 1.25,
    ours = function() return lua("sequential.lua", 2000) end,
    plain = function() return run(bin .. "/sequential", layout.session_url(origin), 2000) end,
  },
  {
    name = "process start to first answer", of = "first", count = 41, bound = 1.5,
    ours = function() return lua("first.lua") end,
    plain = function() return run(bin .. "/sequential", layout.session_url(origin), 1) end,
  },
  {
    name = "walk of 200 pages of 1,000 artifacts", of = "total", count = 7, bound = 1.1,
    ours = function() return our_walk(layout.pages) end,
    plain = function() return plain_walk(layout.pages) end,
  },
}

--- The simulator, in a thread of this process, is most of what is timed here: the figure of interest is the memory.
local function report_units(count, bound)
  local sim <close> = require("m365restore.simulator").start { sites = count, speed = 1 }
  local result = run(LUA, "bench/units.lua", sim:invitation())
  local seen, kib = (result.output or ""):match("^(%d+) (%d+)$")
  if tonumber(seen) ~= count then
    error(("a walk of %d protection units saw %s"):format(count, seen), 0)
  end
  io.write(COLUMNS:format(("%d protection units, pages of 999, %.1f s"):format(count, result.total),
    ("%.2f MiB"):format(kib / MIB), "", "", "", ("< %d MiB"):format(bound), verdict(kib / MIB, bound)))
end

--- Planning against answers that are 100 ms late, beside the chain of requests that cannot be made at the same time.
local function report_plan(count, bound)
  local sim <close> = require("m365restore.simulator").start { sites = count, speed = 1, latency = 0.1 }
  local result = run(LUA, "bench/plan.lua", sim:invitation())
  local planned, took, chain = (result.output or ""):match("^(%d+) (%S+) (%S+)$")
  if tonumber(planned) ~= count then
    error(("a plan of %d sites has %s"):format(count, planned), 0)
  end
  io.write(COLUMNS:format(("%d sites planned, 100 ms latency; chain"):format(count), ("%.2f s"):format(took),
    ("%.2f s"):format(chain), ("%.3f"):format(took / chain), "", ("<= %.2f"):format(bound),
    verdict(took / chain, bound)))
end

--- A whole restore: its memory, its requests, and what the ledger of the simulator says of artifacts in flight.
local function report_restore(count, bound)
  local sim <close> = require("m365restore.simulator").start { sites = count, speed = 72000 }
  local folder = run("mktemp", "-d").output
  local result = run(LUA, "bench/restore.lua", sim:invitation { lifetime = 1e9 }, folder)
  run("rm", "-rf", folder)
  local restored, kib = (result.output or ""):match("^(%d+) (%d+)$")
  if tonumber(restored) ~= count then
    error(("of %d sites %s were restored"):format(count, restored), 0)
  end
  local in_flight = sim:peak_in_flight "sharePoint"
  io.write(COLUMNS:format(("%d sites restored, %.1f s, %d in flight"):format(count, result.total, in_flight),
    ("%.2f MiB"):format(kib / MIB), "", "", ("%d requests"):format(sim:count()), ("< %d MiB"):format(bound),
    verdict(math.max(kib / MIB / bound, in_flight / 1000), 1)))
end

local function main()
  io.write(COLUMNS:format("figure", "ours", "plain C", "ratio", "min..max", "wanted", ""))
  for _, figure in ipairs(TIMES) do
    report_time(figure)
  end
  local few = report_memory(20, 24)
  report_memory(100, 24)
  local many = report_memory(layout.pages, 24)
  report_growth("its growth from 20 to 200 pages", few, many, 1.05)
  report_units(100000, 32)
  report_plan(1000, 2)
  report_restore(1000, 128)
  report_restore(10000, 128)
end

local ok, message = pcall(main)
if not ok then
  io.stderr:write("bench: ", tostring(message), "\n")
end
os.exit(ok)
