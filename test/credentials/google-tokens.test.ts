import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { KEPT_TOKENS } from "../../src/credentials/google-tokens.ts";
import { SealedStore, type TokenStore } from "../../src/credentials/sealed-store.ts";
import { TokenError } from "../../src/credentials/token-error.ts";
import type { TokenRequest } from "../../src/credentials/token-request.ts";
import { internet } from "../../src/egress/internet.ts";
import {
  ACCOUNT,
  keyFile,
  OTHER,
  register,
  SCOPE,
  secretPart,
  servers,
  type TestTokens,
  testTokens,
} from "./issuer-kit.ts";
import { MemoryStore, sealingKey } from "./memory-store.ts";

const access: TokenRequest = { kind: "access", scopes: [SCOPE], lifetime: 3600 };
const id: TokenRequest = { kind: "id", audience: "https://service.example", includeEmail: false };
const minute = 60_000;
const hour = 60 * minute;

beforeAll(async () => {
  await register(ACCOUNT);
  await register(OTHER, [ACCOUNT]);
});

/** A token of the account, as a header says it. */
const ask = ({ tokens, context }: TestTokens, request: TokenRequest = access, account = ACCOUNT) =>
  tokens.identity(account).source(request).get(context);

async function failureOf(asked: string | Promise<string>): Promise<TokenError> {
  const error: unknown = await Promise.resolve(asked).then(
    () => new Error("there was a token"),
    (error: unknown) => error,
  );
  if (error instanceof TokenError) return error;
  throw error;
}

/** The claims of a token. */
const claimsOf = async (asked: string | Promise<string>) => decodeJwt((await asked).replace("Bearer ", ""));

/** Key files whose token endpoint is a route of a test server. */
const pointingTo = (url: string) => ({ secrets: { GOOGLE_SERVICE_ACCOUNT: keyFile({ token_uri: url }) } });

describe("the token endpoint makes", () => {
  test("an access token with the scopes, for an assertion signed with the account's key", async () => {
    const test = testTokens();
    const token = await ask(test, {
      ...access,
      scopes: [SCOPE, "https://www.googleapis.com/auth/logging.write"],
    });
    const { payload } = await jwtVerify(
      token.replace("Bearer ", ""),
      createRemoteJWKSet(new URL(`${servers.google}/jwks`)),
    );
    expect(payload).toMatchObject({
      iss: servers.google,
      sub: ACCOUNT,
      scope: `${SCOPE} https://www.googleapis.com/auth/logging.write`,
    });
    expect(test.calls.map(({ url }) => url)).toEqual([`${servers.google}/token`]);
  });

  test("an ID token for the audience", async () => {
    const claims = await claimsOf(ask(testTokens(), id));
    expect(claims).toMatchObject({ sub: ACCOUNT, aud: "https://service.example" });
    expect(claims).not.toHaveProperty("email");
  });

  test("nothing for an account that it does not know", async () => {
    const secrets = { GOOGLE_SERVICE_ACCOUNT: keyFile({ client_email: "nobody@p.iam.gserviceaccount.com" }) };
    const test = testTokens({ secrets });
    const error = await failureOf(ask(test, access, "nobody@p.iam.gserviceaccount.com"));
    expect(error.message).toContain("status 400 (invalid_grant: Invalid JWT: account not found)");
  });

  test("nothing for a scope that is none", async () => {
    const error = await failureOf(ask(testTokens(), { ...access, scopes: ["cloud-platfrom"] }));
    expect(error.message).toContain("status 400 (invalid_scope: ");
  });
});

describe("the IAM Credentials API makes", () => {
  const urls = ({ calls }: TestTokens) => calls.map(({ url }) => url.replace(servers.google, ""));

  test("an access token with another lifetime", async () => {
    const test = testTokens();
    const claims = await claimsOf(ask(test, { ...access, lifetime: 600 }));
    expect(claims).toMatchObject({ sub: ACCOUNT, scope: SCOPE });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(600);
    expect(urls(test)).toEqual([
      "/token",
      `/v1/projects/-/serviceAccounts/${encodeURIComponent(ACCOUNT)}:generateAccessToken`,
    ]);
  });

  test("an ID token with an e-mail address", async () => {
    const claims = await claimsOf(ask(testTokens(), { ...id, includeEmail: true }));
    expect(claims).toMatchObject({ email: ACCOUNT, email_verified: true, aud: "https://service.example" });
  });

  test("tokens for an account without a key here, when the gateway's own account may act for it", async () => {
    const test = testTokens();
    expect((await claimsOf(ask(test, access, OTHER))).sub).toBe(OTHER);
    expect((await claimsOf(ask(test, id, OTHER))).sub).toBe(OTHER);
    // The gateway's own token is asked for once.
    expect(urls(test).filter((url) => url === "/token")).toHaveLength(1);
  });

  test("nothing for an account that the gateway's own may not act for", async () => {
    await register("closed@p.iam.gserviceaccount.com", []);
    const error = await failureOf(ask(testTokens(), access, "closed@p.iam.gserviceaccount.com"));
    expect(error.message).toContain("status 403 (PERMISSION_DENIED: ");
    expect(error.isFinal).toBe(true);
  });
});

