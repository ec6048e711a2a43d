import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_PATTERN_LENGTH } from "../../src/expression/java-regex.ts";
import { compileRegex } from "../../src/expression/regex.ts";
import { ExpressionError } from "../../src/expression/value.ts";
import { TooMuchWork } from "../../src/expression/work.ts";

function errorOf(run: () => unknown): ExpressionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error("expected an ExpressionError");
}

describe("a regular expression of a bundle", () => {
  test.each([
    ["/c*t", "/cat", false],
    ["/c.*t", "/cat", true],
    ["cat|dog", "dog", true],
    ["cat|dog", "doggy", false],
    ["(?i)ABC", "abc", true],
    ["a.c", "a\nc", false],
    ["(?s)a.c", "a\nc", true],
    ["\\Qa.b\\E+", "a.bb", true],
    ["\\Qa(?=b", "a(?=b", true],
    ["[]a]+", "]a", true],
    ["[^]]", "]", false],
    ["[+*?{1}+]+", "+*", true],
    ["a{2}", "aa", true],
    ["\\p{Alpha}+", "abc", true],
    ["[\\p{Upper}\\p{Digit}]+", "A1", true],
    ["\\P{Digit}", "1", false],
    ["[\\P{Digit}]", "1", false],
    ["\\p{Lu}", "Ä", true],
    ["\\u0041", "A", true],
    ["[\\u0041-\\u0043]", "B", true],
    ["\\s", "\u000b", true],
    ["[\\s]", "\u000b", true],
    ["\\S", "\u000b", false],
    ["\\v", "\u2028", true],
    ["[\\v]", "\n", true],
    ["\\e", "\u001b", true],
    ["", "", true],
  ])("%s against the whole of %j is %s", (pattern, text, expected) => {
    expect(compileRegex(pattern).matches(text)).toBe(expected);
  });

  test("find looks for a match anywhere in the text", () => {
    expect(compileRegex("b+").find("abc")).toBe(true);
    expect(compileRegex("^b").find("abc")).toBe(false);
  });

  test("ignoreCase matches letters in either case", () => {
    expect(compileRegex("abc", { ignoreCase: true }).matches("aBC")).toBe(true);
    expect(compileRegex("abc").matches("aBC")).toBe(false);
  });

  test.each([
    ["(a)(b)", "ab-ab", "$2$1", "ba-ba", "ba-ab"],
    ["a", "a-a", "\\$", "$-$", "$-a"],
    ["(?<x>a)", "aa", `<\${x}>`, "<a><a>", "<a>a"],
    ["a", "b", "$9", "b", "b"],
  ])("replacing %s in %s with %s follows Java", (pattern, text, replacement, all, first) => {
    expect(compileRegex(pattern).replaceAll(text, replacement)).toBe(all);
    expect(compileRegex(pattern).replaceFirst(text, replacement)).toBe(first);
  });

  test.each(["$9", "$", "$x", "\\", `\${none}`])("a replacement of %s is an error", (replacement) => {
    expect(errorOf(() => compileRegex("a").replaceAll("a", replacement))).toBeInstanceOf(ExpressionError);
  });

  test.each([
    ["ab(?=c)", 2, "look-ahead"],
    ["(?!a)", 0, "look-ahead"],
    ["x(?<=a)", 1, "look-behind"],
    ["x(?<!a)", 1, "look-behind"],
    ["(?>a)", 0, "atomic group"],
    ["(a)\\1", 3, "back-reference"],
    ["(a)\\12", 3, "back-reference"],
    ["(?<n>a)\\k<n>", 7, "back-reference"],
    ["a++", 1, "possessive quantifier"],
    ["a*+", 1, "possessive quantifier"],
    ["a?+", 1, "possessive quantifier"],
    ["a{2,3}+", 1, "possessive quantifier"],
    ["[a-z&&[^b]]", 4, "intersection"],
    ["[a[bc]]", 2, "nested"],
    ["(?x) a", 0, "flags"],
    ["a(?iU:b)", 1, "flags"],
  ])("%s is refused at offset %i because of its %s", (pattern, offset, name) => {
    const error = errorOf(() => compileRegex(pattern));
    expect(error.message).toContain(name);
    expect(error.message).toContain("linear-time engine");
    expect(error.offset).toBe(offset);
  });

  test.each([
    ["a(b", 0],
    ["ab[c", 2],
    ["ab\\y", 2],
    ["a**", 1],
    ["a)", 0],
    ["\\", 0],
  ])("%s is refused as malformed", (pattern, offset) => {
    expect(errorOf(() => compileRegex(pattern))).toMatchObject({ offset });
  });

  test.each([
    ["(a{1000}){1000}"],
    ["((((a?){100}){100}){100}){100}"],
    ["a{1000}".repeat(500)],
    ["a{1001}"],
    ["a{99999999999999999999}"],
    ["(?:".repeat(1500)],
    ["a".repeat(MAX_PATTERN_LENGTH + 1)],
  ])("a pattern that grows too large is refused before it is compiled: %s", (pattern) => {
    expect(errorOf(() => compileRegex(pattern))).toBeInstanceOf(ExpressionError);
  });

  test.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*x", "(?:a?){500}a{500}"])(
    "%s finishes on a long text that nearly matches",
    (pattern) => {
      const text = `${"a".repeat(50_000)}!`;
      expect(compileRegex(pattern).matches(text)).toBe(false);
      compileRegex(pattern).find(text);
    },
  );

  test.each([
    ["a(.*b)?", "a".repeat(100_000), "x"],
    ["(a)(.*b)?", "a".repeat(100_000), "x"],
    ["a(?:[^z]*zz)?", `${"a".repeat(100_000)}zy`, "x"],
    ["a", "a".repeat(100_000), "x".repeat(100_000)],
    ["a", "a".repeat(1_000), "x".repeat(1_000_000)],
    ["(.*)", "a".repeat(1_000_000), "$1".repeat(1_000)],
  ])("replacing %s many times is stopped", (pattern, text, replacement) => {
    expect(() => compileRegex(pattern).replaceAll(text, replacement)).toThrow(TooMuchWork);
  });

  test.each([
    ["[a-z]+", "abc def\n".repeat(100_000), "x", "x x\n".repeat(100_000)],
    ["(\\w)(\\w)", "ab cd ".repeat(50_000), "$2$1", "ba dc ".repeat(50_000)],
    ["\\n", "a\n".repeat(50_000), "-".repeat(100), `a${"-".repeat(100)}`.repeat(50_000)],
  ])("replacing %s in a long text is not", (pattern, text, replacement, expected) => {
    expect(compileRegex(pattern).replaceAll(text, replacement)).toBe(expected);
  });

  test("a text is replaced in the same way however long it is", () => {
    const piece = fc.constantFrom("a", "b", "é", "😀", "\n", " ", "ab");
    const pattern = fc.constantFrom("a+", "(a)(b)?", "[^a]", "\\b", "é|😀", "", "a.*b");
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), pattern, (pieces, source) => {
        const regex = compileRegex(source);
        const [before, after] = [`${pieces.join("")}\n`, "\n".repeat(2_100)];
        const short = regex.replaceAll(before, "<$0>");
        const long = regex.replaceAll(before + after, "<$0>");
        expect(long.startsWith(short.slice(0, short.lastIndexOf("\n")))).toBe(true);
      }),
    );
  });

  test("any text either compiles or is refused with a position inside it", () => {
    const piece = fc.constantFrom(
      ..."ab(|)[]^*+?{},-\\1dQEpPsSvkux&<=!>:.$",
      "(?",
      "\\Q",
      "{2}",
      "[^",
      "\\p{",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), fc.string(), (pieces, text) => {
        const pattern = pieces.join("");
        try {
          compileRegex(pattern).matches(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          const { offset } = error as ExpressionError;
          expect(offset >= 0 && offset <= pattern.length).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("an escaped text matches itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        expect(compileRegex(text.replace(/[^a-z0-9]/gi, "\\$&")).matches(text)).toBe(true);
      }),
    );
  });
});
