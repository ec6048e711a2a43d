import { faultType } from "../../../flow/fault.ts";

/** Apigee: "RegularExpressionProtection policy" (Error reference). */
export const faults = {
  threat: faultType(
    "steps.regexprotection.ThreatDetected",
    500,
    (policy: string, regex: string, input: string) =>
      `Regular Expression Threat Detected in ${policy}: regex: ${regex} input: ${input}`,
  ),
  failed: faultType(
    "steps.regexprotection.ExecutionFailed",
    500,
    (policy: string, reason: string) =>
      `Failed to execute the RegularExpressionProtection StepDefinition ${policy}. Reason: ${reason}`,
  ),
  unresolved: faultType(
    "steps.regexprotection.VariableResolutionFailed",
    500,
    (variable: string) => `Failed to resolve variable ${variable}`,
  ),
  unavailable: faultType(
    "steps.regexprotection.SourceMessageNotAvailable",
    500,
    (policy: string, source: string) =>
      `${source} message is not available for RegularExpressionProtection StepDefinition ${policy}`,
  ),
  noMessage: faultType(
    "steps.regexprotection.NonMessageVariable",
    500,
    (_policy: string, source: string) => `Variable ${source} does not resolve to a Message`,
  ),
};
