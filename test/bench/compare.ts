/** Two servers under the same load, in turns, so that whatever else the machine does meets both. */
import { load, median, type Posted, type Run, requestOf } from "./load.ts";

/** One of the two: a URL to load and the process whose CPU time counts. */
export interface Contender {
  readonly url: string;
  readonly pid: number;
  readonly posted?: Posted;
}

/** How often and how long to load each contender. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * Loads both in turns (A B, B A, A B, …) after one run each that does not count, and gives each one's medians.
 * Throws when they do not give the same answer: then they do not do the same work.
 */
export async function compare(
  first: Contender,
  second: Contender,
  connections: number,
  { rounds, seconds }: Effort,
): Promise<readonly [Run, Run]> {
  await expectSameAnswer(first, second);
  const contenders = [
    { ...first, runs: [] as Run[] },
    { ...second, runs: [] as Run[] },
  ] as const;
  for (const contender of contenders) await load(contender, connections, seconds);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const { runs, ...contender } of order) runs.push(await load(contender, connections, seconds));
  }
  return [medians(contenders[0].runs), medians(contenders[1].runs)];
}

function medians(runs: readonly Run[]): Run {
  return {
    throughput: median(runs.map((run) => run.throughput)),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    cpu: median(runs.map((run) => run.cpu)),
  };
}

async function expectSameAnswer(first: Contender, second: Contender): Promise<void> {
  const [a, b] = await Promise.all([first, second].map(answerOf));
  if (a !== b) throw new Error(`${first.url} and ${second.url} answer differently:\n${a}\n${b}`);
}

async function answerOf({ url, posted }: Contender): Promise<string> {
  const answer = await fetch(url, requestOf(posted));
  return `${answer.status} ${await answer.text()}`;
}
