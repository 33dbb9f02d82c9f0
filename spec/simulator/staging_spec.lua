local json = require "dkjson"
local support = require "spec.simulator.support"

describe("sessions of others that a test puts into the simulator", function()
  local api, sites

  before_each(function()
    api = support.start()
    sites = api.sim:units "site"
  end)

  after_each(function() api:stop() end)

  local function point(n, k) return api.sim:points(sites[n].id)[k or 1].id end

  local function stage(options)
    options.artifacts = options.artifacts or { { restorePoint = point(1), destinationType = "inPlace" } }
    return api.sim:stage_session(options)
  end

  it("are in the state that was asked for, and are another application's", function()
    for state, expected in pairs {
      draft = { "draft", "added" }, running = { "activating", "scheduling" }, succeeded = { "completed", "succeeded" },
      failed = { "failed", "failed" },
    } do
      local session = api.sim:session(stage { state = state, application = "11111111-0000-0000-0000-000000000000",
        artifacts = { { restorePoint = point(2), destinationType = "new" } } })
      assert.same(expected, { session.status, session.artifacts[1].status })
      assert.same({ point(2), "new" },
        { session.artifacts[1].restorePoint.id, session.artifacts[1].destinationType })
      assert.equal("11111111-0000-0000-0000-000000000000", session.createdBy.application.id)
    end
  end)

  it("end by the clock when they run", function()
    local id = stage { state = "running", lasting = 600 }
    assert.equal("activating", api:session(id).status)
    api.sim:advance(900)
    assert.equal("completed", api:session(id).status)
  end)

  it("hold files and messages, too", function()
    local browse = api:post("/sharePointBrowseSessions", { restorePointId = point(1) }).body
    api.sim:advance(300)
    local item = api:items("site", browse.id)[1]
    local session = api.sim:session(stage { artifacts = { { browseSession = browse.id, item = item.itemKey } } })
    assert.same({ item.itemKey, browse.id }, { session.artifacts[1].id, session.artifacts[1].browseSessionId })
    local mailbox = api.sim:units("mailbox")[1]
    local messages = api.sim:session(stage { service = "exchange", artifacts = {
      { restorePoint = api.sim:points(mailbox.id)[1].id, destinationType = "new", search = "a search" } } })
    assert.equal("exchangeRestoreSession", messages["@odata.type"]:match "[^.]*$")
  end)

  it("are among the restores that the service was asked for, in the order of their ends", function()
    local later = stage { ago = 7200, artifacts = { { restorePoint = point(1, 2), destinationType = "inPlace" } } }
    local earlier = stage { ago = 90000, state = "failed" }
    stage { state = "draft" }
    local own = api:activate("site", 5, 5, "new")
    local list = {}
    for i, restore in ipairs(api.sim:restores()) do
      list[i] = { restore.session, restore.restorePoint, restore.destinationType, restore.state }
    end
    assert.same({
      { earlier, point(1), "inPlace", "failed" }, { later, point(1, 2), "inPlace", "succeeded" },
      { own, point(5), "new", "scheduling" },
    }, list)
    assert.equal(sites[5].id, api.sim:restores()[3].unit)
  end)

  it("are refused where they cannot be meant", function()
    local function problem(options) return select(2, pcall(api.sim.stage_session, api.sim, options)) end
    assert.matches("stage_session: artifacts is missing", problem {})
    assert.matches("stage_session.state: one of draft", problem { state = "odd", artifacts = { {} } })
    assert.matches("there is no restore point 'x'", problem { artifacts = { { restorePoint = "x" } } })
  end)

  it("meet a client whose clock is wrong, and whose token tells its application", function()
    local right, wrong = api.sim:clock(), api.sim:clock { ahead = -3600 }
    assert.near(3600, right:now() - wrong:now(), 60)
    assert.equal(right:delay(10), wrong:delay(10))
    local token = api.sim:credential { application = "22222222-0000-0000-0000-000000000000" }()
    local claims = json.decode((require("mime").unb64(token:match "%.([^.]*)%." .. "==")))
    assert.equal("22222222-0000-0000-0000-000000000000", claims.appid)
  end)
end)
