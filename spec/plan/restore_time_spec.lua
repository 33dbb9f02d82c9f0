--- Which restore points lie before a moment: the same in plans, for parts, in bulk, and in what a plan foresees.
local m365 = require "m365restore"
local support = require "spec.support.restore"

describe("a time before which points are taken", function()
  local place

  before_each(function() place = support.start { sites = 2, drives = 1, mailboxes = 2 } end)
  after_each(function() place:stop() end)

  --- Two neighbouring points of a unit, the later one first.
  local function two_points(kind)
    local unit = place.sim:units(kind)[1]
    local points = place.sim:points(unit.id)
    return unit, points[3], points[4]
  end

  local function point_of_plan(unit, moment, service)
    return place:plan({ service = service, targets = { unit.id }, before = moment, prefer = "latest" })
      .rows[1].restorePointId
  end

  local function messages(spec)
    spec.query, spec.destination = "(Subject -like 'invoice*')", "new"
    return assert(m365.plan_messages(place.client, spec)).rows[1]
  end

  local function in_bulk(name, service, unit, before)
    local run = assert(m365.bulk_restore(place.client, {
      service = service, targets = type(unit) == "table" and { unit } or unit, before = before, destination = "new",
      journal = place:path(name), url_wait = 0, interval = "20m",
    }))
    return run:report().rows[1]
  end

  it("leaves out a point of that very moment, for mailboxes and their messages, and in bulk", function()
    local unit, later, earlier = two_points "mailbox"
    local moment = later.protectionDateTime
    assert.equal(earlier.id, point_of_plan(unit, moment, "exchange"))
    assert.equal(earlier.id, messages { targets = { unit.id }, before = moment }.restorePointId)
    assert.equal(earlier.id, in_bulk("a.jsonl", "exchange", unit.id, moment).restorePointId)
  end)

  it("leaves it out for sites in bulk, and takes it a second later", function()
    local unit, later, earlier = two_points "site"
    local moment = later.protectionDateTime
    local after = m365.time.parse(moment) + 1
    assert.equal(earlier.id, point_of_plan(unit, moment))
    assert.equal(earlier.id, in_bulk("a.jsonl", "sharePoint", unit.id, moment).restorePointId)
    assert.equal(later.id, point_of_plan(unit, after))
    assert.equal(later.id, in_bulk("b.jsonl", "sharePoint", unit.id, after).restorePointId)
  end)

  it("counts that point for a row with a time of its own at which it is wanted", function()
    local unit, later, earlier = two_points "mailbox"
    local moment = later.protectionDateTime
    local function row(fields)
      fields.protectionUnitId = unit.id
      return messages { targets = { fields }, before = support.T }.restorePointId
    end
    assert.equal(later.id, row { at = moment })
    assert.equal(earlier.id, row { before = moment })
    local same, exact = { protectionUnitId = unit.id, before = moment }, { protectionUnitId = unit.id, at = moment }
    assert.equal(earlier.id, in_bulk("a.jsonl", "exchange", same, moment).restorePointId)
    local _, err = m365.bulk_restore(place.client, { service = "exchange", targets = { exact }, before = moment,
      destination = "new", journal = place:path "b.jsonl" })
    assert.equal("nothing_to_do", err.code)
  end)

  it("is held against what a search answers, however the service counts", function()
    place:stop()
    place = support.start { sites = 0, mailboxes = 1, dialect = { points_per_search = 5 } }
    local unit, later, earlier = two_points "mailbox"
    place.sim:fault { path = "restorePoints/search$", action = "status", status = 200,
      body = ([[{"searchResponseId":"s","searchResults":[
        {"restorePoint":{"id":"%s","protectionDateTime":"%s"},"artifactHitCount":3},
        {"restorePoint":{"id":"%s","protectionDateTime":"%s"},"artifactHitCount":2}]}]]):format(later.id,
          later.protectionDateTime, earlier.id, earlier.protectionDateTime) }
    local row = messages { targets = { unit.id }, before = later.protectionDateTime }
    assert.same({ earlier.id, 2 }, { row.restorePointId, row.hits })
  end)
end)