describe("a good token", () => {
  test("is handed out at once, without a promise and without a look at KV", async () => {
    const kv = new MemoryStore();
    const test = testTokens({ store: new SealedStore(kv, sealingKey()) });
    const token = await ask(test);
    await test.settled();
    kv.reads = 0;
    expect(ask(test)).toBe(token);
    expect([kv.reads, test.calls.length]).toEqual([0, 1]);
  });

  test("is another one for other scopes, lifetimes, audiences and accounts", async () => {
    const test = testTokens({
      secrets: {
        GOOGLE_SERVICE_ACCOUNT: keyFile(),
        GOOGLE_SERVICE_ACCOUNT_OTHER: keyFile({ client_email: OTHER }),
      },
    });
    const asked = [
      ask(test),
      ask(test, { ...access, scopes: ["https://www.googleapis.com/auth/logging.write"] }),
      ask(test, { ...access, lifetime: 60 }),
      ask(test, id),
      ask(test, { ...id, audience: "https://b.example" }),
      ask(test, access, OTHER),
    ];
    expect(new Set(await Promise.all(asked)).size).toBe(asked.length);
  });

  test("is minted once, however many ask for it at the same time", async () => {
    const test = testTokens();
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask(test)));
    expect(new Set(asked).size).toBe(1);
    expect(test.calls).toHaveLength(1);
  });

  test("goes on being sent while a new one is fetched ahead of its expiry", async () => {
    const test = testTokens();
    const first = await ask(test);
    test.clock.pass(54 * minute);
    expect(ask(test)).toBe(first);
    await test.settled();
    expect(test.calls).toHaveLength(1);

    // The issuer's clock is the real one: for it, this renewal comes from the future.
    test.clock.pass(2 * minute);
    expect(ask(test)).toBe(first);
    expect(ask(test)).toBe(first);
    await test.settled();
    expect(test.calls).toHaveLength(2);
  });

  test("is replaced in the background by the one that was fetched ahead", async () => {
    const test = renewing();
    const first = await ask(test);
    test.clock.pass(56 * minute);
    expect(ask(test)).toBe(first);
    await test.settled();
    expect([first, ask(test)]).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("goes on being sent while Google is down, until shortly before it expires", async () => {
    let down = false;
    const test = renewing(() => down);
    expect(await ask(test)).toBe("Bearer token-1");
    down = true;
    for (let passed = 0; passed < 59; passed++) {
      test.clock.pass(minute);
      expect(ask(test)).toBe("Bearer token-1");
      await test.settled();
    }
    test.clock.pass(minute);
    expect((await failureOf(ask(test))).message).toContain("status 503");
    down = false;
    test.clock.pass(minute);
    expect(await ask(test)).toMatch(/^Bearer token-/);
  });

  test("of a short lifetime is used for most of it", async () => {
    const test = testTokens();
    const short = { ...access, lifetime: 60 };
    const first = await ask(test, short);
    test.clock.pass(47_000);
    expect(ask(test, short)).toBe(first);
    await test.settled();
    expect(test.calls).toHaveLength(2);
  });

  test(`makes room for a new one when there are ${KEPT_TOKENS}`, async () => {
    const test = renewing();
    const first = { ...id, audience: "first" };
    await ask(test, first);
    for (let index = 0; index < KEPT_TOKENS; index++) await ask(test, { ...id, audience: `a${index}` });
    expect(ask(test, first)).toBeInstanceOf(Promise);
    expect(ask(test, { ...id, audience: `a${KEPT_TOKENS - 1}` })).toBeTypeOf("string");
  });
});

