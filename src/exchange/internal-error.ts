import { type Fault, faultType } from "../flow/fault.ts";

/** Not Apigee's: a defect of the gateway itself, whose details stay in the log. */
export const internalFault = faultType(
  "sortie.InternalError",
  500,
  (messageid: string) => `Internal error; message id ${messageid}`,
);

/**
 * A defect of the gateway, as a fault: everything about it goes to the log, the client learns the message id
 * only.
 */
export function internalError(thrown: unknown, where: { messageid: string; [fact: string]: string }): Fault {
  const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  console.error(JSON.stringify({ level: "error", event: "internal-error", ...where, error }));
  return internalFault(where.messageid).causedBy(thrown);
}
