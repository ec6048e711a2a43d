import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GoogleIssuer } from "../../../src/cli/example/google-issuer.ts";

const ACCOUNT = "one@p.iam.gserviceaccount.com";
const OTHER = "other@p.iam.gserviceaccount.com";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const now = Math.floor(Date.now() / 1000);

let issuer: GoogleIssuer;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let stranger: typeof keys;

beforeAll(async () => {
  issuer = await GoogleIssuer.start();
  keys = await generateKeyPair("RS256");
  stranger = await generateKeyPair("RS256");
  issuer.addAccount(ACCOUNT, { publicKey: await exportJWK(keys.publicKey), actors: [ACCOUNT] });
  issuer.addAccount(OTHER, { publicKey: null, actors: [ACCOUNT] });
});
afterAll(() => issuer.stop());

/** An assertion that is right, with changes. */
function assertion(changes: Record<string, unknown> = {}, key = keys.privateKey): Promise<string> {
  const claims = {
    iss: ACCOUNT,
    aud: `${issuer.url}/token`,
    iat: now,
    exp: now + 3600,
    scope: SCOPE,
    ...changes,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(key);
}

async function exchange(form: Record<string, string>) {
  const response = await fetch(`${issuer.url}/token`, { method: "POST", body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** A call to the IAM Credentials API, by default with a good access token. */
async function generate(account: string, method: string, body: object, token?: string) {
  const bearer =
    token ?? String((await exchange({ grant_type, assertion: await assertion() })).body.access_token);
  const response = await fetch(`${issuer.url}/v1/projects/-/serviceAccounts/${account}:${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("tokens are verified by the keys at /jwks", async () => {
  const { body } = await exchange({ grant_type, assertion: await assertion() });
  const jwks = createRemoteJWKSet(new URL("/jwks", issuer.url));
  const { payload } = await jwtVerify(String(body.access_token), jwks, { issuer: issuer.url });
  expect(payload).toMatchObject({ sub: ACCOUNT, scope: SCOPE });
});

describe("an assertion is refused", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["for another audience", { aud: "https://oauth2.googleapis.com/token" }, "invalid_grant"],
    ["that has expired", { iat: now - 7200, exp: now - 3600 }, "invalid_grant"],
    ["from the future", { iat: now + 7200, exp: now + 10_800 }, "invalid_grant"],
    ["for more than an hour", { exp: now + 3700 }, "invalid_grant"],
    ["without an expiry", { exp: undefined }, "invalid_grant"],
    ["without a time", { iat: undefined }, "invalid_grant"],
    ["of an unknown account", { iss: "nobody@p.iam.gserviceaccount.com" }, "invalid_grant"],
    ["of an account without a key", { iss: OTHER }, "invalid_grant"],
    ["without a scope", { scope: undefined }, "invalid_scope"],
    ["with a scope that is none", { scope: `${SCOPE} email-ish` }, "invalid_scope"],
    ["for an ID token of nobody", { scope: undefined, target_audience: "", sub: ACCOUNT }, "invalid_scope"],
    [
      "for an ID token of somebody else",
      { scope: undefined, target_audience: "a", sub: OTHER },
      "invalid_scope",
    ],
  ])("%s", async (_, changes, error) => {
    const answer = await exchange({ grant_type, assertion: await assertion(changes) });
    expect(answer).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
  });

  test("that another key has signed, that is none, or that is not there", async () => {
    for (const given of [await assertion({}, stranger.privateKey), "a.b.c", ""]) {
      expect(await exchange({ grant_type, assertion: given })).toMatchObject({
        body: { error: "invalid_grant" },
      });
    }
  });

  test("for another grant", async () => {
    const answer = await exchange({ grant_type: "client_credentials", assertion: await assertion() });
    expect(answer).toMatchObject({ status: 400, body: { error: "unsupported_grant_type" } });
  });
});

describe("the IAM Credentials API", () => {
  const scope = [SCOPE];

  test("makes tokens of accounts that the caller may act for", async () => {
    const access = await generate(OTHER, "generateAccessToken", { scope, lifetime: "60s" });
    expect(access).toMatchObject({ status: 200, body: { expireTime: expect.any(String) } });
    expect((await generate(OTHER, "generateIdToken", { audience: "a" })).status).toBe(200);
  });

  test.each<[string, string, string, object, number]>([
    ["an unknown account", "nobody", "generateAccessToken", { scope }, 404],
    ["an unknown method", OTHER, "signBlob", {}, 404],
    ["no scope", OTHER, "generateAccessToken", { scope: [] }, 400],
    ["a scope that is none", OTHER, "generateAccessToken", { scope: ["everything"] }, 400],
    ["too long a lifetime", OTHER, "generateAccessToken", { scope, lifetime: "3601s" }, 400],
    ["a lifetime that is none", OTHER, "generateAccessToken", { scope, lifetime: "1h" }, 400],
    ["an empty audience", OTHER, "generateIdToken", { audience: "" }, 400],
  ])("refuses %s", async (_, account, method, body, status) => {
    const answer = await generate(account, method, body);
    expect(answer).toMatchObject({ status, body: { error: { code: status, status: expect.any(String) } } });
  });

  test("refuses a token that is not its own, and one with another scope", async () => {
    expect((await generate(OTHER, "generateAccessToken", { scope }, "made.up.token")).status).toBe(401);
    const narrow = await assertion({ scope: "https://www.googleapis.com/auth/logging.write" });
    const { body } = await exchange({ grant_type, assertion: narrow });
    expect((await generate(OTHER, "generateAccessToken", { scope }, String(body.access_token))).status).toBe(
      403,
    );
  });

  test("refuses a caller that may not act for the account, unless it acts for anyone", async () => {
    issuer.addAccount("closed@p", { publicKey: null, actors: [] });
    expect((await generate("closed@p", "generateAccessToken", { scope })).status).toBe(403);
    const open = await GoogleIssuer.start({ actsForAnyone: ACCOUNT });
    try {
      open.addAccount(ACCOUNT, { publicKey: await exportJWK(keys.publicKey), actors: [] });
      const given = await assertion({ aud: `${open.url}/token` });
      const answer = await fetch(`${open.url}/token`, {
        method: "POST",
        body: new URLSearchParams({ grant_type, assertion: given }),
      });
      const { access_token } = (await answer.json()) as { access_token: string };
      const made = await fetch(`${open.url}/v1/projects/-/serviceAccounts/anyone@p:generateAccessToken`, {
        method: "POST",
        headers: { authorization: `Bearer ${access_token}` },
        body: JSON.stringify({ scope }),
      });
      expect(made.status).toBe(200);
    } finally {
      await open.stop();
    }
  });
});
