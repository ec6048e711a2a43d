import { describe, expect, inject, test } from "vitest";
import type { Caller } from "../../src/credentials/caller.ts";
import { AuthorizationRequired, type UserCredentials } from "../../src/credentials/user-credentials.ts";
import type { Source, SourceDomain } from "../../src/sources/source.ts";
import type { Echo } from "../servers/routes.ts";
import { domain, egressPolicy, sourceWith } from "../sources/sample.ts";
import {
  type Adjust,
  check,
  defaultFault,
  type GatewayOptions,
  proxyFiles,
  recorder,
  serve,
  setHeader,
  setVariable,
  step,
} from "./gateway-kit.ts";

const { a, b } = inject("servers");
const { hostname, port } = new URL(a);

/** A source on the test server, with some authentication. */
function sourceOn(auth: SourceDomain["auth"], changes: Partial<Source> = {}): Source {
  return sourceWith({
    apiName: "Crm",
    domains: [domain({ scheme: "HTTP", host: hostname, port: Number(port), auth })],
    egressPolicies: [egressPolicy(hostname, Number(port))],
    ...changes,
  });
}

const none: SourceDomain["auth"] = { type: "none" };
const bearer: SourceDomain["auth"] = { type: "bearerToken", bearerToken: "token" };
const inQuery: SourceDomain["auth"] = {
  type: "apiKey",
  location: { type: "queryParameter", queryParameterName: "key" },
  apiKey: "token",
};
const oauth: SourceDomain["auth"] = { type: "oauth2" };
const secretsOf = { Crm: { token: "s3cret" } };

const application = {
  name: "crm",
  displayName: "CRM",
  description: "",
  authorizationUrl: "https://login.example/authorize",
  tokenUrl: "https://login.example/token",
  revocationUrl: null,
  tokenEndpointAuthMethod: "client_secret_basic" as const,
  clientId: "client",
  scopes: [],
  pkce: true,
  accessTokenExpiration: null,
  approvalPrompt: "",
  issuer: null,
  enabled: true,
};
const identity = {
  issuer: "https://login.example",
  audience: null,
  jwksUri: "https://login.example/jwks",
  allowAnonymous: true,
  groupsClaim: null,
};

/** An environment with a source under the alias `crm`. */
const withSource =
  (source: Source, settings: object = {}): Adjust =>
  (model) => ({
    ...model,
    sources: [source],
    outboundApplications: [application],
    settings: { ...model.settings, sourceAliases: { crm: "Crm" }, ...settings },
  });

const callout = (url: string, inside = "") =>
  `<ServiceCallout name="SC">${inside}<Response>answer</Response><HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection></ServiceCallout>`;
const flow = (...steps: string[]) =>
  `<PreFlow><Request>${steps.map((name) => step(name)).join("")}</Request></PreFlow>`;

/** A proxy that calls out and answers with what the callout got, and with what its variables say. */
const calling = (xml: string, before: Record<string, string> = {}) =>
  proxyFiles("p", {
    flows: `${flow(...Object.keys(before), "SC")}<PostFlow><Response>${step("Show")}</Response></PostFlow>`,
    policies: {
      ...before,
      SC: xml,
      Show: `<AssignMessage name="Show"><Set>
        <Headers><Header name="x-url">{servicecallout.SC.target.url}</Header><Header name="x-uri">{servicecallout.requesturi}</Header></Headers>
        <Payload>{answer.content}</Payload></Set></AssignMessage>`,
    },
  });

/** What a callout to a source sends, and what the flow sees of it. */
async function sent(xml: string, auth: SourceDomain["auth"], options: GatewayOptions = {}, path = "/p") {
  const gateway = await serve(calling(xml), {
    secretsOf,
    ...options,
    adjust: withSource(sourceOn(auth, { outboundApplication: "crm" }), { identity }),
  });
  const response = await gateway.fetch(path, { headers: { "x-id": "7 &8" } });
  const text = await response.text();
  if (response.status !== 200) return { response, text, gateway, url: null, header: () => null };
  const echo: Echo = JSON.parse(text);
  const header = (name: string) => echo.headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? null;
  return { response, text, gateway, url: echo.url, header };
}

