/**
 * Shows what the gateway's process does during a request, beside a hand-written Worker that does the same:
 * `node test/bench/profile.ts [PROXY]`. Needs Linux's `perf`.
 */
import { join } from "node:path";
import { startBackend } from "./backend-process.ts";
import { loadCore, pinSelf } from "./cores.ts";
import { startGateway } from "./gateway.ts";
import { load } from "./load.ts";
import { type Profile, profileOf } from "./perf.ts";
import { bundleWorker, type RunningWorker, startWorker } from "./worker.ts";

const [proxy = "callout"] = process.argv.slice(2);
const connections = 32;
const seconds = { warm: 5, profiled: 20 };
const settings = { v8Flags: ["--perf-basic-prof"] };

pinSelf(loadCore);
await startBackend();
const gateway = await startGateway(join(import.meta.dirname, "environment"), settings);
const ours = await profiled(gateway);
const script = await bundleWorker(join(import.meta.dirname, "rivals", `${proxy}.ts`));
const theirs = await profiled(await startWorker(script, settings));
print("µs a request", ours.groups, theirs.groups, Number.POSITIVE_INFINITY);
print("what takes more", ours.symbols, theirs.symbols, 40);
process.exit();

async function profiled(worker: RunningWorker): Promise<Profile> {
  const contender = { url: `${worker.url}/${proxy}/items/42?page=2`, pid: worker.pid };
  await load(contender, connections, seconds.warm);
  const { profile, result } = await profileOf(worker.pid, () =>
    load(contender, connections, seconds.profiled),
  );
  await worker.stop();
  return profile(result.cpu);
}

/** The rows where the first has most more than the second, those first. */
function print(title: string, ours: Profile["groups"], theirs: Profile["groups"], most: number): void {
  const rows = [...new Set([...ours.keys(), ...theirs.keys()])]
    .map((name) => ({ name, ours: ours.get(name) ?? 0, theirs: theirs.get(name) ?? 0 }))
    .sort((one, other) => other.ours - other.theirs - (one.ours - one.theirs))
    .slice(0, most);
  console.log(`${"Sortie".padStart(8)}${"by hand".padStart(9)}${"more".padStart(8)}  ${title}`);
  for (const { name, ours: a, theirs: b } of rows) {
    console.log(
      `${a.toFixed(1).padStart(8)}${b.toFixed(1).padStart(9)}${(a - b).toFixed(1).padStart(8)}  ${name}`,
    );
  }
}
