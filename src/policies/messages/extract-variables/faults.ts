import type { Value } from "../../../expression/value.ts";
import { textOf } from "../../../expression/value.ts";
import { faultType } from "../../../flow/fault.ts";
import type { ValueType } from "./cast.ts";

/**
 * The faults of the policy, with the documented fault strings.
 * Apigee: "ExtractVariables policy" (error reference), "Extract Variables runtime error troubleshooting".
 */
export const faults = {
  /** The payload is empty, malformed, or asks for too much work. */
  executionFailed: fault(
    "ExecutionFailed",
    (policy: string) => `Failed to execute the ExtractVariables: ${policy}`,
  ),
  sourceMessageNotAvailable: fault(
    "SourceMessageNotAvailable",
    (policy: string, source: string) => `${source} message is not available for ExtractVariable: ${policy}`,
  ),
  /** A variable that JSON extraction needs has no value. The doubled word is the documented text. */
  jsonPathParsingFailure: fault(
    "JsonPathParsingFailure",
    (policy: string, variable: string) =>
      `ExtractVariables ${policy}: Json path parsing failed for for flow variables ${variable}`,
  ),
  invalidJsonPath: fault(
    "InvalidJSONPath",
    (policy: string, path: string) => `Invalid JSON path ${path} in policy ${policy}.`,
  ),
  unableToCast: fault(
    "UnableToCast",
    (variable: string, value: string, type: ValueType) =>
      `Unable to cast value ${shown(variable, value)} as ${type.toUpperCase()}.`,
  ),
  setVariableFailed: fault(
    "SetVariableFailed",
    (policy: string, variable: string, value: Value) =>
      `Failed to set variable ${variable} value ${shown(variable, textOf(value))} from ExtractVariables: ${policy}`,
  ),
  immutableVariable: fault(
    "ImmutableVariable",
    (policy: string, variable: string) => `Variable ${variable} is immutable in ExtractVariables: ${policy}`,
  ),
};

function fault<Facts extends readonly unknown[]>(name: string, text: (...facts: Facts) => string) {
  return faultType(`steps.extractvariables.${name}`, 500, text);
}

/** How much of a value a fault string quotes. */
const MOST_SHOWN = 200;

/** A value as a fault string shows it: private values never, long ones in part. */
function shown(variable: string, text: string): string {
  if (variable.startsWith("private.")) return "*****";
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
