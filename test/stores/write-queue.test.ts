import { expect, test } from "vitest";
import { WriteQueue } from "../../src/stores/write-queue.ts";

/** A store that ends a write when the test says so. */
function slowStore() {
  const written: string[] = [];
  const open: PromiseWithResolvers<void>[] = [];
  const write = (value: string) => () => {
    written.push(value);
    const end = Promise.withResolvers<void>();
    open.push(end);
    return end.promise;
  };
  return { written, open, write };
}

const immediately = (_ms: number, then: () => void) => then();

test("of the writes that wait for one of the same key, only the newest is made", async () => {
  const { written, open, write } = slowStore();
  const queue = new WriteQueue(immediately);
  const writes = ["a", "b", "c", "d"].map((value) => queue.write("key", 0, write(value)));
  const other = queue.write("other", 0, write("x"));
  expect(written).toEqual(["a", "x"]);
  open[0]?.resolve();
  open[1]?.resolve();
  await Promise.all([writes[0], other]);
  await expect.poll(() => written).toEqual(["a", "x", "d"]);
  open[2]?.resolve();
  await Promise.all(writes);
});

test("a write that fails is tried again, a second later, and at most three times", async () => {
  const waits: number[] = [];
  const queue = new WriteQueue((ms, then) => {
    waits.push(ms);
    then();
  });
  let failures = 2;
  const write = async () => {
    if (failures-- > 0) throw new Error("429 Too Many Requests");
  };
  await queue.write("key", 0, write);
  expect(waits).toEqual([1100, 1100]);
  failures = 3;
  await expect(queue.write("key", 0, write)).rejects.toThrow("429");
  await queue.write("key", 0, write);
});

test("after a write that failed, those that waited for it are made", async () => {
  const queue = new WriteQueue(immediately);
  const failing = queue.write("key", 0, () => Promise.reject(new Error("no")));
  const written: string[] = [];
  const next = queue.write("key", 0, async () => void written.push("next"));
  await expect(failing).rejects.toThrow("no");
  await next;
  expect(written).toEqual(["next"]);
});

test("a write that the platform ended holds up nobody for long", async () => {
  const queue = new WriteQueue(immediately);
  void queue.write("key", 0, () => new Promise(() => {}));
  await queue.write("key", 30_001, async () => {});
});
