/** What single policies cost, many times over in one isolate. */
import { join } from "node:path";
import type { Effort } from "./compare.ts";
import { cpuTime, median } from "./load.ts";
import type { Measurement } from "./measurement.ts";
import { bundleWorker, type RunningWorker, startWorker } from "./worker.ts";

/** The aims for one run of a policy, in microseconds. */
const aims = {
  LookupCache: 5,
  KeyValueMapOperations: 3,
  CORS: 2,
  AssertCondition: 2,
  SpikeArrest: 2,
  Quota: 3,
  VerifyAPIKey: 5,
  OAuthV2: 5,
} as const;

/** How often a policy runs in one round. */
const TIMES = 50_000;
const TOKENS = 2_000;
const DOCUMENTS = 30;

/** Each policy by itself; those with a rival in turns with it. */
export async function* policyCost({ rounds }: Effort): AsyncGenerator<Measurement> {
  const worker = await startWorker(await bundleWorker(join(import.meta.dirname, "isolate.ts")));
  const cost = async (name: string, times: number) => {
    await run(worker, name, times);
    const costs: number[] = [];
    for (let round = 0; round < rounds; round++) costs.push(await run(worker, name, times));
    return median(costs);
  };
  for (const [name, atMost] of Object.entries(aims)) {
    yield { name, ratio: await cost(name, TIMES), unit: "µs of CPU", target: { atMost } };
  }
  const verifying = await inTurns(worker, "VerifyJWT", "bare jose", TOKENS, rounds);
  yield {
    name: "VerifyJWT",
    ratio: verifying.ratio,
    unit: "CPU time of bare jose, RS256 with a cached key set",
    target: { atMost: 1.2 },
  };
  yield { name: "VerifyJWT", ratio: verifying.first, unit: "µs of CPU" };
  const scanning = await inTurns(worker, "JSONThreatProtection", "JSON.parse", DOCUMENTS, rounds);
  yield {
    name: "JSONThreatProtection",
    ratio: scanning.ratio,
    unit: "CPU time of JSON.parse for the same bytes",
    target: { atMost: 2 },
  };
  const bytes = Number(await (await fetch(`${worker.url}/nothing?times=0`)).text());
  yield { name: "JSONThreatProtection", ratio: bytes / scanning.first, unit: "MB/s" };
  await worker.stop();
}

/** Microseconds of the first, and its ratio to the second: the median of the rounds. */
async function inTurns(
  worker: RunningWorker,
  first: string,
  second: string,
  times: number,
  rounds: number,
): Promise<{ first: number; ratio: number }> {
  await run(worker, first, times);
  await run(worker, second, times);
  const costs: { first: number; second: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    costs.push({ first: await run(worker, first, times), second: await run(worker, second, times) });
  }
  return {
    first: median(costs.map((cost) => cost.first)),
    ratio: median(costs.map((cost) => cost.first / cost.second)),
  };
}

/** Microseconds of CPU that one time takes. */
async function run({ url, pid }: RunningWorker, name: string, times: number): Promise<number> {
  const before = cpuTime(pid);
  const response = await fetch(`${url}/${encodeURIComponent(name)}?times=${times}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${name}: ${text}`);
  return (cpuTime(pid) - before) / times;
}
