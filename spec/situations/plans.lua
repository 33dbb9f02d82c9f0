--- Why a plan is not made, or a row of it is refused.
local m365 = require "m365restore"
local scratch = require "spec.support.scratch"
local support = require "spec.support.restore"

local SITE = "https://contoso.sharepoint.com/sites/"

return function(keep)
  local place = support.start { sites = 6, drives = 3, speed = 1 }
  keep { close = function() place:stop() end }
  local sites = place.sim:units "site"
  place.sim:set_unit(sites[5].id, { status = "unprotected" })

  local function client_with(...)
    return place.tenant:client { credential = place.sim:credential {
      lifetime = 1e9, permissions = { "BackupRestore-Configuration.Read.All", "BackupRestore-Search.Read.All", ... },
    } }
  end

  --- The refusal of a plan's last row, with what the plan says of such rows where it is printed.
  local function refusal_of(plan)
    local refusal = plan.rows[#plan.rows].refusal
    local advice = tostring(plan):match("\n" .. refusal.code .. ": ([^\n]+)")
    return { is_row = true, code = refusal.code, message = refusal.message, remedy = advice }
  end

  --- The error of a plan, or the refusal of its last row.
  local function planned(options, client)
    return function()
      local spec = { service = "sharePoint", targets = "all", before = support.T, destination = "new" }
      for name, value in pairs(options) do spec[name] = value end
      local plan, err = m365.plan(client and client() or place.client, spec)
      return plan and refusal_of(plan) or err
    end
  end

  local function targets(...) return planned { targets = { ... } } end

  local function drive(name, ...)
    local permissions = { ... }
    return planned({ service = "oneDriveForBusiness", targets = { name } },
      function() return client_with(table.unpack(permissions)) end)
  end

  --- The error of a plan of files. A snapshot takes two minutes to open.
  local function files(match, advice)
    return function()
      local quick = support.start { sites = 1 }
      local _, err = m365.plan_files(quick.client, {
        service = "sharePoint", before = support.T, target = quick.sim:units("site")[1].id, match = match,
      })
      quick:stop()
      assert(err.remedy:find(advice, 1, true), err.remedy)
      return err
    end
  end

  return {
    no_targets = targets(),
    too_many_targets = planned { max_targets = 1 },
    future_moment = planned { before = "2999-01-01T00:00:00Z" },
    no_restore_point = planned { before = "2001-01-01T00:00:00Z", targets = { sites[1].id } },
    unknown = targets(SITE .. "nowhere"),
    unreadable = targets "no such thing",
    duplicate = targets(sites[1].id, sites[1].siteWebUrl),
    unprotected = targets(sites[5].id),
    below_site = targets(sites[2].siteWebUrl .. "/sub"),
    contradiction = targets { siteWebUrl = sites[1].siteWebUrl, protectionUnitId = sites[2].id },
    part = targets { target = "/Documents/a.docx", protectionUnitId = sites[1].id, kind = "item" },
    loss_over_budget = planned { targets = { sites[1].id }, max_loss = 1 },
    excluded = planned { targets = { sites[1].id }, exclude = { sites[1].id } },
    missed = planned { exclude = { SITE .. "nowhere" } },
    email_hidden = drive "jane@contoso.com",
    owner_hidden = drive "https://contoso-my.sharepoint.com/personal/nobody",
    lookup_failed = function()
      place.sim:fault { operation = "users.list", action = "status", status = 400, times = 3,
        body = '{"error":{"code":"BadRequest","message":"odd"}}' }
      local err = drive("jane@contoso.com", "User.ReadBasic.All")()
      place.sim:clear_faults()
      return err
    end,
    beyond_retention = function()
      local old = support.start { sites = 1, points_per_unit = 40, point_interval = 10 * 86400 }
      local unit = old.sim:units("site")[1]
      old.sim:set_unit(unit.id, { backupRetentionPeriodInDays = 90 })
      local err = refusal_of(old:plan { targets = { unit.id }, before = "2026-07-01T00:00:00Z" })
      old:stop()
      return err
    end,
    too_many_messages = function()
      local post = support.start { mailboxes = 1 }
      local unit = post.sim:units("mailbox")[1]
      post.sim:set_unit(unit.id, { hits = 1001 })
      local plan = assert(m365.plan_messages(post.client, { targets = { unit.id }, query = "(Subject -like 'x*')",
        before = support.T, destination = "new" }))
      post:stop()
      return refusal_of(plan)
    end,
    no_match = {
      files("/nowhere/*.zip", "Begin the pattern"), files("/Shared Documents", "end it with /**"),
      files("/Shared Documents/*.nothing", "Correct the last part"), files("/Shared Documents/Fin/*.x", "Go on in"),
    },
    bad_list = function()
      scratch.write(place:path "bytes.csv", "URL\nhttps://contoso.sharepoint.com/sites/B\xFCro\n")
      return planned { targets = place:path "bytes.csv" }()
    end,
    not_found = planned { targets = place:path "nowhere.csv" },
    bad_plan = function()
      scratch.write(place:path "plan.json", "{}")
      return select(2, m365.load_plan(place:path "plan.json"))
    end,
  }
end
