/** What the bench measures, and what each measurement is expected to be. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { GoogleIssuer } from "../../src/cli/example/google-issuer.ts";
import { currentKey } from "../../src/environment/document.ts";
import { actions } from "./actions.ts";
import { type Contender, compare, type Effort, type Result } from "./compare.ts";
import { remove, timeFirstCall, writeLargeFunction } from "./first-call.ts";
import { bundleGateway, serve, startGateway } from "./gateway.ts";
import { answer, median, residentMemory } from "./load.ts";
import { manyProxies } from "./many-proxies.ts";
import type { Measurement } from "./measurement.ts";
import { manyObjects } from "./objects.ts";
import { policyCost } from "./policies.ts";
import { pythonFunctions } from "./python.ts";
import { firstScript, scriptCost } from "./scripts.ts";
import {
  bundleWorker,
  type Config,
  engineFile,
  prepareWorker,
  type RunningWorker,
  startWorker,
} from "./worker.ts";

const environment = join(import.meta.dirname, "environment");
const request = "/items/42?page=2";
const manyConnections = 32;

/** Takes every measurement, one after the other, and yields each as soon as it is known. */
export async function* measure(effort: Effort): AsyncGenerator<Measurement> {
  const issuer = await GoogleIssuer.start();
  const key = await issuer.createAccount("bench@bench.iam.gserviceaccount.com");
  const gateway = await startGateway(environment, { secrets: { GOOGLE_SERVICE_ACCOUNT: key } });
  yield* callout(gateway, effort);
  yield* calloutInHono(gateway, effort);
  yield* googleToken(gateway, effort);
  yield* againstRival(gateway, "external-callout", 0.95, effort);
  yield* againstRival(gateway, "pass-through", 0.96, effort);
  yield* cachedResponse(gateway, effort);
  yield* storeReads(gateway);
  yield* extraStep(gateway, effort);
  yield* memory(environment, effort);
  yield* warmFunction(gateway, effort);
  yield* policyCost(effort);
  yield* scriptCost((proxy) => at(gateway, proxy), manyConnections, effort);
  await gateway.stop();
  await issuer.stop();
  yield* firstRequest(effort);
  yield* coldStart(effort);
  yield* firstCall(effort);
  yield* firstScript(environment, effort);
  const rival = await startRival("function");
  yield* pythonFunctions(environment, rival, effort);
  await rival.stop();
  yield* actions(environment, effort);
  yield* manyObjects();
  const modules = await bundleGateway();
  const size = [...modules.values()].reduce((sum, module) => sum + gzipped(module), 0);
  yield { name: "Worker size", ratio: size, unit: "KiB of JavaScript, gzipped", target: { atMost: 300 } };
  yield {
    name: "engine size",
    ratio: gzipped(readFileSync(engineFile)),
    unit: "KiB of WebAssembly, gzipped",
  };
}

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes).length / 1024;

/** A ServiceCallout, an ExtractVariables and an AssignMessage before the target, against the same by hand. */
async function* callout(gateway: RunningWorker, effort: Effort): AsyncGenerator<Measurement> {
  const rival = await startRival("callout");
  const [busy, busyRival] = await compare(
    at(gateway, "callout"),
    at(rival, "callout"),
    manyConnections,
    effort,
  );
  yield {
    name: "callout",
    ratio: busy.throughput / busyRival.throughput,
    unit: `throughput of the hand-written Worker, ${manyConnections} connections`,
    target: { atLeast: 0.92 },
  };
  yield {
    name: "callout p99",
    ratio: busy.p99 / busyRival.p99,
    unit: `p99 latency of the hand-written Worker, ${manyConnections} connections`,
    target: { atMost: 1 },
  };
  yield* cpuOf("callout", busy, busyRival);
  const [calm, calmRival] = await compare(at(gateway, "callout"), at(rival, "callout"), 1, effort);
  yield {
    name: "callout p50",
    ratio: calm.p50 / calmRival.p50,
    unit: "median latency of the hand-written Worker, 1 connection",
    target: { atMost: 1.06 },
  };
  await rival.stop();
}

