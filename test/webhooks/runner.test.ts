import { beforeAll, describe, expect, inject, test, vi } from "vitest";
import { application, CLIENT_SECRET, tokens } from "../credentials/oauth/kit.ts";
import { Scripted } from "../credentials/script.ts";
import { deploy, logLines, sourceTo } from "../functions/function-kit.ts";
import { consent, defaultIdentity, tokenOf } from "../routes/oauth-kit.ts";
import type { Echo } from "../servers/routes.ts";
import { executeWebhook, webhooksFrom } from "./webhook-kit.ts";

const { a, scripted } = inject("servers");
const endpoint = new Scripted();
const calendar = application(`${endpoint.url}/token`);
const script = new Scripted();
const scriptPath = new URL(script.url).pathname;

const SECRET = "s3cret-of-things";

const echo = (more: string, inputs = "") => `
source: things
inputs: { ${inputs} }
calls:
  - name: call
    method: POST
    path: /echo
    ${more}
outputs: { sent: { type: string, from: call } }
`;
const fromScript = (outputs: string, more = "") => `
source: Scripted
calls: [{ name: get, method: GET, path: "${scriptPath}" }]
outputs: { ${outputs} }
${more}
`;

const files = {
  every: echo(
    `query: { day: "{input.day}", tag: "{input.tags}", none: "{input.none}", mixed: "a{input.none}b" }
    headers: { X-Count: "n={input.count}", X-None: "{input.none}" }
    body: { type: json, value: { count: "{input.count}", big: "{input.big}", on: "{input.on}", none: "{input.none}", to: "{input.to}", tags: ["{input.tags[0]}", "{input.tags[9]}"], fixed: [1, null, true], text: "{{{input.day}}}" } }`,
    "day: { type: date }, tags: { type: list, element: { type: string } }, none: { type: string, optional: true }, count: { type: integer }, big: { type: long }, on: { type: boolean }, to: { type: record, fields: { city: { type: string }, zip: { type: string, optional: true } } }",
  ),
  form: echo("body: { type: formUrlEncoded, fields: { a: '{input.a}', b: x } }", "a: { type: string }"),
  multipart: echo("body: { type: formData, fields: { a: '{input.a}' } }", "a: { type: string }"),
  html: echo("body: { type: html, value: '<b>{input.a}</b>' }", "a: { type: string }"),
  plain: echo("body: { type: text, value: 'a: {input.a}' }", "a: { type: string }"),
  header: echo("headers: { X-A: '{input.a}' }", "a: { type: string }"),
  kind: echo("query: { kind: '{input.kind}' }", "kind: { type: string, enum: [small, large] }"),
  chain: `
source: Scripted
inputs: { id: { type: string } }
calls:
  - { name: find, method: GET, path: "${scriptPath}/find", query: { id: "{input.id}" } }
  - { name: read, method: GET, path: "${scriptPath}/items/{find.items[1].key}" }
outputs:
  name: { type: string, from: read.name }
  first: { type: integer, from: "find.items[0].key" }
  note: { type: string, from: read.note, optional: true }
  whole: { type: string, from: read }
`,
  integer: fromScript("x: { type: integer, from: get.x }"),
  text: fromScript("x: { type: string, from: get.x }"),
  record: fromScript("x: { type: record, fields: { y: { type: double } }, from: get.x }"),
  all: fromScript("x: { type: string, from: get }"),
  patient: fromScript("x: { type: integer, from: get.x }", "retryableStatuses: [503]"),
  digits: `
source: Digits
calls: [{ name: get, method: GET, path: "${scriptPath}" }]
outputs:
  whole: { type: integer, from: get.whole }
  listed: { type: list, element: { type: double }, from: get.listed }
`,
  quick: fromScript("x: { type: integer, from: get.x }", "timeoutSeconds: 1"),
  unread: fromScript(""),
  cut: `
source: things
calls: [{ name: call, method: GET, path: /cut }]
outputs: { x: { type: string, from: call } }
`,
  closed: "source: things\ncalls: [{ name: call, method: GET, path: /close }]",
  redirect: "source: things\ncalls: [{ name: call, method: GET, path: /redirect }]",
  huge: `
source: things
calls: [{ name: call, method: GET, path: /bytes/10485761 }]
outputs: { x: { type: string, from: call } }
`,
  reads: "source: things\ncalls: [{ name: call, method: GET, path: /status/404, query: { body: gone } }]",
  mine: "source: Calendar\ncalls: [{ name: call, method: GET, path: /echo }]\noutputs: { sent: { type: string, from: call } }",
  nowhere: "source: Nowhere\ncalls: [{ name: call, method: GET, path: /echo }]",
  paused: "source: Paused\ncalls: [{ name: call, method: GET, path: /echo }]",
};

