import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DirectoryError } from "../../../../src/clients/directory.ts";
import { NOW, variableOf } from "../../policy-kit.ts";
import { basic, clients, jsonOf, policy, run, tokenOf, tokenRequest, world } from "./oauth-kit.ts";

const supports = (...types: string[]) =>
  `<SupportedGrantTypes>${types.map((type) => `<GrantType>${type}</GrantType>`).join("")}</SupportedGrantTypes>`;
const grants = supports("client_credentials", "password");
const answers = "<GenerateResponse/>";
const compliant = "<RFCCompliantRequestResponse>true</RFCCompliantRequestResponse>";
const generate = (inside = answers, attributes = "") =>
  policy("GenerateAccessToken", grants + inside, attributes);

const asApp = { grant_type: "client_credentials" };
const asUser = { grant_type: "password", username: "bob", password: "pw" };

describe("client_credentials", () => {
  test("gets an access token with all that Apigee tells of it", async () => {
    const given = await world();
    const { isOver, response } = await run(generate(), tokenRequest(asApp), given);
    const [stored] = given.issuedTokens.tokens.values();
    expect([isOver, response?.status, response?.contentType]).toEqual([true, 200, "application/json"]);
    expect(jsonOf(response)).toEqual({
      refresh_token_expires_in: "0",
      api_product_list: "[gold, silver]",
      api_product_list_json: ["gold", "silver"],
      organization_name: "org",
      "developer.email": "ann@example.com",
      token_type: "BearerToken",
      issued_at: String(NOW),
      client_id: "key-1",
      access_token: stored?.token,
      application_name: "app-1",
      scope: "READ WRITE LIST",
      expires_in: "1800",
      refresh_count: "0",
      status: "approved",
    });
    expect(stored).toEqual(
      tokenOf({
        token: stored?.token ?? "",
        scopes: ["READ", "WRITE", "LIST"],
        issuedAt: NOW,
        expiresAt: NOW + 1_800_000,
      }),
    );
  });

  test("gets a token of 28 letters and digits, another one each time", async () => {
    const given = await world();
    for (let run1 = 0; run1 < 20; run1++) await run(generate(), tokenRequest(asApp), given);
    const tokens = [...given.issuedTokens.tokens.values()].map(({ token }) => token);
    expect(new Set(tokens).size).toBe(20);
    expect(tokens.filter((token) => !/^[A-Za-z0-9]{28}$/.test(token))).toEqual([]);
  });
});

