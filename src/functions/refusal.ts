import type { Refusal } from "../egress/egress-policy.ts";
import type { FunctionPlan } from "./deployed.ts";

/**
 * The answer to a call that no egress policy of the declared sources covers. Foundry: "Make API calls from
 * functions" (HTTP 407).
 */
export function refusalAnswer(plan: FunctionPlan, refusal: Refusal): Response {
  const { host, port, reason, remedy } = refusal;
  return Response.json(
    {
      error: "Proxy Authentication Required",
      function: plan.published.name,
      host,
      port,
      reason,
      remedy,
      message: refusalText(plan, refusal),
    },
    { status: 407, statusText: "Proxy Authentication Required" },
  );
}

/** The same in a sentence. */
export function refusalText({ published }: FunctionPlan, { host, port, reason, remedy }: Refusal): string {
  return `The function ${published.name} may not call ${host}${port === null ? "" : `:${port}`}: ${reason}. ${remedy}`;
}
