/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { applicationResetKey, resetValue } from "../../src/credentials/oauth/resets.ts";
import { authorizationId } from "../../src/worker/authorization-id.ts";
import { servedBy, servicesOf } from "../../src/worker/gateways.ts";
import { application, CLIENT_SECRET, tokens } from "../credentials/oauth/kit.ts";
import { Scripted } from "../credentials/script.ts";
import { setSecret } from "../functions/function-kit.ts";
import {
  beginConsent,
  browse,
  callBack,
  consent,
  deployApplications,
  idOf,
  ORIGIN,
  submit,
  tokenOf,
} from "./oauth-kit.ts";

const endpoint = new Scripted();
const tokenUrl = `${endpoint.url}/token`;
const calendar = application(tokenUrl, {
  displayName: "Calendar <b>",
  approvalPrompt: "May we & you?\n<script>alert(1)</script>",
});
const disabled = application(tokenUrl, { name: "disabled", displayName: "Disabled", enabled: false });
const named = application(tokenUrl, { name: "named", issuer: "https://provider.example.com" });
const secretless = application(tokenUrl, { name: "secretless" });
const revoking = application(tokenUrl, { name: "revoking", revocationUrl: `${endpoint.url}/revoke` });
const all = [calendar, disabled, named, secretless, revoking];

/** A user who has never been here. */
let user: string;

beforeAll(async () => {
  await deployApplications(all);
  for (const { name } of all) {
    if (name === "secretless") continue;
    await setSecret(
      { environment: "local", source: `outbound-application:${name}`, name: "clientSecret" },
      CLIENT_SECRET,
    );
  }
});

beforeEach(async () => {
  user = `user-${crypto.randomUUID()}`;
  await endpoint.answers(tokens(1));
});

const get = async (name = "calendar", refresh = true) => {
  const { consents } = await servedBy(env).services.load();
  return consents.tokens.get(name, idOf(user), refresh);
};

describe("every page", () => {
  test.each(["", "/calendar/authorize", "/calendar/callback?state=x&code=y", "/nothing/authorize"])(
    "%s has strict headers and no script",
    async (path) => {
      const { headers, text } = await browse(user, `/_sortie/oauth${path}`);
      expect(Object.fromEntries(headers)).toMatchObject({
        "content-type": "text/html; charset=UTF-8",
        "content-security-policy":
          "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
      });
      expect(text).not.toMatch(/<script|\son\w+=|javascript:|style=/i);
      expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    },
  );

  test.each([
    ["GET", ""],
    ["GET", "/calendar/authorize"],
    ["GET", "/calendar/callback?state=x&code=y"],
    ["POST", "/calendar/authorize"],
    ["POST", "/calendar/withdraw"],
  ])("%s %s is for people who are signed in", async (method, path) => {
    const { status, text } = await browse(null, `/_sortie/oauth${path}`, { method });
    expect(status).toBe(401);
    expect(text).toContain("<h1>Sign in</h1>");
  });

  test("says where to sign in, and comes back", async () => {
    await deployApplications(all, { loginUrl: "https://login.example.com/in?a=b" });
    const { text } = await browse(null, "/_sortie/oauth/calendar/authorize?return_to=/x");
    const back = encodeURIComponent(`${ORIGIN}/_sortie/oauth/calendar/authorize?return_to=/x`);
    expect(text).toContain(`href="https://login.example.com/in?a=b&amp;return_to=${back}"`);
    await deployApplications(all);
  });

  test("is refused to a bad token and to programs", async () => {
    const withToken = (jwt: string) =>
      browse(null, "/_sortie/oauth", { headers: { authorization: `Bearer ${jwt}` } });
    expect((await withToken("garbage")).status).toBe(401);
    expect((await withToken(await tokenOf("", { common_name: "job" }))).status).toBe(403);
  });

  test.each([
    ["of another site", { origin: "https://evil.example.com", "sec-fetch-site": "cross-site" }],
    ["of a sandbox", { origin: "null" }],
    ["of a neighbour", { "sec-fetch-site": "same-site" }],
  ])("takes no form %s", async (_, headers) => {
    for (const form of ["authorize", "withdraw"]) {
      const { status } = await browse(user, `/_sortie/oauth/calendar/${form}`, { method: "POST", headers });
      expect(status).toBe(403);
    }
  });

  test("of an application that there is not is not found", async () => {
    expect((await browse(user, "/_sortie/oauth/nothing/authorize")).status).toBe(404);
    expect((await browse(user, "/_sortie/oauth/nothing/callback?state=x")).status).toBe(404);
    expect((await submit(user, "/_sortie/oauth/nothing/withdraw")).status).toBe(404);
  });
});

