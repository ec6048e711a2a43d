import { Float, type Value } from "../../../expression/value.ts";

/** The values of the attribute `type`. */
export const valueTypes = ["string", "boolean", "integer", "long", "float", "double", "nodeset"] as const;

export type ValueType = (typeof valueTypes)[number];

/**
 * A value as the type that a Variable asks for, or null when it cannot be one. Numbers become whole by losing
 * their fraction; text has to read like the type. Apigee: "ExtractVariables policy" (type, UnableToCast).
 */
export function cast(
  value: string | number | bigint | boolean,
  type: Exclude<ValueType, "string" | "nodeset">,
): Value {
  switch (type) {
    case "boolean":
      return booleanFrom(value);
    case "integer": {
      const whole = wholeFrom(value);
      return whole !== null && BigInt.asIntN(32, whole) === whole ? Number(whole) : null;
    }
    case "long": {
      const whole = wholeFrom(value);
      return whole !== null && BigInt.asIntN(64, whole) === whole ? whole : null;
    }
    case "float":
    case "double": {
      const number = numberFrom(value);
      return number !== null && Number.isFinite(number) ? new Float(number, type) : null;
    }
  }
}

function booleanFrom(value: string | number | bigint | boolean): boolean | null {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  return text === "true" ? true : text === "false" ? false : null;
}

function wholeFrom(value: string | number | bigint | boolean): bigint | null {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
  const text = typeof value === "string" ? value.trim() : "";
  return /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function numberFrom(value: string | number | bigint | boolean): number | null {
  if (typeof value === "boolean") return null;
  return typeof value !== "string" || DECIMAL.test(value.trim()) ? Number(value) : null;
}
