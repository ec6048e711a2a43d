import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CountRule } from "../../../src/stores/counters/count.ts";
import type { CounterName } from "../../../src/stores/counters/counters.ts";
import { MemoryCounters } from "./memory-counters.ts";

const name: CounterName = {
  kind: "quota",
  proxy: "p",
  sharedFlow: null,
  name: "Q",
  identifier: "_default",
  group: null,
};

/** Isolates that count by one clock, and tell each other when the test lets them. */
function isolates(many: number, telling = { everyMs: 10_000, messages: Number.POSITIVE_INFINITY }) {
  let now = 0;
  const memory = new MemoryCounters(() => now);
  const pending: Promise<unknown>[] = [];
  const due: { at: number; action: () => void }[] = [];
  const log: Record<string, unknown>[] = [];
  const context = {
    now: () => now,
    within: <T>(_ms: number, work: Promise<T>) => work,
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
  };
  const all = Array.from({ length: many }, () =>
    memory.isolate(
      (line) => log.push(line),
      (ms, action) => due.push({ at: now + ms, action }),
    ),
  );
  const rule: CountRule = { window: { kind: "first", ms: 3_600_000 }, allowed: 5, weight: 1, mode: "limit" };
  // What waits for a timer stays.
  const arrive = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    memory,
    log,
    due,
    count: (isolate: number, own: Partial<CountRule> = {}, identifier = "_default") =>
      all[isolate]?.countLater({ ...name, identifier }, { ...rule, ...own }, telling, context),
    /** Lets everything arrive that is on its way. */
    arrive,
    async pass(ms: number) {
      now += ms;
      for (const each of due.splice(0)) {
        if (each.at <= now) each.action();
        else due.push(each);
      }
      await arrive();
    },
    stored: () => [...memory.entries.values()].flat().reduce((sum, [, weight]) => sum + weight, 0),
  };
}

test("an isolate tells at its first message, and then after the time, without another message", async () => {
  const { count, arrive, pass, stored } = isolates(1);
  expect(count(0)).toMatchObject({ used: 1, isExceeded: false });
  await arrive();
  expect(stored()).toBe(1);
  expect(count(0)).toMatchObject({ used: 2 });
  expect(count(0)).toMatchObject({ used: 3 });
  await pass(9_999);
  expect(stored()).toBe(1);
  await pass(1);
  expect(stored()).toBe(3);
});

test("it tells after so many messages, where that comes first", async () => {
  const { count, arrive, stored } = isolates(1, { everyMs: 10_000, messages: 2 });
  count(0);
  await arrive();
  count(0);
  await arrive();
  expect(stored()).toBe(1);
  count(0);
  await arrive();
  expect(stored()).toBe(3);
});

test("isolates hear of each other's when they tell", async () => {
  const { count, arrive, pass } = isolates(2);
  count(0);
  count(0, { weight: 3 });
  await arrive();
  await pass(10_000);
  expect(count(1)).toMatchObject({ used: 1, isExceeded: false });
  await arrive();
  expect(count(1)).toMatchObject({ used: 5, isExceeded: true });
});

test("what is on its way counts, and is not told twice", async () => {
  const { count, arrive, stored, pass } = isolates(1);
  count(0);
  expect(count(0)).toMatchObject({ used: 2 });
  await arrive();
  expect(count(0)).toMatchObject({ used: 3 });
  await pass(10_000);
  expect(stored()).toBe(3);
});

test("what is refused is not told", async () => {
  const { count, pass, stored } = isolates(1);
  count(0, { weight: 5 });
  expect(count(0)).toMatchObject({ isExceeded: true });
  await pass(10_000);
  expect(stored()).toBe(5);
});

test("it waits no longer for a reminder than a Worker may run after its answer", () => {
  const { count, due } = isolates(1, { everyMs: 60_000, messages: 100 });
  count(0);
  count(0);
  expect(due.map(({ at }) => at)).toEqual([25_000]);
});

test("a counter that makes room for others tells the rest before it goes", async () => {
  const { count, arrive, stored } = isolates(1);
  count(0);
  await arrive();
  count(0);
  expect(stored()).toBe(1);
  for (let index = 0; index < 6000; index++) count(0, {}, `${index}${"x".repeat(900)}`);
  await arrive();
  expect(stored()).toBe(6002);
});

describe("when the others cannot be told", () => {
  test("a second attempt may succeed", async () => {
    const { memory, count, arrive, stored } = isolates(1);
    let attempts = 0;
    memory.trouble = () => {
      memory.trouble = null;
      attempts++;
      return Promise.reject(new Error("moved"));
    };
    count(0);
    await arrive();
    expect([attempts, stored()]).toEqual([1, 1]);
    expect(count(0)).toMatchObject({ used: 2 });
  });

  test("nothing passes until they can, and nothing is lost", async () => {
    const { memory, count, arrive, log, stored } = isolates(1);
    memory.trouble = () => Promise.reject(new Error("gone"));
    count(0);
    await arrive();
    expect(log).toMatchObject([{ event: "counter.unavailable", reason: "gone" }, { reason: "gone" }]);
    expect(() => count(0)).toThrow("the other isolates cannot be told");
    await arrive();
    memory.trouble = null;
    expect(() => count(0)).toThrow("the other isolates cannot be told");
    await arrive();
    expect(stored()).toBe(1);
    expect(count(0)).toMatchObject({ used: 2 });
  });
});

test("once all have told, the count is that of all, whatever came in between", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          isolate: fc.nat(2),
          weight: fc.integer({ min: 1, max: 3 }),
          ms: fc.nat(6_000),
          arrives: fc.boolean(),
        }),
        { maxLength: 40 },
      ),
      async (messages) => {
        const { count, arrive, pass, stored } = isolates(3);
        let passed = 0;
        for (const { isolate, weight, ms, arrives } of messages) {
          if (count(isolate, { weight, allowed: 40 })?.isExceeded === false) passed += weight;
          if (arrives) await arrive();
          await pass(ms);
        }
        await pass(30_000);
        await pass(30_000);
        expect(stored()).toBe(passed);
      },
    ),
    { numRuns: 50 },
  );
});