beforeAll(async () => {
  const paused = sourceTo("Paused", a);
  await deploy({
    sources: [
      sourceTo("Things", a, {
        auth: { type: "bearerToken", bearerToken: "token" },
        codeImportEnabled: false,
      }),
      sourceTo("Scripted", scripted, { auth: { type: "bearerToken", bearerToken: "token" } }),
      sourceTo("Digits", scripted, { auth: { type: "bearerToken", bearerToken: "pin" } }),
      sourceTo("Calendar", a, { auth: { type: "oauth2" }, outboundApplication: calendar.name }),
      { ...paused, egressPolicies: paused.egressPolicies.map((policy) => ({ ...policy, state: "paused" })) },
    ],
    aliases: { things: "Things" },
    outboundApplications: [calendar],
    identity: defaultIdentity,
    secrets: {
      Things: { token: SECRET },
      Scripted: { token: SECRET },
      Digits: { pin: "481516" },
      [`outbound-application:${calendar.name}`]: { clientSecret: CLIENT_SECRET },
    },
    webhooks: webhooksFrom(files),
  });
});

/** What the echoing server was sent. */
async function sent(name: string, input: Readonly<Record<string, unknown>>): Promise<Echo> {
  const { status, body } = await executeWebhook(name, input);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return JSON.parse(String(body.value.sent));
}

const headersOf = ({ headers }: Echo) =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));

describe("a request is what the file says, with the values of its inputs", () => {
  test("query, headers and JSON, without what was not given", async () => {
    const input = { day: "2026-01-31", tags: ["a&b", "c"], count: 3, big: "9007199254740993", on: true };
    const request = await sent("every", { ...input, to: { city: "Bristol", other: "left out" } });
    expect(request.url).toBe("/echo?day=2026-01-31&tag=a%26b&tag=c&mixed=ab");
    expect(headersOf(request)).toMatchObject({ "x-count": "n=3", "content-type": "application/json" });
    expect(headersOf(request)).not.toHaveProperty("x-none");
    expect(JSON.parse(request.body)).toEqual({
      count: 3,
      big: "9007199254740993",
      on: true,
      to: { city: "Bristol" },
      tags: ["a&b"],
      fixed: [1, null, true],
      text: "{2026-01-31}",
    });
  });

  test.each([
    ["form", "application/x-www-form-urlencoded", "a=%3Cb%3E%26+b%3D1&b=x"],
    ["html", "text/html; charset=utf-8", "<b>&lt;b&gt;&amp; b=1</b>"],
    ["plain", "text/plain; charset=utf-8", "a: <b>& b=1"],
  ])("%s: %s", async (name, type, body) => {
    const request = await sent(name, { a: "<b>& b=1" });
    expect([headersOf(request)["content-type"], request.body]).toEqual([type, body]);
  });

  test("form data", async () => {
    const request = await sent("multipart", { a: 'x"\r\n--' });
    const type = headersOf(request)["content-type"] ?? "";
    const form = await new Response(request.body, { headers: { "content-type": type } }).formData();
    expect([...form]).toEqual([["a", 'x"\r\n--']]);
  });

  test("with the source's authentication, whose secret no output shows", async () => {
    const { body } = await executeWebhook("plain", { a: "x" });
    expect(body.value.sent).toContain("***");
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });
});

test("a secret of digits is not shown as a number either, and other numbers stay what they are", async () => {
  await script.answers({ body: { whole: 481_516, listed: [481_516, 1_481_516, 1.5] } });
  const { body } = await executeWebhook("digits");
  expect(body.value).toEqual({ whole: "***", listed: ["***", 1_481_516, 1.5] });
});

