import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CounterName } from "../../../src/stores/counters/counters.ts";
import { EnvironmentCounters } from "../../../src/stores/counters/environment-counters.ts";
import type { Window } from "../../../src/stores/counters/window.ts";
import type { StoreContext } from "../../../src/stores/store-context.ts";
import { sharedCounter } from "../../../src/worker/traffic-counter.ts";
import type { WorkerEnv } from "../../../src/worker/worker-env.ts";
import { MemoryCounters } from "./memory-counters.ts";

const nameOf = (identifier = ""): CounterName => ({
  kind: "spike",
  proxy: "p",
  sharedFlow: null,
  name: "S",
  identifier,
  group: null,
});

function contextAt(now: () => number): StoreContext {
  return { now, waitUntil: () => {}, within: (_ms, work) => work };
}

describe("messages are spread evenly", () => {
  test.each<[string, number, number, [at: number, weight: number][], boolean[]]>([
    [
      "30 in a minute: one in two seconds",
      30,
      60_000,
      [
        [0, 1],
        [1999, 1],
        [2000, 1],
      ],
      [true, false, true],
    ],
    [
      "12 in a second: one in 83 ms",
      12,
      1000,
      [
        [0, 1],
        [82, 1],
        [83, 1],
        [165, 1],
        [166, 1],
      ],
      [true, false, true, false, true],
    ],
    [
      "a weight takes the time of as many",
      10,
      60_000,
      [
        [0, 5],
        [29_999, 1],
        [30_000, 5],
        [59_999, 1],
        [60_000, 1],
      ],
      [true, false, true, false, true],
    ],
    [
      "nothing is saved up",
      2,
      1000,
      [
        [0, 1],
        [9000, 1],
        [9001, 1],
      ],
      [true, true, false],
    ],
    [
      "more in a millisecond than one",
      2000,
      1000,
      [
        [0, 1],
        [0, 1],
        [0, 1],
        [1, 1],
      ],
      [true, true, false, true],
    ],
    [
      "a weight that is more than the rate never passes",
      10,
      60_000,
      [
        [0, 11],
        [0, 10],
        [59_999, 1],
        [60_000, 1],
      ],
      [false, true, false, true],
    ],
    [
      "a weight of 0 always does, and takes nothing",
      1,
      1000,
      [
        [0, 1],
        [1, 0],
        [999, 1],
        [1000, 1],
      ],
      [true, true, false, true],
    ],
  ])("%s", (_, messages, periodMs, sent, expected) => {
    let now = 0;
    const counters = new MemoryCounters(() => now).isolate();
    const passed = sent.map(([at, weight]) => {
      now = at;
      return counters.passesHere(
        nameOf(),
        { messages, periodMs, weight },
        contextAt(() => now),
      );
    });
    expect(passed).toEqual(expected);
  });

  test("two rates in turn let no more pass in a millisecond than the larger one", () => {
    const counters = new MemoryCounters(() => 0).isolate();
    const passed = Array.from({ length: 100 }, (_, index) =>
      counters.passesHere(
        nameOf(),
        { messages: 2000 + (index % 2), periodMs: 1000, weight: 1 },
        contextAt(() => 0),
      ),
    );
    expect(passed.filter(Boolean).length).toBeLessThanOrEqual(3);
  });

  test("never more than the rate in any period, and as many where they come at the right time", () => {
    const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(1000, 60_000),
        fc.array(fc.record({ after: fc.nat(40), weight: fc.nat(3) }), { maxLength: 300 }),
        (messages, periodMs, sent) => {
          let now = start;
          const counters = new MemoryCounters(() => now).isolate();
          const passed: { at: number; weight: number }[] = [];
          for (const { after, weight } of sent) {
            now += after;
            if (
              !counters.passesHere(
                nameOf(),
                { messages, periodMs, weight },
                contextAt(() => now),
              )
            )
              continue;
            passed.push({ at: now, weight });
            const recent = passed.filter(({ at }) => at > now - periodMs);
            expect(recent.reduce((sum, each) => sum + each.weight, 0)).toBeLessThanOrEqual(messages);
          }
        },
      ),
    );
    let now = start;
    const counters = new MemoryCounters(() => now).isolate();
    let passed = 0;
    for (; now < start + 60_000; now++) {
      if (
        counters.passesHere(
          nameOf(),
          { messages: 700, periodMs: 60_000, weight: 1 },
          contextAt(() => now),
        )
      )
        passed++;
    }
    expect(passed).toBe(700);
  });
});

