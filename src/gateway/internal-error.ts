import { Fault } from "../flow/fault.ts";

/**
 * A defect of the gateway, as a fault: everything about it goes to the log, the client learns the message id
 * only.
 */
export function internalError(thrown: unknown, where: { messageid: string; [fact: string]: string }): Fault {
  const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  console.error(JSON.stringify({ level: "error", event: "internal-error", ...where, error }));
  return new Fault("sortie.InternalError", `Internal error; message id ${where.messageid}`, {
    cause: thrown,
  });
}