describe("a ServiceCallout to source://ALIAS/path", () => {
  test("calls the source's connection with path and query, without a line in the environment's egress list", async () => {
    const { url, header } = await sent(callout("source://crm/echo/customers?active=true"), none);
    expect(url).toBe("/echo/customers?active=true");
    expect(header("authorization")).toBeNull();
  });

  test("may name the source by its API name, and nothing behind it", async () => {
    const { gateway } = await sent(callout("source://Crm"), none);
    expect(gateway.records).toMatchObject([{ destination_port: Number(port), status: 404 }]);
  });

  test("takes variables in path and query, and path and query of the request", async () => {
    const request = `<Request><Set><Path>/more</Path><QueryParams><QueryParam name="q">1</QueryParam></QueryParams></Set></Request>`;
    const { url } = await sent(
      callout("source://crm/echo/{escapeJSON(request.queryparam.id)}?x=2", request),
      none,
      {},
      "/p?id=42",
    );
    expect(url).toBe("/echo/42/more?x=2&q=1");
  });

  test.each<[string, SourceDomain["auth"], string, string]>([
    ["bearer token", bearer, "authorization", "Bearer s3cret"],
    [
      "user name and password",
      { type: "basic", username: "me", password: "token" },
      "authorization",
      `Basic ${btoa("me:s3cret")}`,
    ],
    [
      "key in a header",
      { type: "apiKey", location: { type: "header", headerName: "X-Key" }, apiKey: "token" },
      "x-key",
      "s3cret",
    ],
  ])("carries the source's %s", async (_, auth, name, value) => {
    const { header } = await sent(callout("source://crm/echo"), auth);
    expect(header(name)).toBe(value);
  });

  test("carries the source's key in the query, which variables and records never show", async () => {
    const { url, response, gateway } = await sent(callout("source://crm/echo?x=1"), inQuery);
    expect(url).toBe("/echo?x=1&key=s3cret");
    expect(response.headers.get("x-url")).toBe(`${a}/echo?x=1`);
    expect(response.headers.get("x-uri")).toBe("/echo?x=1");
    expect(JSON.stringify([gateway.records, gateway.log])).not.toContain("s3cret");
  });

  test("leaves no credentials in the request message", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: `${flow("SC")}<PostFlow><Response>${step("Show")}</Response></PostFlow>`,
        policies: {
          SC: callout("source://crm/echo", `<Request variable="asked"/>`),
          ...setHeader("Show", "x-shown", "{asked.header.authorization}{asked.headers.names}"),
        },
      }),
      { secretsOf, adjust: withSource(sourceOn(bearer)) },
    );
    const response = await gateway.fetch("/p");
    expect(response.headers.get("x-shown")).toBe("[]");
  });

  test("is recorded with the source's API name", async () => {
    const { gateway } = await sent(callout("source://crm/echo"), bearer);
    expect(gateway.records).toMatchObject([
      { metadata: { kind: "policy", name: "SC", source: "Crm", user: null } },
    ]);
  });
});

describe("a URL that a flow has written into target.url", () => {
  const files = calling(
    callout("source://crm/echo"),
    setVariable("Given", "servicecallout.SC.target.url", "{request.header.to}"),
  );

  async function call(to: string) {
    const gateway = await serve(files, { secretsOf, allow: [b], adjust: withSource(sourceOn(bearer)) });
    return { gateway, response: await gateway.fetch("/p", { headers: { to } }) };
  }
  const authorizationIn = (echo: Echo) =>
    echo.headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];

  test("is called with the source's credentials when it is the source's own", async () => {
    const { response } = await call(`${a}/echo/other`);
    const echo = await response.json<Echo>();
    expect(echo.url).toBe("/echo/other");
    expect(authorizationIn(echo)).toBe("Bearer s3cret");
  });

  test("is called without them, under the environment's egress list, when it is anybody else's", async () => {
    const { response, gateway } = await call(`${b}/echo`);
    expect(authorizationIn(await response.json<Echo>())).toBeUndefined();
    expect(gateway.records).toMatchObject([{ metadata: { source: null } }]);
  });

  test.each([
    ["a port that begins with the source's", `${a}0/`],
    ["the source's as a user name", `${a}@evil.example/`],
    ["the source's in other letters", `${a.replace("http", "HTTP")}/echo`],
    ["the source's with a backslash", `${a}\\@evil.example/`],
    ["another source", "source://crm/echo"],
  ])("is refused when it is %s", async (_, url) => {
    const { response, gateway } = await call(url);
    expect(response.status).toBe(500);
    expect(gateway.records).toMatchObject([{ error: "refused" }]);
  });
});

