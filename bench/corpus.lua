-- corpus.lua FOLDER ORIGIN: writes what the bench's nginx serves: one restore
-- session of 1.2 KB and 200 pages of 1,000 artifacts, linked as Graph links them.

local layout = require "layout"

local folder, origin = arg[1], arg[2]

local SESSION = [[
{"@odata.context":"%s/v1.0/$metadata#solutions/backupRestore/restoreSessions/$entity",]] .. [[
"@odata.id":"/solutions/backupRestore/sharePointRestoreSessions(%s)",]] .. [[
"@odata.type":"#microsoft.graph.sharePointRestoreSession","id":"%s","status":"active",]] .. [[
"restoreJobType":"standard",]] .. [[
"restoreSessionArtifactCount":{"total":200000,"completed":50000,"inProgress":100000,"failed":50000},]] .. [[
"createdBy":%s,"createdDateTime":"2026-11-01T06:00:00.2117521Z","completedDateTime":null,"error":null,]] .. [[
"lastModifiedBy":%s,"lastModifiedDateTime":"2026-11-01T07:22:12.7209691Z"}]]

local IDENTITY = [[
{"application":{"id":"1c6bd0a3-5f0e-4c8f-9a51-0d2f4b7a6e10","displayName":"Contoso Restore Automation"},]] .. [[
"device":{"id":null,"displayName":null},"user":{"id":"7a2e4c11-93b6-4d5e-8f27-61b0c3d9e4a5",]] .. [[
"displayName":"Backup Operator of the Night","email":"operator@contoso.example"}}]]

local ARTIFACT = [[
{"id":"%s","destinationType":"new","status":"%s",]] .. [[
"startDateTime":"2026-11-01T06:00:00Z","completionDateTime":"2026-11-01T07:22:12Z",]] .. [[
"restoredSiteId":"%s","restoredSiteWebUrl":"https://contoso.example/sites/%06dR0",]] .. [[
"restorePoint":{"id":"%s_1701648000"}}]]

local STATES = { "succeeded", "inProgress", "scheduled", "failed" }

local function guid(kind, number)
  return ("%08x-5b1c-4d2e-9f30-%012x"):format(kind, number)
end

local function artifact(number)
  return ARTIFACT:format(guid(1, number), STATES[number % #STATES + 1], guid(2, number), number, guid(3, number))
end

local function page(number)
  local rows = {}
  for i = 1, layout.page_size do
    rows[i] = artifact((number - 1) * layout.page_size + i)
  end
  local link = ""
  if number < layout.pages then
    link = ('"@odata.nextLink":"%s?$skiptoken=%d",'):format(layout.artifacts_url(origin), number + 1)
  end
  return ('{"@odata.context":"%s/v1.0/$metadata#siteRestoreArtifacts",%s"value":[%s]}')
    :format(origin, link, table.concat(rows, ","))
end

local function write(name, text)
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  assert(file:write(text))
end

write("session.json", SESSION:format(origin, layout.session_id, layout.session_id, IDENTITY, IDENTITY))
for number = 1, layout.pages do
  write(("pages/%d.json"):format(number), page(number))
end
