import { calculatePKCECodeChallenge } from "oauth4webapi";
import { describe, expect, test } from "vitest";
import {
  REFUSAL_REMEMBERED_MS,
  TROUBLE_REMEMBERED_MS,
} from "../../../src/credentials/oauth/authorization.ts";
import { CONSENT_TIMEOUT_MS, MOST_PENDING } from "../../../src/credentials/oauth/consent.ts";
import { CLIENT_SECRET, MemoryRecord, TestAuthorization, tokens } from "./kit.ts";

const HOUR_MS = 3_600_000;

describe("a consent", () => {
  test("sends the browser to the provider with state, PKCE, scopes and where to come back", async () => {
    const sent = await new TestAuthorization().begin();
    expect(Object.fromEntries(sent)).toMatchObject({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: "https://gateway.test/_sortie/oauth/calendar/callback",
      scope: "read offline",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test("keeps parameters of the authorization URL, and has no scope and no PKCE where there are none", async () => {
    const test = new TestAuthorization({
      authorizationUrl: "https://provider.example.com/authorize?prompt=consent&state=mine",
      scopes: [],
      pkce: false,
    });
    const sent = await test.begin();
    expect([...sent.keys()].sort()).toEqual([
      "client_id",
      "prompt",
      "redirect_uri",
      "response_type",
      "state",
    ]);
    expect(sent.get("state")).not.toBe("mine");
  });

  test("ends with the code exchanged for tokens, with the verifier of the challenge", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1));
    const sent = await test.begin("/reports?day=1");
    const done = await test.complete({ state: sent.get("state") ?? "", code: "code-1" });
    expect(done).toEqual({ ok: true, returnTo: "/reports?day=1" });
    const [form] = await test.endpoint.forms();
    expect(form).toMatchObject({
      grant_type: "authorization_code",
      code: "code-1",
      redirect_uri: "https://gateway.test/_sortie/oauth/calendar/callback",
    });
    expect(await calculatePKCECodeChallenge(form?.code_verifier ?? "")).toBe(sent.get("code_challenge"));
    expect(await test.token()).toMatchObject({ kind: "token", accessToken: "access-token-1" });
  });

  test.each([
    [
      "client_secret_basic",
      `Basic ${btoa(`client-1:${encodeURIComponent(CLIENT_SECRET).replaceAll("%20", "+")}`)}`,
      {},
    ],
    ["client_secret_post", null, { client_id: "client-1", client_secret: CLIENT_SECRET }],
    ["none", null, { client_id: "client-1" }],
  ] as const)("proves the client by %s", async (tokenEndpointAuthMethod, authorization, inForm) => {
    const test = new TestAuthorization({ tokenEndpointAuthMethod });
    await test.endpoint.answers(tokens(1));
    await test.consent();
    const [call] = await test.endpoint.calls();
    expect(call?.authorization).toBe(authorization);
    const form = new URLSearchParams(call?.body);
    expect(Object.fromEntries(form)).toMatchObject(inForm);
    expect(form.has("client_secret")).toBe("client_secret" in inForm);
  });

  test("has a state that is good once: neither it nor its code can be replayed", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1));
    const state = (await test.begin()).get("state") ?? "";
    const both = await Promise.all([
      test.complete({ state, code: "code-1" }),
      test.complete({ state, code: "code-1" }),
    ]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await test.complete({ state, code: "code-2" })).toMatchObject({ ok: false });
    expect(await test.endpoint.calls()).toHaveLength(1);
  });

  test("has a state that is used up by an error, too", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1));
    const state = (await test.begin()).get("state") ?? "";
    expect(
      await test.complete({ state, error: "access_denied", error_description: "No\nway\u202e" }),
    ).toEqual({
      ok: false,
      message: "provider.example.com answered: access_denied: No way ",
      returnTo: "/back",
    });
    expect(await test.complete({ state, code: "code-1" })).toMatchObject({ ok: false });
    expect(await test.endpoint.calls()).toHaveLength(0);
  });

  test.each([
    [
      "of another user",
      async () => (await new TestAuthorization({}, { id: "bob" }).begin()).get("state") ?? "",
    ],
    ["that is made up", async () => "x".repeat(43)],
    ["that is empty", async () => ""],
  ])("is refused with a state %s", async (_, stateOf) => {
    const test = new TestAuthorization();
    await test.begin();
    expect(await test.complete({ state: await stateOf(), code: "code-1" })).toMatchObject({
      ok: false,
      message: expect.stringContaining("not asked for by you"),
    });
  });

  test("is refused without a state", async () => {
    const test = new TestAuthorization();
    await test.begin();
    expect(await test.complete({ code: "code-1" })).toMatchObject({ ok: false });
  });

  test("may take ten minutes and no longer", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1));
    const [first, second] = [await test.begin(), await test.begin()];
    test.clock.pass(CONSENT_TIMEOUT_MS - 1);
    expect(await test.complete({ state: first.get("state") ?? "", code: "code-1" })).toMatchObject({
      ok: true,
    });
    test.clock.pass(1);
    expect(await test.complete({ state: second.get("state") ?? "", code: "code-1" })).toEqual({
      ok: false,
      message: "The consent took too long. Begin again.",
      returnTo: "/back",
    });
  });

  test("may be under way a few times: the oldest is dropped", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1));
    const states: string[] = [];
    for (let begun = 0; begun <= MOST_PENDING; begun++) states.push((await test.begin()).get("state") ?? "");
    expect(await test.complete({ state: states[0] ?? "", code: "c" })).toMatchObject({ ok: false });
    expect(await test.complete({ state: states[1] ?? "", code: "c" })).toMatchObject({ ok: true });
  });

  test("is refused when the application was given another client or endpoint in the meantime", async () => {
    const test = new TestAuthorization();
    const state = (await test.begin()).get("state") ?? "";
    const changes = { tokenUrl: "https://other.example.com/token" };
    expect(await test.complete({ state, code: "code-1" }, changes)).toMatchObject({ ok: false });
  });

  const issuer = "https://provider.example.com";
  test.each([
    ["its own name", { iss: issuer }, true],
    ["no name", {}, false],
    ["another one's name", { iss: "https://evil.example.com" }, false],
    ["its own name with a slash", { iss: `${issuer}/` }, false],
  ])("of an application with an issuer is good when the answer has %s", async (_, given, ok) => {
    const test = new TestAuthorization({ issuer });
    await test.endpoint.answers(tokens(1));
    const state = (await test.begin()).get("state") ?? "";
    expect(await test.complete({ state, code: "code-1", ...given })).toMatchObject({ ok });
    expect(await test.endpoint.calls()).toHaveLength(ok ? 1 : 0);
  });

  test("of an application without an issuer does not look at the name", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1));
    const state = (await test.begin()).get("state") ?? "";
    expect(await test.complete({ state, code: "c", iss: "https://any.example.com" })).toMatchObject({
      ok: true,
    });
  });

  test("is refused when the callback has its state twice, or tokens of another flow", async () => {
    const test = new TestAuthorization();
    const state = (await test.begin()).get("state") ?? "";
    const twice = new URLSearchParams([...Object.entries({ state, code: "c" }), ["state", state]]);
    expect(await test.authorization.complete(test.application, twice)).toMatchObject({ ok: false });
    const other = (await test.begin()).get("state") ?? "";
    expect(await test.complete({ state: other, code: "c", id_token: "x" })).toMatchObject({ ok: false });
  });
});

