import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePattern } from "../../../../src/policies/mediation/oas-validation/schema/pattern.ts";

test.each([
  "^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)(?=.*[@$!%*?&])[A-Za-z\\d@$!%*?&]{8,}$",
  "^(?!.*\\s)(?=[^)\\]]+).{2,}$",
  "^(?=a|b)(?!ab).+$",
  "^(?=(a|\\))(b)).*$",
  "^(?=a)",
  "^[^\\/]+\\/\\d{1,3}$",
  "a-b",
  "",
])("%s fits what it fits in JavaScript", (pattern) => {
  const [ours, theirs] = [compilePattern(pattern), new RegExp(pattern)];
  const text = fc.string({ unit: fc.constantFrom(..."abAB1)]@/ -\n"), maxLength: 12 });
  const agree = fc.property(text, (given) => {
    expect(ours(given)).toBe(theirs.test(given));
  });
  fc.assert(agree, { numRuns: 500 });
});

test.each(["^(?=a)b|c", "^(?=a)*b", "^a(?=b)", "(?=a)b", "(?<=a)b", "^(?=(?!a)b)c", "^(?=a"])(
  "%s cannot be run",
  (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/^The regular expression/);
  },
);

test("a pattern that takes JavaScript ages takes linear time", () => {
  const fits = compilePattern("^(?=(a+)+$)(a|a)*b$");
  expect(fits("a".repeat(100_000))).toBe(false);
});
