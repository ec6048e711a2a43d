import { base64url, exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { Callers, CLOCK_TOLERANCE_S } from "../../src/credentials/callers.ts";
import type { IdentitySettings } from "../../src/credentials/identity.ts";
import { COOLDOWN_MS, TROUBLE_REMEMBERED_MS } from "../../src/credentials/issuer-keys.ts";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { Deadlines } from "../../src/egress/deadline.ts";
import { Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { internet } from "../../src/egress/internet.ts";
import { sendForText } from "../../src/egress/small-answer.ts";
import { ManualClock } from "../egress/clock.ts";
import { Scripted } from "./script.ts";

const servers = inject("servers");
const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
const other = await generateKeyPair("RS256", { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: "key-1", use: "sig" };
const AUDIENCE = "the gateway";
const NOW = 1_800_000_000_000;
const seconds = NOW / 1000;

const egress = new Egress({
  policy: compileEgressPolicy({ allow: [servers.scripted, servers.nobody], advice: "dev" }),
  internet,
  connections: new Map(),
  log: () => {},
  audit: noAudit,
});

/** Gets a document as the gateway does. */
function get(url: string) {
  const call = { url, method: "GET", headers: new Headers(), body: null, timeoutMs: 5000, by: "test" };
  return sendForText(egress, call, 100_000, new Deadlines());
}

/** An issuer on the scripted server, and callers that trust it. */
class Issuer {
  readonly server = new Scripted();
  readonly clock = new ManualClock(NOW);

  callers(changes: Partial<IdentitySettings> = {}): Callers {
    return new Callers({ ...this.settings, ...changes }, get, this.clock.now);
  }

  get settings(): IdentitySettings {
    return {
      issuer: this.server.url,
      audience: AUDIENCE,
      jwksUri: `${this.server.url}/jwks`,
      allowAnonymous: false,
      groupsClaim: null,
      loginUrl: null,
      publicUrl: null,
    };
  }

  token(claims: Record<string, unknown> = {}, header: object = {}, key = privateKey): Promise<string> {
    return new SignJWT({
      iss: this.server.url,
      sub: "alice",
      aud: AUDIENCE,
      exp: seconds + 3600,
      ...claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: "key-1", ...header })
      .sign(key);
  }
}

function request(headers: Record<string, string>, init: RequestInit = {}): Request {
  return new Request("https://gateway.test/_sortie/functions/f/execute", { ...init, headers });
}

const bearer = (jwt: string) => request({ authorization: `Bearer ${jwt}` });

let issuer: Issuer;
beforeAll(async () => {
  issuer = new Issuer();
  await issuer.server.answers({ body: { keys: [jwk] } });
});

describe("the caller is told by a token", () => {
  test.each([
    ["in Authorization", (jwt: string) => ({ authorization: `Bearer ${jwt}` })],
    ["in Authorization, in any case", (jwt: string) => ({ authorization: `bearer  ${jwt}` })],
    ["in Cloudflare Access's header", (jwt: string) => ({ "cf-access-jwt-assertion": jwt })],
    ["in Cloudflare Access's cookie", (jwt: string) => ({ cookie: `a=b; CF_Authorization=${jwt}; c=d` })],
  ])("%s", async (_, headers) => {
    const caller = await issuer.callers().identify(request(headers(await issuer.token())));
    expect(caller).toEqual({
      kind: "user",
      id: `${issuer.server.url}#alice`,
      name: "alice",
      login: "alice",
    });
  });

  test("of which Authorization comes first", async () => {
    const headers = {
      authorization: `Bearer ${await issuer.token({ sub: "bob" })}`,
      "cf-access-jwt-assertion": await issuer.token(),
    };
    expect(await issuer.callers().identify(request(headers))).toMatchObject({ name: "bob" });
  });

  test("that says a name for people", async () => {
    const named = bearer(await issuer.token({ email: "alice@example.com", name: "Alice" }));
    expect(await issuer.callers().identify(named)).toMatchObject({ name: "alice@example.com" });
  });

  test.each([
    [{ email: "ann@example.com", name: "Boss" }, "ann@example.com"],
    [{ email: "boss@example.com", email_verified: false, preferred_username: "ann" }, "ann"],
    [{ name: "Boss" }, "alice"],
  ])("of which permissions take what proves who it is: %j is %s", async (claims, login) => {
    expect(await issuer.callers().identify(bearer(await issuer.token(claims)))).toMatchObject({ login });
  });

  test("that lists groups, where the environment says in which claim", async () => {
    const grouped = bearer(await issuer.token({ roles: ["hr", 7, "board"] }));
    expect(await issuer.callers().identify(grouped)).not.toHaveProperty("groups");
    const callers = issuer.callers({ groupsClaim: "roles" });
    expect(await callers.identify(grouped)).toMatchObject({ groups: ["hr", "board"] });
    expect(await callers.identify(bearer(await issuer.token({ roles: "hr" })))).toMatchObject({
      groups: ["hr"],
    });
  });

  test("for any audience where none is configured", async () => {
    const token = bearer(await issuer.token({ aud: "something else" }));
    expect(await issuer.callers({ audience: null }).identify(token)).toMatchObject({ kind: "user" });
  });

  test("signed with a curve, too", async () => {
    const curve = await generateKeyPair("ES256");
    const elsewhere = new Issuer();
    await elsewhere.server.answers({
      body: { keys: [{ ...(await exportJWK(curve.publicKey)), kid: "key-1" }] },
    });
    const token = bearer(await elsewhere.token({}, { alg: "ES256" }, curve.privateKey));
    expect(await elsewhere.callers().identify(token)).toMatchObject({ kind: "user" });
  });
});

test.each([
  [
    "has no subject, as a service token of Cloudflare Access",
    { sub: "", common_name: "job.access" },
    "job.access",
    "job.access",
  ],
  ["has a client as its subject", { sub: "job", client_id: "job" }, "job", "job"],
  ["names the grant", { sub: "job@clients", gty: "client-credentials", azp: "job" }, "job@clients", "job"],
])("a caller is a service when the token %s", async (_, claims, subject, name) => {
  const caller = await issuer.callers().identify(bearer(await issuer.token(claims)));
  expect(caller).toEqual({ kind: "service", id: `${issuer.server.url}#${subject}`, name });
});

describe("a token is not valid", () => {
  test.each([
    ["for another audience", { aud: "another gateway" }, /"aud" is not accepted/],
    ["without an audience", { aud: undefined }, /no claim "aud"/],
    ["of another issuer", { iss: "https://evil.example.com" }, /"iss" is not accepted/],
    ["without an issuer", { iss: undefined }, /no claim "iss"/],
    ["that has expired", { exp: seconds - CLOCK_TOLERANCE_S }, /has expired/],
    ["that never expires", { exp: undefined }, /no claim "exp"/],
    ["that is good only later", { nbf: seconds + CLOCK_TOLERANCE_S + 1 }, /"nbf" is not accepted/],
    ["that names nobody", { sub: undefined }, /names nobody/],
  ])("%s", async (_, claims, message) => {
    await expect(issuer.callers().identify(bearer(await issuer.token(claims)))).rejects.toMatchObject({
      code: "InvalidCredentials",
      status: 401,
      message: expect.stringMatching(message),
    });
  });

  test("unless the clocks differ by no more than is tolerated", async () => {
    const claims = { exp: seconds - CLOCK_TOLERANCE_S + 1, nbf: seconds + CLOCK_TOLERANCE_S };
    expect(await issuer.callers().identify(bearer(await issuer.token(claims)))).toMatchObject({
      kind: "user",
    });
  });

  const part = (value: object) => base64url.encode(JSON.stringify(value));
  const claims = () => ({ iss: issuer.server.url, sub: "alice", aud: AUDIENCE, exp: seconds + 60 });

  test.each([
    ["without a signature", async () => `${part({ alg: "none" })}.${part(claims())}.`],
    [
      "without a signature that names a key",
      async () => `${part({ alg: "none", kid: "key-1" })}.${part(claims())}.`,
    ],
    [
      "signed with the public key as a shared secret",
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: "HS256", kid: "key-1" })
          .sign(new TextEncoder().encode(await exportSPKI(publicKey))),
    ],
    [
      "signed with the public key's JWK as a shared secret",
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: "HS256", kid: "key-1" })
          .sign(new TextEncoder().encode(JSON.stringify(jwk))),
    ],
    ["signed with another key", () => issuer.token({}, {}, other.privateKey)],
    [
      "signed with a key that it brings along",
      async () => issuer.token({}, { jwk: await exportJWK(other.publicKey) }, other.privateKey),
    ],
    ["signed with a key that nobody knows", () => issuer.token({}, { kid: "key-2" }, other.privateKey)],
    [
      "whose claims were changed",
      async () => {
        const [header, , signature] = (await issuer.token()).split(".");
        return `${header}.${part({ ...claims(), sub: "root" })}.${signature}`;
      },
    ],
    [
      "with an extension that must be understood",
      async () => `${part({ alg: "RS256", kid: "key-1", crit: ["x"], x: 1 })}.${part(claims())}.x`,
    ],
    ["that is garbage", async () => "garbage"],
    ["that is empty", async () => ""],
    ["of binary rubbish", async () => "\u00ff\u00fe.\u00ff.\u00ff"],
    ["that is huge", async () => "a".repeat(20_000)],
  ])("%s", async (_, made) => {
    const jwt = await made();
    await expect(issuer.callers().identify(bearer(jwt))).rejects.toMatchObject({
      code: "InvalidCredentials",
    });
  });

  test("even where nobody needs one", async () => {
    const callers = issuer.callers({ allowAnonymous: true });
    await expect(callers.identify(bearer("garbage"))).rejects.toMatchObject({ status: 401 });
  });

  test("and its text is not repeated", async () => {
    const jwt = await issuer.token({ aud: "another" });
    await expect(issuer.callers().identify(bearer(jwt))).rejects.not.toMatchObject({
      message: expect.stringContaining(jwt.slice(0, 20)),
    });
  });
});

