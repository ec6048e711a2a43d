import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../../src/expression/value.ts";
import { render } from "../render-template.ts";

describe("the generated text matches the pattern", () => {
  test.each([
    "[A-Z]{5}",
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "(red|green|blue)-\\d+",
    "^[\\w.-]+@example\\.com$",
    "a?b*c+",
    "(ab){2,}",
    "[^a-z]{3}",
    ".{200}",
    "",
  ])("%s", (pattern) => {
    const quoted = render(`{xeger('${pattern}')}`);
    expect(quoted).toMatch(new RegExp(`^(?:${pattern})$`));
    expect(render("{xeger(pattern)}", { pattern })).toMatch(new RegExp(`^(?:${pattern})$`));
  });
});

describe("a literal pattern is refused at load", () => {
  test.each([
    ["that is not valid", "("],
    ["that looks ahead", "(?=a)b"],
    ["that refers back", "(a)\\1"],
    ["that nothing generated matches", "\\p{Greek}"],
    ["that asks for too much text", "((a{100}){100}){100}"],
    ["that asks for too many choices", ".{1000}"],
    ["that is too long", "a".repeat(257)],
  ])("%s", (_, pattern) => {
    expect(() => render(`{xeger('${pattern}')}`)).toThrow(ExpressionError);
    expect(render("{xeger(pattern)}", { pattern })).toBe("");
  });
});

test("any pattern gives a text of bounded length", () => {
  const pieces = fc.constantFrom(
    ...[
      "a",
      "b",
      "(",
      ")",
      "|",
      "*",
      "+",
      "?",
      "{2}",
      "{1,30}",
      "{0,}",
      "[a-z]",
      "[",
      "]",
      "^",
      "$",
      "\\w",
      "\\",
      ".",
    ],
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 20 }).map((all) => all.join("")),
      ),
      (pattern) => {
        expect(render("{xeger(pattern)}", { pattern }).length).toBeLessThan(300_000);
      },
    ),
    { numRuns: 500 },
  );
});
