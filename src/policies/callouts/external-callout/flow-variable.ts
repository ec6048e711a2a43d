import { Float, type Value } from "../../../expression/value.ts";
import type { FlowVariable } from "./wire/external_callout_pb.ts";

const INT32_LIMIT = 2 ** 31;
const INT64_LIMIT = 2n ** 63n;

/** A variable's value with its type; null for what has no type on the wire: unset, a collection, a message. */
export function wireValue(value: Value): FlowVariable | null {
  switch (typeof value) {
    case "string":
      return wire({ case: "string", value });
    case "boolean":
      return wire({ case: "bool", value });
    case "number":
      return wireNumber(value);
    case "bigint":
      return value >= -INT64_LIMIT && value < INT64_LIMIT ? wire({ case: "int64", value }) : null;
    default:
      return value instanceof Float ? wire({ case: "double", value: value.value }) : null;
  }
}

function wireNumber(value: number): FlowVariable {
  if (!Number.isSafeInteger(value)) return wire({ case: "double", value });
  const fits = value >= -INT32_LIMIT && value < INT32_LIMIT;
  return wire(fits ? { case: "int32", value } : { case: "int64", value: BigInt(value) });
}

const wire = (value: FlowVariable["value"]): FlowVariable => ({ $typeName: "apigee.FlowVariable", value });

/** The value that a server set; null when it wants the variable removed. */
export function answeredValue({ value }: FlowVariable): Value {
  if (value.case === undefined) return null;
  return value.case === "double" ? new Float(value.value) : value.value;
}

/** Whether a server sent a variable back as it got it. */
export function isSame(answered: FlowVariable, sent: FlowVariable | undefined): boolean {
  return (
    sent !== undefined &&
    answered.value.case === sent.value.case &&
    Object.is(answered.value.value, sent.value.value)
  );
}