describe("a request without a token", () => {
  test("is nobody's where that is allowed", async () => {
    const callers = issuer.callers({ allowAnonymous: true });
    expect(await callers.identify(request({}))).toEqual({ kind: "anonymous" });
    expect(await callers.identify(request({ authorization: "Basic YTpi" }))).toEqual({ kind: "anonymous" });
    expect(await callers.identify(request({ cookie: "CF_Authorization=; other=x" }))).toEqual({
      kind: "anonymous",
    });
  });

  test("is refused otherwise", async () => {
    await expect(issuer.callers().identify(request({}))).rejects.toMatchObject({
      code: "MissingCredentials",
      status: 401,
    });
  });

  test("is refused where there is no issuer, as is any other", async () => {
    const callers = new Callers(null, get);
    for (const each of [request({}), bearer(await issuer.token())]) {
      await expect(callers.identify(each)).rejects.toMatchObject({ code: "MissingCredentials" });
    }
  });
});

describe("a token that browsers add by themselves", () => {
  test.each([
    ["POST", { "sec-fetch-site": "cross-site" }, false],
    ["POST", { "sec-fetch-site": "same-site" }, false],
    ["POST", { "sec-fetch-site": "same-origin" }, true],
    ["POST", { "sec-fetch-site": "none" }, true],
    ["POST", { origin: "https://evil.example.com" }, false],
    ["POST", { origin: "null" }, false],
    ["POST", { origin: "https://gateway.test" }, true],
    ["DELETE", { origin: "https://evil.example.com" }, false],
    ["POST", {}, true],
    ["GET", { "sec-fetch-site": "cross-site" }, true],
  ])("in a %s with %j is good: %s", async (method, headers, isGood) => {
    const jwt = await issuer.token();
    for (const token of [{ cookie: `CF_Authorization=${jwt}` }, { "cf-access-jwt-assertion": jwt }]) {
      const asked = issuer.callers().identify(request({ ...headers, ...token }, { method }));
      if (isGood) expect(await asked).toMatchObject({ kind: "user" });
      else await expect(asked).rejects.toMatchObject({ code: "CrossSiteRequest", status: 403 });
    }
    const byHand = request({ ...headers, authorization: `Bearer ${jwt}` }, { method });
    expect(await issuer.callers().identify(byHand)).toMatchObject({ kind: "user" });
  });
});

