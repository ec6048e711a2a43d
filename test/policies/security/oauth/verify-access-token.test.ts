import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DirectoryError } from "../../../../src/clients/directory.ts";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { oauthV2 } from "../../../../src/policies/security/oauth/oauth-v2.ts";
import { quota } from "../../../../src/policies/traffic/quota/quota.ts";
import { loadPolicy, NOW, runPolicy, variableOf } from "../../policy-kit.ts";
import { calling, clients, policy, run, tokenOf, world } from "./oauth-kit.ts";

const verify = policy("VerifyAccessToken");

async function verifying(
  given: Awaited<ReturnType<typeof world>>,
  xml = verify,
  flow = calling("Bearer token-1"),
) {
  const { fault, response } = await run(xml, flow, given);
  return fault && [fault.status, fault.code, fault.message, response?.headers.get("www-authenticate")];
}

function challenge(code: string, message: string, error = "invalid_token", realm = "null") {
  return `Bearer realm="${realm}",error="${error}",error_description="${code}: ${message}"`;
}

/** The clients with a change to the app or its key. */
function withApp(change: object, key: object = {}) {
  const [app] = clients.apps;
  return { ...clients, apps: [{ ...app, credentials: [{ ...app.credentials[0], ...key }], ...change }] };
}

describe("a token", () => {
  test.each([["Bearer token-1"], ["bearer token-1"]])(
    "is let in after the prefix: %s",
    async (authorization) => {
      expect(await verifying(await world(clients, tokenOf()), verify, calling(authorization))).toBeNull();
    },
  );

  test.each([[null], [""], ["Bearer"], ["Bearer "], ["token-1"], ["Basic token-1"], ["BearerToken token-1"]])(
    "is missing in an Authorization header of %j",
    async (authorization) => {
      const [status, code, message] = [401, "oauth.v2.InvalidAccessToken", "Invalid access token"] as const;
      expect(await verifying(await world(clients, tokenOf()), verify, calling(authorization))).toEqual([
        status,
        code,
        message,
        challenge(code, message),
      ]);
    },
  );

  test.each([
    ["that nobody has issued", {}, "keymanagement.service.invalid_access_token", "Invalid Access Token"],
    [
      "that has expired",
      { token: "token-2", expiresAt: NOW },
      "keymanagement.service.access_token_expired",
      "Access Token expired",
    ],
    [
      "that was revoked",
      { token: "token-2", status: "revoked" as const },
      "keymanagement.service.access_token_not_approved",
      "Access Token not approved",
    ],
    [
      "for products that do not cover the request",
      { token: "token-2", products: ["silver"] },
      "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound",
      "Invalid API call as no apiproduct match found",
    ],
    [
      "that was issued to an app which had the key before",
      { token: "token-2", appId: "app-0" },
      "keymanagement.service.invalid_access_token",
      "Invalid Access Token",
    ],
    [
      "of a key that nobody has any more",
      { token: "token-2", clientId: "key-0" },
      "keymanagement.service.invalid_client-invalid_client_id",
      "ClientId is Invalid",
    ],
  ])("%s is refused, with a challenge", async (_what, change, code, message) => {
    const given = await world(clients, tokenOf(change));
    expect(await verifying(given, verify, calling("Bearer token-2"))).toEqual([
      401,
      code,
      message,
      challenge(code, message),
    ]);
  });

  test("without an end counts for ever", async () => {
    const flow = calling("Bearer token-1");
    expect(await verifying(await world(clients, tokenOf({ expiresAt: null })), verify, flow)).toBeNull();
    expect(variableOf(flow, "expires_in")).toBe("-1");
  });

  test("that is longer than any is refused", async () => {
    const given = await world();
    const long = calling(`Bearer ${"x".repeat(2049)}`);
    expect((await verifying(given, verify, long))?.[1]).toBe("keymanagement.service.invalid_access_token");
  });

  test.each([
    ["token-1", null],
    ["Bearer token-1", null],
    ["", "steps.oauth.v2.FailedToResolveAccessToken"],
  ])("is taken from a variable: %j", async (token, code) => {
    const xml = policy("VerifyAccessToken", "<AccessToken>request.header.x-token</AccessToken>");
    const flow = calling(null, token === "" ? {} : { "request.header.x-token": token });
    expect((await verifying(await world(clients, tokenOf()), xml, flow))?.[1] ?? null).toBe(code);
  });

  test("is let in by no other header", async () => {
    const given = await world(clients, tokenOf());
    const near = fc.constantFrom(
      "Bearer",
      "bearer ",
      " ",
      "token-1",
      "\t",
      ",",
      "token",
      "-1",
      "Basic ",
      "BEARER token-1",
    );
    const header = fc.oneof(
      fc.array(near).map((parts) => parts.join("")),
      fc.string({ unit: "grapheme-ascii" }),
    );
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        const isLetIn = (await verifying(given, verify, calling(text))) === null;
        expect(isLetIn).toBe(/^bearer [\t ]*token-1$/i.test(text.trim()));
      }),
    );
  });

  test("has the prefix that the policy says", async () => {
    const xml = policy("VerifyAccessToken", "<AccessTokenPrefix>KEY</AccessTokenPrefix>");
    const given = await world(clients, tokenOf());
    expect(await verifying(given, xml, calling("KEY token-1"))).toBeNull();
    expect((await verifying(given, xml))?.[1]).toBe("oauth.v2.InvalidAccessToken");
  });
});

