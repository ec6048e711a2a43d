/** One run of load against one URL, and what it took. */
import { readdirSync, readFileSync } from "node:fs";
import autocannon from "autocannon";

/** What one run measured. */
export interface Run {
  /** Answers per second. */
  readonly throughput: number;
  /** Median time to an answer, in milliseconds. */
  readonly p50: number;
  /** The time to each answer, in milliseconds. */
  readonly times: readonly number[];
  /** CPU time that the server process took for one answer, in microseconds. */
  readonly cpu: number;
}

/** What every measured request carries. */
export const headers = {
  accept: "application/json",
  "accept-language": "en-GB,en;q=0.8",
  "user-agent": "bench/1.0 (loopback)",
  "x-request-id": "7d9f1c52-93a4-4a55-9a0c-0a2a6a3d3f10",
};

/** A request with a body; without one it is a GET. */
export interface Posted {
  readonly method: "POST";
  readonly body: string;
}

/** Loads `url` with `connections` for some seconds while reading the CPU time of the process `pid`. */
export async function load(
  { url, pid, posted }: { readonly url: string; readonly pid: number; readonly posted?: Posted },
  connections: number,
  seconds: number,
): Promise<Run> {
  const times: number[] = [];
  const before = cpuTime(pid);
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon({ url, connections, duration: seconds, ...requestOf(posted) }, (error, done) =>
      error ? reject(error) : resolve(done),
    );
    run.on("response", (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  const spent = cpuTime(pid) - before;
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} requests failed`);
  }
  return {
    throughput: times.length / result.duration,
    p50: median(times),
    times,
    cpu: spent / times.length,
  };
}

/** Has `url` answer so many requests. */
export async function answer(of: { url: string; amount: number; connections: number }): Promise<void> {
  const result = await autocannon({ ...of, headers });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${of.url}: not every request was answered with 2xx`);
}

/** The memory of a process that is in RAM, in MiB. */
export function residentMemory(pid: number): number {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kib) / 1024;
}

/** What a request consists of beside its URL. */
export function requestOf(posted?: Posted) {
  return posted ? { ...posted, headers: { ...headers, "content-type": "application/json" } } : { headers };
}

/** The middle value; of an even number of values the upper of the two in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value that such a share of the values is below. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

/** The time that a process and its threads have spent on a core, in microseconds. */
export function cpuTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "latin1").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000;
}