describe("with a publicUrl the pages have a host of their own", () => {
  const own = "https://consents.test";
  beforeAll(() => deployApplications(all, { publicUrl: own }));
  afterAll(() => deployApplications(all));

  test.each(["", "/calendar/authorize?return_to=%2F_sortie%2F", "/calendar/callback?state=x&code=y"])(
    "%s leads there from any other",
    async (path) => {
      const { status, headers } = await browse(user, `/_sortie/oauth${path}`);
      expect([status, headers.get("location")]).toEqual([303, `${own}/_sortie/oauth${path}`]);
    },
  );

  test.each(["authorize", "withdraw"])("a form cannot be sent to any other: %s", async (what) => {
    const { status, text } = await submit(user, `/_sortie/oauth/calendar/${what}`);
    expect(status).toBe(403);
    expect(text).toContain(`These pages are at <a href="${own}/_sortie/oauth">${own}</a>`);
  });

  test("nor can a page of a proxy send one there", async () => {
    const headers = { origin: ORIGIN, "sec-fetch-site": "same-site" };
    const withdraw = `${own}/_sortie/oauth/calendar/withdraw`;
    expect((await browse(user, withdraw, { method: "POST", headers })).status).toBe(403);
  });

  test("there they work, and end there", async () => {
    const form = { return_to: "/a-proxy/page" };
    const headers = { origin: own, "sec-fetch-site": "same-origin" };
    const body = new URLSearchParams(form);
    const authorize = `${own}/_sortie/oauth/calendar/authorize`;
    const { text } = await browse(user, authorize, { method: "POST", body, headers });
    const sent = new URL(/<a class="button" href="([^"]+)">/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "");
    const callback = `${own}/_sortie/oauth/calendar/callback`;
    expect(sent.searchParams.get("redirect_uri")).toBe(callback);
    const query = new URLSearchParams({ state: sent.searchParams.get("state") ?? "", code: "code-1" });
    const { status, headers: answered } = await browse(user, `${callback}?${query}`);
    expect([status, answered.get("location")]).toEqual([303, "/_sortie/oauth"]);
    expect((await get()).accessToken).toBe("access-token-1");
  });

  test("and whoever has to consent is told of them", async () => {
    const error = await get().catch((thrown) => thrown);
    expect(error.authorizePath).toBe(`${own}/_sortie/oauth/calendar/authorize`);
  });
});

