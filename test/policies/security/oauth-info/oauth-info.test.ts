import { describe, expect, test } from "vitest";
import type { IssuedToken } from "../../../../src/clients/tokens/issued-tokens.ts";
import { deleteOAuthV2Info } from "../../../../src/policies/security/oauth-info/delete-oauth-v2-info.ts";
import { getOAuthV2Info } from "../../../../src/policies/security/oauth-info/get-oauth-v2-info.ts";
import { revokeOAuthV2 } from "../../../../src/policies/security/oauth-info/revoke-oauth-v2.ts";
import { setOAuthV2Info } from "../../../../src/policies/security/oauth-info/set-oauth-v2-info.ts";
import { faultOf, flowOf, NOW, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";
import { clients, tokenOf, type World, world } from "../oauth/oauth-kit.ts";

const withText = (text: string) => flowOf({ variables: { "the.token": text } });
const get = (element: string, more = "") =>
  `<GetOAuthV2Info name="G"><${element} ref="the.token"/>${more}</GetOAuthV2Info>`;
const ignoring = "<IgnoreAccessTokenStatus>true</IgnoreAccessTokenStatus>";

const attributes = [{ name: "plan", value: "big", display: false }];
const access = tokenOf({ sibling: "refresh-1", endUser: "bob", attributes, refreshCount: 2 });
const refresh = tokenOf({ kind: "refresh", token: "refresh-1", sibling: "token-1", expiresAt: NOW + 10_000 });
const redirectUri = "https://shop.example.com/";
const code = tokenOf({ kind: "code", token: "code-1", redirectUri, state: "a b&c", attributes });

/** What a policy has set below a prefix. */
async function told(xml: string, text: string, given: World, prefix: string) {
  const flow = await runPolicy(getOAuthV2Info, xml, withText(text), given);
  return Object.fromEntries(
    [...flow.variables].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

describe("GetOAuthV2Info", () => {
  test("tells of an access token, its refresh token, its app and its developer", async () => {
    const given = await world(clients, access, refresh);
    expect(await told(get("AccessToken"), "token-1", given, "oauthv2accesstoken.G.")).toEqual({
      access_token: "token-1",
      token_type: "BearerToken",
      scope: "READ LIST",
      status: "approved",
      client_id: "key-1",
      grant_type: "client_credentials",
      issued_at: String(NOW - 60_000),
      expires_in: "3540",
      refresh_count: "2",
      refresh_token: "refresh-1",
      refresh_token_status: "approved",
      refresh_token_issued_at: String(NOW - 60_000),
      refresh_token_expires_in: "10",
      api_product_list: "[gold,silver]",
      organization_name: "org",
      app_enduser: "bob",
      "accesstoken.plan": "big",
      "developer.id": "dev-1",
      "developer.email": "ann@example.com",
      "developer.app.name": "shop",
      "developer.app.id": "app-1",
    });
  });

  test("tells of a refresh token, a code and a client", async () => {
    const given = await world(clients, access, refresh, code);
    expect(await told(get("RefreshToken"), "refresh-1", given, "oauthv2refreshtoken.G.")).toMatchObject({
      access_token: "token-1",
      refresh_token: "refresh-1",
      client_id: "key-1",
      refresh_token_status: "approved",
      refresh_token_expires_in: "10",
      "developer.email": "ann@example.com",
    });
    expect(await told(get("AuthorizationCode"), "code-1", given, "oauthv2authcode.G.")).toEqual({
      code: "code-1",
      id: "code-1",
      scope: "READ LIST",
      redirect_uri: redirectUri,
      state: "a b&c",
      client_id: "key-1",
      status: "approved",
      issued_at: String(NOW - 60_000),
      expires_in: "3540",
      plan: "big",
    });
    expect(await told(get("ClientId"), "key-1", given, "oauthv2client.G.")).toMatchObject({
      client_id: "key-1",
      client_secret: "secret-1",
      redirection_uris: "",
      plan: "big",
      "developer.app.name": "shop",
      "developer.email": "ann@example.com",
    });
  });

  test.each<[element: string, token: Partial<IssuedToken> | null, code: string]>([
    ["AccessToken", null, "invalid_access_token"],
    ["AccessToken", { expiresAt: NOW }, "access_token_expired"],
    ["AccessToken", { status: "revoked" }, "access_token_not_approved"],
    ["RefreshToken", null, "invalid_refresh_token"],
    ["RefreshToken", { kind: "refresh", expiresAt: NOW }, "refresh_token_expired"],
    ["RefreshToken", { kind: "refresh", status: "revoked" }, "refresh_token_not_approved"],
    ["AuthorizationCode", null, "invalid_request-authorization_code_invalid"],
    ["AuthorizationCode", { kind: "code", expiresAt: NOW }, "authorization_code_expired"],
    ["AuthorizationCode", { kind: "code", status: "revoked" }, "authorization_code_not_approved"],
    ["ClientId", null, "invalid_client-invalid_client_id"],
  ])("of %s %j: %s", async (element, token, name) => {
    const given = await world(clients, ...(token ? [tokenOf(token)] : []));
    const flow = withText("token-1");
    const fault = await faultOf(getOAuthV2Info, get(element), flow, given);
    expect(fault).toMatchObject({ code: `steps.oauth.v2.${name}`, status: 500 });
    expect(variableOf(flow, "oauthV2.G.fault.name")).toBe(name);
    if (token) await runPolicy(getOAuthV2Info, get(element, ignoring), withText("token-1"), given);
  });

  test("without a value knows nothing, also where the status is ignored", async () => {
    const given = await world(clients, access);
    for (const element of ["AccessToken", "RefreshToken", "AuthorizationCode", "ClientId"]) {
      await faultOf(getOAuthV2Info, get(element, ignoring), flowOf(), given);
    }
  });

  test("tells of a token whose app is gone what is known of the token", async () => {
    const given = await world({}, access, refresh);
    const found = await told(get("AccessToken"), "token-1", given, "oauthv2accesstoken.G.");
    expect(found).toMatchObject({ client_id: "key-1" });
    expect(found).not.toHaveProperty("developer.app.name");
  });

  test("leaves nothing of an earlier token", async () => {
    const given = await world(clients, access);
    const flow = await runPolicy(getOAuthV2Info, get("AccessToken"), withText("token-1"), given);
    flow.variables.set("the.token", "another");
    await faultOf(getOAuthV2Info, get("AccessToken"), flow, given);
    expect(variableOf(flow, "oauthv2accesstoken.G.access_token")).toBe(null);
  });

  test("fails while tokens cannot be read", async () => {
    const given = await world(clients, access);
    given.issuedTokens.isDown = true;
    const fault = await faultOf(getOAuthV2Info, get("AccessToken", ignoring), withText("token-1"), given);
    expect(fault).toMatchObject({ code: "sortie.ClientsUnavailable", status: 503 });
  });
});

const set = (inside: string) =>
  `<SetOAuthV2Info name="S"><AccessToken ref="the.token"/><Attributes>${inside}</Attributes></SetOAuthV2Info>`;

describe("SetOAuthV2Info", () => {
  test("adds attributes and changes them, of the refresh token, too", async () => {
    const given = await world(clients, access, refresh);
    const xml = set(
      '<Attribute name="plan">small</Attribute><Attribute name="seat" ref="seat" display="false"/>',
    );
    const flow = withText("token-1");
    flow.variables.set("seat", "7");
    await runPolicy(setOAuthV2Info, xml, flow, given);
    const wanted = [
      { name: "plan", value: "small", display: true },
      { name: "seat", value: "7", display: false },
    ];
    for (const token of given.issuedTokens.tokens.values()) expect(token.attributes).toEqual(wanted);
    expect(variableOf(flow, "oauthv2accesstoken.S.accesstoken.plan")).toBe("small");
    expect(variableOf(flow, "oauthv2accesstoken.S.client_id")).toBe("key-1");
  });

  test("loses no change of several at once", async () => {
    const given = await world(clients, access);
    const names = ["a", "b", "c", "d"];
    await Promise.all(
      names.map((name) =>
        runPolicy(setOAuthV2Info, set(`<Attribute name="${name}">1</Attribute>`), withText("token-1"), given),
      ),
    );
    const [token] = given.issuedTokens.tokens.values();
    expect(token?.attributes.map(({ name }) => name).sort()).toEqual([...names, "plan"].sort());
  });

  test("gives a token no more than 18 attributes", async () => {
    const given = await world(clients, access);
    const many = Array.from({ length: 18 }, (_, index) => `<Attribute name="a${index}">1</Attribute>`);
    const fault = await faultOf(setOAuthV2Info, set(many.join("")), withText("token-1"), given);
    expect(fault.code).toBe("sortie.TooManyTokenAttributes");
    const [token] = given.issuedTokens.tokens.values();
    expect(token?.attributes).toEqual(attributes);
  });

  test("fails while tokens cannot be read, or others change the token all the time", async () => {
    const given = await world(clients, access);
    const fail = () =>
      faultOf(setOAuthV2Info, set('<Attribute name="a">1</Attribute>'), withText("token-1"), given);
    given.issuedTokens.change = async () => false;
    expect((await fail()).code).toBe("sortie.ClientsUnavailable");
    given.issuedTokens.isDown = true;
    expect((await fail()).code).toBe("sortie.ClientsUnavailable");
  });

  test.each<[token: Partial<IssuedToken> | null, code: string]>([
    [null, "invalid_access_token"],
    [{ expiresAt: NOW }, "access_token_expired"],
    [{ status: "revoked" }, "access_token_not_approved"],
  ])("of %j: %s", async (token, name) => {
    const given = await world(clients, ...(token ? [tokenOf(token)] : []));
    const fault = await faultOf(
      setOAuthV2Info,
      set('<Attribute name="a">1</Attribute>'),
      withText("token-1"),
      given,
    );
    expect(fault.code).toBe(`steps.oauth.v2.${name}`);
  });
});

const revoke = (inside: string) => `<RevokeOAuthV2 name="R">${inside}</RevokeOAuthV2>`;
const APP = "<AppId>app-1</AppId>";
const USER = '<EndUserId ref="the.user"/>';

describe("RevokeOAuthV2", () => {
  async function statuses(xml: string, user: string | null = "bob") {
    const tokens = [access, refresh, { ...access, token: "token-2", endUser: "eve", appId: "app-2" }];
    const given = await world(clients, ...tokens);
    const flow = flowOf({ variables: user === null ? {} : { "the.user": user } });
    await runPolicy(revokeOAuthV2, xml, flow, given);
    const found = await Promise.all(
      tokens.map(({ kind, token }) => given.issuedTokens.find(kind, token, 0, flow.exchange)),
    );
    return found.map((token) => token?.status);
  }

  test.each<[xml: string, statuses: string[]]>([
    [APP, ["revoked", "revoked", "approved"]],
    [`${APP}<Cascade>false</Cascade>`, ["revoked", "approved", "approved"]],
    [USER, ["revoked", "approved", "approved"]],
    [APP + USER, ["revoked", "approved", "approved"]],
    [`${APP}<RevokeBeforeTimestamp>1</RevokeBeforeTimestamp>`, ["approved", "approved", "approved"]],
    [`<AppId>app-2</AppId>${USER}`, ["approved", "approved", "approved"]],
  ])("%s leaves %j", async (inside, expected) => {
    expect(await statuses(revoke(inside))).toEqual(expected);
  });

  test.each([[USER], [APP + USER]])("%s without a user revokes nothing of others", async (inside) => {
    const given = await world(clients, access);
    const fault = await faultOf(revokeOAuthV2, revoke(inside), flowOf(), given);
    expect(fault.code).toBe("sortie.NothingToRevoke");
    const found = await given.issuedTokens.find("access", "token-1", 0, flowOf().exchange);
    expect(found?.status).toBe("approved");
  });

  test.each(["soon", "-1", "1e3"])("a time of %s is none", async (time) => {
    const xml = revoke(`${APP}<RevokeBeforeTimestamp>${time}</RevokeBeforeTimestamp>`);
    const fault = await faultOf(revokeOAuthV2, xml, flowOf(), await world());
    expect(fault.code).toBe("sortie.InvalidRevokeBeforeTimestamp");
  });

  test("a time to come revokes nothing that is issued later", async () => {
    const given = await world(clients, access);
    const xml = revoke(`${APP}<RevokeBeforeTimestamp>${NOW + 3_600_000}</RevokeBeforeTimestamp>`);
    const flow = await runPolicy(revokeOAuthV2, xml, flowOf(), given);
    await given.issuedTokens.add([{ ...access, token: "token-2", issuedAt: NOW + 1 }], flow.exchange);
    const found = ["token-1", "token-2"].map((token) =>
      given.issuedTokens.find("access", token, 0, flow.exchange),
    );
    expect((await Promise.all(found)).map((token) => token?.status)).toEqual(["revoked", "approved"]);
  });

  test("fails where it cannot be stored", async () => {
    const given = await world();
    given.issuedTokens.isDown = true;
    expect((await faultOf(revokeOAuthV2, revoke(APP), flowOf(), given)).status).toBe(503);
  });
});

const remove = (element: string) =>
  `<DeleteOAuthV2Info name="D"><${element} ref="the.token"/></DeleteOAuthV2Info>`;

describe("DeleteOAuthV2Info", () => {
  test("deletes a token or a code, once", async () => {
    const given = await world(clients, access, refresh, code);
    await runPolicy(deleteOAuthV2Info, remove("AccessToken"), withText("token-1"), given);
    await runPolicy(deleteOAuthV2Info, remove("AuthorizationCode"), withText("code-1"), given);
    expect([...given.issuedTokens.tokens.keys()]).toEqual(["refresh refresh-1"]);
    const again = await faultOf(deleteOAuthV2Info, remove("AccessToken"), withText("token-1"), given);
    expect(again).toMatchObject({ code: "steps.oauth.v2.invalid_access_token", status: 500 });
    const unknown = await faultOf(deleteOAuthV2Info, remove("AuthorizationCode"), flowOf(), given);
    expect(unknown.code).toBe("steps.oauth.v2.invalid_request-authorization_code_invalid");
  });

  test("fails where it cannot be deleted", async () => {
    const given = await world(clients, access);
    given.issuedTokens.isDown = true;
    const fault = await faultOf(deleteOAuthV2Info, remove("AccessToken"), withText("token-1"), given);
    expect(fault.code).toBe("sortie.ClientsUnavailable");
  });
});

test("what is wrong with such policies is reported at deployment", async () => {
  const given = await world();
  const of = (type: Parameters<typeof problemsOf>[0], xml: string) => problemsOf(type, xml, given)[0];
  const two = '<GetOAuthV2Info name="G"><AccessToken ref="a"/><ClientId ref="b"/></GetOAuthV2Info>';
  expect(of(getOAuthV2Info as never, two)).toBe("error SeveralSubjects 1:48");
  expect(of(setOAuthV2Info as never, '<SetOAuthV2Info name="S"/>')).toBe("error TokenValueRequired 1:1");
  expect(of(setOAuthV2Info as never, set('<Attribute name="scope">x</Attribute>'))).toBe(
    "error AttributeNotChangeable 1:56",
  );
  expect(of(revokeOAuthV2 as never, revoke(""))).toBe("error AppIdOrEndUserIdRequired 1:1");
  expect(of(deleteOAuthV2Info as never, '<DeleteOAuthV2Info name="D"/>')).toBe(
    "error TokenValueRequired 1:1",
  );
});
