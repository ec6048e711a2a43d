import { describe, expect, test } from "vitest";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { flowOf, NOW, variableOf } from "../../policy-kit.ts";
import { basic, clients, jsonOf, policy, run, tokenOf, tokenRequest, world } from "./oauth-kit.ts";

const CALLBACK = "https://shop.example.com/back";

/** The apps, with what the first of them has registered. */
function registered(callbackUrl: string) {
  return { ...clients, apps: clients.apps.map((app) => ({ ...app, callbackUrl })) };
}

const request = {
  response_type: "code",
  client_id: "key-1",
  redirect_uri: CALLBACK,
  scope: "READ",
  state: "a b&c",
};

function authorizing(parameters: Readonly<Record<string, string>>) {
  const query = String(new URLSearchParams(parameters));
  return flowOf({
    request: new RequestMessage({ path: "/v1/authorize", query }),
    variables: { "user.id": "bob" },
  });
}

const user = "<AppEndUser>user.id</AppEndUser>";
const attributes = '<Attributes><Attribute name="plan" display="false">big</Attribute></Attributes>';
const code = policy("GenerateAuthorizationCode", `${user}${attributes}<GenerateResponse/>`);
const implicit = policy("GenerateAccessTokenImplicitGrant", `${user}<GenerateResponse/>`);
const token = policy(
  "GenerateAccessToken",
  "<SupportedGrantTypes><GrantType>authorization_code</GrantType></SupportedGrantTypes><GenerateResponse/>",
);

const location = (response: { ownHeaders: Headers } | null) =>
  new URL(response?.ownHeaders.get("location") ?? "nowhere:");