/** The same against Hono's usual idiom: a middleware that calls, then its proxy helper. */
async function* calloutInHono(gateway: RunningWorker, effort: Effort): AsyncGenerator<Measurement> {
  const hono = await startRival("callout-hono");
  const [ours, theirs] = await compare(at(gateway, "callout"), at(hono, "callout"), manyConnections, effort);
  yield {
    name: "callout, Hono",
    ratio: ours.throughput / theirs.throughput,
    unit: `throughput of Hono's idiom, ${manyConnections} connections`,
    target: { atLeast: 1 },
  };
  yield { name: "callout, Hono p99", ratio: ours.p99 / theirs.p99, unit: "p99 latency of Hono's idiom" };
  yield { name: "callout, Hono CPU", ratio: ours.cpu / theirs.cpu, unit: "CPU time of Hono's idiom" };
  await hono.stop();
}

function* cpuOf(name: string, ours: Result, theirs: Result): Generator<Measurement> {
  yield { name: `${name} CPU`, ratio: ours.cpu / theirs.cpu, unit: "CPU time of the hand-written Worker" };
  yield { name: `${name} CPU per request`, ratio: ours.cpu, unit: "µs" };
  yield { name: `${name} CPU by hand`, ratio: theirs.cpu, unit: "µs" };
}

/** A callout with a Google token that is in memory, against one without. */
async function* googleToken(gateway: RunningWorker, effort: Effort): AsyncGenerator<Measurement> {
  const [withToken, without] = await compare(
    at(gateway, "callout-google"),
    at(gateway, "callout"),
    manyConnections,
    effort,
  );
  yield {
    name: "Google token CPU",
    ratio: withToken.cpu / without.cpu,
    unit: "CPU time of the same callout without",
    target: { atMost: 1.03 },
  };
}

/** Throughput and CPU time of a proxy, against a hand-written Worker of the same name. */
async function* againstRival(
  gateway: RunningWorker,
  name: string,
  atLeast: number,
  effort: Effort,
): AsyncGenerator<Measurement> {
  const rival = await startRival(name);
  const [ours, theirs] = await compare(at(gateway, name), at(rival, name), manyConnections, effort);
  yield {
    name,
    ratio: ours.throughput / theirs.throughput,
    unit: `throughput of the hand-written Worker, ${manyConnections} connections`,
    target: { atLeast },
  };
  yield* cpuOf(name, ours, theirs);
  await rival.stop();
}

/** A response that comes from the cache, against the same from the target. */
async function* cachedResponse(gateway: RunningWorker, effort: Effort): AsyncGenerator<Measurement> {
  const [cached, called] = await compare(
    at(gateway, "response-cache"),
    at(gateway, "pass-through"),
    manyConnections,
    effort,
  );
  yield {
    name: "ResponseCache hit",
    ratio: cached.throughput / called.throughput,
    unit: `throughput of the proxy without, ${manyConnections} connections`,
    target: { atLeast: 2.5 },
  };
  yield {
    name: "ResponseCache hit CPU",
    ratio: cached.cpu / called.cpu,
    unit: "CPU time of the proxy without",
  };
}

/** What a proxy that reads a key value map and a cache asks KV for, once it has what it needs. */
async function* storeReads(gateway: RunningWorker): AsyncGenerator<Measurement> {
  const load = { url: at(gateway, "stores").url, connections: manyConnections };
  await answer({ ...load, amount: 100 });
  const before = gateway.reads.length;
  await answer({ ...load, amount: 10_000 });
  // Twice a minute the gateway looks whether something else has been deployed.
  const reads = gateway.reads.slice(before).filter((key) => key !== currentKey("local"));
  yield {
    name: "KV reads of 10,000 requests",
    ratio: reads.length,
    unit: "with a key value map and a cache",
    target: { atMost: 0 },
  };
}

/** What one more AssignMessage costs: the same proxy with eleven of them and with one. */
async function* extraStep(gateway: RunningWorker, effort: Effort): AsyncGenerator<Measurement> {
  const [eleven, one] = await compare(
    at(gateway, "eleven-steps"),
    at(gateway, "one-step"),
    manyConnections,
    effort,
  );
  yield { name: "extra AssignMessage", ratio: (eleven.cpu - one.cpu) / 10, unit: "µs of CPU" };
}

