import { toColumn } from "../ontology/property-value.ts";

/** Whether two values, as JSON has them, are the same. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(Reflect.get(one, key), Reflect.get(other, key)))
  );
}

/** A value, or each of a list, in the one form that is compared: a long `007` is 7, and a time is one in all zones. */
export function canonical(type: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => canonical(type, each));
  if (type !== "long" && type !== "decimal" && type !== "timestamp") return value;
  return toColumn(value, { type }) ?? value;
}

/**
 * Less than zero when the first value comes before the second, more when it comes after it; NaN when they cannot be
 * compared.
 */
export function order(type: string, one: unknown, other: unknown): number {
  const [first, second] = [comparable(type, one), comparable(type, other)];
  if (first === null || second === null) return Number.NaN;
  return first < second ? -1 : first > second ? 1 : first === second ? 0 : Number.NaN;
}

function comparable(type: string, given: unknown): number | bigint | string | null {
  const value = canonical(type, given);
  if (type === "long") return typeof value === "string" && /^-?\d{1,19}$/.test(value) ? BigInt(value) : null;
  if (type === "date") return typeof value === "string" ? value : null;
  if (type === "timestamp") return typeof value === "string" ? Date.parse(value) : null;
  if (value === null || value === "" || typeof value === "boolean") return null;
  return Number(value);
}
