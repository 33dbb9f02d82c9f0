-- What the bench serves and where: shared by the writer of the files and the bench.

local layout = {
  session_id = "4fbc1e7a-29d0-4c35-8f6b-0a9d7e52c318",
  pages = 200,
  page_size = 1000,
}

local ROOT = "/v1.0/solutions/backupRestore/"

function layout.session_url(origin)
  return origin .. ROOT .. "restoreSessions/" .. layout.session_id
end

function layout.artifacts_url(origin)
  return origin .. ROOT .. "sharePointRestoreSessions/" .. layout.session_id .. "/siteRestoreArtifacts"
end

return layout
