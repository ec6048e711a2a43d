/** Samples of where a process spends its time, by `perf`. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Microseconds a request: by what kind of work it is, and by function. */
export interface Profile {
  readonly groups: ReadonlyMap<string, number>;
  readonly symbols: ReadonlyMap<string, number>;
}

/**
 * Samples a process while it is under load.
 * @returns the load's result, and the profile for a request that takes so many microseconds of CPU
 */
export async function profileOf<T>(
  pid: number,
  underLoad: () => Promise<T>,
): Promise<{ profile: (cpu: number) => Profile; result: T }> {
  const folder = mkdtempSync(join(tmpdir(), "sortie-profile-"));
  const file = join(folder, "perf.data");
  const perf = spawn("perf", ["record", "-q", "-F", "499", "-p", String(pid), "-o", file], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await once(perf, "spawn");
  const result = await underLoad();
  perf.kill("SIGINT");
  await once(perf, "exit");
  const command = [
    "report",
    "-i",
    file,
    "--sort",
    "dso,symbol",
    "-F",
    "overhead,dso,symbol",
    "-t",
    "\t",
    "-g",
    "none",
    "--stdio",
    "--percent-limit",
    "0",
  ];
  const { stdout, stderr } = spawnSync("perf", command, { encoding: "utf8", maxBuffer: 2 ** 28 });
  rmSync(folder, { recursive: true });
  const shares = stdout.split("\n").flatMap((line) => shareIn(line) ?? []);
  if (shares.length === 0) throw new Error(`perf has nothing to report:\n${stderr}`);
  return { profile: (cpu) => profileFrom(shares, cpu), result };
}

interface Share {
  readonly of: number;
  readonly module: string;
  readonly symbol: string;
}

function shareIn(line: string): Share | null {
  const [share = "", module = "", symbol = ""] = line.split("\t").map((cell) => cell.trim());
  return /^[\d.]+%$/.test(share) ? { of: Number.parseFloat(share) / 100, module, symbol } : null;
}

function profileFrom(shares: readonly Share[], cpu: number): Profile {
  const groups = new Map<string, number>();
  const symbols = new Map<string, number>();
  for (const { of, module, symbol } of shares) {
    const name = symbol.replace(/^\[[.k]\] /, "");
    add(groups, groupOf(module, name), of * cpu);
    add(symbols, name.slice(0, 110), of * cpu);
  }
  return { groups, symbols };
}

const add = (sums: Map<string, number>, name: string, amount: number) =>
  sums.set(name, (sums.get(name) ?? 0) + amount);

/** The first that fits, by module and function. */
const groupsOfWork: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["kernel", /^\[(?:kernel|guest|hypervisor|vdso)/],
  ["our own JavaScript, compiled", /^(?:perf-|\[JIT\]).*(?:JS:|Script:|Function:|RegExp:)/],
  ["V8 builtins: promises, generators", /^(?:perf-|\[JIT\])|Builtins_/],
  [
    "garbage collection, handles",
    /cppgc|Heap|Scaveng|Marking|Sweep|GlobalHandles|TracedHandles|HandleScope|GC|Evacuat|Worklist|Trace/,
  ],
  [
    "malloc",
    /\b(?:malloc|free|calloc|realloc|posix_memalign|operator new|operator delete|memcpy|memmove|memset)\b|tcmalloc|mem(?:cpy|move|set)_|libc/,
  ],
  ["jsg: wrappers", /jsg::/],
  ["kj: promises, events, pipes", /kj::/],
  ["workerd's API", /workerd::/],
  ["V8 native: API calls, strings, compiling", /v8::|v8_/],
];

function groupOf(module: string, symbol: string): string {
  const text = `${module} ${symbol}`;
  return groupsOfWork.find(([, pattern]) => pattern.test(text))?.[0] ?? "everything else";
}
