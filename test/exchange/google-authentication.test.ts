import { createRemoteJWKSet, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { ACCOUNT, keyFile, OTHER, register, SCOPE, servers, testTokens } from "../credentials/issuer-kit.ts";
import type { Echo } from "../servers/routes.ts";
import { proxyFiles, serve, sharedFlowFiles, step, type TestFiles } from "./gateway-kit.ts";

beforeAll(async () => {
  await register(ACCOUNT);
  await register(OTHER, [ACCOUNT]);
});

const accessToken = `<GoogleAccessToken><Scopes><Scope>${SCOPE}</Scope></Scopes></GoogleAccessToken>`;
const idToken = '<GoogleIDToken><Audience useTargetUrl="true"/></GoogleIDToken>';

/** The settings of an environment whose proxy p acts as the account, with changes. */
function deployedAs(deployments: object = {}): TestFiles {
  const proxies = [{ name: "p", serviceAccount: ACCOUNT }];
  const all = { proxies, ...deployments };
  return { "environments/local/deployments.json": JSON.stringify(all) };
}

/** A callout, and a policy that answers the client with what the called service got. */
const callout = (authentication: string, connection = `<URL>${servers.a}/echo/called?key=1</URL>`) => ({
  SC: `<ServiceCallout name="SC"><Response>answer</Response><HTTPTargetConnection>
    <Authentication>${authentication}</Authentication>${connection}
  </HTTPTargetConnection></ServiceCallout>`,
  "AM-Show":
    '<AssignMessage name="AM-Show"><Set><Payload contentType="application/json">{answer.content}</Payload></Set></AssignMessage>',
});
const calling = `<PreFlow><Request>${step("SC")}</Request><Response>${step("AM-Show")}</Response></PreFlow>`;

async function gatewayFor(files: TestFiles, tokens = testTokens().tokens) {
  return serve(
    { ...deployedAs(), ...files },
    { allow: [servers.a, servers.b], googleIdentity: (account) => tokens.identity(account) },
  );
}

/** The claims of the token that a service got, after its signature was verified; and all headers that it got. */
async function claimsSeenBy(files: TestFiles, path = "/p", init: RequestInit = {}) {
  const gateway = await gatewayFor(files);
  const response = await gateway.fetch(path, init);
  const echo: Echo = await response.json();
  const headers = new Map(echo.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const token = headers.get("authorization")?.replace("Bearer ", "") ?? "";
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${servers.google}/jwks`)));
  return { ...payload, url: echo.url };
}

describe("the service account of the deployment is who calls", () => {
  test("from a ServiceCallout", async () => {
    const files = proxyFiles("p", { flows: calling, policies: callout(accessToken) });
    expect(await claimsSeenBy(files)).toMatchObject({
      sub: ACCOUNT,
      scope: SCOPE,
      url: "/echo/called?key=1",
    });
  });

  test("from a ServiceCallout to target servers, for the address of the one that is called", async () => {
    const balanced = '<LoadBalancer><Server name="one"/></LoadBalancer><Path>/echo/balanced?key=1</Path>';
    const { hostname: host, port } = new URL(servers.a);
    const claims = await claimsSeenBy({
      ...proxyFiles("p", { flows: calling, policies: callout(idToken, balanced) }),
      "environments/local/targetservers.json": JSON.stringify([{ name: "one", host, port }]),
    });
    expect(claims).toMatchObject({ sub: ACCOUNT, aud: `${servers.a}/echo/balanced` });
  });

  test("from a TargetEndpoint, for its URL without query", async () => {
    const target = `<HTTPTargetConnection><Authentication>${idToken}</Authentication><URL>${servers.a}/echo?key=1</URL></HTTPTargetConnection>`;
    const files = proxyFiles("p", { target });
    const claims = await claimsSeenBy(files, "/p/deep?a=b", { headers: { authorization: "Basic client" } });
    expect(claims).toMatchObject({ sub: ACCOUNT, aud: `${servers.a}/echo`, url: "/echo/deep?key=1&a=b" });
  });

  test("from an AssignMessage", async () => {
    const files = proxyFiles("p", {
      flows: `<PreFlow><Request>${step("AM")}</Request></PreFlow>`,
      target: `<HTTPTargetConnection><URL>${servers.a}/echo</URL></HTTPTargetConnection>`,
      policies: {
        AM: `<AssignMessage name="AM"><Set><Authentication>${accessToken}</Authentication></Set></AssignMessage>`,
      },
    });
    expect(await claimsSeenBy(files)).toMatchObject({ sub: ACCOUNT, scope: SCOPE });
  });

  test("from a shared flow, unless that has a service account of its own", async () => {
    const { SC, "AM-Show": show } = callout(accessToken);
    const files = {
      ...proxyFiles("p", {
        flows: `<PreFlow><Request>${step("FC")}</Request><Response>${step("AM-Show")}</Response></PreFlow>`,
        policies: {
          FC: '<FlowCallout name="FC"><SharedFlowBundle>sf</SharedFlowBundle></FlowCallout>',
          "AM-Show": show,
        },
      }),
      ...sharedFlowFiles("sf", step("SC"), { SC }),
    };
    const none = deployedAs({ sharedflows: ["sf"] });
    expect(await claimsSeenBy({ ...files, ...none })).toMatchObject({ sub: ACCOUNT });
    const own = deployedAs({ sharedflows: [{ name: "sf", serviceAccount: OTHER }] });
    expect(await claimsSeenBy({ ...files, ...own })).toMatchObject({ sub: OTHER });
  });

  test("or else the environment's default", async () => {
    const files = proxyFiles("p", { flows: calling, policies: callout(accessToken) });
    const settings = deployedAs({ proxies: ["p"], defaultServiceAccount: OTHER });
    expect(await claimsSeenBy({ ...files, ...settings })).toMatchObject({ sub: OTHER });
  });
});

test("a callout that nobody waits for carries the token, too", async () => {
  const { SC } = callout(accessToken, `<URL>${servers.a}/count/google-separate</URL>`);
  const gateway = await gatewayFor(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("SC")}</Request></PreFlow>`,
      policies: { SC: SC.replace("<Response>answer</Response>", "") },
    }),
  );
  expect((await gateway.fetch("/p")).status).toBe(200);
  await gateway.settled();
  expect(gateway.log).toEqual([]);
});