describe("the app as it is now", () => {
  test.each([
    [
      "a revoked app",
      withApp({ status: "revoked" }),
      "keymanagement.service.invalid_client-app_not_approved",
    ],
    [
      "a status that says nothing",
      withApp({ status: "" }),
      "keymanagement.service.invalid_client-app_not_approved",
    ],
    ["a revoked key", withApp({}, { status: "revoked" }), "oauth.v2.ApiKeyNotApproved"],
    ["an expired key", withApp({}, { expiresAt: String(NOW) }), "keymanagement.service.consumer_key_expired"],
    [
      "an inactive developer",
      { ...clients, developers: [{ ...clients.developers[0], status: "inactive" }] },
      "keymanagement.service.DeveloperStatusNotActive",
    ],
    [
      "a product that the key lost",
      withApp({}, { apiProducts: [{ apiproduct: "gold", status: "revoked" }] }),
      "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound",
    ],
    [
      "a product that the key got after the token",
      withApp({}, { apiProducts: [{ apiproduct: "gold" }] }),
      "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound",
    ],
  ])("%s lets no token in", async (what, files, code) => {
    const products = what.includes("after the token") ? ["silver"] : ["gold", "silver"];
    const given = await world(files, tokenOf({ products }));
    expect((await verifying(given))?.slice(0, 2)).toEqual([401, code]);
  });
});

describe("scopes", () => {
  test.each([
    ["", null],
    ["READ", null],
    ["WRITE READ", null],
    ["WRITE DELETE", "Required scope(s): WRITE DELETE"],
    ["read", "Required scope(s): read"],
    ["request.queryparam.scope", "Required scope(s): request.queryparam.scope"],
  ])("<Scope>%s</Scope> and a token with READ and LIST", async (scope, message) => {
    const xml = policy("VerifyAccessToken", `<Scope>${scope}</Scope>`);
    const code = "steps.oauth.v2.InsufficientScope";
    expect(await verifying(await world(clients, tokenOf()), xml)).toEqual(
      message && [403, code, message, challenge(code, message, "insufficient_scope")],
    );
  });

  test("a token without scopes has none of those that are required", async () => {
    const given = await world(clients, tokenOf({ scopes: [] }));
    expect((await verifying(given, policy("VerifyAccessToken", "<Scope>READ</Scope>")))?.[0]).toBe(403);
  });
});

test("fail closed: a store of tokens that cannot be read lets nobody in", async () => {
  const given = await world(clients, tokenOf());
  given.issuedTokens.isDown = true;
  const message = "It cannot be checked at the moment who calls";
  expect(await verifying(given)).toEqual([503, "sortie.ClientsUnavailable", message, undefined]);
});

test.each([
  [
    "throws",
    () => {
      throw new DirectoryError("KV has trouble");
    },
  ],
  ["rejects", () => Promise.reject(new DirectoryError("KV has trouble"))],
])("fail closed: a directory that %s lets nobody in", async (_how, app) => {
  const { issuedTokens, directory } = await world(clients, tokenOf());
  const broken = { issuedTokens, directory: { ...directory, app } } as Awaited<ReturnType<typeof world>>;
  expect((await verifying(broken))?.slice(0, 2)).toEqual([503, "sortie.ClientsUnavailable"]);
});

test("what an isolate knows is verified at once", async () => {
  const given = await world(clients, tokenOf());
  await verifying(given);
  expect(loadPolicy(oauthV2, verify, given).step?.(calling("Bearer token-1"))).toBeUndefined();
});

describe("what is remembered of a token", () => {
  test.each([
    ["", 180_000],
    ["<CacheExpiryInSeconds>5</CacheExpiryInSeconds>", 5000],
    ['<CacheExpiryInSeconds ref="age">5</CacheExpiryInSeconds>', 7000],
    ['<CacheExpiryInSeconds ref="none">5</CacheExpiryInSeconds>', 5000],
    ['<CacheExpiryInSeconds ref="word">5</CacheExpiryInSeconds>', 0],
    ["<CacheExpiryInSeconds>0</CacheExpiryInSeconds>", 0],
  ])("counts with %s for %d ms", async (inside, ms) => {
    const given = await world(clients, tokenOf());
    const flow = calling("Bearer token-1", { age: "7", word: "long" });
    expect(await verifying(given, policy("VerifyAccessToken", inside), flow)).toBeNull();
    expect(given.issuedTokens.asked).toEqual([ms]);
  });
});

