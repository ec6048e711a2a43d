import { describe, expect, test } from "vitest";
import { NOW } from "../../policy-kit.ts";
import { basic, clients, jsonOf, policy, run, tokenOf, tokenRequest, world } from "./oauth-kit.ts";

const answers = "<GenerateResponse/>";
const refresh = (inside = answers) => policy("RefreshAccessToken", inside);
const form = { grant_type: "refresh_token", refresh_token: "refresh-1" };

/** A refresh token of a user. */
const ofUser = (change = {}) =>
  tokenOf({
    kind: "refresh",
    token: "refresh-1",
    sibling: "token-1",
    grantType: "password",
    endUser: "bob",
    attributes: [{ name: "user", value: "u-7", display: false }],
    refreshCount: 2,
    ...change,
  });

test("a new access token comes with a new refresh token, and the old one is gone", async () => {
  const given = await world(clients, ofUser());
  const { isOver, response } = await run(refresh(), tokenRequest(form), given);
  const [access, next] = given.issuedTokens.tokens.values();
  expect(isOver).toBe(true);
  expect(jsonOf(response)).toMatchObject({
    access_token: access?.token,
    refresh_token: next?.token,
    refresh_count: "3",
    scope: "READ LIST",
  });
  expect([access?.kind, next?.kind, next?.token === "refresh-1"]).toEqual(["access", "refresh", false]);
  expect(access).toMatchObject({
    clientId: "key-1",
    endUser: "bob",
    attributes: [{ name: "user", value: "u-7", display: false }],
    grantType: "refresh_token",
    refreshCount: 3,
  });
});

test("ReuseRefreshToken keeps the refresh token and its end", async () => {
  const before = ofUser();
  const given = await world(clients, before);
  const xml = refresh(`${answers}<ReuseRefreshToken>true</ReuseRefreshToken>`);
  const { response } = await run(xml, tokenRequest(form), given);
  expect(jsonOf(response)).toMatchObject({ refresh_token: "refresh-1", refresh_count: "3" });
  const stored = given.issuedTokens.tokens.get("refresh refresh-1");
  expect(stored).toMatchObject({ expiresAt: before.expiresAt, refreshCount: 3, issuedAt: before.issuedAt });
  expect((await run(xml, tokenRequest(form), given)).response?.status).toBe(200);
});

test("of several who present the same refresh token, one gets a new one", async () => {
  const given = await world(clients, ofUser());
  const all = await Promise.all([1, 2, 3].map(() => run(refresh(), tokenRequest(form), given)));
  expect(all.map(({ response }) => response?.status).sort()).toEqual([200, 400, 400]);
});

describe("a refresh token is refused", () => {
  test.each([
    ["that nobody has issued", { token: "refresh-0" }, "Invalid Refresh Token"],
    ["of another app", { clientId: "key-2" }, "Invalid Refresh Token"],
    ["that was revoked", { status: "revoked" as const }, "Invalid Refresh Token"],
    ["that is an access token", { kind: "access" as const }, "Invalid Refresh Token"],
    ["that has expired", { expiresAt: NOW }, "Refresh Token expired"],
  ])("%s", async (_what, change, text) => {
    const given = await world(clients, ofUser(change));
    const { fault, response } = await run(refresh(), tokenRequest(form), given);
    expect([fault?.status, fault?.code]).toEqual([400, "steps.oauth.v2.invalid_request"]);
    expect(response?.content).toBe(`{"ErrorCode" : "invalid_request", "Error" :"${text}"}`);
    expect(given.issuedTokens.tokens.size).toBe(1);
    const compliant = refresh(`${answers}<RFCCompliantRequestResponse>true</RFCCompliantRequestResponse>`);
    expect(jsonOf((await run(compliant, tokenRequest(form), given)).response)).toEqual({
      error: "invalid_grant",
      error_description: text,
    });
  });

  test.each([
    [{ refresh_token: "refresh-1" }, "", "Required param : grant_type"],
    [{ ...form, grant_type: "password" }, "", "Unsupported grant type : password"],
    [{ grant_type: "refresh_token" }, "", "Required param : refresh_token"],
    [
      { grant_type: "refresh_token" },
      "<RefreshToken>request.header.x-refresh</RefreshToken>",
      "Failed to resolve RefreshToken variable request.header.x-refresh",
    ],
  ])("%j %s", async (asked, inside, text) => {
    const { fault } = await run(
      refresh(answers + inside),
      tokenRequest(asked),
      await world(clients, ofUser()),
    );
    expect(fault?.message).toBe(text);
  });
});

test.each([[null], [basic("key-1", "wrong")], [basic("key-2", "secret-2")]])(
  "nobody but the app gets a new token: %j",
  async (authorization) => {
    const given = await world(clients, ofUser());
    const { response } = await run(refresh(), tokenRequest(form, authorization), given);
    expect(response?.status).toBeGreaterThanOrEqual(400);
    expect([...given.issuedTokens.tokens.keys()]).toEqual(["refresh refresh-1"]);
  },
);

describe("scopes of a new token", () => {
  test.each([
    ["", "READ LIST"],
    ["READ", "READ"],
    ["READ WRITE", null],
    ["WRITE", null],
  ])("asked for %j are no more than before", async (scope, granted) => {
    const xml = refresh(`${answers}<Scope>request.formparam.scope</Scope>`);
    const given = await world(clients, ofUser());
    const { response } = await run(xml, tokenRequest({ ...form, scope }), given);
    expect(jsonOf(response)).toMatchObject(
      granted === null ? { ErrorCode: "invalid_request", Error: "Invalid Scope" } : { scope: granted },
    );
    const renewals = [...given.issuedTokens.tokens.values()].filter(({ kind }) => kind === "refresh");
    expect(renewals.map(({ scopes }) => scopes)).toEqual([["READ", "LIST"]]);
  });

  test("of one that had none are none", async () => {
    const given = await world(clients, ofUser({ scopes: [] }));
    expect(jsonOf((await run(refresh(), tokenRequest(form), given)).response).scope).toBe("");
  });

  test("that the app has lost are not granted again", async () => {
    const products = clients.products.map((product) => ({ ...product, scopes: ["READ"] }));
    const given = await world({ ...clients, products }, ofUser());
    expect(jsonOf((await run(refresh(), tokenRequest(form), given)).response).scope).toBe("READ");
  });
});

test("fail closed: without the store nobody gets a token", async () => {
  const given = await world(clients, ofUser());
  given.issuedTokens.isDown = true;
  expect((await run(refresh(), tokenRequest(form), given)).fault?.code).toBe("sortie.ClientsUnavailable");
});
