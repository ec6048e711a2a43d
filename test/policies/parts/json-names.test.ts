import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExactJson } from "../../../src/policies/parts/exact-json.ts";
import { hasDuplicateNames } from "../../../src/policies/parts/json-names.ts";

const isDuplicate = (text: string) => hasDuplicateNames(text, parseExactJson(text));

test.each<[string, boolean]>([
  ['{"a":1,"b":{"a":1}}', false],
  ['{"a":1,"a":1}', true],
  ['{"a":1,"\\u0061":2}', true],
  ['[{"a":1},{"a":{"b":1,"b":[]}}]', true],
  ['{"a":":\\":","b":"\\\\"}', false],
  ['{"__proto__":1}', false],
  ['{"__proto__":1,"__proto__":2}', true],
  ['{"a":12345678901234567890,"a":1}', true],
  ['{"a":12345678901234567890}', false],
  ['":"', false],
  ["null", false],
])("%s", (text, expected) => {
  expect(isDuplicate(text)).toBe(expected);
});

test("what is written of a value has no name twice, and one more with a name again has", () => {
  const value = fc.object({ key: fc.string({ unit: fc.constantFrom(...'ab:"\\{}é') }), maxDepth: 4 });
  fc.assert(
    fc.property(value, fc.string(), (object, name) => {
      expect(isDuplicate(JSON.stringify(object))).toBe(false);
      const field = `${JSON.stringify(name)}:${JSON.stringify(object)}`;
      expect(isDuplicate(`[{${field}}]`)).toBe(false);
      expect(isDuplicate(`[{${field},${field}}]`)).toBe(true);
    }),
  );
});

test("10 MB are counted", () => {
  const rows = `[${'{"a":"x\\":","b":1},'.repeat(600_000)}{"a":1}]`;
  expect(isDuplicate(rows)).toBe(false);
  expect(isDuplicate(rows.replace('{"a":1}', '{"a":1,"a":1}'))).toBe(true);
});
