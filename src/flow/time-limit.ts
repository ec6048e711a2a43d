import type { FlowContext } from "./context.ts";
import { faultType } from "./fault.ts";

export const apiTimedOut = faultType("flow.APITimedOut", 504, () => "API timed out");

/**
 * Ends an exchange that has used up its time, or that was given up. Fault rules and PostClientFlow run all the same.
 * Apigee: "Endpoint properties reference" (api.timeout).
 */
export function checkTime(flow: FlowContext): void {
  const { exchange } = flow;
  const isOver = exchange.now() > flow.endsAt || exchange.givenUp?.aborted;
  if (!isOver || flow.error !== null || flow.clientSentAt !== null) return;
  throw apiTimedOut();
}
