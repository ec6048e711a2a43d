import { Fault } from "./fault.ts";
import type { ResponseMessage } from "./message.ts";

/**
 * A target answered with a status that counts as an error. Unless a fault rule changes it, the target's own
 * answer goes to the client. Apigee: "Handling faults" (errors from the target).
 */
export class ErrorResponse extends Fault {
  readonly response: ResponseMessage;

  constructor(response: ResponseMessage) {
    super(
      "messaging.adaptors.http.flow.ErrorResponseCode",
      `The target answered with status ${response.status}`,
      {
        status: response.status,
      },
    );
    this.response = response;
  }
}
