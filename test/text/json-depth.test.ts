import fc from "fast-check";
import { expect, test } from "vitest";
import { isJsonDeeperThan } from "../../src/text/json-depth.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((each) => depthOf(each)))
    : 0;

test("the depth of JSON is that of what it holds, whatever its texts and names hold", () => {
  const text = fc.string({ unit: fc.constantFrom("[", "{", "]", "}", '"', "\\", "a") });
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(text, fc.integer(), fc.constant(null)),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.nat(8), fc.constantFrom(0, 2), (given, levels, indent) => {
      const json = JSON.stringify(given, null, indent);
      expect(isJsonDeeperThan(levels, json)).toBe(depthOf(JSON.parse(json)) > levels);
    }),
  );
});

test.each(['"[[[[', '"\\', '"\\"[[[[', "]]]]", ""])("of what is none it ends: %j", (text) => {
  expect(isJsonDeeperThan(1, text)).toBe(false);
});