describe("variables", () => {
  const attributes = [{ name: "user", value: "u-7", display: false }];

  test("say what is known of the token, its app, developer and product", async () => {
    const flow = calling("Bearer token-1");
    await verifying(await world(clients, tokenOf({ attributes })), verify, flow);
    const names = {
      organization_name: "org",
      client_id: "key-1",
      access_token: "token-1",
      grant_type: "client_credentials",
      token_type: "BearerToken",
      issued_at: String(NOW - 60_000),
      expires_in: "3540",
      status: "approved",
      scope: "READ LIST",
      "accesstoken.user": "u-7",
      "oauthv2accesstoken.O.access_token": "token-1",
      "oauthv2accesstoken.O.scope": "READ LIST",
      "oauthv2accesstoken.O.accesstoken.user": "u-7",
      "app.name": "shop",
      "app.id": "app-1",
      "app.plan": "big",
      "developer.app.name": "shop",
      "developer.id": "dev-1",
      "developer.email": "ann@example.com",
      "developer.firstName": "Ann",
      "apiproduct.name": "gold",
      "apiproduct.Tier": "1",
      "apigee.client_id": "key-1",
      "apigee.client_secret": "secret-1",
      "apigee.access_token": "token-1",
      "apigee.developer.app.name": "shop",
      "apigee.developer.email": "ann@example.com",
      "apigee.apiproduct.name": "gold",
    };
    expect(Object.fromEntries(Object.keys(names).map((name) => [name, variableOf(flow, name)]))).toEqual(
      names,
    );
  });

  test("of scopes that a token does not have are not set", async () => {
    const flow = calling("Bearer token-1");
    await verifying(await world(clients, tokenOf({ scopes: [] })), verify, flow);
    expect(variableOf(flow, "scope")).toBeNull();
  });

  test("of another client than the one before have nothing of that one", async () => {
    const flow = calling("Bearer token-1");
    flow.variables.set("apiproduct.developer.quota.limit", "1000").set("developer.email", "bob@example.com");
    const products = [{ name: "gold", proxies: ["things"] }];
    const apps = [{ ...clients.apps[0], developerId: null, appGroup: "team" }];
    const appGroups = [{ name: "team", appGroupId: "g-1" }];
    const given = await world(
      { ...clients, products: [...products, clients.products[1]], apps, appGroups },
      tokenOf(),
    );
    expect(await verifying(given, verify, flow)).toBeNull();
    const names = ["apiproduct.developer.quota.limit", "developer.email", "appgroup.name"];
    expect(names.map((name) => variableOf(flow, name))).toEqual([null, null, "team"]);
  });

  test("an attribute of an app is no variable of another name", async () => {
    const flow = calling("Bearer token-1");
    await verifying(await world(clients, tokenOf()), verify, flow);
    expect([flow.variables.get("request.verb"), flow.variables.get("plan")]).toEqual([undefined, undefined]);
  });

  test("of an earlier token are gone when the next one is refused", async () => {
    const given = await world(clients, tokenOf());
    const flow = calling("Bearer token-1");
    await verifying(given, verify, flow);
    flow.request = new RequestMessage({ headers: new Headers({ authorization: "Bearer other" }) });
    await verifying(given, verify, flow);
    const names = ["access_token", "scope", "expires_in", "oauthv2accesstoken.O.access_token"];
    expect(names.map((name) => variableOf(flow, name))).toEqual([null, null, null, null]);
  });

  test.each([
    ["Bearer other", "keymanagement.service.invalid_access_token", "Invalid Access Token"],
    ["other", "InvalidAccessToken", "Invalid access token"],
  ])("of a failure say why: %s", async (authorization, name, cause) => {
    const flow = calling(authorization);
    await verifying(await world(), verify, flow);
    expect(
      ["O.fault.name", "O.fault.cause", "failed"].map((each) => variableOf(flow, `oauthV2.${each}`)),
    ).toEqual([name, cause, true]);
  });

  test("a Quota takes what the product of the token allows", async () => {
    const given = await world(clients, tokenOf());
    const flow = calling("Bearer token-1");
    await verifying(given, verify, flow);
    const together = "<Distributed>true</Distributed><Synchronous>true</Synchronous>";
    const xml = `<Quota name="Q"><UseQuotaConfigInAPIProduct stepName="O"/>${together}</Quota>`;
    const counted = { used: 1, isExceeded: false, resetsAt: NOW };
    await runPolicy(quota, xml, flow, { counters: { countTogether: async () => counted } as never });
    expect(variableOf(flow, "ratelimit.Q.allowed.count")).toBe(100n);
  });
});

test("a realm stands in the challenge", async () => {
  const xml = policy(
    "VerifyAccessToken",
    "<GenerateErrorResponse><Realm>things</Realm></GenerateErrorResponse>",
  );
  const [, code = "", message = "", header] = (await verifying(await world(), xml)) ?? [];
  expect(header).toBe(challenge(String(code), String(message), "invalid_token", "things"));
});
