import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { servedBy } from "../../src/worker/gateways.ts";
import { application, CLIENT_SECRET, tokens } from "../credentials/oauth/kit.ts";
import { Scripted } from "../credentials/script.ts";
import { deploy, execute, limits, sourceTo } from "../functions/function-kit.ts";
import { consent, defaultIdentity, tokenOf } from "../routes/oauth-kit.ts";
import { webhooksFrom } from "../webhooks/webhook-kit.ts";

const { a } = inject("servers");
const endpoint = new Scripted();
const calendar = application(`${endpoint.url}/token`);

const deployment = {
  sources: [sourceTo("Things", a, { auth: { type: "oauth2" }, outboundApplication: calendar.name })],
  outboundApplications: [calendar],
  identity: defaultIdentity,
  secrets: { [`outbound-application:${calendar.name}`]: { clientSecret: CLIENT_SECRET } },
  webhooks: webhooksFrom({
    find: `
source: Things
publishAsFunction: true
inputs: { id: { type: integer } }
calls: [{ name: get, method: GET, path: /echo, query: { id: "{input.id}" } }]
outputs: { url: { type: string, from: get.url } }
`,
    change: "source: Things\npublishAsFunction: true\ncalls: [{ name: post, method: POST, path: /echo }]",
    missing:
      "source: Things\npublishAsFunction: true\ncalls: [{ name: get, method: GET, path: /status/404 }]",
    hidden: "source: Things\ncalls: [{ name: get, method: GET, path: /echo }]",
    held: "source: Things\npublishAsFunction: true\ncalls: [{ name: get, method: GET, path: /hold/webhook-in-query }]",
  }),
};

beforeAll(async () => {
  await deploy(deployment);
  await endpoint.answers(tokens(1));
  await consent("henry", calendar.name);
});

/** What the client in a function gets for a query: its value as JSON, or the name of the error. */
async function ask(query: string, given?: unknown, user = "henry") {
  const headers = { authorization: `Bearer ${await tokenOf(user)}` };
  const text = given === undefined ? {} : { text: JSON.stringify(given) };
  const { status, body } = await execute("callQuery", { action: query, ...text }, headers);
  return { status, ...(body as { value?: string; parameters?: Record<string, unknown> }) };
}

describe("the client in a function calls webhooks that are published, and functions", () => {
  test.each([
    ["find", { id: 7 }, '{"url":"/echo?id=7"}'],
    ["change", undefined, undefined],
    ["echo", { counts: {}, days: [] }, '{"counts":[],"days":[]}'],
    ["find", {}, "MissingParameter"],
    ["find", { id: "7" }, "InvalidQueryParameterValue"],
    ["missing", undefined, "RemoteRestApiReturnedError"],
    ["hidden", undefined, "QueryNotFound"],
    ["editThings", { action: "x" }, "QueryNotFound"],
    ["../../functions", undefined, "QueryNotFound"],
  ])("%s with %j: %s", async (query, given, value) => {
    expect(await ask(query, given)).toMatchObject({ status: 200, ...(value !== undefined && { value }) });
  });

  test("a user who has not consented learns where to, from the function's own answer", async () => {
    expect((await ask("find", { id: 7 }, "ines")).value).toBe("AuthorizationRequired");
  });

  test("functions that call each other are held to a depth", async () => {
    let given: unknown = { action: "echo", text: '{"counts":{},"days":[]}' };
    for (let depth = 1; depth < 4; depth++) given = { action: "callQuery", text: JSON.stringify(given) };
    expect((await ask("callQuery", given)).value).toContain("counts");
    given = { action: "callQuery", text: JSON.stringify(given) };
    expect((await ask("callQuery", given)).value).toContain("TooManyNestedCalls");
  });
});

test("what a query calls may only read, however deep it is", async () => {
  await deploy({ ...deployment, published: { callQuery: { isQuery: true } } });
  expect((await ask("find", { id: 7 })).value).toBe('{"url":"/echo?id=7"}');
  expect((await ask("change")).value).toBe("WebhookExecutionFailedToStart");
  await deploy({
    ...deployment,
    published: { callQuery: { isQuery: true }, callWebhook: { isQuery: false } },
  });
  expect((await ask("callWebhook", { action: "change" })).value).toContain("QueryRuntimeError");
});

test("a webhook ends with the function that has called it as a function", async () => {
  await deploy({ ...deployment, published: { callQuery: { limits: { ...limits, timeoutMs: 500 } } } });
  // Whichever hears of the end first: the call, or what waits in it.
  const { status, value } = await ask("held");
  expect(status === 500 || value === "WebhookExecutionTimedOut", `${status} ${value}`).toBe(true);
  expect((await fetch(`${a}/left/webhook-in-query`)).status).toBe(200);
});

test("whoever asks after the call gets an answer that says so, which is no line of the platform's log", async () => {
  const caller = { kind: "anonymous" } as const;
  const facts = { function: "echo", caller, isolate: "y", deadline: 0, isQuery: false, depth: 0 };
  const session = { call: "x", facts: JSON.stringify(facts) };
  const question = { method: "GET", path: "/api/v2/ontologies/ontology", body: null };
  const { functions } = await servedBy(env).services.load();
  const { status, text } = await functions.ontology(session, question, { waitUntil: () => {} });
  expect([status, JSON.parse(text)]).toMatchObject([
    400,
    { errorName: "QueryRuntimeError", parameters: { message: "The call of the function has ended." } },
  ]);
});
