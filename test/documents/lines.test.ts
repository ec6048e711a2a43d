import fc from "fast-check";
import { expect, test } from "vitest";
import { Lines } from "../../src/documents/lines.ts";

test.each([
  ["", 0, 1, 1],
  ["ab", 1, 1, 2],
  ["a\nb", 1, 1, 2],
  ["a\nb", 2, 2, 1],
  ["a\r\nb", 3, 2, 1],
  ["a\n\n\nb", 4, 4, 1],
  ["😀b", 2, 1, 3],
  ["a\n", 2, 2, 1],
])("of %j the character at %i stands in line %i, column %i", (text, offset, line, column) => {
  expect(new Lines(text).placeOf(offset)).toEqual({ line, column });
});

test("a place leads back to its character", () => {
  const text = fc.array(fc.constantFrom("a", "\n", "\r\n", "bc")).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, fc.nat(), (all, number) => {
      const offset = number % (all.length + 1);
      const { line, column } = new Lines(all).placeOf(offset);
      const before = all.split(/(?<=\n)/).slice(0, line - 1);
      expect(before.join("").length + column - 1).toBe(offset);
    }),
  );
});