/** A function with one call through its source's client, against the same code in a plain Worker. */
async function* warmFunction(gateway: RunningWorker, effort: Effort): AsyncGenerator<Measurement> {
  const rival = await startRival("function");
  const posted = { method: "POST", body: '{"parameters":{"page":"2"}}' } as const;
  const path = "/_sortie/functions/callUser/execute";
  const ours = { url: gateway.url + path, pid: gateway.pid, posted };
  const theirs = { url: rival.url + path, pid: rival.pid, posted };
  const [calm, calmRival] = await compare(ours, theirs, 1, effort);
  yield {
    name: "function p50",
    ratio: calm.p50 / calmRival.p50,
    unit: "median latency of the same code in a plain Worker, 1 connection",
    target: { atMost: 1.5 },
  };
  const [busy, busyRival] = await compare(ours, theirs, manyConnections, effort);
  yield {
    name: "function CPU",
    ratio: busy.cpu / busyRival.cpu,
    unit: "CPU time of the plain Worker",
    target: { atMost: 2 },
  };
  yield { name: "function CPU per call", ratio: busy.cpu, unit: "µs" };
  await rival.stop();
}

/** The first call of a function of 100 kB in a gateway that runs already. */
async function* firstCall({ rounds }: Effort): AsyncGenerator<Measurement> {
  const folder = writeLargeFunction(environment, 100_000);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeFirstCall(folder));
  remove(folder);
  yield { name: "first call, 100 kB", ratio: median(times), unit: "ms", target: { atMost: 100 } };
}

/** The memory of a process that has answered 10,000 requests, beside that of an empty Worker which has. */
async function* memory(folder: string, { rounds }: Effort): AsyncGenerator<Measurement> {
  const empty = await bundleWorker(join(import.meta.dirname, "rivals", "empty.ts"));
  const taken: number[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    const gateway = await startGateway(folder);
    const rival = await startWorker(empty);
    taken.push((await memoryAfter(at(gateway, "callout"))) - (await memoryAfter(at(rival, "callout"))));
    await gateway.stop();
    await rival.stop();
  }
  yield { name: "memory after 10,000", ratio: median(taken), unit: "MiB more than an empty Worker, callout" };
}

async function memoryAfter({ url, pid }: Contender): Promise<number> {
  await answer({ url, amount: 10_000, connections: manyConnections });
  return residentMemory(pid);
}

/** From the start of a process to its first answer, beside that of an empty Worker, in turns. */
async function* coldStart({ rounds }: Effort): AsyncGenerator<Measurement> {
  const config = await manyProxies(environment, "pass-through", 1);
  const gateway = await bundleGateway();
  const empty = await bundleWorker(join(import.meta.dirname, "rivals", "empty.ts"));
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await timeStart(await prepareWorker(gateway, { config, loader: true }));
    times.push(ours - (await timeStart(await prepareWorker(empty))));
  }
  yield {
    name: "cold start",
    ratio: median(times),
    unit: "ms more than an empty Worker, first answer",
    target: { atMost: 25 },
  };
}

async function timeStart(start: () => Promise<RunningWorker>): Promise<number> {
  const begun = performance.now();
  const worker = await start();
  const answered = await fetch(`${worker.url}/pass-through-0${request}`);
  await answered.text();
  const taken = performance.now() - begun;
  await worker.stop();
  if (!answered.ok) throw new Error(`the first request was answered with ${answered.status}`);
  return taken;
}

/** The first request of a fresh process, with one proxy deployed and with many, in turns. */
async function* firstRequest({ rounds }: Effort): AsyncGenerator<Measurement> {
  const counts = [1, 1_000, 10_000];
  const configs = await Promise.all(counts.map((count) => manyProxies(environment, "pass-through", count)));
  const times = counts.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, config] of configs.entries()) times[index]?.push(await timeFirstRequest(config));
  }
  const [one = 0, ...more] = times.map(median);
  yield { name: "first request", ratio: one, unit: "ms, 1 proxy deployed" };
  for (const [index, many] of more.entries()) {
    const count = counts[index + 1]?.toLocaleString("en");
    const target = { atMost: 1.2 };
    yield { name: `first request, ${count}`, ratio: many / one, unit: "times that with 1 deployed", target };
  }
}

async function timeFirstRequest(config: Config): Promise<number> {
  const gateway = await serve(config);
  const start = performance.now();
  const answered = await fetch(`${gateway.url}/pass-through-0${request}`);
  await answered.text();
  const taken = performance.now() - start;
  await gateway.stop();
  if (!answered.ok) throw new Error(`the first request was answered with ${answered.status}`);
  return taken;
}

const startRival = async (name: string): Promise<RunningWorker> =>
  startWorker(await bundleWorker(join(import.meta.dirname, "rivals", `${name}.ts`)));

const at = (worker: RunningWorker, proxy: string): Contender => ({
  url: `${worker.url}/${proxy}${request}`,
  pid: worker.pid,
});
