import type { NamedType, ScalarType, ValueType } from "./published-function.ts";

/** A value that is not of its type. The message says where in it, what is expected, and what is there. */
export class ValueError extends Error {
  readonly #reason: string;
  #path = "";

  constructor(expected: string, value: unknown) {
    super(`expected ${expected}, got ${nameOf(value)}`);
    this.name = "ValueError";
    this.#reason = this.message;
  }

  /**
   * The same, of a value around it.
   * @param step to the inner value: `.name` for a field, `[0]` or `["key"]` for an element
   */
  within(step: string): this {
    this.#path = step + this.#path;
    this.message = `${this.#path.replace(/^\./, "")}: ${this.#reason}`;
    return this;
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
export function checkedValue(value: unknown, type: ValueType, convert = unchanged): unknown {
  const json = convert(value, type);
  switch (type.type) {
    case "list":
    case "set":
      if (!Array.isArray(json)) throw new ValueError(typeName(type), value);
      return checkedList(json, type.element, convert);
    case "map":
      if (!isObject(json)) throw new ValueError(typeName(type), json);
      return checkedMap(json, type, convert);
    case "struct":
      if (!isObject(json)) throw new ValueError(typeName(type), json);
      return checkedStruct(json, type.fields, convert);
    case "object":
      if (isPrimaryKey(json)) return json;
      throw new ValueError(`the primary key of ${typeName(type)}`, value);
    case "objectSet":
      if (typeof json === "string" || (isObject(json) && typeof json.type === "string")) return json;
      throw new ValueError(`the definition of ${typeName(type)}`, value);
    case "edits":
      if (!Array.isArray(json)) throw new ValueError(typeName(type), value);
      return checkedEdits(json);
    default:
      return checkedScalar(json, type.type);
  }
}

/** The same for what may be missing: undefined and null become null. */
export function checkedOptional(
  value: unknown,
  { type, optional }: Omit<NamedType, "name">,
  convert = unchanged,
): unknown {
  return optional && (value === undefined || value === null) ? null : checkedValue(value, type, convert);
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
    case "object":
      return type.objectType;
    case "objectSet":
      return `ObjectSet<${type.objectType}>`;
    case "edits":
      return "List<OntologyEdit>";
    default:
      return type.type.charAt(0).toUpperCase() + type.type.slice(1);
  }
}

// Where a value is wrong is worked out when it is: paths to all values of a long list would cost more than the checks.

function checkedList(json: readonly unknown[], element: ValueType, convert: Convert): unknown[] {
  const checked: unknown[] = [];
  try {
    while (checked.length < json.length) checked.push(checkedValue(json[checked.length], element, convert));
    return checked;
  } catch (error) {
    throw within(`[${checked.length}]`, error);
  }
}

function checkedMap(
  json: Readonly<Record<string, unknown>>,
  type: ValueType & { type: "map" },
  convert: Convert,
): unknown {
  let at = "";
  try {
    return objectOf(
      Object.entries(json).map(([key, value]) => {
        at = key;
        checkedValue(keyFrom(key, type.key), type.key);
        return [key, checkedValue(value, type.value, convert)];
      }),
    );
  } catch (error) {
    throw within(`[${JSON.stringify(at)}]`, error);
  }
}

function checkedStruct(
  json: Readonly<Record<string, unknown>>,
  fields: readonly NamedType[],
  convert: Convert,
): unknown {
  let at = "";
  try {
    return objectOf(
      fields.flatMap((field) => {
        at = field.name;
        const value = Object.hasOwn(json, field.name) ? json[field.name] : undefined;
        const checked = checkedOptional(value, field, convert);
        return checked === null ? [] : [[field.name, checked]];
      }),
    );
  } catch (error) {
    throw within(`.${at}`, error);
  }
}

function within(step: string, error: unknown): unknown {
  return error instanceof ValueError ? error.within(step) : error;
}

/** What each edit says is checked by the gateway, which knows the ontology. */
function checkedEdits(json: readonly unknown[]): unknown[] {
  return json.map((edit, index) => {
    if (isObject(edit) && typeof edit.type === "string") return edit;
    throw new ValueError("OntologyEdit", edit).within(`[${index}]`);
  });
}

function isPrimaryKey(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
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

function checkedScalar(value: unknown, type: ScalarType): unknown {
  const fail = (expected = typeName({ type })): never => {
    throw new ValueError(expected, value);
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
      // JSON has no negative zero.
      return fits ? Number(value) + 0 : fail(`${typeName({ type })} (${-limit} to ${limit - 1})`);
    }
    case "long":
      if (Number.isSafeInteger(value)) return String(value);
      return isLong(value) ? value : fail("Long (digits as text, 64 bits)");
    case "float":
    case "double":
      return typeof value === "number" && Number.isFinite(value)
        ? value + 0
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
      return typeof value === "string" && isBase64(value) ? value : fail("Binary (base64)");
  }
}

/** Without a group that is repeated: a long text has more of them than the engine's stack holds. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
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
