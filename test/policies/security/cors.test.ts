import { describe, expect, test } from "vitest";
import type { Value } from "../../../src/expression/value.ts";
import { ContinueAtResponse } from "../../../src/flow/continue-at-response.ts";
import { finishing } from "../../../src/flow/finishing.ts";
import { RequestMessage, ResponseMessage } from "../../../src/flow/message.ts";
import { cors } from "../../../src/policies/security/cors.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (inside: string) => `<CORS name="C">${inside}</CORS>`;
const list = "<AllowOrigins>https://a.example, https://b.example</AllowOrigins>";
const asking = (verb: string, headers: Record<string, string>, variables: Record<string, Value> = {}) =>
  flowOf({ request: new RequestMessage({ verb, headers: new Headers(headers) }), variables });
const preflight = (origin = "https://a.example", more: Record<string, string> = {}) =>
  asking("OPTIONS", { origin, "access-control-request-method": "PUT", ...more });

/** The headers of the answer, once it is finished, that are not the platform's own. */
async function answerTo(xml: string, flow: ReturnType<typeof asking>): Promise<Record<string, string>> {
  const thrown: unknown = await runPolicy(cors, xml, flow).catch((error: unknown) => error);
  expect(thrown === flow || thrown instanceof ContinueAtResponse).toBe(true);
  const answer = flow.response ?? new ResponseMessage();
  flow.kept(finishing)?.(answer);
  return Object.fromEntries(answer.headers);
}

describe("a preflight request", () => {
  test("is answered with the defaults", async () => {
    const flow = preflight();
    expect(await answerTo(policy(list), flow)).toEqual({
      "access-control-allow-origin": "https://a.example",
      "access-control-allow-methods": "GET, POST, HEAD, OPTIONS",
      "access-control-allow-headers":
        "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, Access-Control-Request-Headers",
      "access-control-max-age": "1800",
      vary: "Origin",
    });
    expect([flow.response?.status, flow.response?.body.isEmpty]).toEqual([200, true]);
  });

  test("is answered with what the policy says", async () => {
    const inside =
      "<AllowOrigins>{request.header.Referer}</AllowOrigins><AllowMethods>*</AllowMethods><AllowHeaders>{request.header.access-control-request-headers}</AllowHeaders><ExposeHeaders>x-a</ExposeHeaders><MaxAge>-1</MaxAge><AllowCredentials>true</AllowCredentials>";
    expect(
      await answerTo(
        policy(inside),
        preflight("https://c.example", {
          "access-control-request-headers": "x-b",
          referer: "https://c.example",
        }),
      ),
    ).toEqual({
      "access-control-allow-origin": "https://c.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "*",
      "access-control-allow-headers": "x-b",
      "access-control-expose-headers": "x-a",
      "access-control-max-age": "-1",
      vary: "Origin",
    });
  });

  test.each([
    "https://c.example",
    "https://a.example.evil",
    "https://a.exampl",
    "HTTPS://A.EXAMPLE",
    "null",
    "",
  ])("from %j is answered and allows nothing", async (origin) => {
    const flow = preflight(origin);
    expect(await answerTo(policy(list), flow)).toEqual({ vary: "Origin" });
    expect(flow.response?.status).toBe(200);
  });

  test("is not answered when the policy says so, and variables tell of it", async () => {
    const flow = preflight();
    await runPolicy(
      cors,
      policy(`${list}<GeneratePreflightResponse>false</GeneratePreflightResponse>`),
      flow,
    );
    const name = (suffix: string) => variableOf(flow, `cross_origin_resource_sharing.${suffix}`);
    expect([flow.response, name("preflight.accepted"), name("allow.origin"), name("request.type")]).toEqual([
      null,
      true,
      "https://a.example",
      "pre_flight",
    ]);
    expect([name("max.age"), name("request.method"), name("allow.origins.list")]).toEqual([
      1800,
      "PUT",
      "https://a.example, https://b.example",
    ]);
  });
});

test.each<[string, ReturnType<typeof asking>, Record<string, string>]>([
  [
    "a call from an allowed origin",
    asking("GET", { origin: "https://b.example" }),
    { "access-control-allow-origin": "https://b.example", vary: "Origin" },
  ],
  ["a call from another origin", asking("GET", { origin: "https://c.example" }), { vary: "Origin" }],
  ...[
    "https://a.example.",
    "https://a.example:443",
    "https://A.example",
    "http://a.example",
    "https://a.example/",
    "https://a.example.c.example",
    "https://c.example, https://a.example",
    "null",
    "*",
    "",
  ].map((origin): [string, ReturnType<typeof asking>, Record<string, string>] => [
    `a call from ${JSON.stringify(origin)}`,
    asking("GET", { origin }),
    { vary: "Origin" },
  ]),
  ["a call from no site", asking("GET", {}), {}],
  [
    "OPTIONS that asks for no method",
    asking("OPTIONS", { origin: "https://a.example" }),
    { "access-control-allow-origin": "https://a.example", vary: "Origin" },
  ],
])("%s goes on", async (_, flow, expected) => {
  expect(await answerTo(policy(list), flow)).toEqual(expected);
});