describe("a callout to a source fails with ExecutionFailed", () => {
  const executionFailed = (reason: string) =>
    JSON.stringify(
      defaultFault(
        "steps.servicecallout.ExecutionFailed",
        `Execution of ServiceCallout SC failed. Reason: ${reason}`,
      ),
    );

  test("when a secret is not set, and the log says which one and how to set it", async () => {
    const { text, gateway } = await sent(callout("source://crm/echo"), bearer, { secretsOf: {} });
    expect(text).toBe(executionFailed("Invalid request"));
    expect(gateway.log).toEqual([
      {
        level: "error",
        event: "source.failed",
        by: "SC",
        source: "Crm",
        reason: expect.stringContaining("sortie secret set Crm token --env local"),
      },
    ]);
  });

  test("when a secret cannot be sent, and nothing shows it", async () => {
    const { text, gateway } = await sent(callout("source://crm/echo"), bearer, {
      secretsOf: { Crm: { token: "s3cret\n" } },
    });
    expect(text).toBe(executionFailed("Invalid request"));
    expect(JSON.stringify([text, gateway.log])).not.toContain("s3cret");
  });

  test("when the caller is nobody, or a program", async () => {
    const reason = "Resolved source credentials are not present on the Source.";
    for (const caller of [{ kind: "anonymous" }, { kind: "service", id: "s", name: "s" }] as const) {
      const { text } = await sent(callout("source://crm/echo"), oauth, { users: usersWith(caller) });
      expect(text).toBe(executionFailed(reason));
    }
  });

  test("when the caller's token cannot be verified", async () => {
    const users = {
      ...usersWith({ kind: "anonymous" }),
      identify: () => Promise.reject(new Error("bad signature")),
    };
    const { text } = await sent(callout("source://crm/echo"), oauth, { users });
    expect(text).toBe(executionFailed("Resolved source credentials are not present on the Source."));
  });
});

const user: Caller = { kind: "user", id: "user-1", name: "u@example.com" };

function usersWith(caller: Caller, get?: UserCredentials["get"]) {
  const asked: string[] = [];
  return {
    asked,
    identify: async (request: Request) => {
      asked.push(request.headers.get("authorization") ?? "");
      return caller;
    },
    credentials: {
      get:
        get ??
        ((name: string, id: string) => ({
          type: "oauth" as const,
          accessToken: `${name}-${id}`,
          expiresAt: 0,
        })),
    },
  };
}

describe("a source with OAuth 2.0", () => {
  test("is called with the token of the user whose request it was, whatever flows did to it", async () => {
    const users = usersWith(user);
    const gateway = await serve(
      calling(callout("source://crm/echo"), {
        Strip: `<AssignMessage name="Strip"><AssignTo createNew="false" type="request">request</AssignTo><Remove><Headers><Header name="authorization"/></Headers></Remove></AssignMessage>`,
      }),
      { users, adjust: withSource(sourceOn(oauth, { outboundApplication: "crm" }), { identity }) },
    );
    const response = await gateway.fetch("/p", { headers: { authorization: "Bearer the-users" } });
    const echo = await response.json<Echo>();
    expect(echo.headers.find(([name]) => name.toLowerCase() === "authorization")?.[1]).toBe(
      "Bearer crm-user-1",
    );
    expect(users.asked).toEqual(["Bearer the-users"]);
    expect(gateway.records).toMatchObject([{ metadata: { source: "Crm", user: "user-1" } }]);
  });

  test("tells the flow where the user can consent, when that is what is missing", async () => {
    const users = usersWith(user, () =>
      Promise.reject(new AuthorizationRequired("authorize first", "/_sortie/oauth/crm/authorize")),
    );
    const gateway = await serve(
      proxyFiles("p", {
        flows: `${flow("SC")}<DefaultFaultRule>${step("Show")}</DefaultFaultRule>`,
        policies: {
          SC: callout("source://crm/echo"),
          ...setHeader("Show", "location", "{servicecallout.SC.authorizepath}"),
        },
      }),
      { users, adjust: withSource(sourceOn(oauth, { outboundApplication: "crm" }), { identity }) },
    );
    const response = await gateway.fetch("/p");
    expect(response.headers.get("location")).toBe("/_sortie/oauth/crm/authorize");
    expect(await response.text()).toContain("authorize first");
  });
});

