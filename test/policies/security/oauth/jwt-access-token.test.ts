import { exportPKCS8, exportSPKI, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { NOW, variableOf } from "../../policy-kit.ts";
import { calling, clients, jsonOf, policy, run, tokenRequest, type World, world } from "./oauth-kit.ts";

const secret = "a secret of thirty-two bytes, or more";
const secretBytes = new TextEncoder().encode(secret);
const rsa = await generateKeyPair("RS256", { extractable: true });
const [privatePem, publicPem] = [await exportPKCS8(rsa.privateKey), await exportSPKI(rsa.publicKey)];

const hs = '<Algorithm>HS256</Algorithm><SecretKey><Value ref="private.secret"/></SecretKey>';
const rsSigns = '<Algorithm>RS256</Algorithm><PrivateKey><Value ref="private.pem"/></PrivateKey>';
const rsVerifies = '<Algorithm>RS256</Algorithm><PublicKey><Value ref="public.pem"/></PublicKey>';
const types =
  "<SupportedGrantTypes><GrantType>client_credentials</GrantType><GrantType>password</GrantType></SupportedGrantTypes>";
const answers = "<GenerateResponse/>";

function withKeys(flow: FlowContext): FlowContext {
  flow.variables.set("private.secret", secret).set("private.pem", privatePem).set("public.pem", publicPem);
  return flow;
}

const generate = (keys: string, more = "") => policy("GenerateJWTAccessToken", types + keys + answers + more);
const verify = (keys: string, more = "") => policy("VerifyJWTAccessToken", keys + more);

async function issued(
  given: World,
  xml: string,
  form: Record<string, string> = { grant_type: "client_credentials" },
) {
  return jsonOf((await run(xml, withKeys(tokenRequest(form)), given)).response);
}

const asked = (token: string) => withKeys(calling(`Bearer ${token}`));

describe("GenerateJWTAccessToken", () => {
  test("signs a token with the claims of RFC 9068, which is not stored", async () => {
    const given = await world();
    const answer = await issued(given, generate(hs));
    const { payload, protectedHeader } = await jwtVerify(String(answer.access_token), secretBytes, {
      currentDate: new Date(NOW),
    });
    expect(protectedHeader).toEqual({ alg: "HS256", typ: "at+JWT" });
    expect(payload).toEqual({
      iss: "https://api.example.com/v1",
      sub: "key-1",
      client_id: "key-1",
      jti: "00000000-0000-4000-8000-000000000000",
      iat: Math.floor(NOW / 1000),
      exp: Math.floor((NOW + 1_800_000) / 1000),
      scope: "READ WRITE LIST",
    });
    expect(answer).toMatchObject({ token_type: "BearerToken", expires_in: "1800", client_id: "key-1" });
    expect(given.issuedTokens.tokens.size).toBe(0);
  });

  test("signs by RSA, tells of the user, and adds claims", async () => {
    const more =
      '<AppEndUser>the.user</AppEndUser><AdditionalClaims><Claim name="tier">gold</Claim><Claim name="client_id2" ref="the.user"/></AdditionalClaims>';
    const flow = withKeys(tokenRequest({ grant_type: "password", username: "bob", password: "pw" }));
    flow.variables.set("the.user", "bob");
    const { response } = await run(generate(rsSigns, more), flow, await world());
    const { payload } = await jwtVerify(String(jsonOf(response).access_token), rsa.publicKey, {
      currentDate: new Date(NOW),
      typ: "at+JWT",
    });
    expect(payload).toMatchObject({ sub: "bob", client_id: "key-1", tier: "gold", client_id2: "bob" });
  });

  test("gives an opaque refresh token, for which another one is signed", async () => {
    const given = await world();
    const form = { grant_type: "password", username: "bob", password: "pw" };
    const first = await issued(given, generate(hs), form);
    expect([...given.issuedTokens.tokens.keys()]).toEqual([`refresh ${first.refresh_token}`]);
    for (const [reuses, kept] of [
      ["true", true],
      ["false", false],
    ] as const) {
      const refresh = policy(
        "RefreshJWTAccessToken",
        `${hs}${answers}<ReuseRefreshToken>${reuses}</ReuseRefreshToken>`,
      );
      const [presented] = [...given.issuedTokens.tokens.values()];
      const again = { grant_type: "refresh_token", refresh_token: presented?.token ?? "" };
      const second = await issued(given, refresh, again);
      await jwtVerify(String(second.access_token), secretBytes, { currentDate: new Date(NOW) });
      expect(second.refresh_token === presented?.token).toBe(kept);
      expect([...given.issuedTokens.tokens.keys()]).toEqual([`refresh ${second.refresh_token}`]);
    }
  });

  test.each([
    ["no secret", (flow: FlowContext) => flow.variables.delete("private.secret")],
    ["a short secret", (flow: FlowContext) => flow.variables.set("private.secret", "short")],
  ])("with %s gives no token", async (_what, spoil) => {
    const given = await world();
    const flow = withKeys(tokenRequest({ grant_type: "client_credentials" }));
    spoil(flow);
    const { fault } = await run(generate(hs), flow, given);
    expect(fault?.code).toMatch(/^steps\.jwt\./);
  });
});

describe("GenerateJWTAccessTokenImplicitGrant", () => {
  test("puts a JWT into the fragment", async () => {
    const callbackUrl = "https://shop.example.com/back";
    const files = { ...clients, apps: clients.apps.map((app) => ({ ...app, callbackUrl })) };
    const form = { response_type: "token", client_id: "key-1", state: "s" };
    const xml = policy("GenerateJWTAccessTokenImplicitGrant", hs + answers);
    const { response } = await run(xml, withKeys(tokenRequest(form, null)), await world(files));
    const { hash } = new URL(response?.ownHeaders.get("location") ?? "nowhere:");
    const token = new URLSearchParams(hash.slice(1)).get("access_token") ?? "";
    await jwtVerify(token, secretBytes, { currentDate: new Date(NOW), typ: "at+JWT" });
  });
});

describe("VerifyJWTAccessToken", () => {
  const claims = {
    client_id: "key-1",
    sub: "bob",
    scope: "READ",
    tier: "gold",
    iat: NOW / 1000 - 1,
    exp: NOW / 1000 + 60,
  };

  const signed = (payload: object, header: object = {}, key: CryptoKey | Uint8Array = secretBytes) =>
    new SignJWT({ ...payload }).setProtectedHeader({ alg: "HS256", typ: "at+jwt", ...header }).sign(key);

  test.each([
    ["HS256", hs, hs],
    ["RS256", rsSigns, rsVerifies],
  ])(
    "lets in who has a token that was signed by %s, and tells of it",
    async (_algorithm, signs, verifies) => {
      const given = await world();
      const { access_token: token } = await issued(given, generate(signs));
      const { fault, flow } = await run(verify(verifies, "<Scope>READ</Scope>"), asked(String(token)), given);
      expect(fault).toBe(null);
      expect(variableOf(flow, "client_id")).toBe("key-1");
      expect(variableOf(flow, "scope")).toBe("READ WRITE LIST");
      expect(variableOf(flow, "developer.email")).toBe("ann@example.com");
      expect(variableOf(flow, "apiproduct.name")).toBe("gold");
    },
  );

  test("tells of further claims", async () => {
    const { flow } = await run(verify(hs), asked(await signed(claims)), await world());
    expect(variableOf(flow, "accesstoken.tier")).toBe("gold");
  });

  test.each<[what: string, token: () => Promise<string> | string, code: string]>([
    ["no JWT", () => "abc", "keymanagement.service.invalid_access_token"],
    [
      "another key",
      () => signed(claims, {}, new TextEncoder().encode(secret.toUpperCase())),
      "keymanagement.service.invalid_access_token",
    ],
    [
      "no signature",
      async () => `${(await signed(claims)).split(".").slice(0, 2).join(".")}.`,
      "keymanagement.service.invalid_access_token",
    ],
    [
      "no algorithm",
      async () => `${btoa('{"alg":"none","typ":"at+jwt"}')}.${(await signed(claims)).split(".")[1]}.`,
      "keymanagement.service.invalid_access_token",
    ],
    [
      "another algorithm",
      () => signed(claims, { alg: "HS512" }),
      "keymanagement.service.invalid_access_token",
    ],
    [
      "the type of an ID token",
      () => signed(claims, { typ: "JWT" }),
      "keymanagement.service.invalid_access_token",
    ],
    ["no type", () => signed(claims, { typ: undefined }), "keymanagement.service.invalid_access_token"],
    [
      "no client",
      () => signed({ ...claims, client_id: undefined }),
      "keymanagement.service.invalid_access_token",
    ],
    [
      "an unknown client",
      () => signed({ ...claims, client_id: "key-9" }),
      "keymanagement.service.invalid_client-invalid_client_id",
    ],
    [
      "expired",
      () => signed({ ...claims, exp: NOW / 1000 - 1 }),
      "keymanagement.service.access_token_expired",
    ],
    [
      "an end that is no number",
      () => signed({ ...claims, exp: "soon" }),
      "keymanagement.service.invalid_access_token",
    ],
    [
      "issued later",
      () => signed({ ...claims, iat: NOW / 1000 + 60 }),
      "keymanagement.service.invalid_access_token",
    ],
    ["another scope", () => signed({ ...claims, scope: "LIST" }), "steps.oauth.v2.InsufficientScope"],
  ])("refuses a token with %s", async (_what, token, code) => {
    const flow = asked(await token());
    const { fault, response } = await run(verify(hs, "<Scope>READ</Scope>"), flow, await world());
    expect(fault?.code).toBe(code);
    expect(response?.ownHeaders.get("www-authenticate")).toContain('Bearer realm="null"');
    expect(variableOf(flow, "client_id")).toBe(null);
  });

  test("refuses a token of an app that does not count any more, or that no product covers", async () => {
    const token = await signed(claims);
    const revoked = { ...clients, apps: clients.apps.map((app) => ({ ...app, status: "revoked" })) };
    const elsewhere = {
      ...clients,
      products: clients.products.map((each) => ({ ...each, proxies: ["others"] })),
    };
    const codes = await Promise.all(
      [revoked, elsewhere].map(
        async (files) => (await run(verify(hs), asked(token), await world(files))).fault?.code,
      ),
    );
    expect(codes).toEqual([
      "keymanagement.service.invalid_client-app_not_approved",
      "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound",
    ]);
  });

  test("lets nobody in while the key has no value", async () => {
    const flow = asked(await signed(claims));
    flow.variables.delete("private.secret");
    const { fault } = await run(verify(hs), flow, await world());
    expect(fault?.status).toBe(401);
  });
});