describe("the issuer's keys", () => {
  test("are fetched once", async () => {
    const own = new Issuer();
    await own.server.answers({ body: { keys: [jwk] } });
    const callers = own.callers();
    for (let asked = 0; asked < 3; asked++) await callers.identify(bearer(await own.token()));
    expect(await own.server.calls()).toHaveLength(1);
  });

  test(`are not fetched again for unknown keys within ${COOLDOWN_MS} ms`, async () => {
    const own = new Issuer();
    await own.server.answers({ body: { keys: [jwk] } });
    const callers = own.callers();
    for (const kid of ["key-1", "key-2", "key-3"]) {
      await callers.identify(bearer(await own.token({}, { kid }))).catch(() => {});
    }
    expect(await own.server.calls()).toHaveLength(1);
  });

  test("are where its OpenID configuration says, when nothing else is configured", async () => {
    const own = new Issuer();
    const { issuer: name, jwksUri: jwks_uri } = own.settings;
    await own.server.answers({ body: { issuer: name, jwks_uri } }, { body: { keys: [jwk] } });
    const callers = own.callers({ jwksUri: null });
    expect(await callers.identify(bearer(await own.token()))).toMatchObject({ kind: "user" });
    expect((await own.server.calls()).map(({ path }) => path)).toEqual([
      expect.stringMatching(/\/\.well-known\/openid-configuration$/),
      expect.stringMatching(/\/jwks$/),
    ]);
  });

  test.each([
    [
      "is another issuer's",
      { issuer: "https://evil.example.com", jwks_uri: "https://evil.example.com/jwks" },
    ],
    ["names keys on plain http", { jwks_uri: "http://keys.example.com/jwks" }],
    ["names no keys", {}],
  ])("are not taken from a configuration that %s", async (_, changes) => {
    const own = new Issuer();
    await own.server.answers(
      { body: { issuer: own.settings.issuer, ...changes } },
      { body: { keys: [jwk] } },
    );
    await expect(own.callers({ jwksUri: null }).identify(bearer(await own.token()))).rejects.toMatchObject({
      code: "IssuerUnavailable",
      status: 503,
    });
    expect(await own.server.calls()).toHaveLength(1);
  });

  test.each([
    ["status 500", { status: 500, body: "" }],
    ["HTML", { body: "<html>" }],
    ["no keys", { body: {} }],
    ["a redirect", { status: 302, headers: { location: "https://evil.example.com" }, body: "" }],
    ["too much", { body: "x".repeat(200_000) }],
  ])("that come as %s are asked for again a little later", async (_, answer) => {
    const own = new Issuer();
    await own.server.answers(answer, { body: { keys: [jwk] } });
    const callers = own.callers();
    const token = await own.token();
    for (let asked = 0; asked < 2; asked++) {
      await expect(callers.identify(bearer(token))).rejects.toMatchObject({ code: "IssuerUnavailable" });
    }
    expect(await own.server.calls()).toHaveLength(1);
    own.clock.pass(TROUBLE_REMEMBERED_MS);
    expect(await callers.identify(bearer(token))).toMatchObject({ kind: "user" });
  });

  test("that nobody serves are the issuer's trouble and not the caller's", async () => {
    const own = new Issuer();
    const callers = own.callers({ jwksUri: `${servers.nobody}/jwks` });
    await expect(callers.identify(bearer(await own.token()))).rejects.toMatchObject({ status: 503 });
  });
});
