/** What JavaScript policies cost. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contender, compare, type Effort } from "./compare.ts";
import { startGateway } from "./gateway.ts";
import { median } from "./load.ts";
import type { Measurement } from "./measurement.ts";

/** One script, and five, against the same proxy without. */
export async function* scriptCost(
  at: (proxy: string) => Contender,
  manyConnections: number,
  effort: Effort,
): AsyncGenerator<Measurement> {
  const [one, none] = await compare(at("one-script"), at("pass-through"), 1, effort);
  yield {
    name: "script p50",
    ratio: one.p50 - none.p50,
    unit: "ms more than the same proxy without, 1 connection",
    target: { atMost: 0.15 },
  };
  const [busy, without] = await compare(at("one-script"), at("pass-through"), manyConnections, effort);
  yield {
    name: "script",
    ratio: busy.throughput / without.throughput,
    unit: `throughput of the same proxy without, ${manyConnections} connections`,
    target: { atLeast: 0.8 },
  };
  yield { name: "script CPU", ratio: busy.cpu - without.cpu, unit: "µs more than without" };
  const [five, again] = await compare(at("five-scripts"), at("one-script"), manyConnections, effort);
  yield {
    name: "five scripts CPU",
    ratio: (five.cpu - without.cpu) / (again.cpu - without.cpu),
    unit: "times what one adds",
  };
  const [calmFive, calmOne] = await compare(at("five-scripts"), at("one-script"), 1, effort);
  yield {
    name: "five scripts p50",
    ratio: calmFive.p50 / calmOne.p50,
    unit: "median latency of the proxy with one, 1 connection",
    target: { atMost: 2 },
  };
}

/** The first request to a proxy with a script, and to one whose script includes 100 kB, each in a fresh process. */
export async function* firstScript(environment: string, { rounds }: Effort): AsyncGenerator<Measurement> {
  const folder = withLibrary(environment, 100_000);
  const times = { plain: [] as number[], small: [] as number[], large: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.plain.push(await timeFirst(folder, "pass-through"));
    times.small.push(await timeFirst(folder, "five-scripts"));
    times.large.push(await timeFirst(folder, "one-script"));
  }
  rmSync(folder, { recursive: true });
  const [plain, small, large] = [median(times.plain), median(times.small), median(times.large)];
  yield { name: "first script", ratio: small - plain, unit: "ms more than a first request without" };
  yield {
    name: "100 kB library",
    ratio: large - small,
    unit: "ms more than a first script, once per isolate",
  };
}

/** The environment, where the script of `one-script` includes a library of about so many bytes. */
function withLibrary(environment: string, bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-library-"));
  for (const part of ["apiproxies", "environments"]) {
    cpSync(join(environment, part), join(folder, part), { recursive: true });
  }
  const local = join(folder, "environments", "local");
  const proxies = ["pass-through", "one-script", "five-scripts"].map((name) => ({ name }));
  writeFileSync(join(local, "deployments.json"), JSON.stringify({ proxies, sharedflows: [] }));
  const bundle = join(folder, "apiproxies", "one-script", "apiproxy");
  const functions = Array.from(
    { length: Math.ceil(bytes / 100) },
    (_, index) => `library.f${index} = function (text) { return text + "${"x".repeat(50)}" + ${index}; };`,
  );
  writeFileSync(
    join(bundle, "resources", "jsc", "library.js"),
    `var library = {};\n${functions.join("\n")}\n`,
  );
  const policy = join(bundle, "policies", "JS-Client.xml");
  const include = "<IncludeURL>jsc://library.js</IncludeURL>\n</Javascript>";
  writeFileSync(policy, readFileSync(policy, "utf8").replace("</Javascript>", include));
  return folder;
}

/** Milliseconds of the first request to a proxy, in a process that has answered nothing but its health. */
async function timeFirst(folder: string, proxy: string): Promise<number> {
  const gateway = await startGateway(folder);
  await (await fetch(`${gateway.url}/_sortie/health`)).text();
  const start = performance.now();
  const answer = await fetch(`${gateway.url}/${proxy}/items/42?page=2`);
  await answer.text();
  const taken = performance.now() - start;
  await gateway.stop();
  if (!answer.ok) throw new Error(`the first request to ${proxy} was answered with ${answer.status}`);
  return taken;
}
