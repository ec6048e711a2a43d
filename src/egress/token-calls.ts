import type { SendTokenCall } from "../credentials/token-request.ts";
import { bodyFailure, type Egress } from "./egress.ts";
import { EgressError } from "./error.ts";

/** For the answer's status and headers, and again for its body. Milliseconds. */
const TIMEOUT_MS = 10_000;

/** No answer of a token endpoint is longer. Bytes. */
export const TOKEN_ANSWER_LIMIT = 64 * 1024;

/**
 * Sends token calls through an egress of their own: where keys point is not for bundles to say.
 * @param by what wants the tokens, for the log and the records of calls
 */
export function tokenCalls(egress: Egress, by = "Google authentication"): SendTokenCall {
  return async function sendTokenCall({ url, headers, body }, context) {
    const call = { url, method: "POST", headers: new Headers(headers), body, timeoutMs: TIMEOUT_MS };
    const response = await egress.send({ ...call, by }, context);
    const text = await context.within(TIMEOUT_MS, textOf(response)).catch((error) => {
      throw bodyFailure(error);
    });
    return { status: response.status, text };
  };
}

async function textOf({ body }: Response): Promise<string> {
  if (!body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > TOKEN_ANSWER_LIMIT)
      throw new EgressError("invalid", "The token endpoint's answer is too long.");
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
