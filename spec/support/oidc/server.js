// oidc-provider with the paths of Microsoft Entra ID, for specs. Arguments: a certificate's file, and its secret for
// the app that has one. Prints its port. GET /approve?user_code= signs somebody in; GET /seen tells how many tokens
// were given out.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [certificate, secret] = process.argv.slice(2);
const jwk = createPublicKey(readFileSync(certificate)).export({ format: "jwk" });
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

const app = (id, more) => ({ client_id: id, redirect_uris: [], response_types: [], ...more });
const signing = (alg) =>
  app(alg, {
    grant_types: ["client_credentials"],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [{ ...jwk, alg, use: "sig" }] },
  });

const configuration = {
  clients: [
    app("secret", {
      client_secret: secret,
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_post",
    }),
    signing("PS256"),
    signing("RS256"),
    app("device", {
      grant_types: [DEVICE, "refresh_token"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    }),
  ],
  clientAuthMethods: ["client_secret_post", "private_key_jwt", "none"],
  enabledJWA: { clientAuthSigningAlgValues: ["PS256", "RS256"] },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: false },
  },
  scopes: ["openid", "offline_access", "https://graph.microsoft.com/.default"],
  routes: { token: "/tenant/oauth2/v2.0/token", device_authorization: "/tenant/oauth2/v2.0/devicecode" },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: () => true,
  ttl: { ClientCredentials: 600, AccessToken: 600, DeviceCode: 600, RefreshToken: 3600, Grant: 3600 },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration);
  let seen = 0;
  provider.on("grant.success", () => seen++);

  async function approve(userCode) {
    const code = await provider.DeviceCode.findByUserCode(userCode.replace(/[^a-zA-Z0-9]/g, "").toUpperCase());
    const scope = "openid offline_access";
    const grant = new provider.Grant({ clientId: code.clientId, accountId: "somebody" });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    Object.assign(code, { accountId: "somebody", grantId, scope, authTime: Math.floor(Date.now() / 1000) });
    await code.save();
  }

  const serve = provider.callback();
  server.on("request", async (request, response) => {
    const url = new URL(request.url, `http://127.0.0.1:${port}`);
    if (url.pathname === "/approve") {
      await approve(url.searchParams.get("user_code"));
      response.end("{}");
    } else if (url.pathname === "/seen") {
      response.end(JSON.stringify({ seen }));
    } else {
      serve(request, response);
    }
  });
  console.log(port);
});

// nobody reads the other end any more: the spec is over
process.stdin.on("end", () => process.exit(0)).resume();
