import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob } from "../../src/expression/glob.ts";

describe("Matches", () => {
  test.each([
    ["/cat", "/cat", true],
    ["/cat", "/CAT", false],
    ["/cat", "/cats", false],
    ["/c*t", "/cat", true],
    ["/c*t", "/ct", true],
    ["/c*t", "/chariot", true],
    ["/c*", "/cat/bat", true],
    ["*", "", true],
    ["*at*", "/cat/bat", true],
    ["a*a", "a", false],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "acb", false],
    ["a?c", "abc", false],
    ["a.c", "abc", false],
    ["a%*", "a*", true],
    ["a%*", "ab", false],
    ["100%%*", "100% of", true],
    ["a%20b", "a%20b", true],
    ["*", "\n😀", true],
    ["", "", true],
  ])("%s against %j is %s", (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  test("agrees with trying every possibility", () => {
    const unit = fc.constantFrom("a", "b", "*");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), fc.string({ unit, maxLength: 8 }), (pattern, text) => {
        expect(compileGlob(pattern)(text)).toBe(matchesNaively(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });
});

function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("*")) {
    return matchesNaively(pattern.slice(1), text) || (text !== "" && matchesNaively(pattern, text.slice(1)));
  }
  return text[0] === pattern[0] && matchesNaively(pattern.slice(1), text.slice(1));
}
