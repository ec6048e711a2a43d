import { expect, test } from "vitest";
import { markWrites } from "../../../src/scripts/engine/mark-writes.ts";
import { rewrite } from "../../../src/scripts/engine/rewrite.ts";

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module with one function of these instructions. */
const withCode = (...code: number[]) =>
  Uint8Array.from([...header, 10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b]);

test.each([
  ["a memory of its own", Uint8Array.from([...header, 5, 3, 1, 0, 1]), "a memory of its own"],
  ["vectors", withCode(0xfd, 0x0b, 0, 0), "0xfd"],
  ["atomic writes", withCode(0xfe, 0x17, 2, 0), "0xfe"],
  ["exceptions", withCode(0x06, 0x40), "0x6"],
  ["a store to another memory", withCode(0x36, 0x42, 1, 0), "0x36"],
  ["a copy between other memories", withCode(0xfc, 0x0a, 1, 0), "0xfc"],
  ["a part that is missing", Uint8Array.from([...header, 10, 9, 1]), "ends too early"],
])("a module with %s is refused: its writes could not all be marked", (_, module, message) => {
  expect(() => rewrite(module, [markWrites])).toThrow(message);
});

test("what writes nothing stays as it is", () => {
  const loads = [0x41, 0x10, 0x28, 2, 4, 0x1a];
  const marked = rewrite(withCode(...loads), [markWrites]);
  expect(Buffer.from(marked).includes(Buffer.from([...loads, 0x0b]))).toBe(true);
  expect(Buffer.from(marked).includes(Buffer.from([0x3a, 0x40, 1, 0]))).toBe(false);
});

test("what writes marks the place before it", () => {
  const marked = rewrite(withCode(0x41, 0x10, 0x41, 1, 0x36, 2, 4), [markWrites]);
  const [mark, write] = [Buffer.from([0x3a, 0x40, 1, 0]), Buffer.from([0x36, 2, 4])].map((bytes) =>
    Buffer.from(marked).indexOf(bytes),
  );
  expect(mark).toBeGreaterThan(0);
  expect(mark).toBeLessThan(write ?? 0);
});
