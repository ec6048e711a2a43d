import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ValueType } from "../../../../src/functions/published-function.ts";
import { checkedOptional, checkedValue, typeName } from "../../../../src/functions/values.ts";
import { Python } from "./pyodide.ts";

let python: Python;
beforeAll(async () => {
  python = await Python.start();
});

const struct: ValueType = {
  type: "struct",
  fields: [
    { name: "days", type: { type: "integer" }, optional: false },
    { name: "note", type: { type: "string" }, optional: true },
  ],
};
const PRELUDE = `
import dataclasses, datetime, decimal, typing
from functions._values import from_wire, to_wire, type_name, WrongValue, ResultTooLong
from functions.api import *
@dataclasses.dataclass
class Trip:
    days: int
    note: typing.Optional[str] = "none"
class Stay:
    days: int
    note: str
    def __init__(self, days: int, note: str = "quiet"):
        self.days, self.note = days, note
    def __repr__(self):
        return f"Stay({self.days}, {self.note})"
`;

describe("a value of JSON as Python has it", () => {
  test.each<[ValueType, unknown, string]>([
    [{ type: "boolean" }, true, "True"],
    [{ type: "long" }, "9223372036854775807", "9223372036854775807"],
    [{ type: "double" }, 1, "1.0"],
    [{ type: "double" }, "-Infinity", "-inf"],
    [{ type: "decimal" }, "12.50", "Decimal('12.50')"],
    [{ type: "date" }, "2024-02-29", "datetime.date(2024, 2, 29)"],
    [
      { type: "timestamp" },
      "2026-01-31T12:00:00.5Z",
      "datetime.datetime(2026, 1, 31, 12, 0, 0, 500000, tzinfo=datetime.timezone.utc)",
    ],
    [{ type: "binary" }, "AAE=", "b'\\x00\\x01'"],
    [{ type: "set", element: { type: "integer" } }, [1, 1], "{1}"],
    [{ type: "map", key: { type: "integer" }, value: { type: "string" } }, { 7: "x" }, "{7: 'x'}"],
    [{ type: "map", key: { type: "boolean" }, value: { type: "long" } }, { true: "7" }, "{True: 7}"],
    [struct, { days: 3 }, "{'days': 3}"],
    [struct, null, "None"],
  ])("%j: %j", (type, json, expected) => {
    expect(python.run(`${PRELUDE}result = repr(from_wire(value, type))`, { type, value: json })).toBe(
      expected,
    );
  });

  test.each<[string, unknown, string]>([
    ["Trip", { days: 3, note: "sunny" }, "Trip(days=3, note='sunny')"],
    ["typing.Optional[Trip]", { days: 3 }, "Trip(days=3, note='none')"],
    ["Trip | None", null, "None"],
    ["Stay", { days: 3 }, "Stay(3, quiet)"],
  ])("a struct of the annotation %s: %j", (hint, value, expected) => {
    const code = `${PRELUDE}result = repr(from_wire(value, type, ${hint}))`;
    expect(python.run(code, { type: struct, value })).toBe(expected);
  });

  test("structs in lists and maps are of their dataclasses", () => {
    const type: ValueType = {
      type: "map",
      key: { type: "string" },
      value: { type: "list", element: struct },
    };
    const code = `${PRELUDE}result = repr(from_wire(value, type, dict[str, list[Trip]]))`;
    expect(python.run(code, { type, value: { a: [{ days: 1 }] } })).toBe(
      "{'a': [Trip(days=1, note='none')]}",
    );
  });

  test("a range has the types of its annotation", () => {
    const date: ValueType = { type: "date" };
    const type: ValueType = {
      type: "struct",
      fields: ["min", "max"].map((name) => ({ name, type: date, optional: true })),
    };
    const code = `${PRELUDE}result = repr(from_wire(value, type, Range[Date]))`;
    expect(python.run(code, { type, value: { min: "2026-01-01" } })).toBe(
      "Range(min=datetime.date(2026, 1, 1), max=None)",
    );
  });

  test("what Python cannot hold is an error that names the type", () => {
    const given = { type: { type: "date" }, value: "0000-01-01" };
    expect(python.run(`${PRELUDE}from_wire(value, type)`, given)).toEqual({
      raised: "WrongValue",
      message: "expected Date (datetime.date), got a str",
    });
  });
});

