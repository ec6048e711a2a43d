import fc from "fast-check";
import { expect, test } from "vitest";
import { firstBytes } from "../../src/text/first-bytes.ts";

test("a text is cut to a number of bytes, in whole characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(60), (text, length) => {
      const cut = firstBytes(text, length);
      const size = (part: string) => new TextEncoder().encode(part).byteLength;
      expect(text.startsWith(cut) && cut.isWellFormed()).toBe(true);
      expect(size(cut)).toBeLessThanOrEqual(length);
      const [next = ""] = text.slice(cut.length);
      expect(next === "" || size(cut + next) > length).toBe(true);
    }),
  );
});
