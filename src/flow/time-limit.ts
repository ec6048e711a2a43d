import type { FlowContext } from "./context.ts";
import { faultType } from "./fault.ts";

export const apiTimedOut = faultType("flow.APITimedOut", 504, () => "API timed out");

/**
 * Ends an exchange that has used up its time. Fault rules and PostClientFlow run all the same.
 * Apigee: "Endpoint properties reference" (api.timeout).
 */
export function checkTime(flow: FlowContext): void {
  if (flow.exchange.now() <= flow.endsAt || flow.error !== null || flow.clientSentAt !== null) return;
  throw apiTimedOut();
}
