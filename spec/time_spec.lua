local raised = require "spec.support.raised"
local time = require "m365restore.time"

describe("m365.time", function()
  it("reads what Graph's examples hold", function()
    assert.equal(1680177663.45, time.parse "2023-03-30T12:01:03.45Z")
    assert.equal(1434715263.45, time.parse "2015-06-19T12-01-03.45Z")
    assert.is_true(math.abs(time.parse "2024-12-03T07:47:57.6011358Z" - 1733212077.6011358) < 1e-6)
    assert.equal(time.parse "2023-09-29T08:36:44Z", time.parse "2023-09-29T10:36:44+02:00")
    assert.equal(time.parse "2023-03-03T07:15:31Z", time.parse "2023-03-03T07:15:31")
  end)

  it("takes a short text at its start", function()
    assert.equal(1793512800, time.parse "2026-11-01T06:00Z")
    assert.equal(1793491200, time.parse "2026-11-01")
  end)

  it("has no number for a time that is not set, nor for what is none", function()
    for _, text in ipairs { "0001-01-01T00:00:00Z", "", "soon", "2023-02-29T00:00:00Z", "2023-13-01",
      "2023-01-01T24:00:00Z", "2023-01-01T00:00:00 CET" } do
      assert.is_nil(time.parse(text), text)
    end
    assert.is_nil(time.parse(nil))
    assert.is_nil(time.parse(""))
  end)

  it("has no number for an offset that no place has", function()
    for _, zone in ipairs { "+25:00", "-99:00", "+14:60", "+15:00" } do
      assert.is_nil(time.parse("2026-11-01T06:00:00" .. zone), zone)
    end
    assert.equal(time.parse "2026-10-31T16:00:00Z", time.parse "2026-11-01T06:00:00+14:00")
    assert.equal(time.parse "2026-11-01T18:00:00Z", time.parse "2026-11-01T06:00:00-12:00")
  end)

  it("agrees with the calendar, leap years and all", function()
    for _, row in ipairs {
      { "1970-01-01T00:00:00Z", 0 }, { "2000-02-29T00:00:00Z", 951782400 }, { "2100-03-01T00:00:00Z", 4107542400 },
      { "1969-12-31T23:59:59Z", -1 }, { "2024-12-31T23:59:59Z", 1735689599 },
    } do
      assert.equal(row[2], time.parse(row[1]))
      assert.equal(row[1], time.format(row[2]))
    end
  end)

  it("writes UTC with the fraction that there is", function()
    assert.equal("2026-11-02T00:00:00.25Z", time.format(1793577600.25))
    assert.equal("2023-09-29T08:36:44.4021389Z", time.format "2023-09-29T10:36:44.4021389+02:00")
    assert.matches("time%.format: a time was expected, got soon", raised(time.format, "soon"))
  end)

  it("compares to the last digit, which a number would lose", function()
    local a, b = "2024-12-03T07:47:57.6011358Z", "2024-12-03T07:47:57.6011359Z"
    assert.equal(-1, time.compare(a, b))
    assert.equal(1, time.compare(b, a))
    assert.equal(0, time.compare("2024-12-03T07:47:57.50Z", "2024-12-03T08:47:57.5000000+01:00"))
    assert.equal(0, time.compare("2024-12-03T07:47:57.5Z", time.parse "2024-12-03T07:47:57.5Z"))
    assert.equal(-1, time.compare("2024-12-03T07:47:57Z", "2024-12-03T07:47:57.0000001Z"))
    assert.is_nil(time.compare("0001-01-01T00:00:00Z", a))
  end)
end)