describe("the token endpoint", () => {
  const lies: [string, object, RegExp][] = [
    [
      "HTML",
      { body: "<html>Sign in</html>", headers: { "content-type": "text/html" } },
      /something else than tokens/,
    ],
    ["nothing", { body: "" }, /something else than tokens/],
    ["a list", { body: [] }, /something else than tokens/],
    ["no access token", tokens(1, { access_token: undefined }), /something else than tokens/],
    ["an access token that is a number", tokens(1, { access_token: 5 }), /something else than tokens/],
    ["an access token with a line break", tokens(1, { access_token: "a\r\nb" }), /unusable token/],
    ["an access token that is huge", tokens(1, { access_token: "a".repeat(20_000) }), /unusable token/],
    ["no token type", tokens(1, { token_type: undefined }), /something else than tokens/],
    ["another token type", tokens(1, { token_type: "mac" }), /something else than tokens/],
    ["DPoP tokens", tokens(1, { token_type: "DPoP" }), /no bearer tokens/],
    ["no lifetime where none is configured", tokens(1, { expires_in: undefined }), /accessTokenExpiration/],
    [
      "a lifetime that is none where none is configured",
      tokens(1, { expires_in: "soon" }),
      /accessTokenExpiration/,
    ],
    ["null for an access token", tokens(1, { access_token: null }), /something else than tokens/],
    [
      "an error and null for an access token",
      { body: { error: "bad_code", access_token: null, error_description: null } },
      /answered: bad_code$/,
    ],
    [
      "an error with a description that is no text",
      { status: 400, body: { error: "invalid_request", error_description: { en: "no" } } },
      /answered: invalid_request$/,
    ],
    [
      "an error with status 200",
      { body: { error: "bad_verification_code" } },
      /answered: bad_verification_code/,
    ],
    [
      "an error",
      { status: 400, body: { error: "invalid_request", error_description: "code is missing" } },
      /answered: invalid_request: code is missing/,
    ],
    [
      "that the client is not known",
      { status: 401, body: { error: "invalid_client" }, headers: { "www-authenticate": "Basic" } },
      /invalid_client/,
    ],
    ["a server's trouble", { status: 500, body: "oops" }, /something else than tokens/],
    [
      "a redirect",
      { status: 302, headers: { location: "https://evil.example.com/" }, body: {} },
      /something else than tokens/,
    ],
    ["a megabyte", { body: "x".repeat(1_000_000) }, /too long/],
    ["a body without end", { body: "x".repeat(70_000), isEndless: true }, /too long/],
  ];

  test.each(lies)("that answers %s gives nothing", async (_, answer, message) => {
    const test = new TestAuthorization();
    await test.endpoint.answers(answer);
    const result = await test.consent();
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(message) });
    expect(await test.status()).toEqual({ kind: "none" });
  });

  test("that stalls is given up, before and within its answer", async () => {
    for (const answer of [{ isHeld: true }, { body: "{", isEndless: true }]) {
      const test = new TestAuthorization();
      await test.endpoint.answers(answer);
      const result = test.consent();
      await test.endpoint.arrived(1);
      const expire = setInterval(() => test.clock.pass(10_000), 1);
      expect(await result).toMatchObject({ ok: false, message: expect.stringContaining("No answer within") });
      clearInterval(expire);
      await test.endpoint.release();
    }
  });

  test("that is not there gives nothing", async () => {
    const test = new TestAuthorization();
    const state = (await test.begin()).get("state") ?? "";
    expect(await test.complete({ state, code: "c" })).toMatchObject({ ok: false });
  });

  test("may give other scopes than were asked for, and says so", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, { scope: "read" }));
    await test.consent();
    expect(await test.status()).toMatchObject({ kind: "authorized", scopes: ["read"], isRenewed: true });
  });

  test.each([
    ["a lifetime as a text", { expires_in: "60" }, null, 60],
    ["no lifetime", { expires_in: undefined }, 120, 120],
    ["null for a lifetime", { expires_in: null }, 120, 120],
    ["a lifetime that is no number", { expires_in: "never" }, 120, 120],
    ["a lifetime that is a list", { expires_in: [60] }, 120, 120],
    ["a lifetime of zero", { expires_in: 0 }, 120, 120],
    ["a lifetime of zero as a text", { expires_in: "0" }, 120, 120],
    ["a lifetime that wins over the configured one", { expires_in: 30 }, 120, 30],
    ["a lifetime of ages", { expires_in: 1e15 }, null, 366 * 24 * 3600],
  ])("that says %s is understood", async (_, changes, accessTokenExpiration, seconds) => {
    const test = new TestAuthorization({ accessTokenExpiration });
    await test.endpoint.answers(tokens(1, changes));
    await test.consent();
    expect(await test.token()).toMatchObject({ expiresAt: test.clock.now() + seconds * 1000 });
  });

  test.each<[string, object, string[]]>([
    ["no scope", { scope: undefined }, ["read", "offline"]],
    ["null for a scope", { scope: null }, ["read", "offline"]],
    ["a scope that is a number", { scope: 5 }, ["read", "offline"]],
    ["a list of scopes", { scope: ["read", "write"] }, ["read", "write"]],
    [
      "a list of which one has two words",
      { scope: ["read write", null, "offline"] },
      ["read", "write", "offline"],
    ],
    ["an empty list", { scope: [] }, []],
  ])("that says %s is understood", async (_, changes, scopes) => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, changes));
    await test.consent();
    expect(await test.status()).toMatchObject({ kind: "authorized", scopes });
  });

  test.each<[string, object, boolean]>([
    ["no refresh token", { refresh_token: undefined }, false],
    ["null for a refresh token", { refresh_token: null }, false],
    ["an empty refresh token", { refresh_token: "" }, false],
    ["null for everything that is optional", { scope: null, id_token: null, error: null, more: null }, true],
  ])("that says %s is understood", async (_, changes, isRenewed) => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, changes));
    expect(await test.consent()).toMatchObject({ ok: true });
    expect(await test.status()).toMatchObject({ kind: "authorized", isRenewed });
  });

  test.each([200, 201, 203])("may answer tokens with status %i", async (status) => {
    const test = new TestAuthorization();
    await test.endpoint.answers({ ...tokens(1), status });
    expect(await test.consent()).toMatchObject({ ok: true });
    expect(await test.token()).toMatchObject({ accessToken: "access-token-1" });
  });

  test("may send an ID token, which nobody looks at", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, { id_token: "not.a.jwt" }));
    expect(await test.consent()).toMatchObject({ ok: true });
  });
});

