local raise = require "spec.support.raised"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

--- What a call raises, without the name of the function, which has its own spec.
local function raised(...) return (raise(...):gsub("^system%.[%l%d_]+: ", "")) end

local SIGKILL, SIGINT, SIGPIPE, SIGCHLD = 9, 2, 13, 17

-- what a program wrote to its standard output
local function output(...)
  return assert(system.run { ... }).stdout
end

local function is_running(pid)
  local state = scratch.read("/proc/" .. pid .. "/stat")
  return state ~= nil and state:match "^%d+ %b() (%a)" ~= "Z"
end

-- waits for something that another process does; the limit only ends a spec that is broken
local function eventually(condition)
  local deadline = system.monotonic() + 20
  while true do
    local value = condition()
    if value then
      return value
    end
    assert(system.monotonic() < deadline, "waited for too long")
    system.run { "sleep", "0.01" }
  end
end

local function content_of(path)
  return function()
    local content = scratch.read(path)
    return content and content:match "^(.+)\n$"
  end
end

describe("m365restore.system", function()
  local folder, process

  setup(function()
    folder = scratch.folder()
    scratch.compile("spec/support/process.c", folder .. "/process.so", "-shared", "-fPIC")
    process = assert(package.loadlib(folder .. "/process.so", "luaopen_process"))()
  end)

  teardown(function()
    scratch.remove(folder)
  end)

  describe("errors", function()
    it("are tables with a code, that read well", function()
      local nothing, err = system.read_file(folder .. "/missing")
      assert.is_nil(nothing)
      assert.equal("not_found", err.code)
      assert.equal(2, err.errno)
      assert.equal(folder .. "/missing", err.path)
      assert.equal("refuse", err.class)
      assert.equal(err.message .. " - " .. err.remedy, tostring(err))
      assert.truthy(err.message:find("missing: No such file", 1, true))
    end)

    it("read well even without a message", function()
      local _, err = system.read_file(folder .. "/missing")
      err.message, err.remedy = nil, nil
      assert.equal("m365restore.fault", tostring(err))
    end)
  end)

  describe("terminals", function()
    it("a file is none", function()
      local file <close> = assert(io.open("/dev/null"))
      assert.is_false(system.isatty(file))
      assert.is_nil(system.columns(file))
    end)

    it("a pseudo-terminal is one, and has a width", function()
      local file <close> = assert(io.open("/dev/ptmx", "r+"))
      assert.is_true(system.isatty(file))
      -- its size is 0 until somebody sets it, and 0 says nothing
      assert.is_nil(system.columns(file))
      local script = folder .. "/width.lua"
      scratch.write(script, 'local s = require "m365restore.system" print(s.isatty(io.stdout), s.columns(io.stdout))')
      local result = assert(system.run({ "script", "-qec",
        "stty cols 91; " .. scratch.interpreter() .. " " .. script, "/dev/null" },
        { env = scratch.environment() }))
      assert.equal("true\t91", result.stdout:match "%g+\t%d+")
    end)

    it("closed files and other values are misuse", function()
      local file = assert(io.open("/dev/null"))
      file:close()
      for _, f in ipairs { system.isatty, system.columns } do
        assert.equal("file: an open file was expected, got userdata", raised(f, file))
        assert.equal("file: an open file was expected, got 1", raised(f, 1))
        assert.equal("file: an open file was expected, got nil", raised(f, nil))
      end
    end)
  end)

  describe("machine", function()
    it("random bytes come in any number and differ", function()
      for _, n in ipairs { 0, 1, 255, 256, 257, 65536 } do
        assert.equal(n, #system.random(n))
      end
      assert.not_equal(system.random(16), system.random(16))
      for _, n in ipairs { -1, 65537, 1.5, "4", {} } do
        assert.matches("^n: a whole number from 0 to 65536 was expected, got ", raised(system.random, n))
      end
    end)

    it("the clock goes forward", function()
      local before = system.monotonic()
      assert.is_true(system.monotonic() >= before)
    end)

    it("names are the system's own", function()
      assert.equal(output "hostname", system.hostname() .. "\n")
      -- pid (name) state parent group session
      local parent = output("sh", "-c", "cat /proc/$$/stat"):match "%) %a (%d+)"
      assert.equal(tostring(system.pid()), parent)
    end)
  end)

  describe("read_file", function()
    it("reads everything, zero bytes too", function()
      local path = folder .. "/some"
      local content = ("a\0b\n"):rep(50000)
      scratch.write(path, content)
      assert.equal(content, system.read_file(path))
      assert.equal(content, system.read_file(path, #content))
    end)

    it("reads files that hide their size", function()
      assert.truthy(assert(system.read_file "/proc/self/status"):find "^Name:")
    end)

    it("refuses what is larger than allowed", function()
      local path = folder .. "/large"
      scratch.write(path, ("x"):rep(100000))
      for _, max in ipairs { 0, 1, 8192, 99999 } do
        local nothing, err = system.read_file(path, max)
        assert.is_nil(nothing)
        assert.equal("too_large", err.code)
        assert.equal(path, err.path)
      end
    end)

    it("refuses what is no regular file, without waiting for it", function()
      local pipe = folder .. "/pipe"
      scratch.must("mkfifo", pipe)
      for _, path in ipairs { folder, pipe, "/dev/zero" } do
        local _, err = system.read_file(path)
        assert.equal("not_a_file", err.code)
      end
    end)

    it("misuse names the field", function()
      assert.equal("path: a string was expected, got nil", raised(system.read_file, nil))
      assert.equal("path: a non-empty string without zero bytes was expected, got a string of 3 bytes",
        raised(system.read_file, "a\0b"))
      assert.equal("max_bytes: a whole number of at least 0 was expected, got -1", raised(system.read_file, "a", -1))
      assert.equal("max_bytes: a whole number of at least 0 was expected, got 0.5", raised(system.read_file, "a", 0.5))
    end)
  end)

  describe("replace", function()
    local place, path

    before_each(function()
      place = scratch.folder()
      path = place .. "/file"
    end)

    after_each(function()
      scratch.remove(place)
    end)

    it("makes and replaces a file that only its owner can read", function()
      assert.is_true(system.replace(path, "one"))
      assert.is_true(system.replace(path, "two\0"))
      assert.equal("two\0", scratch.read(path))
      assert.equal("600\n", output("stat", "-c", "%a", path))
      assert.same({ "file" }, scratch.names(place))
    end)

    it("sets the mode that is asked for, whatever the umask", function()
      assert.is_true(system.replace(path, "", { mode = tonumber("666", 8) }))
      assert.equal("666\n", output("stat", "-c", "%a", path))
    end)

    it("replaces a symbolic link and not what it points to", function()
      scratch.write(place .. "/target", "kept")
      scratch.must("ln", "-s", "target", path)
      assert.is_true(system.replace(path, "new"))
      assert.equal("kept", scratch.read(place .. "/target"))
      assert.equal("new", scratch.read(path))
    end)

    it("takes the longest name that a file can have, and relative ones", function()
      local name = ("n"):rep(255)
      assert.is_true(system.replace(place .. "/" .. name, "x"))
      assert.equal("x", scratch.read(place .. "/" .. name))
      local module = scratch.must("realpath", package.searchpath("m365restore.system", package.cpath)):match "[^\n]+"
      local script = folder .. "/relative.lua"
      scratch.write(script, [[
        local system = package.loadlib(arg[1], "luaopen_m365restore_system")()
        print(system.replace("here", "x"))
      ]])
      assert.equal("true\n", output("sh", "-c", 'cd "$0" && exec "$@"', place, scratch.interpreter(), script, module))
      assert.equal("x", scratch.read(place .. "/here"))
    end)

    it("leaves the old file and nothing else when it fails", function()
      scratch.write(path, "old")
      scratch.must("mkdir", place .. "/folder")
      local _, missing = system.replace(place .. "/none/file", "x")
      assert.equal("not_found", missing.code)
      local _, taken = system.replace(place .. "/folder", "x")
      assert.equal("not_a_file", taken.code)
      assert.same({ "file", "folder" }, scratch.names(place))
      assert.equal("old", scratch.read(path))
    end)

    it("leaves the old file and nothing else when the disk is full", function()
      scratch.write(path, "old")
      local script = folder .. "/full_replace.lua"
      scratch.write(script, [[
        local ok, err = require("m365restore.system").replace(arg[1], ("x"):rep(100000))
        print(ok, err.code, err.path == arg[1])
      ]])
      local result = assert(system.run({ "sh", "-c", 'ulimit -f 8; exec "$0" "$@"', scratch.interpreter(),
        script, path }, { env = scratch.environment() }))
      assert.equal("nil\tdisk_full\ttrue\n", result.stdout)
      assert.equal(0, result.status)
      assert.same({ "file" }, scratch.names(place))
      assert.equal("old", scratch.read(path))
    end)

    it("misuse names the field", function()
      assert.equal("path: a string was expected, got nil", raised(system.replace, nil))
      assert.equal("bytes: a string was expected, got 5", raised(system.replace, path, 5))
      assert.equal("options: a table was expected, got 5", raised(system.replace, path, "x", 5))
      assert.equal("unknown option 'modus'; did you mean 'mode'?", raised(system.replace, path, "x", { modus = 1 }))
      local expected = "mode: a whole number from 0 to 511 (octal 777) was expected, got "
      for _, mode in ipairs { -1, 512, 1.5, "rw", {} } do
        assert.equal(1, raised(system.replace, path, "x", { mode = mode }):find(expected, 1, true))
      end
      assert.same({}, scratch.names(place))
    end)
  end)

  describe("journal", function()
    local place, path

    before_each(function()
      place = scratch.folder()
      path = place .. "/journal"
    end)

    after_each(function()
      scratch.remove(place)
    end)

    it("keeps lines in order, over several openings", function()
      do
        local journal <close> = assert(system.open_journal(path))
        assert.equal(0, journal:size())
        assert.equal("", journal:read())
        assert.is_true(journal:append "one")
        assert.is_true(journal:append "")
        assert.is_true(journal:append "two\0")
        assert.equal(path, journal:path())
        assert.equal("journal (" .. path .. ")", tostring(journal))
      end
      local journal <close> = assert(system.open_journal(path))
      assert.is_true(journal:append "three")
      assert.equal("one\n\ntwo\0\nthree\n", journal:read())
      assert.equal(16, journal:size())
      assert.equal("600\n", output("stat", "-c", "%a", path))
    end)

    it("shows and cuts away a last line that was never finished", function()
      scratch.write(path, "whole\nhal")
      local journal <close> = assert(system.open_journal(path))
      assert.equal("whole\nhal", journal:read())
      assert.is_true(journal:truncate(6))
      assert.is_true(journal:append "next")
      assert.equal("whole\nnext\n", scratch.read(path))
    end)

    it("truncates only to what it has", function()
      local journal <close> = assert(system.open_journal(path))
      journal:append "abc"
      for _, n in ipairs { -1, 5, 1.5, "1" } do
        assert.matches("^n: a whole number from 0 to the size of the journal was expected, got ",
          raised(journal.truncate, journal, n))
      end
      assert.is_true(journal:truncate(4))
      assert.is_true(journal:truncate(0))
      assert.equal("", scratch.read(path))
    end)

    it("misuse names the field", function()
      local journal <close> = assert(system.open_journal(path))
      assert.equal("line: a string without a line break was expected, got a string of 3 bytes",
        raised(journal.append, journal, "a\nb"))
      assert.equal("line: a string was expected, got 7", raised(journal.append, journal, 7))
      assert.equal("path: a string was expected, got table", raised(system.open_journal, {}))
      assert.equal("path: a non-empty string without zero bytes was expected, got a string of 0 bytes",
        raised(system.open_journal, ""))
      assert.equal(0, journal:size())
    end)

    it("is closed once and for all, by anybody, in any way", function()
      local journal = assert(system.open_journal(path))
      local finalize = getmetatable(journal).__gc
      assert.equal(finalize, getmetatable(journal).__close)
      assert.is_true(journal:close())
      assert.is_true(journal:close())
      finalize(journal)
      finalize(io.stdout)
      finalize(nil)
      assert.equal("journal (closed)", tostring(journal))
      for _, name in ipairs { "append", "read", "truncate", "size", "path" } do
        assert.equal("the journal is closed", raised(journal[name], journal, "x"))
      end
      assert.truthy(raised(journal.append, io.stdout, "x"):find("m365restore.journal expected", 1, true))
    end)

    it("has one owner in one process", function()
      local journal = assert(system.open_journal(path))
      local second, err = system.open_journal(path)
      assert.is_nil(second)
      assert.equal("locked", err.code)
      assert.equal(system.pid(), err.pid)
      assert.equal(path, err.path)
      -- reading it by other means does not end the lock, as it would with locks of fcntl
      scratch.read(path)
      assert.equal("locked", select(2, system.open_journal(path)).code)
      journal:close()
      assert(system.open_journal(path)):close()
    end)

    it("has one owner among processes, and no lock outlives a killed one", function()
      local script = folder .. "/hold.lua"
      scratch.write(script, [[
        local system = require "m365restore.system"
        local journal = assert(system.open_journal(arg[1]))
        assert(journal:append "written")
        print(system.pid())
        io.stdout:flush()
        system.run({ "sleep", "60" })
      ]])
      local child = scratch.start(script, path)
      local pid = child:read "n"
      local _, err = system.open_journal(path)
      assert.equal("locked", err.code)
      assert.equal(pid, err.pid)
      assert.equal(path .. " is in use by process " .. pid, err.message)
      scratch.must("kill", "-KILL", tostring(pid))
      local _, _, signal = child:close()
      assert.equal(SIGKILL, signal)
      -- it may have been killed between a fork and an exec, and what it started holds the lock for a moment more
      local journal <close> = eventually(function() return system.open_journal(path) end)
      assert.equal("written\n", journal:read())
    end)

    it("is released by a journal that is collected", function()
      assert(system.open_journal(path))
      collectgarbage()
      collectgarbage()
      assert(system.open_journal(path)):close()
    end)

    it("is not for a process that was forked", function()
      local journal <close> = assert(system.open_journal(path))
      journal:append "parent"
      local status = process.fork(function()
        local _, err = journal:append "child"
        local _, cut = journal:truncate(0)
        journal:close()
        return err.code == "forked" and cut.code == "forked"
      end)
      assert.equal(0, status)
      -- the child closed its copy; the lock is still ours
      assert.equal("locked", select(2, system.open_journal(path)).code)
      assert.is_true(journal:append "parent")
      assert.equal("parent\nparent\n", journal:read())
    end)

    it("is not inherited by programs", function()
      local journal <close> = assert(system.open_journal(path))
      local list <close> = assert(io.popen("readlink /proc/self/fd/*", "r"))
      assert.is_nil(list:read("a"):find(journal:path(), 1, true))
    end)

    it("undoes a line that does not fit on the disk", function()
      local script = folder .. "/full.lua"
      scratch.write(script, [[
        local system = require "m365restore.system"
        local journal = assert(system.open_journal(arg[1]))
        local line = ("x"):rep(999)
        local ok, err
        repeat ok, err = journal:append(line) until not ok
        print(err.code, journal:size() % 1000, #journal:read() == journal:size())
        print(journal:append "short")
      ]])
      local result = assert(system.run({ "sh", "-c", 'ulimit -f 8; exec "$0" "$@"', scratch.interpreter(),
        script, path }, { env = scratch.environment() }))
      assert.equal("disk_full\t0\ttrue\ntrue\n", result.stdout)
      assert.equal(0, result.status)
      local content = scratch.read(path)
      assert.is_true(#content > 1000)
      assert.equal("short", content:gsub("x*\n", "", #content // 1000):match "^(.*)\n$")
    end)

    it("notices what others do to its file", function()
      local journal <close> = assert(system.open_journal(path))
      journal:append "mine"
      scratch.write(path, "mine\ntheirs\n")
      assert.equal("changed", select(2, journal:append "more").code)
      scratch.write(path, "")
      assert.equal("changed", select(2, journal:append "more").code)
      assert.equal("changed", select(2, journal:read()).code)
      os.remove(path)
      local _, err = journal:append "more"
      assert.equal("gone", err.code)
      assert.equal(path, err.path)
    end)

    it("locks the file that has the name now", function()
      local journal <close> = assert(system.open_journal(path))
      journal:append "old"
      assert(system.replace(path, "new\n"))
      local second <close> = assert(system.open_journal(path))
      assert.equal("new\n", second:read())
      assert.equal("gone", select(2, journal:append "more").code)
    end)

    it("does not follow a symbolic link, nor open anything but a file", function()
      scratch.write(place .. "/target", "")
      scratch.must("ln", "-s", "target", path)
      scratch.must("mkfifo", place .. "/pipe")
      local function code(name)
        return select(2, system.open_journal(place .. "/" .. name)).code
      end
      assert.equal("symlink", code "journal")
      assert.equal("not_a_file", code "pipe")
      assert.equal("not_a_file", select(2, system.open_journal(place)).code)
      assert.equal("not_found", code "none/journal")
    end)

    it("says why it cannot write to a folder", function()
      local nobody = output("id", "-u", "nobody"):match "%d+"
      if output("id", "-u") ~= "0\n" or not nobody then
        return pending "only root can become somebody who may not write there"
      end
      scratch.must("chmod", "755", place, folder)
      local script = folder .. "/denied.lua"
      scratch.write(script, [[
        local _, err = require("m365restore.system").open_journal(arg[1])
        print(err.code, err.path)
      ]])
      local result = assert(system.run({ "setpriv", "--reuid", nobody, scratch.interpreter(), script, path },
        { env = scratch.environment() }))
      assert.equal("denied\t" .. path .. "\n", result.stdout)
    end)
  end)

  describe("run", function()
    local there

    --- Programs that we started and that are not waited for yet. Other specs of this process may have some, too.
    local function children()
      local list = system.run { "ps", "-o", "pid=,comm=", "--ppid", tostring(system.pid()) }
      local found = {}
      for pid, name in list.stdout:gmatch "(%d+) (%S+)" do
        if name ~= "ps" then found[#found + 1] = pid end
      end
      return found
    end

    before_each(function()
      there = children()
    end)

    it("passes arguments as they are and brings back status and output", function()
      local result = assert(system.run { "sh", "-c", 'printf "%s|" "$@"; echo oops >&2; exit 3', "sh",
        "two words", "$HOME", "", "*", "'\"\\" })
      assert.same({ status = 3, stdout = "two words|$HOME||*|'\"\\|", stderr = "oops\n" }, result)
    end)

    it("says which signal ended a program", function()
      assert.same({ signal = SIGKILL, stdout = "x", stderr = "" }, system.run { "sh", "-c", "printf x; kill -9 $$" })
    end)

    it("feeds and drains large amounts at the same time", function()
      local input = system.random(65536):rep(16)
      local result = assert(system.run({ "cat" }, { input = input, max_output = #input }))
      assert.is_true(result.stdout == input)
    end)

    it("gives an empty input unless there is one", function()
      assert.equal("", output "cat")
    end)

    it("survives a program that does not read its input", function()
      local input = ("x"):rep(1000000)
      local ignored = process.ignore(SIGPIPE) -- by luasocket, where another spec has loaded it
      process.restore(SIGPIPE)
      assert.equal(0, assert(system.run({ "true" }, { input = input })).status)
      assert.equal(0, assert(system.run({ "sh", "-c", "exec <&-; sleep 0.1" }, { input = input })).status)
      -- neither was the signal left for later, nor its disposition touched
      assert.equal("0000000000000000\n", scratch.read("/proc/self/status"):match "SigPnd:%s*(%x+\n)")
      assert.is_false(process.ignore(SIGPIPE))
      if not ignored then
        process.restore(SIGPIPE)
      end
    end)

    it("changes only the variables that are named", function()
      local result = assert(system.run({ "sh", "-c", 'echo "$A-${B-unset}-${PATH:+path}"' },
        { env = { A = "a=1", B = false } }))
      assert.equal("a=1-unset-path\n", result.stdout)
      assert.equal("x\n", assert(system.run({ "sh", "-c", "echo $HOME" }, { env = { HOME = "x" } })).stdout)
      assert.equal("\n", assert(system.run({ "sh", "-c", "echo $HOME" }, { env = { HOME = false } })).stdout)
    end)

    it("gives no descriptor but the standard streams", function()
      local marker = folder .. "/marker"
      scratch.write(marker, "")
      -- Lua's own files are inherited by programs that others start
      local file <close> = assert(io.open(marker))
      local inherited <close> = assert(io.popen("readlink /proc/self/fd/*", "r"))
      assert.truthy(file and inherited:read("a"):find(marker, 1, true))
      assert.is_nil(output("readlink", "-m", "/proc/self/fd/3", "/proc/self/fd/4"):find(marker, 1, true))
      local open = output("sh", "-c", "readlink /proc/$$/fd/*")
      assert.equal("", (open:gsub("pipe:%[%d+%]\n", "")))
      assert.equal(3, select(2, open:gsub("\n", "")))
    end)

    it("works in a host without standard streams", function()
      local status = process.fork(function()
        for fd = 0, 2 do
          process.close(fd)
        end
        local result = system.run({ "sh", "-c", "cat; echo err >&2" }, { input = "in" })
        return result.status == 0 and result.stdout == "in" and result.stderr == "err\n"
      end)
      assert.equal(0, status)
    end)

    it("gives a session of its own, without a terminal, and default signals", function()
      local pid, group, session, terminal = output("sh", "-c", "cat /proc/$$/stat")
        :match "^(%d+) .*%) %a %d+ (%d+) (%d+) (%d+)"
      assert.same({ pid, pid, "0" }, { group, session, terminal })
      process.ignore(SIGPIPE)
      local ignored = output("sh", "-c", "grep SigIgn /proc/$$/status")
      process.restore(SIGPIPE)
      assert.equal(0, tonumber(ignored:match "%x+%s*$", 16) & 1 << SIGPIPE - 1)
    end)

    it("kills a program and its children when the time is over", function()
      local pids = folder .. "/pids"
      local nothing, err = system.run({ "sh", "-c", 'sleep 60 & echo $! $$ >"$0"; wait', pids }, { timeout = 0.3 })
      assert.is_nil(nothing)
      assert.equal("timeout", err.code)
      assert.equal("'sh' did not end within 0.3 s and was killed", err.message)
      local child, parent = scratch.read(pids):match "(%d+) (%d+)"
      eventually(function()
        return not is_running(child) and not is_running(parent)
      end)
      assert.same(there, children())
    end)

    it("kills a program that defends itself", function()
      local _, err = system.run({ "sh", "-c", "trap '' TERM INT HUP; while :; do sleep 1; done" }, { timeout = 0.2 })
      assert.equal("timeout", err.code)
      assert.same(there, children())
    end)

    it("ends when the program has closed its output and goes on", function()
      local _, err = system.run({ "sh", "-c", "exec >&- 2>&-; sleep 60" }, { timeout = 0.2 })
      assert.equal("timeout", err.code)
      assert.equal(4, assert(system.run { "sh", "-c", "exec >&- 2>&-; sleep 0.1; exit 4" }).status)
    end)

    it("does not wait for children that a program leaves behind", function()
      local pid = folder .. "/left"
      local result = assert(system.run({ "sh", "-c", 'sleep 60 & echo $! >"$0"; echo done', pid }))
      assert.equal("done\n", result.stdout)
      local left = scratch.read(pid):match "%d+"
      assert.is_true(is_running(left))
      scratch.must("kill", left)
    end)

    it("stops a program that writes too much", function()
      for _, redirection in ipairs { "", ">&2" } do
        local _, err = system.run({ "sh", "-c", "exec yes " .. redirection }, { max_output = 1000 })
        assert.equal("too_large", err.code)
        assert.equal("'sh' wrote more than 1000 bytes", err.message)
      end
      assert.same(there, children())
      assert.equal(1000, #assert(system.run({ "printf", "%01000d", "1" }, { max_output = 1000 })).stdout)
      local _, err = system.run({ "printf", "%01001d", "1" }, { max_output = 1000 })
      assert.equal("too_large", err.code)
      assert.equal(0, assert(system.run({ "true" }, { max_output = 0 })).status)
    end)

    it("says what cannot be run", function()
      if (os.getenv "LD_PRELOAD" or ""):find("vgpreload", 1, true) then
        return pending "valgrind hides from posix_spawn that a program is missing"
      end
      local _, err = system.run { "m365restore-no-such-program" }
      assert.equal("not_found", err.code)
      assert.equal("there is no program 'm365restore-no-such-program' in PATH", err.message)
      assert.equal("not_found", select(2, system.run { folder .. "/none" }).code)
      assert.equal("denied", select(2, system.run { folder }).code)
      scratch.write(folder .. "/text", "echo this is no program\n")
      scratch.must("chmod", "+x", folder .. "/text")
      assert.equal("io", select(2, system.run { folder .. "/text" }).code)
      assert.same(there, children())
    end)

    it("says so when the host throws exit statuses away", function()
      process.ignore(SIGCHLD)
      local _, err = system.run { "true" }
      process.restore(SIGCHLD)
      assert.equal("status_lost", err.code)
    end)

    it("leaves no descriptor behind", function()
      local function count()
        return #scratch.names("/proc/self/fd")
      end
      local before = count()
      system.run { "true" }
      system.run { "m365restore-no-such-program" }
      system.run({ "sleep", "60" }, { timeout = 0.05 })
      system.run({ "yes" }, { max_output = 10 })
      assert.equal(before, count())
    end)

    it("lets debug hooks of any kind end it, also where nobody closes the coroutine", function()
      for _, kind in ipairs { { "c" }, { "r" }, { "l" }, { "", 1000 } } do
        local thread = coroutine.create(system.run)
        debug.sethook(thread, function()
          error("enough", 0)
        end, table.unpack(kind))
        local ok, message = coroutine.resume(thread, { "sleep", "60" })
        assert.is_false(ok)
        assert.equal("enough", message)
        assert.same(there, children())
      end
    end)

    it("lets the debug hook of the main thread end it in a coroutine", function()
      local script = folder .. "/main_hook.lua"
      scratch.write(script, [[
        local system = require "m365restore.system"
        local started, calls = system.monotonic(), 0
        debug.sethook(function()
          if coroutine.running() and system.monotonic() - started > 0.1 then
            calls = calls + 1
            debug.sethook()
            error("enough", 0)
          end
        end, "", 100)
        local thread = coroutine.create(system.run)
        print(coroutine.resume(thread, { "sleep", "60" }))
        print(calls)
      ]])
      local result = assert(system.run({ scratch.interpreter(), script }, { env = scratch.environment() }))
      assert.equal("false\tenough\n1\n", result.stdout)
    end)

    for _, case in ipairs {
      { name = "the main thread", code = "print(pcall(run))" },
      { name = "somebody's coroutine", code = "print(coroutine.resume(coroutine.create(run)))" },
      { name = "a coroutine in a coroutine",
        code = "print(coroutine.wrap(function() return pcall(coroutine.wrap(run)) end)())" },
    } do
      it("ends at Ctrl-C in " .. case.name, function()
        local place = scratch.folder()
        local script = place .. "/interrupted.lua"
        scratch.write(script, [[
          local system = require "m365restore.system"
          print(system.pid())
          io.stdout:flush()
          local function run()
            return system.run { "sh", "-c", 'echo $$ >"$0"; exec sleep 60', arg[1] }
          end
          ]] .. case.code .. [[

          print(pcall(math.abs, -1)) -- the signal does not hit twice
        ]])
        local child = scratch.start(script, place .. "/pid")
        local pid = child:read "l"
        local program = eventually(content_of(place .. "/pid"))
        scratch.must("kill", "-" .. SIGINT, pid)
        assert.truthy(child:read("l"):find "^false\t.*interrupted!$")
        assert.equal("true\t1", child:read "l")
        assert.is_false(is_running(program))
        assert.is_true(child:close())
        scratch.remove(place)
      end)
    end

    it("misuse names the field, and nothing is started", function()
      local list = "argv: a list of strings with the program first was expected, got "
      assert.equal(list .. "nil", raised(system.run, nil))
      assert.equal(list .. "table", raised(system.run, {}))
      assert.equal("argv[2]: a string without zero bytes was expected, got 2", raised(system.run, { "a", 2 }))
      assert.equal("argv[1]: a string without zero bytes was expected, got a string of 3 bytes",
        raised(system.run, { "a\0b" }))
      assert.equal("argv[1]: the name of a program was expected, got a string of 0 bytes", raised(system.run, { "" }))
      local function message(options)
        return raised(system.run, { "touch", folder .. "/started" }, options)
      end
      assert.equal("options: a table was expected, got a string of 4 bytes", message "fast")
      assert.equal("unknown option 'timout'; did you mean 'timeout'?", message { timout = 1 })
      assert.equal("unknown option '1'", message { 1 })
      for _, timeout in ipairs { 0, -1, 0 / 0, 1 / 0, 86401, "5" } do
        assert.matches("^timeout: a time of more than 0 and at most 86400 seconds was expected, got ",
          message { timeout = timeout })
      end
      for _, max in ipairs { -1, 0.5, "many" } do
        assert.matches("^max_output: a whole number of at least 0 was expected, got ", message { max_output = max })
      end
      assert.equal("input: a string was expected, got 5", message { input = 5 })
      assert.equal("env: a table was expected, got a string of 3 bytes", message { env = "A=1" })
      assert.equal("a name in env: a string without zero bytes was expected, got 1", message { env = { "A=1" } })
      assert.equal("env.A: a name without '=' was expected, got a string of 3 bytes",
        message { env = { ["A=B"] = "1" } })
      for _, value in ipairs { 1, true, "a\0b" } do
        assert.matches("^env.A: a string without zero bytes, or false, was expected, got ",
          message { env = { A = value } })
      end
      assert.is_nil(scratch.read(folder .. "/started"))
    end)
  end)

  it("comes through every allocation that fails, without a leak", function()
    local script = folder .. "/starved.lua"
    local place = folder .. "/starved"
    scratch.must("mkdir", place)
    scratch.write(script, ([[
      local place = %q
      return function()
        local system = require "m365restore.system"
        local journal <close> = assert(system.open_journal(place .. "/journal"))
        assert(journal:append "line")
        assert(not system.open_journal(place .. "/journal"))
        assert(journal:read())
        assert(system.replace(place .. "/file", ("x"):rep(5000)))
        assert(#system.read_file(place .. "/file") == 5000)
        assert(not system.read_file(place .. "/none"))
        assert(system.run({ "cat" }, { input = "in", env = { A = "1", B = false } }).stdout == "in")
        assert(not system.run { "m365restore-no-such-program" })
      end
    ]]):format(place))
    scratch.compile("spec/support/starve.c", folder .. "/starve")
    local result = assert(system.run({ folder .. "/starve", script }, { env = scratch.environment(), timeout = 120 }))
    assert.equal("", result.stderr)
    assert.is_true(tonumber(result.stdout:match "^lua (%d+)\n$") > 50)
    assert.same({ "file", "journal" }, scratch.names(place))
    -- every line is whole, whatever round it comes from
    assert.equal("", (scratch.read(place .. "/journal"):gsub("line\n", "")))
  end)
end)