describe("password", () => {
  test("gets a refresh token, too", async () => {
    const given = await world();
    const { response } = await run(generate(), tokenRequest(asUser), given);
    const [access, refresh] = given.issuedTokens.tokens.values();
    expect(jsonOf(response)).toMatchObject({
      access_token: access?.token,
      refresh_token: refresh?.token,
      refresh_token_expires_in: "2592000",
      refresh_token_issued_at: String(NOW),
      refresh_token_status: "approved",
    });
    expect([access?.sibling, refresh?.sibling]).toEqual([refresh?.token, access?.token]);
    expect([refresh?.kind, refresh?.expiresAt]).toEqual(["refresh", NOW + 2_592_000_000]);
    expect(refresh?.token).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  test("takes user and password from the variables that the policy names", async () => {
    const flow = tokenRequest({ grant_type: "password" });
    flow.variables.set("the.user", "bob").set("the.password", "pw");
    const xml = generate(`${answers}<UserName>the.user</UserName><PassWord>the.password</PassWord>`);
    expect((await run(xml, flow, await world())).response?.status).toBe(200);
  });
});

describe("what a request asks for is refused", () => {
  test.each([
    [{}, 400, "invalid_request", "Required param : grant_type", "invalid_request"],
    [
      { grant_type: "magic" },
      400,
      "invalid_request",
      "Unsupported grant type : magic",
      "unsupported_grant_type",
    ],
    [
      { grant_type: "password", password: "pw" },
      400,
      "invalid_request",
      "Required param : username",
      "invalid_request",
    ],
    [
      { grant_type: "password", username: "bob" },
      400,
      "invalid_request",
      "Required param : password",
      "invalid_request",
    ],
  ])("%j", async (form, status, code, text, error) => {
    const plain = await run(generate(), tokenRequest(form), await world());
    expect([plain.fault?.code, plain.response?.status]).toEqual([`steps.oauth.v2.${code}`, status]);
    expect(plain.response?.content).toBe(`{"ErrorCode" : "${code}", "Error" :"${text}"}`);
    const rfc = await run(generate(answers + compliant), tokenRequest(form), await world());
    expect(jsonOf(rfc.response)).toEqual({ error, error_description: text });
    expect([rfc.response?.status, rfc.response?.headers.get("cache-control")]).toEqual([status, "no-store"]);
  });

  test("UnSupportedGrantType where the policy writes no answer", async () => {
    const { fault, response } = await run(generate(""), tokenRequest({ grant_type: "magic" }), await world());
    expect([fault?.code, fault?.status, fault?.message, response]).toEqual([
      "steps.oauth.v2.UnSupportedGrantType",
      500,
      "Unsupported grant type : magic",
      null,
    ]);
  });
});

describe("the client", () => {
  test.each([
    ["in the Authorization header", asApp, basic("key-1", "secret-1")],
    ["in the form", { ...asApp, client_id: "key-1", client_secret: "secret-1" }, null],
    ["encoded as RFC 6749 has it", asApp, basic("key%2D1", "secret%2D1")],
  ])("is known by id and secret %s", async (_where, form, authorization) => {
    expect((await run(generate(), tokenRequest(form, authorization), await world())).response?.status).toBe(
      200,
    );
  });

  test("is that which a variable names", async () => {
    const flow = tokenRequest({ ...asApp, client_secret: "secret-1" }, null);
    flow.variables.set("the.client", "key-1");
    const { response } = await run(
      generate(`${answers}<ClientId>the.client</ClientId>`),
      flow,
      await world(),
    );
    expect(jsonOf(response).client_id).toBe("key-1");
  });

  test.each([
    ["nobody", asApp, null, "Client identifier is required"],
    ["an unknown id", asApp, basic("key-0", "secret-1"), "ClientId is Invalid"],
    ["a wrong secret", asApp, basic("key-1", "secret-2"), "Client credentials are invalid"],
    ["a beginning of the secret", asApp, basic("key-1", "secret"), "Client credentials are invalid"],
    ["no secret", { ...asApp, client_id: "key-1" }, null, "Client credentials are invalid"],
    ["the secret of another key", asApp, basic("key-1", "secret-2"), "Client credentials are invalid"],
    ["a very long id", asApp, basic("k".repeat(2049), "s"), "ClientId is Invalid"],
    ["another scheme", asApp, "Bearer key-1:secret-1", "Client identifier is required"],
  ])("%s is refused", async (_who, form, authorization, text) => {
    const given = await world();
    const flow = tokenRequest(form, authorization);
    const { fault, response } = await run(generate(), flow, given);
    expect([fault?.status, fault?.code]).toEqual([401, "steps.oauth.v2.invalid_client"]);
    expect(response?.content).toBe(`{"ErrorCode" : "invalid_client", "Error" :"${text}"}`);
    expect(variableOf(flow, "oauthV2.O.fault.name")).toBe("invalid_client");
    expect(variableOf(flow, "oauthV2.O.fault.cause")).toBe(text);
    expect(given.issuedTokens.tokens.size).toBe(0);
  });

  test("that is refused is InvalidClientIdentifier where the policy writes no answer", async () => {
    const { fault, response } = await run(generate(""), tokenRequest(asApp, null), await world());
    expect([fault?.status, fault?.code, response]).toEqual([500, "oauth.v2.InvalidClientIdentifier", null]);
  });

  test.each([
    ["app", { status: "revoked" }, {}],
    ["key", {}, { status: "revoked" }],
    ["key without a secret", {}, { consumerSecret: "" }],
  ])("fail closed: a %s that does not count gets no token", async (what, change, key) => {
    const [app] = clients.apps;
    const apps = [{ ...app, credentials: [{ ...app.credentials[0], ...key }], ...change }];
    const authorization = basic("key-1", what.includes("without") ? "" : "secret-1");
    const { fault } = await run(
      generate(),
      tokenRequest(asApp, authorization),
      await world({ ...clients, apps }),
    );
    expect(fault?.code).toBe("steps.oauth.v2.invalid_client");
  });
});

describe("fail closed", () => {
  test("without the directory nobody gets a token", async () => {
    const given = await world();
    const app = () => {
      throw new DirectoryError("KV has trouble");
    };
    const { fault, response } = await run(generate(answers + compliant), tokenRequest(asApp), {
      ...given,
      directory: { ...given.directory, app } as never,
    });
    expect([fault?.status, fault?.code]).toEqual([503, "sortie.ClientsUnavailable"]);
    expect(jsonOf(response).error).toBe("temporarily_unavailable");
  });

  test("a token that cannot be stored is not told", async () => {
    const given = await world();
    given.issuedTokens.isDown = true;
    const flow = tokenRequest(asApp);
    const { fault, response } = await run(generate(), flow, given);
    expect([fault?.status, response?.content.includes("access_token")]).toEqual([503, false]);
    expect(variableOf(flow, "oauthv2accesstoken.O.access_token")).toBeNull();
  });
});

describe("scopes", () => {
  test.each([
    ["", "READ WRITE LIST"],
    ["READ", "READ"],
    ["LIST  READ READ", "LIST READ"],
    ["READ DELETE", "READ"],
    ["DELETE", ""],
    ["read", ""],
  ])("asked for %j", async (scope, granted) => {
    const xml = generate(`${answers}<Scope>request.formparam.scope</Scope>`);
    const flow = tokenRequest({ ...asApp, scope });
    expect(jsonOf((await run(xml, flow, await world())).response).scope).toBe(granted);
    expect(variableOf(flow, "oauthv2accesstoken.O.scope")).toBe(granted || null);
  });

  test("are those of the key where it has some of its own", async () => {
    const [app] = clients.apps;
    const apps = [{ ...app, credentials: [{ ...app.credentials[0], scopes: ["LIST", "ADMIN"] }] }];
    const { response } = await run(generate(), tokenRequest(asApp), await world({ ...clients, apps }));
    expect(jsonOf(response).scope).toBe("LIST");
  });

  test("are none where the products have none, whatever is asked for", async () => {
    const products = clients.products.map((product) => ({ ...product, scopes: [""] }));
    const xml = generate(`${answers}<Scope>request.formparam.scope</Scope>`);
    const flow = tokenRequest({ ...asApp, scope: "ADMIN" });
    expect(jsonOf((await run(xml, flow, await world({ ...clients, products }))).response).scope).toBe("");
  });

  test("never are others than those of the products", async () => {
    const given = await world();
    const xml = generate(`${answers}<Scope>request.formparam.scope</Scope>`);
    const word = fc.constantFrom("READ", "WRITE", "LIST", "ADMIN", " ", "\t", "READ,WRITE", "*");
    await fc.assert(
      fc.asyncProperty(fc.array(word), async (words) => {
        const { response } = await run(xml, tokenRequest({ ...asApp, scope: words.join(" ") }), given);
        const scopes = String(jsonOf(response).scope ?? "").split(" ");
        expect(scopes.filter((scope) => !["", "READ", "WRITE", "LIST"].includes(scope))).toEqual([]);
      }),
    );
  });
});

describe("how long a token counts", () => {
  test.each([
    ["<ExpiresIn>60000</ExpiresIn>", NOW + 60_000, "60"],
    ["<ExpiresIn>-1</ExpiresIn>", null, "-1"],
    ['<ExpiresIn ref="ms">60000</ExpiresIn>', NOW + 5500, "5"],
    ['<ExpiresIn ref="none">60000</ExpiresIn>', NOW + 60_000, "60"],
    ['<ExpiresIn ref="none"/>', NOW + 1_800_000, "1800"],
  ])("%s", async (inside, expiresAt, told) => {
    const given = await world();
    const flow = tokenRequest(asApp);
    flow.variables.set("ms", "5500");
    const { response } = await run(generate(answers + inside), flow, given);
    expect([...given.issuedTokens.tokens.values()].map((token) => token.expiresAt)).toEqual([expiresAt]);
    expect(jsonOf(response).expires_in).toBe(told);
  });

  test.each([["0"], ["-2"], ["1.5"], ["soon"]])("a variable with %s issues nothing", async (ms) => {
    const given = await world();
    const flow = tokenRequest(asApp);
    flow.variables.set("ms", ms);
    const { fault } = await run(generate('<ExpiresIn ref="ms"/>'), flow, given);
    expect([fault?.code, given.issuedTokens.tokens.size]).toEqual([
      "steps.oauth.v2.InvalidValueForExpiresIn",
      0,
    ]);
  });
});

describe("attributes", () => {
  const inside = `${answers}<Attributes>
    <Attribute name="user" ref="the.user"/>
    <Attribute name="hidden" ref="the.user" display="false"/>
    <Attribute name="plan" ref="none">basic</Attribute>
    <Attribute name="nothing" ref="none"/>
    <Attribute name="access_token">mine</Attribute>
  </Attributes>`;

  test("are kept with the token, and shown unless the policy hides them", async () => {
    const given = await world();
    const flow = tokenRequest(asApp);
    flow.variables.set("the.user", "u-7");
    const { response } = await run(generate(inside), flow, given);
    const [stored] = given.issuedTokens.tokens.values();
    expect(stored?.attributes).toEqual([
      { name: "user", value: "u-7", display: true },
      { name: "hidden", value: "u-7", display: false },
      { name: "plan", value: "basic", display: true },
      { name: "access_token", value: "mine", display: true },
    ]);
    const told = jsonOf(response);
    expect([told.user, told.hidden, told.plan]).toEqual(["u-7", undefined, "basic"]);
    expect(told.access_token).toBe(stored?.token);
    const names = ["accesstoken.hidden", "hidden", "accesstoken.access_token", "access_token"];
    expect(names.map((name) => variableOf(flow, `oauthv2accesstoken.O.${name}`))).toEqual([
      "u-7",
      "u-7",
      "mine",
      stored?.token,
    ]);
  });

  test("that are longer than a token keeps are refused", async () => {
    const flow = tokenRequest(asApp);
    flow.variables.set("the.user", "u".repeat(2049));
    expect((await run(generate(inside), flow, await world())).fault?.message).toBe(
      "The attribute user is too long",
    );
  });
});

test("the end user is kept with the token", async () => {
  const given = await world();
  const flow = tokenRequest({ ...asApp, app_enduser: "bob" });
  await run(generate(`${answers}<AppEndUser>request.formparam.app_enduser</AppEndUser>`), flow, given);
  expect([...given.issuedTokens.tokens.values()].map(({ endUser }) => endUser)).toEqual(["bob"]);
});

describe("the answer", () => {
  test("has numbers and the type Bearer as RFC 6749 has them, and nobody stores it", async () => {
    const { response } = await run(generate(answers + compliant), tokenRequest(asUser), await world());
    expect(jsonOf(response)).toMatchObject({
      token_type: "Bearer",
      expires_in: 1800,
      refresh_token_expires_in: 2_592_000,
    });
    expect([response?.headers.get("cache-control"), response?.headers.get("pragma")]).toEqual([
      "no-store",
      "no-cache",
    ]);
  });

  test("says no lifetime of a token that has none, as RFC 6749 has it", async () => {
    const xml = generate(`${answers}${compliant}<ExpiresIn>-1</ExpiresIn>`);
    const told = jsonOf((await run(xml, tokenRequest(asApp), await world())).response);
    expect(["expires_in", "refresh_token_expires_in"].filter((name) => name in told)).toEqual([]);
  });

  test.each([
    ["XML", "application/xml", /^<OAuth>.*<developer.email>ann@example.com<\/developer.email>.*<\/OAuth>$/],
    ["FORM_PARAM", "application/x-www-form-urlencoded", /(?:^|&)developer.email=ann%40example.com(?:&|$)/],
  ])("may be %s", async (format, type, text) => {
    const xml = generate(`<GenerateResponse><Format>${format}</Format></GenerateResponse>`);
    const { response } = await run(xml, tokenRequest(asApp), await world());
    expect([response?.contentType, response?.content]).toEqual([type, expect.stringMatching(text)]);
  });

  test.each([[""], ['<GenerateResponse enabled="false"/>']])(
    "is none with %j: the flow goes on",
    async (inside) => {
      const given = await world();
      const flow = tokenRequest(asUser);
      const { isOver, response } = await run(generate(inside), flow, given);
      expect([isOver, response]).toEqual([false, null]);
      const [access, refresh] = given.issuedTokens.tokens.values();
      const names = {
        access_token: access?.token,
        refresh_token: refresh?.token,
        expires_in: "1800",
        refresh_token_expires_in: "2592000",
        refresh_token_status: "approved",
        token_type: "BearerToken",
        scope: "READ WRITE LIST",
        client_id: "key-1",
        status: "approved",
      };
      const told = Object.keys(names).map((name) => [name, variableOf(flow, `oauthv2accesstoken.O.${name}`)]);
      expect(Object.fromEntries(told)).toEqual(names);
      expect(variableOf(flow, "apigee.access_token")).toBe(access?.token);
    },
  );

  const failing = '<GenerateErrorResponse enabled="true"/>';

  test("to what is wrong ends the request without the error state where continueOnError is true", async () => {
    const xml = generate(failing, 'continueOnError="true"');
    const { isOver, response, flow } = await run(xml, tokenRequest(asApp, null), await world());
    expect([isOver, response?.status, jsonOf(response).ErrorCode]).toEqual([true, 401, "invalid_client"]);
    expect(variableOf(flow, "oauthV2.O.fault.name")).toBe("invalid_client");
  });

  test("to what is wrong comes with the error state otherwise", async () => {
    const { isOver, fault, response } = await run(
      generate(failing),
      tokenRequest(asApp, null),
      await world(),
    );
    expect([isOver, fault?.code, response?.status]).toEqual([false, "steps.oauth.v2.invalid_client", 401]);
  });
});

describe("another system's tokens and clients", () => {
  const external = `${answers}<ExternalAuthorization>true</ExternalAuthorization>`;
  const imports = `${external}<ExternalAccessToken>their.token</ExternalAccessToken><StoreToken>true</StoreToken>`;
  const ofApp = { ...asApp, client_id: "key-1" };

  test.each<[status: string | boolean | null, lets: boolean]>([
    ["true", true],
    [true, true],
    [null, false],
    ["false", false],
    [false, false],
    ["TRUE", false],
    ["yes", false],
    ["", false],
    ["true ", false],
  ])("fail closed: only exactly true stands for the secret: %j", async (status, lets) => {
    const flow = tokenRequest(ofApp, null);
    if (status !== null) flow.variables.set("oauth_external_authorization_status", status);
    const { response } = await run(generate(external), flow, await world());
    expect(response?.status).toBe(lets ? 200 : 401);
  });

  test("a status that is not set leaves it to the secret, and any other refuses", async () => {
    const presented = { ...ofApp, client_secret: "secret-1" };
    const flow = tokenRequest(presented, null);
    expect((await run(generate(external), flow, await world())).response?.status).toBe(200);
    const refused = tokenRequest(presented, null);
    refused.variables.set("oauth_external_authorization_status", "false");
    expect((await run(generate(external), refused, await world())).response?.status).toBe(401);
  });

  test("without ExternalAuthorization the status says nothing", async () => {
    const flow = tokenRequest(ofApp, null);
    flow.variables.set("oauth_external_authorization_status", "true");
    expect((await run(generate(), flow, await world())).response?.status).toBe(401);
  });

  test("the app has to be known and to count, whatever the other system says", async () => {
    const flow = tokenRequest({ ...asApp, client_id: "key-0" }, null);
    flow.variables.set("oauth_external_authorization_status", "true");
    expect((await run(generate(external), flow, await world())).response?.status).toBe(401);
  });

  const importing = (token: string) => {
    const flow = tokenRequest(ofApp);
    flow.variables.set("their.token", token);
    return flow;
  };

  test("a token from elsewhere is kept as it is", async () => {
    const given = await world();
    const { response } = await run(generate(imports), importing("theirs-1"), given);
    expect(jsonOf(response).access_token).toBe("theirs-1");
    expect([...given.issuedTokens.tokens.keys()]).toEqual(["access theirs-1"]);
  });

  test("a token that is there already is renewed for the same app", async () => {
    const given = await world(clients, tokenOf({ token: "theirs-1" }));
    await run(generate(imports), importing("theirs-1"), given);
    expect([...given.issuedTokens.tokens.values()].map(({ issuedAt }) => issuedAt)).toEqual([NOW]);
  });

  test.each([
    ["of another app", { clientId: "key-2" }],
    ["that was revoked", { status: "revoked" as const }],
  ])("fail closed: a token %s is not taken over", async (_whose, change) => {
    const before = tokenOf({ token: "theirs-1", ...change });
    const given = await world(clients, before);
    const { fault } = await run(generate(imports), importing("theirs-1"), given);
    expect([fault?.message, [...given.issuedTokens.tokens.values()]]).toEqual([
      "The token is in use",
      [before],
    ]);
  });

  test.each([
    ["", "steps.oauth.v2.FailedToResolveAccessToken"],
    ["t".repeat(2049), "steps.oauth.v2.invalid_request"],
  ])("a token of %j is none", async (token, code) => {
    expect((await run(generate(imports), importing(token), await world())).fault?.code).toBe(code);
  });

  test("StoreToken false keeps nothing", async () => {
    const given = await world();
    const { response } = await run(
      generate(`${answers}<StoreToken>false</StoreToken>`),
      tokenRequest(asApp),
      given,
    );
    expect([response?.status, given.issuedTokens.tokens.size]).toEqual([200, 0]);
  });
});

test("the grant type is where the policy says, else in the form or the query", async () => {
  const named = tokenRequest({ grant_type: "password" });
  named.variables.set("the.type", "client_credentials");
  expect(
    (await run(generate(`${answers}<GrantType>the.type</GrantType>`), named, await world())).isOver,
  ).toBe(true);
  const asked = tokenRequest({});
  asked.request.query = "grant_type=client_credentials";
  expect((await run(generate(), asked, await world())).isOver).toBe(true);
});
