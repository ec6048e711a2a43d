import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { StoredCounter } from "../../../src/stores/counters/stored-counter.ts";

const rule = { window: { kind: "first", ms: 1000 }, allowed: 2, weight: 1, mode: "limit" } as const;

function inObject<T>(run: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> {
  const stub = env.TRAFFIC_COUNTERS.getByName(crypto.randomUUID());
  return runInDurableObject(stub, (_instance, { storage }) => run(storage));
}

test("a counter outlives its object", async () => {
  const used = await inObject((storage) =>
    // Each at a counter anew: what it knows is all in the storage.
    [0, 1, 2].map((now) => {
      const { used, isExceeded } = new StoredCounter(storage).count(rule, now);
      return [used, isExceeded];
    }),
  );
  expect(used).toEqual([
    [1, false],
    [2, false],
    [2, true],
  ]);
});

test("what does not count writes nothing", async () => {
  const keys = await inObject(async (storage) => {
    const counter = new StoredCounter(storage);
    counter.count({ ...rule, allowed: 0 }, 0);
    counter.count({ ...rule, weight: 0 }, 0);
    counter.count({ ...rule, mode: "enforce" }, 0);
    return { kept: [...storage.kv.list()].length, alarm: await storage.getAlarm() };
  });
  expect(keys).toEqual({ kept: 0, alarm: null });
});

test("isolates add what they have counted, and what is no longer in the window does not count", async () => {
  const counted = await inObject((storage) => {
    const counter = new StoredCounter(storage);
    counter.count(rule, 5000);
    const { window } = rule;
    const added = counter.add(
      window,
      [
        [3999, 7],
        [5100, 2],
      ],
      5200,
    );
    return {
      added,
      again: new StoredCounter(storage).add(window, [], 5999),
      later: counter.add(window, [], 6000),
    };
  });
  expect(counted).toEqual({ added: [[5000, 3]], again: [[5000, 3]], later: [] });
});

test("something can be given back, and not more than was counted", async () => {
  const window = { kind: "rolling", ms: 1000 } as const;
  const left = await inObject((storage) => {
    const counter = new StoredCounter(storage);
    for (const now of [0, 100, 200]) counter.count({ ...rule, window, weight: 2, allowed: 9 }, now);
    const after = [counter.giveBack(window, 3, 300), counter.giveBack(window, 9, 300)];
    return [...after, new StoredCounter(storage).giveBack(window, 1, 300)];
  });
  expect(left).toEqual([
    [
      [100, 1],
      [200, 2],
    ],
    [],
    [],
  ]);
});

test("a counter is deleted when nothing of it counts any more, and not before", async () => {
  const now = Date.now();
  await inObject(async (storage) => {
    const counter = new StoredCounter(storage);
    counter.count(rule, now);
    expect(await storage.getAlarm()).toBe(now + 1000);
    await counter.expire(now + 999);
    expect(counter.count(rule, now + 999).used).toBe(2);
    await counter.expire(now + 1000);
    expect([...storage.kv.list()]).toEqual([]);
    expect(counter.count(rule, now + 1000).used).toBe(1);
    expect(await storage.getAlarm()).toBe(now + 2000);
  });
});

test("the object's alarm looks whether it has expired", async () => {
  const stub = env.TRAFFIC_COUNTERS.getByName(crypto.randomUUID());
  const hour = { ...rule, window: { kind: "first", ms: 3_600_000 } } as const;
  await stub.count(hour);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await stub.count(hour)).toMatchObject({ used: 2 });
});
