import { faultType } from "../../../flow/fault.ts";

/** The faults of the policy, which is Sortie's own. */
export const faults = {
  executionFailed: fault(
    "ExecutionFailed",
    500,
    (policy: string, reason: string) => `Execution of FunctionCallout ${policy} failed. Reason: ${reason}`,
  ),
  invalidParameter: fault(
    "InvalidParameter",
    500,
    (policy: string, reason: string) => `FunctionCallout ${policy}: ${reason}`,
  ),
  /** The function means its text for users. */
  userFacingError: fault("UserFacingError", 409, (text: string) => text),
  /** The user has to give consent first, at the address in the text. */
  authorizationRequired: fault(
    "AuthorizationRequired",
    403,
    (policy: string, url: string) => `FunctionCallout ${policy} needs the consent of the user: ${url}`,
  ),
};

function fault<Facts extends readonly unknown[]>(
  name: string,
  status: number,
  text: (...facts: Facts) => string,
) {
  return faultType(`steps.functioncallout.${name}`, status, text);
}