describe("the prompt", () => {
  test("is shown with the scopes, and whatever it holds is text", async () => {
    const { status, text } = await browse(user, "/_sortie/oauth/calendar/authorize");
    expect(status).toBe(200);
    expect(text).toContain("May we &amp; you?\n&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text).toContain("Authorize Calendar &lt;b&gt;");
    expect(text).toContain("<code>read</code>");
    expect(text).toContain("Continue to provider.example.com");
  });

  test("leads to the provider, with where to come back", async () => {
    const sent = await beginConsent(user, "calendar");
    expect(sent.get("redirect_uri")).toBe(`${ORIGIN}/_sortie/oauth/calendar/callback`);
  });

  test("is not shown for a disabled application", async () => {
    expect((await browse(user, "/_sortie/oauth/disabled/authorize")).status).toBe(403);
    expect((await submit(user, "/_sortie/oauth/disabled/authorize")).status).toBe(403);
  });

  test.each([
    "//evil.example.com",
    "///evil.example.com",
    "/\\evil.example.com",
    "\\/evil.example.com",
    "\\\\evil.example.com",
    "https://evil.example.com",
    "https:evil.example.com",
    "https:/evil.example.com",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2F%2Fevil.example.com",
    "evil.example.com",
    "@evil.example.com",
    ".evil.example.com",
    " /x",
    "/\t/evil.example.com",
    "/\n/evil.example.com",
    "\t//evil.example.com",
    "/x\r\nset-cookie: a=b",
    "/./\\evil.example.com",
    "/..//evil.example.com",
    "/.//evil.example.com",
    "/ü",
    `/${"x".repeat(2000)}`,
  ])("does not take %j to return to", async (returnTo) => {
    const asked = await browse(
      user,
      `/_sortie/oauth/calendar/authorize?return_to=${encodeURIComponent(returnTo)}`,
    );
    expect(asked.status).toBe(400);
    expect((await submit(user, "/_sortie/oauth/calendar/authorize", { return_to: returnTo })).status).toBe(
      400,
    );
  });

  test.each(["/", "/v1/orders?id=1&x=%2F%2Fevil", "/a//b", "/%2F%2Fevil.example.com", "/x#part"])(
    "returns to %j of the gateway itself",
    async (returnTo) => {
      const { status, headers } = await consent(user, "calendar", returnTo);
      expect(status).toBe(303);
      expect(headers.get("location")).toBe(returnTo);
    },
  );
});

describe("the callback", () => {
  test("makes the token usable, and goes back", async () => {
    const { status, headers } = await consent(user, "calendar");
    expect([status, headers.get("location")]).toEqual([303, "/back"]);
    expect(await get()).toMatchObject({ type: "oauth", accessToken: "access-token-1" });
  });

  test("without a place to go back to shows what was granted", async () => {
    expect((await consent(user, "calendar", "")).headers.get("location")).toBe("/_sortie/oauth");
  });

  test("takes a state once", async () => {
    const state = (await beginConsent(user, "calendar")).get("state") ?? "";
    const answers = await Promise.all(
      [1, 2].map(() => callBack(user, "calendar", { state, code: "code-1" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
    expect((await callBack(user, "calendar", { state, code: "code-2" })).status).toBe(400);
    expect(await endpoint.calls()).toHaveLength(1);
  });

  test("does not take another user's state, which stays good for its own", async () => {
    const state = (await beginConsent(user, "calendar")).get("state") ?? "";
    expect((await callBack("mallory", "calendar", { state, code: "code-1" })).status).toBe(400);
    expect((await callBack(user, "calendar", { state, code: "code-1" })).status).toBe(303);
  });

  test("does not take the state of another application", async () => {
    const state = (await beginConsent(user, "named")).get("state") ?? "";
    expect((await callBack(user, "calendar", { state, code: "code-1" })).status).toBe(400);
    expect(await endpoint.calls()).toHaveLength(0);
  });

  test.each([
    ["https://provider.example.com", 303],
    ["https://evil.example.com", 400],
    [null, 400],
  ])("of an application with an issuer, named %s, answers %i", async (iss, status) => {
    const state = (await beginConsent(user, "named")).get("state") ?? "";
    const answer = await callBack(user, "named", { state, code: "code-1", ...(iss && { iss }) });
    expect(answer.status).toBe(status);
  });

  test("shows the provider's error as text, and leads back", async () => {
    const state = (await beginConsent(user, "calendar")).get("state") ?? "";
    const description = "<img src=x onerror=alert(1)>";
    const { status, text } = await callBack(user, "calendar", {
      state,
      error: "access_denied",
      error_description: description,
    });
    expect(status).toBe(400);
    expect(text).toContain("access_denied: &lt;img src=x onerror=alert(1)&gt;");
    expect(text).toContain('<a href="/_sortie/oauth/calendar/authorize?return_to=%2Fback">Begin again</a>');
    expect(text).toContain('<a href="/back">go back without it</a>');
  });

  test("says that the client secret is missing, and how to set it", async () => {
    const state = (await beginConsent(user, "secretless")).get("state") ?? "";
    const { status, text } = await callBack(user, "secretless", { state, code: "code-1" });
    expect(status).toBe(400);
    expect(text).toContain("sortie secret set outbound-application:secretless clientSecret --env local");
  });
});

describe("the page of consents", () => {
  test("shows every application, and what this user has granted", async () => {
    await consent(user, "calendar");
    const { text } = await browse(user, "/_sortie/oauth");
    expect(text).toContain(`You are signed in as <strong>${user}</strong>.`);
    expect(text.match(/data-status="[^"]*"/g)).toEqual([
      'data-status="authorized"',
      ...Array(all.length - 1).fill('data-status="none"'),
    ]);
    expect(text).toContain("This application is disabled: what was granted is kept and not used.");
    expect(text).not.toContain("access-token");
    expect((await browse("somebody else", "/_sortie/oauth")).text).not.toContain('data-status="authorized"');
  });

  test("shows why an application has to be authorized again", async () => {
    await endpoint.answers(tokens(1, { expires_in: 1 }), {
      status: 400,
      body: { error: "invalid_grant", error_description: "it was revoked <there>" },
    });
    await consent(user, "calendar");
    await expect(get()).rejects.toMatchObject({ name: "AuthorizationRequired" });
    const { text } = await browse(user, "/_sortie/oauth");
    expect(text).toContain("invalid_grant: it was revoked &lt;there&gt;");
    expect(text).toContain('data-status="lost"');
  });

  test("lets a user withdraw, and tells the provider", async () => {
    await endpoint.answers(tokens(1), { body: "" });
    await consent(user, "revoking");
    expect(await get("revoking")).toMatchObject({ accessToken: "access-token-1" });
    const { status, headers } = await submit(user, "/_sortie/oauth/revoking/withdraw");
    expect([status, headers.get("location")]).toEqual([303, "/_sortie/oauth?withdrawn=revoking"]);
    await expect(get("revoking")).rejects.toMatchObject({
      authorizePath: "/_sortie/oauth/revoking/authorize",
    });
    expect((await endpoint.forms())[1]).toMatchObject({ token: "refresh-token-1" });
    expect((await browse(user, "/_sortie/oauth?withdrawn=revoking")).text).toContain(
      "Your consent has been withdrawn.",
    );
  });

  test("says when the provider was not told", async () => {
    await endpoint.answers(tokens(1), { status: 500, body: "" });
    await consent(user, "revoking");
    const { status, text } = await submit(user, "/_sortie/oauth/revoking/withdraw");
    expect(status).toBe(200);
    expect(text).toContain("Your consent has been withdrawn here, but perhaps not at");
    await expect(get("revoking")).rejects.toMatchObject({ name: "AuthorizationRequired" });
  });

  test("lets a user authorize again after a withdrawal", async () => {
    await consent(user, "calendar");
    await submit(user, "/_sortie/oauth/calendar/withdraw");
    await endpoint.answers(tokens(2));
    await consent(user, "calendar");
    expect(await get()).toMatchObject({ accessToken: "access-token-2" });
  });
});

describe("the token", () => {
  test("is renewed by one request however many ask for it", async () => {
    await endpoint.answers(tokens(1, { expires_in: 1 }), { ...tokens(2), isHeld: true });
    await consent(user, "calendar");
    const waiting = [get(), get(), get()];
    await endpoint.arrived(2);
    await endpoint.release();
    for (const token of await Promise.all(waiting)) expect(token.accessToken).toBe("access-token-2");
    expect(await endpoint.calls()).toHaveLength(2);
  });

  test("in memory needs neither KV nor the Durable Object", async () => {
    await consent(user, "calendar");
    await get();
    const found = servicesOf(env).consents.tokens.get("calendar", idOf(user), true);
    expect(found).not.toBeInstanceOf(Promise);
    expect(found).toMatchObject({ accessToken: "access-token-1" });
  });

  test("is not renewed in deployed mode", async () => {
    await endpoint.answers(tokens(1, { expires_in: 1 }), tokens(2));
    await consent(user, "calendar");
    await expect(get("calendar", false)).rejects.toThrow(
      "Credentials expired and no refresh handler provided",
    );
    expect(await get()).toMatchObject({ accessToken: "access-token-2" });
  });

  test("of a disabled application is kept and not used", async () => {
    await consent(user, "calendar");
    await deployApplications(all.map((each) => ({ ...each, enabled: false })));
    await expect(get()).rejects.toThrow("401 Unauthorized: the outbound application calendar is disabled.");
    await deployApplications(all);
    expect(await get()).toMatchObject({ accessToken: "access-token-1" });
  });

  test("is not good any more after a reset of the application", async () => {
    await consent(user, "calendar");
    await env.CONFIG.put(applicationResetKey("local", "calendar"), resetValue(Date.now()));
    await expect(get()).rejects.toThrow("Credentials expired and no refresh handler provided");
    await env.CONFIG.delete(applicationResetKey("local", "calendar"));
  });
});

test.each([
  [
    "without a key to seal with",
    undefined,
    "The Worker has no SEALING_KEY to seal the tokens of users with.",
  ],
  ["with a key that is none", "c2VjcmV0", "SEALING_KEY is not a key of 32 bytes in base64."],
])("%s nothing is kept, and the page says what to do", async (_, SEALING_KEY, message) => {
  const stub = env.USER_AUTHORIZATION.getByName(authorizationId("local", "calendar", idOf(user)));
  await runInDurableObject(stub, (instance) => {
    Object.defineProperty(instance, "env", { value: { ...env, SEALING_KEY } });
  });
  const { status, text } = await submit(user, "/_sortie/oauth/calendar/authorize");
  expect(status).toBe(400);
  expect(text).toContain(message);
  expect(text).toContain("openssl rand -base64 32");
  await expect(get()).rejects.toThrow(message);
  expect((await browse(user, "/_sortie/oauth")).text).toContain(message);
});

test("neither KV nor the Durable Object has a token, a code or a secret in the clear", async () => {
  await consent(user, "calendar");
  await beginConsent(user, "calendar");
  await get();
  const [form] = await endpoint.forms();
  const secrets = ["access-token-1", "refresh-token-1", "code-1", CLIENT_SECRET, form?.code_verifier ?? "-"];
  const stub = env.USER_AUTHORIZATION.getByName(authorizationId("local", "calendar", idOf(user)));
  const stored = await runInDurableObject(stub, async (_instance, { storage }) =>
    JSON.stringify([...(await storage.list())]),
  );
  expect(stored).toMatch(/^\[\["record","[\w.-]+"\]\]$/);
  const { keys } = await env.CONFIG.list();
  const kept = await Promise.all(keys.map(async ({ name }) => `${name} ${await env.CONFIG.get(name)}`));
  for (const secret of secrets) {
    expect(stored).not.toContain(secret);
    expect(kept.join("\n")).not.toContain(secret);
  }
});
