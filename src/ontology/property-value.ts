import type { PropertyType, ScalarPropertyType } from "./file-schema.ts";
import { own } from "./own.ts";
import { isCompound } from "./type-kinds.ts";

/** What a column of a table holds. */
export type ColumnValue = string | number | null;

/** The types of columns that hold values of a property type. */
export function columnType(type: PropertyType): "TEXT" | "INTEGER" | "REAL" {
  switch (type.type) {
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "long":
      return "INTEGER";
    case "float":
    case "double":
      return "REAL";
    default:
      return "TEXT";
  }
}

/** A value in SQL that is bound as {@link toColumn} made it. The storage binds no integer of 64 bits. */
export function boundAs(type: PropertyType, parameter: string): string {
  return type.type === "long" ? `CAST(${parameter} AS INTEGER)` : parameter;
}

/** What SQL selects of a column for {@link fromColumn}. */
export function selected(type: PropertyType, column: string): string {
  return type.type === "long" ? `CAST(${column} AS TEXT)` : column;
}

/** A value as JSON has it, from its column. */
export function fromColumn(value: ColumnValue, type: PropertyType): unknown {
  if (value === null) return null;
  if (type.type === "boolean") return value === 1;
  if (isCompound(type.type)) return JSON.parse(String(value));
  return value;
}

/**
 * A value for its column, from what JSON has; undefined when it is not of the type. Null is a value of every type but
 * of a primary key's. Foundry: "PropertyValue": a long and a decimal are texts of digits, dates ISO 8601.
 */
export function toColumn(value: unknown, type: PropertyType): ColumnValue | undefined {
  if (value === null || value === undefined) return null;
  if (type.type === "array") {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((item) => toJson(item, type.items.type));
    return items.includes(undefined) ? undefined : JSON.stringify(items);
  }
  if (type.type === "struct") {
    if (!isObject(value)) return undefined;
    const fields = Object.entries(value).map(([name, field]) => {
      const known = own(type.fields, name);
      return [name, field === null ? null : known && toJson(field, known.type)] as const;
    });
    return fields.some(([, field]) => field === undefined)
      ? undefined
      : JSON.stringify(Object.fromEntries(fields));
  }
  const json = toJson(value, type.type);
  if (json === undefined) return undefined;
  return isCompound(type.type)
    ? JSON.stringify(json)
    : typeof json === "boolean"
      ? Number(json)
      : (json as ColumnValue);
}

const RANGES = { byte: 2 ** 7, short: 2 ** 15, integer: 2 ** 31 } as const;
const LONG = 2n ** 63n;

/** A value in the one form that it is kept in, so that equal ones compare as such; undefined when it is not of the type. */
function toJson(value: unknown, type: ScalarPropertyType): unknown {
  switch (type) {
    case "string":
      // SQLite ends a text where it reads a zero.
      return typeof value === "string" && !value.includes("\0") ? value.toWellFormed() : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "byte":
    case "short":
    case "integer": {
      const limit = RANGES[type];
      return Number.isInteger(value) && Number(value) >= -limit && Number(value) < limit
        ? Number(value) + 0
        : undefined;
    }
    case "long":
      return longOf(value);
    case "float":
    case "double":
      return typeof value === "number" && Number.isFinite(value) ? value + 0 : undefined;
    case "decimal":
      return decimalOf(value);
    case "date":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value)
        ? value
        : undefined;
    case "timestamp":
      return timestampOf(value);
    case "geopoint":
      return pointOf(value);
  }
}

function longOf(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(Number(value) + 0);
  if (typeof value !== "string" || !/^-?\d{1,19}$/.test(value)) return undefined;
  const number = BigInt(value);
  return number >= -LONG && number < LONG ? String(number) : undefined;
}

/** How long the text of a decimal may be, with zeros that say nothing. Characters. */
const LONGEST_DECIMAL = 250;

/** Without leading zeros, and without those at the end of a fraction. */
function decimalOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? plain(value) : value;
  if (typeof text !== "string" || text.length > LONGEST_DECIMAL) return undefined;
  const [, sign = "", whole = "", fraction = ""] =
    /^([+-]?)0*(\d{1,100})(?:\.(\d{1,100}))?$/.exec(text) ?? [];
  if (whole === "") return undefined;
  const digits = fraction.replace(/0+$/, "");
  const number = digits === "" ? whole : `${whole}.${digits}`;
  return sign === "-" && number !== "0" ? `-${number}` : number;
}

/** All digits of a number, where JavaScript writes an exponent. */
function plain(value: number): string {
  const [, sign = "", first = "", rest = "", exponent] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = first + rest;
  const whole = Number(exponent) + 1;
  return whole > 0 ? sign + digits.padEnd(whole, "0") : `${sign}0.${"0".repeat(-whole)}${digits}`;
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** In UTC to the millisecond: so texts compare as times do. */
function timestampOf(value: unknown): string | undefined {
  const day = typeof value === "string" ? TIMESTAMP.exec(value)?.[1] : undefined;
  if (day === undefined || !isDay(day)) return undefined;
  const time = Date.parse(String(value));
  const text = Number.isNaN(time) ? "" : new Date(time).toISOString();
  return text.length === 24 ? text : undefined;
}

/** A point of GeoJSON: longitude, latitude. */
function pointOf(value: unknown): unknown {
  if (!isObject(value) || value.type !== "Point" || !Array.isArray(value.coordinates)) return undefined;
  const [longitude, latitude, ...more] = value.coordinates;
  const within = (part: unknown, limit: number) => typeof part === "number" && Math.abs(part) <= limit;
  if (!within(longitude, 180) || !within(latitude, 90) || more.length > 0) return undefined;
  return { type: "Point", coordinates: [longitude, latitude] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