describe("GenerateAuthorizationCode", () => {
  test("sends the browser back with a code, and with the state as it came", async () => {
    const given = await world(registered(CALLBACK));
    const { isOver, response, flow } = await run(code, authorizing(request), given);
    const [stored] = given.issuedTokens.tokens.values();
    expect([isOver, response?.status]).toEqual([true, 302]);
    const { origin, pathname, searchParams } = location(response);
    expect(origin + pathname).toBe(CALLBACK);
    expect(Object.fromEntries(searchParams)).toEqual({ code: stored?.token, scope: "READ", state: "a b&c" });
    expect(stored).toEqual(
      tokenOf({
        kind: "code",
        token: stored?.token ?? "",
        scopes: ["READ"],
        grantType: "authorization_code",
        endUser: "bob",
        attributes: [{ name: "plan", value: "big", display: false }],
        issuedAt: NOW,
        expiresAt: NOW + 600_000,
        redirectUri: CALLBACK,
        state: request.state,
      }),
    );
    expect(stored?.token).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(variableOf(flow, "oauthv2authcode.O.code")).toBe(stored?.token ?? "");
    expect(variableOf(flow, "oauthv2authcode.O.redirect_uri")).toBe(CALLBACK);
  });

  test("sets variables only where it does not answer", async () => {
    const silent = policy("GenerateAuthorizationCode", '<GenerateResponse enabled="false"/>');
    const { isOver, response, flow } = await run(
      silent,
      authorizing(request),
      await world(registered(CALLBACK)),
    );
    expect([isOver, response]).toEqual([false, null]);
    expect(variableOf(flow, "oauthv2authcode.O.code")).not.toBe(null);
    expect(variableOf(flow, "oauthv2authcode.O.scope")).toBe("READ");
  });

  test("adds to a query that the address has", async () => {
    const uri = `${CALLBACK}?x=1`;
    const flow = authorizing({ ...request, redirect_uri: uri });
    const { response } = await run(code, flow, await world(registered(uri)));
    expect(response?.ownHeaders.get("location")).toMatch(/back\?x=1&code=/);
  });

  test.each<[what: string, callbackUrl: string, redirectUri: string, goesTo: string | null]>([
    ["the registered one", CALLBACK, CALLBACK, CALLBACK],
    ["none, where one is registered", CALLBACK, "", CALLBACK],
    ["one of several", `https://a.example.com/, ${CALLBACK}`, CALLBACK, CALLBACK],
    ["none, where several are registered", `https://a.example.com/,${CALLBACK}`, "", null],
    ["none, where none is registered", "", "", null],
    ["any, where none is registered", "", "https://any.example.com/", "https://any.example.com/"],
    ["that of an app on a phone", "shop.example:/back", "shop.example:/back", "shop.example:/back"],
    ["another one", CALLBACK, "https://evil.example.com/", null],
    ["one that begins like the registered one", CALLBACK, `${CALLBACK}/more`, null],
    [
      "one that begins like its host",
      "https://shop.example.com",
      "https://shop.example.com.evil.example/",
      null,
    ],
    ["the registered one in other letters", CALLBACK, CALLBACK.toUpperCase(), null],
    ["both of two registered ones", `${CALLBACK},https://b.example/`, `${CALLBACK},https://b.example/`, null],
    ["a script", "", "javascript:alert(1)", null],
    ["a document", "", "data:text/html,x", null],
    ["one with a fragment", "", `${CALLBACK}#x`, null],
    ["a path", "", "/back", null],
    ["one with a line break, which parsers leave out", "", "https://shop.example.com/\nback", null],
    ["one with letters that a header cannot carry", "", "https://shop.example.com/\u20ac", null],
    ["one with a space", "", "https://shop.example.com/ back", null],
    ["a megabyte", "", `${CALLBACK}?${"x".repeat(1_000_000)}`, null],
  ])("redirect_uri: %s", async (_what, callbackUrl, redirectUri, goesTo) => {
    const given = await world(registered(callbackUrl));
    const parameters = {
      ...request,
      ...(redirectUri === "" ? { redirect_uri: "" } : { redirect_uri: redirectUri }),
    };
    const { response } = await run(code, authorizing(parameters), given);
    if (goesTo === null) {
      expect(response?.status).toBe(400);
      expect(response?.ownHeaders.get("location")).toBe(null);
      expect(given.issuedTokens.tokens.size).toBe(0);
    } else {
      expect(response?.ownHeaders.get("location")?.split("?")[0]).toBe(goesTo);
    }
  });

  test.each<[change: object, status: number, text: string]>([
    [{ response_type: "" }, 400, "The request is missing a required parameter : response_type"],
    [{ response_type: "token" }, 400, "Response type must be code"],
    [{ client_id: "" }, 400, "The request is missing a required parameter : client_id"],
    [{ client_id: "key-9" }, 401, "Invalid client id : key-9. ClientId is Invalid"],
    [
      { redirect_uri: "http://www.invalid_example.com" },
      400,
      "Invalid redirection uri http://www.invalid_example.com",
    ],
    [{ state: "x".repeat(3000) }, 400, "The state is too long"],
  ])("%j: %i %s", async (change, status, text) => {
    const flow = authorizing({ ...request, ...change });
    const { response } = await run(code, flow, await world(registered(CALLBACK)));
    expect(response?.status).toBe(status);
    expect(jsonOf(response)).toEqual({ ErrorCode: "invalid_request", Error: text });
  });

  test("gives nothing to an app that does not count any more", async () => {
    const revoked = { ...clients, apps: clients.apps.map((app) => ({ ...app, status: "revoked" })) };
    const { response } = await run(code, authorizing(request), await world(revoked));
    expect(response?.status).toBe(401);
  });

  test("says as a fault what is wrong where it does not answer", async () => {
    const silent = policy("GenerateAuthorizationCode");
    const flow = authorizing({ ...request, client_id: "key-9" });
    const { fault } = await run(silent, flow, await world(registered(CALLBACK)));
    expect(fault).toMatchObject({ code: "oauth.v2.InvalidClientIdentifier", status: 500 });
  });
});