describe("a token", () => {
  async function authorized(changes: object = {}, ...more: object[]) {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, changes), ...more);
    expect(await test.consent()).toMatchObject({ ok: true });
    return test;
  }

  test("is there for the asking until it is due for renewal", async () => {
    const test = await authorized();
    test.clock.pass(HOUR_MS - 300_001);
    expect(await test.token()).toMatchObject({ accessToken: "access-token-1" });
    expect(await test.endpoint.calls()).toHaveLength(1);
  });

  test("is renewed in the background before it expires", async () => {
    const test = await authorized({}, tokens(2));
    test.clock.pass(HOUR_MS - 300_000);
    expect(await test.token()).toMatchObject({ accessToken: "access-token-1" });
    await test.settled();
    expect(await test.token()).toMatchObject({ accessToken: "access-token-2" });
  });

  test("that has less than five seconds left is not sent any more", async () => {
    const test = await authorized({ expires_in: 20, refresh_token: undefined });
    test.clock.pass(15_000 - 1);
    expect(await test.token()).toMatchObject({ kind: "token" });
    test.clock.pass(1);
    expect(await test.token()).toMatchObject({ kind: "expired" });
  });

  test("that has expired is renewed once however many callers wait", async () => {
    const test = await authorized({}, { ...tokens(2), isHeld: true });
    test.clock.pass(HOUR_MS);
    const waiting = [test.token(), test.token(), test.token()];
    await test.endpoint.arrived(2);
    await test.endpoint.release();
    for (const result of await Promise.all(waiting)) {
      expect(result).toMatchObject({ kind: "token", accessToken: "access-token-2" });
    }
    const [, refresh, ...others] = await test.endpoint.forms();
    expect(refresh).toMatchObject({ grant_type: "refresh_token", refresh_token: "refresh-token-1" });
    expect(others).toEqual([]);
  });

  test("is renewed with the newest refresh token, and with the old one where there is no newer", async () => {
    const test = await authorized({}, tokens(2), tokens(3, { refresh_token: undefined }), tokens(4));
    for (let time = 2; time <= 4; time++) {
      test.clock.pass(HOUR_MS);
      expect(await test.token()).toMatchObject({ accessToken: `access-token-${time}` });
    }
    const used = (await test.endpoint.forms()).map(({ refresh_token: used }) => used);
    expect(used).toEqual([undefined, "refresh-token-1", "refresh-token-2", "refresh-token-2"]);
  });

  test.each<[string, object]>([
    ["no access token", { access_token: undefined }],
    ["null for an access token", { access_token: null }],
    ["an unusable access token", { access_token: "a\r\nb" }],
    ["another token type", { token_type: "mac" }],
    ["no token type", { token_type: null }],
    ["no lifetime", { expires_in: null }],
  ])("whose renewal answers %s is renewed with the refresh token of that answer", async (_, changes) => {
    const test = await authorized({}, tokens(2, changes), tokens(3));
    test.clock.pass(HOUR_MS);
    expect(await test.token()).toMatchObject({ kind: "unavailable" });
    const later = new TestAuthorization({}, { storage: test.storage });
    later.clock.pass(HOUR_MS);
    const { tokenUrl } = test.application;
    expect(await later.token({ changes: { tokenUrl } })).toMatchObject({ accessToken: "access-token-3" });
    const used = (await test.endpoint.forms()).map(({ refresh_token: used }) => used);
    expect(used).toEqual([undefined, "refresh-token-1", "refresh-token-2"]);
  });

  test("goes on being used while its renewal brings nothing but a refresh token", async () => {
    const test = await authorized({}, tokens(2, { access_token: null }), tokens(3));
    test.clock.pass(HOUR_MS - 300_000);
    for (let asked = 0; asked < 2; asked++) {
      expect(await test.token()).toMatchObject({ accessToken: "access-token-1" });
      await test.settled();
    }
    test.clock.pass(300_000);
    expect(await test.token()).toMatchObject({ accessToken: "access-token-3" });
  });

  test("whose grant the provider does not accept any more needs authorization, with the provider's reason", async () => {
    const test = await authorized(
      {},
      { status: 400, body: { error: "invalid_grant", error_description: "grant was revoked" } },
    );
    test.clock.pass(HOUR_MS);
    const reason = `${new URL(test.endpoint.url).host} answered: invalid_grant: grant was revoked`;
    expect(await test.token()).toEqual({ kind: "expired", reason });
    expect(await test.token()).toEqual({ kind: "expired", reason });
    expect(await test.status()).toEqual({ kind: "lost", reason });
    expect(await test.endpoint.calls()).toHaveLength(2);
    await test.endpoint.answers(tokens(5));
    await test.consent();
    expect(await test.token()).toMatchObject({ accessToken: "access-token-5" });
  });

  test.each([
    ["passes", { status: 503, body: "" }, TROUBLE_REMEMBERED_MS],
    ["is a clear no", { status: 400, body: { error: "invalid_client" } }, REFUSAL_REMEMBERED_MS],
  ])("goes on being used while renewing fails in a way that %s", async (_, failure, remembered) => {
    const test = await authorized({}, failure, failure, tokens(2));
    test.clock.pass(HOUR_MS - 300_000);
    for (let asked = 0; asked < 3; asked++) {
      expect(await test.token()).toMatchObject({ accessToken: "access-token-1" });
      await test.settled();
    }
    expect(await test.endpoint.calls()).toHaveLength(2);
    test.clock.pass(300_000);
    expect(await test.token()).toMatchObject({ kind: "unavailable" });
    expect(await test.token()).toMatchObject({ kind: "unavailable" });
    expect(await test.endpoint.calls()).toHaveLength(3);
    test.clock.pass(remembered);
    expect(await test.token()).toMatchObject({ accessToken: "access-token-2" });
  });

  test("that may not be renewed, as in deployed mode, expires", async () => {
    const test = await authorized({}, tokens(2));
    test.clock.pass(HOUR_MS - 60_000);
    expect(await test.token({ refresh: false })).toMatchObject({ accessToken: "access-token-1" });
    await test.settled();
    test.clock.pass(60_000);
    expect(await test.token({ refresh: false })).toMatchObject({ kind: "expired" });
    expect(await test.endpoint.calls()).toHaveLength(1);
  });

  test("that lives for less than it may still have left is handed out when it has just been issued", async () => {
    const test = await authorized({ expires_in: 1 }, tokens(2, { expires_in: 1 }));
    expect(await test.token()).toMatchObject({ kind: "token", accessToken: "access-token-2" });
  });

  test("is not good after a reset, and one granted afterwards is", async () => {
    const test = await authorized({}, tokens(2));
    const resetAt = test.clock.now() + 1000;
    test.clock.pass(2000);
    expect(await test.token({ resetAt })).toEqual({
      kind: "expired",
      reason: "Consents to this application have been reset.",
    });
    await test.consent();
    expect(await test.token({ resetAt })).toMatchObject({ accessToken: "access-token-2" });
  });

  test("is never sent to another token endpoint", async () => {
    const test = await authorized();
    const changes = { tokenUrl: "https://other.example.com/token" };
    expect(await test.token({ changes })).toMatchObject({ kind: "expired" });
    expect(await test.token()).toMatchObject({ kind: "expired" });
  });
});

