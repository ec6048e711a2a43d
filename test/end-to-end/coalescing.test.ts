/** A burst of misses of one cache key, in a Worker of its own: what one request does for others to wait for. */
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { bundleGateway, configOf } from "../bench/gateway.ts";
import { type RunningWorker, startWorker } from "../bench/worker.ts";
import { deploy, httpTarget, proxyFiles, setHeader, step } from "../exchange/gateway-kit.ts";

const BURST = 12;

const coalesce = '<Properties><Property name="sortie.coalesce">true</Property></Properties>';
const key = '<CacheKey><KeyFragment ref="request.queryparam.k"/></CacheKey>';
const expiry = "<ExpirySettings><TimeoutInSeconds>60</TimeoutInSeconds></ExpirySettings>";
const missed = "lookupcache.L.cachehit = false";

/** Tells the service that it has come, looks up, calls the service when missed, and populates. */
const looking = (name: string, url: string, property = "") =>
  proxyFiles(name, {
    flows: `<PreFlow><Request>${step("Arrive")}${step("L")}${step("Call", missed)}${step("P", missed)}</Request><Response>${step("Show")}</Response></PreFlow>`,
    policies: {
      Arrive: `<ServiceCallout name="Arrive"><Response>arrived</Response><HTTPTargetConnection><URL>${url}/arrive/${name}</URL></HTTPTargetConnection></ServiceCallout>`,
      L: `<LookupCache name="L">${property}${key}<AssignTo>v</AssignTo></LookupCache>`,
      Call: `<ServiceCallout name="Call"><Response>answer</Response><HTTPTargetConnection><URL>${url}/${name}</URL></HTTPTargetConnection></ServiceCallout>`,
      P: `<PopulateCache name="P">${key}${expiry}<Source>answer.content</Source></PopulateCache>`,
      ...setHeader("Show", "x-from", "{v}{answer.content}"),
    },
  });

/** A cached response of a target. */
const caching = (name: string, url: string) =>
  proxyFiles(name, {
    target: httpTarget(`${url}/${name}`),
    flows: `<PreFlow><Request>${step("Arrive")}${step("L")}</Request></PreFlow><PostFlow><Response>${step("L")}${step("Show")}</Response></PostFlow>`,
    policies: {
      Arrive: `<ServiceCallout name="Arrive"><Response>arrived</Response><HTTPTargetConnection><URL>${url}/arrive/${name}</URL></HTTPTargetConnection></ServiceCallout>`,
      L: `<ResponseCache name="L">${coalesce}${key}${expiry}</ResponseCache>`,
      ...setHeader("Show", "x-from", "{response.content}"),
    },
  });

/** Counts what comes, and holds back the answers to calls until it is told. */
const arrived = new Map<string, number>();
const calls = new Map<string, ServerResponse[]>();
const service = createServer((request: IncomingMessage, response) => {
  const [, first = "", second = ""] = (request.url ?? "").split(/[/?]/);
  if (first === "arrive") {
    arrived.set(second, (arrived.get(second) ?? 0) + 1);
    response.end();
  } else calls.set(first, [...(calls.get(first) ?? []), response]);
});
const callsOf = (name: string) => calls.get(name) ?? [];
const until = (condition: () => boolean) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 60_000, interval: 5 });

let gateway: RunningWorker;
beforeAll(async () => {
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const files = {
    ...looking("apart", url),
    ...looking("together", url, coalesce),
    ...looking("left", url, coalesce),
    ...looking("seen-leaving", url),
    ...looking("failed", url, coalesce),
    ...caching("cached", url),
    "environments/local/audit.json": '{ "destination": "none" }',
  };
  gateway = await startWorker(await bundleGateway(), { config: configOf(await deploy(files)) });
});
afterAll(async () => {
  await gateway.stop();
  service.close();
});

/** The header x-from of the answer. */
async function ask(name: string): Promise<string> {
  const [response] = (await once(get(`${gateway.url}/${name}?k=1`, { agent: false }), "response")) as [
    IncomingMessage,
  ];
  response.resume();
  return `${response.statusCode} ${response.headers["x-from"]}`;
}

/** Requests at the same time, once all of them have come. */
async function burst(name: string, count = BURST): Promise<Promise<string>[]> {
  const before = arrived.get(name) ?? 0;
  const answers = Array.from({ length: count }, () => ask(name));
  await until(() => arrived.get(name) === before + count);
  return answers;
}

/** Sends a request, and breaks its connection off when it has called the service. */
async function leave(name: string): Promise<ServerResponse> {
  const client = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  client.on("error", () => {});
  client.write(`GET /${name}?k=1 HTTP/1.1\r\nHost: gateway.test\r\n\r\n`);
  await until(() => callsOf(name).length === 1);
  client.resetAndDestroy();
  return callsOf(name)[0] as ServerResponse;
}

test("each request calls where nobody asked for anything else", async () => {
  const answers = await burst("apart");
  await until(() => callsOf("apart").length === BURST);
  for (const response of callsOf("apart")) response.end("own");
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["200 own"]));
});

test.each(["together", "cached"])("one request calls for all of a burst (%s)", async (name) => {
  const answers = await burst(name);
  await until(() => callsOf(name).length === 1);
  callsOf(name)[0]?.end("one for all");
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["200 one for all"]));
  expect(callsOf(name)).toHaveLength(1);
});

test("the first goes on for the others when its client leaves", async () => {
  const call = await leave("left");
  // Another one that nobody waits for shows when the Worker has seen a client leave.
  const seen = await leave("seen-leaving");
  if (!seen.destroyed) await once(seen, "close");
  const answers = await burst("left");
  call.end("made for others");
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["200 made for others"]));
  expect(callsOf("left")).toHaveLength(1);
});

test("the others call themselves when the first one fails", async () => {
  const answers = await burst("failed");
  await until(() => callsOf("failed").length === 1);
  callsOf("failed")[0]?.destroy();
  await until(() => callsOf("failed").length === BURST);
  for (const response of callsOf("failed")) response.end("own");
  const seen = await Promise.all(answers);
  expect(seen.filter((line) => line === "200 own")).toHaveLength(BURST - 1);
  expect(seen.filter((line) => line.startsWith("5"))).toHaveLength(1);
});
