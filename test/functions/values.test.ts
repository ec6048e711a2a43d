import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ValueType } from "../../src/functions/published-function.ts";
import { checkedValue, typeName, ValueError } from "../../src/functions/values.ts";

const struct: ValueType = {
  type: "struct",
  fields: [
    { name: "days", type: { type: "integer" }, optional: false },
    { name: "note", type: { type: "string" }, optional: true },
  ],
};

describe("a value as JSON has it, by its type", () => {
  test.each<[ValueType, unknown, unknown]>([
    [{ type: "boolean" }, true, true],
    [{ type: "string" }, "", ""],
    [{ type: "byte" }, -128, -128],
    [{ type: "short" }, 32_767, 32_767],
    [{ type: "integer" }, 2 ** 31 - 1, 2 ** 31 - 1],
    [{ type: "integer" }, -(2 ** 31), -(2 ** 31)],
    [{ type: "integer" }, -0, 0],
    [{ type: "long" }, "9223372036854775807", "9223372036854775807"],
    [{ type: "long" }, 7, "7"],
    [{ type: "double" }, 1.5, 1.5],
    [{ type: "double" }, -0, 0],
    [{ type: "double" }, "NaN", "NaN"],
    [{ type: "double" }, Number.NEGATIVE_INFINITY, "-Infinity"],
    [{ type: "decimal" }, "12.50", "12.50"],
    [{ type: "date" }, "2024-02-29", "2024-02-29"],
    [{ type: "timestamp" }, "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"],
    [{ type: "timestamp" }, "2026-01-31T12:00:00.123456+02:00", "2026-01-31T12:00:00.123456+02:00"],
    [{ type: "binary" }, "AAE=", "AAE="],
    [{ type: "list", element: { type: "integer" } }, [1, 2], [1, 2]],
    [{ type: "set", element: { type: "string" } }, ["a"], ["a"]],
    [{ type: "map", key: { type: "integer" }, value: { type: "string" } }, { 7: "x" }, { 7: "x" }],
    [struct, { days: 3, note: null, more: "dropped" }, { days: 3 }],
    [{ type: "object", objectType: "Employee" }, "e1", "e1"],
    [{ type: "object", objectType: "Employee" }, 7, 7],
    [
      { type: "objectSet", objectType: "Employee" },
      { type: "base", objectType: "Employee" },
      { type: "base", objectType: "Employee" },
    ],
    [{ type: "objectSet", objectType: "Employee" }, "ri.set.1", "ri.set.1"],
    [{ type: "edits" }, [{ type: "deleteObject" }], [{ type: "deleteObject" }]],
  ])("%j: %j", (type, value, expected) => {
    expect(checkedValue(value, type)).toEqual(expected);
  });
});

describe("what is not of its type says where, what is expected and what is there", () => {
  test.each<[ValueType, unknown, string]>([
    [{ type: "boolean" }, "true", "expected Boolean, got a string"],
    [{ type: "integer" }, 2 ** 31, "expected Integer (-2147483648 to 2147483647), got a number"],
    [{ type: "integer" }, 1.5, "expected Integer (-2147483648 to 2147483647), got a number with a fraction"],
    [{ type: "integer" }, "5", "expected Integer (-2147483648 to 2147483647), got a string"],
    [{ type: "long" }, "9223372036854775808", "expected Long (digits as text, 64 bits), got a string"],
    [{ type: "long" }, 2 ** 53, "expected Long (digits as text, 64 bits), got a number"],
    [{ type: "date" }, "2025-02-29", "expected Date (YYYY-MM-DD), got a string"],
    [{ type: "timestamp" }, "2026-01-31T12:00:00", "expected Timestamp (ISO 8601 with a zone), got a string"],
    [{ type: "string" }, new Date(0), "expected String, got an instance of Date"],
    [{ type: "object", objectType: "Employee" }, {}, "expected the primary key of Employee, got an object"],
    [
      { type: "objectSet", objectType: "Employee" },
      [],
      "expected the definition of ObjectSet<Employee>, got a list",
    ],
    [{ type: "edits" }, {}, "expected List<OntologyEdit>, got an object"],
    [{ type: "edits" }, [null], "[0]: expected OntologyEdit, got null"],
    [
      { type: "list", element: { type: "integer" } },
      [1, "2"],
      "[1]: expected Integer (-2147483648 to 2147483647), got a string",
    ],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    [{ type: "list", element: { type: "string" } }, ["a", , "b"], "[1]: expected String, got undefined"],
    [
      { type: "map", key: { type: "integer" }, value: { type: "string" } },
      { x: "x" },
      '["x"]: expected Integer (-2147483648 to 2147483647), got a string',
    ],
    [struct, {}, "days: expected Integer (-2147483648 to 2147483647), got undefined"],
    [
      { type: "list", element: struct },
      [{ days: null }],
      "[0].days: expected Integer (-2147483648 to 2147483647), got null",
    ],
    [struct, new Response("x"), "days: expected Integer (-2147483648 to 2147483647), got undefined"],
  ])("%j: %j", (type, value, message) => {
    expect(() => checkedValue(value, type)).toThrow(ValueError);
    expect(() => checkedValue(value, type)).toThrow(message);
  });
});

const scalar = fc.constantFrom(
  "boolean",
  "string",
  "integer",
  "long",
  "double",
  "date",
  "timestamp" as const,
);
const { type } = fc.letrec<{ type: ValueType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: scalar }) as fc.Arbitrary<ValueType>,
    fc.record({ type: fc.constantFrom("list", "set"), element: tie("type") }) as fc.Arbitrary<ValueType>,
    fc.record({
      type: fc.constant("struct"),
      fields: fc.array(fc.record({ name: fc.string(), type: tie("type"), optional: fc.boolean() }), {
        maxLength: 3,
      }),
    }) as fc.Arbitrary<ValueType>,
  ),
}));

test("whatever a value is, it is checked JSON or a ValueError, and checked JSON stays what it is", () => {
  fc.assert(
    fc.property(type, fc.anything(), (declared, value) => {
      let checked: unknown;
      try {
        checked = checkedValue(value, declared);
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError);
        return;
      }
      expect(checkedValue(JSON.parse(JSON.stringify(checked)), declared)).toEqual(checked);
    }),
  );
});

describe("binary is base64 in whole groups of four", () => {
  test.each(["", "AA==", "AAA=", "AAAA", "AAAAAA=="])("%j is", (text) => {
    expect(checkedValue(text, { type: "binary" })).toBe(text);
  });

  test.each(["A", "A===", "AAAAA===", "====", "AA=A", "AAA", "AA=", "A AA", "AAAA\n", "AA-_"])(
    "%j is not",
    (text) => {
      expect(() => checkedValue(text, { type: "binary" })).toThrow(ValueError);
    },
  );

  test("as long as a request may be", () => {
    const text = "A".repeat(10 * 1024 * 1024);
    expect(checkedValue(text, { type: "binary" })).toHaveLength(text.length);
    expect(() => checkedValue(`${text.slice(1)}!`, { type: "binary" })).toThrow(ValueError);
  });
});

test("types have the names of Foundry's documentation", () => {
  expect(typeName({ type: "map", key: { type: "string" }, value: { type: "list", element: struct } })).toBe(
    "Map<String, List<Struct{days, note?}>>",
  );
});
