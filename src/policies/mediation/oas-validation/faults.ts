import { faultType } from "../../../flow/fault.ts";
import { MOST_PROBLEMS, type Wrong } from "./schema/validation.ts";

/** How much of one problem is told: parts of it may come from the client. Characters. */
const LONGEST_TEXT = 1000;

/** Apigee: "OASValidation policy" (error reference). */
export const faults = {
  failed: faultType(
    "steps.oasvalidation.Failed",
    400,
    (policy: string, resource: string, wrong: readonly Wrong[]) =>
      `OASValidation ${policy} with resource "${resource}": failed with reason: "[${wrong.slice(0, MOST_PROBLEMS).map(toText).join(", ")}]"`,
  ),
  noMessage: faultType(
    "steps.oasvalidation.NonMessageVariable",
    500,
    (_policy: string, source: string) => `Variable ${source} does not resolve to a Message`,
  ),
  unavailable: faultType(
    "steps.oasvalidation.SourceMessageNotAvailable",
    500,
    (policy: string, source: string) => `${source} message is not available for OASValidation: ${policy}`,
  ),
};

function toText({ text, details }: Wrong): string {
  return `ERROR - ${text.slice(0, LONGEST_TEXT)}: [${details.map((detail) => detail.slice(0, LONGEST_TEXT)).join(", ")}]`;
}
