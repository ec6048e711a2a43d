import type { Collected } from "../../../egress/analytics/record.ts";
import type { CollectorType } from "../../../egress/analytics/settings.ts";
import type { Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { cast } from "../../messages/extract-variables/cast.ts";
import { collectable } from "../../parts/collected.ts";
import type { FaultName } from "./faults.ts";
import type { Find } from "./found.ts";

/** A value to be captured; undefined for none. */
export interface Captured {
  readonly value?: Collected;
  readonly failed?: FaultName;
  readonly cause?: unknown;
}

/** Compiles what is captured: the value that is found, or what stands in for it. */
export function buildValue(
  find: Find,
  type: CollectorType | null,
  fallback: string | null,
  ignoreUnresolved: boolean,
): (flow: FlowContext) => Captured {
  const isNumber = type === "INTEGER" || type === "FLOAT";
  const unset = { value: isNumber ? null : "Not set" };
  const instead = fallback === null ? unset : { value: defaultAs(fallback, type) };
  return (flow) => {
    const found = find(flow);
    if ("failed" in found) return found;
    if ("absent" in found) {
      if (fallback !== null || ignoreUnresolved) return instead;
      return found.absent === null ? {} : { failed: found.absent };
    }
    const value = typed(found.value, type);
    return value === null ? { failed: "DataCollectorTypeMismatch" } : { value };
  };
}

/** A default is what its author says it is, also where it is no number; an empty one is none for a number. */
function defaultAs(fallback: string, type: CollectorType | null): Collected {
  const isText = type === null || type === "STRING" || type === "DATETIME";
  return typed(fallback, type) ?? (fallback === "" && !isText ? null : fallback);
}

/** The value as the data collector takes it; null when it cannot be of that type. */
function typed(value: Exclude<Value, null>, type: CollectorType | null): Collected {
  const given = collectable(value);
  switch (type) {
    case null:
      return given;
    case "STRING":
    case "DATETIME":
      return String(given);
    case "BOOLEAN":
      return booleanOf(given);
    case "INTEGER":
      return numberOf(given, "long");
    case "FLOAT":
      return numberOf(given, "double");
  }
}

function booleanOf(given: string | number | boolean): boolean | null {
  const found = cast(given, "boolean");
  return typeof found === "boolean" ? found : null;
}

function numberOf(given: string | number | boolean, type: "long" | "double"): Collected {
  if (type === "long" && typeof given === "number" && !Number.isInteger(given)) return null;
  const found = cast(given, type);
  return found === null ? null : collectable(found);
}
