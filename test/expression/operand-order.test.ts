import { describe, expect, test } from "vitest";
import { COMMON_TYPE, type Kind, kindOf, order } from "../../src/expression/operand-order.ts";
import { Float, type Value } from "../../src/expression/value.ts";

describe("the type in which two operands are compared", () => {
  test.each([
    ["boolean", "boolean", "boolean"],
    ["boolean", "integer", "integer"],
    ["boolean", "long", "long"],
    ["boolean", "float", "float"],
    ["boolean", "double", "double"],
    ["boolean", "string", "string"],
    ["integer", "long", "long"],
    ["integer", "float", "float"],
    ["integer", "double", "double"],
    ["integer", "string", "string"],
    ["long", "float", "float"],
    ["long", "double", "double"],
    ["long", "string", "string"],
    ["float", "double", "double"],
    ["float", "string", "string"],
    ["double", "string", "string"],
    ["object", "boolean", "object"],
    ["object", "integer", "object"],
    ["object", "long", "object"],
    ["object", "float", "object"],
    ["object", "double", "object"],
    ["object", "string", "object"],
    ["object", "object", "object"],
  ] satisfies [Kind, Kind, Kind][])("of %s and %s is %s, either way round", (left, right, common) => {
    expect(COMMON_TYPE[left][right]).toBe(common);
    expect(COMMON_TYPE[right][left]).toBe(common);
  });

  test.each([
    ["text", "string"],
    [true, "boolean"],
    [1, "integer"],
    [1n, "long"],
    [new Float(1, "float"), "float"],
    [new Float(1), "double"],
    [["a"], "object"],
    [{}, "object"],
  ] satisfies [Value, Kind][])("%o is of type %s", (value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });
});

describe("the order of two operands", () => {
  test.each([
    [400, "400", 0],
    [1000, "400", -1],
    [true, "true", 0],
    [true, false, 1],
    [true, 1, 0],
    [2, 10n, -1],
    [9007199254740992, 9007199254740993n, -1],
    [0.5, new Float(0.5), 0],
    [new Float(0.1, "float"), new Float(0.1), 1],
    [new Float(0.1, "float"), new Float(Math.fround(0.1), "float"), 0],
    [new Float(3), "3.0", 0],
    ["B", "a", -1],
    ["a", "a", 0],
    [["a"], "[a]", Number.NaN],
    [{}, {}, Number.NaN],
    [new Float(Number.NaN), 1, Number.NaN],
  ] satisfies [Value, Value, number][])("of %o and %o is %d", (left, right, expected) => {
    expect(order(left, right)).toBe(expected);
    expect(order(right, left)).toBe(expected === 0 ? 0 : -expected);
  });
});