test("an isolate forgets the counters that were used longest ago before they take all its memory", () => {
  const counters = new MemoryCounters(() => 0).isolate();
  const passes = (identifier: string) =>
    counters.passesHere(
      nameOf(identifier),
      { messages: 1, periodMs: 60_000, weight: 1 },
      contextAt(() => 0),
    );
  expect(passes("first")).toBe(true);
  for (let index = 0; index < 300; index++) expect(passes(`${index}${"x".repeat(900)}`)).toBe(true);
  expect(passes("first")).toBe(false);
  for (let index = 0; index < 6000; index++) passes(`${index}${"y".repeat(900)}`);
  expect(passes("first")).toBe(true);
});

test("an identifier as long as all the memory that counters may take counts, too", () => {
  const counters = new MemoryCounters(() => 0).isolate();
  const passes = (end: string) =>
    counters.passesHere(
      nameOf("x".repeat(5_000_000) + end),
      { messages: 1, periodMs: 60_000, weight: 1 },
      contextAt(() => 0),
    );
  expect([passes("a"), passes("a"), passes("b")]).toEqual([true, false, true]);
});

test("what rolling windows have to remember counts as memory, too", () => {
  let now = 0;
  const counters = new MemoryCounters(() => now).isolate();
  const window: Window = { kind: "rolling", ms: 1_000_000 };
  const isExceeded = (identifier: string, allowed: number) => {
    const rule = { window, allowed, weight: 1, mode: "limit" } as const;
    return counters.countHere(
      { ...nameOf(identifier), kind: "quota" },
      rule,
      contextAt(() => now),
    ).isExceeded;
  };
  expect([isExceeded("first", 1), isExceeded("first", 1)]).toEqual([false, true]);
  for (now = 0; now < 900_000; now += 10_000) {
    for (let index = 0; index < 2000; index++) isExceeded(`${index}`, 1000);
  }
  expect(isExceeded("first", 1)).toBe(false);
});

describe("in a Durable Object", () => {
  const log: Record<string, unknown>[] = [];
  const counters = (given = env as WorkerEnv) =>
    new EnvironmentCounters("local", {
      shared: sharedCounter(given),
      log: (line) => log.push(line),
      after: () => {},
    });
  const rule = { window: { kind: "first", ms: 3_600_000 }, allowed: 7, weight: 1, mode: "limit" } as const;
  const context = contextAt(() => 0);

  test("isolates count together, whatever comes in between", async () => {
    const name = nameOf(crypto.randomUUID());
    const isolates = [counters(), counters(), counters()];
    const counts = await Promise.all(
      Array.from({ length: 30 }, (_, index) => isolates[index % 3]?.countTogether(name, rule, context)),
    );
    expect(counts.filter((counted) => counted?.isExceeded === false)).toHaveLength(7);
    expect(new Set(counts.map((counted) => counted?.used))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
  });

  test("a counter has a name of any length and content, and no part of it runs into another", async () => {
    const own = crypto.randomUUID();
    const names = [
      `${own}${"é\u0000\ud800".repeat(50_000)}`,
      `${own}","`,
      `${own}"`,
      `${own}`,
      ` ${own}`,
    ].map(nameOf);
    for (const name of names) {
      expect(await counters().countTogether(name, rule, context)).toMatchObject({ used: 1 });
    }
  });

  test("one that cannot be reached is an error, and the log does not say whose it is", async () => {
    const { TRAFFIC_COUNTERS, ...without } = env as WorkerEnv;
    const reason =
      "The Worker has no TRAFFIC_COUNTERS. Add the Durable Object TrafficCounter to wrangler.toml.";
    const counting = counters(without as WorkerEnv).countTogether(nameOf("alice"), rule, context);
    await expect(counting).rejects.toThrow(reason);
    expect(TRAFFIC_COUNTERS).toBeDefined();
    expect(log).toEqual([
      { level: "error", event: "counter.unavailable", kind: "spike", proxy: "p", policy: "S", reason },
    ]);
  });
});
