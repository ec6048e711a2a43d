import { beforeAll, describe, expect, inject, test } from "vitest";
import { application, CLIENT_SECRET, tokens } from "../credentials/oauth/kit.ts";
import { Scripted } from "../credentials/script.ts";
import { deploy, execute, limits, sourceTo } from "../functions/function-kit.ts";
import { consent, defaultIdentity, tokenOf } from "../routes/oauth-kit.ts";
import { webhooksFrom } from "./webhook-kit.ts";

const { a } = inject("servers");
const endpoint = new Scripted();
const calendar = application(`${endpoint.url}/token`);

const webhooks = webhooksFrom({
  read: `
source: alias
inputs: { id: { type: string, optional: true } }
calls: [{ name: get, method: GET, path: /echo, query: { id: "{input.id}" } }]
outputs: { url: { type: string, from: get.url } }
`,
  write: "source: Things\ncalls: [{ name: post, method: POST, path: /echo }]",
  other: "source: Other\ncalls: [{ name: get, method: GET, path: /echo }]",
  missing: "source: Things\ncalls: [{ name: get, method: GET, path: /status/404, query: { body: gone } }]",
  held: "source: Things\ncalls: [{ name: get, method: GET, path: /hold/webhook-of-function }]",
});

const auth = { auth: { type: "oauth2" }, outboundApplication: calendar.name } as const;
const deployment = {
  sources: [sourceTo("Things", a, auth), sourceTo("Other", a)],
  aliases: { alias: "Things" },
  outboundApplications: [calendar],
  identity: defaultIdentity,
  secrets: { [`outbound-application:${calendar.name}`]: { clientSecret: CLIENT_SECRET } },
  webhooks,
};

beforeAll(async () => {
  await deploy({ ...deployment, published: { callWebhook: { isQuery: false } } });
  await endpoint.answers(tokens(1));
  await consent("frank", calendar.name);
});

async function as(user: string, webhook: string, input?: unknown) {
  const headers = { authorization: `Bearer ${await tokenOf(user)}` };
  const text = input === undefined ? {} : { text: JSON.stringify(input) };
  const { status, body } = await execute("callWebhook", { action: webhook, ...text }, headers);
  const { value, parameters } = body as { value?: string; parameters?: Record<string, unknown> };
  return { status, value, message: parameters?.message, authorizeUrl: parameters?.authorizeUrl };
}

describe("MySource.webhooks.NAME.call", () => {
  test("gives the outputs, with the calling user's token", async () => {
    expect(await as("frank", "read", { id: "x y" })).toMatchObject({ value: '{"url":"/echo?id=x+y"}' });
    expect(await as("frank", "read")).toMatchObject({ value: '{"url":"/echo"}' });
    expect(await as("frank", "write")).toMatchObject({ value: "{}" });
  });

  test("has the error names that Foundry documents", async () => {
    expect((await as("frank", "missing")).message).toBe(
      "RemoteRestApiReturnedError Request returned an unsuccessful response code: 404 Response body: gone",
    );
  });

  test.each([
    ["read", { id: 7 }, "id: expected String, got a number"],
    ["read", { other: "x" }, "read has no parameter other."],
    ["read", [], "The input of a webhook has to be an object of at most 10 MB of JSON."],
    ["nothing", {}, "The source Things has no webhook nothing."],
    ["other", {}, "The source Things has no webhook other."],
    ["toString", {}, "The source Things has no webhook toString."],
  ])("%s with %j fails to start", async (webhook, input, message) => {
    expect((await as("frank", webhook, input)).message).toBe(`WebhookExecutionFailedToStart ${message}`);
  });

  test("without consent the caller of the function learns where to give it", async () => {
    expect(await as("grace", "read")).toMatchObject({
      status: 403,
      authorizeUrl: `http://gateway.test/_sortie/oauth/${calendar.name}/authorize`,
    });
  });
});

test("a webhook ends with the call of the function", async () => {
  await deploy({ ...deployment, published: { callWebhook: { limits: { ...limits, timeoutMs: 500 } } } });
  expect((await as("frank", "held")).message).toBe("The function took longer than 500 ms.");
  expect((await fetch(`${a}/left/webhook-of-function`)).status).toBe(200);
});

test("a query calls webhooks that read, and none that writes", async () => {
  await deploy({ ...deployment, published: { callWebhook: { isQuery: true } } });
  expect(await as("frank", "read")).toMatchObject({ status: 200 });
  expect((await as("frank", "write")).message).toBe(
    "WebhookExecutionFailedToStart The webhook write writes, and a query may call only webhooks that read.",
  );
});
