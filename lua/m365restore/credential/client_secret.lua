--- A secret of the app.
-- @module m365restore.credential.client_secret
local check = require "m365restore.credential.check"
local entra = require "m365restore.credential.entra"
local options = require "m365restore.options"
local value = require "m365restore.credential.value"

local rows = {
  tenant = "string", client_id = "string", client_secret = "string", cloud = "string", authority = "string",
  scope = "string",
}

--- An app that proves itself by a secret.
-- @function client_secret
-- @tparam table given `tenant` (id or domain), `client_id`, `client_secret`;
-- `cloud` (default "global") or `authority` (URL); `scope` (default Graph's)
-- @treturn credential; raises on bad input
return function(given)
  local what = "credential.client_secret"
  check.present(what, given or {}, { "tenant", "client_id", "client_secret" })
  local o = options.read(what, given, rows)
  check.secret(what .. ".client_secret", o.client_secret)
  local app, secret = entra.app(what, o), o.client_secret
  return value.new("client_secret", { tenant = app.tenant, client_id = app.client_id }, function(request)
    return entra.token(request, app, function(form)
      return entra.as_app(form, { client_secret = secret })
    end)
  end)
end