describe("what a provider quotes of what it was sent", () => {
  const quoting = (secret: string) =>
    `you sent "${secret}", ${encodeURIComponent(secret)} and ${btoa(`client-1:${secret}`)}`;
  const refusing = (...secrets: string[]) => ({
    status: 400,
    body: { error: `invalid_grant ${secrets[0]}`, error_description: secrets.map(quoting).join("; ") },
  });

  /** All that anybody gets to see. */
  async function seenOf(test: TestAuthorization, ...results: unknown[]): Promise<string> {
    return JSON.stringify([...results, await test.status(), test.log]);
  }

  test("is not on the page, in the log or in what functions get: client secret, code and verifier", async () => {
    const test = new TestAuthorization();
    const sent = await test.begin();
    await test.endpoint.answers(tokens(1));
    await test.complete({ state: sent.get("state") ?? "", code: "x" });
    const verifier = (await test.endpoint.forms())[0]?.code_verifier ?? "-";
    for (const secret of [CLIENT_SECRET, "short", verifier]) {
      await test.endpoint.answers(refusing(secret, "short"));
      const state = (await test.begin()).get("state") ?? "";
      const seen = await seenOf(test, await test.complete({ state, code: "short" }));
      expect(seen).toContain("you sent");
      for (const hidden of secret === verifier ? ["short"] : [secret, "short"]) {
        expect(seen).not.toContain(hidden);
        expect(seen).not.toContain(encodeURIComponent(hidden));
        expect(seen).not.toContain(btoa(`client-1:${hidden}`));
      }
    }
  });

  test("is not on the page, in the log or in what functions get: client secret and refresh token", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, { refresh_token: "r3fresh" }), refusing(CLIENT_SECRET, "r3fresh"));
    await test.consent();
    test.clock.pass(HOUR_MS);
    const seen = await seenOf(test, await test.token(), await test.token());
    expect(seen).toContain("you sent");
    for (const hidden of [CLIENT_SECRET, "r3fresh"]) {
      expect(seen).not.toContain(hidden);
      expect(seen).not.toContain(encodeURIComponent(hidden));
      expect(seen).not.toContain(btoa(`client-1:${hidden}`));
    }
  });

  test("is not in what a withdrawal says", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, { refresh_token: "r3fresh" }), refusing(CLIENT_SECRET, "r3fresh"));
    await test.consent();
    const revocationUrl = `${test.endpoint.url}/revoke`;
    const said = await test.authorization.withdraw({ ...test.application, revocationUrl });
    const seen = await seenOf(test, said);
    expect(seen).toContain("you sent");
    for (const hidden of [CLIENT_SECRET, "r3fresh"]) expect(seen).not.toContain(hidden);
  });

  test("is not in the scopes that it says it has granted", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1, { scope: "read code-1" }));
    await test.consent();
    expect(await test.status()).toMatchObject({ scopes: ["read", "***"] });
  });

  test("is not shown when it comes back with the browser", async () => {
    const test = new TestAuthorization();
    const state = (await test.begin()).get("state") ?? "";
    const error_description = quoting(CLIENT_SECRET);
    const seen = await seenOf(test, await test.complete({ state, error: "server_error", error_description }));
    expect(seen).toContain("you sent");
    expect(seen).not.toContain(CLIENT_SECRET);
  });
});