describe("a source with a client certificate", () => {
  const source = sourceOn(bearer, { clientCertificateBinding: "CRM_CERTIFICATE" });

  test("is called through the Worker's certificate binding", async () => {
    const binding = recorder();
    const gateway = await serve(calling(callout("source://crm/echo")), {
      secretsOf,
      bindings: { CRM_CERTIFICATE: binding },
      adjust: withSource(source),
    });
    expect(await (await gateway.fetch("/p")).text()).toBe("recorded");
    expect(binding.calls.map(({ url }) => url)).toEqual([`${a}/echo`]);
  });

  test.each([
    ["missing", {}],
    ["something else", { CRM_CERTIFICATE: "text" }],
  ])("is not called without it when that is %s, and the log says so", async (_, bindings) => {
    const gateway = await serve(calling(callout("source://crm/echo")), {
      secretsOf,
      bindings,
      adjust: withSource(source),
    });
    expect((await gateway.fetch("/p")).status).toBe(500);
    expect(gateway.log).toMatchObject([
      { event: "egress.invalid", by: "SC", reason: expect.stringContaining("no binding CRM_CERTIFICATE") },
    ]);
    expect(gateway.records).toMatchObject([{ error: "invalid" }]);
  });
});

describe("a target endpoint at source://ALIAS/path", () => {
  const target = (url: string) => `<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection>`;
  const options = { secretsOf, allow: [b], adjust: withSource(sourceOn(inQuery)) };

  test("gets the client's request with the source's authentication, which variables do not show", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PostFlow><Response>${step("Show")}</Response></PostFlow>`,
        target: target("source://crm/echo"),
        policies: setHeader("Show", "x-url", "{target.url}"),
      }),
      options,
    );
    const response = await gateway.fetch("/p/more?q=1", { method: "POST", body: "body" });
    expect(response.headers.get("x-url")).toBe(`${a}/echo`);
    expect(await response.json()).toMatchObject({
      method: "POST",
      url: "/echo/more?q=1&key=s3cret",
      body: "body",
    });
    expect(gateway.records).toMatchObject([{ metadata: { kind: "target", name: "default", source: "Crm" } }]);
  });

  test("answers 503 with the reason when the caller has no token for it", async () => {
    const gateway = await serve(proxyFiles("p", { target: target("source://crm/echo") }), {
      users: usersWith({ kind: "anonymous" }),
      adjust: withSource(sourceOn(oauth, { outboundApplication: "crm" }), { identity }),
    });
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([
      503,
      defaultFault(
        "messaging.adaptors.http.flow.ServiceUnavailable",
        "Resolved source credentials are not present on the Source.",
      ),
    ]);
  });

  test("is called without it when a flow has written another URL", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        target: `<PreFlow><Request>${step("Given")}</Request></PreFlow>${target("source://crm/echo")}`,
        policies: setVariable("Given", "target.url", `${b}/echo`),
      }),
      options,
    );
    expect(await (await gateway.fetch("/p")).json()).toMatchObject({ server: "b", url: "/echo" });
  });
});

describe("a deployment is refused, at the URL, when the source", () => {
  const active = egressPolicy(hostname, Number(port));
  const cases: [string, Source, object, string][] = [
    [
      "is unknown",
      sourceWith({ apiName: "Other" }),
      { sourceAliases: {} },
      "SourceNotFound Source alias 'crm' not found. Available aliases: [Other]",
    ],
    [
      "has its exports disabled",
      sourceOn(none, {
        exportSettings: { exportsEnabled: false, exportEnabledWithoutMarkingsValidation: true },
      }),
      {},
      "ExportsNotEnabled Exports to the source crm are not enabled.",
    ],
    [
      "has two connections",
      sourceOn(none, { domains: [domain(), domain()], egressPolicies: [egressPolicy("api.example.com")] }),
      {},
      "NoSingleConnection Only single connection sources are supported.",
    ],
    [
      "is no HTTP service",
      sourceOn(none, { type: "jdbc" }),
      {},
      "NoSingleConnection Only single connection sources are supported.",
    ],
    [
      "has no policy that covers it",
      sourceOn(none, { egressPolicies: [] }),
      {},
      "NoEgressPolicy No egress policy of the source crm covers",
    ],
    [
      "authenticates by OAuth 2.0 without an outbound application",
      sourceOn(oauth),
      {},
      "AuthenticationNotResolved The source crm authenticates by OAuth 2.0",
    ],
    [
      "authenticates as a user where nobody says who that is",
      sourceOn(oauth, { outboundApplication: "crm" }),
      { identity: null },
      "CallersNotIdentified The source crm authenticates as the calling user, and nothing says who that is.",
    ],
  ];
  const connection = (url: string, inside = "") =>
    `<HTTPTargetConnection>\n<URL>${url}</URL>${inside}</HTTPTargetConnection>`;
  const policyWith = (inside: string) => `<ServiceCallout name="SC">${inside}</ServiceCallout>`;
  const problemsOf = (files: Record<string, string>, adjust: Adjust) =>
    check(files, adjust).problems.map(
      ({ code, file, line, message }) => `${file.split("/").pop()}:${line} ${code} ${message}`,
    );
  const inCallout = (inside: string) =>
    proxyFiles("p", { flows: flow("SC"), policies: { SC: policyWith(inside) } });

  test.each(cases)("%s", (_, source, settings, expected) => {
    const adjust = withSource(source, { identity, ...settings });
    const url = connection("source://crm/echo");
    const problems = [inCallout(url), proxyFiles("p", { target: url })].map((files) =>
      problemsOf(files, adjust),
    );
    expect(problems).toEqual([
      [expect.stringContaining(`SC.xml:2 ${expected}`)],
      [expect.stringContaining(`default.xml:2 ${expected}`)],
    ]);
  });

  const paused = sourceOn(bearer, {
    egressPolicies: [active, egressPolicy("other.example", 443, "paused")],
  });

  test("not when it has a policy that is not active, but with a warning", () => {
    const url = connection("source://crm/echo");
    for (const files of [inCallout(`<Response>r</Response>${url}`), proxyFiles("p", { target: url })]) {
      expect(check(files, withSource(paused)).problems).toMatchObject([
        { severity: "warning", code: "EgressPolicyNotActive", line: 2 },
      ]);
    }
  });

  test("and then each call is refused and recorded, without a look at its secrets", async () => {
    const gateway = await serve(calling(callout("source://crm/echo")), { adjust: withSource(paused) });
    expect((await gateway.fetch("/p")).status).toBe(500);
    expect(gateway.records).toMatchObject([{ error: "refused", metadata: { source: "Crm" } }]);
    expect(gateway.log).toMatchObject([
      {
        event: "egress.refused",
        by: "SC",
        reason: expect.stringContaining("must be active, and these are not: other.example:443 (paused)"),
      },
    ]);
  });

  test("may not be imported into code: that is no matter for flows", () => {
    const adjust = withSource(sourceOn(none, { codeImportEnabled: false }));
    expect(problemsOf(inCallout(`<Response>r</Response>${connection("source://crm/echo")}`), adjust)).toEqual(
      [],
    );
  });

  test.each([
    ["is named by a variable", "source://{alias}/echo"],
    ["is named in part by a variable", "source://crm{x}/echo"],
    ["is not named", "source:///echo"],
    ["has one slash", "source:/crm/echo"],
  ])("%s", (_, url) => {
    const problems = problemsOf(
      inCallout(`<Response>r</Response>${connection(url)}`),
      withSource(sourceOn(none)),
    );
    expect(problems).toEqual([expect.stringMatching(/^SC.xml:2 InvalidURL .* is not the URL of a source.$/)]);
  });

  test.each(["Authentication", "SSLInfo"])("has <%s> beside its URL", (element) => {
    const inside =
      element === "SSLInfo"
        ? "<SSLInfo><Enabled>true</Enabled></SSLInfo>"
        : "<Authentication><GoogleIDToken><Audience>x</Audience></GoogleIDToken></Authentication>";
    const problems = problemsOf(
      inCallout(`<Response>r</Response>${connection("source://crm/echo", inside)}`),
      withSource(sourceOn(none)),
    );
    expect(problems).toContainEqual(expect.stringContaining(`SC.xml:2 ${element}WithSource`));
  });
});