test("a steady request finds its token in memory", async () => {
  const { tokens, calls } = testTokens();
  const files = proxyFiles("p", { flows: calling, policies: callout(accessToken) });
  const gateway = await gatewayFor(files, tokens);
  for (let count = 0; count < 3; count++) await (await gateway.fetch("/p")).text();
  expect(calls).toHaveLength(1);
});

describe("when there is no token", () => {
  const secrets = { GOOGLE_SERVICE_ACCOUNT: keyFile({ token_uri: `${servers.b}/status/500` }) };

  test("the client gets the documented fault and nothing else", async () => {
    const { tokens } = testTokens({ secrets });
    const files = proxyFiles("p", { flows: calling, policies: callout(accessToken) });
    const response = await (await gatewayFor(files, tokens)).fetch("/p");
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      fault: {
        faultstring: "Failed to generate a Google token",
        detail: { errorcode: "messaging.adaptors.http.filter.GoogleTokenGenerationFailure" },
      },
    });
  });

  test("a target is not called", async () => {
    const { tokens } = testTokens({ secrets });
    const target = `<HTTPTargetConnection><Authentication>${accessToken}</Authentication><URL>${servers.a}/sequence/google-target?steps=200</URL></HTTPTargetConnection>`;
    const response = await (await gatewayFor(proxyFiles("p", { target }), tokens)).fetch("/p");
    expect(await response.json()).toMatchObject({
      fault: { detail: { errorcode: "messaging.adaptors.http.filter.GoogleTokenGenerationFailure" } },
    });
    expect(await (await fetch(`${servers.a}/count/google-target`)).text()).toBe("0");
  });

  test("continueOnError lets the flow go on", async () => {
    const { tokens } = testTokens({ secrets });
    const policies = callout(accessToken);
    const show =
      '<AssignMessage name="AM-Show"><Set><Payload contentType="text/plain">{fault.name} {servicecallout.SC.failed}</Payload></Set></AssignMessage>';
    const lenient = policies.SC.replace('name="SC"', 'name="SC" continueOnError="true"');
    const files = proxyFiles("p", { flows: calling, policies: { SC: lenient, "AM-Show": show } });
    const response = await (await gatewayFor(files, tokens)).fetch("/p");
    expect(await response.text()).toBe("GoogleTokenGenerationFailure true");
  });
});

test("no variable shows the token of a callout", async () => {
  const header = "servicecallout.request.header.Authorization";
  const names = "servicecallout.request.headers.names";
  const show = `<AssignMessage name="AM-Show"><Set><Payload contentType="text/plain">{${header}:none} {${names}}</Payload></Set></AssignMessage>`;
  const policies = { ...callout(accessToken), "AM-Show": show };
  const gateway = await gatewayFor(proxyFiles("p", { flows: calling, policies }));
  expect(await (await gateway.fetch("/p")).text()).toBe("none []");
});
