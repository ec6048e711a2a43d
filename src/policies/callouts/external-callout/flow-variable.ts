import { Float, type Value } from "../../../expression/value.ts";

/** A variable's value as the server sees it: a number is an int32, a bigint an int64, a Float a double. */
export type WireValue = string | boolean | number | bigint | Float;

const INT32_LIMIT = 2 ** 31;
const INT64_LIMIT = 2n ** 63n;

/** A variable's value with its type; null for what has no type on the wire: unset, a collection, a message. */
export function wireValue(value: Value): WireValue | null {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return wireNumber(value);
    case "bigint":
      return value >= -INT64_LIMIT && value < INT64_LIMIT ? value : null;
    default:
      return value instanceof Float ? value : null;
  }
}

function wireNumber(value: number): WireValue {
  if (!Number.isSafeInteger(value)) return new Float(value);
  return value >= -INT32_LIMIT && value < INT32_LIMIT ? value : BigInt(value);
}

/** Whether a server sent a variable back as it got it. */
export function isSame(answered: WireValue | null, sent: WireValue | undefined): boolean {
  if (answered instanceof Float) return sent instanceof Float && Object.is(answered.value, sent.value);
  return answered === sent;
}
