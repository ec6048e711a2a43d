import type { UnaryOptions } from "../../../egress/grpc/unary-call.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { buildAuthentication } from "../../parts/google-authentication.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";

/**
 * Compiles what makes the metadata that proves who is calling, which takes some of the call's time; null when nothing has
 * to be proved.
 */
export function buildCredentials(
  { authentication, server: { name }, timeoutMs }: ExternalCallout,
  context: PolicyContext<"google" | "targetServers">,
): ((flow: FlowContext) => Promise<UnaryOptions>) | null {
  if (authentication === null) return null;
  const prepare = buildAuthentication(authentication, context);
  // The audience of useTargetUrl is the server's host alone.
  const audience = `https://${context.targetServers.get(name)?.host}`;
  return async function authenticate(flow) {
    const end = flow.exchange.now() + timeoutMs;
    const token = await prepare(flow, timeoutMs)(audience);
    return { metadata: { [token.name]: token.value }, timeoutMs: end - flow.exchange.now() };
  };
}