/** Tokens whose endpoint counts them, on the test's own clock. */
function renewing(isDown = () => false): TestTokens {
  let count = 0;
  const connection = {
    async fetch() {
      if (isDown()) return new Response("down", { status: 503 });
      count++;
      return Response.json({ access_token: `token-${count}`, expires_in: 3600 });
    },
  };
  return testTokens({ connection });
}

describe("no token comes", () => {
  test.each([
    ["400", `${servers.a}/status/400?body={"error":"invalid_grant"}`, "status 400 (invalid_grant)"],
    ["401", `${servers.a}/status/401`, "status 401"],
    ["403", `${servers.a}/status/403?body=<html>no</html>`, "status 403."],
    ["429", `${servers.a}/status/429`, "status 429"],
    ["500", `${servers.a}/status/500`, "status 500"],
    ["HTML", `${servers.a}/status/200?body=<html>`, "answered without a token"],
    ["an empty answer", `${servers.a}/status/200`, "answered without a token"],
    ["a redirect", `${servers.a}/redirect?to=${servers.google}/token`, "status 302"],
    ["too much", `${servers.a}/bytes/70000`, "too long"],
    ["half an answer", `${servers.a}/cut`, "ended before the whole answer"],
    ["a closed connection", `${servers.a}/close`, "is not reachable"],
    ["nobody", `${servers.nobody}/token`, "is not reachable"],
    ["an address that is not the key's to name", "https://evil.example/token", "egress policy refused"],
  ])("from %s", async (_, url, reason) => {
    const test = testTokens(pointingTo(url));
    const error = await failureOf(ask(test));
    expect(error.message).toContain(reason);
    await test.settled();
    const shown = JSON.stringify([error.message, String(error.cause), test.log]);
    expect(shown).not.toContain(secretPart);
    const assertion = new URLSearchParams(test.calls[0]?.body).get("assertion") ?? "";
    expect(assertion).not.toBe("");
    expect(shown).not.toContain(assertion.slice(0, 40));
  });

  test("from an endpoint that does not answer in ten seconds", async () => {
    const test = testTokens(pointingTo(`${servers.a}/hold/tokens-hang`));
    const asked = failureOf(ask(test));
    await fetch(`${servers.a}/arrived/tokens-hang`);
    test.clock.pass(10_000);
    expect((await asked).message).toContain("No answer within 10000 ms");
    await fetch(`${servers.a}/release/tokens-hang`);
  });

  test("from an endpoint that stops in the middle of its answer", async () => {
    const test = testTokens(pointingTo(`${servers.a}/half/tokens-half`));
    const asked = failureOf(ask(test));
    await fetch(`${servers.a}/arrived/tokens-half`);
    test.clock.pass(10_000);
    expect((await asked).message).toContain("No answer within 10000 ms");
    await fetch(`${servers.a}/release/tokens-half`);
  });

  test.each([
    ["two hours ahead", 2 * hour, '"iat" claim timestamp check failed'],
    ["two hours behind", -2 * hour, '"exp" claim timestamp check failed'],
  ])("to a clock that is %s", async (_, skew, reason) => {
    const test = testTokens();
    test.clock.pass(skew);
    const error = await failureOf(ask(test));
    expect(error.message).toContain("status 400 (invalid_grant: Invalid JWT: ");
    expect(error.message).toContain(reason);
  });

  test.each([30_000, -30_000])("late or early for a clock that is off by %i ms", async (skew) => {
    const test = testTokens();
    test.clock.pass(skew);
    expect(await ask(test)).toBeTypeOf("string");
  });

  test("without a key", async () => {
    const test = testTokens({ secrets: {} });
    expect((await failureOf(ask(test))).message).toContain(`no key for the service account ${ACCOUNT}`);
    expect(test.calls).toEqual([]);
  });
});