test("any origin is allowed by an asterisk, without being named", async () => {
  expect(
    await answerTo(policy("<AllowOrigins>*</AllowOrigins>"), asking("GET", { origin: "https://x.example" })),
  ).toMatchObject({
    "access-control-allow-origin": "*",
  });
});

test("the answer's own headers are replaced, and Vary is kept", async () => {
  const flow = asking("GET", { origin: "https://a.example" });
  flow.response = new ResponseMessage({
    headers: new Headers({ "access-control-allow-origin": "*", vary: "Accept" }),
  });
  expect(await answerTo(policy(list), flow)).toEqual({
    "access-control-allow-origin": "https://a.example",
    vary: "Accept, Origin",
  });
});

test("what the target says of origins does not count for one that is not in the list", async () => {
  const flow = asking("GET", { origin: "https://c.example" });
  const headers = { "access-control-allow-origin": "*", "access-control-allow-credentials": "true" };
  flow.response = new ResponseMessage({ headers: new Headers(headers) });
  expect(await answerTo(policy(list), flow)).toEqual({ vary: "Origin" });
});

test("a list from a variable; one that is not set allows nobody, or is a fault", async () => {
  const flow = (variables: Record<string, Value>) =>
    asking("GET", { origin: "https://a.example" }, variables);
  const xml = policy("<AllowOrigins>{sites}</AllowOrigins>");
  expect(await answerTo(xml, flow({ sites: "https://a.example" }))).toHaveProperty(
    "access-control-allow-origin",
  );
  expect(await answerTo(xml, flow({}))).toEqual({ vary: "Origin" });
  const strict = xml.replace(
    "</CORS>",
    "<IgnoreUnresolvedVariables>false</IgnoreUnresolvedVariables></CORS>",
  );
  expect((await faultOf(cors, strict, flow({}))).code).toBe("steps.cors.UnresolvedVariable");
});

test("a line break in a variable does not reach a header", async () => {
  const flow = asking("GET", { origin: "https://a.example" }, { names: "x-a\r\nset-cookie: b" });
  const headers = await answerTo(policy(`${list}<ExposeHeaders>{names}</ExposeHeaders>`), flow);
  expect(headers).toMatchObject({ "access-control-expose-headers": "x-a set-cookie: b" });
});

test.each([
  ["no origins", policy(""), ["error MissingAllowOrigins"]],
  ["an age", policy(`${list}<MaxAge>long</MaxAge>`), ["error InvalidMaxAge"]],
  ["a method", policy(`${list}<AllowMethods>GET, P*T</AllowMethods>`), ["error InvalidHTTPMethods"]],
  [
    "too many headers",
    policy(`${list}<AllowHeaders>${"x,".repeat(5000)}</AllowHeaders>`),
    ["error AllowHeadersSizeTooLarge"],
  ],
  [
    "too many exposed",
    policy(`${list}<ExposeHeaders>${"x,".repeat(5000)}</ExposeHeaders>`),
    ["error ExposeHeadersSizeTooLarge"],
  ],
  [
    "credentials from anywhere",
    policy("<AllowOrigins>*</AllowOrigins><AllowCredentials>true</AllowCredentials>"),
    ["warning CredentialsForAnyOrigin"],
  ],
  ...["https://a.example, *", "{request.header.origin}", "https://a.example,{ request.header.Origin }"].map(
    (origins): [string, string, string[]] => [
      `credentials from ${origins}`,
      policy(`<AllowOrigins>${origins}</AllowOrigins><AllowCredentials>true</AllowCredentials>`),
      ["warning CredentialsForAnyOrigin"],
    ],
  ),
])("deployment: %s", (_, xml, expected) => {
  expect(problemsOf(cors, xml).map((problem) => problem.replace(/ \d+:\d+$/, ""))).toEqual(expected);
});

test.each([
  ["https://a.example/", "Write https://a.example."],
  ["https://A.example", "Write https://a.example."],
  ["https://a.example:443", "Write https://a.example."],
  ["http://a.example/path?q", "Write http://a.example."],
  [
    "a.example",
    "Write scheme and host, such as https://www.example.com: each site of its own, without wildcards.",
  ],
  [
    "https://*.a.example",
    "Write scheme and host, such as https://www.example.com: each site of its own, without wildcards.",
  ],
  ["https://a.example:8443", null],
  ["null", null],
  ["{sites}", null],
  ["chrome-extension://abc", null],
  ["*", null],
])("deployment: no browser sends the origin %s: %s", (origin, remedy) => {
  const { problems } = loadPolicy(
    cors,
    policy(`<AllowOrigins>https://b.example,${origin}</AllowOrigins>`),
  ).report;
  expect(problems.map(({ severity, code, remedy }) => [severity, code, remedy])).toEqual(
    remedy === null ? [] : [["warning", "InvalidOrigin", remedy]],
  );
});
