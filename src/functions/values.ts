import type { NamedType, ScalarType, ValueType } from "./published-function.ts";

/** A value that is not of its type. The message says where in it, what is expected, and what is there. */
export class ValueError extends Error {
  constructor(path: string, expected: string, value: unknown) {
    super(`${path === "" ? "" : `${path}: `}expected ${expected}, got ${nameOf(value)}`);
    this.name = "ValueError";
  }
}

/** Turns a value into what JSON has for it before it is checked; by default it is JSON already. */
export type Convert = (value: unknown, type: ValueType) => unknown;

const unchanged: Convert = (value) => value;

/**
 * A value checked against its type, as JSON has it: a Long is text, numbers that are none are `"NaN"`,
 * `"Infinity"` and `"-Infinity"`, a set is a list, a map is an object. Fields that a struct does not declare are
 * left out. Throws {@link ValueError}. Foundry: "Types reference" of functions.
 */
export function checkedValue(value: unknown, type: ValueType, convert = unchanged, path = ""): unknown {
  const json = convert(value, type);
  switch (type.type) {
    case "list":
    case "set":
      if (!Array.isArray(json)) throw new ValueError(path, typeName(type), value);
      // Not map, which would skip holes.
      return Array.from(json, (element, index) =>
        checkedValue(element, type.element, convert, `${path}[${index}]`),
      );
    case "map":
      return checkedMap(json, type, convert, path);
    case "struct":
      return checkedStruct(json, type.fields, convert, path);
    default:
      return checkedScalar(json, type.type, path);
  }
}

/** The same for what may be missing: undefined and null become null. */
export function checkedOptional(
  value: unknown,
  { type, optional }: Omit<NamedType, "name">,
  convert = unchanged,
  path = "",
): unknown {
  return optional && (value === undefined || value === null)
    ? null
    : checkedValue(value, type, convert, path);
}

/** A type as Foundry's documentation names it, such as `List<Integer>`. */
export function typeName(type: ValueType): string {
  switch (type.type) {
    case "list":
      return `List<${typeName(type.element)}>`;
    case "set":
      return `Set<${typeName(type.element)}>`;
    case "map":
      return `Map<${typeName(type.key)}, ${typeName(type.value)}>`;
    case "struct":
      return `Struct{${type.fields.map(({ name, optional }) => name + (optional ? "?" : "")).join(", ")}}`;
    default:
      return type.type.charAt(0).toUpperCase() + type.type.slice(1);
  }
}

function checkedMap(
  json: unknown,
  type: ValueType & { type: "map" },
  convert: Convert,
  path: string,
): unknown {
  if (!isObject(json)) throw new ValueError(path, typeName(type), json);
  return objectOf(
    Object.entries(json).map(([key, value]) => {
      const at = `${path}[${JSON.stringify(key)}]`;
      checkedValue(keyFrom(key, type.key), type.key, unchanged, at);
      return [key, checkedValue(value, type.value, convert, at)];
    }),
  );
}

function checkedStruct(json: unknown, fields: readonly NamedType[], convert: Convert, path: string): unknown {
  if (!isObject(json)) throw new ValueError(path, typeName({ type: "struct", fields }), json);
  return objectOf(
    fields.flatMap((field) => {
      const at = path === "" ? field.name : `${path}.${field.name}`;
      const value = Object.hasOwn(json, field.name) ? json[field.name] : undefined;
      const checked = checkedOptional(value, field, convert, at);
      return checked === null ? [] : [[field.name, checked]];
    }),
  );
}

/** A key of a JSON object as a value of the map's key type. */
export function keyFrom(key: string, { type }: ValueType): unknown {
  if (type === "boolean") return key === "true" ? true : key === "false" ? false : key;
  return numeric.has(type) && key !== "" && !Number.isNaN(Number(key)) ? Number(key) : key;
}

const numeric: ReadonlySet<string> = new Set(["byte", "short", "integer", "float", "double"]);

const ranges: Partial<Record<ScalarType, number>> = { byte: 2 ** 7, short: 2 ** 15, integer: 2 ** 31 };
const LONG = 2n ** 63n;

const specialNumbers: ReadonlySet<unknown> = new Set(["NaN", "Infinity", "-Infinity"]);

function checkedScalar(value: unknown, type: ScalarType, path: string): unknown {
  const fail = (expected = typeName({ type })): never => {
    throw new ValueError(path, expected, value);
  };
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? value : fail();
    case "string":
      return typeof value === "string" ? value : fail();
    case "byte":
    case "short":
    case "integer": {
      const limit = ranges[type] ?? 0;
      const fits = Number.isInteger(value) && Number(value) >= -limit && Number(value) < limit;
      return fits ? value : fail(`${typeName({ type })} (${-limit} to ${limit - 1})`);
    }
    case "long":
      if (Number.isSafeInteger(value)) return String(value);
      return isLong(value) ? value : fail("Long (digits as text, 64 bits)");
    case "float":
    case "double":
      return typeof value === "number" && Number.isFinite(value)
        ? value
        : typeof value === "number"
          ? String(value)
          : specialNumbers.has(value)
            ? value
            : fail();
    case "decimal":
      if (typeof value === "number" && Number.isFinite(value)) return String(value);
      return typeof value === "string" && /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)
        ? value
        : fail("Decimal (digits as text)");
    case "date":
      return isDate(value) ? value : fail("Date (YYYY-MM-DD)");
    case "timestamp":
      return isTimestamp(value) ? value : fail("Timestamp (ISO 8601 with a zone)");
    case "binary":
      return typeof value === "string" &&
        /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
        ? value
        : fail("Binary (base64)");
  }
}

function isLong(value: unknown): boolean {
  if (typeof value !== "string" || !/^-?\d{1,19}$/.test(value)) return false;
  const number = BigInt(value);
  return number >= -LONG && number < LONG;
}

function isDate(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

function isTimestamp(value: unknown): boolean {
  const date = typeof value === "string" ? TIMESTAMP.exec(value)?.[1] : undefined;
  return date !== undefined && isDate(date) && !Number.isNaN(Date.parse(String(value)));
}

/** Any name is a key here, `__proto__` too. */
function objectOf(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a value is, for a message; not the value itself, which may be secret or endless. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    return typeof name === "string" && name !== "" && name !== "Object"
      ? `an instance of ${name}`
      : "an object";
  }
  if (typeof value === "function") return "a function";
  if (typeof value === "number" && !Number.isInteger(value)) return "a number with a fraction";
  return typeof value === "number" ? "a number" : `a ${typeof value}`;
}
