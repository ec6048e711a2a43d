import fc from "fast-check";
import { expect, inject, test } from "vitest";
import { Deadlines } from "../../src/egress/deadline.ts";
import { EgressError } from "../../src/egress/error.ts";
import { ManualClock } from "./clock.ts";

/** Watches a promise from its birth; the function that comes back tells where it stands. */
function watch(promise: Promise<unknown>): () => Promise<string> {
  let state = "pending";
  promise.then(
    (value) => {
      state = `resolved ${value}`;
    },
    (error) => {
      state = error instanceof EgressError ? error.kind : `rejected ${error}`;
    },
  );
  return async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    return state;
  };
}

const never = () => new Promise<string>(() => {});

test("work that ends in time settles as it would have", async () => {
  const deadlines = new Deadlines(new ManualClock());
  expect(await deadlines.within(10, Promise.resolve("done"))).toBe("done");
  await expect(deadlines.within(10, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

test("work that takes too long is a timeout, not a millisecond before", async () => {
  const clock = new ManualClock();
  const late = watch(new Deadlines(clock).within(100, never()));
  clock.pass(99);
  expect(await late()).toBe("pending");
  clock.pass(1);
  expect(await late()).toBe("timeout");
});

test("what late work brings changes nothing", async () => {
  const clock = new ManualClock();
  const { promise, reject } = Promise.withResolvers<string>();
  const late = watch(new Deadlines(clock).within(100, promise));
  clock.pass(100);
  expect(await late()).toBe("timeout");
  reject(new Error("too late to matter"));
  expect(await late()).toBe("timeout");
});

test("calls that follow each other share one timer", async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  for (let call = 0; call < 10; call++) {
    await deadlines.within(55_000, Promise.resolve());
    clock.pass(20);
  }
  expect(clock.timersSet).toBe(1);
});

test("the timer of a call that ended moves on to the call that is under way", async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  await deadlines.within(100, Promise.resolve());
  clock.pass(60);
  const late = watch(deadlines.within(100, never()));
  clock.pass(99);
  expect(await late()).toBe("pending");
  expect([clock.timersSet, clock.armed]).toEqual([2, 1]);
  clock.pass(1);
  expect(await late()).toBe("timeout");
  expect(clock.armed).toBe(0);
});

test("a nearer deadline is kept although a later one was set first", async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const far = watch(deadlines.within(1000, never()));
  const near = watch(deadlines.within(10, never()));
  expect(clock.armed).toBe(1);
  clock.pass(10);
  expect(await near()).toBe("timeout");
  expect(await far()).toBe("pending");
  clock.pass(990);
  expect(await far()).toBe("timeout");
});

test("no time at all is a timeout for work that is not done", async () => {
  const clock = new ManualClock();
  const late = watch(new Deadlines(clock).within(-5, never()));
  clock.pass(0);
  expect(await late()).toBe("timeout");
});

test("any number of calls each have their own deadline, with one timer armed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ start: fc.nat(200), ms: fc.nat(200) }), { minLength: 1, maxLength: 12 }),
      async (calls) => {
        const clock = new ManualClock();
        const deadlines = new Deadlines(clock);
        const expired = new Map<number, number>();
        const begin = clock.now();
        for (let time = 0; time <= 400; time++) {
          for (const [index, { start, ms }] of calls.entries()) {
            if (start === time) {
              deadlines.within(ms, never()).catch(() => expired.set(index, clock.now() - begin));
            }
          }
          expect(clock.armed).toBeLessThanOrEqual(1);
          clock.pass(0);
          await Promise.resolve();
          await Promise.resolve();
          clock.pass(1);
          await Promise.resolve();
          await Promise.resolve();
        }
        for (const [index, { start, ms }] of calls.entries()) expect(expired.get(index)).toBe(start + ms);
      },
    ),
    { numRuns: 50 },
  );
});

test("the platform's clock ends a call that nobody answers", async () => {
  const { a } = inject("servers");
  const held = fetch(`${a}/hold/deadline`);
  await expect(new Deadlines().within(1, held)).rejects.toMatchObject({ kind: "timeout" });
  await (await fetch(`${a}/release/deadline`)).body?.cancel();
  await (await held).body?.cancel();
});
