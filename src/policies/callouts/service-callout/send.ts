import { noHeaders } from "../../../egress/call.ts";
import type { Cancelling } from "../../../egress/cancelling.ts";
import { withoutHopByHop } from "../../../egress/hop-by-hop.ts";
import type { BodySource } from "../../../flow/body.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { RequestMessage, ResponseMessage } from "../../../flow/message.ts";

/**
 * Sends a callout's request. When it returns, everything that will be sent has been taken from the request, so
 * that the flow may change it. The answer's body is not read yet.
 * Rejects with EgressError or Fault.
 */
export type Send = (
  flow: FlowContext,
  request: RequestMessage,
  calls: Cancelling,
) => Promise<ResponseMessage>;

/**
 * Headers and body of a request as they leave. A body that streams through the flow is for the target:
 * policies see no content in it.
 */
export function contentOf(request: RequestMessage): { headers: Headers; body: BodySource } {
  const headers = request.hasHeaders ? withoutHopByHop(request.headers) : noHeaders;
  return { headers, body: request.body.isOpaque ? null : request.outgoing };
}
