import fc from "fast-check";
import { expect, test } from "vitest";
import { onOneLine, visible } from "../../src/cli/visible.ts";

const text = fc.string({ unit: fc.constantFrom(..."a \n\r\t\x1b\x07\x7f\x9b\u2028\u202e\u2066") });
const isHidden = (character: string) =>
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) && !/[\n\t]/.test(character);

test.each([
  ["one\ntwo", "one\n    two", "one\\ntwo"],
  ["one\r\ntwo", "one\n    two", "one\\u000d\\ntwo"],
  ["one\n    at two", "one\n    at two", "one\\n    at two"],
  ["back\rfront", "back\\u000dfront", "back\\u000dfront"],
  ["\x1b[2Kgone\x9b31m", "\\u001b[2Kgone\\u009b31m", "\\u001b[2Kgone\\u009b31m"],
  ["abc\u202edef", "abc\\u202edef", "abc\\u202edef"],
  ["ü 漢\t🙂", "ü 漢\t🙂", "ü 漢\t🙂"],
])("%j", (given, lines, line) => {
  expect([visible(given), onOneLine(given)]).toEqual([lines, line]);
});

test("only the first line begins at the margin, and nothing is hidden", () => {
  fc.assert(
    fc.property(text, (given) => {
      const [, ...rest] = visible(given).split("\n");
      return rest.every((line) => line.startsWith("    ")) && ![...visible(given)].some(isHidden);
    }),
  );
});

test("one line stays one", () => {
  fc.assert(
    fc.property(text, (given) => !onOneLine(given).includes("\n") && ![...onOneLine(given)].some(isHidden)),
  );
});
