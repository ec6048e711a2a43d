import type { Value } from "../../expression/value.ts";
import { textOf } from "../../expression/value.ts";
import { Fault } from "../../flow/fault.ts";
import type { ValueType } from "./cast.ts";

/** The faults of one ExtractVariables policy. */
export type ExtractionFaults = ReturnType<typeof extractionFaults>;

/**
 * The faults of the policy, with the documented fault strings.
 * Apigee: "ExtractVariables policy" (error reference), "Extract Variables runtime error troubleshooting".
 */
export function extractionFaults(policy: string) {
  return {
    /** The payload is empty, malformed, or asks for too much work. */
    executionFailed: (cause?: unknown) =>
      new Fault(
        "steps.extractvariables.ExecutionFailed",
        `Failed to execute the ExtractVariables: ${policy}`,
        {
          cause,
        },
      ),
    sourceMessageNotAvailable: (source: string) =>
      new Fault(
        "steps.extractvariables.SourceMessageNotAvailable",
        `${source} message is not available for ExtractVariable: ${policy}`,
      ),
    /** A variable that JSON extraction needs has no value. The doubled word is the documented text. */
    jsonPathParsingFailure: (variable: string) =>
      new Fault(
        "steps.extractvariables.JsonPathParsingFailure",
        `ExtractVariables ${policy}: Json path parsing failed for for flow variables ${variable}`,
      ),
    invalidJsonPath: (path: string) =>
      new Fault("steps.extractvariables.InvalidJSONPath", `Invalid JSON path ${path} in policy ${policy}.`),
    unableToCast: (variable: string, value: string, type: ValueType) =>
      new Fault(
        "steps.extractvariables.UnableToCast",
        `Unable to cast value ${shown(variable, value)} as ${type.toUpperCase()}.`,
      ),
    setVariableFailed: (variable: string, value: Value, cause: unknown) =>
      new Fault(
        "steps.extractvariables.SetVariableFailed",
        `Failed to set variable ${variable} value ${shown(variable, textOf(value))} from ExtractVariables: ${policy}`,
        { cause },
      ),
    immutableVariable: (variable: string, cause: unknown) =>
      new Fault(
        "steps.extractvariables.ImmutableVariable",
        `Variable ${variable} is immutable in ExtractVariables: ${policy}`,
        { cause },
      ),
  };
}

/** How much of a value a fault string quotes. */
const MOST_SHOWN = 200;

/** A value as a fault string shows it: private values never, long ones in part. */
function shown(variable: string, text: string): string {
  if (variable.startsWith("private.")) return "*****";
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
