import type { SendTokenCall } from "../credentials/token-request.ts";
import type { Egress } from "./egress.ts";
import { sendForText } from "./small-answer.ts";

/** For the answer's status and headers, and again for its body. Milliseconds. */
const TIMEOUT_MS = 10_000;

/** No answer of a token endpoint is longer. Bytes. */
const TOKEN_ANSWER_LIMIT = 64 * 1024;

/**
 * Sends token calls through an egress of their own: where keys point is not for bundles to say.
 * @param by what needs the tokens, for the log and the records of calls
 */
export function tokenCalls(egress: Egress, by: string): SendTokenCall {
  return function sendTokenCall({ url, headers, body }, context) {
    const call = { url, method: "POST", headers: new Headers(headers), body, timeoutMs: TIMEOUT_MS, by };
    return sendForText(egress, call, TOKEN_ANSWER_LIMIT, context);
  };
}
