import { Fault } from "./fault.ts";
import type { ResponseMessage } from "./message.ts";

/**
 * A fault of a policy that has its own way to tell the client: with the default body where the response has none.
 * Fault rules may change all of it. Apigee: "OAuthV2 policy" (Error reference).
 */
export class AnsweredFault extends Fault {
  readonly response: ResponseMessage;

  constructor({ code, message, status, cause }: Fault, response: ResponseMessage) {
    super(code, message, { status, cause });
    this.response = response;
  }
}
