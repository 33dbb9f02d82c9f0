--- The ground floor, row by row: what becomes of a try, how long to wait, and bytes with a ceiling.
local scratch = require "spec.support.scratch"

-- numbers of libcurl's results, which are stable
local OK, RESOLVE, CONNECT, TIMEOUT, TLS, NOTHING, RECEIVE, WRITE, MEMORY, PARTIAL, ENCODING, CERTIFICATE =
  0, 6, 7, 28, 35, 52, 56, 23, 27, 18, 61, 60

describe("the ground floor:", function()
  local folder, ground

  setup(function()
    folder = scratch.folder()
    scratch.compile("spec/support/ground.c", folder .. "/ground.so", "-shared", "-fPIC", "-D_GNU_SOURCE",
      "-iquote", "src", "src/http/retry.c", "src/base/buffer.c", "-lcurl", "-lm")
    ground = assert(package.loadlib(folder .. "/ground.so", "luaopen_ground"))()
  end)
  teardown(function() scratch.remove(folder) end)

  describe("a try", function()
    for status, outcome in pairs {
      [200] = "answered", [201] = "answered", [204] = "answered", [302] = "answered", [400] = "answered",
      [401] = "unauthorized", [403] = "answered", [404] = "missing", [408] = "troubled", [409] = "answered",
      [410] = "answered", [429] = "throttled", [500] = "troubled", [501] = "answered", [502] = "troubled",
      [503] = "troubled", [504] = "troubled", [505] = "answered", [506] = "troubled", [507] = "answered",
      [509] = "answered", [520] = "troubled", [524] = "troubled", [599] = "troubled", [600] = "troubled",
    } do
      it("answered with " .. status .. " is " .. outcome, function()
        assert.equal(outcome, ground.outcome(OK, true, status, false))
        local advised = status == 503 and "throttled" or outcome
        assert.equal(advised, ground.outcome(OK, true, status, true))
      end)
    end

    it("that failed on the way is clear only if nothing was sent", function()
      for _, result in ipairs { RESOLVE, CONNECT, TIMEOUT, NOTHING, RECEIVE, PARTIAL, ENCODING } do
        assert.equal("undelivered", ground.outcome(result, false))
        assert.equal("unclear", ground.outcome(result, true))
      end
    end)

    it("that another one would only repeat is hopeless", function()
      for _, result in ipairs { CERTIFICATE, TLS, MEMORY, WRITE } do
        assert.equal("hopeless", ground.outcome(result, false))
        assert.equal("unreadable", ground.outcome(result, true))
      end
    end)
  end)

  describe("the table of verdicts", function()
    local rows = {
      -- outcome, read, write
      { "answered", "finish", "finish" },
      { "undelivered", "again", "again" },
      { "unclear", "again", "ambiguous" },
      { "throttled", "again", "again" },
      { "troubled", "again", "ambiguous" },
      { "missing", "finish", "finish" },
      { "unauthorized", "reauthorize", "reauthorize" },
      { "unreadable", "finish", "ambiguous" },
      { "hopeless", "finish", "finish" },
    }
    for _, row in ipairs(rows) do
      it("says of what is " .. row[1] .. ": " .. row[2] .. ", " .. row[3], function()
        assert.equal(row[2], ground.judge("read", row[1], {}))
        assert.equal(row[3], ground.judge("write", row[1], {}))
      end)

      it("never repeats what is " .. row[1] .. " where nothing may be repeated", function()
        for _, effect in ipairs { "read", "write" } do
          for _, limit in ipairs { 0, 1 } do
            assert.is_false(ground.judge(effect, row[1], { limit = limit }) == "again")
          end
        end
      end)

      it("makes no unclear write of " .. row[1] .. " anything but ambiguous at the limit", function()
        local at_limit = ground.judge("write", row[1], { attempts = 5, limit = 5 })
        assert.equal(row[3] == "ambiguous", at_limit == "ambiguous")
      end)
    end

    it("ends at the limit, unless the service asked for patience", function()
      for _, outcome in ipairs { "undelivered", "unclear", "troubled" } do
        assert.equal("again", ground.judge("read", outcome, { attempts = 4, limit = 5 }))
        assert.equal("finish", ground.judge("read", outcome, { attempts = 5, limit = 5 }))
      end
      assert.equal("again", ground.judge("write", "throttled", { attempts = 50, limit = 5 }))
    end)

    it("asks for one new token", function()
      assert.equal("finish", ground.judge("read", "unauthorized", { reauthorized = true }))
      assert.equal("reauthorize", ground.judge("write", "unauthorized", { attempts = 9, limit = 1 }))
    end)

    it("asks again for what was just made", function()
      assert.equal("again", ground.judge("read", "missing", { in_grace = true }))
      assert.equal("finish", ground.judge("read", "missing", { in_grace = true, attempts = 5, limit = 5 }))
      assert.equal("finish", ground.judge("write", "missing", { in_grace = true }))
    end)
  end)

  describe("a pause", function()
    it("doubles, with all of it left to chance", function()
      for attempts, most in ipairs { 0.5, 1, 2, 4, 8, 16, 20, 20 } do
        assert.equal(0, ground.delay(attempts, 0.5, -1, 0))
        assert.is_true(math.abs(ground.delay(attempts, 0.5, -1, 0.999999) - most) < 0.001)
        assert.equal(most / 2, ground.delay(attempts, 0.5, -1, 0.5))
      end
    end)
    it("has its bounds at the ends", function()
      assert.equal(10, ground.delay(0xffffffff, 0.5, -1, 0.5))
      assert.equal(0, ground.delay(0, 0, -1, 0.9))
      assert.equal(0.25, ground.delay(0, 0.5, -1, 0.5))
    end)
    it("is never shorter than the advice", function()
      assert.equal(7, ground.delay(1, 0.5, 7, 0.5))
      assert.equal(900, ground.delay(9, 0.5, 900, 0.99))
      assert.equal(10, ground.delay(9, 0.5, 7, 0.5))
    end)
  end)

  describe("Retry-After", function()
    it("is a number", function()
      for text, seconds in pairs { ["0"] = 0, ["5"] = 5, ["0.5"] = 0.5, ["2.25"] = 2.25, ["120"] = 120, [".5"] = .5 } do
        assert.equal(seconds, ground.advice(text))
      end
    end)
    it("or a date, in each of HTTP's forms, from the other side's now", function()
      local now = 784111777 -- Sun, 06 Nov 1994 08:49:37 GMT
      for _, text in ipairs {
        "Sun, 06 Nov 1994 08:49:47 GMT", "Sunday, 06-Nov-94 08:49:47 GMT", "Sun Nov  6 08:49:47 1994",
      } do
        assert.equal(10, ground.advice(text, now))
      end
      assert.equal(0, ground.advice("Sun, 06 Nov 1994 08:49:27 GMT", now))
    end)
    it("or a moment in seconds or milliseconds of the epoch", function()
      local now = 1795580000
      assert.equal(30, ground.advice("1795580030", now))
      assert.equal(30.5, ground.advice("1795580030.5", now))
      assert.equal(2.25, ground.advice("1795580002250", now))
      assert.equal(0, ground.advice("1795579000", now))
      -- one second less than the first moment is still a pause
      assert.equal(999999999, ground.advice("999999999", now))
    end)
    it("or the longest one of a list", function()
      local now = 784111777
      for text, seconds in pairs {
        ["0,2"] = 2, ["120,31"] = 120, ["5 , 120"] = 120, [", 3,,"] = 3, ["soon, 4"] = 4, ["0.5,0.25"] = 0.5,
        ["\t7\t,6"] = 7, ["5, Sun, 06 Nov 1994 08:49:47 GMT"] = 10, ["Sun, 06 Nov 1994 08:49:47 GMT, 60"] = 60,
      } do
        assert.equal(seconds, ground.advice(text, now), text)
      end
      -- the first of the moments is in 2001
      assert.equal(20, ground.advice("1000000020, 3", 1e9))
    end)
    it("or nothing that counts", function()
      for _, text in ipairs { "", "soon", "-5", "1e3", "0x10", "inf", "nan", "1.2.3", "5 s", ".", "," } do
        assert.is_true(ground.advice(text) < 0, text)
      end
      assert.is_true(ground.advice(("9"):rep(400)) < 0)
    end)
  end)

  describe("a buffer", function()
    it("keeps what it is given, zeros too", function()
      assert.same({ "ab\0c", "fine", 4, false }, { ground.append(100, "a", "", "b\0", "c") })
      assert.same({ nil, "fine", 0, false }, { ground.append(100, "") })
    end)
    it("takes all of its ceiling, and not a byte more", function()
      for _, ceiling in ipairs { 1, 100, 2047, 2048, 2049, 5000 } do
        local full = ("x"):rep(ceiling)
        assert.same({ full, "fine", ceiling, false }, { ground.append(ceiling, full) }, ceiling)
        assert.same({ nil, "full", 0, false }, { ground.append(ceiling, full, "x") }, ceiling)
        assert.same({ nil, "full", 0, false }, { ground.append(ceiling, full .. "x") }, ceiling)
      end
    end)
    it("stays empty once it was too small", function()
      assert.same({ nil, "full", 0, false }, { ground.append(3, "abcd", "a") })
    end)
    it("is usable again after a reset", function()
      assert.equal("b", ground.reset(3, "abcd", "b"))
      assert.equal("xyz", ground.reset(3, "abc", "xyz"))
    end)
    it("wipes", function()
      assert.equal(("\0"):rep(9), ground.wipe "my secret")
    end)
  end)
end)
