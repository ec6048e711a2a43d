import { faultType } from "../../../flow/fault.ts";
import { MOST_PROBLEMS, type Wrong } from "./schema/validation.ts";

/** How much is told of one problem, and of all: parts of it may come from the client. Characters. */
const LONGEST_TEXT = 1000;
const LONGEST_REASON = 10_000;

/** Apigee: "OASValidation policy" (error reference). */
export const faults = {
  failed: faultType(
    "steps.oasvalidation.Failed",
    400,
    (policy: string, resource: string, wrong: readonly Wrong[]) =>
      `OASValidation ${policy} with resource "${resource}": failed with reason: "[${reasonOf(wrong)}]"`,
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

function reasonOf(wrong: readonly Wrong[]): string {
  return wrong.slice(0, MOST_PROBLEMS).map(toText).join(", ").slice(0, LONGEST_REASON);
}

function toText({ text, details }: Wrong): string {
  return `ERROR - ${text.slice(0, LONGEST_TEXT)}: [${details.map((detail) => detail.slice(0, LONGEST_TEXT)).join(", ")}]`;
}
