import * as oauth from "oauth4webapi";
import { beforeAll, describe, expect, test } from "vitest";
import { folderWith } from "../cli/sortie.ts";
import { serving } from "./corpus.ts";

const compliant = "<RFCCompliantRequestResponse>true</RFCCompliantRequestResponse><GenerateResponse/>";
const scope = "<Scope>request.formparam.scope</Scope>";

const policies: Readonly<Record<string, string>> = {
  Generate: `<Operation>GenerateAccessToken</Operation><SupportedGrantTypes><GrantType>client_credentials</GrantType><GrantType>password</GrantType><GrantType>authorization_code</GrantType></SupportedGrantTypes>${scope}${compliant}`,
  Authorize:
    "<Operation>GenerateAuthorizationCode</Operation><AppEndUser>request.queryparam.user</AppEndUser><GenerateResponse/>",
  Refresh: `<Operation>RefreshAccessToken</Operation>${scope}${compliant}`,
  Revoke:
    '<Operation>InvalidateToken</Operation><Tokens><Token type="accesstoken" cascade="true">request.formparam.token</Token></Tokens>',
  Verify: "<Operation>VerifyAccessToken</Operation><Scope>READ</Scope>",
};

const steps: Readonly<Record<string, readonly [condition: string, policy: string]>> = {
  generate: ['proxy.pathsuffix = "/token" and request.formparam.grant_type != "refresh_token"', "Generate"],
  authorize: ['proxy.pathsuffix = "/authorize"', "Authorize"],
  refresh: ['proxy.pathsuffix = "/token" and request.formparam.grant_type = "refresh_token"', "Refresh"],
  revoke: ['proxy.pathsuffix = "/revoke"', "Revoke"],
  verify: ['proxy.pathsuffix = "/things"', "Verify"],
};

const flows = Object.entries(steps).map(
  ([name, [condition, policy]]) =>
    `<Flow name="${name}"><Condition>${condition}</Condition><Request><Step><Name>${policy}</Name></Step></Request></Flow>`,
);

