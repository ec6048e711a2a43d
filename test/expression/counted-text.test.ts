import fc from "fast-check";
import { expect, test } from "vitest";
import { CountedText } from "../../src/expression/counted-text.ts";

test("is no subclass of String, which would slow every text of the isolate down", () => {
  expect(new CountedText("a")).not.toBeInstanceOf(String);
});

test("says what the text says", () => {
  const place = fc.nat({ max: 40 });
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), place, place, (text, part, from, to) => {
      const counted = new CountedText(text);
      expect([
        counted.length,
        counted.charCodeAt(from),
        counted.indexOf(part, from),
        counted.substring(from, to),
        String(counted),
        Object.prototype.toString.call(counted),
      ]).toEqual([
        text.length,
        text.charCodeAt(from),
        text.indexOf(part, from),
        text.substring(from, to),
        text,
        "[object String]",
      ]);
    }),
  );
});
