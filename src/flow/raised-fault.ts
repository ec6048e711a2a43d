import { Fault } from "./fault.ts";
import type { ResponseMessage } from "./message.ts";

/**
 * The fault of a RaiseFault policy, with the error message that it prepared. Without a payload the client
 * gets the default body. Apigee: "RaiseFault policy".
 */
export class RaisedFault extends Fault {
  readonly response: ResponseMessage;
  /** Whether the policy set a status; otherwise the response's is the default. */
  readonly setsStatus: boolean;

  constructor(faultString: string, response: ResponseMessage, setsStatus: boolean) {
    super("steps.raisefault.RaiseFault", faultString, { status: response.status, isDeliberate: true });
    this.response = response;
    this.setsStatus = setsStatus;
  }
}

/**
 * Puts what a RaiseFault in a fault rule set over the pending error message. What it did not set stays;
 * headers of both are kept, and a header that both have gets the values of both, but for Content-Type, which
 * has one value. Apigee: "Handling faults".
 */
export function mergeRaised(
  pending: ResponseMessage,
  { response, setsStatus }: RaisedFault,
): ResponseMessage {
  if (setsStatus) pending.status = response.status;
  if (setsStatus || response.givenReason !== null) pending.reason = response.givenReason ?? "";
  if (!response.body.isEmpty) {
    // Also in the place of a body that streams through, which setContent alone would keep.
    pending.body = response.body;
    pending.setContent(response.body.source);
  }
  for (const [name, value] of response.headers) {
    if (name === "content-type") pending.ownHeaders.set(name, value);
    else pending.ownHeaders.append(name, value);
  }
  return pending;
}
