import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CountRule, count } from "../../../src/stores/counters/count.ts";
import type { Entry, Window } from "../../../src/stores/counters/window.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Counts messages at these times, each by its weight, and says which of them are too much. */
function refused(
  window: Window,
  allowed: number,
  messages: readonly (readonly [at: string | number, weight?: number])[],
) {
  let entries: readonly Entry[] = [];
  return messages.map(([at, weight = 1]) => {
    const rule: CountRule = { window, allowed, weight, mode: "limit" };
    const counted = count(entries, rule, typeof at === "number" ? at : Date.parse(at));
    ({ entries } = counted);
    return counted.isExceeded;
  });
}

describe("a counter begins anew", () => {
  const sunday = Date.parse("1970-01-04T00:00Z");
  test.each<[string, Window, string[], boolean[]]>([
    [
      "with the minute",
      { kind: "repeating", start: 0, ms: minute },
      ["2026-01-02T03:04:59.999Z", "2026-01-02T03:04:59.999Z", "2026-01-02T03:05Z"],
      [false, true, false],
    ],
    [
      "with the week, which begins on Sundays",
      { kind: "repeating", start: sunday, ms: 7 * day },
      ["2026-11-28T23:59:59Z", "2026-11-28T23:59:59Z", "2026-11-29T00:00Z", "2026-12-05T23:59Z"],
      [false, true, false, true],
    ],
    [
      "with the month",
      { kind: "months", months: 1 },
      ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", "2024-03-01T00:00Z", "2024-03-31T23:59Z"],
      [false, true, false, true],
    ],
    [
      "with the quarter",
      { kind: "months", months: 3 },
      ["2026-10-01T00:00Z", "2026-12-31T23:59Z", "2027-01-01T00:00Z"],
      [false, true, false],
    ],
    [
      "20 minutes after the start, and again",
      { kind: "repeating", start: Date.parse("2026-01-01T00:07Z"), ms: 20 * minute },
      ["2026-01-02T00:26:59Z", "2026-01-02T00:26:59Z", "2026-01-02T00:27Z", "2026-01-02T00:46:59Z"],
      [false, true, false, true],
    ],
    [
      "also before the start",
      { kind: "repeating", start: Date.parse("2030-01-01T00:07Z"), ms: hour },
      ["2026-01-02T00:06Z", "2026-01-02T00:07Z", "2026-01-02T01:06Z"],
      [false, false, true],
    ],
    [
      "an hour after its first message",
      { kind: "first", ms: hour },
      ["2026-01-02T00:30Z", "2026-01-02T01:29:59.999Z", "2026-01-02T01:30Z", "2026-01-02T02:29Z"],
      [false, true, false, true],
    ],
  ])("%s", (_, window, times, expected) => {
    expect(
      refused(
        window,
        1,
        times.map((time) => [time] as const),
      ),
    ).toEqual(expected);
  });
});

test("of a rolling window nothing begins anew: what is too old does not count", () => {
  const window: Window = { kind: "rolling", ms: second };
  expect(refused(window, 2, [[0], [500], [999], [1010], [1011], [1510]])).toEqual([
    false,
    false,
    true,
    false,
    true,
    false,
  ]);
});

describe("a weight", () => {
  test("that is too much does not count, and one that is not does", () => {
    expect(
      refused({ kind: "first", ms: minute }, 10, [
        [0, 8],
        [1, 5],
        [2, 2],
        [3, 1],
      ]),
    ).toEqual([false, true, false, true]);
  });

  test("of 0 always passes", () => {
    expect(refused({ kind: "first", ms: minute }, 1, [[0], [1, 0], [2]])).toEqual([false, false, true]);
    expect(
      refused({ kind: "first", ms: minute }, 0, [
        [0, 0],
        [1, 1],
      ]),
    ).toEqual([false, true]);
  });
});

test("a clock that is set back gives nothing free", () => {
  expect(refused({ kind: "rolling", ms: second }, 1, [[5000], [100], [6001]])).toEqual([false, true, false]);
  expect(refused({ kind: "first", ms: second }, 1, [[5000], [100]])).toEqual([false, true]);
});

describe("a counter of two policies", () => {
  const window: Window = { kind: "rolling", ms: minute };
  const run = (steps: readonly [CountRule["mode"], number][]) => {
    let entries: readonly Entry[] = [];
    return steps.map(([mode, weight], index) => {
      const counted = count(entries, { window, allowed: 5, weight, mode }, index);
      ({ entries } = counted);
      return [counted.isExceeded, counted.used];
    });
  };

  test("that only counts never is too much, and one that only enforces never counts", () => {
    const steps: [CountRule["mode"], number][] = [
      ["enforce", 1],
      ["count", 4],
      ["enforce", 1],
      ["count", 4],
      ["enforce", 1],
      ["count", 1],
    ];
    expect(run(steps)).toEqual([
      [false, 0],
      [false, 4],
      [false, 4],
      [false, 8],
      [true, 8],
      [false, 9],
    ]);
  });

  test("of different windows keeps what was counted", () => {
    const first = count([], { window, allowed: 9, weight: 3, mode: "limit" }, 10);
    const hourly = { window: { kind: "first", ms: hour }, allowed: 9, weight: 1, mode: "limit" } as const;
    expect(count(first.entries, hourly, 20).used).toBe(4);
  });
});

describe("never more than what is allowed passes", () => {
  const windows = fc.oneof<fc.Arbitrary<Window>[]>(
    fc.record({ kind: fc.constant("rolling"), ms: fc.integer({ min: 1, max: 5000 }) }),
    fc.record({ kind: fc.constant("first"), ms: fc.integer({ min: 1, max: 5000 }) }),
    fc.record({
      kind: fc.constant("repeating"),
      start: fc.integer({ min: -5000, max: 5000 }),
      ms: fc.integer({ min: 1, max: 5000 }),
    }),
  );
  const messages = fc.array(fc.record({ after: fc.nat(1500), weight: fc.nat(6) }), { maxLength: 200 });

  test("in any window", () => {
    fc.assert(
      fc.property(windows, fc.nat(20), messages, (window, allowed, sent) => {
        if (window.kind === "months") return;
        let entries: readonly Entry[] = [];
        let now = 0;
        const passed: Entry[] = [];
        let opened = Number.NEGATIVE_INFINITY;
        for (const { after, weight } of sent) {
          now += after;
          const counted = count(entries, { window, allowed, weight, mode: "limit" }, now);
          ({ entries } = counted);
          expect(entries.length).toBeLessThanOrEqual(101);
          if (counted.isExceeded) continue;
          if (weight > 0 && now >= opened + window.ms) opened = now;
          passed.push([now, weight]);
          const since =
            window.kind === "rolling"
              ? now - window.ms + 1
              : window.kind === "first"
                ? opened
                : window.start + Math.floor((now - window.start) / window.ms) * window.ms;
          const inWindow = passed.filter(([at]) => at >= since).map(([, each]) => each);
          expect(inWindow.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(allowed);
        }
      }),
    );
  });
});
