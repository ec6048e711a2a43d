import { Float, textOf, type Value } from "./value.ts";

export type Kind = "boolean" | "integer" | "long" | "float" | "double" | "string" | "object";

/** The type in which two values are compared. Apigee: "Conditions reference", operand types. */
// biome-ignore format: reads as the table that it is
export const COMMON_TYPE: Readonly<Record<Kind, Readonly<Record<Kind, Kind>>>> = {
  boolean: { boolean: "boolean", integer: "integer", long: "long",   float: "float",  double: "double", string: "string", object: "object" },
  integer: { boolean: "integer", integer: "integer", long: "long",   float: "float",  double: "double", string: "string", object: "object" },
  long:    { boolean: "long",    integer: "long",    long: "long",   float: "float",  double: "double", string: "string", object: "object" },
  float:   { boolean: "float",   integer: "float",   long: "float",  float: "float",  double: "double", string: "string", object: "object" },
  double:  { boolean: "double",  integer: "double",  long: "double", float: "double", double: "double", string: "string", object: "object" },
  string:  { boolean: "string",  integer: "string",  long: "string", float: "string", double: "string", string: "string", object: "object" },
  object:  { boolean: "object",  integer: "object",  long: "object", float: "object", double: "object", string: "object", object: "object" },
};

/** The type of a value that is not null. A collection is an object: it is not compared. */
export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
      return "integer";
    case "bigint":
      return "long";
    default:
      return value instanceof Float ? value.type : "object";
  }
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`; NaN if not compared. */
export function order(left: Value, right: Value): number {
  switch (COMMON_TYPE[kindOf(left)][kindOf(right)]) {
    case "boolean":
    case "integer":
    case "long":
      return ascending(toIntegral(left), toIntegral(right));
    case "float":
      return ascending(Math.fround(toReal(left)), Math.fround(toReal(right)));
    case "double":
      return ascending(toReal(left), toReal(right));
    case "string":
      return ascending(textOf(left), textOf(right));
    case "object":
      return Number.NaN;
  }
}

/** Two texts compare by UTF-16 unit; a `number` and a `bigint` compare exactly. */
export function ascending<T extends string | number | bigint>(left: T, right: T): number {
  if (left < right) return -1;
  if (left > right) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: 1 and 1n are the same number
  return left == right ? 0 : Number.NaN;
}

function toIntegral(value: Value): number | bigint {
  return typeof value === "bigint" ? value : Number(value);
}

function toReal(value: Value): number {
  if (!(value instanceof Float)) return Number(value);
  return value.type === "float" ? Math.fround(value.value) : value.value;
}