describe("what Python returns, as JSON", () => {
  test.each<[ValueType, string, unknown]>([
    [{ type: "integer" }, "-2**31", -(2 ** 31)],
    [{ type: "long" }, "2**63 - 1", "9223372036854775807"],
    [{ type: "double" }, "7", 7],
    [{ type: "double" }, "-0.0", 0],
    [{ type: "double" }, "float('nan')", "NaN"],
    [{ type: "decimal" }, "decimal.Decimal('12.50')", "12.50"],
    [{ type: "decimal" }, "decimal.Decimal('1E+3')", "1E+3"],
    [{ type: "date" }, "datetime.date(1, 1, 1)", "0001-01-01"],
    [
      { type: "timestamp" },
      "datetime.datetime(2026, 1, 31, 14, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))",
      "2026-01-31T12:00:00Z",
    ],
    [{ type: "binary" }, "bytearray(b'\\x00\\x01')", "AAE="],
    [{ type: "list", element: { type: "string" } }, "('a', 'b')", ["a", "b"]],
    [{ type: "set", element: { type: "string" } }, "frozenset({'a'})", ["a"]],
    [
      { type: "map", key: { type: "date" }, value: { type: "long" } },
      "{datetime.date(2026, 1, 1): 1}",
      { "2026-01-01": "1" },
    ],
    [{ type: "map", key: { type: "boolean" }, value: { type: "long" } }, "{True: 1}", { true: "1" }],
    [struct, "Trip(3)", { days: 3, note: "none" }],
    [struct, "Stay(3, None)", { days: 3 }],
    [struct, "{'days': 3, 'note': None, 'more': 1}", { days: 3 }],
  ])("%j: %s", (type, value, expected) => {
    const json = python.run(`${PRELUDE}result = to_wire(${value}, type)`, { type });
    expect(json).toEqual(expected);
    expect(checkedValue(json, type)).toEqual(expected);
  });

  test.each<[ValueType, string, string]>([
    [{ type: "boolean" }, "1", "expected Boolean, got an int"],
    [{ type: "integer" }, "True", "expected Integer (-2147483648 to 2147483647), got a bool"],
    [{ type: "integer" }, "2**31", "expected Integer (-2147483648 to 2147483647), got an int"],
    [{ type: "integer" }, "1.5", "expected Integer (-2147483648 to 2147483647), got a float"],
    [{ type: "byte" }, "128", "expected Byte (-128 to 127), got an int"],
    [{ type: "long" }, "'7'", "expected Long (-9223372036854775808 to 9223372036854775807), got a str"],
    [{ type: "double" }, "10**400", "expected Double, got an int"],
    [{ type: "string" }, "None", "expected String, got None"],
    [{ type: "string" }, "'\\ud800'", "expected String, got a str"],
    [{ type: "decimal" }, "decimal.Decimal('NaN')", "expected Decimal (decimal.Decimal), got a Decimal"],
    [{ type: "date" }, "datetime.datetime(2026, 1, 1)", "expected Date (datetime.date), got a datetime"],
    [
      { type: "timestamp" },
      "datetime.datetime(2026, 1, 1)",
      "expected Timestamp (datetime.datetime with a time zone), got a datetime",
    ],
    [
      { type: "list", element: struct },
      "[Trip(1), Trip(None)]",
      "[1].days: expected Integer (-2147483648 to 2147483647), got None",
    ],
    [{ type: "list", element: { type: "string" } }, "'ab'", "expected List<String>, got a str"],
    [
      { type: "map", key: { type: "string" }, value: { type: "boolean" } },
      "{'a\"b': 0}",
      '["a\\"b"]: expected Boolean, got an int',
    ],
    [struct, "Trip", "expected Struct{days, note?}, got a type"],
    [struct, "7", "expected Struct{days, note?}, got an int"],
    [struct, "object()", "days: expected Integer (-2147483648 to 2147483647), got None"],
  ])("%j is not %s", (type, value, message) => {
    expect(python.run(`${PRELUDE}to_wire(${value}, type)`, { type })).toEqual({
      raised: "WrongValue",
      message,
    });
  });

  test("a result that is certainly too long is not written down", () => {
    const type: ValueType = { type: "list", element: { type: "string" } };
    expect(python.run(`${PRELUDE}to_wire(["x" * 50] * 10**6, type, limit=1000)`, { type })).toEqual({
      raised: "ResultTooLong",
      message: "The result is longer than 1000 bytes of JSON, the limit resultBytes of this function.",
    });
  });
});