describe("a withdrawal", () => {
  test("deletes everything and revokes the refresh token at the provider", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1), { status: 200, body: "" });
    await test.consent();
    await test.begin();
    const revocationUrl = `${test.endpoint.url}/revoke`;
    expect(await test.authorization.withdraw({ ...test.application, revocationUrl })).toBeNull();
    const [, revocation] = await test.endpoint.calls();
    expect(revocation?.path).toMatch(/\/revoke$/);
    expect(new URLSearchParams(revocation?.body).get("token")).toBe("refresh-token-1");
    expect(test.storage.sealed).toBeUndefined();
    expect(await test.token()).toEqual({ kind: "none" });
  });

  test("deletes everything also when the provider does not take it", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1), { status: 503, body: "" });
    await test.consent();
    const revocationUrl = `${test.endpoint.url}/revoke`;
    expect(await test.authorization.withdraw({ ...test.application, revocationUrl })).toMatch(/answered/);
    expect(await test.token()).toEqual({ kind: "none" });
  });

  test("wins over a renewal that is under way", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1), { ...tokens(2), isHeld: true });
    await test.consent();
    test.clock.pass(HOUR_MS);
    const waiting = test.token();
    await test.endpoint.arrived(2);
    await test.authorization.withdraw(test.application);
    await test.endpoint.release();
    expect(await waiting).toEqual({ kind: "none" });
    expect(test.storage.sealed).toBeUndefined();
  });
});

