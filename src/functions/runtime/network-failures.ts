import { FAILURE_HEADER, type SessionFailure, SOURCE_HEADER } from "../protocol.ts";
import { callInProgress } from "./call.ts";

/** A failure of credentials or of the session, with Foundry's text where it has one. */
export class SessionError extends Error {
  constructor({ name, message }: SessionFailure) {
    super(message);
    this.name = name;
  }
}

/** An answer as it came, unless the gateway says with it that there is none: then that is thrown. */
export function orFailure(response: Response): Response {
  const text = response.headers.get(FAILURE_HEADER);
  if (text === null) return response;
  const failure: SessionFailure = JSON.parse(decodeURIComponent(text));
  throw failure.name === "TypeError" ? new TypeError(failure.message) : new SessionError(failure);
}

/**
 * Sends what `fetch` sends through the session of the call that sends it, so that the gateway knows which one it is,
 * and makes it reject where the gateway could not connect. Node's clients use it too.
 */
export function replaceFetch(): void {
  const { fetch: original } = globalThis;
  globalThis.fetch = async (...request: Parameters<typeof original>) => {
    const session = callInProgress()?.session;
    if (!session) return orFailure(await original(...request));
    const sent = new Request(...request);
    sent.headers.delete(SOURCE_HEADER);
    return orFailure(await session.fetch(sent));
  };
}