const scalar = fc.constantFrom(
  ...(["boolean", "string", "byte", "short", "integer", "long", "float", "double", "decimal"] as const),
  ...(["date", "timestamp", "binary"] as const),
);
const { type } = fc.letrec<{ type: ValueType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2 },
    fc.record({ type: scalar }) as fc.Arbitrary<ValueType>,
    fc.record({ type: fc.constant("list"), element: tie("type") }) as fc.Arbitrary<ValueType>,
    fc.record({
      type: fc.constant("map"),
      key: fc.record({ type: fc.constantFrom("string", "integer", "long", "boolean", "date") }),
      value: tie("type"),
    }) as fc.Arbitrary<ValueType>,
    fc.record({
      type: fc.constant("struct"),
      fields: fc.uniqueArray(fc.record({ name: fc.string(), type: tie("type"), optional: fc.boolean() }), {
        selector: ({ name }) => name,
        maxLength: 3,
      }),
    }) as fc.Arbitrary<ValueType>,
  ),
}));

/** Milliseconds that years of four digits have in Python too. */
const date = fc.date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true });

/** JSON of a type, as the gateway lets it in. */
function jsonOf(of: ValueType): fc.Arbitrary<unknown> {
  switch (of.type) {
    case "boolean":
      return fc.boolean();
    case "string":
      return fc.string({ unit: "binary" });
    case "byte":
    case "short":
    case "integer":
      return fc.integer({ min: -128, max: 127 });
    case "long":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case "float":
    case "double":
      return fc.double().map((number) => (Number.isFinite(number) ? number + 0 : String(number)));
    case "decimal":
      return fc.tuple(fc.integer(), fc.nat()).map(([whole, part]) => `${whole}.${part}`);
    case "date":
      return date.map((day) => day.toISOString().slice(0, 10));
    case "timestamp":
      return date.map((instant) => instant.toISOString());
    case "binary":
      return fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64"));
    case "list":
    case "set":
      return fc.array(jsonOf(of.element), { maxLength: 3 });
    case "map":
      return fc.dictionary(jsonOf(of.key).map(String), jsonOf(of.value), {
        maxKeys: 3,
        noNullPrototype: true,
      });
    case "struct":
      return fc
        .tuple(
          ...of.fields.map(({ type: inner, optional }) =>
            optional ? fc.option(jsonOf(inner)) : jsonOf(inner),
          ),
        )
        .map((values) => Object.fromEntries(of.fields.map(({ name }, index) => [name, values[index]])));
    default:
      throw new TypeError(typeName(of));
  }
}

/** The same instants in one way of writing them. */
function normal(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_, value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? new Date(value).toISOString() : value,
  );
}

test("whatever the gateway lets in is the same when Python gives it back", () => {
  const typed = type.chain((of) => jsonOf(of).map((json) => [of, json] as const));
  fc.assert(
    fc.property(typed, ([of, json]) => {
      const checked = checkedOptional(json, { type: of, optional: false });
      const back = python.run(`${PRELUDE}result = to_wire(from_wire(value, type), type)`, {
        type: of,
        value: checked,
      });
      expect(normal(back)).toEqual(normal(checked));
      expect(python.run(`${PRELUDE}result = type_name(type)`, { type: of })).toBe(typeName(of));
    }),
  );
});