describe("a code", () => {
  const stored = tokenOf({
    kind: "code",
    token: "code-1",
    scopes: ["READ"],
    grantType: "authorization_code",
    endUser: "bob",
    attributes: [{ name: "plan", value: "big", display: false }],
    redirectUri: CALLBACK,
  });
  const form = { grant_type: "authorization_code", code: "code-1", redirect_uri: CALLBACK };

  test("gets tokens with its scopes, its user and its attributes", async () => {
    const given = await world(registered(CALLBACK), stored);
    const { response } = await run(token, tokenRequest(form), given);
    expect(response?.status).toBe(200);
    expect(jsonOf(response)).toMatchObject({ scope: "READ", refresh_token: expect.any(String) });
    expect(jsonOf(response)).not.toHaveProperty("plan");
    for (const issued of given.issuedTokens.tokens.values()) {
      expect(issued).toMatchObject({
        scopes: ["READ"],
        endUser: "bob",
        attributes: stored.attributes,
        grantType: "authorization_code",
        redirectUri: null,
      });
    }
  });

  test("counts once, also of several who present it at the same time", async () => {
    const given = await world(registered(CALLBACK), stored);
    const answers = await Promise.all(Array.from({ length: 5 }, () => run(token, tokenRequest(form), given)));
    expect(answers.map(({ response }) => response?.status).sort()).toEqual([200, 400, 400, 400, 400]);
  });

  test("is used up by who presents it wrongly", async () => {
    const given = await world(registered(CALLBACK), stored);
    const wrong = { ...form, redirect_uri: "https://evil.example.com/" };
    expect((await run(token, tokenRequest(wrong), given)).response?.status).toBe(400);
    expect((await run(token, tokenRequest(form), given)).response?.status).toBe(400);
  });

  test.each<[what: string, change: object, of: object, who: string, text: string]>([
    ["nobody's", { code: "code-2" }, {}, "key-1", "Invalid Authorization Code"],
    ["left out", { code: "" }, {}, "key-1", "Required param : code"],
    ["another app's", {}, {}, "key-2", "Invalid Authorization Code"],
    ["revoked", {}, { status: "revoked" }, "key-1", "Invalid Authorization Code"],
    ["expired", {}, { expiresAt: NOW }, "key-1", "Authorization Code expired"],
    ["for another address", { redirect_uri: "oob" }, {}, "key-1", "Invalid redirect_uri : oob"],
    [
      "for an address that is not repeated",
      { redirect_uri: "" },
      { redirectUri: "https://b.example/" },
      "key-1",
      "Required param : redirect_uri",
    ],
  ])("that is %s gets nothing", async (_what, change, of, who, text) => {
    const given = await world(registered(CALLBACK), { ...stored, ...of });
    const flow = tokenRequest({ ...form, ...change }, basic(who, who.replace("key", "secret")));
    const { response } = await run(token, flow, given);
    expect(response?.status).toBe(400);
    expect(jsonOf(response)).toEqual({ ErrorCode: "invalid_request", Error: text });
  });

  test("needs the secret of its app", async () => {
    const given = await world(registered(CALLBACK), stored);
    const { response } = await run(token, tokenRequest(form, basic("key-1", "wrong")), given);
    expect(response?.status).toBe(401);
    expect(given.issuedTokens.tokens.size).toBe(1);
  });

  test("needs no address where the app has registered only that one", async () => {
    const given = await world(registered(CALLBACK), stored);
    const { redirect_uri, ...short } = form;
    expect((await run(token, tokenRequest(short), given)).response?.status).toBe(200);
  });

  test("is the grant that counts where the policy names none", async () => {
    const given = await world(registered(CALLBACK), stored);
    const unnamed = policy("GenerateAccessToken", "<GenerateResponse/>");
    expect((await run(unnamed, tokenRequest(form), given)).response?.status).toBe(200);
    const other = tokenRequest({ grant_type: "client_credentials" });
    expect((await run(unnamed, other, given)).response?.status).toBe(400);
  });

  test("gets nothing while the stores have trouble", async () => {
    const given = await world(registered(CALLBACK), stored);
    given.issuedTokens.isDown = true;
    const { response } = await run(token, tokenRequest(form), given);
    expect(response?.status).toBe(503);
  });
});

describe("GenerateAccessTokenImplicitGrant", () => {
  const asking = { ...request, response_type: "token" };

  test("sends the browser back with a token in the fragment, and without a refresh token", async () => {
    const given = await world(registered(CALLBACK));
    const { isOver, response } = await run(implicit, authorizing(asking), given);
    const [stored, another] = given.issuedTokens.tokens.values();
    expect([isOver, response?.status, another]).toEqual([true, 302, undefined]);
    const { origin, pathname, search, hash } = location(response);
    expect([origin + pathname, search]).toEqual([CALLBACK, ""]);
    expect(Object.fromEntries(new URLSearchParams(hash.slice(1)))).toEqual({
      access_token: stored?.token,
      token_type: "BearerToken",
      expires_in: "1800",
      scope: "READ",
      state: "a b&c",
    });
    expect(stored).toMatchObject({ grantType: "implicit", endUser: "bob", sibling: null, scopes: ["READ"] });
  });

  test.each<[change: object, text: string]>([
    [{ response_type: "code" }, "Response type must be token"],
    [{ redirect_uri: "https://evil.example.com/" }, "Invalid redirection uri https://evil.example.com/"],
  ])("%j: %s", async (change, text) => {
    const given = await world(registered(CALLBACK));
    const { response } = await run(implicit, authorizing({ ...asking, ...change }), given);
    expect(jsonOf(response)).toEqual({ ErrorCode: "invalid_request", Error: text });
    expect(given.issuedTokens.tokens.size).toBe(0);
  });
});