describe("inputs are checked against their types", () => {
  test.each([
    ["kind", {}, "MissingParameter", { parameters: ["kind"] }],
    ["kind", { kind: "small", other: 1 }, "UnknownParameter", { unknownParameters: ["other"] }],
    ["kind", { kind: 7 }, "InvalidQueryParameterValue", { parameterId: "kind" }],
    [
      "kind",
      { kind: "medium" },
      "InvalidQueryParameterValue",
      { message: "kind: expected one of small, large" },
    ],
  ])("%s %j: %s", async (name, input, errorName, parameters) => {
    expect(await executeWebhook(name, input)).toMatchObject({ status: 400, body: { errorName, parameters } });
  });
});

test("later calls and outputs use parts of earlier answers", async () => {
  await script.answers(
    { body: { items: [{ key: 7 }, { key: "a/b" }] } },
    { body: { name: "Ada", note: null } },
  );
  expect((await executeWebhook("chain", { id: "x" })).body).toEqual({
    value: { name: "Ada", first: 7, whole: '{"name":"Ada","note":null}' },
  });
  expect((await script.calls()).map(({ path }) => path)).toEqual([
    `${scriptPath}/find?id=x`,
    `${scriptPath}/items/a%2Fb`,
  ]);
});

/** Lists in each other, more than a stack has room for. */
const endless = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

describe("outputs get their types as Foundry documents it", () => {
  test.each([
    ["text", { x: "a" }, "a"],
    ["text", { x: [1, { y: null }] }, '[1,{"y":null}]'],
    ["text", { x: 5 }, "5"],
    ["record", { x: { y: 1, z: 2 } }, { y: 1 }],
    ["record", { x: '{"y":2.5}' }, { y: 2.5 }],
    ["all", "no JSON", "no JSON"],
    ["text", `{"x":${endless}}`, endless],
  ])("%s of %.60j", async (name, body, x) => {
    const headers = body === "no JSON" ? { "content-type": "text/plain" } : {};
    await script.answers({ body, headers });
    expect((await executeWebhook(name)).body).toEqual({ value: { x } });
  });
});

/** Errors that the client gets. */
async function failure(name: string, input: Readonly<Record<string, unknown>> = {}) {
  const { status, body } = await executeWebhook(name, input);
  return { status, name: body.errorName, message: body.parameters?.message };
}

describe("an answer that is not what it should be is ParsingResponseFailed", () => {
  test.each([
    ["a text for an Integer", "integer", { x: "1" }, "x: expected Integer"],
    ["a fraction for an Integer", "integer", { x: 1.5 }, "x: expected Integer"],
    ["nothing", "integer", { y: 1 }, "The output x is missing. The answer has no value for get.x."],
    ["null", "integer", { x: null }, "The output x is missing."],
    ["names of JavaScript's own", "text", [], "The output x is missing."],
    ["a record without its field", "record", { x: {} }, "x.y: expected Double, got undefined"],
    ["a text that is no record", "record", { x: "[" }, "x: expected Struct{y}, got a string"],
    ["no JSON where it says so", "integer", "{", "The answer says that it is JSON, and is not."],
    ["nothing at all", "all", "", "The output x is missing."],
  ])("%s", async (_, name, body, message) => {
    await script.answers({ body });
    const failed = await failure(name);
    expect(failed).toMatchObject({ status: 500, name: "ParsingResponseFailed" });
    expect(failed.message).toContain(message);
  });

  test("one that is longer than is read", async () => {
    expect(await failure("huge")).toMatchObject({
      name: "ParsingResponseFailed",
      message: "The answer is longer than 10485760 bytes.",
    });
  });

  test.each([
    [{ items: [] }, "The answer has no value for find.items[1].key."],
    [{ items: [1, { key: ".." }] }, "would change the structure of the path"],
    [{ items: [1, { key: "" }] }, "would change the structure of the path"],
  ])("what the next call wants of %j; the next call is not made", async (body, message) => {
    await script.answers({ body });
    const failed = await failure("chain", { id: "x" });
    expect(failed.name).toBe("ParsingResponseFailed");
    expect(failed.message).toContain(message);
    expect(await script.calls()).toHaveLength(1);
  });
});

