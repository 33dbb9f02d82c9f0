--- What goes wrong with files, programs, processes, keys and certificates.
local core = require "m365restore.core"
local crypto = require "m365restore.crypto"
local pki = require "spec.support.pki"
local scratch = require "spec.support.scratch"
local system = require "m365restore.system"

local SIGCHLD = 17

--- The error that a child process met with a disk that fails as it is told.
local CHILD = [[
  local core, system = require "m365restore.core", require "m365restore.system"
  local function tell(err)
    io.write(core.encode { code = err.code, message = err.message, remedy = err.remedy, text = tostring(err) })
    os.exit()
  end
]]

local READ_ONLY = CHILD .. "tell(select(2, system.open_journal(arg[1])))"

local FULL = CHILD .. [[
  local journal = assert(system.open_journal(arg[1]))
  local ok, err
  repeat ok, err = journal:append(("x"):rep(999)) until not ok
  if arg[2] == "again" then _, err = journal:append "y" end
  tell(err)
]]

return function(keep)
  local folder, made = scratch.folder(), {}
  keep { close = function() scratch.remove(folder) end }
  local function path(name) return folder .. "/" .. name end

  local function compiled(name)
    if not made[name] then
      scratch.compile("spec/support/" .. name .. ".c", path(name .. ".so"), "-shared", "-fPIC")
      made[name] = path(name .. ".so")
    end
    return made[name]
  end

  local function process() return assert(package.loadlib(compiled "process", "luaopen_process"))() end

  local function spoken(fields)
    return setmetatable(fields, { __tostring = function(self) return self.text end })
  end

  --- Runs a script with a disk that fails; `env` are words for env(1).
  local function in_child(script, word, ...)
    scratch.write(path "child.lua", script)
    local words = { "env", "LUA_PATH=" .. package.path, "LUA_CPATH=" .. package.cpath,
      "ASAN_OPTIONS=verify_asan_link_order=0", ... }
    table.move({ "sh", "-c", 'ulimit -f 8; exec "$0" "$@"', scratch.interpreter(), path "child.lua",
      path("journal" .. tostring(system.random(4):byte())), word }, 1, 8, #words + 1, words)
    return spoken(core.decode(scratch.must(table.unpack(words))))
  end

  local function with_journal(action)
    local name = path "kept.jsonl"
    os.remove(name)
    local journal <close> = assert(system.open_journal(name))
    assert(journal:append "mine")
    return action(journal, name)
  end

  --- An error that a forked child met.
  local function in_fork(action)
    local name = path "child"
    process().fork(function()
      local err = action()
      scratch.write(name, core.encode { code = err.code, message = err.message, remedy = err.remedy,
        text = tostring(err) })
      return true
    end)
    return spoken(core.decode(scratch.read(name)))
  end

  local function keys()
    if not made.pki then
      made.pki = keep(pki.new())
      made.alice, made.bob = made.pki:own "alice", made.pki:own "bob"
      made.curve = made.pki:own("curve", { kind = "ec" })
      made.sealed = made.pki:encrypted("alice", "open sesame")
    end
    return made
  end

  local function identity(text, options)
    return function()
      keys()
      return select(2, crypto.identity(text(), options))
    end
  end

  --- The certificate of alice, whose end is no time.
  local function timeless()
    local alice = keys().alice
    local der = crypto.unbase64((alice.certificate:gsub("%-%-%-%-%-[^-]+%-%-%-%-%-", ""):gsub("%s", "")))
    local count = 0
    der = der:gsub("\x17\x0d%d+Z", function(text)
      count = count + 1
      return count == 2 and "\x17\x0d" .. ("9"):rep(12) .. "Z" or text
    end)
    scratch.write(path "timeless.der", der)
    return scratch.must("openssl", "base64", "-in", path "timeless.der")
  end

  return {
    not_found = { function() return select(2, system.read_file "/nowhere/at/all") end,
      function() return select(2, system.run { "m365restore-no-such-program" }) end },
    not_a_file = function() return select(2, system.read_file "/") end,
    denied = function() return select(2, system.run { folder }) end,
    symlink = function()
      scratch.must("ln", "-sf", "target", path "link")
      return select(2, system.open_journal(path "link"))
    end,
    io = function()
      scratch.write(path "text", "echo this is no program\n")
      scratch.must("chmod", "+x", path "text")
      return select(2, system.run { path "text" })
    end,
    read_only = function() return in_child(READ_ONLY, "", "LD_PRELOAD=" .. compiled "broken_disk", "NO_WRITING=1") end,
    disk_full = function() return in_child(FULL, "once") end,
    damaged = function() return in_child(FULL, "again", "LD_PRELOAD=" .. compiled "broken_disk", "NO_CUTTING=1") end,
    locked = function()
      return with_journal(function(_, name) return select(2, system.open_journal(name)) end)
    end,
    gone = function()
      return with_journal(function(journal, name)
        os.remove(name)
        return select(2, journal:append "x")
      end)
    end,
    changed = function()
      return with_journal(function(journal, name)
        scratch.write(name, "mine\ntheirs\n")
        return select(2, journal:append "more")
      end)
    end,
    forked = function()
      return with_journal(function(journal)
        return in_fork(function() return select(2, journal:append "child") end)
      end)
    end,
    timeout = function() return select(2, system.run({ "sleep", "60" }, { timeout = 0.05 })) end,
    status_lost = function()
      local signals = process()
      signals.ignore(SIGCHLD)
      local _, err = system.run { "true" }
      signals.restore(SIGCHLD)
      return err
    end,
    bad_pem = identity(function() return "" end),
    bad_base64 = function() return select(2, crypto.unbase64 "%") end,
    no_key = identity(function() return made.alice.certificate end),
    no_certificate = identity(function() return made.alice.key end),
    key_mismatch = identity(function() return made.alice.key .. made.bob.certificate end),
    not_rsa = identity(function() return made.curve.key .. made.curve.certificate end),
    passphrase_needed = identity(function() return made.sealed end),
    bad_passphrase = identity(function() return made.sealed end, { passphrase = "wrong" }),
    sign_failed = function()
      keys()
      scratch.must("sh", "-c", ("openssl req -x509 -nodes -days 3 -subj /CN=small -newkey rsa:512 -keyout %s -out %s "
        .. "2>/dev/null || true"):format(path "small.key", path "small.crt"))
      local key, certificate = scratch.read(path "small.key"), scratch.read(path "small.crt")
      if not certificate then return "pending" end -- this openssl makes no key that is too small
      local small <close> = assert(crypto.identity(key .. certificate))
      return select(2, small:sign("PS256", "x"))
    end,
    bad_time = function()
      local pem = "-----BEGIN CERTIFICATE-----\n" .. timeless() .. "-----END CERTIFICATE-----\n"
      local odd <close> = assert(crypto.identity(made.alice.key .. pem))
      return select(2, odd:not_after())
    end,
  }
end