describe("a failure", () => {
  test("is remembered: a clear no for half a minute", async () => {
    const test = testTokens(pointingTo(`${servers.a}/status/403`));
    const error = await failureOf(ask(test));
    test.clock.pass(29_000);
    expect(await failureOf(ask(test))).toBe(error);
    expect(test.calls).toHaveLength(1);
    test.clock.pass(1_000);
    await failureOf(ask(test));
    expect(test.calls).toHaveLength(2);
  });

  test("is remembered: trouble for three seconds", async () => {
    const test = testTokens(pointingTo(`${servers.a}/sequence/tokens-trouble?steps=503`));
    await failureOf(ask(test));
    test.clock.pass(2_000);
    await failureOf(ask(test));
    test.clock.pass(1_000);
    await failureOf(ask(test));
    expect(test.calls).toHaveLength(2);
  });

  test("is logged once with the account and the reason", async () => {
    const test = testTokens(pointingTo(`${servers.a}/status/403`));
    await Promise.all([failureOf(ask(test)), failureOf(ask(test))]);
    await test.settled();
    expect(test.log).toEqual([
      {
        level: "error",
        event: "google-token.failed",
        account: ACCOUNT,
        reason: `${new URL(servers.a).host} answered with status 403.`,
      },
    ]);
  });

  test("that never settles, because its request was ended, is given up after ten seconds", async () => {
    let hangs = true;
    const never = new Promise<Response>(() => {});
    const test = testTokens({
      connection: { fetch: (url, init) => (hangs ? never : internet.fetch(url, init)) },
    });
    const gone = { ...test.context, within: () => new Promise<never>(() => {}) };
    tokensOf(test, gone);
    hangs = false;
    test.clock.pass(10_000);
    expect(ask(test)).toBeInstanceOf(Promise);
    expect(test.calls).toHaveLength(0);
    test.clock.pass(1);
    expect(await ask(test)).toBeTypeOf("string");
  });
});

/** Asks as a request that is ended before it has its token. */
function tokensOf({ tokens }: TestTokens, context: TestTokens["context"]): void {
  void tokens.identity(ACCOUNT).source(access).get(context);
}

describe("the store", () => {
  test("gives an isolate what another one minted", async () => {
    const kv = new MemoryStore();
    const one = testTokens({ store: new SealedStore(kv, sealingKey()) });
    const token = await ask(one);
    await one.settled();
    const two = testTokens({ store: new SealedStore(kv, sealingKey()), clock: one.clock });
    expect(await ask(two)).toBe(token);
    expect(two.calls).toEqual([]);
    const shown = JSON.stringify([...kv.entries]);
    expect(shown).not.toContain(token.split(".")[1]);
  });

  test("is of no use with another sealing key", async () => {
    const kv = new MemoryStore();
    const one = testTokens({ store: new SealedStore(kv, sealingKey(1)) });
    await ask(one);
    await one.settled();
    const two = testTokens({ store: new SealedStore(kv, sealingKey(2)) });
    await ask(two);
    expect(two.calls).toHaveLength(1);
  });

  test("gives the token that another isolate has renewed", async () => {
    const kv = new MemoryStore();
    const one = testTokens({ store: new SealedStore(kv, sealingKey()) });
    const two = testTokens({ store: new SealedStore(kv, sealingKey()), clock: one.clock });
    const old = await ask(one);
    await one.settled();
    expect(await ask(two)).toBe(old);
    const now = one.clock.now() + 56 * minute;
    const [key = ""] = kv.entries.keys();
    const ring = new SealedStore(kv, sealingKey());
    const id = JSON.stringify([ACCOUNT, "access", 3600, SCOPE]);
    await ring.write(id, { value: "renewed", issuedAt: now, expiresAt: now + hour }, now);
    expect([...kv.entries.keys()]).toEqual([key]);
    two.clock.pass(56 * minute);
    expect(ask(two)).toBe(old);
    await two.settled();
    expect(ask(two)).toBe("Bearer renewed");
    expect(two.calls).toEqual([]);
  });

  test.each<[string, Partial<TokenStore>]>([
    ["reads fail", { get: () => Promise.reject(new Error("KV is down")) }],
    ["writes fail", { put: () => Promise.reject(new Error("KV is down")) }],
  ])("is not missed when its %s", async (_, broken) => {
    const kv = new MemoryStore();
    const store = { get: () => kv.get(""), put: async () => {}, ...broken };
    const test = testTokens({ store: new SealedStore(store, sealingKey()) });
    expect(await ask(test)).toBeTypeOf("string");
    await test.settled();
    expect(test.log).toEqual([{ level: "warn", event: "google-token.store-failed", reason: "KV is down" }]);
  });

  test("is not waited for longer than a second", async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    const store: TokenStore = {
      get() {
        resolve();
        return new Promise(() => {});
      },
      put: async () => {},
    };
    const test = testTokens({ store: new SealedStore(store, sealingKey()) });
    const asked = ask(test);
    await reached;
    test.clock.pass(1_000);
    expect(await asked).toBeTypeOf("string");
  });
});