describe("failures have the names that Foundry documents", () => {
  test("another status: RemoteRestApiReturnedError with status and body, without secrets", async () => {
    expect(await failure("reads")).toEqual({
      status: 500,
      name: "RemoteRestApiReturnedError",
      message: "Request returned an unsuccessful response code: 404 Response body: gone",
    });
    await script.answers({ status: 401, body: `not your token: ${SECRET}` });
    const lines = logLines();
    const { body } = await executeWebhook("unread");
    vi.restoreAllMocks();
    const message = "Request returned an unsuccessful response code: 401 Response body: not your token: ***";
    expect(body.parameters).toEqual({ webhook: "unread", message });
    expect(lines).toContainEqual(
      expect.objectContaining({ event: "webhook.failed", execution: body.errorInstanceId, message }),
    );
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  test("a redirect is not followed", async () => {
    expect(await failure("redirect")).toMatchObject({ name: "RemoteRestApiReturnedError" });
  });

  test("no answer in time: WebhookExecutionTimedOut, and the call is given up", async () => {
    await script.answers({ isHeld: true });
    const running = failure("quick");
    await script.arrived(1);
    expect(await running).toEqual({
      status: 500,
      name: "WebhookExecutionTimedOut",
      message: "The webhook quick took longer than 1000 ms.",
    });
    await script.release();
  });

  test("a body without an end is given up as well", async () => {
    await script.answers({ isEndless: true });
    expect(await failure("quick")).toMatchObject({ name: "WebhookExecutionTimedOut" });
  });

  test("a connection that ends in the answer: RemoteApiReturnedError; before it: UnknownError", async () => {
    expect(await failure("cut")).toMatchObject({ name: "RemoteApiReturnedError" });
    expect(await failure("closed")).toMatchObject({ name: "UnknownError" });
  });

  test("a value that cannot be sent: WebhookExecutionFailedToStart, and nothing is sent", async () => {
    expect(await failure("header", { a: "x\r\nX-Evil: 1" })).toMatchObject({
      status: 500,
      name: "WebhookExecutionFailedToStart",
    });
  });

  test.each([
    ["nowhere", "SourceNotFound"],
    ["paused", "EgressPolicyNotActive"],
  ])("%s: a source that may not be used: SourceNotUsable", async (name, gate) => {
    const { status, body } = await executeWebhook(name);
    expect(status).toBe(500);
    expect(body).toMatchObject({ errorName: "SourceNotUsable", parameters: { webhook: name, gate } });
  });

  test("no such webhook", async () => {
    expect(await executeWebhook("nothing")).toMatchObject({
      status: 404,
      body: { errorName: "WebhookNotFound" },
    });
  });
});

describe("statuses that are worth another try", () => {
  test("until there is an answer", async () => {
    await script.answers({ status: 503 }, { status: 503 }, { body: { x: 1 } });
    expect((await executeWebhook("patient")).body).toEqual({ value: { x: 1 } });
  });

  test("at most twice more", async () => {
    await script.answers({ status: 503 });
    expect(await failure("patient")).toMatchObject({ name: "RemoteRestApiReturnedError" });
    expect(await script.calls()).toHaveLength(3);
  });

  test("no other status, and none without being told to", async () => {
    for (const [name, status] of [
      ["patient", 500],
      ["integer", 503],
    ] as const) {
      await script.answers({ status });
      expect(await failure(name)).toMatchObject({ name: "RemoteRestApiReturnedError" });
      expect(await script.calls()).toHaveLength(1);
    }
  });
});

describe("a source that authenticates as the calling user", () => {
  const as = async (user: string, claims = {}) =>
    executeWebhook("mine", {}, { authorization: `Bearer ${await tokenOf(user, claims)}` });

  test("a user who has not consented learns where to", async () => {
    expect(await as("dora")).toMatchObject({
      status: 403,
      body: {
        errorName: "AuthorizationRequired",
        parameters: { authorizeUrl: `http://gateway.test/_sortie/oauth/${calendar.name}/authorize` },
      },
    });
  });

  test("the token of one who has is sent, and not shown", async () => {
    await endpoint.answers(tokens(5));
    await consent("erin", calendar.name);
    const { status, body } = await as("erin");
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain("access-token-5");
    expect(body.value.sent).toContain("***");
  });

  test("a caller that is not a user has no token", async () => {
    expect((await as("machine", { gty: "client_credentials" })).body).toMatchObject({
      errorName: "WebhookExecutionFailedToStart",
      parameters: { message: "Resolved source credentials are not present on the Source." },
    });
  });
});