const folder = folderWith({
  "apiproxies/oauth/apiproxy/oauth.xml": '<APIProxy name="oauth" revision="1"/>',
  "apiproxies/oauth/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default"><Flows>${flows.join("")}</Flows>
    <HTTPProxyConnection><BasePath>/oauth</BasePath></HTTPProxyConnection><RouteRule name="none"/></ProxyEndpoint>`,
  ...Object.fromEntries(
    Object.entries(policies).map(([name, inside]) => [
      `apiproxies/oauth/apiproxy/policies/${name}.xml`,
      `<OAuthV2 name="${name}">${inside}</OAuthV2>`,
    ]),
  ),
  "environments/local/products.json": JSON.stringify([{ name: "gold", scopes: ["READ", "WRITE"] }]),
  "environments/local/developers.json": JSON.stringify([{ email: "ann@example.com" }]),
  "environments/local/developerapps.json": JSON.stringify([
    {
      name: "shop",
      developerEmail: "ann@example.com",
      callbackUrl: "https://shop.example.com/back",
      credentials: [
        {
          consumerKey: "key-1",
          consumerSecret: "a secret/with+signs%",
          apiProducts: [{ apiproduct: "gold" }],
        },
      ],
    },
  ]),
});

/** A client of OAuth 2.0 that somebody else has written, against a gateway that runs. */
describe("oauth4webapi", () => {
  const at = serving([folder], () => []);
  const client: oauth.Client = { client_id: "key-1" };
  const http = { [oauth.allowInsecureRequests]: true };
  const secret = "a secret/with+signs%";
  let server: oauth.AuthorizationServer;

  beforeAll(() => {
    const endpoints = {
      token_endpoint: `${at.url}/oauth/token`,
      revocation_endpoint: `${at.url}/oauth/revoke`,
    };
    server = { issuer: at.url, ...endpoints };
  });

  const call = (token: string) =>
    oauth.protectedResourceRequest(token, "GET", new URL(`${at.url}/oauth/things`), undefined, null, http);

  const ofUser = async (parameters: Record<string, string> = {}) => {
    const asked = { username: "bob", password: "pw", ...parameters };
    const auth = oauth.ClientSecretBasic(secret);
    const response = await oauth.genericTokenEndpointRequest(server, client, auth, "password", asked, http);
    return oauth.processGenericTokenEndpointResponse(server, client, response);
  };

  const refresh = async (token: string) => {
    const auth = oauth.ClientSecretBasic(secret);
    const response = await oauth.refreshTokenGrantRequest(server, client, auth, token, http);
    return oauth.processRefreshTokenResponse(server, client, response);
  };

  test.each([
    ["client_secret_basic", oauth.ClientSecretBasic(secret)],
    ["client_secret_post", oauth.ClientSecretPost(secret)],
  ])("gets a token for client credentials by %s, and calls with it", async (_how, auth) => {
    const asked = new URLSearchParams({ scope: "READ" });
    const response = await oauth.clientCredentialsGrantRequest(server, client, auth, asked, http);
    const result = await oauth.processClientCredentialsResponse(server, client, response);
    expect(result).toMatchObject({ token_type: "bearer", expires_in: 1800, scope: "READ" });
    expect(result.refresh_token).toBeUndefined();
    expect((await call(result.access_token)).status).toBe(200);
  });

  test("reads why it gets none", async () => {
    const auth = oauth.ClientSecretBasic("another secret");
    const response = await oauth.clientCredentialsGrantRequest(server, client, auth, {}, http);
    await expect(oauth.processClientCredentialsResponse(server, client, response)).rejects.toMatchObject({
      error: "invalid_client",
      status: 401,
    });
  });

  test("refreshes a token of a user, once with each refresh token", async () => {
    const first = await ofUser();
    const second = await refresh(first.refresh_token ?? "");
    expect(second.access_token).not.toBe(first.access_token);
    expect((await call(second.access_token)).status).toBe(200);
    await expect(refresh(first.refresh_token ?? "")).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(refresh(second.refresh_token ?? "")).resolves.toMatchObject({ expires_in: 1800 });
  });

  test("gets tokens for a code that a user brings back, once", async () => {
    const redirectUri = "https://shop.example.com/back";
    const asked = { response_type: "code", client_id: "key-1", redirect_uri: redirectUri };
    const query = new URLSearchParams({ ...asked, scope: "READ WRITE", state: "the state", user: "bob" });
    const sent = await fetch(`${at.url}/oauth/authorize?${query}`, { redirect: "manual" });
    expect(sent.status).toBe(302);
    const back = new URL(sent.headers.get("location") ?? "");
    const parameters = oauth.validateAuthResponse(server, client, back, "the state");
    const auth = oauth.ClientSecretBasic(secret);
    const exchange = () =>
      oauth.authorizationCodeGrantRequest(server, client, auth, parameters, redirectUri, oauth.nopkce, http);
    const result = await oauth.processAuthorizationCodeResponse(server, client, await exchange());
    expect(result).toMatchObject({ scope: "READ WRITE", refresh_token: expect.any(String) });
    expect((await call(result.access_token)).status).toBe(200);
    await expect(
      exchange().then((answer) => oauth.processAuthorizationCodeResponse(server, client, answer)),
    ).rejects.toMatchObject({ error: "invalid_grant" });
  });

  test("reads the challenge to a token that was revoked, and to one without the scope", async () => {
    const { access_token: token, refresh_token: renewal = "" } = await ofUser();
    const auth = oauth.ClientSecretBasic(secret);
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, auth, token, http));
    await expect(call(token)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }],
    });
    await expect(refresh(renewal)).rejects.toMatchObject({ error: "invalid_grant" });
    const { access_token: writer } = await ofUser({ scope: "WRITE" });
    await expect(call(writer)).rejects.toMatchObject({
      status: 403,
      cause: [{ scheme: "bearer", parameters: { error: "insufficient_scope" } }],
    });
  });
});
