/** Functions in Python: how soon the first call of one is answered, what its isolate takes, and what a warm one adds. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, type Effort } from "./compare.ts";
import { startGateway } from "./gateway.ts";
import { median, residentMemory } from "./load.ts";
import type { Measurement } from "./measurement.ts";
import type { RunningWorker } from "./worker.ts";

/** How many functions are called for the first time, one after the other in one gateway. */
const FIRST_CALLS = 5;

const code = `from functions.api import function
from functions.sources import get_source


@function(sources=["Users"])
def NAME(page: str) -> str:
    connection = get_source("Users").get_https_connection()
    user = connection.get_client().get(connection.url + "/user").json()["user"]
    return f'{user["id"]} {page}'
`;

const posted = { method: "POST", body: '{"parameters":{"page":"2"}}' } as const;
const headers = { "content-type": "application/json" };

/**
 * @param environment the bench's own, whose source the functions call
 * @param rival a plain Worker that does the same
 */
export async function* pythonFunctions(
  environment: string,
  rival: RunningWorker,
  effort: Effort,
): AsyncGenerator<Measurement> {
  const names = Array.from({ length: FIRST_CALLS }, (_, index) => `python${index}`);
  const folder = writeFunctions(environment, names);
  const gateway = await startGateway(folder);
  await (await fetch(`${gateway.url}/_sortie/health`)).text();
  const cold: number[] = [];
  const grown: number[] = [];
  for (const name of names) {
    const before = residentMemory(gateway.pid);
    const start = performance.now();
    const answer = await fetch(pathOf(gateway.url, name), { ...posted, headers });
    const text = await answer.text();
    cold.push(performance.now() - start);
    grown.push(residentMemory(gateway.pid) - before);
    if (text !== '{"value":"u-17 2"}') throw new Error(`${name} was answered with ${text}`);
  }
  const ours = { url: pathOf(gateway.url, names[0] ?? ""), pid: gateway.pid, posted };
  const theirs = { url: pathOf(rival.url, "callUser"), pid: rival.pid, posted };
  const [calm, calmRival] = await compare(ours, theirs, 1, effort);
  await gateway.stop();
  rmSync(folder, { recursive: true });
  yield { name: "Python, first call", ratio: median(cold), unit: "ms", target: { atMost: 1200 } };
  yield { name: "Python, memory", ratio: median(grown), unit: "MiB of the process for each isolate" };
  yield {
    name: "Python p50",
    ratio: calm.p50 - calmRival.p50,
    unit: "ms of median latency more than a plain Worker with the same call, 1 connection",
    target: { atMost: 12 },
  };
}

const pathOf = (url: string, name: string) => `${url}/_sortie/functions/${name}/execute`;

function writeFunctions(environment: string, names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-python-"));
  for (const part of ["environments", "sources"]) {
    cpSync(join(environment, part), join(folder, part), { recursive: true });
  }
  const deployments = JSON.stringify({ proxies: [], sharedflows: [], functions: names });
  writeFileSync(join(folder, "environments", "local", "deployments.json"), deployments);
  for (const name of names) {
    mkdirSync(join(folder, "functions", name), { recursive: true });
    writeFileSync(join(folder, "functions", name, `${name}.py`), code.replace("NAME", name));
  }
  return folder;
}
