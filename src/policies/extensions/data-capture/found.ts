import type { Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { FaultName } from "./faults.ts";

/** What came of looking for a value. */
export type Found =
  | { readonly value: Exclude<Value, null> }
  /** There is none, for which the default stands in; null where that is no error. */
  | { readonly absent: FaultName | null }
  /** It could not be looked for. */
  | { readonly failed: FaultName; readonly cause?: unknown };

export type Find = (flow: FlowContext) => Found;
