import { Float, type Value } from "../../expression/value.ts";

/**
 * Source text access of JSON, which the platform has and the type library does not know yet: a raw value
 * stands for the number that was written, digit for digit.
 */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): RawJson;
    isRawJSON(value: unknown): value is RawJson;
  }
}

interface RawJson {
  readonly rawJSON: string;
}

/**
 * Parses JSON; whole numbers that a JavaScript number cannot hold, such as long identifiers, stay exact.
 * They read as they were written in `JSON.stringify`, and as a bigint in {@link scalarOf}.
 *
 * @throws SyntaxError when the text is not JSON; RangeError when it is nested too deep
 */
export function parseExactJson(text: string): unknown {
  return /\d{16}/.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
}

function keepExact(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const isExact = typeof value !== "number" || Number.isSafeInteger(value);
  return !isExact && source !== undefined && /^-?\d+$/.test(source) ? JSON.rawJSON(source) : value;
}

/** A parsed value that is no object, array or null; otherwise null. */
export function scalarOf(value: unknown): string | number | bigint | boolean | null {
  if (JSON.isRawJSON(value)) return BigInt(value.rawJSON);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** A parsed value as a flow variable holds it: a number as integer, long or double, and what has a structure as JSON. */
export function flowValueOf(value: unknown): Value {
  const scalar = scalarOf(value);
  if (scalar === null) return value === null ? null : JSON.stringify(value);
  if (typeof scalar !== "number") return scalar;
  if (!Number.isSafeInteger(scalar)) return new Float(scalar);
  return Math.abs(scalar) < 2 ** 31 ? scalar : BigInt(scalar);
}
