/** Two servers under the same load, in turns, so that whatever else the machine does meets both. */
import { load, median, type Posted, quantile, type Run, requestOf } from "./load.ts";

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

/** What all runs of one contender measured together. */
export interface Result extends Omit<Run, "times"> {
  /**
   * The time within which 99 of 100 answers of all runs come, in milliseconds. Of a single run it would say how many of
   * the collector's pauses happened to fall into it.
   */
  readonly p99: number;
}

/**
 * Loads both in turns (A B, B A, A B, …) after one run each that does not count, and gives each one's result.
 * Throws when they do not give the same answer: then they do not do the same work.
 */
export async function compare(
  first: Contender,
  second: Contender,
  connections: number,
  { rounds, seconds }: Effort,
): Promise<readonly [Result, Result]> {
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
  return [resultOf(contenders[0].runs), resultOf(contenders[1].runs)];
}

function resultOf(runs: readonly Run[]): Result {
  return {
    throughput: median(runs.map((run) => run.throughput)),
    p50: median(runs.map((run) => run.p50)),
    p99: quantile(
      runs.flatMap((run) => run.times),
      0.99,
    ),
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