describe("the storage", () => {
  test("sees one sealed text, with nothing of tokens, state or verifier in it, and neither does the log", async () => {
    const test = new TestAuthorization();
    await test.endpoint.answers(tokens(1), {
      status: 400,
      body: { error: "invalid_grant", error_description: "refresh-token-1" },
    });
    const sent = await test.begin();
    const [before = "", state = ""] = [test.storage.sealed, sent.get("state") ?? ""];
    await test.complete({ state, code: "code-1" });
    const [form] = await test.endpoint.forms();
    const after = test.storage.sealed ?? "";
    test.clock.pass(HOUR_MS);
    await test.token();
    expect(before).toMatch(/^[\w.-]+$/);
    for (const secret of [
      state,
      form?.code_verifier ?? "-",
      "access-token-1",
      "refresh-token-1",
      CLIENT_SECRET,
    ]) {
      for (const text of [before, after, test.storage.sealed ?? ""]) expect(text).not.toContain(secret);
      if (secret !== "refresh-token-1") expect(JSON.stringify(test.log)).not.toContain(secret);
    }
    expect(test.log).toMatchObject([{ event: "oauth.refresh-failed", application: "calendar" }]);
  });

  test("outlives the instance", async () => {
    const storage = new MemoryRecord();
    const test = new TestAuthorization({}, { storage });
    await test.endpoint.answers(tokens(1));
    await test.consent();
    const later = new TestAuthorization({}, { storage });
    const { tokenUrl } = test.application;
    expect(await later.token({ changes: { tokenUrl } })).toMatchObject({ accessToken: "access-token-1" });
  });

  test.each([
    ["another user's record", { id: "bob" }],
    ["what another key has sealed", { keyByte: 2 }],
  ])("has no use for %s", async (_, options) => {
    const storage = new MemoryRecord();
    const test = new TestAuthorization({}, { storage });
    await test.endpoint.answers(tokens(1));
    await test.consent();
    expect(await new TestAuthorization({}, { storage, ...options }).token()).toEqual({ kind: "none" });
  });

  test.each(["", "x", "a.b.c.d.e"])("that holds %j holds nothing", async (sealed) => {
    const storage = new MemoryRecord();
    storage.sealed = sealed;
    expect(await new TestAuthorization({}, { storage }).token()).toEqual({ kind: "none" });
  });
});
