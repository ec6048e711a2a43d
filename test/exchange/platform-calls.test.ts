import { expect, inject, test } from "vitest";
import { oneApp } from "../clients/memory-directory.ts";
import { issuedToken } from "../clients/tokens/issued-token.ts";
import { MemoryTokens } from "../clients/tokens/memory-tokens.ts";
import { httpTarget, type ProxyParts, proxyFiles, serve, step } from "./gateway-kit.ts";
import { countPlatformCalls, type PlatformCalls } from "./platform-calls.ts";

const { a } = inject("servers");
const { hostname, port } = new URL(a);

/** What a later request asks of the platform until its answer is there; the first has loaded the proxy. */
async function callsOf(
  parts: ProxyParts,
  init: RequestInit = {},
  tokens = new MemoryTokens(),
): Promise<PlatformCalls> {
  const files = {
    ...proxyFiles("p", { ...parts, target: httpTarget(`${a}/echo`) }),
    "environments/local/audit.json": '{ "destination": "none" }',
    "environments/local/targetservers.json": JSON.stringify([
      { name: "grpc", host: hostname, port: Number(port), protocol: "GRPC" },
    ]),
    "environments/local/products.json": JSON.stringify([{ name: "p" }]),
    "environments/local/developers.json": JSON.stringify(oneApp.developers),
    "environments/local/developerapps.json": JSON.stringify(oneApp.apps),
  };
  const gateway = await serve(files, { allow: [a], tokens });
  const headers = { accept: "text/html", "user-agent": "test", connection: "keep-alive", ...init.headers };
  const send = () => gateway.fetch("/p/x?y=1", { ...init, headers });
  await (await send()).text();
  await gateway.settled();
  let answer: Response | undefined;
  const calls = await countPlatformCalls(async () => {
    answer = await send();
  });
  expect([answer?.status, await answer?.text()]).toEqual([200, expect.stringContaining("/echo/x?y=1")]);
  return calls;
}

const callout = {
  flows: `<PreFlow><Request>${["Call", "Find", "Tell"].map((name) => step(name)).join("")}</Request></PreFlow>`,
  policies: {
    Call: `<ServiceCallout name="Call"><Response>user</Response><HTTPTargetConnection><URL>${a}/echo/u-17</URL></HTTPTargetConnection></ServiceCallout>`,
    Find: `<ExtractVariables name="Find"><Source>user</Source><JSONPayload><Variable name="id"><JSONPath>$.url</JSONPath></Variable></JSONPayload></ExtractVariables>`,
    Tell: `<AssignMessage name="Tell"><Set><Headers><Header name="X-User">{id}</Header></Headers></Set><AssignTo type="request"/></AssignMessage>`,
  },
};

/** What every request costs: its address, one look through the names of its headers, one timer. */
const always = {
  // Made by this test.
  "new Request": 1,
  "Request.url": 1,
  "Request.method": 1,
  "Request.headers": 2,
  "URL.parse": 1,
  "URL.pathname": 1,
  "Headers.keys": 1,
  setTimeout: 1,
};

/** What a call to the target costs, beside: whether the connection's own headers are among the answer's. */
const toTarget = { fetch: 1, "Response.status": 1, "Response.headers": 1 };

test("a proxy without policies hands on what the platform has", async () => {
  const calls = { ...always, ...toTarget, "Date.now": 4, "Headers.get": 3, "Body.body": 1 };
  expect(await callsOf({})).toEqual(calls);
});

test("a body goes to the target unread", async () => {
  const calls = { ...always, ...toTarget, "Date.now": 4, "Headers.get": 3, "Body.body": 1 };
  expect(await callsOf({}, { method: "POST", body: "sent" })).toEqual(calls);
});

test("a callout costs one more call, a short answer read at one go, and one copy of the headers that are changed", async () => {
  expect(await callsOf(callout)).toEqual({
    ...always,
    fetch: 2,
    "Date.now": 9,
    "Response.status": 2,
    "Response.headers": 2,
    "Headers.get": 5,
    "Headers.has": 1,
    "Body.arrayBuffer": 1,
    "Body.body": 1,
    "TextDecoder.decode": 1,
    "new Headers": 1,
    "Headers.set": 1,
  });
});

test("a call to a gRPC server costs one more call, its body read at one go, and what is said of the client; its messages nothing", async () => {
  const EC = `<ExternalCallout name="EC"><TimeoutMs>5000</TimeoutMs>
    <GrpcConnection><Server name="grpc"/></GrpcConnection>
    <Configurations><Property name="with.request.headers">true</Property></Configurations>
  </ExternalCallout>`;
  const flows = `<PreFlow><Request>${step("EC")}</Request></PreFlow>`;
  expect(await callsOf({ flows, policies: { EC } })).toEqual({
    ...always,
    "Request.headers": 4,
    "Request.cf": 1,
    "URL.host": 1,
    "URL.protocol": 1,
    "crypto.randomUUID": 1,
    fetch: 2,
    "Date.now": 6,
    "Response.status": 1,
    "Response.ok": 1,
    "Response.headers": 2,
    "Headers.get": 9,
    "Headers.has": 2,
    "Body.arrayBuffer": 1,
    "Body.body": 1,
    "new Headers": 1,
    "Headers.set": 1,
  });
});

test("a key that the isolate knows costs a look at its header", async () => {
  const V = '<VerifyAPIKey name="V"><APIKey ref="request.header.x-api-key"/></VerifyAPIKey>';
  const flows = `<PreFlow><Request>${step("V")}</Request></PreFlow>`;
  const calls = { ...always, ...toTarget, "Date.now": 5, "Headers.get": 4, "Body.body": 1 };
  const headers = { "x-api-key": "key-1" };
  expect(await callsOf({ flows, policies: { V } }, { headers })).toEqual(calls);
});

test("a token that the isolate knows costs a look at its header, and the time", async () => {
  const V = '<OAuthV2 name="V"><Operation>VerifyAccessToken</Operation></OAuthV2>';
  const flows = `<PreFlow><Request>${step("V")}</Request></PreFlow>`;
  const tokens = new MemoryTokens();
  const token = issuedToken({ token: "token-1", clientId: "key-1", appId: "app-1", products: ["p"] });
  const context = { now: Date.now, within: <T>(_ms: number, work: Promise<T>) => work, waitUntil: () => {} };
  await tokens.isolate().add([token], context);
  const calls = { ...always, ...toTarget, "Date.now": 8, "Headers.get": 4, "Body.body": 1 };
  const headers = { authorization: "Bearer token-1" };
  expect(await callsOf({ flows, policies: { V } }, { headers }, tokens)).toEqual(calls);
});
