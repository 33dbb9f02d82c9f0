--- What the numbers of Microsoft Entra ID mean, and what to do.
-- @module m365restore.credential.aadsts
local aadsts = {
  [50001] = "The resource is unknown to the tenant: check the scope.",
  [50034] = "The account does not exist in this tenant: check the tenant.",
  [50076] = "Multi-factor authentication is needed: sign in again.",
  [50079] = "Multi-factor authentication must be set up for the account first.",
  [50126] = "The user name or password is wrong.",
  [50173] = "The sign-in was revoked: sign in again.",
  [53003] = "A Conditional Access policy forbids it: let an administrator look at the sign-in log.",
  [65001] = "Consent is missing: let an administrator grant the app's permissions.",
  [70002] = "The credential was refused: check the secret or certificate.",
  [70008] = "The sign-in has expired: sign in again.",
  [70011] = "The scope is malformed: for an app it ends in /.default.",
  [70016] = "The sign-in is not finished: follow the prompt.",
  [70021] = "No federated credential of the app matches this token: compare its issuer, subject and audience.",
  [70043] = "The sign-in has expired by policy: sign in again.",
  [90002] = "There is no such tenant: check AZURE_TENANT_ID.",
  [700003] = "The device is unknown or was removed: sign in again.",
  [700016] = "The app is unknown in this tenant: check AZURE_CLIENT_ID, and that the tenant consented to it.",
  [700024] = "The assertion is outside of its times: set the clock of this machine.",
  [700025] = "The app is public and has no secret: use device_code.",
  [700027] = "The certificate is not one of the app's, or has expired: upload it to the app registration.",
  [700082] = "The sign-in was not used for too long: sign in again.",
  [700212] = "The federated token has another audience: it must be api://AzureADTokenExchange.",
  [700213] = "No federated credential of the app has this subject: compare the two.",
  [7000112] = "The app is disabled in this tenant: let an administrator enable it.",
  [7000215] = "The secret is wrong: use its value, not its id.",
  [7000218] = "The app is not a public client: allow public client flows in its registration.",
  [7000222] = "The secret has expired: make a new one in the app registration.",
}

return aadsts
