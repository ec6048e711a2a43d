import { expect, test } from "vitest";
import { countWork } from "../../../src/scripts/engine/count-work.ts";
import { rewrite } from "../../../src/scripts/engine/rewrite.ts";

/** A module with one function of these instructions. */
const withCode = (...code: number[]) =>
  Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    10,
    code.length + 4,
    1,
    code.length + 2,
    0,
    ...code,
    0x0b,
  ]);

/** How often the work that is left is looked at for what it still allows. */
function checks(module: Uint8Array): number {
  return (
    Buffer.from(rewrite(module, [countWork]))
      .toString("latin1")
      .split("\x63\x04\x40\x00\x0b").length - 1
  );
}

const loop = [0x03, 0x40, 0x0b];
const table = (branches: number) => [
  ...[0x03, 0x40, 0x03, 0x40, 0x41, 0, 0x0e, ...[branches | 128, branches >> 7]],
  ...Array.from({ length: branches + 1 }, () => 0),
  ...[0x0b, 0x0b],
];

test("every turn of a loop is work", () => {
  expect(checks(withCode(0x01))).toBe(0);
  expect(checks(withCode(...loop))).toBe(1);
  expect(checks(withCode(0x03, 0x40, ...loop, 0x0b, 0x02, 0x40, ...loop, 0x0b))).toBe(3);
});

test("but for the loop of the interpreter, which asks by itself", () => {
  const module = (branches: number) => {
    const code = table(branches);
    const size = code.length + 2;
    const sized = (value: number) => [(value & 127) | 128, value >> 7];
    const body = [1, ...sized(size), 0, ...code, 0x0b];
    return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, ...sized(body.length), ...body]);
  };
  expect(checks(module(130))).toBe(2);
  expect(checks(module(300))).toBe(1);
});
