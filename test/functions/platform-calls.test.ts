import { beforeAll, expect, inject, test } from "vitest";
import { countPlatformCalls, type PlatformCalls } from "../exchange/platform-calls.ts";
import { deploy, execute, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");

beforeAll(async () => {
  const audit = { "environments/local/audit.json": '{ "destination": "none" }' };
  await deploy({ sources: [sourceTo("things", a)], proxies: audit });
});

/** What a later call of a function asks of the gateway's platform; the first has loaded its module. */
async function callsOf(name: string, parameters: Readonly<Record<string, unknown>>): Promise<PlatformCalls> {
  await execute(name, parameters, {});
  return countPlatformCalls(async () => {
    expect(await execute(name, parameters, {})).toMatchObject({ status: 200 });
  });
}

/** What every call costs: its headers, its body, one timer, and a name for its session. */
const always = {
  "Request.url": 1,
  "Request.method": 1,
  "URL.parse": 1,
  "URL.pathname": 1,
  "Body.bytes": 1,
  "TextDecoder.decode": 1,
  setTimeout: 1,
  "crypto.randomUUID": 1,
  // Of this test, which reads the answer.
  "Response.status": 1,
  "Body.json": 1,
};

/** What the tests' runner does around each invocation, and the one answer of the gateway. */
const answers = (invocations: number) => ({
  "Request.cf": 2 * invocations,
  "Response.ok": 2 * invocations,
  "new Response": 1 + 2 * invocations,
});

test("a call looks at each header once, and needs no signal to end with its request", async () => {
  expect(await callsOf("probe", { action: "text", text: "x" })).toEqual({
    ...always,
    ...answers(1),
    "Date.now": 7,
    "Request.headers": 4,
    "Headers.get": 8,
    "Response.headers": 1,
  });
});

test("a request through a source costs one more call, one copy of its headers, and a signal that ends it", async () => {
  expect(await callsOf("callThings", { path: "/status/200?body=hello" })).toEqual({
    ...always,
    ...answers(2),
    fetch: 1,
    "Date.now": 9,
    "Request.url": 2,
    "Request.method": 2,
    "Request.headers": 5,
    "Headers.get": 9,
    "new Headers": 1,
    "Headers.delete": 1,
    // Whether it is an upgrade, and whether the answer calls itself a failure of the gateway.
    "Headers.has": 2,
    "Response.headers": 2,
    "new AbortController": 1,
    "AbortController.signal": 1,
    "AbortController.abort": 1,
  });
});
